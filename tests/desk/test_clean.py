"""Nothing that leaves the Desk can move a cursor, hide a word or turn the reading direction."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.clean import clean, clean_line, invisible_in, shorten

HARMFUL = [
    ("colour", "a\x1b[31mred\x1b[0m", "ared"),
    ("title", "a\x1b]0;owned\x07b", "ab"),
    ("title, other end", "a\x1b]0;owned\x1b\\b", "ab"),
    ("C1 colour", "a\x9b31mred", "ared"),
    ("C1 string", "a\x9downed\x9cb", "ab"),
    ("unfinished string keeps its words", "a\x1b]0;words that stay", "a0;words that stay"),
    ("device control", "a\x1bPq\x1b\\b", "ab"),
    ("lone escape", "a\x1b", "a"),
    ("bell and null", "a\x07\x00b", "ab"),
    ("turned around", "abc\u202etxt.exe", "abctxt.exe"),
    ("isolates", "a\u2066b\u2069c", "abc"),
    ("zero width", "pass\u200bword\u2060\ufeff", "password"),
    ("tag letters", "hi\U000e0041\U000e0042", "hi"),
    ("Hangul filler", "a\u3164b", "ab"),
    ("surrogate", "a\ud800b", "ab"),
    ("line ends", "a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
]
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
HARMLESS = [
    "Zażółć gęślą jaźń",
    "family 👨‍👩‍👧‍👦",
    "👩🏽‍🚀",
    "🏳️‍🌈",
    "❤️",
    SCOTLAND,
    "שלום",
    "नमस्ते",
    "می\u200cخواهم",
    "क्\u200dष",
    "a\tb\nc",
    "日本語",
]


@pytest.mark.parametrize(("name", "text", "expected"), HARMFUL)
def test_harmful_signs_are_taken_out(name: str, text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize("text", HARMLESS)
def test_words_and_pictures_stay(text: str) -> None:
    assert clean(text) == text
    assert invisible_in(text) == []


def test_a_joiner_between_letters_goes() -> None:
    assert clean("a\u200db") == "ab"
    assert invisible_in("a\u200db") == ["\u200d"]


@given(st.text(st.characters(codec=None), max_size=60))
def test_whatever_comes_nothing_steers_a_terminal(text: str) -> None:
    found = clean(text)
    assert clean(found) == found
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in found)
    assert not set(found) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b\u2060\ufeff")


def test_one_line_and_first_words() -> None:
    assert clean_line(" a\n\n b\x1b[0m ") == "a b"
    assert shorten("the quick brown fox jumps", 16) == "the quick brown…"
    assert shorten("short", 16) == "short"
    assert len(shorten("x" * 100, 16)) == 16
