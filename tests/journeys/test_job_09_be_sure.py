"""Be sure that it went out, and mend what did not without ever sending it twice."""

from __future__ import annotations

from tests.daypart.rig import until
from tests.daypart.test_daemon import by_hand
from tests.journeys.office import Office

LOST, TWICE, REFUSED = "Doors open at eight today", "Two seats left tonight", "Rolls for 9 zł"


def troubled(office: Office) -> tuple[str, str, str]:
    """One post whose answer is lost on the way back; one that a colleague has posted already from a phone; one that is refused."""
    by_hand(office.place, TWICE)
    office.place.sandbox.fault("bluesky", "commit", "drop", "after", match=LOST)
    office.place.sandbox.fault("mastodon", "commit", "422", account="kawa")
    goes = ((LOST, "bs-kawa"), (TWICE, "bs-kawa"), (REFUSED, "ms-kawa"))
    lost, twice, refused = (f"{office.new(words, account, when='+1d')}@{account}" for words, account in goes)
    for key in (lost, twice, refused):
        office.place.send(key)
    return lost, twice, refused


def page_of(office: Office, words: str) -> str:
    """The address a person copies from the browser."""
    return next(str(entry["url"]) for entry in office.place.sandbox.ledger() if entry["text"] == words)


def each_is_public_once(office: Office, lost: str, twice: str, refused: str) -> None:
    """And the books say so, with the person who decided. What was refused went out in the words that were approved anew."""
    assert sorted(office.place.texts()) == sorted([LOST, TWICE, f"{REFUSED} a piece"])
    assert [office.place.state(key) for key in (lost, twice, refused)] == ["published"] * 3
    assert "person:anna" in office.place("history", twice, "--json").out
    kinds = sorted(one["kind"] for one in office.place("notices", "--json").json["notices"])
    assert kinds == ["ask", "refused"], "the lost answer settled itself; one question was asked, and somebody was told"


async def test_with_keys(office: Office) -> None:
    lost, twice, refused = troubled(office)
    with office.place.service():
        async with office.desk() as hands:
            await hands.press("5")
            await hands.in_state("published", lost)
            await hands.in_state("ask", twice)
            await hands.in_state("refused", refused)
            await hands.see("NEEDS YOU 2", "DONE 1", "Two seats left")
            await hands.press("g")  # wherever the cursor came to stand while the rows changed their places
            await hands.down_to("Two seats left")
            await hands.press("enter")
            await hands.see("the same text is already on the account", "never sent again")
            await hands.press("escape", "i")
            await hands.see("Paste the link")
            await hands.paste(page_of(office, TWICE))
            await hands.press("enter")
            await hands.see("NEEDS YOU 1", "DONE 2")
            await hands.press("g")
            await hands.down_to("Rolls for 9")
            await hands.press("e")
            await hands.see("e edits it")
            await hands.press("e")
            await hands.see("This breaks the approval")
            await hands.press("y")
            await hands.gone("This breaks the approval")
            await hands.gone("read only")
            await hands.type(" a piece")
            await hands.press("ctrl+r")
            await hands.see("TO APPROVE 1", "a piece")
            await hands.press("a")
            await hands.see("Approve for Kawa")
            await hands.press("a")
            await hands.in_state("published", refused)
    each_is_public_once(office, lost, twice, refused)


def test_with_commands(office: Office) -> None:
    lost, twice, refused = troubled(office)
    with office.place.service():
        until(lambda: office.place.state(lost) == "published", "the lost answer to be looked up")
        until(lambda: office.place.state(twice) == "ask", "the question")
        assert twice in office.run("outbox").out
        assert "resolve" in office.run("outbox", twice).out
        office.run("resolve", twice, "--published", page_of(office, TWICE))
        until(lambda: office.place.state(refused) == "refused", "the refusal")
        assert f"daypart post edit {refused}" in office.run("outbox", refused).out
        office.editor(f"{REFUSED} a piece")
        office.run("post", "edit", refused)
        office.run("approve", refused, "--digest", str(office.place.show(refused)["digest"]))
        until(lambda: office.place.state(refused) == "published", "the mended post to go out")
    each_is_public_once(office, lost, twice, refused)
