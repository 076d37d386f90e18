"""Load a month in bulk: a campaign that a colleague wrote as a file, and the rows of a sheet, one of which is wrong."""

from __future__ import annotations

from datetime import timedelta

from tests.journeys.office import Office, at, next_monday
from tests.scheduler.importing.workbooks import workbook

HEAD = ("Client", "Account", "When", "Text")


def prepared(office: Office) -> None:
    """A campaign file with one post; a sheet with two good rows, one without a time, one for another client's account."""
    monday = next_monday()
    office.slots("ms-roof", days="FR")
    folder = office.root / "campaigns" / "beans"
    folder.mkdir(parents=True)
    (folder / "campaign.yaml").write_text(
        "version: 1\nid: beans\ntitle: Beans\nlanguages: [en]\naccounts: [bs-kawa]\n"
        f"posts:\n  - {{ id: huila, at: {monday:%Y-%m-%d}T08:00, text: Beans from Huila }}\n",
        "utf-8",
    )
    rows = [
        ("Kawa Wrocław", "bs-kawa", at(monday, "9:00"), "Latte art"),
        ("Kawa Wrocław", "ms-kawa", at(monday + timedelta(days=1), "9:00"), "Cold brew"),
        ("Roof Garden", "ms-roof", "", "Lanterns"),
        ("Roof Garden", "bs-kawa", at(monday, "10:00"), "Whose is this?"),
    ]
    workbook(office.root / "December.xlsx", [HEAD, *rows])


def everything_is_a_draft_of_its_client(office: Office) -> None:
    """Four posts, none approved, nobody's on another's account; the same sheet again makes nothing."""
    friday = next_monday() + timedelta(days=(4 - next_monday().weekday()) % 7)
    found = office.place("post", "list", "--json").json["deliveries"]
    assert {(one["client"], one["account"], one["state"], one["approval"]) for one in found} == {
        ("kawa", "bs-kawa", "draft", None), ("kawa", "ms-kawa", "draft", None), ("roof", "ms-roof", "draft", None)
    }  # fmt: skip
    assert len(found) == 4
    [lanterns] = [one for one in found if one["account"] == "ms-roof"]
    assert lanterns["due"][11:16] == "17:00"
    assert lanterns["due"][:10] <= f"{friday:%Y-%m-%d}"
    assert "Whose is this" not in office.place("library", "--json").out
    again = office.place("import", "xlsx", "December.xlsx", "--fill", "--skip-wrong-rows", "--yes", code=1)
    assert "made" not in again.out
    assert len(office.place("post", "list", "--json").json["deliveries"]) == 4


async def test_with_keys(office: Office) -> None:
    prepared(office)
    async with office.desk() as hands:
        await hands.press("8")
        await hands.see("huila")
        await hands.press("A")
        await hands.see("Apply")
        await hands.press("y")
        await hands.in_state("draft", "beans/huila@bs-kawa")
        await hands.press("L")
        await hands.see("Which file?", "December.xlsx")
        await hands.press("down", "enter")
        await hands.see("'bs-kawa' is an account of Kawa")
        await hands.press("O", "F")
        await hands.see("Import 3")
        await hands.press("A")
        await hands.see("Import these rows?")
        await hands.press("y")

        async def four() -> bool:
            return len(await hands.desk.deliveries()) == 4

        await hands.known(four, "four posts")
    everything_is_a_draft_of_its_client(office)


def test_with_commands(office: Office) -> None:
    prepared(office)
    assert "huila" in office.run("plan").out
    office.run("apply", "--yes")
    refused = office.run("import", "xlsx", "December.xlsx", "--fill", "--yes", code=65)
    assert "'bs-kawa' is an account of Kawa" in refused.out
    office.run("import", "xlsx", "December.xlsx", "--fill", "--skip-wrong-rows", "--yes", code=1)
    everything_is_a_draft_of_its_client(office)
