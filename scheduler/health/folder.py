"""What `doctor` sees of the state folder: where it is, who can read it, the locks, the pragmas, the sent log, the service's heartbeat."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

from config.secrets import SecretsError, load_key
from config.state_folder import StateFolderError, refuse_bad_place
from scheduler import sentlog
from scheduler.clock import MINUTE, SECOND, SystemClock
from scheduler.health.finding import Finding
from scheduler.keeping import daily, safe_mode, sealing
from scheduler.running import who_runs
from scheduler.store import sqlite
from scheduler.store.statements import get_meta
from scheduler.store.store import DATABASE, SENT_LOG, readable_by_others

SILENT = 5 * MINUTE
BACKUP_OLD = 3 * 24 * 60 * MINUTE
UNSEALED_LONGEST = 10 * MINUTE
WANTED = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "fullfsync": "1"}


def examine_folder(state: Path) -> Iterator[Finding]:
    """Its place and its rights."""
    try:
        refuse_bad_place(state)
        yield Finding(True, f"state in {state}: on this computer's own disk, in no folder that is synchronised")
    except StateFolderError as error:
        yield Finding(False, str(error), error.hint)
    if not state.exists():
        return
    open_to_others = readable_by_others(state)
    names = ", ".join(path.name for path in open_to_others[:3])
    words = "only you can read the state folder" if not open_to_others else f"other users of this computer can read {names}"
    yield Finding(not open_to_others, words, f"chmod -R go-rwx {state}")
    yield _trial(state)


def _trial(state: Path) -> Finding:
    """A store of one row in the same place: settings are in force, and locks hold between two who ask."""
    try:
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=state) as place:
            trial = Path(place) / "trial.db"
            with sqlite.writing_engine(trial).connect() as connection:
                found = sqlite.settings(connection)
            one, other = sqlite.FileLock(Path(place) / "lock"), sqlite.FileLock(Path(place) / "lock")
            held = one.try_acquire() and not other.try_acquire()
            one.close()
            other.close()
    except OSError as error:
        return Finding(False, f"nothing can be written in {state}: {(error.strerror or 'error').lower()}", "check its rights and the disk")
    wrong = [f"{name} is {found[name]}" for name, wanted in WANTED.items() if found[name] != wanted]
    if not held:
        return Finding(False, f"locks do not hold in {state}", "DAYPART_STATE=/a/folder/on/this/computer keeps the state elsewhere")
    return Finding(
        not wrong, "SQLite writes as we want it to, and locks hold" if not wrong else "; ".join(wrong), "use another Python or disk"
    )


# ── who works on it ──────────────────────────────────────────────────────────


def examine_service(state: Path, running: bool, conn: Connection) -> Iterator[Finding]:
    """Who holds the locks, and when the service last showed a sign of life."""
    holder = who_runs(state)
    words = f"the publishing service runs: {holder}" if running else "the publishing service is not running: nothing goes out"
    yield Finding(running, words, "start it: `daypart daemon`")
    if sqlite.is_locked(state / f"{DATABASE}.wlock"):
        yield Finding(True, f"being written right now by {sqlite.read_holder(state / f'{DATABASE}.wlock') or 'another process'}")
    if running:
        yield _heartbeat(conn, holder)


def _heartbeat(conn: Connection, holder: sqlite.Holder | None) -> Finding:
    """An idle service may be silent; one that has something to do may not."""
    now = SystemClock().wall()
    beat = conn.execute(text("SELECT max(beat) FROM node WHERE stopped_at IS NULL")).scalar_one_or_none() or 0
    waiting = (
        "SELECT count(*) FROM delivery WHERE state IN ('claimed', 'sending', 'checking')"
        " OR (state = 'unknown' AND look_at < :then) OR (state = 'queued' AND due < :then AND send_until > :now)"
    )
    held = conn.execute(text("SELECT count(*) FROM hold WHERE released_at IS NULL")).scalar_one()
    work = conn.execute(text(waiting), {"then": now - SILENT, "now": now}).scalar_one() if not held else 0
    frozen = bool(work) and now - beat > SILENT
    ago = f"{max(now - beat, 0) // SECOND} s ago" if beat else "never"
    words = f"the service's last sign of life: {ago}" + (f", and {work} posts wait for it" if frozen else "")
    return Finding(not frozen, words, f"end it (kill {holder.pid if holder else 'PID'}) and start it again: it looks up what was under way")


# ── what is kept ─────────────────────────────────────────────────────────────


def examine_store(state: Path, conn: Connection) -> Iterator[Finding]:
    """The file itself, the key, the sent log, safe mode, seals, backups."""
    mode = sqlite.settings(conn)["journal_mode"]
    yield Finding(mode == "wal", f"journal mode {mode}", "start the service once: it sets it")
    answer = str(conn.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    yield Finding(answer == "ok", "the store is whole" if answer == "ok" else f"the store is damaged: {answer}", "daypart restore FILE")
    yield _key(state, conn)
    yield from _sent_log(state, conn)
    if safe_mode.is_on(conn):
        yield Finding(False, "safe mode: this store may be an old copy, and nothing is sent", "daypart safe-mode")
    yield from _seals(conn)
    yield _backups(state)


def _key(state: Path, conn: Connection) -> Finding:
    """The key that tokens are sealed with; without tokens none is needed."""
    try:
        load_key(state, may_make=False)
        return Finding(True, "the key for tokens is there")
    except SecretsError as error:
        if conn.execute(text("SELECT count(*) FROM account WHERE token_enc IS NOT NULL")).scalar_one() == 0:
            return Finding(True, "no account is connected yet: the first one makes the key")
        return Finding(False, str(error), error.hint)


def _sent_log(state: Path, conn: Connection) -> Iterator[Finding]:
    path, epoch = state / SENT_LOG, int(get_meta(conn, "db_epoch") or "0")
    try:
        found = sentlog.read_newest(path)
    except OSError as error:
        yield Finding(False, f"sent.log cannot be read: {(error.strerror or 'error').lower()}", f"check the rights of {path}")
        return
    if epoch and not found.epoch:
        words = "sent.log is gone or empty, though this store was in service: it is the second memory of what was sent"
        yield Finding(False, words, "put it back from a backup; if it is lost, go on: the store knows everything too")
    elif found.epoch > epoch:
        words = f"this store is older than sent.log (start {epoch} against {found.epoch}): restored from a backup?"
        yield Finding(False, words, "start the service: it goes into safe mode and looks first; then `daypart safe-mode`")
    else:
        size = sum(file.stat().st_size for file in [*sentlog.archives(path), path] if file.exists())
        torn = f", {found.torn} lines torn by a power cut" if found.torn else ""
        yield Finding(True, f"sent.log is there: {len(found.sent)} posts, {size / 1e6:.1f} MB with its archive{torn}")


def _seals(conn: Connection) -> Iterator[Finding]:
    newest = sealing.newest(conn)
    first = text("SELECT min(at) FROM event WHERE seq > :seq")
    waits = conn.execute(first, {"seq": newest.last_seq}).scalar_one_or_none()
    if waits is not None and SystemClock().wall() - waits > UNSEALED_LONGEST:
        yield Finding(True, "the ledger's newest entries are not sealed yet: the service does that within a minute")
    elif newest.last_seq:
        yield Finding(True, f"the ledger is sealed up to entry {newest.last_seq}")


def _backups(state: Path) -> Finding:
    files = daily.files(state)
    if not files:
        return Finding(True, "no daily backup yet: the service makes one each day; `daypart backup FOLDER` makes one elsewhere")
    age = SystemClock().wall() - files[-1].stat().st_mtime_ns // 1_000
    words = f"newest daily backup: {files[-1].name}"
    return Finding(age < BACKUP_OLD, words, "let the service run ten minutes, or `daypart backup`; look for its warning in the log")
