"""YAML 1.2 core with positions, its limits, and that no bytes at all can crash it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import yaml_reader
from config.diagnostics import Diagnostic
from config.document import Document
from config.source import Source, UnreadableFileError, decode
from config.yaml_pure import PureParser
from config.yaml_reader import read

FILE = Path("x.yaml")


def parse(text: str) -> Document:
    return read(Source(FILE, text))


def code_of(text: str | bytes) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read(decode(FILE, text if isinstance(text, bytes) else text.encode()))
    return caught.value.diagnostic.code


def said_of(data: bytes) -> Diagnostic | None:
    try:
        read(decode(FILE, data))
    except UnreadableFileError as error:
        return error.diagnostic
    return None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("09:30", "09:30"),
        ("12:30:45", "12:30:45"),
        ("2026-12-01", "2026-12-01"),
        ("010x", "010x"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        (".inf", ".inf"),
        ("1_000", "1_000"),
        ("1e999", "1e999"),
        ("4111111111111111111", "4111111111111111111"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("-12", -12),
        ("1.5", 1.5),
        ("'true'", "true"),
        ('"1"', "1"),
    ],
)
def test_only_words_and_decimal_numbers_are_typed(written: str, value: object) -> None:
    assert parse(f"a: {written}").value == {"a": value}


def test_numbers_remember_their_digits() -> None:
    value = parse("a: 12.50").value
    assert isinstance(value, dict)
    assert getattr(value["a"], "raw") == "12.50"  # noqa: B009 - only some numbers have it


def test_places_are_one_based_code_points() -> None:
    document = parse("zażółć: [ą, 'gęś']\nb:\n  c: d\n")
    assert (document.place("zażółć", 1).line, document.place("zażółć", 1).column) == (1, 13)
    assert (document.place("b", "c").line, document.place("b", "c").column, document.place("b", "c").end_column) == (3, 6, 7)
    assert document.key_place("b", "c").column == 3


@pytest.mark.parametrize("data", ["a: 1\nb: x\n".encode("utf-8-sig"), b"a: 1\r\nb: x\r\n"])
def test_a_byte_order_mark_and_windows_lines_move_nothing(data: bytes) -> None:
    document = read(decode(FILE, data))
    assert (document.place("b").line, document.place("b").column) == (2, 4)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 'x", "E101"),
        ("a: b: c", "E101"),
        ("[" * 1_000, "E104"),
        ("- " * 50_000, "E104"),
        ("{a: " * 1_000, "E104"),
        ("a: !!python/object:os.system x", "E106"),
        ("!x a: b", "E106"),
        ("a:\tb", "E107"),
        ("a: \x07", "E108"),
        ('a: "\\0"', "E108"),
        ("a: b\u2028c", "E108"),
        ("a: *b", "E109"),
        ("a: &b [*b]", "E109"),
        ("? [a]\n: b", "E110"),
        ("~: b", "E110"),
        ("a: 1\n---\nb: 1", "E111"),
        (b"\xff\xfea", "E102"),
        (b"a: \xe9", "E102"),
        ("x" * 8_000_001, "E103"),
    ],
)
def test_what_is_refused(text: str | bytes, code: str) -> None:
    assert code_of(text) == code


def test_a_bomb_of_aliases_stops_early() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]", *(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20))]
    started = time.process_time()
    assert code_of("\n".join(lines)) == "E103"
    assert time.process_time() - started < 0.2


def test_aliases_deep_inside_count_their_levels() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 60))]
    assert code_of("\n".join(lines)) == "E104"


def test_an_empty_key_is_one_error_with_the_hint_about_comments() -> None:
    document = parse("version: 1\nlabels: #tips\nb:\n")
    first, second = document.diagnostics
    assert (first.code, first.line, first.column, first.message) == ("E203", 2, 8, "'labels' is empty")
    assert '"#like-this"' in first.hints[0]
    assert "#" not in second.hints[0]


def test_a_key_written_twice_is_an_error_and_the_first_counts() -> None:
    document = parse("a: 1\nb: 2\na: 3\n")
    assert document.value == {"a": 1, "b": 2}
    assert [(d.code, d.line, d.column) for d in document.diagnostics] == [("E105", 3, 1)]


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_no_bytes_crash_it(data: bytes) -> None:
    found = said_of(data)
    assert found is None or (found.line >= 1 and found.end_column > found.column >= 1)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#,? \n%@`\\0.1~\t\u0085é", max_size=60))
@settings(max_examples=600, deadline=None)
def test_no_text_of_yaml_signs_crashes_it(text: str) -> None:
    try:
        document = parse(text)
    except UnreadableFileError:
        return
    for diagnostic in document.diagnostics:
        assert 1 <= diagnostic.column < diagnostic.end_column


_TEXTS = ["a: 1\nb: [x, 'y', {c: d}]\n", "a: |\n  x\n  y\nb: >-\n  z\n", "- a\n- b:\n    - c\n", "labels: #tips\nx: &y 1\nz: *y\n"]


@pytest.mark.parametrize("text", _TEXTS)
def test_the_pure_parser_says_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = parse(text)
    monkeypatch.setattr(yaml_reader, "_parser", PureParser)
    slow = parse(text)
    assert slow.value == fast.value
    assert slow.diagnostics == fast.diagnostics
    assert slow.place("b") == fast.place("b")


@given(st.text(alphabet="ab:-[]{}&*'\"#, \n\\01", max_size=40))
@settings(max_examples=200, deadline=None)
def test_both_parsers_agree_on_what_is_yaml(text: str) -> None:
    def outcome() -> object:
        try:
            return parse(text).value
        except UnreadableFileError:
            return "refused"

    fast = outcome()
    original = yaml_reader._parser
    yaml_reader._parser = PureParser
    try:
        slow = outcome()
    finally:
        yaml_reader._parser = original
    assert slow == fast or "refused" in (slow, fast), "the pure parser may refuse more or less, never read it differently"
