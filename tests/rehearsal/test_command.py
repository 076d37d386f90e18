"""`daypart rehearse` at the command line: what is printed, its width, its exit code, with no network and beside the service."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import pytest

from config.samples import demo_media, write_demo
from daypart.cli import run
from sandbox.media import make_film, make_picture
from scheduler.clock import SystemClock
from scheduler.desk.desk import Desk
from tests.desk.house import house
from tests.rehearsal.plans import ACCOUNTS, Planned, plan
from tests.rehearsal.test_rehearse import hashes

HOUR = 3_600_000_000


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any socket to elsewhere is a mistake. (An event loop has a pair of its own.)"""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a rehearsal wanted the network")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def rehearse(capsys: pytest.CaptureFixture[str], root: Path, *more: str) -> tuple[int, str]:
    capsys.readouterr()
    code = run(["rehearse", "--workspace", str(root), *more])
    return code, capsys.readouterr().out


def make_plan(root: Path, *, approved: bool = True) -> None:
    """Three posts in the hours ahead of now, the real now."""

    async def make() -> None:
        now = SystemClock().wall() // 60_000_000 * 60_000_000
        async with house(root, None) as h:
            await h.connected(*ACCOUNTS)
            await plan(h, [Planned(f"post-{n}", account, now + (n + 1) * HOUR, approved=approved) for n, account in enumerate(ACCOUNTS)])

    asyncio.run(make())


@pytest.mark.usefixtures("no_network")
def test_all_goes_out_is_exit_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_plan(tmp_path)
    before = hashes(tmp_path)
    code, out = rehearse(capsys, tmp_path, "--until", "+1d", "--calm")
    assert code == 0
    assert out.startswith("rehearsal: nothing was sent\n")
    assert "\n3 would go out · 0 would not without you\n" in out
    assert "ig-kawa  Instagram 1 of 100" in out
    assert "a rehearsal cannot know" in out
    assert max(map(len, out.splitlines())) <= 80
    assert hashes(tmp_path) == before


@pytest.mark.usefixtures("no_network")
def test_what_needs_a_person_is_exit_code_1_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_plan(tmp_path, approved=False)
    code, out = rehearse(capsys, tmp_path, "--until", "+1d", "--calm")
    assert code == 1
    assert "  daypart approve autumn/post-0@bs-kawa\n" in out
    assert rehearse(capsys, tmp_path, "--until", "+1d", "--calm", "--as-if-approved")[0] == 0
    code, out = rehearse(capsys, tmp_path, "--until", "+1d", "--calm", "--approved-only")
    assert code == 0
    assert "nothing is planned in this time" in out


@pytest.mark.usefixtures("no_network")
def test_json_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_plan(tmp_path)
    code, out = rehearse(capsys, tmp_path, "--until", "+2d", "--seed", "4", "--outages", "many", "--json")
    told = json.loads(out)
    assert told["rehearsal"] == "nothing was sent"
    assert (told["seed"], told["outages"]) == (4, "many")
    assert [post["key"] for post in told["posts"]] == [f"autumn/post-{n}@{account}" for n, account in enumerate(ACCOUNTS)]
    assert told["summary"]["going_out"] + told["summary"]["needing_you"] == 3
    assert code == (1 if told["summary"]["needing_you"] else 0)
    assert {"kind", "from", "to", "whom", "words"} == set(told["incidents"][0])


def test_mistakes_have_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rehearse", "--workspace", str(tmp_path), "--until", "+1d"]) == 66
    (tmp_path / "daypart.yaml").write_text("version: 1\nname: Empty\ntimezone: UTC\n", "utf-8")
    assert run(["rehearse", "--workspace", str(tmp_path), "--until", "+1d"]) == 66
    assert "There is no store" in capsys.readouterr().err
    assert not (tmp_path / ".daypart").exists()
    make_plan(tmp_path)
    assert run(["rehearse", "--workspace", str(tmp_path), "--until", "whenever"]) == 64
    assert run(["rehearse", "--workspace", str(tmp_path), "--until", "+1d", "--approved-only", "--as-if-approved"]) == 64


@pytest.mark.usefixtures("no_network")
def test_the_sample_of_the_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it stands before anybody signed in or approved anything: every post says what it waits for."""
    write_demo(tmp_path, SystemClock().wall(), "Europe/Berlin", "http://127.0.0.1:9")
    for number, media in enumerate(demo_media()):
        if media.kind == "film":
            make_film(tmp_path / media.name, media.width, media.height, media.seconds or 6, number, media.words)
        else:
            make_picture(tmp_path / media.name, media.width, media.height, media.words, number)

    async def apply() -> None:
        desk = await Desk.open(tmp_path)
        await desk.apply(await desk.plan())
        await desk.close()

    asyncio.run(apply())
    code, out = rehearse(capsys, tmp_path, "--until", "+14d")
    assert code == 1
    assert "not approved" in out
    assert "is not connected: its" in out
    assert "daypart account connect" in out
    assert max(map(len, out.splitlines())) <= 80
