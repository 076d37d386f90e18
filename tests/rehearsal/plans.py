"""Plans for rehearsals, written straight into a small workspace's store as the desk would write them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from PIL import Image
from sqlalchemy import Connection, insert

from adapters.contract import Disclosure, MediaItem, Publication
from config.options import OPTIONS
from scheduler import lifecycle
from scheduler.accounts.named import StoredAccount
from scheduler.clock import DAY, HOUR, MINUTE
from scheduler.content.kept import child_key
from scheduler.store.statements import POST
from scheduler.units import writing
from scheduler.units.model import Author, NewUnit, Timing, Yes
from scheduler.units.reading import find_unit
from tests.desk.house import TZ, House

ACCOUNTS = ("bs-kawa", "ms-kawa", "ig-kawa")


@dataclass(frozen=True, slots=True)
class Planned:
    """One post to be planned."""

    slug: str
    account: str
    due: int
    text: str = ""
    approved: bool = True
    parts: int = 1
    slot: str | None = None
    wall: str = ""
    late: int = lifecycle.LATE
    campaign: str = "autumn"
    comment: str = ""
    picture: bool = True

    @property
    def key(self) -> str:
        return f"{self.campaign}/{self.slug}@{self.account}"


def year(start: int, posts: int) -> list[Planned]:
    """A year of posts on three accounts, at all times of the working day; every tenth is a thread where there are threads."""
    made = []
    for n in range(posts):
        due = start + HOUR + n * (365 * DAY // posts) + (n * 37 % 240) * MINUTE
        account = ACCOUNTS[n % 3]
        parts = 3 if n % 10 == 0 and account != "ig-kawa" else 1
        made.append(Planned(f"post-{n}", account, due, f"Number {n} of the year", parts=parts))
    return made


async def plan(h: House, posts: Sequence[Planned]) -> None:
    """Write them into the store, and approve those that are approved."""
    picture = _picture(h.desk.store.assets)
    accounts = await h.desk.stored_accounts()
    await h.desk.change(lambda conn: [_write(conn, h, post, accounts[post.account], picture) for post in posts])


def _write(conn: Connection, h: House, post: Planned, account: StoredAccount, picture: MediaItem) -> None:
    made = conn.execute(
        insert(POST).values(
            workspace_id="ws-test", campaign=post.campaign, slug=f"{post.slug}-{post.account}", title=post.slug, created_at=1
        )
    ).inserted_primary_key
    assert made is not None
    assert account.id is not None
    author = Author("person:anna", h.clock.now, "planned", "anna")
    timing = Timing(post.due, TZ, post.wall, slot=post.slot, late=post.late)
    wanted = h.desk.checkers.wanted(_publications(post, account, picture), account.account)
    writing.create(conn, NewUnit(post.key, int(made[0]), account.id, account.client, timing, wanted), author)
    if post.approved:
        unit = find_unit(conn, post.key)
        assert unit is not None
        assert unit.digest is not None
        writing.approve(conn, unit, Yes(unit.digest, "anna", "{}", lifecycle.approval_window(post.due)), author)


def _publications(post: Planned, account: StoredAccount, picture: MediaItem) -> tuple[Publication, ...]:
    base = Publication(
        key=post.key,
        kind="post",
        part=1,
        parts=post.parts,
        text=post.text or f"Words of {post.key}",
        media=(picture,) if post.picture else (),
        languages=("en",),
        link=None,
        options=OPTIONS[account.account.platform](),
        disclosure=Disclosure(),
        target=account.target,
        due=post.due,
    )
    later = (
        replace(base, key=child_key(post.key, "part", n), kind="part", part=n, text=f"{base.text}, part {n}", media=())
        for n in range(2, post.parts + 1)
    )
    comment = replace(base, key=child_key(post.key, "comment", 1), kind="comment", text=post.comment, media=())
    return (base, *later, comment) if post.comment else (base, *later)


@cache
def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1080, 1080), "brown").save(out, "JPEG")
    return out.getvalue()


def _picture(assets: Path) -> MediaItem:
    data = _jpeg()
    sha = hashlib.sha256(data).hexdigest()
    (assets / sha).write_bytes(data)
    return MediaItem(sha, "image/jpeg", len(data), 1080, 1080, None, "Paper bags on a shelf", assets / sha, name="shelf.jpg")
