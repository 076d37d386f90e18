"""Fit a post to each network: length, picture and alt text, first comment, each where the network wants it, until nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.office import WORKSPACE, Office, at, next_monday

THREE = (
    WORKSPACE.replace(
        "  ms-roof", '  ig-kawa: {{ platform: instagram, handle: kawa.wroclaw, api: "{url}/instagram", languages: [en] }}\n  ms-roof', 1
    )
    .replace("[bs-kawa, ms-kawa]", "[bs-kawa, ms-kawa, ig-kawa]")
    .replace("llm:", 'media: {{ host: command, command: ["true"] }}\nllm:')
)
LONG = "We roast on Mondays. " * 18 + "#coffee"
SHORT, ALT, COMMENT = "We roast on Mondays.", "Beans in a drum", "Where? Świdnicka 8"
POST = "desk/roasting"
KEYS = tuple(f"{POST}@{account}" for account in ("bs-kawa", "ms-kawa", "ig-kawa"))


@pytest.fixture
def office(offices: Callable[[str], Office]) -> Office:
    """The usual one with Instagram, which wants a picture and takes a first comment."""
    made = offices(THREE)
    made.sign_in("bs-kawa", "ms-kawa")
    made.place("account", "connect", "ig-kawa", "--secret-stdin", given="sandbox-kawa.wroclaw\n")
    made.picture("media/roast.jpg")
    made.new(LONG, "bs-kawa", "ms-kawa", "ig-kawa", title="Roasting")
    return made


def everything_fits(office: Office) -> None:
    """Each account could be approved as it is; only Bluesky has other words, only Instagram the comment."""
    shown = {key: office.place("post", "show", key).out for key in KEYS}
    assert not [key for key, words in shown.items() if "cannot be approved" in words or "error[" in words], shown
    texts = [office.place("post", "show", key, "--json").json["text"][0].strip() for key in KEYS]
    assert texts == [SHORT, LONG.strip(), LONG.strip()]
    assert all("roast.jpg" in words and ALT in words for words in shown.values())
    assert [f"first comment: {COMMENT}" in words for words in shown.values()] == [False, False, True]
    assert {office.place.show(key)["due"][:16] for key in KEYS} == {f"{next_monday():%Y-%m-%d}T09:00"}


async def test_with_keys(office: Office) -> None:
    async with office.desk(size=(120, 40)) as hands:
        await hands.press("3")
        await hands.see("DRAFTS 1", "Roasting")
        await hands.press("enter")
        await hands.see("✗ Bluesky bs-kawa", "✗ Instagram ig-kawa")
        await hands.press("ctrl+o")
        await hands.see("≠ bs-kawa")
        await hands.press("f7")
        await hands.type(SHORT)
        await hands.see("✓ Bluesky bs-kawa")
        await hands.press("f4")
        await hands.see("Instagram needs a picture or video", "n adds one")
        await hands.press("n")
        await hands.type("roast")
        await hands.press("enter")
        await hands.see("1 roast.jpg", "alt: nothing yet")
        await hands.press("enter")
        await hands.see("Alt text")
        await hands.type(ALT)
        await hands.press("ctrl+n")
        await hands.see("First comment")
        await hands.type(COMMENT)
        await hands.see("✓ Instagram ig-kawa")
        await hands.press("ctrl+r")
        await hands.see("When? · Kawa")
        await hands.type(at(next_monday(), "9:00"))
        await hands.press("enter")
        await hands.see("TO APPROVE 1", "3 accounts")
    everything_fits(office)


def test_with_commands(office: Office) -> None:
    office.editor(SHORT)
    office.run("post", "edit", POST, "--account", "bs-kawa")
    office.run("post", "media", POST, "--add", "media/roast.jpg", "--alt", ALT)
    office.editor(COMMENT)
    office.run("post", "edit", POST, "--field", "first_comment")
    for key in KEYS:
        office.run("post", "move", key, *at(next_monday(), "9:00").split())
    assert "takes it" in office.run("post", "media", POST).out
    everything_fits(office)
