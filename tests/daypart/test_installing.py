"""The service in the background and as a unit: what is written can be read by those who start it."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from daypart.unit import command_of, quoted, unit_for, write_unit
from tests.daypart.rig import Place, until


def read_unit(text: str) -> ConfigParser:
    """Sections and keys of a unit."""
    found = ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(text)
    return found


def test_it_runs_in_the_background_and_ends_on_a_word(place: Place) -> None:
    place("daemon", "--stop", code=66)
    said = place("daemon", "--background")
    assert "goes on when you leave the desk" in said.out
    try:
        assert "running on this computer since" in place("status").out
        assert "runs already" in place("daemon", "--background", code=64).err
    finally:
        assert "has ended" in place("daemon", "--stop").out
    assert "is not running" in place("status").out
    until(lambda: (place.root / ".daypart" / "service.log").exists(), "the log")


@pytest.mark.parametrize("folder", ["week", 'odd "name" 100% $HOME'])
def test_the_unit_is_what_systemd_reads(tmp_path: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYPART_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    root = tmp_path / folder
    root.mkdir()
    unit = unit_for(root, mac=False, home=tmp_path)
    service = read_unit(unit.text)["Service"]
    assert service["Type"] == "notify"
    assert service["Restart"] == "on-failure"
    assert int(service["WatchdogSec"]) >= 30  # it says every two seconds that it lives
    assert service["NoNewPrivileges"] == "yes"
    assert service["ExecStart"].split()[0] == quoted(sys.executable)
    assert quoted(str(root)).replace("$", "$$") in service["ExecStart"]
    assert service["Environment"] == quoted(f"DAYPART_STATE={tmp_path / 'state'}")
    assert unit.file.is_relative_to(tmp_path / ".config" / "systemd" / "user")
    assert "loginctl enable-linger" in unit.hint
    analyze = shutil.which("systemd-analyze")
    if analyze:
        write_unit(unit)
        checked = subprocess.run([analyze, "--user", "verify", str(unit.file)], capture_output=True, text=True, timeout=60)
        mine = [line for line in checked.stderr.splitlines() if unit.file.name in line]
        assert mine == []


def test_secrets_are_in_no_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-never")
    monkeypatch.setenv("DAYPART_KEY", "never-either")
    for mac in (False, True):
        assert "never" not in unit_for(tmp_path, mac=mac, home=tmp_path).text


def test_the_agent_is_what_launchd_reads(tmp_path: Path) -> None:
    unit = unit_for(tmp_path, mac=True, home=tmp_path)
    agent = plistlib.loads(unit.text.encode())
    assert agent["ProgramArguments"] == list(command_of(tmp_path))
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert unit.file.parent == tmp_path / "Library" / "LaunchAgents"
    assert agent["Label"] == unit.file.stem


def test_it_is_shown_first_and_nothing_is_written_without_a_yes(place: Place) -> None:
    home = place.root / "home"
    place.env = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "PATH": str(place.root)}  # no systemctl there
    said = place("daemon", "--install", code=64)
    assert "Type=notify" in said.out
    assert "nothing was written" in said.err
    assert not home.exists()
    place("daemon", "--uninstall", "--yes", code=66)
    said = place("daemon", "--install", "--yes", code=1)
    [written] = (home / "config" / "systemd" / "user").iterdir()
    assert written.name in said.out
    assert "try it yourself: systemctl --user daemon-reload" in said.err
    place("daemon", "--uninstall", "--yes", code=1)
    assert not written.exists()


def test_a_service_that_was_ended_for_an_install_that_failed_runs_again(place: Place) -> None:
    home = place.root / "home"
    place.env = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "PATH": str(place.root)}  # no systemctl there
    place("daemon", "--background")
    try:
        assert "runs again" in place("daemon", "--install", "--yes", code=1).err
        assert "running on this computer since" in place("status").out
    finally:
        place("daemon", "--stop")
