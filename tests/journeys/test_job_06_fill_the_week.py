"""Fill next week: see what is missing and what is too near, put drafts on free places, move the one that is in the way."""

from __future__ import annotations

from datetime import timedelta

from scheduler.desk.views import DeliveryQuery
from tests.journeys.office import Office, at, next_monday

BEANS, ROOF = "Beans of the month: Huila", "Lanterns on the roof"


def prepared(office: Office) -> tuple[str, str]:
    """A draft without a time, and two approved posts of one account ten minutes apart; returns the draft and the one in the way."""
    office.slots("bs-kawa", days="MO,TU,WE")
    draft = office.new(BEANS, "bs-kawa")
    monday = next_monday()
    office.approved("Doors open at eight", "ms-roof", when=at(monday, "9:00"))
    near = office.approved(ROOF, "ms-roof", when=at(monday, "9:10"))
    return draft, f"{near}@ms-roof"


def the_week_is_filled(office: Office, near: str) -> None:
    """Three posts on three slots; the other moved to Tuesday with its approval; nothing is too near any more."""
    monday = next_monday()
    found = office.place("post", "list", "--json").json["deliveries"]
    beans = [one["due"][:16] for one in found if one["account"] == "bs-kawa"]
    assert beans == [f"{monday + timedelta(days=n):%Y-%m-%d}T17:00" for n in range(3)]
    moved = office.place.show(near)
    assert moved["due"][:16] == f"{monday + timedelta(days=1):%Y-%m-%d}T09:10"
    assert (moved["state"], moved["approval"]["by"]) == ("queued", "anna")


async def test_with_keys(office: Office) -> None:
    _, near = prepared(office)
    async with office.desk(size=(120, 40)) as hands:
        await hands.press("2")
        await hands.see("Europe/Warsaw")
        for _ in range((next_monday() - hands.pilot.app.screen.day).days):  # type: ignore[attr-defined]
            await hands.press("right")
        await hands.see("≠", "17:00 is free")
        await hands.press("space", "right", "space", "right", "space", "n")
        await hands.see("Fill the free slots of 3 days", "Beans of the month")
        await hands.press("enter")

        async def filled() -> bool:
            return len(await hands.desk.deliveries(DeliveryQuery(account="bs-kawa"))) == 3

        await hands.known(filled, "three posts on three slots")
        await hands.gone("marked")
        await hands.press("left", "left", "enter")
        await hands.down_to("Lanterns")
        await hands.press("]")

        async def moved() -> bool:
            return (await hands.desk.delivery(near)).wall.startswith(f"{next_monday() + timedelta(days=1):%Y-%m-%d}")

        await hands.known(moved, "the post on Tuesday")
        await hands.gone("≠")
    the_week_is_filled(office, near)


def test_with_commands(office: Office) -> None:
    draft, near = prepared(office)
    monday = next_monday()
    week = ("--from", f"{monday:%Y-%m-%d}", "--to", f"{monday + timedelta(days=6):%Y-%m-%d}")
    said = office.run("post", "list", "--gaps", *week).out
    assert "ms-roof" in said
    assert office.run("post", "slots", "bs-kawa", *week).out.count("is free") == 3
    office.run("post", "fill", draft, *(f"{monday + timedelta(days=n):%Y-%m-%d}" for n in range(3)))
    office.run("post", "move", near, f"{monday + timedelta(days=1):%Y-%m-%d}", "9:10")
    assert "10 min" not in office.run("post", "list", "--gaps", *week).out
    the_week_is_filled(office, near)
