"""What drawn widgets share: component classes of states and client colours, and segments of an exact width."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from scheduler.desk.views import Sign
from tui.text import UNICODE, Glyphs, fit
from tui.theme import LOOKS, client_rgb

SIGN_CLASSES = {"sign--quiet", "sign--primary", "sign--warning", "sign--success", "sign--error"}
SIGN_CSS = """
        .sign--quiet { color: $quiet; }
        .sign--primary { color: $primary; }
        .sign--warning { color: $warning; text-style: bold; }
        .sign--success { color: $success; }
        .sign--error { color: $error; text-style: bold; }
"""


def sign_class(sign: Sign) -> str:
    """The component class that repeats a state in colour."""
    return f"sign--{LOOKS[sign].color}"


def sign_text(sign: Sign, glyphs: Glyphs) -> str:
    """The state's sign, one cell wide."""
    look = LOOKS[sign]
    return look.sign if glyphs is UNICODE else look.ascii


def client_bar(color: str, under: Style, glyphs: Glyphs) -> Segment:
    """One cell in the client's colour; the name beside it says the same."""
    rgb = client_rgb(color)
    return Segment(glyphs.bar, under + Style.parse(rgb) if rgb else under)


def cell(text: str, width: int, style: Style, glyphs: Glyphs) -> Segment:
    """Text cut or padded to a width."""
    return Segment(fit(text, width, glyphs.more), style)


def filled(segments: list[Segment], width: int, style: Style) -> list[Segment]:
    """Segments that are a part of a line, filled or cut to its width."""
    rest = width - sum(cell_len(segment.text) for segment in segments)
    if rest < 0:
        return list(Strip(segments).adjust_cell_length(width, style))
    return [*segments, Segment(" " * rest, style)] if rest else segments


def line(segments: list[Segment], width: int, style: Style) -> Strip:
    """Segments as one line, filled to the width."""
    return Strip(segments).adjust_cell_length(width, style)


class Grounded(Widget):
    """Draws line by line on one ground."""

    _ground: Style | None = None
    _outer: Size | None = None
    _room = Size()

    @property
    def ground(self) -> Style:
        """What is behind the text: Textual reckons it from all that surrounds the widget, each time it is asked."""
        if self._ground is None:
            self._ground = self.rich_style
        return self._ground

    @property
    def room(self) -> Size:
        """As `size`, which Textual reckons from all that surrounds the widget, each time it is asked."""
        if self._outer != self.outer_size:
            self._outer, self._room = self.outer_size, self.size
        return self._room

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ground = self._outer = None
