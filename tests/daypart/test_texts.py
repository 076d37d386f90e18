"""What the composer does, from the command line: own texts, earlier ones, a script, pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.daypart.rig import Place

POST = "desk/winter-menu"


@pytest.fixture
def written(place: Place) -> Place:
    place("post", "new", "--title", "Winter menu", "--text", "en=The menu is here.", "--account", "bs-kawa")
    return place


def editor(place: Place, words: str) -> None:
    """Whoever opens an editor here writes this."""
    script = place.root / "editor.sh"
    script.write_text(f"#!/bin/sh\nprintf '%s' '{words}' > \"$1\"\n")
    script.chmod(0o755)
    place.env["EDITOR"] = str(script)


def test_an_own_text_for_an_account_and_back(written: Place) -> None:
    editor(written, "Only on Bluesky.")
    assert "saved: " in written("post", "edit", POST, "--account", "bs-kawa").out
    assert "Only on Bluesky." in written("post", "show", f"{POST}@bs-kawa").out
    assert "the common text again for bs-kawa" in written("post", "edit", POST, "--account", "bs-kawa", "--common").out
    assert "The menu is here." in written("post", "show", f"{POST}@bs-kawa").out
    assert "say --account" in written("post", "edit", POST, "--common", code=64).err


def test_earlier_texts_and_back_to_one(written: Place) -> None:
    editor(written, "Another text altogether.")
    written("post", "edit", POST)
    now, before = written("post", "texts", POST, "--json").json["texts"]
    assert (now["text"], now["current"], now["by"]) == ("Another text altogether.", True, "anna")
    assert "now  Another text altogether." in written("post", "texts", POST).out
    assert "is back" in written("post", "texts", POST, "--back", str(before["number"])).out
    assert "The menu is here." in written("post", "show", f"{POST}@bs-kawa").out
    assert "no earlier text 999" in written("post", "texts", POST, "--back", "999", code=66).err


def test_a_script_from_a_file_and_what_does_not_fit(written: Place) -> None:
    lines = "target: 10 s\n\n[1 s]\nvoice: one two three four five six seven eight\n"
    saved = written("post", "script", POST, "--file", "-", given=lines)
    assert "script saved: 1 beats, 3.2 s of 10 read aloud" in saved.out
    shown = written("post", "script", POST)
    assert shown.out == lines
    assert "! beat 1: its words take 3.2 s to say, the beat has 1 s" in shown.err
    assert "9 s too short: the beats take 1 of 10 s" in shown.err
    assert written("post", "script", POST, "--json").json["beats"][0]["spoken"] == 3.2
    assert "line 1" in written("post", "script", POST, "--file", "-", given="la la", code=64).err


def test_pictures_are_added_moved_and_taken_out(written: Place, tmp_path: Path) -> None:
    for name in ("one.jpg", "two.jpg"):
        Image.new("RGB", (800, 800 + len(name)), (name[0] == "o" and "red") or "blue").save(tmp_path / name)
        assert f"added: {name}" in written("post", "media", POST, "--add", str(tmp_path / name), "--alt", f"A {name}").out
    shown = written("post", "media", POST)
    assert "1  one.jpg  800×807" in shown.out
    assert "bs-kawa: takes it" in shown.out
    written("post", "media", POST, "--move", "2", "1")
    found = written("post", "media", POST, "--json").json["media"]
    assert [(item["name"], item["alt"]["alt:0" if n == 0 else "alt:1"]) for n, item in enumerate(found)] == [
        ("two.jpg", "A two.jpg"),
        ("one.jpg", "A one.jpg"),
    ]
    assert "two.jpg: made by AI" in written("post", "media", POST, "--made", "1", "generated").out
    assert [item["ai"] for item in written("post", "media", POST, "--json").json["media"]] == ["generated", "none"]
    assert "· made by AI" in written("post", "media", POST).out
    assert "taken out: two.jpg" in written("post", "media", POST, "--remove", "1").out
    assert "no picture 9" in written("post", "media", POST, "--remove", "9", code=66).err


def test_what_was_written_in_an_editor_is_not_lost_when_it_cannot_be_saved(written: Place) -> None:
    written.env["TMPDIR"] = str(written.root)
    editor(written, "twenty seconds of thought")
    err = written("post", "script", POST, "--edit", code=64).err
    [kept] = written.root.glob("daypart-*.txt")
    assert kept.read_text() == "twenty seconds of thought"
    assert f"not saved; what you wrote is in {kept}" in err
