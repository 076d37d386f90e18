"""`python -m sandbox`: start the stand-ins on loopback and say where they are."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import socket
import sys
from pathlib import Path
from types import FrameType

import uvicorn

from sandbox.clock import Clock
from sandbox.exchange import CuttableProtocol
from sandbox.ledger import Ledger
from sandbox.platform import World
from sandbox.registry import platforms
from sandbox.server import Sandbox

BACKLOG = 4096


class _Server(uvicorn.Server):
    """uvicorn that says where it is, and that stops at once: the ledger is on the disk before every answer."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then print the one line that others wait for."""
        await super().startup(sockets)
        print(json.dumps({"url": self._url}), flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """No farewells."""
        os._exit(0)


def main(argv: list[str] | None = None) -> int:
    """Run until stopped."""
    options = _options(argv)
    _allow_many_connections()
    listener = socket.create_server(("127.0.0.1", options.port), backlog=BACKLOG)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    world = World(Clock(), Ledger(options.ledger), options.seed, url)
    app = Sandbox(world, platforms(world))
    config = uvicorn.Config(
        app, http=CuttableProtocol, ws="none", lifespan="off", log_config=None, access_log=False, loop="asyncio",
        backlog=BACKLOG, timeout_keep_alive=30, server_header=False, date_header=False, proxy_headers=False,
    )  # fmt: skip
    if not options.quiet:
        print(f"sandbox: stand-ins on {url}, stop with Ctrl-C", file=sys.stderr, flush=True)
    asyncio.run(_Server(config, url).serve(sockets=[listener]))
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Stand-in platforms on loopback. Nothing leaves this computer.")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--ledger", type=Path, help="file that keeps what was published over restarts")
    parser.add_argument("--seed", type=int, default=0, help="ids of accounts follow from it")
    parser.add_argument("--quiet", action="store_true", help="print nothing but the address")
    return parser.parse_args(argv)


def _allow_many_connections() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    sys.exit(main())
