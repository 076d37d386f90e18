"""`daypart daemon` as a process, and what comes of posts: sent once, asked about, missed, never doubled."""

from __future__ import annotations

import json
import signal
import socket
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.daypart.rig import BRIEF, TEASER, Place, Service, entry, said, tomorrow, until

DAY = 86_400_000_000
"""Microseconds."""


def published(place: Place, *keys: str) -> None:
    """Wait until they are public."""
    until(lambda: all(place.state(key) == "published" for key in keys), f"{', '.join(keys)} to be published")


def by_hand(place: Place, text: str) -> str:
    """Post as somebody would in the platform's own app; returns its address."""

    def ask(call: str, body: dict[str, Any], token: str = "") -> Any:
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        request = urllib.request.Request(place.sandbox.at("bluesky") + f"/xrpc/{call}", json.dumps(body).encode(), headers)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return json.load(answer)

    session = ask("com.atproto.server.createSession", {"identifier": "kawa.example", "password": "sandbox-kawa.example"})
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": now}
    order = {"repo": session["did"], "collection": "app.bsky.feed.post", "record": record}
    return str(ask("com.atproto.repo.createRecord", order, session["accessJwt"])["uri"])


def test_it_tells_systemd_and_ends_in_order(planned: Place) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(planned.root / "notify"))
        listener.settimeout(20)
        started = time.monotonic()
        service = Service(planned, {}, {"NOTIFY_SOCKET": str(planned.root / "notify")})
        assert listener.recv(100) == b"READY=1"
        assert time.monotonic() - started < 2 + 8  # 2 s is the promise; the rest is for a busy computer
        assert f"publishing (process {service.pid})" in planned("status").out or "running" in planned("status").out
        second = planned("daemon", code=75)
        assert "error: A publishing service runs already: process" in second.err
        assert str(service.pid) in second.err
        service.stop()
        received = []
        while b"STOPPING=1" not in received:
            received.append(listener.recv(100))
    assert "is not running" in planned("status").out


def test_sigterm_lets_what_has_begun_end(planned: Place) -> None:
    planned.send(TEASER)
    planned.sandbox.fault("bluesky", "commit", "slow", seconds=2)
    with planned.service() as service:
        until(lambda: planned.state(TEASER) == "sending", "the post to be on its way")
        service.send(signal.SIGTERM)
        until(lambda: not service.alive, "the service to end")
    assert planned.state(TEASER) == "published"
    assert planned.texts() == ["Something is coming"]


def test_killed_and_started_again(planned: Place) -> None:
    with planned.service() as service:
        service.stop(signal.SIGKILL)
    planned.send(TEASER)
    with planned.service():
        published(planned, TEASER)
    view = planned.show(TEASER)
    assert view["remote_url"].startswith("http")
    assert view["published_at"] is not None
    assert planned.texts() == ["Something is coming"]
    assert "published" in planned("history", TEASER).out


def test_a_model_s_draft_that_nobody_approved_is_missed(place: Place) -> None:
    place.campaign(entry("ratio", BRIEF))
    place.connect()
    place("apply", "--yes")
    place("draft", "autumn/ratio")
    place("accept", str(place("drafts", "--json").json["proposals"][0]["id"]))
    place("apply", "--yes")
    key = "autumn/ratio@bs-kawa"
    assert place.show(key)["ai"] == "AI-generated"
    place.set_clock(3 * DAY)
    with place.service():
        until(lambda: place.state(key) == "missed", "the draft to be listed as missed")
    assert place.texts() == []
    view = place.show(key)
    assert view["approval"] is None
    assert "approved" in view["reason"]
    assert "missed" in place("outbox").out


@pytest.mark.parametrize("leap", [2 * DAY, -2 * DAY], ids=["forward", "back"])
def test_a_clock_that_jumps_sends_nothing_early(planned: Place, leap: int) -> None:
    planned.approve(TEASER)
    planned.set_clock(0)
    with planned.service() as service:
        planned.set_clock(leap)
        until(lambda: "clock" in service.words, "the service to notice")
        assert planned.texts() == []
        planned.set_clock(0)
        planned.send(TEASER)
        published(planned, TEASER)
    assert planned.texts() == ["Something is coming"]


def test_renamed_repeated_and_added_again(planned: Place) -> None:
    planned.send(TEASER)
    with planned.service():
        published(planned, TEASER)
        planned("apply", "--yes")
        planned.campaign(entry("opening", said("Something is coming")), moved="moved: [{ from: teaser, to: opening }]\n")
        planned("apply", "--yes")
        assert planned.state("autumn/opening@bs-kawa") == "published"
        planned.campaign(entry("other", said("Another thing")))
        planned("apply", "--yes", "--allow-cancel", "9")
        planned.campaign(entry("other", said("Another thing")), entry("again", said("Something is coming"), at=tomorrow(10)))
        assert "error[E307]" in planned("apply", "--yes", code=65).out
        planned.send("autumn/other@bs-kawa")
        published(planned, "autumn/other@bs-kawa")
    assert planned.texts() == ["Something is coming", "Another thing"]


def test_what_only_a_person_can_know(place: Place) -> None:
    words = {"a": "First we open the door", "b": "Then we light the oven", "c": "At last there is bread"}
    place.campaign(*(entry(post, said(text)) for post, text in words.items()))
    place.connect()
    place("apply", "--yes")
    keys = {post: f"autumn/{post}@bs-kawa" for post in words}
    addresses = {post: by_hand(place, text) for post, text in words.items()}
    with place.service():
        for key in keys.values():
            place.send(key)
        until(lambda: all(place.state(key) == "ask" for key in keys.values()), "all three to be asked about")
        asked = place.show(keys["a"])
        assert asked["reason"]
        assert asked["next"]
        assert place("status", "--json").json["needs_you"] == 3
        place("resolve", keys["a"], "--published", addresses["a"])
        place("resolve", keys["b"], "--drop")
        place("resolve", keys["c"], "--send-again")
        until(lambda: place.state(keys["c"]) in {"published", "ask"}, "the third to be settled")
    assert place.state(keys["a"]) == "published"
    assert place.show(keys["a"])["remote_id"] == addresses["a"]
    assert place.state(keys["b"]) == "cancelled"
    assert sorted(place.texts()).count(words["a"]) == 1
    assert place.texts().count(words["b"]) == 1
    assert place.texts().count(words["c"]) == (2 if place.state(keys["c"]) == "published" else 1)


def test_the_brake_holds_the_service(planned: Place) -> None:
    planned("hold", "--reason", "Storm")
    planned.send(TEASER)
    with planned.service():
        by_hand(planned, "Posted elsewhere, to see that time passes")
        assert planned.state(TEASER) == "queued"
    assert planned.texts() == ["Posted elsewhere, to see that time passes"]


def test_a_platform_that_forgets_us(planned: Place, tmp_path: Path) -> None:
    planned.sandbox.fault("bluesky", "commit", "expire", count=-1)
    planned.sandbox.fault("bluesky", "refresh", "expire", count=-1)
    planned.sandbox.fault("bluesky", "session", "expire", count=-1)
    planned.send(TEASER)
    with planned.service():
        until(lambda: "connected again" in planned("account", "list").out, "the account to ask for a new sign-in")
        assert planned.texts() == []
        assert "daypart account connect bs-kawa" in planned("outbox").out + planned("account", "list").out
        planned.sandbox.calm()
        planned.connect()
        published(planned, TEASER)
    assert planned.texts() == ["Something is coming"]
