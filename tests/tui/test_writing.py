"""A post being written: spans follow typing, nothing typed is lost, problems in order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Problem
from scheduler.desk.views import ApprovalView, Counter, PartView, PostView, Sign, Span, TextView
from tests.tui.seeds import seeded
from tui.lines.writing import Draft, fits_until, models_words, shift_spans, troubles
from tui.say import speak
from tui.text import UNICODE
from tui.widgets.counters import counter_lines

MODEL = (Span(6, 11, "model"),)


def post(**texts: str) -> PostView:
    views = tuple(TextView(name, text, ()) for name, text in texts.items())
    return PostView("c/p", "P", "kawa", "Kawa", "tui", None, views, ("bs-kawa",), (), (), None)


def test_typing_before_moves_the_models_words() -> None:
    assert shift_spans("Hello world", "Oh, Hello world", MODEL) == (Span(10, 15, "model"),)


def test_typing_after_leaves_them() -> None:
    assert shift_spans("Hello world", "Hello world!", MODEL) == MODEL


def test_typing_inside_splits_them() -> None:
    assert shift_spans("Hello world", "Hello wo-rld", MODEL) == (Span(6, 8, "model"), Span(9, 12, "model"))


def test_what_is_typed_over_loses_its_mark() -> None:
    assert shift_spans("Hello world", "Hello", MODEL) == ()
    assert shift_spans("Hello world", "Help me, world", MODEL) == (Span(9, 14, "model"),)


@given(st.text(max_size=30), st.text(max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_spans_never_leave_the_text(old: str, new: str, a: int, b: int) -> None:
    start, end = sorted((min(a, len(old)), min(b, len(old))))
    for span in shift_spans(old, new, (Span(start, end, "model"),) if start < end else ()):
        assert 0 <= span.start < span.end <= len(new)


def test_what_is_typed_stays_when_the_desk_answers() -> None:
    draft = Draft.of(post(en="one", pl="jeden"))
    draft.type("one and a half")
    assert draft.dirty == ["en"]
    assert draft.follow(post(en="one", pl="dwa")) == []
    assert draft.texts == {"en": "one and a half", "pl": "dwa"}


def test_a_text_that_changed_elsewhere_meanwhile_is_named() -> None:
    draft = Draft.of(post(en="one"))
    draft.type("mine")
    assert draft.follow(post(en="theirs")) == ["en"]
    assert draft.texts == {"en": "mine"}
    assert draft.follow(post(en="theirs")) == []


def test_a_text_that_is_gone_is_left() -> None:
    draft = Draft.of(post(en="one", pl="jeden"))
    draft.step(1)
    draft.follow(post(en="one"))
    assert draft.current == "en"


async def test_an_own_text_is_written_without_breaking_an_approval_of_the_common_one() -> None:
    written = replace(post(en="long", **{"en@bs-kawa": "long"}), accounts=("bs-kawa", "ms-kawa"))
    seen = (await seeded().deliveries())[0]
    mine = replace(seen, account="bs-kawa", sign=Sign.DRAFT, approval=None)
    other = replace(seen, account="ms-kawa", sign=Sign.SCHEDULED, approval=ApprovalView("anna", 0))
    draft = Draft.of(replace(written, deliveries=(mine, other)))
    assert (draft.current, draft.locked) == ("en@bs-kawa", False), "what is left to do is opened"
    draft.current = "en"
    assert draft.locked
    assert draft.broken_by("en") == [other]
    draft.passages.pop("en@bs-kawa")
    assert draft.broken_by("en@bs-kawa") == []
    assert draft.broken_by("en@ms-kawa") == [other]


def test_files_are_written_in_files() -> None:
    assert "edit it there" in Draft.of(replace(post(en="x"), managed_by="files", file="posts/x.md")).fixed


def counter(account: str, used: int, allowed: int, *problems: Problem, field: str = "") -> Counter:
    return Counter(account, account.title(), used, allowed, min(used, allowed), "", problems, field)


def test_the_text_fits_up_to_the_shortest_account_that_sends_it() -> None:
    counters = [counter("a", 400, 300), counter("b", 400, 500), counter("c", 900, 100, field="pl")]
    assert fits_until(counters, "en", 400) == 300
    assert fits_until([], "en", 400) == 400


def test_what_is_mended_in_the_files_has_no_place_in_write() -> None:
    wide, host = Problem("E602", "too wide", field="media[0]"), Problem("E615", "no public address", field="media")
    assert [trouble.field for trouble in troubles([counter("a", 1, 2, wide, host)])] == ["media[0]", ""]
    lines = counter_lines([counter("a", 1, 2, wide, host)], UNICODE).plain
    assert "too wide  F4" in lines
    assert "no public address  F4" not in lines


def test_the_models_words_are_named_only_where_they_are_heard() -> None:
    parts = (PartView("Hello world, come in", MODEL, ()),)
    assert models_words(parts) == ""
    speak("en", aloud=True)
    assert models_words(parts) == "of the model: world"
    assert models_words((PartView("Hello", (Span(0, 5, "person"),), ()),)) == ""


def test_errors_come_before_warnings() -> None:
    warning, error = Problem("W510", "many tags"), Problem("E501", "too long")
    assert [t.message for t in troubles([counter("a", 1, 2, warning), counter("b", 3, 2, error)])] == ["too long", "many tags"]


def test_what_goes_on_in_the_next_line_stands_in() -> None:
    long = Problem("E602", "the picture is larger than what this network takes, make it smaller", field="media[0]")
    many = counter("bs-kawa", 400, 300, long)
    lines = counter_lines([many], UNICODE, 40).plain.splitlines()
    assert len(lines) > 2
    assert [line[:2] for line in lines[1:]] == ["  "] * (len(lines) - 1)
    assert all(len(line) <= 40 for line in lines)
