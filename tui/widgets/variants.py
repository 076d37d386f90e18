"""The model's texts below the caption: side by side where the window allows, one at a time where not."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from scheduler.desk.views import ProposalView
from scheduler.desk.write.views import ModelPlace, Streamed
from tui.keys.action import bindings
from tui.keys.actions import VARIANTS
from tui.lines.offers import Offer, Offers, model_words
from tui.say import fraction, say
from tui.text import UNICODE, Glyphs, one_line
from tui.told import told
from tui.widgets.poured import Block, Poured

FRAME = 1 / 40
"""Seconds between two frames: what came for an offer since it was last drawn is drawn at once."""
LEAST = 38
"""Columns a text needs to stand beside another."""
ROOMY = 96
"""Columns from which texts stand beside each other at all."""
BESIDE = 3


class Variants(Horizontal, can_focus=True):
    """Has the focus only when somebody goes there: typing in the caption goes on."""

    ACTIONS = VARIANTS
    BINDINGS = bindings(VARIANTS)
    DEFAULT_CSS = """
    Variants { height: 1fr; }
    Variants Poured { border-left: solid $rest; }
    Variants Poured.-first { border-left: none; }
    Variants Poured.-current { background: $panel; }
    """

    @dataclass
    class Taken(Message):
        """This one becomes the text."""

        proposal: ProposalView

    @dataclass
    class Thrown(Message):
        """These are not wanted."""

        proposals: tuple[int, ...]

    class Stopped(Message):
        """Write no more."""

    class Again(Message):
        """Ask for new ones."""

    class Closed(Message):
        """Nothing is left to decide."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id="variants", classes="pane")
        self.offers = Offers()
        self.place: ModelPlace | None = None
        self.trouble = ""
        """Why nothing came; empty: nothing is wrong."""
        self._glyphs = glyphs
        self._held: dict[int, str] = {}
        """Pieces of each offer that are not drawn yet."""
        self._frames: Timer | None = None

    def compose(self) -> ComposeResult:
        for n in range(BESIDE):
            yield Poured().add_class("-first" if n == 0 else "-later")

    # ── while it is written ──

    def begin(self, place: ModelPlace) -> None:
        """Texts are asked for."""
        self.place, self.trouble = place, ""
        self.offers.begin()
        self.draw()
        self._frames = self._frames or self.set_interval(FRAME, self._pour)

    def hear(self, heard: Streamed) -> None:
        """A piece came; it is drawn with the next frame."""
        offer = self.offers.hear(heard)
        if offer is None:
            return
        at = self.offers.found.index(offer)
        if heard.piece and at in self._held:
            self._held[at] += heard.piece
        elif heard.piece and len(offer.text) > len(heard.piece):  # last in line: the others wait longer
            self._held[at] = heard.piece
        else:  # the first piece, a new beginning, or the end of it
            self.draw()

    def _pour(self) -> None:
        """One offer a frame, the one that waited longest: three at once would be drawn as one large part of the screen."""
        if not self._held:
            return
        at = next(iter(self._held))
        pieces = self._held.pop(at)
        window = list(self.offers.window(self._room))
        if at in window:
            self._poured[window.index(at)].add(pieces)

    def settle(self, proposals: list[ProposalView], trouble: str = "") -> None:
        """Nothing more comes; these can be taken. `trouble`: why there are none."""
        self.trouble = trouble
        if self._frames is not None:
            self._frames.stop()
            self._frames = None
        self.offers.settle(proposals)
        self.draw()

    # ── drawing ──

    @property
    def _poured(self) -> list[Poured]:
        return list(self.query(Poured))

    @property
    def _room(self) -> int:
        width = self.content_size.width
        return 1 if width < ROOMY else max(1, min(BESIDE, width // LEAST))

    def on_resize(self) -> None:
        self.draw()

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self._titles()

    def draw(self) -> None:
        """Everything anew, with what waits to be drawn."""
        self._held.clear()
        window = list(self.offers.window(self._room))
        for n, poured in enumerate(self._poured):
            poured.display = n < len(window) or (n == 0 and not window)
            if n < len(window):
                offer = self.offers.found[window[n]]
                poured.growing = offer.state == "writing"
                poured.set_class(window[n] == self.offers.at and len(window) > 1, "-current")
                poured.show(self._blocks(offer, window[n]))
            else:
                poured.show(self._nothing() if n == 0 else [])
        self._titles()

    def _nothing(self) -> list[Block]:
        if self.offers.writing:
            return [(say("Waits for the first word…"), "quiet")]
        return [(f"{self._glyphs.warn} {self.trouble}", "warning"), (say("Your own text is as it was."), "quiet")] if self.trouble else []

    def _blocks(self, offer: Offer, at: int) -> list[Block]:
        sign = self._glyphs.cursor if at == self.offers.at else " "
        head = (f"{sign} {at + 1} · {offer.words}", "title")
        if offer.proposal is None:
            return [head, *([(told(offer.trouble), "warning")] if offer.trouble else []), (offer.text, "words")]
        problems = [(f"{self._glyphs.warn} {told(one_line(problem))}", "warning") for problem in offer.proposal.problems]
        return [head, *_script(offer.proposal), (offer.text, "words"), *problems]

    def _titles(self) -> None:
        offers, parts = self.offers, [say("The model")]
        parts += [say("sent to {words}", words=model_words(self.place))] if self.place is not None else []
        parts += [say("Writing…")] if offers.writing else []
        parts += [say("{number} of {found}", number=offers.at + 1, found=len(offers.found))] if len(offers.found) > 1 else []
        self.border_title = Content(" · ".join(parts))
        self.border_subtitle = Content(self._keys())

    def _keys(self) -> str:
        if not self.has_focus:
            return say("‹write.model› goes there") if self.offers.found or self.offers.writing else say("‹write.model› asks again")
        if self.offers.writing:
            return say("1 2 3 look · esc stops")
        if not self.offers.found:
            return say("‹variants.again› asks again · esc closes")
        many = say("1 2 3 look · ") if len(self.offers.found) > 1 else ""
        return say("{many}⏎ takes it · ‹variants.again› asks again · esc throws away", many=many)

    # ── keys ──

    def action_look(self, at: int) -> None:
        if self.offers.look(at):
            self.draw()

    def action_step(self, by: int) -> None:
        self.offers.step(by)
        self.draw()

    def action_scroll(self, by: int) -> None:
        window = list(self.offers.window(self._room))
        if self.offers.at in window:
            self._poured[window.index(self.offers.at)].scroll_by(by)

    def action_take(self) -> None:
        current = self.offers.current
        if current is not None and current.proposal is not None:
            self.post_message(self.Taken(current.proposal))
        elif self.offers.writing:
            self.app.notify(say("It is not whole yet. It can be taken when the model is done."), severity="warning")

    def action_leave(self) -> None:
        whole = tuple(offer.proposal.id for offer in self.offers.found if offer.proposal is not None)
        if self.offers.writing:
            self.post_message(self.Stopped())
        elif whole:
            self.post_message(self.Thrown(whole))
        else:
            self.post_message(self.Closed())

    def action_discard(self) -> None:
        current = self.offers.current
        if current is not None and current.proposal is not None:
            self.post_message(self.Thrown((current.proposal.id,)))

    def action_again(self) -> None:
        if not self.offers.writing:
            self.post_message(self.Again())


def _script(proposal: ProposalView) -> list[Block]:
    """Timed lines: what is said, what stands on the screen, what is filmed."""
    blocks: list[Block] = []
    for beat in proposal.beats:
        blocks += [
            (f"{fraction(beat.start)}–{fraction(beat.start + beat.seconds)} s", "strong"),
            (beat.voice or say("(nobody speaks)"), "words"),
        ]
        blocks += [
            (f"{name}: {one_line(words)}", "quiet") for name, words in ((say("on screen"), beat.screen), (say("shot"), beat.shot)) if words
        ]
    return [*blocks, ("", "quiet")] if blocks else []
