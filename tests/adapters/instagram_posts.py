"""An Instagram account on the stage, and posts for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.contract import (
    Account,
    Credentials,
    Disclosure,
    MediaItem,
    Publication,
    Target,
)
from adapters.errors import MediaHostError
from adapters.http import Http
from adapters.instagram.adapter import Instagram
from config.options import InstagramOptions
from tests.adapters.graph_stage import DROP, USER, Stage, error, stage
from tests.adapters.tries import START, Tries

AI = Disclosure("AI-generated", None, ("is_ai_generated",))


class Shelf:
    """A media host whose addresses name the file."""

    name = "shelf"

    def __init__(self) -> None:
        self.fails = 0
        self.puts: list[str] = []

    async def put(self, item: MediaItem) -> str:
        self.puts.append(item.sha256)
        if self.fails:
            self.fails -= 1
            raise MediaHostError("the bucket is away", "try later")
        return f"https://media.example/{item.sha256[:8]}"


@pytest.fixture
async def graph() -> AsyncIterator[Stage]:
    async with stage() as played:
        yield played


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http(speed=100.0) as made:
        yield made


def account(url: str, **more: object) -> Account:
    plain = Account("ig-kawa", "instagram", "kawa", url, ("en",), remote_id=USER, credentials=Credentials(access="token-1"))
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def tries(graph: Stage, http: Http, shelf: Shelf) -> Tries:
    return Tries(Instagram(account(graph.url), http, shelf))


def post(*media: MediaItem, text: str = "Autumn Blend is here.", options: InstagramOptions | None = None, **more: object) -> Publication:
    made = Publication(
        key="autumn/launch@ig-kawa", kind="post", part=1, parts=1, text=text, media=media, languages=("en",), link=None,
        options=options or InstagramOptions(), disclosure=Disclosure(), target=Target("instagram", USER), due=START,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def listed(
    caption: str = "Autumn Blend is here.", at: str = "2026-11-22T10:00:02+0000", product: str = "FEED", media: str = "17900000000000001"
) -> dict[str, str]:
    return {
        "id": media,
        "caption": caption,
        "timestamp": at,
        "media_product_type": product,
        "permalink": f"https://www.instagram.com/p/{media}/",
    }


UNCLEAR = [
    DROP,
    (500, "oops"),
    (502, "<html>"),
    (200, "<html>fine</html>"),
    (200, {"ok": True}),
    error(1),
    error(4, 2207051),
    error(-1, 2207001),
]
