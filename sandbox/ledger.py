"""The ledger: everything that became public, written at the instant of the act and before its answer.

With a file, each line is on the disk before anybody is told; the stand-ins rebuild themselves from it after a restart.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from sandbox.wire import Fields, as_fields


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that became public."""

    platform: str
    account: str
    id: str
    kind: str
    """`post`, `reply`, `comment`, `story`."""
    text: str
    at: int
    """UTC microseconds."""
    alt: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    """SHA-256 of each file, in order."""
    reply_to: str | None = None
    url: str = ""
    flags: Mapping[str, object] = field(default_factory=dict)
    raw: Mapping[str, object] = field(default_factory=dict)
    """What the platform was told."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Something a stand-in has to know again after a restart and that is not public."""

    platform: str
    kind: str
    value: Fields


class Ledger:
    """All entries in order, the media they use, and the file behind them."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._file: int | None = None
        self._entries: dict[tuple[str, str], Entry] = {}
        self._answers: Counter[tuple[str, str]] = Counter()
        self._media: dict[str, tuple[bytes, str]] = {}
        self.remembered: list[Memory] = []
        if path is not None:
            self._load(path)
            self._open(path)

    @property
    def entries(self) -> Sequence[Entry]:
        """Oldest first."""
        return tuple(self._entries.values())

    def find(self, platform: str, entry_id: str) -> Entry | None:
        """One of them."""
        return self._entries.get((platform, entry_id))

    def answers(self, platform: str, entry_id: str) -> int:
        """How many replies and comments stand under it."""
        return self._answers[platform, entry_id]

    def add(self, entry: Entry) -> None:
        """Something became public."""
        self._write({"entry": asdict(entry)}, sync=True)
        self._put(entry)

    def _put(self, entry: Entry) -> None:
        self._entries[entry.platform, entry.id] = entry
        if entry.reply_to:
            self._answers[entry.platform, entry.reply_to] += 1

    def mark(self, platform: str, entry_id: str, **flags: object) -> None:
        """Note what happened to it since, for example `deleted`."""
        entry = self._entries.get((platform, entry_id))
        if entry is not None:
            self._write({"mark": {"platform": platform, "id": entry_id, "flags": flags}}, sync=True)
            self._entries[platform, entry_id] = replace(entry, flags={**entry.flags, **flags})

    def remember(self, platform: str, kind: str, value: Mapping[str, object]) -> None:
        """Keep something for after a restart."""
        self._write({"memory": {"platform": platform, "kind": kind, "value": value}}, sync=False)

    def keep(self, content: bytes, mime: str) -> str:
        """Keep bytes under their SHA-256 and return it."""
        sha = hashlib.sha256(content).hexdigest()
        if sha not in self._media:
            self._media[sha] = (content, mime)
            if self._path is not None:
                self._media_file(sha).write_bytes(mime.encode() + b"\n" + content)
        return sha

    def media(self, sha: str) -> tuple[bytes, str] | None:
        """Bytes and type."""
        return self._media.get(sha)

    @property
    def media_names(self) -> Sequence[str]:
        """SHA-256 of every file kept."""
        return tuple(self._media)

    def clear(self) -> None:
        """Forget everything, in the file too."""
        self._entries.clear()
        self._answers.clear()
        self._media.clear()
        self.remembered.clear()
        if self._file is not None:
            os.ftruncate(self._file, 0)

    def _write(self, line: Mapping[str, object], *, sync: bool) -> None:
        if self._file is None:
            return
        rest = memoryview(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        while rest:
            rest = rest[os.write(self._file, rest) :]
        if sync:
            os.fsync(self._file)

    def _open(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._media_file("").mkdir(mode=0o700, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        # a line that a killed process left half written must not swallow the next one
        os.ftruncate(self._file, path.read_bytes().rfind(b"\n") + 1)

    def _media_file(self, sha: str) -> Path:
        assert self._path is not None
        return self._path.with_name(self._path.name + ".media") / sha

    def _load(self, path: Path) -> None:
        for line in _lines(path):
            if "entry" in line:
                self._put(_entry(line.inner("entry")))
            elif "mark" in line:
                self._load_mark(line.inner("mark"))
            else:
                memory = line.inner("memory")
                self.remembered.append(Memory(memory.text("platform"), memory.text("kind"), memory.inner("value")))
        folder = self._media_file("")
        for file in folder.iterdir() if folder.is_dir() else ():
            mime, _, content = file.read_bytes().partition(b"\n")
            self._media[file.name] = (content, mime.decode())

    def _load_mark(self, mark: Fields) -> None:
        entry = self._entries.get((mark.text("platform"), mark.text("id")))
        if entry is not None:
            self._entries[entry.platform, entry.id] = replace(entry, flags={**entry.flags, **mark.inner("flags").values})


def _lines(path: Path) -> Iterator[Fields]:
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        try:
            yield as_fields(json.loads(line))
        except ValueError:
            continue  # the last line of a killed process may be torn; nobody was told about it


def _entry(value: Fields) -> Entry:
    return Entry(
        platform=value.text("platform"),
        account=value.text("account"),
        id=value.text("id"),
        kind=value.text("kind"),
        text=value.text("text"),
        at=value.number("at"),
        alt=tuple(str(item) for item in value.items("alt")),
        media=tuple(str(item) for item in value.items("media")),
        reply_to=value.text("reply_to") or None,
        url=value.text("url"),
        flags=value.inner("flags").values,
        raw=value.inner("raw").values,
    )
