"""No public addresses: the checks say so before anything is approved."""

from __future__ import annotations

from typing import ClassVar

from adapters.contract import MediaItem
from adapters.errors import MediaHostError

WAYS_OUT = "set media.host to serve, s3 or command"


class NoHost:
    """`media: { host: none }`."""

    name: ClassVar[str] = "none"

    async def put(self, item: MediaItem) -> str:
        """Never possible. Raises MediaHostError."""
        raise MediaHostError("the media have no public address, because media.host is none", WAYS_OUT)
