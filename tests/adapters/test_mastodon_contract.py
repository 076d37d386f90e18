"""Mastodon and two servers that treat its idempotency key otherwise, against their stand-ins."""

from __future__ import annotations

from adapters.contract import CommitClass
from config.options import MastodonOptions
from tests.adapters.contract import ThreadContract, sandbox, sandbox_url

__all__ = ["TestGoToSocial", "TestMastodon", "TestPixelfed", "sandbox", "sandbox_url"]


class TestMastodon(ThreadContract):
    platform = prefix = "mastodon"
    handle = "@kawa@social.example"
    secret = "sandbox-kawa"
    options = MastodonOptions()
    commit_class = CommitClass.KEY


class TestGoToSocial(TestMastodon):
    prefix = "gotosocial"
    commit_class = CommitClass.LIST
    same_handle_doubles = True


class TestPixelfed(TestMastodon):
    prefix = "pixelfed"
    commit_class = CommitClass.LIST
    needs_media = True
