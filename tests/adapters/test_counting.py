"""Counting as platforms count, on vectors of our own and on whatever hypothesis finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.counting import count, find_hashtags, find_links, find_mentions, fits_until, fold_index, graphemes, utf8_bytes
from adapters.limits import LIMITS, TextLimit

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
POLAND, JAPAN = "\U0001f1f5\U0001f1f1", "\U0001f1ef\U0001f1f5"
BLUESKY, MASTODON, INSTAGRAM = (LIMITS[name].text for name in ("bluesky", "mastodon", "instagram"))
TINY = TextLimit(maximum=10, max_bytes=20, link_weight=5, short_mentions=True)
URL = "https://kawa.example/a/very/long/path?utm_source=bluesky&utm_campaign=autumn"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("kawa", 4),
        ("za\u017c\u00f3\u0142\u0107", 6),
        ("zaz\u0307o\u0301\u0142c\u0301", 6),
        ("e\u0301\u0323\u0302", 1),
        (FAMILY, 1),
        (FAMILY * 160, 160),
        (POLAND + JAPAN, 2),
        (POLAND + "\U0001f1ef", 2),
        ("\U0001f44d\U0001f3fd", 1),
        ("\u2764\ufe0f", 1),
        ("1\ufe0f\u20e3", 1),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f", 1),
        ("\r\n", 1),
        ("a\nb", 3),
        ("\u1112\u1161\u11ab", 1),
        ("\u0928\u093f", 1),
        ("\u0e19\u0e49\u0e33", 1),
        ("\u0634\u064f\u0643\u0652\u0631\u064b\u0627", 4),
        ("\u202bab\u202c", 4),
        ("\ufeffa", 2),
    ],
)
def test_graphemes(text: str, expected: int) -> None:
    assert graphemes(text) == expected
    assert count(text, BLUESKY) == expected


def test_bytes_are_utf8() -> None:
    assert utf8_bytes(FAMILY) == 25
    assert utf8_bytes("za\u017c\u00f3") == 6
    assert utf8_bytes("\ud800") == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (URL, 23),
        (f"see {URL}.", 28),
        ("https://x.pl", 23),
        ("http://localhost:8080/x", 23),
        ("http://localhost/a", 18),
        ("@kawa@social.example", 5),
        ("hi @kawa@social.example!", 9),
        ("@kawa", 5),
        ("mail kawa@social.example", 24),
        (f"{URL} {URL}", 47),
        ("https://social.example/@kawa@other.example", 23),
    ],
)
def test_mastodon_weighs_links_and_shortens_mentions(text: str, expected: int) -> None:
    assert count(text, MASTODON) == expected


def test_the_server_says_what_a_link_weighs() -> None:
    assert count(URL, TextLimit(maximum=5_000, link_weight=25)) == 25
    assert count(URL, INSTAGRAM) == len(URL)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12345678901", 10),
        ("1234567890", 10),
        ("", 0),
        (f"12345 {URL}", 6),
        (f"1234 {URL}", 5),
        ("12345678@kawa@social.example", 10),
        (FAMILY, 0),
        ("\u0144" * 11, 10),
        ("\u20ac" * 7, 6),
    ],
)
def test_fits_until(text: str, expected: int) -> None:
    assert fits_until(text, TINY) == expected


PIECES = st.lists(
    st.sampled_from(["a", " ", "\n", "\r\n", "\u0301", FAMILY, POLAND, "@kawa@x.example", "https://x.example/y", "#tag", ".", "\u0634"])
    | st.characters(codec="utf-8")
).map("".join)


@given(PIECES)
def test_what_fits_fits_and_one_unit_more_does_not(text: str) -> None:
    limit = TextLimit(maximum=12, link_weight=5, short_mentions=True)
    end = fits_until(text, limit)
    assert count(text[:end], limit) <= 12
    assert (end == len(text)) == (count(text, limit) <= 12)


@given(PIECES)
def test_counting_never_exceeds_code_points_without_weights(text: str) -> None:
    assert graphemes(text) <= len(text)
    assert count(text, BLUESKY) == graphemes(text)


@given(PIECES)
def test_spans_point_at_what_they_say(text: str) -> None:
    for link in find_links(text):
        assert text[link.start : link.end] == link.url
    for mention in find_mentions(text):
        assert text[mention.start : mention.end] == f"@{mention.user}" + (f"@{mention.host}" if mention.host else "")
    for tag in find_hashtags(text):
        assert text[tag.start + 1 : tag.end] == tag.tag


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("(https://a.example/x_(y)).", ["https://a.example/x_(y)"]),
        ("https://a.example, https://b.example!", ["https://a.example", "https://b.example"]),
        ("\u201ehttps://a.example\u201d", ["https://a.example"]),
        ("HTTPS://A.example/X", ["HTTPS://A.example/X"]),
        ("https://\u65e5\u672c.jp/\u3042\u3002\u6b21", ["https://\u65e5\u672c.jp/\u3042"]),
        ("<https://a.example>", ["https://a.example"]),
        ("https://", []),
        ("https://a", []),
        ("xhttps://a.example", []),
        ("ftp://a.example", []),
        ("https://a.example" + ")" * 5_000, ["https://a.example"]),
    ],
)
def test_links(text: str, urls: list[str]) -> None:
    assert [link.url for link in find_links(text)] == urls


def test_mentions() -> None:
    found = find_mentions("@kawa.example: ask x@y.pl or @kawa@social.example. (@z_1) https://m.example/@user .@last")
    assert [(m.user, m.host) for m in found] == [("kawa.example", ""), ("kawa", "social.example"), ("z_1", ""), ("last", "")]


def test_hashtags() -> None:
    found = find_hashtags(
        "#kawa #1 #1a a#b #jesie\u0144, #\u65e5\u672c\u8a9e https://x.pl/#frag https://x.pl/p#frag (#z) ##d #a-b &#39; \uff03full"
    )
    assert [tag.tag for tag in found] == ["kawa", "1a", "jesie\u0144", "\u65e5\u672c\u8a9e", "z", "a", "full"]


def test_fold() -> None:
    limit = TextLimit(maximum=2_200, fold_at=3)
    assert fold_index(FAMILY + "ab", limit) is None
    assert fold_index(FAMILY + "abc", limit) == len(FAMILY) + 2
    assert fold_index("abcdef", BLUESKY) is None
