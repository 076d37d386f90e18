"""Where a post made at the desk goes: accounts are added to it and taken away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from adapters.limits import LIMITS
from drafting.provenance import Attributed
from scheduler.accounts.named import StoredAccount
from scheduler.accounts.rows import sync_accounts
from scheduler.clean import clean_line
from scheduler.content.revisions import forget_unwritten, keep_revision
from scheduler.desk.post.sheet import EVERY, Seat, Sheet, read_sheet
from scheduler.desk.rows import approvals
from scheduler.desk.views import Done
from scheduler.desk.write.making import new_seat, new_unit
from scheduler.desk.write.writing import Writing
from scheduler.errors import NotFoundError, UsageError
from scheduler.lifecycle import FINAL, State
from scheduler.units import writing
from scheduler.units.model import EDITABLE, Timing
from scheduler.units.reading import find_unit


@dataclass(frozen=True, slots=True)
class Reseated:
    """What became of a post's accounts."""

    added: tuple[str, ...]
    taken: tuple[Seat, ...]
    """As they were."""
    begun: tuple[str, ...] = ()
    """Languages in which an empty text was begun for them."""

    @property
    def words(self) -> str:
        """What was done, in a sentence."""
        also = [f"now also for {_names(self.added)}"] if self.added else []
        gone = [f"no longer for {_names(seat.account.name for seat in self.taken)}"] if self.taken else []
        return "; ".join(also + gone)


class Seating(Writing):
    """What a person does with the accounts of one post."""

    async def change_accounts(
        self, post: str, accounts: Sequence[str], *, base: Sequence[str] | None = None, anyway: bool = False, may_void: bool = True
    ) -> Done:
        """The accounts a post goes to from now on, all of one client. `base`: the ones this choice was made from; what somebody
        else changed since stays. A new one gets the time and the files of the others, as a draft.

        Raises UsageError for posts managed by files, for another client's account, for none at all, and where what is taken away
        was sent; WouldVoidError when approvals may not be voided and would be; NoRoomError as for a new post."""
        sheet = await self.sheet(post)
        added, _ = self._difference(sheet, accounts, base)
        await self.refuse_without_room(added, _timing_of(sheet).due if added else None, anyway=anyway)
        done = await self.change(lambda conn: self._choose(conn, sheet.post, accounts, base, may_void=may_void))
        self._open = None
        if not done.added and not done.taken:
            return Done("nothing changed", (sheet.post,))

        async def back() -> Done:
            await self.change(lambda conn: self._back_to(conn, sheet.post, done))
            self._open = None
            return Done(f"“{clean_line(sheet.title)}” goes where it went before", (sheet.post,))

        undo = self.undoable(f"let “{clean_line(sheet.title)}” go where it went before", back)
        return Done(done.words, (sheet.post,), undo)

    def _difference(self, sheet: Sheet, accounts: Sequence[str], base: Sequence[str] | None) -> tuple[list[str], list[str]]:
        """Which accounts come and which go. Raises UsageError, NotFoundError for what may not be."""
        if sheet.managed_by == "files":
            raise UsageError(f"this post comes from a file: its accounts stand in {self._file_of(sheet)}", "then `daypart apply`")
        now = _going(sheet)
        before = now if base is None else base
        added = [name for name in dict.fromkeys(accounts) if name not in before and name not in now]
        taken = [name for name in now if name in before and name not in accounts]
        if added:
            self._one_client(added)
            self._same_client(sheet, added)
        if sheet.seats and all(seat.unit.state in FINAL for seat in sheet.seats) and (added or taken):
            raise UsageError("this post is public or cancelled: its accounts cannot change any more", "make a new post")
        if len(taken) == len(now) and not added:
            raise UsageError("a post goes to at least one account", "delete the post, or add another account first")
        return added, taken

    def _choose(self, conn: Connection, post: str, accounts: Sequence[str], base: Sequence[str] | None, *, may_void: bool) -> Reseated:
        sheet = self._sheet_now(conn, post)
        added, gone = self._difference(sheet, accounts, base)
        standing = frozenset[int]() if may_void else approvals(conn, sheet.post_id)
        stored = sync_accounts(conn, self.workspace)
        texts = self._texts_for_all(conn, sheet, [stored[name] for name in added])
        seats = [_seat_like(sheet, stored[name], texts) for name in added]
        taken = self._reseat(conn, sheet, seats, gone, texts)
        self._refuse_to_void(conn, standing - (approvals(conn, sheet.post_id) if standing else standing))
        return Reseated(tuple(added), taken, tuple(name for name in texts if name not in sheet.texts))

    def _back_to(self, conn: Connection, post: str, done: Reseated) -> None:
        """As it was, with the texts of now; what somebody else has put back or taken away already stays so."""
        sheet = self._sheet_now(conn, post)
        now = _going(sheet)
        texts = {name: saved.origins for name, saved in sheet.texts.items()}
        seats = [_again(sheet, seat) for seat in done.taken if seat.account.name not in now]
        self._reseat(conn, sheet, seats, [name for name in done.added if name in now], texts)
        for field in done.begun:
            forget_unwritten(conn, sheet.post_id, field)

    def _reseat(
        self, conn: Connection, sheet: Sheet, seats: Sequence[Seat], gone: Collection[str], texts: Mapping[str, Attributed]
    ) -> tuple[Seat, ...]:
        """Take accounts away, give others a seat. Returns the seats that were taken."""
        if not seats and not set(_going(sheet)) - set(gone):
            raise UsageError("a post goes to at least one account", "delete the post, or add another account first")
        taken = tuple(seat for seat in sheet.seats if seat.account.name in gone and seat.unit.state != State.CANCELLED)
        for seat in taken:
            _refuse_to_take(seat)
            self._cancel(conn, seat.unit.key, "taken off this account")
        for key in {seat.unit.key for seat in (*taken, *seats)}:
            self._free(conn, key)
        for seat in seats:
            self.take_seat(conn, sheet, seat, texts, "added at the desk")
        return taken

    def _free(self, conn: Connection, key: str) -> None:
        """What was cancelled keeps its rows and their history, and gives its key free."""
        unit = find_unit(conn, key)
        if unit is not None:
            writing.retire(conn, unit, self.author("the post does not go there any more"))

    def _sheet_now(self, conn: Connection, post: str) -> Sheet:
        sheet = read_sheet(conn, post, self.workspace, self.store.assets)
        if sheet is None:
            raise NotFoundError(f"there is no post '{clean_line(post)}'")
        return sheet

    def _texts_for_all(self, conn: Connection, sheet: Sheet, added: Sequence[StoredAccount]) -> dict[str, Attributed]:
        """The post's texts; an account whose languages nobody has written gets an empty one to write in, as in a new post."""
        texts = {name: saved.origins for name, saved in sheet.texts.items()}
        for languages in (stored.account.languages for stored in added):
            if languages and EVERY not in texts and not any(language in texts for language in languages):
                texts[languages[0]] = Attributed("", ())
                keep_revision(conn, sheet.post_id, languages[0], texts[languages[0]], self.who.editor, self.clock.wall())
        return texts


def _going(sheet: Sheet) -> list[str]:
    """Accounts the post goes to; where it was cancelled it does not."""
    return [seat.account.name for seat in sheet.seats if seat.unit.state != State.CANCELLED]


def _refuse_to_take(seat: Seat) -> None:
    unit, account = seat.unit, clean_line(seat.account.name)
    if any(act.state == State.PUBLISHED for act in unit.acts):
        raise UsageError(f"this post is public on {account}: taking the account off does not take it away", "delete it there by hand")
    if unit.state not in EDITABLE:
        raise UsageError(f"'{unit.key}' is on its way right now", "wait until it is settled")


def _open_seats(sheet: Sheet) -> list[Seat]:
    """Those that may still change say what a new one is like; else any."""
    return [seat for seat in sheet.seats if seat.unit.state in EDITABLE] or list(sheet.seats)


def _timing_of(sheet: Sheet) -> Timing:
    """The post's time: the soonest where its accounts have several. A slot is one account's own."""
    timings = [seat.unit.timing for seat in _open_seats(sheet)]
    soonest = min(timings, key=lambda timing: (timing.due is None, timing.due or 0))
    return replace(soonest, slot=None, slot_day=None)


def _seat_like(sheet: Sheet, account: StoredAccount, texts: Mapping[str, Attributed]) -> Seat:
    """A new account sends what the others send: their files, their link, their first comment where there is such a thing."""
    fresh, others = new_seat(sheet, account, _timing_of(sheet), texts), _open_seats(sheet)
    media = max((seat.media for seat in others), key=lambda parts: sum(map(len, parts)))
    comment = next((seat.first_comment for seat in others if seat.first_comment), None)
    takes_comment = LIMITS[account.account.platform].first_comment
    link = next((seat.link for seat in others if seat.link is not None), None)
    return replace(fresh, media=media, link=link, first_comment=comment if takes_comment else None)


def _again(sheet: Sheet, before: Seat) -> Seat:
    """A seat that was taken, under a new unit; a place in a slot may be another's by now."""
    return replace(before, unit=new_unit(sheet, before.account, replace(before.unit.timing, slot=None, slot_day=None)))


def _names(accounts: Iterable[str]) -> str:
    return ", ".join(map(clean_line, accounts))
