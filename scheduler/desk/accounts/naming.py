"""Accounts as daypart.yaml names them: one more, one corrected, one taken out. The comments of the file stay."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Container
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, select, update

from adapters.handles import handle_trouble
from config.beginnings import PREFIX, account_line, add_account, name_server, remove_account, slug_of
from config.fields import server_address, server_trouble
from config.splice import SpliceError, set_text
from config.workspace import Account, usual_server
from scheduler.clean import clean_line
from scheduler.desk.accounts.connecting import Connecting
from scheduler.desk.views import Done
from scheduler.errors import NotFoundError, UsageError
from scheduler.store.statements import ACCOUNT, DELIVERY
from scheduler.workspace import WORKSPACE_FILE

WRITTEN = (".yaml", ".yml", ".md")
"""Files of campaigns and posts, which may name an account."""


class Naming(Connecting):
    """What a person changes under `accounts:`."""

    async def add_account(self, platform: str, handle: str, client: str | None = None, server: str = "", new_client: str = "") -> Done:
        """One account more, which waits to be connected; `server`: its own, where it is not the usual one. `new_client`: the name of
        a client who is not there yet, in place of `client`.

        `details["account"]` is its name. Raises UsageError, NotFoundError."""
        handle, workspace = clean_line(handle), self.workspace
        if platform not in PREFIX:
            raise UsageError(f"there is no adapter for {clean_line(platform)}", f"platforms: {', '.join(PREFIX)}")
        if client is not None and client not in workspace.clients:
            raise NotFoundError(f"there is no client '{clean_line(client)}'", f"clients: {', '.join(workspace.clients) or 'none yet'}")
        if new_client:
            client, new_client = self._new_client(client, clean_line(new_client).strip())
        server = server_named(platform, handle, server)
        self._refuse_handle(platform, handle, server)
        name = _free_name(f"{PREFIX[platform]}-{slug_of(handle.lstrip('@').split('@')[0].split('.')[0])}", workspace.accounts)
        try:
            add_account(self._file, name, platform, handle, client, server, new_client)
        except SpliceError as error:
            line = account_line(name, platform, handle, server)
            raise _left_alone(error, f"add it yourself, under accounts: {line}") from error
        return Done(f"the account {name} stands in daypart.yaml now; connect it next", details={"account": name})

    def _new_client(self, client: str | None, name: str) -> tuple[str, str]:
        """A short name that nobody has, and the name itself. Raises UsageError."""
        if client is not None:
            raise UsageError("an account belongs to one client: a new one, or one who is there", "leave one of the two out")
        if name.casefold() in {one.name.casefold() for one in self.workspace.clients.values()}:
            raise UsageError(f"there is a client {name} already", "choose another name")
        return _free_name(slug_of(name), self.workspace.clients), name

    async def correct_account(self, account: str, handle: str, server: str | None = None) -> Done:
        """Another handle or server for an account that nobody is signed in to; its posts stay with it.

        `server`: None leaves it, an empty text is the usual one. Raises UsageError."""
        known, handle = await self._account(account), clean_line(handle)
        written = self.workspace.accounts[account]
        if known.connected and known.state != "reauth":
            words = f"{account} is signed in as {clean_line(written.handle)}"
            raise UsageError(words, f"sign it out first: daypart account disconnect {account}")
        moved = "" if server is None else _moved(written, handle, server)
        if handle == written.handle and not moved:
            raise UsageError(f"{account} is {handle} already", "write it as it is right")
        self._refuse_handle(written.platform, handle, moved, written)
        try:
            if moved:
                name_server(self._file, account, moved)
            if handle != written.handle:
                set_text(self._file, ("accounts", account, "handle"), handle)
        except SpliceError as error:
            line = f"handle: {handle} server: {moved}" if moved else handle
            raise _left_alone(error, f"write it yourself, as the handle of {account}: {line}") from error
        if handle == written.handle:
            return Done(f"the account {account} is on {moved} now; connect it next")
        return Done(f"the account {account} is {handle} now, not {clean_line(written.handle)}; connect it next")

    async def move_account(self, account: str, server: str) -> None:
        """The server of an account before it is connected; nothing happens where it is that one already. Raises UsageError."""
        await self._account(account)
        written = self.workspace.accounts[account]
        if _moved(written, written.handle, server):
            await self.correct_account(account, written.handle, server)

    async def remove_account(self, account: str) -> Done:
        """Take an account out that no post belongs to. Raises UsageError where one does."""
        known = await self._account(account)
        if known.connected and known.state != "reauth":
            raise UsageError(f"{account} is signed in", f"sign it out first: daypart account disconnect {account}")
        if len(self.workspace.accounts) == 1:
            raise UsageError(f"{account} is the only account here", f"correct its handle instead: daypart account correct {account} HANDLE")
        if posts := await self.store.read(lambda conn: _posts_of(conn, account)):
            words = f"{posts} post{' belongs' if posts == 1 else 's belong'} to {account}, so its name stays"
            raise UsageError(words, "signed out it sends nothing; another handle: daypart account correct")
        if file := await asyncio.to_thread(_names_it, Path(self.root) / "campaigns", account):
            raise UsageError(f"{file.relative_to(self.root)} names {account}", "take it out there first")
        try:
            remove_account(self._file, account)
        except SpliceError as error:
            raise _left_alone(error, f"take {account} out yourself, under accounts and under clients") from error
        await self.change(lambda conn: _forget(conn, account))
        return Done(f"the account {account} is taken out of daypart.yaml")

    @property
    def _file(self) -> Path:
        return Path(self.root) / WORKSPACE_FILE

    def _refuse_handle(self, platform: str, handle: str, named: str, written: Account | None = None) -> None:
        """A handle that cannot be one makes all of daypart.yaml unreadable; one that is there already would be posted to twice.

        `named`: the server one has just named; it may be another than the handle's, as where an instance has its own address."""
        base = named or ((written.server or written.api or "") if written is not None else "")
        server, said = urlsplit(base).netloc, handle.strip("@").partition("@")[2]
        if server and said and said != server and not named:
            raise UsageError(f"daypart.yaml names the server {server} for it, not {said}", "name its server, too")
        whole = f"{handle}@{server}" if platform == "mastodon" and server and not said else handle
        if trouble := handle_trouble(platform, whole):
            raise UsageError(trouble, "as it stands on the account's own page")
        base = base or usual_server(platform, handle)
        others = {name: one for name, one in self.workspace.accounts.items() if one is not written and one.platform == platform}
        taken = next((name for name, one in others.items() if one.handle.lstrip("@") == handle.lstrip("@") and one.base == base), None)
        if taken is not None:
            raise UsageError(f"{handle} is there already, as '{taken}'", f"daypart account connect {taken}")


def server_named(platform: str, handle: str, said: str) -> str:
    """The server a person named, as daypart.yaml writes it; empty: the usual one. Raises UsageError."""
    said = clean_line(said).strip()
    if said and platform not in ("bluesky", "mastodon"):
        raise UsageError(f"an account on {clean_line(platform)} has no server of its own", "leave the server out")
    message, hint = server_trouble(said) if said else ("", "")
    if message:
        raise UsageError(message, hint)
    address = server_address(said)
    return "" if address == usual_server(platform, handle) else address


def _moved(written: Account, handle: str, said: str) -> str:
    """The server to write where another one is meant than what daypart.yaml says with this handle; empty: it stays."""
    usual = usual_server(written.platform, handle)
    wanted = server_named(written.platform, handle, said) or usual
    return "" if wanted == (written.server or written.api or usual) else wanted


def _left_alone(error: SpliceError, hint: str) -> UsageError:
    return UsageError(f"daypart.yaml is written in a way that is left alone: {error}", hint)


def _posts_of(conn: Connection, account: str) -> int:
    theirs = DELIVERY.join(ACCOUNT, ACCOUNT.c.id == DELIVERY.c.account_id)
    return conn.execute(select(func.count()).select_from(theirs).where(ACCOUNT.c.name == account)).scalar_one()


def _forget(conn: Connection, account: str) -> None:
    """Whoever it was may be connected under another name."""
    nobody = {"remote_account_id": None, "token_enc": None, "token_prev_enc": None, "token_exp": None}
    conn.execute(update(ACCOUNT).where(ACCOUNT.c.name == account).values(**nobody))


def _names_it(folder: Path, account: str) -> Path | None:
    """The first file of a campaign that has this name in it."""
    word = re.compile(rf"(?<![\w.-]){re.escape(account)}(?![\w-])")
    files = (file for file in sorted(folder.rglob("*")) if file.suffix in WRITTEN and file.is_file())
    return next((file for file in files if word.search(file.read_text("utf-8", "replace"))), None)


def _free_name(name: str, known: Container[str]) -> str:
    return next(found for found in (name, *(f"{name}-{number}" for number in range(2, 1_000))) if found not in known)
