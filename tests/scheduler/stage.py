"""A store in memory, one engine and one scripted platform on virtual time: the stage for everything the engine does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection, RowMapping, insert, select, update

from adapters.contract import Account, Credentials, Disclosure, MediaItem, Publication, Target
from config.options import BlueskyOptions
from scheduler import lifecycle
from scheduler.accounts.tokens import Tokens
from scheduler.accounts.vault import Vault
from scheduler.clock import DAY, SECOND
from scheduler.content import kept as content
from scheduler.engine import takeover
from scheduler.engine.context import Context, Identity
from scheduler.engine.engine import Engine
from scheduler.sentlog import SentLog
from scheduler.store.statements import ACCOUNT, APPROVAL, CONTENT, DELIVERY, EVENT, HOLD, NOTICE, POST, STEP, record_creation, transition
from scheduler.store.store import Store
from scheduler.virtual_time import START, VirtualClock
from tests.scheduler.scripted import Platform, Scripted


class PlainCipher:
    """No encryption: these tests are about what is stored when."""

    def seal(self, plain: bytes, *, aad: str) -> bytes:
        return aad.encode() + b"|" + plain

    def unseal(self, sealed: bytes, *, aad: str) -> bytes:
        owner, _, plain = sealed.partition(b"|")
        assert owner.decode() == aad
        return plain


def publication(
    text: str = "Good morning", *, part: int = 1, parts: int = 1, kind: str = "post", media: Sequence[MediaItem] = ()
) -> Publication:
    """One act as the desk would compose it."""
    return Publication(
        key="",
        kind=kind,  # type: ignore[arg-type]
        part=part,
        parts=parts,
        text=text,
        media=tuple(media),
        languages=("en",),
        link=None,
        options=BlueskyOptions(),
        disclosure=Disclosure(),
        target=Target("bluesky", "did:plc:1"),
        due=START,
    )


@dataclass(slots=True)
class Stage:
    """Everything of one history."""

    clock: VirtualClock
    platform: Platform
    store: Store
    engine: Engine
    folder: Path
    posts: int = 0
    dead: bool = False
    """The process was killed and nobody has started another one yet."""
    account_ids: dict[str, int] = field(default_factory=dict)

    @classmethod
    async def build(cls, clock: VirtualClock, folder: Path, platform: Platform | None = None, *, sent_log: bool = False) -> Stage:
        """A stage with one account `bs`."""
        platform = platform or Platform()
        (folder / "assets").mkdir(exist_ok=True)
        store = Store.in_memory(clock, folder, sent_log=SentLog(folder / "sent.log") if sent_log else None)
        stage = cls(clock, platform, store, make_engine(store, clock, platform), folder)
        await stage.add_account("bs")
        return stage

    async def add_account(self, name: str, *, expires_at: int | None = None) -> int:
        remote = f"did:plc:{len(self.account_ids) + 1}"
        values = {
            "name": name,
            "platform": "bluesky",
            "handle": name,
            "server": "https://x.example",
            "remote_account_id": remote,
            "state": "ok",
        }

        def operation(conn: Connection) -> int:
            made = conn.execute(insert(ACCOUNT).values(**values, token_exp=expires_at, first_sent_at=1)).inserted_primary_key
            assert made is not None
            sealed = Vault(PlainCipher()).seal(made[0], Credentials(access="a", refresh="r", expires_at=expires_at))
            conn.execute(update(ACCOUNT).where(ACCOUNT.c.id == made[0]).values(token_enc=sealed))
            return int(made[0])

        self.account_ids[name] = await self.store.write(operation)
        return self.account_ids[name]

    async def add(
        self, *acts: Publication, due: int = START, account: str = "bs", approve: bool = True, late: int = lifecycle.LATE,
        lead: float = 0.0, repeat_ok: bool = False, client: str | None = None,
    ) -> list[int]:  # fmt: skip
        """A post with these acts (parts, then a comment), approved as one; returns the ids of its deliveries."""
        self.posts += 1
        acts = acts or (publication(f"Post {self.posts}"),)
        key = f"c/p{self.posts}@{account}"
        account_id = self.account_ids[account]
        target = Target("bluesky", f"did:plc:{account_id}")
        acts = tuple(replace(act, target=target) for act in acts)
        digest = content.digest(acts)

        def operation(conn: Connection) -> list[int]:
            post = conn.execute(insert(POST).values(workspace_id="w", campaign="c", slug=f"p{self.posts}", title="t", created_at=START))
            assert post.inserted_primary_key is not None
            post_id = post.inserted_primary_key[0]
            content_id = conn.execute(select(CONTENT.c.id).where(CONTENT.c.digest == digest)).scalar_one_or_none()
            if content_id is None:
                values = {"post_id": post_id, "digest": digest, "body": content.dump(acts), "twin": content.twin(acts)}
                made = conn.execute(insert(CONTENT).values(**values, created_by_kind="person", created_at=START))
                assert made.inserted_primary_key is not None
                content_id = made.inserted_primary_key[0]
            ids: list[int] = []
            for act in acts:
                parent = None if not ids else ids[0] if act.kind == "comment" else ids[-1]
                row = {
                    "post_id": post_id, "account_id": account_id, "key": content.child_key(key, act.kind, act.part), "kind": act.kind,
                    "part": act.part, "parts": act.parts, "digest": digest, "content_id": content_id, "parent_id": parent, "due": due,
                    "prepare_at": lifecycle.prepare_at(due, lead), "late": late, "cls": self.platform.cls.value, "created_at": START,
                    "send_until": lifecycle.send_until(due, late, None, None), "repeat_ok": repeat_ok, "client": client,
                }  # fmt: skip
                inserted = conn.execute(insert(DELIVERY).values(row)).inserted_primary_key
                assert inserted is not None
                ids.append(int(inserted[0]))
                record_creation(conn, ids[-1], state="draft", actor="person:anna", why="made", at=START)
                if approve:
                    approve_now(conn, ids[-1], digest, due)
            return ids

        return await self.store.write(operation)

    # ── seeing ──

    async def row(self, delivery: int) -> RowMapping:
        return await self.store.read(lambda conn: conn.execute(select(DELIVERY).where(DELIVERY.c.id == delivery)).mappings().one())

    async def state(self, delivery: int) -> str:
        return str((await self.row(delivery))["state"])

    async def account(self, name: str = "bs") -> RowMapping:
        return await self.store.read(lambda conn: conn.execute(select(ACCOUNT).where(ACCOUNT.c.name == name)).mappings().one())

    async def path(self, delivery: int) -> list[str]:
        """All states it went through."""
        return await self.store.read(
            lambda conn: list(conn.execute(select(EVENT.c.to).where(EVENT.c.delivery_id == delivery).order_by(EVENT.c.seq)).scalars())
        )

    async def whys(self, delivery: int) -> list[str]:
        return await self.store.read(
            lambda conn: list(conn.execute(select(EVENT.c.why).where(EVENT.c.delivery_id == delivery).order_by(EVENT.c.seq)).scalars())
        )

    async def steps(self, delivery: int) -> list[tuple[str, str]]:
        return await self.store.read(
            lambda conn: [
                (row.name, row.phase) for row in conn.execute(select(STEP).where(STEP.c.delivery_id == delivery).order_by(STEP.c.seq))
            ]
        )

    async def notices(self) -> list[tuple[str, str]]:
        return await self.store.read(lambda conn: [(row.kind, row.words) for row in conn.execute(select(NOTICE))])

    # ── doing ──

    async def change(self, table, where, **values):  # type: ignore[no-untyped-def]
        await self.store.write(lambda conn: conn.execute(update(table).where(where).values(**values)).rowcount)

    async def hold(self, scope: str = "all", subject: str = "") -> None:
        await self.store.write(lambda conn: conn.execute(insert(HOLD).values(scope=scope, subject=subject, by="anna", at=START)).rowcount)

    async def settle(self, seconds: float = 3_600.0, *, longest: float = 10.0) -> None:
        """Let time pass, sweeping and firing as the service does."""
        end, swept = self.clock.boot() + int(seconds * SECOND), self.clock.boot()
        while (left := end - self.clock.boot()) > 0:
            if self.dead:
                await self.clock.sleep(left / SECOND)
                return
            instant = await self.engine.fire()
            wait = SECOND if self.engine.in_work else left if instant is None else max(instant - self.clock.wall(), SECOND // 10)
            await self.clock.sleep(min(wait / SECOND, left / SECOND, longest))
            if not self.dead and self.clock.boot() - swept >= 10 * SECOND:
                await self.engine.sweep()
                swept = self.clock.boot()

    def kill(self) -> None:
        """The process dies here and now."""
        self.engine.ctx.store = _Grave()  # type: ignore[assignment]
        self.dead = True

    async def restart(self) -> None:
        """The process dies at once and another one starts: nothing the old one still says is heard."""
        self.kill()
        self.dead = False
        self.engine = make_engine(self.store, self.clock, self.platform, node="node-2")
        await takeover.take_all(self.engine.ctx)


class _Grave:
    """The store of a dead process: every wait lasts for ever."""

    async def write(self, *_: object, **__: object) -> None:
        await asyncio.Event().wait()

    read = data_version = write


def approve_now(conn: Connection, delivery: int, digest: str, due: int) -> None:
    """A person's yes."""
    fence = conn.execute(select(DELIVERY.c.fence).where(DELIVERY.c.id == delivery)).scalar_one()
    transition(
        conn, delivery, fence=fence, from_states=("draft",), to="queued", actor="person:anna", why="approved", at=START, bump_fence=False
    )
    conn.execute(
        insert(APPROVAL).values(
            delivery_id=delivery,
            digest=digest,
            person_id="anna",
            actor_kind="person",
            at=START,
            window_from=due - DAY,
            window_to=due + 7 * DAY,
        )
    )


def make_engine(store: Store, clock: VirtualClock, platform: Platform, *, node: str = "node-1", boot_id: str = "boot-1") -> Engine:
    """An engine whose adapters talk to this platform."""

    def build(account: Account) -> Scripted:
        return Scripted(account, platform)

    me = Identity(node, boot_id, clock.wall(), clock.boot())
    tokens = Tokens(store, Vault(PlainCipher()), clock, build, node)
    return Engine(Context(store, clock, tokens, build, random.Random(1), me))


__all__ = ["Stage", "make_engine", "publication"]
