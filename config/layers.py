"""The layers a post is made of: campaign `defaults` → post → `for.<platform>` → `for.<account>`; the last one wins, key by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import ValidationError

from config.diagnostics import Diagnostic, diagnostic
from config.document import Document, Step
from config.fields import ALL
from config.model_errors import explain
from config.nearest import did_you_mean
from config.options import OPTIONS, Options
from config.passages import Passage, from_yaml
from config.posts import OVERRIDES, Changes, ForOne
from config.workspace import Workspace

Parts = tuple[Passage, ...]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Layer:
    """One of them, with where it stands."""

    changes: Changes
    document: Document
    base: tuple[Step, ...]
    options: Mapping[str, object] = field(default_factory=dict)
    """The platform's own keys of a `for:` part."""
    texts: Mapping[str, Parts] = field(default_factory=dict)
    """Language → parts, YAML and Markdown together; "" serves all."""
    _passages: dict[tuple[Step, ...], Passage] = field(default_factory=dict)
    _tags: dict[str, tuple[Passage, ...]] = field(default_factory=dict)

    def passage(self, text: str, *path: Step) -> Passage:
        """A text of this layer with its place; made once for all accounts."""
        known = self._passages.get(path)
        if known is None:
            known = self._passages[path] = from_yaml(self.document, (*self.base, *path), text)
        return known

    @property
    def tags(self) -> dict[str, tuple[Passage, ...]]:
        """Hashtags by language."""
        if not self._tags:
            self._tags.update(_tags(self))
        return self._tags

    def by_language(self, name: str, texts: Mapping[str, str]) -> dict[str, Passage]:
        """A text by language, long form or short."""
        return {language: self.passage(text, name, *((language,) if language != ALL else ())) for language, text in texts.items()}


def layer(changes: Changes, document: Document, base: tuple[Step, ...], texts: Mapping[str, Parts] | None = None) -> Layer:
    """A layer of `defaults:` or of a post; `texts`: from Markdown files."""
    written = _texts(changes, document, base)
    return Layer(changes, document, base, {}, {**written, **(texts or {})})


def _texts(changes: Changes, document: Document, base: tuple[Step, ...]) -> dict[str, Parts]:
    if changes.text is None:
        return {}
    return {
        language: (from_yaml(document, (*base, "text", *((language,) if language != ALL else ())), text),)
        for language, text in changes.text.items()
    }


class ForParts:
    """The `for:` of a post or of the defaults, each part checked once."""

    def __init__(self, workspace: Workspace, found: list[Diagnostic]) -> None:
        self.workspace = workspace
        self.found = found

    def read(self, parts: Mapping[str, Mapping[str, object]], document: Document, base: tuple[Step, ...]) -> dict[str, Layer]:
        """Account or platform → layer. What is unknown is an error."""
        out = {}
        for name, entry in parts.items():
            platform = self._platform(name)
            path: tuple[Step, ...] = (*base, "for", name)
            if platform is None:
                known = (*self.workspace.accounts, *dict.fromkeys(account.platform for account in self.workspace.accounts.values()))
                hints = did_you_mean(name, known, "accounts and platforms")
                self.found.append(diagnostic("E302", document.key_place(*path), f"unknown account or platform '{name}'", *hints))
                continue
            made = self._layer(entry, platform, document, path)
            if made is not None:
                out[name] = made
        return out

    def _platform(self, name: str) -> str | None:
        account = self.workspace.accounts.get(name)
        if account is not None:
            return account.platform
        return name if any(account.platform == name for account in self.workspace.accounts.values()) or name in OPTIONS else None

    def _layer(self, entry: Mapping[str, object], platform: str, document: Document, path: tuple[Step, ...]) -> Layer | None:
        ours = {key: value for key, value in entry.items() if key in OVERRIDES}
        options = {key: value for key, value in entry.items() if key not in OVERRIDES}
        model = OPTIONS.get(platform)
        try:
            changes = ForOne.model_validate(ours, strict=True)
        except ValidationError as error:
            self.found.extend(explain(error, ForOne, document, path))
            return None
        if model is not None and options and not self._options_fit(options, model, document, path):
            return None
        return Layer(changes, document, path, options, _texts(changes, document, path))

    def _options_fit(self, options: Mapping[str, object], model: type[Options], document: Document, path: tuple[Step, ...]) -> bool:
        known = (*model.model_fields, *sorted(OVERRIDES))
        unknown = [key for key in options if key not in model.model_fields]
        for key in unknown:
            message = f"unknown key '{key}'"
            self.found.append(diagnostic("E201", document.key_place(*path, key), message, *did_you_mean(key, known, "keys here")))
        try:
            model.model_validate({key: value for key, value in options.items() if key not in unknown}, strict=True)
        except ValidationError as error:
            self.found.extend(explain(error, model, document, path))
            return False
        return not unknown


@dataclass(frozen=True, slots=True)
class Merged:
    """All layers of one post for one account; the first asked is the last written."""

    layers: tuple[Layer, ...]

    def last(self, name: str) -> Layer | None:
        """The layer whose key counts, for keys that are replaced as a whole."""
        for layer in reversed(self.layers):
            if layer.changes.__dict__.get(name) is not None:  # not every layer knows every key; pydantic is slow to say so
                return layer
        return None

    def texts(self) -> dict[str, Parts]:
        """The text by language: a text for all languages replaces everything before it."""
        return _by_language(layer.texts for layer in self.layers)

    def passages(self, name: str) -> dict[str, Passage]:
        """`first_comment` by language."""
        return _by_language(layer.by_language(name, value) for layer in self.layers if (value := getattr(layer.changes, name)) is not None)

    def hashtags(self) -> dict[str, tuple[Passage, ...]]:
        """Tags by language; a list replaces the list of its language."""
        return _by_language(layer.tags for layer in self.layers if layer.changes.hashtags is not None)

    def options(self) -> dict[str, object]:
        """The platform's keys."""
        return {key: value for layer in self.layers for key, value in layer.options.items()}

    def variables(self) -> list[tuple[Layer, Mapping[str, Mapping[str, str]]]]:
        """`vars`, the strongest last."""
        return [(layer, layer.changes.vars) for layer in self.layers if layer.changes.vars]


def _tags(layer: Layer) -> dict[str, tuple[Passage, ...]]:
    out = {}
    for language, tags in (layer.changes.hashtags or {}).items():
        path: tuple[Step, ...] = ("hashtags",) if language == ALL else ("hashtags", language)
        out[language] = tuple(layer.passage(tag, *path, number) for number, tag in enumerate(tags))
    return out


def _by_language(layers: Iterable[Mapping[str, _T]]) -> dict[str, _T]:
    out: dict[str, _T] = {}
    for texts in layers:
        out = dict(texts) if ALL in texts else {**out, **texts}
    return out
