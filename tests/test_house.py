"""The house itself: what is imported when, what the lock files hold, and that no file outgrows a reader."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("config", "adapters", "drafting", "scheduler", "tui", "daypart", "sandbox")
HEAVY = (
    "sqlmodel", "sqlalchemy", "pydantic", "textual", "openai", "httpx", "apscheduler", "PIL", "numpy", "alembic", "starlette", "aiohttp",
)  # fmt: skip


def modules_after(code: str) -> set[str]:
    """What a fresh Python has imported after running this."""
    program = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return {line.partition(".")[0] for line in done.stdout.splitlines()}


def test_help_imports_nothing_heavy() -> None:
    """`--help` must stay under 80 ms of CPU; each of these costs more than that alone or brings one that does."""
    loaded = modules_after("from daypart.cli import run\nassert run(['--help']) == 0")
    assert loaded.isdisjoint(HEAVY)


def test_validate_loads_neither_store_nor_network(tmp_path: Path) -> None:
    """It only reads files; each of these costs from 30 to 600 ms before the first file is read."""
    (tmp_path / "daypart.yaml").write_text(
        "version: 1\ntimezone: UTC\naccounts:\n  me: { platform: bluesky, handle: me.example }\n"
        "  ms: { platform: mastodon, handle: me, server: https://ms.example }\n  ig: { platform: instagram, handle: me }\n"
    )
    posts = tmp_path / "campaigns" / "spring" / "posts"
    posts.mkdir(parents=True)
    (posts.parent / "campaign.yaml").write_text("version: 1\nid: spring\ntitle: Spring\nlanguages: [en]\naccounts: [me, ms, ig]\n")
    (posts / "hello.md").write_text("Hello from the garden\n")
    loaded = modules_after(f"from daypart.cli import run\nassert run(['validate', '--workspace', {str(tmp_path)!r}]) == 65")
    assert {"yaml", "pydantic"} <= loaded
    assert loaded.isdisjoint({"sqlmodel", "sqlalchemy", "httpx", "openai", "textual", "apscheduler", "PIL", "numpy"})


def test_the_command_line_never_loads_the_screens() -> None:
    loaded = modules_after("import daypart.commands.posts, daypart.commands.gate, daypart.commands.files, daypart.commands.service")
    assert loaded.isdisjoint({"textual", "openai", "tui"})


def test_the_desk_loads_nothing_that_most_visits_never_use() -> None:
    """All places together; what is named here costs from 2 to 40 MB for as long as somebody works."""
    places = "import tui.app\nfor place in tui.app.LATER: tui.app._load(place)"
    loaded = modules_after(f"import scheduler.desk.first_run\n{places}")
    assert {"sqlalchemy", "textual"} <= loaded
    assert loaded.isdisjoint({"httpx", "pygments", "openai", "fasttext", "PIL", "openpyxl", "alembic", "apprise", "numpy"})


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_are_hashed_and_name_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    pins = re.findall(r"^[a-z0-9._-]+(?:\[[a-z,]+\])?==", text, re.M)
    assert len(pins) == len(re.findall(r"^\S.*\\\n    --hash=sha256:", text, re.M))
    assert len(pins) > 40


def test_dev_lock_pins_what_the_app_lock_pins() -> None:
    pins = {
        name: set(re.findall(r"^([a-z0-9._-]+==[^ \\;]+)", (ROOT / name).read_text(encoding="utf-8"), re.M))
        for name in ("requirements.lock", "requirements-dev.lock")
    }
    assert pins["requirements.lock"] <= pins["requirements-dev.lock"]


def sources() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_every_file_opens_with_its_purpose_and_stays_readable() -> None:
    for path in sources():
        text = path.read_text(encoding="utf-8")
        assert text.startswith(('"""', "'''")), f"{path.relative_to(ROOT)} does not say what it is for"
        assert text.count("\n") <= 500, f"{path.relative_to(ROOT)} has two reasons to change"


def test_only_one_module_knows_the_http_client() -> None:
    """`httpx` stays replaceable: nothing outside adapters/http.py (and the sandbox, which plays the other side) imports it."""
    users = {
        str(p.relative_to(ROOT)) for p in sources() if re.search(r"^\s*(import httpx\b|from httpx\b)", p.read_text(encoding="utf-8"), re.M)
    }
    assert {user for user in users if not user.startswith("sandbox/")} == {"adapters/http.py"}


def test_the_heart_never_asks_the_machine_for_time_or_chance() -> None:
    """Only clock.py reads clocks; a simulated clock would otherwise be lied to."""
    pattern = re.compile(r"^\s*(import (time|random)\b|from (time|random) import)|datetime\.now\(|time\.time\(|monotonic\(", re.M)
    core = [ROOT / "scheduler" / "lifecycle.py", *(ROOT / "scheduler" / "engine").rglob("*.py")]
    assert core
    for path in core:
        assert not pattern.search(path.read_text(encoding="utf-8")), path.relative_to(ROOT)


def test_every_command_in_the_table_exists() -> None:
    import click

    from daypart.cli import COMMANDS, Commands

    group = Commands(name="daypart")
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        assert command is not None
        assert (command.help or "").strip(), f"{name} has no help"


def test_unknown_command_names_the_nearest() -> None:
    done = subprocess.run([sys.executable, "-m", "daypart", "outbx"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 64
    assert "did you mean 'outbox'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_commands_named_in_the_readme_exist() -> None:
    from daypart.cli import COMMANDS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:run app|`daypart) ([a-z]+)", readme))
    assert named
    assert named <= set(COMMANDS)


def test_the_table_of_transitions_in_the_docs_is_the_programs_own() -> None:
    from scheduler.lifecycle import TRANSITIONS

    text = (ROOT / "docs" / "promise.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if re.match(r"\| \d+ \|", line)]
    told = {
        (int(n), source, target) for n, sources_, targets, *_ in rows for source in sources_.split(", ") for target in targets.split(", ")
    }
    assert told == {(t.number, str(source), str(t.target)) for t in TRANSITIONS for source in t.sources}


def test_every_proof_the_promise_names_is_there() -> None:
    page = (ROOT / "docs" / "promise.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+\.(?:py|tsv|json)|tests/[\w/]+)`", page))
    assert len(named) > 20
    assert not [name for name in named if not (ROOT / name).exists() and not (ROOT / "tests" / "proof" / name).exists()]


def test_no_circle_between_files() -> None:
    """Import-linter keeps the floors; inside a room, two files that need each other are one file or three."""
    import grimp

    graph = grimp.build_graph(*ROOMS, include_external_packages=False, exclude_type_checking_imports=False, cache_dir=None)
    edges = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert (circle := _circle(edges)) is None, " → ".join(circle)


def _circle(edges: dict[str, set[str]]) -> list[str] | None:
    """Some circle of imports, or None."""
    done: set[str] = set()
    for start in sorted(edges):
        path: list[str] = []
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                done.add(path.pop())
            elif name in path:
                return [*path[path.index(name) :], name]
            elif name not in done:
                path.append(name)
                stack.append((name, True))
                stack.extend((target, False) for target in sorted(edges.get(name, ())))
    return None


def test_set_up_can_do_without_uv() -> None:
    """`run` takes uv out of the lock where pip alone installs: it has no wheel for some machines."""
    import importlib.machinery
    import importlib.util

    loader = importlib.machinery.SourceFileLoader("run_script", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader("run_script", loader)
    assert spec is not None
    run = importlib.util.module_from_spec(spec)
    loader.exec_module(run)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    uv, rest = run.split_uv(lock)
    assert uv.startswith("uv==")
    assert "--hash=sha256:" in uv
    assert "\nuv==" not in rest
    assert len(uv) + len(rest) == len(lock)
