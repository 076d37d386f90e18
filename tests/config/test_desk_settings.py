"""A person's settings of the desk: read whatever stands there, written whole, one wrong line costs that line only."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.desk_settings import CHOICES, EXPLAINED, DeskSettings, SettingsError, as_toml, read_settings, settings_path, write_settings


def put(tmp_path: Path, text: str | bytes) -> Path:
    file = tmp_path / "desk.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_nothing_chosen(tmp_path: Path) -> None:
    found = read_settings(tmp_path / "none" / "desk.toml")
    assert found.settings == DeskSettings()
    assert found.trouble == ""
    assert all(DeskSettings().value(name) == choices[0] for name, choices in CHOICES.items())
    assert set(EXPLAINED) == set(CHOICES)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "desk.toml"
    chosen = DeskSettings().with_value("theme", "contrast").with_value("language", "pl").with_value("keys.review.approve", "ctrl+y,f6")
    write_settings(file, chosen)
    assert read_settings(file).settings == chosen
    assert read_settings(file).trouble == ""
    assert [path.name for path in file.parent.iterdir()] == ["desk.toml"]


@given(st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in CHOICES.items()}))
def test_every_choice_survives_the_file(chosen: dict[str, str]) -> None:
    import tomllib

    settings = DeskSettings(**chosen)  # type: ignore[arg-type]
    said = tomllib.loads(as_toml(settings))
    assert DeskSettings(**said) == settings


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("theme = ", "is no good TOML"),
        (b"\xff\xfe\x00", "is no good TOML"),
        ("x = " + "[" * 5_000, "is no good TOML"),
        ("#" * 70_000, "is longer than 64,000 bytes"),
    ],
    ids=["cut", "bytes", "deep", "long"],
)
def test_a_broken_file_is_said_in_one_sentence_and_kept(tmp_path: Path, text: str | bytes, says: str) -> None:
    file = put(tmp_path, text)
    found = read_settings(file)
    assert found.settings == DeskSettings()
    assert str(file) in found.trouble
    assert says in found.trouble
    assert "\n" not in found.trouble
    write_settings(file, DeskSettings(theme="light"))
    assert read_settings(file).settings.theme == "light"
    assert (tmp_path / "desk.toml.old").read_bytes() == (text if isinstance(text, bytes) else text.encode())


def test_one_wrong_line_costs_that_line_only(tmp_path: Path) -> None:
    found = read_settings(put(tmp_path, 'theme = "pink"\nlanguage = "pl"\nmotion = 3\nfuture = "x"\n[keys]\n"review.approve" = "ctrl+y"\n'))
    assert found.settings == DeskSettings(language="pl", keys={"review.approve": "ctrl+y"})
    assert "theme can be dark, light, contrast, not “pink” (and 2 more)" in found.trouble


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "desk.toml").mkdir()
    assert "cannot be read" in read_settings(tmp_path / "desk.toml").trouble


def test_what_cannot_be(tmp_path: Path) -> None:
    for name, value in (
        ("theme", "pink"),
        ("colour", "dark"),
        ("keys.review.approve", ""),
        ("keys.review.approve", "a,,b"),
        ("keys.", "a"),
    ):
        with pytest.raises(SettingsError):
            DeskSettings().with_value(name, value)
    with pytest.raises(SettingsError, match="there is no setting “colour”"):
        DeskSettings().without("colour")


def test_reset_gives_back_what_it_was(tmp_path: Path) -> None:
    chosen = DeskSettings(theme="light", keys={"review.approve": "f6", "all.undo": "f7"})
    assert chosen.without("theme").theme == "dark"
    assert chosen.without("keys.review.approve").keys == {"all.undo": "f7"}


def test_a_write_that_fails_leaves_what_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "desk.toml"
    write_settings(file, DeskSettings(theme="light"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("config.whole_file.sync_file", full)
    with pytest.raises(OSError, match="No space left"):
        write_settings(file, DeskSettings(theme="contrast"))
    assert read_settings(file).settings.theme == "light"
    assert [path.name for path in tmp_path.iterdir()] == ["desk.toml"]


def test_where_it_is() -> None:
    assert settings_path({"HOME": "/home/ada"}) == Path("/home/ada/.config/daypart/desk.toml")
    assert settings_path({"HOME": "/home/ada", "XDG_CONFIG_HOME": "/x"}) == Path("/x/daypart/desk.toml")
    assert settings_path({"DAYPART_DESK_SETTINGS": "/y/mine.toml"}) == Path("/y/mine.toml")
