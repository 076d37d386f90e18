"""Times and ends of posts: moving, cancelling, deleting drafts; each can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, update

from adapters.contract import Publication
from config.resolved import Fixed
from config.times import TimeError, from_micros, wall_text
from config.typed_time import parse_typed
from scheduler.clean import clean_line
from scheduler.desk.post.exact import stored_content
from scheduler.desk.post.reviewing import Reviewing
from scheduler.desk.post.sheet import Sheet
from scheduler.desk.undoing import Undoing
from scheduler.desk.views import Done
from scheduler.desk.write.pacing import Pacing
from scheduler.errors import NotFoundError, UsageError
from scheduler.lifecycle import FINAL, State
from scheduler.store.statements import POST
from scheduler.units import writing
from scheduler.units.model import EDITABLE, Author, NewUnit, Timing, Unit
from scheduler.units.reading import find_unit, head_key, parse_key
from scheduler.when import when_words


class Moving(Reviewing, Undoing, Pacing):
    """What a person does with the times of all posts."""

    async def move(self, key: str, when: str, *, anyway: bool = False) -> Done:
        """A new time, as people type it ("fri 18", "+2d", "2026-12-01T09:00", "now").

        Raises NoRoomError where the account's limits leave none; `anyway`: it waits its turn then."""
        key = head_key(key)
        unit = await self.store.read(lambda conn: find_unit(conn, key))
        if unit is None:
            raise await self.no_such_key(key)
        timing = self._timing(when, unit.timing)
        await self.refuse_without_room((parse_key(key)[2],), timing.due, mine=(unit.head.id,), anyway=anyway)
        kept = await self.change(lambda conn: self._move(conn, key, timing))
        words = f"moved to {when_words(timing.due, self.tz)}"
        words += "; the approval holds" if kept else "; it needs a new approval" if unit.approved else ""
        old = unit.timing

        async def back() -> Done:
            await self.change(lambda conn: self._move(conn, key, replace(old, slot=None)))
            return Done(f"moved back to {when_words(old.due, self.tz)}", (key,))

        step = f"move {parse_key(key)[1]} back to {when_words(old.due, self.tz)}"  # by name: after an undo the next step is another post's
        return Done(words, (key,), self.undoable(step, back))

    def _timing(self, when: str | None, before: Timing | None) -> Timing:
        """A typed time as timing; what else was said of the time stays."""
        base = before or Timing(None, self.tz, "")
        if when is None or not when.strip():
            return base
        now = self.clock.wall()
        try:
            fixed: Fixed = parse_typed(when, now, self.tz)
        except TimeError as error:
            raise UsageError(error.message, error.hints[0] if error.hints else "") from error
        timing = replace(base, due=fixed.instant, tz=fixed.tz, wall=fixed.wall, slot=None, slot_day=None)
        if before is not None and before.due is not None and before.tz != fixed.tz:  # moved by days later on, it keeps its own hour
            timing = replace(timing, tz=before.tz, wall=wall_text(from_micros(fixed.instant, before.tz).replace(tzinfo=None)))
        if fixed.instant + timing.late < now:
            raise UsageError(f"{when_words(fixed.instant, fixed.tz)} has passed", "give a time ahead, or `now`")
        if timing.not_after is not None and fixed.instant > timing.not_after:
            raise UsageError(f"this post may not go out after {when_words(timing.not_after, timing.tz)} (not_after)")
        return timing

    def _move(self, conn: Connection, key: str, timing: Timing) -> bool:
        unit = find_unit(conn, key)
        if unit is None:
            raise NotFoundError(f"there is no '{clean_line(key)}'")
        if unit.state not in EDITABLE:
            hint = "make a new post of it" if unit.state in FINAL else "wait until it is settled"
            raise UsageError(f"'{key}' is {unit.state}: its time cannot change", hint)
        words = f"moved to {when_words(timing.due, timing.tz)}"
        inside = writing.stays_inside(unit, timing)
        why = words if inside or not unit.approved else f"{words}, outside the approved days. Approve it again."
        return self._retime(conn, unit, timing, self.author(why))

    def _retime(self, conn: Connection, unit: Unit, timing: Timing, author: Author) -> bool:
        return writing.retime(conn, unit, timing, self._leads(conn, unit), author)

    def _leads(self, conn: Connection, unit: Unit) -> list[float]:
        """How long before its time each act may be prepared."""
        account = self.reader(conn).account(unit.account_id)
        if unit.content_id is None or account is None:
            return []
        adapter = self.checkers.of(account.account)
        return [adapter.lead_for(p) for p in stored_content(conn, unit.content_id, unit.key, unit.timing.due or 0, self.store.assets)]

    # ── taking away ──

    async def cancel(self, key: str) -> Done:
        """It will not go out. What is public stays."""
        key = head_key(key)
        unit = await self.change(lambda conn: self._cancel(conn, key, "cancelled by a person"), name="cancel")
        undo = None if unit.state not in (State.DRAFT, State.QUEUED) else self._undo_cancel(unit)
        return Done(f"cancelled: {key}", (key,), undo)

    def _cancel(self, conn: Connection, key: str, why: str) -> Unit:
        unit = find_unit(conn, key)
        if unit is None:
            raise NotFoundError(f"there is no '{clean_line(key)}'")
        left = [act for act in unit.acts if act.state not in FINAL]
        if not left:
            public = unit.head.state == State.PUBLISHED
            raise UsageError(f"'{key}' is {'public: cancelling does not take it away' if public else 'cancelled already'}")
        if any(act.state in (State.SENDING, State.PROCESSING, State.UNKNOWN, State.CHECKING) for act in left):
            raise UsageError(f"'{key}' is on its way right now", "wait until it is settled")
        writing.cancel(conn, unit, self.author(why), applied=unit.applied)
        return unit

    def _undo_cancel(self, unit: Unit) -> str:
        async def back() -> Done:
            await self.change(lambda conn: self._bring_back(conn, unit))
            return Done(f"{unit.key} is a draft again; it needs an approval", (unit.key,))

        return self.undoable("bring it back as a draft", back)

    def _bring_back(self, conn: Connection, before: Unit) -> None:
        """A cancelled row stays as it is; the key gets a new one with the same content and time."""
        unit = find_unit(conn, before.key)
        account = self.reader(conn).account(before.account_id)
        if unit is None or unit.state != State.CANCELLED or account is None:
            raise UsageError(f"'{before.key}' is not cancelled any more")
        publications: tuple[Publication, ...] = ()
        if unit.content_id is not None:
            publications = stored_content(conn, unit.content_id, unit.key, unit.timing.due or 0, self.store.assets)
        wanted = self.checkers.wanted(publications, account.account)
        author = self.author("brought back after it was cancelled")
        writing.retire(conn, unit, author)
        timing = replace(unit.timing, slot=None)
        new = NewUnit(unit.key, unit.post_id, unit.account_id, account.client, timing, wanted, unit.applied, unit.brief_hash)
        writing.create(conn, new, author)

    async def delete_draft(self, post: str) -> Done:
        """Delete a post made here that was never sent. Raises UsageError for one from files, sent or on its way."""
        name = post.partition("@")[0]
        sheet = await self.sheet(name)
        if sheet.managed_by == "files":
            raise UsageError(f"this post comes from a file: remove it from {self._file_of(sheet)}", "then `daypart apply`")
        sent = [seat.unit.key for seat in sheet.seats if seat.unit.state not in (*EDITABLE, State.CANCELLED)]
        if sent:
            raise UsageError(f"'{sent[0]}' was sent or is on its way: it cannot be deleted", "cancel what is left of it, key by key")
        units = await self.change(lambda conn: self._delete(conn, sheet), name="cancel")

        async def back() -> Done:
            await self.change(lambda conn: self._undelete(conn, sheet.post_id, units))
            return Done(f"“{clean_line(sheet.title)}” is back as a draft", tuple(unit.key for unit in units))

        words = self.undoable(f"bring “{clean_line(sheet.title)}” back", back)
        return Done(f"deleted: {clean_line(sheet.title)}", tuple(unit.key for unit in units), words)

    def _delete(self, conn: Connection, sheet: Sheet) -> list[Unit]:
        units = [seat.unit for seat in sheet.seats if seat.unit.state != State.CANCELLED]
        for unit in units:
            self._cancel(conn, unit.key, "the draft was deleted")
        conn.execute(update(POST).where(POST.c.id == sheet.post_id).values(archived_at=self.clock.wall()))
        return units

    def _undelete(self, conn: Connection, post_id: int, units: Sequence[Unit]) -> None:
        conn.execute(update(POST).where(POST.c.id == post_id).values(archived_at=None))
        for unit in units:
            self._bring_back(conn, unit)
