"""Settings: how this person likes the desk on this computer. Every change is there at once."""

from __future__ import annotations

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from config.desk_settings import KEYS, SettingsError
from tui.dialogs.press_key import PressKey
from tui.frame import DeskScreen
from tui.keys import keymap
from tui.keys.action import bindings
from tui.keys.actions import CHANGE, MOVE, SCREENS
from tui.lines.settings import Line, found, prompt, settings_lines, turned
from tui.say import say
from tui.text import clean
from tui.told import told
from tui.unhurried import PlainVertical
from tui.widgets.choices import Choices
from tui.widgets.find_line import FindLine


class SettingList(Choices):
    """Moved in like every other list."""

    BINDINGS = bindings(MOVE)

    def action_step(self, step: int) -> None:
        self.action_cursor_down() if step > 0 else self.action_cursor_up()

    def action_page(self, way: int) -> None:
        self.action_page_down() if way > 0 else self.action_page_up()  # type: ignore[no-untyped-call]

    def action_edge(self, way: int) -> None:
        self.action_last() if way > 0 else self.action_first()


class SettingsScreen(DeskScreen):
    """The list on the left or above, what the line under the cursor is for beside it."""

    PLACE = "settings"
    ACTIONS = SCREENS["settings"]
    BINDINGS = bindings(CHANGE)
    listed = getters.query_one(SettingList)
    finder = getters.query_one(FindLine)

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self._at = ""
        """The line that was chosen last; it is chosen again when the place is made anew."""

    def compose_body(self) -> ComposeResult:
        with PlainVertical(id="panes"):
            with PlainVertical(id="list", classes="pane") as pane:
                pane.border_title = Content(say("Settings"))
                yield SettingList(id="settings", markup=False)
                yield FindLine()
            with VerticalScroll(id="pane", classes="pane", can_focus=False):
                yield Static("", id="pane-text", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.made_anew()
        self.listed.focus()

    def made_anew(self) -> None:
        self._lines = settings_lines()
        self._fill()

    def _fill(self, name: str = "") -> None:
        """All lines again; the cursor stays on its line."""
        settings = self.app.settings
        shown = found(self._lines, self.finder.words, settings)
        name = name or self._at
        self.listed.clear_options()
        self.listed.add_options(Option(prompt(line, settings), id=line.name, disabled=bool(line.heading)) for line in shown)
        places = [line.name for line in shown if not line.heading]
        if places:
            self.listed.highlighted = self.listed.get_option_index(name if name in places else places[0])
        else:
            words = say("Nothing has the words “{words}”. esc removes them.", words=clean(self.finder.words))
            self.query_one("#pane-text", Static).update(Content(words))
            self.query_one("#pane").border_title = None
        self.query_one("#list").border_subtitle = Content(self.finder.chip) or None

    # ── the line under the cursor ──

    def chosen_name(self) -> str:
        """The setting under the cursor; empty: none."""
        if not self.is_mounted or self.listed.highlighted is None:
            return ""
        return self.listed.get_option_at_index(self.listed.highlighted).id or ""

    @property
    def chosen(self) -> Line | None:
        """The line under the cursor."""
        name = self.chosen_name()
        return next((line for line in self._lines if line.name == name), None)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self) -> None:
        line = self.chosen
        self._at = line.name if line is not None else ""
        text = line.explained() if line is not None else ""
        where = (
            say("Kept in {file}", file=self.app.settings_file) if self.app.settings_file else say("Not kept: this desk has no file for it")
        )
        self.query_one("#pane-text", Static).update(Content(f"{clean(text)}\n\n{clean(where)}"))
        self.query_one("#pane").border_title = Content(clean(line.name_words())) if line is not None else None

    # ── changing ──

    @on(OptionList.OptionSelected)
    def action_change(self) -> None:
        """The next value; for a key: the next key that is pressed."""
        line = self.chosen
        if line is None or line.action is None:
            self.action_turn(1)
            return
        action, settings = line.action, self.app.settings

        def judge(key: str) -> str:
            return keymap.judge({**settings.keys, action.id: key}, action.id)

        self.app.push_screen(PressKey(action, judge), lambda key: self._prefer(line.name, key) if key else None)

    def action_turn(self, step: int) -> None:
        line = self.chosen
        if line is not None and line.action is None and not line.heading:
            self._prefer(line.name, turned(line.name, self.app.settings.value(line.name), step))

    def action_reset(self) -> None:
        line = self.chosen
        if line is not None and not line.heading:
            self._prefer(line.name, None)

    def _prefer(self, name: str, value: str | None) -> None:
        if name.startswith(KEYS) and value is None and (why := self._cannot_go_back(name)):
            self.app.notify(why, severity="warning", timeout=8)
            return
        try:
            self.app.prefer(name, value)
        except SettingsError as error:
            self.app.notify(told(str(error)), severity="warning", timeout=8)
            return
        self._fill(name)
        self.refresh_bindings()

    def _cannot_go_back(self, name: str) -> str:
        """Its usual key may be another action's by now."""
        action = name.removeprefix(KEYS)
        return keymap.judge({key: keys for key, keys in self.app.settings.keys.items() if key != action}, action)

    # ── find ──

    def action_find(self) -> None:
        self.finder.begin()

    @on(FindLine.Sought)
    def _words_changed(self) -> None:
        self._fill()

    @on(FindLine.Kept)
    def _kept(self) -> None:
        self.listed.focus()

    def action_back(self) -> None:
        if self.finder.leave():
            self.listed.focus()
        else:
            super().action_back()
