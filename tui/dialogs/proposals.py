"""What the model proposes: variants by number, a script as timed lines beside its caption; enter takes one."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from scheduler.desk.views import BeatView, ProposalView
from scheduler.errors import DeskError
from tui.dialogs.base import Dialog
from tui.text import clean, field_words, one_line
from tui.words import error_words, undo_words

AGAIN = "again"
TAKEN = "taken"


class Proposals(Dialog[str]):
    """Answers `taken`, `again`, or None."""

    BINDINGS = [
        *(
            Binding(str(n), f"look({n - 1})", f"Variant {n}", show=False, id=f"proposals.{n}", tooltip=f"Look at variant {n}")
            for n in range(1, 10)
        ),
        Binding("left,h", "step(-1)", "Variant before", show=False, id="proposals.before", tooltip="The variant before"),
        Binding("right,l", "step(1)", "Next variant", show=False, id="proposals.next", tooltip="The next variant"),
        Binding("enter", "take", "Take it", show=False, id="proposals.take", tooltip="Make it the text of the post", priority=True),
        Binding("x", "discard", "Throw away", show=False, id="proposals.discard", tooltip="Throw this one away"),
        Binding("n", "again", "Ask again", show=False, id="proposals.again", tooltip="Ask the model for new ones"),
    ]

    def __init__(self, client: str, proposals: Sequence[ProposalView]) -> None:
        super().__init__()
        self._client, self._proposals, self._at = client, list(proposals), 0
        self.add_class("-large")

    def title_words(self) -> str:
        return f"The model proposes · {one_line(self._client)}"

    def compose_box(self) -> ComposeResult:
        yield Static("", id="which", markup=False)
        with Horizontal(id="proposal"):
            with VerticalScroll(id="proposal-text"):
                yield Static("", id="text", markup=False)
            with VerticalScroll(id="script"):
                yield Static("", id="beats", markup=False)

    def buttons(self) -> ComposeResult:
        yield Button(Content("Later (esc)"), id="no")
        yield Button(Content("Throw away (x)"), id="discard")
        yield Button(Content("Again (n)"), id="again")
        yield Button(Content("Take it (⏎)"), id="take", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#proposal-text").focus()
        self._show()

    @property
    def current(self) -> ProposalView:
        """The one that is shown."""
        return self._proposals[self._at]

    def _show(self) -> None:
        shown = self.current
        total = len(self._proposals)
        keys = "1" if total == 1 else f"1–{min(total, 9)}"
        which = f"{self._at + 1} of {total} ({keys}) · {field_words(shown.language)} · {_kind(shown)}"
        which += f" · written by {one_line(shown.model)} at {one_line(shown.host)}"
        self.query_one("#which", Static).update(Content.styled(which, "$quiet"))
        lines = [Content.styled(clean(shown.text), "$model")]
        lines += [Content.styled(f"! {one_line(problem)}", "$warning") for problem in shown.problems]
        self.query_one("#text", Static).update(Content("\n").join(lines))
        self.query_one("#script").display = bool(shown.beats)
        self.query_one("#beats", Static).update(script(shown.beats))

    def action_look(self, at: int) -> None:
        if at < len(self._proposals):
            self._at = at
            self._show()

    def action_step(self, by: int) -> None:
        self.action_look((self._at + by) % len(self._proposals))

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        self.dismiss(AGAIN)

    @on(Button.Pressed, "#take")
    @work(exclusive=True, group="take", exit_on_error=False)
    async def action_take(self) -> None:
        focused = self.focused
        if isinstance(focused, Button) and focused.id != "take":
            focused.press()
            return
        try:
            done = await self.app.desk.accept(self.current.id)
        except DeskError as error:
            self.note(error_words(error))
            return
        self.app.notify(undo_words(done.words, done.undo))
        self.dismiss(TAKEN)

    @on(Button.Pressed, "#discard")
    @work(exclusive=True, group="take", exit_on_error=False)
    async def action_discard(self) -> None:
        await self.app.attempt(self.app.desk.discard(self.current.id))
        del self._proposals[self._at]
        if not self._proposals:
            self.dismiss(None)
            return
        self._at = min(self._at, len(self._proposals) - 1)
        self._show()


def _kind(proposal: ProposalView) -> str:
    if proposal.spoken_seconds is None:
        return "caption"
    planned = sum(beat.seconds for beat in proposal.beats)
    return f"script, {proposal.spoken_seconds:g} s read aloud, {planned:g} s planned"


def script(beats: Sequence[BeatView]) -> Content:
    """Timed lines: what is said, what stands on the screen, what is filmed."""
    lines: list[Content] = []
    for beat in beats:
        end = beat.start + beat.seconds
        lines.append(Content.assemble((f"{beat.start:4.0f}–{end:.0f} s  ", "bold $primary"), clean(beat.voice)))
        lines += [
            Content.styled(f"         {name}: {one_line(words)}", "$quiet")
            for name, words in (("on screen", beat.screen), ("shot", beat.shot))
            if words
        ]
    return Content("\n").join(lines)
