"""The three lines around every place: places with counts, facts worst first, and the keys that matter here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from scheduler.desk.views import Overview
from tui.keys.action import NAMES, REMAPPED, key_words
from tui.keys.actions import HELP, HOLD, PALETTE, PLACES, changing
from tui.lines.words import Fact
from tui.say import later, say
from tui.text import UNICODE, Glyphs, fit
from tui.widgets.paint import line
from tui.widgets.row_list import RowList

SHORT = {"calendar": later("Cal"), "approvals": later("Approve|place")}
"""Names of places where the window is narrow."""
NAMED = 5
"""So many places are named whatever the room; the others are their digit where there is none, and the one where one is."""
BRIEF = {HOLD.id: later("Hold"), HELP.id: later("Keys"), PALETTE.id: later("All")}
"""The keys that never fall off, where the window is narrow."""
ROOMY = 100
"""Columns from which places have their whole names."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of a line that can be clicked."""

    start: int
    end: int
    action: str


def _width(entries: Sequence[tuple[str, str, str]]) -> int:
    return sum(cell_len(name) + cell_len(count) for _, name, count in entries)


class Bar(Widget):
    """One line with parts that can be clicked."""

    DEFAULT_CSS = "Bar { height: 1; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.zones: list[Zone] = []

    def clicked(self, action: str) -> None:
        """A part was clicked."""

    def on_click(self, event: events.Click) -> None:
        for zone in self.zones:
            if zone.start <= event.x < zone.end:
                self.clicked(zone.action)


class PlaceLine(Bar):
    """Where one is and where one can go, with what waits there."""

    COMPONENT_CLASSES = {"place--name", "place--here", "place--count", "place--chip"}
    DEFAULT_CSS = """
    PlaceLine {
        background: $panel; color: $foreground;
        .place--name { color: $foreground; background: $panel; }
        .place--here { color: $on-cursor; background: $primary; text-style: bold; }
        .place--count { color: $warning; background: $panel; text-style: bold; }
        .place--chip { color: $background; background: $secondary; text-style: bold; }
        &:nocolor {
            .place--here { background: $panel; color: $foreground; text-style: bold reverse; }
            .place--chip { background: $panel; color: $foreground; text-style: reverse; }
        }
    }
    """

    @dataclass
    class Picked(Message):
        """A place was clicked."""

        place: str

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place
        self._overview: Overview | None = None
        self._client = ""
        self._glyphs = UNICODE

    def show(self, overview: Overview | None, client: str, glyphs: Glyphs) -> None:
        """New counts, or another client."""
        self._overview, self._client, self._glyphs = overview, client, glyphs
        self.refresh()

    def clicked(self, action: str) -> None:
        self.post_message(self.Picked(action))

    def _count(self, place: str) -> str:
        if self._overview is None:
            return ""
        if place == "approvals" and self._overview.to_approve:
            return f" ({self._overview.to_approve})"
        if place == "outbox" and self._overview.needs_you:
            return f" ({self._overview.needs_you}!)"
        return ""

    def render_line(self, y: int) -> Strip:
        roomy = self.size.width >= ROOMY
        begin, chips = " daypart " if roomy else " ", self._chip_words()
        room = self.size.width - len(begin) - cell_len(chips) - 1
        entries = self._fitting(roomy, room)
        parts = [Segment(begin, self.get_component_rich_style("place--name"))]
        self.zones, at = [], len(begin)
        for place, name, count in entries:
            here = place == self._place
            parts.append(Segment(name, self.get_component_rich_style("place--here" if here else "place--name")))
            parts.append(Segment(count, self.get_component_rich_style("place--here" if here else "place--count")))
            width = cell_len(name) + cell_len(count)
            self.zones.append(Zone(at, at + width, place))
            at += width
        return line([*parts, *self._chips(chips, self.size.width - at)], self.size.width, self.rich_style)

    def _fitting(self, roomy: bool, room: int) -> list[tuple[str, str, str]]:
        """As many names as there is room for. Whose posts these are is never in doubt: later names give way, then blanks."""
        for named in range(len(PLACES), NAMED - 1, -1):
            entries = self._entries(roomy, named)
            if _width(entries) <= room:
                return entries
        return self._entries(roomy, NAMED, gap="")

    def _entries(self, roomy: bool, named: int, gap: str = " ") -> list[tuple[str, str, str]]:
        """Of each place where it leads, its digit with its name where there is room for it, and what waits there."""
        entries: list[tuple[str, str, str]] = []
        for nth, action in enumerate(PLACES):
            place = action.action.split("'")[1]
            name = say(action.label) if roomy else say(SHORT.get(place, action.label))
            words = f" {action.first_key} {name}" if place == self._place or nth < named else f" {action.first_key}"
            entries.append((place, words, f"{self._count(place)}{gap}"))
        return entries

    def _chip_words(self) -> str:
        """On the right: which client is shown, and that nothing here is real."""
        client = say("{client} only", client=self._client) if self._client else ""
        words = [word for word in (client, say("sandbox") if self._overview and self._overview.sandbox else "") if word]
        return f" {' · '.join(words)} " if words else ""

    def _chips(self, text: str, room: int) -> list[Segment]:
        if not text or room < 8:
            return []
        text = text if cell_len(text) <= room - 1 else fit(text, room - 1, self._glyphs.more)
        return [
            Segment(" " * (room - cell_len(text)), self.get_component_rich_style("place--name")),
            Segment(text, self.get_component_rich_style("place--chip")),
        ]


class StatusLine(Bar):
    """Facts, worst first; as many as fit."""

    COMPONENT_CLASSES = {"fact--foreground", "fact--warning", "fact--error", "fact--quiet"}
    DEFAULT_CSS = """
    StatusLine {
        background: $background; color: $quiet;
        .fact--foreground { color: $foreground; }
        .fact--warning { color: $warning; text-style: bold; }
        .fact--error { color: $error; text-style: bold; }
        .fact--quiet { color: $quiet; }
    }
    """

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._facts: Sequence[Fact] = ()
        self._app_trouble = ""
        self._trouble = ""

    @property
    def trouble(self) -> str:
        """What is wrong on this screen."""
        return self._trouble

    @trouble.setter
    def trouble(self, words: str) -> None:
        self._trouble = words
        self.refresh()

    def show(self, facts: Sequence[Fact], trouble: str) -> None:
        """New facts."""
        self._facts, self._app_trouble = facts, trouble
        self.refresh()

    def render_line(self, y: int) -> Strip:
        trouble = self._trouble or self._app_trouble
        shown: Sequence[Fact] = [Fact(f"{self._glyphs.cross} {trouble}", "error")] if trouble else self._facts
        parts: list[Segment] = [Segment(" ", self.rich_style)]
        room = self.size.width - 2
        for number, fact in enumerate(shown):
            lead = f" {self._glyphs.dot} " if number else ""
            text = lead + fact.words
            if cell_len(text) > room and fact.short:
                text = lead + fact.short
            if number and cell_len(text) > room:
                continue
            text = text if cell_len(text) <= room else fit(text, room, self._glyphs.more)
            parts.append(Segment(text, self.get_component_rich_style(f"fact--{fact.color}")))
            room -= cell_len(text)
        return line(parts, self.size.width, self.rich_style)


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key of the bottom line."""

    key: str
    label: str
    action: str
    enabled: bool

    @property
    def width(self) -> int:
        return cell_len(self.key) + cell_len(self.label) + 3


def _is_text(key: str) -> bool:
    """Whether it stands for itself in a text."""
    return len(key_words(key)) == 1 and key not in NAMES


class KeyLine(Bar):
    """The keys that matter here; the brake and the help never fall off."""

    COMPONENT_CLASSES = {"key--key", "key--label", "key--off"}
    DEFAULT_CSS = """
    KeyLine {
        background: $panel; color: $foreground;
        .key--key { color: $warning; background: $panel; text-style: bold; }
        .key--label { color: $foreground; background: $panel; }
        .key--off { color: $quiet; background: $panel; }
    }
    """
    ALWAYS = (HOLD, HELP, PALETTE)

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._on_bindings)

    def _on_bindings(self, _: Screen[object]) -> None:
        self.refresh()

    def hints(self) -> list[KeyHint]:
        """What is shown here now, by importance."""
        always = {action.id for action in self.ALWAYS}
        found: dict[str, KeyHint] = {}
        why_off: Callable[[str], str] = getattr(self.screen, "why_off", lambda action: "")
        unsaved, typing = getattr(self.app, "unsaved", ""), self._typing()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if typing and _is_text(binding.key):
                continue
            if binding.show and binding.id not in always and binding.action not in found:
                enabled = active.enabled and not why_off(binding.action) and not (unsaved and changing(binding.action))
                found[binding.action] = KeyHint(
                    (binding.key != "enter" and binding.key_display) or key_words(binding.key),
                    say(binding.description),
                    binding.action,
                    enabled,
                )
        focused = self.screen.focused
        if isinstance(focused, RowList) and focused.read and not len(focused.rows):  # what can be done where there is nothing comes first
            return sorted(found.values(), key=lambda hint: not hint.enabled)
        if REMAPPED:  # a key of one's own stands where its action stood
            order = {action.action: n for n, action in enumerate(getattr(self.screen, "ACTIONS", ()))}
            return sorted(found.values(), key=lambda hint: order.get(hint.action, len(order)))
        return list(found.values())

    def render_line(self, y: int) -> Strip:
        last = self._last()
        room = self.size.width - sum(hint.width for hint in last)
        self.zones = []
        parts: list[Segment] = []
        at = 0
        for hint in self.hints():
            if at + hint.width > room:
                break
            at = self._add(parts, hint, at)
        gap = self.size.width - sum(hint.width for hint in last) - at
        parts.append(Segment(" " * max(0, gap), self.get_component_rich_style("key--label")))
        at += max(0, gap)
        for hint in last:
            at = self._add(parts, hint, at)
        return line(parts, self.size.width, self.rich_style)

    def _last(self) -> list[KeyHint]:
        """On the right. While somebody types, a letter is text: only keys that are none are named."""
        narrow, typing = self.size.width < ROOMY, self._typing()
        found: list[KeyHint] = []
        for action in self.ALWAYS:
            keys = [key for key in REMAPPED.get(action.id, action.keys).split(",") if not (typing and _is_text(key))]
            if keys:
                label = say(BRIEF[action.id] if narrow else action.label)
                found.append(KeyHint(key_words(keys[0]), label, f"app.{action.action}", True))
        return found

    def _typing(self) -> bool:
        focused = self.screen.focused
        return focused is not None and focused.__class__.__name__ in {"CaptionArea", "Input"}

    def _add(self, parts: list[Segment], hint: KeyHint, at: int) -> int:
        off = self.get_component_rich_style("key--off")
        parts.append(Segment(f" {hint.key}", self.get_component_rich_style("key--key") if hint.enabled else off))
        parts.append(Segment(f" {hint.label} ", self.get_component_rich_style("key--label") if hint.enabled else off))
        self.zones.append(Zone(at, at + hint.width, hint.action))
        return at + hint.width

    def clicked(self, action: str) -> None:
        self.app.call_later(self.screen.run_action, action)
