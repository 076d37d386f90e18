"""Text can be read in every theme, and colours are named in one file only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.color import Color
from textual.theme import Theme

from scheduler.desk.views import Sign
from tui.theme import CLIENT_COLORS, LOOKS, THEMES, client_rgb

TEXT = ("foreground", "quiet", "primary", "success", "warning", "error", "model")
GROUNDS = ("background", "surface", "panel")


def colors(theme: Theme) -> dict[str, str]:
    return theme.to_color_system().generate() | theme.variables


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_has_contrast(theme: Theme) -> None:
    found = colors(theme)
    low = {(text, ground): round(ratio, 2) for text in TEXT for ground in GROUNDS if (ratio := _contrast(found[text], found[ground])) < 4.5}
    assert low == {}
    assert _contrast(found["on-cursor"], found["primary"]) >= 4.5
    assert _contrast(found["background"], found["warning"]) >= 4.5
    assert _contrast(found["background"], found["error"]) >= 4.5
    assert _contrast(found["background"], found["secondary"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_borders_can_be_seen(theme: Theme) -> None:
    found = colors(theme)
    for ground in GROUNDS:
        assert _contrast(found["rest"], found[ground]) >= 3.0
        assert _contrast(found["primary"], found[ground]) >= 3.0


def pairs() -> set[tuple[str, str]]:
    """Every colour on every ground that a rule of ours names together; a rule with one of them only meets all of the other."""
    rule = re.compile(r"[^{}]*\{([^{}]*)\}")
    found: set[tuple[str, str]] = set()
    for path in (path for path in Path("tui").rglob("*") if path.suffix in {".py", ".tcss"}):
        for declarations in rule.findall(path.read_text(encoding="utf-8")):
            on = re.search(r"(?<![\w-])color: *\$([\w-]+)", declarations)
            under = re.search(r"(?<![\w-])background: *\$([\w-]+)(?! *\d+%)", declarations)
            if on is not None:
                found |= {(on[1], ground) for ground in ([under[1]] if under is not None else GROUNDS)}
    return found


LEAST = {"daypart-contrast": 7.0}
"""Of text on its ground, where it is more than the usual 4.5."""
QUIET_KEYS = {("rest", "panel")}
"""Keys that are off: what cannot be done now need not be read at a glance."""


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_pair_that_is_used_has_contrast(theme: Theme) -> None:
    found, used = colors(theme), pairs()
    assert len(used) > 20
    low = {
        (on, under): round(ratio, 2)
        for on, under in used
        if (ratio := _contrast(found[on], found[under])) < (3.0 if (on, under) in QUIET_KEYS else LEAST.get(theme.name, 4.5))
    }
    assert low == {}


def _contrast(one: str, other: str) -> float:
    """WCAG 2: relative luminance of the lighter over the darker."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [part / 255 for part in Color.parse(color).rgb]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_state_has_a_sign_of_one_cell_and_an_ascii_twin() -> None:
    assert set(LOOKS) == set(Sign)
    assert all(cell_len(look.sign) == 1 and look.ascii.isascii() and len(look.ascii) == 1 for look in LOOKS.values())
    assert len({look.sign for look in LOOKS.values()}) == len(LOOKS)
    assert len({look.ascii for look in LOOKS.values()}) == len(LOOKS)


def test_colours_are_named_in_one_file() -> None:
    literal = re.compile(r"#[0-9a-fA-F]{6}\b|\brgb\(|(?<!-)\b(?:color|background): *(?:red|green|blue|white|black|yellow)\b")
    files = [path for path in Path("tui").rglob("*") if path.suffix in {".py", ".tcss"} and path.name != "theme.py"]
    assert [path for path in files if literal.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("name", CLIENT_COLORS)
def test_a_clients_colour_is_seen_on_dark_and_on_light(name: str) -> None:
    """Three to one, as for signs; letters are never in a client's colour alone."""
    rgb = client_rgb(name)
    assert rgb is not None
    grounds = [theme.surface for theme in THEMES]
    assert all(ground is not None and _contrast(rgb, ground) >= 3 for ground in grounds)


def test_a_clients_colour_may_be_wrong() -> None:
    assert client_rgb("teal") == "#008080"
    assert client_rgb("") is None
    assert client_rgb("no colour at all") is None
    assert client_rgb("auto") is None or client_rgb("auto")


_STYLE = re.compile(r"\.terminal-\d+-(r\d+) \{ fill: (#\w{6})")
_GROUND = re.compile(r'<rect fill="(#\w{6})" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="[\d.]+" shape-rendering')
_WORDS = re.compile(r'<text class="terminal-\d+-(r\d+)" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*\w\w[^<]*)</text>')
LINE = 24.4
"""Height of a line in a picture."""
VEILED = re.compile(r"\[(dialog-|-new|-approve|-dialog|welcome-name|outbox-loading)")
"""Behind a dialog, and while it is read, words are dimmed on purpose."""
PAGES = re.compile(r"\[dialog-(former|sheet|crossed|overdue|notices|help)")
"""Dialogs with nothing behind them."""


def dim_words(svg: str) -> set[tuple[str, float]]:
    """Words of a picture with too little contrast to what is behind them."""
    styles = dict(_STYLE.findall(svg))
    grounds = [(color, float(x), round((float(y) - 1.5) / LINE), float(width)) for color, x, y, width in _GROUND.findall(svg)]
    found = set()
    for style, x, y, words in _WORDS.findall(svg):
        row, left = round((float(y) - 20) / LINE), float(x) + 1
        behind = [color for color, at, line, width in grounds if line == row and at <= left < at + width]
        ratio = _contrast(styles[style], behind[-1]) if behind else 21.0
        if ratio < 4.5:
            found.add((words.replace("&#160;", " ").strip(), round(ratio, 2)))
    return found


def test_every_word_of_the_pictures_can_be_read() -> None:
    files = sorted((Path(__file__).parent / "__snapshots__").glob("*/*.raw"))
    seen = [file for file in files if not VEILED.search(file.name) or PAGES.search(file.name)]
    assert len(seen) > 100
    low = {file.name: words for file in seen if (words := dim_words(file.read_text("utf-8")))}
    assert low == {}
