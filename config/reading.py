"""Reads the files of a workspace into models: nothing is resolved here, everything keeps its place."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from config.brand import Brand
from config.campaign import Campaign
from config.diagnostics import Diagnostic, diagnostic
from config.document import Document, Node, Step, YamlValue
from config.fields import Written, is_language
from config.model_errors import validate
from config.passages import Passage, front_matter, parts_of_body
from config.posts import InlinePost, Post, TextFile
from config.resolved import Place
from config.source import Source, UnreadableFileError, decode
from config.workspace import Workspace
from config.yaml_reader import read

_M = TypeVar("_M", bound=Written)


@dataclass(slots=True)
class PostFiles:
    """One post with all files that speak of it."""

    id: str
    model: Post
    document: Document
    base: tuple[Step, ...]
    """Where the post's keys stand in its document."""
    body: tuple[Passage, ...] = ()
    """The Markdown body: the text in the campaign's first language."""
    place: Place | None = None
    siblings: dict[str, TextOnly] = field(default_factory=dict)
    """Language → its text file; "" is `<id>.md` of an inline post."""


@dataclass(slots=True)
class TextOnly:
    """A file that only holds a text."""

    model: TextFile
    document: Document
    parts: tuple[Passage, ...]
    place: Place


@dataclass(slots=True)
class CampaignFiles:
    """A campaign's folder, read."""

    folder: Path
    document: Document
    model: Campaign
    posts: list[PostFiles] = field(default_factory=list)
    orphans: list[tuple[str, str, TextOnly]] = field(default_factory=list)
    """(post, language, file) of text files whose post was not seen while reading."""
    broken: set[tuple[str, str]] = field(default_factory=set)
    """(post, language) of Markdown files that could not be used; they have their error already."""


class Reader:
    """Reads files below one root, collects what is wrong, and hashes all bytes it saw."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.found: list[Diagnostic] = []
        self._hash = hashlib.sha256()
        self._cut = len(str(root)) + 1

    @property
    def digest(self) -> str:
        """Over names and bytes of all files read so far, in order of reading."""
        return self._hash.hexdigest()

    def workspace(self) -> tuple[Workspace, Document] | None:
        """daypart.yaml."""
        return self.model(self.root / "daypart.yaml", Workspace)

    def brands(self) -> dict[str, Brand]:
        """brands/*.yaml, by path from the workspace."""
        out = {}
        for path in _files(self.root / "brands", (".yaml", ".yml")):
            file = Path(path)
            brand = self.model(file, Brand)
            if brand is not None:
                out[file.relative_to(self.root).as_posix()] = brand[0]
        return out

    def campaigns(self) -> list[CampaignFiles]:
        """campaigns/*/campaign.yaml with their posts, by folder."""
        out = []
        for folder in _folders(self.root / "campaigns"):
            file = folder / "campaign.yaml"
            if file.is_file():
                campaign = self._campaign(file)
                self._post_files(folder / "posts", campaign)
                if campaign is not None:
                    out.append(campaign)
        return out

    def document(self, file: Path) -> Document | None:
        """A YAML file, or None when it cannot be used."""
        try:
            return read(self._source(file))
        except UnreadableFileError as error:
            self.found.append(error.diagnostic)
            return None

    def model(self, file: Path, model: type[_M]) -> tuple[_M, Document] | None:
        """A YAML file as a model."""
        document = self.document(file)
        if document is None:
            return None
        value = validate(model, document, self._keys(document), (), self.found)
        self.found.extend(document.diagnostics)
        return None if value is None else (value, document)

    def _keys(self, document: Document) -> YamlValue:
        if document.value is None:
            place = Place(document.source.file, 1, 1, 2)
            self.found.append(diagnostic("E203", place, "the file is empty", "it begins with version: 1"))
            document.reported.add(())
        return document.value

    def _source(self, file: Path) -> Source:
        try:
            with open(file, "rb", buffering=0) as opened:
                data = opened.read()
        except OSError as error:
            why = (error.strerror or "error").lower()
            raise UnreadableFileError(diagnostic("E100", Place(file, 1, 1, 2), f"cannot be read: {why}")) from error
        self._hash.update(f"{str(file)[self._cut :]}\0{len(data)}\0".encode())
        self._hash.update(data)
        return decode(file, data)

    def _campaign(self, file: Path) -> CampaignFiles | None:
        document = self.document(file)
        if document is None:
            return None
        value = self._keys(document)
        posts = value.get("posts") if isinstance(value, dict) else None
        apart = {**value, "posts": ()} if isinstance(value, dict) and isinstance(posts, tuple) else value
        model = validate(Campaign, document, apart, (), self.found)
        inline = self._inline(document, posts) if isinstance(posts, tuple) else []
        self.found.extend(document.diagnostics)
        return None if model is None else CampaignFiles(file.parent, document, model, inline)

    def _inline(self, document: Document, posts: tuple[YamlValue, ...]) -> list[PostFiles]:
        """Each post is checked by itself, so that a mistake in one hides none of another."""
        out = []
        for number, entry in enumerate(posts):
            base: tuple[Step, ...] = ("posts", number)
            model = validate(InlinePost, document, entry, base, self.found)
            if model is not None:
                out.append(PostFiles(model.id, model, document, base, place=document.place(*base, "id")))
        return out

    def _post_files(self, folder: Path, campaign: CampaignFiles | None) -> None:
        inline = {post.id for post in campaign.posts} if campaign is not None else set()
        posts = {post.id: post for post in campaign.posts} if campaign is not None else {}
        names = ((path, path.rpartition(os.sep)[2][:-3].partition(".")) for path in _files(folder, (".md",)))
        for path, (stem, _, language) in sorted(names, key=lambda pair: bool(pair[1][2])):  # posts before their siblings
            file = Path(path)
            if language and not is_language(language):
                stem, language = f"{stem}.{language}", ""  # its id will be refused
            try:
                source = self._source(file)
                if language or stem in inline:
                    self._text_file(source, stem, language, posts, campaign)
                else:
                    post = self._post_file(source, stem)
                    if post is None and campaign is not None:
                        campaign.broken.add((stem, ""))
                    if post is not None and campaign is not None:
                        campaign.posts.append(post)
                        posts.setdefault(stem, post)
            except UnreadableFileError as error:
                self.found.append(error.diagnostic)
                if campaign is not None:
                    campaign.broken.add((stem, language))

    def _front(self, source: Source) -> tuple[Document, int]:
        start, end, body = front_matter(source)
        document = read(source, start, end) if body else Document(source, Node({}, 0, 0), [], set())
        if document.value is None:
            document.root.value = {}
        return document, body

    def _post_file(self, source: Source, stem: str) -> PostFiles | None:
        document, body = self._front(source)
        model = validate(Post, document, document.value, (), self.found)
        self.found.extend(document.diagnostics)
        parts = parts_of_body(source, body, self.found)
        if model is None:
            return None
        place = document.place("id") if model.id else document.place()
        return PostFiles(model.id or stem, model, document, (), parts, place)

    def _text_file(self, source: Source, stem: str, language: str, posts: dict[str, PostFiles], campaign: CampaignFiles | None) -> None:
        document, body = self._front(source)
        model = validate(TextFile, document, document.value, (), self.found)
        self.found.extend(document.diagnostics)
        parts = parts_of_body(source, body, self.found)
        if model is None or campaign is None:
            if campaign is not None:
                campaign.broken.add((stem, language))
            return
        text = TextOnly(model, document, parts, Place(source.file, 1, 1, 2))
        if stem in posts:
            posts[stem].siblings[language] = text
        else:
            campaign.orphans.append((stem, language, text))


def _folders(folder: Path) -> list[Path]:
    return [Path(path) for path, entry in _entries(folder) if entry.is_dir()]


def _files(folder: Path, suffixes: tuple[str, ...]) -> list[str]:
    return [path for path, entry in _entries(folder) if path.endswith(suffixes) and entry.is_file()]


def _entries(folder: Path) -> list[tuple[str, os.DirEntry[str]]]:
    """Names in one order everywhere; hidden ones are not ours."""
    try:
        with os.scandir(folder) as entries:
            return sorted(((entry.path, entry) for entry in entries if not entry.name.startswith(".")), key=lambda pair: pair[0])
    except FileNotFoundError:
        return []
