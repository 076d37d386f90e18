"""The Reels script of a post: written by hand or taken from a model, kept like a text, never public."""

from __future__ import annotations

from sqlalchemy import Connection, text

from drafting.provenance import Attributed, attribute
from drafting.schemas import ReelScript
from drafting.script import timed_beats
from drafting.speech import rate, spoken_seconds
from drafting.timeline import Timeline, TimelineError, faults, read, timeline_of, whole_fault, written
from scheduler.desk.clean import clean, clean_line
from scheduler.desk.composer_views import ScriptView
from scheduler.desk.reading import brief_of
from scheduler.desk.sheet import SCRIPT, Sheet
from scheduler.desk.views import TEXT_MOST, BeatView, Done
from scheduler.desk.writing import Writing
from scheduler.errors import StaleError, UsageError
from scheduler.labels import spans_of
from scheduler.revisions import keep_revision

USUAL_S = 30.0
"""Length of a Reel where nobody said another one."""


class Scripting(Writing):
    """What a person does with a script."""

    async def script(self, post: str, language: str | None = None) -> ScriptView:
        """The script in a language (default: the post's first); one without beats when none is written."""
        sheet = await self.sheet(post)
        tongue = language or _first_language(sheet)
        timeline, _ = await self.store.read(lambda conn: read_script(conn, sheet, tongue))
        return script_view(timeline, tongue)

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
            await self.store.write(lambda conn: self._keep(conn, sheet, language, before, None), name="edit")
            return Done("the script is as it was before", (sheet.post,))

        undo = self.undoable("take the change of the script back", back)
        view = script_view(wanted, language)
        return Done(f"script saved: {len(view.beats)} beats, {view.words}", (sheet.post,), undo)

    def _keep(self, conn: Connection, sheet: Sheet, language: str, wanted: Timeline, base: str | None) -> Timeline:
        """One more revision of the script. Returns what was there."""
        before, saved = read_script(conn, sheet, language)
        if base is not None and written(before) != base:
            raise StaleError("somebody else changed this script meanwhile", "look at it again: yours was not saved over theirs")
        lines = written(wanted)
        spans = attribute(saved, lines, self.who.editor, sheet.sources.outputs)
        keep_revision(conn, sheet.post_id, f"{SCRIPT}{language}", Attributed(lines, spans), self.who.editor, self.clock.wall())
        return before


def script_lines(script: ReelScript) -> str:
    """A model's script as it is kept."""
    return written(timeline_of(script))


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
        "SELECT body FROM proposal WHERE post_id = :post AND language = :language AND kind = 'reel' AND status = 'accepted'"
        " ORDER BY id DESC LIMIT 1"
    )
    body = conn.execute(text(taken), {"post": sheet.post_id, "language": language}).scalar_one_or_none()
    if body is not None:
        return timeline_of(ReelScript.model_validate_json(body)), None
    brief = brief_of(sheet.brief)
    return Timeline(float(brief.seconds) if brief is not None and brief.seconds else USUAL_S), None


def script_view(timeline: Timeline, language: str) -> ScriptView:
    """A script for people, with what does not fit in its time."""
    wrong = faults(timeline, language)
    beats = tuple(
        BeatView(t.start, t.seconds, clean(t.beat.voice), clean(t.beat.screen), clean(t.beat.shot), t.beat.source, t.spoken_s, wrong[n])
        for n, t in enumerate(timed_beats(timeline.beats, rate(language)))
    )
    return ScriptView(
        clean_line(language),
        timeline.target_s,
        timeline.planned_s,
        timeline.spoken_s(language),
        beats,
        whole_fault(timeline),
        written(timeline),
    )
