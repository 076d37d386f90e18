"""All stand-ins of one sandbox."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.bluesky import Bluesky
from sandbox.instagram import Instagram
from sandbox.mastodon import Mastodon, Variant
from sandbox.model import Model
from sandbox.platform import Platform, World


def platforms(world: World) -> Sequence[Platform]:
    """One of each."""
    return (
        Bluesky(world),
        Mastodon(world, Variant.MASTODON),
        Mastodon(world, Variant.GOTOSOCIAL),
        Mastodon(world, Variant.PIXELFED),
        Instagram(world, "instagram"),
        Instagram(world, "facebook"),
        Model(world),
    )
