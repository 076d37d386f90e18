"""Posts made and changed at the desk: making one, saving its texts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, update

from adapters.contract import MediaItem
from config.media import MediaError, probe
from config.resolved import Place, ResolvedMedia
from drafting.provenance import Attributed, attribute
from scheduler.accounts.rows import sync_accounts
from scheduler.clean import clean, clean_line, shorten
from scheduler.content import assets, differences
from scheduler.content.compose import item_of
from scheduler.content.merging import merged
from scheduler.content.revisions import keep_revision
from scheduler.desk.people import name_of
from scheduler.desk.post.exact import stored_content
from scheduler.desk.post.reviewing import typed
from scheduler.desk.post.sheet import ASIDE, COMMENT, EVERY, Saved, Sheet, read_sheet
from scheduler.desk.rows import approvals
from scheduler.desk.views import TEXT_MOST, Done, PostView
from scheduler.desk.write.making import Making, NewPost, new_seat
from scheduler.desk.write.moving import Moving
from scheduler.errors import CrossedError, NotFoundError, UsageError, WouldVoidError
from scheduler.lifecycle import FINAL, State
from scheduler.store.statements import POST
from scheduler.units import writing
from scheduler.units.model import EDITABLE, Timing

_ALT = re.compile(r"alt:\d{1,2}(:[A-Za-z-]{2,12})?")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Writing(Making, Moving):
    """What a person does with posts without files."""

    @cached_property
    def _saved_last(self) -> dict[tuple[str, str], str]:
        """Post and field → the text as this desk saved it last."""
        return {}

    async def new_post(
        self,
        *,
        title: str,
        text: Mapping[str, str],
        accounts: Sequence[str],
        media: Sequence[Path] = (),
        alts: Sequence[str] = (),
        when: str | None = None,
        campaign: str = "desk",
        anyway: bool = False,
    ) -> PostView:
        """A post made here (`managed_by: tui`). `text` by language; `when` as people type it ("tomorrow 9:30").

        Raises NoRoomError where an account's limits leave none then; `anyway`: it waits its turn."""
        if not _NAME.fullmatch(campaign):
            raise UsageError(f"'{clean_line(campaign)}' is no name for a campaign", "lower-case letters, digits and hyphens")
        self._one_client(accounts)
        timing = self._timing(when, None)
        await self.refuse_without_room(accounts, timing.due, anyway=anyway)
        items = await asyncio.to_thread(measured, media, alts)
        await asyncio.to_thread(assets.keep_files, items, self.store.assets)
        texts = {name or EVERY: Attributed(said, attribute(None, said, self.who.editor)) for name, said in text.items()}
        words = clean_line(title) or shorten(next(iter(texts.values()), Attributed("", ())).text, 60)
        new = NewPost(campaign, words, texts)
        return await self._made(lambda conn: self._new_post(conn, new, accounts, items, timing))

    async def _made(self, operation: Callable[[Connection], str], name: str = "edit") -> PostView:
        """A post, made in one transaction and taken back by one undo."""
        post = await self.change(operation, name=name)
        self.undoable(f"delete “{post.partition('/')[2]}” again", lambda: self.delete_draft(post))
        return await self.post(post)

    def _one_client(self, accounts: Sequence[str]) -> None:
        """The right post on the wrong client's account is the worst mistake here."""
        workspace = self.workspace
        if not accounts:
            raise UsageError("a post goes to at least one account", f"accounts: {', '.join(workspace.accounts) or 'none yet'}")
        for name in accounts:
            if name not in workspace.accounts:
                raise NotFoundError(f"there is no account '{clean_line(name)}'", f"accounts: {', '.join(workspace.accounts) or 'none yet'}")
            if not workspace.accounts[name].supported:
                raise UsageError(f"there is no adapter for '{name}' yet: nothing can be published there")
        clients = {workspace.client_of(name) for name in accounts}
        if len(clients) > 1:
            names = ", ".join(sorted(clean_line(workspace.clients[c].name) if c else self.name for c in clients))
            raise UsageError(f"this post would go to accounts of {names}", "make one post for each client")

    def _same_client(self, sheet: Sheet, added: Iterable[str]) -> None:
        """The right post on the wrong client's account is the worst mistake here."""
        workspace = self.workspace
        clients = {seat.account.client for seat in sheet.seats}
        for name in added if clients else ():
            if (client := workspace.client_of(name)) not in clients:
                whose = clean_line(workspace.clients[client].name) if client else self.name
                raise UsageError(f"'{name}' is an account of {whose}: this post is another client's", "make one post for each client")

    def _new_post(self, conn: Connection, new: NewPost, accounts: Sequence[str], items: Sequence[MediaItem], timing: Timing) -> str:
        stored = sync_accounts(conn, self.workspace)
        assets.keep_rows(conn, items)
        sheet = self.make_post(conn, new)
        for name in dict.fromkeys(accounts):
            seat = replace(new_seat(sheet, stored[name], timing, new.texts), media=(tuple(items),) if items else ())
            self.take_seat(conn, sheet, seat, new.texts, "made at the desk")
        return sheet.post

    # ── texts ──

    async def save_text(self, post: str, field: str, text: str, *, base: str | None = None, may_void: bool = True) -> PostView:
        """A new revision; voids approvals of what changed. `base`: the text this one was made from; what somebody else saved
        since is merged with it. Raises CrossedError when both changed the same lines, WouldVoidError when approvals may not be voided
        and would be (the text is kept aside then), UsageError for posts managed by files."""
        if len(text) > TEXT_MOST:
            raise UsageError(f"this text has {len(text):,} characters; a post holds {TEXT_MOST:,}", "take some of it out")
        sheet = await self.sheet(post)
        before = sheet.texts.get(field)
        if before is not None and before.origins.text == text:
            return await self.post(sheet.post)
        self._refuse_to_write(sheet, field)
        try:
            crossed = await self.change(lambda conn: self._save_over(conn, sheet.post, field, text, base, may_void=may_void))
        except WouldVoidError:
            await self.change(lambda conn: self._keep_aside(conn, sheet, field, text))
            raise
        if crossed is not None:
            theirs, by = clean(crossed.origins.text), name_of(crossed.editor)
            hint = "yours is kept aside: keep yours, or take theirs"
            raise CrossedError(f"{by} changed the same lines while you were writing", hint, theirs=theirs, by=by)
        if before is not None:
            old = before.origins

            async def back() -> Done:
                self._refuse_to_write(await self.sheet(sheet.post), field)
                await self.change(lambda conn: self._take_text_back(conn, sheet.post, field, old))
                return Done(f"the text of “{clean_line(sheet.title)}” is as it was before")

            self.undoable("take the last text change back", back, about=f"text {sheet.post} {field}")
        return await self.post(sheet.post)

    def _save_over(self, conn: Connection, post: str, field: str, text: str, base: str | None, *, may_void: bool) -> Saved | None:
        """Save a text, merged with what was saved since `base`. Returns what stands in its way; then the text is kept aside."""
        sheet = read_sheet(conn, post, self.workspace, self.store.assets)
        if sheet is None:
            raise NotFoundError(f"there is no post '{clean_line(post)}'")
        now = sheet.texts.get(field)
        words: str | None = text
        if base is not None and now is not None and base not in (now.origins.text, clean(now.origins.text)):
            words = merged(base, text, now.origins.text)
        if words is None:
            self._keep_aside(conn, sheet, field, text)
            return now
        standing = frozenset[int]() if may_void else approvals(conn, sheet.post_id)
        self._save(conn, post, {field: words}, self.who.editor)
        self._refuse_to_void(conn, standing - (approvals(conn, sheet.post_id) if standing else standing))
        self._saved_last[post, field] = words
        return None

    def _take_text_back(self, conn: Connection, post: str, field: str, old: Attributed) -> None:
        """The text as it was, with who wrote its words. What somebody else wrote since stays. Raises CrossedError where it cannot."""
        sheet = read_sheet(conn, post, self.workspace, self.store.assets)
        if sheet is None:
            raise NotFoundError(f"there is no post '{clean_line(post)}'")
        mine, now = self._saved_last.get((post, field)), sheet.texts[field]
        if mine in (None, now.origins.text):
            self.keep_texts(conn, sheet, {field: old}, self.who.editor)
            return
        words = merged(mine or "", old.text, now.origins.text)
        if words is None:
            by = name_of(now.editor)
            raise CrossedError(f"{by} changed the same lines since", "look at it again", theirs=clean(now.origins.text), by=by)
        self._save(conn, post, {field: words}, self.who.editor)

    def _keep_aside(self, conn: Connection, sheet: Sheet, field: str, text: str) -> None:
        """Among the earlier texts, so that it can come back."""
        mine = typed(sheet, {field: text}, self.who.editor)[field]
        keep_revision(conn, sheet.post_id, f"{ASIDE}{field}", mine, self.who.editor, self.clock.wall())

    def _refuse_to_write(self, sheet: Sheet, field: str) -> None:
        if sheet.managed_by == "files":
            where = self._file_of(sheet)
            raise UsageError(f"this post comes from a file: edit {where}", "then `daypart apply`")
        language, _, account = field.partition("@")
        names = {seat.account.name for seat in sheet.seats}
        known = {lang for seat in sheet.seats for lang in seat.languages} | set(sheet.texts) | {EVERY, COMMENT}
        is_alt = _ALT.fullmatch(language) is not None
        if (account and account not in names) or not (is_alt or language in known or len(language) == 2):
            raise UsageError(f"'{clean_line(field)}' is no text of this post", f"texts: {', '.join(sorted(known))}")
        if sheet.seats and all(seat.unit.state in FINAL for seat in sheet.seats):
            raise UsageError("this post is public or cancelled: its text cannot change any more", "make a new post")
        moving = [seat.unit.key for seat in sheet.seats if seat.unit.state not in (*EDITABLE, State.CLAIMED, *FINAL)]
        if moving:
            raise UsageError(f"'{moving[0]}' is on its way right now", "wait until it is settled")

    def _save(self, conn: Connection, post: str, texts: Mapping[str, str], editor: str) -> list[str]:
        """Keep texts and recompose what is not public. Returns the keys whose approval is void now."""
        sheet = read_sheet(conn, post, self.workspace, self.store.assets)
        if sheet is None:
            raise NotFoundError(f"there is no post '{clean_line(post)}'")
        all_texts = typed(sheet, texts, editor)
        return self.keep_texts(conn, sheet, {name: all_texts[name] for name in texts}, editor)

    def keep_texts(self, conn: Connection, sheet: Sheet, texts: Mapping[str, Attributed], editor: str) -> list[str]:
        """One more revision of each, as it is, and what the post makes of it."""
        now = self.clock.wall()
        for name, said in texts.items():
            keep_revision(conn, sheet.post_id, name, said, editor, now)
        return self.recompose(conn, sheet, {name: saved.origins for name, saved in sheet.texts.items()} | dict(texts))

    async def put_texts(self, post: str, texts: Mapping[str, Attributed]) -> None:
        """Texts as they were or are elsewhere, with who wrote their words: nobody typed them now. Raises NotFoundError."""

        def operation(conn: Connection) -> None:
            sheet = read_sheet(conn, post, self.workspace, self.store.assets)
            if sheet is None:
                raise NotFoundError(f"there is no post '{clean_line(post)}'")
            self.keep_texts(conn, sheet, texts, self.who.editor)

        await self.change(operation)

    def recompose(self, conn: Connection, sheet: Sheet, texts: Mapping[str, Attributed]) -> list[str]:
        """Give every unit of a post that is not public the content its texts make now."""
        voided: list[str] = []
        for seat in sheet.seats:
            unit = seat.unit
            if unit.state not in (*EDITABLE, State.CLAIMED):
                continue
            wanted = self._wanted(sheet, seat, texts)
            if wanted.digest == unit.digest:
                continue
            before = stored_content(conn, unit.content_id, unit.key, 0, self.store.assets) if unit.content_id is not None else ()
            changed = differences.names(before, wanted.publications, self.workspace.join) if before else ()
            why = differences.reason(changed) if unit.approved else "text saved at the desk"
            writing.change_content(conn, unit, wanted, self.author(why), applied=unit.applied, brief_hash=unit.brief_hash)
            voided += [unit.key] if unit.approved else []
        self._retitle(conn, sheet, texts)
        return voided

    def _retitle(self, conn: Connection, sheet: Sheet, texts: Mapping[str, Attributed]) -> None:
        """A post without a title of its own is called by its first words."""
        first, old = first_words(texts), first_words({name: saved.origins for name, saved in sheet.texts.items()})
        if first and sheet.title in ("New post", shorten(old, 60)):
            conn.execute(update(POST).where(POST.c.id == sheet.post_id).values(title=shorten(first, 60)))


def first_words(texts: Mapping[str, Attributed]) -> str:
    """The text that names a post: one for everybody before one account's own."""
    named = [name for name in texts if ":" not in name and name != COMMENT and texts[name].text.strip()]
    return texts[min(named, key=lambda name: "@" in name)].text if named else ""


def measured(media: Sequence[Path], alts: Sequence[str]) -> list[MediaItem]:
    """Pictures and videos with what was read of them. Raises UsageError for what cannot be published, NotFoundError for no file."""
    found = []
    for number, path in enumerate(media):
        place = Place(path, 1, 1, 2)
        alt = alts[number] if number < len(alts) else ""
        try:
            found.append(item_of(ResolvedMedia(path, alt, "none", None, place), probe(path)))
        except MediaError as error:
            raise UsageError(error.message, error.hints[0] if error.hints else "") from error
        except OSError as error:
            raise NotFoundError(f"'{clean_line(str(path))}' cannot be read: {(error.strerror or 'error').lower()}") from error
    return found
