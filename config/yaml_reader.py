"""YAML 1.2 core with positions: only true/false, null and decimal numbers are typed, and limits hold while reading.

Built from the parser's events in one pass without recursion, so that neither a deep nor an aliased bomb costs anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar, cast

from config.diagnostics import Diagnostic, diagnostic
from config.document import Document, Node, RawFloat, RawInt, Step, YamlValue
from config.source import Source, UnreadableFileError

if TYPE_CHECKING:
    from typing import Protocol

    class _Mark(Protocol):
        index: int

    class _Event(Protocol):
        """What both parsers hand out; which attributes are set depends on the kind."""

        start_mark: _Mark
        end_mark: _Mark
        anchor: str | None
        tag: str | None
        value: str
        style: str | None

    class _Events(Protocol):
        def get_event(self) -> _Event | None: ...


MAX_NODES = 200_000
MAX_LEVELS = 40
_DIGITS_OF_A_NUMBER = 18
"""Longer ones (card numbers, ids) stay text."""

_WORDS: dict[str, bool | None] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]")

_N = TypeVar("_N", RawFloat, RawInt)


def read(source: Source, start: int = 0, end: int | None = None) -> Document:
    """Read source.text[start:end] as one YAML document. Raises UnreadableFileError when it cannot be read on."""
    text = source.text if start == 0 and end is None else source.text[start:end]
    tab = text.find("\t")
    if tab >= 0:
        hint = "use spaces; inside double quotes a tab is written \\t"
        raise UnreadableFileError(diagnostic("E107", source.place(start + tab), "a tab in YAML", hint))
    builder = _Builder(source, start)
    _feed(text, source, start, builder)
    root = builder.root or Node(None, start, start)
    return Document(source, root, builder.diagnostics, builder.reported, start, end)


def _feed(text: str, source: Source, base: int, builder: _Builder) -> None:
    from yaml.error import MarkedYAMLError, YAMLError

    take = _handlers(builder)
    next_event = _parser(text).get_event
    try:
        while (event := next_event()) is not None:
            handler = take.get(type(event))
            if handler is not None:
                handler(event)
    except MarkedYAMLError as error:
        from config.yaml_errors import syntax_error

        raise UnreadableFileError(syntax_error(error, source, base, builder.last)) from error
    except (YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise UnreadableFileError(diagnostic("E101", source.place(base), "not valid YAML")) from error


def _handlers(builder: _Builder) -> dict[type, Callable[[_Event], None]]:
    from yaml import events

    return {
        events.ScalarEvent: builder.scalar,
        events.MappingStartEvent: builder.mapping,
        events.SequenceStartEvent: builder.sequence,
        events.MappingEndEvent: builder.end,
        events.SequenceEndEvent: builder.end,
        events.AliasEvent: builder.alias,
        events.DocumentStartEvent: builder.document,
    }


def _parser(text: str) -> _Events:
    try:
        from yaml._yaml import CParser
    except ImportError:
        from config.yaml_pure import PureParser

        return cast("_Events", PureParser(text))
    return cast("_Events", CParser(text))


class _Builder:
    """Takes events, keeps a stack of open collections, counts what aliases would unfold to."""

    def __init__(self, source: Source, base: int) -> None:
        self.source = source
        self.base = base
        self.root: Node | None = None
        self.last: Node | None = None
        """The scalar read last: most mistakes stand in it or right behind it."""
        self.diagnostics: list[Diagnostic] = []
        self.reported: set[tuple[Step, ...]] = set()
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._nodes = 0

    def document(self, event: _Event) -> None:
        """A document begins; there may be one."""
        if self.root is not None:
            place = self.source.place(self.base + event.start_mark.index)
            raise UnreadableFileError(diagnostic("E111", place, "a second document begins here", "keep one; remove the line ---"))

    def scalar(self, event: _Event) -> None:
        """A text, a number, a word."""
        start, end = self.base + event.start_mark.index, self.base + event.end_mark.index
        value: YamlValue = event.value
        style = event.style or None
        if event.tag is not None:
            self._refuse_tag(event.tag, start, end)
        if style is None:
            value = plain_value(event.value)
        elif style == '"' and _UNFIT.search(event.value):
            raise UnreadableFileError(diagnostic("E108", self.source.place(start, end), "an escape for a control character", "remove it"))
        node = self.last = Node(value, start, end, style)
        if event.anchor is not None or not self._open or self._nodes >= MAX_NODES:
            self._add(node, event.anchor)
            return
        self._nodes += 1
        parent = self._open[-1]
        parent.weight += 1
        parent.depth = parent.depth or 1
        self._put(parent, node)

    def mapping(self, event: _Event) -> None:
        """Keys begin."""
        self._begin(event, mapping=True)

    def sequence(self, event: _Event) -> None:
        """A list begins."""
        self._begin(event, mapping=False)

    def _begin(self, event: _Event, *, mapping: bool) -> None:
        start = self.base + event.start_mark.index
        if event.tag is not None:
            self._refuse_tag(event.tag, start, self.base + event.end_mark.index)
        node = Node(None, start, start)
        node.children = {}
        if mapping:
            node.keys = {}
        if len(self._open) >= MAX_LEVELS:
            self._too_deep(node)
        self._open.append(_Open(node, mapping))
        if event.anchor is not None:
            self._anchors[event.anchor] = node
            node.weight = 0  # open: an alias to it from inside would never end

    def end(self, event: _Event) -> None:
        """The innermost list or mapping is complete."""
        done = self._open.pop()
        node = done.node
        node.end = max(node.start, self.base + event.end_mark.index)
        node.value = done.mapping_values if done.mapping else tuple(done.values)
        node.weight, node.depth = 1 + done.weight, 1 + done.depth
        self._attach(node)

    def alias(self, event: _Event) -> None:
        """What an anchor holds, once more; counted in full."""
        start, end = self.base + event.start_mark.index, self.base + event.end_mark.index
        name = event.anchor or ""
        target = self._anchors.get(name)
        if target is None or target.weight == 0:
            why = f"the alias '*{name}' {'has no anchor' if target is None else 'contains itself'}"
            raise UnreadableFileError(diagnostic("E109", self.source.place(start, end), why, "write the value out"))
        node = Node(target.value, start, end, "*")
        node.children, node.keys, node.weight, node.depth = target.children, target.keys, target.weight, target.depth
        if len(self._open) + node.depth - 1 > MAX_LEVELS:
            self._too_deep(node)
        self._add(node, None)

    def _add(self, node: Node, anchor: str | None) -> None:
        self._nodes += node.weight
        if self._nodes > MAX_NODES:
            hint = "aliases count for all they stand for; split the campaign"
            raise UnreadableFileError(diagnostic("E103", self.source.place(node.start, node.end), f"more than {MAX_NODES:,} values", hint))
        if anchor is not None:
            self._anchors[anchor] = node
        self._attach(node)

    def _attach(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.weight += node.weight
        if node.depth > parent.depth:
            parent.depth = node.depth
        self._put(parent, node)

    def _put(self, parent: _Open, node: Node) -> None:
        if not parent.mapping:
            self._attach_item(parent, node)
        elif parent.key is None:
            self._attach_key(parent, node)
        else:
            if not parent.duplicate:
                self._attach_value(parent, parent.key, node)
            parent.key = None

    def _attach_item(self, parent: _Open, node: Node) -> None:
        number = len(parent.values)
        parent.node.children[number] = node
        parent.values.append(node.value)
        if node.value is None and _is_empty(node):
            self._empty(f"item {number + 1} of the list", number, node)

    def _attach_key(self, parent: _Open, node: Node) -> None:
        if not isinstance(node.value, str) and isinstance(node.value, int | float):
            node.value = self.source.text[node.start : node.end]  # 1: x and yes: x are names all the same
        if not isinstance(node.value, str) or node.value == "":
            raise UnreadableFileError(
                diagnostic("E110", self.source.place(node.start, node.end), "a key must be text", "write a name before the colon")
            )
        parent.key, parent.duplicate = node, node.value in parent.node.keys
        if parent.duplicate:
            first = self.source.place(parent.node.keys[node.value].start)
            place = self.source.place(node.start, node.end)
            self.diagnostics.append(
                diagnostic("E105", place, f"the key '{node.value}' is written twice", f"it stands in line {first.line} already")
            )

    def _attach_value(self, parent: _Open, key: Node, node: Node) -> None:
        name = cast("str", key.value)
        parent.node.keys[name] = key
        parent.node.children[name] = node
        if node.value is None and _is_empty(node):
            self._empty(f"'{name}'", name, node)
        else:
            parent.mapping_values[name] = node.value

    def _empty(self, name: str, step: Step, node: Node) -> None:
        line_end = self.source.text.find("\n", node.start)
        rest = self.source.text[node.start : line_end if line_end >= 0 else None].strip()
        comment = rest.startswith("#")
        hint = (
            'a value that starts with # is a comment in YAML: write it in quotes, "#like-this"'
            if comment
            else "write a value, or remove the key"
        )
        self.diagnostics.append(diagnostic("E203", self.source.place(node.start), f"{name} is empty", hint))
        self.reported.add((*self._path(), step))

    def _path(self) -> Iterator[Step]:
        for open_ in self._open[:-1]:
            yield cast("str", open_.key.value) if open_.key is not None else len(open_.values)

    def _refuse_tag(self, tag: str, start: int, end: int) -> None:
        shown = self.source.text[start:end].split()[0] if start < end else tag
        place = self.source.place(start, start + len(shown))
        raise UnreadableFileError(
            diagnostic("E106", place, f"the tag '{shown}' is not allowed", "remove it; kinds are known from the keys")
        )

    def _too_deep(self, node: Node) -> None:
        place = self.source.place(node.start)
        raise UnreadableFileError(diagnostic("E104", place, f"nested deeper than {MAX_LEVELS} levels", "write it flatter"))


class _Open:
    """A collection whose end was not seen yet."""

    __slots__ = ("depth", "duplicate", "key", "mapping", "mapping_values", "node", "values", "weight")

    def __init__(self, node: Node, mapping: bool) -> None:
        self.node = node
        self.mapping = mapping
        self.values: list[YamlValue] = []
        self.mapping_values: dict[str, YamlValue] = {}
        self.key: Node | None = None
        """The key whose value comes next."""
        self.duplicate = False
        self.weight = 0
        self.depth = 0


def _is_empty(node: Node) -> bool:
    return node.value is None and node.style is None and node.start == node.end


def plain_value(text: str) -> YamlValue:
    """A plain scalar by YAML 1.2 core, decimal numbers only; everything else is text."""
    if not text:
        return None
    if text[0] in "tTfFnN~":
        return _WORDS.get(text, text)
    if text[0] in "-+.0123456789" and len(text) <= _DIGITS_OF_A_NUMBER:
        return _number(text)
    return text


def _number(text: str) -> YamlValue:
    if _INTEGER.fullmatch(text):
        whole = int(text)
        return whole if str(whole) == text else _remember(RawInt(whole), text)
    if _FLOAT.fullmatch(text):
        decimal = float(text)
        if abs(decimal) < 1e300:
            return decimal if str(decimal) == text else _remember(RawFloat(decimal), text)
    return text


def _remember(number: _N, text: str) -> _N:
    number.raw = text
    return number
