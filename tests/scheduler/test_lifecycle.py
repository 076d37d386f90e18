"""Every transition of the table, every pair that is none, and the decisions after commits and looks."""

from __future__ import annotations

from itertools import product

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
from scheduler.lifecycle import LookFacts, State, after_commit, after_look, after_poll, allowed

TABLE = """
1 draft queued person
2 queued draft person files engine +f
2 claimed draft person files engine +f
3 draft cancelled person files +f
3 queued cancelled person files +f
3 claimed cancelled person files +f
3 missed cancelled person files +f
3 ask cancelled person files +f
3 refused cancelled person files +f
4 queued claimed engine +f
5 claimed queued engine +f
5 claimed refused engine +f
5 claimed ask engine +f
6 claimed sending engine
7 sending published engine
8 sending processing engine
9 sending queued engine +f
10 sending refused engine +f
11 sending unknown engine +f
12 processing published engine
12 processing refused engine
12 processing ask engine
13 unknown checking engine +f
14 checking published engine
15 checking queued engine +f
16 checking unknown engine +f
17 checking ask engine +f
18 ask published person +f
18 ask queued person +f
19 draft missed engine person files +f
19 queued missed engine person files +f
19 claimed missed person files +f
19 draft ask engine person files +f
19 queued ask engine person files +f
19 claimed ask person files +f
20 missed draft person files +f
20 refused draft person files +f
21 draft unknown engine +f
21 queued unknown engine +f
21 claimed unknown engine +f
21 missed unknown engine +f
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
ACTORS = ("person", "engine", "files")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row[:3]))
def test_each_transition(row: list[str]) -> None:
    number, source, target, *rest = row
    elsewhere = {who for other in ROWS if other is not row and other[1:3] == row[1:3] for who in other[3:]}
    for who in set(ACTORS) - elsewhere:
        found = allowed(source, target, who)  # type: ignore[arg-type]
        if who in rest:
            assert found is not None
            assert found.number == int(number)
            assert found.bump == ("+f" in rest)
        else:
            assert found is None


def test_everything_else_is_not_allowed() -> None:
    known = {(row[1], row[2]) for row in ROWS}
    for source, target in product(State, State):
        if (source.value, target.value) not in known:
            assert not any(allowed(source, target, who) for who in ACTORS), f"{source} → {target}"  # type: ignore[arg-type]


def test_nothing_leaves_a_final_state_and_unknown_never_sends_without_a_look() -> None:
    for final in lifecycle.FINAL:
        assert not any(allowed(final, target, who) for target in State for who in ACTORS)  # type: ignore[arg-type]
    assert {t.target for t in lifecycle.TRANSITIONS if State.UNKNOWN in t.sources} == {State.CHECKING}
    assert {t.sources for t in lifecycle.TRANSITIONS if t.target == State.SENDING} == {frozenset({State.CLAIMED})}


def test_only_a_person_approves_and_decides() -> None:
    assert {who for t in lifecycle.TRANSITIONS if t.number in (1, 18) for who in t.who} == {"person"}


RECEIPT = Receipt("1", None)


@pytest.mark.parametrize(
    ("outcome", "number", "target"),
    [
        (Published(RECEIPT), 7, "published"),
        (Accepted("h"), 8, "processing"),
        (NotSent("no network"), 9, "queued"),
        (Limited("slow", 60), 9, "queued"),
        (TokenDead("gone"), 9, "queued"),
        (Refused("long", "TooLong"), 10, "refused"),
        (Unknown("nothing came", "read_timeout"), 11, "unknown"),
        (Unknown("already posted", "506", hint=True), 11, "unknown"),
    ],
)
def test_after_each_answer(outcome: Outcome, number: int, target: str) -> None:
    decision = after_commit(outcome)
    assert (decision.number, decision.target) == (number, target)
    assert allowed("sending", target, "engine").number == number  # type: ignore[union-attr]


def test_waits_told_by_the_platform_are_kept_and_capped() -> None:
    assert after_commit(Limited("slow", 60)).wait == MINUTE
    assert after_commit(Limited("slow", 10 * 86_400)).wait == DAY
    assert after_commit(NotSent("x", after=3)).wait == 3 * SECOND
    assert after_commit(Unknown("dup", "506", hint=True)).wait == 0
    assert after_commit(Unknown("x", "y")).wait is None


def facts(cls: CommitClass = CommitClass.HANDLE, **more: object) -> LookFacts:
    values = {"look_n": 1, "settled": True, "same_boot": True, "elapsed": 10 * SECOND, "more_looks": True} | more
    return LookFacts(cls=cls, **values)  # type: ignore[arg-type]


PROOF, NO_PROOF = Absent(proof=True), Absent(proof=False)
H, K, L, N = CommitClass.HANDLE, CommitClass.KEY, CommitClass.LIST, CommitClass.NONE


@pytest.mark.parametrize(
    ("look", "facts", "number"),
    [
        (Found(RECEIPT), facts(), 14),
        (Found(RECEIPT), facts(L), 14),
        (Found(RECEIPT), facts(owned_by_other=True), 17),
        (Found(RECEIPT, same=False), facts(), 17),
        (PROOF, facts(H), 15),
        (PROOF, facts(H, settled=False), 16),
        (PROOF, facts(H, settled=False, more_looks=False), 16),
        (PROOF, facts(H, same_boot=False), 15),
        (PROOF, facts(K), 15),
        (PROOF, facts(K, same_boot=False), 16),
        (PROOF, facts(K, same_boot=False, more_looks=False), 17),
        (PROOF, facts(L), 16),
        (PROOF, facts(L, more_looks=False), 17),
        (NO_PROOF, facts(H), 16),
        (NO_PROOF, facts(H, more_looks=False), 17),
        (NO_PROOF, facts(L, more_looks=False, resend_after_absence=True), 15),
        (NO_PROOF, facts(N, more_looks=False, resend_after_absence=True), 17),
        (NO_PROOF, facts(L, more_looks=True, resend_after_absence=True), 16),
        (CannotTell("down"), facts(), 16),
        (CannotTell("down"), facts(elapsed=6 * HOUR), 17),
        (CannotTell("two", several=True), facts(), 17),
        (CannotTell("no way"), facts(N), 17),
        (Pending(), facts(), 16),
        (Pending(), facts(elapsed=HOUR), 17),
    ],
)
def test_after_each_look(look: Look, facts: LookFacts, number: int) -> None:
    decision = after_look(look, facts)
    assert decision.number == number
    assert allowed("checking", decision.target, "engine").number == number  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("look", "elapsed", "target"),
    [
        (Found(RECEIPT), 0, "published"),
        (Found(RECEIPT, same=False), 0, "ask"),
        (Pending(), MINUTE, None),
        (Pending(), HOUR, "ask"),
        (Absent(proof=True), MINUTE, None),
        (Absent(proof=True), 10 * MINUTE, "ask"),
        (CannotTell("down"), MINUTE, None),
        (CannotTell("two", several=True), 0, "ask"),
    ],
)
def test_after_each_poll(look: Look, elapsed: int, target: str | None) -> None:
    decision = after_poll(look, elapsed)
    assert (None if decision is None else decision.target.value) == target


def test_back_off_doubles_to_a_quarter_of_an_hour_with_jitter() -> None:
    assert [lifecycle.backoff(n, 0) // SECOND for n in range(1, 10)] == [5, 10, 20, 40, 80, 160, 320, 640, 900]
    assert lifecycle.backoff(1, 1) == 6_250_000
    assert lifecycle.backoff(10_000, 0) == 15 * MINUTE


def test_looks_come_at_5_30_120_and_600_seconds_and_once_more_where_a_platform_settles_late() -> None:
    assert [lifecycle.next_look(n, 5) for n in range(5)] == [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, None]
    assert lifecycle.next_look(4, 900) == 905 * SECOND
    assert lifecycle.next_look(5, 900) is None


def test_a_look_before_its_time_does_not_count() -> None:
    assert lifecycle.looks_done(0, 0) == 0
    assert lifecycle.looks_done(0, 5 * SECOND) == 1
    assert lifecycle.looks_done(3, 9 * MINUTE) == 3
    assert lifecycle.looks_done(3, 10 * MINUTE) == 4
    assert lifecycle.looks_done(4, 11 * MINUTE) == 5


def test_send_until_is_the_earliest_of_lateness_window_and_not_after() -> None:
    due = 100 * HOUR
    assert lifecycle.send_until(due, lifecycle.LATE, None, None) == due + 2 * HOUR
    assert lifecycle.send_until(due, lifecycle.LATE, due + HOUR, None) == due + HOUR
    assert lifecycle.send_until(due, lifecycle.LATE, None, due + 1) == due + 1
    assert lifecycle.send_until(due, lifecycle.LATE, None, None, thread_has_begun=True) == due + 26 * HOUR


def test_eight_failed_preparations_are_enough() -> None:
    assert lifecycle.after_failed_preparation(7, "x", "c", None, 0).target == "queued"
    assert lifecycle.after_failed_preparation(8, "x", "c", None, 0).target == "refused"


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_words_of_its_own_and_none_says_failed(state: State) -> None:
    said = lifecycle.words(state, "Bluesky", 1)
    assert said
    assert "fail" not in said.lower()
    others = {lifecycle.words(other, "Bluesky", 1) for other in State if other != state}
    if state not in (State.UNKNOWN, State.CHECKING):
        assert said not in others


def test_words_count_the_looks() -> None:
    assert lifecycle.words("unknown", "Bluesky", 1) == "checking with Bluesky (look 2 of 4)"
