"""`sent.log`: what may have left this computer, in a file of its own, so that a lost or older store cannot send it again.

One JSON object a line, appended only. `send` lines are on disk before the request may leave; `answer` lines keep the id a
platform gave, even when the store itself cannot be written; `epoch` lines say which start of the service wrote what follows.
What is settled long since moves to `sent.log.1`, `sent.log.2` … (scheduler/keeping/rotation.py); only a doubtful store needs it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config.synced import sync_file, sync_folder
from scheduler.canonical import canonical
from scheduler.failpoints import fail


@dataclass(frozen=True, slots=True)
class Sent:
    """A request may leave from now on."""

    delivery: int
    key: str
    fence: int
    step: str
    handle: str
    at: int
    """UTC microseconds."""

    def line(self) -> str:
        """As it stands in the file."""
        return canonical(
            {
                "what": "send",
                "delivery": self.delivery,
                "key": self.key,
                "fence": self.fence,
                "step": self.step,
                "handle": self.handle,
                "at": self.at,
            }
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """The platform gave it an id."""

    delivery: int
    key: str
    fence: int
    remote_id: str
    url: str | None
    extra: dict[str, str]
    at: int

    def line(self) -> str:
        """As it stands in the file."""
        return canonical(
            {
                "what": "answer",
                "delivery": self.delivery,
                "key": self.key,
                "fence": self.fence,
                "remote_id": self.remote_id,
                "url": self.url,
                "extra": dict(self.extra),
                "at": self.at,
            }
        )


@dataclass(frozen=True, slots=True)
class Epoch:
    """A service started on the store."""

    epoch: int
    store: str
    """Workspace id."""
    at: int

    def line(self) -> str:
        """As it stands in the file."""
        return canonical({"what": "epoch", "epoch": self.epoch, "store": self.store, "at": self.at})


Line = Sent | Answered | Epoch


@dataclass(frozen=True, slots=True)
class SentHistory:
    """What a sent log says, newest send and answer of each key."""

    epoch: int = 0
    sent: tuple[Sent, ...] = ()
    answered: tuple[Answered, ...] = ()
    torn: int = 0
    """Lines that could not be read: power was lost while they were written, so no request had left for them."""


class SentLog:
    """Appends; only the writer thread uses it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = self._open()
        self._folder = _identity(path.parent)
        self._end_torn_line()

    def _open(self) -> int:
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def append(self, lines: Iterable[Line], *, sync: bool) -> None:
        """Write all lines at once; with `sync` they survive a power cut when this returns. Raises OSError."""
        if sync:
            fail("sentlog.before")
        self._follow()
        text = "".join(line.line() + "\n" for line in lines).encode()
        while text:
            text = text[os.write(self._descriptor, text) :]
        if sync:
            sync_file(self._descriptor)
            fail("sentlog.after")

    def swap(self, shorter: Path, seen: int) -> None:
        """Put a shorter log in place of this one. It was made of the first `seen` bytes; what was appended since is taken over."""
        self._follow()
        with shorter.open("ab") as new:
            tail = seen
            while more := os.pread(self._descriptor, 1 << 20, tail):
                new.write(more)
                tail += len(more)
            new.flush()
            sync_file(new.fileno())
        fail("sentlog.swap.before")
        os.replace(shorter, self.path)
        sync_folder(self.path.parent)
        fail("sentlog.swap.after")
        self._follow()

    def close(self) -> None:
        os.close(self._descriptor)

    def _follow(self) -> None:
        """Another process may have put a shorter file in its place: what is written to the old one would be lost. Where the whole
        folder was moved away, the old one is the right one still: it went along, and what stands here now is another store's."""
        if _identity(self.path.parent) != self._folder or _identity(self.path) == _identity(self._descriptor):
            return
        found = self._open()  # first: should that not be possible, the old one is still there for the next try
        os.close(self._descriptor)
        self._descriptor = found
        self._end_torn_line()

    def _end_torn_line(self) -> None:
        size = os.fstat(self._descriptor).st_size
        if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
            os.write(self._descriptor, b"\n")
        elif not size:
            sync_folder(self.path.parent)


def read(path: Path) -> SentHistory:
    """Everything a sent log ever said, what was moved away from it included; a missing file is an empty history."""
    return _history(*archives(path), path)


def read_newest(path: Path) -> SentHistory:
    """Only what is not settled long since: all that a store needs which is the one that was used last."""
    return _history(path)


def archives(path: Path) -> list[Path]:
    """The files that settled lines were moved to, oldest first."""
    found = [(int(file.suffix[1:]), file) for file in path.parent.glob(f"{path.name}.*") if file.suffix[1:].isdigit()]
    return [file for _, file in sorted(found)]


def _history(*files: Path) -> SentHistory:
    epoch, torn = 0, 0
    sent: dict[str, Sent] = {}
    answered: dict[str, Answered] = {}
    for text in (text for file in files for text in _lines(file)):
        line = parse(text)
        if isinstance(line, Sent):
            sent[line.key] = line
        elif isinstance(line, Answered):
            answered[line.key] = line
        elif isinstance(line, Epoch):
            epoch = max(epoch, line.epoch)
        elif text:
            torn += 1
    return SentHistory(epoch, tuple(sent.values()), tuple(answered.values()), torn)


def _lines(file: Path) -> list[bytes]:
    try:
        return file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []


def parse(text: bytes) -> Line | None:
    """One line, or None when it is none."""
    return _parse(text)


def _parse(text: bytes) -> Line | None:
    try:
        found = json.loads(text)
        what = found.pop("what")
        return {"send": Sent, "answer": Answered, "epoch": Epoch}[what](**found)  # type: ignore[no-any-return]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _identity(place: Path | int) -> tuple[int, int] | None:
    """Which file or folder it is; None: there is none."""
    try:
        facts = os.stat(place)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return facts.st_dev, facts.st_ino
