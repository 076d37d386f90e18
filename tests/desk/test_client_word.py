"""A client's word is recorded for exactly the seal that was sent back, by somebody who may, and for nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from config.workspace import Policy
from scheduler.content.seals import parse_seal, seal_words, seals_in
from scheduler.desk.post import gate
from scheduler.errors import DeskError, NotFoundError, StaleError, UsageError
from scheduler.phrases.book import book
from tests.desk.house import CAMPAIGN, WORKSPACE, House, house
from tests.desk.test_gate_rules import asked

KEY = "autumn/teaser@bs-kawa"
SECOND = """
  - id: twin
    at: 2026-12-01T12:15
    text: Something darker is resting on the shelf.
    media: [{ path: media/shelf.jpg, alt: Paper bags on a shelf }]
"""


async def ready(h: House) -> str:
    """Planned on a connected account; its seal as the client reads it."""
    await h.connected("bs-kawa")
    await h.apply()
    return (await h.desk.delivery(KEY)).seal


@pytest.mark.parametrize("said", ["7f3a 91c2", "7f3a91c2", " 7F3A-91C2 ", "„7f3a·91c2”", "seal: 7f3a 91c2.", "7f3a\u00a091c2"])
def test_a_seal_is_read_however_it_was_written(said: str) -> None:
    assert parse_seal(said) == "7f3a91c2"


@pytest.mark.parametrize("said", ["", "7f3a", "7f3a 91cz", "yes", "7f3a91c" + "0" * 60])
def test_what_is_no_seal(said: str) -> None:
    assert parse_seal(said) is None


async def test_the_word_is_kept_with_who_gave_and_who_recorded_it(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        seal = await ready(h)
        done = await h.desk.record_word("Jan Kowalski", [seal.upper()])
        assert (
            done.words == "approved for the client by Jan Kowalski, recorded by anna: Kawa Wrocław: Bluesky bs-kawa, Mon 30 Nov 12:15 CET"
        )
        view = await h.desk.delivery(KEY)
        assert view.state == "queued"
        assert view.approval is not None
        assert view.approval.words == "approved for the client by Jan Kowalski, recorded by anna"
        row = await h.desk.store.read(lambda conn: conn.execute(text("SELECT person_id, digest, review FROM approval")).one())
        review = json.loads(row.review)
        assert (row.person_id, review["on_behalf"], review["seal"]) == ("anna", "Jan Kowalski", seal.replace(" ", ""))
        assert review["os_user"] == h.desk.who.os_user
        assert row.digest.startswith(review["seal"])
        assert (await h.desk.history(KEY))[-1].why == f"approved for the client by Jan Kowalski, recorded by anna (seal {seal})"


async def test_a_text_that_changed_since_takes_no_word(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        seal = await ready(h)
        h.edit("on the shelf.", "on the table for 39 zł.")
        await h.apply()
        with pytest.raises(StaleError) as caught:
            await h.desk.record_word("Jan", [seal])
        now = (await h.desk.delivery(KEY)).seal
        assert f"'{KEY}' of Kawa Wrocław changed since the client saw it (seal {seal}, now {now})" in str(caught.value)
        assert "- Something darker is resting on the shelf.; + Something darker is resting on the table for 39 zł." in str(caught.value)
        assert caught.value.hint == "send the client a new file: daypart review export --client kawa --week …"
        assert await h.state(KEY) == "draft"
        await h.desk.record_word("Jan", [now])
        assert await h.state(KEY) == "queued"


async def test_a_seal_nobody_ever_had(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await ready(h)
        with pytest.raises(NotFoundError, match="no post of this workspace ever had the seal 0000 0000"):
            await h.desk.record_word("Jan", ["00000000"])
        with pytest.raises(UsageError, match="'yes!' is not a seal"):
            await h.desk.record_word("Jan", ["yes!"])


async def test_two_posts_under_one_seal_are_told_apart_by_the_key(tmp_path: Path) -> None:
    async with house(tmp_path, CAMPAIGN + SECOND) as h:
        seal = await ready(h)
        with pytest.raises(UsageError, match="2 posts have the seal") as caught:
            await h.desk.record_word("Jan", [seal])
        assert "say which one" in caught.value.hint
        assert [await h.state(key) for key in (KEY, "autumn/twin@bs-kawa")] == ["draft", "draft"]
        await h.desk.record_word("Jan", [seal], key="autumn/twin@bs-kawa")
        assert [await h.state(key) for key in (KEY, "autumn/twin@bs-kawa")] == ["draft", "queued"]


async def test_all_seals_are_looked_up_before_any_is_recorded(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        seal = await ready(h)
        for bad in ([seal, "00000000"], [seal, seal]):
            with pytest.raises(DeskError):
                await h.desk.record_word("Jan", bad)
            assert await h.state(KEY) == "draft"


async def test_what_waits_no_more_says_why(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        seal = await ready(h)
        await h.desk.reject(KEY, "the price is wrong")
        with pytest.raises(UsageError, match="was sent back to its writer: the price is wrong"):
            await h.desk.record_word("Jan", [seal])
        h.edit("on the shelf.", "on the table.")
        await h.apply()
        seal = (await h.desk.delivery(KEY)).seal
        await h.desk.record_word("Jan", [seal])
        with pytest.raises(UsageError, match="is approved for the client by Jan, recorded by anna already"):
            await h.desk.record_word("Jan", [seal])


async def test_facts_are_checked_by_who_sits_here_also_for_a_client(tmp_path: Path) -> None:
    async with house(tmp_path, CAMPAIGN.replace("    media:", "    text_ai: generated\n    media:")) as h:
        seal = await ready(h)
        with pytest.raises(UsageError, match="a model wrote words"):
            await h.desk.record_word("Jan", [seal])
        assert await h.state(KEY) == "draft"
        await h.desk.record_word("Jan", [seal], facts_checked=True)
        assert await h.state(KEY) == "queued"


async def test_a_name_and_a_seal_belong_together(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await ready(h)
        item = await h.desk.review(KEY)
        for name, seal in (("Jan", ""), ("", item.digest[:8])):
            with pytest.raises(UsageError, match="a client's word is recorded with its seal"):
                await h.desk.approve(KEY, item.digest, on_behalf=name, seal=seal)
        with pytest.raises(StaleError, match="does not have the seal"):
            await h.desk.approve(KEY, item.digest, on_behalf="Jan", seal="00000000")
        with pytest.raises(UsageError, match="say whose word it is"):
            await h.desk.record_word(" \u200b", [item.delivery.seal])


def test_the_gate_asks_who_records_it() -> None:
    words = "anna may not approve here; berta may"
    assert gate.why_not(asked(policy=Policy(approvers=("berta",)), on_behalf="Jan")) == words
    four = asked(policy=Policy(four_eyes=True), author="anna-os")
    assert gate.why_not(four) == "who wrote it may not approve it (four_eyes)"
    assert gate.why_not(replace(four, on_behalf="Jan")) is None
    for name in ("Anna", "ANNA-OS"):
        assert gate.why_not(replace(four, on_behalf=name)) == f"{name} is who sits here: a client's word is the word of somebody else"
        assert gate.why_not(asked(on_behalf=name)) is not None
    assert gate.why_not_ready(four) is None


async def test_four_eyes_with_a_claimed_name_still_compares_the_system_s_users(tmp_path: Path) -> None:
    async with house(tmp_path, workspace=WORKSPACE + "policy: { four_eyes: true, approvers: [anna, berta] }\n") as h:
        seal = await ready(h)
        h.desk.who = replace(h.desk.who, name="berta")  # another name, the same person at the keyboard
        with pytest.raises(UsageError, match="who wrote it may not approve it"):
            await h.approve(KEY)
        await h.desk.record_word("Jan", [seal])
        assert await h.state(KEY) == "queued"


def test_how_a_seal_is_written() -> None:
    assert seal_words("7f3a91c2" + "0" * 56) == "7f3a 91c2"


def test_seals_in_a_message() -> None:
    said = "Hi, 7F3A 91C2 is fine, so is 8b00-1234 (and 7f3a91c2). Call 555 1234567, www.deadbeefcafe.example"
    assert seals_in(said) == ("7f3a91c2", "8b001234")


async def test_whose_yes_is_missing_and_since_when(tmp_path: Path) -> None:
    async with house(tmp_path, workspace=WORKSPACE + "policy: { approvers: [berta, carl] }\n") as h:
        await ready(h)
        [one] = await h.desk.missing("kawa")
        assert one.words == "waits since Sun 22 Nov for berta, carl · due in 8 days"
        assert await h.desk.missing("bike") == []
        h.clock.now += 86_400_000_000
        await h.desk.export_review("kawa", "2026-W49", tmp_path)
        [one] = await h.desk.missing()
        assert one.words == "waits since Sun 22 Nov; Kawa Wrocław was asked on Mon 23 Nov · due in 7 days"
        h.edit("on the shelf.", "on the table.")
        await h.apply()
        [one] = await h.desk.missing()
        assert one.asked_at is None  # of these words nobody asked yet
        assert one.words.startswith("waits since Mon 23 Nov for berta, carl")


async def test_a_time_that_moved_since_is_said(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        seal = await ready(h)
        await h.desk.export_review("kawa", "2026-W49", tmp_path)
        [one] = await h.desk.sealed([seal])
        assert one.file_said == ""
        await h.desk.move(KEY, "2026-12-02T09:00")
        done = await h.desk.record_word("Jan", [seal])
        assert done.words.endswith("Wed 2 Dec 09:00 CET (the client's file said Mon 30 Nov 12:15 CET)")
        assert book("pl").find(done.words).endswith("śr 2 gru 09:00 CET (w pliku klienta było: pon 30 lis 12:15 CET)")
