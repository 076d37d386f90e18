"""Every error of the table, row by row: what it means while a container is made, and what it proves at the publishing call."""

from __future__ import annotations

import json

import pytest

from adapters.contract import Limited, NotSent, Outcome, Refused, Retry, StepResult, TokenDead, Unknown
from adapters.http import Answer, Lost, NotReached
from adapters.instagram.faults import NOT_READY_WAITS_SECONDS, ROWS, AtStep, at_commit, at_step, is_gone, row_for_subcode


def answer(status: int, body: object, headers: dict[str, str] | None = None, whole: bool = True) -> Answer:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Answer(status, headers or {}, raw, whole, None)


def graph_error(code: int, subcode: int | None = None, status: int = 400, message: str = "(#x) said so", **more: str) -> Answer:
    return answer(status, {"error": {"code": code, "error_subcode": subcode, "message": message, "type": "OAuthException", **more}})


R, L, T, P = Retry, Limited, TokenDead, Refused
U, N = Unknown, NotSent
# code, subcode, at a step, at the publishing call
TABLE: list[tuple[int, int | None, type[StepResult], type[Outcome]]] = [
    (-2, 2207003, R, U),
    (-2, 2207020, R, U),
    (-1, 2207001, R, U),
    (-1, 2207032, R, U),
    (-1, 2207053, R, U),
    (1, None, R, U),
    (2, None, R, U),
    (1, 2207057, P, U),
    (4, 2207051, L, U),
    (4, None, L, L),
    (17, None, L, L),
    (32, None, L, L),
    (613, None, L, L),
    (80002, None, L, L),
    (9, 2207042, L, L),
    (10, 2207081, P, U),
    (10, None, T, T),
    (200, None, T, T),
    (24, 2207006, R, U),
    (24, 2207008, R, U),
    (25, 2207050, L, U),
    (100, 2207023, P, U),
    (100, 2207028, P, U),
    (100, 2207035, P, U),
    (100, 2207036, P, U),
    (100, 2207037, P, U),
    (100, 2207040, P, U),
    (100, 2207064, P, U),
    (100, 33, R, U),
    (110, None, P, U),
    (190, None, T, T),
    (102, None, T, T),
    (352, 2207026, P, U),
    (368, None, L, U),
    (9004, 2207052, R, U),
    (9007, 2207027, R, N),
    (36000, 2207004, P, U),
    (36001, 2207005, P, U),
    (36003, 2207009, P, U),
    (36004, 2207010, P, U),
    (-1, 2207076, R, U),
    (-1, 2207077, R, U),
    (-1, 2207082, R, U),
]


@pytest.mark.parametrize(("code", "subcode", "step", "commit"), TABLE)
def test_each_row(code: int, subcode: int | None, step: type[StepResult], commit: type[Outcome]) -> None:
    reply = graph_error(code, subcode)
    assert type(at_step(reply)[1]) is step
    assert type(at_commit(reply)) is commit


def test_the_test_names_every_row() -> None:
    assert {(row.code, row.subcode) for row in ROWS} - {(code, subcode) for code, subcode, *_ in TABLE} == {(100, None)}


def test_every_row_says_what_and_from_where() -> None:
    assert all(row.words and row.source for row in ROWS)
    subcodes = [row.subcode for row in ROWS if row.subcode is not None]
    assert len(subcodes) == len(set(subcodes))


def test_only_one_error_is_proof_that_nothing_was_posted() -> None:
    proofs = [row for row in ROWS if type(at_commit(graph_error(row.code, row.subcode))) is NotSent]
    assert [(row.code, row.subcode) for row in proofs] == [(9007, 2207027)]


def test_blocked_action_is_a_hint_that_the_post_is_live() -> None:
    outcome = at_commit(graph_error(4, 2207051))
    assert isinstance(outcome, Unknown)
    assert outcome.hint


def test_a_code_proves_nothing_with_a_media_subcode_nobody_knows() -> None:
    for code in (4, 10, 190, 200):
        assert type(at_commit(graph_error(code, 2207999))) is Unknown
    assert type(at_commit(graph_error(190, 463))) is TokenDead


def test_the_invalid_location_is_known_by_its_word() -> None:
    named = graph_error(100, message="INSTAGRAM_PLATFORM_API__INVALID_LOCATION_ID")
    assert type(at_step(named)[1]) is Refused
    assert type(at_step(graph_error(100, message="Invalid parameter"))[1]) is Retry


def test_permissions_are_a_range() -> None:
    assert type(at_commit(graph_error(299))) is TokenDead
    assert type(at_commit(graph_error(300))) is Unknown


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_proves_nothing_even_with_an_envelope(status: int) -> None:
    assert type(at_commit(graph_error(9007, 2207027, status=status))) is Unknown
    assert type(at_commit(graph_error(190, status=status))) is Unknown
    assert type(at_step(graph_error(36000, 2207004, status=status))[1]) is Retry


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer(200, "<html>hello</html>"), Unknown),
        (answer(200, '{"id": "17', whole=False), Unknown),
        (answer(200, {"error": {"code": 190, "message": "x"}}), Unknown),
        (answer(204, ""), Unknown),
        (answer(302, ""), Unknown),
        (answer(400, "<html>bad</html>"), Unknown),
        (answer(403, "blocked"), Unknown),
        (answer(404, ""), Unknown),
        (answer(408, ""), Unknown),
        (answer(418, ""), Unknown),
        (answer(401, ""), TokenDead),
        (answer(429, ""), Limited),
        (NotReached("ConnectError", "could not connect"), NotSent),
        (Lost("ReadTimeout", "no answer"), Unknown),
    ],
)
def test_answers_without_an_error_of_the_platform(reply: Answer | NotReached | Lost, expected: type[Outcome]) -> None:
    assert type(at_commit(reply)) is expected


def test_not_ready_waits_longer_each_time() -> None:
    reply = graph_error(9007, 2207027)
    waits = [at_commit(reply, before) for before in range(6)]
    assert [wait.after for wait in waits if isinstance(wait, NotSent)] == [*NOT_READY_WAITS_SECONDS, 15.0, 15.0]


def test_the_end_of_a_throttle_is_read_from_the_header() -> None:
    usage = '{"178":[{"type":"instagram","call_count":100,"estimated_time_to_regain_access":7}]}'
    body = {"error": {"code": 80002, "message": "too many"}}
    assert at_commit(answer(400, body, {"x-business-use-case-usage": usage})) == Limited(
        "Instagram: the account's limit of calls is used up", 420.0, "80002"
    )
    for other, seconds in [({"retry-after": "30"}, 30.0), ({"x-business-use-case-usage": "[garbage"}, 3_600.0), ({}, 3_600.0)]:
        outcome = at_commit(answer(400, body, other))
        assert isinstance(outcome, Limited)
        assert outcome.after == seconds


def test_instagrams_own_words_are_shown() -> None:
    reply = graph_error(36003, 2207009, error_user_msg="The aspect ratio is not supported.")
    assert at_step(reply) == (
        AtStep.REFUSED,
        Refused("Instagram: the picture's shape is outside 4:5 to 1.91:1 (“The aspect ratio is not supported.”)", "36003/2207009"),
    )


def test_an_object_that_cannot_be_seen() -> None:
    assert is_gone(graph_error(100, 33))
    assert is_gone(graph_error(24, 2207006))
    assert not is_gone(graph_error(100))
    assert not is_gone(Lost("ReadTimeout", ""))


def test_a_status_text_names_only_the_subcode() -> None:
    row = row_for_subcode(2207026)
    assert row is not None
    assert row.step is AtStep.REFUSED
    assert row_for_subcode(2207998) is None
