"""Layer C: power is lost. Whatever was not synced is cut, zeroed, garbled or half there; what was acknowledged must be there."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from scheduler import sentlog
from scheduler.clock import SystemClock
from scheduler.engine import takeover
from scheduler.health.invariants import INVARIANTS
from scheduler.keeping import ledger
from scheduler.sentlog import Epoch, SentHistory, SentLog
from scheduler.store import sqlite
from scheduler.store.journal import Moment as Instant
from scheduler.store.store import DATABASE, SENT_LOG, Store
from tests.proof.oracle import ON_THE_WAY
from tests.proof.prove.layer import Progress, Section, in_words, kinds_of
from tests.proof.prove.snapshots import HEADER, Copy, Moment, fingerprint, record

SECTOR = 512
MOMENTS = 40
"""Instants at which power is lost; each is damaged in many ways."""
Damage = Callable[[bytes, bytes, int, random.Random], bytes]
"""Gets a file as it would be, as it was before, and from which byte on anything may have happened to it."""


# ── what a disk does ─────────────────────────────────────────────────────────


def _whole(new: bytes, old: bytes, since: int, chance: random.Random) -> bytes:
    return new


def _nothing(new: bytes, old: bytes, since: int, chance: random.Random) -> bytes:
    return new[:since] + old[since:]


def _cut(new: bytes, old: bytes, since: int, chance: random.Random) -> bytes:
    return new[: chance.randint(since, len(new))]


def _zeroed(new: bytes, old: bytes, since: int, chance: random.Random) -> bytes:
    at = chance.randint(since, len(new))
    return new[:at] + bytes(len(new) - at)


def _garbled(new: bytes, old: bytes, since: int, chance: random.Random) -> bytes:
    at = chance.randint(since, len(new))
    to = chance.randint(at, len(new))
    return new[:at] + chance.randbytes(to - at) + new[to:]


def _one_bit(new: bytes, old: bytes, since: int, chance: random.Random) -> bytes:
    if since >= len(new):
        return new
    at = chance.randrange(since, len(new))
    return new[:at] + bytes([new[at] ^ (1 << chance.randrange(8))]) + new[at + 1 :]


def _some_sectors(new: bytes, old: bytes, since: int, chance: random.Random) -> bytes:
    """Sectors reach a disk in any order: some are there, some still hold what they held."""
    made = bytearray(new)
    for at in range(since - since % SECTOR, len(new), SECTOR):
        if chance.random() < 0.5:
            begin, end = max(at, since), min(at + SECTOR, len(new))
            made[begin:end] = old[begin:end].ljust(end - begin, b"\0")
    return bytes(made)


def _rubbish_behind(new: bytes, old: bytes, since: int, chance: random.Random) -> bytes:
    return new + chance.randbytes(chance.randrange(1, 5_000))


DAMAGES: dict[str, Damage] = {
    "whole": _whole,
    "not written": _nothing,
    "cut": _cut,
    "zeroed": _zeroed,
    "garbled": _garbled,
    "one bit": _one_bit,
    "some sectors": _some_sectors,
    "rubbish behind": _rubbish_behind,
}


def damaged(moment: Moment, chance: random.Random) -> tuple[Copy, str]:
    """The store as a power cut may leave it, and in words what happened to it."""
    sent = chance.choice([*DAMAGES])
    log = DAMAGES[sent](moment.after.sent, moment.before.sent, len(moment.before.sent), chance)
    if chance.random() < 0.2:  # the batch was synced, and power went while the log was moved into the file
        moved = _half_moved(moment.after, chance)
        return replace(moment.after, database=moved, sent=log), f"log half moved into the file, sent.log {sent}"
    if moment.is_new_life and chance.random() < 0.3:  # power went before the header of the new life was synced: it has no frame yet
        head = chance.choice([*DAMAGES][:-1])
        header = DAMAGES[head](moment.after.wal[:HEADER], moment.before.wal[:HEADER], 0, chance).ljust(HEADER, b"\0")
        return Copy(moment.before.database, header + moment.before.wal[HEADER:], log), f"header of the log {head}, sent.log {sent}"
    wal = chance.choice([*DAMAGES][1:])
    made = DAMAGES[wal](moment.after.wal, moment.before.wal, moment.unsynced, chance)
    # nothing is moved into the file before it is synced: with an unsynced log, the file is the one from before
    return Copy(moment.before.database, made, log), f"log {wal}, sent.log {sent}"


def _half_moved(copy: Copy, chance: random.Random) -> bytes:
    """Pages that are whole in the log may be anything in the file."""
    made, size = bytearray(copy.database), copy.page
    for page in copy.pages():
        if chance.random() < 0.3 and page * size <= len(made):
            made[(page - 1) * size : page * size] = chance.randbytes(size)
    return bytes(made)


# ── what must hold ───────────────────────────────────────────────────────────


def check(moment: Moment, seed: int) -> tuple[str, list[str]]:
    """One torn store: what happened to it, and what is wrong after it was opened again."""
    copy, told = damaged(moment, random.Random(f"damage {seed}"))
    folder = moment.folder / "torn"
    copy.write(folder)
    try:
        return told, [f"{fault} [{told}; seed {seed}]" for fault in _wrong(moment, copy, folder)]
    finally:
        shutil.rmtree(folder)


def _wrong(moment: Moment, copy: Copy, folder: Path) -> Iterator[str]:
    history = sentlog.read(folder / SENT_LOG)
    yield from _of_sent_log(moment, copy, folder, history)
    try:
        said = _opened(folder)
    except Exception as error:
        yield f"lost: the store does not open: {error!r}"
        return
    if said not in moment.states:
        yield "lost: the store is neither as it was acknowledged nor as the next batch leaves it"
    try:
        yield from _of_store(folder)
        yield from _of_reconciling(folder, history)
    except DatabaseError as error:
        yield f"lost: the store cannot be read: {error.orig!r}"


def _opened(folder: Path) -> str:
    """Through the program's own door."""
    store = Store.open(folder, SystemClock())
    try:
        with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as connection:
            return fingerprint(connection)
    finally:
        store._writer.close()


def _of_sent_log(moment: Moment, copy: Copy, folder: Path, history: SentHistory) -> Iterator[str]:
    lines = {line for line in copy.sent.split(b"\n") if line}
    if not {line for line in moment.before.sent.split(b"\n") if line} <= lines:
        yield "lost: an acknowledged line of the sent log is gone"
    good = sum(sentlog._parse(line) is not None for line in copy.sent.split(b"\n"))
    rest = sum(bool(line) for line in copy.sent.split(b"\n")) - good
    if history.torn != rest:
        yield f"unsaid: {rest} lines of the sent log are damaged, and {history.torn} are told"
    before = {(line.key, line.fence) for line in sentlog_of(moment.before, folder).sent}
    newest = {line.key: line.fence for line in history.sent}
    if any(newest.get(key, -1) < fence for key, fence in before):
        yield "lost: the sent log forgot a request that may have left"


def sentlog_of(copy: Copy, folder: Path) -> SentHistory:
    """What this sent log says."""
    place = folder / "other.log"
    place.write_bytes(copy.sent)
    try:
        return sentlog.read(place)
    finally:
        place.unlink()


def _of_store(folder: Path) -> Iterator[str]:
    with sqlite.reading_engine(folder / DATABASE).connect() as connection:
        whole = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if whole != "ok":
            yield f"lost: the store is damaged: {whole}"
        for broken in ledger.verify(connection):
            yield f"chain: delivery {broken.delivery}, event {broken.seq}: {broken.what}"
        for invariant in INVARIANTS:
            finding = invariant(connection)
            if not finding.ok and ON_THE_WAY not in finding.what:
                yield f"invariant: {finding.what}"


def _of_reconciling(folder: Path, history: SentHistory) -> Iterator[str]:
    """The next start: what the sent log knows and the store does not is looked up first, and the log goes on in a line of its own."""
    with sqlite.writing_engine(folder / DATABASE).connect() as connection, connection.begin():
        takeover.reconcile(connection, history, moment=Instant(SystemClock().wall(), 0, "boot"), actor="engine:proof")
        states = takeover._states(connection, (sent.key for sent in history.sent))
        for sent in history.sent:
            if sent.key not in states:  # a bit of its key is wrong: no acknowledged line, and no request left for it
                continue
            row = takeover._row(connection, sent.key)
            if row["state"] in ("queued", "claimed") and not takeover._knows(connection, row["id"], sent):
                yield f"doubled: {sent.key} may have left and would be sent again"
    log = SentLog(folder / SENT_LOG)
    log.append([Epoch(999, "proof", 1)], sync=True)
    log.close()
    if sentlog.read(folder / SENT_LOG).epoch != 999:
        yield "lost: what the next start writes into the sent log cannot be read"


# ── the layer ────────────────────────────────────────────────────────────────


class Torn:
    """The layer."""

    def __init__(self, cases: int, seed: int = 0) -> None:
        self._cases = cases
        self._seed = seed

    def run(self, progress: Progress) -> Section:
        """So many torn stores."""
        begun = time.monotonic()
        progress.begin("torn logs", self._cases)
        faults: list[str] = []
        kinds: Counter[str] = Counter()
        with tempfile.TemporaryDirectory(prefix="daypart-torn-") as folder:
            moments, settings = record(Path(folder), self._seed, min(MOMENTS, self._cases))
            if settings["synchronous"] != "2":
                faults.append(f"lost: the writing connection syncs with {settings['synchronous']}, not 2 (FULL): commits need not last")
            for n in range(self._cases):
                told, wrong = check(moments[n % len(moments)], self._seed + n)
                kinds.update(told.split(", "))
                faults += wrong
                progress.step(n + 1)
        moved = sum(moment.is_new_life for moment in moments)
        lines = [
            f"{self._cases:,} torn stores from {len(moments)} instants ({moved} right after the log was moved into the file)",
            f"damage: {in_words(kinds)}",
        ]
        return Section("Power lost (layer C)", lines, faults, kinds_of(faults), Counter(torn=self._cases), seconds=time.monotonic() - begun)
