"""The first run: from an empty folder to a post that went out, and to the desk, with keys only."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot

from config.beginnings import add_account, slug_of, write_own
from config.splice import SpliceError
from scheduler.desk.first_run import FirstPost, FirstRun, Say
from scheduler.errors import UnreachableError
from scheduler.workspace import read_workspace
from tests.tui.seeds import seeded
from tests.tui.waiting import see, type_text, until
from tui.handles import wrong_handle
from tui.welcome import Next, Welcome


class Scripted(FirstRun):
    """Answers at once; the whole way with processes is tried by the test of the command."""

    problem: UnreachableError | None = None

    async def try_it(self, name: str, words: str, say: Say) -> FirstPost:
        self.asked = (name, words)
        say("starting a pretend Bluesky")
        if self.problem is not None:
            raise self.problem
        found = await seeded().deliveries()
        self.desk = cast("object", self)  # type: ignore[assignment]
        out = tuple(view for view in found if view.state == "published")[:1]
        return FirstPost("desk/hello", out, 2.0)


@asynccontextmanager
async def first_run(root: Path) -> AsyncIterator[tuple[Pilot[None], Scripted, Welcome]]:
    first = Scripted(root)
    app = Welcome(first)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "Three questions", "Begin (⏎)")
        yield pilot, first, app


async def test_three_questions_and_the_post_is_shown(tmp_path: Path) -> None:
    async with first_run(tmp_path) as (pilot, first, app):
        await pilot.press("enter")
        await see(pilot, "1 of 3", "Whose posts are these?")
        await type_text(pilot, "Kawa")
        await pilot.press("enter")
        await see(pilot, "2 of 3 · Kawa", "Try it out", "Connect a Mastodon account")
        await pilot.press("enter")
        await see(pilot, "3 of 3 · Kawa", "approves exactly these words")
        await type_text(pilot, "We open")
        await pilot.press("enter")
        await see(pilot, "Your first post is out", "“We open”", "(pretend, on this computer)", "Connect a real account (c)")
        assert first.asked == ("Kawa", "We open")
        await pilot.press("c")
    assert app.then == Next("accounts", "*")


async def test_esc_goes_one_question_back_and_nothing_is_made(tmp_path: Path) -> None:
    async with first_run(tmp_path) as (pilot, _, app):
        await pilot.press("enter")
        await see(pilot, "1 of 3")
        await pilot.press("enter")
        await see(pilot, "Please write a name.")
        await type_text(pilot, "Kawa")
        await pilot.press("enter")
        await see(pilot, "2 of 3")
        await pilot.press("escape")
        await see(pilot, "1 of 3", "Kawa")
        await pilot.press("escape")
        await see(pilot, "Begin (⏎)")
        await pilot.press("q")
    assert app.then is None
    assert os.listdir(tmp_path) == []


async def test_a_real_account_first(tmp_path: Path) -> None:
    async with first_run(tmp_path) as (pilot, first, app):
        await pilot.press("enter")
        await see(pilot, "1 of 3")
        await type_text(pilot, "Kawa")
        await pilot.press("enter")
        await see(pilot, "2 of 3")
        await pilot.press("down", "enter")
        await see(pilot, "Your handle on Bluesky")
        await type_text(pilot, "kawa")
        await pilot.press("enter")
        await see(pilot, "Please write the whole handle")
        await type_text(pilot, ".example")
        await pilot.press("f2")
        await see(pilot, "Your own server; empty: the usual one")
        await type_text(pilot, "pds.kawa.example")
        await pilot.press("enter")
        await until(pilot, lambda: app.then is not None, "the way on")
    assert app.then == Next("accounts", "bs-kawa")
    written = read_workspace(tmp_path).accounts["bs-kawa"]
    assert (written.handle, written.base) == ("kawa.example", "https://pds.kawa.example")
    await first.close()


async def test_what_went_wrong_is_said_and_can_be_tried_again(tmp_path: Path) -> None:
    async with first_run(tmp_path) as (pilot, first, _):
        first.problem = UnreachableError("the pretend platforms did not start", "try again")
        await pilot.press("enter")
        await see(pilot, "1 of 3")
        await type_text(pilot, "Kawa")
        await pilot.press("enter")
        await see(pilot, "2 of 3")
        await pilot.press("enter")
        await see(pilot, "3 of 3")
        await type_text(pilot, "Hi")
        await pilot.press("enter")
        await see(pilot, "The pretend platforms did not start. Try again.", "Try again (⏎)")


@pytest.mark.parametrize(
    ("name", "slug"), [("Kawa Wrocław", "kawa-wroclaw"), ("  Łódź & Co. ", "lodz-co"), ("咖啡", "mine"), ("A" * 60, "a" * 24)]
)
def test_names_for_files(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_handles_are_looked_at_while_they_are_typed() -> None:
    assert wrong_handle("mastodon", "@me@social.example") == ""
    assert "server" in wrong_handle("mastodon", "me")
    assert "blanks" in wrong_handle("instagram", "my cafe")


def test_an_account_is_added_and_the_comments_stay(tmp_path: Path) -> None:
    write_own(tmp_path, 'Kawa "Nova": #1', "bluesky", "kawa.example")
    file = tmp_path / "daypart.yaml"
    before = file.read_text("utf-8")
    slug = slug_of('Kawa "Nova": #1')
    add_account(file, "ms-kawa", "mastodon", "@kawa@social.example", slug)
    add_account(file, "ig-own", "instagram", "own", None)
    workspace = read_workspace(tmp_path)
    assert list(workspace.accounts) == [f"bs-{slug}", "ms-kawa", "ig-own"]
    assert workspace.clients[slug].accounts == (f"bs-{slug}", "ms-kawa")
    assert workspace.clients[slug].name == 'Kawa "Nova": #1'
    after = file.read_text("utf-8").splitlines()
    assert [line for line in before.splitlines() if "#" in line and "name:" not in line] == [
        line for line in after if "#" in line and "name:" not in line
    ]


def test_a_file_that_is_written_another_way_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "daypart.yaml"
    file.write_text("version: 1\ntimezone: UTC\naccounts: { a: { platform: bluesky, handle: a.example } }\n", "utf-8")
    before = file.read_bytes()
    with pytest.raises(SpliceError):
        add_account(file, "b", "bluesky", "b.example", None)
    assert file.read_bytes() == before
