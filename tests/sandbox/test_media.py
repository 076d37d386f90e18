"""Pictures and films made by the script: right kinds, right sizes, the same for the same seed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from sandbox.instagram_media import check_film, check_picture
from sandbox.media import make_film, make_picture
from sandbox.mp4 import NoFilm, read_film
from tests.sandbox.people import film


@pytest.mark.parametrize(("width", "height"), [(1080, 1350), (1080, 1080), (1080, 566), (320, 320)])
def test_a_picture_is_a_plain_jpeg(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "new" / "a.jpg"
    make_picture(path, width, height, "Zażółć gęślą jaźń", 3)
    check_picture(path.read_bytes(), story=False)
    with Image.open(path) as made:
        assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (width, height))
        assert not made.getexif()
        assert "icc_profile" not in made.info


def test_seeds_and_words_make_the_difference(tmp_path: Path) -> None:
    def made(words: str, seed: int) -> bytes:
        make_picture(tmp_path / "a.jpg", 400, 400, words, seed)
        return (tmp_path / "a.jpg").read_bytes()

    assert made("one", 1) == made("one", 1)
    assert len({made("one", 1), made("two", 1), made("one", 2), made("", 1)}) == 4


def test_polish_letters_are_not_the_plain_ones(tmp_path: Path) -> None:
    for pair in ("łl", "ąa", "żz", "ńn", "óo"):
        pictures = []
        for letter in pair:
            make_picture(tmp_path / "a.jpg", 400, 400, letter * 3, 1)
            pictures.append((tmp_path / "a.jpg").read_bytes())
        assert pictures[0] != pictures[1], pair


@pytest.mark.parametrize(("width", "height", "seconds"), [(720, 1280, 4), (270, 480, 3.5), (98, 162, 3)])
def test_a_film_says_what_it_is(tmp_path: Path, width: int, height: int, seconds: float) -> None:
    path = tmp_path / "a.mp4"
    make_film(path, width, height, seconds, 1, "one\ntwo")
    told = read_film(path.read_bytes())
    assert (told.width, told.height, told.moov_first) == (width, height, True)
    assert told.seconds == pytest.approx(seconds, abs=0.04)
    check_film(path.read_bytes(), story=False)


def test_a_film_is_key_frames_and_skipped_frames(tmp_path: Path) -> None:
    """90 frames, a key frame each second, and no start code inside any of them."""
    content = film(tmp_path, seconds=3.0)
    at = content.index(b"mdat") + 4
    kinds = []
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        nal = content[at + 4 : at + 4 + size]
        kinds.append(nal[0])
        assert re.search(rb"\x00\x00[\x00-\x02]", nal) is None
        at += 4 + size
    assert at == len(content)
    assert [number for number, kind in enumerate(kinds) if kind == 0x65] == [0, 30, 60]
    assert kinds.count(0x41) == 87


def test_the_same_film_twice(tmp_path: Path) -> None:
    assert film(tmp_path) == film(tmp_path)


def test_impossible_films(tmp_path: Path) -> None:
    for width, height, seconds in ((101, 100, 3), (100, 100, 0)):
        with pytest.raises(ValueError, match="even sides"):
            make_film(tmp_path / "a.mp4", width, height, seconds, 1)


def test_what_is_no_film(tmp_path: Path) -> None:
    content = film(tmp_path)
    for broken in (b"", b"x" * 100, content[:400], content[: len(content) // 2], content.replace(b"avc1", b"mp4v")):
        with pytest.raises(NoFilm):
            read_film(broken)
