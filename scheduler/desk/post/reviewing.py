"""Reading before a yes: exactly what goes out, what waits, how a text that is being typed fits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from adapters.contract import Publication, Rules
from adapters.counting import count, find_hashtags, fits_until
from adapters.limits import Limits
from drafting.provenance import Attributed, attribute
from scheduler.clean import clean, clean_line
from scheduler.content.compose import compose
from scheduler.content.digest import digest
from scheduler.content.labels import is_model, tell
from scheduler.desk.post.exact import length_words, look_at
from scheduler.desk.post.proposals import read_proposals
from scheduler.desk.post.reading import Reader, author_of, brief_of, nothing_to_read
from scheduler.desk.post.sheet import COMMENT, Saved, Seat, Sheet, field_for, is_language, is_own, own_field, read_sheet, script_for
from scheduler.desk.room import Room
from scheduler.desk.rows import read_delivery, read_post_deliveries, read_waiting
from scheduler.desk.views import Counter, PostView, ReviewItem, TextView
from scheduler.desk.views import Span as Mark
from scheduler.errors import NotFoundError
from scheduler.units.model import Author, Unit
from scheduler.units.reading import head_key


class Reviewing(Room):
    """Reading actions about contents."""

    def reader(self, conn: Connection) -> Reader:
        """One look at the store."""
        return Reader(conn, self.workspace, self.store.assets, self.checkers, self.who, self.clock.wall(), self._looks)

    def author_of_same_words(self, conn: Connection, unit: Unit, why: str) -> Author:
        """The person at this desk changes what is beside a unit's words: for the four-eyes rule they stay whose they were."""
        wrote = author_of(conn, unit.content_id)
        return replace(self.author(why), os_user=wrote) if wrote else self.author(why)

    async def waiting(self, client: str | None = None) -> list[ReviewItem]:
        """What waits for approval, soonest first."""
        return await self.store.read(lambda conn: self.reader(conn).items(read_waiting(conn, client, self.scene(conn))))

    async def review(self, key: str) -> ReviewItem:
        """Exactly what a key would make public, whatever its state. Raises NotFoundError."""

        def read(conn: Connection) -> ReviewItem | None:
            view = read_delivery(conn, head_key(key), self.scene(conn))
            return None if view is None else self.reader(conn).item(view)

        found = await self.store.read(read)
        if found is None:
            raise await self.no_such_key(key)
        return found

    # ── the composer ──

    async def post(self, post: str) -> PostView:
        """One post for the composer; `campaign/post`. Raises NotFoundError."""
        sheet = await self.sheet(post)
        self._open = sheet

        def read(conn: Connection) -> PostView:
            deliveries = tuple(read_post_deliveries(conn, sheet.post_id, self.scene(conn)))
            client = deliveries[0].client if deliveries else None
            brief = brief_of(sheet.brief)
            return PostView(
                post=sheet.post,
                title=clean_line(sheet.title),
                client=client,
                client_name=deliveries[0].client_name if deliveries else self.name,
                managed_by=sheet.managed_by,
                file=self._file_of(sheet),
                texts=tuple(_text_view(name, saved) for name, saved in sheet.texts.items() if _is_shown(sheet, name, saved)),
                accounts=tuple(dict.fromkeys(seat.account.name for seat in sheet.seats)),
                deliveries=deliveries,
                proposals=tuple(read_proposals(conn, sheet.post)),
                brief=clean_line(brief.goal) if brief else None,
            )

        return await self.store.read(read)

    async def sheet(self, post: str) -> Sheet:
        """The post as saved. Raises NotFoundError."""
        workspace, assets, name = self.workspace, self.store.assets, post.partition("@")[0]
        found = await self.store.read(lambda conn: read_sheet(conn, name, workspace, assets))
        if found is None:
            raise NotFoundError(f"there is no post '{clean_line(name)}'", "`daypart post list` shows all")
        return found

    def _file_of(self, sheet: Sheet) -> str | None:
        """Which file a person edits, from the workspace."""
        if sheet.managed_by != "files":
            return None
        campaign, _, slug = sheet.post.partition("/")
        for folder in sorted((self.root / "campaigns").glob("*")):
            page = folder / "posts" / f"{slug}.md"
            if folder.name == campaign and page.is_file():
                return page.relative_to(self.root).as_posix()
        return f"campaigns/{campaign}/campaign.yaml"

    async def counters(self, post: str, texts: Mapping[str, str]) -> list[Counter]:
        """How the texts being typed fit each account of the post. No database after the first call."""
        sheet = await self._at_hand(post)
        origins = await asyncio.to_thread(typed, sheet, texts, self.who.editor)  # three new texts of a model: over 10 ms
        return [self._counter(seat, origins) for seat in sheet.seats if "#" not in seat.unit.key or seat is sheet.seats[0]]

    async def preview(self, post: str, account: str, texts: Mapping[str, str]) -> ReviewItem:
        """As `review`, for texts that are not saved yet. Raises NotFoundError."""
        sheet = await self._at_hand(post)
        seat = next((seat for seat in sheet.seats if seat.account.name == account), None)
        if seat is None:
            raise NotFoundError(f"'{post}' does not go to '{clean_line(account)}'")
        view = await self.store.read(lambda conn: read_delivery(conn, seat.unit.key, self.scene(conn)))
        if view is None:  # somebody took it off this account meanwhile
            raise NotFoundError(f"'{post}' does not go to '{clean_line(account)}'")
        said = await asyncio.to_thread(typed, sheet, texts, self.who.editor)
        publications, origins = self.composed(sheet, seat, said)
        if not publications:
            return nothing_to_read(view, "it has no text yet")
        exact = look_at(publications, origins, seat.account, self.checkers, self.workspace.policy)
        return ReviewItem(
            key=view.key,
            delivery=replace(view, ai=publications[0].disclosure.label),
            digest=digest(publications),
            parts=exact.parts,
            first_comment=exact.first_comment,
            preview=exact.preview,
            problems=exact.problems,
            ai_share=exact.ai_share,
            facts=(),
            needs_facts_check=exact.by_model,
            changed=(),
            options=exact.options,
            blocked="it is not saved yet",
        )

    def composed(self, sheet: Sheet, seat: Seat, texts: Mapping[str, Attributed]) -> tuple[tuple[Publication, ...], Attributed]:
        """What one account makes public of texts, and who wrote which words of it."""
        workspace = self.workspace
        script, origins = script_for(seat, texts, workspace.join)
        if not script.pieces:
            return (), origins
        comment = texts.get(COMMENT) if script.first_comment else None
        told = tell(script, origins, sheet.sources, workspace.policy, comment).told
        return compose(script, seat.account.target, told, seat.unit.timing.due or 0), origins

    async def _at_hand(self, post: str) -> Sheet:
        if self._open is None or self._open.post != post:
            self._open = await self.sheet(post)
        return self._open

    def _counter(self, seat: Seat, texts: Mapping[str, Attributed]) -> Counter:
        assert self._open is not None
        publications, _ = self.composed(self._open, seat, texts)
        adapter = self.checkers.of(seat.account.account)
        limits, field = adapter.limits(), field_for(seat, texts)
        if not publications:
            return Counter(seat.account.name, limits.label, 0, limits.text.maximum, 0, "nothing written yet", (), field)
        return _count(seat, publications, adapter, limits, texts, field)


def _count(
    seat: Seat, publications: tuple[Publication, ...], adapter: Rules, limits: Limits, texts: Mapping[str, Attributed], field: str
) -> Counter:
    """The part that is fullest decides."""
    posts = [p for p in publications if p.kind != "comment"]
    fullest = max(posts, key=lambda p: count(p.text, limits.text))
    used = count(fullest.text, limits.text)
    until = fits_until(fullest.text, limits.text)
    typed, until = _in_field(seat, fullest.text, until, texts, field)
    most = limits.hashtags_advised if limits.hashtags_advised is not None else limits.hashtags_max
    words = length_words(used, limits.text.maximum, len(find_hashtags(fullest.text)), most)
    problems = tuple(problem for p in publications for problem in adapter.check(p))
    return Counter(seat.account.name, limits.label, used, limits.text.maximum, until, words, problems, typed)


def _in_field(seat: Seat, composed: str, until: int, texts: Mapping[str, Attributed], field: str) -> tuple[str, int]:
    """Where in a typed text the composed text stops fitting: the field, and the index in it."""
    if until >= len(composed):
        return field, len(texts[field].text) if field in texts else 0
    for name in dict.fromkeys([field, *(own_field(seat.account.name, language) for language in seat.languages), *seat.languages]):
        said = texts[name].text if name in texts else ""
        start = composed.find(said) if said else -1
        if start >= 0 and start <= until < start + len(said):
            return name, until - start
    return field, min(until, len(texts[field].text) if field in texts else 0)


def typed(sheet: Sheet, texts: Mapping[str, str], editor: str) -> dict[str, Attributed]:
    """Saved texts with those being typed in their place, and whose words they are."""
    found, of_models = {name: saved.origins for name, saved in sheet.texts.items()}, (*sheet.sources.outputs, *sheet.sources.earlier)
    for name, said in texts.items():
        known = found.get(name)
        if known is None or known.text != said:
            found[name] = Attributed(said, attribute(known, said, editor, of_models))
    return found


def _is_shown(sheet: Sheet, name: str, saved: Saved) -> bool:
    """Not an own text that gave way to the common one, nor one of an account the post does not go to now; nor an empty one in a
    language that none of its accounts has."""
    written = bool(saved.origins.text.strip())
    if is_own(name):
        return written and any(seat.account.name == name.partition("@")[2] for seat in sheet.seats)
    spoken = [seat.account.account.languages for seat in sheet.seats]
    return written or not is_language(name) or not all(spoken) or not spoken or any(name in languages for languages in spoken)


def _text_view(name: str, saved: Saved) -> TextView:
    shown = clean(saved.origins.text)
    spans = saved.origins.spans if shown == saved.origins.text else ()
    return TextView(name, shown, tuple(Mark(s.start, s.end, "model" if is_model(s) else "person") for s in spans))
