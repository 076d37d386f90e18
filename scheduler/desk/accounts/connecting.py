"""Accounts: signing in, testing, forgetting. Secrets go from the person to the adapter to the vault, and nowhere else."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from adapters.contract import Account, Adapter, MediaItem
from adapters.contract import Connection as Connected
from adapters.errors import ConnectError, MediaHostError
from adapters.hosts import host_for
from adapters.limits import platform_name
from adapters.registry import adapter_for
from config.secrets import Cipher, SecretsError, load_key, redactor
from config.servers import is_loopback
from scheduler.accounts.named import StoredAccount, names_by_id
from scheduler.accounts.rows import read_accounts, sync_accounts
from scheduler.accounts.tokens import Keys, Renewal, Tokens
from scheduler.accounts.vault import Vault
from scheduler.clean import clean_line
from scheduler.clock import DAY
from scheduler.desk.network import network
from scheduler.desk.post.exact import stored_content
from scheduler.desk.post.reviewing import Reviewing
from scheduler.desk.views import Done
from scheduler.errors import NotFoundError, SettingsError, SignInError, UnreachableError, UsageError
from scheduler.store.statements import ACCOUNT, add_notice
from scheduler.units import writing
from scheduler.units.reading import units_of_account


class Connecting(Reviewing):
    """What a person does with accounts."""

    async def connect(self, account: str, secret: str) -> Done:
        """Sign in with an app password or token; it is kept encrypted. Raises SignInError, UnreachableError, UsageError."""
        known = await self._account(account)
        if not secret.strip():
            raise UsageError("nothing was given to sign in with", f"app password or token of {clean_line(known.account.handle)}")
        redactor.register(secret.strip())
        vault = Vault(self._cipher())
        connected = await self._sign_in(known, secret.strip())
        self._refuse_somebody_else(known, connected)
        moved = await self.change(lambda conn: self._keep_account(conn, known, connected, vault))
        words = f"connected: {account} is {clean_line(connected.handle)} on {platform_name(known.account.platform)}"
        if moved:
            words += f"; {len(moved)} approved post{'s' if len(moved) > 1 else ''} need a new approval, because the account is another"
        return Done(words, tuple(moved))

    def doubt(self, account: str, secret: str) -> str:
        """Why this is hardly what an account signs in with; empty: nothing speaks against it. A platform may take it all the same."""
        written = self.workspace.accounts.get(account)
        if written is None or written.platform != "bluesky" or is_loopback(written.base) or not secret.strip():
            return ""
        from adapters.bluesky.session import APP_PASSWORD  # deferred: only this asks

        if APP_PASSWORD.fullmatch(secret.strip()):
            return ""
        return "this does not look like an app password (abcd-efgh-ijkl-mnop); your own password opens more than this program needs"

    async def test_account(self, account: str) -> Done:
        """One harmless call, to see that the account works. Raises SignInError when it is not connected, UnreachableError."""
        known = await self._account(account)
        if not known.connected or known.id is None or known.state == "reauth":
            raise SignInError(f"{account} is not connected", f"daypart account connect {account}")
        platform = platform_name(known.account.platform)
        async with self._outside() as build:
            tokens = Tokens(self.store, Vault(self._cipher()), self.clock, build, f"desk-{os.getpid()}")
            try:
                keys = await tokens.ready(known.id, min_left=DAY)
            finally:
                await tokens.settle()
            if keys is Renewal.RELOGIN:
                raise SignInError(f"{platform} does not know {account} any more", f"daypart account connect {account}")
            posts = await build(keys.account).recent() if isinstance(keys, Keys) else None
        if posts is None:
            raise UnreachableError(f"{platform} did not answer for {account}", "try again; if it stays so, connect it again")
        return Done(f"{account} works: {platform} answers for {clean_line(known.account.handle)}")

    async def disconnect(self, account: str) -> Done:
        """Forget the account's tokens. Planned posts wait; their approvals stay for when it is the same account again."""
        known = await self._account(account)

        def operation(conn: Connection) -> None:
            before = conn.execute(select(ACCOUNT.c.id, ACCOUNT.c.state, ACCOUNT.c.token_gen).where(ACCOUNT.c.name == account)).one_or_none()
            values = {"token_enc": None, "token_prev_enc": None, "token_exp": None, "state": "reauth"}
            conn.execute(update(ACCOUNT).where(ACCOUNT.c.name == account).values(**values, token_gen=ACCOUNT.c.token_gen + 1))
            if before is not None and before.state != "reauth":  # whoever looks after it should know why its posts wait
                words = f"{account} was disconnected by {self.who.name}; its posts wait"
                add_notice(conn, "reauth", words, self.clock.wall(), account_id=before.id, event_seq=before.token_gen + 1)

        await self.change(operation)
        return Done(f"{account} is disconnected: its tokens are gone, planned posts of {clean_line(known.account.handle)} wait")

    async def check_media_host(self) -> Done:
        """Put one small picture on the configured media host and fetch it back, as Instagram would.

        Raises SettingsError without a host, UnreachableError when it cannot be fetched."""
        http = await network(self.clock)
        try:
            from adapters.hosts.public import check_public  # deferred: only this asks

            host = host_for(self.workspace.media, self.store.folder, http)
            url = await host.put(await asyncio.to_thread(_test_picture, self.store.assets))
            seen = await check_public(url, http)
        except MediaHostError as error:
            raise SettingsError(str(error), error.hint) from error
        finally:
            await http.aclose()
        if not seen.ok:
            hint = "with host: serve the publishing service has to run" if self.workspace.media.host == "serve" else ""
            raise UnreachableError(f"{url} cannot be fetched as a platform would: {seen.problems[0]}", hint)
        return Done(f"{host.name} works: {url}{''.join(f' · {note}' for note in seen.notes)}")

    async def _account(self, name: str) -> StoredAccount:
        workspace = self.workspace
        if name not in workspace.accounts:
            raise NotFoundError(
                f"there is no account '{clean_line(name)}' in daypart.yaml", f"accounts: {', '.join(workspace.accounts) or 'none yet'}"
            )
        found = (await self.stored_accounts()).get(name)
        if found is None:
            platform = workspace.accounts[name].platform
            raise UsageError(f"there is no adapter for {platform} yet", "its posts are checked and never planned")
        return found

    def _cipher(self) -> Cipher:
        try:
            return Cipher(load_key(self.store.folder))
        except SecretsError as error:
            raise SettingsError(str(error), error.hint) from error

    @asynccontextmanager
    async def _outside(self) -> AsyncIterator[Callable[[Account], Adapter]]:
        """Adapters that reach the network, while this is open."""
        http = await network(self.clock)
        try:
            host = host_for(self.workspace.media, self.store.folder, http)
            yield lambda account: adapter_for(account, http, host)
        except MediaHostError as error:
            raise SettingsError(str(error), error.hint) from error
        finally:
            await http.aclose()

    async def _sign_in(self, known: StoredAccount, secret: str) -> Connected:
        async with self._outside() as build:
            try:
                return await build(replace(known.account, remote_id=None, credentials=None)).connect(secret)
            except ConnectError as error:
                kind = SignInError if error.relogin else UnreachableError
                raise kind(str(error), error.hint) from error

    def _refuse_somebody_else(self, known: StoredAccount, connected: Connected) -> None:
        """The secret of another account would publish this client's posts there."""
        said, found = _handle(known.account.handle), _handle(connected.handle)
        if said and found and said != found and not (said.split("@")[0] == found.split("@")[0] and ("@" in said) != ("@" in found)):
            platform = platform_name(known.account.platform)
            raise UsageError(
                f"that signs in as {clean_line(connected.handle)} on {platform}, and '{known.name}' is {clean_line(known.account.handle)}",
                "give the secret of that account, or correct its handle",
            )

    def _keep_account(self, conn: Connection, known: StoredAccount, connected: Connected, vault: Vault) -> list[str]:
        account = sync_accounts(conn, self.workspace)[known.name]
        assert account.id is not None
        written = self.workspace.accounts[known.name]
        credentials = connected.credentials
        values = {
            "remote_account_id": connected.remote_id,
            "facts": json.dumps({**dict(connected.facts), "login": written.login}, default=str),
            "token_enc": vault.seal(account.id, credentials),
            "token_prev_enc": None,
            "token_exp": credentials.expires_at,
            "token_at": self.clock.wall(),
            "state": "ok",
            "next_ok_at": 0,
            "refresh_owner": None,
        }
        taken = conn.execute(
            select(ACCOUNT.c.name).where(
                ACCOUNT.c.platform == known.account.platform, ACCOUNT.c.remote_account_id == connected.remote_id, ACCOUNT.c.id != account.id
            )
        ).scalar_one_or_none()
        if taken is not None:
            raise UsageError(f"{clean_line(connected.handle)} is connected as '{taken}' already", "one account has one name here")
        try:
            conn.execute(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(**values, token_gen=ACCOUNT.c.token_gen + 1))
        except IntegrityError as error:
            raise UsageError(f"{clean_line(connected.handle)} is connected under another name already") from error
        return self._retarget(conn, account.id)

    def _retarget(self, conn: Connection, account_id: int) -> list[str]:
        """What waits for the account goes to who it is now. Returns keys that were approved for somebody else."""
        account = names_by_id(read_accounts(conn, self.workspace))[account_id]
        voided = []
        for unit in units_of_account(conn, account_id):
            if unit.content_id is None:
                continue
            before = stored_content(conn, unit.content_id, unit.key, unit.timing.due or 0, self.store.assets)
            wanted = self.checkers.wanted(tuple(replace(p, target=account.target) for p in before), account.account)
            if wanted.digest == unit.digest:
                continue
            why = (
                "The account changed after it was approved, so it was not sent. Approve it again."
                if unit.approved
                else "its account was connected"
            )
            author = self.author_of_same_words(conn, unit, why)
            writing.change_content(conn, unit, wanted, author, applied=unit.applied, brief_hash=unit.brief_hash)
            voided += [unit.key] if unit.approved else []
        return voided


def _handle(handle: str) -> str:
    """A handle as it is compared: without signs around it and in one case."""
    return handle.strip().lstrip("@").casefold().removeprefix("https://").rstrip("/")


def _test_picture(assets: Path) -> MediaItem:
    """A small grey picture in the asset store."""
    from PIL import Image  # deferred: 30 ms

    buffer = io.BytesIO()
    Image.new("RGB", (320, 320), "grey").save(buffer, "JPEG")
    data = buffer.getvalue()
    sha = hashlib.sha256(data).hexdigest()
    if not (assets / sha).exists():
        (assets / sha).write_bytes(data)
    return MediaItem(sha, "image/jpeg", len(data), 320, 320, None, "a grey square", assets / sha, name="test.jpg")
