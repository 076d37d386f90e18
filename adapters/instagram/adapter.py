"""One Instagram account: containers as safe steps, `media_publish` as the commit, the container's state as the proof.

Instagram knows no idempotency key. A container can be published once, so a repeat always uses the same container and only
after its state was read; an answer of the publishing call that proves nothing is looked up, never repeated blindly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel

from adapters.contract import (
    Absent,
    Account,
    CannotTell,
    Connection,
    Counted,
    Credentials,
    Journal,
    Look,
    MediaHost,
    NotSent,
    Outcome,
    Publication,
    Published,
    Receipt,
    RemotePost,
    Standing,
    Step,
    TokenDead,
    Unknown,
)
from adapters.hosts.none import NoHost
from adapters.http import Answer, Http, Reply
from adapters.instagram import comment, insights, look
from adapters.instagram.connect import connect, refresh
from adapters.instagram.containers import Containers, already_public
from adapters.instagram.faults import at_commit
from adapters.instagram.graph import Created, Graph, server_now
from adapters.instagram.rules import InstagramRules
from adapters.instagram.shapes import AI_FLAG, Shape, container_name, ready_name
from adapters.texts import instant_of

RECENT = 40
LINK_SECONDS = 5.0
"""For reading the address after publishing; the post is public whether or not it comes."""


class _Published(BaseModel):
    permalink: str | None = None
    timestamp: str = ""
    is_ai_generated: bool | None = None


class Instagram(InstagramRules):
    """A professional account, by Instagram Login or Facebook Login."""

    settle: ClassVar[float] = 120.0
    derives_keys: ClassVar[bool] = False

    def __init__(self, account: Account, http: Http, host: MediaHost) -> None:
        super().__init__(account, hosted=not isinstance(host, NoHost))
        self._http = http
        self._host = host
        self._graph = Graph(account, http)

    # ── publishing ───────────────────────────────────────────────────────────

    def safe_steps(self, publication: Publication, journal: Journal) -> Sequence[Step]:
        """None for a comment."""
        return [] if publication.kind == "comment" else Containers(self._graph, self._host, publication).steps(journal)

    def commit_handle(self, publication: Publication, journal: Journal) -> str:
        """The container that will be published; where an earlier one already is, that one."""
        if publication.kind == "comment":
            return comment.handle_of(publication)
        entry = journal.done(container_name(publication))
        return already_public(publication, journal) or (entry.handle if entry is not None else None) or ""

    async def commit(self, publication: Publication, journal: Journal) -> Outcome:
        """`media_publish` with our container."""
        if not self._graph.connected:
            return TokenDead(f"{self._account.name} is not connected")
        if publication.kind == "comment":
            return await comment.commit(self._graph, publication)
        if already_public(publication, journal) is not None:
            return Unknown("it was already public before this try; nothing was sent", "already_public", hint=True)
        handle = self.commit_handle(publication, journal)
        if not handle or not _was_ready(publication, journal, handle):
            return NotSent("the container is not ready", "not_prepared", rebuild=(ready_name(publication),))
        reply = await self._graph.publish(f"{self._graph.user}/media_publish", {"creation_id": handle})
        made = reply.read(Created) if isinstance(reply, Answer) and reply.ok else None
        if made is None or not isinstance(reply, Answer):
            return at_commit(reply, _not_ready(journal))
        return Published(await self._with_address(Receipt(made.id, None, server_now(reply)), publication))

    async def _with_address(self, receipt: Receipt, publication: Publication) -> Receipt:
        """Best effort: no failure here takes back that it is public."""
        flagged = AI_FLAG in publication.disclosure.flags
        fields = f"permalink,timestamp,{AI_FLAG}" if flagged else "permalink,timestamp"
        try:
            async with asyncio.timeout(2 * LINK_SECONDS):
                reply: Reply = await self._graph.read(receipt.remote_id, {"fields": fields}, timeout=LINK_SECONDS)
        except TimeoutError:
            return receipt
        got = reply.read(_Published) if isinstance(reply, Answer) and reply.ok else None
        if got is None:
            return receipt
        told = {} if got.is_ai_generated is None else {AI_FLAG: str(got.is_ai_generated).lower()}
        return Receipt(receipt.remote_id, got.permalink, instant_of(got.timestamp) or receipt.published_at, told)

    async def look_up(self, publication: Publication, journal: Journal) -> Look:
        """By the state of every container that had a publishing intent."""
        if publication.kind == "comment":
            return await comment.look_up(self._graph, publication, self._account.handle)
        return await look.look_up(self._graph, publication, journal)

    async def recent(self) -> list[RemotePost] | None:
        """Newest posts; stories are not among them."""
        if not self._graph.connected:
            return None
        reply = await self._graph.read(f"{self._graph.user}/media", {"fields": look.FIELDS, "limit": str(RECENT)})
        page = reply.read(look.MediaPage) if isinstance(reply, Answer) and reply.ok else None
        if page is None:
            return None
        return [RemotePost(one.id, one.caption or "", instant_of(one.timestamp)) for one in page.data]

    async def read(self, remote_id: str) -> Standing | Absent | CannotTell:
        """By id or by the short code in its address, among the newest posts: Instagram gives no other way from a page to a post."""
        if not self._graph.connected:
            return CannotTell("the account is not connected")
        listed = await look.read_list(self._graph, Shape.IMAGE, 0)
        if isinstance(listed, look.Unread):
            return CannotTell(listed.reason)
        for media in listed:
            if media.id == remote_id or f"/{remote_id}" in (media.permalink or "").rstrip("/"):
                return Standing(media.receipt(), media.caption or "", own=True)
        return CannotTell(f"it is not among the newest {len(listed)} posts of the account")

    async def metrics(self, receipt: Receipt) -> Counted:
        """Counts of the post itself, and its insights where the permission is there."""
        if not self._graph.connected:
            return TokenDead(f"{self._account.name} is not connected")
        return await insights.read(self._graph, receipt.remote_id)

    # ── signing in ───────────────────────────────────────────────────────────

    async def connect(self, secret: str) -> Connection:
        """With a token; it has to be this account's."""
        return await connect(self._account, self._http, secret)

    async def refresh(self) -> Credentials | None:
        """60 more days, or the page's token again."""
        return await refresh(self._account, self._http)


def _was_ready(publication: Publication, journal: Journal, handle: str) -> bool:
    """The container was read as ready after the last call that may have published it."""
    ready = journal.done(ready_name(publication))
    earlier = max((entry.seq for entry in journal.commits() if entry.phase != "intent"), default=-1)
    return ready is not None and ready.handle == handle and ready.seq > earlier


def _not_ready(journal: Journal) -> int:
    """How often publishing was answered with “not ready yet”."""
    return sum(entry.kind == "commit" and entry.phase == "not_sent" for entry in journal.entries)
