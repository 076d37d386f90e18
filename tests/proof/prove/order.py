"""Layer C: the system calls of a real run. Between COMMIT and the first byte of a request, both logs are synced."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.proof.histories import EARLY, Setting
from tests.proof.lanes import PROCESSING, Lane
from tests.proof.prove.layer import Progress, Section, kinds_of
from tests.proof.prove.resting import in_order
from tests.proof.world import DUE
from tests.sandbox_process import ROOT, Sandbox

SPEED = 4.0
"""A tracer slows everything down, and ten seconds of our time between intent and request are too many."""
SECONDS = 120
CALLS = "pwrite64,pwritev,write,writev,fdatasync,fsync,sendto,sendmsg,connect,close"
COMMITS = {
    "bluesky": re.compile(r'"POST /bluesky/xrpc/com\.atproto\.repo\.(put|create)Record'),
    "mastodon": re.compile(r'"POST /mastodon/api/v1/statuses '),
    "instagram": re.compile(r'"POST /instagram/\S+/(media_publish|comments)'),
}
"""First bytes of a request that may make something public."""
_LINE = re.compile(r"^(?P<pid>\d+)\s+(?P<rest>.*)$")
_CALL = re.compile(r"^(?P<name>\w+)\((?P<file>\d+)(?:<(?P<path>[^>]*)>)?(?P<rest>.*)$")
_RESUMED = re.compile(r"^<\.\.\. (?P<name>\w+) resumed>")


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the system: when it began and when it was over, counted in lines of the trace."""

    name: str
    file: int
    path: str
    text: str
    began: int
    ended: int


def missing() -> str:
    """Why nothing can be traced here; empty: it can."""
    if shutil.which("strace") is None:
        return "there is no strace here"
    tried = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"strace may not trace here ({tried.stderr.strip()[:80]})"


def parse(trace: str) -> list[Call]:
    """The calls of a trace; what one thread begins while another one goes on is put together again."""
    calls: list[Call] = []
    waiting: dict[str, tuple[re.Match[str], int]] = {}
    for number, line in enumerate(trace.splitlines()):
        whole = _LINE.match(line)
        if whole is None:
            continue
        pid, rest = whole["pid"], whole["rest"]
        if (call := _CALL.match(rest)) is not None:
            if rest.endswith("<unfinished ...>"):
                waiting[pid] = (call, number)
            else:
                calls.append(_call(call, number, number))
        elif _RESUMED.match(rest) and pid in waiting:
            begun, since = waiting.pop(pid)
            calls.append(_call(begun, since, number))
    return sorted(calls, key=lambda call: call.began)


def _call(match: re.Match[str], began: int, ended: int) -> Call:
    return Call(match["name"], int(match["file"]), match["path"] or "", match["rest"], began, ended)


def wrong(calls: Sequence[Call], commit: re.Pattern[str]) -> Iterator[str]:
    """Everything out of order."""
    sends = [call for call in calls if call.name in ("sendto", "sendmsg", "write", "writev") and commit.search(call.text)]
    lines = 0
    for nth, send in enumerate(sends, 1):
        before = [call for call in calls if call.began < send.began]
        noted = [call for call in before if call.path.endswith("sent.log") and call.name in ("write", "pwrite64") and "send" in call.text]
        lines = sum(call.text.count('\\"what\\":\\"send\\"') for call in noted)
        if lines < nth:
            yield f"order: request {nth} leaves after {lines} lines in the sent log"
            continue
        note = noted[-1]
        if not _synced(before, "sent.log", note.ended, send.began):
            yield f"order: request {nth} leaves before its line in the sent log is synced"
        written = [call for call in before if call.path.endswith("-wal") and call.name.startswith("pwrite") and call.began < note.began]
        if not written:
            yield f"order: request {nth} leaves without a COMMIT"
        elif not _synced(before, "-wal", written[-1].ended, note.began):
            yield f"order: request {nth} leaves before its COMMIT is synced"
        yield from _fresh(before, send, nth)
    if not sends:
        yield "order: no request was seen in the trace"


def _synced(calls: Sequence[Call], file: str, since: int, until: int) -> bool:
    return any(
        call.name in ("fdatasync", "fsync") and call.path.endswith(file) and since < call.began and call.ended < until for call in calls
    )


def _fresh(before: Sequence[Call], send: Call, nth: int) -> Iterator[str]:
    """Nothing else went over this connection."""
    mine = [call for call in before if call.file == send.file and call.name in ("connect", "sendto", "sendmsg", "close")]
    opened = max((call.began for call in mine if call.name == "connect"), default=-1)
    if opened < 0 or any(call.began > opened and call.name.startswith("send") for call in mine):
        yield f"order: request {nth} goes over a connection that was used before"


# ── the layer ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Ordered:
    """The layer."""

    prefixes: tuple[str, ...] = tuple(COMMITS)

    def run(self, progress: Progress) -> Section:
        """One traced run of the service a platform."""
        begun, section = time.monotonic(), Section("Order of syncs and requests (layer C)")
        section.skipped = missing()
        if section.skipped:
            return section
        progress.begin("order", len(self.prefixes))
        with tempfile.TemporaryDirectory(prefix="daypart-order-") as folder, Sandbox() as sandbox:
            for n, prefix in enumerate(self.prefixes, 1):
                calls = traced(Lane(Path(folder), sandbox), prefix)
                section.faults += [f"{fault} [{prefix}]" for fault in wrong(calls, COMMITS[prefix])]
                section.counts["traced"] += sum(bool(COMMITS[prefix].search(call.text)) for call in calls)
                progress.step(n)
        section.lines.append(
            f"{section.counts['traced']} requests of {len(self.prefixes)} platforms traced by their system calls: COMMIT, fdatasync of the"
            " store's log, line in the sent log, its fdatasync, a fresh connection, first byte"
        )
        section.broken = kinds_of(section.faults)
        section.seconds = time.monotonic() - begun
        return section


def traced(lane: Lane, prefix: str) -> list[Call]:
    """All calls of one run of the service, from its start to the last receipt."""
    lane.sandbox.reset()
    for platform in PROCESSING:
        lane.sandbox.settings(platform, image_seconds=0, video_seconds=0)
    world = Setting(prefix, "plain").world(lane)
    world.set_pace(DUE - EARLY, SPEED)
    trace = world.root / "trace"
    tracer = ["strace", "-f", "-qq", "-y", "-s", "2000", "-e", f"trace={CALLS}", "-o", str(trace)]
    service = [sys.executable, "-m", "tests.proof.prove.traced", str(world.root), json.dumps(asdict(world.pace))]
    done = subprocess.run([*tracer, *service], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode != 0 or not in_order(world.root):
        raise AssertionError(f"the traced service ended with {done.returncode}: {done.stderr[-2_000:]}")
    return parse(trace.read_text("utf-8", "replace"))
