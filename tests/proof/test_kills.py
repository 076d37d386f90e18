"""Killed anywhere: after every SIGKILL, at every failpoint of the path, each approved post is there once and nothing else ever is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest

from scheduler import failpoints
from tests.proof import desk_kills, odd_ways
from tests.proof.histories import Setting, cases, killed, undisturbed
from tests.proof.lanes import Lane, Tally, everywhere, once, open_lanes

SETTINGS = [Setting(prefix, server) for prefix in ("bluesky", "mastodon", "instagram", "gotosocial") for server in ("plain", "dropped")]
NOT_PASSED = {
    "store.make": "killed in test_migration_kills.py",
    "migrate.step": "killed in test_migration_kills.py",
    "poll": "no adapter of these platforms answers “accepted, being processed”",
    "figures": "read a quarter of an hour after a post went out, which does not look at them again",
    "try": "when a desk last tried to write, and nobody reads it",
    "rotate": "made once a day, of a long sent log; killed in test_keeping.py",
    "sentlog.move": "as above",
    "sentlog.swap": "as above",
    "backup.copy": "a command of its own; killed in test_keeping.py",
    "backup.rename": "as above",
    "restore.swap": "a command of its own; killed in test_keeping.py",
}
"""Failpoints that no history here can be killed at, and why."""
Note = Callable[[str, object], None]


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Lane]]:
    with open_lanes(tmp_path_factory.mktemp("kills")) as running:
        yield running


def on_the_path(lanes: Sequence[Lane], setting: Setting) -> Tally:
    """Each failpoint that the path passes, at its first and last time; two of three are killed again while they recover."""
    calm = undisturbed(lanes[0], setting)
    points = cases(calm.reached)
    total = everywhere(lanes, [lambda lane, n=n, point=point: killed(lane, setting, point, n % 3) for n, point in enumerate(points)])
    total.add(calm)
    return total


def off_the_path(lanes: Sequence[Lane]) -> Tally:
    """What a straight run does not meet."""
    ways = [(way, point) for way in odd_ways.WAYS for point in way.points]
    return everywhere(lanes, [lambda lane, way=way, point=point: odd_ways.lead(lane, way, point) for way, point in ways])


def at_the_desk(lanes: Sequence[Lane]) -> Tally:
    """A person's own actions."""
    alone = [(deed,) for deed in desk_kills.DEEDS]
    deeds = [lambda lane, deeds=deeds: desk_kills.done(lane, *deeds) for deeds in [desk_kills.BESIDE, *alone]]
    answers = [
        lambda lane, truth=truth, deed=deed, side=side: desk_kills.answered(lane, truth, deed, side)
        for truth, deed in desk_kills.ANSWERS
        for side in ("before", "after")
    ]
    return everywhere(lanes, [*answers, *deeds])


GROUPS: dict[str, Callable[[Sequence[Lane]], Tally]] = {
    **{setting.name: partial(on_the_path, setting=setting) for setting in SETTINGS},
    "odd-ways": off_the_path,
    "desk": at_the_desk,
}


@pytest.fixture
def tally(lanes: list[Lane], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Tally]:
    """All histories of a group, run once, also when several test processes share the work."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    return lambda group: once(shared, f"kills-{group}", partial(GROUPS[group], lanes))


@pytest.mark.parametrize("group", GROUPS)
def test_killed_anywhere_each_approved_post_is_there_once(tally: Callable[[str], Tally], group: str) -> None:
    found = tally(group)
    print(f"{group}: {found.words()}")
    assert not found.faults, "\n".join(found.faults)


def test_no_failpoint_is_left_out_and_the_kills_are_many(tally: Callable[[str], Tally], record_property: Note) -> None:
    total = Tally()
    for group in GROUPS:
        total.add(tally(group))
    print(total.words())
    record_property("proof", total.words())
    left_out = {f"{name}.{side}" for name in NOT_PASSED for side in ("before", "after")}
    assert failpoints.NAMES - total.kills.keys() == left_out
    assert total.reached.keys() <= total.kills.keys()
    assert total.kills.total() >= 300
