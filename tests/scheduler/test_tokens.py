"""Tokens: one refresh at a time, stored before use, the last pair kept, and the user asked only when nothing else is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.contract import Account, Credentials
from adapters.errors import ConnectError
from scheduler.accounts.tokens import Keys, Renewal, Tokens
from scheduler.accounts.vault import Vault
from scheduler.clock import HOUR, MINUTE
from scheduler.errors import DiskError
from scheduler.store.statements import ACCOUNT
from scheduler.virtual_time import START, VirtualClock, run_virtual
from tests.scheduler.scripted import Scripted
from tests.scheduler.stage import PlainCipher, Stage, publication

NEW = Credentials(access="new", refresh="new-r", expires_at=START + 2 * HOUR)


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[Stage], Awaitable[None]]], None]:
    def run(history: Callable[[Stage], Awaitable[None]]) -> None:
        async def main(clock: VirtualClock) -> None:
            await history(await Stage.build(clock, tmp_path))

        run_virtual(main)

    return run


def another(stage: Stage, node: str) -> Tokens:
    """The tokens of another process on the same store."""

    def build(account: Account) -> Scripted:
        return Scripted(account, stage.platform)

    return Tokens(stage.store, Vault(PlainCipher()), stage.clock, build, node)


def test_a_token_near_its_end_is_renewed_and_stored_before_it_is_used(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        account = await stage.add_account("soon", expires_at=START + 5 * MINUTE)
        stage.platform.refreshes = [NEW]
        keys = await stage.engine.ctx.tokens.ready(account)
        assert isinstance(keys, Keys)
        assert keys.credentials == NEW
        row = await stage.account("soon")
        assert (row["token_gen"], row["token_exp"], row["refresh_owner"]) == (1, NEW.expires_at, None)
        vault = Vault(PlainCipher())
        assert vault.unseal(account, row["token_prev_enc"]).access == "a"  # type: ignore[union-attr]

    play(history)


def test_many_at_once_renew_once(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        account = await stage.add_account("soon", expires_at=START + 5 * MINUTE)
        stage.platform.refreshes = [NEW]
        found = await asyncio.gather(*(stage.engine.ctx.tokens.ready(account) for _ in range(10)))
        assert stage.platform.calls.count("refresh") == 1
        assert {keys.credentials.access for keys in found if isinstance(keys, Keys) and keys.credentials} == {"new"}

    play(history)


def test_two_processes_renew_once(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        account = await stage.add_account("soon", expires_at=START + 5 * MINUTE)
        stage.platform.refreshes = [NEW, Credentials(access="newer")]
        stage.platform.seconds = 5.0
        results = await asyncio.gather(
            stage.engine.ctx.tokens.renew(account, seen_generation=0), another(stage, "node-2").renew(account, seen_generation=0)
        )
        assert sorted(result.name for result in results) == ["FRESH", "LATER"]
        assert stage.platform.calls.count("refresh") == 1

    play(history)


def test_a_renewal_whose_process_died_is_taken_over_after_two_minutes(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        account = await stage.add_account("soon", expires_at=START + 5 * MINUTE)
        dead = {"refresh_owner": "node-0", "refresh_fence": 3, "refresh_at": stage.clock.wall()}
        await stage.store.write(lambda conn: conn.execute(update(ACCOUNT).where(ACCOUNT.c.id == account).values(dead)).rowcount)
        stage.platform.refreshes = [NEW]
        assert await stage.engine.ctx.tokens.renew(account, seen_generation=0) is Renewal.LATER
        await stage.clock.sleep(121)
        assert await stage.engine.ctx.tokens.renew(account, seen_generation=0) is Renewal.FRESH

    play(history)


def test_an_unreachable_platform_leaves_everything_as_it_was(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        account = await stage.add_account("soon", expires_at=START + 5 * MINUTE)
        stage.platform.refreshes = [ConnectError("no answer")]
        keys = await stage.engine.ctx.tokens.ready(account)
        assert isinstance(keys, Keys)  # five minutes are left: they are used
        row = await stage.account("soon")
        assert (row["state"], row["token_gen"], row["refresh_owner"]) == ("ok", 0, None)

    play(history)


def test_a_refused_renewal_tries_the_pair_before_then_asks_the_user_once(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        tokens = stage.engine.ctx.tokens
        account = await stage.add_account("soon", expires_at=START + 5 * MINUTE)
        stage.platform.refreshes = [NEW]
        assert await tokens.renew(account, seen_generation=0) is Renewal.FRESH
        stage.platform.refreshes = [ConnectError("revoked", relogin=True), Credentials(access="third")]
        assert await tokens.renew(account, seen_generation=1) is Renewal.FRESH
        stage.platform.refreshes = [ConnectError("revoked", relogin=True), ConnectError("revoked", relogin=True)]
        assert await tokens.renew(account, seen_generation=2) is Renewal.RELOGIN
        assert (await stage.account("soon"))["state"] == "reauth"
        assert await tokens.renew(account, seen_generation=2) is Renewal.RELOGIN
        assert [kind for kind, _ in await stage.notices()] == ["reauth"]

    play(history)


def test_deliveries_of_a_signed_out_account_wait_and_go_out_after_the_sign_in(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        account = await stage.add_account("soon", expires_at=START + MINUTE)
        stage.platform.refreshes = [ConnectError("revoked", relogin=True)]
        [post] = await stage.add(publication("Later"), account="soon")
        await stage.settle(60)
        assert await stage.state(post) == "queued"
        sealed = Vault(PlainCipher()).seal(account, Credentials(access="fresh"))
        await stage.change(ACCOUNT, ACCOUNT.c.id == account, state="ok", token_enc=sealed, token_exp=None)
        await stage.settle(120)
        assert await stage.state(post) == "published"

    play(history)


def test_renewal_begins_at_sixty_percent_of_a_life_give_or_take_a_little(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        accounts = [await stage.add_account(f"long-{n}", expires_at=START + 10 * HOUR) for n in range(20)]
        await stage.change(ACCOUNT, ACCOUNT.c.id.in_(accounts), token_at=START)
        tokens = stage.engine.ctx.tokens
        await stage.clock.sleep(4.9 * 3_600)
        assert await tokens.due_for_renewal() == []
        await stage.clock.sleep(1.1 * 3_600)
        due = await tokens.due_for_renewal()
        assert 4 <= len(due) <= 16, "they do not all ask at once"
        assert await tokens.due_for_renewal() == due, "an account keeps its share"
        await stage.clock.sleep(1.1 * 3_600)
        assert await tokens.due_for_renewal() == accounts

    play(history)


def test_a_renewal_that_nobody_waits_for_any_more_is_kept(play) -> None:  # type: ignore[no-untyped-def]
    """Stopping cancels who waits; the answer is on its way and may be the only copy of the new pair."""

    async def history(stage: Stage) -> None:
        account = await stage.add_account("soon", expires_at=START + 5 * MINUTE)
        stage.platform.refreshes, stage.platform.seconds = [NEW], 5.0
        tokens = stage.engine.ctx.tokens
        waiting = asyncio.ensure_future(tokens.renew(account, seen_generation=0))
        await stage.clock.sleep(1)
        waiting.cancel()
        await tokens.settle()
        row = await stage.account("soon")
        assert (row["token_gen"], row["refresh_owner"]) == (1, None)

    play(history)


def test_who_was_overtaken_still_keeps_the_only_new_pair(play) -> None:  # type: ignore[no-untyped-def]
    """The wall clock is set forward while one process waits for its answer: another one takes over, with a token that is used up."""

    async def history(stage: Stage) -> None:
        account = await stage.add_account("soon", expires_at=START + 5 * MINUTE)
        stage.platform.refreshes, stage.platform.seconds = [NEW, ConnectError("used up", relogin=True)], 5.0
        tokens = stage.engine.ctx.tokens
        first = asyncio.ensure_future(tokens.renew(account, seen_generation=0))
        await stage.clock.sleep(1)
        stage.clock.set_wall(600)
        second = asyncio.ensure_future(another(stage, "node-2").renew(account, seen_generation=0))
        assert await first is Renewal.FRESH
        assert await second is Renewal.FRESH
        row = await stage.account("soon")
        assert (row["state"], row["token_gen"]) == ("ok", 1)
        assert Vault(PlainCipher()).unseal(account, row["token_enc"]) == NEW
        assert await stage.notices() == []

    play(history)


def test_a_sign_in_meanwhile_is_stronger_than_a_refusal_and_than_a_renewal(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        tokens, fresh = stage.engine.ctx.tokens, Credentials(access="signed-in")
        for answer in (ConnectError("revoked", relogin=True), NEW):
            name = f"soon-{type(answer).__name__}"
            account = await stage.add_account(name, expires_at=START + 5 * MINUTE)
            stage.platform.refreshes, stage.platform.seconds = [answer], 5.0
            renewing = asyncio.ensure_future(tokens.renew(account, seen_generation=0))
            await stage.clock.sleep(1)
            sealed = Vault(PlainCipher()).seal(account, fresh)
            await stage.change(ACCOUNT, ACCOUNT.c.id == account, token_enc=sealed, token_gen=1, refresh_owner=None)
            assert await renewing is Renewal.FRESH
            await tokens.give_up(account, "the old one was refused", seen_generation=0)
            keys = await tokens.keys(account)
            assert (keys.row["state"], keys.row["token_gen"], keys.credentials) == ("ok", 1, fresh)
        assert await stage.notices() == []

    play(history)


def test_a_platform_that_never_answers_holds_up_nobody_else(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        slow = await stage.add_account("slow", expires_at=START + 5 * MINUTE)
        stage.platform.refreshes, stage.platform.seconds = [NEW, NEW], 10_000.0
        tokens = stage.engine.ctx.tokens
        hanging = asyncio.ensure_future(tokens.renew(slow, seen_generation=0))
        await stage.clock.sleep(1)
        quick = await stage.add_account("quick", expires_at=START + 5 * MINUTE)
        stage.platform.seconds = 0.0
        assert await tokens.renew(quick, seen_generation=0) is Renewal.FRESH
        assert await hanging is Renewal.LATER
        assert (await tokens.row(slow))["refresh_owner"] is None

    play(history)


def test_a_fault_of_the_adapter_leaves_the_account_as_it_was(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        account = await stage.add_account("soon", expires_at=START + 5 * MINUTE)
        tokens = stage.engine.ctx.tokens
        stage.platform.refreshes = [NEW]
        assert await tokens.renew(account, seen_generation=0) is Renewal.FRESH
        stage.platform.refreshes = [ConnectError("revoked", relogin=True), ZeroDivisionError("nobody thought of this")]
        assert await tokens.renew(account, seen_generation=1) is Renewal.LATER
        row = await stage.account("soon")
        assert (row["state"], row["token_gen"], row["refresh_owner"]) == ("ok", 1, None)

    play(history)


def test_a_new_pair_waits_for_a_store_that_cannot_be_written(play, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        account = await stage.add_account("soon", expires_at=START + 5 * MINUTE)
        stage.platform.refreshes = [NEW]
        real, refused = stage.store.write, []

        async def write(operation, *, name="write", **more):  # type: ignore[no-untyped-def]
            if name == "refresh.stored" and len(refused) < 3:
                refused.append(name)
                raise DiskError("The disk is full.", "")
            return await real(operation, name=name, **more)

        monkeypatch.setattr(stage.store, "write", write)
        assert await stage.engine.ctx.tokens.renew(account, seen_generation=0) is Renewal.FRESH
        assert (len(refused), (await stage.account("soon"))["token_gen"]) == (3, 1)

    play(history)


def test_credentials_are_never_printed() -> None:
    assert "secret" not in repr(Credentials(access="secret", refresh="secret", app_password="secret"))
