"""The media of a post, found on disk and described in the account's languages."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from config.diagnostics import Diagnostic, diagnostic
from config.document import Step
from config.fields import ALL
from config.layers import Layer
from config.media import MediaError, locate, misnamed, probe
from config.names import Scope
from config.posts import Media
from config.resolved import ResolvedMedia

BETWEEN_ALTS = "\n"
"""Between the alternative texts of an account with several languages."""


class Pictures:
    """Finds files once, says what is wrong with one wherever it is used."""

    def __init__(self, root: Path, languages: Collection[str], found: list[Diagnostic]) -> None:
        self.root = root
        self.languages = languages
        self.found = found
        self._files: dict[tuple[str, str], tuple[Path, str | None] | MediaError] = {}

    def resolve(self, layer: Layer, folder: Path, languages: tuple[str, ...], scope: Scope) -> list[tuple[int, ResolvedMedia]]:
        """(part, file) in order; files with errors are left out."""
        out = []
        for number, media in enumerate(layer.changes.media or ()):
            base: tuple[Step, ...] = ("media", number)
            path = self._file(layer, folder, media, base, scope.key)
            alt = self._alt(layer, media, base, languages, scope)
            if path is not None:
                place = layer.document.place(*layer.base, *base, "path")
                out.append((media.part, ResolvedMedia(path, alt, media.ai, media.cover_at, place)))
        return out

    def is_known(self, *tags: str) -> bool:
        """Whether all of these are languages of the workspace."""
        return all(tag == ALL or tag in self.languages for tag in tags)

    def _file(self, layer: Layer, folder: Path, media: Media, base: tuple[Step, ...], key: str) -> Path | None:
        where = (str(folder), media.path)
        if where not in self._files:
            self._files[where] = self._look(folder, media.path)
        found = self._files[where]
        if isinstance(found, MediaError):
            place = layer.document.place(*layer.base, *base, "path")
            self.found.append(diagnostic(found.code, place, found.message, *found.hints, key=key))
            return None
        path, other = found
        if other is not None:
            place = layer.document.place(*layer.base, *base, "path")
            self.found.append(diagnostic("W605", place, f"'{media.path}' is {other}", "its name says another type: rename it", key=key))
        if media.cover_at is not None:
            self._check_cover(layer, media, path, base, key)
        return path

    def _look(self, folder: Path, written: str) -> tuple[Path, str | None] | MediaError:
        try:
            path = locate(folder, written, self.root)
            return path, misnamed(path, probe(path).mime)
        except MediaError as error:
            return error

    def _check_cover(self, layer: Layer, media: Media, path: Path, base: tuple[Step, ...], key: str) -> None:
        place = layer.document.place(*layer.base, *base, "cover_at")
        length = probe(path).duration_ms
        if length is None:
            self.found.append(diagnostic("E608", place, "a picture has no cover", "remove cover_at", key=key))
        elif media.cover_at is not None and media.cover_at > length:
            message = f"the cover at {media.cover_at / 1_000:g}s is after the end of the video ({length / 1_000:g}s)"
            self.found.append(diagnostic("E608", place, message, key=key))

    def _alt(self, layer: Layer, media: Media, base: tuple[Step, ...], languages: tuple[str, ...], scope: Scope) -> str:
        if not media.alt:
            place = layer.document.place(*layer.base, *base, "path")
            message = f"'{media.path}' has no alternative text"
            self.found.append(diagnostic("W606", place, message, "write alt: what is seen, in a sentence", key=scope.key))
            return ""
        alts = []
        for language in languages:
            text = media.alt.get(language, media.alt.get(ALL))
            if text is None and not self.is_known(*media.alt):
                continue  # a misspelt language has its error already
            if text is None:
                message = f"'{media.path}' has no alternative text in '{language}'"
                hint = f"write it under alt: {language}"
                self.found.append(diagnostic("E607", layer.document.place(*layer.base, *base, "alt"), message, hint, key=scope.key))
            else:
                path: tuple[Step, ...] = (*base, "alt") if language not in media.alt else (*base, "alt", language)
                alts.append(scope.fill(layer.passage(text, *path), language))
        return BETWEEN_ALTS.join(dict.fromkeys(alts))
