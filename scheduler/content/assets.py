"""Media files as approved: copied under their hash before anything refers to them, synced, and never changed afterwards."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, Table, insert, select

from adapters.contract import MediaItem
from config.synced import sync_file, sync_folder
from scheduler.errors import DiskError, StaleError
from scheduler.store.tables import TABLES

ASSET: Table = TABLES.tables["asset"]
_CHUNK_BYTES = 1 << 20


def keep_files(items: Iterable[MediaItem], folder: Path) -> None:
    """Copy the bytes into the asset folder, each file once. Raises StaleError when a file is not what was measured, DiskError."""
    kept = False
    for item in {item.sha256: item for item in items}.values():
        target = folder / item.sha256
        if not target.exists():
            _copy(item, target)
            kept = True
    if kept:
        sync_folder(folder)


def keep_rows(conn: Connection, items: Iterable[MediaItem]) -> None:
    """Remember the files in the store."""
    new = {item.sha256: item for item in items}
    known = set(conn.execute(select(ASSET.c.sha256).where(ASSET.c.sha256.in_(new))).scalars())
    rows = [
        {"sha256": sha, "size": item.size, "mime": item.mime, "probe": "{}", "origin": item.name}
        for sha, item in new.items()
        if sha not in known
    ]
    if rows:
        conn.execute(insert(ASSET), rows)


def _copy(item: MediaItem, target: Path) -> None:
    draft = target.with_name(f"{item.sha256}.{os.getpid()}.part")
    try:
        found = _copied(item.path, draft)
        if found != item.sha256:
            raise StaleError(f"'{item.name}' changed while it was read", "look at the plan again")
        os.replace(draft, target)
    except OSError as error:
        raise DiskError(f"'{item.name}' cannot be copied into {target.parent}: {(error.strerror or 'error').lower()}") from error
    finally:
        draft.unlink(missing_ok=True)


def _copied(source: Path, draft: Path) -> str:
    """Copy, sync, and tell the hash of what was written."""
    sha = hashlib.sha256()
    with source.open("rb") as old, os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400), "wb") as new:
        while chunk := old.read(_CHUNK_BYTES):
            sha.update(chunk)
            new.write(chunk)
        new.flush()
        sync_file(new.fileno())
    return sha.hexdigest()
