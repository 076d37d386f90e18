"""A backup put in place of the store: checked before anything is touched, swapped by one rename, what was there kept aside.

The sent log is never replaced: what this computer already knows of requests that left stays, and what the backup knows is added.
The restored store is marked as a copy, so the publishing service starts in safe mode and looks before it sends.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.secrets import SecretsError, load_key
from config.synced import sync_folder
from scheduler import sentlog
from scheduler.engine import takeover
from scheduler.errors import BusyError, DiskError
from scheduler.failpoints import fail
from scheduler.keeping import archive
from scheduler.keeping.archive import Opened
from scheduler.keeping.ledger import Report
from scheduler.keeping.manifest import Manifest
from scheduler.running import lock_file
from scheduler.sentlog import Answered, Sent
from scheduler.store import schema, sqlite
from scheduler.store.statements import set_meta
from scheduler.store.store import ASSETS, DATABASE, SENT_LOG, prepare_folder

WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done."""

    manifest: Manifest
    report: Report
    aside: Path | None
    """Where the store that was here is kept; None: there was none."""
    needs_key: bool
    """No key is here: accounts cannot sign in."""
    missing_media: tuple[str, ...]
    """Files that posts refer to and that are neither here nor in the backup."""


def restore(state: Path, file: Path, now: int) -> Restored:
    """Put the backup in place.

    Raises NotFoundError, DiskError for a damaged backup or ledger, BusyError while anything has the store open, SettingsError."""
    prepare_folder(state)
    _clear_leftovers(state)
    with sqlite.in_our_words(state / DATABASE), _alone(state), archive.opened(file, state) as found:
        report = found.report()
        if report.breaks:
            first = report.breaks[0]
            raise DiskError(
                f"The ledger in this backup is broken: {first.key or 'a seal'}, event {first.seq}: {first.what}.", archive.ANOTHER
            )
        _make_ready(found, now)
        missing = _bring_media(found, state)
        _add_to_log(found, state)
        aside = _swap(found, state, now)
    return Restored(found.manifest, report, aside, not _has_key(state), missing)


def _has_key(state: Path) -> bool:
    try:
        load_key(state, may_make=False)
    except SecretsError:
        return False
    return True


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """No service runs and nobody writes until this ends."""
    service = sqlite.FileLock(lock_file(state))
    with closing(service):
        if not service.try_acquire():
            raise BusyError(
                f"The publishing service runs: {service.holder() or 'another process'}.",
                "Stop it first (`systemctl stop` or Ctrl+C), then restore, then start it again.",
            )
        writing = sqlite.FileLock(state / f"{DATABASE}.wlock")
        with closing(writing):
            writing.acquire_within(WAIT_SECONDS)
            yield


def _clear_leftovers(state: Path) -> None:
    """Of a restore that was killed."""
    for left in state.glob(".daypart-restore-*"):
        shutil.rmtree(left, ignore_errors=True)


# ── the copy ─────────────────────────────────────────────────────────────────


def _make_ready(found: Opened, now: int) -> None:
    """Bring it up to date, and on hold: whoever opens it, nothing leaves."""
    schema.make_ready(found.database, now, migrate=True)
    why = f"it was restored from a backup of {found.manifest.made_at}"
    with sqlite.writing_engine(found.database).connect() as conn, conn.begin():
        takeover.enter_safe_mode(conn, why, now)
        set_meta(conn, "backup_copy", "yes")  # the service that takes it over looks for everything first
    sqlite.to_one_file(found.database)
    with found.database.open("rb") as opened:
        os.fsync(opened.fileno())


def _bring_media(found: Opened, state: Path) -> tuple[str, ...]:
    """Add what is not there; files under their hash are the same everywhere."""
    for file in sorted((found.folder / ASSETS).iterdir()):
        if not (state / ASSETS / file.name).exists():
            os.replace(file, state / ASSETS / file.name)
    sync_folder(state / ASSETS)
    return tuple(name for name in found.manifest.media_left_out if not (state / ASSETS / name).exists())


def _add_to_log(found: Opened, state: Path) -> None:
    """Lines of keys that the log here knows nothing of: an older line must not hide a newer one."""
    here, there = sentlog.read(state / SENT_LOG), sentlog.read(found.folder / SENT_LOG)
    known_sent, known_answered = {line.key for line in here.sent}, {line.key for line in here.answered}
    new: list[Sent | Answered] = [line for line in there.sent if line.key not in known_sent]
    new += [line for line in there.answered if line.key not in known_answered | known_sent]
    log = sentlog.SentLog(state / SENT_LOG)
    with closing(log):
        if new:
            log.append(new, sync=True)


# ── the swap ─────────────────────────────────────────────────────────────────


def _swap(found: Opened, state: Path, now: int) -> Path | None:
    """One rename decides; before it the old store is whole, after it the new one is."""
    target = state / DATABASE
    aside = _keep_aside(state, now) if target.exists() else None
    sync_folder(found.folder)
    fail("restore.swap.before")
    os.replace(found.database, target)
    sync_folder(state)
    fail("restore.swap.after")
    return aside


def _keep_aside(state: Path, now: int) -> Path:
    """The store that was here, as one file: a log left beside the new one would be taken for its own."""
    whole = _as_one_file(state / DATABASE)
    aside = state / "replaced" / f"{datetime.fromtimestamp(now / 1_000_000, UTC):%Y%m%d-%H%M%S}Z"
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = aside / DATABASE
    kept.unlink(missing_ok=True)
    os.link(state / DATABASE, kept)
    for log in () if whole else (f"{DATABASE}-wal", f"{DATABASE}-shm"):
        if (state / log).exists():
            os.replace(state / log, aside / log)
    shutil.copyfile(state / SENT_LOG, aside / SENT_LOG)
    sync_folder(aside)
    return aside


def _as_one_file(path: Path) -> bool:
    """False: it is too damaged for that; then its log is taken away with it."""
    try:
        alone = sqlite.to_one_file(path)
    except sqlite3.DatabaseError:
        return False
    if not alone:
        raise BusyError("The store is open elsewhere, perhaps in the desk.", "Close the desk and other daypart commands, then try again.")
    return True
