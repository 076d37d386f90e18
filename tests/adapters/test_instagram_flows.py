"""Image, carousel, reel and story from the first step to the answer, over real sockets."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.contract import (
    Disclosure,
    Limited,
    NotSent,
    Published,
    Rebuild,
    Receipt,
    Refused,
    Retry,
    Target,
    TokenDead,
    Unknown,
)
from adapters.http import Http
from adapters.instagram.adapter import Instagram
from adapters.instagram.shapes import container_name, ready_name
from config.options import InstagramOptions
from tests.adapters.graph_stage import DROP, Stage, error
from tests.adapters.instagram_posts import AI, Shelf, account, graph, http, listed, post, shelf, tries
from tests.adapters.tries import Tries, picture, video

__all__ = ["graph", "http", "shelf", "tries"]

# ── each kind of post ────────────────────────────────────────────────────────


async def test_image(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    cup = picture(tmp_path, alt="a cup of coffee")
    options = InstagramOptions(location_id="777", collaborators=("@roaster",))
    outcome = await tries.send(post(cup, options=options, disclosure=AI))
    assert graph.names() == ["quota", "container", "status", "publish", "media"]
    assert graph.forms("container") == [
        {
            "image_url": f"https://media.example/{cup.sha256[:8]}",
            "caption": "Autumn Blend is here.",
            "alt_text": "a cup of coffee",
            "location_id": "777",
            "collaborators": '["roaster"]',
            "is_ai_generated": "true",
        }
    ]
    assert {call.token for call in graph.calls} == {"token-1"}
    assert isinstance(outcome, Published)
    assert outcome.receipt == Receipt(
        graph.media[0]["id"], graph.media[0]["permalink"], 1_795_341_602_000_000, dict(outcome.receipt.extra)
    )  # fmt: skip


async def test_carousel(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    media = (picture(tmp_path, "a", alt="one"), video(tmp_path), picture(tmp_path, "b", alt=""))
    outcome = await tries.send(post(*media, disclosure=AI))
    assert isinstance(outcome, Published)
    first, second, third, parent = graph.forms("container")
    assert first == {"is_carousel_item": "true", "image_url": f"https://media.example/{media[0].sha256[:8]}", "alt_text": "one"}
    assert second == {"is_carousel_item": "true", "media_type": "VIDEO", "video_url": f"https://media.example/{media[1].sha256[:8]}"}
    assert third == {"is_carousel_item": "true", "image_url": f"https://media.example/{media[2].sha256[:8]}"}
    children = list(graph.states)[:3]
    assert parent == {
        "media_type": "CAROUSEL", "children": ",".join(children), "caption": "Autumn Blend is here.", "is_ai_generated": "true",
    }  # fmt: skip
    assert graph.names("media") == ["quota", *["container"] * 3, *["status"] * 3, "container", "status", "publish"]


async def test_reel(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    outcome = await tries.send(post(video(tmp_path, cover_at_ms=0), options=InstagramOptions(share_to_feed=False), disclosure=AI))
    assert isinstance(outcome, Published)
    (form,) = graph.forms("container")
    assert form.pop("video_url").startswith("https://media.example/")
    assert form == {
        "media_type": "REELS", "caption": "Autumn Blend is here.", "share_to_feed": "false", "thumb_offset": "0", "is_ai_generated": "true",
    }  # fmt: skip


async def test_story(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    cup = picture(tmp_path, alt="not sent")
    outcome = await tries.send(post(cup, text="", options=InstagramOptions(type="story")))
    assert isinstance(outcome, Published)
    assert graph.forms("container") == [{"media_type": "STORIES", "image_url": f"https://media.example/{cup.sha256[:8]}"}]


async def test_the_same_picture_twice_in_a_carousel_has_one_address_and_two_containers(
    tries: Tries, graph: Stage, shelf: Shelf, tmp_path: Path
) -> None:
    cup = picture(tmp_path)
    assert isinstance(await tries.send(post(cup, cup)), Published)
    assert len(shelf.puts) == 1
    assert len(graph.forms("container")) == 3


# ── names ────────────────────────────────────────────────────────────────────


def test_an_edit_makes_another_container_and_the_time_does_not(tmp_path: Path) -> None:
    cup = picture(tmp_path)
    plain = post(cup)
    edits = [
        replace(plain, text="Other words."),
        replace(plain, media=(picture(tmp_path, "other"),)),
        replace(plain, media=(replace(cup, alt="other alt"),)),
        replace(plain, disclosure=AI),
        replace(plain, options=InstagramOptions(location_id="1")),
        replace(plain, options=InstagramOptions(type="story")),
        replace(plain, target=Target("instagram", "1")),
        replace(plain, media=(cup, cup)),
        replace(plain, media=(video(tmp_path),)),
        replace(plain, media=(video(tmp_path, cover_at_ms=5),)),
    ]
    names = {container_name(one) for one in (plain, *edits)}
    assert len(names) == len(edits) + 1
    same = [replace(plain, due=5), replace(plain, key="moved"), replace(plain, disclosure=Disclosure("AI-assisted", "line"))]
    assert {container_name(one) for one in same} == {container_name(plain)}


def test_items_of_a_carousel_are_told_apart_by_place_and_words(tmp_path: Path) -> None:
    one, two = picture(tmp_path, "a"), picture(tmp_path, "b")
    names = {container_name(post(*media)) for media in [(one, two), (two, one), (one, replace(two, alt="x"))]}
    assert len(names) == 3


# ── steps that have to wait, repeat or give up ───────────────────────────────


async def test_a_retry_uses_the_same_container(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(picture(tmp_path))
    graph.script["publish"] = [error(9007, 2207027)]
    first = await tries.send(publication)
    assert first == NotSent("Instagram: the media is not ready yet", "9007/2207027", 3.0)
    second = await tries.send(publication)
    assert isinstance(second, Published)
    assert len(graph.forms("container")) == 1
    assert len({form["creation_id"] for form in graph.forms("publish")}) == 1


async def test_polling_waits_longer_each_time_and_keeps_the_container(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(video(tmp_path))
    graph.script["status"] = [(200, {"status_code": "IN_PROGRESS"}) for _ in range(8)]
    waits = [await tries.prepare(publication) for _ in range(8)]
    assert [wait.after for wait in waits if isinstance(wait, Retry) and wait.waiting] == [2, 4, 8, 15, 30, 60, 60, 60]
    assert await tries.prepare(publication) is None
    assert len(graph.forms("container")) == 1


async def test_a_full_quota_stops_before_anything_is_made(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    graph.script["quota"] = [(200, {"data": [{"quota_usage": 50, "config": {"quota_total": 50}}]})]
    result = await tries.send(post(picture(tmp_path)))
    assert isinstance(result, Limited)
    assert "50 of 50" in result.reason
    assert graph.names() == ["quota"]


@pytest.mark.parametrize("said", [DROP, (500, "oops"), (200, "<html>"), (200, {"data": []})])
async def test_an_unreadable_quota_does_not_stop_a_post(tries: Tries, graph: Stage, tmp_path: Path, said: tuple[int, object]) -> None:
    graph.script["quota"] = [said] * 9
    assert isinstance(await tries.send(post(picture(tmp_path))), Published)
    assert graph.names().count("quota") <= 3


async def test_a_dead_token_is_told_by_every_call(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    for call in ("quota", "container", "status", "publish"):
        graph.script[call] = [error(190, 463)]
        assert isinstance(await tries.send(post(picture(tmp_path))), TokenDead), call


async def test_a_media_host_that_is_away_is_tried_again(tries: Tries, shelf: Shelf, tmp_path: Path) -> None:
    shelf.fails = 1
    assert await tries.prepare(post(picture(tmp_path))) == Retry("the bucket is away (try later)", code="media_host")
    assert isinstance(await tries.send(post(picture(tmp_path))), Published)


async def test_an_address_that_cannot_be_fetched_is_made_anew_then_given_up(
    tries: Tries, graph: Stage, shelf: Shelf, tmp_path: Path
) -> None:
    publication = post(picture(tmp_path))
    graph.script["container"] = [error(9004, 2207052) for _ in range(9)]
    results = [await tries.prepare(publication) for _ in range(4)]
    assert [type(result) for result in results] == [Retry, Retry, Rebuild, Refused]
    assert len(shelf.puts) == 2
    assert "daypart media check" in getattr(results[-1], "reason", "")


@pytest.mark.parametrize("said", [DROP, (500, ""), (200, "<html>"), (200, {"id": "not a number"}), error(1), error(100, 33)])
async def test_an_unclear_creation_is_repeated(tries: Tries, graph: Stage, tmp_path: Path, said: tuple[int, object]) -> None:
    graph.script["container"] = [said]
    assert isinstance(await tries.prepare(post(picture(tmp_path))), Retry)
    assert isinstance(await tries.send(post(picture(tmp_path))), Published)
    assert len(graph.forms("publish")) == 1


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("Error: Media upload has failed with error code 2207026", [Refused]),
        ("Error: 2207077", [Rebuild, Rebuild, Refused]),
        ("Error: 2207053", [Rebuild, Rebuild, Refused]),
        ("something new", [Rebuild, Rebuild, Refused]),
        ("", [Rebuild, Rebuild, Refused]),
        ("Error: 2207050", [Refused]),
    ],
)
async def test_a_spoilt_container(tries: Tries, graph: Stage, tmp_path: Path, text: str, ends: list[type]) -> None:
    publication = post(video(tmp_path))
    graph.script["status"] = [(200, {"status_code": "ERROR", "status": text}) for _ in ends]
    assert [type(await tries.prepare(publication)) for _ in ends] == ends
    assert len(graph.forms("container")) == len(ends)


async def test_an_expired_carousel_is_made_anew_with_its_children(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(picture(tmp_path, "a"), picture(tmp_path, "b"))
    assert await tries.prepare(publication) is None
    parent = list(graph.states)[-1]
    graph.states[parent] = "EXPIRED"
    assert isinstance(await tries.prepare(publication), Rebuild)
    assert isinstance(await tries.send(publication), Published)
    assert len(graph.forms("container")) == 6
    assert graph.forms("container")[-1]["children"] == ",".join(list(graph.states)[3:5])


async def test_one_spoilt_child_is_made_anew_alone(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(picture(tmp_path, "a"), picture(tmp_path, "b"))
    graph.script["status"] = [(200, {"status_code": "FINISHED"}), (200, {"status_code": "ERROR", "status": "2207053"})]
    assert isinstance(await tries.prepare(publication), Rebuild)
    assert isinstance(await tries.send(publication), Published)
    first, _, third, parent = list(graph.states)
    assert graph.forms("container")[-1]["children"] == f"{first},{third}"
    assert graph.forms("publish") == [{"creation_id": parent}]


async def test_a_step_without_its_forerunner_asks_for_it(tries: Tries, tmp_path: Path) -> None:
    cup = picture(tmp_path)
    *_, create, ready = tries.adapter.safe_steps(post(cup), tries.journal)
    assert await create.run(tries.journal) == Rebuild((f"host:{cup.sha256[:12]}",), "an earlier step left nothing to go on with")
    assert await ready.run(tries.journal) == Rebuild((container_name(post(cup)),), "an earlier step left nothing to go on with")


async def test_nothing_is_published_without_a_ready_container(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(picture(tmp_path))
    assert await tries.commit(publication) == NotSent("the container is not ready", "not_prepared", rebuild=(ready_name(publication),))
    assert graph.names() == []


async def test_a_second_call_needs_a_new_reading(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(picture(tmp_path))
    graph.script["publish"] = [DROP]
    assert isinstance(await tries.send(publication), Unknown)
    assert isinstance(await tries.commit(publication), NotSent)
    assert len(graph.forms("publish")) == 1


async def test_a_container_that_stays_unseen_is_made_anew(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    publication = post(picture(tmp_path))
    graph.script["status"] = [error(100, 33), error(24, 2207006), error(100, 33)]
    assert [type(await tries.prepare(publication)) for _ in range(3)] == [Retry, Retry, Rebuild]
    assert isinstance(await tries.send(publication), Published)
    assert len(graph.forms("container")) == 2


async def test_forms_are_as_the_platform_wants_them(tries: Tries, graph: Stage, tmp_path: Path) -> None:
    options = InstagramOptions(collaborators=("a", "@b", "c"))
    await tries.send(post(picture(tmp_path), options=options, text="Zażółć — “kawa” #dobra"))
    (form,) = graph.forms("container")
    assert json.loads(form["collaborators"]) == ["a", "b", "c"]
    assert form["caption"] == "Zażółć — “kawa” #dobra"


async def test_recent_posts(tries: Tries, graph: Stage) -> None:
    graph.media = [listed("one"), {"id": "2", "timestamp": "2026-11-22T10:00:02+0000"}]
    recent = await tries.adapter.recent()
    assert recent is not None
    assert [(one.remote_id, one.text, one.published_at) for one in recent] == [
        ("17900000000000001", "one", 1_795_341_602_000_000),
        ("2", "", 1_795_341_602_000_000),
    ]
    graph.script["list"] = [(500, "")]
    assert await tries.adapter.recent() is None


async def test_an_account_without_a_token_sends_nothing(graph: Stage, http: Http, shelf: Shelf, tmp_path: Path) -> None:
    tries = Tries(Instagram(account(graph.url, credentials=None), http, shelf))
    assert isinstance(await tries.commit(post(picture(tmp_path))), TokenDead)
    assert await tries.adapter.recent() is None
    assert graph.calls == []
