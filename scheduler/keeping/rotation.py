"""The sent log is kept short: what is settled and old moves to `sent.log.1`, `sent.log.2` … and stays readable there.

Order: moved lines appended to the archive and synced · a shorter log written beside · swapped by the writer. Killed anywhere in
between, a line stands in one of the files or in both, and both are read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from config.synced import sync_file, sync_folder
from scheduler import sentlog
from scheduler.clock import DAY
from scheduler.failpoints import fail
from scheduler.lifecycle import FINAL
from scheduler.sentlog import Answered, Epoch, Sent
from scheduler.store import sqlite
from scheduler.store.statements import DELIVERY
from scheduler.store.store import DATABASE, SENT_LOG

KEEP = 7 * DAY
"""Settled lines stay so long in the log itself."""
WORTH_BYTES = 256 * 1024
"""A shorter log is left as it is."""
SEGMENT_BYTES = 8 << 20
"""An archive file that has grown beyond this is not added to any more."""
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Read:
    """The whole lines of a log, as bytes."""

    lines: tuple[bytes, ...]
    seen: int
    """How many bytes of the file they are."""


@dataclass(frozen=True, slots=True)
class Shorter:
    """A log to be put in place of the present one, of whose first bytes it was made."""

    file: Path
    seen: int
    moved: int
    """How many lines it has less."""


def prepare(state: Path, now: int) -> Shorter | None:
    """Move what is settled and older than a week into the archive, and write the log without it; None: not worth it, or nothing is.

    Changes neither the log nor the store: `Store.shorten_sent_log` does the rest. Raises OSError and DeskError."""
    path = state / SENT_LOG
    if not path.exists() or path.stat().st_size < WORTH_BYTES:
        return None
    for left in path.parent.glob(f".{path.name}.*.shorter"):
        left.unlink(missing_ok=True)
    whole = _read(path)
    old = _old_keys(whole.lines, now - KEEP)
    with sqlite.reading_engine(state / DATABASE).connect() as conn:
        settled = _settled(conn, old)
    moved, kept = _split(whole.lines, settled)
    if not moved:
        return None
    return Shorter(_write(path, moved, kept), whole.seen, len(moved))


def _read(path: Path) -> Read:
    raw = path.read_bytes()
    seen = raw.rfind(b"\n") + 1
    return Read(tuple(line for line in raw[:seen].split(b"\n") if line), seen)


def _old_keys(lines: Iterable[bytes], before: int) -> set[str]:
    """Keys that nothing was said of since."""
    newest: dict[str, int] = {}
    for line in map(sentlog.parse, lines):
        if isinstance(line, Sent | Answered):
            newest[line.key] = max(line.at, newest.get(line.key, 0))
    return {key for key, at in newest.items() if at < before}


def _settled(conn: Connection, keys: Iterable[str]) -> set[str]:
    """Those whose delivery is here and final. What the store does not know stays: a plan may bring it back."""
    wanted = sorted(keys)
    found: set[str] = set()
    final = DELIVERY.c.state.in_(sorted(FINAL))
    for start in range(0, len(wanted), AT_A_TIME):
        some = DELIVERY.c.key.in_(wanted[start : start + AT_A_TIME])
        found.update(conn.execute(select(DELIVERY.c.key).where(some, final)).scalars())
    return found


def _split(lines: Iterable[bytes], settled: set[str]) -> tuple[list[bytes], list[bytes]]:
    """Moved and kept. The newest epoch stays; what cannot be read goes where old things are kept."""
    parsed = [(text, sentlog.parse(text)) for text in lines]
    newest = max((line.epoch for _, line in parsed if isinstance(line, Epoch)), default=0)
    moved: list[bytes] = []
    kept: list[bytes] = []
    for text, line in parsed:
        stays = line.epoch == newest if isinstance(line, Epoch) else line is not None and line.key not in settled
        (kept if stays else moved).append(text)
    return moved, kept


def _write(path: Path, moved: Iterable[bytes], kept: Iterable[bytes]) -> Path:
    """The archive first; returns the shorter log, not yet in its place."""
    fail("sentlog.move.before")
    _append(_segment(path), moved)
    fail("sentlog.move.after")
    shorter = path.with_name(f".{path.name}.{os.getpid()}.shorter")
    _append(shorter, kept)
    return shorter


def _segment(path: Path) -> Path:
    """The archive file to add to."""
    files = sentlog.archives(path)
    if files and files[-1].stat().st_size < SEGMENT_BYTES:
        return files[-1]
    return path.with_name(f"{path.name}.{int(files[-1].suffix[1:]) + 1 if files else 1}")


def _append(file: Path, lines: Iterable[bytes]) -> None:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as opened:
        for piece in _pieces(descriptor, lines):
            opened.write(piece)
        sync_file(descriptor)
    sync_folder(file.parent)


def _pieces(descriptor: int, lines: Iterable[bytes]) -> Iterator[bytes]:
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":  # torn when the power went: never glue a line to it
        yield b"\n"
    yield b"".join(line + b"\n" for line in lines)
