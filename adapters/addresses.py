"""Addresses people copy from a platform's own pages: which post of which account they name. Pure; nothing here asks a server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from adapters.contract import Account
from config.servers import is_loopback

COLLECTION = "app.bsky.feed.post"
_AT = re.compile(rf"at://([^/\s]+)/{re.escape(COLLECTION)}/([A-Za-z0-9._~:-]+)/?")
_BSKY = re.compile(r"/profile/([^/\s]+)/post/([A-Za-z0-9._~:-]+)/?")
_STATUS = re.compile(r"/(?:@([^/@\s]+)|users/([^/\s]+)|web|p/([^/\s]+))(?:/statuses)?/([A-Za-z0-9]+)/?")
_BARE = re.compile(r"[0-9]{6,}|[0-9A-HJKMNP-TV-Z]{26}")
_SHORT = re.compile(r"/(?:[^/\s]+/)?(?:p|reel|tv)/([A-Za-z0-9_-]+)/?")


class AddressError(Exception):
    """The address names something that cannot be this post; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Named:
    """The post an address names, in the platform's own way."""

    remote_id: str
    """On Instagram it may be the short code of its page alone: the adapter finds the id in the account's list."""


def named(account: Account, said: str) -> Named | None:
    """What an address or id names; None where it is in no form we know. Raises AddressError for a post of somebody else."""
    reader = {"bluesky": _bluesky, "mastodon": _mastodon, "instagram": _instagram}.get(account.platform)
    return reader(account, said.strip()) if reader is not None else None


def profile(account: Account) -> str | None:
    """The page on which a person sees the account's posts."""
    handle = account.handle.strip().lstrip("@")
    server = urlsplit(account.server)
    if is_loopback(account.server):
        return f"{server.scheme}://{server.netloc}/"
    match account.platform:
        case "bluesky":
            return f"https://bsky.app/profile/{account.remote_id or handle}"
        case "mastodon":
            return f"{account.server}/@{handle.partition('@')[0]}"
        case "instagram":
            return f"https://www.instagram.com/{handle}/"
    return None


def _bluesky(account: Account, said: str) -> Named | None:
    parts = urlsplit(said)
    found = _AT.fullmatch(said) or (_BSKY.fullmatch(parts.path) if parts.scheme in ("http", "https") else None)
    if found is not None:
        owner, key = found[1], found[2]
    else:
        asked = parse_qs(parts.query)  # the address of a record on a server of one's own
        if not parts.path.endswith("/xrpc/com.atproto.repo.getRecord") or asked.get("collection") != [COLLECTION]:
            return None
        owner, key = asked.get("repo", [""])[0], asked.get("rkey", [""])[0]
    _refuse_other(owner, account)
    return Named(f"at://{account.remote_id}/{COLLECTION}/{key}") if key and account.remote_id else None


def _mastodon(account: Account, said: str) -> Named | None:
    if _BARE.fullmatch(said):
        return Named(said)
    parts = urlsplit(said)
    if parts.scheme not in ("http", "https"):
        return None
    if parts.hostname != urlsplit(account.server).hostname:
        here = urlsplit(account.server).hostname
        raise AddressError(
            f"that page is on {parts.hostname}, and the account is on {here}", f"open the post on {here} and copy its address"
        )
    found = _STATUS.search(parts.path)
    if found is None:
        return None
    owner = found[1] or found[2] or found[3]
    if owner:
        _refuse_other(owner, account)
    return Named(found[4])


def _instagram(account: Account, said: str) -> Named | None:
    if said.isdecimal():
        return Named(said)
    parts = urlsplit(said)
    found = _SHORT.fullmatch(parts.path) if parts.scheme in ("http", "https") else None
    return Named(found[1]) if found is not None else None


def _refuse_other(owner: str, account: Account) -> None:
    known = {account.handle, account.remote_id or "", account.handle.strip().lstrip("@").partition("@")[0]}
    if owner.lstrip("@").casefold() not in {name.strip().lstrip("@").casefold() for name in known}:
        raise AddressError(
            f"that is a post of {owner}, and this one went to {account.handle}", "copy the address of the post on its own account"
        )
