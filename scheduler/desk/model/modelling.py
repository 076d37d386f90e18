"""The model: it proposes, a person accepts or not. A draft that fails touches no text that exists."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, Table, insert, text, update

from adapters.limits import Limits
from config.brand import Brand
from config.loaded import Loaded
from config.post_files import PostFileError, write_accepted
from config.resolved import ResolvedBrief
from drafting.client import ModelClient
from drafting.errors import DraftingError, LlmLimited, LlmRejected, LlmUnavailable
from drafting.labels import Label
from drafting.provenance import AI, Attributed
from drafting.repair import draft_reel, draft_variants
from drafting.request import CaptionRequest, ReelRequest
from drafting.results import Drafted, DraftedReel, Run
from drafting.schemas import CaptionDraft, JsonValue, ReelScript, compose
from drafting.validators.language import load as load_languages
from scheduler.clean import clean, clean_line
from scheduler.content.compose import split_parts
from scheduler.content.revisions import keep_revision
from scheduler.desk.model import asking, side_by_side
from scheduler.desk.model.requesting import Requesting
from scheduler.desk.model.side_by_side import Hear
from scheduler.desk.post.exact import stored_content
from scheduler.desk.post.proposals import read_proposal, read_proposals
from scheduler.desk.post.reading import brief_of
from scheduler.desk.post.sheet import EVERY, SCRIPT, Seat, Sheet, read_sheet
from scheduler.desk.views import Done, ProposalView
from scheduler.desk.write.scripting import by_hand, read_script, script_lines
from scheduler.desk.write.views import ModelPlace
from scheduler.desk.write.writing import first_words
from scheduler.errors import DeskError, DiskError, NotFoundError, SettingsError, UnreachableError, UsageError
from scheduler.failpoints import fail
from scheduler.store.tables import TABLES
from scheduler.units import writing
from scheduler.units.model import EDITABLE

RUN: Table = TABLES.tables["generation_run"]
PROPOSAL: Table = TABLES.tables["proposal"]
RECENT = 20
REEL_SECONDS = 30
"""Length of a Reel where the brief does not say."""


def _silent(_words: str) -> None:
    """Nobody listens."""


class Modelling(Requesting):
    """What a person asks of the model, and does with what it says."""

    async def get_ready_to_draft(self) -> None:
        """Load what the first draft needs: while a request is filled in, nobody feels it; while words stream in, everybody would."""
        await asyncio.to_thread(load_languages)
        await asyncio.to_thread(importlib.import_module, "openai")

    async def draft(
        self,
        post: str,
        *,
        progress: Callable[[str], None] | None = None,
        on_text: Hear | None = None,
        languages: Sequence[str] = (),
        variants: int | None = None,
        reel_seconds: float | None = None,
    ) -> list[ProposalView]:
        """Ask the model for every language and variant of the brief. Raises SettingsError without an endpoint.

        `on_text` hears the words as they come, of up to three variants at the same time; whoever cancels this call keeps what is
        whole already, and what was not is nobody's text. `languages`: only these. `variants`: how many where no brief says it.
        `reel_seconds`: a Reels script of this length, whatever the brief says."""
        endpoint = asking.endpoint_of(self.workspace.llm)
        sheet = await self._sheet_to_draft(post)
        tell = progress or _silent
        loaded = await self.load()
        asked = brief_of(sheet.brief)
        brief = asking.brief_for(sheet, asked, first_words({name: saved.origins for name, saved in sheet.texts.items()}))
        brief = replace(brief, variants=variants) if variants and asked is None else brief
        brief = replace(brief, kind="reel", seconds=round(reel_seconds)) if reel_seconds else brief
        recent = await self.store.read(lambda conn: _recent(conn, sheet))
        brand = self._brand(loaded, sheet)
        wanted = languages or brief.languages or asking.languages_of(sheet, loaded.workspace.languages() or ("en",))
        async with ModelClient(endpoint, on_event=fail) as client:
            for tongue in wanted:
                tell(f"asking {endpoint.model} at {endpoint.host} for {tongue}")
                request = asking.request_for(tongue, sheet, brief, loaded.workspace, brand, self._limits, recent, tell)
                try:
                    if on_text is None:
                        await self._draft_quietly(client, sheet, request, brief)
                    else:
                        await self._draft_aloud(client, sheet, request, brief, on_text)
                except DraftingError as error:
                    await self._keep_runs(sheet, error.runs)
                    raise _in_our_words(error) from error
        return await self.proposals(sheet.post)

    async def _draft_quietly(self, client: ModelClient, sheet: Sheet, request: CaptionRequest, brief: ResolvedBrief) -> None:
        if brief.kind == "reel":
            reel = await draft_reel(client, ReelRequest(caption=request, seconds=float(brief.seconds or REEL_SECONDS)))
            await self._keep_drafts(sheet, [reel])
        else:
            await self._keep_drafts(sheet, await draft_variants(client, request, brief.variants))

    async def _draft_aloud(self, client: ModelClient, sheet: Sheet, request: CaptionRequest, brief: ResolvedBrief, hear: Hear) -> None:
        """All variants at once; each is kept when it is whole. Stopped, it keeps that and what was asked."""
        known = await self.store.read(lambda conn: _variants(conn, sheet.post_id))
        stopped = side_by_side.Stopped()

        async def keep(variant: int, drafted: Drafted | DraftedReel) -> None:
            await self._keep_drafts(sheet, [drafted], known + variant - 1)

        try:
            if brief.kind == "reel":
                wanted = ReelRequest(caption=request, seconds=float(brief.seconds or REEL_SECONDS))
                await side_by_side.reel(client, wanted, hear, keep, stopped)
            else:
                many = min(max(1, brief.variants), side_by_side.MOST)
                await self._keep_runs(sheet, await side_by_side.captions(client, request, many, hear, keep, stopped))
        except asyncio.CancelledError:
            await asyncio.shield(self._keep_stopped(sheet, stopped))
            raise

    async def _keep_stopped(self, sheet: Sheet, stopped: side_by_side.Stopped) -> None:
        """That a model was asked, and the words of it that were seen: whoever types them does not make them a person's."""
        if not stopped.runs:
            return

        def operation(conn: Connection) -> None:
            self._insert_runs(conn, sheet, tuple(stopped.runs))
            for run, draft in stopped.drafts():
                row = {"run_id": run.id, "language": run.language, "kind": "caption", "body": draft.model_dump_json()}
                row |= {"text": draft.body, "status": "discarded", "report": "[]"}
                number = _variants(conn, sheet.post_id) + 1
                conn.execute(insert(PROPOSAL).values(**row, post_id=sheet.post_id, variant=number, at=self.clock.wall()))
            self._mark_as_seen_by_model(conn, sheet)

        await self.change(operation)

    def model_place(self) -> ModelPlace:
        """Where texts go when a model is asked. Raises SettingsError when none is set up."""
        endpoint = asking.endpoint_of(self.workspace.llm)
        return ModelPlace(clean_line(endpoint.model), clean_line(endpoint.host), endpoint.is_here)

    def _limits(self, seat: Seat) -> Limits:
        return self.checkers.of(seat.account.account).limits()

    async def _sheet_to_draft(self, post: str) -> Sheet:
        try:
            return await self.sheet(post)
        except NotFoundError as error:
            raise NotFoundError(str(error), "posts from files are known after `daypart apply`") from error

    def _brand(self, loaded: Loaded, sheet: Sheet) -> Brand | None:
        """The campaign's brand, or the client's."""
        campaign = loaded.campaigns.get(sheet.post.partition("/")[0])
        if campaign is not None and campaign.brand is not None:
            return campaign.brand
        client = next((seat.account.client for seat in sheet.seats if seat.account.client), None)
        path = loaded.workspace.clients[client].brand if client in loaded.workspace.clients else None
        return loaded.brands.get(path) if path else None

    async def _keep_drafts(self, sheet: Sheet, drafts: Sequence[Drafted | DraftedReel], known: int | None = None) -> None:
        """Runs, proposals, and what a model's look at a post does to its label, at once. They are numbered after `known`."""

        def operation(conn: Connection) -> None:
            first = _variants(conn, sheet.post_id) if known is None else known
            for number, drafted in enumerate(drafts, 1):
                self._insert_runs(conn, sheet, drafted.runs)
                conn.execute(
                    insert(PROPOSAL).values(**_proposal_row(drafted), post_id=sheet.post_id, variant=first + number, at=self.clock.wall())
                )
            self._mark_as_seen_by_model(conn, sheet)

        await self.change(operation)

    async def _keep_runs(self, sheet: Sheet, runs: tuple[Run, ...]) -> None:
        """Calls that gave no draft are kept all the same."""
        if runs:
            await self.store.write(lambda conn: self._insert_runs(conn, sheet, runs), name="edit")

    def _insert_runs(self, conn: Connection, sheet: Sheet, runs: tuple[Run, ...]) -> None:
        for run in runs:
            row = {
                name: getattr(run, name)
                for name in ("id", "kind", "language", "endpoint_host", "model", "prompt_id", "brief_hash", "parameters")
            }
            row |= {name: getattr(run, name) for name in ("seed", "output", "output_sha256", "tokens", "ms")}
            conn.execute(insert(RUN).values(**row, post_id=sheet.post_id, actor=self.who.actor, created_at=self.clock.wall()))

    def _mark_as_seen_by_model(self, conn: Connection, asked: Sheet) -> None:
        """A run of a model on an approved post voids its approval at once. The post as it is now: somebody may have written on, or
        approved it, while the model wrote. Who asked did not write the words that are there."""
        sheet = read_sheet(conn, asked.post, self.workspace, self.store.assets)
        for seat in sheet.seats if sheet is not None else ():
            unit = seat.unit
            if unit.state not in EDITABLE or unit.content_id is None:
                continue
            before = stored_content(conn, unit.content_id, unit.key, unit.timing.due or 0, self.store.assets)
            if before[0].disclosure.label != Label.HUMAN:
                continue
            after = tuple(replace(p, disclosure=replace(p.disclosure, label=str(Label.CHECKED))) for p in before)
            why = "A model was asked about it after it was approved. Approve it again." if unit.approved else "a model was asked about it"
            wanted = self.checkers.wanted(after, seat.account.account)
            author = self.author_of_same_words(conn, unit, why)
            writing.change_content(conn, unit, wanted, author, applied=unit.applied, brief_hash=unit.brief_hash)

    async def proposals(self, post: str | None = None) -> list[ProposalView]:
        """What the model proposed and nobody has decided."""
        return await self.store.read(lambda conn: read_proposals(conn, post.partition("@")[0] if post else None))

    async def accept(self, proposal: int) -> Done:
        """Make a proposal the post's text; its words are the model's. For posts from files this writes posts/<id>[.<lang>].md."""
        row = await self.store.read(lambda conn: read_proposal(conn, proposal))
        if row is None or row["status"] not in ("ready", "needs_work"):
            raise NotFoundError(f"there is no proposal {proposal} that waits", "`daypart drafts` lists them")
        post, language = f"{row['campaign']}/{row['slug']}", str(row["language"])
        words = _accepted_text(row["kind"], row["body"])
        unscript = await self._keep_script(row)
        if row["managed_by"] == "files":
            where = await self._write_file(post, language, words, row["run_id"], row["brief_hash"])
            await self.change(lambda conn: self._settle(conn, proposal, "accepted"))
            return Done(f"written to {where}; its words are marked as the model's. Next: daypart apply", (post,), details={"file": where})
        field = await self._field_of(post, language)
        before = (await self.sheet(post)).texts.get(field)
        waiting = await self.store.read(lambda conn: _waiting(conn, row["post_id"], language))

        def operation(conn: Connection) -> None:
            self._save(conn, post, {field: words}, f"ai:{row['run_id']}")
            self._settle(conn, proposal, "accepted")

        await self.change(operation)

        async def back() -> Done:
            await self.put_texts(post, {field: before.origins if before is not None else Attributed("", ())})
            await self.change(lambda conn: _unsettle(conn, waiting))
            await unscript()
            return Done("the text is as it was; what the model proposed waits for you again", (post,))

        undo = self.undoable("take your own text back", back)
        return Done("taken; its words are marked as the model's", (post,), undo)

    async def _keep_script(self, row: RowMapping) -> Callable[[], Awaitable[None]]:
        """A script that is taken is kept beside the texts; its words are the model's. Returns how to take that back."""
        sheet, language = await self.sheet(f"{row['campaign']}/{row['slug']}"), str(row["language"])
        before, saved = await self.store.read(lambda conn: read_script(conn, sheet, language))

        async def keep(lines: Attributed, editor: str) -> None:
            field, at = f"{SCRIPT}{language}", self.clock.wall()
            await self.store.write(lambda conn: keep_revision(conn, sheet.post_id, field, lines, editor, at), name="edit")

        async def back() -> None:
            if row["kind"] == "reel":
                await keep(saved or by_hand(before, self.who.editor), self.who.editor)

        if row["kind"] == "reel":
            await keep(script_lines(ReelScript.model_validate_json(row["body"]), row["run_id"]), f"{AI}{row['run_id']}")
        return back

    async def _field_of(self, post: str, language: str) -> str:
        sheet = await self.sheet(post)
        return EVERY if EVERY in sheet.texts and language not in sheet.texts else language

    async def _write_file(self, post: str, language: str, words: str, run: str, brief_hash: str) -> str:
        loaded = await self.load()
        found = next((p for p in loaded.posts if f"{p.campaign}/{p.post}" == post), None)
        if found is None:
            raise UsageError(f"'{post}' is no longer in the files", "discard the proposal, or write the post again")
        stamp = found.brief.hash if found.brief is not None else brief_hash
        try:
            path = await asyncio.to_thread(
                write_accepted, loaded.campaigns[found.campaign], found, language, split_parts(words), drafted_by=run, brief_hash=stamp
            )
        except PostFileError as error:
            raise UsageError(str(error)) from error
        except OSError as error:
            raise DiskError(f"the text of '{post}' cannot be written: {(error.strerror or 'error').lower()}") from error
        return path.relative_to(self.root).as_posix()

    def _settle(self, conn: Connection, proposal: int, status: str) -> None:
        """One variant is taken: the others of its language are not."""
        row = read_proposal(conn, proposal)
        if row is None or row["status"] not in ("ready", "needs_work"):
            raise NotFoundError(f"there is no proposal {proposal} that waits", "`daypart drafts` lists them")
        conn.execute(update(PROPOSAL).where(PROPOSAL.c.id == proposal).values(status=status))
        if status == "accepted":
            others = (PROPOSAL.c.post_id == row["post_id"], PROPOSAL.c.language == row["language"], PROPOSAL.c.id != proposal)
            conn.execute(update(PROPOSAL).where(*others, PROPOSAL.c.status.in_(("ready", "needs_work"))).values(status="discarded"))

    async def discard(self, proposal: int) -> Done:
        """Throw a proposal away. That a model was asked stays on record."""
        before = await self.store.read(lambda conn: read_proposal(conn, proposal))
        await self.change(lambda conn: self._settle(conn, proposal, "discarded"))
        assert before is not None

        async def back() -> Done:
            await self.change(lambda conn: _unsettle(conn, {proposal: str(before["status"])}))
            return Done("what the model proposed waits for you again")

        return Done(f"proposal {proposal} is thrown away", undo=self.undoable("bring the proposal back", back))

    async def discard_all(self, proposals: Sequence[int]) -> Done:
        """Throw several away, as one step."""
        done = [await self.discard(proposal) for proposal in proposals]
        steps = [self._steps.pop() for _ in done if self._steps]

        async def back() -> Done:
            answers = [await step.back() for step in steps]
            return answers[0]

        undo = self.undoable("bring them back", back)
        return Done(f"thrown away: {len(done)} {'proposal' if len(done) == 1 else 'proposals'}", undo=undo)

    async def test_model(self) -> Done:
        """One tiny question to the configured endpoint."""
        from drafting.client import Message, Question

        endpoint = asking.endpoint_of(self.workspace.llm)
        schema: dict[str, JsonValue] = {
            "type": "object",
            "properties": {"ok": {"type": "boolean"}},
            "required": ["ok"],
            "additionalProperties": False,
        }
        question = Question((Message("user", 'Answer with the JSON object {"ok": true} and nothing else.'),), "ok", schema, 1, 50, 30.0)
        async with ModelClient(endpoint, on_event=fail) as client:
            try:
                answer = await client.ask(question)
            except DraftingError as error:
                raise _in_our_words(error) from error
            way = client.abilities.rung
        return Done(f"{endpoint.model} at {endpoint.host} answers in {answer.ms} ms", details={"way": str(way)})


def _accepted_text(kind: str, body: str) -> str:
    """The text without the line about AI: that is placed when it is composed for an account."""
    draft = ReelScript.model_validate_json(body).caption if kind == "reel" else CaptionDraft.model_validate_json(body)
    return clean(compose(draft))


def _proposal_row(drafted: Drafted | DraftedReel) -> dict[str, object]:
    body = drafted.script if isinstance(drafted, DraftedReel) else drafted.draft
    return {
        "run_id": drafted.run_id,
        "language": drafted.language,
        "kind": "reel" if isinstance(drafted, DraftedReel) else "caption",
        "body": body.model_dump_json(),
        "text": drafted.text,
        "status": drafted.status,
        "report": json.dumps([str(finding) for finding in drafted.report] + ([drafted.note] if drafted.note else []), ensure_ascii=False),
    }


def _variants(conn: Connection, post_id: int) -> int:
    """The highest number a proposal of the post has."""
    return int(conn.execute(text("SELECT coalesce(max(variant), 0) FROM proposal WHERE post_id = :post"), {"post": post_id}).scalar_one())


def _waiting(conn: Connection, post_id: int, language: str) -> dict[int, str]:
    """Proposals of a language that nobody has decided, with their status."""
    sql = "SELECT id, status FROM proposal WHERE post_id = :post AND language = :language AND status IN ('ready', 'needs_work')"
    return {row.id: row.status for row in conn.execute(text(sql), {"post": post_id, "language": language})}


def _unsettle(conn: Connection, statuses: Mapping[int, str]) -> None:
    """They wait again as they did."""
    for proposal, status in statuses.items():
        conn.execute(update(PROPOSAL).where(PROPOSAL.c.id == proposal).values(status=status))


def _recent(conn: Connection, sheet: Sheet) -> list[str]:
    """The newest texts on the same accounts, not to be repeated."""
    found: list[str] = []
    for seat in sheet.seats:
        sql = (
            "SELECT c.body FROM delivery d JOIN content c ON c.id = d.content_id WHERE d.account_id = :account AND d.post_id <> :post"
            " AND d.kind = 'post' AND d.due IS NOT NULL ORDER BY d.due DESC LIMIT :n"
        )
        rows = conn.execute(text(sql), {"account": seat.unit.account_id, "post": sheet.post_id, "n": RECENT})
        found += [str(json.loads(row.body)[0]["text"]) for row in rows]
    return list(dict.fromkeys(found))[:RECENT]


def _in_our_words(error: DraftingError) -> DeskError:
    """Drafting's errors with the exit codes of the desk."""
    if isinstance(error, LlmRejected):
        return SettingsError(str(error), error.hint)
    if isinstance(error, LlmUnavailable | LlmLimited):
        return UnreachableError(str(error), error.hint)
    return UsageError(str(error), error.hint)
