"""Posts from a sheet at the desk: right accounts or nothing, nothing twice, changes shown, approvals void, mistakes by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from scheduler.desk.views import DeliveryQuery
from scheduler.errors import StaleError, UsageError, WouldVoidError
from scheduler.importing.view import SheetAsk, SheetPlan
from tests.desk.house import WORKSPACE, House, house
from tests.scheduler.importing.workbooks import comma, workbook

HEAD = ("Id", "Date", "Time", "Client", "Account", "Text EN", "Text PL")
LATTE = ("latte", "30.11.2026", "9:30", "Kawa Wrocław", "ms-kawa", "Latte art on Friday", "Latte art w piątek")
LIGHTS = ("lights", "1.12.2026", "18:00", "Bike Shop", "bs-bike", "Lights on", "")


def ask(root: Path, *rows: Sequence[object], head: Sequence[object] = HEAD, name: str = "October.csv", **more: Any) -> SheetAsk:
    return SheetAsk(comma(root / name, [head, *rows], between=";"), "csv", **more)


async def load(h: House, wanted: SheetAsk) -> SheetPlan:
    """Read and import."""
    plan = await h.desk.read_sheet(wanted)
    assert plan.ready, [f"{f.code} {f.message}" for f in plan.findings]
    await h.desk.import_sheet(plan)
    return plan


def told(plan: SheetPlan) -> list[str]:
    return [f"{f.code} {f.spot.cell} {f.message}" for f in plan.findings if f.is_error]


def signs(plan: SheetPlan) -> str:
    return "".join(row.sign for row in plan.rows)


async def keys(h: House) -> list[str]:
    return sorted(view.key for view in await h.desk.deliveries(DeliveryQuery()))


async def test_rows_become_drafts_that_nobody_has_approved(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        plan = await load(h, ask(tmp_path, LATTE, LIGHTS))
        assert signs(plan) == "++"
        assert await keys(h) == ["desk/latte@ms-kawa", "desk/lights@bs-bike"]
        latte = await h.desk.delivery("desk/latte@ms-kawa")
        assert (latte.state, latte.approval, latte.client, latte.wall) == ("draft", None, "kawa", "2026-11-30T09:30")
        review = await h.desk.review("desk/latte@ms-kawa")
        assert [part.text for part in review.parts] == ["Latte art on Friday\n\n· · ·\n\nLatte art w piątek"]


async def test_the_same_sheet_twice_makes_nothing_twice(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        wanted = ask(tmp_path, LATTE, LIGHTS)
        await load(h, wanted)
        again = await h.desk.read_sheet(wanted)
        assert signs(again) == ".."
        assert (await h.desk.import_sheet(again)).keys == ()
        # rows in another order, in another kind of file, with a column more
        rows = [(*HEAD, "Notes"), (*LIGHTS, "x"), (*LATTE, "y")]
        other = SheetAsk(workbook(tmp_path / "October.xlsx", rows), "xlsx", mapped={"Notes": "-"})
        assert signs(await load(h, other)) == ".."
        assert len(await keys(h)) == 2


async def test_without_an_id_client_time_and_account_tell_a_row(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        head, row = HEAD[1:], LATTE[1:]
        await load(h, ask(tmp_path, row, head=head))
        assert signs(await h.desk.read_sheet(ask(tmp_path, row, head=head))) == "."
        changed = await h.desk.read_sheet(ask(tmp_path, (*row[:-1], "Latte w sobotę"), head=head))
        assert signs(changed) == "~"
        moved = await h.desk.read_sheet(ask(tmp_path, ("2.12.2026", *row[1:]), head=head))
        assert signs(moved) == ">"
        await h.desk.import_sheet(moved)
        assert [view.wall for view in await h.desk.deliveries()] == ["2026-12-02T09:30"]
        other = await h.desk.read_sheet(ask(tmp_path, ("3.12.2026", *row[1:-1], "Inne słowa"), head=head))
        assert signs(other) == "+."
        assert other.rows[-1].words == "not in the sheet any more: it stays as it is"


async def test_a_changed_row_shows_both_texts_and_loses_its_approval(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("ms-kawa", "bs-bike")
        await load(h, ask(tmp_path, LATTE, LIGHTS))
        await h.approve("desk/latte@ms-kawa", facts_checked=True)
        await h.approve("desk/lights@bs-bike", facts_checked=True)
        plan = await h.desk.read_sheet(ask(tmp_path, (*LATTE[:-1], "Latte w sobotę"), LIGHTS))
        assert signs(plan) == "~."
        [row, _] = plan.rows
        assert row.loses_approval
        assert row.diff == ("- Latte art w piątek", "+ Latte w sobotę")
        assert "loses its approval" in row.words
        await h.desk.import_sheet(plan)
        assert await h.state("desk/latte@ms-kawa") == "draft"
        assert await h.state("desk/lights@bs-bike") == "queued"


async def test_a_move_within_the_window_keeps_the_approval_and_one_beyond_says_so_before(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("ms-kawa")
        await load(h, ask(tmp_path, LATTE))
        await h.approve("desk/latte@ms-kawa", facts_checked=True)
        near = await h.desk.read_sheet(ask(tmp_path, ("latte", "1.12.2026", *LATTE[2:])))
        assert (signs(near), near.rows[0].loses_approval) == (">", False)
        await h.desk.import_sheet(near)
        assert await h.state("desk/latte@ms-kawa") == "queued"
        far = await h.desk.read_sheet(ask(tmp_path, ("latte", "20.12.2026", *LATTE[2:])))
        assert (signs(far), far.rows[0].loses_approval) == (">", True)
        await h.desk.import_sheet(far)
        assert await h.state("desk/latte@ms-kawa") == "draft"


async def test_what_was_edited_at_the_desk_stays_unless_the_sheet_changes_it(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await load(h, ask(tmp_path, LATTE))
        await h.desk.save_text("desk/latte", "en", "Edited by Ola")
        assert signs(await load(h, ask(tmp_path, LATTE))) == "."
        await load(h, ask(tmp_path, (*LATTE[:-1], "Latte w sobotę")))
        texts = {view.field: view.text for view in (await h.desk.post("desk/latte")).texts}
        assert texts == {"en": "Edited by Ola", "pl": "Latte w sobotę"}
        plan = await h.desk.read_sheet(ask(tmp_path, (*LATTE[:-2], "From the sheet", "Latte w sobotę")))
        assert "was also changed at the desk: the sheet's words win" in plan.rows[0].words


async def test_every_wrong_cell_is_told_at_once_and_nothing_is_made(tmp_path: Path) -> None:
    rows = [
        ("a", "31.11.2026", "9:30", "Kawa Wrocław", "ms-kawa", "x", ""),
        ("b", "30.11.2026", "25:00", "Kawa Wrocław", "ms-kawa", "x", ""),
        ("c", "30.11.2026", "9:30", "Kawa Wroclav", "ms-kawa", "x", ""),
        ("d", "30.11.2026", "9:30", "Kawa Wrocław", "ig-kawaa", "x", ""),
        ("e", "30.11.2026", "9:30", "Kawa Wrocław", "bs-bike", "x", ""),
        ("f", "30.11.2026", "9:30", "", "bs-bike, bs-kawa", "x", ""),
        ("g", "30.11.2026", "9:30", "Bike Shop", "bs-bike", "", ""),
        ("h", "2.11.2026", "9:30", "Bike Shop", "bs-bike", "x", ""),
        ("i", "30.11.2026", "", "Bike Shop", "bs-bike", "x", ""),
        ("lights", "1.12.2026", "18:00", "Bike Shop", "bs-bike", "Lights", ""),
        ("Lights", "2.12.2026", "18:00", "Bike Shop", "bs-bike", "Lights", ""),
        ("k", "31.13.2026", "99", "Nobody", "ms-kawa", "x\x07y", ""),
    ]
    async with house(tmp_path) as h:
        plan = await h.desk.read_sheet(ask(tmp_path, *rows))
        assert [words.split(" ", 2)[:2] for words in told(plan)] == [
            ["E411", "B2"],
            ["E411", "C3"],
            ["E314", "D4"],
            ["E302", "E5"],
            ["E810", "E6"],
            ["E313", "E7"],
            ["E202", "F8"],
            ["E817", "B9"],
            ["E816", "B10"],
            ["E811", "A12"],
            ["E411", "B13"],
            ["E314", "D13"],
            ["E815", "F13"],
        ]
        by_cell = {finding.spot.cell: finding for finding in plan.findings}
        assert by_cell["E5"].hints[0] == "did you mean 'ig-kawa'?"
        assert by_cell["D4"].hints[0] == "did you mean 'Kawa Wrocław'?"
        assert by_cell["E6"].message == "'bs-bike' is an account of Bike Shop, and the row is Kawa Wrocław's"
        assert by_cell["A12"].message == "this row is the same as row 11"
        assert not plan.ready
        with pytest.raises(UsageError, match="nothing was imported"):
            await h.desk.import_sheet(plan)
        assert await keys(h) == []


async def test_the_right_rows_alone_when_that_is_asked(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        wrong = ("bad", "31.11.2026", *LATTE[2:])
        plan = await h.desk.read_sheet(ask(tmp_path, LATTE, wrong, LIGHTS, skip_wrong=True))
        assert signs(plan) == "+!+"
        done = await h.desk.import_sheet(plan)
        assert done.words.startswith("2 made")
        assert done.words.endswith("left out: row 3")
        assert await keys(h) == ["desk/latte@ms-kawa", "desk/lights@bs-bike"]


async def test_an_unknown_column_is_never_left_out_by_itself(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        wanted = ask(tmp_path, (*LATTE, "see mail"), head=(*HEAD, "Notes"), skip_wrong=True)
        plan = await h.desk.read_sheet(wanted)
        assert told(plan) == ["E807 H1 the column 'Notes' is not known"]
        assert not plan.ready
        await load(h, replace(wanted, mapped={"Notes": "-"}))
        assert await h.desk.kept_columns() == {"notes": "-"}
        november = ask(tmp_path, (*LIGHTS, "x"), head=(*HEAD, "Notes"), name="November.csv")
        assert signs(await load(h, november)) == "+"
        await h.desk.forget_columns()
        assert told(await h.desk.read_sheet(november)) == ["E807 H1 the column 'Notes' is not known"]


async def test_what_a_column_means_can_be_said_and_nonsense_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        wanted = ask(tmp_path, ("30.11.2026 9:30", "ms-kawa", "Hello"), head=("When", "Account", "Blurb"))
        with pytest.raises(UsageError, match="'colour' is nothing that a column can hold"):
            await h.desk.read_sheet(replace(wanted, mapped={"Blurb": "colour"}))
        await load(h, replace(wanted, mapped={"blurb": "text.en"}))
        [view] = (await h.desk.post((await h.desk.deliveries())[0].post)).texts
        assert (view.field, view.text) == ("en", "Hello")


async def test_the_nights_on_which_the_clocks_change(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        head = ("When", "Account", "Text")
        plan = await h.desk.read_sheet(ask(tmp_path, ("28.3.2027 2:30", "bs-bike", "Gap"), head=head))
        [finding] = plan.findings
        assert (finding.code, finding.spot.cell) == ("E402", "A2")
        assert finding.hints[0] == "did you mean 2027-03-28T01:30 or 2027-03-28T03:30?"
        plan = await h.desk.read_sheet(ask(tmp_path, ("31.10.2027 2:30", "bs-bike", "Fold"), head=head))
        assert [(f.code, f.level) for f in plan.findings] == [("W403", "warning")]
        assert plan.rows[0].when.endswith("CEST")


async def test_accounts_as_people_write_them(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        head = ("When", "Client", "Network", "Text")
        said = {
            "30.11.2026 9:00": ("Kawa Wrocław", "Instagram", ["ig-kawa"]),
            "30.11.2026 10:00": ("kawa", "IG + Bluesky", ["ig-kawa", "bs-kawa"]),
            "30.11.2026 11:00": ("Kawa Wrocław", "", ["bs-kawa", "ms-kawa", "ig-kawa"]),
            "30.11.2026 12:00": ("", "@kawa.example", ["bs-kawa"]),
            "30.11.2026 13:00": ("", "Bike Shop", ["bs-bike"]),
            "30.11.2026 14:00": ("Bike Shop", "all", ["bs-bike"]),
        }
        rows = [(when, client, accounts, f"Text {n}") for n, (when, (client, accounts, _)) in enumerate(said.items())]
        plan = await h.desk.read_sheet(ask(tmp_path, *rows, head=head))
        assert told(plan) == []
        assert [list(row.accounts) for row in plan.rows] == [names for *_, names in said.values()]
        plan = await h.desk.read_sheet(ask(tmp_path, ("30.11.2026 9:00", "", "Bluesky", "Whose"), head=head))
        assert told(plan) == ["E810 C2 'Bluesky' can be several accounts: bs-kawa (Kawa Wrocław), bs-bike (Bike Shop)"]


async def test_a_column_of_networks_narrows_a_column_of_handles(tmp_path: Path) -> None:
    both = WORKSPACE.replace("handle: kawa.example", "handle: kawa.wroclaw")
    async with house(tmp_path, workspace=both) as h:
        head = ("When", "Network", "Profile", "Text")
        row = ("30.11.2026 9:00", "Instagram", "kawa.wroclaw", "One of two")
        assert (await h.desk.read_sheet(ask(tmp_path, row, head=head))).rows[0].accounts == ("ig-kawa",)


async def test_pictures_alt_texts_links_tags_and_comments(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        (tmp_path / "media").mkdir()
        (tmp_path / "campaigns/autumn/media/shelf.jpg").rename(tmp_path / "media/shelf.jpg")
        head = ("When", "Account", "Text", "Media", "Alt", "Link", "First comment", "Hashtags")
        row = (
            "30.11.2026 9:00",
            "ig-kawa",
            "Shelf #coffee",
            "shelf.jpg",
            "Bags on a shelf",
            "https://kawa.example/shelf",
            "Ask us",
            "coffee, #Wrocław",
        )
        await load(h, ask(tmp_path, row, head=head))
        [view] = [view for view in await h.desk.deliveries() if view.kind == "post"]
        review = await h.desk.review(view.key)
        assert review.parts[0].text == "Shelf #coffee\n\n#Wrocław"
        assert "Bags on a shelf" in review.parts[0].media[0]
        assert review.first_comment == "Ask us"
        wrong = (
            "1.12.2026 9:00",
            "ig-kawa",
            "Shelf",
            "shelv.jpg;https://a.example/b.jpg;../out.jpg",
            "a|b|c|d",
            "kawa.example",
            "",
            "#two words!",
        )
        plan = await h.desk.read_sheet(ask(tmp_path, wrong, head=head))
        assert [words.split(" ", 2)[:2] for words in told(plan)] == [
            ["E601", "D2"],
            ["E602", "D2"],
            ["E602", "D2"],
            ["E207", "E2"],
            ["E209", "F2"],
            ["E206", "H2"],
        ]


async def test_a_brief_without_a_text_waits_for_the_model(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        head = ("When", "Account", "Brief")
        plan = await load(h, ask(tmp_path, ("30.11.2026 9:00", "bs-bike", "Winter lights, be seen"), head=head))
        assert signs(plan) == "?"
        [view] = await h.desk.deliveries()
        assert (view.state, view.digest) == ("draft", None)
        assert (await h.desk.post(view.post)).brief == "Winter lights, be seen"


async def test_another_brief_in_the_sheet_leaves_the_facts_of_the_desk(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        head = ("Id", "When", "Account", "Brief")
        await load(h, ask(tmp_path, ("lights", "30.11.2026 9:00", "bs-bike", "Winter lights"), head=head))
        [view] = await h.desk.deliveries()
        await h.desk.keep_request(view.post, facts=["from 19 zł"], tone="dry")
        await load(h, ask(tmp_path, ("lights", "30.11.2026 9:00", "bs-bike", "Lights for the dark"), head=head))
        asked = await h.desk.request(view.post)
        assert (asked.topic, asked.facts, asked.tone) == ("Lights for the dark", ("from 19 zł",), "dry")


async def test_words_that_the_sheet_says_are_a_models_are_marked_as_such(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        head = ("When", "Account", "Text", "AI")
        await load(
            h,
            ask(
                tmp_path,
                ("30.11.2026 9:00", "bs-bike", "Lights on, city", "yes"),
                ("30.11.2026 10:00", "bs-bike", "Own words", "no"),
                head=head,
            ),
        )
        model, own = sorted(await h.desk.deliveries(), key=lambda view: view.due or 0)
        assert (model.ai, own.ai) == ("AI-generated", "human")


async def test_too_long_for_a_network_is_said_and_stops_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        plan = await load(h, ask(tmp_path, ("30.11.2026 9:00", "bs-bike", "x" * 400), head=("When", "Account", "Text")))
        assert [(f.code, f.level, f.spot.cell) for f in plan.findings] == [("E501", "warning", "C2")]


async def test_rows_without_a_time_take_the_next_free_slots_and_no_two_the_same(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        head = ("When", "Account", "Text")
        rows = [("", "bs-kawa", f"Filled {n}") for n in range(3)]
        taken = ("23.11.2026 12:15", "bs-kawa", "Stands on the first slot")
        wanted = ask(tmp_path, *rows, taken, ("27.11.2026", "bs-kawa", "A day and no time"), head=head, fill=True)
        plan = await load(h, wanted)
        assert [row.when for row in plan.rows] == [
            "Wed 25 Nov 12:15 CET",
            "Mon 30 Nov 12:15 CET",
            "Wed 2 Dec 12:15 CET",
            "Mon 23 Nov 12:15 CET",
            "Fri 27 Nov 12:15 CET",
        ]
        assert signs(await h.desk.read_sheet(wanted)) == "....."


async def test_limits_of_an_account_are_said_the_other_rows_counted(tmp_path: Path) -> None:
    limited = WORKSPACE.replace("handle: bike.example,", 'handle: bike.example, pace: { per_day: 1, quiet: "22:00-07:00" },')
    async with house(tmp_path, workspace=limited) as h:
        rows = [("30.11.2026 9:00", "bs-bike", "One"), ("30.11.2026 18:00", "bs-bike", "Two"), ("2.12.2026 23:00", "bs-bike", "Night")]
        plan = await h.desk.read_sheet(ask(tmp_path, *rows, head=("When", "Account", "Text")))
        assert [(f.code, f.spot.cell) for f in plan.findings] == [("W416", "A3"), ("W415", "A4")]
        assert plan.findings[0].hints[0] == "choose Tue 1 Dec 09:00 CET or later; else it waits its turn"
        assert plan.ready


async def test_where_no_slot_is_free_the_row_is_wrong(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        plan = await h.desk.read_sheet(ask(tmp_path, ("", "bs-bike", "No slots here"), head=("When", "Account", "Text"), fill=True))
        assert told(plan) == ["E813 A2 no slot is free for bs-bike"]


async def test_deleted_at_the_desk_stays_deleted_and_public_cannot_change(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await load(h, ask(tmp_path, LATTE, LIGHTS))
        await h.desk.delete_draft("desk/latte")
        await h.put("desk/lights@bs-bike", "published")
        plan = await h.desk.read_sheet(ask(tmp_path, (*LATTE[:-1], "Inne"), LIGHTS))
        assert signs(plan) == ".."
        assert plan.rows[0].words == "deleted or cancelled at the desk: it stays so"
        plan = await h.desk.read_sheet(ask(tmp_path, LATTE, (*LIGHTS[:5], "Other words", "")))
        assert [words[:7] for words in told(plan)] == ["E812 F3"]


async def test_accounts_that_come_and_go(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await load(h, ask(tmp_path, LATTE))
        await load(h, ask(tmp_path, (*LATTE[:4], "ig-kawa, bs-kawa", *LATTE[5:])))
        states = {view.key: view.state for view in await h.desk.deliveries()}
        assert states == {"desk/latte@ms-kawa": "cancelled", "desk/latte@ig-kawa": "draft", "desk/latte@bs-kawa": "draft"}


async def test_a_plan_that_is_not_of_now_is_not_imported(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        wanted = ask(tmp_path, LATTE)
        plan = await h.desk.read_sheet(wanted)
        ask(tmp_path, (*LATTE[:-1], "Somebody saved the sheet meanwhile"))
        with pytest.raises(StaleError):
            await h.desk.import_sheet(plan)
        plan = await h.desk.read_sheet(wanted)
        await h.desk.new_post(title="Meanwhile", text={"en": "x"}, accounts=["bs-bike"])
        with pytest.raises(StaleError):
            await h.desk.import_sheet(plan)
        assert await keys(h) == ["desk/meanwhile@bs-bike"]


async def test_undo_takes_the_posts_away_and_the_sheet_can_be_imported_again(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        wanted = ask(tmp_path, LATTE, LIGHTS)
        await load(h, wanted)
        await h.desk.undo()
        assert all(view.state == "cancelled" for view in await h.desk.deliveries())
        assert signs(await load(h, wanted)) == "++"


async def test_an_undo_that_costs_an_approval_asks_before_anything_is_gone(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-bike")
        await load(h, ask(tmp_path, LATTE, LIGHTS))
        await h.approve("desk/lights@bs-bike", facts_checked=True)
        with pytest.raises(WouldVoidError):
            await h.desk.undo()
        assert [view.state for view in await h.desk.deliveries()] == ["draft", "queued"]
        await h.desk.undo(knowing=True)
        assert {view.state for view in await h.desk.deliveries()} == {"cancelled"}


async def test_sixty_rows_for_fifteen_clients_in_one_go(tmp_path: Path) -> None:
    accounts = "".join(f"  bs-{n}: {{ platform: bluesky, handle: c{n}.example, languages: [en] }}\n" for n in range(15))
    clients = "".join(f"  c{n}: {{ name: Client {n}, accounts: [bs-{n}] }}\n" for n in range(15))
    workspace = f"version: 1\nworkspace_id: ws\nname: Agency\ntimezone: Europe/Warsaw\naccounts:\n{accounts}clients:\n{clients}"
    rows = [
        (f"{1 + n // 15}.12.2026", f"{8 + n % 12}:15", f"Client {n % 15}", "Bluesky", f"Post {n} of client {n % 15}") for n in range(60)
    ]
    async with house(tmp_path, campaign=None, workspace=workspace) as h:
        plan = await load(h, ask(tmp_path, *rows, head=("Date", "Time", "Client", "Network", "Text")))
        assert signs(plan) == "+" * 60
        views = await h.desk.deliveries()
        assert len(views) == 60
        assert {view.client for view in views} == {f"c{n}" for n in range(15)}
        assert all(view.account == f"bs-{view.client[1:]}" for view in views if view.client)


async def of_a_model(h: House, root: Path) -> str:
    row = ("30.11.2026 9:30", "bs-kawa", "Seven words of a model about coffee", "yes")
    await load(h, ask(root, row, head=("When", "Account", "Text", "AI")))
    return (await keys(h))[0]


async def test_a_models_words_stay_its_own_when_they_are_cut_and_pasted(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post, _, account = (await of_a_model(h, tmp_path)).partition("@")
        for words in ("", "Seven words of a model about coffee"):
            await h.desk.save_text(post, "text", words)
        assert (await h.desk.delivery(f"{post}@{account}")).ai == "AI-generated"


async def test_a_models_words_stay_its_own_when_they_come_back_by_an_undo(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        key = await of_a_model(h, tmp_path)
        await h.desk.save_text(key.partition("@")[0], "text", "Mine.")
        assert (await h.desk.delivery(key)).ai == "human"
        await h.desk.undo()
        assert (await h.desk.delivery(key)).ai == "AI-generated"


async def test_an_account_that_the_sheet_names_again_gets_the_post_again(tmp_path: Path) -> None:
    both, one = (("a", "30.11.2026", "9:30", "", accounts, "Latte", "Latte") for accounts in ("bs-kawa, ms-kawa", "bs-kawa"))
    async with house(tmp_path, None) as h:
        await load(h, ask(tmp_path, both))
        await load(h, ask(tmp_path, one))
        assert await h.state("desk/a@ms-kawa") == "cancelled"
        plan = await load(h, ask(tmp_path, both))
        assert "also ms-kawa" in plan.rows[0].words
        assert await h.state("desk/a@ms-kawa") == "draft"


async def test_what_was_cancelled_at_the_desk_stays_so_when_the_row_changes(tmp_path: Path) -> None:
    both, changed = (("a", "30.11.2026", "9:30", "", "bs-kawa, ms-kawa", words, words) for words in ("Latte", "Flat white"))
    async with house(tmp_path, None) as h:
        await load(h, ask(tmp_path, both))
        await h.desk.cancel("desk/a@ms-kawa")
        await load(h, ask(tmp_path, changed))
        assert await h.state("desk/a@ms-kawa") == "cancelled"


async def test_a_row_that_is_moved_into_the_past_is_a_mistake(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await load(h, ask(tmp_path, LATTE))
        plan = await h.desk.read_sheet(ask(tmp_path, (LATTE[0], "20.11.2026", *LATTE[2:])))
        assert told(plan) == ["E817 B2 Fri 20 Nov 09:30 CET has passed"]
        assert signs(plan) == "!"


async def test_an_alternative_text_goes_with_its_file_and_not_with_another(tmp_path: Path) -> None:
    for color in ("red", "blue", "green"):
        Image.new("RGB", (1080, 1080), color).save(tmp_path / f"{color}.jpg", "JPEG")
    head = ("Id", "Date", "Time", "Account", "Text", "Media")
    first, second = (("a", "30.11.2026", "9:30", "bs-kawa", "Latte", files) for files in ("red.jpg | blue.jpg", "green.jpg | red.jpg"))
    async with house(tmp_path, None) as h:
        await load(h, ask(tmp_path, first, head=head))
        await h.desk.save_text("desk/a", "alt:0", "a red square")
        await load(h, ask(tmp_path, second, head=head))
        green, red = (await h.desk.review("desk/a@bs-kawa")).parts[0].media
        assert green.endswith("no alt text")
        assert red.endswith("alt: a red square")


async def test_a_name_of_two_clients_is_a_mistake_and_no_guess(tmp_path: Path) -> None:
    async with house(tmp_path, None, WORKSPACE.replace("name: Bike Shop", "name: Kawa")) as h:
        plan = await h.desk.read_sheet(ask(tmp_path, ("", "30.11.2026", "9:30", "kawa", "", "Latte", "Latte")))
        assert told(plan) == ["E314 D2 'kawa' can be several clients: kawa, bike"]
        plan = await h.desk.read_sheet(ask(tmp_path, ("", "30.11.2026", "9:30", "", "kawa", "Latte", "Latte")))
        assert [words.partition(" ")[0] for words in told(plan)] == ["E313"]
