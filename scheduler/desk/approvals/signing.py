"""A client's review file: what of a week is shown, with a seal where a yes is asked for, and written to disk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from adapters.contract import Publication
from config.times import from_micros
from config.weeks import Week, parse_week
from config.whole_file import write_whole
from scheduler.clean import clean, clean_line
from scheduler.desk.approvals.reminding import Reminding, asked_words
from scheduler.desk.calendar.days import Days
from scheduler.desk.post import gate
from scheduler.desk.post.reading import Reader
from scheduler.desk.post.reviewing import Reviewing
from scheduler.desk.rows import read_deliveries
from scheduler.desk.views import DeliveryQuery, DeliveryView
from scheduler.errors import NotFoundError, UsageError
from scheduler.lifecycle import State
from scheduler.phrases.po import known_language
from scheduler.signoff.model import Card, Entry, Language, Passage, Sheet, Showing, Told
from scheduler.store.statements import note
from scheduler.units.reading import find_unit, head_key
from scheduler.when import day_words

SHOWN = (State.DRAFT.value, State.QUEUED.value, State.CLAIMED.value)
_MOST = 2_000


@dataclass(frozen=True, slots=True)
class ReviewFile:
    """A file that was written for a client."""

    file: Path
    client: str
    week: Week
    posts: int
    sealed: int
    """Posts × accounts that ask for a word."""
    agreed: int
    """Posts × accounts that are approved already."""
    waits: tuple[str, ...]
    """What stands in it without a seal, or not at all, and why."""
    bytes: int

    @property
    def words(self) -> str:
        """What was written, in a sentence."""
        asked = f"{self.sealed} {'seal' if self.sealed == 1 else 'seals'} to answer"
        return (
            f"{self.client}, {self.week.name}: {self.posts} {'post' if self.posts == 1 else 'posts'}, {asked}, {self.agreed} agreed already"
        )


class Signing(Reminding, Reviewing):
    """What a client is asked to look at."""

    async def export_review(self, client: str | None, week: str, file: Path | None = None, language: Language | None = None) -> ReviewFile:
        """Write one HTML file with a client's week; `file` may be a folder.

        Raises UsageError for a week nobody understands, for a missing client and for a file that is not ours, NotFoundError for
        a client that is not in daypart.yaml, OSError when it cannot be written."""
        days = self._week(week)
        name = self._client(client)
        file = await asyncio.to_thread(_named, file, f"review-{client or 'all'}-{days.name}.html")
        sheet, waits = await self.store.read(lambda conn: self._sheet(conn, client, name, days, language))
        size = await asyncio.to_thread(_write, sheet, file)
        asked = [showing for showing in sheet.showings if showing.sealed]
        await self.store.write(lambda conn: self._note(conn, name, [showing.key for showing in asked]), name="review")
        agreed = sum(bool(showing.approved) for showing in sheet.showings)
        return ReviewFile(file, name, days, len(sheet.entries), len(asked), agreed, tuple(waits), size)

    def _week(self, said: str) -> Week:
        try:
            return parse_week(said, from_micros(self.clock.wall(), self.tz).date())
        except ValueError as error:
            raise UsageError(str(error)) from error

    def _client(self, client: str | None) -> str:
        clients = self.workspace.clients
        if client is None and clients:
            raise UsageError("say for which client", f"--client {' | '.join(clients)}")
        if client is not None and client not in clients:
            from config.nearest import nearest  # deferred: only for mistakes

            near = nearest(client, list(clients))
            raise NotFoundError(f"there is no client '{clean_line(client)}'", f"did you mean '{near}'?" if near else ", ".join(clients))
        return clean_line(clients[client].name) if client is not None else self.name

    def _language(self, client: str | None) -> Language:
        """What most of the client's accounts post in first."""
        return "pl" if known_language(self.workspace.language_of(client)) == "pl" else "en"

    def _sheet(self, conn: Connection, client: str | None, name: str, week: Week, language: Language | None) -> tuple[Sheet, list[str]]:
        days = Days.between(week.monday, week.sunday, self.tz)
        query = DeliveryQuery(client=client, states=SHOWN, since=days.starts[0], until=days.starts[-1], limit=_MOST)
        reader = self.reader(conn)
        entries: dict[str, list[Showing]] = {}
        titles: dict[str, str] = {}
        waits: list[str] = []
        for view in read_deliveries(conn, query, self.scene(conn)):
            if view.key != head_key(view.key):
                continue
            shown = _showing(reader, view)
            if isinstance(shown, str):
                waits.append(f"{view.key} is not in it: {shown}")
                continue
            if shown.waits_for:
                waits.append(f"{view.key} has no seal: {shown.waits_for}")
            post = f"{view.post}#{view.key.partition('#')[2]}"
            entries.setdefault(post, []).append(shown)
            titles.setdefault(post, view.title or view.post)
        made = tuple(Entry(titles[post], tuple(showings)) for post, showings in entries.items())
        language = language or self._language(client)
        return Sheet(name, self.name, week.monday, week.sunday, self.tz, self.clock.wall(), made, language), waits

    def _note(self, conn: Connection, name: str, keys: Sequence[str]) -> None:
        """History says when the client was asked."""
        for key in keys:
            unit = find_unit(conn, key)
            if unit is not None and unit.digest is not None:
                author = self.author(asked_words(name, unit.digest, unit.timing.due, self.tz))
                note(conn, unit.head.id, actor=author.actor, why=author.why, at=author.at)


def _showing(reader: Reader, view: DeliveryView) -> Showing | str:
    """One post on one account as the client sees it, or why it is not shown."""
    unit = find_unit(reader.conn, view.key)
    account = reader.account(unit.account_id) if unit is not None else None
    if unit is None or unit.content_id is None:
        return "it has no text yet"
    if account is None:
        return "its account is no longer in daypart.yaml"
    if view.state == State.DRAFT and view.reason and view.next and unit.state == State.DRAFT and view.words == "sent back":
        return f"it was sent back: {view.reason}"
    seen = reader.look(unit, account, view)
    ready = gate.why_not_ready(reader.asked(unit, account, seen)) or ""
    approved = f"{view.approval.on_behalf or view.approval.by}, {day_words(view.approval.at, view.tz)}" if view.approval else ""
    preview = reader.checkers.of(account.account).preview
    publications = seen.publications
    posts = [p for p in publications if p.kind != "comment"]
    comment = next((p for p in publications if p.kind == "comment"), None)
    spans = [tuple((s.start, s.end) for s in part.spans if s.origin == "model") for part in seen.exact.parts]
    parts = tuple(_passage(p, preview(p).text, preview(p).folded_at, marks) for p, marks in zip(posts, spans, strict=True))
    told = posts[0].disclosure
    return Showing(
        key=view.key,
        header=seen.exact.preview.header,
        platform=view.platform_name,
        due=view.due or 0,
        digest=seen.digest,
        parts=parts,
        comment=None if comment is None else _passage(comment, comment.text, None, ()),
        card=_card(posts),
        notes=seen.exact.preview.notes,
        told=Told(told.label, seen.exact.ai_share, clean_line(told.line) if told.line else None, bool(told.flags), told.burned_in),
        approved=approved,
        waits_for="" if approved else ready,
    )


def _passage(publication: Publication, shown: str, folded_at: int | None, marks: tuple[tuple[int, int], ...]) -> Passage:
    """A text as readers see it; the model's words are marked where it is the very text."""
    text = clean(shown)
    if text != shown and folded_at is not None:
        folded_at = len(clean(shown[:folded_at]))
    start = text.find(clean(publication.text))
    moved = tuple((first + start, last + start) for first, last in marks) if start >= 0 else ()
    language = publication.languages[0] if len(publication.languages) == 1 else ""
    return Passage(text, folded_at, moved, publication.media, language)


def _card(posts: Sequence[Publication]) -> Card | None:
    """The card, where a platform draws one: pictures take its place."""
    found: Iterator[Card] = (Card(p.link.url, p.link.title, p.link.description) for p in posts if p.link is not None and not p.media)
    return next(found, None)


def _named(file: Path | None, name: str) -> Path:
    return Path(name) if file is None else file / name if file.is_dir() else file


def _write(sheet: Sheet, file: Path) -> int:
    """Whole or not at all; over an older file of ours, never over anybody else's."""
    from scheduler.signoff.page import GENERATOR, page  # deferred: pictures cost start-up time
    from scheduler.signoff.pictures import inline

    if file.exists() and GENERATOR.encode() not in file.read_bytes()[:2_000]:
        raise UsageError(f"'{file}' is there and is no review file: it stays as it is", "give another name with --out")
    media = [
        item
        for showing in sheet.showings
        for part in (*showing.parts, *([showing.comment] if showing.comment else []))
        for item in part.media
    ]
    body = page(sheet, inline(media)).encode()
    write_whole(file, body)
    return len(body)
