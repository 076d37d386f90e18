"""Mutants that nobody thought of: one small change at a time at every place of a file where one is possible."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.LShift: ast.RShift,
}  # fmt: skip
_NAMES = {"and_": "or_", "or_": "and_", "min": "max", "max": "min", "any": "all", "all": "any"}
_METHODS = {"is_": "is_not", "is_not": "is_", "in_": "not_in", "not_in": "in_"}
_CODE = re.compile(r"[a-z_.0-9-]{2,}")
"""Strings that mean something to the program. Sentences are for people and are left alone."""


@dataclass(frozen=True, slots=True)
class Change:
    """One mutant."""

    file: str
    line: int
    where: str
    """Name of the function it is in, or `-`."""
    what: str
    source: str
    """The whole file."""

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line} {self.where}: {self.what}"


def changes(root: Path, file: str) -> list[Change]:
    """Every mutant of a file."""
    source = (root / file).read_text("utf-8")
    found: dict[str, Change] = {}
    for number, (node, _) in enumerate(_places(ast.parse(source))):
        for kind in range(len(_ways(node))):
            tree = ast.parse(source)
            place, parents = next(place for n, place in enumerate(_places(tree)) if n == number)
            made = _ways(place)[kind]
            said = f"{parents[-1].arg}=" if isinstance(parents[-1], ast.keyword) else ""
            what = said + _what(place, made)
            _replace(parents[-1], place, made)
            text = ast.unparse(ast.fix_missing_locations(tree))
            line = getattr(place, "lineno", 0)
            found.setdefault(text, Change(file, line, _where(parents), what, text))
    found.pop(ast.unparse(ast.parse(source)), None)
    return list(found.values())


def _where(parents: tuple[ast.AST, ...]) -> str:
    functions = [node.name for node in parents if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    return ".".join(functions) or "-"


def _what(old: ast.AST, new: ast.AST) -> str:
    """In words, what was changed."""
    for name in ("elts", "args", "values"):
        parts, fewer = getattr(old, name, []), {ast.dump(part) for part in getattr(new, name, [])}
        if isinstance(new, type(old)) and 0 < len(fewer) < len(parts):
            return "without " + ", ".join(ast.unparse(part) for part in parts if ast.dump(part) not in fewer)
    return f"{_short(ast.unparse(old))} → {_short(ast.unparse(new))}"


def _short(text: str) -> str:
    return text if len(text) < 70 else f"{text[:40]} … {text[-25:]}"


def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Every node that runs, with what it stands in; not documentation, types, decorators or assertions."""
    yield from _below(tree, ())


def _below(node: ast.AST, parents: tuple[ast.AST, ...]) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "keywords_of_class", "names") or isinstance(node, ast.Assert):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_words(child) or _is_type(child):
                continue
            yield child, (*parents, node)
            yield from _below(child, (*parents, node))


def _is_words(node: ast.AST) -> bool:
    """Documentation, and sentences put together from parts."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _is_type(node: ast.AST) -> bool:
    """A name for types, and what only the checker of types reads."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("cast", "TypeVar"):
        return True
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        return isinstance(target, ast.Name) and (target.id == "__all__" or _names_types(node.value))
    return False


def _names_types(value: ast.expr) -> bool:
    """`Json = str | int | …`, `Who = Literal[…]`."""
    if isinstance(value, ast.Subscript):
        return isinstance(value.value, ast.Name) and value.value.id in ("Literal", "Callable")
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr)


def _ways(node: ast.AST) -> list[ast.AST]:
    """What could stand there instead."""
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in _COMPARISONS:
            made = deepcopy(node)
            made.ops[0] = _COMPARISONS[type(op)]()
            return [made]
        case ast.BoolOp(op=op, values=values):
            other = ast.And() if isinstance(op, ast.Or) else ast.Or()
            return [ast.BoolOp(other, values), *_without_one(node)]
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            return [operand]
        case ast.BinOp(op=op) if type(op) in _SUMS:
            return [ast.BinOp(node.left, _SUMS[type(op)](), node.right)]
        case ast.Constant(value=value):
            return _other_constant(value)
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            return [ast.Return(ast.Constant(None))]
        case ast.If(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):
            turned = deepcopy(node)
            turned.test = ast.UnaryOp(ast.Not(), test)
            return [turned]
        case ast.Call() | ast.Tuple():
            return [*_renamed(node), *_without_one(node)]
    return []


def _other_constant(value: object) -> list[ast.AST]:
    match value:
        case bool():
            return [ast.Constant(not value)]
        case int():
            return [ast.Constant(value + 1)]
        case str() if _CODE.fullmatch(value):
            return [ast.Constant(f"{value}x")]
    return []


def _renamed(node: ast.AST) -> list[ast.AST]:
    made = deepcopy(node)
    if isinstance(made, ast.Call):
        if isinstance(made.func, ast.Name) and made.func.id in _NAMES:
            made.func.id = _NAMES[made.func.id]
            return [made]
        if isinstance(made.func, ast.Attribute) and made.func.attr in _METHODS:
            made.func.attr = _METHODS[made.func.attr]
            return [made]
    return []


def _without_one(node: ast.AST) -> list[ast.AST]:
    """One condition of several is left out."""
    match node:
        case ast.BoolOp(values=parts):
            field = "values"
        case ast.Tuple(elts=parts, ctx=ast.Load()) if all(isinstance(part, ast.Compare | ast.Call | ast.UnaryOp) for part in parts):
            field = "elts"
        case ast.Call(func=ast.Name(id="and_" | "or_"), args=parts):
            field = "args"
        case ast.Call(func=ast.Attribute(attr="where"), args=parts):
            field = "args"
        case _:
            return []
    made: list[ast.AST] = []
    for nth in range(len(parts)):
        if len(parts) > 1:
            fewer = deepcopy(node)
            setattr(fewer, field, [part for n, part in enumerate(parts) if n != nth])
            made.append(fewer.values[0] if isinstance(fewer, ast.BoolOp) and len(fewer.values) == 1 else fewer)
    return made


def _replace(parent: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for name, value in ast.iter_fields(parent):
        if value is old:
            setattr(parent, name, new)
        elif isinstance(value, list):
            setattr(parent, name, [new if item is old else item for item in value])
