"""`validate`: what is wrong in the files, and what platforms would refuse, each at its place. Reads files only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.contract import Problem, Publication
from config.diagnostics import Diagnostic, as_lines, as_text, diagnostic, in_order, summary
from config.resolved import Place, ResolvedPost
from scheduler.accounts.named import Checkers, StoredAccount, written_accounts
from scheduler.clock import Clock, SystemClock
from scheduler.content.compose import compose, item_of, script_of
from scheduler.content.labels import Sources, drafted_of, label
from scheduler.workspace import find_workspace

if TYPE_CHECKING:
    from config.loaded import Loaded

NEEDS_SETTINGS = frozenset({"E615"})
"""Not a mistake in a post: the workspace lacks a setting. Said as a warning here; approval refuses it."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything `validate` found, and the ways to print it."""

    root: Path
    diagnostics: tuple[Diagnostic, ...]
    posts: int
    campaigns: int

    @property
    def errors(self) -> int:
        """How many are errors."""
        return sum(d.is_error for d in self.diagnostics)

    @property
    def warnings(self) -> int:
        """How many are warnings."""
        return len(self.diagnostics) - self.errors

    def pretty(self, *, color: bool = False) -> str:
        """For people."""
        return as_text(self.diagnostics, self.root, color=color)

    def lines(self) -> str:
        """For editors and continuous integration."""
        return as_lines(self.diagnostics, self.root).rstrip("\n")

    def as_json(self) -> dict[str, object]:
        """For programs."""
        from config.diagnostics import as_json

        found: dict[str, object] = json.loads(as_json(self.diagnostics, self.root))
        return found

    def summary(self) -> str:
        """`2 errors, 0 warnings in 4 posts of 1 campaign`."""
        return summary(self.diagnostics, self.posts, self.campaigns)


def validate_files(start: Path, clock: Clock | None = None) -> Report:
    """Check the workspace at `start` or above it. Raises NotFoundError without one."""
    from config.loading import load

    loaded = load(find_workspace(start), (clock or SystemClock()).wall())
    found = all_diagnostics(loaded, written_accounts(loaded.workspace), Checkers(loaded.workspace.media))
    if loaded.workspace.notices.to:
        import asyncio  # deferred, as the rest: starts a process

        from scheduler.notices.checking import address_diagnostics

        found = in_order((*found, *asyncio.run(address_diagnostics(loaded.root, loaded.workspace))))
    return Report(loaded.root, found, loaded.post_count, len(loaded.campaigns))


def all_diagnostics(loaded: Loaded, accounts: Mapping[str, StoredAccount], checkers: Checkers) -> tuple[Diagnostic, ...]:
    """The files' own mistakes and those of the platforms, each once, by file and line."""
    found = list(loaded.diagnostics)
    seen: set[tuple[str, Place, str] | str] = set()
    for post in loaded.posts:
        for d in _of_post(post, loaded, accounts, checkers):
            where = d.code if d.code in NEEDS_SETTINGS else (d.code, Place(d.file, d.line, d.column, d.end_column), d.message)
            if where not in seen:  # an occurrence of a series, a second account there, the same lacking setting: one mistake
                seen.add(where)
                found.append(d)
    return in_order(found)


def _of_post(post: ResolvedPost, loaded: Loaded, accounts: Mapping[str, StoredAccount], checkers: Checkers) -> Iterator[Diagnostic]:
    account = accounts.get(post.account)
    if account is None or not post.parts:
        return
    from config.media import MediaError, probe

    try:
        script = script_of(post, [tuple(item_of(media, probe(media.path)) for media in part.media) for part in post.parts])
    except (MediaError, OSError):
        return  # said already by the files' own check
    labelled = label(script, Sources((), drafted_of(post), post.text_ai), loaded.workspace.policy, loaded.workspace.join)
    due = getattr(post.when, "instant", 0)
    adapter = checkers.of(account.account)
    for publication in compose(script, account.target, labelled.told, due):
        for problem in _own(publication, adapter.check(publication)):
            yield _diagnostic(problem, post, publication)


def _own(publication: Publication, problems: list[Problem]) -> list[Problem]:
    """Where a platform has no threads at all, that is the one mistake of a later part."""
    unknown = [problem for problem in problems if problem.code == "E504"] if publication.kind == "part" else []
    return unknown or problems


def _diagnostic(problem: Problem, post: ResolvedPost, publication: Publication) -> Diagnostic:
    made = diagnostic(problem.code, _place(problem.field, post, publication), problem.message, *problem.hints, key=post.key)
    return replace(made, level="warning") if problem.code in NEEDS_SETTINGS else made


def _place(field: str, post: ResolvedPost, publication: Publication) -> Place:
    """Where a field of a publication stands in the files."""
    if publication.kind == "comment":
        return post.places.get("first_comment", post.place)
    head, _, rest = field.partition("[")
    if head == "media" and rest:
        media = post.parts[publication.part - 1].media
        index = int(rest.partition("]")[0])
        return media[index].place if index < len(media) else post.places.get("media", post.place)
    if head == "text":
        return post.text_place or post.place
    return post.places.get(field, post.places.get(field.rpartition(".")[2], post.place))


def errors_only(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What stops `plan` and `apply`."""
    return tuple(d for d in diagnostics if d.is_error)
