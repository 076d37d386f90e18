"""The samples load without errors, as the format's description promises."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.resolved import Fixed, InSlot
from config.samples import demo_media, write_demo, write_sample
from config.times import from_micros, micros
from tests.config.workspaces import NOW, copy_sample, film, load_at, picture


@pytest.fixture
def kawa(tmp_path: Path) -> Path:
    copy_sample("kawa", tmp_path)
    folder = tmp_path / "campaigns/autumn-2026/media"
    for name in ("shelf", "bag-front", "bag-back"):
        picture(folder / f"{name}.jpg")
    film(folder / "roast.mp4")
    return tmp_path


def test_sample_a_has_no_errors_and_names_the_platforms_without_adapter(kawa: Path) -> None:
    loaded = load_at(kawa)
    assert loaded.errors == ()
    assert [(d.code, d.message) for d in loaded.diagnostics] == [
        ("W305", "there is no adapter for 'threads' yet"),
        ("W305", "there is no adapter for 'tiktok' yet"),
    ]
    assert loaded.post_count == 4


def test_sample_a_plans_instagram_only(kawa: Path) -> None:
    loaded = load_at(kawa)
    assert [post.key for post in loaded.posts] == ["autumn-2026/teaser@ig-kawa", "autumn-2026/launch@ig-kawa"]
    assert "autumn-2026/friday-question@th-kawa#2026-12-04" in loaded.unsupported
    assert not any("2026-12-11" in key for key in loaded.unsupported), "inside the blackout, though counted"
    assert "autumn-2026/friday-question@th-kawa#2026-12-18" in loaded.unsupported


def test_sample_a_says_what_readers_will_see(kawa: Path) -> None:
    teaser, launch = load_at(kawa).posts
    assert isinstance(teaser.when, Fixed)
    assert teaser.when.wall == "2026-11-30T12:15"
    assert teaser.parts[0].text.startswith(
        "Something darker is resting on the shelf. Roasted 27.11, from Fazenda Rainha.\nWednesday.\n\n· · ·\n\n"
    )
    assert teaser.parts[0].text.endswith("\n\n#coffee #kawa")
    assert launch.when == InSlot(("lunch",))
    assert "published" not in launch.parts[0].text
    assert "Jesienna Mieszanka już jest" in launch.parts[0].text
    assert [item.path.name for item in launch.parts[0].media] == ["bag-front.jpg", "bag-back.jpg"]
    assert launch.first_comment == "https://kawa.example/autumn"
    assert launch.link is not None
    assert launch.link.url == "https://kawa.example/autumn?utm_source=instagram&utm_medium=social&utm_campaign=autumn-2026"


def test_sample_b_has_no_errors(tmp_path: Path) -> None:
    copy_sample("weekly-tips", tmp_path)
    loaded = load_at(tmp_path)
    assert [d.code for d in loaded.diagnostics] == ["W305"]
    assert loaded.posts == ()
    assert loaded.unsupported == ("weekly-tips/water@th-kawa", "weekly-tips/grind@th-kawa", "weekly-tips/ratio@th-kawa")


@pytest.mark.parametrize("weekday", range(7))
def test_the_demo_is_clean_on_every_day_of_the_week(tmp_path: Path, weekday: int) -> None:
    now = micros(from_micros(NOW, "Europe/Warsaw") + timedelta(days=weekday))
    write_demo(tmp_path, now, "Europe/Warsaw", "http://127.0.0.1:4000")
    for needed in demo_media():
        size = (needed.width // 10, needed.height // 10)
        (picture if needed.kind == "picture" else film)(tmp_path / needed.name, size=size)
    loaded = load_at(tmp_path, now)
    assert loaded.diagnostics == ()
    assert len(loaded.workspace.clients) == 3
    assert {post.platform for post in loaded.posts} == {"instagram", "bluesky", "mastodon"}


def test_every_picture_of_the_demo_is_listed(tmp_path: Path) -> None:
    write_demo(tmp_path, NOW, "Europe/Warsaw", "http://127.0.0.1:4000")
    missing = {d.message for d in load_at(tmp_path).errors}
    assert len(missing) == len(demo_media())


def test_the_first_workspace_is_clean_and_never_written_over(tmp_path: Path) -> None:
    written = write_sample(tmp_path, NOW, "Europe/Warsaw")
    assert tmp_path / "schemas/post.schema.json" in written
    loaded = load_at(tmp_path)
    assert loaded.diagnostics == ()
    assert loaded.workspace.workspace_id is not None
    with pytest.raises(FileExistsError):
        write_sample(tmp_path, NOW, "Europe/Warsaw")
