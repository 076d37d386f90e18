"""Answers that prove nothing, the look, edits after a lost answer, and the first comment, over real sockets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.contract import (
    Absent,
    CannotTell,
    CommitClass,
    Credentials,
    Found,
    Limited,
    Pending,
    Publication,
    Published,
    Rebuild,
    Receipt,
    Retry,
    Unknown,
)
from adapters.http import Http
from adapters.instagram.adapter import Instagram
from adapters.instagram.shapes import container_name
from config.options import InstagramOptions
from tests.adapters.graph_stage import DROP, Stage, error
from tests.adapters.instagram_posts import AI, UNCLEAR, Shelf, account, graph, http, listed, post, shelf, tries
from tests.adapters.tries import Tries, picture

__all__ = ["graph", "http", "shelf", "tries"]

# ── answers that prove nothing ───────────────────────────────────────────────


@pytest.mark.parametrize("said", UNCLEAR)
async def test_posted_in_spite_of_the_answer_is_found_and_not_sent_again(
    tries: Tries, graph: Stage, tmp_path: Path, said: tuple[int, object]
) -> None:
    publication = post(picture(tmp_path))
    graph.script["publish"], graph.late = [said], True
    assert isinstance(await tries.send(publication), Unknown)
    assert await tries.look(publication) == Found(
        Receipt(graph.media[0]["id"], graph.media[0]["permalink"], 1_795_341_602_000_000), same=True
    )  # fmt: skip
    assert len(graph.forms("publish")) == 1


@pytest.mark.parametrize("said", UNCLEAR)
async def test_not_posted_is_proved_and_the_same_container_is_sent_again(
    tries: Tries, graph: Stage, tmp_path: Path, said: tuple[int, object]
) -> None:
    publication = post(picture(tmp_path))
    graph.script["publish"] = [said]
    assert isinstance(await tries.send(publication), Unknown)
    look = await tries.look(publication)
    assert isinstance(look, Absent)
    assert look.proof
    assert isinstance(await tries.send(publication), Published)
    assert len({form["creation_id"] for form in graph.forms("publish")}) == 1
    assert len(graph.media) == 1


async def test_a_throttle_that_published_all_the_same_is_noticed_before_the_next_send(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(picture(tmp_path))
    graph.script["publish"], graph.late = [(429, "slow down")], True
    assert isinstance(await tries.send(publication), Limited)
    again = await tries.send(publication)
    assert isinstance(again, Unknown)
    assert again.hint
    assert len(graph.forms("publish")) == 1
    assert isinstance(await tries.look(publication), Found)


async def test_the_address_is_a_bonus(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    for said in (DROP, (500, ""), (200, "<html>"), error(190)):
        graph.script["media"] = [said]
        outcome = await tries.send(post(picture(tmp_path), text=f"text {said}"))
        assert isinstance(outcome, Published), said
        assert outcome.receipt.url is None
        tries.entries.clear()


async def test_the_label_is_read_back(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    graph.script["media"] = [(200, {"permalink": "https://x", "timestamp": "2026-11-22T10:00:02+0000", "is_ai_generated": False})]
    outcome = await tries.send(post(picture(tmp_path), disclosure=AI))
    assert isinstance(outcome, Published)
    assert outcome.receipt.extra == {"is_ai_generated": "false"}


# ── the look, state by state ─────────────────────────────────────────────────


async def lost(tries: Tries, graph: Stage, publication: Publication, state: str = "FINISHED") -> str:
    """A publishing call without an answer; the container then reads `state`."""
    graph.script["publish"] = [DROP]
    assert isinstance(await tries.send(publication), Unknown)
    container = graph.forms("publish")[-1]["creation_id"]
    graph.states[container] = state
    return container


@pytest.mark.parametrize(
    ("state", "entries", "expected"),
    [
        ("FINISHED", [], Absent),
        ("FINISHED", [listed()], Absent),
        ("IN_PROGRESS", [], Pending),
        ("IN_PROGRESS", [listed()], Pending),
        ("PUBLISHED", [], Pending),
        ("PUBLISHED", [listed()], Found),
        ("PUBLISHED", [listed(), listed(media="17900000000000002")], CannotTell),
        ("PUBLISHED", [listed("Something else.")], Pending),
        ("PUBLISHED", [listed(product="REELS")], Pending),
        ("PUBLISHED", [listed(at="2026-11-22T09:58:00+0000")], Pending),
        ("PUBLISHED", [listed("  Autumn\u00a0Blend\nis  here. ")], Found),
        ("ERROR", [], Absent),
        ("ERROR", [listed()], Found),
        ("EXPIRED", [], Absent),
        ("EXPIRED", [listed()], Found),
        ("GONE", [], CannotTell),
        ("GONE", [listed()], Found),
        ("GONE", [listed(), listed(media="17900000000000002")], CannotTell),
    ],
)
async def test_look(tries: Tries, graph: Stage, tmp_path: Path, state: str, entries: list[dict[str, str]], expected: type) -> None:
    publication = post(picture(tmp_path))
    container = await lost(tries, graph, publication, state)
    if state == "GONE":
        graph.script["status"] = [error(100, 33)]
    graph.media = entries
    look = await tries.look(publication)
    assert type(look) is expected
    if isinstance(look, Absent):
        assert look.proof
    if isinstance(look, CannotTell):
        assert look.several is (len(entries) > 1)
    assert container


async def test_published_is_never_absent_even_when_the_list_is_down(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(picture(tmp_path))
    await lost(tries, graph, publication, "PUBLISHED")
    for said in (DROP, (500, ""), (200, "<html>"), error(4)):
        graph.script["list"] = [said]
        assert isinstance(await tries.look(publication), Pending), said


async def test_a_dead_container_proves_nothing_while_the_list_is_down(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(picture(tmp_path))
    await lost(tries, graph, publication, "EXPIRED")
    graph.script["list"] = [(500, "")]
    assert isinstance(await tries.look(publication), CannotTell)
    graph.script["status"] = [(500, "")]
    assert isinstance(await tries.look(publication), CannotTell)


async def test_posts_without_words_are_never_taken_from_the_list_alone(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    for publication in (post(picture(tmp_path), text=""), post(picture(tmp_path), text="", options=InstagramOptions(type="story"))):
        await lost(tries, graph, publication, "EXPIRED")
        graph.media, graph.stories = [listed("")], [listed("", product="STORY")]
        look = await tries.look(publication)
        assert look == CannotTell("a post of the account from that time could be this one", several=True)
        tries.entries.clear()


async def test_a_story_is_found_among_the_stories(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(picture(tmp_path), text="", options=InstagramOptions(type="story"))
    graph.script["publish"], graph.late = [DROP], True
    assert isinstance(await tries.send(publication), Unknown)
    look = await tries.look(publication)
    assert isinstance(look, Found)
    assert look.receipt.remote_id == graph.stories[0]["id"]


async def test_the_list_is_read_from_before_the_send_on_and_page_by_page(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(picture(tmp_path))
    await lost(tries, graph, publication, "PUBLISHED")
    first = {"data": [listed("other", media=f"{n}") for n in range(50)], "paging": {"cursors": {"after": "abc"}, "next": "https://x"}}
    graph.script["list"], graph.media = [(200, first)], [listed()]
    assert isinstance(await tries.look(publication), Found)
    calls = [call.query for call in graph.calls if call.name == "list"]
    # the server said 10:00:00 when the container was last seen unpublished
    assert calls[0]["since"] == str(1_795_341_600 - 5 - 120)
    assert calls[1]["after"] == "abc"


async def test_facebook_login_reads_again_with_the_user_token(graph: Stage, http: Http, shelf: Shelf, tmp_path: Path) -> None:
    both = account(graph.url, login="facebook", credentials=Credentials(access="page", refresh="user"))
    tries = Tries(Instagram(both, http, shelf))
    publication = post(picture(tmp_path))
    graph.script["status"] = [error(100, 33)]
    assert isinstance(await tries.send(publication), Published)
    assert [call.token for call in graph.calls if call.name == "status"] == ["page", "user"]
    assert [call.token for call in graph.calls if call.name == "publish"] == ["page"]


async def test_nothing_sent_and_nothing_there(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    look = await tries.look(post(picture(tmp_path)))
    assert isinstance(look, Absent)
    assert not look.proof


# ── an edit after a lost answer ──────────────────────────────────────────────


async def edited(tries: Tries, graph: Stage, tmp_path: Path, state: str) -> Publication:
    """A lost answer, then other words; the old container reads `state`."""
    old = post(picture(tmp_path))
    await lost(tries, graph, old, state)
    return replace(old, text="Better words.")


@pytest.mark.parametrize("state", ["FINISHED", "IN_PROGRESS"])
async def test_no_other_container_while_the_old_one_may_go_out(tries: Tries, graph: Stage, tmp_path: Path, state: str) -> None:
    new = await edited(tries, graph, tmp_path, state)
    result = await tries.prepare(new)
    assert result == Retry("an earlier version may still go out; waiting until it is dead", 600.0, "earlier", waiting=True)
    assert len(graph.forms("container")) == 1


@pytest.mark.parametrize("state", ["EXPIRED", "ERROR"])
async def test_the_new_words_go_out_once_the_old_are_dead(tries: Tries, graph: Stage, tmp_path: Path, state: str) -> None:
    new = await edited(tries, graph, tmp_path, state)
    assert isinstance(await tries.send(new), Published)
    assert [one["caption"] for one in graph.media] == ["Better words."]


async def test_dead_but_in_the_list_is_public(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    new = await edited(tries, graph, tmp_path, "ERROR")
    graph.media = [listed()]
    outcome = await tries.send(new)
    assert isinstance(outcome, Unknown)
    assert outcome.hint
    assert len(graph.forms("publish")) == 1


async def test_the_old_words_never_pass_for_the_new(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    new = await edited(tries, graph, tmp_path, "PUBLISHED")
    graph.media = [listed()]
    outcome = await tries.send(new)
    assert isinstance(outcome, Unknown)
    assert outcome.code == "already_public"
    assert len(graph.forms("publish")) == 1
    look = await tries.look(new)
    assert isinstance(look, Found)
    assert (look.same, look.reason) == (False, "an earlier version of this post is public")


async def test_an_old_container_that_cannot_be_read_holds_the_new_one_back(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    new = await edited(tries, graph, tmp_path, "FINISHED")
    for said in (error(100, 33), (500, ""), DROP):
        graph.script["status"] = [said]
        result = await tries.prepare(new)
        assert isinstance(result, Retry), said
        assert "could not be read" in result.reason
    assert len(graph.forms("container")) == 1


async def test_an_edit_before_any_send_just_makes_another_container(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    old = post(picture(tmp_path))
    assert await tries.prepare(old) is None
    assert isinstance(await tries.send(replace(old, text="Better words.")), Published)
    assert [one["caption"] for one in graph.media] == ["Better words."]


async def test_a_container_that_died_after_a_send_is_replaced_only_when_the_list_is_empty(
    tries: Tries, graph: Stage, tmp_path: Path
) -> None:
    publication = post(picture(tmp_path))
    await lost(tries, graph, publication, "EXPIRED")
    assert isinstance(await tries.prepare(publication), Rebuild)
    graph.script["list"] = [(500, ""), (500, "")]
    assert isinstance(await tries.prepare(publication), Retry)
    assert len(graph.forms("container")) == 1
    graph.script["list"] = []
    assert isinstance(await tries.send(publication), Published)
    assert len(graph.forms("container")) == 2


@pytest.mark.parametrize("found", [True, False])
async def test_a_container_is_never_made_while_the_one_before_may_be_public(
    tries: Tries, graph: Stage, tmp_path: Path, found: bool
) -> None:
    """Also when the steps were listed before that one died."""
    publication = post(picture(tmp_path))
    await lost(tries, graph, publication, "FINISHED" if not found else "EXPIRED")
    steps = {step.name: step for step in tries.adapter.safe_steps(publication, tries.journal)}
    name = container_name(publication)
    tries.entries.append(replace(tries.entries[0], seq=99, name=name, phase="absent", handle=None))
    graph.media = [listed()] if found else []
    result = await steps[name].run(tries.journal)
    assert isinstance(result, Retry)
    assert result.code == "earlier"
    assert len(graph.forms("container")) == 1


# ── the first comment ────────────────────────────────────────────────────────

PARENT = Receipt("17900000000000009", "https://www.instagram.com/p/x/")


def remark(text: str = "Order at kawa.example") -> Publication:
    return replace(post(text=text), kind="comment", key="autumn/launch@ig-kawa/comment", parent=PARENT)


async def test_a_comment_goes_under_its_post(tries: Tries, graph: Stage) -> None:
    outcome = await tries.send(remark())
    assert isinstance(outcome, Published)
    assert outcome.receipt.url == PARENT.url
    assert [(call.name, call.path, call.form) for call in graph.calls] == [
        ("comment", PARENT.remote_id, {"message": "Order at kawa.example"})
    ]
    assert tries.adapter.commit_class(remark()) is CommitClass.LIST


@pytest.mark.parametrize("said", UNCLEAR)
async def test_an_unclear_comment_is_looked_up(tries: Tries, graph: Stage, said: tuple[int, object]) -> None:
    graph.script["comment"], graph.late = [said], True
    assert isinstance(await tries.send(remark()), Unknown)
    look = await tries.look(remark())
    assert isinstance(look, Found)
    assert look.receipt.remote_id == graph.comments[0]["id"]


async def test_what_the_comments_prove(tries: Tries, graph: Stage) -> None:
    own = {"id": "1", "text": "Order at  kawa.example\n", "timestamp": "2026-11-22T10:00:02+0000", "username": "Kawa"}
    cases: list[tuple[list[dict[str, str]], object]] = [
        ([], Absent(proof=False, reason="the comment is not in the list")),
        ([own | {"username": "somebody"}], Absent(proof=False, reason="the comment is not in the list")),
        ([own, own | {"id": "2"}], CannotTell("the same comment stands there several times", several=True)),
        ([own | {"text": "x"}, own], Found(Receipt("1", PARENT.url, 1_795_341_602_000_000))),
    ]
    for comments, expected in cases:
        graph.comments = comments
        assert await tries.look(remark()) == expected
    graph.script["comments"] = [(500, "")]
    assert isinstance(await tries.look(remark()), CannotTell)
