"""Tags of posts: words by which people sort what they have written. Nothing that goes out depends on them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Table, delete, insert

from scheduler.clean import clean_line
from scheduler.desk.library.reading import tags_of
from scheduler.desk.views import Done
from scheduler.desk.write.writing import Writing
from scheduler.errors import UsageError
from scheduler.store.tables import TABLES

TAG: Table = TABLES.tables["tag"]
MOST = 20
"""Tags of one post."""
LONGEST = 40
_NAME = re.compile(r"[^\W_][\w-]*")


def tag_name(word: str) -> str:
    """`#Summer` as it is kept: `summer`. Raises UsageError for what cannot be one."""
    name = clean_line(word).removeprefix("#").casefold()
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise UsageError(
            f"'{clean_line(word)}' is no tag", f"one word of letters, digits and hyphens, at most {LONGEST}: summer, price-list"
        )
    return name


class Tagging(Writing):
    """What a person calls posts, beside their titles."""

    async def tag(self, post: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Done:
        """Put tags on a post and take others off. Raises UsageError for what is no tag, NotFoundError."""
        plus, minus = {tag_name(word) for word in add}, {tag_name(word) for word in remove}
        sheet = await self.sheet(post.partition("@")[0])

        def read(conn: Connection) -> frozenset[str]:
            return frozenset(tags_of(conn, [sheet.post_id]).get(sheet.post_id, ()))

        before = await self.store.read(read)
        after = (before - minus) | plus
        title = clean_line(sheet.title)
        if after == before:
            return Done(f"“{title}”: {_words(before)}, as before", (sheet.post,))
        if len(after) > MOST:
            raise UsageError(f"a post has at most {MOST} tags, these would be {len(after)}", "take some off: --remove NAME")
        await self.change(lambda conn: _put(conn, sheet.post_id, after))

        async def back() -> Done:
            await self.change(lambda conn: _put(conn, sheet.post_id, before))
            return Done(f"“{title}”: {_words(before)}", (sheet.post,))

        return Done(f"“{title}”: {_words(after)}", (sheet.post,), self.undoable("put its tags back", back))


def _put(conn: Connection, post_id: int, names: Iterable[str]) -> None:
    conn.execute(delete(TAG).where(TAG.c.post_id == post_id))
    for name in sorted(names):
        conn.execute(insert(TAG).values(post_id=post_id, name=name))


def _words(names: Iterable[str]) -> str:
    return " ".join(f"#{name}" for name in sorted(names)) or "no tags"
