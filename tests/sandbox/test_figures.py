"""Figures of the sandbox: plausible and growing, exactly those a test tells, in each platform's own words."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.sandbox.people import Writer, graph, own, toot
from tests.sandbox.wire import ask
from tests.sandbox_process import Sandbox


def tell(sandbox: Sandbox, platform: str, post: str, **figures: int) -> int:
    return ask("POST", f"{sandbox.url}/_figures", json_body={"platform": platform, "id": post, **figures}).send().status


def posts_of(sandbox: Sandbox, writer: Writer, *uris: str, token: str | None = None) -> object:
    query = "&".join(f"uris={quote(uri)}" for uri in uris)
    url = f"{sandbox.at('bluesky')}/xrpc/app.bsky.feed.getPosts?{query}"
    return ask("GET", url, token=writer.access if token is None else token).send().json()


def test_bluesky_tells_what_it_was_told(sandbox: Sandbox) -> None:
    writer = Writer.login(sandbox)
    uri = writer.put("hello").send().json()["uri"]
    assert tell(sandbox, "bluesky", uri, likes=7, replies=1, reposts=2, saves=3) == 200
    [view] = posts_of(sandbox, writer, uri, uri.replace("3mb2", "3mb3"))["posts"]  # type: ignore[index]
    assert (view["likeCount"], view["replyCount"], view["repostCount"], view["bookmarkCount"]) == (7, 1, 2, 3)
    assert posts_of(sandbox, writer, uri, token="")["error"] == "AuthMissing"  # type: ignore[index]


@pytest.mark.parametrize("server", ["mastodon", "gotosocial"])
def test_a_status_carries_its_counts_and_the_replies_that_stand_there(sandbox: Sandbox, server: str) -> None:
    first = toot(sandbox, "one", server=server).send().json()["id"]
    toot(sandbox, "two", server=server, in_reply_to_id=first).send()
    tell(sandbox, server, first, likes=5, reposts=4)
    found = own(sandbox, f"/api/v1/statuses/{first}", server=server).send().json()
    assert (found["favourites_count"], found["reblogs_count"], found["replies_count"]) == (5, 4, 1)


def test_figures_grow_with_the_clock_and_are_the_same_again(sandbox: Sandbox) -> None:
    status = toot(sandbox, "one").send().json()
    assert status["favourites_count"] == 0
    sandbox.settings("clock", now=1_900_000_000_000_000)
    later = own(sandbox, f"/api/v1/statuses/{status['id']}").send().json()
    again = own(sandbox, f"/api/v1/statuses/{status['id']}").send().json()
    assert later["favourites_count"] == again["favourites_count"] > 0


def test_an_order_without_sense_is_refused(sandbox: Sandbox) -> None:
    assert tell(sandbox, "mastodon", "") == 400
    assert tell(sandbox, "mastodon", "1", hearts=3) == 400


def test_insights_of_what_is_not_there(sandbox: Sandbox) -> None:
    told = graph(sandbox, "GET", "18000000000000009/insights", metric="reach").send()
    assert told.status == 400
