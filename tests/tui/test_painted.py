"""A frame is drawn piece by piece, others have their turn meanwhile, and what is shown is whole and new."""

from __future__ import annotations

import asyncio

import pytest
from rich.segment import Segment
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widget import Widget

from tui import painted
from tui.painted import Painted

SIGNS = "abcdef"


class Block(Widget):
    """Some lines of one sign."""

    DEFAULT_CSS = "Block { height: 1fr; }"

    def __init__(self, sign: str) -> None:
        super().__init__()
        self.sign = sign

    def render_line(self, y: int) -> Strip:
        program = self.app
        assert isinstance(program, Program)
        program.seen.append(self.sign)
        return Strip([Segment(self.sign * self.size.width)])


class Blocks(Painted[None]):
    """Six of them, one below the other."""

    def compose(self) -> ComposeResult:
        yield from (Block(sign) for sign in SIGNS)


class Program(App[None]):
    """Notes what is drawn, what others do meanwhile, and when the frame is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.frame = ""
        """The last one, as a terminal gets it."""
        self.is_shown = asyncio.Event()

    def on_mount(self) -> None:
        self.push_screen(Blocks())

    def _display(self, screen: object, renderable: object) -> None:
        if isinstance(renderable, CompositorUpdate):
            self.frame = renderable.render_segments(self.console)
            self.seen.append("shown")
            self.is_shown.set()

    def draw(self) -> None:
        """The whole frame anew."""
        for block in self.screen.query(Block):
            block.refresh()
        self.screen.refresh()
        self.screen._on_timer_update()

    def forget(self) -> None:
        """What was until now."""
        self.seen.clear()
        self.is_shown.clear()


@pytest.fixture(autouse=True)
def _each_widget_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painted.Painted, "PIECE", 0.0)


async def test_others_have_their_turn_between_two_widgets() -> None:
    app = Program()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.forget()
        app.draw()
        assert app.seen == []
        for _ in SIGNS:
            await asyncio.sleep(0)
            app.seen.append("key")
        await app.is_shown.wait()
    drawn = [sign for n, sign in enumerate(app.seen) if n == 0 or app.seen[n - 1] != sign]
    assert [sign for sign in drawn if sign in SIGNS] == list(reversed(SIGNS))
    assert drawn.count("key") > len(SIGNS) / 2
    assert drawn[-1] == "shown"


async def test_what_changes_before_it_is_shown_is_on_the_frame() -> None:
    app = Program()
    async with app.run_test() as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, Painted)
        *others, last = screen.query(Block)
        app.forget()
        show = screen._show_frame

        def changing() -> None:
            last.sign = "g"
            last.refresh()
            screen._dirty_widgets.add(last)
            show()

        screen._show_frame = changing  # type: ignore[method-assign]
        for block in others:
            block.refresh()
        screen._dirty_widgets.update(others)
        screen._on_timer_update()
        await app.is_shown.wait()
        assert "ggg" in app.frame


async def test_a_picture_taken_meanwhile_is_a_frame_too() -> None:
    app = Program()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.forget()
        app.draw()
        assert "aaa" in app.export_screenshot()
        while app.screen._painter is not None:  # type: ignore[attr-defined]  # noqa: ASYNC110  nobody says when it is done
            await asyncio.sleep(0)


async def test_who_waits_for_the_frame_waits_for_all_of_it() -> None:
    app = Program()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.forget()
        after = asyncio.Event()
        app.call_after_refresh(lambda: (app.seen.append("after"), after.set()))
        app.draw()
        await after.wait()
    assert app.seen.index("shown") < app.seen.index("after")


async def test_in_a_batch_nothing_is_shown_and_nothing_is_lost() -> None:
    app = Program()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.forget()
        app.draw()
        app._begin_batch()
        for _ in range(50):
            await asyncio.sleep(0)
        assert "shown" not in app.seen
        app._end_batch()
        await app.is_shown.wait()


async def test_a_mistake_in_a_widget_ends_the_program() -> None:
    with pytest.raises(ZeroDivisionError):
        await _draw_a_mistake()


async def _draw_a_mistake() -> None:
    app = Program()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.screen.query(Block).last().render_line = lambda y: 1 / 0  # type: ignore[method-assign,assignment,return-value]
        app.draw()
        await app._exception_event.wait()
