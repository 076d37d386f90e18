"""Every broken workspace gives exactly its diagnostics: code, file, line, column, message."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.codes import CODES
from config.diagnostics import shown_path
from tests.config.workspaces import base, film, load_at, picture

CASES = Path(__file__).parents[1] / "data" / "broken"
NAMES = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())


def prepare(case: Path, root: Path) -> Path:
    """The right workspace with the case's files over it."""
    base(root)
    for file in (case / "files").rglob("*"):
        if file.is_file():
            target = root / file.relative_to(case / "files")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    setup = case / "setup"
    for line in setup.read_text().splitlines() if setup.exists() else ():
        verb, path, *rest = line.split()
        if verb == "link":
            (root / path).symlink_to(rest[0])
        else:
            film(root / path) if verb == "film" else picture(root / path)
    return root


def test_there_are_enough_of_them() -> None:
    assert len(NAMES) >= 60


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_expected_diagnostics(name: str, tmp_path: Path) -> None:
    root = prepare(CASES / name, tmp_path / "w")
    said = [f"{d.code} {shown_path(d.file, root)}:{d.line}:{d.column} {d.message}" for d in load_at(root).diagnostics]
    assert said == (CASES / name / "expected").read_text("utf-8").splitlines()


def test_every_code_that_is_said_is_in_the_table() -> None:
    said = {line.split()[0] for name in NAMES for line in (CASES / name / "expected").read_text("utf-8").splitlines()}
    assert said <= set(CODES)
    assert len(said) > 40


def test_the_workspace_they_are_made_from_is_right(tmp_path: Path) -> None:
    loaded = load_at(base(tmp_path))
    assert loaded.diagnostics == ()
    assert len(loaded.posts) == 3


def test_a_byte_order_mark_and_windows_lines_are_accepted_everywhere(tmp_path: Path) -> None:
    expected = [(post.key, post.parts) for post in load_at(base(tmp_path)).posts]
    for file in [*tmp_path.rglob("*.yaml"), *tmp_path.rglob("*.md")]:
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    loaded = load_at(tmp_path)
    assert loaded.diagnostics == ()
    assert [(post.key, [part.text for part in post.parts]) for post in loaded.posts] == [
        (key, [part.text for part in parts]) for key, parts in expected
    ]
