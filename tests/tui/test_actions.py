"""One list of actions: no key twice, everything named, twins exist."""

from __future__ import annotations

from collections import defaultdict

import pytest
from textual.binding import Binding

from daypart.cli import cli
from tests.tui.fake_desk import FakeDesk
from tests.tui.waiting import Shown, opened, until
from tui.frame import DeskScreen
from tui.keys.action import Action, key_words
from tui.keys.actions import EVERYWHERE, PANES, PLACES, SCREENS, everything
from tui.widgets.media_list import MediaList
from tui.widgets.timeline import Timeline
from tui.widgets.variants import Variants

TYPING = {"write"}
"""Places where letters are text: there a letter may stand for what it means when no text has the focus."""


@pytest.mark.parametrize("place", SCREENS)
def test_no_key_twice_on_a_screen(place: str) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for action in (*SCREENS[place], *EVERYWHERE):
        for key in action.keys.split(","):
            owners[key].add(action.id)
    assert {key: ids for key, ids in owners.items() if len(ids) > 1} == {}


def test_every_action_has_a_key_that_browsers_leave_alone() -> None:
    """`daypart serve`: these three never reach a page."""
    kept = {"ctrl+t", "ctrl+n", "ctrl+w"}
    assert not [action.id for action in everything() if set(action.keys.split(",")) <= kept]


def test_one_letter_has_one_meaning_everywhere() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for place, actions in SCREENS.items():
        for action in actions if place not in TYPING else ():
            for key in action.keys.split(","):
                if len(key) == 1 and key.isalpha():
                    meanings[key].add(action.label)
    moving = set("hjklgG")
    meanings["c"] -= {"Connect"}  # no posts stand in Accounts: what is done to posts has no key there
    meanings["t"] -= {"Test"}
    meanings["d"] -= {"Disconnect"}
    meanings["d"] -= {"What changed"}  # where nothing can be deleted it shows the difference, which harms nobody
    assert {key: labels for key, labels in meanings.items() if len(labels) > 1 and key not in moving} == {}


def test_places_keep_their_digits() -> None:
    assert {action.keys: action.label for action in PLACES} == {
        "1": "Today", "2": "Calendar", "3": "Write", "4": "Approvals", "5": "Outbox", "6": "Accounts", "7": "Library", "8": "Plan",
        "9": "Report",
    }  # fmt: skip


@pytest.mark.parametrize("action", everything(), ids=lambda action: action.id)
def test_everything_has_words(action: Action) -> None:
    assert action.label
    assert action.tip
    assert not action.tip.endswith(".")


def test_one_id_is_one_action() -> None:
    by_id: dict[str, set[Action]] = defaultdict(set)
    for group in (EVERYWHERE, *SCREENS.values()):
        for action in group:
            by_id[action.id].add(action)
    assert [found for found in by_id.values() if len(found) > 1] == []


def _commands() -> set[str]:
    found: set[str] = set()
    for name in cli.list_commands(None):  # type: ignore[arg-type]
        found.add(name)
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        found |= {f"{name} {sub}" for sub in getattr(command, "commands", {})}
    return found


def test_every_twin_is_a_command() -> None:
    commands = _commands()
    for action in everything():
        words = action.twin.removeprefix("daypart ").split(" --")[0]
        assert not words or words.startswith("--") or words in commands, action


def test_keys_are_written_for_people() -> None:
    assert [key_words(key) for key in ("ctrl+r", "f5", "!", "pagedown", "enter", "C", "[")] == ["^r", "F5", "!", "PgDn", "⏎", "C", "["]


async def test_every_binding_on_every_screen_has_an_id_and_a_tooltip() -> None:
    async with opened() as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        for place in "12345":
            await pilot.press(place)
            name = PLACES[int(place) - 1].action.split("'")[1]
            await until(pilot, lambda name=name: getattr(app.screen, "PLACE", "") == name, name)  # type: ignore[misc]
            screen = app.screen
            assert isinstance(screen, DeskScreen)
            for active in screen.active_bindings.values():
                binding: Binding = active.binding
                if binding.show:
                    assert binding.id, binding
                    assert binding.tooltip, binding


async def test_every_action_can_be_called() -> None:
    """Each name in the list is a method of its screen, its list or the program."""
    async with opened(FakeDesk()) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        for place, actions in SCREENS.items():
            app.go(place)
            await until(pilot, lambda place=place: getattr(app.screen, "PLACE", "") == place and bool(app.screen.query("#body *")), place)  # type: ignore[misc]
            owners = [app.screen, app, *app.screen.query("*")]
            for action in (*actions, *EVERYWHERE):
                name = action.action.split("(")[0].removeprefix("app.")
                assert any(hasattr(owner, f"action_{name}") for owner in owners), action


@pytest.mark.parametrize("pane", PANES)
def test_a_part_with_keys_of_its_own_has_none_twice(pane: str) -> None:
    keys = [key for action in PANES[pane] for key in action.keys.split(",")]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("part", [Variants, Timeline, MediaList])
def test_every_key_of_a_part_does_something_there(part: type[Variants | Timeline | MediaList]) -> None:
    assert part.ACTIONS in PANES.values()
    assert [a.id for a in part.ACTIONS if not hasattr(part, f"action_{a.action.split('(')[0]}")] == []
