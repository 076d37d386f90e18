"""A backup, opened: unpacked into a folder of its own, every hash compared, the store's ledger checked, before anything uses it."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import ValidationError

from scheduler.errors import DiskError, NotFoundError, SettingsError
from scheduler.keeping import ledger, manifest
from scheduler.keeping.ledger import Report
from scheduler.keeping.manifest import Kept, Manifest
from scheduler.store import schema, sqlite
from scheduler.store.store import ASSETS, DATABASE, SENT_LOG

MANIFEST_MOST_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 20
ANOTHER = "Take another backup; `daypart verify FILE` tells whether one is whole."


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup's files, unpacked and compared with its manifest."""

    folder: Path
    manifest: Manifest

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    def report(self) -> Report:
        """Its ledger, examined; the heads must be those of the manifest. Raises DiskError when they are not, or it is damaged."""
        with sqlite.in_our_words(self.database), sqlite.reading_engine(self.database).connect() as conn:
            answer = str(conn.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
            if answer != "ok":
                raise DiskError(f"The store in this backup is damaged: {answer}.", ANOTHER)
            found = ledger.examine(conn)
            if manifest.heads_of(conn) != self.manifest.heads:
                raise DiskError("The store in this backup is not the one its manifest speaks of.", ANOTHER)
        return found


@contextmanager
def opened(file: Path, beside: Path | None = None) -> Iterator[Opened]:
    """Unpack a backup for a while, in a folder `beside` or in a temporary one.

    Raises NotFoundError, DiskError for a file that is no whole backup, SettingsError for one of a newer daypart."""
    if not file.is_file():
        raise NotFoundError(f"There is no file {file}.", "The daily backups are in the state folder: .daypart/backups.")
    place = Path(tempfile.mkdtemp(prefix=f".daypart-restore-{os.getpid()}-", dir=beside))
    try:
        with sqlite.in_our_words(place):
            yield Opened(place, _unpack(file, place))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _unpack(file: Path, place: Path) -> Manifest:
    try:
        with tarfile.open(file) as archive:
            found = _manifest(archive, file)
            wanted = {kept.name: kept for kept in found.files}
            (place / ASSETS).mkdir(mode=0o700)
            while (entry := archive.next()) is not None:
                kept = wanted.pop(entry.name, None)
                source = archive.extractfile(entry) if kept is not None and entry.isreg() else None
                if kept is None or source is None:
                    raise DiskError(f"{file.name} holds '{entry.name}', which its manifest does not know.", ANOTHER)
                _copy(source, place / _safe(kept), kept, file)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        if isinstance(error, OSError) and not isinstance(error, tarfile.TarError) and error.errno is not None:
            raise
        raise DiskError(f"{file.name} is cut off or damaged: it cannot be read to its end.", ANOTHER) from error
    if wanted:
        raise DiskError(f"{file.name} lacks {len(wanted)} of its files, among them '{next(iter(wanted))}'.", ANOTHER)
    return found


def _manifest(archive: tarfile.TarFile, file: Path) -> Manifest:
    entry = archive.next()
    source = archive.extractfile(entry) if entry is not None and entry.isreg() and entry.name == manifest.NAME else None
    if entry is None or source is None or entry.size > MANIFEST_MOST_BYTES:
        raise _no_backup(file)
    try:
        found = Manifest.model_validate_json(source.read())
    except ValidationError as error:
        hint = "It may be of a newer daypart: update this one, or take another backup."
        raise DiskError(f"The manifest of {file.name} cannot be read.", hint) from error
    if found.db_schema not in schema.KNOWN:
        raise SettingsError(f"{file.name} was made by a newer daypart ({found.daypart}).", "Update daypart on this computer.")
    return found


def _no_backup(file: Path) -> DiskError:
    return DiskError(
        f"{file.name} is no backup of daypart, or it is damaged.", "`daypart backup` makes files like daypart-20261124-093000Z.tar.gz."
    )


def _safe(kept: Kept) -> Path:
    """Only names that we make ourselves: nothing is ever written elsewhere."""
    parts = PurePosixPath(kept.name).parts
    media = len(parts) == 2 and parts[0] == ASSETS and parts[1] == kept.sha256
    log = len(parts) == 1 and parts[0].startswith(SENT_LOG) and parts[0][len(SENT_LOG) :].lstrip(".").isdigit() | (parts[0] == SENT_LOG)
    if not (media or log or parts == (DATABASE,)):
        raise DiskError(f"The backup holds a file with an odd name, '{kept.name}'.", ANOTHER)
    return Path(*parts)


def _copy(source: IO[bytes], target: Path, kept: Kept, file: Path) -> None:
    sha = hashlib.sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as new:
        while chunk := source.read(_CHUNK_BYTES):
            sha.update(chunk)
            new.write(chunk)
        new.flush()
        os.fsync(new.fileno())
    if sha.hexdigest() != kept.sha256:
        raise DiskError(f"'{kept.name}' in {file.name} is not what was written into it.", ANOTHER)
