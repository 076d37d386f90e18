"""Colours and state signs. Meaning is carried by the sign and the word; colour only repeats it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.color import Color, ColorParseError
from textual.theme import Theme

from scheduler.desk.views import Sign
from tui.say import later


@dataclass(frozen=True, slots=True)
class Look:
    """How one state is shown: a sign one cell wide, its twin in ASCII, and the theme colour that repeats it."""

    sign: str
    ascii: str
    color: str


LOOKS: dict[Sign, Look] = {
    Sign.DRAFT: Look("✎", "d", "quiet"),
    Sign.AI_DRAFT: Look("?", "?", "warning"),
    Sign.NEEDS_TEXT: Look("…", "t", "quiet"),
    Sign.SCHEDULED: Look("◷", "o", "primary"),
    Sign.HELD: Look("▮", "=", "warning"),
    Sign.SENDING: Look("↻", "~", "primary"),
    Sign.CHECKING: Look("⊘", "%", "warning"),
    Sign.NEEDS_YOU: Look("!", "!", "warning"),
    Sign.PUBLISHED: Look("✓", "+", "success"),
    Sign.REFUSED: Look("✗", "x", "error"),
    Sign.MISSED: Look("∅", "m", "error"),
    Sign.CANCELLED: Look("-", "-", "quiet"),
}

SIGN_WORDS: dict[Sign, str] = {
    Sign.DRAFT: later("Draft"), Sign.AI_DRAFT: later("AI draft – needs you"), Sign.NEEDS_TEXT: later("No text yet"),
    Sign.SCHEDULED: later("Scheduled"), Sign.HELD: later("On hold"), Sign.SENDING: later("Sending"),
    Sign.CHECKING: later("Checking whether it is there"), Sign.NEEDS_YOU: later("Needs you"), Sign.PUBLISHED: later("Published"),
    Sign.REFUSED: later("Refused"), Sign.MISSED: later("Missed"), Sign.CANCELLED: later("Cancelled"),
}  # fmt: skip
"""Each state in words, where there is no room for more or where it is read aloud."""

DARK = Theme(
    name="daypart-dark",
    dark=True,
    background="#12161a",
    surface="#181d22",
    panel="#222930",
    foreground="#e6e9ec",
    primary="#79bcff",
    secondary="#c9b1fa",
    accent="#79bcff",
    success="#74d392",
    warning="#f2c55c",
    error="#ff948a",
    variables={"quiet": "#9aa5b1", "rest": "#727e8b", "on-cursor": "#0b1a29", "model": "#c9b1fa", "footer-key-foreground": "#f2c55c"},
)
LIGHT = Theme(
    name="daypart-light",
    dark=False,
    background="#fbfaf7",
    surface="#ffffff",
    panel="#eceae4",
    foreground="#1c2024",
    primary="#0b5cad",
    secondary="#6438b0",
    accent="#0b5cad",
    success="#17692f",
    warning="#7a5000",
    error="#b0241c",
    variables={"quiet": "#59626c", "rest": "#767e86", "on-cursor": "#ffffff", "model": "#6438b0", "footer-key-foreground": "#7a5000"},
)
CONTRAST = Theme(
    name="daypart-contrast",
    dark=True,
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    foreground="#ffffff",
    primary="#8cd0ff",
    secondary="#e5c8ff",
    accent="#ffe14d",
    success="#7dff9a",
    warning="#ffe14d",
    error="#ffb0a8",
    variables={"quiet": "#d8d8d8", "rest": "#ffffff", "on-cursor": "#000000", "model": "#e5c8ff", "footer-key-foreground": "#ffe14d"},
)
THEMES = (DARK, LIGHT, CONTRAST)
FALLBACKS = {"quiet": "#8a939c", "rest": "#8a939c", "on-cursor": "#000000", "model": "#a58be0"}
"""Our own variables where somebody chose one of Textual's themes."""
THEME_OF = {"dark": DARK.name, "light": LIGHT.name, "contrast": CONTRAST.name}
"""What a person's settings call them."""
THEME_WORDS = {"dark": later("Dark"), "light": later("Light"), "contrast": later("High contrast")}


CLIENT_COLORS = {"blue": "#4a86e8", "yellow": "#a8890a", "cyan": "#1490b0", "purple": "#a070e0", "pink": "#dd6091"}
"""Names whose usual colour is lost on a dark or on a light ground."""


def client_rgb(color: str) -> str | None:
    """A client's colour from the files as a hex value, or None when it is no colour."""
    if color in CLIENT_COLORS:
        return CLIENT_COLORS[color]
    try:
        return Color.parse(color).hex6 if color else None
    except ColorParseError:
        return None
