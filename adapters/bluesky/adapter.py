"""One Bluesky account: safe steps (record key, mentions, uploads, reply references), the commit by `putRecord`, the look by key.

`putRecord` with `swapRecord: null` creates or finds the identical record and refuses any other, so sending it again is harmless.
No AI field exists on this network: the disclosure is the line in the text.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from adapters.bluesky.errors import at_commit, at_safe_step, named
from adapters.bluesky.record import (
    COLLECTION,
    Blob,
    Json,
    Prepared,
    StoodRecord,
    StrongRef,
    build,
    difference,
    handles_in,
)
from adapters.bluesky.rules import BlueskyRules
from adapters.bluesky.session import log_in, pds_of, renew
from adapters.bluesky.tid import record_key
from adapters.contract import (
    Absent,
    Account,
    CannotTell,
    Connection,
    Counted,
    Credentials,
    Done,
    Figures,
    Found,
    Journal,
    Limited,
    Look,
    MediaHost,
    MediaItem,
    NoFigures,
    NotSent,
    Outcome,
    Publication,
    Published,
    Receipt,
    Refused,
    RemotePost,
    Retry,
    Standing,
    Step,
    StepResult,
    TokenDead,
)
from adapters.http import Answer, Http, Reply
from adapters.texts import instant_of
from config.servers import is_loopback

RECENT = 40
RESOLVE_TRIES = 2
"""After so many failures a mention stays plain text; a dead name server must not hold a post back."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Written(_Shape):
    uri: str
    cid: str


class _Got(_Shape):
    uri: str
    cid: str
    value: StoodRecord


class _Listed(_Shape):
    records: tuple[_Got, ...]


class _BlobRef(_Shape):
    ref: dict[str, str]
    size: int


class _Uploaded(_Shape):
    blob: _BlobRef


class _Resolved(_Shape):
    did: str


class _PostView(_Shape):
    uri: str
    likes: int = Field(alias="likeCount", default=0)
    replies: int = Field(alias="replyCount", default=0)
    reposts: int = Field(alias="repostCount", default=0)
    quotes: int = Field(alias="quoteCount", default=0)
    bookmarks: int | None = Field(alias="bookmarkCount", default=None)


class _PostViews(_Shape):
    posts: tuple[_PostView, ...]


class Bluesky(BlueskyRules):
    """An account on a PDS."""

    settle: ClassVar[float] = 5.0
    derives_keys: ClassVar[bool] = True

    def __init__(self, account: Account, http: Http, host: MediaHost) -> None:
        super().__init__(account, hosted=True)
        self._http = http

    # ── safe steps ───────────────────────────────────────────────────────────

    def safe_steps(self, publication: Publication, journal: Journal) -> Sequence[Step]:
        """Key first, then whatever the record refers to."""
        steps = [Step("record-key", partial(self._fix_key, publication))]
        if handles := handles_in(publication.text):
            steps.append(Step(_name("mentions", *handles), partial(self._resolve, handles)))
        uploads = {item.sha256: item for item in publication.media}
        steps += [Step(_upload(item), partial(self._upload, item)) for item in uploads.values()]
        if publication.parent is not None:
            steps.append(Step(_reply(publication), partial(self._reply_refs, publication)))
        return steps

    async def _fix_key(self, publication: Publication, journal: Journal) -> StepResult:
        return Done(self._new_key(publication), {"created_at": str(publication.due)})

    async def _resolve(self, handles: Sequence[str], journal: Journal) -> StepResult:
        found: dict[str, str] = {}
        tried = sum(entry.name == _name("mentions", *handles) for entry in journal.entries)
        for handle in handles:
            reply = await self._get("com.atproto.identity.resolveHandle", handle=handle)
            did = reply.read(_Resolved) if isinstance(reply, Answer) and reply.ok else None
            if did is not None and did.did.startswith("did:"):
                found[handle] = did.did
            elif not _no_such_handle(reply) and tried < RESOLVE_TRIES:
                return at_safe_step(reply)
        return Done(detail=found)

    async def _upload(self, item: MediaItem, journal: Journal) -> StepResult:
        try:
            content = await asyncio.to_thread(item.path.read_bytes)
        except OSError:
            return Refused(f"the file {item.name or item.sha256[:12]} is gone from the store", "asset_missing")
        headers = {**self._auth(), "Content-Type": item.mime}
        reply = await self._http.request("POST", self._url("com.atproto.repo.uploadBlob"), headers=headers, content=content)
        made = reply.read(_Uploaded) if isinstance(reply, Answer) and reply.ok else None
        cid = made.blob.ref.get("$link", "") if made is not None else ""
        if made is None or not cid:
            return at_safe_step(reply)
        return Done(cid, {"size": str(made.blob.size)})

    async def _reply_refs(self, publication: Publication, journal: Journal) -> StepResult:
        """Usually known from the receipts; a post that a person pointed out is read first."""
        detail: dict[str, str] = {}
        for name, receipt in (("root", publication.root or publication.parent), ("parent", publication.parent)):
            assert receipt is not None
            ref = _known_ref(receipt)
            if ref is None:
                reply = await self._get_record(receipt.remote_id.rstrip("/").rpartition("/")[2])
                got = reply.read(_Got) if isinstance(reply, Answer) and reply.ok else None
                if got is None:
                    return Refused("the post it answers is gone", "RecordNotFound") if _no_record(reply) else at_safe_step(reply)
                ref = StrongRef(got.uri, got.cid)
            detail |= {f"{name}_uri": ref.uri, f"{name}_cid": ref.cid}
        return Done(detail=detail)

    # ── the commit ───────────────────────────────────────────────────────────

    def commit_handle(self, publication: Publication, journal: Journal) -> str:
        """The record key of the first try."""
        entry = journal.done("record-key")
        return entry.handle if entry is not None and entry.handle else self._new_key(publication)

    async def commit(self, publication: Publication, journal: Journal) -> Outcome:
        """`putRecord` at our key."""
        if self._account.credentials is None or self._account.remote_id is None:
            return TokenDead(f"{self._account.name} is not connected")
        key = self.commit_handle(publication, journal)
        prepared = self._prepared(publication, journal)
        if missing := _not_prepared(publication, prepared):
            return NotSent("something the post refers to is not ready", "not_prepared", rebuild=missing)
        record = build(publication, prepared)
        body: Json = {"repo": self._account.remote_id, "collection": COLLECTION, "rkey": key, "swapRecord": None, "validate": True}
        reply = await self._http.send(
            "POST", self._url("com.atproto.repo.putRecord"), headers=self._auth(), json={**body, "record": record}
        )
        written = reply.read(_Written) if isinstance(reply, Answer) and reply.status == 200 else None
        if isinstance(reply, Answer) and written is not None and written.uri == self._uri(key) and written.cid:
            return Published(self._receipt(key, written.cid, reply.date))
        return at_commit(reply, tuple(_upload(item) for item in publication.media))

    # ── the look ─────────────────────────────────────────────────────────────

    async def look_up(self, publication: Publication, journal: Journal) -> Look:
        """Read every key that ever had a commit; without a token, for anyone may."""
        keys = dict.fromkeys([*(e.handle for e in journal.commits() if e.handle), self.commit_handle(publication, journal)])
        for key in keys:
            reply = await self._get_record(key)
            if not isinstance(reply, Answer):
                return CannotTell(reply.reason)
            got = reply.read(_Got) if reply.ok else None
            if got is not None and got.uri == self._uri(key):
                other = difference(got.value, publication, self._prepared(publication, journal))
                receipt = self._receipt(key, got.cid, instant_of(got.value.created_at))
                return Found(receipt, same=not other, reason=other)
            if not _no_record(reply):
                return CannotTell(f"Bluesky answered {reply.status} to the look")
        return Absent(proof=True, reason="no record stands at its key")

    async def recent(self) -> list[RemotePost] | None:
        """From the account's own server, newest first."""
        if self._account.remote_id is None:
            return None
        reply = await self._get("com.atproto.repo.listRecords", repo=self._account.remote_id, collection=COLLECTION, limit=str(RECENT))
        listed = reply.read(_Listed) if isinstance(reply, Answer) and reply.ok else None
        if listed is None:
            return None
        return [RemotePost(got.uri, got.value.text, instant_of(got.value.created_at)) for got in listed.records]

    async def read(self, remote_id: str) -> Standing | Absent | CannotTell:
        """The record at an address; the account's own server has no others."""
        key = remote_id.rpartition("/")[2]
        reply = await self._get_record(key)
        got = reply.read(_Got) if isinstance(reply, Answer) and reply.ok else None
        if got is not None and got.uri == self._uri(key):
            return Standing(self._receipt(key, got.cid, instant_of(got.value.created_at)), got.value.text, own=True)
        if _no_record(reply):
            return Absent(proof=False, reason="no post stands there")
        return CannotTell(f"Bluesky answered {reply.status}" if isinstance(reply, Answer) else reply.reason)

    # ── figures ──────────────────────────────────────────────────────────────

    async def metrics(self, receipt: Receipt) -> Counted:
        """From the network's index, asked through the account's own server. It knows no reach."""
        if self._account.credentials is None:
            return TokenDead(f"{self._account.name} is not connected")
        url = self._url("app.bsky.feed.getPosts")
        reply = await self._http.request("GET", url, headers=self._auth(), params={"uris": receipt.remote_id})
        seen = reply.read(_PostViews) if isinstance(reply, Answer) and reply.ok else None
        if seen is None:
            told = at_safe_step(reply)
            return told if isinstance(told, Retry | Limited | TokenDead) else Retry("Bluesky did not tell the figures", code="figures")
        view = next((view for view in seen.posts if view.uri == receipt.remote_id), None)
        if view is None:
            return NoFigures("Bluesky no longer shows this post")
        return Figures(likes=view.likes, replies=view.replies, reposts=view.reposts + view.quotes, saves=view.bookmarks)

    # ── signing in ───────────────────────────────────────────────────────────

    async def connect(self, secret: str) -> Connection:
        """With an app password."""
        return await log_in(self._account, self._http, secret.strip())

    async def refresh(self) -> Credentials | None:
        """The old pair stays good for a while, so a crash before saving loses nothing."""
        return await renew(self._account, self._http)

    # ── small parts ──────────────────────────────────────────────────────────

    def _new_key(self, publication: Publication) -> str:
        return record_key(self._account.remote_id or "", publication.key, publication.part, publication.due)

    def _prepared(self, publication: Publication, journal: Journal) -> Prepared:
        fixed = journal.done("record-key")
        mentions = journal.done(_name("mentions", *handles_in(publication.text)))
        root, parent = self._refs(publication, journal)
        return Prepared(
            created_at=int(fixed.detail.get("created_at", publication.due)) if fixed is not None else publication.due,
            blobs=tuple(_blob(item, journal) for item in publication.media),
            dids=mentions.detail if mentions is not None else {},
            root=root,
            parent=parent,
        )

    def _refs(self, publication: Publication, journal: Journal) -> tuple[StrongRef | None, StrongRef | None]:
        if publication.parent is None:
            return None, None
        entry = journal.done(_reply(publication))
        if entry is None:
            return _known_ref(publication.root or publication.parent), _known_ref(publication.parent)
        told = entry.detail
        return StrongRef(told["root_uri"], told["root_cid"]), StrongRef(told["parent_uri"], told["parent_cid"])

    def _receipt(self, key: str, cid: str, at: int | None) -> Receipt:
        uri = self._uri(key)
        address = f"https://bsky.app/profile/{self._account.remote_id}/post/{key}"
        if is_loopback(self._account.server):
            # The public site knows nothing of a server on this computer.
            address = f"{self._url('com.atproto.repo.getRecord')}?repo={self._account.remote_id}&collection={COLLECTION}&rkey={key}"
        return Receipt(uri, address, at, {"uri": uri, "cid": cid})

    def _uri(self, key: str) -> str:
        return f"at://{self._account.remote_id}/{COLLECTION}/{key}"

    def _url(self, method: str) -> str:
        return f"{pds_of(self._account)}/xrpc/{method}"

    def _auth(self) -> dict[str, str]:
        credentials = self._account.credentials
        return {"Authorization": f"Bearer {credentials.access}"} if credentials is not None else {}

    async def _get(self, method: str, **params: str) -> Reply:
        return await self._http.request("GET", self._url(method), params=params)

    async def _get_record(self, key: str) -> Reply:
        return await self._get("com.atproto.repo.getRecord", repo=self._account.remote_id or "", collection=COLLECTION, rkey=key)


def _no_record(reply: Reply) -> bool:
    return isinstance(reply, Answer) and reply.status == 400 and named(reply).error == "RecordNotFound"


def _no_such_handle(reply: Reply) -> bool:
    return isinstance(reply, Answer) and 400 <= reply.status < 500 and reply.status not in (401, 408, 429)


def _known_ref(receipt: Receipt) -> StrongRef | None:
    uri, cid = receipt.extra.get("uri"), receipt.extra.get("cid")
    return StrongRef(uri, cid) if uri and cid else None


def _not_prepared(publication: Publication, prepared: Prepared) -> tuple[str, ...]:
    """Steps without whose results the record would silently lack a picture, or the thread its place."""
    uploads = tuple(_upload(item) for item, blob in zip(publication.media, prepared.blobs, strict=True) if blob is None)
    return uploads if publication.parent is None or prepared.parent is not None else (*uploads, _reply(publication))


def _blob(item: MediaItem, journal: Journal) -> Blob | None:
    entry = journal.done(_upload(item))
    if entry is None or not entry.handle:
        return None
    return Blob(entry.handle, item.mime, int(entry.detail.get("size", item.size)))


def _upload(item: MediaItem) -> str:
    return f"upload:{item.sha256[:12]}"


def _reply(publication: Publication) -> str:
    return _name("reply", *(receipt.remote_id for receipt in (publication.root, publication.parent) if receipt is not None))


def _name(step: str, *depends_on: str) -> str:
    return f"{step}:{hashlib.sha256(chr(10).join(depends_on).encode()).hexdigest()[:12]}"
