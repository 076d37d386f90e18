"""The whole way of a figure: from the stand-in by the real adapter and the service's reading into the week's report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.accounts.tokens import Tokens
from scheduler.accounts.vault import Vault
from scheduler.figures.collecting import Collecting
from scheduler.service.wiring import wire
from tests.desk.house import house
from tests.sandbox.people import Writer, toot
from tests.sandbox.wire import ask
from tests.sandbox_process import Sandbox

WORKSPACE = """\
version: 1
workspace_id: ws-test
timezone: Europe/Warsaw
accounts:
  bs-kawa: {{ platform: bluesky, handle: kawa.example, server: "{url}/bluesky", languages: [en] }}
  ms-kawa: {{ platform: mastodon, handle: kawa, server: "{url}/mastodon", languages: [en] }}
"""
CAMPAIGN = """\
version: 1
id: autumn
title: Autumn
languages: [en]
posts:
  - { id: hello, accounts: [bs-kawa, ms-kawa], at: 2026-11-24T09:00, text: Hello }
"""
HOUR = 3_600_000_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def tell(sandbox: Sandbox, platform: str, post: str, **figures: int) -> None:
    order = {"platform": platform, "id": post, **figures}
    assert ask("POST", f"{sandbox.url}/_figures", json_body=order).send().status == 200


async def test_what_the_platforms_tell_stands_in_the_report(tmp_path: Path, sandbox: Sandbox) -> None:
    uri = Writer.login(sandbox).put("Hello").send().json()["uri"]
    status = toot(sandbox, "Hello").send().json()["id"]
    tell(sandbox, "bluesky", uri, likes=7, replies=1, reposts=2, saves=3)
    tell(sandbox, "mastodon", status, likes=5, replies=0, reposts=4)
    async with house(tmp_path, None, WORKSPACE.format(url=sandbox.url)) as h:
        h.campaign(CAMPAIGN)
        await h.desk.connect("bs-kawa", "abcd-efgh-ijkl-mnop")
        await h.desk.connect("ms-kawa", "sandbox-kawa")
        await h.apply()
        due = (await h.desk.delivery("autumn/hello@bs-kawa")).due or 0
        await h.put("autumn/hello@bs-kawa", "published", remote_id=uri, published_at=due)
        await h.put("autumn/hello@ms-kawa", "published", remote_id=status, published_at=due)
        h.clock.now = due + HOUR
        wiring = wire(tmp_path, h.clock)
        assert wiring.close is not None
        try:
            tokens = Tokens(h.desk.store, Vault(wiring.cipher), h.clock, wiring.build, "node-1")
            assert await Collecting(h.desk.store, h.clock, tokens, wiring.build, lambda: h.desk.tz).look() == 2
        finally:
            await wiring.close()
        report = await h.desk.week_report()
    told = {post.account: (post.counts.likes, post.counts.replies, post.counts.reposts, post.counts.saves) for post in report.posts}
    assert told == {"bs-kawa": (7, 1, 2, 3), "ms-kawa": (5, 0, 4, None)}
    assert [account.gained for account in report.accounts] == [(0, 13, 0, 0, 0, 0, 0), (0, 9, 0, 0, 0, 0, 0)]
    assert {post.note for post in report.posts} == {""}
