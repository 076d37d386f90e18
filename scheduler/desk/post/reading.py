"""Reading contents from the store for people: one object per look at the store, so that nothing is read twice in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select, text

from adapters.contract import Preview, Publication
from config.resolved import ResolvedBrief
from config.workspace import Workspace
from drafting.checklist import unverified_facts
from drafting.provenance import Attributed
from scheduler.accounts.named import Checkers, StoredAccount, names_by_id
from scheduler.accounts.rows import read_accounts
from scheduler.clean import clean_line
from scheduler.content.digest import digest
from scheduler.content.labels import field_of, spans_of
from scheduler.desk.people import Person
from scheduler.desk.post import gate
from scheduler.desk.post.exact import Exact, approved_last, changed_since, look_at, stored_content
from scheduler.desk.post.sheet import Sheet, read_sheet, script_for
from scheduler.desk.views import DeliveryView, PartView, ReviewItem
from scheduler.store.statements import CONTENT, POST
from scheduler.units.model import Unit
from scheduler.units.reading import find_unit, units_of_keys

KEPT_LOOKS = 2_000


@dataclass(frozen=True, slots=True)
class Look:
    """What follows from a content on an account alone; kept while the desk is open."""

    publications: tuple[Publication, ...]
    exact: Exact
    facts: tuple[str, ...]
    digest: str
    author: str
    """The system's user who made the content."""


Looks = dict[tuple[int, int, str], Look]


@dataclass(slots=True)
class Reader:
    """One look at the store."""

    conn: Connection
    workspace: Workspace
    assets: Path
    checkers: Checkers
    who: Person
    now: int
    looks: Looks
    _accounts: dict[int, StoredAccount] = field(default_factory=dict)
    _sheets: dict[str, Sheet | None] = field(default_factory=dict)
    _units: dict[str, Unit] = field(default_factory=dict)
    _briefs: dict[int, str | None] = field(default_factory=dict)
    _approved: dict[int, str] | None = None
    """Delivery → digest approved last; None: not read at once."""

    def items(self, views: Sequence[DeliveryView]) -> list[ReviewItem]:
        """Many keys, with few questions to the store."""
        self._units = {unit.key: unit for unit in units_of_keys(self.conn, [view.key for view in views])}
        self._approved = approved_last(self.conn, [view.id for view in views])
        posts = {unit.post_id for unit in self._units.values()}
        self._briefs = {row.id: row.brief for row in self.conn.execute(select(POST.c.id, POST.c.brief).where(POST.c.id.in_(posts)))}
        return [self.item(view) for view in views]

    def account(self, account_id: int) -> StoredAccount | None:
        """An account by its row's id; None when daypart.yaml does not name it any more."""
        if not self._accounts:
            self._accounts = names_by_id(read_accounts(self.conn, self.workspace))
        return self._accounts.get(account_id)

    def sheet(self, post: str) -> Sheet | None:
        """A post with its texts."""
        if post not in self._sheets:
            self._sheets[post] = read_sheet(self.conn, post, self.workspace, self.assets)
        return self._sheets[post]

    def item(self, view: DeliveryView) -> ReviewItem:
        """Exactly what a key makes public, and whether it may be approved."""
        unit = self._units.get(view.key) or find_unit(self.conn, view.key)
        account = self.account(unit.account_id) if unit is not None else None
        if unit is None or account is None or unit.content_id is None or view.digest is None:
            return nothing_to_read(view, "it has no text yet" if view.digest is None else "its account is no longer in daypart.yaml")
        seen = self.look(unit, account, view)
        exact = seen.exact
        return ReviewItem(
            key=view.key,
            delivery=view,
            digest=seen.digest,
            parts=exact.parts,
            first_comment=exact.first_comment,
            preview=exact.preview,
            problems=exact.problems,
            ai_share=exact.ai_share,
            facts=seen.facts,
            needs_facts_check=exact.by_model,
            changed=self._changed(view, seen),
            options=exact.options,
            blocked=_files_gone(seen.publications) or gate.why_not(self.asked(unit, account, seen)),
        )

    def look(self, unit: Unit, account: StoredAccount, view: DeliveryView, *, anew: bool = False) -> Look:
        """The content from all sides, looked at once. `anew`: whatever was seen before."""
        assert unit.content_id is not None
        known = f"{account.account.remote_id} {account.account.handle} {account.account.facts} {self.checkers.media.host}"
        said = self._brief_json(unit.post_id)
        key = (unit.head.id, unit.content_id, f"{known} {said}")
        if anew or key not in self.looks:
            if len(self.looks) >= KEPT_LOOKS:
                self.looks.clear()
            self.looks[key] = self._look(unit, account, view, brief_of(said))
        return self.looks[key]

    def _look(self, unit: Unit, account: StoredAccount, view: DeliveryView, brief: ResolvedBrief | None) -> Look:
        publications = stored_content(self.conn, unit.content_id or 0, unit.key, unit.timing.due or 0, self.assets)
        exact = look_at(publications, self._recorded(unit, view), account, self.checkers, self.workspace.policy)
        facts = _facts(exact, publications, brief) if exact.by_model else ()
        return Look(publications, exact, facts, digest(publications), author_of(self.conn, unit.content_id))

    def asked(self, unit: Unit, account: StoredAccount, seen: Look, on_behalf: str = "") -> gate.Asked:
        """The question whether this person may approve this."""
        exact = seen.exact
        return gate.Asked(unit, account, exact.problems, exact.forbidden, seen.author, self.who, self.workspace.policy, self.now, on_behalf)

    def _changed(self, view: DeliveryView, seen: Look) -> tuple[str, ...]:
        """Lines that differ from what was approved last."""
        last = approved_last(self.conn, [view.id]) if self._approved is None else self._approved
        before = last.get(view.id)
        return () if before in (None, seen.digest) else changed_since(self.conn, before or "", seen.publications, self.assets)

    def _brief_json(self, post_id: int) -> str | None:
        """What the model was asked for, as it is kept; its facts can change while the text stays."""
        if post_id not in self._briefs:
            self._briefs[post_id] = self.conn.execute(select(POST.c.brief).where(POST.c.id == post_id)).scalar_one_or_none()
        return self._briefs[post_id]

    def _recorded(self, unit: Unit, view: DeliveryView) -> Attributed | None:
        """The words of a key as written, with who wrote them."""
        if view.managed_by == "files":
            return self._newest(unit.post_id, field_of(unit.key))
        sheet = self.sheet(view.post)
        seat = next((seat for seat in sheet.seats if seat.unit.key == unit.key), None) if sheet is not None else None
        if sheet is None or seat is None:
            return None
        texts = {name: saved.origins for name, saved in sheet.texts.items()}
        return script_for(seat, texts, self.workspace.join)[1]

    def _newest(self, post_id: int, field_name: str) -> Attributed | None:
        sql = "SELECT text, spans FROM revision WHERE post_id = :post AND field = :field ORDER BY n DESC LIMIT 1"
        row = self.conn.execute(text(sql), {"post": post_id, "field": field_name}).first()
        return None if row is None else Attributed(row.text, spans_of(row.spans))


def author_of(conn: Connection, content_id: int | None) -> str:
    """The system's user who made a content; empty where that is not known."""
    return conn.execute(select(CONTENT.c.created_by).where(CONTENT.c.id == content_id)).scalar_one_or_none() or ""


def brief_of(said: str | None) -> ResolvedBrief | None:
    """A brief from its JSON."""
    if not said:
        return None
    fields: dict[str, object] = json.loads(said)
    return ResolvedBrief(**{name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()})  # type: ignore[arg-type]  # as we wrote it


def facts_of(brief: ResolvedBrief | None) -> tuple[str, ...]:
    """True things a text may say, as far as the brief says them."""
    if brief is None:
        return ()
    return (*brief.points, brief.goal, brief.call_to_action, *brief.must, *brief.links, *brief.handles)


def _files_gone(publications: tuple[Publication, ...]) -> str | None:
    """A file that vanished or was cut is said before anybody reads; what else changed in one, the yes itself finds out."""
    for item in (item for one in publications for item in one.media):
        try:
            whole = item.path.stat().st_size == item.size
        except OSError:
            whole = False
        if not whole:
            return f"its file {clean_line(item.name) or item.sha256[:12]} is missing from the store: take it out and add it again"
    return None


def nothing_to_read(view: DeliveryView, blocked: str) -> ReviewItem:
    """A key without a text."""
    empty = PartView("", (), ())
    preview = Preview(f"{view.platform_name} · {view.account}", "", None, (), (blocked,))
    return ReviewItem(view.key, view, view.digest or "", (empty,), None, preview, (), 0.0, (), False, (), {}, blocked)


def _facts(exact: Exact, publications: Sequence[Publication], brief: ResolvedBrief | None) -> tuple[str, ...]:
    languages = publications[0].languages or ("en",)
    return unverified_facts(exact.text, facts_of(brief), languages[0], languages)
