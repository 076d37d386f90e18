"""Plans: nothing is sent twice because a file moved, was renamed or applied again, and nothing on its way is touched."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text

from drafting.provenance import Attributed
from scheduler.clock import DAY
from scheduler.content.revisions import keep_revision, read_sources
from scheduler.errors import FilesError, StaleError, UsageError
from scheduler.store.statements import STEP
from tests.desk.house import CAMPAIGN, WORKSPACE, House, house, instant

KEY = "autumn/teaser@bs-kawa"


async def publish(h: House, key: str, at: int | None = None) -> None:
    """As the engine would leave it."""
    await h.put(key, "published", remote_id=f"at://{key}", published_at=at or h.clock.now)


async def attempted(h: House, key: str, phase: str = "unknown") -> None:
    """It once began to be sent."""

    def operation(conn: Connection) -> None:
        delivery = conn.execute(text("SELECT id FROM delivery WHERE key = :key"), {"key": key}).scalar_one()
        row = {"delivery_id": delivery, "seq": 1, "try": 1, "name": "commit", "kind": "commit", "phase": phase, "fence": 1}
        conn.execute(insert(STEP).values(**row, at_intent=h.clock.now))

    await h.desk.store.write(operation)


# ── stale plans and limits ──


async def test_a_plan_is_stale_after_any_change_of_files_or_store(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        plan = await h.desk.plan()
        h.edit("on the shelf", "on the table")
        with pytest.raises(StaleError, match="files or calendar changed"):
            await h.desk.apply(plan)
        await h.apply()
        plan = await h.desk.plan()
        await h.desk.hold(reason="wait")
        with pytest.raises(StaleError):
            await h.desk.apply(plan)


async def test_other_bytes_of_a_picture_make_a_plan_stale(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        plan = await h.desk.plan()
        h.picture("shelf.jpg", "green")
        with pytest.raises(StaleError):
            await h.desk.apply(plan)


async def test_an_empty_checkout_does_not_wipe_the_calendar(tmp_path: Path) -> None:
    posts = "".join(f"\n  - {{ id: p{n}, at: 2026-12-0{n}T09:00, text: Post number {n} }}" for n in range(1, 8))
    async with house(tmp_path, CAMPAIGN + posts.lstrip("\n") + "\n") as h:
        assert await h.apply() == "8 created"
        h.campaign(CAMPAIGN)
        with pytest.raises(UsageError, match="this would cancel 7 posts, more than 5"):
            await h.apply()
        assert await h.apply(allow_cancel=7) == "7 cancelled"
        view = await h.desk.delivery("autumn/p3@bs-kawa")
        assert (view.state, view.reason) == ("cancelled", "no longer in the files")
        assert (await h.desk.plan()).empty


async def test_on_remove_keep(tmp_path: Path) -> None:
    more = "  - { id: extra, at: 2026-12-01T09:00, text: One more }\n"
    async with house(tmp_path, CAMPAIGN + more, WORKSPACE + "policy: { on_remove: keep }\n") as h:
        await h.apply()
        h.campaign(CAMPAIGN)
        assert await h.lines() == [". autumn/extra@bs-kawa no longer in the files; kept (on_remove: keep)"]
        assert (await h.desk.plan()).empty


async def test_errors_in_files_stop_the_plan(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.edit("teaser", "teaser\n    tekst: x")
        with pytest.raises(FilesError) as caught:
            await h.desk.plan()
        assert [d.code for d in caught.value.diagnostics] == ["E201"]


async def test_a_platform_s_limit_stops_the_plan(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.edit("Something darker is resting on the shelf.", "word " * 80)
        with pytest.raises(FilesError) as caught:
            await h.desk.plan()
        [found] = caught.value.diagnostics
        assert (found.code, found.key) == ("E501", KEY)


# ── names ──


async def test_a_rename_is_hinted_at_and_declared(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.approve(KEY)
        h.edit("id: teaser", "id: teaser-1")
        lines = await h.lines()
        assert [line.split()[0] for line in lines] == ["+", "-"]
        assert "same text as teaser: renamed? declare moved: [{ from: teaser, to: teaser-1 }]" in lines[0]
        h.edit("posts:", "moved: [{ from: teaser, to: teaser-1 }]\nposts:")
        assert await h.lines() == ["> autumn/teaser-1@bs-kawa renamed from teaser, approval kept"]
        await h.apply()
        assert await h.state("autumn/teaser-1@bs-kawa") == "queued"
        assert (await h.desk.post("autumn/teaser-1")).title.startswith("Something darker")
        assert (await h.desk.plan()).empty


async def test_a_renamed_published_post_is_not_sent_again(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        await publish(h, KEY)
        h.edit("id: teaser", "id: teaser-1")
        with pytest.raises(FilesError) as caught:
            await h.desk.plan()
        [found] = caught.value.diagnostics
        assert (found.code, found.file.name, found.line) == ("E307", "campaign.yaml", 10)
        assert found.message == f"the same text and media went to 'bs-kawa' in the last 30 days, as '{KEY}'"
        h.edit("posts:", "moved: [{ from: teaser, to: teaser-1 }]\nposts:")
        assert await h.lines() == ["> autumn/teaser-1@bs-kawa renamed from teaser; it is public, nothing is sent again"]
        await h.apply()
        assert await h.state("autumn/teaser-1@bs-kawa") == "published"
        assert (await h.desk.plan()).empty


async def test_a_twin_of_something_tried_is_refused_unless_it_is_meant(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        await attempted(h, KEY)
        await h.put(KEY, "ask")
        again = CAMPAIGN.split("posts:")[1].replace("teaser", "again").replace("2026-11-30", "2026-12-02")
        h.campaign(CAMPAIGN + again.lstrip("\n"))
        with pytest.raises(FilesError, match="nothing was planned"):
            await h.desk.plan()
        h.edit("id: again", "id: again\n    repeat: true")
        assert [line[0] for line in await h.lines()] == ["+"]


async def test_after_thirty_days_the_same_text_may_go_out_again(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        await publish(h, KEY, h.clock.now - 31 * DAY)
        again = CAMPAIGN.split("posts:")[1].replace("teaser", "again").replace("2026-11-30", "2026-12-02")
        h.campaign(CAMPAIGN + again.lstrip("\n"))
        assert [line[0] for line in await h.lines()] == ["+"]


# ── taken out and put back ──


async def test_a_post_taken_out_and_put_back_is_a_new_draft(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.approve(KEY)
        old = (await h.desk.delivery(KEY)).id
        h.edit("id: teaser", "id: other")
        await h.apply()
        h.edit("id: other", "id: teaser")
        assert [line[:2] for line in await h.lines()] == ["+ ", "- "]
        await h.apply()
        view = await h.desk.delivery(KEY)
        assert (view.state, view.id != old, view.approval) == ("draft", True, None)
        assert (await h.desk.plan()).empty


async def test_what_was_tried_before_it_was_cancelled_does_not_come_back_by_itself(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        await attempted(h, KEY, "refused")
        h.edit("id: teaser", "id: other")
        h.edit("on the shelf.", "on the table.")
        await h.apply()
        h.edit("id: other", "id: teaser")
        lines = await h.lines()
        assert lines[0] == f". {KEY} it was tried before it was cancelled: it comes back only with a new id, or repeat: true"


async def test_what_a_person_cancelled_stays_cancelled_until_the_file_says_something_new(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        await h.desk.cancel(KEY)
        assert await h.lines() == [f". {KEY} cancelled by a person; change it to plan it again"]
        assert (await h.desk.plan()).empty
        h.edit("on the shelf.", "on the table.")
        assert [line[0] for line in await h.lines()] == ["+"]


@pytest.mark.parametrize("state", ["claimed", "sending", "processing", "unknown", "checking", "ask"])
async def test_nothing_on_its_way_is_touched(tmp_path: Path, state: str) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        await h.put(KEY, state)
        h.edit("on the shelf.", "on the table.")
        assert await h.lines() == [f". {KEY} not touched: it is {state} right now"]
        h.edit("id: teaser", "id: other")
        h.edit("on the table.", "on a tree.")
        lines = await h.lines()
        assert f". {KEY} no longer in the files, but it is {state} right now: not touched" in lines
        await h.apply()
        assert await h.state(KEY) == state


async def test_what_goes_on_by_itself_makes_no_plan_stale(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        await h.put(KEY, "unknown")
        h.edit("on the shelf.", "on the table.")
        plan = await h.desk.plan()
        await h.put(KEY, "checking")
        await h.desk.apply(plan)
        assert await h.state(KEY) == "checking"


async def test_published_is_never_touched(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        await publish(h, KEY)
        h.edit("on the shelf.", "on the table.")
        plan = await h.desk.plan()
        assert (plan.empty, plan.published, plan.changes) == (True, 1, ())
        h.campaign(CAMPAIGN.partition("posts:")[0])
        assert (await h.desk.plan()).empty


# ── times ──


async def test_a_past_time_is_sent_within_late_and_skipped_after_it(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.clock.now = instant("2026-11-30T13:00")
        assert [line[:1] for line in await h.lines()] == ["+"]
        assert "already due, goes out within 2 h" in (await h.lines())[0]
        h.clock.now = instant("2026-11-30T14:16")
        assert (await h.lines()) == [f". {KEY} skipped: its time has passed and nothing was sent (W404)"]
        assert (await h.desk.plan()).empty


async def test_slots_are_kept_and_repacked_on_demand(tmp_path: Path) -> None:
    slots = "".join(f"  - {{ id: s{n}, slot: lunch, text: Slot post {n} }}\n" for n in (1, 2))
    base = CAMPAIGN.partition("  - id")[0]
    async with house(tmp_path, base + slots) as h:
        await h.apply()
        assert (await h.desk.delivery("autumn/s1@bs-kawa")).wall == "2026-11-23T12:15"
        h.campaign(base + "  - { id: s0, slot: lunch, text: Comes first }\n" + slots)
        assert [c.when for c in (await h.desk.plan()).changes] == ["Fri 27 Nov 12:15 CET"]
        await h.apply()
        assert (await h.desk.plan()).empty
        h.edit('at: "12:15"', 'at: "12:45"')
        whens = [(c.sign, c.when) for c in (await h.desk.plan()).changes]
        assert whens[0] == (">", "Mon 23 Nov 12:15 → 12:45 CET")
        await h.apply()
        repacked = await h.desk.plan(repack=True)
        assert [(c.key.split("/")[1], c.when) for c in repacked.changes] == [
            ("s0@bs-kawa", "Fri 27 Nov 12:45 → Mon 23 Nov 12:45 CET"),
            ("s1@bs-kawa", "Mon 23 Nov 12:45 → Wed 25 Nov 12:45 CET"),
            ("s2@bs-kawa", "Wed 25 Nov 12:45 → Fri 27 Nov 12:45 CET"),
        ]
        await h.desk.apply(repacked)
        assert (await h.desk.delivery("autumn/s0@bs-kawa")).wall == "2026-11-23T12:45"
        assert (await h.desk.plan()).empty
        assert (await h.desk.plan(repack=True)).empty


async def test_a_slot_left_by_a_move_is_free_again(tmp_path: Path) -> None:
    base = CAMPAIGN.partition("  - id")[0]
    async with house(tmp_path, base + "  - { id: s1, slot: lunch, text: Slot post }\n") as h:
        await h.apply()
        await h.desk.move("autumn/s1@bs-kawa", "2026-11-24T09:00")
        assert (await h.desk.plan()).empty
        h.campaign(base + "  - { id: s1, slot: lunch, text: Slot post }\n  - { id: s2, slot: lunch, text: Another }\n")
        assert [c.when for c in (await h.desk.plan()).changes] == ["Mon 23 Nov 12:15 CET"]


async def test_a_series_is_planned_ahead_and_keeps_its_past(tmp_path: Path) -> None:
    series = '  - { id: friday, every: { rule: "FREQ=WEEKLY;BYDAY=FR;COUNT=4", at: "09:00" }, text: "In your cup?" }\n'
    base = CAMPAIGN.partition("  - id")[0].replace("title: Autumn", "title: Autumn\nstarts: 2026-11-23")
    blackout = base.replace("schedule:", "schedule:\n  blackout: [{ from: 2026-12-11, to: 2026-12-13, why: trade fair }]")
    async with house(tmp_path, base + series) as h:
        assert await h.apply() == "4 created"
        h.campaign(blackout + series)
        lines = await h.lines()
        assert lines == ["- autumn/friday@bs-kawa#2026-12-11 cancelled: blackout, trade fair"]
        await h.apply()
        assert (await h.desk.plan()).empty
        await publish(h, "autumn/friday@bs-kawa#2026-11-27")
        h.clock.now = instant("2026-11-30T10:00")
        plan = await h.desk.plan()
        assert plan.empty, plan.changes


async def test_paused_holds_what_was_applied_and_flushes_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.approve(KEY)
        h.edit("title: Autumn", "title: Autumn\nstatus: paused")
        assert await h.lines() == ["~ autumn paused: nothing of it goes out"]
        await h.apply()
        view = await h.desk.delivery(KEY)
        assert (view.state, view.words, view.sign) == ("queued", "on hold", "held")
        assert (await h.desk.plan()).empty
        h.clock.now = instant("2026-11-30T12:30")
        h.edit("status: paused", "status: active")
        await h.apply()
        view = await h.desk.delivery(KEY)
        assert (view.state, view.reason) == ("missed", "its time passed while publishing was on hold")


async def test_drafts_and_archives_are_not_planned(tmp_path: Path) -> None:
    async with house(tmp_path, CAMPAIGN.replace("title: Autumn", "title: Autumn\nstatus: draft")) as h:
        assert (await h.desk.plan()).empty
        h.edit("status: draft", "status: active")
        await h.apply()
        h.edit("status: active", "status: archived")
        assert await h.lines() == [f"- {KEY} cancelled: the campaign is archived"]


async def test_a_platform_without_an_adapter_is_never_planned(tmp_path: Path) -> None:
    workspace = WORKSPACE.replace("  bs-bike:", "  th-kawa: { platform: threads, handle: kawa, languages: [en] }\n  bs-bike:")
    async with house(tmp_path, CAMPAIGN.replace("accounts: [bs-kawa]", "accounts: [bs-kawa, th-kawa]"), workspace) as h:
        assert [d.code for d in await h.desk.validate()] == ["W305"]
        assert await h.apply() == "1 created"
        assert [a.words for a in await h.desk.accounts() if a.name == "th-kawa"] == ["there is no adapter for this platform yet"]


# ── briefs ──


async def test_a_brief_waits_for_its_text_and_keeps_its_slot(tmp_path: Path) -> None:
    base = CAMPAIGN.partition("  - id")[0]
    async with house(tmp_path, base + "  - { id: ratio, slot: lunch, brief: 60 g per litre }\n") as h:
        plan = await h.desk.plan()
        assert [(c.sign, c.when, c.words) for c in plan.changes] == [
            ("?", "Mon 23 Nov 12:15 CET", "no text yet: daypart draft autumn/ratio")
        ]
        assert not plan.empty
        await h.desk.apply(plan)
        again = await h.desk.plan()
        assert again.empty
        assert [c.sign for c in again.changes] == ["?"]
        view = await h.desk.delivery("autumn/ratio@bs-kawa")
        assert (view.sign, view.words, view.title) == ("needs_text", "no text yet", "60 g per litre")
        with pytest.raises(UsageError, match="no text yet"):
            await h.desk.approve("autumn/ratio@bs-kawa", "0" * 64)
        h.edit("brief: 60 g per litre", "brief: 60 g per litre, text: Sixty grams per litre.")
        assert await h.lines() == ["~ autumn/ratio@bs-kawa has a text now, needs approval"]
        await h.apply()
        assert (await h.desk.delivery("autumn/ratio@bs-kawa")).wall == "2026-11-23T12:15"


async def test_threads_and_first_comments_are_one_unit(tmp_path: Path) -> None:
    post = "  - id: long\n    at: 2026-12-01T09:00\n    text: |\n      One.\n"
    async with house(tmp_path, CAMPAIGN.partition("  - id")[0] + post) as h:
        await h.connected("bs-kawa")
        page = h.root / "campaigns/autumn/posts/thread.md"
        page.parent.mkdir()
        page.write_text("---\nat: 2026-12-02T09:00\n---\nFirst part.\n---\nSecond part.\n---\nThird part.\n")
        await h.apply()
        await h.approve("autumn/thread@bs-kawa")
        post_view = await h.desk.post("autumn/thread")
        assert [(d.key, d.part, d.parts, d.state) for d in post_view.deliveries] == [
            ("autumn/thread@bs-kawa", 1, 3, "queued"),
            ("autumn/thread@bs-kawa/2", 2, 3, "queued"),
            ("autumn/thread@bs-kawa/3", 3, 3, "queued"),
        ]
        page.write_text("---\nat: 2026-12-02T09:00\n---\nFirst part.\n---\nSecond part, changed.\n")
        await h.apply()
        post_view = await h.desk.post("autumn/thread")
        assert [(d.key, d.state) for d in post_view.deliveries] == [
            ("autumn/thread@bs-kawa", "draft"),
            ("autumn/thread@bs-kawa/2", "draft"),
        ]
        assert (await h.desk.plan()).empty
        await h.approve("autumn/thread@bs-kawa")
        assert await h.state("autumn/thread@bs-kawa/2") == "queued"


async def test_what_is_left_of_a_thread_can_be_cancelled(tmp_path: Path) -> None:
    async with house(tmp_path, CAMPAIGN.partition("posts:")[0]) as h:
        await h.connected("bs-kawa")
        page = h.root / "campaigns/autumn/posts/thread.md"
        page.parent.mkdir()
        page.write_text("---\nat: 2026-12-02T09:00\n---\nFirst part.\n---\nSecond part.\n")
        await h.apply()
        await h.approve("autumn/thread@bs-kawa")
        await publish(h, "autumn/thread@bs-kawa")
        await h.desk.cancel("autumn/thread@bs-kawa")
        assert await h.state("autumn/thread@bs-kawa") == "published"
        assert await h.state("autumn/thread@bs-kawa/2") == "cancelled"
        with pytest.raises(UsageError, match="is public"):
            await h.desk.cancel("autumn/thread@bs-kawa")


# ── records ──


async def test_the_commit_is_recorded(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@t", *arguments], check=True, capture_output=True
        )

    async with house(tmp_path) as h:
        assert (await h.desk.plan()).commit is None
        git("init", "-q")
        git("add", "-A")
        git("commit", "-q", "-m", "x")
        plan = await h.desk.plan()
        assert plan.commit
        assert plan.dirty is False
        h.edit("on the shelf", "on the table")
        plan = await h.desk.plan()
        assert plan.dirty is True
        await h.desk.apply(plan)
        [event] = await h.desk.history(KEY)
        assert event.actor == f"files:{plan.commit}+"
        assert event.why == "from the files"
        kept = await h.desk.store.read(lambda conn: conn.execute(text("SELECT value FROM meta WHERE name = 'apply.1'")).scalar_one())
        assert '"by": "anna"' in kept
        assert f'"commit": "{plan.commit}"' in kept


# ── what the desk has beside the files ──


async def test_slots_keep_their_distance_from_posts_made_at_the_desk_on_the_same_account(tmp_path: Path) -> None:
    base = CAMPAIGN.partition("posts:")[0].replace("schedule:\n", "schedule:\n  min_gap: 4h\n")
    async with house(tmp_path, base + "posts:\n  - { id: s1, slot: lunch, text: Slot post }\n") as h:
        await h.desk.new_post(title="Beans", text={"en": "Beans"}, accounts=["bs-kawa"], when="2026-11-23T13:00")
        await h.desk.new_post(title="Wheels", text={"en": "Wheels"}, accounts=["bs-bike"], when="2026-11-25T13:00")
        assert [c.when for c in (await h.desk.plan()).changes] == ["Wed 25 Nov 12:15 CET"]


async def test_a_name_taken_by_a_post_made_at_the_desk_is_said(tmp_path: Path) -> None:
    async with house(tmp_path, CAMPAIGN.replace("id: autumn", "id: desk")) as h:
        await h.desk.new_post(title="Other", text={"en": "Other"}, accounts=["bs-kawa"])
        assert [c.sign for c in (await h.desk.plan()).changes] == ["+"]
        await h.desk.new_post(title="Teaser", text={"en": "Beans"}, accounts=["bs-kawa"])
        assert [(c.sign, c.words) for c in (await h.desk.plan()).changes] == [
            (".", "a post made at the desk has this name: give this one another id")
        ]


async def test_only_texts_of_posts_from_files_are_looked_up_for_a_plan(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        await h.desk.new_post(title="Beans", text={"en": "Beans"}, accounts=["bs-kawa"])

        def operation(conn: Connection) -> None:
            post = conn.execute(text("SELECT id FROM post WHERE slug = 'teaser'")).scalar_one()
            keep_revision(conn, post, "@bs-kawa", Attributed("Beans", ()), "human:anna", h.clock.now)

        await h.desk.store.write(operation)
        known = await h.desk.store.read(read_sources)
        assert {post: source.before["@bs-kawa"].text for post, source in known.items()} == {"autumn/teaser": "Beans"}
