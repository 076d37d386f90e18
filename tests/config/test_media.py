"""Media files are known by their bytes: pictures, films, and everything that only looks like them."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from config import media
from config.films import BrokenFilmError, read_boxes, read_webm
from config.media import MediaError, kind_of, locate, misnamed, probe, remember_from, remember_in
from config.stills import BrokenPictureError, still_shape
from tests.config.workspaces import film, picture


def refused(path: Path) -> MediaError:
    with pytest.raises(MediaError) as caught:
        probe(path)
    return caught.value


@pytest.mark.parametrize(("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")])
def test_pictures_by_content_whatever_the_name_says(tmp_path: Path, kind: str, mime: str) -> None:
    file = picture(tmp_path / "picture.dat", (120, 90), kind)
    found = probe(file)
    assert (found.mime, found.width, found.height, found.duration_ms) == (mime, 120, 90, None)
    assert found.size == file.stat().st_size
    assert found.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 50}, {"quality": 50, "exif": b"Exif\x00\x00"}])
def test_every_kind_of_webp(tmp_path: Path, options: dict[str, object]) -> None:
    Image.new("RGB", (301, 77), "red").save(tmp_path / "a.webp", **options)  # type: ignore[arg-type]
    assert (probe(tmp_path / "a.webp").width, probe(tmp_path / "a.webp").height) == (301, 77)


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 0}, {"quality": 5}, {"dpi": (300, 300)}])
def test_every_kind_of_jpeg(tmp_path: Path, options: dict[str, object]) -> None:
    Image.effect_noise((301, 77), 40).convert("RGB").save(tmp_path / "a.jpg", **options)  # type: ignore[arg-type]
    assert (probe(tmp_path / "a.jpg").width, probe(tmp_path / "a.jpg").height) == (301, 77)


def test_a_turned_picture_is_measured_as_it_is_seen(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (120, 90)).save(tmp_path / "a.jpg", exif=exif)
    assert (probe(tmp_path / "a.jpg").width, probe(tmp_path / "a.jpg").height) == (90, 120)


def test_a_film(tmp_path: Path) -> None:
    found = probe(film(tmp_path / "a.mp4", 4.5))
    assert (found.mime, found.width, found.height, found.duration_ms, found.codecs) == ("video/mp4", 540, 960, 4_500, ("avc1",))


def test_a_turned_film(tmp_path: Path) -> None:
    found = probe(film(tmp_path / "a.mp4", size=(960, 540), turned=True))
    assert (found.width, found.height) == (540, 960)


def test_a_file_that_changed_is_measured_again(tmp_path: Path) -> None:
    file = picture(tmp_path / "a.jpg", (10, 10))
    first = probe(file)
    picture(file, (20, 20))
    os.utime(file, ns=(1, 1))
    assert probe(file).width == 20
    assert probe(file).sha256 != first.sha256


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "E603", "empty"),
        (b"hello", "E604", "not a picture"),
        (b"<!DOCTYPE html>", "E604", "not a picture"),
        (b"\xff\xd8\xff\xe0 nothing more", "E603", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "E603", "damaged"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(12), "E604", "not a picture"),
        (b"\x00\x00\x00\x10ftypisom" + bytes(4), "E603", "no index"),
    ],
)
def test_what_is_no_media(tmp_path: Path, data: bytes, code: str, words: str) -> None:
    (tmp_path / "a.jpg").write_bytes(data)
    error = refused(tmp_path / "a.jpg")
    assert error.code == code
    assert words in error.message


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_cut_picture_is_noticed(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "a"
    Image.effect_noise((200, 200), 50).convert("RGB").save(file, kind)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert refused(file).code == "E603"


def test_a_cut_film_is_noticed(tmp_path: Path) -> None:
    file = film(tmp_path / "a.mp4")
    file.write_bytes(file.read_bytes()[:-20])
    assert refused(file).code == "E603"


def test_names_that_lie(tmp_path: Path) -> None:
    assert misnamed(tmp_path / "a.png", "image/jpeg") == "a JPEG picture"
    assert misnamed(tmp_path / "a.JPG", "image/jpeg") is None
    assert misnamed(tmp_path / "a.mov", "video/mp4") is None


def test_paths_stay_in_the_workspace(tmp_path: Path) -> None:
    root = tmp_path / "w"
    folder = root / "campaigns/a"
    file = picture(folder / "media/a.jpg")
    outside = picture(tmp_path / "out.jpg")
    (folder / "link.jpg").symlink_to(outside)
    (folder / "inner.jpg").symlink_to(file)
    assert locate(folder, "media/a.jpg", root) == file
    assert locate(folder, "../a/media/a.jpg", root) == file
    assert locate(folder, "inner.jpg", root) == folder / "inner.jpg"
    for written, code in (
        ("../../../out.jpg", "E602"),
        (str(outside), "E602"),
        ("link.jpg", "E602"),
        ("media/b.jpg", "E601"),
        ("media", "E601"),
    ):
        with pytest.raises(MediaError) as caught:
            locate(folder, written, root)
        assert caught.value.code == code


def test_a_missing_file_has_its_nearest_name(tmp_path: Path) -> None:
    picture(tmp_path / "media/shelf.jpg")
    with pytest.raises(MediaError) as caught:
        locate(tmp_path, "media/shlef.jpg", tmp_path)
    assert caught.value.hints == ("did you mean 'media/shelf.jpg'?",)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42", b"\x1a\x45\xdf\xa3webm"]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_crash_the_film_readers(tmp_path_factory: pytest.TempPathFactory, data: bytes, head: bytes) -> None:
    file = tmp_path_factory.mktemp("films") / "a"
    file.write_bytes(head + data)
    for reader in (read_boxes, read_webm):
        with file.open("rb") as opened, suppress(BrokenFilmError):
            assert reader(opened).width > 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@given(noise=st.binary(min_size=1, max_size=40), at=st.integers(0, 300), cut=st.integers(0, 400))
@settings(max_examples=100, deadline=None)
def test_a_picture_with_wrong_bytes_is_refused_or_read(kind: str, noise: bytes, at: int, cut: int) -> None:
    buffer = BytesIO()
    Image.new("RGB", (40, 30)).save(buffer, kind)
    whole = bytearray(buffer.getvalue())
    whole[at : at + len(noise)] = noise
    with suppress(BrokenPictureError):
        assert still_shape(bytes(whole[: len(whole) - cut]), f"image/{kind.lower()}").height > 0


@given(st.binary(min_size=1, max_size=120), st.integers(0, 600))
@settings(max_examples=200, deadline=None)
def test_a_film_with_wrong_bytes_is_refused_or_read(tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int) -> None:
    file = film(tmp_path_factory.mktemp("films") / "a.mp4")
    whole = bytearray(file.read_bytes())
    whole[at : at + len(noise)] = noise
    file.write_bytes(bytes(whole))
    with suppress(MediaError):
        kind_of(file)
        assert probe(file).height > 0


def test_what_was_measured_is_kept_for_the_next_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, memory = picture(tmp_path / "media/a.jpg"), tmp_path / "media.json"
    monkeypatch.setattr(media, "_SETTLED_NS", -60_000_000_000)
    first = probe(file)
    remember_in(memory, tmp_path)
    monkeypatch.setattr(media, "_known", {})
    monkeypatch.setattr(media, "_measure", None)
    remember_from(memory)
    assert probe(file) == first
    picture(file, (20, 20))
    with pytest.raises(TypeError):
        probe(file)


@pytest.mark.parametrize("written", ["", "{}", "[[1]]", "[[1, 2, 3]]", '[["a", [1], [1]]]'])
def test_a_memory_that_is_not_ours_is_nothing(tmp_path: Path, written: str) -> None:
    (tmp_path / "media.json").write_text(written)
    remember_from(tmp_path / "media.json")


def test_nothing_is_kept_where_there_is_no_state_folder(tmp_path: Path) -> None:
    probe(picture(tmp_path / "a.jpg"))
    remember_in(tmp_path / ".daypart/media.json", tmp_path)
    assert not (tmp_path / ".daypart").exists()
