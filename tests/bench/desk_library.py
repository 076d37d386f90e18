"""The library with 100,000 posts: what keeping the index costs, opening, and each letter typed: `python -m tests.bench.desk_library [N]`.

Prints only. Of a send nothing is in it: no trigger hangs on what a send writes, and the program says so when one does."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from textual.widgets import Input

from scheduler.clock import DAY
from scheduler.desk.desk import Desk
from scheduler.store.library import INDEX, make_search
from scheduler.store.sqlite import writing_engine
from scheduler.store.store import DATABASE
from tests.bench._stage import filling
from tests.bench.desk_keys import SIZE, repainted, show
from tests.desk.house import StillClock
from tests.tui.waiting import until
from tui.app import DaypartApp
from tui.widgets.row_list import RowList

ACCOUNTS, PER_CLIENT = 50, 4
_TEXT = """
kawa łódź zimowa żurek menu nowość święta rower łańcuch naprawa opona sezon piekarnia chleb bułka rano latte
art class winter spring summer offer weekend shop open closed barista hiring coffee cake bread bike brake
chain wheel helmet book reading author signing evening harbour story new old warm cold snow rain sunny friday
monday tuesday gift card sale
"""
WORDS = _TEXT.split()
TYPED = ("kawa", "zurek zim", "nr9999", "pizza", "lodz sale", "c")
TRIGGERS = ("new_post", "post", "lost_post", "new_delivery", "delivery")
_POST = (
    "INSERT INTO post (id, workspace_id, campaign, slug, title, managed_by, created_by, created_at)"
    " VALUES (?, 'w', 'big', ?, ?, 'tui', '', 0)"
)
_CONTENT = "INSERT INTO content (id, post_id, digest, body, twin, created_by_kind, created_at) VALUES (?, ?, ?, ?, ?, 'person', 0)"
_DELIVERY = (
    "INSERT INTO delivery (post_id, account_id, client, key, kind, part, parts, state, digest, content_id, due, published_at, tz, wall,"
    " late, next_at, fence, beat, cls, look_n, remote_extra, tries, ai, repeat_ok, created_at)"
    " VALUES (?, ?, ?, ?, 'post', 1, 1, 'published', 'd', ?, ?, ?, 'Europe/Warsaw', '', 0, 0, 0, 0, 'list', 0, '{}', 0, 'human', 0, 0)"
)


def client_of(account: int) -> str:
    """Accounts stand in groups."""
    return f"c{(account - 1) // PER_CLIENT}"


def fill(root: Path, posts: int, now: int) -> float:
    """Posts of the past, one content each. Returns the seconds."""
    chance = random.Random(7)
    rows: list[tuple[list[tuple[object, ...]], str]] = [([], _POST), ([], _CONTENT), ([], _DELIVERY)]
    for n in range(1, posts + 1):
        account, at = n % ACCOUNTS + 1, now - (posts - n) * DAY // 200
        file = {"alt": "a cup", "name": f"f{n % 5_000}.jpg", "sha256": f"{n % 5_000:064x}"}
        body = [{"text": f"{' '.join(chance.choices(WORDS, k=30))} nr{n}", "media": [file]}]
        rows[0][0].append((n, f"p{n}", " ".join(chance.choices(WORDS, k=4))))
        rows[1][0].append((n, n, f"d{n}", json.dumps(body, ensure_ascii=False), f"t{n}"))
        rows[2][0].append((n, account, client_of(account), f"big/p{n}@a{account}", n, at, at))
    started = time.perf_counter()
    with filling(root / ".daypart") as db:
        for values, sql in rows:
            db.executemany(sql, values)
    return time.perf_counter() - started


async def workspace(root: Path) -> Desk:
    """An empty workspace with its accounts in the store."""
    accounts = "".join(f"  a{n}: {{ platform: bluesky, handle: a{n}.example, languages: [en] }}\n" for n in range(1, ACCOUNTS + 1))
    groups: dict[str, list[str]] = {}
    for n in range(1, ACCOUNTS + 1):
        groups.setdefault(client_of(n), []).append(f"a{n}")
    clients = "".join(f"  {name}: {{ name: Client {name}, accounts: [{', '.join(names)}] }}\n" for name, names in groups.items())
    (root / "daypart.yaml").write_text(f"version: 1\ntimezone: Europe/Warsaw\naccounts:\n{accounts}clients:\n{clients}")
    desk = await Desk.open(root, clock=StillClock())
    with filling(root / ".daypart") as db:
        for n in range(1, ACCOUNTS + 1):
            db.execute(
                "INSERT INTO account (id, name, platform, handle, server, client, state, token_gen, refresh_fence,"
                " auto_resend_after_absence) VALUES (?, ?, 'bluesky', ?, 's', ?, 'ok', 0, 0, 0)",
                (n, f"a{n}", f"a{n}.example", client_of(n)),
            )
    return desk


async def cost(posts: int) -> None:
    """The same rows with and without the index, and building it for a store that has none."""
    seconds = []
    for indexed in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            desk = await workspace(Path(folder))
            if not indexed:
                with filling(Path(folder) / ".daypart") as db:
                    for name in TRIGGERS:
                        db.execute(f"DROP TRIGGER words_of_{name}")
            seconds.append(fill(Path(folder), posts, desk.clock.wall()))
            if not indexed:
                build(Path(folder) / ".daypart" / DATABASE)
            await desk.close()
    more = (seconds[1] - seconds[0]) / posts * 1e6
    print(f"{'making a post and its delivery':<44} {seconds[0] / posts * 1e6:7.0f} µs without the index, {more:.0f} µs more with it")


def build(path: Path) -> None:
    """As the migration does it."""
    with writing_engine(path).connect() as connection, connection.begin():
        connection.exec_driver_sql(f"DROP TABLE {INDEX}")
        connection.exec_driver_sql("DROP VIEW post_document")
        started = time.perf_counter()
        make_search(connection)
        print(f"{'building the index for what is there':<44} {time.perf_counter() - started:7.1f} s")


def untouched(path: Path) -> None:
    """What a send writes runs no trigger: SQLite's own plan of the statement names none."""
    with closing(sqlite3.connect(path)) as db:
        values = "state = 'sending', fence = 1, owner = 'n', tries = 1, beat = 1, remote_id = 'x', published_at = 1, reason = ''"
        sql = f"UPDATE delivery SET {values} WHERE id = 1"
        programs = [row for row in db.execute(f"EXPLAIN {sql}") if row[1] == "Program"]
        print(f"{'triggers that run at a send':<44} {len(programs):7}")


async def reads(desk: Desk) -> None:
    """The Desk's answers, as each letter asks for them."""
    for words in TYPED:
        seconds = []
        for end in range(1, len(words) + 1):
            started = time.perf_counter()
            await desk.library(words[:end])
            seconds.append(time.perf_counter() - started)
        show(f"the Desk: “{words}”, letter by letter", seconds)
    started = time.perf_counter()
    await desk.media()
    show("the Desk: media", [time.perf_counter() - started])


async def screen(desk: Desk) -> None:
    """Opening the place, then typing in it: from the key to lines that answer it."""
    opening, typing, painting = [], [], []
    for _ in range(5):
        app = DaypartApp(desk, clock=desk.clock)
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda app=app: app.facts is not None, "facts")  # type: ignore[misc]
            await asyncio.sleep(1)
            started = time.perf_counter()
            app.go("library")
            while not (getattr(app.screen, "PLACE", "") == "library" and any(listed.rows for listed in app.screen.query(RowList))):  # noqa: ASYNC110
                await asyncio.sleep(0.002)
            opening.append(time.perf_counter() - started)
            await asyncio.sleep(0.5)
            for words in TYPED:
                for end in range(1, len(words) + 1):
                    spent, seen = await letter(app, words[:end])
                    typing.append(spent)
                    painting.append(seen)
    show("opening the library, rows included", opening)
    show("a letter typed: lines that answer it", typing)
    show("a letter typed: on the screen", painting)
    print("budgets: opening 150 ms (aim 100), a letter 33 ms")


async def letter(app: DaypartApp, words: str) -> tuple[float, float]:
    """Seconds to new lines, and to their frame."""
    shown = asyncio.Event()
    listed = app.screen.query_one(RowList)
    before = listed.show

    def showing(rows: list) -> None:  # type: ignore[type-arg]
        before(rows)
        shown.set()

    listed.show = showing  # type: ignore[method-assign]
    started = time.perf_counter()
    app.screen.query_one("#seek", Input).value = words
    async with asyncio.timeout(10):
        await shown.wait()
    spent = time.perf_counter() - started
    listed.show = before  # type: ignore[method-assign]
    return spent, spent + await repainted(app_pilot(app), lambda: listed.refresh())


def app_pilot(app: DaypartApp):  # type: ignore[no-untyped-def]
    """What `repainted` wants of a pilot."""
    from types import SimpleNamespace

    return SimpleNamespace(app=app)


async def main(posts: int) -> None:
    print(f"{posts:,} posts, {SIZE[0]}×{SIZE[1]}")
    await cost(min(posts, 20_000))
    with tempfile.TemporaryDirectory() as folder:
        desk = await workspace(Path(folder))
        fill(Path(folder), posts, desk.clock.wall())
        untouched(Path(folder) / ".daypart" / DATABASE)
        await reads(desk)
        await screen(desk)
        await desk.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
