"""Be sure that it went out, and mend what did not without ever sending it twice."""

from __future__ import annotations

from tests.daypart.rig import until
from tests.daypart.test_daemon import by_hand
from tests.journeys.office import Office

LOST, TWICE = "Doors open at eight today", "Two seats left tonight"


def troubled(office: Office) -> tuple[str, str]:
    """One post whose answer is lost on the way back; one that a colleague has posted already from a phone."""
    by_hand(office.place, TWICE)
    office.place.sandbox.fault("bluesky", "commit", "drop", "after", match=LOST)
    keys = [f"{office.new(words, 'bs-kawa', when='+1d')}@bs-kawa" for words in (LOST, TWICE)]
    for key in keys:
        office.place.send(key)
    return keys[0], keys[1]


def page_of(office: Office, words: str) -> str:
    """The address a person copies from the browser."""
    return next(str(entry["url"]) for entry in office.place.sandbox.ledger() if entry["text"] == words)


def each_is_public_once(office: Office, lost: str, twice: str) -> None:
    """And the books say so, with the person who decided."""
    assert sorted(office.place.texts()) == sorted([LOST, TWICE])
    assert [office.place.state(key) for key in (lost, twice)] == ["published", "published"]
    assert "person:anna" in office.place("history", twice, "--json").out
    kinds = [one["kind"] for one in office.place("notices", "--json").json["notices"]]
    assert kinds == ["ask"], "the lost answer settled itself; one question was asked, and somebody was told"


async def test_with_keys(office: Office) -> None:
    lost, twice = troubled(office)
    with office.place.service():
        async with office.desk() as hands:
            await hands.press("5")
            await hands.in_state("published", lost)
            await hands.in_state("ask", twice)
            await hands.see("NEEDS YOU 1", "DONE 1", "Two seats left")
            await hands.press("enter")
            await hands.see("the same text is already on the account", "never sent again")
            await hands.press("escape", "i")
            await hands.see("Paste the link")
            await hands.paste(page_of(office, TWICE))
            await hands.press("enter")
            await hands.see("DONE 2")
    each_is_public_once(office, lost, twice)


def test_with_commands(office: Office) -> None:
    lost, twice = troubled(office)
    with office.place.service():
        until(lambda: office.place.state(lost) == "published", "the lost answer to be looked up")
        until(lambda: office.place.state(twice) == "ask", "the question")
        assert twice in office.run("outbox").out
        assert "resolve" in office.run("outbox", twice).out
        office.run("resolve", twice, "--published", page_of(office, TWICE))
    each_is_public_once(office, lost, twice)
