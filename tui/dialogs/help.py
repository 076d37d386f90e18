"""`?`: the keys of this place, then those that work everywhere, each with its command."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from textual.content import Content

from tui.dialogs.details import Details
from tui.keys.action import Action
from tui.keys.actions import EVERYWHERE
from tui.say import later, say

KEY_WIDTH = 9
NOTES = later(
    "$ … is the command that does the same without a screen.\n"
    "In dialogs esc always means no.\n"
    "While you write, letters are text: F-keys and ctrl work."
)
TEXT_WIDTH = 58
"""Fits the dialog at 80 columns."""


def help_page(place: str, actions: Sequence[Action]) -> Details:
    """The page for one place."""
    parts = [*_part(say("Here: {place}", place=place), actions), Content(""), *_part(say("Everywhere (not while typing)"), EVERYWHERE)]
    parts += [
        Content(""),
        Content.styled(
            say(NOTES),
            "$quiet",
        ),
    ]
    return Details(say("Keys · {place}", place=place), Content("\n").join(parts))


def _part(title: str, actions: Sequence[Action]) -> list[Content]:
    lines = [Content.styled(title, "bold $primary")]
    for action in actions:
        first, *rest = _wrapped(f"{say(action.label)}: {say(action.tip)}", f"$ {action.twin}" if action.twin else "")
        lines.append(Content.assemble((f"{action.all_keys:<{KEY_WIDTH}} ", "bold $warning"), first))
        lines += [Content(f"{'':<{KEY_WIDTH}} {text}") for text in rest]
    return lines


def _wrapped(words: str, twin: str) -> list[str]:
    """The command stays whole, on the last line or below it."""
    lines = wrap(words, TEXT_WIDTH)
    if twin and len(lines[-1]) + len(twin) + 2 <= TEXT_WIDTH:
        lines[-1] += f"  {twin}"
    elif twin:
        lines.append(twin)
    return lines
