"""The publishing service of a workspace, wired: its state folder, its key, HTTP, the media host, the adapters."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path

from adapters.contract import Account, Adapter
from adapters.errors import MediaHostError
from adapters.hosts import host_for
from adapters.http import Answer, Http, NotReached, Reply
from adapters.registry import adapter_for
from config.secrets import Cipher, SecretsError, install_redactor, load_key
from config.workspace import Workspace
from scheduler.clock import Clock
from scheduler.errors import SettingsError
from scheduler.failpoints import fail
from scheduler.notices.dead_man import fetch_with
from scheduler.notices.followed import Followed
from scheduler.service.outside import Wiring
from scheduler.service.reach import Reach
from scheduler.store.store import ASSETS, prepare_folder
from scheduler.workspace import find_workspace, read_workspace, state_folder

DATE_SECONDS = 5.0


def wire(root: Path, clock: Clock) -> Wiring:
    """Everything the service needs, from the files at `root`.

    Raises NotFoundError without a workspace, FilesError, and SettingsError for its key or media host."""
    root = find_workspace(root)
    workspace, state = read_workspace(root), state_folder(root)
    prepare_folder(state)
    install_redactor()
    reach = Reach(clock)
    http = Http(clock.speed, fail, _told(reach))
    try:
        cipher, host = Cipher(load_key(state)), host_for(workspace.media, state, http)
    except (SecretsError, MediaHostError) as error:
        raise SettingsError(str(error), error.hint) from error

    def build(account: Account) -> Adapter:
        return adapter_for(account, http, host)

    async def server_time(server: str) -> int | None:
        reply = await http.request("GET", server, timeout=DATE_SECONDS)
        return reply.date if isinstance(reply, Answer) else None

    serve = _media_server(workspace, state)
    return Wiring(state, cipher, build, server_time, serve, http.aclose, Followed(root, workspace), fetch_with(http), reach)


def _told(reach: Reach) -> Callable[[str, Reply], None]:
    """An answer of any kind proves that somebody is there; one that was lost on the way proves nothing."""

    def hear(host: str, reply: Reply) -> None:
        if isinstance(reply, Answer):
            reach.hear(host, reached=True)
        elif isinstance(reply, NotReached):
            reach.hear(host, reached=False, no_way=reply.no_way)

    return hear


def _media_server(workspace: Workspace, state: Path) -> Callable[[], Coroutine[None, None, None]] | None:
    if workspace.media.host != "serve":
        return None

    def serve() -> Coroutine[None, None, None]:
        from adapters.hosts.serve import media_secret, run  # deferred: starlette and uvicorn cost 90 ms

        return run(state / ASSETS, media_secret(state), workspace.media.listen, on_event=fail)

    return serve
