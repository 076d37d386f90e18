"""Backup, restore, safe mode, verify, doctor and history as a person types them: each says what to do next."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.daypart.rig import TEASER, Place, until


@pytest.fixture
def published(planned: Place) -> Place:
    """One post is public."""
    planned.send(TEASER)
    with planned.service():
        until(lambda: planned.state(TEASER) == "published", "the post to be published")
    return planned


def test_a_backup_tells_what_is_not_in_it_and_verifies_anywhere(published: Place, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    made = published("backup", str(away))
    file = Path(made.out.strip())
    assert file.parent == away
    assert file.stat().st_mode & 0o077 == 0
    assert "key" in made.err
    assert "password manager" in made.err
    assert "daypart restore" in made.err
    assert "the ledger is whole" in published("verify", str(file)).out
    told = published("backup", str(away / "again.tar.gz"), "--json").json
    assert told["manifest"]["counts"]["published"] == 1
    (away / "mine.tar").write_bytes(b"something else")
    assert "left alone" in published("backup", str(away / "mine.tar"), code=64).err
    assert "no folder" in published("backup", str(away / "none" / "b.tar.gz"), code=66).err


def test_a_damaged_backup_is_refused(published: Place, tmp_path: Path) -> None:
    file = Path(published("backup", str(tmp_path)).out.strip())
    before = published.show(TEASER)
    whole = file.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
    for damaged in (whole[:middle], flipped, b"no archive", b""):
        (tmp_path / "bad.tar.gz").write_bytes(damaged)
        result = published("restore", str(tmp_path / "bad.tar.gz"), code=74)
        assert "error: " in result.err
        assert "backup" in result.err
    assert published.show(TEASER) == before


def test_restored_it_waits_for_a_person_and_says_how_to_go_on(published: Place) -> None:
    file = published("backup").out.strip()
    told = published("restore", file).out
    assert "daypart safe-mode --confirm" in told
    assert "kept in" in told
    assert "nothing has been looked for" in published("safe-mode", "--confirm", code=64).err
    assert "SAFE MODE: nothing is sent" in published("safe-mode").out
    assert "safe mode" in published("status").out
    with published.service():
        until(lambda: bool(published("safe-mode", "--json").json["looked"]), "the looks")
        assert "daypart safe-mode" in published("release", code=64).err
        assert "daypart safe-mode" in published("doctor", code=1).out
        assert "publishing goes on" in published("safe-mode", "--confirm").out
        assert "Safe mode is off" in published("safe-mode").out
    assert published.texts() == ["Something is coming"]


def test_a_copied_folder_is_noticed(published: Place) -> None:
    state = published.root / ".daypart"
    copy = state / "copy.db"
    copy.write_bytes((state / "daypart.db").read_bytes())
    copy.replace(state / "daypart.db")
    with published.service():
        until(lambda: bool(published("safe-mode", "--json").json["on"]), "safe mode")
    assert "not where it was used last" in published("safe-mode").out


def test_verify_names_the_first_broken_entry(published: Place) -> None:
    assert "✓ the ledger is whole" in published("verify").out
    with closing(sqlite3.connect(published.root / ".daypart" / "daypart.db")) as store, store:
        store.execute("UPDATE event SET why = 'nothing to see' WHERE \"to\" = 'sending'")
    found = published("verify", code=1).out
    assert f"first: {TEASER}, entry " in found
    assert "it was changed" in found
    assert "next:" in found
    assert published("verify", "--json", code=1).json["breaks"][0]["key"] == TEASER


def test_the_history_shows_every_call_and_every_yes(published: Place) -> None:
    shown = published("history", TEASER)
    for words in ("approved what has the digest", "the request that makes it public", "→ published", "person:anna"):
        assert words in shown.out
    assert "whole" in shown.err
    told = published("history", TEASER, "--json").json
    assert {line["kind"] for line in told["lines"]} >= {"state", "approval", "call"}
    assert told["whole"]
    assert "did you mean" in published("history", "autumn/teasr@bs-kawa", code=66).err


def test_doctor_sees_the_computer_and_the_service(published: Place) -> None:
    out = published("doctor", code=1).out
    for words in (
        "free on the disk",
        "clock agrees",
        "time zones of edition",
        "locks hold",
        "sent.log is there",
        "is sealed up to",
        "is not running",
    ):
        assert words in out, out
    assert "not so:" not in out
    with published.service():
        assert "last sign of life" in published("doctor").out
