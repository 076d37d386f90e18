"""`daypart serve`: the desk in a browser on this computer, for people who do not like terminals."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daypart.call import Call, common
from daypart.output import print_json, progress
from daypart.session import workspace_of
from scheduler.errors import BusyError, NotFoundError, SettingsError, UsageError

if TYPE_CHECKING:
    import asyncio

    from daypart.browser.server import BrowserServer

PORT = 8422
LOOPBACK = ("127.0.0.1", "localhost")


@click.command(short_help="The desk in a browser on this computer.")
@click.option("--port", type=click.IntRange(0, 65_535), help=f"Default: {PORT}, or a free one where that is taken. 0: any free one.")
@click.option("--host", default=LOOPBACK[0], hidden=True)
@click.option("--desks", type=click.IntRange(1, 50), default=4, show_default=True, help="At most so many tabs with a desk at once.")
@click.option("--open", "opens", is_flag=True, help="Open the browser here, too.")
@common
@click.pass_obj
def serve(call: Call, port: int | None, host: str, desks: int, opens: bool) -> None:
    """The desk in a browser on this computer, until Ctrl+C.

    Prints an address that works once; the browser that opened it is let in until this ends. Every tab is a desk of its own.
    Nobody else reaches it: it listens on this computer only. From another computer: ssh -L 8422:127.0.0.1:8422 YOU@THIS-COMPUTER, then
    open the printed address there."""
    if host not in LOOPBACK:
        tunnel = f"ssh -L {port or PORT}:127.0.0.1:{port or PORT} YOU@THIS-COMPUTER"
        raise UsageError(
            f"daypart serve listens on this computer only, not on '{host}'", f"from another computer: {tunnel}, and open the address there"
        )
    root = workspace_of(call)
    if not root.is_dir():
        raise NotFoundError(f"there is no folder '{root}'", "--workspace names the folder of daypart.yaml")
    _serve(call, root, _listen(port), desks, opens)


def _serve(call: Call, root: Path, listening: socket.socket, desks: int, opens: bool) -> None:
    import asyncio

    try:
        from daypart.browser.server import BrowserServer
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("aiohttp", "textual_serve"):
            raise
        raise SettingsError(
            "the desk in a browser needs a part that is not installed",
            "uv tool install '.[serve]', or pipx install '.[serve]', in the folder of daypart; or open the desk in this terminal: daypart",
        ) from missing

    async def until_told() -> None:
        command = [sys.executable, "-P", "-X", "utf8", "-m", "daypart.visit", str(root)]
        server = BrowserServer(command, title=f"{root.name} · daypart", most=desks)
        end = _end_of(asyncio.get_running_loop())
        await server.start(listening)
        _say_address(call, server, listening, opens)
        try:
            await end.wait()
        finally:
            await server.stop()

    asyncio.run(until_told())
    progress("the desk in the browser has ended")


def _listen(port: int | None) -> socket.socket:
    """On this computer only. Raises BusyError where the wanted port is taken."""
    for wanted in (PORT, 0) if port is None else (port,):
        try:
            return socket.create_server((LOOPBACK[0], wanted))
        except OSError:
            continue
    raise BusyError(f"port {port} is taken by another program, or not for you", "`daypart serve` without --port finds a free one")


def _end_of(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    """Set by SIGTERM, Ctrl+C, and the end of the terminal."""
    import asyncio
    import signal

    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, end.set)
    return end


def _say_address(call: Call, server: BrowserServer, listening: socket.socket, opens: bool) -> None:
    """The address with its token is said here and nowhere else; it works once."""
    place = f"http://{LOOPBACK[0]}:{listening.getsockname()[1]}/"
    address = f"{place}?token={server.door.new_token()}"
    if call.as_json:
        print_json({"address": address, "desks": server.most})
    else:
        click.echo(address)
        progress("open it in your browser: it works once, and that browser is let in until this ends with Ctrl+C")
    sys.stdout.flush()
    if opens:
        click.launch(address)
    if not call.as_json and sys.stdin.isatty():
        progress("for another browser: press Enter here for a new address")
        _renew_on_enter(server, place)


def _renew_on_enter(server: BrowserServer, place: str) -> None:
    import asyncio

    loop = asyncio.get_running_loop()

    def renew() -> None:
        if sys.stdin.readline():
            click.echo(f"{place}?token={server.door.new_token()}")
            progress("this one works now, once; one from before that nobody opened no longer does")
        else:
            loop.remove_reader(sys.stdin)

    loop.add_reader(sys.stdin, renew)
