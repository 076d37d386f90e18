"""Get the client's and the boss's yes: send one file, record what came back, return what is wrong, and know whose yes is missing."""

from __future__ import annotations

import re

from tests.journeys.office import Office, at, next_monday

MENU, PRICE, ROLL = "The winter menu is here", "Cocoa for 14 zł", "Poppy seed rolls, 9 zł"


def prepared(office: Office) -> tuple[str, str, str]:
    """Three posts wait; returns their keys. The last one had the boss's yes and was changed since."""
    menu = office.new(MENU, "bs-kawa", when=at(next_monday(), "9:00"))
    price = office.new(PRICE, "bs-kawa", when=at(next_monday(), "12:00"))
    roll = office.approved(ROLL, "bs-kawa", when=at(next_monday(), "15:00"))
    office.editor(ROLL.replace("9 zł", "10 zł"))
    office.place("post", "edit", roll)
    return f"{menu}@bs-kawa", f"{price}@bs-kawa", f"{roll}@bs-kawa"


def week() -> str:
    year, number, _ = next_monday().isocalendar()
    return f"{year}-W{number:02}"


def seal_of(page: str, words: str) -> str:
    """What the client copies out of the file under the post with these words."""
    found = re.search(r"\b[0-9a-f]{4} [0-9a-f]{4}\b", page[page.rindex(words) :])
    assert found, page
    return found[0]


def recorded(office: Office, menu: str, price: str, roll: str) -> None:
    """One is approved for the client and recorded by name, one is back with its writer and the reason, one has the boss's own new yes."""
    yes, back, own = office.place.show(menu), office.place.show(price), office.place.show(roll)
    assert (own["state"], own["approval"]["on_behalf"], own["approval"]["by"]) == ("queued", None, "anna")
    assert "10 zł" in office.place("post", "show", roll).out
    assert (yes["state"], yes["approval"]["on_behalf"], yes["approval"]["by"]) == ("queued", "Jan", "anna")
    assert (back["state"], back["approval"]) == ("draft", None)
    assert "12 zł" in back["reason"]
    assert office.place("review", "waiting", "--json").json == {"waiting": []}


async def test_with_keys(office: Office) -> None:
    menu, price, roll = prepared(office)
    async with office.desk() as hands:
        await hands.press("4")
        await hands.see("TO APPROVE 3", "Waits since")
        await hands.press("R")
        await hands.see("Review file · Kawa", week())
        await hands.press("enter")
        await hands.gone("Review file · Kawa")
        page = (office.root / f"review-kawa-{week()}.html").read_text("utf-8")
        await hands.see("was asked on")
        await hands.press("w")
        await hands.see("Who said yes?")
        await hands.type("Jan")
        await hands.press("enter")
        await hands.paste(f"All good: {seal_of(page, MENU)}. The cocoa is 12 zł now!")
        await hands.see("Kawa Wrocław · Bluesky bs-kawa", "winter menu")
        await hands.press("enter")
        await hands.gone("Who said yes?")
        await hands.see("TO APPROVE 2", "Cocoa")
        await hands.press("b")
        await hands.see("What should change?")
        await hands.type("it is 12 zł")
        await hands.press("enter")
        await hands.see("SENT BACK 1", "TO APPROVE 1", "Changed since it was last approved")
        await hands.press("d")
        await hands.see("What changed · Kawa", "- Poppy seed rolls, 9 zł", "+ Poppy seed rolls, 10 zł")
        await hands.press("escape", "a")
        await hands.see("Approve for Kawa")
        await hands.press("a")
        await hands.in_state("queued", roll)
        await hands.see("SENT BACK 1", "it is 12 zł")
    recorded(office, menu, price, roll)


def test_with_commands(office: Office) -> None:
    menu, price, roll = prepared(office)
    office.run("review", "export", "--client", "kawa", "--week", week())
    page = (office.root / f"review-kawa-{week()}.html").read_text("utf-8")
    assert office.run("review", "waiting").out.count("Kawa Wrocław was asked on") == 3, "whom one has to chase, and since when"
    office.run("approve", "--on-behalf", "Jan", "--seal", seal_of(page, MENU))
    office.run("reject", price, "--reason", "it is 12 zł")
    shown = office.run("post", "show", roll).out
    assert "- Poppy seed rolls, 9 zł" in shown
    assert "+ Poppy seed rolls, 10 zł" in shown
    office.run("approve", roll, "--digest", str(office.place.show(roll)["digest"]))
    recorded(office, menu, price, roll)
