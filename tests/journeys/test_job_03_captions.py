"""Let the model draft captions from a brief, look at the variants, take one and throw the others away: its words stay marked."""

from __future__ import annotations

from typing import Any

from tests.journeys.office import Office


def briefed(office: Office) -> None:
    """A post that is only a brief yet."""
    office.place("idea", "How much coffee for a litre, 60 g per litre", code=0)
    number = office.place("idea", "list", "--json").json["ideas"][0]["id"]
    office.place("idea", "use", str(number), "--account", "bs-kawa", "--title", "Ratio")


def taken(office: Office, words: str) -> None:
    """The model's words are the text, and said to be the model's; nothing is approved, nothing waits to be decided."""
    shown: dict[str, Any] = office.place.show("desk/ratio@bs-kawa")
    assert (shown["ai"], shown["state"], shown["approval"]) == ("AI-generated", "draft", None)
    text = office.place("post", "show", "desk/ratio@bs-kawa", "--json").json["text"]
    assert text == [words]
    assert "⟦" in office.place("post", "show", "desk/ratio@bs-kawa").out
    assert office.place("drafts", "--json").json["proposals"] == []


async def test_with_keys(office: Office) -> None:
    briefed(office)
    async with office.desk(size=(120, 40)) as hands:
        await hands.press("3")
        await hands.see("DRAFTS 1", "Ratio")
        await hands.press("enter")
        await hands.see("Does it fit?")
        await hands.press("f8")
        await hands.see("How much coffee for a litre", "It is sent to scripted on this computer")
        await hands.press("enter")
        await hands.see("sent to scripted on this computer")

        async def offered(many: int) -> bool:
            return len(await hands.desk.proposals("desk/ratio")) == many

        await hands.known(lambda: offered(3), "three variants")
        await hands.see("1 of 3")
        wanted = max(await hands.desk.proposals("desk/ratio"), key=lambda one: one.variant).text
        await hands.press("f8", "3")
        await hands.see("3 of 3")
        await hands.press("enter")
        await hands.known(lambda: offered(0), "one taken, the others thrown away")
    taken(office, wanted)


def test_with_commands(office: Office) -> None:
    briefed(office)
    told = office.run("draft", "desk/ratio")
    assert "127.0.0.1" in told.err
    offered = office.run("drafts", "--json").json["proposals"]
    office.run("accept", str(offered[-1]["id"]))
    taken(office, offered[-1]["text"])
