"""What must hold when a world is at rest and its service has ended: the ledger, the store's own invariants, and the requests."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scheduler import doctor
from scheduler.keeping import ledger
from scheduler.lifecycle import LEASED
from scheduler.store import sqlite
from tests.proof.world import AT_REST, Post, World

Entry = Mapping[str, Any]
Ends = Mapping[str, str]
"""By key: the state of what must not go out, where that is not `draft` for want of an approval."""
NO_ENDS: Ends = {}
ON_THE_WAY = "no post waits for your decision"
"""The one finding of `doctor` that is no defect: it lists what is in `ask`."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that is to become public once, if its post is approved."""

    post: Post
    key: str
    text: str
    parent: str | None
    """Key of what it answers."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Its row."""

    key: str
    state: str
    cls: str
    remote_id: str | None
    tries: int
    reason: str | None


def acts(posts: Sequence[Post]) -> list[Act]:
    """Parts in order, then the first comment."""
    found = []
    for post in posts:
        texts = (post.words, *post.more_parts)
        keys = [post.key, *(f"{post.key}/{n}" for n in range(2, len(texts) + 1))]
        found += [Act(post, key, text, parent) for key, text, parent in zip(keys, texts, [None, *keys], strict=False)]
        if post.first_comment:
            found.append(Act(post, f"{post.key}/comment", post.first_comment, post.key))
    return found


def deliveries(world: World) -> dict[str, Delivery]:
    """Where each act stands."""
    with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True, timeout=10)) as store:
        rows = store.execute("SELECT key, state, cls, remote_id, tries, reason FROM delivery").fetchall()
    return {row[0]: Delivery(*row) for row in rows}


def expected(act: Act, ends: Ends) -> str:
    """The state it must end in; a class of server that proves nothing may ask instead of publishing."""
    return ends.get(act.key, "published" if act.post.approved else "draft")


def at_rest(world: World, ends: Ends = NO_ENDS) -> bool:
    """Nothing is on its way; what hangs on something that waits for a person waits too."""
    rows = deliveries(world)
    parents = {act.key: act.parent for act in acts(world.posts)}

    def rests(key: str) -> bool:
        state, parent = rows[key].state, parents[key]
        if state == "queued" and parent is not None:
            return rows[parent].state not in ("published", "claimed") and rests(parent)
        return state in AT_REST

    return all(
        rests(act.key) if expected(act, ends) == "published" else rows[act.key].state == expected(act, ends) for act in acts(world.posts)
    )


def faults(world: World, entries: Sequence[Entry], ends: Ends = NO_ENDS) -> list[str]:
    """Everything that is not as promised, in words; each begins with what it is called in the summary."""
    rows = deliveries(world)
    return [*_against_ledger(world, rows, entries, ends), *_left_alone(rows), *store_faults(world), *_of_requests(world)]


# ── the ledger ───────────────────────────────────────────────────────────────


def _against_ledger(world: World, rows: Mapping[str, Delivery], entries: Sequence[Entry], ends: Ends) -> Iterator[str]:
    public: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        public[entry["text"]].append(entry)
    for act in acts(world.posts):
        found = public.pop(act.text, [])
        if expected(act, ends) != "published":
            yield from _not_to_go_out(act, rows[act.key], found, expected(act, ends))
        elif len(found) > 1:
            yield f"doubled: {act.key} is public {len(found)} times"
        elif found:
            yield from _once(act, rows, found[0])
        elif not _may_wait(act, rows):
            yield f"lost: {act.key} is not public and is {rows[act.key].state} ({rows[act.key].reason})"
    for text in public:
        yield f"unapproved: nobody wrote “{text}”"


def _not_to_go_out(act: Act, row: Delivery, found: Sequence[Entry], state: str) -> Iterator[str]:
    if found:
        yield f"unapproved: {act.key} is public"
    if row.state != state:
        yield f"state: {act.key} is {row.state}, not {state} ({row.reason})"


def _once(act: Act, rows: Mapping[str, Delivery], entry: Entry) -> Iterator[str]:
    row = rows[act.key]
    if row.state != "published" or row.remote_id != entry["id"]:
        yield f"state: {act.key} is public as {entry['id']} and is {row.state} as {row.remote_id} ({row.reason})"
    parent = rows[act.parent].remote_id if act.parent is not None else None
    if entry["reply_to"] != parent:
        yield f"state: {act.key} answers {entry['reply_to']}, not {parent}"
    if entry["media"] != _media(act) or [alt for alt in entry["alt"] if alt] != _alt(act):
        yield f"unapproved: {act.key} is public with {entry['media']} and {entry['alt']}"


def _media(act: Act) -> list[str]:
    """SHA-256 of the files it goes out with."""
    return [media_sha(act.post.media)] if act.post.media and act.parent is None else []


def _alt(act: Act) -> list[str]:
    """Films have none on Instagram."""
    told = act.parent is None and (act.post.media == "picture" or (act.post.media == "film" and act.post.account.platform != "instagram"))
    return [f"A picture for {act.post.slug}"] if told else []


def media_sha(name: str) -> str:
    """Of the one picture, or film, of all worlds."""
    from tests.proof.world import drawn

    return hashlib.sha256(drawn(name).read_bytes()).hexdigest()


def _may_wait(act: Act, rows: Mapping[str, Delivery]) -> bool:
    """A question is right only where a look proves nothing; what hangs on it waits with it."""
    row = rows[act.key]
    if row.state == "ask":
        return row.cls in ("list", "none")
    return row.state == "queued" and act.parent is not None and rows[act.parent].state in ("ask", "queued")


# ── the store and the requests ───────────────────────────────────────────────


def store_faults(world: World) -> list[str]:
    """An event that was changed, or an invariant that does not hold."""
    return list(_of_store(world))


def _of_store(world: World) -> Iterator[str]:
    with sqlite.reading_engine(world.database).connect() as connection:
        for broken in ledger.verify(connection):
            yield f"chain: delivery {broken.delivery}, event {broken.seq}: {broken.what}"
        for check in doctor._INVARIANTS:
            finding = check(connection)
            if not finding.ok and ON_THE_WAY not in finding.what:
                yield f"invariant: {finding.what}"


def _left_alone(rows: Mapping[str, Delivery]) -> Iterator[str]:
    """The service has ended in order: nothing may look as if somebody worked on it."""
    for row in rows.values():
        if row.state in LEASED:
            yield f"left: nobody works on {row.key}, and it is {row.state}"


def _of_requests(world: World) -> Iterator[str]:
    """No request that could make something public without an intent on disk, in the store and in the sent log, before it."""
    prefixes = {post.account.prefix for post in world.posts}
    left = sum(call["call"] in ("commit", "comment") and call["method"] != "GET" for p in prefixes for call in world.sandbox.requests(p))
    with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True, timeout=10)) as store:
        (intents,) = store.execute("SELECT count(*) FROM step WHERE kind = 'commit'").fetchone()
    lines = sum('"what":"send"' in line for line in sent_log(world.root).splitlines())
    if left > min(intents, lines):
        yield f"intent: {left} requests left, {intents} intents are in the store and {lines} in the sent log"


def sent_log(root: Path) -> str:
    """As it stands on disk."""
    return (root / ".daypart" / "sent.log").read_text("utf-8")


def story(world: World) -> str:
    """Everything that happened to every delivery, for a failure's message."""
    with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True, timeout=10)) as store:
        joined = "JOIN delivery d ON d.id = e.delivery_id ORDER BY e.seq"
        events = store.execute(f'SELECT d.key, e.at, e."from", e."to", e.fence, e.why FROM event e {joined}')
        told = [f"  {at / 1e6:.3f} {key}: {before or '·'} → {after} +{fence}: {why}" for key, at, before, after, fence, why in events]
        steps = store.execute(f"SELECT d.key, e.seq, e.try, e.name, e.phase, e.handle FROM step e {joined}")
        told += [f"  step {json.dumps(step)}" for step in steps]
    log = world.root / "service.log"
    return "\n".join([*told, *(log.read_text("utf-8").splitlines()[-15:] if log.exists() else [])])
