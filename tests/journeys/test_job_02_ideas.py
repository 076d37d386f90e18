"""Collect ideas from anywhere, and make one of them a month of posts on the places that are free."""

from __future__ import annotations

from datetime import timedelta

from tests.journeys.office import Office, next_monday

IDEA = "one pastry a week, and who bakes it"
WORDS = "This week Ola bakes the poppy seed roll."


def in_the_books(office: Office) -> None:
    """Four drafts on four Mondays, made of the idea; nobody approved anything."""
    mondays = [next_monday() + timedelta(weeks=n) for n in range(4)]
    found = office.place("post", "list", "--json").json["deliveries"]
    assert [one["due"][:10] for one in found] == [f"{day:%Y-%m-%d}" for day in mondays]
    assert {one["due"][11:16] for one in found} == {"17:00"}
    assert {(one["state"], one["account"], one["approval"]) for one in found} == {("draft", "bs-kawa", None)}
    for one in found:
        assert WORDS in office.place("post", "show", one["key"]).out
    ideas = office.place("idea", "list", "--all", "--json").json["ideas"]
    assert {idea["text"]: bool(idea["post"]) for idea in ideas} == {IDEA: True, "tables outside": False, "open evening": False}


async def test_with_keys(office: Office) -> None:
    office.slots("bs-kawa", days="MO")
    async with office.desk(size=(120, 40)) as hands:
        for idea in ("tables outside", "open evening", IDEA):
            await hands.press("I")
            await hands.see("Note an idea")
            await hands.type(idea)
            await hands.press("enter")
            await hands.gone("Note an idea")
        await hands.press("7", "right", "right")
        await hands.see("[Ideas]", IDEA)
        await hands.press("enter")
        await hands.see("Make a post", "Kawa Wrocław · Bluesky bs-kawa")
        await hands.press("space", "enter")
        await hands.see("Does it fit?")
        await hands.type(WORDS)
        await hands.see("✓ Bluesky bs-kawa")
        await hands.press("escape", "2")
        await hands.see("Europe/Warsaw")
        day = next_monday()
        for _ in range((day - hands.pilot.app.screen.day).days):  # type: ignore[attr-defined]
            await hands.press("right")
        for week in range(4):
            await hands.press("space")
            if week < 3:
                await hands.press("down")
        await hands.press("n")
        await hands.see("Fill the free slots of 4 days")
        await hands.press("enter")

        async def four() -> bool:
            return len(await hands.desk.deliveries()) == 4

        await hands.known(four, "four posts")
    in_the_books(office)


def test_with_commands(office: Office) -> None:
    office.slots("bs-kawa", days="MO")
    office.run("idea", "-", given=f"tables outside\nopen evening\n{IDEA}\n")
    number = next(idea["id"] for idea in office.run("idea", "list", "--json").json["ideas"] if idea["text"] == IDEA)
    [made] = office.run("idea", "use", str(number), "--account", "bs-kawa", "--json").json["deliveries"]
    office.editor(WORDS)
    office.run("post", "edit", made["post"])
    office.run("post", "fill", made["post"], *(f"{next_monday() + timedelta(weeks=n):%Y-%m-%d}" for n in range(4)))
    in_the_books(office)
