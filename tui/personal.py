"""The program as one person likes it: colours, language, signs, keys, reading aloud; changed at once and kept in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from config.desk_settings import DeskSettings, ReadSettings, read_settings, write_settings
from scheduler.clock import Clock
from tui.frame import DeskScreen
from tui.keys import keymap
from tui.keys.action import spell_out
from tui.opening import Open, Opening
from tui.say import language_of, say, speak
from tui.shell import glyphs_of
from tui.text import ASCII, Glyphs
from tui.theme import THEME_OF, THEMES
from tui.told import told

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk

MADE_ANEW = ("language", "signs", "reading")
"""Settings that change what places are made of."""


class Personal(Opening, inherit_bindings=False):
    """Settings are read before anything is shown. Without a file nothing is read or kept: English, and what was given."""

    def __init__(
        self,
        desk: Desk | None,
        *,
        opening: Open | None = None,
        clock: Clock | None = None,
        glyphs: Glyphs | None = None,
        settings_file: Path | None = None,
    ) -> None:
        super().__init__(desk, opening=opening, clock=clock, glyphs=glyphs)
        self.settings_file = settings_file
        self._usual_glyphs = self.glyphs
        for theme in THEMES:
            self.register_theme(theme)
        found = read_settings(settings_file) if settings_file is not None else ReadSettings(DeskSettings(language="en"))
        self._troubles = [told(found.trouble)] if found.trouble else []
        self._like(found.settings)
        self._troubles += keymap.troubles(found.settings.keys)

    def _like(self, settings: DeskSettings) -> None:
        """Look and speak so from now on."""
        self.settings = settings
        speak(language_of() if settings.language == "auto" else settings.language, aloud=settings.reading == "aloud")
        self.theme = THEME_OF[settings.theme]
        self.animation_level = "none" if settings.motion == "reduced" else self._usual_motion
        self.glyphs = glyphs_of(settings.signs, self._usual_glyphs)
        spell_out(self.glyphs is ASCII)
        self.set_keymap(keymap.use(settings.keys))

    def begin(self) -> None:
        for trouble in self._troubles:
            self.notify(trouble, severity="warning", timeout=15)
        super().begin()

    # ── changing ──

    def prefer(self, name: str, value: str | None) -> None:
        before = self.settings
        self._like(before.with_value(name, value) if value is not None else before.without(name))
        self._keep()
        if name in MADE_ANEW and self.settings != before:
            self._make_anew()

    def _keep(self) -> None:
        if self.settings_file is None:
            return
        try:
            write_settings(self.settings_file, self.settings)
        except OSError as error:
            words = say("It holds until you leave: {file} could not be written ({reason}).", file=self.settings_file, reason=error.strerror)
            self.notify(words, severity="warning", timeout=10)

    @work(exclusive=True, group="anew", exit_on_error=False)
    async def _make_anew(self) -> None:
        """Places are made once; what is written is saved before its place is made anew, and kept where that fails."""
        for mode, stack in list(self._screen_stacks.items()):
            place = stack[0] if stack else None
            if mode not in self.MODES or mode == self.current_mode or (isinstance(place, DeskScreen) and not await place.save_all()):
                continue
            await self.remove_mode(mode)
            self.add_mode(mode, self.MODES[mode])
        if isinstance(self.screen, DeskScreen):
            await self.screen.make_anew()
