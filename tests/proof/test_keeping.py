"""Backup, restore, safe mode, rotation: nothing is sent twice because a store was put back, and a kill anywhere loses nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scheduler import failpoints, sentlog
from scheduler.clock import SystemClock
from scheduler.desk.desk import Desk
from scheduler.desk.views import Done
from scheduler.engine import takeover
from scheduler.errors import BusyError, UsageError
from scheduler.keeping import archive, ledger, rotation
from scheduler.keeping.backup import Backup, make_backup
from scheduler.keeping.restore import restore
from scheduler.keeping.safe_mode import SafeMode
from scheduler.sentlog import Answered, Sent
from scheduler.store import sqlite
from scheduler.store.journal import Moment
from scheduler.store.store import Store
from tests.proof import oracle
from tests.proof.clock import FastClock
from tests.proof.lanes import PROCESSING
from tests.proof.world import DUE, Account, Post, Service, World, prepared, run_forked, until
from tests.sandbox_process import Sandbox

SECOND = 1_000_000
MINUTE = 60 * SECOND
LATER = DUE + 30 * 24 * 60 * MINUTE
SPEED = 60.0
Note = Callable[[str, object], None]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    for prefix in PROCESSING:
        running.settings(prefix, image_seconds=0, video_seconds=0)
    return running


def three(prefix: str) -> list[Post]:
    """One that the backup knows as published, one that is sent after it, one that is due much later."""
    account = Account("acme", prefix)
    media = "picture" if prefix == "instagram" else None
    return [
        Post("first", account, media=media),
        Post("second", account, media=media, at="2026-12-01T10:06"),
        Post("third", account, media=media, at="2026-12-01T11:30"),
    ]


def state_of(world: World) -> Path:
    return world.root / ".daypart"


def states(world: World) -> dict[str, str]:
    return {key.partition("/")[2].partition("@")[0]: row.state for key, row in world.rows().items()}


def copies(world: World) -> Counter[str]:
    return Counter(str(entry["text"]) for entry in world.ledger())


def back_up_between(world: World) -> Backup:
    """Publish the first, back up while the service runs, publish the second; only then does time run fast."""
    world.set_pace(DUE - 2 * SECOND, SPEED / 6)
    first, second, _ = world.posts
    with Service(world):
        until(lambda: world.rows()[first.key].state == "published", lambda: f"the first\n{oracle.story(world)}")
        made = make_backup(state_of(world), None, FastClock(world.pace).wall())
        assert world.rows()[second.key].state != "published", "the backup came too late"
    world.set_pace(DUE + 6 * MINUTE - 2 * SECOND, SPEED)
    with Service(world):
        until(lambda: world.rows()[second.key].state == "published", lambda: f"the second\n{oracle.story(world)}")
    return made


def at_the_desk(world: World, *, confirm: bool) -> SafeMode | Done:
    async def visit() -> SafeMode | Done:
        desk = await Desk.open(world.root, user="tester", clock=FastClock(world.pace))
        try:
            return await desk.confirm_safe_mode() if confirm else await desk.safe_mode()
        finally:
            await desk.close()

    return asyncio.run(visit())


def seen(world: World) -> SafeMode:
    found = at_the_desk(world, confirm=False)
    assert isinstance(found, SafeMode)
    return found


ENDS = {
    # where a look proves it, what is not there goes out as planned; where a list proves nothing, a person is asked
    "bluesky": ("published", "queued"),
    "mastodon": ("published", "queued"),
    "gotosocial": ("published", "ask"),
    "instagram": ("published", "ask"),
}


@pytest.mark.parametrize(("prefix", "elsewhere"), [("mastodon", False), ("bluesky", True), ("gotosocial", True), ("instagram", True)])
def test_what_was_sent_after_the_backup_is_not_sent_again(tmp_path: Path, sandbox: Sandbox, prefix: str, elsewhere: bool) -> None:
    world = prepared(tmp_path / "world", sandbox, three(prefix))
    made = back_up_between(world)
    first, second, third = world.posts
    if elsewhere:  # only the key and the backup got there
        shutil.copy(made.file, tmp_path / "backup.tar.gz")
        shutil.copy(state_of(world) / "key", tmp_path / "key")
        shutil.rmtree(state_of(world))
        state_of(world).mkdir(mode=0o700)
        shutil.copy(tmp_path / "key", state_of(world) / "key")
    done = restore(state_of(world), tmp_path / "backup.tar.gz" if elsewhere else made.file, FastClock(world.pace).wall())
    assert (done.aside is None) == elsewhere
    assert not done.needs_key
    assert world.rows()[second.key].state == "queued"
    with pytest.raises(UsageError, match="nothing has been looked for"):
        at_the_desk(world, confirm=True)

    world.hurry(150.0)
    with Service(world):
        expected = dict(zip((second.key, third.key), ENDS[prefix], strict=True))
        until(lambda: {key: world.rows()[key].state for key in expected} == expected, lambda: f"the looks\n{oracle.story(world)}")
    view = seen(world)
    assert view.on
    assert view.doubt is not None
    assert "restored from a backup" in view.doubt.why
    assert {row.key: row.verdict.value for row in view.looked} == {
        second.key: "there", third.key: "ask" if ENDS[prefix][1] == "ask" else "not there",
    }  # fmt: skip
    assert copies(world) == {first.words: 1, second.words: 1}, oracle.story(world)

    at_the_desk(world, confirm=True)
    assert not seen(world).on
    if ENDS[prefix][1] == "queued":
        world.set_pace(DUE + 89 * MINUTE, SPEED)
        with Service(world):
            until(lambda: world.rows()[third.key].state == "published", lambda: f"the third\n{oracle.story(world)}")
        assert copies(world) == {first.words: 1, second.words: 1, third.words: 1}
    assert oracle.store_faults(world) == []


def test_nothing_is_restored_under_a_running_service(tmp_path: Path, sandbox: Sandbox) -> None:
    world = prepared(tmp_path / "world", sandbox, three("bluesky"))
    made = make_backup(state_of(world), tmp_path, DUE)
    world.set_pace(DUE - 60 * MINUTE, 1.0)
    with Service(world) as service:
        until(lambda: (world.root / "ready").exists() or not service.alive, "the service to be up")
        with pytest.raises(BusyError, match="service runs"):
            restore(state_of(world), made.file, DUE)
    assert set(states(world).values()) == {"queued"}


# ── killed ───────────────────────────────────────────────────────────────────

SIDES = ("before", "after")


def child_backs_up(state: str, failpoint: str) -> None:
    """In a process of its own, killed at the failpoint."""
    arm(failpoint)
    make_backup(Path(state), None, DUE)


def child_restores(state: str, file: str, failpoint: str) -> None:
    arm(failpoint)
    restore(Path(state), Path(file), DUE)


def child_rotates(state: str, failpoint: str) -> None:
    """As the service does it: prepared beside, swapped by the writer."""
    arm(failpoint)

    async def rotate() -> None:
        store = await asyncio.to_thread(Store.open, Path(state), FixedClock())
        await store.write(lambda _conn: True, name="edit", before_send=Sent(0, "late/line@acme", 1, "commit", "h", LATER))
        shorter = rotation.prepare(Path(state), LATER)
        assert shorter is not None
        await store.write(lambda _conn: True, name="edit", before_send=Sent(0, "later/line@acme", 1, "commit", "h", LATER))
        await store.shorten_sent_log(shorter.file, shorter.seen)
        await store.write(lambda _conn: True, name="edit", before_send=Sent(0, "last/line@acme", 1, "commit", "h", LATER))
        await store.close()

    asyncio.run(rotate())


def arm(failpoint: str) -> None:
    if failpoint:
        os.environ["FAILPOINT"] = f"{failpoint}:1"
        failpoints.install_from_environment()


class FixedClock(SystemClock):
    """A month after everything was due."""

    def wall(self) -> int:
        return LATER


@pytest.fixture(scope="module")
def lived(running: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in which one post was published; each test works on a copy of its state."""
    running.reset()
    world = prepared(tmp_path_factory.mktemp("lived") / "world", running, three("bluesky"))
    world.set_pace(DUE - 6 * SECOND, SPEED)
    with Service(world):
        until(lambda: world.rows()[world.posts[0].key].state == "published", lambda: oracle.story(world))
    return world


@pytest.fixture
def state(lived: World, tmp_path: Path) -> Path:
    """A copy of its state folder."""
    return Path(shutil.copytree(state_of(lived), tmp_path / ".daypart"))


def whole(database: Path) -> ledger.Report:
    with sqlite.reading_engine(database).connect() as conn:
        return ledger.examine(conn)


def row_states(state: Path) -> dict[str, str]:
    with closing(sqlite3.connect(state / "daypart.db")) as store:
        return dict(store.execute("SELECT key, state FROM delivery").fetchall())


@pytest.mark.parametrize("point", [f"{name}.{side}" for name in ("backup.copy", "backup.rename") for side in SIDES])
def test_a_killed_backup_leaves_a_whole_one_or_none(state: Path, point: str) -> None:
    assert run_forked(child_backs_up, str(state), point) == -signal.SIGKILL
    files = list((state / "backups").glob("*.tar.gz"))
    assert len(files) == (point == "backup.rename.after")
    for file in files:
        with archive.opened(file) as found:
            assert found.report().breaks == ()
    assert run_forked(child_backs_up, str(state), "") == 0
    assert [file.name[:8] for file in (state / "backups").iterdir()] == ["daypart-"], "nothing is left of the killed one"
    assert whole(state / "daypart.db").breaks == ()


@pytest.mark.parametrize("side", SIDES)
def test_a_killed_restore_leaves_one_store_or_the_other(state: Path, side: str) -> None:
    made = make_backup(state, None, DUE)
    with closing(sqlite3.connect(state / "daypart.db")) as store, store:
        store.execute("INSERT INTO meta VALUES ('mark', 'after the backup')")
    assert run_forked(child_restores, str(state), str(made.file), f"restore.swap.{side}") == -signal.SIGKILL
    with closing(sqlite3.connect(state / "daypart.db")) as store:
        marked = store.execute("SELECT count(*) FROM meta WHERE name = 'mark'").fetchone()[0]
        held = store.execute("SELECT count(*) FROM hold WHERE released_at IS NULL").fetchone()[0]
    assert (marked, held) == ((1, 0) if side == "before" else (0, 1))
    assert whole(state / "daypart.db").breaks == ()
    assert run_forked(child_restores, str(state), str(made.file), "") == 0
    assert not list(state.glob(".daypart-restore-*"))
    assert len(list((state / "replaced").glob("*/daypart.db"))) == 1
    assert set(row_states(state).values()) == {"published", "queued"}


ROTATION = [*(f"{name}.{side}" for name in ("sentlog.move", "sentlog.swap", "rotate") for side in SIDES), ""]


@pytest.mark.parametrize("point", ROTATION)
def test_a_killed_rotation_loses_no_line(state: Path, point: str) -> None:
    log = state / "sent.log"
    with log.open("ab") as old:  # long, and settled long ago; the key of the published post is the store's own
        [key] = [key for key, found in row_states(state).items() if found == "published"]
        for n in range(2_000):
            old.write(Sent(1, key, n, "commit", "h" * 100, 5 + n).line().encode() + b"\n")
        old.write(Sent(9, "nobody/knows@acme", 1, "commit", "h", 5).line().encode() + b"\n")
    lines = Counter(log.read_bytes().splitlines())
    code = run_forked(child_rotates, str(state), point)
    assert code == (-signal.SIGKILL if point else 0)
    files = [*sentlog.archives(log), log]
    found = Counter(line for file in files for line in file.read_bytes().splitlines())
    assert not lines - found, "a line was lost"
    keys = {line.key for line in sentlog.read(log).sent}
    assert {key, "nobody/knows@acme", "late/line@acme"} <= keys
    assert point.startswith("sentlog.move") or "later/line@acme" in keys, "a line that came while it was prepared"
    assert sentlog.read(log).epoch == 1
    if not point:
        assert "last/line@acme" in keys
        assert log.stat().st_size < 10_000
        assert "nobody/knows@acme" in {line.key for line in sentlog.read_newest(log).sent}, "a plan may bring it back"


def test_a_hundred_thousand_lines_are_read_and_compared_at_once(state: Path, record_property: Note) -> None:
    keys = [f"autumn/post{n}@acme" for n in range(50_000)]
    columns = (
        "post_id, account_id, key, kind, part, parts, state, cls, tz, wall, late, next_at, fence, beat, look_n, remote_extra, tries, ai"
    )
    with closing(sqlite3.connect(state / "daypart.db")) as store, store:
        rows = (f"(1, 1, '{key}', 'post', 1, 1, 'published', 'handle', 'UTC', '', 0, 0, 1, 0, 0, '{{}}', 1, 'human', 0, 1)" for key in keys)
        for some in batched(rows, 500):
            store.execute(f"INSERT INTO delivery ({columns}, repeat_ok, created_at) VALUES {', '.join(some)}")
    with (state / "sent.log").open("ab") as log:
        for n, key in enumerate(keys):
            log.write(Sent(n, key, 1, "commit", "h" * 40, DUE).line().encode() + b"\n")
            log.write(Answered(n, key, 1, f"r{n}", f"https://x.example/{n}", {}, DUE).line().encode() + b"\n")
    began = time.monotonic()
    history = sentlog.read_newest(state / "sent.log")
    with sqlite.writing_engine(state / "daypart.db").connect() as conn, conn.begin():
        changed = takeover.reconcile(conn, history, moment=Moment(DUE, 0, "b"), actor="engine:x")
    took = time.monotonic() - began
    record_property("proof", f"100,000 lines of the sent log read and compared in {took:.1f} s")
    assert changed == 0
    assert took < 10, f"{took:.1f} s; about 1 s on a quiet computer"


def batched(rows: Iterable[str], number: int) -> Iterator[list[str]]:
    some: list[str] = []
    for row in rows:
        some.append(row)
        if len(some) == number:
            yield some
            some = []
    yield from [some] if some else []
