"""One sandbox and one loaded program for all tests of the command line; a workspace for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daypart.rig import WORKSPACE, Place, Program, entry, said
from tests.sandbox_process import Sandbox


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    """`daypart`, loaded once."""
    made = Program()
    yield made
    made.close()


@pytest.fixture(scope="session")
def platforms() -> Iterator[Sandbox]:
    """The pretend platforms."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, program: Program, platforms: Sandbox) -> Place:
    """A workspace of two clients with nothing planned yet."""
    return new_place(tmp_path, program, platforms)


@pytest.fixture
def planned(place: Place) -> Place:
    """One post is planned, its account connected."""
    return with_one_post(place)


def new_place(root: Path, program: Program, platforms: Sandbox) -> Place:
    """A workspace, and platforms that have forgotten the one before."""
    platforms.reset()
    (root / "daypart.yaml").write_text(WORKSPACE.format(url=platforms.url), "utf-8")
    return Place(root, program, platforms)


def with_one_post(place: Place) -> Place:
    """The same with one account connected and one post in the calendar."""
    place.campaign(entry("teaser", said("Something is coming")))
    place.connect()
    place("apply", "--yes")
    return place
