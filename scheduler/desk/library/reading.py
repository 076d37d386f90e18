"""Reading the library from the store: light SQL over one page of posts, never over all of them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, RowMapping, text

from scheduler.clean import clean_line
from scheduler.clock import DAY
from scheduler.desk.library.views import LibraryPage, LibraryPost
from scheduler.desk.views import Sign
from scheduler.desk.words import sign_of
from scheduler.scene import NOBODY, ClientView, Scene
from scheduler.store.guards import TWIN_DAYS
from scheduler.store.library import CLIENT_MARK, INDEX, UNFOLDED, has_search
from scheduler.when import day_words

NOWHERE: Mapping[str, str] = {}
LEAST_OF_A_PLATFORM = 3
"""Letters by which a platform is known: with fewer, most posts would be asked about."""
MOST_WORDS = 12
"""Words of a question beyond these narrow nothing down any more."""
_WORD = re.compile(r"[^\W_]+")
_FOLD = str.maketrans(UNFOLDED)
_PLANNED = frozenset({"queued", "claimed"})
_STATES_BY_WEIGHT = (
    "ask", "refused", "missed", "sending", "processing", "unknown", "checking", "claimed", "queued", "draft", "published", "cancelled",
)  # fmt: skip
"""A post shows the state that matters most."""


def question(
    words: str, client: str | None = None, clients: Mapping[str, ClientView] = NOBODY, platforms: Mapping[str, str] = NOWHERE
) -> str:
    """Typed words as the index is asked: every word by its beginning, marks on letters aside. A word may also be in a client's name, or
    begin the name of an account's platform."""
    terms = [_term(word, clients, platforms) for word in _WORD.findall(words.translate(_FOLD))[:MOST_WORDS]]
    if client is not None:
        terms.append(f'"{client_term(client)}"')
    return " AND ".join(terms)


def _term(word: str, clients: Mapping[str, ClientView], platforms: Mapping[str, str]) -> str:
    begun = _bare(word)
    there = [name for name, label in platforms.items() if len(begun) >= LEAST_OF_A_PLATFORM and _bare(label).startswith(begun)]
    named = [name for name, one in clients.items() if any(part.startswith(begun) for part in _WORD.findall(_bare(one.name)))]
    ways = [f'"{word}"*', *(f'"{client_term(name)}"' for name in named), *map(_account_term, there)]
    return ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})"


def _account_term(account: str) -> str:
    """Its name, whose parts are words of the index."""
    parts = [f'"{part}"' for part in _WORD.findall(account.translate(_FOLD))]
    return f"({' AND '.join(parts)})"


def _bare(words: str) -> str:
    """Without marks on letters, in small ones: as the index has them."""
    apart = unicodedata.normalize("NFD", words.translate(_FOLD).casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def client_term(client: str) -> str:
    """A client in the index."""
    return CLIENT_MARK + client.encode().hex()


def matching(
    conn: Connection, words: str, client: str | None, limit: int, clients: Mapping[str, ClientView], platforms: Mapping[str, str]
) -> list[int]:
    """Ids of posts with these words and `#tags`, newest first."""
    tags = [word.removeprefix("#").casefold() for word in words.split() if word.startswith("#") and len(word) > 1][:MOST_WORDS]
    words = " ".join(word for word in words.split() if not word.startswith("#"))
    asked = question(words, client, clients, platforms)
    values: dict[str, object] = {"n": limit} | {f"tag{n}": f"{_plain(tag)}%" for n, tag in enumerate(tags)}
    tagged = "".join(f" AND {{id}} IN (SELECT post_id FROM tag WHERE name LIKE :tag{n} ESCAPE '\\')" for n in range(len(tags)))
    if not asked:
        sql = f"SELECT id FROM post WHERE archived_at IS NULL{tagged.format(id='id')} ORDER BY id DESC LIMIT :n"
        return list(conn.execute(text(sql), values).scalars())
    if not has_search(conn):
        return _scanned(conn, words, client, values, tagged.format(id="p.id"))
    sql = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH :asked{tagged.format(id='rowid')} ORDER BY rowid DESC LIMIT :n"
    return list(conn.execute(text(sql), {"asked": asked} | values).scalars())


def _plain(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _scanned(conn: Connection, words: str, client: str | None, known: dict[str, object], tagged: str) -> list[int]:
    """Without an index: only names of posts, letter by letter."""
    likes = {f"w{n}": f"%{word}%" for n, word in enumerate(words.split()[:MOST_WORDS])}
    where = "".join(f" AND (p.title || ' ' || p.campaign || ' ' || p.slug) LIKE :{name}" for name in likes)
    mine = " AND EXISTS (SELECT 1 FROM delivery d WHERE d.post_id = p.id AND d.client = :client)" if client is not None else ""
    sql = f"SELECT p.id FROM post p WHERE p.archived_at IS NULL{where}{mine}{tagged} ORDER BY p.id DESC LIMIT :n"
    values: dict[str, object] = {**likes, **known}
    return list(conn.execute(text(sql), values | ({"client": client} if client is not None else {})).scalars())


# ── posts ────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Family:
    """A post and everything that was made from it."""

    days: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Member → days (since 1970) on which it was published."""
    last: int | None = None
    planned: int | None = None
    every: int | None = None
    most: int | None = None

    @property
    def used(self) -> int:
        """Uses: a post on three accounts on one day counts once."""
        return sum(len(days) for days in self.days.values())

    @property
    def rests_until(self) -> int | None:
        """When it may go out again, as far as its cool-down goes."""
        return None if self.last is None else self.last + (self.every or TWIN_DAYS) * DAY

    @property
    def spent(self) -> bool:
        """It was used as often as it may be."""
        return self.most is not None and self.used >= self.most

    def evergreen(self) -> str:
        """Its rule in words."""
        if self.every is None:
            return ""
        return f"every {self.every} days" + (f", {self.used} of {self.most} times" if self.most is not None else "")


def read_page(
    conn: Connection, words: str, client: str | None, limit: int, scene: Scene, platforms: Mapping[str, str] = NOWHERE
) -> LibraryPage:
    """The newest posts with these words. `platforms`: the name of each account's."""
    ids = matching(conn, words, client, limit + 1, scene.clients, platforms)
    return LibraryPage(tuple(read_posts(conn, ids[:limit], scene, scene.tz)), len(ids) > limit)


def read_posts(conn: Connection, ids: Sequence[int], scene: Scene, tz: str) -> list[LibraryPost]:
    """Some posts, in the order of their ids."""
    if not ids:
        return []
    sql = f"SELECT id, campaign, slug, title FROM post WHERE id IN ({_in(ids)})"
    posts = {row["id"]: row for row in conn.exec_driver_sql(sql).mappings()}
    seats: dict[int, list[RowMapping]] = defaultdict(list)
    for row in _seats(conn, ids):
        seats[row["post_id"]].append(row)
    families, tags = read_families(conn, ids), tags_of(conn, ids)
    views = (_view(posts[number], seats[number], families[number], scene, tags.get(number, ())) for number in ids if number in posts)
    return [replace(view, words=in_words(view, tz)) for view in views]


def _seats(conn: Connection, ids: Iterable[int]) -> Sequence[RowMapping]:
    sql = (
        "SELECT d.post_id, d.client, d.state, d.ai, d.content_id, d.due, a.name AS account"
        f" FROM delivery d JOIN account a ON a.id = d.account_id WHERE d.post_id IN ({_in(ids)})"
        " AND +d.parent_id IS NULL AND d.key NOT LIKE '%~%' ORDER BY +d.id"
    )
    return conn.exec_driver_sql(sql).mappings().all()


def read_families(conn: Connection, ids: Sequence[int]) -> dict[int, Family]:
    """The family of each post."""
    roots = {number: number for number in ids}
    roots |= _sources(conn, f"post_id IN ({_in(ids)})")
    members = {root: root for root in roots.values()}
    members |= _sources(conn, f"source_id IN ({_in(roots.values())})")
    families = {root: Family() for root in roots.values()}
    for row in conn.exec_driver_sql(f"SELECT post_id, every_days, most FROM evergreen WHERE post_id IN ({_in(families)})"):
        families[row.post_id].every, families[row.post_id].most = row.every_days, row.most
    sql = (
        "SELECT post_id, state, published_at, due FROM delivery"
        f" WHERE post_id IN ({_in(members)}) AND +parent_id IS NULL AND (state || '') IN ('published', 'queued', 'claimed')"
    )
    for row in conn.exec_driver_sql(sql):
        _count(families[members[row.post_id]], row.post_id, row.state, row.published_at, row.due)
    return {number: families[root] for number, root in roots.items()}


def _sources(conn: Connection, which: str) -> dict[int, int]:
    """Copy → what it was made from."""
    return {row.post_id: row.source_id for row in conn.exec_driver_sql(f"SELECT post_id, source_id FROM reuse WHERE {which}")}


def _count(family: Family, post: int, state: str, published: int | None, due: int | None) -> None:
    if state in _PLANNED and due is not None:
        family.planned = due if family.planned is None else min(family.planned, due)
    elif state == "published":
        at = published or due or 0
        family.days[post].add(at // DAY)
        family.last = at if family.last is None else max(family.last, at)


def tags_of(conn: Connection, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The tags of some posts, in order."""
    found: dict[int, list[str]] = defaultdict(list)
    for row in conn.exec_driver_sql(f"SELECT post_id, name FROM tag WHERE post_id IN ({_in(ids)}) ORDER BY name"):
        found[row.post_id].append(row.name)
    return {number: tuple(names) for number, names in found.items()}


def _view(post: RowMapping, seats: Sequence[RowMapping], family: Family, scene: Scene, tags: tuple[str, ...]) -> LibraryPost:
    client = next((seat["client"] for seat in seats if seat["client"]), None)
    name, color = scene.client_of(client)
    rests = family.rests_until if family.rests_until is not None and family.rests_until > scene.now else None
    return LibraryPost(
        post=f"{post['campaign']}/{post['slug']}",
        title=clean_line(post["title"]),
        client=client,
        client_name=name,
        client_color=color,
        accounts=tuple(dict.fromkeys(seat["account"] for seat in seats)),
        sign=_sign(seats),
        used=family.used,
        last_used=family.last,
        rests_until=rests,
        planned=family.planned,
        evergreen=family.evergreen(),
        words="",
        tags=tags,
    )


def _sign(seats: Sequence[RowMapping]) -> Sign:
    if not seats:
        return Sign.NEEDS_TEXT
    worst = min(seats, key=lambda seat: _STATES_BY_WEIGHT.index(seat["state"]) if seat["state"] in _STATES_BY_WEIGHT else 0)
    return sign_of(worst["state"], has_text=worst["content_id"] is not None, ai=worst["ai"], proposals=0, held=False)


def in_words(post: LibraryPost, tz: str) -> str:
    """Its use so far, and whether it may go out again."""
    if post.last_used is None:
        said = "not used yet"
    else:
        said = f"used {'once' if post.used == 1 else f'{post.used} times'}, last {day_words(post.last_used, tz)}"
    if post.planned is not None:
        said += f"; planned {day_words(post.planned, tz)}"
    elif post.rests_until is not None:
        said += f"; rests until {day_words(post.rests_until, tz)}"
    elif post.last_used is not None:
        said += "; rested"
    said += f" · evergreen {post.evergreen}" if post.evergreen else ""
    return said + "".join(f" #{tag}" for tag in post.tags)


def _in(numbers: Iterable[int]) -> str:
    """Row ids for an IN: whole numbers of ours, and more of them than SQLite takes parameters."""
    return ", ".join(str(int(number)) for number in numbers)
