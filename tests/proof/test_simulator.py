"""Whole histories on virtual time: nothing doubled, lost, unapproved, stuck or untold; and every seed that once failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof.simulator.play import play
from tests.proof.simulator.report import Report
from tests.proof.simulator.told import Told

BLOCKS, BLOCK = 6, 80
PESSIMISTIC = 100
JUMPING = 60
PLAIN = 80
LOSS = 0.005
RARE = {"fault token-ended"}
"""Met once in some hundred histories."""
ONCE_FAILED = Path(__file__).parent / "simulator" / "once_failed.txt"


def fixed() -> list[tuple[int, str]]:
    """Seeds of the file, and the kind of history."""
    words = [line.split() for line in ONCE_FAILED.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    return [(int(found[0]), found[1]) for found in words]


def whole(told: Told) -> None:
    """Nothing broke; else its log is shown."""
    assert not told.problems, f"seed {told.seed}: {told.problems}\n" + "\n".join(told.log)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_history_breaks_the_promise(block: int) -> None:
    for seed in range(block * BLOCK, block * BLOCK + BLOCK):
        whole(play(seed))


def test_where_a_handle_used_twice_doubles_only_named_causes_remain() -> None:
    for seed in range(10_000, 10_000 + PESSIMISTIC):
        whole(play(seed, pessimistic=True))


def test_the_clock_of_one_computer_is_set_while_another_one_works() -> None:
    for seed in range(JUMPING):
        whole(play(seed, jumpy=True))


def test_a_lost_answer_costs_no_question_where_the_platform_can_be_asked() -> None:
    report = Report()
    for seed in range(20_000, 20_000 + PLAIN):
        report.add(play(seed, plain_loss=20 * LOSS))  # twenty times as often, so that it happens in so few histories
    assert not report.problems
    asks = report.asks()
    assert [asks[cls] for cls in ("handle", "key", "list")] == [0, 0, 0]
    assert asks["none"], "where nothing can be looked up a person is asked"


@pytest.mark.parametrize(("seed", "mode"), fixed())
def test_histories_that_once_failed(seed: int, mode: str) -> None:
    whole(play(seed, pessimistic=mode == "pessimistic", jumpy=mode == "jumping"))


def test_a_history_is_the_same_every_time() -> None:
    assert play(11).log == play(11).log


def test_every_kind_of_trouble_is_met() -> None:
    report = Report()
    for seed in range(30_000, 30_150):
        told = play(seed)
        whole(told)
        report.add(told)
    assert Report.from_json(report.as_json()).page() == report.page()
    assert not set(report.never()) - RARE, report.page()
