"""Load a month in bulk: a campaign that a colleague wrote as a file, and the rows of a sheet, one of which is wrong."""

from __future__ import annotations

from datetime import date, timedelta

from tests.journeys.office import Office, at, next_monday
from tests.scheduler.importing.workbooks import workbook

HEAD = ("Client", "Account", "When", "Text")
CHANGED, SAME = "beans/sidamo@bs-kawa", "beans/yirga@bs-kawa"


def entry(post: str, day: date, words: str) -> str:
    """One post of the colleague's file; several hours between them."""
    hour = {"sidamo": 6, "yirga": 12, "huila": 18}[post]
    return f'  - {{ id: {post}, at: "{day:%Y-%m-%d}T{hour:02}:00", text: "{words}" }}\n'


def prepared(office: Office) -> None:
    """A campaign file, two of whose three posts are approved, and one of these has other words now; a sheet with two good rows, one
    without a time, one for another client's account."""
    monday = next_monday()
    office.slots("ms-roof", days="FR")
    folder = office.root / "campaigns" / "beans"
    folder.mkdir(parents=True)
    head = "version: 1\nid: beans\ntitle: Beans\nlanguages: [en]\naccounts: [bs-kawa]\nposts:\n"
    file = folder / "campaign.yaml"
    file.write_text(head + entry("sidamo", monday, "From Sidamo, 40 zł") + entry("yirga", monday, "From Yirgacheffe"), "utf-8")
    office.place("apply", "--yes")
    for key in (CHANGED, SAME):
        office.place.approve(key)
    entries = entry("sidamo", monday, "From Sidamo, 42 zł") + entry("yirga", monday, "From Yirgacheffe") + entry("huila", monday, "Huila")
    file.write_text(head + entries, "utf-8")
    rows = [
        ("Kawa Wrocław", "bs-kawa", at(monday, "9:00"), "Latte art"),
        ("Kawa Wrocław", "ms-kawa", at(monday + timedelta(days=1), "9:00"), "Cold brew"),
        ("Roof Garden", "ms-roof", "", "Lanterns"),
        ("Roof Garden", "bs-kawa", at(monday, "10:00"), "Whose is this?"),
    ]
    workbook(office.root / "December.xlsx", [HEAD, *rows])


def everything_is_a_draft_of_its_client(office: Office) -> None:
    """What did not change kept its yes. All else is a draft, nobody's on another's account; the same sheet again makes nothing."""
    friday = next_monday() + timedelta(days=(4 - next_monday().weekday()) % 7)
    found = office.place("post", "list", "--json").json["deliveries"]
    [same] = [one for one in found if one["key"] == SAME]
    assert (same["state"], same["approval"]["by"]) == ("queued", "anna")
    assert "42 zł" in office.place("post", "show", CHANGED).out
    found.remove(same)
    assert {(one["client"], one["account"], one["state"], one["approval"]) for one in found} == {
        ("kawa", "bs-kawa", "draft", None), ("kawa", "ms-kawa", "draft", None), ("roof", "ms-roof", "draft", None)
    }  # fmt: skip
    assert len(found) == 5
    [lanterns] = [one for one in found if one["account"] == "ms-roof"]
    assert lanterns["due"][11:16] == "17:00"
    assert lanterns["due"][:10] <= f"{friday:%Y-%m-%d}"
    assert "Whose is this" not in office.place("library", "--json").out
    again = office.place("import", "xlsx", "December.xlsx", "--fill", "--skip-wrong-rows", "--yes", code=1)
    assert "made" not in again.out
    assert len(office.place("post", "list", "--json").json["deliveries"]) == 6


async def test_with_keys(office: Office) -> None:
    prepared(office)
    async with office.desk() as hands:
        await hands.press("8")
        await hands.see("huila", "sidamo", "1 loses its approval")
        await hands.press("A")
        await hands.see(f"1 loses its approval: {CHANGED}")
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

        async def six() -> bool:
            return len(await hands.desk.deliveries()) == 6

        await hands.known(six, "six posts")
    everything_is_a_draft_of_its_client(office)


def test_with_commands(office: Office) -> None:
    prepared(office)
    planned = office.run("plan").out
    assert "huila" in planned
    assert [line.split()[1] for line in planned.splitlines() if "loses its approval" in line] == ["sidamo@bs-kawa"]
    office.run("apply", "--yes")
    refused = office.run("import", "xlsx", "December.xlsx", "--fill", "--yes", code=65)
    assert "'bs-kawa' is an account of Kawa" in refused.out
    office.run("import", "xlsx", "December.xlsx", "--fill", "--skip-wrong-rows", "--yes", code=1)
    everything_is_a_draft_of_its_client(office)
