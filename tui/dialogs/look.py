"""One picture, as well as a terminal can show it: two points in each cell. Where it cannot, what is known of it in words."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from scheduler.desk.write.views import MediaView, Thumbnail
from tui.dialogs.base import Dialog
from tui.say import say
from tui.text import one_line

UPPER = "▀"
Point = tuple[int, int, int]


class Points(Widget):
    """A picture in half cells."""

    DEFAULT_CSS = "Points { width: 1fr; height: 1fr; background: $panel; }"

    def __init__(self, picture: Thumbnail) -> None:
        super().__init__(id="picture")
        self._picture = picture

    def render_line(self, y: int) -> Strip:
        rows, width = self._picture.rows, self.size.width
        if 2 * y >= len(rows):
            return Strip.blank(width, self.rich_style)
        above = rows[2 * y]
        below: tuple[Point | None, ...] = rows[2 * y + 1] if 2 * y + 1 < len(rows) else (None,) * len(above)
        parts = [Segment(UPPER, _style(top, bottom)) for top, bottom in zip(above, below, strict=True)]
        return Strip(parts).adjust_cell_length(width, self.rich_style)


def _style(top: Point, bottom: Point | None) -> Style:
    return Style.parse(f"{_hex(top)} on {_hex(bottom)}" if bottom is not None else _hex(top))


def _hex(point: Point) -> str:
    return "#{:02x}{:02x}{:02x}".format(*point)


class LookAt(Dialog[None]):
    """Closes with esc."""

    def __init__(self, client: str, item: MediaView, picture: Thumbnail | None, why_not: str) -> None:
        super().__init__()
        self._client, self._item, self._picture, self._why_not = client, item, picture, why_not
        self.add_class("-large")

    def title_words(self) -> str:
        return f"{one_line(self._item.name)} · {one_line(self._client)}"

    def compose_box(self) -> ComposeResult:
        alt = next((one_line(alt.text) for alt in self._item.alts if alt.text.strip()), say("no alt text yet"))
        yield Static(Content(f"{self._item.facts}\n{alt}"), classes="question", markup=False)
        if self._picture is None:
            yield Static(Content(self._why_not), classes="details", markup=False)
        else:
            yield Points(self._picture)
