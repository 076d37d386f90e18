"""The sandbox's own addresses: faults, ledger, requests, settings, reset, and the page of what was published."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict

from sandbox.faults import BadFault, FaultBook
from sandbox.page import page
from sandbox.platform import BadSetting, Platform, World
from sandbox.wire import BadBody, Fields, Reply, Request, as_fields, reply_html, reply_json


class Control:
    """Answers everything that is not a platform's."""

    def __init__(
        self,
        world: World,
        faults: FaultBook,
        platforms: Mapping[str, Platform],
        calls: Callable[[], list[dict[str, object]]],
        reset: Callable[[], None],
    ) -> None:
        self._world = world
        self._faults = faults
        self._platforms = platforms
        self._calls = calls
        self._reset = reset

    async def answer(self, request: Request, path: str) -> Reply:
        """One of the control addresses."""
        try:
            return self._answer(request, request.method, path)
        except (BadFault, BadSetting, BadBody) as error:
            return reply_json({"error": str(error)}, 400)

    def _answer(self, request: Request, method: str, path: str) -> Reply:
        match method, path:
            case "GET", "/":
                return reply_html(page(self._world.ledger.entries, self._is_film))
            case "GET", "/_health":
                return reply_json({"sandbox": True, "platforms": list(self._platforms)})
            case "GET", "/_ledger":
                return self._ledger(request)
            case "GET", "/_requests":
                return reply_json({"requests": self._calls()})
            case "GET", "/_faults":
                return self._fault_list()
            case "POST", "/_faults":
                return self._add_faults(request)
            case "DELETE", "/_faults":
                self._faults.drop(request.query.number("id") if "id" in request.query else None)
                return self._fault_list()
            case "POST", "/_settings":
                return self._settings(request.fields)
            case "POST", "/_figures":
                return reply_json({"figures": self._world.figures.tell(request.fields)})
            case "POST", "/_reset":
                self._reset()
                return reply_json({"reset": True})
        if method == "GET" and path.startswith("/_media/"):
            return self._media(path.removeprefix("/_media/"))
        return reply_json({"error": f"sandbox: no address {path}"}, 404)

    def post_page(self, path: str) -> Reply | None:
        """What a reader sees at a post's own address."""
        found = [entry for entry in self._world.ledger.entries if entry.url == self._world.origin + path]
        return reply_html(page(found, self._is_film)) if found else None

    def _is_film(self, sha: str) -> bool:
        kept = self._world.ledger.media(sha)
        return kept is not None and kept[1].startswith("video/")

    def _ledger(self, request: Request) -> Reply:
        wanted = request.query
        entries = [
            asdict(entry)
            for entry in self._world.ledger.entries
            if wanted.text("platform", entry.platform) == entry.platform and wanted.text("account", entry.account) == entry.account
        ]
        return reply_json({"entries": entries})

    def _fault_list(self) -> Reply:
        return reply_json({"faults": [fault.as_json() for fault in self._faults.faults]})

    def _add_faults(self, request: Request) -> Reply:
        """One order, a list of orders, or `{"faults": […]}`."""
        try:
            value: object = json.loads(request.body)
        except ValueError as error:
            raise BadFault("the body is not JSON") from error
        orders = value if isinstance(value, list) else as_fields(value).items("faults") or [value]
        added = [self._faults.add(as_fields(order)) for order in orders]
        return reply_json({"faults": [fault.as_json() for fault in added], "id": added[-1].id if added else None})

    def _settings(self, order: Fields) -> Reply:
        name = order.text("platform")
        if name == "clock":
            self._set_clock(order)
        elif name in self._platforms:
            self._platforms[name].settings(order)
        else:
            raise BadSetting(f"no platform “{name}”; there are clock, {', '.join(self._platforms)}")
        return reply_json({"ok": True})

    def _set_clock(self, order: Fields) -> None:
        speed = order.raw("speed")
        self._world.clock.set(
            now=order.number("now") if "now" in order else None,
            speed=float(speed) if isinstance(speed, (int, float)) else None,
        )

    def _media(self, sha: str) -> Reply:
        kept = self._world.ledger.media(sha)
        if kept is None:
            return reply_json({"error": "sandbox: no such file"}, 404)
        content, mime = kept
        return Reply(200, content, (("cache-control", "max-age=86400"), ("x-content-type-options", "nosniff")), mime)
