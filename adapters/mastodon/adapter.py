"""One Mastodon account: safe steps (uploads, waiting for them, the anchor), the commit with a key, the look through the own statuses.

The anchor is the newest own status before the first commit: the look lists what came after it. No AI field exists here: the
disclosure is the line in the text.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, RootModel

from adapters.contract import (
    Absent,
    Account,
    CannotTell,
    CommitClass,
    Connection,
    Counted,
    Credentials,
    Done,
    Figures,
    Found,
    Journal,
    JournalEntry,
    Limited,
    Look,
    MediaHost,
    MediaItem,
    NoFigures,
    NotSent,
    Outcome,
    Publication,
    Published,
    Rebuild,
    Receipt,
    Refused,
    RemotePost,
    Retry,
    Standing,
    Step,
    StepResult,
    TokenDead,
    Unknown,
)
from adapters.errors import ConnectError
from adapters.http import Answer, FilePart, Http, Reply
from adapters.mastodon.errors import at_commit, at_safe_step, said
from adapters.mastodon.plain import words_mark
from adapters.mastodon.rules import MastodonRules
from adapters.mastodon.server import ask_server
from adapters.mastodon.status import Attachment, Status, body_of, difference, earlier_words, is_ours, reply_id, upload_name, uploads_of

KEY_SECONDS = 1_800.0
"""Servers keep a key for an hour; half of that is left for clocks and slowness."""
PAGE, PAGES = 40, 5
SOURCES = 10
"""So many statuses after the anchor are asked for their source when none is recognised by its HTML."""
POLL_SECONDS = 2.0


class _Statuses(RootModel[tuple[Status, ...]]):
    pass


class _Source(BaseModel):
    text: str


class _Me(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: str
    acct: str
    username: str = ""


class _Owned(Status):
    account: _Me


class _Counts(BaseModel):
    model_config = ConfigDict(extra="ignore")

    favourites_count: int
    replies_count: int
    reblogs_count: int
    quotes_count: int = 0


class Mastodon(MastodonRules):
    """An account on a server with Mastodon's API."""

    settle: ClassVar[float] = 10.0
    derives_keys: ClassVar[bool] = True

    def __init__(self, account: Account, http: Http, host: MediaHost) -> None:
        super().__init__(account, hosted=True)
        self._http = http

    # ── safe steps ───────────────────────────────────────────────────────────

    def safe_steps(self, publication: Publication, journal: Journal) -> Sequence[Step]:
        """Uploads, then waiting for those that are processed, then the anchor as close to the commit as can be."""
        items = {upload_name(item): item for item in publication.media}
        steps = [Step(name, partial(self._upload, item)) for name, item in items.items()]
        steps += [Step(_ready(name), partial(self._wait_for, name), always=True) for name in items]
        return [*steps, Step("anchor", partial(self._anchor, publication), always=True)]

    async def _upload(self, item: MediaItem, journal: Journal) -> StepResult:
        try:
            file = await asyncio.to_thread(item.path.open, "rb")
        except OSError:
            return Refused(f"the file {item.name or item.sha256[:12]} is gone from the store", "asset_missing")
        with file:
            part: FilePart = (f"{item.sha256[:12]}.{item.mime.rpartition('/')[2]}", file, item.mime)
            data = {"description": item.alt} if item.alt else None
            reply = await self._http.request("POST", self._url("/api/v2/media"), headers=self._auth(), data=data, files={"file": part})
        made = reply.read(Attachment) if isinstance(reply, Answer) and reply.status in (200, 202) else None
        if made is None or not isinstance(reply, Answer):
            return at_safe_step(reply, self._facts.label)
        return Done(made.id, {"ready": "yes" if reply.status == 200 else "no"})

    async def _wait_for(self, upload: str, journal: Journal) -> StepResult:
        entry, waited = journal.done(upload), journal.done(_ready(upload))
        if entry is None or entry.handle is None:
            return Rebuild((upload,), "it is not uploaded")
        if entry.detail.get("ready") == "yes" or (waited is not None and waited.handle == entry.handle):
            return Done(entry.handle)
        reply = await self._http.request("GET", self._url(f"/api/v1/media/{entry.handle}"), headers=self._auth())
        if isinstance(reply, Answer):
            if reply.status == 200 and reply.read(Attachment) is not None:
                return Done(entry.handle)
            if reply.status == 206:
                return Retry(f"{self._facts.label} is working on the media", POLL_SECONDS, "processing", waiting=True)
            if reply.status == 404:
                return Rebuild((upload,), f"{self._facts.label} no longer has the upload")
        return at_safe_step(reply, self._facts.label)

    async def _anchor(self, publication: Publication, journal: Journal) -> StepResult:
        """Moves along until a commit was tried; from then on it stays, remembers what else was to be sent, and looks once more."""
        kept = _kept_anchor(journal)
        words = earlier_words(kept.detail) if kept is not None else frozenset()
        mark = " ".join(sorted({*words, words_mark(publication.text)}))
        reply = await self._list(limit=1)
        listed = reply.read(_Statuses) if isinstance(reply, Answer) and reply.ok else None
        if listed is None or not isinstance(reply, Answer):
            return at_safe_step(reply, self._facts.label)
        if kept is None or not any(entry.kind == "commit" for entry in journal.entries):
            return Done(listed.root[0].id if listed.root else "", {"date": str(reply.date or ""), "words": mark})
        # What arrived late must not be sent again, also when the server has forgotten the key by now.
        look = await self.look_up(publication, journal)
        if isinstance(look, CannotTell) and not look.several:
            return Retry(look.reason, code="look")
        there = look.receipt.remote_id if isinstance(look, Found) and look.same else ""
        date = kept.detail.get("date", "") if journal.commits() else str(reply.date or "")
        return Done(kept.handle, {"date": date, "words": mark, "there": there})

    # ── the commit ───────────────────────────────────────────────────────────

    def commit_handle(self, publication: Publication, journal: Journal) -> str:
        """An idempotency key that belongs to the delivery: the same at every try and in every clone of the workspace."""
        identity = f"{self._account.remote_id}\n{publication.key}"
        return f"daypart-{hashlib.sha256(identity.encode()).hexdigest()[:40]}"

    async def commit(self, publication: Publication, journal: Journal) -> Outcome:
        """`POST /api/v1/statuses` with the key."""
        if self._account.credentials is None or self._account.remote_id is None:
            return TokenDead(f"{self._account.name} is not connected")
        anchor = _kept_anchor(journal)
        if anchor is not None and anchor.detail.get("there"):
            return Unknown("it is already public: an earlier try arrived late", "already_there", hint=True)
        names = tuple(dict.fromkeys(upload_name(item) for item in publication.media))
        if missing := tuple(name for name in names if journal.done(name) is None):
            return NotSent("a file of the post is not uploaded", "not_prepared", rebuild=missing)
        body = body_of(publication, [journal.handle(upload_name(item)) for item in publication.media], reply_id(publication))
        headers = {**self._auth(), "Idempotency-Key": self.commit_handle(publication, journal)}
        reply = await self._http.send("POST", self._url("/api/v1/statuses"), headers=headers, json=body)
        status = reply.read(Status) if isinstance(reply, Answer) and reply.status == 200 else None
        if status is None or not status.id:
            return at_commit(reply, self._facts.label, uploads=names, first=not _left_before(journal))
        return self._answered(status, publication, journal)

    def _answered(self, status: Status, publication: Publication, journal: Journal) -> Outcome:
        """A key returns the first status whatever the body says, so an earlier version may be what came back."""
        other = difference(status, publication, uploads_of(publication, journal))
        if not other:
            return Published(status.receipt())
        found = Found(status.receipt(), same=False, reason=other) if self._is_echo(status, journal) else None
        return Unknown(other, "earlier_version", hint=True, http_status=200, found=found)

    def _is_echo(self, status: Status, journal: Journal) -> bool:
        """Whether the status is older than this try, or holds words of an earlier one; otherwise only its HTML may be odd."""
        anchor = _kept_anchor(journal)
        date = anchor.detail.get("date", "") if anchor is not None else ""
        if date and status.at < int(date) - 1_000_000:
            return True
        return anchor is not None and _left_before(journal) and words_mark(status.written) in earlier_words(anchor.detail)

    # ── the look ─────────────────────────────────────────────────────────────

    async def look_up(self, publication: Publication, journal: Journal) -> Look:
        """Read the own statuses after the anchor and compare."""
        anchor = _kept_anchor(journal)
        listed = await self._since(anchor.handle if anchor is not None else None, publication.due if anchor is None else None)
        if isinstance(listed, CannotTell):
            return listed
        statuses, date, complete = listed
        ours = [status for status in statuses if is_ours(status, publication, uploads_of(publication, journal))]
        if not ours:
            ours = await self._by_source(statuses[:SOURCES], publication, journal)
        if not ours and anchor is not None:
            words = earlier_words(anchor.detail)
            ours = [s for s in statuses if s.in_reply_to_id == reply_id(publication) and words_mark(s.written) in words]
        if ours:
            return await self._decide(ours, publication, journal)
        young = self._key_is_young(anchor.detail.get("date", "") if anchor is not None else "", date)
        proof = complete and young and self.commit_class(publication) is CommitClass.KEY
        return Absent(proof, f"not among the {len(statuses)} newest posts" if statuses else "nothing was posted since")

    async def _decide(self, ours: Sequence[Status], publication: Publication, journal: Journal) -> Look:
        uploads = uploads_of(publication, journal)
        told = [(status, difference(status, publication, uploads)) for status in ours]
        exact = [status for status, other in told if not other]
        if len(exact) == 1:
            return Found(exact[0].receipt())
        if len(told) > 1:
            return CannotTell(f"{len(told)} posts look like this one", several=True)
        status, other = told[0]
        source = await self._source(status)
        other = difference(status, publication, uploads, source=source) if source is not None else other
        return Found(status.receipt(), same=not other, reason=other)

    async def _since(self, anchor: str | None, due: int | None) -> tuple[list[Status], int | None, bool] | CannotTell:
        """Statuses after the anchor (or since shortly before `due`), newest first; the server's clock; whether that is all."""
        statuses: list[Status] = []
        date: int | None = None
        for _ in range(PAGES):
            reply = await self._list(limit=PAGE, since=anchor or "", before=statuses[-1].id if statuses else "")
            page = reply.read(_Statuses) if isinstance(reply, Answer) and reply.ok else None
            if page is None or not isinstance(reply, Answer):
                return CannotTell(
                    reply.reason if not isinstance(reply, Answer) else f"{self._facts.label} answered {reply.status} to the look"
                )
            date = date if date is not None else reply.date
            new = [status for status in page.root if due is None or status.at >= due - 60_000_000]
            statuses += new
            if len(page.root) < PAGE or len(new) < len(page.root):
                return statuses, date, True
        return statuses, date, False

    async def _by_source(self, statuses: Sequence[Status], publication: Publication, journal: Journal) -> list[Status]:
        """Slow and exact, for servers that change a text on its way into HTML."""
        uploads = uploads_of(publication, journal)
        found = []
        for status in statuses:
            source = await self._source(status) if len(status.media_attachments) == len(publication.media) else None
            if source is not None and is_ours(status, publication, uploads, source=source):
                found.append(status)
        return found

    async def _source(self, status: Status) -> str | None:
        if status.typed is not None:
            return status.typed
        reply = await self._http.request("GET", self._url(f"/api/v1/statuses/{status.id}/source"), headers=self._auth())
        source = reply.read(_Source) if isinstance(reply, Answer) and reply.ok else None
        return source.text if source is not None else None

    def _key_is_young(self, anchored: str, date: int | None) -> bool:
        return bool(anchored) and date is not None and 0 <= (date - int(anchored)) / 1_000_000 < KEY_SECONDS

    async def recent(self) -> list[RemotePost] | None:
        """The account's own posts without what it boosted."""
        reply = await self._list(limit=PAGE)
        listed = reply.read(_Statuses) if isinstance(reply, Answer) and reply.ok else None
        return [RemotePost(status.id, status.written, status.at) for status in listed.root] if listed is not None else None

    async def read(self, remote_id: str) -> Standing | Absent | CannotTell:
        """One status of the server."""
        reply = await self._http.request("GET", self._url(f"/api/v1/statuses/{remote_id}"), headers=self._auth())
        if isinstance(reply, Answer) and reply.status in (404, 410):
            return Absent(proof=False, reason="no post stands there")
        status = reply.read(_Owned) if isinstance(reply, Answer) and reply.ok else None
        if status is None:
            return CannotTell(f"{self._facts.label} answered {reply.status}" if isinstance(reply, Answer) else reply.reason)
        own = status.account.id == (self._account.remote_id or "").partition("@")[0]
        return Standing(status.receipt(), status.written, own)

    # ── figures ──────────────────────────────────────────────────────────────

    async def metrics(self, receipt: Receipt) -> Counted:
        """As far as this server knows: counts of other servers are partial, and nobody counts reach or saves."""
        reply = await self._http.request("GET", self._url(f"/api/v1/statuses/{receipt.remote_id}"), headers=self._auth())
        if isinstance(reply, Answer) and reply.status in (404, 410):
            return NoFigures(f"{self._facts.label} no longer has this post")
        told = reply.read(_Counts) if isinstance(reply, Answer) and reply.ok else None
        if told is None:
            step = at_safe_step(reply, self._facts.label)
            lost = Retry(f"{self._facts.label} did not tell the figures", code="figures")
            return step if isinstance(step, Retry | Limited | TokenDead) else lost
        return Figures(likes=told.favourites_count, replies=told.replies_count, reposts=told.reblogs_count + told.quotes_count)

    # ── signing in ───────────────────────────────────────────────────────────

    async def connect(self, secret: str) -> Connection:
        """With a token: pasted from the server's development page, or from `mastodon_oauth`. Raises ConnectError."""
        token, server = secret.strip(), self._account.server
        headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
        reply = await self._http.request("GET", f"{server}/api/v1/accounts/verify_credentials", headers=headers)
        me = reply.read(_Me) if isinstance(reply, Answer) and reply.ok else None
        if me is None:
            raise _connect_error(self._account, reply)
        wanted = self._account.handle.removeprefix("@").partition("@")[0]
        if me.acct.partition("@")[0].lower() != wanted.lower():
            raise ConnectError(
                f"this token belongs to @{me.acct}, not to {self._account.handle}", "sign in as the right account", relogin=True
            )
        facts = await ask_server(self._http, server, token)
        return Connection(f"{me.id}@{_host(server)}", f"@{me.acct}", Credentials(access=token), facts.model_dump(mode="json"))

    async def refresh(self) -> Credentials | None:
        """Tokens do not expire by themselves."""
        return None

    # ── small parts ──────────────────────────────────────────────────────────

    def _url(self, path: str) -> str:
        return f"{self._account.server}{path}"

    def _auth(self) -> dict[str, str]:
        credentials = self._account.credentials
        accept = {"Accept": "application/json"}
        return {**accept, "Authorization": f"Bearer {credentials.access}"} if credentials is not None else accept

    async def _list(self, *, limit: int, since: str = "", before: str = "") -> Reply:
        own_id = (self._account.remote_id or "").partition("@")[0]
        params = {"limit": str(limit), "exclude_reblogs": "true"}
        params |= {"since_id": since} if since else {}
        params |= {"max_id": before} if before else {}
        return await self._http.request("GET", self._url(f"/api/v1/accounts/{own_id}/statuses"), headers=self._auth(), params=params)


def _ready(upload: str) -> str:
    return f"ready:{upload.removeprefix('upload:')}"


def _kept_anchor(journal: Journal) -> JournalEntry | None:
    """The newest anchor that was found, whatever became of the step in later tries: what was sent lies after it."""
    return next((entry for entry in reversed(journal.entries) if entry.name == "anchor" and entry.phase == "done"), None)


def _left_before(journal: Journal) -> bool:
    """Whether an earlier try may have reached the server. The running try is the newest commit, still an intent."""
    commits = journal.commits()
    return bool(commits[:-1] if commits and commits[-1].phase == "intent" else commits)


def _host(server: str) -> str:
    return server.partition("://")[2].rstrip("/").lower()


def _connect_error(account: Account, reply: Reply) -> ConnectError:
    if not isinstance(reply, Answer):
        return ConnectError(reply.reason, f"is {_host(account.server)} spelt right, and is this computer on the internet?")
    if reply.status in (302, 401, 403):
        words = said(reply)
        hint = "make a new token in the server's settings under Development, with read and write"
        return ConnectError(f"{_host(account.server)} does not accept this token" + (f": {words}" if words else ""), hint, relogin=True)
    if reply.status == 400:  # Takahē says so of a token that it does not know
        return ConnectError(f"{_host(account.server)} does not understand this token", "is it whole, and of this server?", relogin=True)
    return ConnectError(f"{account.server} answered {reply.status}", "is its name spelt right, and does it have Mastodon's API?")
