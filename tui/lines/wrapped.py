"""Paragraphs in lines of so many cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

_WORD = re.compile(r"\S*\s*")


def wrapped(paragraph: str, width: int) -> Iterator[str]:
    """One paragraph in lines of at most so many cells; words that are longer are cut."""
    return (written.rstrip() for written in broken(paragraph, width))


def broken(paragraph: str, width: int) -> Iterator[str]:
    """The lines as they were written, spaces at their ends."""
    if width < 1:
        return
    current = ""
    for word in _WORD.findall(paragraph):
        if cell_len((current + word).rstrip()) <= width:
            current += word
            continue
        if current.strip():
            yield current
        *whole, current = chop_cells(word, width) if cell_len(word.rstrip()) > width else [word]
        yield from whole
    yield current
