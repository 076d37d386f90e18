"""Writes an accepted proposal where the post lives: `posts/<id>.md` for the first language, `posts/<id>.<lang>.md` for another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from config.diagnostics import Diagnostic
from config.document import Document, Node
from config.loaded import ResolvedCampaign
from config.passages import front_matter, parts_of_body, published
from config.resolved import ResolvedPost
from config.source import Source, UnreadableFileError, decode
from config.splice import SpliceError, quoted, spliced
from config.whole_file import write_whole
from config.yaml_reader import read


class PostFileError(Exception):
    """The text cannot be written there; nothing was written. `str()` is a sentence."""


def write_accepted(
    campaign: ResolvedCampaign, post: ResolvedPost, language: str, parts: Sequence[str], *, drafted_by: str, brief_hash: str
) -> Path:
    """Write a text and who made it. Raises PostFileError, OSError."""
    folder = campaign.file.parent / "posts"
    inline = post.place.file == campaign.file
    stem = post.post if inline else post.place.file.stem
    first = campaign.languages[0] if campaign.languages else language
    target = folder / (f"{stem}.md" if language == first else f"{stem}.{language}.md")
    stamps = {"drafted_by": drafted_by, "brief_hash": brief_hash}
    body = _body(parts)
    try:
        text = _with_stamps(target, stamps) if target.exists() and not inline and language == first else _fresh(stamps)
        _check(target, text + body, parts)
    except (UnreadableFileError, SpliceError) as error:
        raise PostFileError(f"{target.name} cannot be changed: {error}") from error
    folder.mkdir(exist_ok=True)
    write_whole(target, (text + body).encode())
    return target


def _body(parts: Sequence[str]) -> str:
    return "\n---\n".join(published(part).replace("{{", "\\{{") for part in parts) + "\n"


def _fresh(stamps: dict[str, str]) -> str:
    return "---\n" + "".join(f"{key}: {quoted(value)}\n" for key, value in stamps.items()) + "---\n"


def _with_stamps(file: Path, stamps: dict[str, str]) -> str:
    """The front matter of a post's own file with the stamps in it; the body is cut off."""
    source = decode(file, file.read_bytes())
    for key, value in stamps.items():
        start, end, body = front_matter(source)
        document = read(source, start, end) if body else Document(source, Node({}, 0, 0), [], set())
        if document.node((key,))[1] == 1:
            text = spliced(document, (key,), value)
        elif body:
            text = f"{source.text[:end]}{key}: {quoted(value)}\n{source.text[end:]}"
        else:
            text = f"---\n{key}: {quoted(value)}\n---\n{source.text}"
        source = Source(file, text)
    return source.text[: front_matter(source)[2]]


def _check(file: Path, text: str, parts: Sequence[str]) -> None:
    """What is written must read back as what was accepted: no line may begin a part, none may be a comment."""
    source = Source(file, text)
    found: list[Diagnostic] = []
    after = [part.text.replace("\\{{", "{{") for part in parts_of_body(source, front_matter(source)[2], found)]
    if found or after != [published(part) for part in parts]:
        raise PostFileError("a line '---' or a comment '<!--' in the text would be lost in a Markdown file")
