"""Pictures in the documentation: there, small, and asking no outside address for anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
DRAWN = [*sorted((DOCS / "pictures").glob("*.svg")), DOCS / "contact-sheet.html"]
MOST = {".svg": 150_000, ".html": 6_000_000}
_OUTSIDE = re.compile(r"""@font-face|@import|<script|<image|url\((?!#)|(?:src|href)\s*=\s*["'](?!#)""")


@pytest.mark.parametrize("file", DRAWN, ids=lambda file: file.name)
def test_a_picture_is_small_and_loads_nothing(file: Path) -> None:
    text = file.read_text("utf-8")
    assert len(text.encode()) <= MOST[file.suffix]
    assert _OUTSIDE.search(text) is None


def test_pictures_of_the_readme_are_there() -> None:
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    named = re.findall(r"docs/pictures/[\w-]+\.svg", readme)
    assert named
    assert not [name for name in named if not (DOCS.parent / name).exists()]
    assert len(re.findall(r"<img alt=\"[^\"]{20,}\"", readme)) == readme.count("<img")
