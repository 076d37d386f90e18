"""Bluesky's stand-in: sessions that age, records with a key of the writer's own, and the server's checks."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from sandbox.cid import blob_cid, record_cid
from tests.sandbox.people import TID, Writer, picture, xrpc
from tests.sandbox.wire import Seen, ask
from tests.sandbox_process import Sandbox


@pytest.fixture
def writer(sandbox: Sandbox) -> Writer:
    """Kawa, logged in."""
    return Writer.login(sandbox)


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return value


def _error(seen: Seen) -> tuple[int | None, str]:
    return seen.status, seen.json()["error"]


def test_content_identifiers_are_the_real_ones() -> None:
    """Both are published values: the bytes of “hello world”, and an empty map."""
    assert blob_cid(b"hello world") == "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
    assert record_cid({}) == "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"


def test_a_session_says_where_its_server_is_and_when_it_ends(sandbox: Sandbox) -> None:
    told = xrpc(sandbox, "com.atproto.server.createSession", {"identifier": "@kawa.example", "password": "abcd"}).send().json()
    services = {service["id"]: service["serviceEndpoint"] for service in told["didDoc"]["service"]}
    assert services["#atproto_pds"] == sandbox.at("bluesky")
    assert told["handle"] == "kawa.example"
    assert told["did"].startswith("did:plc:")
    access, refresh = _claims(told["accessJwt"]), _claims(told["refreshJwt"])
    assert access["exp"] - access["iat"] == 7_200
    assert refresh["exp"] - refresh["iat"] == 90 * 86_400


@pytest.mark.parametrize("password", ["wrong", "expired", ""])
def test_a_wrong_password_is_401(sandbox: Sandbox, password: str) -> None:
    seen = xrpc(sandbox, "com.atproto.server.createSession", {"identifier": "kawa.example", "password": password}).send()
    assert _error(seen) == (401, "AuthenticationRequired")


def test_an_access_token_runs_out_and_is_renewed(sandbox: Sandbox) -> None:
    sandbox.settings("bluesky", access_seconds=0)
    stale = Writer.login(sandbox)
    assert _error(stale.put().send()) == (400, "ExpiredToken")
    sandbox.settings("bluesky", access_seconds=60)
    renewed = ask("POST", f"{sandbox.at('bluesky')}/xrpc/com.atproto.server.refreshSession", token=stale.refresh).send().json()
    assert Writer(sandbox, renewed["did"], renewed["accessJwt"], renewed["refreshJwt"]).put().send().status == 200


def test_a_refresh_whose_answer_was_lost_can_be_asked_again(sandbox: Sandbox, writer: Writer) -> None:
    refresh = ask("POST", f"{sandbox.at('bluesky')}/xrpc/com.atproto.server.refreshSession", token=writer.refresh)
    sandbox.fault("bluesky", "refresh", "drop", "after")
    assert refresh.send().status is None
    first, second = refresh.send().json(), refresh.send().json()
    assert first["refreshJwt"] == second["refreshJwt"] != writer.refresh
    sandbox.settings("bluesky", grace_seconds=0)
    again = ask("POST", refresh.url, token=first["refreshJwt"])
    assert again.send().status == 200
    assert _error(again.send()) == (400, "ExpiredToken")


def test_tokens_are_not_interchangeable(sandbox: Sandbox, writer: Writer) -> None:
    refresh = f"{sandbox.at('bluesky')}/xrpc/com.atproto.server.refreshSession"
    assert _error(ask("POST", refresh, token=writer.access).send()) == (400, "InvalidToken")
    assert _error(Writer(sandbox, writer.did, writer.refresh, "").put().send()) == (400, "InvalidToken")
    assert _error(Writer(sandbox, writer.did, "made.up.token", "").put().send()) == (400, "InvalidToken")
    assert _error(Writer(sandbox, writer.did, "", "").put().send()) == (401, "AuthMissing")
    assert _error(Writer(sandbox, "did:plc:somebodyelse", writer.access, "").put().send()) == (401, "AuthenticationRequired")


def test_the_same_record_twice_is_one_post(sandbox: Sandbox, writer: Writer) -> None:
    first, second = writer.put().send().json(), writer.put().send().json()
    assert first["uri"] == second["uri"] == f"at://{writer.did}/app.bsky.feed.post/{TID}"
    assert first["cid"] == second["cid"]
    assert "commit" in first
    assert "commit" not in second
    assert [(entry["id"], entry["account"], entry["text"]) for entry in sandbox.ledger("bluesky")] == [
        (first["uri"], "kawa.example", "hello")
    ]


def test_another_record_under_the_key_is_refused(sandbox: Sandbox, writer: Writer) -> None:
    writer.put().send()
    assert _error(writer.put("something else").send()) == (400, "InvalidSwap")
    assert [entry["text"] for entry in sandbox.ledger()] == ["hello"]


def test_a_known_version_can_be_replaced(sandbox: Sandbox, writer: Writer) -> None:
    cid = writer.put().send().json()["cid"]
    order = json.loads(writer.put("edited").body) | {"swapRecord": cid}
    assert xrpc(sandbox, "com.atproto.repo.putRecord", order, writer.access).send().status == 200
    assert writer.get().send().json()["value"]["text"] == "edited"
    [entry] = sandbox.ledger()
    assert (entry["text"], entry["flags"]["edited"], entry["flags"]["text"]) == ("hello", True, "edited")


def test_create_record_hides_a_taken_key_behind_500(sandbox: Sandbox, writer: Writer) -> None:
    order = json.loads(writer.put().body)
    create = xrpc(sandbox, "com.atproto.repo.createRecord", order, writer.access)
    assert create.send().status == 200
    assert _error(create.send()) == (500, "InternalServerError")


def test_reading_needs_no_token_and_absence_is_400(sandbox: Sandbox, writer: Writer) -> None:
    assert _error(writer.get().send()) == (400, "RecordNotFound")
    cid = writer.put(langs=["en"]).send().json()["cid"]
    seen = writer.get().send()
    assert (seen.status, seen.json()["cid"], seen.json()["value"]["langs"]) == (200, cid, ["en"])
    assert "date" in seen.headers


def test_listing_and_deleting(sandbox: Sandbox, writer: Writer) -> None:
    keys = ["3mb2vxnwx2c2a", "3mb2vxnwx2c2b", "3mb2vxnwx2c2c"]
    for key in keys:
        writer.put(key, key).send()
    base = {"repo": writer.did, "collection": "app.bsky.feed.post", "limit": "2"}
    listing = f"{sandbox.at('bluesky')}/xrpc/com.atproto.repo.listRecords?"
    page = ask("GET", listing + urlencode(base)).send().json()
    rest = ask("GET", listing + urlencode({**base, "cursor": page["cursor"]})).send().json()
    assert [record["value"]["text"] for record in [*page["records"], *rest["records"]]] == keys[::-1]
    delete = xrpc(sandbox, "com.atproto.repo.deleteRecord", {**base, "rkey": keys[0]}, writer.access)
    assert delete.send().status == 200
    assert delete.send().json() == {}
    assert writer.get(keys[0]).send().status == 400
    assert [entry["flags"].get("deleted", False) for entry in sandbox.ledger()] == [True, False, False]


def test_handles_are_found_or_not(sandbox: Sandbox, writer: Writer) -> None:
    resolve = f"{sandbox.at('bluesky')}/xrpc/com.atproto.identity.resolveHandle?handle="
    assert ask("GET", resolve + "kawa.example").send().json() == {"did": writer.did}
    assert ask("GET", resolve + "anybody.example").send().status == 200
    assert _error(ask("GET", resolve + "kawa.com").send()) == (400, "HandleNotFound")
    Writer.login(sandbox, "kawa.com")
    assert ask("GET", resolve + "kawa.com").send().status == 200


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 300, None),
        ("x" * 301, "grapheme too big (maximum 300, got 301)"),
        ("👨‍👩‍👧‍👦" * 120, None),
        ("👨‍👩‍👧‍👦" * 200, "string too big (maximum 3000, got 5000)"),
    ],
    ids=["fits", "301", "families", "too many bytes"],
)
def test_text_is_counted_in_graphemes_and_bytes(writer: Writer, text: str, message: str | None) -> None:
    seen = writer.put(text).send()
    if message is None:
        assert seen.status == 200
    else:
        assert _error(seen) == (400, "InvalidRequest")
        assert message in seen.json()["message"]


@pytest.mark.parametrize(
    "record",
    [
        {"createdAt": "2026-11-22 10:00"},
        {"createdAt": "2026-11-22T10:00:00"},
        {"createdAt": "2026-13-22T10:00:00Z"},
        {"langs": ["en", "pl", "de", "fr"]},
        {"tags": [str(n) for n in range(9)]},
        {"facets": [{"index": {"byteStart": -1, "byteEnd": 2}, "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "a"}]}]},
        {"facets": [{"index": {"byteStart": 0, "byteEnd": 2}, "features": [{"$type": "app.bsky.richtext.facet#link"}]}]},
        {"facets": [{"index": {"byteStart": 0, "byteEnd": 2}, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "kawa"}]}]},
        {"reply": {"root": {"uri": "at://x", "cid": "b"}}},
        {"labels": {"values": [{"val": "x"}] * 11}},
        {"embed": {"images": []}},
        {"embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://a.example", "title": "t"}}},
        {"createdAt": 1.5},
        {"text": 5},
    ],
    ids=lambda record: ", ".join(record),
)
def test_a_record_that_breaks_the_lexicon_is_refused(sandbox: Sandbox, writer: Writer, record: dict[str, Any]) -> None:
    order = json.loads(writer.put().body)
    order["record"] |= record
    assert _error(xrpc(sandbox, "com.atproto.repo.putRecord", order, writer.access).send()) == (400, "InvalidRequest")
    assert sandbox.ledger() == []


def test_a_facet_outside_the_text_is_taken_silently(writer: Writer) -> None:
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example"}
    assert writer.put(facets=[{"index": {"byteStart": 900, "byteEnd": 950}, "features": [feature]}]).send().status == 200


def test_a_key_that_is_no_tid_is_refused(writer: Writer) -> None:
    for key in ("launch", "zzzzzzzzzzzzz", "3mb2vxnwx2c2", ""):
        expected = 200 if key == "" else 400
        assert writer.put(rkey=key).send().status == expected, key


def test_pictures_are_content_addressed_and_must_be_here(sandbox: Sandbox, writer: Writer, tmp_path: Path) -> None:
    content = picture(tmp_path)
    first, again = writer.upload(content).send().json()["blob"], writer.upload(content).send().json()["blob"]
    assert first == again
    assert first["ref"]["$link"] == blob_cid(content)
    image = {"image": first, "alt": "a cup", "aspectRatio": {"width": 4, "height": 4}}
    post = writer.put(embed={"$type": "app.bsky.embed.images", "images": [image, {**image, "alt": ""}]})
    sandbox.settings("bluesky", collect_blobs=True)
    assert _error(post.send()) == (400, "BlobNotFound")
    writer.upload(content).send()
    assert post.send().status == 200
    [entry] = sandbox.ledger()
    assert entry["media"] == [hashlib.sha256(content).hexdigest()] * 2
    assert entry["alt"] == ["a cup", ""]


def test_too_many_or_too_large_pictures_are_refused(sandbox: Sandbox, writer: Writer) -> None:
    blob = writer.upload(b"x" * 2_000_001).send().json()["blob"]
    large = writer.put(embed={"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": ""}]}).send()
    assert "blob too big (maximum 2000000, got 2000001)" in large.json()["message"]
    small = writer.upload(b"y").send().json()["blob"]
    five = writer.put(embed={"$type": "app.bsky.embed.images", "images": [{"image": small, "alt": ""}] * 5}).send()
    assert "array too big (maximum 4, got 5)" in five.json()["message"]
    sandbox.settings("bluesky", blob_upload_limit=10)
    assert _error(writer.upload(b"z" * 11).send()) == (413, "PayloadTooLarge")


def test_a_reply_names_what_it_answers(sandbox: Sandbox, writer: Writer) -> None:
    first = writer.put().send().json()
    there = {"uri": first["uri"], "cid": first["cid"]}
    writer.put("two", "3mb2vxnwx2c2b", reply={"root": there, "parent": there}).send()
    assert [(entry["kind"], entry["reply_to"]) for entry in sandbox.ledger()] == [("post", None), ("reply", first["uri"])]


def test_limits_are_told(writer: Writer) -> None:
    headers = writer.put().send().headers
    assert headers["ratelimit-policy"] == "5000;w=3600"
    assert int(headers["ratelimit-reset"]) > 1_700_000_000
