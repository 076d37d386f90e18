"""Does it fit? One line per account, its problems below it as sentences with the key that leads there."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from scheduler.desk.views import Counter
from tui.keys.action import key_of
from tui.lines.writing import place_of
from tui.say import say
from tui.text import UNICODE, Glyphs, one_line
from tui.told import told

INDENT = 4
"""Cells before what goes on in the next line."""


class Counters(Static):
    """The pane's text: as wide as the pane, also after that became narrower."""

    _shown: Sequence[Counter] | None = None
    _glyphs = UNICODE

    def show(self, counters: Sequence[Counter], glyphs: Glyphs) -> None:
        """What was counted."""
        self._shown, self._glyphs = counters, glyphs
        self._fill()

    def tell(self, words: Content) -> None:
        """In place of counters: why there are none."""
        self._shown = None
        self.update(words)

    def on_resize(self) -> None:
        self._fill()

    def _fill(self) -> None:
        if self._shown is not None:
            self.update(counter_lines(self._shown, self._glyphs, self.content_size.width))


def counter_lines(counters: Sequence[Counter], glyphs: Glyphs, width: int = 0) -> Content:
    """The whole pane, in so many cells (0: as long as lines are). What goes on in the next line stands in from its first one."""
    if not counters:
        return Content.styled(say("No account yet."), "$quiet")
    fields = {counter.field for counter in counters}
    places = [_place(counter, tell_text=len(fields) > 1) for counter in counters]
    widest = max(map(cell_len, places))
    lines = [line for counter, place in zip(counters, places, strict=True) for line in _lines(counter, _padded(place, widest), glyphs)]
    return Content("\n").join(part for line in lines for part in _folded(line, width))


def _padded(place: str, cells: int) -> str:
    return place + " " * (cells - cell_len(place))


def _folded(line: Content, width: int) -> list[Content]:
    if width <= 2 * INDENT or line.cell_length <= width:
        return [line]
    first, *_ = line.wrap(width)
    rest = line[len(first) :]
    blanks = len(rest.plain) - len(rest.plain.lstrip())
    return [first, *(Content(" " * INDENT) + part for part in rest[blanks:].wrap(width - INDENT))]


def _place(counter: Counter, *, tell_text: bool) -> str:
    own = say("own text") if "@" in counter.field else counter.field
    text = f" ({own})" if tell_text and counter.field else ""
    return f"{one_line(counter.platform_name)} {one_line(counter.account)}{text}"


def _sign(counter: Counter, glyphs: Glyphs) -> tuple[str, str]:
    if any(problem.is_error for problem in counter.problems):
        return glyphs.cross, "$error"
    if counter.problems:
        return glyphs.warn, "$warning"
    return (glyphs.tick, "$success") if counter.used else (glyphs.dash, "$quiet")


def _lines(counter: Counter, place: str, glyphs: Glyphs) -> list[Content]:
    sign, color = _sign(counter, glyphs)
    over = counter.used - counter.allowed
    words = told(one_line(counter.words)) + (say(" · {over:,} over", over=over) if over > 0 and "too many" not in counter.words else "")
    first = Content.assemble((f"{sign} ", f"bold {color}"), f"{place}  ", (words, f"bold {color}" if sign == glyphs.cross else ""))
    problems = [problem for problem in counter.problems if not _said(problem.field, over)]
    return [
        first,
        *(
            Content.assemble((f"  {told(one_line(problem.message))}", color), (_key(place_of(problem)), "bold $primary"))
            for problem in problems
        ),
    ]


def _key(place: str) -> str:
    """What leads there."""
    if place.startswith("media"):
        return f"  {key_of('write.pictures')}"
    return f"  {key_of('write.comment')}" if place == "first_comment" else ""


def _said(field: str, over: int) -> bool:
    """The count itself says that the text is too long."""
    return field == "text" and over > 0
