"""Fetches what a container points to, as Instagram would, and refuses what Instagram would."""

from __future__ import annotations

import io

import httpx

from sandbox.graph import GraphError
from sandbox.mp4 import Film, NoFilm, read_film

FETCH_SECONDS = 20.0
PICTURE_BYTES = 8_388_608
FILM_BYTES = 314_572_800
STORY_FILM_BYTES = 104_857_600
MIN_WIDTH = 320
MAX_FILM_WIDTH = 1920
RATIO = (0.8, 1.91)
"""Width / height of a picture in the feed."""
_SLACK = 0.005
_AGENT = "facebookexternalhit/1.1 (sandbox)"


class Fetcher:
    """Reads public addresses: no redirects, no cookies, nothing remembered."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    async def picture(self, url: str, *, story: bool) -> bytes:
        """A JPEG's bytes. Raises GraphError."""
        content = await self._fetch(url, "image/jpeg", PICTURE_BYTES, GraphError(36000, "The image is too large", 2207004))
        check_picture(content, story=story)
        return content

    async def film(self, url: str, *, story: bool) -> bytes:
        """An MP4's bytes. Raises GraphError."""
        most = STORY_FILM_BYTES if story else FILM_BYTES
        content = await self._fetch(url, "video/", most, _bad_film("The video is too large"))
        check_film(content, story=story)
        return content

    async def _fetch(self, url: str, mime: str, most: int, too_large: GraphError) -> bytes:
        if not url.isascii() or not url.startswith(("http://", "https://")):
            raise unreachable("the address is not a plain http(s) address")
        self._client = self._client or httpx.AsyncClient(trust_env=False, follow_redirects=False, headers={"User-Agent": _AGENT})
        try:
            async with self._client.stream("GET", url, timeout=FETCH_SECONDS) as answer:
                if answer.status_code != 200:
                    raise unreachable(f"it answered {answer.status_code}")
                if not answer.headers.get("content-type", "").startswith(mime):
                    raise unreachable("Only photo or video can be accepted as media type.")
                return await _body(answer, most, too_large)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unreachable(type(error).__name__) from error


async def _body(answer: httpx.Response, most: int, too_large: GraphError) -> bytes:
    pieces = bytearray()
    async for piece in answer.aiter_bytes():
        pieces += piece
        if len(pieces) > most:
            raise too_large
    return bytes(pieces)


def unreachable(why: str) -> GraphError:
    """The address could not be read."""
    return GraphError(9004, f"The media could not be fetched from this URI: {why}", 2207052)


def check_picture(content: bytes, *, story: bool) -> None:
    """JPEG, wide enough, of an allowed shape. Raises GraphError."""
    from PIL import Image, UnidentifiedImageError  # deferred: 60 ms that a sandbox without pictures need not pay

    try:
        with Image.open(io.BytesIO(content)) as picture:
            kind, (width, height) = picture.format, picture.size
            picture.load()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise GraphError(36001, "The image could not be read", 2207005) from error
    if kind != "JPEG":
        raise GraphError(36001, f"The image format is not supported: {kind}", 2207005)
    if width < MIN_WIDTH:
        raise GraphError(36003, f"The image is too small: {width} pixels wide", 2207009)
    if not story and not RATIO[0] - _SLACK <= width / height <= RATIO[1] + _SLACK:
        raise GraphError(36003, f"The aspect ratio {width / height:.2f} is not between {RATIO[0]} and {RATIO[1]}", 2207009)


def check_film(content: bytes, *, story: bool) -> Film:
    """H.264 or HEVC in an MP4 whose index comes first. Raises GraphError."""
    try:
        film = read_film(content)
    except NoFilm as error:
        raise _bad_film(f"The video format is not supported: {error}") from error
    longest = 60 if story else 900
    if not film.moov_first:
        raise _bad_film("The moov atom does not come first")
    if not 2.9 <= film.seconds <= longest + 0.5:
        raise _bad_film(f"The video is {film.seconds:.1f} s long; 3 to {longest} s are allowed")
    if not 0 < film.width <= MAX_FILM_WIDTH or not 0.01 <= film.width / max(1, film.height) <= 10:
        raise _bad_film(f"The size {film.width}x{film.height} is not supported")
    return film


def _bad_film(message: str) -> GraphError:
    return GraphError(352, message, 2207026)
