"""Who may approve what: every reason against it alone, in its own words, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.contract import Account, Problem
from config.workspace import Policy
from scheduler.accounts.named import StoredAccount
from scheduler.clock import HOUR
from scheduler.desk.people import Person
from scheduler.desk.post.gate import Asked, why_not
from scheduler.lifecycle import State
from scheduler.units.model import Act, Timing, Unit

NOW = 1_796_119_200_000_000
DUE = NOW + HOUR
ANNA = Person("anna", "anna-os")


def unit(*states: str, due: int | None = DUE, late: int = HOUR, not_after: int | None = None, content_id: int | None = 1) -> Unit:
    acts = tuple(Act(n, f"c/p@bs/{n}", "post" if n == 1 else "part", n, state, 0) for n, state in enumerate(states or ("draft",), 1))
    timing = Timing(due, "Europe/Warsaw", "2026-12-01T12:00", late=late, not_after=not_after)
    return Unit("c/p@bs", 1, 1, None, acts, timing, "d" * 64, content_id, None, None)


def account(remote_id: str | None = "did:plc:1", state: str = "ok") -> StoredAccount:
    return StoredAccount(1, Account("bs", "bluesky", "bs.example", "https://x.example", ("en",), remote_id=remote_id), None, state)


def asked(**more: object) -> Asked:
    base = Asked(unit(), account(), (), (), "berta-os", ANNA, Policy(), NOW)
    return replace(base, **more)  # type: ignore[arg-type]


def test_nothing_is_against_a_good_draft() -> None:
    assert why_not(asked()) is None


WORDS = {
    State.QUEUED: "it is approved already",
    State.CLAIMED: "it is approved already",
    State.SENDING: "it is on its way already",
    State.PROCESSING: "it is on its way already",
    State.UNKNOWN: "it is on its way already",
    State.CHECKING: "it is on its way already",
    State.ASK: "it needs your decision first: is it there?",
    State.PUBLISHED: "it is public already",
    State.REFUSED: "the platform refused it: change it first",
    State.MISSED: "its time has passed: give it a new time first",
    State.CANCELLED: "it was cancelled",
}


@pytest.mark.parametrize("state", WORDS)
def test_what_is_no_draft_cannot_be_approved(state: State) -> None:
    assert why_not(asked(unit=unit(state.value))) == WORDS[state]


def test_of_a_thread_what_is_still_a_draft_may_be_approved() -> None:
    assert why_not(asked(unit=unit("published", "draft"))) is None
    assert why_not(asked(unit=unit("draft", "published"))) is None


def test_without_a_text_there_is_nothing_to_approve() -> None:
    assert why_not(asked(unit=unit(content_id=None))) == "it has no text yet"
    assert why_not(asked(unit=unit("queued", content_id=None))) == "it has no text yet"


def test_without_a_time_nothing_is_approved() -> None:
    assert why_not(asked(unit=unit(due=None))) == "it has no time yet: give it one first"


@pytest.mark.parametrize(
    ("timing", "passed"),
    [
        ({"due": NOW - HOUR, "late": HOUR}, False),
        ({"due": NOW - HOUR - 1, "late": HOUR}, True),
        ({"due": NOW - HOUR, "late": 2 * HOUR, "not_after": NOW}, False),
        ({"due": NOW - HOUR, "late": 2 * HOUR, "not_after": NOW - 1}, True),
        ({"due": NOW - HOUR - 1, "late": HOUR, "not_after": NOW + HOUR}, True),
    ],
)
def test_a_window_that_is_over_by_a_microsecond_is_over(timing: dict[str, int], passed: bool) -> None:
    reason = why_not(asked(unit=unit(**timing)))  # type: ignore[arg-type]
    assert (reason is not None) == passed
    if reason is not None:
        assert reason.startswith("its time has passed (Tue 1 Dec ")
        assert reason.endswith("): give it a new time first")


def test_the_account_is_signed_in() -> None:
    assert why_not(asked(account=account(None))) == "the account is not connected: daypart account connect bs"
    assert why_not(asked(account=account(state="reauth"))) == "the account has to be connected again: daypart account connect bs"
    assert why_not(asked(account=account(state="paused"))) is None


def test_errors_and_policies_keep_it_back_and_warnings_do_not() -> None:
    hint, error = Problem("W501", "could be shorter"), Problem("E501", "too long")
    assert why_not(asked(problems=(hint,))) is None
    assert why_not(asked(problems=(hint, error))) == "too long"
    assert why_not(asked(forbidden=("no label", "no line"))) == "no label"
    assert why_not(asked(problems=(error,), forbidden=("no label",))) == "too long"


def test_only_approvers_may_where_the_workspace_names_some() -> None:
    assert why_not(asked(policy=Policy(approvers=("anna", "carl")))) is None
    assert why_not(asked(policy=Policy(approvers=("berta", "carl")))) == "anna may not approve here; berta, carl may"


def test_four_eyes() -> None:
    policy = Policy(four_eyes=True)
    words = "who wrote it may not approve it (four_eyes)"
    assert why_not(asked(policy=policy)) is None
    assert why_not(asked(policy=policy, author="anna-os")) == words
    assert why_not(asked(policy=policy, author="anna-os", on_behalf="the client")) is None
    assert why_not(asked(author="anna-os")) is None


@pytest.mark.parametrize("name", ["anna", "Anna", "ANNA-OS"])
def test_a_clients_word_is_never_that_of_who_records_it(name: str) -> None:
    assert why_not(asked(on_behalf=name)) == f"{name} is who sits here: a client's word is the word of somebody else"


def test_the_first_reason_is_the_one_that_is_told() -> None:
    everything = asked(
        unit=unit("queued", due=None),
        account=account(None),
        problems=(Problem("E501", "too long"),),
        policy=Policy(approvers=("carl",)),
    )
    told = []
    for better in ({"unit": unit(due=None)}, {"unit": unit()}, {"account": account()}, {"problems": ()}, {"policy": Policy()}):
        told.append(why_not(everything))
        everything = replace(everything, **better)
    assert told == [
        "it is approved already",
        "it has no time yet: give it one first",
        "the account is not connected: daypart account connect bs",
        "too long",
        "anna may not approve here; carl may",
    ]
    assert why_not(everything) is None
