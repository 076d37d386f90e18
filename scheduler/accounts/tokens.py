"""Fresh tokens: one refresh at a time per account, and a new pair is on disk before its first use."""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Connection, bindparam, case, or_, select, update

from adapters.contract import Account, Adapter, Credentials
from adapters.errors import ConnectError
from scheduler.accounts.vault import Vault, account_of
from scheduler.clock import HOUR, MINUTE, Clock
from scheduler.errors import DeskError
from scheduler.failpoints import fail
from scheduler.store.ready import Ready, RowLike
from scheduler.store.statements import ACCOUNT, add_notice
from scheduler.store.store import Store

BuildAdapter = Callable[[Account], Adapter]
MIN_LEFT = 10 * MINUTE
"""A delivery does not begin with a token that ends sooner."""
OWNER_LOST = 2 * MINUTE
"""A refresh that began so long ago died with its process."""
REFRESH_AT = 0.6
"""Share of a token's life after which it is renewed …"""
SPREAD = 0.1
"""… give or take so much, differently for every account, so that they do not all ask at once."""
ASK_SECONDS = 100.0
"""Longest wait for a new pair: shorter than `OWNER_LOST`, so that nobody takes over from somebody who is alive."""
KEEP_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Between tries to store a new pair, in seconds."""
AT_ONCE = 8
"""Renewals at a time: a server that does not answer holds up nobody else."""
log = logging.getLogger("daypart.tokens")


_ACCOUNT = Ready(select(ACCOUNT).where(ACCOUNT.c.id == bindparam("b_id")))
_CONNECTED = Ready(select(ACCOUNT).where(ACCOUNT.c.state == "ok", ACCOUNT.c.token_enc.is_not(None), ACCOUNT.c.token_exp.is_not(None)))


class Renewal(Enum):
    """What came of trying to renew."""

    FRESH = "there is a newer token now"
    NONE = "tokens of this account do not expire"
    LATER = "could not be reached; try again"
    RELOGIN = "only the user can help"


@dataclass(frozen=True, slots=True)
class Keys:
    """An account's row with its opened credentials."""

    row: RowLike
    credentials: Credentials | None

    @property
    def account(self) -> Account:
        """As adapters see it."""
        return account_of(self.row, self.credentials)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a platform said to a refresh token."""

    new: Credentials | None = None
    """None as well where tokens do not expire."""
    problem: str = ""
    refused: bool = False
    """The token is dead, for good."""


class Tokens:
    """Renews the tokens of all accounts of a store.

    A renewal that has begun goes on to its end, whoever stops waiting for it: the answer may be the only copy of the new pair."""

    def __init__(self, store: Store, vault: Vault, clock: Clock, build: BuildAdapter, node: str) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._build = build
        self._node = node
        self._single: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running: set[asyncio.Task[Renewal]] = set()

    async def row(self, account_id: int) -> RowLike:
        """The account's row, nothing opened."""
        return await self._store.read(lambda conn: _row(conn, account_id))

    async def keys(self, account_id: int) -> Keys:
        """The account as it is now."""
        row = await self.row(account_id)
        return Keys(row, self._vault.unseal(account_id, row["token_enc"]))

    async def ready(self, account_id: int, *, min_left: int = MIN_LEFT) -> Keys | Renewal:
        """Credentials that last a while yet, renewed if need be."""
        keys = await self.keys(account_id)
        if not self._ends_within(keys.row, min_left):
            return keys
        renewal = await self.renew(account_id, seen_generation=keys.row["token_gen"])
        if renewal in (Renewal.FRESH, Renewal.NONE):
            return await self.keys(account_id)
        if renewal is Renewal.LATER and not self._ends_within(keys.row, 0):
            return keys
        return renewal

    async def renew(self, account_id: int, *, seen_generation: int) -> Renewal:
        """Renew once, unless somebody did since the caller read generation `seen_generation`."""
        work = asyncio.get_running_loop().create_task(self._renew(account_id, seen_generation))
        self._running.add(work)
        work.add_done_callback(self._running.discard)
        return await asyncio.shield(work)

    async def renew_due(self) -> None:
        """Renew every token that has used up its share of life."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(account_id: int) -> None:
            async with room:
                row = await self.row(account_id)
                if await self.renew(row["id"], seen_generation=row["token_gen"]) is Renewal.LATER:
                    log.info("the token of %s could not be renewed yet", row["name"])

        await asyncio.gather(*(one(account_id) for account_id in await self.due_for_renewal()))

    async def due_for_renewal(self, chance: float | None = None) -> list[int]:
        """Accounts whose token has used up its share of life. `chance`, 0 … 1, instead of each account's own."""
        now = self._clock.wall()
        rows = await self._store.read(_CONNECTED.mappings)
        return [row["id"] for row in rows if _wants_renewal(row, now, _chance_of(row) if chance is None else chance)]

    async def settle(self, seconds: float = ASK_SECONDS) -> None:
        """Wait until no answer with a new pair can be lost any more."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds / self._clock.speed)

    async def _renew(self, account_id: int, seen_generation: int) -> Renewal:
        async with self._single[account_id]:
            keys = await self.keys(account_id)
            if keys.row["token_gen"] != seen_generation:
                return Renewal.FRESH
            if keys.row["state"] == "reauth" or keys.credentials is None:
                return Renewal.RELOGIN
            fence = keys.row["refresh_fence"]
            if not await self._store.write(lambda conn: self._take(conn, account_id, fence), name="refresh.claim"):
                return Renewal.LATER
            return await self._renew_owned(account_id, keys, fence + 1)

    async def _renew_owned(self, account_id: int, keys: Keys, fence: int) -> Renewal:
        asked = await self._ask(keys.account)
        if asked.refused:
            if (await self.row(account_id))["token_gen"] != keys.row["token_gen"]:
                return Renewal.FRESH
            first, asked = asked, await self._ask_with_previous(account_id, keys, asked)
            if asked.refused:
                await self.give_up(account_id, first.problem, seen_generation=keys.row["token_gen"])
                return Renewal.RELOGIN
        if asked.problem or asked.new is None:
            await self._release(account_id, fence)
            return Renewal.LATER if asked.problem else Renewal.NONE
        return await self._keep(account_id, keys, asked.new)

    async def _ask_with_previous(self, account_id: int, keys: Keys, refused: _Asked) -> _Asked:
        """The pair before this one may still be the platform's: its answer with this one was perhaps never meant for us."""
        previous = self._vault.unseal(account_id, keys.row["token_prev_enc"])
        return refused if previous is None else await self._ask(account_of(keys.row, previous))

    async def _ask(self, account: Account) -> _Asked:
        fail("refresh.sent.before")
        try:
            async with asyncio.timeout(ASK_SECONDS / self._clock.speed):
                new = await self._build(account).refresh()
        except ConnectError as error:
            return _Asked(problem=str(error), refused=error.relogin)
        except Exception as error:
            log.exception("refreshing the token of %s did not work", account.name)
            return _Asked(problem=type(error).__name__)
        fail("refresh.answered.after")
        return _Asked(new)

    async def _keep(self, account_id: int, keys: Keys, new: Credentials) -> Renewal:
        """Before anybody uses it. Whoever took over meanwhile and stored nothing has nothing better."""
        sealed, old = self._vault.seal(account_id, new), keys.row["token_enc"]
        generation, now = keys.row["token_gen"], self._clock.wall()
        values = {"token_enc": sealed, "token_prev_enc": old, "token_exp": new.expires_at, "token_at": now, "refresh_owner": None}
        values |= {"token_gen": generation + 1, "state": case((ACCOUNT.c.state == "reauth", "ok"), else_=ACCOUNT.c.state)}
        mine = (ACCOUNT.c.id == account_id, ACCOUNT.c.token_gen == generation, ACCOUNT.c.token_enc.is_not(None))
        change = update(ACCOUNT).where(*mine).values(**values)
        if not await self._insist(lambda conn: conn.execute(change).rowcount):
            log.warning("%s was connected anew while its token was renewed: the renewed one is dropped", keys.row["name"])
        return Renewal.FRESH

    async def _insist(self, change: Callable[[Connection], int]) -> int:
        """Where the disk is full or the store locked, the answer waits here: nobody gives it twice."""
        for pause in KEEP_PAUSES:
            try:
                return await self._store.write(change, name="refresh.stored")
            except DeskError as error:
                log.warning("a renewed token could not be stored yet: %s", error)
                await self._clock.sleep(pause)
        return await self._store.write(change, name="refresh.stored")

    async def give_up(self, account_id: int, reason: str, *, seen_generation: int) -> None:
        """Only the user can help: the account waits for a new sign-in, its deliveries stay queued. Not when it has other tokens by now."""
        now = self._clock.wall()
        await self._store.write(lambda conn: _to_reauth(conn, account_id, reason, seen_generation, now), name="refresh.failed")

    async def _release(self, account_id: int, fence: int) -> None:
        mine = (ACCOUNT.c.id == account_id, ACCOUNT.c.refresh_fence == fence)
        await self._store.write(lambda conn: conn.execute(update(ACCOUNT).where(*mine).values(refresh_owner=None)).rowcount, name="release")

    def _take(self, conn: Connection, account_id: int, fence: int) -> bool:
        now = self._clock.wall()
        stale = or_(ACCOUNT.c.refresh_at < now - OWNER_LOST, ACCOUNT.c.refresh_at > now + OWNER_LOST)
        free = or_(ACCOUNT.c.refresh_owner.is_(None), ACCOUNT.c.refresh_owner == self._node, stale)
        mine = (ACCOUNT.c.id == account_id, ACCOUNT.c.refresh_fence == fence, free)
        values = {"refresh_owner": self._node, "refresh_fence": fence + 1, "refresh_at": now}
        return conn.execute(update(ACCOUNT).where(*mine).values(values)).rowcount == 1

    def _ends_within(self, row: RowLike, left: int) -> bool:
        return row["token_exp"] is not None and row["token_exp"] - self._clock.wall() < left


def _row(conn: Connection, account_id: int) -> RowLike:
    [row] = _ACCOUNT.mappings(conn, b_id=account_id)
    return row


def _wants_renewal(row: RowLike, now: int, chance: float) -> bool:
    ends, began = row["token_exp"], row["token_at"]
    if not began:
        return bool(ends - now < HOUR)
    return bool(now >= began + (ends - began) * (REFRESH_AT + SPREAD * (2 * chance - 1)))


def _chance_of(row: RowLike) -> float:
    """0 … 1: the same every time an account is looked at, another after each renewal."""
    return zlib.crc32(f"{row['id']} {row['token_gen']}".encode()) / 2**32


def _to_reauth(conn: Connection, account_id: int, reason: str, generation: int, now: int) -> None:
    mine = (ACCOUNT.c.id == account_id, ACCOUNT.c.token_gen == generation)
    if conn.execute(update(ACCOUNT).where(*mine).values(state="reauth", refresh_owner=None)).rowcount == 0:
        return
    words = f"{_row(conn, account_id)['name']} has to be connected again: {reason}"
    add_notice(conn, "reauth", words, now, account_id=account_id, event_seq=generation + 1)
