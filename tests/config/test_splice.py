"""Edits in place: what was asked for changes, nothing else, and the file is whole at every instant."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.source import Source
from config.splice import SpliceError, set_text, spliced
from config.whole_file import write_whole
from config.yaml_reader import read

TEXT = """# a comment
title: Launch   # another
quoted: "one"
single: 'two'
list: [a, {b: c}]
block: |
  first
  second
folded: >-
  some words
  more
last: x
"""


def change(path: tuple[str | int, ...], text: str, source: str = TEXT) -> str:
    return spliced(read(Source(Path("a.yaml"), source)), path, text)


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (("title",), "Start", "title: Start   # another"),
        (("title",), "a: b", 'title: "a: b"   # another'),
        (("title",), "no", "title: no   # another"),
        (("title",), "12", 'title: "12"   # another'),
        (("quoted",), 'say "x"', 'quoted: "say \\"x\\""'),
        (("single",), "it's", "single: 'it''s'"),
        (("list", 1, "b"), "d, e", 'list: [a, {b: "d, e"}]'),
        (("last",), "#tag", 'last: "#tag"'),
    ],
)
def test_one_line_changes(path: tuple[str | int, ...], text: str, line: str) -> None:
    changed = change(path, text)
    assert line in changed.splitlines()
    assert sum(a != b for a, b in zip(TEXT.splitlines(), changed.splitlines(), strict=True)) == 1


def test_a_block_stays_a_block() -> None:
    assert "block: |\n  new\n  lines\n\n  and more\nfolded" in change(("block",), "new\nlines\n\nand more\n")


@pytest.mark.parametrize("path", [("nothing",), ("list",), ("list", 1), ()])
def test_only_texts_can_be_replaced(path: tuple[str | int, ...]) -> None:
    with pytest.raises(SpliceError):
        change(path, "x")


_ANY = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"), max_size=60
)


@given(
    _ANY | st.text(alphabet="ab \n:#'\"|>-{}[],&*!%@`?\\", max_size=60),
    st.sampled_from(["title", "quoted", "single", "block", "folded", "last"]),
)
@settings(max_examples=500, deadline=None)
def test_any_text_reads_back_and_all_else_stays(text: str, key: str) -> None:
    before = read(Source(Path("a"), TEXT)).value
    after = read(Source(Path("a"), change((key,), text))).value
    assert isinstance(before, dict)
    assert after == {**before, key: text}


def test_the_file_keeps_its_mark_its_mode_and_its_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + b"a: x\r\nb: y # z\r\n")
    file.chmod(0o640)
    set_text(file, ("b",), "new")
    assert file.read_bytes() == b"\xef\xbb\xbf" + b"a: x\r\nb: new # z\r\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_a_link_stays_one_and_the_new_file_is_made_beside_what_it_leads_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may lead to another disk, where nothing made elsewhere can be renamed to it."""
    file, link = tmp_path / "there" / "a.yaml", tmp_path / "a.yaml"
    file.parent.mkdir()
    file.write_text("a: x\n")
    link.symlink_to(file)
    beside: list[Path] = []
    monkeypatch.setattr("config.whole_file.sync_file", lambda _: beside.extend(file.parent.iterdir()))
    set_text(link, ("a",), "new")
    assert len(beside) == 2
    assert link.is_symlink()
    assert file.read_text() == "a: new\n"


def test_a_pipe_stays_one_and_is_written_to(tmp_path: Path) -> None:
    """As devices do: a file put in the place of one is what every other program then finds there."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, b"said")
        assert os.read(reading, 10) == b"said"
    finally:
        os.close(reading)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: x\n")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("config.whole_file.sync_file", full)
    with pytest.raises(OSError, match="No space left"):
        set_text(file, ("a",), "new")
    assert file.read_text() == "a: x\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_a_file_that_is_not_yaml_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: [x\n")
    with pytest.raises(SpliceError):
        set_text(file, ("a",), "new")
    assert file.read_text() == "a: [x\n"
