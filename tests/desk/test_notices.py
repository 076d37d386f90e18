"""Notices at the desk: raised by what people do, listed, counted in the status line, read."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from scheduler.desk.views import NoticeView
from scheduler.doctor import examine
from scheduler.errors import NotFoundError, SettingsError
from scheduler.store.statements import add_notice
from tests.desk.house import House, house


async def raised(h: House, kind: str, words: str = "something happened") -> None:
    now = h.desk.clock.wall()
    assert await h.desk.store.write(lambda conn: add_notice(conn, kind, words, now, event_seq=now))


async def listed(h: House) -> list[NoticeView]:
    return list((await h.desk.notices()).notices)


async def test_who_disconnects_an_account_tells_those_who_look_after_it_once(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.desk.disconnect("bs-kawa")
        await h.desk.disconnect("bs-kawa")
        [notice] = await listed(h)
        assert (notice.kind, notice.client_name, notice.account) == ("reauth", "Kawa Wrocław", "bs-kawa")
        assert notice.words == "bs-kawa was disconnected by anna; its posts wait"
        assert notice.command == "daypart account connect bs-kawa"
        assert notice.told == "nobody is named to be told"


async def test_a_hold_s_reason_that_came_later_is_told(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.desk.hold(client="kawa")
        await h.desk.hold(client="kawa", reason="storm")
        [notice] = await listed(h)
        assert notice.words == "on hold: kawa, by anna: storm"
        assert (notice.client_name, notice.command) == ("Kawa Wrocław", "daypart release --client kawa")


async def test_the_status_line_counts_what_only_notices_say(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.desk.hold()
        assert (await h.desk.overview()).untold == 0  # the banner says it
        await raised(h, "clock")
        seen = await h.desk.overview()
        assert (seen.untold, seen.untold_words) == (1, "1 notice to read")
        await h.desk.see_notices()
        assert (await h.desk.overview()).untold == 0
        assert {notice.told for notice in await listed(h)} == {"read by anna"}


async def test_what_could_not_be_sent_is_said_with_its_reason_until_somebody_read_it(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await raised(h, "ask")
        at = h.desk.clock.wall() + 60_000_000
        problem = '{"post": "the mail server does not answer"}'
        sql = text("UPDATE notice SET tries = 1, next_at = :at, problem = :problem")
        await h.desk.store.write(lambda conn: conn.execute(sql, {"at": at, "problem": problem}).rowcount)
        words = "1 notice could not be sent (post: the mail server does not answer); tried again at 10:01"
        assert (await h.desk.overview()).untold_words == words
        [notice] = await listed(h)
        assert notice.told == "not sent yet, post: the mail server does not answer; tried again at 10:01"
        bad = [finding.what for finding in examine(h.root) if not finding.ok]
        assert "1 could not be sent (post: the mail server does not answer)" in bad
        with pytest.raises(NotFoundError, match="notice 7 does not wait"):
            await h.desk.dismiss_notices((notice.id, 7))
        assert (await h.desk.dismiss_notices((notice.id,))).words == "1 notice is read and not sent any more"
        assert (await h.desk.overview()).untold == 0


async def test_nobody_named_cannot_be_tried_out(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        with pytest.raises(SettingsError, match="names nobody"):
            await h.desk.test_notices()
