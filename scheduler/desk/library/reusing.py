"""Using a post again: a new draft with the same words, and posts that may come round again by themselves, as drafts.

Nothing here sends or approves: what it makes is a draft like any other. The rule that the same words do not go out twice within
thirty days stays with the engine; here it is told beforehand, and a person may say that they shall, and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Table, delete, insert, select, text

from adapters.limits import platform_name
from drafting.provenance import Attributed
from scheduler.accounts.rows import sync_accounts
from scheduler.clean import clean_line
from scheduler.clock import DAY
from scheduler.desk.library.reading import read_families
from scheduler.desk.library.views import ReuseAccount, Reused, ReuseView
from scheduler.desk.post.sheet import EVERY, Seat, Sheet, going
from scheduler.desk.views import Done
from scheduler.desk.write.families import first_of, keep_family
from scheduler.desk.write.making import NewPost, new_seat
from scheduler.desk.write.writing import Writing
from scheduler.errors import UsageError
from scheduler.store.guards import TWIN_DAYS
from scheduler.store.statements import CONTENT
from scheduler.store.tables import TABLES
from scheduler.units.model import NewUnit, Timing, Unit
from scheduler.when import day_words

EVERGREEN: Table = TABLES.tables["evergreen"]
_TWINS = (
    "FROM delivery o WHERE o.content_id IN (SELECT id FROM content WHERE twin = :twin)"
    " AND o.account_id + 0 = :account AND coalesce(o.parent_id, 0) = 0"
)
_LAST_PUBLIC = f"SELECT max(o.published_at) {_TWINS} AND o.state = 'published'"
_LAST_TRIED = (
    "SELECT max(s.at_intent) FROM step s WHERE s.kind = 'commit' AND s.phase NOT IN ('not_sent', 'absent')"
    f" AND s.delivery_id IN (SELECT o.id {_TWINS})"
)


@dataclass(frozen=True, slots=True)
class Again:
    """What a person wants of a post once more."""

    accounts: tuple[str, ...]
    timing: Timing
    title: str
    repeat: bool
    why: str


class Reusing(Writing):
    """What a person does with posts that were good."""

    async def reusable(self, post: str) -> ReuseView:
        """Where a post can be used again, and what would be refused with the same words."""
        sheet = await self.sheet(post.partition("@")[0])
        return await self.store.read(lambda conn: self._reusable(conn, sheet))

    def _reusable(self, conn: Connection, sheet: Sheet) -> ReuseView:
        workspace, now, stored = self.workspace, self.clock.wall(), self.reader(conn)
        client = next((seat.account.client for seat in sheet.seats), None)
        own = {seat.account.name: seat for seat in reversed(sheet.seats)}
        name, _ = self.scene(conn).client_of(client)
        family = read_families(conn, [sheet.post_id])[sheet.post_id]
        accounts = []
        for account, written in workspace.accounts.items():
            if not written.supported or workspace.client_of(account) != client:
                continue
            seat = own.get(account)
            known = stored.account(seat.unit.account_id) if seat is not None else None
            last = _last_said(conn, _twin_of(conn, seat.unit), seat.unit.account_id) if seat is not None else None
            until = last + TWIN_DAYS * DAY if last is not None and last + TWIN_DAYS * DAY > now else None
            words = _account_words(seat is not None, last, until, self.tz)
            connected = known is not None and known.connected
            accounts.append(ReuseAccount(account, platform_name(written.platform), connected, seat is not None, last, until, words))
        rests = family.rests_until if family.rests_until is not None and family.rests_until > now else None
        return ReuseView(sheet.post, clean_line(sheet.title), client, name, tuple(accounts), rests)

    async def reuse(
        self,
        post: str,
        *,
        accounts: Sequence[str] = (),
        when: str | None = None,
        title: str = "",
        repeat: bool = False,
        reason: str = "",
    ) -> Reused:
        """A new draft with the texts, pictures and settings of a post, for accounts of its client (default: the same ones).

        `repeat` with a `reason`: the same words may go out again within thirty days. Raises UsageError, NotFoundError."""
        sheet = await self.sheet(post.partition("@")[0])
        names = tuple(dict.fromkeys(accounts or (seat.account.name for seat in going(sheet))))
        self._one_client(names)
        self._same_client(sheet, names)
        if repeat and not reason.strip():
            raise UsageError("saying the same words again needs a reason", "for example: the date of the event has moved")
        if not sheet.texts and not any(seat.media for seat in sheet.seats):
            raise UsageError(f"“{clean_line(sheet.title)}” has neither words nor pictures to use again", "write it first")
        timing = self._timing(when, None)
        await self.refuse_without_room(names, timing.due)
        again = Again(names, timing, clean_line(title) or sheet.title, repeat, clean_line(reason))
        made, refused = await self.change(lambda conn: self._reuse(conn, sheet, again))
        self.undoable(f"delete the copy of “{clean_line(sheet.title)}” again", lambda: self.delete_draft(made))
        return Reused(await self.post(made), tuple(refused), repeat)

    def _reuse(self, conn: Connection, sheet: Sheet, again: Again) -> tuple[str, list[str]]:
        """The new post and all its rows; what would be refused as it stands."""
        stored = sync_accounts(conn, self.workspace)
        texts = _texts_for(sheet, again.accounts)
        made = self.make_post(conn, NewPost("desk", again.title, texts, brief=sheet.brief, sources=sheet.sources))
        why = f"made from {sheet.post}" + (f"; again because: {again.why}" if again.repeat else "")
        keep_family(conn, made.post_id, sheet.post_id, self.author(why), again.why)
        refused = []
        for name in again.accounts:
            seat = _seat_again(sheet, new_seat(made, stored[name], again.timing, texts))
            unit = self.take_seat(conn, made, seat, texts, why, repeat_ok=again.repeat)
            refused += self._refusal(conn, unit, name, again)
        return made.post, refused

    def _refusal(self, conn: Connection, new: NewUnit, account: str, again: Again) -> list[str]:
        """Why it would not go out as it stands."""
        if again.repeat or new.wanted.digest is None:
            return []
        twin = conn.execute(select(CONTENT.c.twin).where(CONTENT.c.digest == new.wanted.digest)).scalar_one()
        last = _last_said(conn, twin, new.account_id)
        at = again.timing.due or self.clock.wall()
        if last is None or last + TWIN_DAYS * DAY <= at:
            return []
        until = day_words(last + TWIN_DAYS * DAY, self.tz)
        return [f"{account} had these words on {day_words(last, self.tz)}: unless they change, it is refused until {until}"]

    # ── coming round again ──

    async def set_evergreen(self, post: str, *, every_days: int, most: int | None = None) -> Done:
        """It may come round again: suggested as a draft when it has rested so long, and so often at most. Raises UsageError."""
        if not TWIN_DAYS <= every_days <= 3_650:
            raise UsageError(
                f"a post rests {TWIN_DAYS} days or more before it comes round again, not {every_days}",
                "platforms and readers take the same words sooner for spam",
            )
        if most is not None and most < 1:
            raise UsageError("the limit is 1 or more", "leave it out for no limit")
        sheet = await self.sheet(post.partition("@")[0])
        before = await self.change(lambda conn: self._mark(conn, sheet.post_id, (every_days, most)))
        limit = f", {most} times in all" if most is not None else ""
        words = f"“{clean_line(sheet.title)}” comes round again every {every_days} days{limit}, each time as a draft to approve"
        return Done(words, (sheet.post,), self._undo_mark(sheet, before))

    async def drop_evergreen(self, post: str) -> Done:
        """It does not come round again by itself any more."""
        sheet = await self.sheet(post.partition("@")[0])
        before = await self.change(lambda conn: self._mark(conn, sheet.post_id, None))
        if before is None:
            return Done(f"“{clean_line(sheet.title)}” was not evergreen", (sheet.post,))
        return Done(f"“{clean_line(sheet.title)}” does not come round again any more", (sheet.post,), self._undo_mark(sheet, before))

    def _mark(self, conn: Connection, post_id: int, rule: tuple[int, int | None] | None) -> tuple[int, int | None] | None:
        """Keep another rule. Returns the one before."""
        root = first_of(conn, post_id)
        row = conn.execute(select(EVERGREEN.c.every_days, EVERGREEN.c.most).where(EVERGREEN.c.post_id == root)).first()
        conn.execute(delete(EVERGREEN).where(EVERGREEN.c.post_id == root))
        if rule is not None:
            author = self.author("")
            conn.execute(insert(EVERGREEN).values(post_id=root, every_days=rule[0], most=rule[1], by=author.actor, at=author.at))
        return None if row is None else (row.every_days, row.most)

    def _undo_mark(self, sheet: Sheet, before: tuple[int, int | None] | None) -> str:
        async def back() -> Done:
            await self.change(lambda conn: self._mark(conn, sheet.post_id, before))
            return Done(f"“{clean_line(sheet.title)}” is as it was before", (sheet.post,))

        return self.undoable("take the evergreen mark back to what it was", back)


def _seat_again(sheet: Sheet, fresh: Seat) -> Seat:
    """The same on one account: as it was there, or as it was elsewhere where it is new."""
    before = next((seat for seat in sheet.seats if seat.account.name == fresh.account.name), None)
    if before is not None:
        return replace(before, unit=fresh.unit, account=fresh.account)
    like = next(iter(sheet.seats), None)
    return fresh if like is None else replace(fresh, media=like.media, first_comment=like.first_comment, link=like.link)


def _texts_for(sheet: Sheet, accounts: Sequence[str]) -> dict[str, Attributed]:
    """All texts of a post but those that only accounts have which it does not go to."""
    kept = {name: saved.origins for name, saved in sheet.texts.items() if "@" not in name or name.partition("@")[2] in accounts}
    if kept or not sheet.texts:
        return kept
    name, saved = next(iter(sheet.texts.items()))
    return {name.partition("@")[0] or EVERY: saved.origins}


def _twin_of(conn: Connection, unit: Unit) -> str | None:
    found = conn.execute(select(CONTENT.c.twin).where(CONTENT.c.id == unit.content_id)).scalar_one_or_none()
    return None if found is None else str(found)


def _last_said(conn: Connection, twin: str | None, account_id: int) -> int | None:
    """When these words last went out, or may have gone out, on this account."""
    values = {"twin": twin, "account": account_id}
    found = [conn.execute(text(sql), values).scalar_one() for sql in (_LAST_PUBLIC, _LAST_TRIED)] if twin else []
    return max((int(at) for at in found if at is not None), default=None)


def _account_words(before: bool, last: int | None, until: int | None, tz: str) -> str:
    if last is None:
        return "planned there, not out yet" if before else "new there"
    if until is None:
        return f"last {day_words(last, tz)}"
    return f"last {day_words(last, tz)}; the same words are refused until {day_words(until, tz)}"
