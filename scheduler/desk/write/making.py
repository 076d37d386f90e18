"""Posts made at the desk, whatever they are made of: the post's row, its first texts, a seat for each account. Nobody has approved it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, count

from sqlalchemy import Connection, insert, select

from config.options import OPTIONS, Options
from drafting.provenance import Attributed
from scheduler.accounts.named import StoredAccount
from scheduler.content.labels import NOTHING_KNOWN, Sources
from scheduler.content.revisions import keep_revision
from scheduler.desk.post.reviewing import Reviewing
from scheduler.desk.post.sheet import Seat, Sheet, is_language
from scheduler.store.statements import POST, get_meta
from scheduler.units import writing
from scheduler.units.model import NewUnit, Timing, Unit, Wanted

_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class NewPost:
    """What a post begins with."""

    campaign: str
    title: str
    texts: Mapping[str, Attributed]
    named: str = ""
    """Words that its id is made of, where they are not its title."""
    brief: str | None = None
    """JSON of config.resolved.ResolvedBrief."""
    editor: str = ""
    """Whose texts these are; empty: the person's at the desk."""
    sources: Sources = NOTHING_KNOWN
    """What models said of the post it is made from."""


class Making(Reviewing):
    """What all ways to a new post share."""

    def make_post(self, conn: Connection, new: NewPost) -> Sheet:
        """The post's row and its texts. It goes nowhere until it has seats."""
        author = self.author("")
        slug = _free_slug(conn, new.campaign, new.named or new.title)
        row: dict[str, str | None] = {"workspace_id": self.workspace.workspace_id or get_meta(conn, "workspace_id") or ""}
        row |= {"campaign": new.campaign, "slug": slug, "title": new.title or "New post", "managed_by": "tui"}
        row |= {"created_by": author.actor, "brief": new.brief}
        made = conn.execute(insert(POST).values(**row, created_at=author.at)).inserted_primary_key
        assert made is not None
        for name, saved in new.texts.items():
            keep_revision(conn, made[0], name, saved, new.editor or self.who.editor, author.at)
        return Sheet(made[0], f"{new.campaign}/{slug}", new.title, "tui", new.brief, {}, (), new.sources)

    def take_seat(
        self, conn: Connection, sheet: Sheet, seat: Seat, texts: Mapping[str, Attributed], why: str, *, repeat_ok: bool = False
    ) -> NewUnit:
        """The post goes to one account more."""
        unit = seat.unit
        wanted = self._wanted(sheet, seat, texts)
        new = NewUnit(unit.key, unit.post_id, unit.account_id, unit.client, unit.timing, wanted, repeat_ok=repeat_ok)
        writing.create(conn, new, self.author(why))
        return new

    def _wanted(self, sheet: Sheet, seat: Seat, texts: Mapping[str, Attributed]) -> Wanted:
        publications, _ = self.composed(sheet, seat, texts)
        return self.checkers.wanted(publications, seat.account.account)


def new_unit(sheet: Sheet, account: StoredAccount, timing: Timing) -> Unit:
    """A key of a post on an account, before the store has it."""
    key = f"{sheet.post}@{account.name}"
    return Unit(key, sheet.post_id, account.id or 0, account.client, (), timing, None, None, None, None)


def new_seat(sheet: Sheet, account: StoredAccount, timing: Timing, texts: Mapping[str, Attributed]) -> Seat:
    """A seat with texts in the account's languages (those there are, where it has none) and nothing else."""
    languages = account.account.languages or tuple(name for name in texts if is_language(name))
    options = OPTIONS.get(account.account.platform, Options)()
    return Seat(new_unit(sheet, account, timing), account, languages, (), None, None, options)


def _free_slug(conn: Connection, campaign: str, words: str) -> str:
    """An id for a post from its words, the first one that is free."""
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    base = _SLUG.sub("-", plain).strip("-")[:40].strip("-") or "post"
    taken = set(conn.execute(select(POST.c.slug).where(POST.c.campaign == campaign)).scalars())
    return next(name for name in chain((base,), (f"{base}-{n}" for n in count(2))) if name not in taken)
