"""Keys that a person gave to actions: which are free, and whose they are where they are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.keys import _character_to_key

from tui.keys.action import REMAPPED, Action, key_words
from tui.keys.actions import EVERYWHERE, PANES, SCREENS, everything, place_name
from tui.say import say

FIXED = frozenset({"escape", "tab", "shift+tab", "enter", "ctrl+c", "ctrl+i", "ctrl+m", "ctrl+j", "ctrl+z", "ctrl+y", "ctrl+g"})
"""Keys whose meaning every terminal, text and dialog relies on."""
WHILE_WRITING = "write"
KEPT = {"all.hold": "ctrl+g"}
"""Keys an action keeps beside those it is given: the brake works while one writes."""


def split(keys: str) -> list[str]:
    """`ctrl+p,:` as the names Textual gives to keys; the comma itself is `comma`."""
    names = [","] if keys == "," else [key for key in keys.split(",") if key]
    return [_character_to_key(name) if len(name) == 1 else name for name in names]


def use(keys: Mapping[str, str]) -> dict[str, str]:
    """Take a person's keys over, for Textual and for what is shown; what cannot be is left out."""
    known = {action.id for action in everything()}
    REMAPPED.clear()
    for action, wanted in keys.items():
        if action in known and not judge({**REMAPPED, action: wanted}, action):
            REMAPPED[action] = ",".join(dict.fromkeys([*split(wanted), *split(KEPT.get(action, ""))]))
    return dict(REMAPPED)


def troubles(keys: Mapping[str, str]) -> list[str]:
    """Why keys in the file are not used."""
    taken: dict[str, str] = {}
    wrong = []
    for action, wanted in keys.items():
        why = judge({**taken, action: wanted}, action)
        if why:
            wrong.append(why)
        else:
            taken[action] = wanted
    return wrong


def judge(keys: Mapping[str, str], changed: str) -> str:
    """Why an action cannot have the keys it has in `keys`; empty: it can."""
    action = next((one for one in everything() if one.id == changed), None)
    if action is None:
        return say("There is no action “{name}”", name=changed)
    for key in split(keys.get(changed, action.keys)):
        if why := _refused(key, action) or _taken(key, action, keys):
            return why
    return ""


def _refused(key: str, action: Action) -> str:
    if key in FIXED and key not in split(action.keys):
        return say("{key} keeps its meaning in every place", key=key_words(key))
    own = split(action.keys)[0]
    if own in FIXED:
        return say("{label} keeps its key", label=say(action.label))
    if action in SCREENS[WHILE_WRITING] and len(key_words(key)) == 1 and len(key_words(own)) > 1:
        return say(
            "{label} is used while you write, and there {key} is text: take an F-key or ctrl", label=say(action.label), key=key_words(key)
        )
    return ""


def _taken(key: str, action: Action, keys: Mapping[str, str]) -> str:
    for place, other in _neighbours(action):
        if other.id != action.id and key in split(keys.get(other.id, other.keys)):
            where = say("everywhere") if other in EVERYWHERE else place_name(place)
            return say("{key} is the key of “{label}” ({where})", key=key_words(key), label=say(other.label), where=where)
    return ""


def _neighbours(action: Action) -> Iterator[tuple[str, Action]]:
    """Every action that can be meant where this one can."""
    everywhere = action in EVERYWHERE
    for place, actions in SCREENS.items():
        if everywhere or action in actions:
            yield from ((place, other) for other in (*actions, *EVERYWHERE))
    for actions in PANES.values():
        if action in actions:  # while such a part has the focus, its keys come before all others
            yield from ((WHILE_WRITING, other) for other in actions)
