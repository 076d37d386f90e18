"""Rows of a sheet as posts: what one would make, what changes in one that was imported before, and doing it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, insert, update

from adapters.contract import MediaItem, Publication
from config.options import OPTIONS, Options
from config.resolved import Fixed, Link, ResolvedBrief
from drafting.provenance import DECLARED, Attributed, attribute
from scheduler import differences
from scheduler.accounts import StoredAccount
from scheduler.desk.clean import clean, clean_line, shorten
from scheduler.desk.exact import stored_content
from scheduler.desk.planning import Planning
from scheduler.desk.reviewing import typed
from scheduler.desk.sheet import COMMENT, EVERY, Seat, Sheet, read_sheet
from scheduler.desk.writing import free_slug
from scheduler.errors import StaleError
from scheduler.importing.columns import Columns
from scheduler.importing.matching import Match
from scheduler.importing.table import Finding, Spot, Table, found
from scheduler.importing.view import RowSign, SheetRow
from scheduler.importing.wish import Wish
from scheduler.labels import NOTHING_KNOWN
from scheduler.lifecycle import State
from scheduler.revisions import keep_revision
from scheduler.store.statements import POST, get_meta
from scheduler.units import writing
from scheduler.units.model import EDITABLE, NewUnit, Timing, Unit
from scheduler.when import day_words, when_words

_NAMES = {"texts": "text", "media": "files", "alts": "alt text", "accounts": "accounts", "link": "link", "title": "title", "brief": "brief"}
_IN_CONTENT = frozenset({"texts", "media", "alts", "link", "by_model"})
_COLUMNS = {"texts": "text", "when": "date", "accounts": "accounts", "media": "media", "alts": "alt"}
"""Which column is shown for something that cannot be changed."""


@dataclass(frozen=True, slots=True)
class Found:
    """One row, what it was before, and what would happen."""

    match: Match
    view: SheetRow

    @property
    def acts(self) -> bool:
        """Whether importing does anything for it."""
        return self.view.sign in "+?~>"


class ImportRows(Planning):
    """What rows become."""

    # ── what would happen ──

    def _compare_rows(
        self,
        conn: Connection,
        table: Table,
        columns: Columns,
        matches: Sequence[Match],
        accounts: Mapping[str, StoredAccount],
        items: Mapping[Path, MediaItem],
    ) -> tuple[list[Found], list[Finding]]:
        rows, findings = [], list[Finding]()
        for one in matches:
            if one.known is None:
                rows.append(self._new_row(table, columns, one, accounts, items, findings))
            else:
                rows.append(self._old_row(conn, table, columns, one, accounts, items, findings))
        return rows, findings

    def _new_row(
        self,
        table: Table,
        columns: Columns,
        one: Match,
        accounts: Mapping[str, StoredAccount],
        items: Mapping[Path, MediaItem],
        findings: list[Finding],
    ) -> Found:
        wish = one.wish
        texts = self._texts_of(wish)
        for name in wish.accounts:
            seat = self._new_seat(wish, f"{wish.campaign}/new", 0, accounts[name], items, texts)
            publications, _ = self.composed(_sheet_of(wish, seat), seat, texts)
            findings += self._problems(table, columns, wish, accounts[name], publications)
        quiet = not any(name != COMMENT for name in texts) and not wish.media
        words = "no text yet, the model can be asked: F8" if quiet and wish.brief else "no text yet" if quiet else "a draft, needs approval"
        findings += self._quiet_hours(table, columns, wish)
        return Found(one, self._row("?" if quiet else "+", table, wish, words))

    def _problems(
        self, table: Table, columns: Columns, wish: Wish, account: StoredAccount, publications: Sequence[Publication]
    ) -> list[Finding]:
        """What the platform would refuse: the row becomes a draft all the same, and cannot be approved like this."""
        seen: dict[tuple[str, str], Finding] = {}
        for publication in publications:
            for problem in self.checkers.of(account.account).check(publication):
                field = "first_comment" if publication.kind == "comment" else "media" if problem.field.startswith("media") else "text"
                spot = self._spot(table, columns, wish.row, field)
                said = (f"{account.name}: {problem.message}", *problem.hints)
                if problem.is_error:
                    seen.setdefault((problem.code, problem.message), Finding(problem.code, spot, said[0], said[1:], "", "warning"))
        return list(seen.values())

    def _quiet_hours(self, table: Table, columns: Columns, wish: Wish) -> list[Finding]:
        due = wish.at.instant if wish.at is not None else None
        if due is None:
            return []
        paces = {name: self.workspace.pace_of(name) for name in wish.accounts}
        loud = [(name, pace) for name, pace in paces.items() if pace.quiet_at(due) is not None]
        spot = self._spot(table, columns, wish.row, "date")
        return [found("W415", spot, f"{name} is quiet then", f"it opens {when_words(pace.opens(due), pace.tz)}") for name, pace in loud]

    def _old_row(
        self,
        conn: Connection,
        table: Table,
        columns: Columns,
        one: Match,
        accounts: Mapping[str, StoredAccount],
        items: Mapping[Path, MediaItem],
        findings: list[Finding],
    ) -> Found:
        wish, known = one.wish, one.known
        assert known is not None
        if not one.changed:
            return Found(one, self._row(".", table, wish, "in the calendar already", known.post))
        sheet = read_sheet(conn, known.post, self.workspace, self.store.assets)
        if sheet is None or not [seat for seat in sheet.seats if seat.unit.state != State.CANCELLED]:
            return Found(one, self._row(".", table, wish, "deleted or cancelled at the desk: it stays so", known.post))
        fixed = _cannot_change(sheet)
        if fixed:
            field = next((_COLUMNS[name] for name in _COLUMNS if name in one.changed), "id")
            hint = "for a new post give the row another id" if wish.name else "take the row out, or give it a time of its own"
            findings.append(found("E812", self._spot(table, columns, wish.row, field), f"'{known.post}' {fixed}: it cannot change", hint))
            return Found(one, self._row("!", table, wish, fixed, known.post))
        return Found(one, self._changed_row(conn, table, one, sheet, accounts, items))

    def _changed_row(
        self,
        conn: Connection,
        table: Table,
        one: Match,
        sheet: Sheet,
        accounts: Mapping[str, StoredAccount],
        items: Mapping[Path, MediaItem],
    ) -> SheetRow:
        wish, known = one.wish, one.known
        assert known is not None
        diff: dict[str, None] = {}
        loses = False
        after, texts = self._after(sheet, one, items)
        for before, seat in zip(sheet.seats, after.seats, strict=True):
            unit = before.unit
            publications, _ = self.composed(after, seat, texts)
            if self.checkers.wanted(publications, seat.account.account).digest != unit.digest:
                loses = loses or unit.approved
                old = stored_content(conn, unit.content_id, unit.key, 0, self.store.assets) if unit.content_id is not None else ()
                diff.update(dict.fromkeys(clean(line) for line in differences.lines(old, publications)))
            timing = _timing(wish, unit, seat.account.name) if "when" in one.changed else None
            loses = loses or (timing is not None and unit.approved and not writing.stays_inside(unit, timing))
        only_time = one.changed <= {"when", "tz"}
        sign: RowSign = ">" if only_time else "~"
        words = self._change_words(one, sheet, loses)
        return replace(self._row(sign, table, wish, words, known.post), diff=tuple(diff), loses_approval=loses)

    def _change_words(self, one: Match, sheet: Sheet, loses: bool) -> str:
        wish, known = one.wish, one.known
        assert known is not None
        parts = [words for name, words in _NAMES.items() if name in one.changed]
        if "when" in one.changed:
            before = next((seat.unit.timing for seat in sheet.seats), None)
            parts.append(f"moved from {when_words(before.due, before.tz)}" if before is not None else "moved")
        if "accounts" in one.changed:
            old = {seat.account.name for seat in sheet.seats}
            parts += [f"also {name}" for name in wish.accounts if name not in old]
            parts += [f"no longer {name}" for name in sorted(old - set(wish.accounts))]
        said = known.said.get("texts")
        earlier = said if isinstance(said, dict) else {}
        edited = [name for name, saved in sheet.texts.items() if name in earlier and saved.origins.text != earlier[name]]
        if "texts" in one.changed and edited:
            parts.append("was also changed at the desk: the sheet's words win")
        if any(seat.unit.approved for seat in sheet.seats):
            parts.append("loses its approval" if loses else "the approval holds")
        return ", ".join(parts)

    def _row(self, sign: RowSign, table: Table, wish: Wish, words: str, post: str = "") -> SheetRow:
        client = self.workspace.clients.get(wish.client or "")
        title = wish.title or next((said for name, said in wish.texts.items() if name != COMMENT), "") or wish.brief
        return SheetRow(
            sign=sign,
            row=wish.row,
            place=table.spot(wish.row).words,
            post=post,
            client=wish.client,
            client_name=clean_line(client.name) if client else self.name,
            client_color=client.color if client else "",
            accounts=wish.accounts,
            when=self._when_of(wish),
            title=shorten(title, 80),
            words=words,
        )

    def _when_of(self, wish: Wish) -> str:
        if wish.at is not None:
            return when_words(wish.at.instant, wish.at.tz)
        if wish.slots:
            first = min(wish.slots.values(), key=lambda at: at.instant)
            more = {at.instant for at in wish.slots.values()} - {first.instant}
            return f"{when_words(first.instant, first.tz)}{' and later' if more else ''}"
        return f"{wish.day}, no time" if wish.day else "no time yet"

    def _spot(self, table: Table, columns: Columns, row: int, field: str) -> Spot:
        names = {"text": ("text", *(f"text.{language}" for language in columns.languages), "media"), "date": ("when", "date", "time")}
        column = next((c.number for name in names.get(field, (field,)) for c in columns.of(name)), 0)
        return table.spot(row, column)

    # ── doing it ──

    def make_row(
        self, conn: Connection, wish: Wish, accounts: Mapping[str, StoredAccount], items: Mapping[Path, MediaItem], why: str
    ) -> str:
        """A new post: a draft, approved by nobody. Returns `campaign/post`."""
        author, texts = self.author(why), self._texts_of(wish)
        said = next((text.text for name, text in texts.items() if name != COMMENT), "")
        title = clean_line(wish.title) or shorten(said or wish.brief, 60) or "New post"
        slug = free_slug(conn, wish.campaign, wish.name or title)
        row: dict[str, object] = {"workspace_id": self.workspace.workspace_id or get_meta(conn, "workspace_id") or ""}
        row |= {"campaign": wish.campaign, "slug": slug, "title": title, "managed_by": "tui", "created_by": author.actor}
        made = conn.execute(insert(POST).values(**row, brief=_brief_json(wish.brief), created_at=author.at)).inserted_primary_key
        assert made is not None
        for name, saved in texts.items():
            keep_revision(conn, made[0], name, saved, self._editor(wish), author.at)
        for name in wish.accounts:
            self._take_seat(conn, wish, f"{wish.campaign}/{slug}", made[0], accounts[name], items, texts, why)
        return f"{wish.campaign}/{slug}"

    def _take_seat(
        self,
        conn: Connection,
        wish: Wish,
        post: str,
        post_id: int,
        account: StoredAccount,
        items: Mapping[Path, MediaItem],
        texts: Mapping[str, Attributed],
        why: str,
    ) -> None:
        assert account.id is not None
        seat = self._new_seat(wish, post, post_id, account, items, texts)
        wanted = self._wanted(_sheet_of(wish, seat), seat, texts)
        new = NewUnit(seat.unit.key, post_id, account.id, account.client, seat.unit.timing, wanted)
        writing.create(conn, new, self.author(why))

    def change_row(
        self, conn: Connection, one: Match, accounts: Mapping[str, StoredAccount], items: Mapping[Path, MediaItem], why: str
    ) -> None:
        """What the sheet says differently now, and nothing else: approvals of what changed are void."""
        wish, known = one.wish, one.known
        assert known is not None
        sheet = read_sheet(conn, known.post, self.workspace, self.store.assets)
        if sheet is None or _cannot_change(sheet):
            raise StaleError(f"'{known.post}' changed since the sheet was read", "read it again")
        after, texts = self._after(sheet, one, items)
        now = self.clock.wall()
        for name, saved in texts.items():
            before = sheet.texts.get(name)
            if before is None or before.origins != saved:
                keep_revision(conn, sheet.post_id, name, saved, self._editor(wish), now)
        if one.changed & {"title", "brief"}:
            title = clean_line(wish.title) or sheet.title
            conn.execute(update(POST).where(POST.c.id == sheet.post_id).values(title=title, brief=_brief_json(wish.brief)))
        if one.changed & _IN_CONTENT:
            self.recompose(conn, after, texts)
        if "accounts" in one.changed:
            self._change_accounts(conn, sheet, wish, accounts, items, texts, why)
        if "when" in one.changed:
            for seat in sheet.seats:
                timing = _timing(wish, seat.unit, seat.account.name)
                if timing is not None and seat.account.name in wish.accounts and seat.unit.state in EDITABLE:
                    self._move(conn, seat.unit.key, timing)

    def _change_accounts(
        self,
        conn: Connection,
        sheet: Sheet,
        wish: Wish,
        accounts: Mapping[str, StoredAccount],
        items: Mapping[Path, MediaItem],
        texts: Mapping[str, Attributed],
        why: str,
    ) -> None:
        there = {seat.account.name: seat for seat in sheet.seats}
        for name, seat in there.items():
            if name not in wish.accounts and seat.unit.state != State.CANCELLED:
                self._cancel(conn, seat.unit.key, f"no longer in {why}")
        for name in wish.accounts:
            if name not in there:
                self._take_seat(conn, wish, sheet.post, sheet.post_id, accounts[name], items, texts, why)

    # ── the same for both ──

    def _editor(self, wish: Wish) -> str:
        """Whose words these are: the sheet may say that a model wrote them."""
        return DECLARED if wish.by_model else self.who.editor

    def _texts_of(self, wish: Wish) -> dict[str, Attributed]:
        return {name: Attributed(said, attribute(None, said, self._editor(wish))) for name, said in wish.texts.items()}

    def _new_seat(
        self,
        wish: Wish,
        post: str,
        post_id: int,
        account: StoredAccount,
        items: Mapping[Path, MediaItem],
        texts: Mapping[str, Attributed],
    ) -> Seat:
        timing = _at(wish.slots.get(account.name) or wish.at, Timing(None, self.tz, ""))
        unit = Unit(f"{post}@{account.name}", post_id, account.id or 0, account.client, (), timing, None, None, None, None)
        languages = account.account.languages or tuple(name for name in texts if name not in (EVERY, COMMENT))
        options = OPTIONS.get(account.account.platform, Options)()
        return Seat(unit, account, languages, _media(wish, items), None, _link(wish), options)

    def _after(self, sheet: Sheet, one: Match, items: Mapping[Path, MediaItem]) -> tuple[Sheet, dict[str, Attributed]]:
        """The post with what the sheet changed in it."""
        wish, known = one.wish, one.known
        assert known is not None
        said: dict[str, str] = {}
        written = known.said.get("texts")
        earlier: dict[str, object] = written if isinstance(written, dict) else {}
        if "texts" in one.changed:  # only what the sheet changed: other texts may have been edited at the desk since
            said |= {name: words for name, words in wish.texts.items() if words != earlier.get(name)}
            said |= dict.fromkeys((name for name in earlier if name not in wish.texts), "")
        if "alts" in one.changed:
            said |= {f"alt:{n}": wish.alts[n] if n < len(wish.alts) else "" for n in range(len(wish.media))}
        texts = typed(sheet, said, self._editor(wish))
        if "by_model" in one.changed and wish.by_model:
            own = self._texts_of(wish)
            texts |= {name: own[name] for name in own if texts[name].text == own[name].text}
        seats = []
        for seat in sheet.seats:
            media = _media(wish, items) if "media" in one.changed else seat.media
            seats.append(replace(seat, media=media, link=_link(wish) if "link" in one.changed else seat.link))
        return replace(sheet, seats=tuple(seats)), texts


def _sheet_of(wish: Wish, seat: Seat) -> Sheet:
    return Sheet(seat.unit.post_id, seat.unit.key.partition("@")[0], wish.title, "tui", None, {}, (seat,), NOTHING_KNOWN)


def _media(wish: Wish, items: Mapping[Path, MediaItem]) -> tuple[tuple[MediaItem, ...], ...]:
    made = tuple(replace(items[path], alt=wish.alts[n] if n < len(wish.alts) else "") for n, path in enumerate(wish.media))
    return (made,) if made else ()


def _link(wish: Wish) -> Link | None:
    return Link(wish.link) if wish.link else None


def _brief_json(brief: str) -> str | None:
    return json.dumps(asdict(ResolvedBrief(goal=brief)), ensure_ascii=False) if brief else None


def _at(at: Fixed | None, base: Timing) -> Timing:
    return base if at is None else replace(base, due=at.instant, tz=at.tz, wall=at.wall, slot=None, slot_day=None)


def _timing(wish: Wish, unit: Unit, account: str) -> Timing | None:
    """The time the sheet gives now; None: it gives none, and the post keeps its own."""
    at = wish.slots.get(account) or wish.at
    return None if at is None else _at(at, unit.timing)


def _cannot_change(sheet: Sheet) -> str:
    """Why nothing of this post may change any more; empty when it may."""
    if sheet.managed_by == "files":
        return "comes from a campaign file now"
    states = {seat.unit.state for seat in sheet.seats} - {State.CANCELLED}
    if State.PUBLISHED in states:
        at = next((seat.unit.timing for seat in sheet.seats if seat.unit.state == State.PUBLISHED), None)
        return f"was published {day_words(at.due, at.tz)}" if at is not None and at.due is not None else "was published"
    return "" if states <= set(EDITABLE) else "is on its way"
