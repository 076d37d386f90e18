"""Text that grows stands where it would stand had it come at once."""

from __future__ import annotations

from textual.app import App, ComposeResult

from tui.theme import FALLBACKS
from tui.widgets.poured import Poured

TEXT = "Zimowe menu: zakwas, grzane  wino i 珈琲を一杯 z imbirem.\n\nOd środy w obu kawiarniach, nadzwyczajnieniesłychaniedługo. "
HEAD = ("▸ 1 · Instagram", "title")


class Host(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return FALLBACKS

    def compose(self) -> ComposeResult:
        yield Poured()


async def test_a_text_that_comes_in_pieces_is_broken_as_one_that_came_whole() -> None:
    async with Host().run_test(size=(18, 30)) as pilot:
        poured = pilot.app.query_one(Poured)
        for size in range(1, 12):
            poured.show([HEAD, ("", "words")])
            for at in range(0, len(TEXT), size):
                poured.add(TEXT[at : at + size])
                grown = list(poured._lines)
                poured.show([HEAD, (TEXT[: at + size], "words")])
                assert grown == poured._lines, f"{size} letters at a time, after {TEXT[: at + size]!r}"


async def test_a_tab_of_a_model_moves_nothing() -> None:
    async with Host().run_test(size=(18, 30)) as pilot:
        poured = pilot.app.query_one(Poured)
        poured.show([("one\ttwo", "words")])
        poured.add("\tthree")
        assert "\t" not in "".join(segment.text for y in range(4) for segment in poured.render_line(y))
