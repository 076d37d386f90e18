"""Writing a Reels script: the timeline in place of the caption, each change saved at once and taken back by z."""

from __future__ import annotations

from collections.abc import Sequence

from textual import getters, on, work

from scheduler.desk.views import BeatView, Done
from scheduler.desk.write.views import ScriptView
from scheduler.errors import DeskError, UsageError
from tui.dialogs.ask_words import AskWords, needs_words
from tui.dialogs.beat import EditBeat
from tui.keys.action import Action
from tui.keys.actions import BEATS
from tui.lines.script import STEP_S, empty_beat, lines_from, longer, moved, place_of, with_beat, without
from tui.lines.writing import Draft
from tui.say import fraction, say
from tui.screens.composing_model import ComposingModel
from tui.text import one_line
from tui.widgets.caption_area import CaptionArea
from tui.widgets.timeline import Timeline


class ComposingScript(ComposingModel):
    """ctrl+t and what follows."""

    timeline = getters.query_one(Timeline)

    @property
    def scripting(self) -> bool:
        """The script stands where the caption was."""
        return self.has_class("-script")

    @property
    def helped(self) -> tuple[Action, ...]:
        return (*BEATS, *super().helped) if self.scripting else super().helped

    @work(exclusive=True, group="script", exit_on_error=False)
    async def action_script(self) -> None:
        """To the script, and back to the caption."""
        if self.draft is None:
            return
        if self.scripting:
            self.close_parts()
            self.query_one(CaptionArea).focus()
        elif await self.save_all() and await self.read_script(self.draft):
            self.close_parts()
            self.add_class("-script")
            self.timeline.focus()

    def close_parts(self) -> None:
        """The caption again."""
        self.remove_class("-script")

    def read_parts(self, draft: Draft) -> None:
        """What stands in place of the caption, as it is saved now."""
        if self.scripting:
            self.run_worker(self.read_script(draft), group="script", exclusive=True, exit_on_error=False)

    async def read_script(self, draft: Draft) -> bool:
        """As it is saved now; False when it cannot be read."""
        try:
            self.timeline.show(await self.app.desk.script(draft.post.post, self._language(draft) or None))
        except DeskError as error:
            self.app.say_error(error)
            return False
        return True

    @property
    def reel_seconds(self) -> float | None:
        """In the script the model is asked for one as long."""
        return self.timeline.script.target if self.scripting and self.timeline.script is not None else None

    def action_next_text(self) -> None:
        """With the script open: the script of the next language."""
        if self.draft is None or not self.scripting:
            super().action_next_text()
            return
        names = [name for name in self.draft.passages if "@" not in name and ":" not in name and name != "first_comment"]
        now = self._language(self.draft)
        if len(names) < 2:
            self.app.notify(say("This post has one language only."))
        else:
            self.switch_to(names[(names.index(now) + 1) % len(names)] if now in names else names[0])
            self.read_parts(self.draft)

    def action_back(self) -> None:
        if self.scripting and self.timeline.has_focus:
            self.close_parts()
            self.query_one(CaptionArea).focus()
        else:
            super().action_back()

    # ── changes ──

    async def _keep_beats(self, script: ScriptView, beats: Sequence[BeatView], target: float | None = None) -> Done:
        """Save; raises what the Desk refuses, after showing what is there now."""
        assert self.draft is not None
        lines = lines_from(script.target if target is None else target, beats)
        try:
            done = await self.app.desk.save_script(self.draft.post.post, script.language, lines, base=script.text)
        finally:
            await self.read_script(self.draft)
        self.app.touch()
        return done

    @work(exclusive=True, group="beats", exit_on_error=False)
    async def _change(self, script: ScriptView, beats: Sequence[BeatView], cursor: int, says: str = "") -> None:
        try:
            await self._keep_beats(script, beats)
        except DeskError as error:
            self.app.say_error(error)
            return
        self.timeline.cursor = cursor
        if self.draft is not None:
            await self.read_script(self.draft)
        if says:
            self.app.notify(says)

    @on(Timeline.Remove)
    def _remove(self, event: Timeline.Remove) -> None:
        script = self.timeline.script
        if script is not None:
            self._change(
                script,
                without(script.beats, event.beat),
                event.beat,
                say("Beat {number} is taken out. ‹all.undo› brings it back.", number=event.beat + 1),
            )

    @on(Timeline.Move)
    def _move(self, event: Timeline.Move) -> None:
        script = self.timeline.script
        if script is not None:
            self._change(script, moved(script.beats, event.beat, event.by), event.beat + event.by)

    @on(Timeline.Stretch)
    def _stretch(self, event: Timeline.Stretch) -> None:
        script = self.timeline.script
        if script is not None:
            self._change(script, longer(script.beats, event.beat, event.by * STEP_S), event.beat)

    @on(Timeline.Edit)
    def _edit(self, event: Timeline.Edit) -> None:
        script = self.timeline.script
        if script is not None:
            self._ask_beat(event.beat, script.beats[event.beat], new=False)

    @on(Timeline.Add)
    def _add(self, event: Timeline.Add) -> None:
        self._ask_beat(event.at, empty_beat(), new=True)

    def _ask_beat(self, at: int, beat: BeatView, *, new: bool) -> None:
        shown = self.timeline.script
        language = shown.language if shown is not None else ""

        async def save(changed: BeatView) -> None:
            script = self.timeline.script
            assert script is not None
            assert shown is not None
            place = min(at, len(script.beats)) if new else place_of(beat, script.beats, at)
            if place is None:  # somebody changed this very beat: the Desk refuses what was made from the script before
                script, place = shown, at
            beats = with_beat(script.beats if new else without(script.beats, place), place, changed)
            await self._keep_beats(script, beats)
            self.timeline.cursor = place
            self.timeline.show(self.timeline.script or script)

        whose = one_line(self.draft.post.client_name) if self.draft is not None else ""
        title = f"{say('New beat') if new else say('Beat')} {at + 1} · {whose}"
        self.app.push_screen(EditBeat(title, beat, save, lambda words: self.app.desk.seconds_to_say(words, language)))

    @on(Timeline.Target)
    def _target(self) -> None:
        script = self.timeline.script
        if script is None:
            return
        start = script

        async def save(words: str) -> Done:
            try:
                seconds = float(words.strip().removesuffix("s").strip().replace(",", "."))
            except ValueError as error:
                raise UsageError(say("“{words}” is no number of seconds", words=words), say("for example 30")) from error
            return await self._keep_beats(start, start.beats, seconds)

        details = say("How long the Reel is to be, in seconds.")
        self.app.push_screen(
            AskWords(
                say("How long?"),
                say("Seconds:"),
                details=details,
                yes=say("Keep it"),
                value=fraction(script.target),
                check=needs_words("seconds"),
                job=save,
            )
        )
