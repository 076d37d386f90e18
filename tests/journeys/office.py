"""Where the weekly jobs are done: two clients on the pretend platforms, hands that count keys, a prompt that counts commands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from PIL import Image
from textual import events
from textual.pilot import Pilot

from scheduler.desk.desk import Desk
from tests.daypart import rig
from tests.daypart.rig import Place, Program, Result
from tests.sandbox_process import Sandbox
from tests.tui.waiting import LOOK, gone, screen_text, see, until
from tui.app import DaypartApp

ZONE = ZoneInfo("Europe/Warsaw")
WORKSPACE = """\
version: 1
workspace_id: w-jobs
name: Two clients
timezone: Europe/Warsaw
accounts:
  bs-kawa: {{ platform: bluesky, handle: kawa.example, server: "{url}/bluesky", languages: [en] }}
  ms-kawa: {{ platform: mastodon, handle: kawa, server: "{url}/mastodon", languages: [en] }}
  ms-roof: {{ platform: mastodon, handle: roof, server: "{url}/mastodon", languages: [en] }}
clients:
  kawa: {{ name: Kawa Wrocław, accounts: [bs-kawa, ms-kawa], color: teal }}
  roof: {{ name: Roof Garden, accounts: [ms-roof], color: orange }}
llm: {{ base_url: "{url}/model/v1", model: scripted }}
"""
SECRETS = {"bs-kawa": "sandbox-kawa.example", "ms-kawa": "sandbox-kawa", "ms-roof": "sandbox-roof"}


@dataclass(slots=True)
class Tally:
    """What a job cost, for the table that ends the run."""

    number: int
    job: str
    keys: int = 0
    letters: int = 0
    """Of the keys: words that somebody had to write in any tool."""
    commands: int = 0


@dataclass(slots=True)
class Office:
    """A workspace whose accounts are signed in. What is prepared here is not counted."""

    place: Place
    tally: Tally

    @property
    def root(self) -> Path:
        """Folder of daypart.yaml."""
        return self.place.root

    @classmethod
    def open(cls, root: Path, program: Program, platforms: Sandbox, tally: Tally, workspace: str = WORKSPACE) -> Office:
        """Pretend platforms that have forgotten everybody, and nobody signed in."""
        platforms.reset()
        (root / "daypart.yaml").write_text(workspace.format(url=platforms.url), "utf-8")
        return cls(Place(root, program, platforms), tally)

    def sign_in(self, *names: str) -> None:
        """Accounts are connected."""
        for name in names or tuple(SECRETS):
            self.place("account", "connect", name, "--secret-stdin", given=f"{SECRETS[name]}\n")

    def new(self, text: str, *accounts: str, when: str = "", title: str = "") -> str:
        """A draft somebody wrote; returns `campaign/post`."""
        where = [word for account in accounts for word in ("--account", account)]
        more = [*(["--when", when] if when else []), *(["--title", title] if title else [])]
        made = self.place("post", "new", "--text", f"en={text}", *where, *more, "--json").json["deliveries"]
        return str(made[0]["post"])

    def approved(self, text: str, *accounts: str, when: str) -> str:
        """The same, and a person said yes to each account."""
        post = self.new(text, *accounts, when=when)
        for account in accounts:
            self.place.approve(f"{post}@{account}")
        return post

    def slots(self, *accounts: str, days: str = "MO,TU,WE,TH,FR", at: str = "17:00") -> None:
        """A campaign without posts that says on which days these accounts post."""
        folder = self.root / "campaigns" / "rhythm"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "campaign.yaml").write_text(
            f"version: 1\nid: rhythm\ntitle: Rhythm\nlanguages: [en]\naccounts: [{', '.join(accounts)}]\n"
            f'schedule:\n  slots:\n    evening: {{ rule: "FREQ=WEEKLY;BYDAY={days}", at: "{at}" }}\n',
            "utf-8",
        )

    def picture(self, name: str, size: tuple[int, int] = (1080, 1080)) -> str:
        """A picture in the workspace."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, "brown").save(file, "JPEG")
        return name

    def published(self, text: str, account: str) -> str:
        """Approved, and the service sent it; returns its key."""
        key = f"{self.new(text, account, when='+1d')}@{account}"
        self.place.send(key)
        with self.place.service():
            rig.until(lambda: self.place.state(key) == "published", f"{key} to go out")
        return key

    def editor(self, words: str) -> None:
        """From now on $EDITOR writes these words."""
        program = self.root / "editor"
        program.write_text(f"#!/bin/sh\ncat > \"$1\" <<'END'\n{words}\nEND\n", "utf-8")
        program.chmod(0o755)
        self.place.env["EDITOR"] = str(program)

    def run(self, *args: str, given: str = "", code: int = 0) -> Result:
        """A command that somebody types: counted."""
        self.tally.commands += 1
        return self.place(*args, given=given, code=code)

    @asynccontextmanager
    async def desk(self, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Hands]:
        """The desk, opened on this workspace."""
        desk = await Desk.open(self.root, user="anna")
        app = DaypartApp(desk)
        try:
            async with app.run_test(size=size, notifications=True) as pilot:
                await until(pilot, lambda: app.facts is not None, "the facts")
                yield Hands(pilot, desk, self.tally)
        finally:
            await desk.close()


@dataclass(slots=True)
class Hands:
    """A person at the desk who has no mouse."""

    pilot: Pilot[None]
    desk: Desk
    tally: Tally

    async def press(self, *keys: str) -> None:
        """Keys that do something."""
        self.tally.keys += len(keys)
        await self.pilot.press(*keys)

    async def type(self, words: str) -> None:
        """Letter by letter."""
        self.tally.keys += len(words)
        self.tally.letters += len(words)
        names = {" ": "space", "\n": "enter"}
        await self.pilot.press(*(names.get(letter, letter) for letter in words))

    async def paste(self, words: str) -> None:
        """From the clipboard: one key of the terminal."""
        self.tally.keys += 1
        self.pilot.app.post_message(events.Paste(words))
        await self.pilot.pause()

    async def see(self, *words: str) -> None:
        """Wait until all of these are on the screen."""
        await see(self.pilot, *words)

    async def gone(self, word: str) -> None:
        """Wait until this is not on the screen any more."""
        await gone(self.pilot, word)

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something else."""
        await until(self.pilot, condition, what)

    async def known(self, ask: Callable[[], Awaitable[bool]], what: str, within: float = 40.0) -> None:
        """Wait until the store says so."""
        end = monotonic() + within
        while not await ask():
            assert monotonic() < end, f"waited {within:.0f} s for {what}\n{self.screen}"
            await asyncio.sleep(LOOK)

    async def in_state(self, state: str, *keys: str) -> None:
        """Wait until these deliveries stand there."""

        async def asked() -> bool:
            return {(await self.desk.delivery(key)).state for key in keys} == {state}

        await self.known(asked, f"{', '.join(keys)} to be {state}")

    async def down_to(self, words: str, most: int = 30) -> None:
        """The cursor down until its line has these words."""
        for _ in range(most):
            if any(line.lstrip("│ ").startswith("▸") and words in line for line in self.screen.splitlines()):
                return
            await self.press("down")
        raise AssertionError(f"no line with {words!r}\n{self.screen}")

    @property
    def screen(self) -> str:
        """What is to be seen now."""
        return screen_text(self.pilot)


def today() -> date:
    """Here."""
    return datetime.now(ZONE).date()


def next_monday() -> date:
    """At least two days ahead, so that no hour of this day matters."""
    day = today() + timedelta(days=2)
    return day + timedelta(days=(7 - day.weekday()) % 7)


def at(day: date, clock: str) -> str:
    """As people type it."""
    return f"{day:%Y-%m-%d} {clock}"


def written_in(hours: float) -> str:
    """A time so many hours from now, as people type it."""
    return (datetime.now(ZONE) + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M")
