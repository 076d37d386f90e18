"""Keep the accounts connected: see which one was signed out and what waits on it, sign in again, and see that it works."""

from __future__ import annotations

from tests.daypart.rig import until
from tests.journeys.office import SECRETS, Office

WORDS = "Roof opens at noon"


def signed_out(office: Office) -> str:
    """The platform forgets our token in the moment of sending."""
    office.place.sandbox.fault("mastodon", "commit", "expire", account="roof")
    key = f"{office.new(WORDS, 'ms-roof', when='+1d')}@ms-roof"
    office.place.send(key)
    return key


def connected_and_out(office: Office, key: str) -> None:
    """The post that waited went out, once; somebody had been told."""
    assert office.place.texts() == [WORDS]
    assert office.place.state(key) == "published"
    accounts = {one["name"]: one for one in office.place("account", "list", "--json").json["accounts"]}
    assert (accounts["ms-roof"]["state"], accounts["ms-roof"]["connected"]) == ("ok", True)
    assert [one["kind"] for one in office.place("notices", "--json").json["notices"]] == ["reauth"]


async def test_with_keys(office: Office) -> None:
    key = signed_out(office)
    with office.place.service():
        async with office.desk() as hands:
            await hands.press("6")
            await hands.see("SIGN IN 1", "ms-roof", "waits on it")
            assert office.place.texts() == []
            await hands.press("c")
            await hands.see("Connect which account?")
            await hands.press("enter")
            await hands.see("Connect ms-roof · Roof Garden", "Paste it for roof")
            await hands.paste(SECRETS["ms-roof"])
            assert SECRETS["ms-roof"] not in hands.screen
            await hands.press("enter")
            await hands.see("CONNECTED 3")
            await hands.press("t")
            await hands.see("ms-roof works")
            await hands.in_state("published", key)
    connected_and_out(office, key)


def test_with_commands(office: Office) -> None:
    key = signed_out(office)
    with office.place.service():
        until(lambda: "has to be connected again" in office.place("account", "list").out, "the account to be signed out")
        assert "ms-roof" in office.run("account", "list").out
        office.run("account", "connect", "ms-roof", "--secret-stdin", given=f"{SECRETS['ms-roof']}\n")
        assert "works" in office.run("account", "test", "ms-roof").out
        until(lambda: office.place.state(key) == "published", "the post that waited")
    connected_and_out(office, key)


async def test_a_new_one_on_a_server_of_ones_own(office: Office) -> None:
    """The handle mistyped, seen when signing in, corrected; what was pasted is still there."""
    office.tally.number = 0  # nobody does this every week
    async with office.desk() as hands:
        await hands.press("6")
        await hands.see("CONNECTED 3")
        await hands.press("c")
        await hands.see("A new account on Bluesky")
        await hands.press("home", "enter")
        await hands.see("Whose account is it?")
        await hands.press("enter")
        await hands.see("Your handle on Bluesky")
        await hands.type("terrace.wrong")
        await hands.press("f2")
        await hands.type(f"{office.place.sandbox.url}/bluesky")
        await hands.press("enter")
        await hands.see("Paste it for terrace.wrong")
        await hands.paste("wrong")
        await hands.press("enter")
        await hands.see("Nobody is called terrace.wrong on", "F4 corrects")
        await hands.press("f4")
        await hands.see("Correct bs-terrace")
        await hands.type("terrace.example")
        await hands.press("enter")
        await hands.see("Paste it for terrace.example", "What you pasted is still here.")
        await hands.press("ctrl+u")
        await hands.paste("sandbox-terrace.example")
        await hands.press("enter")
        await hands.see("CONNECTED 4", "n writes a post for it.")
