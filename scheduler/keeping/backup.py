"""A backup while the service runs: the store as of one instant, the media it refers to, the sent log, and a manifest, in one file.

The store is copied first and the sent log last: so the log never knows less than the store. The key is never in it.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import Connection, select, text

from config.secrets import KEY_FILE
from config.synced import sync_folder
from scheduler import sentlog
from scheduler.canonical import sha256_of_file
from scheduler.errors import DiskError, NotFoundError, UsageError
from scheduler.failpoints import fail
from scheduler.keeping import manifest
from scheduler.keeping.manifest import Kept, Manifest
from scheduler.store import sqlite
from scheduler.store.statements import CONTENT, DELIVERY, get_meta, set_meta
from scheduler.store.store import ASSETS, DATABASE, SENT_LOG

BACKUPS = "backups"
"""Folder in the state folder where backups go when nothing else is said."""
SPARE_BYTES = 64 << 20
"""A disk is never filled to the brim."""
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made."""

    file: Path
    size: int
    manifest: Manifest


def make_backup(state: Path, to: Path | None, now: int, *, prefix: str = "daypart", with_media: bool = True) -> Backup:
    """Write one. `to`: a file, a folder, or None for the state folder's own.

    Raises NotFoundError without a store or folder, UsageError for a file that is something else, DiskError."""
    database = state / DATABASE
    if not database.exists():
        raise NotFoundError(f"There is no store in {state} to back up.", "Run `daypart apply` in the workspace first.")
    target = _target(state, to, now, prefix)
    with sqlite.in_our_words(target):
        _clear_leftovers(target.parent)
        with _scratch(target.parent) as scratch:
            copy = scratch / DATABASE
            _room_for(target.parent, database, state / SENT_LOG)
            fail("backup.copy.before")
            sqlite.backup(database, copy)
            fail("backup.copy.after")
            found, files = _describe(state, copy, scratch, now, with_media)
            draft = scratch / target.name
            _write(draft, found, files)
            fail("backup.rename.before")
            os.replace(draft, target)
            sync_folder(target.parent)
            fail("backup.rename.after")
    return Backup(target, target.stat().st_size, found)


# ── where ────────────────────────────────────────────────────────────────────


def _target(state: Path, to: Path | None, now: int, prefix: str) -> Path:
    name = f"{prefix}-{datetime.fromtimestamp(now / 1_000_000, UTC):%Y%m%d-%H%M%S}Z.tar.gz"
    if to is None:
        folder = state / BACKUPS
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / name
    to = Path(os.path.abspath(to.expanduser()))
    if to.is_dir():
        return to / name
    if not to.parent.is_dir():
        raise NotFoundError(f"There is no folder {to.parent}.", "Make it first, or name another one.")
    if not to.name.endswith((".tar", ".tar.gz", ".tgz")):
        raise UsageError(
            f"'{to.name}' is neither a folder nor the name of a backup.", "Name a folder that is there, or a file ending in .tar.gz."
        )
    if to.exists() and not _is_backup(to):
        raise UsageError(f"{to} is there already and is no backup of daypart: left alone.", "Name another file.")
    return to


def _is_backup(file: Path) -> bool:
    try:
        with tarfile.open(file) as archive:
            first = archive.next()
        return first is not None and first.name == manifest.NAME
    except (OSError, tarfile.TarError, EOFError):
        return False


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A place on the same disk, so that the last step is a rename."""
    made = Path(tempfile.mkdtemp(prefix=f".daypart-backup-{os.getpid()}-", dir=folder))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _clear_leftovers(folder: Path) -> None:
    """What a killed backup left behind."""
    for left in folder.glob(".daypart-backup-*"):
        owner = left.name.split("-")[2]
        if not (owner.isdigit() and _is_alive(int(owner))):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _room_for(folder: Path, *files: Path) -> None:
    needed = 2 * sum(file.stat().st_size for file in files if file.exists()) + SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskError(
            f"The disk of {folder} has {free >> 20} MB left; the backup may need {needed >> 20} MB.",
            "Free some space, or name a folder on another disk: `daypart backup FOLDER`.",
        )


# ── what ─────────────────────────────────────────────────────────────────────


def _describe(state: Path, copy: Path, scratch: Path, now: int, with_media: bool) -> tuple[Manifest, list[tuple[str, Path]]]:
    """Mark the copy as one, find what it needs, and take the hash of everything."""
    engine = sqlite.writing_engine(copy)
    with engine.connect() as conn, conn.begin():
        set_meta(conn, "backup_copy", "yes")
        wanted = _media(conn)
        there = [name for name in wanted if (state / ASSETS / name).is_file()]
        kept = there if with_media else []
        about = manifest.counts_of(conn, len(kept)), manifest.heads_of(conn), manifest.epoch_of(conn)
        schema = str(conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
        workspace = get_meta(conn, "workspace_id") or ""
    sqlite.to_one_file(copy)
    files = [(DATABASE, copy), *_logs(state, scratch), *((f"{ASSETS}/{name}", state / ASSETS / name) for name in kept)]
    found = Manifest(
        daypart_backup=manifest.FORMAT,
        made_at=datetime.fromtimestamp(now / 1_000_000, UTC).isoformat(timespec="seconds"),
        made_at_micros=now,
        daypart=_version(),
        sqlite=sqlite.VERSION,
        db_schema=schema,
        workspace_id=workspace,
        counts=about[0],
        heads=about[1],
        epoch=about[2],
        files=tuple(Kept(name=name, size=path.stat().st_size, sha256=sha256_of_file(path)) for name, path in files),
        media_left_out=tuple(name for name in wanted if name not in set(kept)),
        left_out=_about_the_key(state),
    )
    _refuse_damaged_media(found)
    return found, files


def _media(conn: Connection) -> list[str]:
    """Hashes of the files that what is planned or published refers to."""
    bodies = select(CONTENT.c.body).where(CONTENT.c.id.in_(select(DELIVERY.c.content_id).where(DELIVERY.c.state != "cancelled")))
    named = {name for body in conn.execute(bodies).scalars() for name in _HASH.findall(body)}
    known = set(conn.execute(text("SELECT sha256 FROM asset")).scalars())
    return sorted(named & known)


def _logs(state: Path, scratch: Path) -> list[tuple[str, Path]]:
    """Copies of the sent log and its archives: the service goes on appending."""
    log = state / SENT_LOG
    files = [*sentlog.archives(log), *([log] if log.exists() else [])]
    return [(file.name, Path(shutil.copyfile(file, scratch / file.name))) for file in files]


def _refuse_damaged_media(found: Manifest) -> None:
    for kept in found.files:
        if kept.name.startswith(f"{ASSETS}/") and kept.sha256 != kept.name.partition("/")[2]:
            raise DiskError(
                f"The media file {kept.name} in the state folder is damaged: a backup of it would be worthless.",
                "Check the disk; `daypart apply` copies media anew once the damaged file is moved away.",
            )


def _about_the_key(state: Path) -> str:
    where = (
        f"the file {state / KEY_FILE}"
        if (state / KEY_FILE).exists()
        else "where your settings say (DAYPART_KEY_FILE, a credential, a keyring)"
    )
    return (
        f"The key that opens the stored sign-ins is not in this backup. It is {where}. Keep a copy of it apart from the backups,"
        " for example in a password manager. Without it every account has to be connected again."
    )


def _write(draft: Path, found: Manifest, files: Sequence[tuple[str, Path]]) -> None:
    """Manifest first; synced."""
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        packed = not draft.name.endswith(".tar")
        with tarfile.open(fileobj=opened, mode="w:gz", compresslevel=3) if packed else tarfile.open(fileobj=opened, mode="w") as archive:
            body = found.model_dump_json(indent=2).encode()
            archive.addfile(_entry(manifest.NAME, len(body), found), io.BytesIO(body))
            for (name, path), kept in zip(files, found.files, strict=True):
                with path.open("rb") as source:
                    archive.addfile(_entry(name, kept.size, found), source)
        opened.flush()
        os.fsync(opened.fileno())


def _entry(name: str, size: int, found: Manifest) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, found.made_at_micros // 1_000_000
    return entry


def _version() -> str:
    try:
        return version("daypart")
    except PackageNotFoundError:
        return "0"
