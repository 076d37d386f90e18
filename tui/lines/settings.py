"""What stands in Settings: every choice with what it may be, then the keys of every place. No drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from config.desk_settings import CHOICES, EXPLAINED, KEYS, DeskSettings
from tui.keys.action import Action, key_words
from tui.keys.actions import EVERYWHERE, PANES, SCREENS, place_name
from tui.say import later, say
from tui.text import fit

LABELS = {
    "theme": later("Colours"),
    "language": later("Language"),
    "signs": later("Signs"),
    "motion": later("Motion"),
    "reading": later("Screen reader"),
}
VALUES = {
    "theme": (later("Dark"), later("Light"), later("High contrast")),
    "language": (later("As the computer"), "English", "Polski"),
    "signs": (later("As the terminal can"), later("Always drawn"), later("Plain letters")),
    "motion": (later("As usual"), later("None")),
    "reading": (later("For the eye"), later("To be read aloud")),
}
"""Words for the values, in the order of CHOICES."""
OWN_NAMES = ("English", "Polski")
"""A language is found by who speaks it."""
LABEL_WIDTH = 18


@dataclass(frozen=True, slots=True)
class Line:
    """One line; with a heading it cannot be changed."""

    name: str
    heading: str = ""
    action: Action | None = None
    """The action whose key this is."""

    def words(self, settings: DeskSettings) -> str:
        """As text: for finding, and to be read aloud."""
        if self.heading:
            return self.heading
        if self.action is not None:
            mine = say("(yours)") if settings.value(self.name) else ""
            return f"{fit(self.action.all_keys, LABEL_WIDTH)} {say(self.action.label)} {mine}".rstrip()
        return f"{fit(say(LABELS[self.name]), LABEL_WIDTH)} {_choices(self.name, settings.value(self.name))}"

    def name_words(self) -> str:
        """What is set by it."""
        return say(self.action.label) if self.action is not None else say(LABELS[self.name]) if self.name in LABELS else self.heading

    def explained(self) -> str:
        """What it is for."""
        if self.action is not None:
            usual = " ".join(key_words(key) for key in self.action.keys.split(","))
            command = f"\n$ {self.action.twin}" if self.action.twin else ""
            return say("{tip}.", tip=say(self.action.tip)) + " " + say("Its usual key: {keys}.", keys=usual) + command
        return say(EXPLAINED[self.name]) + "." if self.name in EXPLAINED else ""


def _choices(name: str, value: str) -> str:
    """All of them, the chosen one in brackets: no colour is needed to see it."""
    words = [word if word in OWN_NAMES else say(word) for word in VALUES[name]]
    return " ".join(f"[{word}]" if choice == value else f" {word} " for choice, word in zip(CHOICES[name], words, strict=True))


def settings_lines() -> list[Line]:
    """Everything that can be changed."""
    lines = [Line("#look", say("HOW THE DESK LOOKS AND SPEAKS")), *(Line(name) for name in CHOICES)]
    seen: set[str] = set()
    groups = [("#everywhere", say("KEYS EVERYWHERE"), EVERYWHERE)]
    groups += [(f"#{place}", say("KEYS IN {place}", place=place_name(place).upper()), actions) for place, actions in SCREENS.items()]
    groups += [(f"#{pane}", say("KEYS IN {place}", place=say(pane).upper()), actions) for pane, actions in PANES.items()]
    for key, heading, actions in groups:
        fresh = [action for action in actions if action.id not in seen]
        seen |= {action.id for action in fresh}
        if fresh:
            lines += [Line(key, heading), *(Line(f"{KEYS}{action.id}", action=action) for action in fresh)]
    return lines


def found(lines: Sequence[Line], words: str, settings: DeskSettings) -> list[Line]:
    """Lines with these words, and the headings that still have lines."""
    wanted = words.casefold().split()
    kept = [line for line in lines if line.heading or all(word in _whole(line, settings) for word in wanted)]
    return [line for n, line in enumerate(kept) if not line.heading or (n + 1 < len(kept) and not kept[n + 1].heading)]


def _whole(line: Line, settings: DeskSettings) -> str:
    return f"{line.words(settings)} {line.explained()} {line.name}".casefold()


def turned(name: str, value: str, step: int) -> str:
    """The value before or after this one, round and round."""
    choices = CHOICES[name]
    return choices[(choices.index(value) + step) % len(choices)]


def prompt(line: Line, settings: DeskSettings) -> Content:
    """As it is drawn."""
    return Content.styled(line.heading, "bold $quiet") if line.heading else Content(line.words(settings))
