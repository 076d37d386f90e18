"""Addresses as people copy them, in every form a platform has."""

from __future__ import annotations

import pytest

from adapters.addresses import AddressError, Named, named, profile
from adapters.contract import Account

BS = Account("bs", "bluesky", "kawa.example", "https://bsky.social", (), remote_id="did:plc:abc")
MS = Account("ms", "mastodon", "@kawa@social.example", "https://social.example", (), remote_id="7@social.example")
IG = Account("ig", "instagram", "kawa.wroclaw", "https://graph.instagram.com", (), remote_id="17")
RECORD = "at://did:plc:abc/app.bsky.feed.post/3lbk2"


@pytest.mark.parametrize(
    ("account", "said", "found"),
    [
        (BS, "https://bsky.app/profile/kawa.example/post/3lbk2", Named(RECORD)),
        (BS, "https://bsky.app/profile/Kawa.Example/post/3lbk2/", Named(RECORD)),
        (BS, "https://bsky.app/profile/did:plc:abc/post/3lbk2", Named(RECORD)),
        (BS, RECORD, Named(RECORD)),
        (BS, "at://kawa.example/app.bsky.feed.post/3lbk2", Named(RECORD)),
        (
            BS,
            "https://pds.example/xrpc/com.atproto.repo.getRecord?repo=did:plc:abc&collection=app.bsky.feed.post&rkey=3lbk2",
            Named(RECORD),
        ),
        (BS, "https://bsky.app/profile/kawa.example", None),
        (BS, "https://elsewhere.example/post/1", None),
        (MS, "https://social.example/@kawa/113524", Named("113524")),
        (MS, "https://social.example/@kawa/statuses/01JD8XKM3V7T0Q5W2Z9B4C6D8E", Named("01JD8XKM3V7T0Q5W2Z9B4C6D8E")),
        (MS, "https://social.example/users/kawa/statuses/113524", Named("113524")),
        (MS, "https://social.example/p/kawa/113524", Named("113524")),
        (MS, "113524000", Named("113524000")),
        (MS, "https://social.example/about", None),
        (IG, "https://www.instagram.com/p/DCq_x-1/?igsh=abc", Named("DCq_x-1")),
        (IG, "https://www.instagram.com/kawa.wroclaw/reel/DCq_x-1/", Named("DCq_x-1")),
        (IG, "17900000000000001", Named("17900000000000001")),
        (IG, "https://www.instagram.com/kawa.wroclaw/", None),
    ],
)
def test_what_an_address_names(account: Account, said: str, found: Named | None) -> None:
    assert named(account, said) == found


@pytest.mark.parametrize(
    ("account", "said", "words"),
    [
        (BS, "https://bsky.app/profile/other.example/post/3lbk2", "that is a post of other.example"),
        (BS, "at://did:plc:other/app.bsky.feed.post/3lbk2", "that is a post of did:plc:other"),
        (MS, "https://social.example/@other/113524", "that is a post of other"),
        (MS, "https://mastodon.example/@kawa@social.example/998", "that page is on mastodon.example"),
    ],
)
def test_posts_of_somebody_else_are_refused(account: Account, said: str, words: str) -> None:
    with pytest.raises(AddressError, match=words):
        named(account, said)


def test_where_a_person_looks() -> None:
    assert [profile(account) for account in (BS, MS, IG)] == [
        "https://bsky.app/profile/did:plc:abc",
        "https://social.example/@kawa",
        "https://www.instagram.com/kawa.wroclaw/",
    ]
