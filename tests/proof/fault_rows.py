"""What each fault on each call must end in: thought out from the rules of publishing, written to expected_ends.tsv.

`python -m tests.proof.fault_rows` writes the table anew. The reasons stand in the table, a sentence for each row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

TABLE = Path(__file__).with_name("expected_ends.tsv")
PLATFORMS = ("bluesky", "mastodon", "gotosocial", "pixelfed", "instagram", "facebook")
MASTODONS = frozenset({"mastodon", "gotosocial", "pixelfed"})
GRAPH = frozenset({"instagram", "facebook"})
KINDS = ("drop", "hang", "500", "429", "slow", "truncate", "late", "html200", "expire")
POINTS = ("before", "after")
COUNTS = ("once", "always")
BY_NAME = ("403", "413", "422")
"""Refusals that the platform documents; they come instead of the act."""

Role = Literal["safe", "hoped", "commit", "look", "refresh"]


@dataclass(frozen=True, slots=True)
class Way:
    """One call of a delivery, and how a fault reaches it."""

    name: str
    """As the table says it."""
    call: str
    """As the sandbox says it."""
    role: Role
    match: str = ""
    """Tells this call from others of the same name."""
    first: tuple[str, str, str] | None = None
    """A fault (call, kind, point) that must strike once before: without it this call is not made."""
    media: str | None = "picture"
    shape: str = ""
    text: str = ""
    """`mention`: the text names somebody."""
    comment: bool = False
    """It is about the first comment."""
    token: str = ""
    """`ending`, `ended`: the state of the token when the post is due."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    platform: str
    call: str
    kind: str
    point: str
    count: str
    state: str
    posts: int
    account: str = "ok"
    why: str = ""

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.platform} {self.call} {self.kind} {self.point} {self.count}"


# ── the calls ────────────────────────────────────────────────────────────────

LOST = ("commit", "drop", "after")
_BLUESKY = (
    Way("refresh", "refresh", "refresh", token="ending"),
    Way("refresh (token ended)", "refresh", "refresh", token="ended"),
    Way("list", "list", "hoped"),
    Way("resolve", "resolve", "hoped", text="mention"),
    Way("upload", "upload", "safe"),
    Way("commit", "commit", "commit"),
    Way("look", "look", "look", first=LOST),
)
_MASTODON = (
    Way("list", "look", "hoped", match="limit=40"),
    Way("upload", "upload", "safe"),
    Way("media", "media", "safe"),
    Way("anchor", "look", "safe", match="limit=1&"),
    Way("commit", "commit", "commit"),
    Way("commit (words only)", "commit", "commit", media=None),
    Way("look", "look", "look", match="limit=40", first=LOST),
)
_GRAPH = (
    Way("list", "look", "hoped", match="limit=40"),
    Way("quota", "quota", "hoped"),
    Way("container", "container", "safe"),
    Way("status", "status", "safe"),
    Way("status (reel)", "status", "safe", media="film"),
    Way("commit", "commit", "commit"),
    Way("commit (story)", "commit", "commit", shape="story"),
    Way("permalink", "look", "hoped", match="fields=permalink"),
    Way("look at the container", "status", "look", first=LOST),
    Way("look at the list", "look", "look", match="limit=50", first=LOST),
    Way("comment", "comment", "commit", comment=True),
    Way("comments", "comments", "look", first=("comment", "drop", "after"), comment=True),
)
_TOKENS = {
    "instagram": (
        Way("refresh", "refresh", "refresh", token="ending"),
        Way("refresh (token ended)", "refresh", "refresh", token="ended"),
    ),
    "facebook": (Way("refresh", "me", "refresh", first=("quota", "expire", "before")),),
}


def ways(platform: str) -> tuple[Way, ...]:
    """Every call a delivery there may make."""
    if platform == "bluesky":
        return _BLUESKY
    if platform in GRAPH:
        return (*_GRAPH, *_TOKENS[platform])
    return tuple(way for way in _MASTODON if platform != "pixelfed" or way.media)


def rows(platform: str) -> Iterator[Row]:
    """Every row of a platform."""
    for way in ways(platform):
        for kind in KINDS:
            for point in POINTS:
                for count in COUNTS:
                    yield _end(way, Row(platform, way.name, kind, point, count, "", 0))
        if way.name in {"commit", "upload", "container"}:
            yield from (_refusal(way, Row(platform, way.name, kind, "before", "once", "", 0)) for kind in BY_NAME)


# ── the ends ─────────────────────────────────────────────────────────────────


def _end(way: Way, row: Row) -> Row:
    if row.kind == "slow":
        return _to(row, "published", 1, "slow is not wrong")
    match way.role:
        case "safe":
            return _after_safe(way, row)
        case "hoped":
            return _after_hoped(way, row)
        case "refresh":
            return _after_refresh(way, row)
        case "look":
            return _after_look(way, row)
        case "commit":
            return _after_commit(way, row)


def _to(row: Row, state: str, posts: int, why: str, account: str = "ok") -> Row:
    return replace(row, state=state, posts=posts, why=why, account=account)


def _after_safe(way: Way, row: Row) -> Row:
    """Nothing is public, so it is tried again: until its window ends where nobody answers, else eight times at most."""
    once = row.count == "once"
    if row.kind == "429":
        return _to(row, "published", 1, "it waits as told") if once else _to(row, "missed", 0, "told to wait until its window ended")
    if row.kind == "expire":
        if way.name.startswith(("container", "status")):
            return _after_lost_container(way, row)
        return _dead_token(row)
    return _to(row, "published", 1, "repeated") if once else _to(row, "missed", 0, "nobody answered until its window ended")


def _after_lost_container(way: Way, row: Row) -> Row:
    if row.count == "once":
        return _to(row, "published", 1, "the container is made anew")
    if way.name.startswith("status") and row.point == "after":
        return _to(row, "missed", 0, "each runs out after it was read as ready; made anew until its window ended")
    return _to(row, "refused", 0, "every container of eight tries ran out")


def _dead_token(row: Row) -> Row:
    """Before anything was sent."""
    if row.platform in MASTODONS:
        return _to(row, "missed", 0, "this token cannot be renewed: the account has to be connected again", "reauth")
    if row.count == "once":
        return _to(row, "published", 1, "renewed")
    return _to(row, "missed", 0, "refused again after it was renewed: the account has to be connected again", "reauth")


def _after_hoped(way: Way, row: Row) -> Row:
    """Calls that make things better but must not hold a post back."""
    if way.name == "quota" and row.kind == "429" and row.count == "always":
        return _to(row, "missed", 0, "told to wait until its window ended")
    if way.name == "quota" and row.kind == "expire":
        return _dead_token(row)
    return _to(row, "published", 1, "it goes on without")


def _after_refresh(way: Way, row: Row) -> Row:
    if row.kind == "expire":
        if row.platform == "bluesky":
            return _to(row, "published", 1, "signed in anew with the app password")
        return _to(row, "missed", 0, "the platform says that only a new sign-in helps", "reauth")
    if row.count == "once" or way.token != "ended":
        return _to(row, "published", 1, "renewed a little later, or the old token serves a while yet")
    return _to(row, "missed", 0, "no token could be had until its window ended")


def _after_look(way: Way, row: Row) -> Row:
    """It is public, the answer was lost, and now the look fails."""
    if row.count == "once":
        return _to(row, "published", 1, "the next look finds it")
    if way.name == "look at the container":
        return _to(row, "published", 1, "the account's list shows it")
    return _to(row, "unknown", 1, "it cannot be looked up; nothing is sent again")


def _is_list(way: Way, row: Row) -> bool:
    """Whether absence proves nothing."""
    return row.platform in {"gotosocial", "pixelfed"} or way.comment


def _after_commit(way: Way, row: Row) -> Row:
    if row.kind == "429":
        return _after_limit(way, row)
    if row.kind == "expire":
        return _after_expiry(way, row)
    if row.point == "after":
        return _to(row, "published", 1, "a look finds it")
    if row.kind == "late":
        return _to(row, "published", 1, "it came late; a look finds it, or it was sent once more under the same key")
    if _is_list(way, row):
        return _to(row, "ask", 0, "not found, and here that proves nothing")
    if row.count == "once":
        return _to(row, "published", 1, "proved absent, then sent again under the same key")
    return _to(row, "missed", 0, "proved absent each time, until its window ended")


def _after_limit(way: Way, row: Row) -> Row:
    if row.point == "after":
        return _to(row, "published", 1, "before it is sent again it is looked for, and found")
    if row.count == "once":
        return _to(row, "published", 1, "it waits as told")
    if _is_list(way, row):
        return _to(row, "ask", 0, "told to wait until its window ended; not found, and here that proves nothing")
    return _to(row, "missed", 0, "told to wait until its window ended; proved absent")


def _after_expiry(way: Way, row: Row) -> Row:
    done = row.point == "after"
    if row.platform in GRAPH and not way.comment:
        return _after_expired_container(way, row)
    if row.platform in MASTODONS and done:
        return _to(row, "published", 1, "cannot be renewed; a look at the end of its window finds it", "reauth")
    if row.platform not in MASTODONS and (row.count == "once" or done):
        return _to(row, "published", 1, "renewed; before it is sent again it is looked for")
    if _is_list(way, row):
        return _to(row, "ask", 0, "the account has to be connected again; not found, and here that proves nothing", "reauth")
    return _to(row, "missed", 0, "the account has to be connected again; proved absent", "reauth")


def _after_expired_container(way: Way, row: Row) -> Row:
    if row.point == "after" and way.shape == "story":
        return _to(row, "ask", 1, "a story has no words to know it by")
    if row.point == "after":
        return _to(row, "published", 1, "the account's list shows it")
    if row.count == "once":
        return _to(row, "published", 1, "the container is read dead, the list shows nothing: a new one")
    return _to(row, "missed", 0, "each container is read dead, until its window ended")


def _refusal(way: Way, row: Row) -> Row:
    """403, 413, 422: what the platform documents for them at this call."""
    if row.kind == "403":
        return _forbidden(way, row)
    if row.platform in GRAPH and way.role == "commit":
        return _to(row, "published", 1, "at this call no code proves a refusal: proved absent, then sent again")
    if (row.platform, way.name, row.kind) == ("gotosocial", "upload", "422"):
        return _to(row, "published", 1, "a 400 at an upload is not documented as final: repeated")
    return _to(row, "refused", 0, "a documented permanent refusal, in the platform's words")


def _forbidden(way: Way, row: Row) -> Row:
    if row.platform in MASTODONS:
        return _after_expiry(way, row) if way.role == "commit" else _dead_token(row)
    if row.platform in GRAPH:
        return _to(row, "published", 1, "taken for a dead token: renewed")
    return _to(row, "published", 1, "not documented: " + ("repeated" if way.role == "safe" else "proved absent, then sent again"))


# ── the file ─────────────────────────────────────────────────────────────────

COLUMNS = ("platform", "call", "kind", "point", "count", "state", "posts", "account", "why")


def as_text() -> str:
    """The whole table, sorted."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
    writer.writerow(COLUMNS)
    lines = ([str(getattr(row, column)) for column in COLUMNS] for platform in PLATFORMS for row in rows(platform))
    writer.writerows(sorted(lines))
    return out.getvalue()


def read() -> list[Row]:
    """The table as it is committed."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Row(**{**line, "posts": int(line["posts"])}) for line in lines]  # type: ignore[arg-type]


if __name__ == "__main__":
    TABLE.write_text(as_text(), "utf-8")
