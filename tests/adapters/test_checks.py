"""Shared checks: each names what was measured, what is allowed, and where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.checks import check_common, check_no_mixing, check_text
from adapters.contract import Disclosure, MediaItem, Problem, Publication, Target
from adapters.limits import LIMITS, Limits
from config.codes import CODES
from config.options import Options

INSTAGRAM, BLUESKY, MASTODON = LIMITS["instagram"], LIMITS["bluesky"], LIMITS["mastodon"]
CUP = MediaItem("ab" * 32, "image/jpeg", 90_000, 1_080, 1_080, None, "A cup", Path("cup.jpg"), name="cup.jpg")
FILM = replace(CUP, mime="video/mp4", width=1_080, height=1_920, duration_ms=20_000, name="film.mp4")
POST = Publication("a/b@x", "post", 1, 1, "Hi", (CUP,), ("pl",), None, Options(), Disclosure(), Target("instagram", "1"), 0)


def found(limits: Limits, **changes: object) -> list[Problem]:
    return check_common(replace(POST, **changes), limits)  # type: ignore[arg-type]


@pytest.mark.parametrize("limits", LIMITS.values(), ids=list(LIMITS))
def test_a_good_post_has_no_problems(limits: Limits) -> None:
    assert found(limits) == []


@pytest.mark.parametrize(
    ("limits", "changes", "code", "field", "message"),
    [
        (BLUESKY, {"text": "ż" * 307}, "E501", "text", "the text has 307 characters, Bluesky takes 300 (7 too many)"),
        (BLUESKY, {"text": "👨‍👩‍👧‍👦" * 121}, "E501", "text", "the text has 3,025 bytes, Bluesky takes 3,000 (25 too many)"),
        (INSTAGRAM, {"text": "#a " * 31}, "E505", "text", "31 hashtags, Instagram takes 30"),
        (INSTAGRAM, {"text": "#a " * 6}, "W502", "text", "6 hashtags, Instagram advises at most 5"),
        (BLUESKY, {"text": " ", "media": ()}, "E503", "text", "there is no text, and Bluesky needs one or a picture"),
        (BLUESKY, {"kind": "comment"}, "E504", "first_comment", "Bluesky has no first comment"),
        (INSTAGRAM, {"kind": "part", "part": 2, "parts": 2}, "E504", "text", "Instagram has no threads"),
        (INSTAGRAM, {"media": ()}, "E609", "media", "Instagram needs a picture or video"),
        (BLUESKY, {"media": (CUP,) * 5}, "E609", "media[4]", "5 media files, Bluesky takes 4"),
        (BLUESKY, {"media": (FILM,)}, "E610", "media[0]", "'film.mp4' is a video, and videos are not sent to Bluesky yet"),
        (INSTAGRAM, {"media": (replace(CUP, mime="image/png"),)}, "E610", "media[0]", "'cup.jpg' is image/png, Instagram takes image/jpeg"),
        (BLUESKY, {"media": (CUP, replace(CUP, size=2_500_000))}, "E611", "media[1]", "'cup.jpg' has 2.50 MB, Bluesky takes 2.00 MB"),
        (
            INSTAGRAM,
            {"media": (replace(CUP, width=3_000, height=1_000),)},
            "E612",
            "media[0]",
            "'cup.jpg' is 3000×1000 (ratio 3.00), Instagram takes 0.8 to 1.91",
        ),
        (
            INSTAGRAM,
            {"media": (replace(CUP, width=300, height=300),)},
            "E612",
            "media[0]",
            "'cup.jpg' is 300 pixels wide, Instagram takes 320 or more",
        ),
        (
            INSTAGRAM,
            {"media": (replace(FILM, duration_ms=2_000),)},
            "E613",
            "media[0]",
            "'film.mp4' lasts 2.0 s, Instagram takes 3 to 900 s",
        ),
        (
            MASTODON,
            {"media": (replace(CUP, alt="ż" * 1_502),)},
            "E614",
            "media[0].alt",
            "the alternative text of 'cup.jpg' has 1,502 characters, Mastodon takes 1,500 (2 too many)",
        ),
        (MASTODON, {"media": (replace(CUP, alt=" "),)}, "W606", "media[0].alt", "'cup.jpg' has no alternative text"),
    ],
)
def test_each_problem(limits: Limits, changes: dict[str, object], code: str, field: str, message: str) -> None:
    (problem,) = found(limits, **changes)
    assert (problem.code, problem.field, problem.message) == (code, field, message)
    assert problem.is_error == code.startswith("E")


def test_the_edges_are_allowed() -> None:
    assert found(BLUESKY, text="ż" * 300) == []
    assert found(INSTAGRAM, text="#a " * 5) == []
    assert found(INSTAGRAM, media=(replace(CUP, width=1_080, height=1_350),)) == []
    assert found(INSTAGRAM, media=(replace(CUP, width=1_910, height=1_000),)) == []
    assert found(BLUESKY, media=(replace(CUP, size=2_000_000),)) == []
    assert found(MASTODON, media=(replace(CUP, alt="ż" * 1_500),)) == []


def test_the_hint_shows_where_it_stops_to_fit() -> None:
    (problem,) = check_text("a" * 290 + " the last 10 and more", BLUESKY)
    assert problem.hints == ("fits until “…" + "a" * 14 + " the last”",)


def test_what_stands_before_counts_too() -> None:
    assert list(check_text("a" * 300, BLUESKY)) == []
    (problem,) = check_text("a" * 300, BLUESKY, prefix="warning")
    assert "7 too many" in problem.message
    assert problem.hints == ("the content warning takes 7 of them",)


def test_mixing() -> None:
    assert list(check_no_mixing((CUP, CUP), MASTODON)) == []
    assert list(check_no_mixing((FILM,), MASTODON)) == []
    (problem,) = check_no_mixing((CUP, FILM), MASTODON)
    assert (problem.code, problem.field) == ("E609", "media[1]")


def test_several_problems_come_together() -> None:
    problems = found(INSTAGRAM, text="#a " * 800, media=(replace(CUP, mime="image/webp", alt=""),))
    assert [problem.code for problem in problems] == ["E501", "E505", "E610", "W606"]
    assert all(problem.code in CODES for problem in problems)
