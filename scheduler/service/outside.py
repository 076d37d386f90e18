"""What the publishing service needs from outside the heart; `wiring` fills it for a workspace, tests fill it with their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

from adapters.contract import Account, Adapter
from config.workspace import Workspace
from scheduler.accounts.vault import Cipher
from scheduler.service.reach import Reach


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the service needs from the outside: where its state is, and how platforms are reached."""

    state: Path
    cipher: Cipher
    build: Callable[[Account], Adapter]
    server_time: Callable[[str], Awaitable[int | None]]
    """The clock of the server at an address, or None."""
    serve_media: Callable[[], Coroutine[None, None, None]] | None = None
    """Serves media files until it is cancelled."""
    close: Callable[[], Awaitable[None]] | None = None
    workspace: Callable[[], Workspace] | None = None
    """daypart.yaml as it is now: who is told. None: nobody."""
    fetch: Callable[[str], Awaitable[str | None]] | None = None
    """Fetches an address as a sign of life; answers with what went wrong."""
    reach: Reach | None = None
    """Hears how every call ends."""
