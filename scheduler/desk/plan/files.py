"""Campaigns as files: checking them, showing what would change, making the store follow."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from config.diagnostics import Diagnostic
from config.loaded import Loaded
from drafting.labels import Label
from scheduler.accounts.named import StoredAccount
from scheduler.accounts.rows import read_accounts, sync_accounts
from scheduler.canonical import Json, sha256_of
from scheduler.content import assets
from scheduler.content.labels import Sources
from scheduler.content.revisions import read_sources
from scheduler.desk.approvals.approving import Approving, Said
from scheduler.desk.plan.checking import all_diagnostics, errors_only
from scheduler.desk.rows import read_delivery
from scheduler.desk.views import Done, PlanView
from scheduler.errors import FilesError, StaleError, UsageError
from scheduler.lifecycle import State
from scheduler.plan.applying import Applied, Follow, follow
from scheduler.plan.compare import Action, Compared, compare, declared_renames
from scheduler.plan.gathering import Gathering, media_of
from scheduler.plan.git import Commit, commit_of
from scheduler.plan.stored import STATE, Stored, plan_state, read_stored
from scheduler.plan.wanted import FileUnit
from scheduler.store.statements import DELIVERY, get_meta, set_meta
from scheduler.units.model import SENT_BACK, Author


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with everything that apply needs."""

    loaded: Loaded
    stored: Stored
    files: list[FileUnit]
    compared: Compared
    commit: Commit
    view: PlanView


class Files(Approving):
    """What a person does with campaign files."""

    async def validate(self) -> list[Diagnostic]:
        """Everything wrong in the files, platform limits included, sorted by file and line."""
        loaded, accounts = await self.load(), await self.stored_accounts()
        return list(await asyncio.to_thread(all_diagnostics, loaded, accounts, self.checkers))

    async def plan(self, *, repack: bool = False) -> PlanView:
        """What apply would do; changes nothing. Raises FilesError."""
        return (await self._prepare(repack=repack)).view

    async def apply(self, plan: PlanView, *, allow_cancel: int | None = None, approve: bool = False) -> Done:
        """Make the store follow a shown plan. Raises StaleError when files or store changed since, UsageError over max_cancel."""
        now = await self._prepare(repack=plan.repack)
        if (now.view.files_digest, now.view.state, now.view.digest) != (plan.files_digest, plan.state, plan.digest):
            raise StaleError("files or calendar changed since this plan was made", "run `daypart plan` again and read it")
        self._refuse_too_many(now, allow_cancel)
        await asyncio.to_thread(assets.keep_files, media_of(now.files), self.store.assets)
        applied = await self._follow(now)
        words = _done_words(applied)
        if approve:
            approved = await self._approve_applied(now)
            words += f"; {len(approved)} approved" if approved else ""
        return Done(words, applied.keys, details={"state": str(now.view.state + 1), "commit": now.commit.name or ""})

    async def _approve_applied(self, prepared: Prepared) -> list[str]:
        """With `policy.approval: on_apply`, who confirms the plan approves what is human-made in it. Never a model's words."""
        if prepared.loaded.workspace.policy.approval != "on_apply":
            return []
        shown = [a for a in prepared.compared.actions if a.kind in ("create", "change", "move")]
        human = [(a.change.key, a.file.wanted.digest) for a in shown if a.file is not None and a.file.wanted.ai == Label.HUMAN]

        def operation(conn: Connection) -> list[str]:
            return [key for key, digest in human if digest is not None and self._approve_quietly(conn, key, digest)]

        return await self.change(operation, name="approve")

    def _approve_quietly(self, conn: Connection, key: str, digest: str) -> bool:
        """Approve one key of a confirmed plan, unless anything speaks against it: a plan does not say that these words were sent back."""
        view = read_delivery(conn, key, self.scene(conn))
        if view is None or view.state != State.DRAFT or view.digest != digest or _was_sent_back(conn, view.id):
            return False
        try:
            self._approve(conn, view, Said(digest))
        except UsageError:
            return False
        return True

    async def _prepare(self, *, repack: bool) -> Prepared:
        loaded = await self.load()
        workspace, now, folder = loaded.workspace, self.clock.wall(), self.store.assets
        if loaded.errors:
            raise FilesError("the files have errors: nothing was planned", loaded.errors)

        def read(conn: Connection) -> tuple[Stored, dict[str, StoredAccount], dict[str, Sources]]:
            return read_stored(conn, now, folder, loaded), read_accounts(conn, workspace), read_sources(conn)

        stored, accounts, sources = await self.store.read(read)
        commit = await asyncio.to_thread(commit_of, self.root)
        renames = declared_renames(loaded, stored.side.units)
        gathering = Gathering(loaded, stored, accounts, self.checkers, sources, renames, now, repack)
        return await asyncio.to_thread(self._compare, gathering, commit)

    def _compare(self, gathering: Gathering, commit: Commit) -> Prepared:
        loaded, stored = gathering.loaded, gathering.stored
        errors = errors_only(all_diagnostics(loaded, gathering.accounts, self.checkers))
        files = gathering.units() if not errors else []
        ids = {name: account.id for name, account in gathering.accounts.items() if account.id is not None}
        compared = compare(files, loaded, stored.side, ids, gathering.renames, gathering.now)
        errors = (*errors, *compared.diagnostics)
        if errors:
            raise FilesError("the files have errors: nothing was planned", errors)
        return Prepared(loaded, stored, files, compared, commit, _view(gathering, files, compared, commit))

    def _refuse_too_many(self, prepared: Prepared, allow_cancel: int | None) -> None:
        going = sum(action.kind == "cancel" for action in prepared.compared.actions)
        most = prepared.loaded.workspace.policy.max_cancel if allow_cancel is None else allow_cancel
        if going > most:
            raise UsageError(
                f"this would cancel {going} posts, more than {most}", f"if that is meant: daypart apply --allow-cancel {going}"
            )

    async def _follow(self, prepared: Prepared) -> Applied:
        workspace, state = prepared.loaded.workspace, prepared.view.state
        why = f"by {self.who.name} from files at {prepared.commit.name or 'no commit'}{' (changed)' if prepared.commit.dirty else ''}"
        author = Author(prepared.commit.actor, self.clock.wall(), why, self.who.os_user)
        record = self._record(prepared, author)

        def operation(conn: Connection) -> Applied:
            if plan_state(conn) != state:
                raise StaleError("the calendar changed since this plan was made", "run `daypart plan` again and read it")
            accounts = sync_accounts(conn, workspace)
            workspace_id = workspace.workspace_id or get_meta(conn, "workspace_id") or ""
            plan = Follow(prepared.compared.actions, prepared.files, prepared.loaded, accounts, workspace_id, author)
            done = follow(conn, plan)
            set_meta(conn, STATE, str(state + 1))
            set_meta(conn, f"apply.{state + 1}", record)
            return done

        return await self.store.write(operation, name="edit")

    def _record(self, prepared: Prepared, author: Author) -> str:
        """Who made the store follow which files, when."""
        commit = prepared.commit
        said = {"by": self.who.name, "os_user": self.who.os_user, "at": author.at, "commit": commit.name, "dirty": commit.dirty}
        return json.dumps({**said, "files": prepared.view.files_digest, "plan": prepared.view.digest})


def _view(gathering: Gathering, files: list[FileUnit], compared: Compared, commit: Commit) -> PlanView:
    media: list[Json] = [[item.name, item.sha256] for item in media_of(files)]
    files_digest = sha256_of([gathering.loaded.digest, media])
    # lines that change nothing may differ a moment later (a post is sent, looked up, found): nobody agrees to them
    agreed = [a.change for a in compared.actions if a.change.sign != "."]
    shown: list[Json] = [[c.sign, c.key, c.when, c.words, list(c.diff)] for c in agreed]
    return PlanView(
        files_digest=files_digest,
        state=gathering.stored.state,
        commit=commit.name,
        dirty=commit.dirty,
        changes=tuple(action.change for action in compared.actions),
        unchanged=compared.unchanged,
        published=compared.published,
        digest=sha256_of([files_digest, gathering.stored.state, shown]),
        waits=sum(_is_new_wait(action) for action in compared.actions),
        repack=gathering.repack,
    )


def _was_sent_back(conn: Connection, delivery: int) -> bool:
    return bool(conn.execute(select(DELIVERY.c.reason_code).where(DELIVERY.c.id == delivery)).scalar_one() == SENT_BACK)


def _is_new_wait(action: Action) -> bool:
    return action.kind == "wait"


def _done_words(applied: Applied) -> str:
    counts = {
        f"{applied.created} created": applied.created,
        f"{applied.changed} changed": applied.changed,
        f"{applied.moved} moved": applied.moved,
        f"{applied.cancelled} cancelled": applied.cancelled,
    }
    words = ", ".join(words for words, number in counts.items() if number) or "nothing to do"
    return f"{words}; {len(applied.overdue)} overdue, they wait for you" if applied.overdue else words
