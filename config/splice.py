"""Edits one text of a file in place: comments and layout survive, and the difference is one line."""

from __future__ import annotations

import re
from pathlib import Path

from config.document import Document, Node, Step, YamlValue
from config.source import UnreadableFileError, decode
from config.whole_file import write_whole
from config.yaml_reader import plain_value, read

_PLAIN = re.compile(r"[^\W\d_][\w .+/@%~()-]*", re.UNICODE)
_INDENT = re.compile(r"^( *)\S", re.MULTILINE)


class SpliceError(Exception):
    """The text cannot be put there; nothing was written."""


def set_text(file: Path, path: tuple[Step, ...], text: str) -> None:
    """Replace one scalar of a YAML file. Raises SpliceError, OSError."""
    data = file.read_bytes()
    try:
        source = decode(file, data)
        changed = spliced(read(source), path, text)
    except UnreadableFileError as error:
        raise SpliceError(str(error)) from error
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    write_whole(file, mark + changed.encode())


def spliced(document: Document, path: tuple[Step, ...], text: str) -> str:
    """The source's text with one scalar replaced. Raises SpliceError when anything else would change."""
    node, steps = document.node(path)
    if steps != len(path) or node.children or isinstance(node.value, tuple | dict) or node.style == "*":
        raise SpliceError(f"there is no text at {'.'.join(map(str, path))}")
    raw = document.source.text
    for written in _ways(document, node, text):
        changed = raw[: node.start] + written + raw[node.end :]
        if _holds(document, changed, len(changed) - len(raw), path, text):
            return changed
    raise SpliceError("this text cannot be written there")


def _holds(document: Document, changed: str, longer: int, path: tuple[Step, ...], text: str) -> bool:
    """Whether the new file says the new text there, and all else as before."""
    from config.source import Source

    try:
        after = read(Source(document.source.file, changed), document.start, document.end + longer)
    except UnreadableFileError:
        return False
    return after.value == _replaced(document.value, path, text)


def _replaced(value: YamlValue, path: tuple[Step, ...], text: str) -> YamlValue:
    if not path:
        return text
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {key: _replaced(entry, rest, text) if key == step else entry for key, entry in value.items()}
    if isinstance(value, tuple):
        return tuple(_replaced(entry, rest, text) if number == step else entry for number, entry in enumerate(value))
    return value


def _ways(document: Document, node: Node, text: str) -> list[str]:
    """How the text may be written, the one most like the old first."""
    ways = []
    if node.style in ("|", ">") and text and not text.startswith((" ", "\n")):
        ways.append(_block(document, node, text))
    elif "\n" in text and node.style is None:
        pass
    elif node.style is None and _PLAIN.fullmatch(text) and plain_value(text) == text and text == text.strip():
        ways.append(text)
    elif node.style == "'" and "\n" not in text:
        ways.append("'" + text.replace("'", "''") + "'")
    ends_line = node.style in ("|", ">") and document.source.text[: node.end].endswith("\n")  # a block takes its line break with it
    return [*ways, quoted(text) + ("\n" if ends_line else "")]


def quoted(text: str) -> str:
    """A text in double quotes."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escapes.get(sign, sign) for sign in text) + '"'


def _block(document: Document, node: Node, text: str) -> str:
    raw = document.source.text[node.start : node.end]
    head, _, body = raw.partition("\n")
    indent = next((len(found[1]) for found in _INDENT.finditer(body)), 2)
    line_end = "\r\n" if head.endswith("\r") else "\n"
    comment = head[1:].lstrip("+-0123456789").rstrip("\r")
    chomp = "" if text.endswith("\n") and not text.endswith("\n\n") else "+" if text.endswith("\n") else "-"
    lines = text.removesuffix("\n").split("\n")
    return f"|{chomp}{comment}{line_end}" + "".join((" " * indent + line if line else "") + line_end for line in lines)
