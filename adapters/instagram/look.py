"""Whether a container became public: its own state first, the account's list where the state does not settle it.

A published container does not tell the id of the post, so that is found in the list by caption, kind and time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from adapters.contract import Absent, CannotTell, Found, Journal, Look, Pending, Publication, Receipt
from adapters.http import Answer, Reply
from adapters.instagram.faults import is_gone, sentence
from adapters.instagram.graph import Graph, GraphId, server_now
from adapters.instagram.shapes import Shape, caption_of, container_name, fingerprint, shape_of
from adapters.texts import instant_of

PAGE = 50
PAGES = 4
FIELDS = "id,caption,timestamp,media_type,media_product_type,permalink"
SERVER_SLACK = 5 * 1_000_000
"""Microseconds between two readings of Instagram's own clock that are nothing: it tells whole seconds."""
OWN_SLACK = 60 * 1_000_000
"""Microseconds our clock may be ahead of Instagram's."""
_SUBCODE = re.compile(r"\b(22\d{5})\b")


class State(StrEnum):
    """`status_code` of a container."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"

    @property
    def is_dead(self) -> bool:
        """It can never be published any more."""
        return self in {State.ERROR, State.EXPIRED}


class ContainerShape(BaseModel):
    """Answer of reading a container."""

    status_code: State
    status: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """A container as read."""

    state: State
    status: str
    at: int
    """Instagram's clock at the reading."""

    @property
    def subcode(self) -> int | None:
        """The error number, which stands only in the text."""
        match = _SUBCODE.search(self.status)
        return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class Unread:
    """A reading that told nothing."""

    reply: Reply
    gone: bool = False
    """Instagram says there is no such object, or that we may not see it."""

    @property
    def reason(self) -> str:
        """For a person."""
        return sentence(self.reply)


class Media(BaseModel):
    """One post of the list."""

    id: GraphId
    timestamp: str
    caption: str | None = None
    media_product_type: str | None = None
    permalink: str | None = None

    def receipt(self) -> Receipt:
        """As proof."""
        return Receipt(self.id, self.permalink, instant_of(self.timestamp))


class _Cursors(BaseModel):
    after: str = ""


class _Paging(BaseModel):
    cursors: _Cursors = _Cursors()
    next: str = ""


class MediaPage(BaseModel):
    """A page of the list, newest first."""

    data: list[Media]
    paging: _Paging = _Paging()


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known about one container that may have been published."""

    handle: str
    caption: str
    """Fingerprint."""
    shape: Shape
    since: int
    """Nothing of it can be older, by the clock Instagram writes into its list; UTC microseconds."""
    same: bool
    """It holds what the publication says now."""
    blank: bool
    """No caption to be known by."""


# ── reading ──────────────────────────────────────────────────────────────────


async def read_container(graph: Graph, handle: str) -> Container | Unread:
    """State of one container."""
    reply = await graph.read(handle, {"fields": "id,status_code,status"})
    shape = reply.read(ContainerShape) if isinstance(reply, Answer) and reply.ok else None
    if shape is not None and isinstance(reply, Answer):
        return Container(shape.status_code, shape.status, server_now(reply))
    return Unread(reply, is_gone(reply))


async def read_list(graph: Graph, shape: Shape, since: int) -> list[Media] | Unread:
    """Posts of the account since then, or its stories."""
    if shape is Shape.STORY:
        return await _pages(graph, f"{graph.user}/stories", {"fields": "id,timestamp,media_type,permalink"}, since)
    start = str(max(0, since // 1_000_000 - 120))
    return await _pages(graph, f"{graph.user}/media", {"fields": FIELDS, "since": start}, since)


async def _pages(graph: Graph, path: str, params: dict[str, str], since: int) -> list[Media] | Unread:
    found: list[Media] = []
    after = ""
    for _ in range(PAGES):
        reply = await graph.read(path, {**params, "limit": str(PAGE)} | ({"after": after} if after else {}))
        page = reply.read(MediaPage) if isinstance(reply, Answer) and reply.ok else None
        if page is None:
            return Unread(reply)
        found += page.data
        after = page.paging.cursors.after if page.paging.next else ""
        if not after or any((instant_of(media.timestamp) or 0) < since for media in page.data):
            break
    return found


# ── what was sent ────────────────────────────────────────────────────────────


def sent_before(publication: Publication, journal: Journal) -> list[Sent]:
    """Every container that ever had a publishing intent, newest first."""
    handles = dict.fromkeys(entry.handle for entry in reversed(journal.commits()) if entry.handle)
    return [_sent(publication, journal, handle) for handle in handles]


def _sent(publication: Publication, journal: Journal, handle: str) -> Sent:
    made = next((e for e in journal.entries if e.handle == handle and e.name.startswith("container:")), None)
    same = made is None or made.name == container_name(publication)
    detail = made.detail if made is not None else {}
    shape = Shape(detail["shape"]) if not same and "shape" in detail else shape_of(publication)
    caption = detail["caption"] if not same and "caption" in detail else fingerprint(caption_of(publication))
    return Sent(handle, caption, shape, _since(journal, handle), same, caption == fingerprint(""))


def _since(journal: Journal, handle: str) -> int:
    """Instagram's clock when the container was last seen unpublished; ours with its slack where that was not kept."""
    entries = journal.entries
    first = next(n for n, entry in enumerate(entries) if entry.kind == "commit" and entry.handle == handle and entry.left)
    seen = next((e.detail["at"] for e in reversed(entries[:first]) if e.handle == handle and "at" in e.detail), "")
    return int(seen) - SERVER_SLACK if seen.isdecimal() else entries[first].at_intent - OWN_SLACK


def matching(media: Sequence[Media], sent: Sent) -> list[Media]:
    """Those of the list that can be it."""
    return [one for one in media if _is_it(one, sent)]


def _is_it(media: Media, sent: Sent) -> bool:
    at = instant_of(media.timestamp)
    if at is None or at < sent.since:
        return False
    if media.media_product_type is not None and media.media_product_type != sent.shape.product:
        return False
    return sent.shape is Shape.STORY or fingerprint(media.caption or "") == sent.caption


# ── the look ─────────────────────────────────────────────────────────────────


async def look_up(graph: Graph, publication: Publication, journal: Journal) -> Look:
    """Every container that may have been published is read; the one that is public wins."""
    sent = sent_before(publication, journal)
    if not sent:
        return await _look_unsent(graph, publication)
    looks = [await _look_at(graph, one) for one in sent]
    for kind in (Found, Pending, CannotTell):
        for look in looks:
            if isinstance(look, kind):
                return look
    return looks[0]


async def _look_at(graph: Graph, sent: Sent) -> Look:
    container = await read_container(graph, sent.handle)
    if isinstance(container, Unread):
        return await _look_in_list(graph, sent, CannotTell(container.reason))
    match container.state:
        case State.PUBLISHED:
            return await _look_for_id(graph, sent)
        case State.IN_PROGRESS:
            return Pending("Instagram is still working on it")
        case State.FINISHED:
            return Absent(proof=True, reason="Instagram holds it ready and has not published it")
        case dead:
            return await _look_in_list(graph, sent, Absent(proof=True, reason=f"the container is {dead.lower()} and nothing was published"))


async def _look_for_id(graph: Graph, sent: Sent) -> Look:
    """It is public for sure; only its id is missing. Never absent."""
    media = await read_list(graph, sent.shape, sent.since)
    if isinstance(media, Unread):
        return Pending(f"published; its address could not be read yet ({media.reason})")
    found = matching(media, sent)
    if len(found) > 1:
        return CannotTell("it is published, but several posts of the account could be it", several=True)
    return _found(found[0], sent) if found else Pending("published; its address is not in the account's list yet")


async def _look_in_list(graph: Graph, sent: Sent, otherwise: Look) -> Look:
    """The container settles nothing, so only the list can show it; without a caption the list proves nothing."""
    media = await read_list(graph, sent.shape, sent.since)
    if isinstance(media, Unread):
        return CannotTell(media.reason)
    found = matching(media, sent)
    if not found:
        return otherwise
    if len(found) > 1 or sent.blank:
        return CannotTell("a post of the account from that time could be this one", several=True)
    return _found(found[0], sent)


async def _look_unsent(graph: Graph, publication: Publication) -> Look:
    """Nothing left this computer; another store may have published it."""
    caption = fingerprint(caption_of(publication))
    sent = Sent("", caption, shape_of(publication), publication.due - OWN_SLACK, same=True, blank=caption == fingerprint(""))
    return await _look_in_list(graph, sent, Absent(proof=False, reason="nothing was sent, and the account shows no such post"))


def _found(media: Media, sent: Sent) -> Found:
    reason = "" if sent.same else "an earlier version of this post is public"
    return Found(media.receipt(), same=sent.same, reason=reason)
