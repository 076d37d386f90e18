"""Every kind of fault, before and after the act, on the publishing call of every stand-in, seen from a raw socket."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.sandbox.people import Writer, attach, chat, graph, own, picture, shelf, toot, xrpc
from tests.sandbox.wire import Ask, Ending, ask
from tests.sandbox_process import Sandbox

SECONDS = 0.25
PLATFORMS = ("bluesky", "mastodon", "gotosocial", "pixelfed", "instagram", "facebook", "model")
GRAPH = ("instagram", "facebook")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a client sees, and how many posts are public afterwards."""

    status: int | None
    ending: Ending
    public: int
    later: int | None = None
    """Public in the end, when that is more."""
    at_least: float = 0.0
    """Seconds the answer takes."""


ON_THE_WIRE = {
    ("drop", "before"): Expected(None, "reset", 0),
    ("drop", "after"): Expected(None, "reset", 1),
    ("hang", "before"): Expected(None, "reset", 0, at_least=SECONDS),
    ("hang", "after"): Expected(None, "reset", 1, at_least=SECONDS),
    ("500", "before"): Expected(500, "whole", 0),
    ("500", "after"): Expected(500, "whole", 1),
    ("429", "before"): Expected(429, "whole", 0),
    ("429", "after"): Expected(429, "whole", 1),
    ("slow", "before"): Expected(200, "whole", 1, at_least=SECONDS),
    ("slow", "after"): Expected(200, "whole", 1, at_least=SECONDS),
    ("truncate", "before"): Expected(200, "closed", 0),
    ("truncate", "after"): Expected(200, "closed", 1),
    ("late", "before"): Expected(None, "reset", 0, later=1),
    ("late", "after"): Expected(200, "whole", 1, at_least=SECONDS),
    ("html200", "before"): Expected(200, "whole", 0),
    ("html200", "after"): Expected(200, "whole", 1),
}
DEAD = {"bluesky": 400, "mastodon": 401, "gotosocial": 401, "pixelfed": 302, "instagram": 400, "facebook": 400, "model": 401}


@pytest.fixture(scope="module")
def jpeg(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One picture."""
    return picture(tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def commit(sandbox: Sandbox, jpeg: bytes) -> Iterator[Callable[[str], Ask]]:
    """The publishing call of a platform, everything before it already done."""
    with shelf({"/a.jpg": (200, "image/jpeg", jpeg)}) as files:
        yield lambda platform: _commit(sandbox, platform, jpeg, f"{files.url}/a.jpg")


def _commit(sandbox: Sandbox, platform: str, jpeg: bytes, address: str) -> Ask:
    if platform == "bluesky":
        return Writer.login(sandbox).put()
    if platform == "model":
        return chat(sandbox, "TASK\nLanguage: English (en)\nF1: we roast on Ruska street")
    if platform in GRAPH:
        sandbox.settings(platform, image_seconds=0)
        container = graph(sandbox, "POST", "me/media", host=platform, image_url=address).send().json()["id"]
        return graph(sandbox, "POST", "me/media_publish", host=platform, creation_id=container)
    sandbox.settings(platform, image_seconds=0)
    media = attach(sandbox, jpeg, server=platform).send().json()["id"]
    return toot(sandbox, server=platform, media_ids=[media], key="k1")


def _call(platform: str) -> str:
    return "chat" if platform == "model" else "commit"


def _public(sandbox: Sandbox) -> int:
    return len(sandbox.ledger())


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.02)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(("kind", "point"), ON_THE_WIRE)
def test_a_fault_shows_on_the_wire_and_in_the_ledger(
    sandbox: Sandbox, commit: Callable[[str], Ask], platform: str, kind: str, point: str
) -> None:
    request, expected = commit(platform), ON_THE_WIRE[kind, point]
    sandbox.fault(platform, _call(platform), kind, point, seconds=7 if kind == "429" else SECONDS)
    seen = request.send()
    if platform != "model":
        assert _public(sandbox) == expected.public
    assert (seen.status, seen.ending) == (expected.status, expected.ending)
    assert expected.at_least <= seen.seconds < expected.at_least + 5
    if kind == "truncate":
        assert 0 < len(seen.body) < int(seen.headers["content-length"])
    if kind == "html200":
        assert seen.headers["content-type"].startswith("text/html")
    if kind == "429":
        assert seen.headers.get("retry-after") == (None if platform == "gotosocial" else "7")
    if expected.later is not None and platform != "model":
        _until(lambda: _public(sandbox) == expected.later, "the late act")


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("kind", ["expire", "401"])
@pytest.mark.parametrize("point", ["before", "after"])
def test_a_dead_token_is_told_in_the_platforms_own_way(
    sandbox: Sandbox, commit: Callable[[str], Ask], platform: str, kind: str, point: str
) -> None:
    request = commit(platform)
    sandbox.fault(platform, _call(platform), kind, point)
    seen = request.send()
    assert seen.status == DEAD[platform]
    if platform == "bluesky":
        assert seen.json()["error"] == ("ExpiredToken" if kind == "expire" else "InvalidToken")
    if platform == "pixelfed":
        assert seen.headers["location"].endswith("/login")
    if platform in GRAPH:
        assert seen.json()["error"]["code"] == (-2 if kind == "expire" else 190)
    if platform != "model":
        assert _public(sandbox) == (point == "after")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_fault_strikes_as_often_as_asked_and_then_everything_works(sandbox: Sandbox, commit: Callable[[str], Ask], platform: str) -> None:
    request = commit(platform)
    number = sandbox.fault(platform, _call(platform), "500", count=2)
    assert [request.send().status for _ in range(3)] == [500, 500, 200]
    assert next(fault for fault in sandbox.faults() if fault["id"] == number) | {"hits": 2, "count": 0} in sandbox.faults()


def test_always_means_until_it_is_taken_back(sandbox: Sandbox) -> None:
    sandbox.fault("mastodon", "commit", "500", count=-1)
    assert {toot(sandbox).send().status for _ in range(5)} == {500}
    sandbox.calm()
    assert toot(sandbox).send().status == 200


def test_the_platforms_own_envelopes(sandbox: Sandbox, commit: Callable[[str], Ask]) -> None:
    asks = {platform: commit(platform) for platform in PLATFORMS}
    for platform in PLATFORMS:
        sandbox.fault(platform, _call(platform), "500")
    told = {platform: asks[platform].send().json() for platform in PLATFORMS}
    assert told["bluesky"] == {"error": "InternalServerError", "message": "Internal Server Error"}
    assert told["mastodon"] == told["gotosocial"] == told["pixelfed"] == {"error": "Internal Server Error"}
    assert told["instagram"]["error"] | {"code": 1, "type": "OAuthException"} == told["instagram"]["error"]
    assert told["model"]["error"]["type"] == "server_error"


def test_refusals_come_in_the_platforms_own_words(sandbox: Sandbox, commit: Callable[[str], Ask]) -> None:
    told: dict[tuple[str, str], int | None] = {}
    for platform in PLATFORMS:
        for kind in ("403", "413", "422"):
            request = commit(platform)
            sandbox.fault(platform, _call(platform), kind)
            told[platform, kind] = request.send().status
    graph_told = {(platform, kind): 403 if kind == "403" else 400 for platform in GRAPH for kind in ("403", "413", "422")}
    assert told == {(platform, kind): int(kind) for platform in PLATFORMS for kind in ("403", "413", "422")} | graph_told | {
        ("bluesky", "422"): 400,
        ("gotosocial", "422"): 400,
    }
    assert _public(sandbox) == 0


def test_a_fault_aims_at_one_post_only(sandbox: Sandbox) -> None:
    sandbox.fault("mastodon", "commit", "500", match="zażółć", count=-1)
    sandbox.fault("mastodon", "commit", "429", match="key-7", count=-1)
    assert toot(sandbox, "something else").send().status == 200
    assert toot(sandbox, "zażółć gęślą").send().status == 500
    assert toot(sandbox, "by its key", key="key-7").send().status == 429
    sandbox.fault("bluesky", "look", "500", match="3mb2vxnwx2c2b", count=-1)
    writer = Writer.login(sandbox)
    writer.put().send()
    assert writer.get().send().status == 200
    assert writer.get("3mb2vxnwx2c2b").send().status == 500


@pytest.mark.parametrize("platform", [name for name in PLATFORMS if name != "model"])
def test_a_fault_aims_at_one_account_only(sandbox: Sandbox, platform: str) -> None:
    one, other = _reads(sandbox, platform, "kawa"), _reads(sandbox, platform, "herbata")
    sandbox.fault(platform, "*", "500", count=-1, account="herbata.example" if platform == "bluesky" else "herbata")
    assert [request.send().status for request in one] == [200] * len(one)
    assert [request.send().status for request in other] == [500] * len(other)


def _reads(sandbox: Sandbox, platform: str, who: str) -> list[Ask]:
    """Calls that are made for this account: with its token, and where none is needed by its name in the address."""
    if platform == "bluesky":
        writer = Writer.login(sandbox, f"{who}.example")
        writer.put().send()
        whoami = ask("GET", f"{sandbox.at('bluesky')}/xrpc/com.atproto.server.getSession", token=writer.access)
        return [whoami, xrpc(sandbox, "com.atproto.server.refreshSession", {}, writer.refresh), writer.get()]
    if platform in GRAPH:
        page = f"sandbox-page:{who}" if platform == "facebook" else f"sandbox-{who}~1"
        return [graph(sandbox, "GET", "me", host=platform, token=f"sandbox-{who}"), graph(sandbox, "GET", "me", host=platform, token=page)]
    return [own(sandbox, "/api/v1/accounts/verify_credentials", server=platform, who=who)]


def test_a_fault_may_wait_for_another(sandbox: Sandbox) -> None:
    lost = sandbox.fault("mastodon", "commit", "500", match="lost")
    sandbox.fault("mastodon", "verify", "429", armed_by=lost)
    who = own(sandbox, "/api/v1/accounts/verify_credentials")
    assert who.send().status == 200
    assert toot(sandbox, "lost").send().status == 500
    assert [who.send().status, who.send().status] == [429, 200]


def test_generic_names_reach_the_right_calls(sandbox: Sandbox) -> None:
    for platform, alias, request in (
        ("bluesky", "token", xrpc(sandbox, "com.atproto.server.createSession", {"identifier": "a.example", "password": "x"})),
        ("mastodon", "token", own(sandbox, "/api/v1/accounts/verify_credentials")),
        ("mastodon", "container", own(sandbox, "/api/v1/media/1")),
        ("instagram", "token", graph(sandbox, "GET", "me")),
        ("instagram", "upload", graph(sandbox, "POST", "me/media")),
        ("bluesky", "look", ask("GET", f"{sandbox.at('bluesky')}/xrpc/com.atproto.repo.listRecords?repo=did:plc:a")),
    ):
        sandbox.fault(platform, alias, "drop")
        assert request.send().ending == "reset", alias


def test_every_named_call_can_be_broken(sandbox: Sandbox, jpeg: bytes) -> None:
    writer = Writer.login(sandbox)
    pds = f"{sandbox.at('bluesky')}/xrpc"
    where = f"repo={writer.did}&collection=app.bsky.feed.post"
    asks: list[tuple[str, str, Ask]] = [
        ("bluesky", "session", xrpc(sandbox, "com.atproto.server.createSession", {"identifier": "a.example", "password": "x"})),
        ("bluesky", "refresh", ask("POST", f"{pds}/com.atproto.server.refreshSession", token=writer.refresh)),
        ("bluesky", "upload", writer.upload(jpeg)),
        ("bluesky", "commit", writer.put()),
        ("bluesky", "look", writer.get()),
        ("bluesky", "list", ask("GET", f"{pds}/com.atproto.repo.listRecords?{where}")),
        ("bluesky", "resolve", ask("GET", f"{pds}/com.atproto.identity.resolveHandle?handle=a.example")),
    ]
    for server in ("mastodon", "gotosocial", "pixelfed"):
        asks += [
            (server, "instance", own(sandbox, "/api/v2/instance", server=server)),
            (server, "instance", own(sandbox, "/.well-known/nodeinfo", server=server)),
            (server, "verify", own(sandbox, "/api/v1/accounts/verify_credentials", server=server)),
            (server, "upload", attach(sandbox, jpeg, server=server)),
            (server, "media", own(sandbox, "/api/v1/media/1", server=server)),
            (server, "commit", toot(sandbox, server=server)),
            (server, "look", own(sandbox, "/api/v1/statuses/1", server=server)),
            (server, "look", own(sandbox, "/api/v1/accounts/1/statuses", server=server)),
        ]
    for host in GRAPH:
        asks += [
            (host, "me", graph(sandbox, "GET", "me", host=host)),
            (host, "quota", graph(sandbox, "GET", "me/content_publishing_limit", host=host)),
            (host, "container", graph(sandbox, "POST", "me/media", host=host)),
            (host, "status", graph(sandbox, "GET", "17000000000000000", host=host)),
            (host, "commit", graph(sandbox, "POST", "me/media_publish", host=host)),
            (host, "look", graph(sandbox, "GET", "me/media", host=host)),
            (host, "look", graph(sandbox, "GET", "18000000000000000", host=host)),
            (host, "comment", graph(sandbox, "POST", "18000000000000000/comments", host=host)),
            (host, "comments", graph(sandbox, "GET", "18000000000000000/comments", host=host)),
            (host, "refresh", graph(sandbox, "GET", "refresh_access_token", host=host)),
        ]
    asks.append(("model", "chat", chat(sandbox, "hello")))
    for platform, call, request in asks:
        sandbox.fault(platform, call, "drop")
        assert request.send().ending == "reset", f"{platform} {call}"
    assert all(fault["hits"] == 1 for fault in sandbox.faults())
    assert [(r["platform"], r["call"], r["fault"]) for r in sandbox.requests()][-len(asks) :] == [(p, c, "drop/before") for p, c, _ in asks]


def test_an_impossible_fault_is_refused_with_what_there_is(sandbox: Sandbox) -> None:
    control = f"{sandbox.url}/_faults"
    for order, word in (
        ({"platform": "myspace", "call": "commit", "kind": "drop"}, "bluesky"),
        ({"platform": "bluesky", "call": "commit", "kind": "explode"}, "truncate"),
        ({"platform": "bluesky", "call": "commit", "kind": "drop", "point": "during"}, "before"),
        ({"platform": "bluesky", "call": "commit", "kind": "garbage"}, "model"),
    ):
        seen = ask("POST", control, json_body=order).send()
        assert seen.status == 400
        assert word in seen.json()["error"]
    assert ask("POST", control, body=b"{").send().status == 400
    assert sandbox.faults() == []


def test_a_hung_call_ends_when_its_client_leaves_and_the_act_stands(sandbox: Sandbox) -> None:
    sandbox.fault("mastodon", "commit", "hang", "after", seconds=60)
    assert toot(sandbox).send(patience=0.3).ending == "silence"
    _until(lambda: sandbox.requests("mastodon")[-1]["finished"] is not None, "the call to be over")
    assert _public(sandbox) == 1


def test_a_body_that_never_arrives_whole_is_not_executed(sandbox: Sandbox) -> None:
    request = toot(sandbox)
    torn = Ask(request.method, request.url, {**request.headers, "Content-Length": "5000"}, request.body)
    assert torn.send(patience=0.3).ending == "silence"
    assert _public(sandbox) == 0
    assert sandbox.requests() == []


def test_a_slow_act_is_done_though_the_client_has_gone(sandbox: Sandbox) -> None:
    sandbox.fault("mastodon", "commit", "slow", "before", seconds=0.5)
    assert toot(sandbox).send(patience=0.1).ending == "silence"
    assert _public(sandbox) == 0
    _until(lambda: _public(sandbox) == 1, "the act")


def test_a_reset_cancels_what_would_have_come_late(sandbox: Sandbox) -> None:
    sandbox.fault("mastodon", "commit", "late", "before", seconds=0.3)
    assert toot(sandbox).send().ending == "reset"
    sandbox.reset()
    toot(sandbox, "after it").send()
    sandbox.fault("mastodon", "commit", "slow", seconds=0.4)
    toot(sandbox, "later than that").send()
    assert [entry["text"] for entry in sandbox.ledger()] == ["after it", "later than that"]
