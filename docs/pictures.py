"""Draws the desk for the README, and all pictures of the tests on one sheet: `./run pictures`. Nothing here is a real client's."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from html import escape
from itertools import count
from pathlib import Path

os.environ["TEXTUAL_ANIMATIONS"] = "none"  # read when textual is imported

from tests.tui.seeds import full_month
from tests.tui.test_snapshots import Picture, steps
from tests.tui.waiting import Shown

HERE = Path(__file__).parent
FOLDER = HERE / "pictures"
SHEET = HERE / "contact-sheet.html"
SNAPSHOTS = HERE.parent / "tests" / "tui" / "__snapshots__"
SIZE = (120, 36)
LOOKS = {"dark": "daypart-dark", "light": "daypart-light"}
SCREENS = (
    Picture("today", ("1",), "TO APPROVE THIS WEEK"),
    Picture("month", ("2",), "≠"),
    Picture("week", ("2", "v"), "bs-kawa"),
    Picture("write", ("3", "enter", "ctrl+l"), "56%"),
    Picture("approvals", ("4",), "exactly this"),
    Picture("outbox", ("5",), "NOW"),
    Picture("library", ("7",), "Library"),
    Picture("plan", ("8",), "CHANGED"),
    Picture("report", ("9",), "KAWA WROCŁAW"),
)
_FONT_FACE = re.compile(r"\s*@font-face\s*\{[^}]*\}")
_COMMENT = re.compile(r"\s*<!--.*?-->", re.S)
_CLIPS = re.compile(r"""<clipPath id="[^"]*-line-\d+">.*?</clipPath>\s*| clip-path="url\(#[^"]*-line-\d+\)\"""", re.S)
_NAME = re.compile(r"terminal-\d+")
_FONT = re.compile(r"font-family: ?Fira Code, ?monospace")
_LETTERS = "font-family: ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
_SHEET = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>daypart: every picture of the tests</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 1.5rem; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(30rem, 100%), 1fr)); gap: 1.5rem; align-items: start; }
h2 { grid-column: 1 / -1; margin: 1rem 0 0; }
figure { margin: 0; }
figure svg { width: 100%; height: auto; display: block; }
figcaption { font-size: .9rem; }
</style>
</head>
<body>
<h1>Every picture of the tests</h1>
<p>Made by <code>./run pictures</code> from the files that the tests compare with. A person looks at each new one.</p>
<main>
"""


async def draw(picture: Picture, theme: str) -> str:
    """One screen as SVG, with letters of the reader's own computer."""
    app = Shown(full_month(), theme=theme)
    async with app.run_test(size=SIZE) as pilot:
        await steps(picture)(pilot)
        return at_home(app.export_screenshot(title="daypart"), "d")


def at_home(svg: str, name: str) -> str:
    """The same picture, asking no outside address for its letters; half as long, with names of its own."""
    return _NAME.sub(name, _CLIPS.sub("", _FONT.sub(_LETTERS, _COMMENT.sub("", _FONT_FACE.sub("", svg)))))


def sheet(folder: Path) -> Iterator[str]:
    """The lines of the sheet: a part for each test file, a figure for each picture."""
    yield _SHEET
    numbers = count()
    for part in sorted(path for path in folder.iterdir() if path.is_dir()):
        yield f"<h2>{escape(part.name.removeprefix('test_').replace('_', ' '))}</h2>"
        for file in sorted(part.glob("*.raw")):
            name = file.stem.partition("[")[2].rstrip("]") or file.stem
            yield f"<figure>{at_home(file.read_text('utf-8'), f't{next(numbers)}')}<figcaption>{escape(name)}</figcaption></figure>"
    yield "</main>\n</body>\n</html>"


def main() -> None:
    """Writes everything anew."""
    FOLDER.mkdir(exist_ok=True)
    for picture in SCREENS:
        for look, theme in LOOKS.items():
            file = FOLDER / f"{picture.name}-{look}.svg"
            file.write_text(asyncio.run(draw(picture, theme)), "utf-8")
            print(f"{file.relative_to(HERE.parent)}  {file.stat().st_size // 1000} kB")
    SHEET.write_text("\n".join(sheet(SNAPSHOTS)) + "\n", "utf-8")
    print(f"{SHEET.relative_to(HERE.parent)}  {SHEET.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
