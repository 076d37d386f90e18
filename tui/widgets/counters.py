"""Does it fit? One line per account, its problems below it as sentences with the key that leads there."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from scheduler.desk.views import Counter
from tui.lines.writing import place_of
from tui.say import say
from tui.text import Glyphs, one_line
from tui.told import told


def counter_lines(counters: Sequence[Counter], glyphs: Glyphs) -> Content:
    """The whole pane."""
    if not counters:
        return Content.styled(say("No account yet."), "$quiet")
    fields = {counter.field for counter in counters}
    places = [_place(counter, tell_text=len(fields) > 1) for counter in counters]
    width = max(map(len, places))
    lines = [line for counter, place in zip(counters, places, strict=True) for line in _lines(counter, f"{place:<{width}}", glyphs)]
    return Content("\n").join(lines)


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
        return "  F4"
    return "  ^n" if place == "first_comment" else ""


def _said(field: str, over: int) -> bool:
    """The count itself says that the text is too long."""
    return field == "text" and over > 0
