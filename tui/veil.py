"""What stands beneath a dialog, seen through the dialog's colour."""

from __future__ import annotations

from functools import lru_cache
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.color import Color
from textual.css.styles import RulesMap
from textual.geometry import Size
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import Screen
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual, VisualType

Answer = TypeVar("Answer")


class Veiled(Screen[Answer], Generic[Answer]):
    """Lets the place beneath it shine through. Textual mixes the colour of every piece of text; a place has a few dozen pairs of them."""

    def render(self) -> VisualType:  # type: ignore[override]  # every widget may answer with a Visual, screens promise less
        ground = super().render()
        return _Veil(ground) if isinstance(ground, BackgroundScreen) else ground


class _Veil(Visual):
    def __init__(self, ground: BackgroundScreen) -> None:
        self._beneath, self._color = ground.screen, ground.color

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        lines = self._beneath._compositor.render_strips(Size(width, self.get_height({}, width) if height is None else height))
        return [Strip([Segment(text, _through(look, self._color)) for text, look, _ in line], line.cell_length) for line in lines]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self._beneath.size.height


@lru_cache(maxsize=1024)
def _through(look: RichStyle | None, veil: Color) -> RichStyle:
    """Colours mixed with the veil; nothing beneath it answers the mouse."""
    bare = RichStyle() if look is None else look.clear_meta_and_links()
    front, back = ((Color.from_rich_color(color) + veil).rich_color if color is not None else None for color in (bare.color, bare.bgcolor))
    return bare + RichStyle.from_color(front, back)
