"""A small workspace on disk, and a desk over it on a clock that stands still until it is moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from sqlalchemy import Connection, update

from config.times import parse_at
from scheduler.accounts.rows import sync_accounts
from scheduler.desk.desk import Desk
from scheduler.store.queue import sweep_missed
from scheduler.store.statements import ACCOUNT, DELIVERY

TZ = "Europe/Warsaw"

WORKSPACE = """\
version: 1
workspace_id: ws-test
name: Kawa
timezone: Europe/Warsaw
accounts:
  bs-kawa: { platform: bluesky, handle: kawa.example, languages: [en] }
  ms-kawa: { platform: mastodon, handle: "@kawa@social.example", server: https://social.example, languages: [en, pl] }
  ig-kawa: { platform: instagram, handle: kawa.wroclaw, languages: [en, pl] }
  bs-bike: { platform: bluesky, handle: bike.example, languages: [en] }
clients:
  kawa: { name: Kawa Wrocław, accounts: [bs-kawa, ms-kawa, ig-kawa], color: teal }
  bike: { name: Bike Shop, accounts: [bs-bike], color: blue }
media: { host: command, command: ["true"] }
"""

CAMPAIGN = """\
version: 1
id: autumn
title: Autumn
accounts: [bs-kawa]
languages: [en, pl]
schedule:
  slots:
    lunch: { rule: "FREQ=WEEKLY;BYDAY=MO,WE,FR", at: "12:15" }
posts:
  - id: teaser
    at: 2026-11-30T12:15
    text: Something darker is resting on the shelf.
    media: [{ path: media/shelf.jpg, alt: Paper bags on a shelf }]
"""


class StillClock:
    """Stands still; `speed` is real."""

    speed = 1.0

    def __init__(self, at: str = "2026-11-22T10:00") -> None:
        self.now = instant(at)

    def wall(self) -> int:
        return self.now

    def boot(self) -> int:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += int(seconds * 1_000_000)
        await asyncio.sleep(0)


def instant(at: str) -> int:
    """UTC microseconds of a local time."""
    return parse_at(at, TZ).fixed.instant


@dataclass
class House:
    """A workspace with its desk."""

    root: Path
    desk: Desk
    clock: StillClock

    def campaign(self, body: str, name: str = "autumn") -> None:
        """Write a campaign's file."""
        folder = self.root / "campaigns" / name
        (folder / "media").mkdir(parents=True, exist_ok=True)
        (folder / "campaign.yaml").write_text(body, encoding="utf-8")
        if not (folder / "media" / "shelf.jpg").exists():
            self.picture("shelf.jpg", name=name)

    def edit(self, old: str, new: str, name: str = "autumn") -> None:
        """Replace words in a campaign's file."""
        file = self.root / "campaigns" / name / "campaign.yaml"
        body = file.read_text(encoding="utf-8")
        assert old in body, f"{old!r} is not in {file}"
        file.write_text(body.replace(old, new), encoding="utf-8")

    def workspace(self, old: str, new: str) -> None:
        """Replace words in daypart.yaml."""
        file = self.root / "daypart.yaml"
        body = file.read_text(encoding="utf-8")
        assert old in body
        file.write_text(body.replace(old, new) + "\n" * (body.count("\n") % 3 + 1), encoding="utf-8")

    def picture(self, file: str, color: str = "brown", size: tuple[int, int] = (1080, 1080), name: str = "autumn") -> None:
        """Draw a picture."""
        Image.new("RGB", size, color).save(self.root / "campaigns" / name / "media" / file, "JPEG")

    async def apply(self, *, allow_cancel: int | None = None) -> str:
        """Plan and apply, as at a terminal."""
        return (await self.desk.apply(await self.desk.plan(), allow_cancel=allow_cancel)).words

    async def lines(self) -> list[str]:
        """The plan's lines, without diffs."""
        return [f"{c.sign} {c.key} {c.words}" for c in (await self.desk.plan()).changes]

    async def connected(self, *names: str) -> None:
        """Sign accounts in without a network."""

        def operation(conn: Connection) -> None:
            for name, account in sync_accounts(conn, self.desk.workspace).items():
                if name in names:
                    values = {"remote_account_id": f"id-{name}", "state": "ok", "token_enc": b"x"}
                    conn.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(**values))
                    assert account.id is not None
                    self.desk._retarget(conn, account.id)

        await self.desk.change(operation)

    async def approve(self, key: str, *, facts_checked: bool = False) -> str:
        """Read and approve."""
        item = await self.desk.review(key)
        return (await self.desk.approve(key, item.digest, facts_checked=facts_checked)).words

    async def state(self, key: str) -> str:
        """Where a delivery stands."""
        return (await self.desk.delivery(key)).state

    async def put(self, key: str, state: str, **values: object) -> None:
        """As the engine would leave it."""
        change = update(DELIVERY).where(DELIVERY.c.key == key).values(state=state, **values)
        await self.desk.store.write(lambda conn: conn.execute(change))

    async def sweep(self) -> int:
        """What the publishing service does about passed times."""
        return await self.desk.store.write(lambda conn: sweep_missed(conn, now=self.clock.now, node="node-1"))


@asynccontextmanager
async def house(root: Path, campaign: str | None = CAMPAIGN, workspace: str = WORKSPACE, user: str = "anna") -> AsyncIterator[House]:
    """Open a fresh workspace."""
    (root / "daypart.yaml").write_text(workspace, encoding="utf-8")
    clock = StillClock()
    desk = await Desk.open(root, user=user, clock=clock)
    made = House(root, desk, clock)
    if campaign is not None:
        made.campaign(campaign)
    try:
        yield made
    finally:
        await desk.close()
