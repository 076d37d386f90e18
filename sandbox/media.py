"""Pictures and films for samples and tests: calm gradients, a few shapes, and words. The same seed gives the same bytes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.film import FPS, Frame, write_film
from sandbox.lettering import Colour, draw_words

if TYPE_CHECKING:
    from PIL import Image

JPEG_QUALITY = 90
_SMOOTH = 4
"""Shapes are drawn this many times too large and then reduced: smooth edges."""


@dataclass(frozen=True, slots=True)
class _Palette:
    top: Colour
    bottom: Colour
    shape: Colour
    accent: Colour
    ink: Colour


_PALETTES = (
    _Palette((250, 244, 232), (236, 219, 192), (196, 138, 84), (94, 58, 36), (62, 39, 26)),
    _Palette((232, 241, 242), (190, 215, 216), (84, 140, 147), (25, 83, 95), (16, 54, 63)),
    _Palette((245, 238, 248), (217, 200, 229), (150, 112, 173), (92, 52, 110), (54, 28, 70)),
    _Palette((243, 246, 228), (210, 222, 175), (140, 160, 82), (79, 97, 39), (46, 58, 20)),
    _Palette((255, 240, 233), (248, 207, 190), (226, 125, 96), (148, 60, 44), (92, 34, 26)),
    _Palette((36, 44, 58), (58, 72, 92), (88, 110, 138), (238, 190, 110), (244, 240, 230)),
)


def make_picture(path: Path, width: int, height: int, words: str, seed: int) -> None:
    """A JPEG in sRGB without metadata."""
    picture = _painted(width, height, words, seed, 0.0)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)


def make_film(path: Path, width: int, height: int, seconds: float, seed: int, words: str = "sandbox") -> None:
    """A silent MP4 (H.264, 30 frames a second, index first) with a new still each second. Sides must be even."""
    if width % 2 or height % 2 or seconds <= 0:
        raise ValueError(f"a film needs even sides and a length, not {width}x{height}, {seconds} s")
    frames = max(1, round(seconds * FPS))
    stills = -(-frames // FPS)
    lines = words.splitlines() or [""]
    keys = [_frame(width, height, lines[min(n, len(lines) - 1)], seed, n / max(1, stills - 1)) for n in range(stills)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_film(keys, width, height, frames))


def _painted(width: int, height: int, words: str, seed: int, moment: float) -> Image.Image:
    from PIL import Image, ImageDraw  # deferred: 60 ms that a sandbox without pictures need not pay

    chance = random.Random(seed)
    palette = chance.choice(_PALETTES)
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        draw.line((0, y, width, y), fill=_between(palette.top, palette.bottom, y / max(1, height - 1)))
    _shapes(picture, palette, chance, moment)
    if words:
        draw_words(draw, words, (width * 0.1, height * 0.2, width * 0.9, height * 0.52), palette.ink)
    return picture


def _shapes(picture: Image.Image, palette: _Palette, chance: random.Random, moment: float) -> None:
    """A large disc, a ring and a horizon line; the disc rises as the moment goes from 0 to 1."""
    from PIL import Image, ImageDraw

    width, height = picture.size
    short = min(width, height)
    mask = Image.new("L", (width * _SMOOTH // 2, height * _SMOOTH // 2))
    draw = ImageDraw.Draw(mask)
    scale = _SMOOTH / 2
    radius = short * chance.uniform(0.14, 0.19)
    x = width * chance.uniform(0.3, 0.7)
    y = height * (chance.uniform(0.73, 0.77) - 0.04 * moment)
    draw.ellipse([value * scale for value in (x - radius, y - radius, x + radius, y + radius)], fill=255)
    _fill(picture, palette.shape, mask)
    ring, at = short * chance.uniform(0.05, 0.09), width * chance.choice((0.14, 0.86))
    draw.rectangle((0, 0, *mask.size), fill=0)
    box = [value * scale for value in (at - ring, height * 0.12 - ring, at + ring, height * 0.12 + ring)]
    draw.ellipse(box, outline=255, width=max(2, round(short * 0.012 * scale)))
    line = height * 0.9 * scale
    draw.rectangle((width * 0.12 * scale, line, width * 0.88 * scale, line + max(2, short * 0.006 * scale)), fill=255)
    _fill(picture, palette.accent, mask)


def _fill(picture: Image.Image, colour: Colour, mask: Image.Image) -> None:
    picture.paste(colour, (0, 0, *picture.size), mask.resize(picture.size))


def _between(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _frame(width: int, height: int, words: str, seed: int, moment: float) -> Frame:
    """Planes in BT.601's limited range, padded to whole blocks."""
    from PIL import Image

    full = (-(-width // 16) * 16, -(-height // 16) * 16)
    padded = Image.new("RGB", full)
    painted = _painted(width, height, words, seed, moment)
    padded.paste(painted.resize(full), (0, 0))
    padded.paste(painted, (0, 0))
    luma, blue, red = padded.convert("YCbCr").split()
    half = (full[0] // 2, full[1] // 2)
    chroma = [plane.resize(half, Image.Resampling.BOX).point(_CHROMA_RANGE).tobytes() for plane in (blue, red)]
    return Frame(*full, luma.point(_LUMA_RANGE).tobytes(), *chroma)


_LUMA_RANGE = [16 + round(value * 219 / 255) for value in range(256)]
_CHROMA_RANGE = [128 + round((value - 128) * 224 / 255) for value in range(256)]
