"""Reading a status back: from HTML to the words as written, and telling one status from another."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Disclosure, Journal, JournalEntry, MediaItem, Publication, Receipt, Target
from adapters.mastodon.plain import comparable, plain_text, words_mark
from adapters.mastodon.status import Status, body_of, difference, is_ours, upload_name, uploads_of
from config.options import MastodonOptions, Poll

CUP = MediaItem("ab" * 32, "image/jpeg", 9, 4, 3, None, "A cup", Path("cup.jpg"))
TEA = replace(CUP, sha256="cd" * 32, alt="Tea")
POST = Publication(
    "a/b@ms",
    "post",
    1,
    1,
    "Hi\n\nthere",
    (),
    ("pl", "en"),
    None,
    MastodonOptions(),
    Disclosure(),
    Target("mastodon", "7@s"),
    1_795_341_600_000_000,
)
LINK = (
    '<a href="https://kawa.example/a/very/long/path" rel="nofollow"><span class="invisible">https://</span>'
    '<span class="ellipsis">kawa.example/a/very/lo</span><span class="invisible">ng/path</span></a>'
)
MENTION = '<span class="h-card"><a href="https://other.example/@ola" class="u-url mention">@<span>ola</span></a></span>'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p>", "one"),
        ("<p>one</p><p>two<br>three<br />four</p>", "one\n\ntwo\nthree\nfour"),
        ("<p>a &amp; b &lt;c&gt; &quot;d&quot; &#39;e&#39;</p>", "a & b <c> \"d\" 'e'"),
        (f"<p>See {LINK}!</p>", "See https://kawa.example/a/very/long/path!"),
        ('<p><a href="https://kawa.example/a/very/long">kawa.example/a/ve…</a></p>', "https://kawa.example/a/very/long"),
        ('<p><a href="https://kawa.example/x">kawa.example/x</a></p>', "https://kawa.example/x"),
        ('<p><a href="https://s.example/tags/kawa" class="mention hashtag">#<span>kawa</span></a></p>', "#kawa"),
        (f"<p>{MENTION} hi</p>", "@ola hi"),
        ("plain", "plain"),
        ("", ""),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
    ],
)
def test_plain_text(html: str, text: str) -> None:
    assert plain_text(html) == text


def test_mentions_get_their_host_back_where_the_server_says_it() -> None:
    status = made(content=f"<p>{MENTION} hi</p>", mentions=[{"url": "https://other.example/@ola", "acct": "ola@other.example"}])
    assert status.written == "@ola@other.example hi"


@pytest.mark.parametrize(
    ("sent", "html"),
    [
        ("Hi\n\nthere", "<p>Hi</p><p>there</p>"),
        ("Hi  there \n", "<p>Hi there</p>"),
        ("@ola@other.example hi", f"<p>{MENTION} hi</p>"),
        ("@gone@other.example hi", "<p>@gone@other.example hi</p>"),
        ("see https://kawa.example/a/very/long/path", f"<p>see {LINK}</p>"),
        ("za\u017c\u00f3", "<p>zaz\u0307o\u0301</p>"),
    ],
)
def test_the_same_words_compare_equal(sent: str, html: str) -> None:
    assert comparable(sent) == comparable(plain_text(html))
    assert words_mark(sent) == words_mark(plain_text(html))


LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20), max_size=5)


@given(LINES)
def test_any_text_survives_the_way_through_html(lines: list[str]) -> None:
    html = "".join(f"<p>{escape(line)}</p>" for line in lines)
    assert comparable(plain_text(html)) == comparable("\n\n".join(lines))


@given(st.text(), st.text())
def test_different_words_have_different_marks(one: str, two: str) -> None:
    assert (words_mark(one) == words_mark(two)) == (comparable(one) == comparable(two))


def made(**changes: object) -> Status:
    plain = {
        "id": "1",
        "created_at": "2026-11-22T10:00:00.000Z",
        "content": "<p>Hi</p><p>there</p>",
        "visibility": "public",
        "spoiler_text": "",
    }
    return Status.model_validate({**plain, **changes})


def attached(*files: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id": one, "description": alt} for one, alt in files]


def uploaded(*pairs: tuple[MediaItem, str]) -> Journal:
    entries = (JournalEntry(seq, 1, upload_name(item), "safe", "done", media_id, "", 0, {}) for seq, (item, media_id) in enumerate(pairs))
    return Journal(tuple(entries))


NOTHING = uploads_of(POST, Journal())


def test_the_same_status() -> None:
    assert difference(made(), POST, NOTHING) == ""
    assert is_ours(made(), POST, NOTHING)
    assert is_ours(made(content="<p>odd</p>", text="Hi there"), POST, NOTHING)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (made(content="<p>Hello</p>"), "earlier text"),
        (made(visibility="private"), "private"),
        (made(spoiler_text="soup"), "content warning"),
        (made(in_reply_to_id="9"), "answers"),
        (made(media_attachments=attached(("5", "A cup"))), "media"),
    ],
)
def test_each_difference_is_named(status: Status, words: str) -> None:
    assert words in difference(status, POST, NOTHING)


def test_a_server_may_unlist_a_public_post() -> None:
    assert difference(made(visibility="unlisted"), POST, NOTHING) == ""
    assert difference(made(visibility="public"), replace(POST, options=MastodonOptions(visibility="unlisted")), NOTHING)


def test_a_warning_without_text_becomes_the_text() -> None:
    warned = replace(POST, text="", media=(CUP,), options=MastodonOptions(spoiler="coffee"))
    status = made(content="<p>coffee</p>", media_attachments=attached(("5", "A cup")))
    assert difference(status, warned, uploads_of(warned, Journal())) == ""


def test_our_own_uploads_prove_a_post() -> None:
    post = replace(POST, media=(CUP,))
    status = made(content="<p>mangled</p>", media_attachments=attached(("5", "A cup")))
    assert is_ours(status, post, uploads_of(post, uploaded((CUP, "5"))))
    assert is_ours(status, post, uploads_of(post, uploaded((CUP, "5"), (CUP, "6")))), "uploaded again since"
    assert not is_ours(status, post, uploads_of(post, uploaded((CUP, "6"))))


def test_pictures_of_an_earlier_version_do_not_pass() -> None:
    retaken = replace(CUP, sha256="ef" * 32)
    post = replace(POST, media=(retaken,))
    uploads = uploads_of(post, uploaded((CUP, "5"), (retaken, "6")))
    assert difference(made(media_attachments=attached(("5", "A cup"))), post, uploads) == "earlier media are public"
    assert difference(made(media_attachments=attached(("6", "A cup"))), post, uploads) == ""


def test_alternative_texts_count_in_order() -> None:
    post = replace(POST, media=(CUP, TEA))
    status = made(media_attachments=attached(("1", "A cup"), ("2", "Tea")))
    turned = made(media_attachments=attached(("2", "Tea"), ("1", "A cup")))
    assert difference(status, post, NOTHING) == ""
    assert "alternative" in difference(turned, post, NOTHING)


def test_an_upload_depends_on_bytes_and_words() -> None:
    assert len({upload_name(CUP), upload_name(replace(CUP, alt="Mug")), upload_name(replace(CUP, sha256="00" * 32))}) == 3


def test_body_says_visibility_and_language_always() -> None:
    poll = Poll(options=("yes", "no"), multiple=True)
    parent = Receipt("https://social.example/@kawa/42", None)
    options = MastodonOptions(visibility="unlisted", spoiler="soup", sensitive=True, poll=poll)
    assert body_of(POST, (), None) == {
        "status": "Hi\n\nthere", "visibility": "public", "sensitive": False, "spoiler_text": "", "language": "pl",
    }  # fmt: skip
    full = body_of(replace(POST, options=options, parent=parent), ["5"], "42")
    assert full["poll"] == {"options": ["yes", "no"], "expires_in": 86_400, "multiple": True, "hide_totals": False}
    assert full["media_ids"] == ["5"]
    assert full["in_reply_to_id"] == "42"
    assert "scheduled_at" not in full


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("<p>Hi</p><p>there</p>", "<p>Hi</p><p>there</p>"),
        ("Hi\n\nthere", "<p>Hi <b>folks</b></p>"),
        (None, "<p>Hi</p><p>there</p>"),
    ],
    ids=["repeats the HTML, as Takahē does", "says what was typed", "says nothing"],
)
def test_what_was_typed_is_known_however_a_server_says_it(text: str | None, content: str) -> None:
    shown = Status.model_validate(
        {"id": "1", "created_at": "2026-11-22T18:42:10.080Z", "content": content, "text": text, "visibility": "public"}
    )
    assert is_ours(shown, POST, NOTHING)
    assert difference(shown, POST, NOTHING) == ""
