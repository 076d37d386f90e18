"""`./run prove` itself: its layers in small, and that each of them can fail."""

from __future__ import annotations

import ast
import io
import random
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from tests.proof.prove import __main__ as prove
from tests.proof.prove import chains, mutants, named, order, snapshots, torn, trying
from tests.proof.prove.copies import broken_copy, run_in
from tests.proof.prove.hunt import LAYERS
from tests.proof.prove.layer import Section
from tests.proof.prove.mutants import hunt
from tests.proof.prove.mutating import changes
from tests.proof.prove.page import all_hold, page
from tests.proof.prove.progress import Bar, Silent
from tests.sandbox_process import ROOT

CASES = 40
KILLS = 10
no_tracer = order.missing()


# ── layer B ──────────────────────────────────────────────────────────────────


def test_chains_of_kills() -> None:
    found = chains.Chains(KILLS).run(Silent())
    assert not found.faults, "\n".join(found.faults)
    assert found.counts["kills"] >= KILLS


def test_a_seed_is_the_same_chain_everywhere_and_many_seeds_meet_everything() -> None:
    fates = [chains.fate(seed) for seed in range(400)]
    assert fates == [chains.fate(seed) for seed in range(400)]
    assert {(fate.prefix, fate.server) for fate in fates} == {(p, s) for p in chains.PREFIXES for s in chains.SERVERS}
    assert {fate.kills for fate in fates} == {1, 2, 3, 4}


# ── layer C ──────────────────────────────────────────────────────────────────


def test_torn_logs() -> None:
    found = torn.Torn(CASES).run(Silent())
    assert not found.faults, "\n".join(found.faults)
    assert found.counts["torn"] == CASES


def test_a_disk_that_forgets_what_it_acknowledged_is_noticed(tmp_path: Path) -> None:
    moments, _ = snapshots.record(tmp_path, 1, 12)
    moment = next(moment for moment in moments if moment.unsynced > snapshots.HEADER and len(moment.before.sent) > 400)
    acknowledged = torn._cut(moment.before.wal, b"", snapshots.HEADER, random.Random(1))
    faults = list(_faults_of(moment, replace(moment.before, wal=acknowledged[: snapshots.HEADER]), tmp_path))
    assert any(fault.startswith("lost: ") for fault in faults), faults
    faults = list(_faults_of(moment, replace(moment.after, sent=moment.after.sent[200:]), tmp_path))
    assert any("sent log" in fault for fault in faults), faults


def _faults_of(moment: snapshots.Moment, copy: snapshots.Copy, tmp_path: Path) -> list[str]:
    folder = tmp_path / "forgot"
    copy.write(folder)
    return list(torn._wrong(moment, copy, folder))


@pytest.mark.skipif(bool(no_tracer), reason=no_tracer)
def test_both_logs_are_synced_before_the_first_byte() -> None:
    found = order.Ordered(("bluesky",)).run(Silent())
    assert not found.faults, found.faults
    assert found.counts["traced"] == 4


GOOD = """\
1 pwrite64(5</s/daypart.db-wal>, "...", 4120, 0) = 4120
1 fdatasync(5</s/daypart.db-wal>) = 0
2 connect(9<TCP:[1]>, {sa_family=AF_INET}, 16) = -1 EINPROGRESS
1 write(6</s/sent.log>, "{\\"handle\\":\\"3k\\",\\"what\\":\\"send\\"}\\n", 40) = 40
1 fdatasync(6</s/sent.log> <unfinished ...>
2 sendto(8<TCP:[2]>, "GET / HTTP/1.1", 14) = 14
1 <... fdatasync resumed>) = 0
2 sendto(9<TCP:[1]>, "POST /bluesky/xrpc/com.atproto.repo.putRecord HTTP/1.1", 99) = 99
"""


def test_a_trace_in_order_is_good_and_each_step_out_of_order_is_named() -> None:
    lines = GOOD.splitlines()

    def wrong(*numbers: int) -> list[str]:
        return list(order.wrong(order.parse("\n".join(lines[n] for n in numbers)), order.COMMITS["bluesky"]))

    assert wrong(0, 1, 2, 3, 4, 5, 6, 7) == []
    assert wrong(0, 1, 2, 3, 4, 7, 6) == ["order: request 1 leaves before its line in the sent log is synced"]
    assert wrong(0, 2, 3, 4, 6, 7) == ["order: request 1 leaves before its COMMIT is synced"]
    assert wrong(0, 1, 2, 7) == ["order: request 1 leaves after 0 lines in the sent log"]
    assert wrong(1, 2, 3, 4, 6, 7) == ["order: request 1 leaves without a COMMIT"]
    assert wrong(0, 1, 3, 4, 6, 7) == ["order: request 1 goes over a connection that was used before"]
    assert wrong(0, 1, 2, 3, 4, 6) == ["order: no request was seen in the trace"]


# ── layer F ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mutant", named.MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_breaks_is_still_there(mutant: named.Mutant) -> None:
    assert [wrong for edit in mutant.edits if (wrong := edit.place(ROOT))] == []
    assert {layer for layer, _ in mutant.layers} <= LAYERS.keys()
    for edit in mutant.edits:
        path = ROOT / edit.file
        ast.parse(path.read_text("utf-8").replace(edit.old, edit.new))


def test_every_mutant_that_was_promised_has_a_name() -> None:
    assert len({mutant.name for mutant in named.MUTANTS}) == len(named.MUTANTS) >= 16


def test_a_mutant_is_caught_and_the_program_itself_is_not() -> None:
    [mutant] = [mutant for mutant in named.MUTANTS if mutant.name == "no freeze guard"]
    caught = hunt(mutant)
    assert (caught.layer, "stood still since its intent" in caught.what) == ("simulator", True)
    with broken_copy(()) as root:
        told = run_in(root, "tests.proof.prove.hunt", "simulator", str(caught.cases), seconds=120)
    assert (told["caught"], told["program"]) == (False, str(root))


def test_what_the_unbroken_program_does_not_pass_either_is_no_catch(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def told(root: Path, module: str, layer: str, most: str, first: str, *, seconds: float) -> dict[str, object]:
        """Every third case is stuck, whichever program it is; from the seventh on the broken one doubles."""
        asked.append((layer, most, first))
        broken = root != ROOT
        for case in range(int(first), int(most)):
            if case % 3 == 2 or (broken and case > 6):
                return {"caught": True, "cases": case + 1 - int(first), "what": f"case {case}", "case": case, "program": str(root)}
        return {"caught": False, "cases": int(most) - int(first), "what": "", "program": str(root)}

    monkeypatch.setattr(mutants, "run_in", told)
    monkeypatch.setattr(mutants, "broken_copy", lambda edits: nullcontext(Path("broken")))
    [mutant] = [mutant for mutant in named.MUTANTS if mutant.name == "no settle time"]
    found = mutants.hunt(mutant)
    assert (found.what, found.cases) == ("case 7", 8)
    assert [(most, first) for _, most, first in asked] == [("1500", "0"), ("3", "2"), ("1500", "3"), ("6", "5"), ("1500", "6"), ("8", "7")]
    never = mutants.hunt(replace(mutant, layers=(("simulator", 6),)))
    assert (never.layer, never.cases) == ("", 6)


def test_machine_made_mutants_are_many_and_all_different(tmp_path: Path) -> None:
    text = "def f(a, b):\n    '''Words.'''\n    if a < b and not b:\n        return a + 1\n    return 'code' if a else 'Words for people'\n"
    (tmp_path / "file.py").write_text(text, "utf-8")
    made = [change.what for change in changes(tmp_path, "file.py")]
    for what in ("a < b → a <= b", "not b → b", "a + 1 → a - 1", "1 → 2", "return a + 1 → return None", "'code' → 'codex'"):
        assert what in made
    assert "a < b and (not b) → a < b or not b" in made
    assert not any("people'x" in what or "Words." in what for what in made)
    for target in trying.TARGETS:
        assert (ROOT / target.file).exists()
        assert all((ROOT / test).exists() for tests in target.tests for test in tests)


# ── the page ─────────────────────────────────────────────────────────────────


def test_the_page_says_what_was_tried_and_holds_only_when_everything_does() -> None:
    good = Section("Killed", ["500 kills"], counts=Counter(kills=500, chains=200, mutants=17, caught=17))
    said = page([good], 61.0)
    assert "500 SIGKILLs in 200 chains" in said
    assert "0 doubled, 0 lost, 0 unapproved" in said
    assert "17 of 17 with a name caught" in said
    assert said.endswith("The promise holds.")
    assert all_hold([good])
    for bad in (Section("Torn", faults=["lost: one"]), Section("Simulated", broken=Counter(doubled=1))):
        assert not all_hold([good, bad])
        assert "THE PROMISE IS BROKEN" in page([good, bad], 1.0)
    assert page([good, Section("Order", skipped="no strace")], 1.0).endswith("The promise holds. Not tried here: Order.")


def test_progress_is_told_in_plain_lines_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    bar = Bar(out)
    bar.begin("kills", 3)
    for done in (1, 2, 3, 3):
        bar.step(done, "7 chains")
    bar.end()
    assert out.getvalue() == "kills: 3 to try\nkills: 3 of 3, 0 s, 7 chains\n"


def test_one_history_again_with_its_log(capsys: pytest.CaptureFixture[str]) -> None:
    assert prove.main(["--seed", "1"]) == 0
    told = capsys.readouterr().out
    assert "calm" in told
    assert told.endswith("Nothing is wrong at its end.\n")
