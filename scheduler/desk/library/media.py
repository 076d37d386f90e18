"""Pictures and videos in the store: their shape, where they stand, who has them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, RowMapping, text

from scheduler.clean import clean_line
from scheduler.desk.library.views import MediaView
from scheduler.scene import Scene
from scheduler.store.library import FILE_MARK, INDEX, has_search

MOST_COUNTED = 1_000
"""Uses beyond these are not counted."""
_MEDIA = "SELECT sha256, size, mime, origin FROM asset"


def find_asset(conn: Connection, sha256: str) -> list[RowMapping]:
    """The file whose hash begins so; two where that is not enough to tell."""
    sql = f"{_MEDIA} WHERE sha256 >= :sha AND sha256 < :end LIMIT 2"
    return list(conn.execute(text(sql), {"sha": sha256, "end": f"{sha256}g"}).mappings())


def read_media(conn: Connection, words: str, client: str | None, limit: int, scene: Scene) -> list[MediaView]:
    """Files by name, newest first; a client's are those its posts used last."""
    likes = {f"w{n}": f"%{word}%" for n, word in enumerate(words.split()[:6])}
    where = " AND ".join(f"origin LIKE :{name}" for name in likes)
    sql = f"{_MEDIA}{' WHERE ' + where if where else ''} ORDER BY rowid DESC LIMIT :n"
    found = []
    for row in conn.execute(text(sql), {**likes, "n": limit * (1 if client is None else 10)}).mappings():
        view, _ = media_view(conn, row, scene)
        if client is None or view.client == client:
            found.append(view)
    return found[:limit]


def posts_with(conn: Connection, sha256: str, limit: int) -> list[int]:
    """Posts a file stands in, newest first."""
    if not has_search(conn):
        sql = "SELECT DISTINCT post_id FROM content WHERE instr(body, :sha) > 0 ORDER BY post_id DESC LIMIT :n"
        return list(conn.execute(text(sql), {"sha": sha256, "n": limit}).scalars())
    sql = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH :asked ORDER BY rowid DESC LIMIT :n"
    return list(conn.execute(text(sql), {"asked": f'"{FILE_MARK}{sha256}"', "n": limit}).scalars())


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file as the newest content that has it says."""

    sha256: str
    mime: str
    size: int
    width: int
    height: int
    duration_ms: int | None
    alt: str


def media_view(conn: Connection, row: RowMapping, scene: Scene) -> tuple[MediaView, FileFacts | None]:
    """One file in words, and its facts where a post has it."""
    posts = posts_with(conn, row["sha256"], MOST_COUNTED)
    facts, client = _newest_use(conn, posts[0], row["sha256"]) if posts else (None, None)
    width, height, duration = (facts.width, facts.height, facts.duration_ms) if facts is not None else (0, 0, None)
    name, color = scene.client_of(client)
    view = MediaView(
        sha256=row["sha256"],
        name=clean_line(row["origin"]) or row["sha256"][:12],
        kind=_kind(row["mime"]),
        size=row["size"],
        width=width,
        height=height,
        duration_ms=duration,
        alt=clean_line(facts.alt) if facts is not None else "",
        used=len(posts),
        client=client,
        client_name=name,
        client_color=color,
        words=shape_words(width, height, duration, row["size"]),
    )
    return view, facts


def _kind(mime: str) -> Literal["picture", "video", "file"]:
    return "video" if mime.startswith("video/") else "picture" if mime.startswith("image/") else "file"


def _newest_use(conn: Connection, post_id: int, sha256: str) -> tuple[FileFacts | None, str | None]:
    sql = (
        "SELECT c.body, d.client FROM delivery d JOIN content c ON c.id = d.content_id"
        " WHERE d.post_id = :post AND +d.parent_id IS NULL AND instr(c.body, :sha) > 0 ORDER BY d.id DESC LIMIT 1"
    )
    row = conn.execute(text(sql), {"post": post_id, "sha": sha256}).first()
    found = next((item for item in files_in(row.body) if item.sha256 == sha256), None) if row is not None else None
    return (found, row.client) if row is not None else (None, None)


def files_in(body: str) -> list[FileFacts]:
    """Every file in a content's body."""
    acts = json.loads(body)
    names = ("sha256", "mime", "size", "width", "height", "duration_ms", "alt")
    return [FileFacts(*(item[name] for name in names)) for act in acts for item in act["media"]]


def shape_words(width: int, height: int, duration_ms: int | None, size: int) -> str:
    """`1080×1350 (4:5) · 31 s · 2.1 MB`."""
    parts = [f"{width}×{height} ({ratio_words(width, height)})"] if width and height else []
    parts += [f"{duration_ms / 1000:.0f} s"] if duration_ms else []
    parts += [f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} kB"]
    return " · ".join(parts)


def ratio_words(width: int, height: int) -> str:
    """The shape as people call it, or as a number to one."""
    known = {(1, 1), (4, 5), (5, 4), (9, 16), (16, 9), (3, 4), (4, 3), (2, 3), (3, 2)}
    for a, b in known:
        if abs(width / height - a / b) < 0.01:
            return f"{a}:{b}"
    return f"{width / height:.2f}:1"
