"""Settings of the desk on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.desk_settings import DeskSettings, read_settings
from daypart.cli import cli


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAYPART_DESK_SETTINGS", str(tmp_path / "desk.toml"))
    return tmp_path / "desk.toml"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["settings", *arguments])


def test_set_list_and_reset(file: Path) -> None:
    assert "theme: contrast" in run("set", "theme", "contrast").output
    assert run("set", "keys.review.approve", "ctrl+y").exit_code == 0
    listed = run().output
    assert "contrast" in listed
    assert "dark | light | contrast" in listed
    assert "keys.review.approve ctrl+y" in listed
    assert read_settings(file).settings == DeskSettings(theme="contrast", keys={"review.approve": "ctrl+y"})
    assert "theme: dark" in run("reset", "theme").output
    assert run("reset", "all").exit_code == 0
    assert read_settings(file).settings == DeskSettings()


def test_as_json(file: Path) -> None:
    run("set", "language", "pl")
    assert '"language": "pl"' in run("list", "--json").output
    assert str(file) in run("list", "--json").output


def test_what_cannot_be_is_named(file: Path) -> None:
    for arguments, says in ((("theme", "pink"), "theme can be dark, light, contrast"), (("colour", "x"), "there is no setting “colour”")):
        done = run("set", *arguments)
        assert done.exit_code != 0
        assert says in done.output
    assert not file.exists()


def test_a_broken_file_is_said_and_mended_by_a_choice(file: Path) -> None:
    file.write_text("theme = ")
    assert "is no good TOML" in run().output
    run("set", "theme", "light")
    assert read_settings(file).settings.theme == "light"
    assert (file.parent / "desk.toml.old").read_text() == "theme = "
