"""A Graph host on loopback that does exactly what a test says: containers with states, a list, errors, silence."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.adapters.loopback import Seen, Writer, reply, serve

USER = "17841400000000001"
DATE = "Sun, 22 Nov 2026 10:00:00 GMT"
STAMP = "2026-11-22T10:00:02+0000"

Said = tuple[int, object]
"""Status and body; status 0 hangs up without an answer."""


def error(code: int, subcode: int | None = None, status: int = 400) -> Said:
    """An error of the platform."""
    return status, {"error": {"code": code, "error_subcode": subcode, "message": "said the stage", "type": "OAuthException"}}


DROP: Said = (0, "")


@dataclass(slots=True)
class Call:
    """One call as the stage saw it."""

    name: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    token: str


@dataclass(slots=True)
class Stage:
    """What happens next, and what happened."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    script: dict[str, list[Said]] = field(default_factory=dict)
    """Name of a call (see `_name`) → answers it gives before the usual one."""
    states: dict[str, str] = field(default_factory=dict)
    """Container → status_code."""
    texts: dict[str, str] = field(default_factory=dict)
    """Container → status."""
    media: list[dict[str, str]] = field(default_factory=list)
    stories: list[dict[str, str]] = field(default_factory=list)
    comments: list[dict[str, str]] = field(default_factory=list)
    unseen: bool = False
    """Publishing makes nothing appear in the lists."""
    late: bool = False
    """Publishing acts although the scripted answer is an error."""
    username: str = "kawa"
    _forms: dict[str, dict[str, str]] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(18000000000000001))

    def names(self, *leave_out: str) -> list[str]:
        """Calls in order."""
        return [call.name for call in self.calls if call.name not in leave_out]

    def forms(self, name: str) -> list[dict[str, str]]:
        """Forms of one kind of call."""
        return [call.form for call in self.calls if call.name == name]

    def answer(self, call: Call) -> Said:
        """The scripted answer, or the usual one."""
        scripted = self.script.get(call.name)
        if scripted:
            if self.late:
                self._act(call)
            return scripted.pop(0)
        return self._act(call)

    def _act(self, call: Call) -> Said:
        match call.name:
            case "quota":
                return 200, {"data": [{"quota_usage": 2, "config": {"quota_total": 50, "quota_duration": 86400}}]}
            case "container":
                return self._create(call.form)
            case "status":
                return self._status(call.path)
            case "publish":
                return self._publish(call.form.get("creation_id", ""))
            case "list":
                return 200, {"data": self.media}
            case "stories":
                return 200, {"data": self.stories}
            case "comment":
                made = self._new_id()
                self.comments.insert(0, {"id": made, "text": call.form["message"], "timestamp": STAMP, "username": self.username})
                return 200, {"id": made}
            case "comments":
                return 200, {"data": self.comments}
            case "media":
                return 200, next((m for m in self.media + self.stories if m["id"] == call.path), {"id": call.path})
            case "me":
                return 200, {"user_id": USER, "username": self.username, "name": "Kawa", "account_type": "BUSINESS"}
            case "refresh":
                return 200, {"access_token": "renewed", "token_type": "bearer", "expires_in": 5183944}
            case _:
                return 200, {"data": []}

    def _create(self, form: dict[str, str]) -> Said:
        made = self._new_id()
        self.states.setdefault(made, "FINISHED")
        self._forms[made] = form
        return 200, {"id": made}

    def _status(self, container: str) -> Said:
        if container not in self.states:
            return error(100, 33)
        return 200, {"id": container, "status_code": self.states[container], "status": self.texts.get(container, "")}

    def _publish(self, container: str) -> Said:
        if self.states.get(container) != "FINISHED":
            return error(24, 2207008)
        self.states[container] = "PUBLISHED"
        made, form = self._new_id(), self._forms[container]
        kind = form.get("media_type", "IMAGE")
        one = {"id": made, "timestamp": STAMP, "permalink": f"https://www.instagram.com/p/{made}/"}
        if not self.unseen and kind == "STORIES":
            self.stories.insert(0, one)
        elif not self.unseen:
            product = "REELS" if kind == "REELS" else "FEED"
            self.media.insert(0, {**one, "caption": form.get("caption", ""), "media_product_type": product})
        return 200, {"id": made}

    def _new_id(self) -> str:
        return str(next(self._ids))


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """A stage that listens."""
    played = Stage()

    async def script(seen: Seen, writer: Writer) -> None:
        call = _call(seen, played)
        played.calls.append(call)
        status, body = played.answer(call)
        if status == 0:
            writer.close()
            return
        reply(writer, status, body, {"Date": DATE, "Content-Type": "application/json"})

    async with serve(script) as server:
        played.url = server.url
        yield played


def _call(seen: Seen, played: Stage) -> Call:
    parts = urlsplit(seen.target)
    path = parts.path.removeprefix("/v25.0/").strip("/")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    form = dict(parse_qsl(seen.body.decode(), keep_blank_values=True))
    token = seen.headers.get("authorization", "").removeprefix("Bearer ")
    return Call(_name(seen.method, path, played), path.partition("/")[0], query, form, token)


def _name(method: str, path: str, played: Stage) -> str:
    last = path.rpartition("/")[2]
    named = {
        ("POST", "media"): "container",
        ("POST", "media_publish"): "publish",
        ("POST", "comments"): "comment",
        ("GET", "content_publishing_limit"): "quota",
        ("GET", "media"): "list",
        ("GET", "accounts"): "pages",
        ("GET", "refresh_access_token"): "refresh",
    }
    if (method, last) in named:
        return named[method, last]
    if last in {"stories", "comments", "me"}:
        return last
    return "status" if last in played.states else "media"
