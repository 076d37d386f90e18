"""The Accounts place: how each account stands, connecting with a test call, a browser, testing, letting go."""

from __future__ import annotations

from typing import cast

import pytest
from textual.widgets import Input

from tests.tui.fake_accounts import GOOD, OFFLINE, OWN_PASSWORD
from tests.tui.seeds import seeded
from tests.tui.waiting import gone, opened, screen_text, see, type_text, until
from tui.dialogs.new_post import NewPost
from tui.program import Program


async def test_who_has_to_sign_in_stands_first_and_limits_are_shown() -> None:
    async with opened(place="6") as pilot:
        await see(pilot, "SIGN IN 1", "ms-kawa", "signed out", "CONNECTED 5", "Harbour Books", "until Sat 23 Jan")
        await see(pilot, "Kawa Wrocław · Mastodon", "2 planned posts wait on it")


async def test_nothing_connected_says_what_to_do() -> None:
    desk = seeded()
    desk.no_accounts = True
    async with opened(desk, place="6") as pilot:
        await see(pilot, "No accounts yet. c connects one.")
        await pilot.press("t")
        await see(pilot, "Test is off: there is no account under the cursor")


async def test_a_new_post_here_is_for_the_account_under_the_cursor() -> None:
    async with opened(place="6") as pilot:
        await see(pilot, "SIGN IN 1")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPost), "the new post")
        assert [account.name for account in cast("NewPost", pilot.app.screen).chosen] == ["ms-kawa"]


async def test_connect_says_what_one_needs_hides_the_secret_and_tries_it() -> None:
    async with opened(place="6") as pilot:
        await see(pilot, "SIGN IN 1")
        await pilot.press("c")
        await see(pilot, "Connect which account?", "Kawa Wrocław · Mastodon ms-kawa", "A new account on Bluesky")
        await pilot.press("enter")
        await see(pilot, "Connect ms-kawa · Kawa Wrocław", "You need: An access token", "https://social.example/settings/applications")
        await pilot.press("enter")
        await see(pilot, "Please paste it first")
        await type_text(pilot, "wrong")
        assert "wrong" not in screen_text(pilot)
        await pilot.press("enter")
        await see(pilot, "Mastodon does not take this token.", "Make a new one")
        await type_text(pilot, GOOD)
        assert GOOD not in screen_text(pilot)
        await pilot.press("enter")
        await see(pilot, "CONNECTED 6")
        said = [note.message for note in pilot.app._notifications]
        assert any("ms-kawa works: Mastodon answers" in words for words in said)  # the test call
        assert all(GOOD not in note.message for note in pilot.app._notifications)


async def test_with_a_browser_the_address_is_shown_and_the_code_asked_for() -> None:
    async with opened(place="6") as pilot:
        await see(pilot, "SIGN IN 1")
        await pilot.press("c")
        await see(pilot, "Connect which account?")
        await pilot.press("enter")
        await see(pilot, "Browser (F2)")
        await pilot.press("f2")
        await see(pilot, "https://social.example/oauth/authorize", "The code that the page shows")
        await type_text(pilot, GOOD)
        await pilot.press("enter")
        await see(pilot, "CONNECTED 6")


async def test_a_new_client_comes_with_their_first_account() -> None:
    desk = seeded()
    async with opened(desk, place="6") as pilot:
        await see(pilot, "SIGN IN 1")
        await pilot.press("c")
        await see(pilot, "The first account of a new client")
        await pilot.press("down", "down", "down", "down", "enter")
        await see(pilot, "What is the client called?")
        await pilot.press("enter")
        await see(pilot, "Please write a name.")
        await type_text(pilot, "Mokka")
        await pilot.press("enter")
        await see(pilot, "Where is Mokka?")
        await pilot.press("enter")
        await see(pilot, "A new account for Mokka", "Your handle on Bluesky")
        assert desk.added == ()
        await type_text(pilot, "mokka.example")
        await pilot.press("enter")
        await until(pilot, lambda: desk.added == ("bluesky", "mokka.example", "", "Mokka"), "client and account")


async def test_a_new_account_is_written_and_connected_at_once() -> None:
    desk = seeded()
    async with opened(desk, place="6") as pilot:
        await see(pilot, "SIGN IN 1")
        await pilot.press("c")
        await see(pilot, "A new account on Mastodon")
        await pilot.press("down", "down", "enter")
        await see(pilot, "Whose account is it?", "Harbour Books")
        await pilot.press("down", "enter")
        await see(pilot, "A new account for Harbour Books", "@you@social.example")
        await type_text(pilot, "harbour")
        await pilot.press("enter")
        await see(pilot, "write it with its server")
        pilot.app.screen.query_one(Input).value = "@harbour@social.example"
        await pilot.press("enter")
        await see(pilot, "You need: An access token")
        assert desk.added == ("mastodon", "@harbour@social.example", "harbour")


async def test_disconnect_asks_and_says_what_waits() -> None:
    async with opened(place="6") as pilot:
        await see(pilot, "CONNECTED 5")
        await pilot.press("down", "d")
        await see(pilot, "Disconnect · Kawa Wrocław", "2 planned posts wait on it", "Keep (esc)")
        await pilot.press("escape")
        await gone(pilot, "Keep (esc)")
        await see(pilot, "CONNECTED 5")
        await pilot.press("d")
        await see(pilot, "Keep (esc)")
        await pilot.press("y")
        await see(pilot, "SIGN IN 2")


async def test_details_and_a_test() -> None:
    async with opened(place="6") as pilot:
        await see(pilot, "CONNECTED 5")
        await pilot.press("down", "t")
        await see(pilot, "works: Mastodon answers for kawa")
        await pilot.press("enter")
        await see(pilot, "Close (esc)", "Posts: 3 of 100 in 24 h")


@pytest.mark.parametrize("wanted", ["*", "ms-kawa"])
async def test_the_first_run_leads_to_connecting(wanted: str) -> None:
    async with opened() as pilot:
        app = pilot.app
        assert isinstance(app, Program)
        app.begin_with = wanted
        await pilot.press("6")
        await see(pilot, "Connect which account?" if wanted == "*" else "Connect ms-kawa")
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1, "the place")
        app.touch()
        await see(pilot, "SIGN IN 1")


async def test_what_nobody_judged_stays_in_the_field_and_what_was_refused_does_not() -> None:
    async with opened(place="6") as pilot:
        await see(pilot, "SIGN IN 1")
        await pilot.press("c", "enter")
        await see(pilot, "You need: An access token")
        await type_text(pilot, OFFLINE)
        await pilot.press("enter")
        await see(pilot, "No server called social.example was found.", "⏎ tries again.", "F4 corrects the handle or server;")
        assert pilot.app.screen.query_one(Input).value == OFFLINE
        await pilot.press(*["backspace"] * len(OFFLINE))
        await type_text(pilot, "wrong")
        await pilot.press("enter")
        await see(pilot, "Mastodon does not take this token.")
        assert pilot.app.screen.query_one(Input).value == ""
        assert "⏎ tries again" not in screen_text(pilot)


async def test_ones_own_password_is_sent_only_when_one_says_so_twice() -> None:
    async with opened(place="6") as pilot:
        await see(pilot, "SIGN IN 1")
        await pilot.press("c", "enter")
        await see(pilot, "You need: An access token")
        await type_text(pilot, OWN_PASSWORD)
        await pilot.press("enter")
        await see(pilot, "This does not look like an app password.", "⏎ once more sends")
        assert "Mastodon does not take" not in screen_text(pilot)
        await pilot.press("enter")
        await see(pilot, "Mastodon does not take this token.")


async def test_a_handle_is_corrected_where_it_was_refused_and_signing_in_goes_on() -> None:
    desk = seeded()
    async with opened(desk, place="6") as pilot:
        await see(pilot, "SIGN IN 1", "e corrects its handle or server")
        await pilot.press("c", "enter")
        await see(pilot, "Correct the handle or server (F4)")
        await type_text(pilot, "wrong")
        await pilot.press("enter")
        await see(pilot, "F4 corrects the handle or server; what you pasted")
        await pilot.press("f4")
        await see(pilot, "Correct ms-kawa · Kawa Wrocław", "Own server (F2)")
        assert "Your own server" not in screen_text(pilot)
        await type_text(pilot, "@kawa@social.example")
        await pilot.press("f2")
        await see(pilot, "Your own server; empty: the usual one")
        await type_text(pilot, "http://pds.example")
        await pilot.press("enter")
        await see(pilot, "'http://pds.example' is not encrypted. Write")
        await pilot.press("ctrl+u")
        await type_text(pilot, "pds.example")
        await pilot.press("enter")
        await see(pilot, "Connect ms-kawa", "What you pasted is still here.")
        assert desk.corrected == ("ms-kawa", "@kawa@social.example", "pds.example")
        assert pilot.app.screen.query_one(Input).value == "wrong"


async def test_e_corrects_and_d_takes_out_an_account_that_nobody_is_signed_in_to() -> None:
    desk = seeded()
    async with opened(desk, place="6") as pilot:
        await see(pilot, "SIGN IN 1")
        await pilot.press("e")
        await see(pilot, "Correct ms-kawa")
        await pilot.press("escape")
        await gone(pilot, "Correct ms-kawa ·")
        await pilot.press("d")
        await see(pilot, "Take out · Kawa Wrocław", "out of daypart.yaml? Nobody")
        await pilot.press("y")
        await until(pilot, lambda: desk.removed == "ms-kawa", "it is taken out")
        await pilot.press("down", "e")
        await see(pilot, "Edit is off: it is signed in; d signs")
