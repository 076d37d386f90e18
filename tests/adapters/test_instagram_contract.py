"""Instagram against its stand-in, which fetches the files itself, by both logins."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal

import pytest

from adapters.contract import (
    Absent,
    Account,
    Adapter,
    CannotTell,
    CommitClass,
    Disclosure,
    Found,
    MediaHost,
    MediaItem,
    Pending,
    Published,
    TokenDead,
    Unknown,
)
from adapters.errors import ConnectError
from adapters.hosts.serve import ServeHost, run
from adapters.http import Http
from adapters.registry import adapter_for
from config.options import InstagramOptions
from sandbox.film import Frame, write_film
from tests.adapters.contract import AdapterContract, Sandbox, sandbox, sandbox_url
from tests.adapters.delivery import Delivery

__all__ = ["TestFacebookLogin", "TestInstagramLogin", "sandbox", "sandbox_url"]
KEY = b"k" * 32


class InstagramContract(AdapterContract):
    platform = "instagram"
    handle = "kawa.wroclaw"
    secret = "sandbox-kawa.wroclaw"
    options = InstagramOptions()
    commit_class = CommitClass.HANDLE
    needs_media = True
    login: ClassVar[Literal["instagram", "facebook"]]

    @pytest.fixture(autouse=True)
    async def shelf(self, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[None]:
        """Files are served from this process, as the publishing service does."""
        await sandbox.order("/_settings", {"platform": self.prefix, "image_seconds": 0.02, "video_seconds": 0.05})
        self._assets = tmp_path_factory.mktemp("assets")
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(run(self._assets, KEY, "127.0.0.1:0", ready.set_result))
        self._host = ServeHost(await ready, KEY)
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def account(self, url: str) -> Account:
        return replace(super().account(url), login=self.login)

    def host(self, sandbox: Sandbox) -> MediaHost:
        return self._host

    def picture(self, folder: Path, shade: int = 90, alt: str = "A cup on a table") -> MediaItem:
        return self.stored(super().picture(folder, shade, alt))

    def film(self, folder: Path) -> MediaItem:
        """Three seconds of one colour."""
        luma, other = bytes([90]) * (96 * 160), bytes([120]) * (48 * 80)
        raw = write_film([Frame(96, 160, luma, other, other)], 96, 160, 105)
        path = folder / "film.mp4"
        path.write_bytes(raw)
        return self.stored(MediaItem(hashlib.sha256(raw).hexdigest(), "video/mp4", len(raw), 96, 160, 3_500, "", path, cover_at_ms=500))

    def stored(self, item: MediaItem) -> MediaItem:
        path = self._assets / item.sha256
        shutil.copyfile(item.path, path)
        return replace(item, path=path)

    @pytest.mark.parametrize("kind", ["drop", "500", "html200", "truncate", "429", "hang"])
    async def test_a_failed_look_says_so(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path, kind: str) -> None:
        """Which post it is cannot be told; that it is public still can while only the list fails."""
        delivery = Delivery(adapter, self.publication(adapter, tmp_path))
        await delivery.publish()
        for call in ("look", "list", "status"):
            await sandbox.fault(self.prefix, call, kind, count=-1)
            assert isinstance(await delivery.look(), CannotTell | Pending | Found), call
        assert isinstance(await delivery.look(), CannotTell)

    async def test_an_expired_token_is_told_apart(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        """Here `expire` ends the container; a dead token is a fault of its own."""
        delivery = Delivery(adapter, self.publication(adapter, tmp_path))
        await delivery.prepare()
        await sandbox.fault(self.prefix, "commit", "401")
        assert isinstance(await delivery.commit(), TokenDead)
        assert await sandbox.ledger(self.prefix) == []

    @pytest.mark.parametrize("point", ["before", "after"])
    async def test_a_container_that_expires_around_the_commit(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path, point: str) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path))
        await delivery.prepare()
        await sandbox.fault(self.prefix, "commit", "expire", point)
        assert isinstance(await delivery.commit(), Unknown)
        await self._assert_look_agrees(delivery, await sandbox.ledger(self.prefix))
        assert isinstance(await delivery.publish(), Published if point == "before" else Unknown)
        assert len(await sandbox.ledger(self.prefix)) == 1

    async def test_another_accounts_token_is_refused(self, sandbox: Sandbox) -> None:
        async with Http() as http:
            with pytest.raises(ConnectError, match=r"@somebody.*@kawa\.wroclaw"):
                await adapter_for(self.account(sandbox.url), http, self._host).connect("sandbox-somebody")

    @pytest.mark.parametrize("kind", ["reel", "story"])
    async def test_videos_and_stories(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path, kind: Literal["reel", "story"]) -> None:
        media, text = (self.film(tmp_path), "Spójrz") if kind == "reel" else (self.picture(tmp_path), "")
        flags = Disclosure("AI-generated", None, ("is_ai_generated",))
        options = InstagramOptions(type=kind)
        delivery = Delivery(adapter, self.publication(adapter, tmp_path, text, media=(media,), options=options, disclosure=flags))
        outcome = await delivery.publish()
        assert isinstance(outcome, Published), outcome
        (entry,) = await sandbox.ledger(self.prefix)
        assert (entry.text, entry.media) == (text, (media.sha256,))
        look = await delivery.look()
        assert isinstance(look, Found), look
        assert look.receipt.remote_id == outcome.receipt.remote_id

    async def test_a_first_comment_is_once_there(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        post = self.publication(adapter, tmp_path)
        posted = await Delivery(adapter, post).publish()
        assert isinstance(posted, Published)
        remark = replace(post, kind="comment", text="Zamów: kawa.example", media=(), key=post.key + "/comment", parent=posted.receipt)
        delivery = Delivery(adapter, remark)
        assert isinstance(absent := await delivery.look(), Absent), absent
        assert not absent.proof
        await sandbox.fault(self.prefix, "comment", "drop", "after")
        assert isinstance(await delivery.publish(), Unknown)
        assert isinstance(found := await delivery.look(), Found), found
        entries = await sandbox.ledger(self.prefix)
        assert [(entry.text, entry.reply_to) for entry in entries] == [(post.text, None), (remark.text, posted.receipt.remote_id)]


class TestInstagramLogin(InstagramContract):
    prefix = login = "instagram"


class TestFacebookLogin(InstagramContract):
    prefix = login = "facebook"
