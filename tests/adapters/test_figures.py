"""Figures of posts as platforms tell them: what is counted where, what is gone, what has to wait; only ever by reading."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from adapters.bluesky.adapter import Bluesky
from adapters.contract import Account, Adapter, Credentials, Figures, Limited, NoFigures, Receipt, Retry, TokenDead
from adapters.http import Http
from adapters.instagram.adapter import Instagram
from adapters.mastodon.adapter import Mastodon
from tests.adapters.contract import NoHost
from tests.adapters.loopback import Script, Seen, Writer, reply, serve

URI = "at://did:plc:kawa/app.bsky.feed.post/3mb2vxnwx2c2a"
IDS = {"bluesky": URI, "mastodon": "115", "instagram": "18000000000000001"}
ADAPTERS = {"bluesky": Bluesky, "mastodon": Mastodon, "instagram": Instagram}


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http(speed=100.0) as made:
        yield made


def adapter(platform: str, url: str, http: Http, **more: object) -> Adapter:
    facts = {"software": "mastodon", "version": "4.6.2"} if platform == "mastodon" else {}
    account = Account(f"a-{platform}", platform, "kawa", url, ("en",), remote_id="did:plc:kawa", credentials=Credentials("t"), facts=facts)
    return ADAPTERS[platform](account, http, NoHost())  # type: ignore[abstract]


def answering(*answers: tuple[str, int, object]) -> tuple[Script, list[Seen]]:
    """Each path once, in any order; what was asked is kept."""
    asked: list[Seen] = []
    left = list(answers)

    async def script(seen: Seen, writer: Writer) -> None:
        asked.append(seen)
        found = next((answer for answer in left if answer[0] in seen.target), None)
        if found is None:
            reply(writer, 404, {"error": "no such thing"})
            return
        left.remove(found)
        reply(writer, found[1], found[2])

    return script, asked


async def told(http: Http, platform: str, *answers: tuple[str, int, object]) -> tuple[object, list[Seen]]:
    script, asked = answering(*answers)
    async with serve(script) as server:
        return await adapter(platform, server.url, http).metrics(Receipt(IDS[platform], None)), asked


async def test_bluesky_counts_quotes_as_reposts_and_bookmarks_as_saves(http: Http) -> None:
    view = {"uri": URI, "likeCount": 9, "replyCount": 2, "repostCount": 3, "quoteCount": 1, "bookmarkCount": 4}
    found, asked = await told(http, "bluesky", ("getPosts", 200, {"posts": [view]}))
    assert found == Figures(likes=9, replies=2, reposts=4, saves=4)
    assert [seen.method for seen in asked] == ["GET"]


async def test_mastodon_counts_no_saves_and_no_reach(http: Http) -> None:
    body = {"favourites_count": 5, "replies_count": 1, "reblogs_count": 2, "quotes_count": 1}
    found, _ = await told(http, "mastodon", ("/api/v1/statuses/115", 200, body))
    assert found == Figures(likes=5, replies=1, reposts=3)


def insights(**values: int) -> dict[str, object]:
    return {"data": [{"name": name, "values": [{"value": value}]} for name, value in values.items()]}


NODE = {"id": IDS["instagram"], "media_product_type": "FEED", "like_count": 40, "comments_count": 3}


async def test_instagram_puts_the_post_and_its_insights_together(http: Http) -> None:
    told_ = insights(reach=900, saved=11, shares=4, reposts=2)
    found, asked = await told(http, "instagram", ("insights", 200, told_), (IDS["instagram"], 200, NODE))
    assert found == Figures(likes=40, replies=3, reposts=6, saves=11, reach=900)
    assert {seen.method for seen in asked} == {"GET"}


async def test_instagram_asks_a_story_for_what_stories_have(http: Http) -> None:
    story = {"id": IDS["instagram"], "media_product_type": "STORY"}
    found, asked = await told(http, "instagram", ("insights", 200, insights(reach=70, replies=2, shares=1)), (IDS["instagram"], 200, story))
    assert found == Figures(replies=2, reposts=1, reach=70)
    assert "saved" not in asked[1].target


async def test_one_metric_that_is_not_there_does_not_lose_the_others(http: Http) -> None:
    bad = {"error": {"code": 100, "message": "(#100) metric[3] must be one of the following values"}}
    found, asked = await told(
        http, "instagram", ("insights", 400, bad), ("insights", 200, insights(reach=900)), (IDS["instagram"], 200, NODE)
    )
    assert found == Figures(likes=40, replies=3, reach=900)
    assert len(asked) == 3


async def test_without_the_permission_for_insights_likes_and_comments_are_still_told(http: Http) -> None:
    no = {"error": {"code": 10, "message": "Application does not have permission"}}
    found, _ = await told(http, "instagram", ("insights", 403, no), (IDS["instagram"], 200, NODE))
    assert found == Figures(likes=40, replies=3)


GONE: dict[str, tuple[str, int, object]] = {
    "bluesky": ("getPosts", 200, {"posts": []}),
    "mastodon": ("/statuses/", 404, {"error": "Record not found"}),
    "instagram": (IDS["instagram"], 400, {"error": {"code": 100, "error_subcode": 33, "message": "does not exist"}}),
}


@pytest.mark.parametrize("platform", GONE)
async def test_a_post_that_is_gone_has_no_figures(http: Http, platform: str) -> None:
    found, _ = await told(http, platform, GONE[platform])
    assert isinstance(found, NoFigures)


LIMIT: dict[str, object] = {
    "bluesky": {"error": "RateLimitExceeded"},
    "mastodon": {"error": "Too many requests"},
    "instagram": {"error": {"code": 80002, "message": "too many calls"}},
}


@pytest.mark.parametrize("platform", LIMIT)
async def test_a_limit_is_respected(http: Http, platform: str) -> None:
    found, _ = await told(http, platform, ("/", 429, LIMIT[platform]))
    assert isinstance(found, Limited)


@pytest.mark.parametrize("platform", LIMIT)
async def test_a_dead_token_is_named(http: Http, platform: str) -> None:
    bodies = {"bluesky": {"error": "ExpiredToken"}, "instagram": {"error": {"code": 190, "message": "expired"}}}
    found, _ = await told(http, platform, ("/", 401 if platform != "bluesky" else 400, bodies.get(platform, {"error": "revoked"})))
    assert isinstance(found, TokenDead)


@pytest.mark.parametrize("platform", LIMIT)
@pytest.mark.parametrize("body", ["<html>portal</html>", json.dumps({"data": "odd"}), "[]"])
async def test_anything_else_is_tried_again_later(http: Http, platform: str, body: str) -> None:
    found, _ = await told(http, platform, ("/", 500 if body.startswith("<") else 200, body))
    assert isinstance(found, Retry)
