"""Accounts on the command line: one more in daypart.yaml, and signing in to Mastodon with a browser."""

from __future__ import annotations

import re
import urllib.request

from tests.daypart.rig import Place


def test_one_more_account_is_written_and_the_rest_stays(place: Place) -> None:
    before = (place.root / "daypart.yaml").read_text("utf-8")
    said = place("account", "add", "bluesky", "nova.example", "--client", "kawa")
    assert "the account bs-nova stands in daypart.yaml now" in said.out
    after = (place.root / "daypart.yaml").read_text("utf-8")
    assert [line for line in before.splitlines() if line not in after.splitlines()] == [
        "  kawa: { name: Kawa, accounts: [bs-kawa] }"  # its list is longer now
    ]
    listed = place("account", "list", "--json").json["accounts"]
    assert [(a["name"], a["client"]) for a in listed][2] == ("bs-nova", "kawa")
    assert "is there already, as 'bs-nova'" in place("account", "add", "bluesky", "nova.example", code=64).err
    assert "there is no client 'nobody'" in place("account", "add", "bluesky", "x.example", "--client", "nobody", code=66).err
    assert "there is no adapter for x" in place("account", "add", "x", "kawa", code=64).err


def test_a_new_client_is_written_with_the_first_account(place: Place) -> None:
    before = (place.root / "daypart.yaml").read_text("utf-8").splitlines()
    place("account", "add", "bluesky", "lodz.example", "--new-client", "Łódź & Co.")
    after = (place.root / "daypart.yaml").read_text("utf-8").splitlines()
    assert [line for line in after if line not in before][1:] == ['  lodz-co: { name: "Łódź & Co.", accounts: [bs-lodz] }']
    assert [line for line in before if line not in after] == []
    [new] = [one for one in place("account", "list", "--json").json["accounts"] if one["name"] == "bs-lodz"]
    assert new["client"] == "lodz-co"
    assert (
        "there is a client łódź & co. already" in place("account", "add", "bluesky", "x.example", "--new-client", "łódź & co.", code=64).err
    )
    both = place("account", "add", "bluesky", "x.example", "--client", "kawa", "--new-client", "New", code=64).err
    assert "an account belongs to one client" in both
    assert (place.root / "daypart.yaml").read_text("utf-8").splitlines() == after


def test_a_browser_signs_in_to_mastodon(place: Place) -> None:
    """The stand-in says yes at once; its page shows the code that a person would paste."""
    said = place("account", "connect", "ms-roof", "--browser", "--secret-stdin", given="wrong\n", code=69)
    [url] = re.findall(r"http://\S+/oauth/authorize\S+", said.err)
    assert "code_challenge" in url
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{url}&login_hint=roof", timeout=30) as page:
        shown = page.read().decode()
    assert "roof" in shown
    assert place("account", "connect", "ms-roof", "--browser", "--secret-stdin", given="roof\n").out.startswith("connected: ms-roof is")
    assert "ms-roof works" in place("account", "test", "ms-roof").out
    assert "is there for Mastodon; bs-kawa is Bluesky" in place("account", "connect", "bs-kawa", "--browser", code=64).err
