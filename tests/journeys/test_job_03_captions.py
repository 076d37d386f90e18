"""Let the model draft captions from a brief, look at the variants, take one and throw the others away: its words stay marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.office import WORKSPACE, Office

BRAND = """\
version: 1
name: Kawa Wrocław
voice: { en: Dry and short. }
hashtags: { max: 2, always: ["#kawawroclaw"] }
"""
BOTH = tuple(f"desk/ratio@{account}" for account in ("bs-kawa", "ms-kawa"))


@pytest.fixture
def office(offices: Callable[[str], Office]) -> Office:
    """The usual one, and how the client wants to sound."""
    made = offices(WORKSPACE.replace("color: teal", "color: teal, brand: brands/kawa.yaml"))
    (made.root / "brands").mkdir()
    (made.root / "brands" / "kawa.yaml").write_text(BRAND, "utf-8")
    made.sign_in("bs-kawa", "ms-kawa")
    return made


def briefed(office: Office) -> None:
    """A post that is only a brief yet."""
    office.place("idea", "How much coffee for a litre, 60 g per litre", code=0)
    number = office.place("idea", "list", "--json").json["ideas"][0]["id"]
    office.place("idea", "use", str(number), "--account", "bs-kawa", "--account", "ms-kawa", "--title", "Ratio", "--when", "+7d")


def taken(office: Office, words: str) -> None:
    """The model's words are the text of both networks, fit there, sound like the brand and are said to be the model's; nothing is
    approved, nothing waits to be decided."""
    for key in BOTH:
        shown: dict[str, Any] = office.place.show(key)
        assert (shown["ai"], shown["state"], shown["approval"]) == ("AI-generated", "draft", None)
        assert office.place("post", "show", key, "--json").json["text"] == [words]
        said = office.place("post", "show", key).out
        assert "⟦" in said
        assert "cannot be approved" not in said
    assert "#kawawroclaw" in words
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
        variants = await hands.desk.proposals("desk/ratio")
        assert len({one.text for one in variants}) == 3
        wanted = max(variants, key=lambda one: one.variant).text
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
    assert len({one["text"] for one in offered}) == 3
    office.run("accept", str(offered[-1]["id"]))
    taken(office, offered[-1]["text"])
