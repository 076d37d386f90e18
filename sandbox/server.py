"""The sandbox's front door: finds the stand-in, lets faults strike, keeps the list of calls, answers."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache

from starlette.types import Receive, Scope, Send

from sandbox.control import Control
from sandbox.echo import echoing
from sandbox.exchange import Exchange, Gone
from sandbox.faults import REFUSALS, SCRIPTED, Fault, FaultBook, FaultKind
from sandbox.platform import Platform, World
from sandbox.wire import BadBody, Reply, Request, Route, reply_html, reply_json

KEPT_CALLS = 200_000
_PROXY_PAGE = "<!doctype html><title>sandbox</title><h1>Welcome to the sandbox's captive portal</h1><p>This is a page, not an answer.</p>"
_UNSEEN = reply_json({"sandbox": "this answer was cut before it said anything"})


@dataclass(slots=True)
class Call:
    """One line of `GET /_requests`."""

    n: int
    platform: str
    call: str
    method: str
    path: str
    at: int
    """Arrival, UTC microseconds of the sandbox's clock."""
    started: int
    finished: int | None = None
    status: int | None = None
    """None: no status was sent."""
    fault: str | None = None
    """`kind/point` of the fault that struck."""


class Sandbox:
    """The ASGI application."""

    def __init__(self, world: World, platforms: Sequence[Platform]) -> None:
        self._world = world
        self._platforms = {platform.name: platform for platform in platforms}
        self.faults = FaultBook({name: platform.aliases for name, platform in self._platforms.items()})
        self._calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self._numbers = itertools.count(1)
        self._bare = 0
        self._behind: set[asyncio.Task[Reply]] = set()
        self._control = Control(world, self.faults, self._platforms, self.calls, self.reset)

    def calls(self) -> list[dict[str, object]]:
        """Everything that was asked, oldest first."""
        return [asdict(call) for call in self._calls]

    def reset(self) -> None:
        """As freshly started."""
        for task in self._behind:
            task.cancel()
        self._calls.clear()
        self.faults.drop()
        self._world.ledger.clear()
        self._world.clock.reset()
        self._world.figures.reset()
        for platform in self._platforms.values():
            platform.reset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        exchange = Exchange(scope, receive, send)
        try:
            body = await exchange.body()
        except Gone:
            return
        if scope["path"] == "/bare" and scope["method"] == "POST":
            await self._answer_bare(exchange)
            return
        prefix, _, rest = scope["path"].removeprefix("/").partition("/")
        request = self._request(scope, body, prefix, rest)
        platform = self._platforms.get(prefix)
        if platform is None:
            await self._send(exchange, await self._control.answer(request, scope["path"]))
        else:
            await self._serve(exchange, platform, request)

    def _request(self, scope: Scope, body: bytes, prefix: str, rest: str) -> Request:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        base = f"{self._world.origin}/{prefix}"
        return Request(scope["method"], "/" + rest, scope["query_string"].decode("latin-1"), headers, body, base)

    async def _answer_bare(self, exchange: Exchange) -> None:
        self._bare += 1
        await self._send(exchange, reply_json({"id": str(self._bare)}))

    async def _serve(self, exchange: Exchange, platform: Platform, request: Request) -> None:
        route = platform.route(request)
        if route is None:
            seen = self._control.post_page(exchange.scope["path"]) if request.method == "GET" else None
            await self._send(exchange, seen or reply_json({"error": "sandbox: no such address here", "path": request.path}, 404))
            return
        now = self._world.clock.now()
        call = Call(next(self._numbers), platform.name, route.call, request.method, request.path, now, now)
        self._calls.append(call)
        fault = self.faults.take(platform.name, route.call, request, cache(lambda: platform.names_of(request)))
        if fault is None:
            await self._send(exchange, await _act(route, request), call)
        else:
            call.fault = f"{fault.kind}/{fault.point}"
            await _Strike(self, exchange, platform, request, route, call).run(fault)
        call.finished = self._world.clock.now()

    async def _send(self, exchange: Exchange, reply: Reply, call: Call | None = None) -> None:
        if call is not None:
            call.status = reply.status
        await exchange.answer(reply, self._world.clock.http_date())

    async def _send_half(self, exchange: Exchange, reply: Reply, call: Call) -> None:
        call.status = reply.status
        await exchange.half(reply, self._world.clock.http_date())

    def _do_later(self, route: Route, request: Request, seconds: float) -> None:
        async def later() -> Reply:
            await asyncio.sleep(seconds)
            return await _act(route, request)

        task = asyncio.create_task(later())
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)


@dataclass(frozen=True, slots=True)
class _Strike:
    """A fault at work on one call."""

    sandbox: Sandbox
    exchange: Exchange
    platform: Platform
    request: Request
    route: Route
    call: Call

    async def run(self, fault: Fault) -> None:
        """Carry it out."""
        if fault.kind is FaultKind.EXPIRE or fault.kind in SCRIPTED:
            await self._send(await self.platform.misbehave(self.request, self.route, fault))
        elif fault.point == "before":
            await self._before(fault)
        else:
            await self._end(fault, await _act(self.route, self.request))

    async def _before(self, fault: Fault) -> None:
        """Only `slow` and `late` let the act happen, and `late` only when nobody listens any more."""
        if fault.kind is FaultKind.LATE:
            self.sandbox._do_later(self.route, self.request, fault.seconds)
            await self.exchange.drop()
        elif fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
            await self._send(await _act(self.route, self.request))
        else:
            await self._end(fault, _UNSEEN)

    async def _end(self, fault: Fault, reply: Reply) -> None:
        """What the client gets to see of `reply`."""
        match fault.kind:
            case FaultKind.DROP:
                await self.exchange.drop()
            case FaultKind.HANG:
                await self.exchange.left(fault.seconds)
                await self.exchange.drop()
            case kind if kind in REFUSALS or kind in {FaultKind.ERROR, FaultKind.LIMIT}:
                failure = self.platform.failure(kind, fault.seconds)
                await self._send(echoing(failure, self.request) if fault.echo else failure)
            case FaultKind.SLOW | FaultKind.LATE:
                await asyncio.sleep(fault.seconds)
                await self._send(reply)
            case FaultKind.TRUNCATE:
                await self.sandbox._send_half(self.exchange, reply, self.call)
            case FaultKind.HTML:
                await self._send(reply_html(_PROXY_PAGE))
            case _:
                await self._send(await _act(self.route, self.request))

    async def _send(self, reply: Reply) -> None:
        await self.sandbox._send(self.exchange, reply, self.call)


async def _act(route: Route, request: Request) -> Reply:
    try:
        return await route.handler(request)
    except BadBody as error:
        return reply_json({"error": f"InvalidRequest: {error}", "message": str(error)}, 400)
