"""Stand-in for Instagram's Graph host, once as Instagram Login and once as Facebook Login."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from sandbox.clock import SECOND
from sandbox.faults import Fault, FaultKind
from sandbox.graph import GraphError, chosen, missing
from sandbox.instagram_containers import QUOTA_SECONDS, STORY_SECONDS, Container, Containers, insights_of
from sandbox.instagram_media import Fetcher
from sandbox.instagram_rules import check_kind, check_words, children_of
from sandbox.platform import EXPIRED, WRONG, BadSetting, World, number_from
from sandbox.wire import BadBody, Fields, Reply, Request, Route, reply_json

PICTURE_SECONDS = 0.3
FILM_SECONDS = 1.0
TOKEN_SECONDS = 5_183_944
_VERSION = re.compile(r"/v\d+\.\d+(?=/)")
_PAGE = "page:"

GraphHandler = Callable[[Request, str], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Person:
    """A professional account, made when its token is first seen."""

    id: str
    name: str


class Instagram:
    """One Graph host."""

    aliases: Mapping[str, tuple[str, ...]] = {"token": ("me", "refresh", "token"), "upload": ("container",)}

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self._world = world
        self._store = Containers(world, name)
        self._fetcher = Fetcher()
        self._tasks: set[asyncio.Task[None]] = set()
        self.reset()
        self._store.restore()

    def reset(self) -> None:
        """Forget everybody."""
        for task in self._tasks:
            task.cancel()
        self._people: dict[str, Person] = {}
        self._seconds = {"image_seconds": PICTURE_SECONDS, "video_seconds": FILM_SECONDS, "read_lag_seconds": 0.0}
        self._refreshed = 0
        self._store.reset()

    def settings(self, order: Fields) -> None:
        """`image_seconds`, `video_seconds`: processing; `read_lag_seconds`; `quota_total`; `pessimistic`: a second publish doubles."""
        for name in order:
            value = order.raw(name)
            if name in self._seconds and isinstance(value, (int, float)):
                self._seconds[name] = float(value)
            elif name == "pessimistic" and isinstance(value, bool):
                self._store.pessimistic = value
            elif name == "quota_total" and isinstance(value, int):
                self._store.quota_total = value
            elif name != "platform":
                raise BadSetting(f"{self.name} has no setting “{name}” of this kind")

    def names_of(self, request: Request) -> Collection[str]:
        """By token."""
        with contextlib.suppress(GraphError, BadBody):
            person = self._me(request)
            return {person.id, person.name}
        return ()

    def failure(self, kind: FaultKind, seconds: float) -> Reply:
        """Throttled, broken, a dead token or a refusal, in the Graph API's envelope."""
        match kind:
            case FaultKind.LIMIT:
                error = GraphError(80002, "(#80002) There have been too many calls to this Instagram account.", status=429)
                return error.reply((("retry-after", str(int(seconds))),))
            case FaultKind.DEAD_TOKEN:
                return _dead_token().reply()
            case FaultKind.FORBIDDEN:
                return GraphError(200, "Permissions error", status=403).reply()
            case FaultKind.TOO_LARGE:
                return GraphError(36000, "The image is too large to download", 2207004).reply()
            case FaultKind.INVALID:
                return GraphError(36003, "The submitted image has an aspect ratio that the sandbox does not like", 2207009).reply()
        return GraphError(1, "An unknown error has occurred.", status=500).reply()

    async def misbehave(self, request: Request, route: Route, fault: Fault) -> Reply:
        """The container runs out; where there is none, the token does."""
        before = fault.point == "before"
        match route.call:
            case "container":
                return await self._expire_new(request, route)
            case "status":
                return await self._expire_around(request.path.rpartition("/")[2], request, route, before=before)
            case "commit":
                reply = await self._expire_around(request.fields.text("creation_id"), request, route, before=before)
                return reply if before else GraphError(-2, "The media you are trying to access has expired.", 2207020).reply()
        if not before:
            await route.handler(request)
        return _dead_token().reply()

    async def _expire_new(self, request: Request, route: Route) -> Reply:
        known = set(self._store.containers)
        reply = await route.handler(request)
        for name in set(self._store.containers) - known:
            self._expire_container(name)
        return reply

    async def _expire_around(self, container: str, request: Request, route: Route, *, before: bool) -> Reply:
        if before:
            self._expire_container(container)
        reply = await route.handler(request)
        self._expire_container(container)
        return reply

    def _expire_container(self, name: str) -> None:
        container = self._store.containers.get(name)
        if container is not None:
            container.expired = True
            self._store.remember(container)

    # ── finding the call ─────────────────────────────────────────────────────

    def route(self, request: Request) -> Route | None:
        """`/v25.0/{node}/{edge}`; the version may be missing."""
        self._greet(request)
        path = _VERSION.sub("", request.path, count=1).strip("/")
        node, _, edge = path.partition("/")
        found = self._edge(request.method, path) or self._edge(request.method, edge) if edge else self._node(request.method, node)
        if found is None:
            return None
        call, handler = found

        async def answer(request: Request) -> Reply:
            try:
                return await handler(request, node)
            except GraphError as error:
                return error.reply()

        return Route(call, answer)

    def _edge(self, method: str, edge: str) -> tuple[str, GraphHandler] | None:
        edges: dict[tuple[str, str], tuple[str, GraphHandler]] = {
            ("GET", "me/accounts"): ("me", self._pages),
            ("POST", "media"): ("container", self._make),
            ("GET", "media"): ("look", self._list),
            ("GET", "stories"): ("look", self._list_stories),
            ("POST", "media_publish"): ("commit", self._publish),
            ("GET", "content_publishing_limit"): ("quota", self._quota),
            ("POST", "comments"): ("comment", self._comment),
            ("POST", "replies"): ("comment", self._comment),
            ("GET", "comments"): ("comments", self._comments),
            ("GET", "replies"): ("comments", self._comments),
            ("GET", "insights"): ("figures", self._insights),
            ("GET", "oauth/access_token"): ("token", self._token),
            ("POST", "oauth/access_token"): ("token", self._token),
        }
        return edges.get((method, edge))

    def _node(self, method: str, node: str) -> tuple[str, GraphHandler] | None:
        if method == "DELETE":
            return "delete", self._delete
        named: dict[str, tuple[str, GraphHandler]] = {
            "me": ("me", self._me_node), "refresh_access_token": ("refresh", self._refresh), "access_token": ("token", self._token),
            "debug_token": ("token", self._debug_token),
        }  # fmt: skip
        if node in named:
            return named[node]
        if node in self._people:
            return "me", self._me_node
        if node in self._store.comments:
            return "comments", self._read_comment
        if node in self._store.media or node.startswith("18"):
            return "look", self._read_medium
        return "status", self._read_container

    # ── who asks ─────────────────────────────────────────────────────────────

    def _me(self, request: Request) -> Person:
        """Whoever the token belongs to. Raises GraphError."""
        token = request.bearer or request.fields.text("access_token")
        if not token:
            raise GraphError(2500, "An active access token must be used to query information about the current user.")
        if token == EXPIRED:
            raise _dead_token()
        if token == WRONG:
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", status=401)
        return self._person(token.removeprefix("sandbox-").removeprefix(_PAGE).partition("~")[0])

    def _person(self, handle: str) -> Person:
        name = handle.lstrip("@") or "sandbox"
        person = Person(number_from(self._world.seed, "instagram", name, digits=16), name)
        return self._people.setdefault(person.id, person)

    def _greet(self, request: Request) -> None:
        """Accounts exist as soon as their token is seen, so that their ids are known as such."""
        with contextlib.suppress(GraphError, BadBody):
            self._me(request)

    def _own(self, request: Request, node: str) -> Person:
        """The caller, who must be the account in the address. Raises GraphError."""
        person = self._me(request)
        if node not in {"me", person.id}:
            raise missing(node)
        return person

    async def _me_node(self, request: Request, node: str) -> Reply:
        person = self._me(request)
        if self.name == "facebook" and node == "me":
            facts: dict[str, object] = {"id": number_from(self._world.seed, "user", person.name), "name": f"{person.name} (sandbox)"}
        else:
            self._own(request, node)
            facts = {
                "id": person.id, "user_id": person.id, "username": person.name, "name": f"{person.name} (sandbox)",
                "account_type": "BUSINESS", "profile_picture_url": None, "followers_count": 0, "follows_count": 0,
                "media_count": len(self._store.listed(person.name, Fields({}), self._world.clock.now(), stories=False)),
            }  # fmt: skip
        return reply_json(chosen(facts, request.query.text("fields")), headers=_USAGE)

    async def _pages(self, request: Request, node: str) -> Reply:
        """`GET /me/accounts`: one Page, linked to the account."""
        person = self._me(request)
        if self.name != "facebook":
            raise missing("me")
        page = {
            "id": number_from(self._world.seed, "page", person.name), "name": f"{person.name} (sandbox)",
            "access_token": f"sandbox-{_PAGE}{person.name}", "tasks": ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MODERATE", "MANAGE"],
            "instagram_business_account": {"id": person.id, "username": person.name}, "category": "sandbox",
        }  # fmt: skip
        return reply_json({"data": [chosen(page, request.query.text("fields", "id,name,access_token,tasks"))], "paging": {}})

    async def _token(self, request: Request, node: str) -> Reply:
        """Code or short-lived token in, long-lived token out."""
        fields = request.fields
        given = fields.text("code") or fields.text("fb_exchange_token") or fields.text("access_token")
        if not given or given in {WRONG, EXPIRED}:
            return reply_json({"error_type": "OAuthException", "code": 400, "error_message": "Invalid authorization code"}, 400)
        person = self._person(given.removeprefix("sandbox-").partition("~")[0])
        facts = {"access_token": f"sandbox-{person.name}", "token_type": "bearer", "expires_in": TOKEN_SECONDS}
        return reply_json({**facts, "user_id": person.id, "permissions": "instagram_business_basic,instagram_business_content_publish"})

    async def _refresh(self, request: Request, node: str) -> Reply:
        """`GET /refresh_access_token`: a new token for the same account; the old one stays good."""
        person = self._me(request)
        if request.fields.text("grant_type") != "ig_refresh_token":
            raise GraphError(100, "(#100) The parameter grant_type must be ig_refresh_token")
        self._refreshed += 1
        token = f"sandbox-{person.name}~{self._refreshed}"
        return reply_json({"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS})

    async def _debug_token(self, request: Request, node: str) -> Reply:
        alive = request.query.text("input_token") not in {"", WRONG, EXPIRED}
        return reply_json({"data": {"is_valid": alive, "type": "USER", "scopes": ["instagram_basic", "instagram_content_publish"]}})

    # ── containers ───────────────────────────────────────────────────────────

    async def _make(self, request: Request, node: str) -> Reply:
        """`POST /{ig-id}/media`."""
        person, fields = self._own(request, node), request.fields
        container = self._drafted(person, fields)
        if container.media_type == "CAROUSEL":
            self._check_children(container)
            self._store.make(container)
            self._settle(container)
        elif fields.text("image_url"):
            content = await self._fetcher.picture(fields.text("image_url"), story=container.media_type == "STORIES")
            self._store.make(container)
            self._settle(container, self._world.ledger.keep(content, "image/jpeg"))
        else:
            container.film = True
            self._store.make(container)
            self._store.remember(container)
            self._start(self._fetch_film(container, fields.text("video_url")))
        return reply_json({"id": container.id}, headers=_USAGE)

    def _drafted(self, person: Person, fields: Fields) -> Container:
        media_type, child = fields.text("media_type") or "IMAGE", fields.flag("is_carousel_item")
        check_kind(media_type, fields, child=child)
        check_words(fields)
        return Container(
            id="",
            account=person.name,
            media_type=media_type,
            child=child,
            caption=fields.text("caption"),
            alt=fields.text("alt_text"),
            is_ai_generated=fields.flag("is_ai_generated"),
            children=children_of(fields) if media_type == "CAROUSEL" else (),
            created_at=self._world.clock.now(),
        )

    def _check_children(self, container: Container) -> None:
        if not 2 <= len(container.children) <= 10:
            raise GraphError(100, f"A carousel has 2 to 10 items, not {len(container.children)}", 2207028)
        for name in container.children:
            child = self._store.own(container.account, name)
            if not child.child:
                raise GraphError(100, f"The container {name} was not made as a carousel item")
            if self._store.status(child) == "IN_PROGRESS":
                raise GraphError(9007, f"The carousel item {name} is not ready", 2207027)
            if self._store.status(child) != "FINISHED":
                raise GraphError(24, f"The media with id {name} cannot be found", 2207006)

    async def _fetch_film(self, container: Container, url: str) -> None:
        try:
            content = await self._fetcher.film(url, story=container.media_type == "STORIES")
        except GraphError as error:
            container.error = f"Error: Media upload has failed with error code {error.subcode}: {error}"
            self._store.remember(container)
        else:
            self._settle(container, self._world.ledger.keep(content, "video/mp4"))

    def _settle(self, container: Container, sha: str = "") -> None:
        """What it is made of is here; processing takes a little longer."""
        container.sha = sha
        seconds = self._seconds["video_seconds" if container.film else "image_seconds"]
        container.ready_at = self._world.clock.now() + int(seconds * SECOND)
        self._store.remember(container)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read_container(self, request: Request, node: str) -> Reply:
        """`GET /{container-id}?fields=status_code,status`."""
        container = self._store.own(self._me(request).name, node)
        return reply_json(chosen(self._store.as_json(container), request.query.text("fields")), headers=_USAGE)

    # ── publishing and reading back ──────────────────────────────────────────

    async def _publish(self, request: Request, node: str) -> Reply:
        """`POST /{ig-id}/media_publish`: the act."""
        medium = self._store.publish(self._own(request, node).name, request.fields.text("creation_id"))
        return reply_json({"id": medium.id}, headers=_USAGE)

    async def _quota(self, request: Request, node: str) -> Reply:
        """`GET /{ig-id}/content_publishing_limit`."""
        usage = self._store.quota_usage(self._own(request, node).name)
        config = {"quota_total": self._store.quota_total, "quota_duration": QUOTA_SECONDS}
        return reply_json({"data": [{"quota_usage": usage, "config": config}]}, headers=_USAGE)

    async def _list(self, request: Request, node: str) -> Reply:
        return self._listed(request, node, stories=False)

    async def _list_stories(self, request: Request, node: str) -> Reply:
        return self._listed(request, node, stories=True)

    def _listed(self, request: Request, node: str, *, stories: bool) -> Reply:
        """Newest first, with `since`, `limit` and `after`, as far as the read lag lets see."""
        person, query = self._own(request, node), request.query
        until = self._world.clock.now() - int(self._seconds["read_lag_seconds"] * SECOND)
        media = self._store.listed(person.name, query, until, stories=stories)
        start = next((n + 1 for n, medium in enumerate(media) if medium.id == query.text("after")), 0)
        shown = media[start : start + max(1, min(100, query.number("limit", 25)))]
        data = [chosen(self._store.medium_json(medium), query.text("fields")) for medium in shown]
        paging = {"cursors": {"before": shown[0].id, "after": shown[-1].id}} if shown else {}
        return reply_json({"data": data, **({"paging": paging} if paging else {})}, headers=_USAGE)

    async def _read_medium(self, request: Request, node: str) -> Reply:
        medium = self._store.medium(node)
        if medium.container.account != self._me(request).name:
            raise missing(node)
        return reply_json(chosen(self._store.medium_json(medium), request.query.text("fields")), headers=_USAGE)

    async def _insights(self, request: Request, node: str) -> Reply:
        """`GET /{media-id}/insights`: one metric that this kind of post does not have fails the whole call; stories tell for a day."""
        medium = self._store.medium(node)
        if medium.container.account != self._me(request).name:
            raise missing(node)
        told = insights_of(medium, self._world.counts(self.name, node))
        wanted = [name for name in request.query.text("metric").split(",") if name]
        if not wanted or any(name not in told for name in wanted):
            raise GraphError(100, f"(#100) metric[0] must be one of the following values: {', '.join(told)}")
        if medium.story and self._world.clock.now() - medium.at > STORY_SECONDS * SECOND:
            raise missing(node)
        data = [
            {"name": name, "period": "lifetime", "values": [{"value": told[name]}], "title": name, "id": f"{node}/insights/{name}/lifetime"}
            for name in wanted
        ]
        return reply_json({"data": data}, headers=_USAGE)

    async def _delete(self, request: Request, node: str) -> Reply:
        """`DELETE /{media-id}`: Facebook Login only."""
        person = self._me(request)
        if self.name != "facebook" or self._store.medium(node).container.account != person.name:
            raise missing(node)
        self._store.delete(node)
        return reply_json({"success": True})

    async def _comment(self, request: Request, node: str) -> Reply:
        """`POST /{media-id}/comments` and `POST /{comment-id}/replies`."""
        comment = self._store.comment(self._me(request).name, node, request.fields.text("message"))
        return reply_json({"id": comment.id}, headers=_USAGE)

    async def _comments(self, request: Request, node: str) -> Reply:
        self._me(request)
        if node not in self._store.comments:
            self._store.medium(node)
        shown = self._store.comments_of(node)[: max(1, min(50, request.query.number("limit", 50)))]
        fields = request.query.text("fields", "id,text,timestamp")
        return reply_json({"data": [chosen(self._store.comment_json(comment), fields) for comment in shown]}, headers=_USAGE)

    async def _read_comment(self, request: Request, node: str) -> Reply:
        self._me(request)
        return reply_json(chosen(self._store.comment_json(self._store.comments[node]), request.query.text("fields", "id,text")))


_USAGE = (("x-app-usage", '{"call_count":1,"total_time":1,"total_cputime":1}'),)


def _dead_token() -> GraphError:
    return GraphError(190, "Error validating access token: Session has expired on Sunday, 22-Nov-26 00:00:00 PST.", 463)
