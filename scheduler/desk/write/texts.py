"""Texts of a post beside the newest common one: an account's own, and those that were saved before."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, text

from drafting.provenance import Attributed
from scheduler.clean import clean, clean_line
from scheduler.clock import MINUTE
from scheduler.content.labels import is_model, spans_of
from scheduler.content.revisions import keep_revision
from scheduler.desk.people import name_of
from scheduler.desk.post.sheet import ASIDE, EVERY, MADE, SCRIPT, Seat, Sheet, own_field
from scheduler.desk.views import Done, Span
from scheduler.desk.write.views import FormerText
from scheduler.desk.write.writing import Writing
from scheduler.errors import NotFoundError, UsageError

SHOWN_MOST = 2_000
"""So many saved texts are looked through, the newest first."""
ONE_STRETCH = 10 * MINUTE
"""Typing that only added words shows as its last text."""
SLIP = 20
"""Characters taken out that count as mending a slip, as long as they are few beside the text."""
FEW = 5
"""A fifth of it at most."""
_SAVED = (
    "SELECT r.id, r.field, r.n, r.text, r.spans, r.editor, r.at FROM revision r JOIN post p ON p.id = r.post_id"
    f" WHERE p.campaign = :campaign AND p.slug = :slug AND r.field NOT LIKE '{MADE}%'"
)


class Texts(Writing):
    """What a person does with more than one text."""

    # ── an account's own ──

    async def own_text(self, post: str, account: str, language: str | None = None) -> Done:
        """Give an account a text of its own in a language; it begins as a copy of the common one."""
        sheet = await self.sheet(post)
        seat = _seat_of(sheet, account)
        tongue = _tongue(seat, language)
        field = own_field(account, tongue)
        self._refuse_to_write(sheet, field)
        common = _common(sheet, tongue)
        if common is None:
            raise UsageError("there is no common text yet", "write that first: an own text begins as a copy of it")
        if _said(sheet, field) is not None:
            raise UsageError(f"{clean_line(account)} has a text of its own already", "the same key goes back to the common one")
        await self.put_texts(sheet.post, {field: common})

        async def back() -> Done:
            await self.put_texts(sheet.post, {field: Attributed("", ())})
            return Done(f"{clean_line(account)} shares the common text again", (sheet.post,))

        undo = self.undoable(f"let {clean_line(account)} share the common text again", back)
        words = f"a text of its own for {clean_line(account)}: it begins as a copy of the common one"
        return Done(words, (sheet.post,), undo, {"field": field})

    async def common_text(self, post: str, account: str, language: str | None = None) -> Done:
        """Let an account send the common text again. Its own stays among the earlier texts."""
        sheet = await self.sheet(post)
        tongue = _tongue(_seat_of(sheet, account), language)
        field = own_field(account, tongue)
        own = _said(sheet, field)
        if own is None:
            raise UsageError(f"{clean_line(account)} sends the common text already")
        self._refuse_to_write(sheet, field)
        await self.put_texts(sheet.post, {field: Attributed("", ())})

        async def back() -> Done:
            await self.put_texts(sheet.post, {field: own})
            return Done(f"{clean_line(account)} has its own text again", (sheet.post,))

        undo = self.undoable(f"give {clean_line(account)} its own text back", back)
        return Done(f"the common text again for {clean_line(account)}", (sheet.post,), undo, {"field": tongue})

    # ── earlier ──

    async def former_texts(self, post: str, field: str | None = None) -> list[FormerText]:
        """Every text that was saved, the newest first; typing without a rest that took nothing away is one. `field`: only this text."""
        sheet = await self.sheet(post)
        rows = await self.store.read(lambda conn: _rows(conn, sheet.post))
        return [view for view in _folded(rows) if field is None or view.field == field]

    async def restore_text(self, post: str, number: int) -> Done:
        """Go back to an earlier text, with who wrote its words. The one of now stays among the earlier ones."""
        sheet = await self.sheet(post)
        row = await self.store.read(lambda conn: next((row for row in _rows(conn, sheet.post) if row["id"] == number), None))
        if row is None:
            raise NotFoundError(f"there is no earlier text {number} of this post", f"`daypart post texts {sheet.post}` lists them")
        field = str(row["field"]).removeprefix(ASIDE)
        if not field.startswith(SCRIPT):
            self._refuse_to_write(sheet, field)
        before = await self.store.read(lambda conn: _newest(conn, sheet.post, field))
        await self._put_back(sheet, field, Attributed(row["text"], spans_of(row["spans"])))

        async def back() -> Done:
            await self._put_back(sheet, field, before)
            return Done("the text is as it was before", (sheet.post,))

        undo = self.undoable("put the text back that was there", back)
        return Done(f"the text that {name_of(row['editor'])} saved is back", (sheet.post,), undo, {"field": field})

    async def _put_back(self, sheet: Sheet, field: str, said: Attributed) -> None:
        """A script is never public: nothing has to be composed anew."""
        if field.startswith(SCRIPT):
            now = self.clock.wall()
            await self.store.write(lambda conn: keep_revision(conn, sheet.post_id, field, said, self.who.editor, now), name="edit")
        else:
            await self.put_texts(sheet.post, {field: said})


def _seat_of(sheet: Sheet, account: str) -> Seat:
    seat = next((seat for seat in sheet.seats if seat.account.name == account), None)
    if seat is None:
        names = ", ".join(dict.fromkeys(seat.account.name for seat in sheet.seats))
        raise NotFoundError(f"'{sheet.post}' does not go to '{clean_line(account)}'", f"accounts: {names}")
    return seat


def _tongue(seat: Seat, language: str | None) -> str:
    """The language asked for where the account has it, else its first."""
    if language and (language in seat.languages or not seat.languages):
        return language
    return seat.languages[0] if seat.languages else EVERY


def _said(sheet: Sheet, field: str) -> Attributed | None:
    saved = sheet.texts.get(field)
    return saved.origins if saved is not None and saved.origins.text.strip() else None


def _common(sheet: Sheet, language: str) -> Attributed | None:
    return _said(sheet, language) or _said(sheet, EVERY)


def _rows(conn: Connection, post: str) -> list[RowMapping]:
    campaign, _, slug = post.partition("/")
    sql = f"{_SAVED} ORDER BY r.id DESC LIMIT {SHOWN_MOST}"
    return list(conn.execute(text(sql), {"campaign": campaign, "slug": slug}).mappings())


def _newest(conn: Connection, post: str, field: str) -> Attributed:
    campaign, _, slug = post.partition("/")
    sql = f"{_SAVED} AND r.field = :field ORDER BY r.n DESC LIMIT 1"
    row = conn.execute(text(sql), {"campaign": campaign, "slug": slug, "field": field}).mappings().first()
    return Attributed("", ()) if row is None else Attributed(row["text"], spans_of(row["spans"]))


def _folded(rows: list[RowMapping]) -> list[FormerText]:
    """Newest first. A text that lives on in the next one that is shown, slips aside, is not shown itself."""
    found: list[FormerText] = []
    later: dict[str, RowMapping] = {}
    for row in rows:
        kept = later.get(row["field"])
        if kept is not None and (row["text"] == kept["text"] or _lives_on(row, kept)):
            continue
        later[row["field"]] = row
        if row["text"].strip():
            found.append(_view(row, current=kept is None))
    return found


def _lives_on(old: RowMapping, new: RowMapping) -> bool:
    if old["editor"] != new["editor"] or new["at"] - old["at"] > ONE_STRETCH or old["field"].startswith(ASIDE):
        return False
    before, after = old["text"], new["text"]
    head = _common_start(before, after)
    tail = _common_start(before[head:][::-1], after[head:][::-1])
    return len(before) - head - tail <= min(SLIP, len(before) // FEW)


def _common_start(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _view(row: RowMapping, *, current: bool) -> FormerText:
    shown, aside = clean(row["text"]), row["field"].startswith(ASIDE)
    spans = spans_of(row["spans"]) if shown == row["text"] else ()
    marks = tuple(Span(span.start, span.end, "model" if is_model(span) else "person") for span in spans)
    field = row["field"].removeprefix(ASIDE)
    return FormerText(row["id"], field, shown, marks, name_of(row["editor"]), row["at"], current and not aside, aside)
