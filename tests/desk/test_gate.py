"""The gate: what was read is what is approved, and any change of it takes the approval away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from scheduler.errors import NotFoundError, StaleError, UsageError
from tests.desk.house import CAMPAIGN, WORKSPACE, House, house

KEY = "autumn/teaser@bs-kawa"


async def approved(h: House) -> None:
    await h.connected("bs-kawa")
    await h.apply()
    await h.approve(KEY)
    assert await h.state(KEY) == "queued"


async def test_approval_needs_a_connected_account_and_the_digest_that_was_read(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        item = await h.desk.review(KEY)
        assert item.blocked == "the account is not connected: daypart account connect bs-kawa"
        with pytest.raises(UsageError, match="not connected"):
            await h.desk.approve(KEY, item.digest)
        await h.connected("bs-kawa")
        with pytest.raises(StaleError):  # connected since: it goes to somebody now
            await h.desk.approve(KEY, item.digest)
        with pytest.raises(StaleError):
            await h.desk.approve(KEY, "0" * 64)
        with pytest.raises(NotFoundError, match="teaser@bs-kawaa") as caught:
            await h.desk.approve("autumn/teaser@bs-kawaa", item.digest)
        assert caught.value.hint == f"did you mean '{KEY}'?"
        assert await h.state(KEY) == "draft"
        assert (await h.approve(KEY)) == "approved for Kawa Wrocław: Bluesky bs-kawa, Mon 30 Nov 12:15 CET"
        view = await h.desk.delivery(KEY)
        assert (view.state, view.approval and view.approval.by, view.ai) == ("queued", "anna", "human")
        with pytest.raises(UsageError, match="approved already"):
            await h.approve(KEY)


CHANGES = {
    "text": ("on the shelf.", "on the table.", "The text changed after it was approved"),
    "alt text": ("Paper bags", "Brown bags", "An alternative text changed after it was approved"),
    "options": (
        "    media:",
        "    for: { bluesky: { labels: [nudity] } }\n    media:",
        "A setting of the platform changed after it was approved",
    ),
    "AI label": ("    media:", "    text_ai: generated\n    media:", "AI label"),
    "link": ("    media:", "    link: https://kawa.example/autumn\n    media:", "The text changed after it was approved"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_after_the_approval_takes_it_away(tmp_path: Path, change: str) -> None:
    async with house(tmp_path) as h:
        await approved(h)
        old, new, reason = CHANGES[change]
        h.edit(old, new)
        plan = await h.desk.plan()
        assert [(c.sign, c.loses_approval) for c in plan.changes] == [("~", True)]
        assert "loses its approval (22 Nov)" in plan.changes[0].words
        await h.desk.apply(plan)
        view = await h.desk.delivery(KEY)
        assert (view.state, view.approval) == ("draft", None)
        assert reason in (view.reason or "") or reason in plan.changes[0].words
        assert "Approve it again" in (view.reason or "")
        assert (await h.desk.plan()).empty
        assert (await h.desk.history(KEY))[-1].to_state == "draft"


async def test_other_bytes_of_a_picture_take_it_away(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await approved(h)
        h.picture("shelf.jpg", "green")
        assert await h.lines() == [f"~ {KEY} media, loses its approval (22 Nov)"]
        await h.apply()
        view = await h.desk.delivery(KEY)
        assert view.state == "draft"
        assert view.reason == "A picture or video changed after it was approved, so it was not sent. Approve it again."


async def test_another_account_under_the_same_name_takes_it_away(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await approved(h)
        h.workspace("handle: kawa.example", "handle: other.example")
        assert await h.lines() == [f"~ {KEY} account, loses its approval (22 Nov)"]
        await h.apply()
        view = await h.desk.delivery(KEY)
        assert (view.state, view.reason) == ("draft", "The account changed after it was approved, so it was not sent. Approve it again.")
        assert not next(a for a in await h.desk.accounts() if a.name == "bs-kawa").connected


async def test_bytes_changed_in_the_store_cannot_be_approved(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        item = await h.desk.review(KEY)
        [asset] = list(h.desk.store.assets.iterdir())
        asset.chmod(0o600)
        asset.write_bytes(b"somebody else's picture")
        with pytest.raises(StaleError):
            await h.desk.approve(KEY, item.digest)


async def test_the_time_moves_inside_the_window_without_a_new_approval(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await approved(h)
        h.edit("2026-11-30T12:15", "2026-11-30T18:45")
        [change] = (await h.desk.plan()).changes
        assert (change.sign, change.when, change.words) == (">", "Mon 30 Nov 12:15 → 18:45 CET", "approval kept")
        await h.apply()
        assert await h.state(KEY) == "queued"
        assert (await h.desk.move(KEY, "2026-12-03T09:00")).words == "moved to Thu 3 Dec 09:00 CET; the approval holds"
        assert await h.state(KEY) == "queued"
        assert (await h.desk.plan()).empty  # a time given at the desk stays until the files say something new
        done = await h.desk.move(KEY, "2026-12-24T09:00")
        assert done.words == "moved to Thu 24 Dec 09:00 CET; it needs a new approval"
        assert await h.state(KEY) == "draft"
        back = await h.desk.undo()
        assert back.words == "moved back to Thu 3 Dec 09:00 CET"


async def test_a_model_s_words_need_their_facts_checked(tmp_path: Path) -> None:
    async with house(tmp_path, CAMPAIGN.replace("    media:", "    text_ai: generated\n    media:")) as h:
        await h.connected("bs-kawa")
        await h.apply()
        item = await h.desk.review(KEY)
        assert (item.ai_share, item.needs_facts_check, item.delivery.ai) == (1.0, True, "AI-generated")
        assert item.delivery.disclosure.line
        assert item.delivery.disclosure.line in item.parts[0].text
        assert [(s.start, s.origin) for s in item.parts[0].spans] == [(0, "model")]
        with pytest.raises(UsageError, match="a model wrote words"):
            await h.desk.approve(KEY, item.digest)
        assert await h.state(KEY) == "draft"
        await h.desk.approve(KEY, item.digest, facts_checked=True)
        assert await h.state(KEY) == "queued"


async def test_who_may_approve(tmp_path: Path) -> None:
    policy = WORKSPACE + "policy: { approvers: [berta], four_eyes: false }\n"
    async with house(tmp_path, workspace=policy) as h:
        await h.connected("bs-kawa")
        await h.apply()
        with pytest.raises(UsageError, match="anna may not approve here; berta may"):
            await h.approve(KEY)


async def test_four_eyes_compares_the_system_s_users(tmp_path: Path) -> None:
    async with house(tmp_path, workspace=WORKSPACE + "policy: { four_eyes: true }\n") as h:
        await h.connected("bs-kawa")
        await h.apply()
        with pytest.raises(UsageError, match="who wrote it may not approve it"):
            await h.approve(KEY)
        item = await h.desk.review(KEY)
        await h.desk.approve(KEY, item.digest, on_behalf="Kawa Wrocław by e-mail", seal=item.digest[:8])
        kept = await h.desk.store.read(lambda conn: conn.execute(text("SELECT review FROM approval")).scalar_one())
        assert "Kawa Wrocław by e-mail" in kept


async def test_four_eyes_hold_when_somebody_else_connects_the_account(tmp_path: Path) -> None:
    async with house(tmp_path, workspace=WORKSPACE + "policy: { four_eyes: true }\n") as h:
        await h.apply()
        writer = h.desk.who
        h.desk.who = replace(writer, os_user="berta-os")
        await h.connected("bs-kawa")  # the content is another now, its words are not
        h.desk.who = writer
        with pytest.raises(UsageError, match="who wrote it may not approve it"):
            await h.approve(KEY)


async def test_a_platform_s_limit_stops_the_approval(tmp_path: Path) -> None:
    campaign = CAMPAIGN.replace("[bs-kawa]", "[ig-kawa]").replace("alt: Paper bags on a shelf", "alt: { en: Bags, pl: Torby }")
    no_host = WORKSPACE.replace('host: command, command: ["true"]', "host: none")
    async with house(tmp_path, campaign, no_host) as h:
        await h.connected("ig-kawa")
        warnings = await h.desk.validate()
        assert [(d.code, d.level) for d in warnings] == [("E615", "warning")]
        await h.apply()
        item = await h.desk.review("autumn/teaser@ig-kawa")
        assert item.blocked == "Instagram fetches media from a public address, and media.host is none"
        with pytest.raises(UsageError, match=r"media\.host is none"):
            await h.desk.approve("autumn/teaser@ig-kawa", item.digest)


async def test_sent_back_with_a_reason_and_waiting_again_when_changed(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await approved(h)
        assert await h.desk.waiting() == []
        await h.desk.reject(KEY, "wrong price")
        view = await h.desk.delivery(KEY)
        assert (view.state, view.words, view.reason, view.approval) == ("draft", "sent back", "wrong price", None)
        assert await h.desk.waiting() == []
        h.edit("on the shelf.", "on the table.")
        await h.apply()
        [item] = await h.desk.waiting()
        assert item.key == KEY
        assert item.delivery.reason is None
        assert item.changed == ("- Something darker is resting on the shelf.", "+ Something darker is resting on the table.")
        await h.approve(KEY)
        assert await h.state(KEY) == "queued"


async def test_nobody_approves_in_time(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        h.clock.now += 9 * 86_400_000_000
        await h.sweep()
        view = await h.desk.delivery(KEY)
        assert (view.state, view.words) == ("missed", "missed")
        assert view.reason == "nobody approved it before its time had passed"
        assert await h.lines() == [f". {KEY} skipped: its time has passed; give it a new one"]
        with pytest.raises(UsageError, match="give it a new time first"):
            await h.approve(KEY)
        await h.desk.move(KEY, "tomorrow 9:30")
        assert await h.state(KEY) == "draft"
        await h.approve(KEY)
        assert await h.state(KEY) == "queued"


async def test_on_apply_approves_what_is_human_and_nothing_else(tmp_path: Path) -> None:
    second = """
  - id: drafted
    at: 2026-12-01T12:15
    text: Words of a model.
    text_ai: assisted
"""
    async with house(tmp_path, CAMPAIGN + second, workspace=WORKSPACE + "policy: { approval: on_apply }\n") as h:
        await h.connected("bs-kawa")
        done = await h.desk.apply(await h.desk.plan(), approve=True)
        assert done.words == "2 created; 1 approved"
        assert await h.state(KEY) == "queued"
        assert await h.state("autumn/drafted@bs-kawa") == "draft"


async def test_each_is_the_default_and_apply_approves_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        assert (await h.desk.apply(await h.desk.plan(), approve=True)).words == "1 created"
        assert await h.state(KEY) == "draft"


async def test_a_text_declared_as_assisted_needs_its_facts_checked_too(tmp_path: Path) -> None:
    async with house(tmp_path, CAMPAIGN.replace("    media:", "    text_ai: assisted\n    media:")) as h:
        await h.connected("bs-kawa")
        await h.apply()
        item = await h.desk.review(KEY)
        assert (item.delivery.ai, item.ai_share, item.needs_facts_check) == ("AI-assisted", 0.0, True)
        with pytest.raises(UsageError, match="a model wrote words"):
            await h.approve(KEY)
        await h.approve(KEY, facts_checked=True)


async def test_a_picture_made_by_a_model_is_labelled_and_has_no_facts_to_check(tmp_path: Path) -> None:
    async with house(tmp_path, CAMPAIGN.replace("alt: Paper", "ai: generated, alt: Paper")) as h:
        await h.connected("bs-kawa")
        await h.apply()
        item = await h.desk.review(KEY)
        assert (item.delivery.ai, item.needs_facts_check) == ("AI-generated", False)
        assert item.delivery.disclosure.line
        assert any("say" in problem.message for problem in item.problems)
        await h.approve(KEY)


async def test_on_apply_does_not_approve_what_was_sent_back(tmp_path: Path) -> None:
    async with house(tmp_path, workspace=WORKSPACE + "policy: { approval: on_apply }\n") as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.desk.reject(KEY, "the price is wrong")
        h.edit("2026-11-30T12:15", "2026-12-02T12:15")  # another time is no answer to that
        await h.desk.apply(await h.desk.plan(), approve=True)
        assert await h.state(KEY) == "draft"
        h.edit("Something darker", "Something lighter")
        await h.desk.apply(await h.desk.plan(), approve=True)
        assert await h.state(KEY) == "queued"
