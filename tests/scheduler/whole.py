"""A whole path without the desk: sandbox, real adapters, real store and service; deliveries are written as the desk would."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image
from sqlalchemy import Connection, RowMapping, insert, select, update

from adapters.contract import Account, Adapter, Disclosure, MediaItem, Publication, Target
from adapters.hosts.serve import ServeHost, media_secret, run
from adapters.http import Http
from adapters.registry import adapter_for
from config.options import OPTIONS
from config.secrets import Cipher, load_key
from scheduler import lifecycle
from scheduler.accounts.vault import Vault
from scheduler.clock import DAY
from scheduler.content import kept as content
from scheduler.service.outside import Wiring
from scheduler.store.statements import ACCOUNT, APPROVAL, CONTENT, DELIVERY, EVENT, POST, record_creation, transition
from scheduler.store.store import Store
from tests.sandbox_process import Sandbox
from tests.scheduler.fast_clock import FastClock
from tests.scheduler.running import started

PLATFORM = {"gotosocial": "mastodon", "pixelfed": "mastodon", "facebook": "instagram"}


@dataclass(slots=True)
class Whole:
    """One workspace's state, publishing to a sandbox."""

    folder: Path
    sandbox: Sandbox
    clock: FastClock = field(default_factory=FastClock)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    media_port: int = 0
    posts: int = 0

    async def open(self) -> Store:
        return Store.open(self.folder, self.clock)

    def host(self) -> ServeHost:
        return ServeHost(f"http://127.0.0.1:{self.media_port}", media_secret(self.folder))

    def wiring(self) -> Wiring:
        http = Http(self.clock.speed)

        def build(account: Account) -> Adapter:
            return adapter_for(account, http, self.host())

        async def server_time(server: str) -> int | None:
            return None

        def serve_media():  # type: ignore[no-untyped-def]
            return run(self.folder / "assets", media_secret(self.folder), f"127.0.0.1:{self.media_port}")

        return Wiring(self.folder, Cipher(load_key(self.folder)), build, server_time, serve_media if self.media_port else None, http.aclose)

    async def start(self) -> None:
        self.stop.clear()
        self.task = await started(self.folder, self.clock, self.wiring(), self.stop)

    async def end(self) -> None:
        self.stop.set()
        if self.task is not None:
            await self.task

    async def connect(self, store: Store, prefix: str) -> int:
        """An account on one stand-in."""
        platform, handle = PLATFORM.get(prefix, prefix), f"kawa.{prefix}.example" if prefix == "bluesky" else f"kawa{prefix}"
        login = "facebook" if prefix == "facebook" else "instagram"
        account = Account(prefix, platform, handle, self.sandbox.at(prefix), ("en",), login)  # type: ignore[arg-type]
        async with Http(self.clock.speed) as http:
            made = await adapter_for(account, http, self.host()).connect(f"sandbox-{handle}")
        vault = Vault(Cipher(load_key(self.folder)))
        values = {
            "name": prefix, "platform": platform, "handle": made.handle, "server": account.server, "remote_account_id": made.remote_id,
            "facts": json.dumps({**made.facts, "login": login}, default=str), "token_exp": made.credentials.expires_at,
        }  # fmt: skip

        def operation(conn: Connection) -> int:
            inserted = conn.execute(insert(ACCOUNT).values(values)).inserted_primary_key
            assert inserted is not None
            sealed = vault.seal(inserted[0], made.credentials)
            conn.execute(update(ACCOUNT).where(ACCOUNT.c.id == inserted[0]).values(token_enc=sealed))
            return int(inserted[0])

        return await store.write(operation)

    async def add(self, store: Store, prefix: str, *, text: str | None = None, picture: bool = False, due: int | None = None) -> int:
        """One approved post, due now."""
        self.posts += 1
        row = await store.read(lambda conn: conn.execute(select(ACCOUNT).where(ACCOUNT.c.name == prefix)).mappings().one())
        due = self.clock.wall() if due is None else due
        publication = self.publication(row, text or f"Words of post {self.posts}", picture)
        key = f"c/p{self.posts}@{prefix}"
        async with Http() as http:
            adapter = adapter_for(_account(row), http, self.host())
            cls = adapter.commit_class(publication).value

        return await store.write(lambda conn: _insert_approved(conn, row, publication, key, due, cls))

    def publication(self, row: RowMapping, text: str, picture: bool) -> Publication:
        media = (self.picture(text),) if picture else ()
        options = OPTIONS[row["platform"]]()
        target = Target(row["platform"], row["remote_account_id"])
        return Publication("", "post", 1, 1, text, media, ("en",), None, options, Disclosure(), target, 0)

    def picture(self, words: str) -> MediaItem:
        shade = hashlib.sha256(words.encode()).digest()
        draft = self.folder / "draft.jpg"
        Image.new("RGB", (640, 640), (shade[0], shade[1], shade[2])).save(draft)
        data = draft.read_bytes()
        draft.unlink()
        sha = hashlib.sha256(data).hexdigest()
        (self.folder / "assets" / sha).write_bytes(data)
        return MediaItem(sha, "image/jpeg", len(data), 640, 640, None, f"Picture of {words}", self.folder / "assets" / sha)


def _insert_approved(conn: Connection, account: RowMapping, publication: Publication, key: str, due: int, cls: str) -> int:
    digest = content.digest([publication])
    post = conn.execute(insert(POST).values(workspace_id="w", campaign="c", slug=key, title="t", created_at=1)).inserted_primary_key
    assert post is not None
    kept = {"post_id": post[0], "digest": digest, "body": content.dump([publication]), "twin": content.twin([publication])}
    made = conn.execute(insert(CONTENT).values(**kept, created_by_kind="person", created_at=1)).inserted_primary_key
    assert made is not None
    times = {"due": due, "prepare_at": due, "send_until": due + lifecycle.LATE, "cls": cls, "created_at": 1}
    what = {"post_id": post[0], "account_id": account["id"], "key": key, "kind": "post", "digest": digest, "content_id": made[0]}
    inserted = conn.execute(insert(DELIVERY).values(**what, **times)).inserted_primary_key
    assert inserted is not None
    delivery = int(inserted[0])
    record_creation(conn, delivery, state="draft", actor="person:anna", why="made", at=1)
    transition(conn, delivery, fence=0, from_states=("draft",), to="queued", actor="person:anna", why="yes", at=1, bump_fence=False)
    yes = {"delivery_id": delivery, "digest": digest, "person_id": "anna", "actor_kind": "person", "at": 1}
    conn.execute(insert(APPROVAL).values(**yes, window_from=due - DAY, window_to=due + 7 * DAY))
    return delivery


def _account(row: RowMapping) -> Account:
    from scheduler.accounts.vault import account_of

    return replace(account_of(row, None), languages=("en",))


async def row(store: Store, delivery: int) -> RowMapping:
    return await store.read(lambda conn: conn.execute(select(DELIVERY).where(DELIVERY.c.id == delivery)).mappings().one())


async def whys(store: Store, delivery: int) -> list[str]:
    wanted = select(EVENT.c.to, EVENT.c.why).where(EVENT.c.delivery_id == delivery).order_by(EVENT.c.seq)
    return await store.read(lambda conn: [f"{found.to}: {found.why}" for found in conn.execute(wanted)])


async def until(condition: Callable[[], Awaitable[bool]], what: Callable[[], Awaitable[object]], seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > end:
            raise AssertionError(f"never: {await what()}")
        await asyncio.sleep(0.02)
