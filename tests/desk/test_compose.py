"""Where link, line and parts go on each platform, and what counts as a difference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.contract import Disclosure, MediaItem, Target
from config.options import OPTIONS
from config.resolved import Link
from scheduler.content import differences
from scheduler.content.compose import Piece, Script, compose, split_parts, with_line
from scheduler.content.digest import digest

PICTURE = MediaItem("0" * 64, "image/jpeg", 1000, 1080, 1080, None, "A shelf", Path("shelf.jpg"), name="shelf.jpg")
LINK = Link("https://kawa.example/autumn", "Autumn")


def script(platform: str, *texts: str, media: tuple[MediaItem, ...] = (), link: Link | None = LINK, comment: str | None = None) -> Script:
    pieces = tuple(Piece(text, media if number == 0 else ()) for number, text in enumerate(texts))
    return Script("c/p@a", platform, pieces, comment, ("en",), link, OPTIONS[platform]())


def composed(made: Script, told: Disclosure = Disclosure()):  # type: ignore[no-untyped-def]  # noqa: B008
    return compose(made, Target(made.platform, "id"), told, 0)


def test_bluesky_draws_a_card_where_there_is_no_picture() -> None:
    [post] = composed(script("bluesky", "Words."))
    assert (post.text, post.link) == ("Words.", LINK)
    [post] = composed(script("bluesky", "Words.", media=(PICTURE,)))
    assert (post.text, post.link) == (f"Words.\n{LINK.url}", None)


def test_mastodon_gets_the_link_as_its_last_line() -> None:
    [post] = composed(script("mastodon", "Words. #tag"))
    assert (post.text, post.link) == (f"Words. #tag\n{LINK.url}", None)


def test_a_link_that_stands_in_the_text_is_not_said_twice() -> None:
    for platform in ("bluesky", "mastodon"):
        [post] = composed(script(platform, f"Look: {LINK.url}."))
        assert (post.text, post.link) == (f"Look: {LINK.url}.", None)


def test_instagram_has_no_link_in_its_caption() -> None:
    [post] = composed(script("instagram", "Words.", media=(PICTURE,)))
    assert (post.text, post.link) == ("Words.", None)


def test_parts_and_comment_in_order() -> None:
    acts = composed(script("instagram", "One.", media=(PICTURE,), comment="First!"))
    assert [(a.key, a.kind, a.part, a.parts) for a in acts] == [("c/p@a", "post", 1, 1), ("c/p@a/comment", "comment", 1, 1)]
    acts = composed(script("bluesky", "One.", "Two.", "Three.", media=(PICTURE,)))
    assert [(a.key, a.kind, a.part, a.parts) for a in acts] == [
        ("c/p@a", "post", 1, 3),
        ("c/p@a/2", "part", 2, 3),
        ("c/p@a/3", "part", 3, 3),
    ]
    assert [bool(a.media) for a in acts] == [True, False, False]
    assert [a.link for a in acts] == [None, None, LINK]


def test_nothing_written_is_nothing_to_send() -> None:
    assert composed(Script("c/p@a", "bluesky", (), None, (), None, OPTIONS["bluesky"]())) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Words.", "Words.\n\nLINE"),
        ("Words.\n\n#one #two", "Words.\n\nLINE\n\n#one #two"),
        ("Words. #one", "Words.\n\nLINE\n\n#one"),
        ("C#one", "C#one\n\nLINE"),
        ("#one #two", "LINE\n\n#one #two"),
        ("Words.\n\nLINE\n\n#one", "Words.\n\nLINE\n\n#one"),
        ("", "LINE"),
    ],
)
def test_the_line_about_ai_stands_before_the_tags(text: str, expected: str) -> None:
    assert with_line(text, "LINE") == expected
    assert with_line(expected, "LINE") == expected
    assert with_line(text, None) == text


def test_the_line_is_in_the_first_part_and_flags_where_the_media_are() -> None:
    told = Disclosure("AI-generated", "LINE", ("is_ai_generated",))
    acts = composed(script("bluesky", "One.", "Two.", media=(PICTURE,), link=None), told)
    assert [a.text for a in acts] == ["One.\n\nLINE", "Two."]
    assert [(a.disclosure.label, a.disclosure.line, a.disclosure.flags) for a in acts] == [
        ("AI-generated", "LINE", ("is_ai_generated",)),
        ("AI-generated", None, ()),
    ]


def test_a_dash_line_begins_the_next_part() -> None:
    assert split_parts("One.\n---\nTwo.\n--- \nThree.") == ("One.", "Two.", "Three.")
    assert split_parts("One --- still one.\n----\nof it") == ("One --- still one.\n----\nof it",)


def test_names_of_differences() -> None:
    base = composed(script("bluesky", "One.", media=(PICTURE,), link=None))
    changes = {
        "text.en": [replace(base[0], text="Two.")],
        "media": [replace(base[0], media=(replace(PICTURE, sha256="1" * 64),))],
        "alt text": [replace(base[0], media=(replace(PICTURE, alt="x"),))],
        "cover": [replace(base[0], media=(replace(PICTURE, cover_at_ms=5),))],
        "link": [replace(base[0], link=LINK)],
        "account": [replace(base[0], target=Target("bluesky", "other"))],
        "languages": [replace(base[0], languages=("pl",))],
        "options.labels": [replace(base[0], options=OPTIONS["bluesky"].model_validate({"labels": ("nudity",)}))],
        "AI label": [replace(base[0], disclosure=Disclosure("AI-assisted"))],
        "parts": [base[0], replace(base[0], kind="part", part=2)],
        "first comment": [base[0], replace(base[0], kind="comment")],
    }
    for name, changed in changes.items():
        assert differences.names(base, changed) == (name,)
        assert digest(base) != digest(changed)
        assert differences.reason([name]).endswith("changed after it was approved, so it was not sent. Approve it again.")
    assert differences.names(base, base) == ()


def test_one_language_of_several() -> None:
    two = replace(composed(script("mastodon", "en text · pl tekst", link=None))[0], languages=("en", "pl"))
    assert differences.names([two], [replace(two, text="en text · inny tekst")], " · ") == ("text.pl",)
    assert differences.lines([two], [replace(two, text="en text · inny tekst")]) == ("- en text · pl tekst", "+ en text · inny tekst")
