"""Rows of a sheet as posts: what a row says as a seat of a post, making one of it, changing the one it made before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, update

from adapters.contract import MediaItem
from config.resolved import Fixed, Link, ResolvedBrief
from drafting.provenance import DECLARED, Attributed, attribute
from scheduler.accounts.named import StoredAccount
from scheduler.clean import clean_line, shorten
from scheduler.content.revisions import keep_revision
from scheduler.desk.calendar.planning import Planning
from scheduler.desk.post.reading import brief_of
from scheduler.desk.post.reviewing import typed
from scheduler.desk.post.sheet import COMMENT, Seat, Sheet, read_sheet
from scheduler.desk.write.making import NewPost, new_seat
from scheduler.errors import StaleError
from scheduler.importing.matching import Match
from scheduler.importing.wish import Wish
from scheduler.lifecycle import State
from scheduler.store.statements import POST
from scheduler.units import writing
from scheduler.units.model import EDITABLE, Timing, Unit
from scheduler.when import day_words

_IN_CONTENT = frozenset({"texts", "media", "alts", "link", "by_model"})


@dataclass(frozen=True, slots=True)
class Stock:
    """What rows name, found."""

    accounts: Mapping[str, StoredAccount]
    items: Mapping[Path, MediaItem]
    """Every picture and video, measured."""


@dataclass(frozen=True, slots=True)
class Supplied:
    """A row with everything that a post of it needs."""

    wish: Wish
    texts: Mapping[str, Attributed]
    """Of the whole post, with who wrote which words."""
    stock: Stock

    @property
    def media(self) -> tuple[tuple[MediaItem, ...], ...]:
        """Pictures and videos with their alt texts."""
        alts = self.wish.alts
        made = tuple(replace(self.stock.items[path], alt=alts[n] if n < len(alts) else "") for n, path in enumerate(self.wish.media))
        return (made,) if made else ()

    @property
    def link(self) -> Link | None:
        return Link(self.wish.link) if self.wish.link else None


class RowPosts(Planning):
    """What rows become."""

    def make_row(self, conn: Connection, wish: Wish, stock: Stock, why: str) -> str:
        """A new post: a draft, approved by nobody. Returns `campaign/post`."""
        texts = self._texts_of(wish)
        said = next((text.text for name, text in texts.items() if name != COMMENT), "")
        title = clean_line(wish.title) or shorten(said or wish.brief, 60) or "New post"
        new = NewPost(wish.campaign, title, texts, wish.name, _brief_json(wish.brief), self._editor(wish))
        sheet, row = self.make_post(conn, new), Supplied(wish, texts, stock)
        for name in wish.accounts:
            self.take_seat(conn, sheet, self._row_seat(sheet, row, name), texts, why)
        return sheet.post

    def change_row(self, conn: Connection, one: Match, stock: Stock, why: str) -> None:
        """What the sheet says differently now, and nothing else: approvals of what changed are void.

        Raises StaleError when the post changed since the sheet was read."""
        wish, known = one.wish, one.known
        assert known is not None
        sheet = read_sheet(conn, known.post, self.workspace, self.store.assets)
        if sheet is None or cannot_change(sheet):
            raise StaleError(f"'{known.post}' changed since the sheet was read", "read it again")
        after, texts = self._after(sheet, one, stock)
        now = self.clock.wall()
        for name, saved in texts.items():
            before = sheet.texts.get(name)
            if before is None or before.origins != saved:
                keep_revision(conn, sheet.post_id, name, saved, self._editor(wish), now)
        if one.changed & {"title", "brief"}:
            title = clean_line(wish.title) or sheet.title
            brief = _brief_json(wish.brief, sheet.brief) if "brief" in one.changed else sheet.brief
            conn.execute(update(POST).where(POST.c.id == sheet.post_id).values(title=title, brief=brief))
        if one.changed & _IN_CONTENT:
            self.recompose(conn, after, texts)
        if "accounts" in one.changed:
            self._change_accounts(conn, sheet, one, Supplied(wish, texts, stock), why)
        if "when" in one.changed:
            for seat in sheet.seats:
                timing = timing_of(wish, seat.unit, seat.account.name)
                if timing is not None and seat.account.name in wish.accounts and seat.unit.state in EDITABLE:
                    self._move(conn, seat.unit.key, timing)

    def _change_accounts(self, conn: Connection, sheet: Sheet, one: Match, row: Supplied, why: str) -> None:
        wish = one.wish
        there = {seat.account.name: seat for seat in sheet.seats}
        for name, seat in there.items():
            if name not in wish.accounts and seat.unit.state != State.CANCELLED:
                self._cancel(conn, seat.unit.key, f"no longer in {why}")
        for name in accounts_that_come(sheet, one):
            if name in there:  # the sheet took it out before: what was cancelled keeps its history, and gives its key free
                writing.retire(conn, there[name].unit, self.author(f"again in {why}"))
            self.take_seat(conn, sheet, self._row_seat(sheet, row, name), row.texts, why)

    def _editor(self, wish: Wish) -> str:
        """Whose words these are: the sheet may say that a model wrote them."""
        return DECLARED if wish.by_model else self.who.editor

    def _texts_of(self, wish: Wish) -> dict[str, Attributed]:
        return {name: Attributed(said, attribute(None, said, self._editor(wish))) for name, said in wish.texts.items()}

    def _row_seat(self, sheet: Sheet, row: Supplied, account: str) -> Seat:
        timing = _at(row.wish.slots.get(account) or row.wish.at, Timing(None, self.tz, ""))
        seat = new_seat(sheet, row.stock.accounts[account], timing, row.texts)
        return replace(seat, media=row.media, link=row.link)

    def _after(self, sheet: Sheet, one: Match, stock: Stock) -> tuple[Sheet, dict[str, Attributed]]:
        """The post with what the sheet changed in it."""
        wish, known = one.wish, one.known
        assert known is not None
        said: dict[str, str] = {}
        earlier = known.texts
        if "texts" in one.changed:  # only what the sheet changed: other texts may have been edited at the desk since
            said |= {name: words for name, words in wish.texts.items() if words != earlier.get(name)}
            said |= dict.fromkeys((name for name in earlier if name not in wish.texts), "")
        if "alts" in one.changed:
            said |= {f"alt:{n}": wish.alts[n] if n < len(wish.alts) else "" for n in range(len(wish.media))}
        elif "media" in one.changed:
            said |= _alts_of_files(sheet, wish, stock)
        texts = typed(sheet, said, self._editor(wish))
        if "by_model" in one.changed and wish.by_model:
            own = self._texts_of(wish)
            texts |= {name: own[name] for name in own if texts[name].text == own[name].text}
        row, seats = Supplied(wish, texts, stock), []
        for seat in sheet.seats:
            media = row.media if "media" in one.changed else seat.media
            seats.append(replace(seat, media=media, link=row.link if "link" in one.changed else seat.link))
        return replace(sheet, seats=tuple(seats)), texts


def _alts_of_files(sheet: Sheet, wish: Wish, stock: Stock) -> dict[str, str]:
    """Alternative texts that were written at the desk go with their files; another file has the sheet's, or none."""
    old = {name: saved.origins.text for name, saved in sheet.texts.items() if name.startswith("alt:")}
    files = [item.sha256 for part in max((seat.media for seat in sheet.seats), key=lambda parts: sum(map(len, parts))) for item in part]
    found: dict[str, str] = {}
    for suffix in {name.removeprefix("alt:").partition(":")[2] for name in old}:
        tail = f":{suffix}" if suffix else ""
        for n, path in enumerate(wish.media):
            sha, new = stock.items[path].sha256, wish.alts[n] if n < len(wish.alts) and not suffix else ""
            found[f"alt:{n}{tail}"] = old.get(f"alt:{files.index(sha)}{tail}", new) if sha in files else new
    return found


def accounts_that_come(sheet: Sheet, one: Match) -> list[str]:
    """Accounts that the row names and its post does not go to; where somebody cancelled one that the row has always named, it stays so."""
    assert one.known is not None
    before = one.known.said.get("accounts")
    named = set(before) if isinstance(before, list) else set()
    there = {seat.account.name: seat.unit.state for seat in sheet.seats}
    return [name for name in one.wish.accounts if name not in there or (there[name] == State.CANCELLED and name not in named)]


def timing_of(wish: Wish, unit: Unit, account: str) -> Timing | None:
    """The time the sheet gives now; None: it gives none, and the post keeps its own."""
    at = wish.slots.get(account) or wish.at
    return None if at is None else _at(at, unit.timing)


def cannot_change(sheet: Sheet) -> str:
    """Why nothing of this post may change any more; empty when it may."""
    if sheet.managed_by == "files":
        return "comes from a campaign file now"
    states = {seat.unit.state for seat in sheet.seats} - {State.CANCELLED}
    if State.PUBLISHED in states:
        at = next((seat.unit.timing for seat in sheet.seats if seat.unit.state == State.PUBLISHED), None)
        return f"was published {day_words(at.due, at.tz)}" if at is not None and at.due is not None else "was published"
    return "" if states <= set(EDITABLE) else "is on its way"


def _brief_json(brief: str, known: str | None = None) -> str | None:
    """A sheet says what it is about; facts and tone that were given at the desk stay."""
    before = brief_of(known) or ResolvedBrief("")
    after = replace(before, goal=brief)
    return None if after == ResolvedBrief("") else json.dumps(asdict(after), ensure_ascii=False)


def _at(at: Fixed | None, base: Timing) -> Timing:
    return base if at is None else replace(base, due=at.instant, tz=at.tz, wall=at.wall, slot=None, slot_day=None)
