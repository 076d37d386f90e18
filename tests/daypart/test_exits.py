"""Every way a command can end badly: its exit code, one clear sentence, a way out, and nothing lost."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from daypart.daemon import PlainLines
from tests.daypart.conftest import new_place, with_one_post
from tests.daypart.rig import HEAD, TEASER, Place, Program, Result, entry, said, until
from tests.sandbox_process import Sandbox


def clear(result: Result, *words: str) -> None:
    """One sentence and a way out, in words a person knows."""
    lines = [line for line in result.err.splitlines() if line.startswith(("error: ", "bug: "))]
    assert len(lines) == 1, result.err
    assert any(line.startswith("  = ") for line in result.err.splitlines()), result.err
    for word in words:
        assert word in result.err, result.err


def write(name: str, words: str) -> Callable[[Place], None]:
    """Put a file into the workspace before the command."""

    def act(place: Place) -> None:
        (place.root / name).parent.mkdir(parents=True, exist_ok=True)
        (place.root / name).write_text(words, "utf-8")

    return act


def nowhere(place: Place) -> None:
    """The accounts' servers do not exist."""
    file = place.root / "daypart.yaml"
    file.write_text(file.read_text().replace(place.sandbox.url, "http://127.0.0.1:9"), "utf-8")


def nothing(_place: Place) -> None:
    """As it is."""


CONNECT = ("account", "connect", "bs-kawa", "--secret-stdin")
TABLE: list[tuple[int, tuple[str, ...], Callable[[Place], None], str, str]] = [
    (64, ("aply",), nothing, "", "there is no command 'aply': did you mean 'apply'?"),
    (64, ("plan", "--outt", "x"), nothing, "", "no such option"),
    (64, ("post", "shw", TEASER), nothing, "", "'shw'"),
    (64, ("post",), nothing, "", "daypart post needs one of these commands"),
    (64, ("resolve", TEASER), nothing, "", "exactly one of --published"),
    (64, ("resolve", TEASER, "--drop"), nothing, "", "is draft: there is nothing to decide"),
    (64, ("account", "connect", "bs-kawa"), nothing, "", "--secret-stdin"),
    (64, CONNECT, nothing, "\n", "nothing was given to sign in with"),
    (65, ("plan",), write("campaigns/autumn/campaign.yaml", HEAD + "posts:\n  - { id: x, txt: y }\n"), "", "the files have errors"),
    (65, ("status",), write("daypart.yaml", "version: 1\ntimezon: UTC\n"), "", "daypart.yaml has errors"),
    (66, ("--workspace", "/nowhere", "status"), nothing, "", "there is no daypart.yaml in /nowhere"),
    (66, ("post", "move", "autumn/no@bs-kawa", "now"), nothing, "", "there is no 'autumn/no@bs-kawa'"),
    (66, ("account", "test", "bs-kava"), nothing, "", "there is no account 'bs-kava'"),
    (69, CONNECT, nowhere, "sandbox-kawa.example\n", "could not connect to 127.0.0.1"),
    (69, ("model", "test"), nowhere, "", "127.0.0.1:9"),
    (74, ("plan", "--out", "no/such/folder/plan"), nothing, "", "'no/such/folder/plan' cannot be read or written"),
    (77, CONNECT, nothing, "wrong\n", "Bluesky did not accept"),
    (77, CONNECT, nothing, "expired\n", "with this password"),
    (77, ("account", "test", "ms-roof"), nothing, "", "ms-roof is not connected"),
    (78, ("media", "check"), nothing, "", "media.host is none"),
]


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory, program: Program, platforms: Sandbox) -> Place:
    """One workspace for the whole table: whatever goes wrong, it stays as it is."""
    return with_one_post(new_place(tmp_path_factory.mktemp("steady"), program, platforms))


def remembered(place: Place) -> list[tuple[object, ...]]:
    """Everything that must not be lost."""
    with closing(sqlite3.connect(f"file:{place.root}/.daypart/daypart.db?mode=ro", uri=True)) as store:
        return store.execute(
            "SELECT d.key, d.state, d.due, d.digest, a.name, a.token_enc FROM delivery d JOIN account a ON a.id = d.account_id"
        ).fetchall()


@pytest.mark.parametrize(("code", "args", "before", "given", "words"), TABLE, ids=[f"{row[0]}-{row[4][:24]}" for row in TABLE])
def test_the_table(steady: Place, code: int, args: tuple[str, ...], before: Callable[[Place], None], given: str, words: str) -> None:
    files = [steady.root / "daypart.yaml", steady.root / "campaigns/autumn/campaign.yaml"]
    kept, known = [file.read_text() for file in files], remembered(steady)
    before(steady)
    clear(steady(*args, given=given, code=code), words)
    as_json = steady(*args, "--json", given=given, code=code).json
    assert as_json["exit_code"] == code
    assert as_json["error"]
    for file, text in zip(files, kept, strict=True):
        file.write_text(text)
    assert remembered(steady) == known


def test_after_all_that_everything_works(steady: Place) -> None:
    assert steady("plan", "--detailed-exitcode").err.startswith("nothing to do. 1 unchanged")
    assert "bs-kawa works" in steady("account", "test", "bs-kawa").out


def test_what_was_typed_is_said_back_without_what_turns_words_around(steady: Place) -> None:
    told = steady("post", "move", TEASER, "tom\u202eevil\u200b", code=64).err + steady("x\u202ey\u2066", code=64).err
    assert "tomevil" in told
    assert not set("\u202e\u2066\u200b") & set(told)


def test_the_services_log_is_plain() -> None:
    record = logging.LogRecord("daypart.engine", logging.WARNING, "", 0, "%s: it said \x1b]52;c;x\x07\x1b[2J\u202eno", ("a@b",), None)
    assert PlainLines("%(levelname)s %(message)s").format(record) == "WARNING a@b: it said no"


def test_a_bug_is_called_a_bug(planned: Place) -> None:
    found = planned("status", code=70, broken=True)
    clear(found, "bug: ZeroDivisionError: nobody thought of this", "DAYPART_DEBUG=1")
    assert planned("status", "--json", code=70, broken=True).json["exit_code"] == 70


def test_a_full_disk(planned: Place) -> None:
    text = "All that happened this autumn, told at length. " * 5
    planned.campaign(entry("teaser", said("Something is coming")), *(entry(f"p{n}", said(f"{n}: {text}")) for n in range(9)))
    full = planned("apply", "--yes", "--json", code=74, largest_file=20_000)
    assert full.json["hint"]
    clear(full)
    assert len(planned("outbox", "--json").json["deliveries"]) == 1
    clear(planned("plan", "--out", "/dev/full", code=74), "make room on this disk")
    assert planned("apply", "--yes").out.endswith("9 created\n")
    assert "the store is whole" in planned("doctor", code=1).out


def test_a_locked_store(planned: Place) -> None:
    before = planned.show(TEASER)
    lock = os.open(planned.root / ".daypart" / "daypart.db.wlock", os.O_RDWR)
    os.pwrite(lock, f"{os.getpid()} a backup".encode().ljust(200), 0)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        clear(planned("hold", code=75, patience=0.3), "locked", f"process {os.getpid()} (a backup)")
    finally:
        os.close(lock)
    assert planned.show(TEASER) == before
    planned("hold")


def test_a_damaged_store_is_not_a_bug(planned: Place) -> None:
    store = planned.root / ".daypart" / "daypart.db"
    store.write_bytes(b"this is not a database at all, whatever its name says " * 200)
    for other in store.parent.glob("daypart.db-*"):
        other.unlink()
    clear(planned("status", code=74), "damaged")


def test_an_interrupted_command(planned: Place) -> None:
    planned.campaign(entry("ratio", 'brief: { goal: How much coffee for a litre, points: ["60 g per litre"] }'))
    planned("apply", "--yes")
    planned.sandbox.fault("model", "chat", "hang", seconds=60, count=-1)
    log = planned.root / "log"
    environment = planned.program.environment({})
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.daypart.typed", "draft", "autumn/ratio"],
            cwd=planned.root,
            env=environment,
            stdout=output,
            stderr=output,
        )
        until(lambda: "asking scripted" in log.read_text() and bool(planned.sandbox.requests("model")), "the model to be asked")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert log.read_text().splitlines()[-1].startswith("stopped")
    assert "Traceback" not in log.read_text()
    assert planned("drafts", "--json").json == {"proposals": []}


def test_a_reader_that_leaves(planned: Place) -> None:
    environment = planned.program.environment({})
    command = f"{sys.executable} -m daypart schema | head -1"
    done = subprocess.run(["sh", "-c", command], cwd=planned.root, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("{\n", "", 0)


def test_state_in_a_bad_place(place: Place, tmp_path: Path) -> None:
    place.env["DAYPART_STATE"] = str(tmp_path / "Dropbox" / "state")
    clear(place("status", code=78), "Dropbox", "DAYPART_STATE")
