"""What is said before sending, and what a reader will see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.contract import Account, Disclosure, MediaItem, Publication, Target
from adapters.hosts import NoHost
from adapters.http import Http
from adapters.instagram.adapter import Instagram
from config.options import InstagramOptions
from tests.adapters.tries import START, picture, video


class Anywhere:
    """A media host that is set up."""

    name = "anywhere"

    async def put(self, item: MediaItem) -> str:
        raise AssertionError("checks use no network")


ACCOUNT = Account("ig-kawa", "instagram", "@kawa", "https://graph.instagram.com", ("en",))


def adapter(host: object = None) -> Instagram:
    return Instagram(ACCOUNT, Http(), host or Anywhere())  # type: ignore[arg-type]


def post(*media: MediaItem, text: str = "Hello", **more: object) -> Publication:
    plain = Publication(
        key="c/p@ig-kawa", kind="post", part=1, parts=1, text=text, media=media, languages=("en",), link=None,
        options=InstagramOptions(), disclosure=Disclosure(), target=Target("instagram", "1"), due=START,
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def codes(publication: Publication) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in adapter().check(publication)]


def of_type(kind: str, **more: object) -> InstagramOptions:
    return InstagramOptions(type=kind, **more)  # type: ignore[arg-type]


def test_good_posts(tmp_path: Path) -> None:
    cup = picture(tmp_path)
    for publication in (
        post(cup),
        post(cup, cup),
        post(video(tmp_path)),
        post(*[cup] * 9, video(tmp_path)),
        post(cup, text=""),
        post(replace(cup, alt=""), text="", options=of_type("story")),
        post(replace(picture(tmp_path, width=1080, height=1920), alt=""), text="", options=of_type("story")),
    ):
        assert codes(publication) == [], publication


CASES: list[tuple[str, object, list[tuple[str, str]]]] = [
    ("too long", lambda f: post(picture(f), text="x" * 2_201), [("E501", "text")]),
    ("as long as it may be", lambda f: post(picture(f), text="é" * 2_200), []),
    ("no media", lambda _: post(), [("E609", "media")]),
    ("nothing at all", lambda _: post(text=" "), [("E503", "text"), ("E609", "media")]),
    ("six tags", lambda f: post(picture(f), text="#a #b #c #d #e #f"), [("W502", "text")]),
    ("31 tags", lambda f: post(picture(f), text=" ".join(f"#t{n}" for n in range(31))), [("E505", "text")]),
    ("20 mentions", lambda f: post(picture(f), text=" ".join(f"@u{n}" for n in range(20))), []),
    ("21 mentions", lambda f: post(picture(f), text=" ".join(f"@u{n}" for n in range(21))), [("E507", "text")]),
    ("PNG", lambda f: post(replace(picture(f), mime="image/png")), [("E610", "media[0]")]),
    ("heavy", lambda f: post(replace(picture(f), size=8_388_609)), [("E611", "media[0]")]),
    ("tall", lambda f: post(picture(f, width=1080, height=1920)), [("E612", "media[0]")]),
    ("wide", lambda f: post(picture(f, width=2000, height=1000)), [("E612", "media[0]")]),
    ("narrow", lambda f: post(picture(f, width=300, height=300)), [("E612", "media[0]")]),
    ("no alternative text", lambda f: post(replace(picture(f), alt="")), [("W606", "media[0].alt")]),
    ("its length", lambda f: post(replace(picture(f), alt="x" * 1_001)), [("E614", "media[0].alt")]),
    ("eleven", lambda f: post(*[picture(f)] * 11), [("E609", "media[10]")]),
    ("carousel of one", lambda f: post(picture(f), options=of_type("carousel")), [("E609", "media[0]")]),
    ("image of two", lambda f: post(picture(f), picture(f), options=of_type("image")), [("E609", "media[1]")]),
    ("reel of a picture", lambda f: post(picture(f), options=of_type("reel")), [("E610", "media[0]")]),
    ("image of a video", lambda f: post(video(f), options=of_type("image")), [("E610", "media[0]")]),
    ("short reel", lambda f: post(video(f, duration_ms=2_900)), [("E613", "media[0]")]),
    ("long reel", lambda f: post(video(f, duration_ms=900_001)), [("E613", "media[0]")]),
    ("long video in a carousel", lambda f: post(picture(f), video(f, duration_ms=61_000)), [("E613", "media[1]")]),
    ("cover after the end", lambda f: post(video(f, cover_at_ms=12_001)), [("E608", "media[0].cover")]),
    ("alt of a video", lambda f: post(replace(video(f), alt="a film")), [("W508", "media[0].alt")]),
    ("story with words", lambda f: post(replace(picture(f), alt=""), options=of_type("story")), [("E504", "text")]),
    ("story with alt", lambda f: post(picture(f), text="", options=of_type("story")), [("W508", "media[0].alt")]),
    ("long story", lambda f: post(video(f, duration_ms=60_001), text="", options=of_type("story")), [("E613", "media[0]")]),
    (
        "story with extras",
        lambda f: post(video(f), text="", options=of_type("story", collaborators=("a",), location_id="1")),
        [("E504", "options.collaborators"), ("E504", "options.location_id")],
    ),
    ("share_to_feed", lambda f: post(picture(f), options=InstagramOptions(share_to_feed=False)), [("W508", "options.share_to_feed")]),
    ("thread", lambda f: post(picture(f), kind="part", part=2, parts=2), [("E504", "text")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "expected"), CASES, ids=[case[0] for case in CASES])
def test_problems(tmp_path: Path, name: str, make: object, expected: list[tuple[str, str]]) -> None:
    assert codes(make(tmp_path)) == expected  # type: ignore[operator]


def test_a_comment_needs_no_media_and_has_the_same_limits() -> None:
    comment = post(text="Order here", kind="comment")
    assert codes(comment) == []
    assert codes(replace(comment, text="")) == [("E503", "first_comment")]
    assert codes(replace(comment, text="x" * 2_201)) == [("E501", "first_comment")]
    assert codes(replace(comment, text=" ".join(f"#t{n}" for n in range(31)))) == [("E505", "first_comment")]


def test_no_public_address_is_an_error_with_the_ways_out(tmp_path: Path) -> None:
    (problem,) = adapter(NoHost()).check(post(picture(tmp_path)))
    assert (problem.code, problem.field) == ("E615", "media")
    assert "public address" in problem.message
    assert [way.split("host: ")[1].split(",")[0] for way in problem.hints] == ["serve", "s3", "command"]
    assert adapter(NoHost()).check(post(text="Order here", kind="comment")) == []


def test_the_preview_folds_the_caption(tmp_path: Path) -> None:
    text = "Zażółć 👩‍👩‍👧 " + "x" * 200
    preview = adapter().preview(post(picture(tmp_path, alt="a cup"), text=text))
    assert preview.header == "kawa · Instagram image"
    assert preview.folded_at is not None
    # the family is one sign of five code points
    assert preview.folded_at == 125 + 4
    assert preview.media == ("picture: a cup",)
    assert adapter().preview(post(picture(tmp_path), text="short")).folded_at is None


def test_the_preview_says_what_is_told_to_instagram(tmp_path: Path) -> None:
    reel = post(
        video(tmp_path, cover_at_ms=1_500),
        text="See https://kawa.example/shop",
        options=InstagramOptions(share_to_feed=False, collaborators=("roaster",)),
        disclosure=Disclosure("AI-generated", None, ("is_ai_generated",)),
    )
    preview = adapter().preview(reel)
    assert preview.media == ("video 12 s, cover at 1.5 s",)
    assert preview.notes == (
        "Instagram shows its “AI info” label",
        "links in captions cannot be tapped",
        "invited as collaborators: @roaster",
        "in the Reels tab only",
    )
    story = adapter().preview(post(picture(tmp_path), text="", options=of_type("story")))
    assert (story.header, story.text, story.media, story.notes) == ("kawa · Instagram story", "", ("picture",), ("gone after 24 hours",))
    assert adapter().preview(post(text="Order", kind="comment")).header == "kawa · Instagram, first comment"


def test_lead_times(tmp_path: Path) -> None:
    made = adapter()
    leads = [made.lead_for(p) for p in (post(picture(tmp_path)), post(video(tmp_path)), post(kind="comment"))]
    assert leads == [180.0, 900.0, 0.0]
