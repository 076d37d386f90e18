"""Keep the accounts connected: see which one was signed out and what waits on it, sign in again, and see that it works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.daypart.rig import until
from tests.journeys.office import SECRETS, WORKSPACE, Office

WORDS = "Roof opens at noon"


@pytest.fixture
def office(offices: Callable[[str], Office]) -> Office:
    """The usual one: the account in question may post twice a day, and there is one whose sign-in ends some day."""
    instagram = '  ig-roof: {{ platform: instagram, handle: roof.example, api: "{url}/instagram", languages: [en] }}\n'
    made = offices(
        WORKSPACE.replace("handle: roof,", "handle: roof, pace: {{ per_day: 2 }},")
        .replace("clients:", f"{instagram}clients:")
        .replace("[ms-roof]", "[ms-roof, ig-roof]")
        .replace("llm:", 'media: {{ host: command, command: ["true"] }}\nllm:')
    )
    made.sign_in()
    made.place("account", "connect", "ig-roof", "--secret-stdin", given="sandbox-roof.example\n")
    return made


def signed_out(office: Office) -> str:
    """The platform forgets our token in the moment of sending."""
    office.place.sandbox.fault("mastodon", "commit", "expire", account="roof")
    key = f"{office.new(WORDS, 'ms-roof', when='+1d')}@ms-roof"
    office.place.send(key)
    return key


def connected_and_out(office: Office, key: str) -> None:
    """The post that waited went out, once, and counts against its limit; somebody had been told. The other sign-in has weeks to go."""
    assert office.place.texts() == [WORDS]
    assert office.place.state(key) == "published"
    accounts = {one["name"]: one for one in office.place("account", "list", "--json").json["accounts"]}
    roof = accounts["ms-roof"]
    assert (roof["state"], roof["connected"], roof["sent_in_24_h"], roof["most_in_24_h"]) == ("ok", True, 1, 2)
    assert (datetime.fromisoformat(accounts["ig-roof"]["expires_at"]) - datetime.now(UTC)).days > 50
    assert [one["kind"] for one in office.place("notices", "--json").json["notices"]] == ["reauth"]


async def test_with_keys(office: Office) -> None:
    key = signed_out(office)
    with office.place.service():
        async with office.desk() as hands:
            await hands.press("6")
            await hands.see("SIGN IN 1", "ms-roof", "waits on it", "CONNECTED 3", "until ")
            assert office.place.texts() == []
            await hands.press("c")
            await hands.see("Connect which account?")
            await hands.press("enter")
            await hands.see("Connect ms-roof · Roof Garden", "Paste it for roof")
            await hands.paste(SECRETS["ms-roof"])
            assert SECRETS["ms-roof"] not in hands.screen
            await hands.press("enter")
            await hands.see("CONNECTED 4")
            await hands.press("t")
            await hands.see("ms-roof works")
            await hands.in_state("published", key)
            await hands.see("1 of 2 in 24 h")
    connected_and_out(office, key)


def test_with_commands(office: Office) -> None:
    key = signed_out(office)
    with office.place.service():
        until(lambda: "connect ms-roof (1 waits for it)" in office.place("account", "list").out, "the account to be signed out")
        listed = {line.split()[0]: line for line in office.run("account", "list").out.splitlines()}
        assert "0 of 2 in 24 h" in listed["ms-roof"]
        assert "signed in until " in listed["ig-roof"]
        office.run("account", "connect", "ms-roof", "--secret-stdin", given=f"{SECRETS['ms-roof']}\n")
        assert "works" in office.run("account", "test", "ms-roof").out
        until(lambda: office.place.state(key) == "published", "the post that waited")
    connected_and_out(office, key)


async def test_a_new_one_on_a_server_of_ones_own(office: Office) -> None:
    """The handle mistyped, seen when signing in, corrected; what was pasted is still there."""
    office.tally.number = 0  # nobody does this every week
    async with office.desk() as hands:
        await hands.press("6")
        await hands.see("CONNECTED 4")
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
        await hands.see("CONNECTED 5", "n writes a post for it.")
