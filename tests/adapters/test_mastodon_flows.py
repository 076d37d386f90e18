"""What only Mastodon and its relatives do: keys that echo, keys that are ignored, processing, polls, limits of a server, sign-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.contract import (
    Absent,
    Account,
    CannotTell,
    CommitClass,
    Credentials,
    Disclosure,
    Done,
    Found,
    Limited,
    NotSent,
    Outcome,
    Publication,
    Published,
    Rebuild,
    Refused,
    Retry,
    StepResult,
    Target,
    TokenDead,
    Unknown,
)
from adapters.errors import ConnectError
from adapters.http import Http
from adapters.mastodon.adapter import Mastodon
from adapters.mastodon.facts import Facts, facts_of, limits_of
from adapters.mastodon_oauth import begin, exchange, register
from config.options import MastodonOptions, Poll
from tests.adapters.contract import Entry, NoHost, Sandbox, StandIn, sandbox, sandbox_url
from tests.adapters.delivery import Delivery
from tests.adapters.loopback import Script, Seen, Writer, reply, serve

__all__ = ["sandbox", "sandbox_url"]

DUE = 1_795_341_600_000_000
REAL = {"software": "mastodon", "version": "4.6.2"}
POST = Publication("a/b@ms", "post", 1, 1, "Hi", (), ("pl",), None, MastodonOptions(), Disclosure(), Target("mastodon", "7@s"), DUE)
NOON, LATER = "Sun, 22 Nov 2026 12:00:00 GMT", "Sun, 22 Nov 2026 12:29:00 GMT"
TOO_LATE = "Sun, 22 Nov 2026 12:31:00 GMT"


def account(url: str, facts: dict[str, object] | None = None) -> Account:
    keys = Credentials("token")
    return Account("ms", "mastodon", "@kawa@social.example", url, ("pl",), remote_id="7@s", credentials=keys, facts=facts or dict(REAL))


def status(one: str = "1", text: str = "Hi", **changes: object) -> dict[str, object]:
    plain = {"id": one, "created_at": "2026-11-22T12:00:01.000Z", "content": f"<p>{text}</p>", "visibility": "public", "spoiler_text": ""}
    return {**plain, "url": f"https://social.example/@kawa/{one}", **changes}


def serving(
    *listed: dict[str, object], date: str = NOON, commit: object = None, code: int = 200, headers: dict[str, str] | None = None
) -> Script:
    """Lists these statuses, answers this to a commit."""

    async def script(seen: Seen, writer: Writer) -> None:
        if seen.method == "POST":
            reply(writer, code, commit if commit is not None else status(), {"Date": date, **(headers or {})})
        else:
            reply(writer, 200, list(listed), {"Date": date})

    return script


async def answered(code: int, body: object, headers: dict[str, str] | None = None, **facts: str) -> Outcome:
    """What the commit makes of one answer."""
    async with serve(serving(commit=body, code=code, headers=headers)) as server, Http() as http:
        return await Delivery(Mastodon(account(server.url, {**REAL, **facts}), http, NoHost()), POST).publish()


# ── answers to the commit ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "body", "software", "kind"),
    [
        (200, {"id": "9", "scheduled_at": "2026-11-23T00:00:00Z", "params": {}}, "mastodon", Unknown),
        (200, "<html>", "mastodon", Unknown),
        (200, {}, "mastodon", Unknown),
        (202, {"id": "1"}, "mastodon", Unknown),
        (302, "", "mastodon", Unknown),
        (401, {"error": "The access token was revoked"}, "mastodon", TokenDead),
        (401, "<html>", "mastodon", TokenDead),
        (403, {"error": "This action is outside the authorized scopes"}, "mastodon", TokenDead),
        (403, "<html>blocked</html>", "mastodon", Unknown),
        (404, {"error": "Record not found"}, "mastodon", Unknown),
        (410, {"error": "gone"}, "mastodon", TokenDead),
        (413, "", "mastodon", Refused),
        (422, {"error": "Validation failed: Text character limit of 500 exceeded"}, "mastodon", Refused),
        (422, {"error": "Cannot attach files that have not finished processing. Try again in a moment!"}, "mastodon", NotSent),
        (422, "<html>", "mastodon", Unknown),
        (400, {"error": "odd"}, "mastodon", Unknown),
        (400, {"error": "status too long"}, "gotosocial", Refused),
        (400, {"error": "Duplicate idempotency key."}, "pixelfed", Unknown),
        (400, {"error": "media already attached to status"}, "gotosocial", Unknown),
        (408, "", "mastodon", Unknown),
        (500, {"error": "x"}, "mastodon", Unknown),
        (503, {"error": "There was a temporary problem serving your request"}, "mastodon", Unknown),
    ],
)
async def test_each_answer_to_a_commit_has_its_class(code: int, body: object, software: str, kind: type) -> None:
    outcome = await answered(code, body, software=software)
    assert isinstance(outcome, kind), outcome


async def test_a_way_to_the_login_page_is_a_dead_token() -> None:
    assert isinstance(await answered(302, "", {"Location": "https://social.example/login"}), TokenDead)
    assert isinstance(await answered(302, "", {"Location": "https://social.example/maintenance"}), Unknown)


@pytest.mark.parametrize("body", [{"error": "Duplicate idempotency key."}, {"error": "media already attached to status"}])
async def test_already_posted_is_a_hint(body: object) -> None:
    outcome = await answered(400, body, software="pixelfed")
    assert isinstance(outcome, Unknown)
    assert outcome.hint


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "77"}, 77.0),
        ({"X-RateLimit-Reset": "2026-11-22T12:05:00.000Z"}, 300.0),
        ({"X-RateLimit-Reset": "1795348860"}, 60.0),
        ({"X-RateLimit-Reset": "soon"}, 300.0),
        ({}, 300.0),
    ],
)
async def test_a_limit_says_how_long(headers: dict[str, str], seconds: float) -> None:
    outcome = await answered(429, {"error": "Too many requests"}, headers)
    assert isinstance(outcome, Limited)
    assert outcome.after == seconds


async def test_a_key_belongs_to_the_delivery() -> None:
    async with Http() as http:
        one, other = (Mastodon(replace(account("http://x"), remote_id=who), http, NoHost()) for who in ("7@s", "8@s"))
        delivery = Delivery(one, POST)
        key = one.commit_handle(POST, delivery.journal)
        assert key == one.commit_handle(replace(POST, text="edited", due=DUE + 1), delivery.journal)
        assert key != one.commit_handle(replace(POST, key="a/b@ms/2"), delivery.journal)
        assert key != other.commit_handle(POST, delivery.journal)


async def test_an_answer_with_an_earlier_text_is_no_success() -> None:
    old = status(text="The text of a clone", created_at="2026-11-22T11:00:00.000Z")
    async with serve(serving(commit=old)) as server, Http() as http:
        delivery = Delivery(Mastodon(account(server.url), http, NoHost()), POST)
        outcome = await delivery.publish()
        assert isinstance(outcome, Unknown)
        assert outcome.hint
        assert outcome.found is not None
        assert not outcome.found.same
        assert outcome.found.receipt.remote_id == "1"


async def test_odd_html_is_settled_by_the_source() -> None:
    odd = status(text="<strong>H</strong>i*")

    async def script(seen: Seen, writer: Writer) -> None:
        if seen.target.endswith("/source"):
            reply(writer, 200, {"id": "1", "text": "Hi", "spoiler_text": ""}, {"Date": NOON})
        else:
            listing = odd if seen.method == "POST" else [odd] if "since_id" in seen.target else [status("0", "before")]
            reply(writer, 200, listing, {"Date": NOON})

    async with serve(script) as server, Http() as http:
        delivery = Delivery(Mastodon(account(server.url), http, NoHost()), POST)
        outcome = await delivery.publish()
        assert isinstance(outcome, Unknown)
        assert outcome.found is None, "a fresh post is not an earlier version"
        assert isinstance(look := await delivery.look(), Found)
        assert look.same


# ── looks ────────────────────────────────────────────────────────────────────


async def looked(*after: dict[str, object], date: str = LATER, facts: dict[str, object] | None = None, post: Publication = POST) -> object:
    """A commit whose answer is lost at noon; then these statuses stand after the anchor."""
    listing: list[dict[str, object]] = []
    now = [NOON]

    async def script(seen: Seen, writer: Writer) -> None:
        if seen.method == "POST":
            writer.close()
        elif seen.target.endswith("/source"):
            reply(writer, 404, {"error": "Record not found"})
        else:
            reply(writer, 200, listing, {"Date": now[0]})

    async with serve(script) as server, Http() as http:
        delivery = Delivery(Mastodon(account(server.url, facts), http, NoHost()), post)
        assert isinstance(await delivery.publish(), Unknown)
        listing += after
        now[0] = date
        return await delivery.look()


async def test_exactly_one_match_is_found() -> None:
    look = await looked(status("3", "other"), status("2"))
    assert isinstance(look, Found)
    assert look.same
    assert look.receipt.url == "https://social.example/@kawa/2"


async def test_several_matches_are_for_a_person() -> None:
    look = await looked(status("3"), status("2"))
    assert isinstance(look, CannotTell)
    assert look.several


@pytest.mark.parametrize(
    ("date", "facts", "proof"),
    [
        (LATER, REAL, True),
        (TOO_LATE, REAL, False),
        ("Sun, 22 Nov 2026 11:00:00 GMT", REAL, False),
        ("nonsense", REAL, False),
        (LATER, {"software": "mastodon", "version": "3.5.0"}, False),
        (LATER, {"software": "gotosocial", "version": "0.20.0"}, False),
        (LATER, {"software": "unknown"}, False),
    ],
)
async def test_absence_is_proof_only_with_a_young_key_on_a_server_that_keeps_it(date: str, facts: dict[str, object], proof: bool) -> None:
    look = await looked(status("3", "other"), date=date, facts=facts)
    assert isinstance(look, Absent)
    assert look.proof is proof


@pytest.mark.parametrize(
    "changes", [{"in_reply_to_id": "5"}, {"content": "<p>Hi!</p>"}, {"media_attachments": [{"id": "9", "description": ""}]}]
)
async def test_what_is_not_ours_is_not_adopted(changes: dict[str, object]) -> None:
    look = await looked({**status("2"), **changes})
    assert not (isinstance(look, Found) and look.same), look


async def test_the_same_words_with_another_warning_are_not_what_was_sent() -> None:
    look = await looked(status("2", spoiler_text="soup"))
    assert isinstance(look, Found)
    assert not look.same


async def test_a_long_list_is_read_in_pages() -> None:
    many = [status(str(200 - n), f"post {n}") for n in range(100)]

    async def script(seen: Seen, writer: Writer) -> None:
        if seen.method == "POST":
            writer.close()
        elif "since_id" not in seen.target:
            reply(writer, 200, [status("100", "before")], {"Date": NOON})
        else:
            before = int(seen.target.partition("max_id=")[2].partition("&")[0] or "999")
            reply(writer, 200, [one for one in many if int(str(one["id"])) < before][:40], {"Date": LATER})

    async with serve(script) as server, Http() as http:
        delivery = Delivery(Mastodon(account(server.url), http, NoHost()), replace(POST, text="post 95"))
        await delivery.publish()
        assert isinstance(look := await delivery.look(), Found)
        absent = Delivery(delivery.adapter, POST)
        await absent.publish()
        assert isinstance(await absent.look(), Absent)
    assert look.receipt.remote_id == "105"


async def test_the_anchor_stays_once_something_was_sent_even_when_its_step_fails_later() -> None:
    broken = [False]

    async def script(seen: Seen, writer: Writer) -> None:
        if seen.method == "POST":
            writer.close()
        elif broken[0]:
            reply(writer, 500, "")
        else:
            reply(writer, 200, [status("5", "before")] if "since_id" not in seen.target else [], {"Date": NOON})

    async with serve(script) as server, Http() as http:
        delivery = Delivery(Mastodon(account(server.url), http, NoHost()), POST)
        await delivery.publish()
        broken[0] = True
        (anchor,) = delivery.adapter.safe_steps(POST, delivery.journal)
        assert isinstance(await delivery.run(anchor), Retry)
        broken[0] = False
        assert isinstance(result := await delivery.run(anchor), Done)
    assert result.handle == "5"
    assert "since_id=5" in server.seen[-1].target


# ── against the stand-ins ────────────────────────────────────────────────────


class TestAgainstTheStandIn(StandIn):
    platform = prefix = "mastodon"
    handle = "@kawa@social.example"
    secret = "sandbox-kawa"
    options = MastodonOptions()
    commit_class = CommitClass.KEY

    @pytest.fixture
    async def mastodon(self, sandbox: Sandbox) -> AsyncIterator[Mastodon]:
        async with Http() as http:
            adapter = await self.connected(sandbox, http)
            assert isinstance(adapter, Mastodon)
            yield adapter

    async def test_the_server_is_known_and_its_numbers_win(self, sandbox: Sandbox, mastodon: Mastodon) -> None:
        assert mastodon.limits().label == "Mastodon"
        assert mastodon.limits().text.maximum == 500
        async with Http() as http:
            self.prefix = "gotosocial"  # type: ignore[misc]
            other = await self.connected(sandbox, http)
        assert (other.limits().label, other.limits().text.maximum, other.limits().media_max) == ("GoToSocial", 5_000, 6)
        assert other.limits().text.link_weight == 25

    async def test_media_are_waited_for(self, sandbox: Sandbox, mastodon: Mastodon, tmp_path: Path) -> None:
        await sandbox.order("/_settings", {"platform": "mastodon", "image_seconds": 0.3})
        delivery = Delivery(mastodon, self.publication(mastodon, tmp_path, media=(self.picture(tmp_path),)))
        upload, ready, _ = mastodon.safe_steps(delivery.publication, delivery.journal)
        assert isinstance(await delivery.run(upload), Done)
        result = await delivery.run(ready)
        assert isinstance(result, Retry)
        assert result.waiting
        assert isinstance(await delivery.publish(), Published)

    async def test_a_lost_upload_is_made_again(self, sandbox: Sandbox, mastodon: Mastodon, tmp_path: Path) -> None:
        delivery = Delivery(mastodon, self.publication(mastodon, tmp_path, media=(self.picture(tmp_path),)))
        upload, ready, _ = mastodon.safe_steps(delivery.publication, delivery.journal)
        await delivery.run(upload)
        delivery.entries[-1] = replace(delivery.entries[-1], handle="999")
        result: StepResult = await delivery.run(ready)
        assert isinstance(result, Rebuild)
        assert result.steps == (upload.name,)
        assert isinstance(await delivery.publish(), Published)

    async def test_a_picture_is_never_silently_left_out(self, sandbox: Sandbox, mastodon: Mastodon, tmp_path: Path) -> None:
        delivery = Delivery(mastodon, self.publication(mastodon, tmp_path, media=(self.picture(tmp_path),)))
        outcome = await delivery.commit()
        assert isinstance(outcome, NotSent)
        assert len(outcome.rebuild) == 1
        assert await sandbox.ledger("mastodon") == []

    async def test_visibility_language_warning_and_poll_arrive(self, sandbox: Sandbox, mastodon: Mastodon, tmp_path: Path) -> None:
        options = MastodonOptions(visibility="unlisted", spoiler="coffee", sensitive=True, poll=Poll(options=("yes", "no")))
        delivery = Delivery(mastodon, self.publication(mastodon, tmp_path, options=options))
        assert isinstance(await delivery.publish(), Published)
        assert isinstance(look := await delivery.look(), Found)
        assert look.same, look.reason
        (entry,) = await sandbox.ledger("mastodon")
        assert isinstance(entry, Entry)

    async def test_private_posts_are_found_too(self, sandbox: Sandbox, mastodon: Mastodon, tmp_path: Path) -> None:
        delivery = Delivery(mastodon, self.publication(mastodon, tmp_path, options=MastodonOptions(visibility="private")))
        await delivery.prepare()
        await sandbox.fault("mastodon", "commit", "drop", "after")
        assert isinstance(await delivery.commit(), Unknown)
        assert isinstance(await delivery.look(), Found)

    async def test_links_and_mentions_are_recognised(self, sandbox: Sandbox, mastodon: Mastodon, tmp_path: Path) -> None:
        text = "Hi @kawa and @ola@other.example:\n\nhttps://kawa.example/a/very/long/path?utm_source=x&b=1 #kawa <3\nthird line"
        delivery = Delivery(mastodon, self.publication(mastodon, tmp_path, text))
        assert isinstance(await delivery.publish(), Published)
        assert isinstance(look := await delivery.look(), Found)
        assert look.same, look.reason

    async def test_two_clones_at_one_instant_post_once(self, sandbox: Sandbox, mastodon: Mastodon, tmp_path: Path) -> None:
        media = (self.picture(tmp_path),)
        clones = [Delivery(mastodon, self.publication(mastodon, tmp_path, media=media)) for _ in range(2)]
        for clone in clones:
            await clone.prepare()
        outcomes = [await clone.commit() for clone in clones]
        assert all(isinstance(outcome, Published) for outcome in outcomes), outcomes
        assert len(await sandbox.ledger("mastodon")) == 1

    async def test_a_picture_changed_after_a_lost_answer_does_not_pass(self, sandbox: Sandbox, mastodon: Mastodon, tmp_path: Path) -> None:
        delivery = Delivery(mastodon, self.publication(mastodon, tmp_path, media=(self.picture(tmp_path, 10),)))
        await delivery.prepare()
        await sandbox.fault("mastodon", "commit", "drop", "after")
        await delivery.commit()
        delivery.publication = replace(delivery.publication, media=(self.picture(tmp_path, 200),))
        outcome = await delivery.publish()
        assert not isinstance(outcome, Published), outcome
        look = await delivery.look()
        assert isinstance(look, Found)
        assert not look.same

    async def test_a_token_of_another_account_is_refused(self, sandbox: Sandbox) -> None:
        async with Http() as http:
            with pytest.raises(ConnectError, match="belongs to @ola"):
                await Mastodon(self.account(sandbox.url), http, NoHost()).connect("sandbox-ola")

    async def test_signing_in_with_a_pasted_code(self, sandbox: Sandbox) -> None:
        async with Http() as http:
            app = await register(http, f"{sandbox.url}/mastodon")
            first, second = begin(app), begin(app)
            assert first.state != second.state
            assert first.verifier not in first.url
            assert app.client_secret not in f"{first.url} {app!r}"
            assert "code_challenge_method=S256" in first.url
            token = await exchange(http, app, first, " kawa \n")
            connection = await Mastodon(self.account(sandbox.url), http, NoHost()).connect(token)
            assert connection.handle == "@kawa"
            with pytest.raises(ConnectError, match="not accepted"):
                await exchange(http, app, first, "wrong")


async def test_an_old_server_is_asked_for_broad_scopes() -> None:
    async def script(seen: Seen, writer: Writer) -> None:
        if b"read%3Aaccounts" in seen.body:
            reply(writer, 422, {"error": "scopes"})
        else:
            reply(writer, 200, {"client_id": 1, "client_secret": "s"})

    async with serve(script) as server, Http() as http:
        app = await register(http, server.url)
    assert app.scopes == "read write"


async def test_no_server_to_register_with() -> None:
    async with Http() as http:
        with pytest.raises(ConnectError):
            await register(http, "http://127.0.0.1:1")


# ── facts ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("software", "version", "cls"),
    [
        ("mastodon", "4.6.2", CommitClass.KEY),
        ("mastodon", "4.3.0+glitch", CommitClass.KEY),
        ("mastodon", "10.0.0", CommitClass.KEY),
        ("mastodon", "3.5.3", CommitClass.LIST),
        ("mastodon", "", CommitClass.LIST),
        ("pleroma", "4.0", CommitClass.LIST),
        ("gotosocial", "4.0", CommitClass.LIST),
        ("unknown", "4.6.2", CommitClass.LIST),
    ],
)
def test_only_a_server_known_to_keep_keys_has_the_class(software: str, version: str, cls: CommitClass) -> None:
    assert Facts(software=software, version=version).commit_class is cls


@pytest.mark.parametrize("kept", [{}, {"software": 5}, {"configuration": "no"}])
def test_unreadable_facts_mean_defaults(kept: dict[str, object]) -> None:
    assert facts_of(kept) == Facts()
    assert limits_of(facts_of(kept)).text.maximum == 500


async def test_an_old_server_without_nodeinfo_and_v2() -> None:
    async def script(seen: Seen, writer: Writer) -> None:
        if seen.target == "/api/v1/accounts/verify_credentials":
            reply(writer, 200, {"id": 7, "acct": "Kawa"})
        elif seen.target == "/api/v1/instance":
            reply(writer, 200, {"version": "2.7.2 (compatible; Pleroma 2.4)", "max_toot_chars": 3_000})
        else:
            reply(writer, 404, "<html>")

    async with serve(script) as server, Http() as http:
        adapter = Mastodon(account(server.url), http, NoHost())
        connection = await adapter.connect("token")
    facts = facts_of(connection.facts)
    assert connection.remote_id == f"7@{server.url.removeprefix('http://')}"
    assert limits_of(facts).text.maximum == 3_000
    assert facts.commit_class is CommitClass.LIST


async def test_nodeinfo_never_leads_to_another_host() -> None:
    async with serve(serving()) as elsewhere:

        async def script(seen: Seen, writer: Writer) -> None:
            links = [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": f"{elsewhere.url}/nodeinfo/2.0"}]
            reply(writer, 200, {"links": links, "id": "7", "acct": "kawa"})

        async with serve(script) as server, Http() as http:
            await Mastodon(account(server.url), http, NoHost()).connect("token")
        assert not elsewhere.seen


# ── checks ───────────────────────────────────────────────────────────────────


def checked(post: Publication, **facts: object) -> list[str]:
    adapter = Mastodon(account("https://social.example", {**REAL, **facts}), Http(), NoHost())
    return [problem.code for problem in adapter.check(post)]


def test_the_warning_counts() -> None:
    long = replace(POST, text="a" * 495)
    assert checked(long) == []
    assert checked(replace(long, options=MastodonOptions(spoiler="coffee"))) == ["E501"]


@pytest.mark.parametrize(
    ("poll", "codes"),
    [
        (Poll(options=("yes", "no")), []),
        (Poll(options=("a", "b", "c", "d", "e")), ["E506"]),
        (Poll(options=("yes", "a" * 51)), ["E506"]),
        (Poll(options=("yes", "")), ["E506"]),
        (Poll(options=("yes", "yes")), ["E506"]),
        (Poll(options=("yes", "no"), expires_in=99_999_999), ["E506"]),
    ],
)
def test_polls(poll: Poll, codes: list[str]) -> None:
    assert checked(replace(POST, options=MastodonOptions(poll=poll))) == codes


def test_pixelfed_lacks_polls_direct_posts_and_posts_without_pictures() -> None:
    options = MastodonOptions(visibility="direct", poll=Poll(options=("yes", "no")), spoiler="a" * 141)
    assert sorted(checked(replace(POST, options=options), software="pixelfed")) == ["E501", "E504", "E504", "E609"]
