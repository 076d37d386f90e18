"""Loads the program once and forks it for every command, so that a command of a test costs milliseconds and is still a process of its own.

Orders come as lines of JSON on standard input, answers leave on standard output: first the process id, later how it ended.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
import sys
import time
from importlib import import_module
from typing import Any

PRELOAD = (
    "adapters.hosts.serve", "adapters.http", "apscheduler.executors.asyncio", "apscheduler.triggers.date", "apscheduler.triggers.interval",
    "config.loading", "config.samples", "config.schema", "daypart.cli", "daypart.commands.accounts", "daypart.commands.files",
    "daypart.commands.gate", "daypart.commands.model", "daypart.commands.posts", "daypart.commands.service", "daypart.daemon",
    "httpcore", "openai", "scheduler.desk.desk", "scheduler.doctor", "scheduler.service.wiring", "uvicorn",
)  # fmt: skip


def main() -> None:
    """Fork on order until standard input ends."""
    for name in PRELOAD:
        import_module(name)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    orders = os.fdopen(os.dup(0), "r", encoding="utf-8")
    for line in orders:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            _become(order)
        answers.write(f"{json.dumps({'pid': pid})}\n")
        answers.flush()
        if order["wait"]:
            _, status = os.waitpid(pid, 0)
            answers.write(f"{json.dumps({'code': os.waitstatus_to_exitcode(status)})}\n")
            answers.flush()


def _become(order: dict[str, Any]) -> None:
    """The program, with the standard streams, folder and environment of the order. Never returns."""
    for number, name in enumerate(order["files"]):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(name, flags, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin, sys.stdout = os.fdopen(0, "r", encoding="utf-8", closefd=False), os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", closefd=False)
    faulthandler.enable(sys.stderr)  # a command that hangs is ended with SIGABRT, and says where it stood
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    _stage(order["stage"])
    code = 0
    try:
        sys.argv = ["daypart", *order["args"]]
        from daypart.__main__ import main as program

        program()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    os._exit(code)


def _stage(stage: dict[str, Any]) -> None:
    """What a test changes about the world the command runs in."""
    if stage.get("shift_file"):  # the wall clock is so many microseconds ahead of the machine's, read anew each time
        from scheduler.clock import SystemClock

        path = stage["shift_file"]
        SystemClock.wall = lambda _self: time.time_ns() // 1_000 + _number_in(path)  # type: ignore[method-assign]
    if stage.get("speed"):
        _hurry(float(stage["speed"]))
    if stage.get("patience") is not None:
        from scheduler.store import store

        store.BUSY_SECONDS = stage["patience"]
    if stage.get("largest_file") is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (stage["largest_file"],) * 2)
    if stage.get("broken"):
        from scheduler.desk.seeing import Seeing

        def stumble(_self: Seeing, *_: object) -> None:
            raise ZeroDivisionError("nobody thought of this")

        Seeing.overview = stumble  # type: ignore[method-assign, assignment]


def _hurry(speed: float) -> None:
    """So many of the program's seconds pass in a real one; a wall that is ahead stays so far ahead."""
    import asyncio

    from scheduler.clock import SystemClock

    wall, boot, start = SystemClock.wall, SystemClock.boot, time.time_ns() // 1_000

    async def sleep(_self: SystemClock, seconds: float) -> None:
        await asyncio.sleep(seconds / speed)

    SystemClock.speed = speed
    SystemClock.wall = lambda self: wall(self) + int((time.time_ns() // 1_000 - start) * (speed - 1))  # type: ignore[method-assign]
    SystemClock.boot = lambda self: int(boot(self) * speed)  # type: ignore[method-assign]
    SystemClock.sleep = sleep  # type: ignore[method-assign]


def _number_in(path: str) -> int:
    with open(path, encoding="utf-8") as file:
        return int(file.read())


if __name__ == "__main__":
    main()
