"""What is printed, and where: one object with --json, options on either side, no colour without a terminal, help that reads well."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence

import pytest

from docs.generate import HERE, PAGES
from tests.daypart.rig import TEASER, Place, entry, said
from tests.daypart.terminal import Terminal

AS_JSON = (
    ("status",), ("outbox",), ("post", "list"), ("post", "show", TEASER), ("post", "preview", TEASER), ("history", TEASER), ("drafts",),
    ("validate",), ("plan",), ("plan", "--out", "plan.json"), ("apply", "--yes"), ("schema",), ("schema", "--write"), ("account", "list"),
    ("account", "test", "bs-kawa"), ("model", "test"), ("hold",), ("release",), ("post", "move", TEASER, "tomorrow", "10:00"),
    ("reject", TEASER, "--reason", "Say when"), ("post", "cancel", TEASER), ("account", "disconnect", "bs-kawa"), (),
)  # fmt: skip


def test_one_object_on_stdout(planned: Place) -> None:
    for command in AS_JSON:
        assert isinstance(planned(*command, "--json").json, dict), command
    assert isinstance(planned("doctor", "--json", code=1).json["findings"], list)
    assert isinstance(planned("init", "another", "--json").json["files"], list)


def test_without_a_terminal_daypart_is_its_status(planned: Place) -> None:
    assert planned().out == planned("status").out
    lines = planned().out.splitlines()
    assert lines[0].startswith("Two clients")
    assert lines[1] == "0 need you · 1 to approve · 0 planned"
    assert "not running" in lines[-1]


def test_options_on_either_side(planned: Place) -> None:
    here, planned.root = str(planned.root), planned.root.parent
    before, after = planned("--workspace", here, "--json", "outbox"), planned("outbox", "--workspace", here, "--json")
    within = planned("post", "--workspace", here, "list", "--json")
    assert before.json == after.json == within.json
    assert planned("outbox", "--json", code=66).json["exit_code"] == 66
    planned.env["DAYPART_WORKSPACE"] = here
    assert planned("outbox", "--json").json == before.json


def test_results_and_progress_go_their_own_ways(planned: Place) -> None:
    planned.campaign(entry("teaser", said("Something else is coming")))
    found = planned("plan")
    assert "1 to change" in found.err
    assert "1 to change" not in found.out
    assert "~ teaser@bs-kawa" in found.out


def on_a_terminal(place: Place, args: Sequence[str], **env: str) -> str:
    """What a person at a terminal sees."""
    master, slave = pty.openpty()
    environment = place.program.environment({"TERM": "xterm-256color", **env})
    command = [sys.executable, "-m", "daypart", *args]
    with subprocess.Popen(command, cwd=place.root, env=environment, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        seen = b""
        while True:
            try:
                piece = os.read(master, 4096)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        process.wait(30)
    os.close(master)
    return seen.decode()


def test_colour_is_for_terminals_that_want_it(place: Place) -> None:
    place.campaign(entry("teaser", said("Something"), "acounts: [bs-kawa]"))
    assert "\x1b[1;31merror[E2" in on_a_terminal(place, ["validate"])
    assert "\x1b" not in on_a_terminal(place, ["validate"], NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(place, ["validate", "--no-color"])
    assert "\x1b" not in on_a_terminal(place, ["--no-color", "validate"])


def test_a_terminal_asks_before_anything_is_approved(planned: Place) -> None:
    master, slave = pty.openpty()
    environment = planned.program.environment({"TERM": "dumb"})
    command = [sys.executable, "-m", "daypart", "approve", TEASER]
    with subprocess.Popen(command, cwd=planned.root, env=environment, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        seen = ""
        while "Approve exactly this for Kawa, Bluesky?" not in seen:
            seen += os.read(master, 4096).decode()
        os.write(master, b"y\n")
        while process.poll() is None:
            try:
                seen += os.read(master, 4096).decode()
            except OSError:
                break
    os.close(master)
    assert "Something is coming" in seen.partition("Approve exactly")[0]
    assert planned.show(TEASER)["approval"]["by"] == "anna"


def test_help_is_complete(place: Place) -> None:
    words = place("--help").out
    assert "To begin: daypart init my-week" in words
    for command in ("draft", "discard", "hold", "daemon"):
        assert place(command, "--help").out == place(command, "-h").out
        assert f"\n  {command} " in words
    for group in ("post", "account", "media", "model"):
        assert "..." not in place(group, "--help").out.partition("Commands:")[2]


def test_a_group_alone_shows_what_it_knows(place: Place) -> None:
    shown = place("post", code=64)
    assert "preview" in shown.err + shown.out


@pytest.mark.parametrize("page", PAGES)
def test_pages_made_from_the_program_are_up_to_date(page: str) -> None:
    assert (HERE / page).read_text("utf-8") == PAGES[page](), "run: python -m docs.generate"


@pytest.mark.parametrize("language", ["C", "C.UTF-8"])
def test_any_locale(planned: Place, language: str) -> None:
    environment = planned.program.environment({"LANG": language, "LC_ALL": language})
    done = subprocess.run(
        [sys.executable, "-m", "daypart", "status", "--json"], cwd=planned.root, env=environment, capture_output=True, check=True
    )
    assert json.loads(done.stdout.decode())["to_approve"] == 1


def test_terminals_that_cannot_do_much(place: Place) -> None:
    with Terminal(place, env={"TERM": "dumb"}) as line:
        line.see("This terminal cannot be drawn on", "need you", "The publishing service is not running")
        assert line.wait() == 0
    with Terminal(place, env={"PYTHONIOENCODING": "ascii"}) as desk:
        desk.see("1 Today", "+- Today", "Nothing is published")
        assert desk.text.isascii()
