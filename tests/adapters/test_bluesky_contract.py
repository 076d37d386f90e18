"""Bluesky against its stand-in."""

from __future__ import annotations

from adapters.contract import CommitClass
from config.options import BlueskyOptions
from tests.adapters.contract import ThreadContract, sandbox, sandbox_url

__all__ = ["TestBluesky", "sandbox", "sandbox_url"]


class TestBluesky(ThreadContract):
    platform = prefix = "bluesky"
    options = BlueskyOptions()
    commit_class = CommitClass.HANDLE
