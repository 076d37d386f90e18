"""The Reels script of a post: written by hand or taken from a model, kept like a text, never public."""

from __future__ import annotations

from sqlalchemy import Connection, text

from drafting.provenance import AI, Attributed, attribute
from drafting.schemas import ReelScript
from drafting.script import timed_beats
from drafting.speech import rate, spoken_seconds
from drafting.timeline import Timeline, TimelineError, faults, placed, read, timeline_of, whole_fault, written
from scheduler.clean import clean, clean_line
from scheduler.content.labels import spans_of
from scheduler.content.revisions import keep_revision
from scheduler.desk.post.reading import brief_of
from scheduler.desk.post.sheet import SCRIPT, Sheet
from scheduler.desk.views import TEXT_MOST, BeatView, Done, Span
from scheduler.desk.write.views import ScriptView
from scheduler.desk.write.writing import Writing
from scheduler.errors import StaleError, UsageError

USUAL_S = 30.0
"""Length of a Reel where nobody said another one."""


class Scripting(Writing):
    """What a person does with a script."""

    async def script(self, post: str, language: str | None = None) -> ScriptView:
        """The script in a language (default: the post's first); one without beats when none is written."""
        sheet = await self.sheet(post)
        tongue = language or _first_language(sheet)
        timeline, saved = await self.store.read(lambda conn: read_script(conn, sheet, tongue))
        return script_view(timeline, tongue, saved)

    def seconds_to_say(self, words: str, language: str) -> float:
        """Read aloud, by our own rate for the language."""
        return round(spoken_seconds(words, rate(language)), 1)

    async def save_script(self, post: str, language: str, lines: str, *, base: str | None = None) -> Done:
        """A script from its lines. `base`: the lines it was made from. Raises StaleError when somebody changed them since,
        UsageError for lines that are none."""
        if len(lines) > TEXT_MOST:
            raise UsageError(f"this script has {len(lines):,} characters; {TEXT_MOST:,} are the most")
        try:
            wanted = read(clean(lines))
        except TimelineError as error:
            raise UsageError(str(error), "`daypart post script` shows how it is written") from error
        sheet = await self.sheet(post)
        before = await self.store.write(lambda conn: self._keep(conn, sheet, language, wanted, base), name="edit")

        async def back() -> Done:
            await self.put_script(sheet, language, before)
            return Done("the script is as it was before", (sheet.post,))

        undo = self.undoable("take the change of the script back", back)
        view = script_view(wanted, language)
        return Done(f"script saved: {len(view.beats)} beats, {view.words}", (sheet.post,), undo)

    async def put_script(self, sheet: Sheet, language: str, lines: Attributed) -> None:
        """A script as it was, with who wrote its words: nobody typed them now."""
        field, editor, at = f"{SCRIPT}{language}", self.who.editor, self.clock.wall()
        await self.store.write(lambda conn: keep_revision(conn, sheet.post_id, field, lines, editor, at), name="edit")

    def _keep(self, conn: Connection, sheet: Sheet, language: str, wanted: Timeline, base: str | None) -> Attributed:
        """One more revision of the script. Returns what was there."""
        before, saved = read_script(conn, sheet, language)
        if base is not None and written(before) != base:
            raise StaleError("somebody else changed this script meanwhile", "look at it again: yours was not saved over theirs")
        lines = written(wanted)
        spans = attribute(saved, lines, self.who.editor, sheet.sources.outputs)
        keep_revision(conn, sheet.post_id, f"{SCRIPT}{language}", Attributed(lines, spans), self.who.editor, self.clock.wall())
        return saved or by_hand(before, self.who.editor)


def by_hand(timeline: Timeline, editor: str) -> Attributed:
    """A script of which nothing is recorded yet."""
    lines = written(timeline)
    return Attributed(lines, attribute(None, lines, editor))


def script_lines(script: ReelScript, run: str) -> Attributed:
    """A model's script as it is kept: its words are the model's."""
    lines = clean(written(timeline_of(script)))
    return Attributed(lines, attribute(None, lines, f"{AI}{run}"))


def _first_language(sheet: Sheet) -> str:
    spoken = (language for seat in sheet.seats for language in seat.languages)
    return next(spoken, next((name for name in sheet.texts if "@" not in name and ":" not in name and len(name) < 8), "en"))


def read_script(conn: Connection, sheet: Sheet, language: str) -> tuple[Timeline, Attributed | None]:
    """The newest script: as saved, else as a model proposed it and somebody took it."""
    sql = "SELECT text, spans FROM revision WHERE post_id = :post AND field = :field ORDER BY n DESC LIMIT 1"
    row = conn.execute(text(sql), {"post": sheet.post_id, "field": f"{SCRIPT}{language}"}).first()
    if row is not None:
        return read(row.text), Attributed(row.text, spans_of(row.spans))
    taken = (
        "SELECT body, run_id FROM proposal WHERE post_id = :post AND language = :language AND kind = 'reel' AND status = 'accepted'"
        " ORDER BY id DESC LIMIT 1"
    )
    row = conn.execute(text(taken), {"post": sheet.post_id, "language": language}).first()
    if row is not None:
        lines = script_lines(ReelScript.model_validate_json(row.body), row.run_id)
        return read(lines.text), lines
    brief = brief_of(sheet.brief)
    return Timeline(float(brief.seconds) if brief is not None and brief.seconds else USUAL_S), None


def script_view(timeline: Timeline, language: str, saved: Attributed | None = None) -> ScriptView:
    """A script for people, with what does not fit in its time. `saved`: its lines, with who wrote which words of them."""
    wrong, marks = faults(timeline, language), _marks(saved)
    beats = tuple(
        BeatView(
            t.start, t.seconds, clean(t.beat.voice), clean(t.beat.screen), clean(t.beat.shot), t.beat.source, t.spoken_s, wrong[n],
            marks.get((n, "voice"), ()), marks.get((n, "screen"), ()), marks.get((n, "shot"), ()),
        )
        for n, t in enumerate(timed_beats(timeline.beats, rate(language)))
    )  # fmt: skip
    return ScriptView(
        clean_line(language),
        timeline.target_s,
        timeline.planned_s,
        timeline.spoken_s(language),
        beats,
        whole_fault(timeline),
        written(timeline),
    )


def _marks(saved: Attributed | None) -> dict[tuple[int, str], tuple[Span, ...]]:
    """The model's words in each beat's voice, screen and shot, by the number of the beat and the name."""
    found: dict[tuple[int, str], tuple[Span, ...]] = {}
    lengths: dict[tuple[int, str], int] = {}
    spans = [span for span in saved.spans if span.origin.startswith(AI)] if saved is not None else []
    for said in placed(saved.text) if saved is not None and spans else ():
        field, end = (said.beat, said.name), said.start + len(said.words)
        before = lengths[field] + 1 if field in lengths else 0
        lengths[field] = before + len(said.words)
        shift = before - said.start
        cut = ((max(span.start, said.start), min(span.end, end)) for span in spans)
        found[field] = (*found.get(field, ()), *(Span(left + shift, right + shift, "model") for left, right in cut if left < right))
    return found
