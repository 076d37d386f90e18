"""The archive: one zip with everything that was published, its pictures and films, and the proof of each; read without daypart."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.times import from_micros
from scheduler.canonical import sha256_of_file
from scheduler.errors import DiskError
from scheduler.export.entries import Entry, File
from scheduler.export.page import page
from scheduler.report.markdown import local_iso

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it."""

    posts: int
    files: int
    missing: tuple[str, ...]
    """Hashes of files that are gone or not what they were."""


def write_archive(to: Path, entries: Sequence[Entry], assets: Path, *, title: str, tz: str, now: int) -> Written:
    """Whole or not at all. Raises DiskError."""
    half = to.with_name(f".{to.name}.part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
            files = {file.sha256: file for entry in entries for act in entry.acts for file in act.files}
            missing = tuple(sha for sha, file in files.items() if not _add_file(archive, file, assets / sha, from_micros(now, tz)))
            _add(archive, "index.html", page(entries, frozenset(missing), title=title, tz=tz, now=now), from_micros(now, tz))
            receipts = {"made_at": local_iso(now, tz), "posts": [receipt(entry, tz) for entry in entries], "missing_files": list(missing)}
            _add(archive, "receipts.json", json.dumps(receipts, ensure_ascii=False, indent=2) + "\n", from_micros(now, tz))
        half.replace(to)
    except OSError as error:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        raise DiskError(f"{to} cannot be written: {error.strerror or error}", "Choose another place, or make room.") from error
    return Written(len(entries), len(files) - len(missing), missing)


def _add(archive: zipfile.ZipFile, name: str, words: str, at: datetime) -> None:
    archive.writestr(_info(name, at), words.encode(), zipfile.ZIP_DEFLATED)


def _info(name: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.external_attr = 0o644 << 16
    return info


def _add_file(archive: zipfile.ZipFile, file: File, source: Path, at: datetime) -> bool:
    """False: it is not there, or its bytes are not those that were approved."""
    if not source.is_file() or sha256_of_file(source) != file.sha256:
        return False
    info = _info(file.path, at)
    info.file_size = source.stat().st_size
    with source.open("rb") as content, archive.open(info, "w") as into:  # pictures and films do not get smaller
        while chunk := content.read(_CHUNK_BYTES):
            into.write(chunk)
    return True


def receipt(entry: Entry, tz: str) -> dict[str, object]:
    """One post's proof, for programs."""
    return {
        "client": entry.client,
        "client_name": entry.client_name,
        "account": entry.account,
        "platform": entry.platform,
        "digest": entry.digest,
        "ai": entry.ai,
        "told_to_readers": entry.told or None,
        "approval": {"by": entry.approved_by, "at": local_iso(entry.approved_at, tz), "on_behalf": entry.on_behalf or None},
        "public": [
            {
                "key": act.key,
                "kind": act.kind,
                "text": act.text,
                "published_at": local_iso(act.at, tz),
                "remote_id": act.remote_id,
                "url": act.url,
                "receipt": dict(act.extra),
                "media": [{"file": file.path, "sha256": file.sha256, "alt": file.alt, "name": file.name} for file in act.files],
            }
            for act in entry.acts
        ],
    }
