"""Making the store follow a plan: one transaction, in which every row must still be what the plan saw."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, insert, select, update

from config.loaded import Loaded
from config.resolved import ResolvedPost
from scheduler import brake, holds
from scheduler.accounts.named import StoredAccount
from scheduler.content import assets
from scheduler.content.labels import field_of
from scheduler.content.revisions import keep_revision
from scheduler.errors import StaleError
from scheduler.plan.compare import Action
from scheduler.plan.gathering import media_of
from scheduler.plan.wanted import FileUnit
from scheduler.store.statements import DELIVERY, POST
from scheduler.units import writing
from scheduler.units.model import Author, NewUnit, Unit
from scheduler.units.reading import find_unit, parse_key


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done."""

    created: int = 0
    changed: int = 0
    moved: int = 0
    cancelled: int = 0
    keys: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    """Keys of campaigns that go on again whose time passed meanwhile."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Everything the transaction needs."""

    actions: Sequence[Action]
    files: Sequence[FileUnit]
    loaded: Loaded
    accounts: Mapping[str, StoredAccount]
    workspace_id: str
    author: Author
    """`files:COMMIT`; its `why` is the beginning of every line in the ledger."""


def follow(conn: Connection, plan: Follow) -> Applied:
    """Do it. Raises StaleError when a row is not what the plan saw; then nothing was done."""
    assets.keep_rows(conn, media_of(plan.files))
    posts = _Posts(conn, plan)
    moving = [action.unit.head.id for action in plan.actions if action.moves and action.unit is not None]
    writing.free_slots(conn, moving)
    for kind in ("rename", "cancel", "change", "move", "create", "wait"):
        for action in plan.actions:
            if action.kind == kind or (kind == "rename" and action.rename_from is not None and action.kind != "nothing"):
                _DO[kind](conn, action, plan, posts)
    _remember_what_files_say(conn, plan)
    overdue = _pauses(conn, plan)
    counts = {kind: sum(action.kind == kind for action in plan.actions) for kind in ("create", "change", "move", "cancel")}
    keys = tuple(action.change.key for action in plan.actions if action.kind not in ("nothing",))
    return Applied(counts["create"], counts["change"], counts["move"], counts["cancel"], keys, tuple(overdue))


class _Posts:
    """Rows of `post`, made when a campaign names a new one."""

    def __init__(self, conn: Connection, plan: Follow) -> None:
        self._conn = conn
        self._plan = plan
        self._ids: dict[str, int] = {}

    def id_of(self, post: ResolvedPost) -> int:
        name = f"{post.campaign}/{post.post}"
        if name not in self._ids:
            self._ids[name] = self._keep(post)
        return self._ids[name]

    def rename(self, post: ResolvedPost, old: str) -> None:
        """The post keeps its row, and with it drafts and revisions."""
        new_row = self._conn.execute(select(POST.c.id).where(POST.c.campaign == post.campaign, POST.c.slug == post.post)).first()
        if new_row is None:
            self._conn.execute(update(POST).where(POST.c.campaign == post.campaign, POST.c.slug == old).values(slug=post.post))

    def _keep(self, post: ResolvedPost) -> int:
        said = {"title": title_of(post), "brief": json.dumps(asdict(post.brief), ensure_ascii=False) if post.brief else None}
        known = (POST.c.campaign == post.campaign, POST.c.slug == post.post)
        found = self._conn.execute(select(POST.c.id).where(*known)).scalar_one_or_none()
        if found is not None:
            self._conn.execute(update(POST).where(POST.c.id == found).values(**said, archived_at=None))
            return int(found)
        new = {"workspace_id": self._plan.workspace_id, "campaign": post.campaign, "slug": post.post, "managed_by": "files"}
        by = {"created_by": self._plan.author.actor, "created_at": self._plan.author.at}
        made = self._conn.execute(insert(POST).values(**new, **said, **by)).inserted_primary_key
        assert made is not None
        return int(made[0])


def title_of(post: ResolvedPost) -> str:
    """The post's title, else its first words, else what its brief wants."""
    text = post.parts[0].text if post.parts else post.brief.goal if post.brief else ""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return (post.title if post.title and post.title != post.post else first or post.post)[:80]


def _rename(conn: Connection, action: Action, plan: Follow, posts: _Posts) -> None:
    assert action.unit is not None
    assert action.file is not None
    author = replace(plan.author, why=f"{plan.author.why}: renamed from {action.rename_from}")
    posts.rename(action.file.post, parse_key(action.unit.key)[1])
    writing.rename(conn, _fresh(conn, action.unit), action.file.key, posts.id_of(action.file.post), author)


def _cancel(conn: Connection, action: Action, plan: Follow, posts: _Posts) -> None:
    assert action.unit is not None
    writing.cancel(conn, _fresh(conn, action.unit), _author(plan, action), applied=None)


def _change(conn: Connection, action: Action, plan: Follow, posts: _Posts) -> None:
    unit, file = _both(conn, action)
    posts.id_of(file.post)
    brief = file.post.brief.hash if file.post.brief else None
    _keep_origins(conn, file, unit.post_id, plan.author)
    writing.change_content(conn, unit, file.wanted, _author(plan, action), applied=file.applied, brief_hash=brief)
    again = find_unit(conn, file.key)
    if action.moves and file.timing is not None and again is not None:
        writing.retime(conn, again, file.timing, _leads(file), _author(plan, action), applied=file.applied)


def _move(conn: Connection, action: Action, plan: Follow, posts: _Posts) -> None:
    unit, file = _both(conn, action)
    assert file.timing is not None
    writing.retime(conn, unit, file.timing, _leads(file), _author(plan, action), applied=file.applied)


def _create(conn: Connection, action: Action, plan: Follow, posts: _Posts) -> None:
    file = action.file
    assert file is not None
    assert file.timing is not None
    if action.revive and action.unit is not None:
        writing.retire(conn, _fresh(conn, action.unit), replace(plan.author, why=f"{plan.author.why}: planned again"))
    account = plan.accounts[file.post.account]
    assert account.id is not None
    post_id = posts.id_of(file.post)
    _keep_origins(conn, file, post_id, plan.author)
    new = NewUnit(
        key=file.key,
        post_id=post_id,
        account_id=account.id,
        client=account.client,
        timing=file.timing,
        wanted=file.wanted,
        applied=file.applied,
        brief_hash=file.post.brief.hash if file.post.brief else None,
        repeat_ok=file.post.repeat or file.post.occurrence is not None,
    )
    writing.create(conn, new, _author(plan, action))


def _keep_origins(conn: Connection, file: FileUnit, post_id: int, author: Author) -> None:
    """Record whose words these are, so that later edits of the file cannot make a model's words a person's."""
    if file.origins is not None:
        keep_revision(conn, post_id, field_of(file.key), file.origins, author.actor, author.at)


_DO = {"rename": _rename, "cancel": _cancel, "change": _change, "move": _move, "create": _create, "wait": _create}


def _both(conn: Connection, action: Action) -> tuple[Unit, FileUnit]:
    assert action.unit is not None
    assert action.file is not None
    seen = replace(action.unit, key=action.file.key) if action.rename_from is not None else action.unit
    return _fresh(conn, seen), action.file


def _fresh(conn: Connection, seen: Unit) -> Unit:
    """The unit as it is now; it must be as the plan saw it."""
    unit = find_unit(conn, seen.key)
    if unit is None or [(a.id, a.state, a.fence) for a in unit.acts] != [(a.id, a.state, a.fence) for a in seen.acts]:
        raise StaleError(f"'{seen.key}' changed since the plan was made", "run `daypart plan` again and read it")
    return unit


def _leads(file: FileUnit) -> list[float]:
    return [sending.lead for sending in file.wanted.sending]


def _author(plan: Follow, action: Action) -> Author:
    return replace(plan.author, why=action.why or plan.author.why)


def _remember_what_files_say(conn: Connection, plan: Follow) -> None:
    """Also of what did not change: later plans compare with it."""
    said = {file.key: file for file in plan.files}
    still = {action.change.key for action in plan.actions if action.kind == "nothing"}
    rows = conn.execute(select(DELIVERY.c.id, DELIVERY.c.key, DELIVERY.c.applied, DELIVERY.c.state).where(DELIVERY.c.applied.is_not(None)))
    for row in rows.fetchall():
        file = said.get(row.key)
        if file is not None and row.key not in still and row.applied != file.applied and row.state in ("draft", "queued"):
            conn.execute(update(DELIVERY).where(DELIVERY.c.id == row.id).values(applied=file.applied))


def _pauses(conn: Connection, plan: Follow) -> list[str]:
    overdue: list[str] = []
    for campaign in plan.loaded.campaigns.values():
        if campaign.status == "paused":
            brake.put_on(conn, holds.FILE, campaign.id, holds.PAUSED, plan.author)
        else:
            overdue += brake.take_off(conn, holds.FILE, campaign.id, plan.author) or []
    return overdue
