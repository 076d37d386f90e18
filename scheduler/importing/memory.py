"""What was imported before: which row became which post and what it said then; and what a person said about columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from scheduler.store.statements import META, get_meta, set_meta

_ROW = "sheet.row."
_COLUMNS = "sheet.columns"


@dataclass(frozen=True, slots=True)
class Known:
    """One row that became a post."""

    key: str
    post: str
    """`campaign/post`."""
    said: Mapping[str, object]
    """What the row said then."""
    content: str
    """Digest of its words, its time left out."""
    file: str
    """Name of the sheet's file."""
    row: int

    @property
    def texts(self) -> Mapping[str, object]:
        """Field → the words it had then."""
        said = self.said.get("texts")
        return said if isinstance(said, dict) else {}


def read_known(conn: Connection) -> dict[str, Known]:
    """Every row that became a post, by its key."""
    rows = conn.execute(select(META.c.name, META.c.value).where(META.c.name.startswith(_ROW, autoescape=True)))
    return {name.removeprefix(_ROW): _known(name.removeprefix(_ROW), json.loads(value)) for name, value in rows}


def _known(key: str, kept: Mapping[str, object]) -> Known:
    said = kept["said"]
    assert isinstance(said, dict)
    return Known(key, str(kept["post"]), said, str(kept["content"]), str(kept["file"]), int(str(kept["row"])))


def remember(conn: Connection, known: Known) -> None:
    """Keep what a row says now."""
    kept = {"post": known.post, "said": known.said, "content": known.content, "file": known.file, "row": known.row}
    set_meta(conn, f"{_ROW}{known.key}", json.dumps(kept, ensure_ascii=False))


def forget(conn: Connection, key: str) -> None:
    """The row is known by another key now."""
    conn.execute(delete(META).where(META.c.name == f"{_ROW}{key}"))


def read_columns(conn: Connection) -> dict[str, str]:
    """What a person said about columns in earlier imports: plain heading → field."""
    kept: dict[str, str] = json.loads(get_meta(conn, _COLUMNS) or "{}")
    return kept


def keep_columns(conn: Connection, columns: Mapping[str, str]) -> None:
    """Remember it for next month's sheet."""
    set_meta(conn, _COLUMNS, json.dumps(dict(columns), ensure_ascii=False, sort_keys=True))
