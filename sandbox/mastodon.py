"""Stand-ins for Mastodon, GoToSocial and Pixelfed: one API, three ways to treat an Idempotency-Key."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sandbox.clock import SECOND, iso
from sandbox.faults import Fault, FaultKind
from sandbox.mastodon_files import ALT_CHARACTERS, FILM_BYTES, FILMS, PICTURE_BYTES, PICTURES, Attachment, BadFile, measured, seconds_after
from sandbox.mastodon_statuses import Rules, Status, StatusError, Statuses
from sandbox.platform import EXPIRED, WRONG, BadSetting, World, number_from
from sandbox.wire import Fields, Handler, Reply, Request, Route, reply_html, reply_json

PICTURE_SECONDS = 0.2
FILM_SECONDS = 1.5


class Variant(StrEnum):
    """Which software is being played."""

    MASTODON = "mastodon"
    GOTOSOCIAL = "gotosocial"
    PIXELFED = "pixelfed"


RULES = {
    Variant.MASTODON: Rules("4.6.2", max_characters=500, per_url=23, max_files=4, polls=True, key="first", code=422, privacy="public"),
    Variant.GOTOSOCIAL: Rules(
        "0.20.0", max_characters=5000, per_url=25, max_files=6, polls=True, key="ignored", code=400, privacy="unlisted"
    ),
    Variant.PIXELFED: Rules("0.12.6", max_characters=500, per_url=23, max_files=4, polls=False, key="refused", code=422, privacy="public"),
}
_FAILURES = {
    FaultKind.FORBIDDEN: (403, "This action is outside the authorized scopes"),
    FaultKind.TOO_LARGE: (413, "Request entity too large"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """An account, made when its token is first seen."""

    id: str
    name: str


class Refusal(Exception):
    """An answer of the API other than success."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class Mastodon:
    """One instance."""

    aliases: Mapping[str, tuple[str, ...]] = {"token": ("verify", "token"), "container": ("media",)}

    def __init__(self, world: World, variant: Variant) -> None:
        self.name = str(variant)
        self._world = world
        self._variant = variant
        self._rules = RULES[variant]
        self._base = f"{world.origin}/{variant}"
        self._statuses = Statuses(world, self.name, self._rules)
        self.reset()
        self._statuses.restore()

    def reset(self) -> None:
        """Forget everybody."""
        self._people: dict[str, Person] = {}
        self._names: set[str] = set()
        self._seconds = {"image_seconds": PICTURE_SECONDS, "video_seconds": FILM_SECONDS, "work_seconds": 0.0, "read_lag_seconds": 0.0}
        self._statuses.reset()

    def settings(self, order: Fields) -> None:
        """`image_seconds`, `video_seconds`: processing; `work_seconds`: how long a post takes; `read_lag_seconds`: listings are behind."""
        for name in order:
            value = order.raw(name)
            if name in self._seconds and isinstance(value, (int, float)):
                self._seconds[name] = float(value)
            elif name != "platform":
                raise BadSetting(f"{self.name} has no setting “{name}” of this kind")

    def names_of(self, request: Request) -> Collection[str]:
        """By token."""
        token = request.bearer
        if token in {"", WRONG, EXPIRED}:
            return ()
        person = self._person(token.removeprefix("sandbox-"))
        return {person.id, person.name}

    def failure(self, kind: FaultKind, seconds: float) -> Reply:
        """500, 429 and refusals; GoToSocial never says Retry-After, and says 400 where others say 422."""
        if kind is FaultKind.LIMIT:
            told = (("retry-after", str(int(seconds))),) if self._variant is not Variant.GOTOSOCIAL else ()
            return reply_json({"error": "Too many requests"}, 429, (*told, *self._limits(0, seconds)))
        if kind is FaultKind.DEAD_TOKEN:
            return self._no_entry("The access token is invalid")
        if kind is FaultKind.INVALID:
            return reply_json({"error": "Validation failed: the sandbox does not like it"}, self._rules.code)
        status, words = _FAILURES.get(kind, (500, "Internal Server Error"))
        return reply_json({"error": words}, status)

    async def misbehave(self, request: Request, route: Route, fault: Fault) -> Reply:
        """401, or Pixelfed's way to the login page, with the act done when the fault strikes after it."""
        if fault.point == "after":
            await route.handler(request)
        return self._no_entry("The access token was revoked")

    def route(self, request: Request) -> Route | None:
        """Which call this is."""
        for method, pattern, call, handler in _ROUTES:
            if method == request.method and (found := pattern.fullmatch(request.path)):
                return Route(call, self._bound(handler, found.groups()))
        return None

    def _bound(self, handler: str, groups: tuple[str, ...]) -> Handler:
        async def answer(request: Request) -> Reply:
            try:
                reply: Reply = await getattr(self, handler)(request, *groups)
            except Refusal as refusal:
                return refusal.reply
            except StatusError as error:
                return reply_json({"error": str(error)}, error.status)
            return Reply(reply.status, reply.body, (*reply.headers, *self._limits(299, 300)), reply.mime)

        return answer

    def _limits(self, left: int, seconds: float) -> tuple[tuple[str, str], ...]:
        reset = iso(self._world.clock.now() + int(seconds * SECOND))
        return (("x-ratelimit-limit", "300"), ("x-ratelimit-remaining", str(left)), ("x-ratelimit-reset", reset))

    # ── who asks ─────────────────────────────────────────────────────────────

    def _no_entry(self, why: str) -> Reply:
        if self._variant is Variant.PIXELFED:
            page = reply_html("<!doctype html><title>sandbox</title><p>Redirecting to login</p>", 302)
            return Reply(302, page.body, (("location", f"{self._base}/login"),), page.mime)
        return reply_json({"error": why}, 401)

    def _me(self, request: Request) -> Person:
        """Whoever the token belongs to. Raises Refusal."""
        token = request.bearer
        if token in {"", WRONG, EXPIRED}:
            why = "The access token was revoked" if token == EXPIRED else "The access token is invalid"
            raise Refusal(self._no_entry(why))
        return self._person(token.removeprefix("sandbox-"))

    def _person(self, handle: str) -> Person:
        name = handle.lstrip("@").partition("@")[0] or "sandbox"
        person = Person(number_from(self._world.seed, self.name, name), name)
        self._names.add(name)
        return self._people.setdefault(person.id, person)

    def _shown(self, person: Person) -> dict[str, object]:
        return {
            "id": person.id, "username": person.name, "acct": person.name, "display_name": f"{person.name} (sandbox)", "locked": False,
            "bot": False, "url": f"{self._base}/@{person.name}", "uri": f"{self._base}/users/{person.name}", "note": "<p>sandbox</p>",
            "source": {"privacy": self._rules.privacy, "sensitive": False, "language": None, "note": "sandbox", "fields": []},
        }  # fmt: skip

    async def verify(self, request: Request) -> Reply:
        """`GET /api/v1/accounts/verify_credentials`."""
        return reply_json(self._shown(self._me(request)))

    async def lookup(self, request: Request) -> Reply:
        """`GET /api/v1/accounts/lookup`."""
        return reply_json(self._shown(self._person(request.query.text("acct"))))

    async def register_app(self, request: Request) -> Reply:
        """`POST /api/v1/apps`."""
        name, redirect = request.fields.text("client_name", "sandbox"), request.fields.text("redirect_uris")
        facts = {"id": "1", "name": name, "redirect_uri": redirect, "redirect_uris": [redirect]}
        return reply_json({**facts, "client_id": "sandbox-client", "client_secret": "sandbox-secret"})

    async def authorize(self, request: Request) -> Reply:
        """`GET /oauth/authorize`: says yes at once; the code is the name in `login_hint`."""
        query = request.query
        code, back = query.text("login_hint", "sandbox"), query.text("redirect_uri")
        if not back.startswith("http"):
            return reply_html(f"<!doctype html><title>sandbox</title><p>Code: <code>{code}</code></p>")
        glue = "&" if "?" in back else "?"
        return Reply(302, b"", (("location", f"{back}{glue}code={code}&state={query.text('state')}"),))

    async def token(self, request: Request) -> Reply:
        """`POST /oauth/token`."""
        code = request.fields.text("code")
        if not code or code in {WRONG, EXPIRED}:
            return reply_json({"error": "invalid_grant", "error_description": "The provided authorization grant is invalid."}, 400)
        created = self._world.clock.now() // SECOND
        return reply_json({"access_token": f"sandbox-{code}", "token_type": "Bearer", "scope": "read write", "created_at": created})

    async def revoke(self, request: Request) -> Reply:
        """`POST /oauth/revoke`."""
        return reply_json({})

    # ── the server about itself ──────────────────────────────────────────────

    async def well_known(self, request: Request) -> Reply:
        """`GET /.well-known/nodeinfo`."""
        rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        return reply_json({"links": [{"rel": rel, "href": f"{self._base}/nodeinfo/2.0"}]})

    async def nodeinfo(self, request: Request) -> Reply:
        """`GET /nodeinfo/2.0`."""
        software = {"name": self.name, "version": self._rules.version}
        facts: dict[str, object] = {"version": "2.0", "software": software, "protocols": ["activitypub"], "openRegistrations": False}
        return reply_json({**facts, "services": {"inbound": [], "outbound": []}, "usage": {}, "metadata": {"nodeName": "sandbox"}})

    async def instance(self, request: Request) -> Reply:
        """`GET /api/v2/instance` and, with other words around it, v1."""
        rules = self._rules
        configuration = {
            "statuses": {
                "max_characters": rules.max_characters, "max_media_attachments": rules.max_files,
                "characters_reserved_per_url": rules.per_url,
            },
            "media_attachments": {
                "supported_mime_types": [*PICTURES, *FILMS], "image_size_limit": PICTURE_BYTES, "image_matrix_limit": 33_177_600,
                "video_size_limit": FILM_BYTES, "video_frame_rate_limit": 120, "video_matrix_limit": 8_294_400,
                "description_limit": ALT_CHARACTERS,
            },
            "polls": {"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2_629_746},
        }  # fmt: skip
        version = rules.version if self._variant is Variant.MASTODON else f"4.2.0 (compatible; {self.name} {rules.version})"
        host = self._world.origin.removeprefix("http://")
        facts: dict[str, object] = {"title": "sandbox", "version": version, "configuration": configuration}
        house_rules = [{"id": "1", "text": "Nothing here is real."}]
        facts |= {"description": "A stand-in on this computer.", "languages": ["en", "pl"], "rules": house_rules}
        if "/v1/" in request.path:
            return reply_json({**facts, "uri": host, "email": "sandbox@sandbox.example", "max_toot_chars": rules.max_characters})
        return reply_json({**facts, "domain": host, "source_url": "", "api_versions": {"mastodon": 7}})

    # ── files ────────────────────────────────────────────────────────────────

    async def upload(self, request: Request) -> Reply:
        """`POST /api/v2/media`: 202 while it is processed."""
        me, part = self._me(request), request.files.get("file")
        alt = request.fields.text("description")
        if part is None:
            raise StatusError(self._rules.code, "Validation failed: File can't be blank")
        self._check_alt(alt)
        try:
            width, height = measured(part)
        except BadFile as error:
            raise StatusError(self._rules.code, str(error)) from error
        seconds = self._seconds["video_seconds" if part.mime in FILMS else "image_seconds"]
        ready_at, clock = seconds_after(self._world.clock, seconds), self._world.clock
        file = Attachment("", me.name, self._world.ledger.keep(part.content, part.mime), part.mime, alt, width, height, ready_at)
        self._statuses.take_file(file)
        return reply_json(file.as_json(self._base, clock), 200 if file.ready(clock) else 202)

    def _check_alt(self, alt: str) -> None:
        if len(alt) > ALT_CHARACTERS:
            raise StatusError(self._rules.code, f"Validation failed: Description is too long (maximum is {ALT_CHARACTERS} characters)")

    async def read_file(self, request: Request, file_id: str) -> Reply:
        """`GET /api/v1/media/{id}`: 206 while it is processed."""
        file = self._statuses.file(self._me(request).name, file_id)
        if file.failed:
            raise StatusError(422, "Error processing thumbnail for uploaded media")
        return reply_json(file.as_json(self._base, self._world.clock), 200 if file.ready(self._world.clock) else 206)

    async def change_file(self, request: Request, file_id: str) -> Reply:
        """`PUT /api/v1/media/{id}`."""
        file = self._statuses.file(self._me(request).name, file_id)
        alt = request.fields.text("description", file.alt)
        self._check_alt(alt)
        file.alt = alt
        return reply_json(file.as_json(self._base, self._world.clock))

    # ── statuses ─────────────────────────────────────────────────────────────

    async def post(self, request: Request) -> Reply:
        """`POST /api/v1/statuses`: the act."""
        me, key = self._me(request), request.headers.get("idempotency-key", "")
        earlier = self._statuses.begin(me.name, key)
        if earlier is not None:
            return self._status_reply(earlier)
        try:
            if self._seconds["work_seconds"]:
                await asyncio.sleep(self._seconds["work_seconds"])
            status = self._statuses.publish(me.name, key, request.fields)
        finally:
            self._statuses.end(me.name, key)
        return self._status_reply(status)

    async def read(self, request: Request, status_id: str) -> Reply:
        """`GET /api/v1/statuses/{id}`."""
        if self._variant is not Variant.MASTODON:
            self._me(request)
        status = self._statuses.get(status_id)
        if status.visibility in {"private", "direct"} and self._me(request).name != status.account:
            raise StatusError(404, "Record not found")
        return self._status_reply(status)

    async def source(self, request: Request, status_id: str) -> Reply:
        """`GET /api/v1/statuses/{id}/source`; Pixelfed has none."""
        if self._variant is Variant.PIXELFED:
            raise StatusError(404, "Resource not found")
        status = self._statuses.own(self._me(request).name, status_id)
        return reply_json({"id": status.id, "text": status.text, "spoiler_text": status.spoiler})

    async def context(self, request: Request, status_id: str) -> Reply:
        """`GET /api/v1/statuses/{id}/context`."""
        after = [status for status in self._statuses.all() if status.reply_to == self._statuses.get(status_id).id]
        return reply_json({"ancestors": [], "descendants": [self._status_json(status) for status in after]})

    async def edit(self, request: Request, status_id: str) -> Reply:
        """`PUT /api/v1/statuses/{id}`."""
        return self._status_reply(self._statuses.edit(self._me(request).name, status_id, request.fields))

    async def delete(self, request: Request, status_id: str) -> Reply:
        """`DELETE /api/v1/statuses/{id}`."""
        status = self._statuses.delete(self._me(request).name, status_id)
        return reply_json({**self._status_json(status), "text": status.text})

    async def list_own(self, request: Request, account_id: str) -> Reply:
        """`GET /api/v1/accounts/{id}/statuses`, newest first, as far as the read lag lets see."""
        viewer = self._me(request).name if request.bearer or self._variant is not Variant.MASTODON else ""
        person = self._people.get(account_id)
        if person is None:
            raise StatusError(404, "Record not found")
        until = self._world.clock.now() - int(self._seconds["read_lag_seconds"] * SECOND)
        shown = self._statuses.listed(person.name, request.query, until, own=viewer == person.name)
        return reply_json([self._status_json(status) for status in shown])

    def _status_reply(self, status: Status) -> Reply:
        return reply_json(self._status_json(status))

    def _status_json(self, status: Status) -> dict[str, object]:
        shown = self._statuses.as_json(status, self._base, self._names)
        shown["account"] = self._shown(self._person(status.account))
        counts = self._world.counts(self.name, status.id)
        shown |= {"replies_count": counts.replies, "reblogs_count": counts.reposts, "favourites_count": counts.likes, "quotes_count": 0}
        if self._variant is Variant.GOTOSOCIAL:
            shown["text"] = status.text
        return shown


_ID = r"([A-Za-z0-9]+)"
_ROUTES = tuple(
    (method, re.compile(pattern), call, handler)
    for method, pattern, call, handler in (
        ("POST", r"/api/v1/statuses", "commit", "post"),
        ("GET", rf"/api/v1/statuses/{_ID}", "look", "read"),
        ("GET", rf"/api/v1/accounts/{_ID}/statuses", "look", "list_own"),
        ("GET", rf"/api/v1/statuses/{_ID}/source", "look", "source"),
        ("GET", rf"/api/v1/statuses/{_ID}/context", "look", "context"),
        ("PUT", rf"/api/v1/statuses/{_ID}", "edit", "edit"),
        ("DELETE", rf"/api/v1/statuses/{_ID}", "delete", "delete"),
        ("POST", r"/api/v[12]/media", "upload", "upload"),
        ("GET", rf"/api/v1/media/{_ID}", "media", "read_file"),
        ("PUT", rf"/api/v1/media/{_ID}", "media", "change_file"),
        ("GET", r"/api/v1/accounts/verify_credentials", "verify", "verify"),
        ("GET", r"/api/v1/accounts/lookup", "lookup", "lookup"),
        ("GET", r"/\.well-known/nodeinfo", "instance", "well_known"),
        ("GET", r"/nodeinfo/2\.0", "instance", "nodeinfo"),
        ("GET", r"/api/v[12]/instance", "instance", "instance"),
        ("POST", r"/api/v1/apps", "app", "register_app"),
        ("GET", r"/oauth/authorize", "authorize", "authorize"),
        ("POST", r"/oauth/token", "token", "token"),
        ("POST", r"/oauth/revoke", "revoke", "revoke"),
    )
)
