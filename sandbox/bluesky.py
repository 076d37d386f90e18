"""Stand-in for a personal data server: sessions, blobs, records with swap semantics."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from sandbox.bluesky_rules import TID, BadRecord, NoBlob, blobs_of, check_post
from sandbox.bluesky_tokens import Claims, Tokens
from sandbox.cid import NotEncodable, blob_cid, record_cid
from sandbox.clock import SECOND, iso
from sandbox.faults import Fault, FaultKind
from sandbox.ledger import Entry
from sandbox.platform import EXPIRED, WRONG, BadSetting, World
from sandbox.wire import Fields, Handler, Reply, Request, Route, as_fields, reply_json

POSTS = "app.bsky.feed.post"
_BLOB_BYTES = 52_428_800
_OURS = re.compile(r"([a-z0-9-]+\.)+(example|test|invalid|sandbox)")
_FAILURES = {
    FaultKind.DEAD_TOKEN: (400, "InvalidToken", "Token could not be verified"),
    FaultKind.FORBIDDEN: (403, "Forbidden", "This account may not do this here"),
    FaultKind.TOO_LARGE: (413, "PayloadTooLarge", "request entity too large"),
    FaultKind.INVALID: (400, "InvalidRequest", "Invalid record: the sandbox does not like it"),
}


class XrpcError(Exception):
    """An answer in the protocol's envelope."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error

    def reply(self, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
        """As it goes over the wire."""
        return reply_json({"error": self.error, "message": str(self)}, self.status, headers)


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it lies in a repository."""

    value: Mapping[str, object]
    cid: str


class Bluesky:
    """One server with any number of accounts, made at their first login."""

    name = "bluesky"
    aliases: Mapping[str, tuple[str, ...]] = {"token": ("session", "refresh", "whoami"), "look": ("look", "list")}

    def __init__(self, world: World) -> None:
        self._world = world
        self._tokens = Tokens(world.clock)
        self._routes = self._all_routes()
        self.reset()
        for entry in world.ledger.entries:
            if entry.platform == self.name:
                self._restore(entry)

    def reset(self) -> None:
        """Forget everybody."""
        self._tokens.reset()
        self._handles: dict[str, str] = {}
        self._records: dict[tuple[str, str], dict[str, Stored]] = {}
        self._collected: set[str] = set()
        self._blob_bytes = _BLOB_BYTES
        self._revision = 0

    def settings(self, order: Fields) -> None:
        """`access_seconds`, `refresh_seconds`, `grace_seconds`, `blob_upload_limit`, `collect_blobs`."""
        for name in order:
            match name:
                case "access_seconds" | "refresh_seconds" | "grace_seconds":
                    self._tokens.set(name, order.number(name))
                case "blob_upload_limit":
                    self._blob_bytes = order.number(name)
                case "collect_blobs":
                    self._collected = set(self._world.ledger.media_names)
                case "platform":
                    pass
                case _:
                    raise BadSetting(f"bluesky has no setting “{name}”")

    def route(self, request: Request) -> Route | None:
        """`/xrpc/{nsid}` and the DID document's neighbours."""
        return self._routes.get((request.method, request.path))

    def names_of(self, request: Request) -> Collection[str]:
        """By token; where anyone may ask, by the repository that is read."""
        if request.bearer:
            claims = self._tokens.read(request.bearer)
            name = claims.did if claims is not None else ""
        else:
            name = request.query.text("repo")
        return {name, self._handles.get(name, name)} if name else ()

    def failure(self, kind: FaultKind, seconds: float) -> Reply:
        """500, 429 and refusals in the protocol's envelope."""
        if kind is FaultKind.LIMIT:
            reset = str(self._world.clock.now() // SECOND + int(seconds))
            headers = (("retry-after", str(int(seconds))), ("ratelimit-remaining", "0"), ("ratelimit-reset", reset))
            return XrpcError(429, "RateLimitExceeded", "Rate Limit Exceeded").reply(headers)
        return XrpcError(*_FAILURES.get(kind, (500, "InternalServerError", "Internal Server Error"))).reply()

    async def misbehave(self, request: Request, route: Route, fault: Fault) -> Reply:
        """400 ExpiredToken, with the act done when the fault strikes after it."""
        if fault.point == "after":
            await route.handler(request)
        return XrpcError(400, "ExpiredToken", "Token has expired").reply()

    def _all_routes(self) -> dict[tuple[str, str], Route]:
        calls: list[tuple[str, str, str, Handler]] = [
            ("POST", "com.atproto.server.createSession", "session", self._create_session),
            ("POST", "com.atproto.server.refreshSession", "refresh", self._refresh_session),
            ("POST", "com.atproto.server.deleteSession", "logout", self._delete_session),
            ("GET", "com.atproto.server.getSession", "whoami", self._get_session),
            ("GET", "com.atproto.server.describeServer", "server", self._describe_server),
            ("GET", "com.atproto.identity.resolveHandle", "resolve", self._resolve_handle),
            ("POST", "com.atproto.repo.uploadBlob", "upload", self._upload_blob),
            ("POST", "com.atproto.repo.putRecord", "commit", self._put_record),
            ("POST", "com.atproto.repo.createRecord", "commit", self._create_record),
            ("GET", "com.atproto.repo.getRecord", "look", self._get_record),
            ("GET", "com.atproto.repo.listRecords", "list", self._list_records),
            ("POST", "com.atproto.repo.deleteRecord", "delete", self._delete_record),
            ("GET", "app.bsky.feed.getPosts", "figures", self._get_posts),
        ]
        return {(method, f"/xrpc/{nsid}"): Route(call, _enveloped(handler)) for method, nsid, call, handler in calls}

    # ── sessions ─────────────────────────────────────────────────────────────

    async def _create_session(self, request: Request) -> Reply:
        identifier = request.fields.text("identifier").strip().removeprefix("@").lower()
        password = request.fields.text("password")
        handle = self._handles.get(identifier, identifier)
        if not password or password in {WRONG, EXPIRED} or not handle:
            raise XrpcError(401, "AuthenticationRequired", "Invalid identifier or password")
        did = self._welcome(handle)
        return reply_json({**self._tokens.pair(did), **self._identity(request, did)}, headers=self._limits(30, 300))

    async def _refresh_session(self, request: Request) -> Reply:
        claims = self._claims(request, refresh=True)
        pair = self._tokens.rotate(claims)
        if pair is None:
            raise XrpcError(400, "ExpiredToken", "Token has been revoked")
        return reply_json({**pair, **self._identity(request, claims.did)}, headers=self._limits(3000, 300))

    async def _delete_session(self, request: Request) -> Reply:
        self._claims(request, refresh=True)
        return reply_json({})

    async def _get_session(self, request: Request) -> Reply:
        return reply_json(self._identity(request, self._claims(request).did))

    async def _describe_server(self, request: Request) -> Reply:
        facts = {"did": "did:web:sandbox", "availableUserDomains": [".example"], "inviteCodeRequired": False}
        return reply_json({**facts, "links": {}, "contact": {}, "blobUploadLimit": self._blob_bytes})

    async def _resolve_handle(self, request: Request) -> Reply:
        handle = request.query.text("handle").removeprefix("@").lower()
        if handle not in self._handles.values() and not _OURS.fullmatch(handle):
            raise XrpcError(400, "HandleNotFound", "Unable to resolve handle")
        return reply_json({"did": self._welcome(handle)})

    def _welcome(self, handle: str) -> str:
        digest = hashlib.sha256(f"{self._world.seed}|{handle}".encode()).digest()
        did = "did:plc:" + base64.b32encode(digest).decode().lower()[:24]
        self._handles[did] = handle
        return did

    def _identity(self, request: Request, did: str) -> dict[str, object]:
        handle = self._handles.get(did, "handle.invalid")
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": request.base}
        document = {"@context": ["https://www.w3.org/ns/did/v1"], "id": did, "alsoKnownAs": [f"at://{handle}"], "service": [service]}
        return {
            "did": did, "handle": handle, "didDoc": document,
            "email": f"{handle.partition('.')[0]}@sandbox.example", "emailConfirmed": True, "active": True,
        }  # fmt: skip

    def _claims(self, request: Request, *, refresh: bool = False) -> Claims:
        if not request.bearer:
            raise XrpcError(401, "AuthMissing", "Authentication Required")
        claims = None if request.bearer == WRONG else self._tokens.read(request.bearer)
        if request.bearer == EXPIRED or (claims is not None and claims.expires <= self._world.clock.now() // SECOND):
            raise XrpcError(400, "ExpiredToken", "Token has expired")
        if claims is None:
            raise XrpcError(400, "InvalidToken", "Token could not be verified")
        if claims.refresh != refresh:
            raise XrpcError(400, "InvalidToken", "Bad token scope")
        return claims

    def _limits(self, limit: int, window: int) -> tuple[tuple[str, str], ...]:
        reset = str(self._world.clock.now() // SECOND + window)
        return (
            ("ratelimit-limit", str(limit)), ("ratelimit-remaining", str(limit - 1)),
            ("ratelimit-reset", reset), ("ratelimit-policy", f"{limit};w={window}"),
        )  # fmt: skip

    # ── blobs and records ────────────────────────────────────────────────────

    async def _upload_blob(self, request: Request) -> Reply:
        self._claims(request)
        mime = request.headers.get("content-type", "")
        if not request.body or not mime:
            raise XrpcError(400, "InvalidRequest", "Request encoding (Content-Type) required but not provided")
        if len(request.body) > self._blob_bytes:
            raise XrpcError(413, "PayloadTooLarge", "request entity too large")
        self._collected.discard(self._world.ledger.keep(request.body, mime))
        blob = {"$type": "blob", "ref": {"$link": blob_cid(request.body)}, "mimeType": mime, "size": len(request.body)}
        return reply_json({"blob": blob}, headers=self._limits(3000, 300))

    async def _put_record(self, request: Request) -> Reply:
        place = self._place(request)
        record, cid = self._checked(request.fields, place)
        current = self._records.get(place[:2], {}).get(place[2])
        if current is not None and current.cid == cid:
            return self._written(place, cid, wrote=False)
        self._check_swap(request.fields, current)
        self._store(place, Stored(record, cid), edited=current is not None)
        return self._written(place, cid, wrote=True)

    async def _create_record(self, request: Request) -> Reply:
        place = self._place(request)
        record, cid = self._checked(request.fields, place)
        if place[2] in self._records.get(place[:2], {}):
            raise XrpcError(500, "InternalServerError", "Internal Server Error")
        self._store(place, Stored(record, cid), edited=False)
        return self._written(place, cid, wrote=True)

    def _place(self, request: Request) -> tuple[str, str, str]:
        """Repository, collection and key, as far as this caller may write there."""
        claims, fields = self._claims(request), request.fields
        repo = fields.text("repo")
        if self._did(repo) != claims.did:
            raise XrpcError(401, "AuthenticationRequired", "Invalid repo")
        rkey = fields.text("rkey") or _tid(self._world.clock.now())
        if not TID.fullmatch(rkey):
            raise XrpcError(400, "InvalidRequest", f'Invalid record key. Expected "tid" (got {rkey!r})')
        return claims.did, fields.text("collection"), rkey

    def _checked(self, fields: Fields, place: tuple[str, str, str]) -> tuple[Mapping[str, object], str]:
        record = fields.inner("record")
        if record.text("$type", place[1]) != place[1]:
            raise XrpcError(400, "InvalidRequest", f"Invalid $type: expected {place[1]}, got {record.text('$type')}")
        value = {"$type": place[1], **record.values}
        try:
            if place[1] == POSTS:
                check_post(record, self._blob_size)
            return value, record_cid(value)
        except NoBlob as error:
            raise XrpcError(400, "BlobNotFound", str(error)) from error
        except (BadRecord, NotEncodable) as error:
            raise XrpcError(400, "InvalidRequest", f"Invalid {place[1]} record: {error}") from error

    def _blob_size(self, sha: str) -> int | None:
        kept = None if sha in self._collected else self._world.ledger.media(sha)
        return None if kept is None else len(kept[0])

    def _check_swap(self, fields: Fields, current: Stored | None) -> None:
        if "swapRecord" not in fields:
            return
        at = None if current is None else current.cid
        if fields.raw("swapRecord") != at:
            raise XrpcError(400, "InvalidSwap", f"Record was at {at or 'null'}")

    def _store(self, place: tuple[str, str, str], stored: Stored, *, edited: bool) -> None:
        """The act."""
        self._revision += 1
        if place[1] == POSTS:
            entry = self._entry(place, stored)
            if edited:
                self._world.ledger.mark(self.name, entry.id, edited=True, text=entry.text, cid=stored.cid)
            else:
                self._world.ledger.add(entry)
        self._records.setdefault(place[:2], {})[place[2]] = stored

    def _entry(self, place: tuple[str, str, str], stored: Stored) -> Entry:
        did, collection, rkey = place
        record = as_fields(stored.value)
        blobs = blobs_of(record)
        labels = [as_fields(value).text("val") for value in record.inner("labels").items("values")]
        return Entry(
            platform=self.name,
            account=self._handles.get(did, did),
            id=_uri(place),
            kind="reply" if "reply" in record else "post",
            text=record.text("text"),
            at=self._world.clock.now(),
            alt=tuple(alt for _, alt in blobs),
            media=tuple(sha for sha, _ in blobs),
            reply_to=record.inner("reply").inner("parent").text("uri") or None,
            url=f"{self._world.origin}/bluesky/profile/{did}/post/{rkey}",
            flags={"labels": labels} if labels else {},
            raw={"repo": did, "collection": collection, "rkey": rkey, "cid": stored.cid, "record": stored.value},
        )

    def _restore(self, entry: Entry) -> None:
        raw = as_fields(entry.raw)
        did = raw.text("repo")
        self._handles[did] = entry.account
        if not entry.flags.get("deleted"):
            place = self._records.setdefault((did, raw.text("collection")), {})
            place[raw.text("rkey")] = Stored(raw.inner("record").values, raw.text("cid"))

    def _written(self, place: tuple[str, str, str], cid: str, *, wrote: bool) -> Reply:
        answer: dict[str, object] = {"uri": _uri(place), "cid": cid, "validationStatus": "valid"}
        if wrote:
            answer["commit"] = {"cid": record_cid({"rev": self._revision, "root": cid}), "rev": _tid(self._world.clock.now())}
        return reply_json(answer, headers=self._limits(5000, 3600))

    # ── reading and deleting ─────────────────────────────────────────────────

    async def _get_record(self, request: Request) -> Reply:
        did, collection, rkey = self._did(request.query.text("repo")), request.query.text("collection"), request.query.text("rkey")
        stored = self._records.get((did, collection), {}).get(rkey)
        if stored is None:
            raise XrpcError(400, "RecordNotFound", f"Could not locate record: at://{did}/{collection}/{rkey}")
        return reply_json(self._shown((did, collection, rkey), stored))

    async def _list_records(self, request: Request) -> Reply:
        query = request.query
        did, collection, cursor = self._did(query.text("repo")), query.text("collection"), query.text("cursor")
        keys = sorted(self._records.get((did, collection), {}), reverse=not query.flag("reverse"))
        if cursor:
            keys = [key for key in keys if (key > cursor) == query.flag("reverse") and key != cursor]
        shown = keys[: max(1, min(100, query.number("limit", 50)))]
        records = [self._shown((did, collection, key), self._records[did, collection][key]) for key in shown]
        return reply_json({"records": records, **({"cursor": shown[-1]} if len(keys) > len(shown) else {})})

    async def _get_posts(self, request: Request) -> Reply:
        """What the network's own index says of posts, asked through the account's server; who is gone is left out."""
        self._claims(request)
        names = [value for name, value in parse_qsl(request.query_string) if name == "uris"]
        if len(names) > 25:
            raise XrpcError(400, "InvalidRequest", "Error: uris must not have more than 25 elements")
        return reply_json({"posts": [self._post_view(name) for name in names if self._stored_at(name) is not None]})

    def _stored_at(self, uri: str) -> Stored | None:
        did, _, rest = uri.removeprefix("at://").partition("/")
        collection, _, rkey = rest.partition("/")
        return self._records.get((did, collection), {}).get(rkey)

    def _post_view(self, uri: str) -> dict[str, object]:
        stored, counts, did = self._stored_at(uri), self._world.counts(self.name, uri), uri.removeprefix("at://").partition("/")[0]
        assert stored is not None
        return {
            "uri": uri, "cid": stored.cid, "author": {"did": did, "handle": self._handles.get(did, "handle.invalid")},
            "record": stored.value, "indexedAt": iso(self._world.clock.now()), "likeCount": counts.likes, "replyCount": counts.replies,
            "repostCount": counts.reposts, "quoteCount": 0, "bookmarkCount": counts.saves,
        }  # fmt: skip

    async def _delete_record(self, request: Request) -> Reply:
        place = self._place(request)
        if self._records.get(place[:2], {}).pop(place[2], None) is None:
            return reply_json({})
        self._world.ledger.mark(self.name, _uri(place), deleted=True, deleted_at=iso(self._world.clock.now()))
        return reply_json({"commit": {"cid": record_cid({"gone": _uri(place)}), "rev": _tid(self._world.clock.now())}})

    def _did(self, repo: str) -> str:
        """A repository by DID or handle."""
        if repo.startswith("did:"):
            return repo
        return self._welcome(repo)

    def _shown(self, place: tuple[str, str, str], stored: Stored) -> dict[str, object]:
        return {"uri": _uri(place), "cid": stored.cid, "value": stored.value}


def _uri(place: tuple[str, str, str]) -> str:
    return f"at://{place[0]}/{place[1]}/{place[2]}"


def _tid(micros: int) -> str:
    letters = "234567abcdefghijklmnopqrstuvwxyz"
    value = micros << 10
    return "".join(letters[value >> shift & 31] for shift in range(60, -1, -5))


def _enveloped(handler: Handler) -> Handler:
    async def answer(request: Request) -> Reply:
        try:
            return await handler(request)
        except XrpcError as error:
            return error.reply()

    return answer
