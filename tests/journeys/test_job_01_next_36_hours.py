"""See what goes out in the next 36 hours, stop everything, take the one out that would hurt, and let the rest go."""

from __future__ import annotations

from tests.daypart.rig import until
from tests.journeys.office import Office, at, next_monday, written_in

STORM = "Blown away by our prices: storm sale on the roof"
LATTE = "Latte art class, four seats left"
NOBODYS = "Closed for works on the roof"


def planned(office: Office) -> tuple[str, str]:
    """Two approved posts within 36 hours, one later, one that nobody said yes to; returns the keys of the first two."""
    storm = office.approved(STORM, "ms-roof", when=written_in(5))
    latte = office.approved(LATTE, "bs-kawa", when=written_in(20))
    office.approved("Advent begins", "ms-kawa", when=at(next_monday(), "9:00"))
    office.new(NOBODYS, "ms-kawa", when=written_in(21))
    return f"{storm}@ms-roof", f"{latte}@bs-kawa"


def only_the_good_one_went_out(office: Office, storm: str, latte: str) -> None:
    """On the pretend platforms, and in the books."""
    assert office.place.texts() == [LATTE]
    assert (office.place.state(storm), office.place.state(latte)) == ("cancelled", "published")
    seen = office.place("status", "--json").json
    assert (seen["holds"], [risk["kind"] for risk in seen["risks"]]) == ([], ["unapproved"]), "letting go is nobody's yes"
    told = [(one["kind"], one["words"]) for one in office.place("notices", "--json").json["notices"]]
    assert any(kind == "hold" and "storm outside" in words for kind, words in told), told


async def test_with_keys(office: Office) -> None:
    storm, latte = planned(office)
    with office.place.service():
        async with office.desk() as hands:
            await hands.see("AT RISK 1", "NEXT 36 HOURS 2", "Blown away", "Latte art")
            assert "Advent" not in hands.screen
            heads = ("AT RISK 1", NOBODYS[:8], "NEXT 36 HOURS 2", "Blown away")
            assert sorted(heads, key=hands.screen.index) == list(heads), "what will go wrong stands first"
            await hands.press("!")
            await hands.see("Everything is on hold")
            await hands.type("storm outside")
            await hands.press("enter")
            await hands.see("ON HOLD since", "storm outside")
            await hands.down_to("Blown away")
            await hands.press("d")
            await hands.see("Cancel · Roof Garden", "Take “Blown away")
            await hands.press("y")
            await hands.in_state("cancelled", storm)
            await hands.down_to("Latte")
            await hands.press("r")
            await hands.see("When? · Kawa")
            await hands.type("now")
            await hands.press("enter")
            await hands.gone("When? · Kawa")
            assert office.place.texts() == [], "nothing leaves while the brake is on"
            await hands.press("!")
            await hands.see("Release the hold?")
            await hands.press("y")
            await hands.see("1 post became late while publishing was on hold", "Latte art class")
            await hands.press("s")
            await hands.in_state("published", latte)
            await hands.see("WENT OUT TODAY 1")
    only_the_good_one_went_out(office, storm, latte)


def test_with_commands(office: Office) -> None:
    storm, latte = planned(office)
    with office.place.service():
        listed = office.run("status").out
        assert "Roof Garden  ms-roof  “Blown away by our prices" in listed
        assert "Advent" not in listed
        assert listed.index(f"“{NOBODYS}”: not approved") < listed.index("next 36 hours:"), "what will go wrong stands first"
        office.run("hold", "--reason", "storm outside")
        office.run("post", "cancel", storm)
        office.run("post", "move", latte, "now")
        assert office.place.texts() == []
        office.run("release", "--overdue", "send")
        until(lambda: office.place.state(latte) == "published", "the good post to go out")
    only_the_good_one_went_out(office, storm, latte)
