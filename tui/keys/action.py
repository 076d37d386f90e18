"""What an action is: one thing a person can do, the keys for it, and how a key is written. Which there are: `actions`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType
from textual.keys import format_key


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do."""

    id: str
    keys: str
    """Comma-separated; the first one is shown."""
    action: str
    """Name of the `action_…` method, with its arguments."""
    label: str
    """Two or three words for the bottom line."""
    tip: str
    """One sentence for `?`, the palette and the mouse."""
    twin: str = ""
    """The command that does the same without a screen."""
    footer: bool = False
    """Shown in the bottom line."""
    priority: bool = False
    """Also while a text has the focus."""

    def __post_init__(self) -> None:
        _KNOWN[self.id] = self

    @property
    def first_key(self) -> str:
        """The key people read: `!`, `F5`, `^r`; the one the person chose, where there is one."""
        return key_words(REMAPPED.get(self.id, self.keys).split(",")[0])

    @property
    def all_keys(self) -> str:
        """Every key, for the help page."""
        return " ".join(key_words(key) for key in REMAPPED.get(self.id, self.keys).split(","))

    def binding(self) -> Binding:
        """The Textual side of it."""
        return Binding(
            self.keys,
            self.action,
            self.label,
            show=self.footer,
            key_display=self.first_key,
            tooltip=self.tip,
            id=self.id,
            priority=self.priority,
        )


REMAPPED: dict[str, str] = {}
"""Action → the keys this person gave it (see `keymap`)."""
_KNOWN: dict[str, Action] = {}
"""Every action that was made, by its name."""

ENTER = "⏎"
NAMES = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "esc",
    "enter": ENTER,
    "home": "Home",
    "end": "End",
    "space": "space",
}


def spell_out(lacks_signs: bool) -> None:
    """Where the terminal has no sign for Enter it is a word: what else looks like it there is the arrow to the left."""
    NAMES["enter"] = "Enter" if lacks_signs else ENTER


def name_space(word: str) -> None:
    """The one key whose name is a word of the language."""
    NAMES["space"] = word


def spelled(words: str) -> str:
    """Words in which Enter is a sign, as they are shown here."""
    return words if NAMES["enter"] == ENTER else words.replace(ENTER, NAMES["enter"])


def key_words(key: str) -> str:
    """How a key is written for people."""
    if key in NAMES:
        return NAMES[key]
    if key.startswith("ctrl+"):
        return f"^{key[5:]}"
    return key.upper() if len(key) > 1 and key[0] == "f" and key[1:].isdigit() else format_key(key)


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """For `BINDINGS` of an app, screen or widget."""
    return [action.binding() for action in actions]


def key_of(action: str) -> str:
    """The key people press for it, by the name of the action: the one they chose, where they did."""
    return _KNOWN[action].first_key
