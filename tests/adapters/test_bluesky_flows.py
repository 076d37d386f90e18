"""What only Bluesky does: app passwords, the account's own server, dead blobs, mentions, foreign records."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.bluesky.adapter import Bluesky
from adapters.bluesky.session import Session, expiry, home_of
from adapters.contract import (
    Account,
    CannotTell,
    CommitClass,
    Credentials,
    Disclosure,
    Done,
    Found,
    NotSent,
    Outcome,
    Publication,
    Published,
    Receipt,
    Refused,
    Retry,
    Target,
    TokenDead,
    Unknown,
)
from adapters.errors import ConnectError
from adapters.http import Http
from config.options import BlueskyOptions
from config.resolved import Link
from tests.adapters.contract import NoHost, Sandbox, StandIn, sandbox, sandbox_url
from tests.adapters.delivery import Delivery
from tests.adapters.loopback import Seen, Writer, reply, serve

__all__ = ["sandbox", "sandbox_url"]

DID = "did:plc:kawa"
DUE = 1_795_341_600_000_000
POST = Publication("a/b@bs", "post", 1, 1, "Hi", (), ("pl",), None, BlueskyOptions(), Disclosure(), Target("bluesky", DID), DUE)


def account(url: str, **changes: object) -> Account:
    plain = Account("bs", "bluesky", "kawa.example", url, ("pl",), remote_id=DID, credentials=Credentials("a", "r", "abcd-efgh-ijkl-mnop"))
    return replace(plain, **changes)  # type: ignore[arg-type]


async def answered(status: int, body: object, headers: dict[str, str] | None = None, post: Publication = POST) -> Outcome:
    """What the commit makes of one answer."""

    async def script(_: Seen, writer: Writer) -> None:
        reply(writer, status, body, headers)

    async with serve(script) as server, Http() as http:
        return await Delivery(Bluesky(account(server.url), http, NoHost()), post).commit()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"uri": "at://did:plc:other/app.bsky.feed.post/3l", "cid": "b"}, Unknown),
        (200, {"cid": "b"}, Unknown),
        (200, "<html>", Unknown),
        (201, {}, Unknown),
        (302, "", Unknown),
        (400, {"error": "InvalidSwap"}, Unknown),
        (400, {"error": "SomethingNew"}, Unknown),
        (400, "<html>", Unknown),
        (400, {"error": "ExpiredToken"}, TokenDead),
        (400, {"error": "InvalidToken"}, TokenDead),
        (400, {"error": "AccountDeactivated"}, TokenDead),
        (401, {"error": "AuthMissing"}, TokenDead),
        (401, "", TokenDead),
        (400, {"error": "InvalidRequest", "message": "Record/text must not be longer"}, Refused),
        (413, {"error": "PayloadTooLarge"}, Refused),
        (413, "<html>", Unknown),
        (408, "", Unknown),
        (500, {"error": "InternalServerError"}, Unknown),
        (502, {"error": "InvalidRequest"}, Unknown),
        (503, "", Unknown),
    ],
)
async def test_each_answer_to_a_commit_has_its_class(status: int, body: object, kind: type) -> None:
    outcome = await answered(status, body)
    assert isinstance(outcome, kind), outcome
    assert outcome.reason  # type: ignore[union-attr]


async def test_another_record_at_our_key_is_looked_at_at_once() -> None:
    outcome = await answered(400, {"error": "InvalidSwap"})
    assert isinstance(outcome, Unknown)
    assert outcome.hint


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "77"}, 77.0),
        ({"RateLimit-Reset": "1795341660", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 60.0),
        ({}, 300.0),
    ],
)
async def test_a_limit_says_how_long(headers: dict[str, str], seconds: float) -> None:
    outcome = await answered(429, {"error": "RateLimitExceeded"}, headers)
    assert getattr(outcome, "after", None) == seconds


async def test_not_connected_is_a_dead_token() -> None:
    async with Http() as http:
        bare = Bluesky(account("http://127.0.0.1:1", credentials=None), http, NoHost())
        assert isinstance(await Delivery(bare, POST).commit(), TokenDead)


class TestAgainstTheStandIn(StandIn):
    """Flows that need a server with a memory."""

    platform = prefix = "bluesky"
    options = BlueskyOptions()
    commit_class = CommitClass.HANDLE

    @pytest.fixture
    async def bluesky(self, sandbox: Sandbox) -> AsyncIterator[Bluesky]:
        async with Http() as http:
            adapter = await self.connected(sandbox, http)
            assert isinstance(adapter, Bluesky)
            yield adapter

    async def test_identical_records_are_one_success(self, sandbox: Sandbox, bluesky: Bluesky, tmp_path: Path) -> None:
        first, second = (Delivery(bluesky, self.publication(bluesky, tmp_path)) for _ in range(2))
        one, two = await first.publish(), await second.publish()
        assert isinstance(one, Published)
        assert isinstance(two, Published)
        assert one.receipt.extra == two.receipt.extra
        assert len(await sandbox.ledger("bluesky")) == 1

    async def test_a_different_record_at_the_key_is_never_adopted(self, bluesky: Bluesky, tmp_path: Path) -> None:
        await Delivery(bluesky, self.publication(bluesky, tmp_path, "first")).publish()
        second = Delivery(bluesky, self.publication(bluesky, tmp_path, "second"))
        assert isinstance(outcome := await second.publish(), Unknown)
        assert outcome.hint
        assert isinstance(look := await second.look(), Found)
        assert not look.same

    async def test_the_key_stays_when_the_time_moves(self, bluesky: Bluesky, tmp_path: Path) -> None:
        delivery = Delivery(bluesky, self.publication(bluesky, tmp_path))
        await delivery.prepare()
        key = bluesky.commit_handle(delivery.publication, delivery.journal)
        delivery.publication = replace(delivery.publication, due=DUE + 3_600_000_000)
        assert bluesky.commit_handle(delivery.publication, delivery.journal) == key

    async def test_mentions_become_dids_and_unknown_ones_stay_text(self, sandbox: Sandbox, bluesky: Bluesky, tmp_path: Path) -> None:
        text = f"Hi @{self.handle} and @nobody.com"
        delivery = Delivery(bluesky, self.publication(bluesky, tmp_path, text))
        assert isinstance(await delivery.publish(), Published)
        (step,) = (entry for entry in delivery.entries if entry.name.startswith("mentions:"))
        assert step.detail == {self.handle: self._connected.remote_id}

    async def test_a_dead_name_server_does_not_hold_a_post_back(self, sandbox: Sandbox, bluesky: Bluesky, tmp_path: Path) -> None:
        await sandbox.fault("bluesky", "resolve", "500", count=-1)
        publication = self.publication(bluesky, tmp_path, f"Hi @{self.handle}")
        delivery = Delivery(bluesky, publication)
        (step,) = (s for s in bluesky.safe_steps(publication, delivery.journal) if s.name.startswith("mentions:"))
        for _ in range(2):
            assert isinstance(await delivery.run(step), Retry)
        assert isinstance(await delivery.run(step), Done)

    async def test_lost_pictures_are_uploaded_again(self, sandbox: Sandbox, bluesky: Bluesky, tmp_path: Path) -> None:
        picture = self.picture(tmp_path)
        delivery = Delivery(bluesky, self.publication(bluesky, tmp_path, media=(picture,)))
        await delivery.prepare()
        at = next(n for n, entry in enumerate(delivery.entries) if entry.name.startswith("upload:"))
        good = delivery.entries[at]
        delivery.entries[at] = replace(good, handle="bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy")
        outcome = await delivery.commit()
        assert isinstance(outcome, NotSent), outcome
        assert outcome.rebuild == (good.name,)
        assert isinstance(await delivery.publish(), Published)

    async def test_a_picture_is_never_silently_left_out(self, sandbox: Sandbox, bluesky: Bluesky, tmp_path: Path) -> None:
        delivery = Delivery(bluesky, self.publication(bluesky, tmp_path, media=(self.picture(tmp_path),)))
        outcome = await delivery.commit()
        assert isinstance(outcome, NotSent)
        assert len(outcome.rebuild) == 1
        assert await sandbox.ledger("bluesky") == []

    async def test_a_parent_that_a_person_pointed_out_is_read_first(self, sandbox: Sandbox, bluesky: Bluesky, tmp_path: Path) -> None:
        one = await Delivery(bluesky, self.publication(bluesky, tmp_path, "one")).publish()
        assert isinstance(one, Published)
        rkey = one.receipt.extra["uri"].rpartition("/")[2]
        pointed = Receipt(f"https://bsky.app/profile/{self.handle}/post/{rkey}", None)
        changes = {"key": "autumn/tasting@acc-kawa/2", "part": 2, "parts": 2, "kind": "part", "root": pointed, "parent": pointed}
        assert isinstance(await Delivery(bluesky, self.publication(bluesky, tmp_path, "two", **changes)).publish(), Published)
        entries = await sandbox.ledger("bluesky")
        assert entries[1].reply_to is not None

    async def test_a_link_becomes_a_card(self, bluesky: Bluesky, tmp_path: Path) -> None:
        linked = self.publication(bluesky, tmp_path, "", link=Link("https://kawa.example/tasting", "Tasting", ""))
        assert bluesky.check(linked) == []
        delivery = Delivery(bluesky, linked)
        assert isinstance(await delivery.publish(), Published)
        assert isinstance(look := await delivery.look(), Found)
        assert look.same

    async def test_a_link_that_pictures_push_out_is_a_warning(self, bluesky: Bluesky, tmp_path: Path) -> None:
        linked = self.publication(bluesky, tmp_path, "See", link=Link("https://kawa.example"), media=(self.picture(tmp_path),))
        assert [problem.code for problem in bluesky.check(linked)] == ["W502"]

    async def test_the_refresh_token_being_dead_the_app_password_helps(self, sandbox: Sandbox, bluesky: Bluesky) -> None:
        await sandbox.fault("bluesky", "refresh", "expire")
        fresh = await bluesky.refresh()
        assert fresh is not None
        assert fresh.app_password == self.secret
        assert fresh.expires_at is not None

    async def test_a_server_that_is_down_does_not_end_the_session(self, sandbox: Sandbox, bluesky: Bluesky) -> None:
        await sandbox.fault("bluesky", "refresh", "500")
        with pytest.raises(ConnectError) as caught:
            await bluesky.refresh()
        assert not caught.value.relogin

    async def test_a_revoked_app_password_needs_the_user(self, sandbox: Sandbox) -> None:
        async with Http() as http:
            dead = replace(self.account(sandbox.url), remote_id=DID, credentials=Credentials("a", "dead", "wrong"))
            with pytest.raises(ConnectError) as caught:
                await Bluesky(dead, http, NoHost()).refresh()
        assert caught.value.relogin

    async def test_a_handle_that_nobody_has_is_not_called_a_wrong_password(self, sandbox: Sandbox) -> None:
        async with Http() as http:
            for handle, said in (("kawa.bsky.socail", "nobody is called kawa.bsky.socail"), ("kawa.example", "did not accept the handle")):
                somebody = replace(self.account(sandbox.url), handle=handle)
                with pytest.raises(ConnectError, match=said) as caught:
                    await Bluesky(somebody, http, NoHost()).connect("wrong")
                assert caught.value.relogin


SESSION = {"accessJwt": "a", "refreshJwt": "r", "did": DID, "handle": "kawa.example"}


def document(endpoint: str) -> dict[str, object]:
    return {"service": [{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": endpoint}]}


@pytest.mark.parametrize(
    ("endpoint", "adopted"),
    [
        ("https://pds.example/", "https://pds.example"),
        ("http://pds.example", ""),
        ("javascript:x", ""),
        ("http://127.0.0.1:9", "http://127.0.0.1:9"),
    ],
)
async def test_only_a_server_that_tokens_may_go_to_is_adopted(endpoint: str, adopted: str) -> None:
    async def script(_: Seen, writer: Writer) -> None:
        reply(writer, 200, {**SESSION, "didDoc": document(endpoint)})

    async with serve(script) as server, Http() as http:
        connection = await Bluesky(account(server.url), http, NoHost()).connect("abcd-efgh-ijkl-mnop")
    assert connection.facts["pds"] == (adopted or server.url)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "https://localhost", "https://[::1]:443"])
def test_a_server_on_the_internet_cannot_send_tokens_to_this_computer(endpoint: str) -> None:
    session = Session.model_validate({**SESSION, "didDoc": document(endpoint)})
    assert home_of("https://bsky.social", session) == "https://bsky.social"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"error": "AuthFactorTokenRequired"}, "main password"),
        (401, {"error": "AuthenticationRequired"}, "did not accept"),
        (400, {"error": "AccountTakedown"}, "taken down"),
        (200, {**SESSION, "active": False, "status": "deactivated"}, "deactivated"),
        (200, {"accessJwt": "a"}, "answered 200"),
        (429, {"error": "RateLimitExceeded"}, "too many"),
    ],
)
async def test_every_failed_sign_in_is_a_sentence(status: int, body: object, words: str) -> None:
    async def script(_: Seen, writer: Writer) -> None:
        reply(writer, status, body)

    async with serve(script) as server, Http() as http:
        with pytest.raises(ConnectError, match=words) as caught:
            await Bluesky(account(server.url), http, NoHost()).connect("my main password")
    assert "my main password" not in f"{caught.value} {caught.value.hint}"


def test_expiry_of_a_token() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1_795_341_600}).encode()).decode().rstrip("=")
    assert expiry(f"h.{claims}.s") == DUE
    for odd in ("", "a.b", "a.%%%.c", "a.e30.c", "a.W10.c"):
        assert expiry(odd) is None


async def test_the_look_needs_no_token() -> None:
    async def script(_: Seen, writer: Writer) -> None:
        reply(writer, 200, "<html>")

    async with serve(script) as server, Http() as http:
        assert isinstance(await Bluesky(account(server.url), http, NoHost()).look_up(POST, Delivery(None, POST).journal), CannotTell)  # type: ignore[arg-type]
    assert "authorization" not in server.seen[0].headers
