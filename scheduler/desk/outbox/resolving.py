"""What only a person can decide: whether a post is there that nobody else can see. What the person points at is read and compared."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from adapters.addresses import AddressError, Named, named
from adapters.contract import Absent, Account, CannotTell, Receipt, Standing
from adapters.texts import plain
from scheduler.accounts.tokens import Keys, Tokens
from scheduler.accounts.vault import Vault
from scheduler.clean import clean_line
from scheduler.desk.accounts.connecting import Connecting
from scheduler.desk.post.exact import stored_content
from scheduler.desk.views import Done
from scheduler.errors import DeskError, NotFoundError, UsageError
from scheduler.lifecycle import LATE, NEEDS_PERSON, State, bumps, send_until
from scheduler.store.statements import APPROVAL, DELIVERY, EVIDENCE, transition
from scheduler.units import writing
from scheduler.units.reading import find_unit, head_key

CHECK_SECONDS = 20.0
"""A person waits for it."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """What a person pointed at, as it will be kept."""

    receipt: Receipt
    words: str
    """Whether it could be checked."""


class Resolving(Connecting):
    """Decisions about posts of which nobody but a person can know whether they are public."""

    async def resolve_published(self, key: str, url: str, *, anyway: bool = False) -> Done:
        """A person saw it: it is there. It is read and compared where that is possible; `anyway` keeps it whatever stands there.

        Raises UsageError when it is another account's, when other words stand there, or when nothing does."""
        said = clean_line(url)
        if not said:
            raise UsageError("say where it is: its address or id")
        row = await self.store.read(lambda conn: self._asked(conn, key))
        pointed = await self._pointed(row, said, anyway)
        await self.change(lambda conn: self._keep_published(conn, key, pointed, said), name="resolve")
        return Done(f"noted: {head_key(key)} is public ({pointed.words})", (key,), details={"remote_id": pointed.receipt.remote_id})

    def _keep_published(self, conn: Connection, key: str, pointed: Pointed, said: str) -> None:
        row, receipt = self._asked(conn, key), pointed.receipt
        author = self.author(f"a person found it: {said} ({pointed.words})")
        taken = select(DELIVERY.c.key).where(
            DELIVERY.c.account_id == row.account_id, DELIVERY.c.remote_id == receipt.remote_id, DELIVERY.c.id != row.id
        )
        owner = conn.execute(taken).scalar_one_or_none()
        if owner is not None:
            raise UsageError(f"that post belongs to '{owner}' already", "each post is one delivery's; copy the address again")
        extra = json.dumps(dict(receipt.extra), ensure_ascii=False, sort_keys=True)
        where = {"remote_id": receipt.remote_id, "remote_url": receipt.url}
        proof = {"delivery_id": row.id, "fence": row.fence, **where, "extra": extra, "at": author.at, "source": "person"}
        conn.execute(insert(EVIDENCE).values(**proof))
        at = receipt.published_at if receipt.published_at is not None else author.at
        self._decide(conn, row.id, row.fence, State.PUBLISHED, author.why, **where, remote_extra=extra, published_at=at)

    # ── what stands there ──

    async def _pointed(self, row: Row[Any], said: str, anyway: bool) -> Pointed:
        url = said if said.startswith(("https://", "http://")) else None
        account = await self._account_of(row.account_id)
        try:
            found = named(account, said) if account is not None else None
        except AddressError as error:
            raise UsageError(str(error), error.hint) from error
        if account is None or found is None:
            return Pointed(Receipt(said, url), "not checked: this is no address of a post that we can read")
        standing = await self._standing(row.account_id, account, found)
        if isinstance(standing, Standing):
            words = self._compared(standing, await self.store.read(lambda conn: self._text_of(conn, row)), anyway)
            return Pointed(standing.receipt, words)
        if isinstance(standing, Absent) and not anyway:
            raise UsageError(f"nothing stands there: {standing.reason}", "copy the address again; --anyway keeps it unchecked")
        return Pointed(Receipt(found.remote_id, url), f"not checked: {clean_line(standing.reason)}")

    def _compared(self, standing: Standing, text: str, anyway: bool) -> str:
        if not standing.own:
            raise UsageError("that is a post of another account", "copy the address of the post on its own account")
        if plain(standing.text) == plain(text):
            return "checked: this account's, with the same text"
        if not anyway:
            there = clean_line(standing.text)[:80]
            raise UsageError(f"other words stand there: “{there}”", "copy the address again; if it is this post all the same, say --anyway")
        return "checked: this account's, with other words than were sent"

    async def _standing(self, account_id: int, account: Account, found: Named) -> Standing | Absent | CannotTell:
        try:
            async with asyncio.timeout(CHECK_SECONDS), self._outside() as build:
                tokens = Tokens(self.store, Vault(self._cipher()), self.clock, build, f"desk-{os.getpid()}")
                keys = await tokens.ready(account_id, min_left=0)
                adapter = build(keys.account if isinstance(keys, Keys) else account)
                return await adapter.read(found.remote_id)
        except TimeoutError:
            return CannotTell("the platform did not answer")
        except DeskError as error:
            return CannotTell(str(error))
        except Exception as error:  # whatever is wrong with keys or network: the person's word is kept, unchecked
            return CannotTell(f"it could not be read ({type(error).__name__})")

    async def _account_of(self, account_id: int) -> Account | None:
        stored = await self.stored_accounts()
        return next((one.account for one in stored.values() if one.id == account_id), None)

    def _text_of(self, conn: Connection, row: Row[Any]) -> str:
        if row.content_id is None:
            return ""
        acts = stored_content(conn, row.content_id, head_key(row.key), row.due or 0, self.store.assets)
        return next((act.text for act in acts if act.key == row.key), acts[0].text)

    async def resolve_send_again(self, key: str) -> Done:
        """A person says it is not there: it is looked for once more, then sent with the same key. Raises UsageError."""

        def operation(conn: Connection) -> None:
            row = self._asked(conn, key)
            valid = (APPROVAL.c.delivery_id == row.id, APPROVAL.c.voided_at.is_(None), APPROVAL.c.digest == row.digest)
            if conn.execute(select(APPROVAL.c.id).where(*valid)).first() is None:
                raise UsageError(f"'{key}' is not approved as it is now", "drop it, or approve it anew as a new post")
            now = self.clock.wall()
            until = send_until(now, max(row.late, LATE), row.not_after, None)
            if until < now:
                raise UsageError(f"'{key}' may not go out any more (not_after)", "drop it")
            self._decide(
                conn, row.id, row.fence, State.QUEUED, "a person says it is not there: send it again", send_until=until, next_at=0, tries=0
            )

        await self.change(operation, name="resolve")
        return Done(f"{key} is looked for once more, then sent again", (key,))

    async def resolve_drop(self, key: str) -> Done:
        """A person gives it up. What is public stays public. Raises NotFoundError, UsageError when there is nothing to decide."""

        def operation(conn: Connection) -> None:
            unit = find_unit(conn, head_key(key))
            row = conn.execute(select(DELIVERY).where(DELIVERY.c.key == key)).first()
            if row is None or unit is None:
                raise NotFoundError(f"there is no '{clean_line(key)}'")
            if row.state not in NEEDS_PERSON:
                raise UsageError(
                    f"'{key}' is {row.state}: there is nothing to decide", "daypart post cancel KEY takes back what is planned"
                )
            writing.cancel(conn, unit, self.author("dropped by a person"), applied=unit.applied)

        await self.change(operation, name="resolve")
        return Done(f"dropped: {key}", (key,))

    def _asked(self, conn: Connection, key: str) -> Row[Any]:
        row = conn.execute(select(DELIVERY).where(DELIVERY.c.key == key)).first()
        if row is None:
            raise NotFoundError(f"there is no '{clean_line(key)}'")
        if row.state != State.ASK:
            raise UsageError(f"'{key}' is {row.state}: there is nothing to decide")
        return row

    def _decide(self, conn: Connection, delivery: int, fence: int, to: State, why: str, **values: object) -> None:
        author = self.author(why)
        cleared: dict[str, object] = {"owner": None, "reason": None, "reason_code": None, "look_n": 0, "look_at": None}
        done = transition(
            conn,
            delivery,
            fence=fence,
            from_states=[State.ASK],
            to=to,
            actor=author.actor,
            why=author.why,
            at=author.at,
            bump_fence=bumps(18),
            **(cleared | values),
        )
        if not done:
            raise UsageError("it changed while you looked at it", "look at it again")
