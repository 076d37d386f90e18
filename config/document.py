"""A YAML text that was read: values, and where each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from config.diagnostics import Diagnostic
from config.resolved import Place
from config.source import Source

YamlValue: TypeAlias = "str | int | float | bool | tuple[YamlValue, ...] | dict[str, YamlValue] | None"
"""What a file says. Lists are tuples: models are strict, and nothing changes what was read."""
Step: TypeAlias = str | int
Path_: TypeAlias = Sequence[Step]


class RawFloat(float):
    """A decimal that remembers how it was written: 12.50."""

    raw: str


class RawInt(int):
    """A whole number that remembers how it was written: 007, +48."""

    raw: str


class Node:
    """One value with its offsets in the source; children by key or number."""

    __slots__ = ("children", "depth", "end", "keys", "start", "style", "value", "weight")

    def __init__(self, value: YamlValue, start: int, end: int, style: str | None = None) -> None:
        self.value = value
        self.start = start
        self.end = end
        self.style = style
        """How a scalar is written: None (plain), `'`, `"`, `|`, `>`."""
        self.children = _NO_CHILDREN
        self.keys = _NO_KEYS
        self.weight = 1
        self.depth = 1


_NO_CHILDREN: dict[Step, Node] = {}
_NO_KEYS: dict[str, Node] = {}
"""Of every scalar; collections get their own."""


class Document:
    """A YAML text that was read: its value, and where each part of it stands."""

    __slots__ = ("_places", "diagnostics", "end", "reported", "root", "source", "start")

    def __init__(
        self,
        source: Source,
        root: Node,
        diagnostics: list[Diagnostic],
        reported: set[tuple[Step, ...]],
        start: int = 0,
        end: int | None = None,
    ) -> None:
        self.source = source
        self.root = root
        self.diagnostics = diagnostics
        self.reported = reported
        """Paths that already have their one error."""
        self.start = start
        """Which part of the source is YAML: front matter is not all of it."""
        self.end = len(source.text) if end is None else end
        self._places: dict[tuple[Step, ...], Place] = {}

    @property
    def value(self) -> YamlValue:
        return self.root.value

    def node(self, path: Path_) -> tuple[Node, int]:
        """The deepest node on the way to `path`, and how many steps of the path led to it."""
        node, steps = self.root, 0
        for step in path:
            child = node.children.get(step)
            if child is None:
                break
            node, steps = child, steps + 1
        return node, steps

    def place(self, *path: Step) -> Place:
        """Where a value stands; for a mapping or a missing key, the first key of what is there."""
        known = self._places.get(path)
        if known is None:
            known = self._places[path] = self._place(_first(self.node(path)[0]))
        return known

    def key_place(self, *path: Step) -> Place:
        """Where a key stands."""
        parent, steps = self.node(path[:-1])
        key = parent.keys.get(str(path[-1])) if steps == len(path) - 1 else None
        return self._place(key if key is not None else _first(parent))

    def raw(self, *path: Step) -> str:
        """A value as it is written in the file."""
        node, _ = self.node(path)
        return self.source.text[node.start : node.end]

    def _place(self, node: Node) -> Place:
        return self.source.place(node.start, node.end)


def _first(node: Node) -> Node:
    """A mapping is shown by its first key: a caret under ten lines helps nobody."""
    return next(iter(node.keys.values())) if node.keys else node
