"""Text is cleaned sign for sign, measured in cells, and times are said as people say them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from scheduler.clock import DAY, HOUR, MINUTE, SECOND
from tests.tui.fake_desk import NOW, TZ, micros
from tui.shell import glyphs_for
from tui.text import (
    ASCII,
    UNICODE,
    clean,
    counted,
    day_words,
    field_words,
    fit,
    full_when,
    one_line,
    relative,
    sentence,
    short_times,
    some,
    week_words,
    when_words,
)

FAMILY = "👩‍👩‍👧‍👧"


@given(st.text())
def test_cleaning_keeps_every_position(text: str) -> None:
    assert len(clean(text)) == len(text)


@given(st.text())
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    assert not any(
        (letter < " " and letter not in "\t\n") or "\x7f" <= letter <= "\x9f" or letter in "\u202e\u2066" for letter in clean(text)
    )


@pytest.mark.parametrize("bad", ["\x1b[2J", "\x9b31m", "\x1b]52;c;AAAA\x07", "abc\u202edef"])
def test_escape_sequences_become_visible_marks(bad: str) -> None:
    assert "\ufffd" in clean(bad)


def test_words_of_people_survive() -> None:
    for text in (f"{FAMILY} 🇵🇱 e\u0301 ✌️", "Zażółć gęślą jaźń", "مرحبا", "a\nb\tc"):
        assert clean(text) == text


@given(st.text(alphabet=st.characters(blacklist_categories=("Cc", "Cs", "Cf", "Mn", "Me"))), st.integers(0, 40))
def test_fit_is_exactly_as_wide_as_asked(text: str, cells: int) -> None:
    assert cell_len(fit(text, cells)) == cells


def test_fit_cuts_with_a_mark_and_pads() -> None:
    assert fit("Harbour Books", 8) == "Harbour…"
    assert fit("Kawa", 6) == "Kawa  "
    assert cell_len(fit(f"{FAMILY}{FAMILY}{FAMILY}", 4)) == 4


def test_one_line_folds_breaks() -> None:
    assert one_line(" a\n b\t c ") == "a b c"


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (30 * SECOND, "now"),
        (22 * MINUTE, "in 22 min"),
        (4 * HOUR + 59 * MINUTE, "in 4 h"),
        (DAY, "in 1 day"),
        (3 * DAY, "in 3 days"),
        (-5 * MINUTE, "5 min ago"),
        (-2 * DAY, "2 days ago"),
    ],
)
def test_relative_times(gap: int, words: str) -> None:
    assert relative(NOW + gap, NOW) == words


def test_dates_name_weekday_day_and_month() -> None:
    assert day_words(date(2026, 11, 24)) == "Tue 24 Nov"
    assert when_words(micros("2026-11-24 12:30"), TZ, NOW) == "12:30"
    assert when_words(micros("2026-11-25 09:05"), TZ, NOW) == "Wed 25 Nov 9:05"
    assert when_words(micros("2027-01-02 09:05"), TZ, NOW) == "Sat 2 Jan 2027 9:05"
    assert full_when(None, TZ) == "no time yet"


def test_times_of_the_desk_are_said_as_its_lists_say_them() -> None:
    assert short_times("Mon 30 Nov 09:15 → Tue 1 Dec 09:45 CET") == "Mon 30 Nov 9:15 → Tue 1 Dec 9:45 CET"
    assert short_times("since 00:05, not 10:09 or 110:09") == "since 0:05, not 10:09 or 110:09"


def test_weeks_over_the_end_of_a_month_and_a_year() -> None:
    assert week_words(date(2026, 11, 23), date(2026, 11, 29)) == "23–29 November 2026"
    assert week_words(date(2026, 11, 30), date(2026, 12, 6)) == "30 November – 6 December 2026"
    assert week_words(date(2026, 12, 28), date(2027, 1, 3)) == "28 December 2026 – 3 January 2027"


def test_names_of_texts() -> None:
    assert field_words("pl") == "Polish"
    assert field_words("en@ig-kawa") == "English for ig-kawa"
    assert field_words("alt:0:en") == "Alt text 1, English"
    assert field_words("first_comment") == "First comment"


def test_counting_words() -> None:
    assert counted(1, "post") == "1 post"
    assert counted(1_200, "post") == "1,200 posts"
    assert some(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_signs_follow_the_terminal() -> None:
    assert glyphs_for("utf-8") is UNICODE
    assert glyphs_for("ascii") is ASCII
    assert glyphs_for(None) is ASCII
    assert all(getattr(ASCII, name).isascii() for name in ASCII.__slots__)
    assert all(cell_len(getattr(UNICODE, name)) == 1 for name in UNICODE.__slots__)


def test_a_sentence_leaves_names_as_they_are_written() -> None:
    assert sentence("ms-kawa works: Mastodon answers") == "ms-kawa works: Mastodon answers."
    assert sentence("moved to Fri 27 Nov") == "Moved to Fri 27 Nov."
