"""What `doctor` sees of this computer: the installation, the disk, the clock, time zones, who starts the service."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from config.workspace import Workspace
from scheduler.clock import MINUTE, SECOND, SystemClock
from scheduler.health.finding import Finding
from scheduler.store import sqlite

ROOMS = ("config", "adapters", "drafting", "scheduler", "tui", "daypart", "sandbox")
OLDEST_SQLITE = (3, 35, 0)
"""RETURNING and the JSON functions we use."""
WAL_MENDED = (3, 51, 3)
"""Older ones can lose a commit when two processes write and checkpoint at the same instant."""
LEAST_FREE_BYTES = 500 << 20
ASK_SECONDS = 3.0
ASKED_SERVERS = 3
OLD_ZONES_YEARS = 2


def examine_installation() -> Iterator[Finding]:
    """Python, SQLite, and whether our packages are ours."""
    yield Finding(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}", "install Python 3.11 or newer")
    found = tuple(int(part) for part in sqlite.VERSION.split("."))
    yield Finding(found >= OLDEST_SQLITE, f"SQLite {sqlite.VERSION}", "use a Python with a newer SQLite")
    if OLDEST_SQLITE <= found < WAL_MENDED:
        words = "this SQLite has a rare fault in its log; it cannot happen here, because every write and checkpoint is made under a lock"
        yield Finding(True, words)
    strangers = [room for room in ROOMS if not _is_ours(room)]
    words = "all packages are daypart's own" if not strangers else f"another distribution provides {', '.join(strangers)}"
    yield Finding(not strangers, words, "install daypart in isolation: `uv tool install`, pipx, or a virtual environment of its own")
    yield _zones()


def _is_ours(room: str) -> bool:
    """A package of this name was loaded from where our own program was."""
    spec, program = find_spec(room), find_spec("daypart")
    if spec is None or spec.origin is None or program is None or program.origin is None:
        return False
    return Path(spec.origin).parent.parent == Path(program.origin).parent.parent


def _zones() -> Finding:
    """Which edition of the time zones is used: laws change, and planned times follow the newest that is here."""
    try:
        edition = version("tzdata")
    except PackageNotFoundError:
        return Finding(True, "time zones are the system's own")
    year = int(edition.split(".")[0]) if edition.split(".")[0].isdigit() else 0
    old = year < time.gmtime().tm_year - OLD_ZONES_YEARS
    words = f"time zones of edition {edition}" + (", which is old: a country may have changed its clocks since" if old else "")
    return Finding(not old, words, "update daypart, or the package tzdata beside it")


def examine_disk(state: Path) -> Finding:
    """Room for the store, its log and backups."""
    place = next(folder for folder in (state, *state.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    words = f"{free / 1e9:.1f} GB free on the disk of the state folder"
    return Finding(free >= LEAST_FREE_BYTES, words, "free some space: a full disk stops publishing (nothing is lost or sent twice)")


def examine_clock(workspace: Workspace) -> Finding:
    """Against a server's own clock, where one answers soon."""
    servers = list(dict.fromkeys(account.base for account in workspace.accounts.values() if account.supported))[:ASKED_SERVERS]
    with ThreadPoolExecutor(1) as thread:  # a loop of its own, whoever asks
        told = thread.submit(lambda: asyncio.run(_ask_all(servers))).result() if servers else None
    if told is None:
        return Finding(True, "no server could be asked for the time: this computer's clock is believed")
    apart = abs(SystemClock().wall() - told)
    words = f"this computer's clock agrees with a server's within {max(apart // SECOND, 1)} s"
    if apart <= MINUTE:
        return Finding(True, words)
    return Finding(False, f"this computer's clock is {apart // SECOND} s off, says a server", "set the clock; switch on network time")


async def _ask_all(servers: list[str]) -> int | None:
    """The first answer of any."""
    from adapters.http import Answer, Http  # deferred: only here

    http = Http()

    async def ask(server: str) -> int | None:
        reply = await http.request("GET", server, timeout=ASK_SECONDS)
        return reply.date if isinstance(reply, Answer) else None

    try:
        for answer in asyncio.as_completed([asyncio.create_task(ask(server)) for server in servers], timeout=2 * ASK_SECONDS):
            told = await answer
            if told is not None:
                return told
    except TimeoutError:
        return None
    finally:
        await http.aclose()
    return None


def examine_start(running: bool, holder: sqlite.Holder | None) -> Finding | None:
    """Who starts the service again after this computer did."""
    if not sys.platform.startswith("linux") or not Path("/run/systemd/system").exists():
        return None
    if running and holder is not None and _under_systemd(holder.pid):
        return Finding(True, "systemd runs the service and starts it again")
    hint = "a unit with Type=notify, WatchdogSec=60, Restart=always and ExecStart=daypart daemon starts it with the computer"
    return Finding(True, f"systemd does not start the service: after a restart of this computer somebody must ({hint})")


def _under_systemd(process: int) -> bool:
    try:
        return ".service" in Path(f"/proc/{process}/cgroup").read_text("utf-8").rpartition("/")[2] or process == os.getpid()
    except OSError:
        return False


def examine_media(workspace: Workspace) -> Finding | None:
    """Platforms that fetch pictures need an address to fetch them from."""
    fetching = sorted(name for name, account in workspace.accounts.items() if account.platform == "instagram")
    if not fetching:
        return None
    host = workspace.media.host
    words = f"pictures for {', '.join(fetching[:3])} get a public address ({host})" if host != "none" else (
        f"{', '.join(fetching[:3])} can publish no pictures: Instagram fetches them, and there is no media host"
    )  # fmt: skip
    return Finding(host != "none", words, "set `media:` in daypart.yaml (serve, s3 or command), then `daypart media check`")
