"""Draws words with the one font that is always there. It has plain letters only, so accents are drawn by hand."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

Colour = tuple[int, int, int]
_ACUTE, _DOTS, _DOT, _OGONEK, _CEDILLA, _STROKE = "\u0301", "\u0308", "\u0307", "\u0328", "\u0327", "/"
_KNOWN = frozenset({_ACUTE, _DOTS, _DOT, _OGONEK, _CEDILLA, _STROKE})
_PLAIN = str.maketrans(
    {"ł": "l/", "Ł": "L/", "ß": "ss", "„": '"', "”": '"', "“": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": "...", "·": "-"}
)
_LEADING = 1.32
"""Line height as a share of the size."""


@dataclass(frozen=True, slots=True)
class _Letter:
    base: str
    marks: str


def draw_words(draw: ImageDraw.ImageDraw, words: str, room: tuple[float, float, float, float], ink: Colour) -> None:
    """Centred in the room (left, top, right, bottom), as large as fits."""
    from PIL import ImageFont

    width, height = room[2] - room[0], room[3] - room[1]
    for size in range(round(min(width, height) / 3), 11, -2):
        font = ImageFont.load_default(size)
        lines = [line for part in words.splitlines() for line in textwrap.wrap(part, max(6, round(width / (size * 0.5))))]
        if all(_length(draw, line, font) <= width for line in lines) and len(lines) * size * _LEADING <= height:
            break
    top = (room[1] + room[3] - len(lines) * size * _LEADING) / 2
    for number, line in enumerate(lines):
        left = (room[0] + room[2] - _length(draw, line, font)) / 2
        _draw_line(draw, (left, top + number * size * _LEADING), line, font, size, ink)


def _letters(text: str) -> Iterator[_Letter]:
    letter: _Letter | None = None
    for char in unicodedata.normalize("NFD", text.translate(_PLAIN)):
        if letter is not None and char in _KNOWN and (char != _STROKE or letter.base in "lL"):
            letter = _Letter(letter.base, letter.marks + char)
        elif not unicodedata.combining(char):
            if letter is not None:
                yield letter
            letter = _Letter(char if char.isascii() else "?", "")
    if letter is not None:
        yield letter


def _length(draw: ImageDraw.ImageDraw, line: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> float:
    return draw.textlength("".join(letter.base for letter in _letters(line)), font=font)


def _draw_line(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    line: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    size: int,
    ink: Colour,
) -> None:
    letters = list(_letters(line))
    plain = "".join(letter.base for letter in letters)
    draw.text(at, plain, fill=ink, font=font, anchor="la")
    for number, letter in enumerate(letters):
        if letter.marks:
            left = at[0] + draw.textlength(plain[:number], font=font)
            box = draw.textbbox((left, at[1]), letter.base, font=font, anchor="la")
            for mark in letter.marks:
                _draw_mark(draw, mark, box, size, ink)


def _draw_mark(draw: ImageDraw.ImageDraw, mark: str, box: tuple[float, float, float, float], size: int, ink: Colour) -> None:
    left, top, right, bottom = box
    middle, pen = (left + right) / 2, max(1, round(size * 0.075))
    match mark:
        case "\u0301":
            draw.line((middle - size * 0.03, top - size * 0.07, middle + size * 0.10, top - size * 0.20), fill=ink, width=pen)
        case "\u0307":
            _disc(draw, middle, top - size * 0.13, size * 0.06, ink)
        case "\u0308":
            _disc(draw, middle - size * 0.11, top - size * 0.12, size * 0.055, ink)
            _disc(draw, middle + size * 0.11, top - size * 0.12, size * 0.055, ink)
        case "/":
            across = bottom - size * 0.40
            draw.line((left - size * 0.07, across + size * 0.08, left + size * 0.19, across - size * 0.10), fill=ink, width=pen)
        case _:
            tail = (right - size * 0.22, bottom - size * 0.04, right, bottom + size * 0.18)
            draw.arc(tail, 40, 240, fill=ink, width=pen)


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, ink: Colour) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
