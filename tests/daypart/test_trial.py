"""`daypart try`: from an empty folder to posts on pretend platforms, with processes that end with it."""

from __future__ import annotations

from pathlib import Path

from tests.daypart.rig import Program


def test_a_first_post_from_nothing(program: Program, tmp_path: Path) -> None:
    said = program.run(tmp_path, "try", "Kawa Wrocław", "Hello from nothing", "--json")
    assert said.code == 0, said.err
    deliveries = said.json["deliveries"]
    assert [(d["account"], d["state"]) for d in deliveries] == [("bs-kawa-wroclaw", "published"), ("ms-kawa-wroclaw", "published")]
    assert all(d["remote_url"].startswith("http://127.0.0.1:") for d in deliveries)
    assert program.run(tmp_path, "validate").code == 0
    status = program.run(tmp_path, "status")
    assert "(sandbox)" in status.out
    assert "is not running" in status.out  # the trial's service ended with it
    again = program.run(tmp_path, "try", "Kawa", "Once more")
    assert again.code == 64
    assert "already" in again.err


def test_without_a_terminal_it_says_what_to_type(program: Program, tmp_path: Path) -> None:
    said = program.run(tmp_path)
    assert said.code == 66
    assert 'daypart try "Your name" "First words"' in said.out
    assert "there is no daypart.yaml" in said.err
