"""Where the fields of a resolved post stand, looked up only when a platform complains about one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.document import Step
from config.layers import Merged
from config.resolved import Place

_MEDIA = re.compile(r"media\[(\d+)\](\.alt)?")


@dataclass(frozen=True, slots=True)
class Places(Mapping[str, Place]):
    """`text`, `first_comment`, `link`, `media[0]`, `media[0].alt`, `options.type` → place."""

    merged: Merged
    text_place: Place | None

    def __getitem__(self, name: str) -> Place:
        if name == "text" and self.text_place is not None:
            return self.text_place
        if name.startswith("options."):
            return self._option(name.removeprefix("options."))
        media = _MEDIA.fullmatch(name)
        if media is not None:
            return self._field("media", int(media[1]), *(("alt",) if media[2] else ()))
        return self._field(name)

    def __iter__(self) -> Iterator[str]:
        if self.text_place is not None:
            yield "text"
        yield from (name for name in ("at", "first_comment", "link") if self.merged.last(name) is not None)
        media = self.merged.last("media")
        for number, _ in enumerate(media.changes.media or () if media is not None else ()):
            yield from (f"media[{number}]", f"media[{number}].alt")
        yield from (f"options.{key}" for key in self.merged.options())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _field(self, name: str, *rest: Step) -> Place:
        layer = self.merged.last(name)
        if layer is None:
            raise KeyError(name)
        return layer.document.place(*layer.base, name, *rest)

    def _option(self, key: str) -> Place:
        layer = next((layer for layer in reversed(self.merged.layers) if key in layer.options), None)
        if layer is None:
            raise KeyError(key)
        return layer.document.place(*layer.base, key)
