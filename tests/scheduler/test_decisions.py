"""The rules that decide, to the last figure: times, codes, words, and both sides of every border."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.contract import (
    Absent,
    Accepted,
    CannotTell,
    CommitClass,
    Found,
    Limited,
    Look,
    NotSent,
    Outcome,
    Pending,
    Published,
    Receipt,
    Refused,
    TokenDead,
    Unknown,
)
from scheduler import lifecycle
from scheduler.clock import DAY, HOUR, MINUTE, SECOND
from scheduler.lifecycle import Decision, LookFacts, State, after_commit, after_failed_preparation, after_look, after_poll

H, K, L, N = CommitClass.HANDLE, CommitClass.KEY, CommitClass.LIST, CommitClass.NONE
RECEIPT = Receipt("1", None)
PROMISE = Path(__file__).parent.parent.parent / "docs" / "promise.md"


def test_times_and_limits_are_those_that_are_promised() -> None:
    lc = lifecycle
    assert (lc.LATE, lc.APPROVED_BEFORE, lc.APPROVED_AFTER, lc.PART_GRACE) == (2 * HOUR, DAY, 7 * DAY, DAY)
    assert (lc.LEASE, lc.BEAT, lc.FREEZE, lc.IGNORED_AHEAD) == (60 * SECOND, 10 * SECOND, 10 * SECOND, HOUR)
    assert lc.LOOKS == (5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE)
    assert (lc.LOOK_FAILING, lc.PROCESSING_LIMIT, lc.POLL, lc.MAX_TRIES) == (6 * HOUR, HOUR, 30 * SECOND, 8)
    assert (lc.BACKOFF_FIRST, lc.BACKOFF_MOST, lc.LIMITED_MOST, lc.PACE_AHEAD) == (5 * SECOND, 15 * MINUTE, DAY, 8 * DAY)


def test_codes_that_stand_in_stores_stay_as_they_are() -> None:
    assert (lifecycle.DOUBTFUL, lifecycle.HELD, lifecycle.PACE, lifecycle.TOKEN) == ("doubtful", "held", "pace", "token")


def test_the_reasons_of_the_table_are_those_of_the_docs() -> None:
    rows = [line.split("|")[1:-1] for line in PROMISE.read_text("utf-8").splitlines() if re.match(r"\| \d+ \|", line)]
    told = {int(number): why.strip() for number, _, _, _, _, why in (map(str.strip, row) for row in rows)}
    assert told == {t.number: t.why for t in lifecycle.TRANSITIONS}


def test_sets_of_states() -> None:
    assert {"published", "cancelled"} == lifecycle.FINAL
    assert {"claimed", "sending", "checking"} == lifecycle.LEASED
    assert {"claimed", "sending", "processing", "unknown", "checking", "ask"} == lifecycle.UNTOUCHABLE
    assert {"ask", "refused", "missed"} == lifecycle.NEEDS_PERSON
    assert lifecycle.choices("ask") == ("cancelled", "published", "queued")
    assert lifecycle.choices("published") == ()
    assert lifecycle.choices("queued") == ("draft", "cancelled", "missed", "ask")  # to claim it is the engine's alone
    assert [lifecycle.choices(state) for state in ("sending", "processing", "unknown", "checking")] == [()] * 4
    assert lifecycle.sources(2) == ("claimed", "queued")
    bumping = {2, 3, 4, 5, 9, 10, 11, 13, 15, 16, 17, 18, 19, 20, 21}
    assert {number for number in range(1, 22) if lifecycle.bumps(number)} == bumping


def test_an_approval_holds_from_a_day_before_to_a_week_after_or_to_not_after() -> None:
    due = 1_000 * HOUR
    assert lifecycle.approval_window(due) == (due - DAY, due + 7 * DAY)
    assert lifecycle.approval_window(due, due + HOUR) == (due - DAY, due + HOUR)
    assert lifecycle.approval_window(due, due + 8 * DAY) == (due - DAY, due + 7 * DAY)


def test_when_to_prepare_and_until_when_to_send() -> None:
    assert lifecycle.prepare_at(100 * HOUR, 1.5) == 100 * HOUR - 1_500_000
    assert lifecycle.send_until(5, 3, 9, 7) == 7
    assert lifecycle.send_until(5, 1, 9, 7) == 6
    assert lifecycle.send_until(5, 3, None, None) == 8


def test_waits_grow_and_are_spread_by_a_quarter() -> None:
    assert lifecycle.backoff(0, 0) == 5 * SECOND
    assert lifecycle.backoff(3, 0.5) == 22_500_000
    assert lifecycle.backoff(30, 0) == lifecycle.backoff(10_000, 0) == 15 * MINUTE


def test_the_last_look_of_a_slow_platform() -> None:
    assert lifecycle.next_look(4, 595) is None
    assert lifecycle.next_look(4, 595.5) == 600_500_000
    assert lifecycle.next_look(3, 900) == 10 * MINUTE


def test_a_look_a_second_early_counts_and_a_microsecond_more_does_not() -> None:
    for n, due in enumerate(lifecycle.LOOKS):
        assert lifecycle.looks_done(n, due - SECOND) == n + 1
        assert lifecycle.looks_done(n, due - SECOND - 1) == n
    assert lifecycle.looks_done(len(lifecycle.LOOKS), 0) == 5


ANSWERS: list[tuple[Outcome, Decision]] = [
    (Published(RECEIPT), Decision(7, State.PUBLISHED, "published")),
    (Accepted("h"), Decision(8, State.PROCESSING, "accepted, being processed")),
    (NotSent("no network", "net"), Decision(9, State.QUEUED, "no network", "net")),
    (NotSent("no network", "net", 0.0), Decision(9, State.QUEUED, "no network", "net", 0)),
    (Limited("slow", 2.5, "429"), Decision(9, State.QUEUED, "slow", "429", 2_500_000)),
    (Limited("slow", 86_401.0, "429"), Decision(9, State.QUEUED, "slow", "429", DAY)),
    (TokenDead("gone"), Decision(9, State.QUEUED, "gone", "token", 5 * SECOND)),
    (Refused("long", "TooLong"), Decision(10, State.REFUSED, "long", "TooLong")),
    (Unknown("nothing came", "read_timeout"), Decision(11, State.UNKNOWN, "nothing came", "read_timeout")),
    (Unknown("already", "506", hint=True), Decision(11, State.UNKNOWN, "already", "506", 0)),
]


@pytest.mark.parametrize(("outcome", "decision"), ANSWERS)
def test_after_each_answer_exactly(outcome: Outcome, decision: Decision) -> None:
    assert after_commit(outcome) == decision


def facts(cls: CommitClass = H, **more: object) -> LookFacts:
    values = {"look_n": 1, "settled": True, "same_boot": True, "elapsed": 10 * SECOND, "more_looks": True} | more
    return LookFacts(cls=cls, **values)  # type: ignore[arg-type]


def ask(why: str, code: str) -> Decision:
    return Decision(17, State.ASK, why, code)


def later(why: str, code: str) -> Decision:
    return Decision(16, State.UNKNOWN, why, code)


def again(why: str) -> Decision:
    return Decision(15, State.QUEUED, why, "absent", 0)


PROOF, NO_PROOF = Absent(proof=True), Absent(proof=False)
PROVED = again("proved not to be public; it is sent again with the same key")
LAST = {"more_looks": False, "resend_after_absence": True}
LOOKED: list[tuple[Look, LookFacts, Decision]] = [
    (Found(RECEIPT), facts(), Decision(14, State.PUBLISHED, "found on the platform")),
    (Found(RECEIPT), facts(owned_by_other=True), ask("what was found belongs to another post", "several")),
    (Found(RECEIPT, same=False), facts(), ask("an earlier version is public", "other_content")),
    (Found(RECEIPT, same=False, reason="other words"), facts(), ask("other words", "other_content")),
    (Pending(), facts(elapsed=HOUR - 1), later("the platform is still working on it", "pending")),
    (Pending("working"), facts(), later("working", "pending")),
    (Pending("working"), facts(elapsed=HOUR), ask("working, for more than an hour", "pending")),
    (CannotTell("down"), facts(), later("down", "look_failed")),
    (CannotTell("down"), facts(elapsed=6 * HOUR - 1), later("down", "look_failed")),
    (CannotTell("down"), facts(elapsed=6 * HOUR), ask("it cannot be looked up: down", "look_failed")),
    (CannotTell("two", several=True), facts(), ask("two", "several")),
    (CannotTell("two", several=True), facts(N), ask("two", "several")),
    (CannotTell(""), facts(N), ask("this platform gives no way to look it up", "no_look")),
    (CannotTell("no way"), facts(N), ask("no way", "no_look")),
    (PROOF, facts(), PROVED),
    (PROOF, facts(settled=False), later("not found; the platform may still be working", "absent")),
    (PROOF, facts(K), PROVED),
    (PROOF, facts(K, settled=False), later("not found; the platform may still be working", "absent")),
    (PROOF, facts(K, same_boot=False), later("not found yet", "absent")),
    (PROOF, facts(same_boot=False), PROVED),
    (PROOF, facts(L), later("not found yet", "absent")),
    (PROOF, facts(N), later("not found yet", "absent")),
    (NO_PROOF, facts(), later("not found yet", "absent")),
    (Absent(proof=False, reason="not listed"), facts(), later("not listed", "absent")),
    (Absent(proof=False, reason="not listed"), facts(more_looks=False), ask("not listed", "absent")),
    (NO_PROOF, facts(more_looks=False), ask("not found in any look", "absent")),
    (NO_PROOF, facts(L, **LAST), again("not found in any look; this account sends again then")),
    (NO_PROOF, facts(L, **LAST, settled=False), ask("not found in any look", "absent")),
    (NO_PROOF, facts(N, **LAST), ask("not found in any look", "absent")),
    (NO_PROOF, facts(only_elsewhere=True), again("looked for and not there: not found")),
    (Absent(proof=False, reason="not listed"), facts(K, only_elsewhere=True), again("looked for and not there: not listed")),
    (NO_PROOF, facts(only_elsewhere=True, settled=False), later("not found yet", "absent")),
    (NO_PROOF, facts(L, only_elsewhere=True), later("not found yet", "absent")),
]


@pytest.mark.parametrize(("look", "facts", "decision"), LOOKED)
def test_after_each_look_exactly(look: Look, facts: LookFacts, decision: Decision) -> None:
    assert after_look(look, facts) == decision


POLLED: list[tuple[Look, int, Decision | None]] = [
    (Found(RECEIPT), 0, Decision(12, State.PUBLISHED, "found on the platform")),
    (Found(RECEIPT, same=False), 0, Decision(12, State.ASK, "what is public is not what was sent", "other_content")),
    (Found(RECEIPT, same=False, reason="other"), 0, Decision(12, State.ASK, "other", "other_content")),
    (CannotTell("two", several=True), 0, Decision(12, State.ASK, "two", "several")),
    (CannotTell("down"), HOUR - 1, None),
    (CannotTell("down"), HOUR, Decision(12, State.ASK, "still being processed after an hour", "pending")),
    (Absent(proof=True), 10 * MINUTE - 1, None),
    (Absent(proof=True), 10 * MINUTE, Decision(12, State.ASK, "it was accepted and then not found", "absent")),
    (Absent(proof=True, reason="gone"), HOUR, Decision(12, State.ASK, "gone", "absent")),
    (Pending(), HOUR - 1, None),
    (Pending(), HOUR, Decision(12, State.ASK, "still being processed after an hour", "pending")),
]


@pytest.mark.parametrize(("look", "elapsed", "decision"), POLLED)
def test_after_each_poll_exactly(look: Look, elapsed: int, decision: Decision | None) -> None:
    assert after_poll(look, elapsed) == decision


def test_who_meets_nobody_tries_again_soon_and_never_gives_up() -> None:
    waits = [(1, 5 * SECOND), (3, 20 * SECOND), (8, 2 * MINUTE), (1_000, 2 * MINUTE)]
    for tries, wait in waits:
        assert lifecycle.after_no_answer(tries, "nobody there", "down", 0) == Decision(5, State.QUEUED, "nobody there", "down", wait)


def test_what_was_interrupted_goes_on_at_once_and_then_less_and_less_often() -> None:
    for tries, wait in ((0, 0), (1, 0), (2, 5 * SECOND), (3, 10 * SECOND), (50, 2 * MINUTE)):
        assert lifecycle.after_interruption(tries, "no store", 0) == Decision(5, State.QUEUED, "no store", "interrupted", wait)
    assert lifecycle.after_interruption(2, "no store", 1) == Decision(5, State.QUEUED, "no store", "interrupted", 6_250_000)


def test_after_a_preparation_that_failed() -> None:
    assert after_failed_preparation(7, "x", "c", None, 0) == Decision(5, State.QUEUED, "x", "c", lifecycle.backoff(7, 0))
    assert after_failed_preparation(1, "x", "c", None, 1) == Decision(5, State.QUEUED, "x", "c", 6_250_000)
    assert after_failed_preparation(7, "x", "c", 9, 0) == Decision(5, State.QUEUED, "x", "c", 9)
    assert after_failed_preparation(7, "x", "c", 0, 0) == Decision(5, State.QUEUED, "x", "c", 0)
    assert after_failed_preparation(8, "x", "c", 9, 0) == Decision(5, State.REFUSED, "x (tried 8 times)", "c")
    assert after_failed_preparation(9, "x", "", None, 0) == Decision(5, State.REFUSED, "x (tried 9 times)", "tries")


WORDS = {
    "draft": "waits for approval",
    "queued": "scheduled",
    "claimed": "getting ready",
    "sending": "sending…",
    "processing": "X is processing it",
    "unknown": "checking with X (look 1 of 4)",
    "checking": "checking with X (look 1 of 4)",
    "ask": "needs you",
    "published": "published ✓",
    "refused": "refused by X",
    "missed": "missed",
    "cancelled": "cancelled",
}


def test_words_for_people() -> None:
    assert {state.value: lifecycle.words(state.value, "X") for state in State} == WORDS
    assert lifecycle.words("queued", "X", due_later=False) == "due, goes out now"
    looks = [lifecycle.words("unknown", "X", n)[-12:] for n in (1, 3, 4, 9)]
    assert looks == ["look 2 of 4)", "look 4 of 4)", "look 4 of 4)", "look 4 of 4)"]
