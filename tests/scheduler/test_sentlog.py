"""The sent log: read back whole, torn, and with rubbish in it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from scheduler import sentlog
from scheduler.sentlog import Answered, Epoch, Sent, SentLog


def sent(key: str, fence: int = 1, at: int = 5) -> Sent:
    return Sent(1, key, fence, "commit", f"handle of {key}", at)


def answered(key: str) -> Answered:
    return Answered(1, key, 1, "r1", "https://x.example/ż", {"cid": "c"}, 6)


def write(path: Path, *lines: Sent | Answered | Epoch) -> None:
    log = SentLog(path)
    log.append(lines, sync=True)
    log.close()


def test_no_file_is_an_empty_history(tmp_path: Path) -> None:
    assert sentlog.read(tmp_path / "none") == sentlog.SentHistory()


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write(tmp_path / "log", Epoch(3, "w", 1), sent("a"), answered("a"), sent("b"))
    history = sentlog.read(tmp_path / "log")
    assert history == sentlog.SentHistory(3, (sent("a"), sent("b")), (answered("a"),), 0)


def test_the_newest_line_of_a_key_counts(tmp_path: Path) -> None:
    write(tmp_path / "log", sent("a", 1, 5), sent("a", 4, 9))
    assert sentlog.read(tmp_path / "log").sent == (sent("a", 4, 9),)


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    write(tmp_path / "log", sent("a"))
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("seed", range(100))
def test_whatever_is_torn_after_the_last_sync_costs_no_line_before_it(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / "log"
    write(path, Epoch(1, "w", 1), *(sent(f"k{n}") for n in range(5)))
    kept = path.stat().st_size
    write(path, *(sent(f"late{n}") for n in range(3)))
    whole = bytearray(path.read_bytes())
    cut = chance.randrange(kept, len(whole) + 1)
    torn = whole[:cut] + bytes(chance.randrange(256) for _ in range(chance.choice([0, 0, 7, 40])))
    path.write_bytes(torn)
    history = sentlog.read(path)
    assert {line.key for line in history.sent} >= {f"k{n}" for n in range(5)}
    write(path, sent("next"))  # a torn end never swallows the line after it
    assert "next" in {line.key for line in sentlog.read(path).sent}


@pytest.mark.parametrize(
    "rubbish", [b"\n\n", b"{}\n", b'{"what":"send"}\n', b"[1]\n", b"null\n", b'"x"\n', b"\xff\xfe\n", b'{"what":"else","a":1}\n']
)
def test_lines_that_are_none_are_left_out(tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(rubbish)
    write(path, sent("a"))
    assert [line.key for line in sentlog.read(path).sent] == ["a"]
