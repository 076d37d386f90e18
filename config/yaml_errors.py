"""What the YAML parser complains about, in words that say what to change. Deferred: only a broken file needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.diagnostics import Diagnostic, diagnostic

if TYPE_CHECKING:
    from yaml.error import MarkedYAMLError

    from config.document import Node
    from config.source import Source

_ALIGN = "align it with its neighbours; a text with quotes or colons needs quotes around all of it"
_PROBLEMS: tuple[tuple[str, str, str], ...] = (
    ("mapping values are not allowed", "a second ': ' in one value, or a wrong indent", "write the value in quotes, or align the line"),
    ("did not find expected ',' or ']'", "the list in [ ] is not closed, or a comma is missing", "write ] at its end"),
    ("expected ',' or ']'", "the list in [ ] is not closed, or a comma is missing", "write ] at its end"),
    ("did not find expected ',' or '}'", "the keys in { } are not closed, or a comma is missing", "write } at their end"),
    ("expected ',' or '}'", "the keys in { } are not closed, or a comma is missing", "write } at their end"),
    ("found unexpected end of stream", "the quote is never closed", "write the closing quote"),
    ("cannot start any token", "a value cannot begin with {sign}", "write it in quotes"),
    ("could not find expected ':'", "a ':' is missing after this key", "write key: value"),
    ("unknown escape character", "an unknown escape in double quotes", "use single quotes, or write \\\\ for a backslash"),
    ("did not find expected '-' indicator", "this line does not belong to the list above it", "begin it with '- ', or align it"),
    ("did not find expected key", "this line does not fit the indentation around it", _ALIGN),
    ("expected <block end>", "this line does not fit the indentation around it", _ALIGN),
    ("did not find expected node content", "a value is missing here", "write one"),
    ("block sequence entries are not allowed", "a list cannot begin here", "begin it on the next line"),
    ("did not find expected <document start>", "this does not fit what stands above it", "a file is keys with values: key: value"),
)  # fmt: skip


def syntax_error(error: MarkedYAMLError, source: Source, base: int, last: Node | None) -> Diagnostic:
    """The one diagnostic for a file that is not YAML. `last`: the scalar that was read before."""
    if last is not None and last.style in ("'", '"') and "\n" in source.text[last.start : last.end]:
        ends = source.place(last.end - 1).line
        hint = f"write the closing quote: as it stands, it ends in line {ends}"
        return diagnostic("E101", source.place(last.start), "the quote is never closed", hint)
    problem = (error.problem or "").lower()
    message, hint = next(((words, way) for sign, words, way in _PROBLEMS if sign in problem), (f"not valid YAML: {problem}", ""))
    unclosed = "closed" in message
    mark = error.context_mark if unclosed and error.context_mark is not None else error.problem_mark or error.context_mark
    offset = base + mark.index if mark is not None else base
    if offset >= len(source.text.rstrip()) and not unclosed:
        offset = max(base, len(source.text.rstrip()) - 1)
    sign = source.text[offset : offset + 1]
    return diagnostic("E101", source.place(offset), message.replace("{sign}", f"'{sign}'"), *((hint,) if hint else ()))
