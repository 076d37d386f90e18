"""What the service costs while nothing is due: `./run bench idle`. A laptop's battery is the judge.

The real service with 1,000 posts in the queue, none of them due today, beside the bare limit: a loop that does nothing but ask the
file's version four times a second, which is how changes of other processes are seen. Printed: CPU as a share of one core, wake-ups
(voluntary context switches of all threads), and how often the disk was told to sync (by strace, where that is installed, in a
second period, because it costs CPU itself).
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from adapters.contract import Account, Adapter
from scheduler.clock import SystemClock
from scheduler.service.outside import Wiring
from scheduler.service.service import run_service
from scheduler.store.store import Store
from tests.bench import _stage as stage

ACCOUNTS, QUEUED = 50, 1_000
SETTLE_SECONDS = 5.0
"""After its start; what starting costs is not the question here."""
AIM_CPU = 0.3
"""Per cent of a core."""


@dataclass(frozen=True, slots=True)
class Idle:
    """One process, left alone."""

    cpu: float
    """Per cent of a core."""
    wakeups: float
    """A minute."""
    syncs: float | None
    """A minute; None: not known."""
    memory_mb: float

    def line(self, name: str) -> str:
        syncs = "syncs not counted (no strace)" if self.syncs is None else f"{self.syncs:5.1f} syncs"
        return f"{name:<44} {self.cpu:6.3f} % of a core   {self.wakeups:6.0f} wake-ups   {syncs} a minute   {self.memory_mb:5.0f} MB"


async def serve(folder: Path) -> None:
    """The service itself, in a child."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    def build(_account: Account) -> Adapter:
        return stage.Nothing()

    async def no_clock(_server: str) -> int | None:
        return None

    await run_service(folder, stop=stop, wiring=Wiring(folder, stage.PlainCipher(), build, no_clock))


async def poll(folder: Path) -> None:
    """The limit, in a child: nothing but the version."""
    store = Store.open(folder, SystemClock())
    while True:
        await store.data_version()
        await asyncio.sleep(0.25)


def watch(what: str, folder: Path, seconds: float) -> Idle:
    """Start a child, let it settle, look at it for a while, then look at its syncs for as long."""
    with subprocess.Popen([sys.executable, "-m", "tests.bench.idle", what, str(folder)]) as child:
        time.sleep(SETTLE_SECONDS)
        cpu, switches = _cpu(child.pid), _switches(child.pid)
        time.sleep(seconds)
        cpu, switches = _cpu(child.pid) - cpu, _switches(child.pid) - switches
        found = Idle(cpu / seconds * 100, switches / seconds * 60, _syncs(child.pid, seconds), _memory_mb(child.pid))
        child.terminate()
    return found


def _cpu(pid: int) -> float:
    """Seconds, from the scheduler's own count of nanoseconds: ticks are too coarse for so little."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e9


def _switches(pid: int) -> int:
    lines = [line for task in Path(f"/proc/{pid}/task").iterdir() for line in (task / "status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


def _memory_mb(pid: int) -> float:
    return next(int(line.split()[1]) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")) / 1024


def _syncs(pid: int, seconds: float) -> float | None:
    if shutil.which("strace") is None:
        return None
    calls = "trace=fsync,fdatasync,sync_file_range,msync"
    with subprocess.Popen(["strace", "-f", "-q", "-e", calls, "-p", str(pid)], stderr=subprocess.PIPE, text=True) as tracer:
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            tracer.send_signal(signal.SIGINT)
        _, told = tracer.communicate()
    return sum("sync(" in line for line in told.splitlines()) / seconds * 60


def main(seconds: float) -> None:
    """Both, then what the service costs beyond the limit."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        asyncio.run(stage.make_store(folder, accounts=ACCOUNTS))
        stage.add_others(folder, QUEUED, accounts=ACCOUNTS)
        service = watch("serve", folder, seconds)
        print(service.line("daypart, nothing due"), flush=True)
        limit = watch("poll", folder, seconds)
        print(limit.line("asking the version four times a second"))
    verdict = "reached" if service.cpu <= AIM_CPU and not service.syncs else "NOT reached"
    print(f"daypart : bare poll {service.cpu / limit.cpu:5.2f} × CPU   {service.wakeups / limit.wakeups:5.2f} × wake-ups")
    print(f"aim: at most {AIM_CPU} % of a core and no sync: {verdict}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        stage.as_the_daemon()
        asyncio.run(serve(Path(sys.argv[2])))
    elif sys.argv[1:2] == ["poll"]:
        asyncio.run(poll(Path(sys.argv[2])))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
