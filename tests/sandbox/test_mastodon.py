"""Mastodon's stand-in and its two cousins: keys, files, texts, listings."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.mastodon_text import html, length
from tests.sandbox.people import attach, film, own, picture, toot
from tests.sandbox.wire import Seen, ask
from tests.sandbox_process import Sandbox

SERVERS = ("mastodon", "gotosocial", "pixelfed")


@pytest.fixture(scope="module")
def jpeg(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One picture."""
    return picture(tmp_path_factory.mktemp("pictures"))


def _texts(sandbox: Sandbox, server: str = "mastodon") -> list[str]:
    return [entry["text"] for entry in sandbox.ledger(server)]


def _error(seen: Seen) -> tuple[int | None, str]:
    return seen.status, seen.json()["error"]


def _ready(sandbox: Sandbox, jpeg: bytes, server: str = "mastodon") -> str:
    sandbox.settings(server, image_seconds=0)
    return str(attach(sandbox, jpeg, server=server).send().json()["id"])


# ── which software ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(("server", "most", "per_url"), [("mastodon", 500, 23), ("gotosocial", 5000, 25), ("pixelfed", 500, 23)])
def test_a_server_says_what_it_is_and_what_it_allows(sandbox: Sandbox, server: str, most: int, per_url: int) -> None:
    link = own(sandbox, "/.well-known/nodeinfo", server=server).send().json()["links"][0]["href"]
    assert ask("GET", link).send().json()["software"]["name"] == server
    statuses = own(sandbox, "/api/v2/instance", server=server).send().json()["configuration"]["statuses"]
    assert (statuses["max_characters"], statuses["characters_reserved_per_url"]) == (most, per_url)
    assert own(sandbox, "/api/v1/instance", server=server).send().json()["title"] == "sandbox"


@pytest.mark.parametrize("token", ["wrong", "expired", ""])
def test_a_dead_token(sandbox: Sandbox, token: str) -> None:
    for server, status in (("mastodon", 401), ("gotosocial", 401), ("pixelfed", 302)):
        seen = ask("GET", f"{sandbox.at(server)}/api/v1/accounts/verify_credentials", token=token).send()
        assert seen.status == status
        assert seen.headers.get("location", "").endswith("/login") == (server == "pixelfed")


def test_a_token_is_whoever_it_names(sandbox: Sandbox) -> None:
    first = own(sandbox, "/api/v1/accounts/verify_credentials").send().json()
    address = own(sandbox, "/api/v1/accounts/verify_credentials", who="@kawa@social.example").send().json()
    other = own(sandbox, "/api/v1/accounts/verify_credentials", who="bosko").send().json()
    assert first["acct"] == address["acct"] == "kawa"
    assert first["id"] == address["id"] != other["id"]


def test_signing_in_with_a_code(sandbox: Sandbox) -> None:
    base = sandbox.at("mastodon")
    app = ask("POST", f"{base}/api/v1/apps", form={"client_name": "x", "redirect_uris": "http://127.0.0.1:1/cb"}).send().json()
    asked = (
        f"{base}/oauth/authorize?response_type=code&redirect_uri=http://127.0.0.1:1/cb&state=s&login_hint=kawa&client_id={app['client_id']}"
    )
    assert ask("GET", asked).send().headers["location"] == "http://127.0.0.1:1/cb?code=kawa&state=s"
    told = ask("POST", f"{base}/oauth/token", form={"grant_type": "authorization_code", "code": "kawa"}).send().json()
    assert told["access_token"] == "sandbox-kawa"
    assert ask("POST", f"{base}/oauth/token", form={"code": "wrong"}).send().json()["error"] == "invalid_grant"


# ── keys ─────────────────────────────────────────────────────────────────────


def test_mastodon_gives_the_first_status_again_whatever_the_body(sandbox: Sandbox) -> None:
    first = toot(sandbox, "one", key="k").send().json()
    assert toot(sandbox, "two", key="k").send().json()["id"] == first["id"]
    assert toot(sandbox, "one", key="k", who="bosko").send().json()["id"] != first["id"]
    assert _texts(sandbox) == ["one", "one"]


def test_a_key_of_mastodon_lives_an_hour(sandbox: Sandbox) -> None:
    toot(sandbox, "one", key="k").send()
    now = int(time.time() * 1_000_000)
    sandbox.settings("clock", now=now + 3_590 * 1_000_000)
    toot(sandbox, "one", key="k").send()
    assert len(sandbox.ledger()) == 1
    sandbox.settings("clock", now=now + 3_620 * 1_000_000)
    toot(sandbox, "one", key="k").send()
    assert len(sandbox.ledger()) == 2


def test_a_key_whose_status_was_deleted_leads_nowhere(sandbox: Sandbox) -> None:
    status = toot(sandbox, "one", key="k").send().json()["id"]
    assert own(sandbox, f"/api/v1/statuses/{status}", method="DELETE").send().json()["text"] == "one"
    assert _error(toot(sandbox, "one", key="k").send()) == (404, "Record not found")
    assert own(sandbox, f"/api/v1/statuses/{status}", method="DELETE").send().status == 404
    assert sandbox.ledger()[0]["flags"]["deleted"] is True


def test_a_key_at_work_is_locked(sandbox: Sandbox) -> None:
    sandbox.settings("mastodon", work_seconds=0.4)
    seen: list[Seen] = []
    racers = [threading.Thread(target=lambda: seen.append(toot(sandbox, "one", key="k").send())) for _ in range(3)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(str(answer.status) for answer in seen) == ["200", "503", "503"]
    assert _texts(sandbox) == ["one"]


def test_gotosocial_ignores_keys(sandbox: Sandbox) -> None:
    answers = [toot(sandbox, "one", key="k", server="gotosocial").send().json() for _ in range(3)]
    assert len({answer["id"] for answer in answers}) == 3
    assert {answer["text"] for answer in answers} == {"one"}
    assert _texts(sandbox, "gotosocial") == ["one"] * 3


def test_pixelfed_takes_a_key_before_the_work(sandbox: Sandbox, jpeg: bytes) -> None:
    media = _ready(sandbox, jpeg, "pixelfed")
    assert toot(sandbox, "no photo", key="k", server="pixelfed").send().status == 422
    assert _error(toot(sandbox, "photo", key="k", server="pixelfed", media_ids=[media]).send()) == (400, "Duplicate idempotency key.")
    assert toot(sandbox, "photo", key="k2", server="pixelfed", media_ids=[media]).send().status == 200
    assert _texts(sandbox, "pixelfed") == ["photo"]


# ── files ────────────────────────────────────────────────────────────────────


def test_a_file_is_processed_before_it_can_be_posted(sandbox: Sandbox, jpeg: bytes) -> None:
    sandbox.settings("mastodon", image_seconds=30)
    uploaded = attach(sandbox, jpeg, alt="a cup").send()
    media = uploaded.json()["id"]
    assert (uploaded.status, uploaded.json()["url"], uploaded.json()["description"]) == (202, None, "a cup")
    assert own(sandbox, f"/api/v1/media/{media}").send().status == 206
    early = toot(sandbox, media_ids=[media]).send()
    assert (early.status, "have not finished processing" in early.json()["error"]) == (422, True)
    sandbox.settings("clock", now=int((time.time() + 60) * 1_000_000))
    ready = own(sandbox, f"/api/v1/media/{media}").send()
    assert ready.status == 200
    assert ask("GET", ready.json()["url"]).send().body == jpeg
    assert toot(sandbox, media_ids=[media]).send().json()["media_attachments"][0]["id"] == media
    assert sandbox.ledger()[0]["alt"] == ["a cup"]


def test_films_take_longer(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.settings("mastodon", image_seconds=0, video_seconds=30)
    assert attach(sandbox, film(tmp_path), mime="video/mp4").send().status == 202
    assert attach(sandbox, picture(tmp_path)).send().status == 200


@pytest.mark.parametrize(("server", "status"), [("mastodon", 422), ("gotosocial", 400)])
def test_a_file_belongs_to_one_status(sandbox: Sandbox, jpeg: bytes, server: str, status: int) -> None:
    media = _ready(sandbox, jpeg, server)
    assert toot(sandbox, media_ids=[media], server=server).send().status == 200
    code, words = _error(toot(sandbox, media_ids=[media], server=server).send())
    assert code == status
    assert "already attached" in words
    assert own(sandbox, f"/api/v1/media/{media}", server=server).send().status == 404


def test_files_that_nobody_could_show_are_refused(sandbox: Sandbox, jpeg: bytes, tmp_path: Path) -> None:
    sandbox.settings("mastodon", image_seconds=0, video_seconds=0)
    assert attach(sandbox, b"not a picture").send().status == 422
    assert attach(sandbox, b"%PDF", mime="application/pdf").send().status == 422
    assert attach(sandbox, jpeg, alt="x" * 1501).send().status == 422
    pictures = [attach(sandbox, jpeg).send().json()["id"] for _ in range(5)]
    moving = attach(sandbox, film(tmp_path), mime="video/mp4").send().json()["id"]
    assert "more than 4" in toot(sandbox, media_ids=pictures).send().json()["error"]
    assert "video" in toot(sandbox, media_ids=[pictures[0], moving]).send().json()["error"]
    assert "not found" in toot(sandbox, media_ids=["123"]).send().json()["error"]
    assert toot(sandbox, media_ids=pictures[:4]).send().status == 200


def test_an_alt_text_can_be_changed_before_posting(sandbox: Sandbox, jpeg: bytes) -> None:
    media = _ready(sandbox, jpeg)
    change = own(sandbox, f"/api/v1/media/{media}", method="PUT")
    ask("PUT", change.url, token="sandbox-kawa", json_body={"description": "a better one"}).send()
    toot(sandbox, media_ids=[media]).send()
    assert sandbox.ledger()[0]["alt"] == ["a better one"]


# ── texts ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "per_url", "count"),
    [
        ("hello", 23, 5),
        ("https://example.org/" + "x" * 200, 23, 23),
        ("see https://a.example/x, please", 23, 4 + 23 + 8),
        ("(https://en.wikipedia.org/wiki/Cup_(disambiguation))", 23, 25),
        ("hi @kawa@social.example!", 23, 3 + 5 + 1),
        ("👨‍👩‍👧‍👦é", 23, 2),
        ("http://a.example https://b.example", 25, 51),
        ("mail me at a@b.example", 23, 22),
    ],
)
def test_counting(text: str, per_url: int, count: int) -> None:
    assert length(text, per_url) == count


@pytest.mark.parametrize(("server", "most", "status"), [("mastodon", 500, 422), ("gotosocial", 5000, 400)])
def test_the_warning_counts_too(sandbox: Sandbox, server: str, most: int, status: int) -> None:
    assert toot(sandbox, "x" * (most - 2), spoiler_text="ab", server=server).send().status == 200
    code, words = _error(toot(sandbox, "x" * (most - 2), spoiler_text="abc", server=server).send())
    assert code == status
    assert str(most) in words


@pytest.mark.parametrize(
    "body",
    [
        {"status": "  "},
        {"visibility": "everybody"},
        {"scheduled_at": "2030-01-01T00:00:00Z"},
        {"poll": {"options": ["a"], "expires_in": 600}},
        {"poll": {"options": ["a", "a"], "expires_in": 600}},
        {"poll": {"options": ["a", "b" * 51], "expires_in": 600}},
        {"poll": {"options": ["a", "b"], "expires_in": 10}},
    ],
    ids=str,
)
def test_what_cannot_be_posted(sandbox: Sandbox, body: dict[str, Any]) -> None:
    request = toot(sandbox, **{"text" if name == "status" else name: value for name, value in body.items()})
    assert request.send().status == 422
    assert sandbox.ledger() == []


def test_a_poll_and_everything_else_about_a_post(sandbox: Sandbox) -> None:
    poll = {"options": ["tea", "coffee"], "expires_in": 600, "multiple": True}
    seen = toot(sandbox, "which?", poll=poll, visibility="unlisted", language="pl", sensitive=True, spoiler_text="drinks").send().json()
    assert [option["title"] for option in seen["poll"]["options"]] == ["tea", "coffee"]
    assert (seen["visibility"], seen["language"], seen["spoiler_text"], seen["poll"]["multiple"]) == ("unlisted", "pl", "drinks", True)
    flags = sandbox.ledger()[0]["flags"]
    assert flags == {"visibility": "unlisted", "language": "pl", "sensitive": True, "spoiler_text": "drinks", "poll": ["tea", "coffee"]}


def test_a_form_works_like_json(sandbox: Sandbox) -> None:
    form = {"status": "which?", "poll[options][]": "tea", "poll[expires_in]": "600"}
    assert ask("POST", f"{sandbox.at('mastodon')}/api/v1/statuses", token="sandbox-kawa", form=form).send().status == 422
    assert ask("POST", f"{sandbox.at('mastodon')}/api/v1/statuses", token="sandbox-kawa", form={"status": "zażółć"}).send().status == 200
    assert _texts(sandbox) == ["zażółć"]


def test_gotosocial_is_unlisted_unless_told(sandbox: Sandbox) -> None:
    for server, visibility in (("mastodon", "public"), ("gotosocial", "unlisted")):
        assert toot(sandbox, server=server, visibility="").send().json()["visibility"] == visibility


def test_html_as_a_reader_gets_it() -> None:
    shown = html(
        "One & two\nline\n\nhttps://example.org/a/very/long/path/to/something.html, #Kawa @kawa @other@far.example", "http://s", {"kawa"}
    )
    assert shown.startswith("<p>One &amp; two<br />line</p><p><a href=")
    assert '<span class="invisible">https://</span><span class="ellipsis">example.org/a/very/long/path/t</span>' in shown
    assert "</a>, " in shown
    assert 'href="http://s/tags/kawa" class="mention hashtag" rel="tag">#<span>Kawa</span>' in shown
    assert 'class="u-url mention">@<span>kawa</span>' in shown
    assert shown.endswith("@other@far.example</p>")


# ── reading back ─────────────────────────────────────────────────────────────


def test_a_thread_hangs_together(sandbox: Sandbox) -> None:
    first = toot(sandbox, "one").send().json()["id"]
    second = toot(sandbox, "two", in_reply_to_id=first).send().json()
    assert second["in_reply_to_id"] == first
    context = own(sandbox, f"/api/v1/statuses/{first}/context").send().json()
    assert [status["id"] for status in context["descendants"]] == [second["id"]]
    assert toot(sandbox, "lost", in_reply_to_id="77").send().status == 404
    assert [(entry["kind"], entry["reply_to"]) for entry in sandbox.ledger()] == [("post", None), ("reply", first)]


@pytest.mark.parametrize("server", ["mastodon", "gotosocial"])
def test_a_listing_from_an_anchor(sandbox: Sandbox, server: str) -> None:
    ids = [toot(sandbox, str(n), server=server).send().json()["id"] for n in range(5)]
    me = own(sandbox, "/api/v1/accounts/verify_credentials", server=server).send().json()["id"]

    def listed(query: str) -> list[str]:
        return [status["id"] for status in own(sandbox, f"/api/v1/accounts/{me}/statuses?{query}", server=server).send().json()]

    assert listed("") == ids[::-1]
    assert listed(f"since_id={ids[1]}&exclude_reblogs=true") == ids[:1:-1]
    assert listed(f"since_id={ids[1]}&limit=2") == ids[:2:-1]
    assert listed(f"max_id={ids[2]}") == ids[1::-1]
    assert listed(f"min_id={ids[0]}&limit=2") == [ids[2], ids[1]]


def test_a_listing_can_be_behind(sandbox: Sandbox) -> None:
    sandbox.settings("mastodon", read_lag_seconds=30)
    status = toot(sandbox, "one").send().json()["id"]
    me = own(sandbox, "/api/v1/accounts/verify_credentials").send().json()["id"]
    listing = own(sandbox, f"/api/v1/accounts/{me}/statuses")
    assert listing.send().json() == []
    assert own(sandbox, f"/api/v1/statuses/{status}").send().status == 200
    sandbox.settings("clock", now=int((time.time() + 40) * 1_000_000))
    assert [shown["id"] for shown in listing.send().json()] == [status]


def test_who_sees_what_is_private(sandbox: Sandbox) -> None:
    status = toot(sandbox, "secret", visibility="private").send().json()["id"]
    me = own(sandbox, "/api/v1/accounts/verify_credentials").send().json()["id"]
    assert own(sandbox, f"/api/v1/statuses/{status}").send().status == 200
    assert own(sandbox, f"/api/v1/statuses/{status}", who="bosko").send().status == 404
    assert len(own(sandbox, f"/api/v1/accounts/{me}/statuses").send().json()) == 1
    assert own(sandbox, f"/api/v1/accounts/{me}/statuses", who="bosko").send().json() == []
    assert own(sandbox, f"/api/v1/statuses/{status}/source").send().json()["text"] == "secret"


def test_pixelfed_has_no_source(sandbox: Sandbox, jpeg: bytes) -> None:
    status = toot(sandbox, media_ids=[_ready(sandbox, jpeg, "pixelfed")], server="pixelfed").send().json()["id"]
    assert own(sandbox, f"/api/v1/statuses/{status}/source", server="pixelfed").send().status == 404


def test_an_edit_keeps_the_id_and_shows_in_the_ledger(sandbox: Sandbox) -> None:
    status = toot(sandbox, "one").send().json()["id"]
    edit = ask("PUT", f"{sandbox.at('mastodon')}/api/v1/statuses/{status}", token="sandbox-kawa", json_body={"status": "two"}).send().json()
    assert (edit["id"], edit["edited_at"] is not None) == (status, True)
    [entry] = sandbox.ledger()
    assert (entry["text"], entry["flags"]["text"], entry["flags"]["edited"]) == ("one", "two", True)


@pytest.mark.parametrize("server", SERVERS)
def test_limits_are_told_as_an_instant(sandbox: Sandbox, server: str) -> None:
    headers = own(sandbox, "/api/v2/instance", server=server).send().headers
    assert headers["x-ratelimit-reset"].endswith("Z")
    sandbox.fault(server, "instance", "429", seconds=9)
    limited = own(sandbox, "/api/v2/instance", server=server).send().headers
    assert limited["x-ratelimit-remaining"] == "0"
    assert ("retry-after" in limited) == (server != "gotosocial")
