"""The campaign files as a place of the desk: which there are, what is wrong in them, what applying them would do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.diagnostics import Diagnostic, as_text, shown_path
from config.loaded import Loaded
from scheduler.clean import clean, clean_line
from scheduler.desk.plan.checking import all_diagnostics
from scheduler.desk.plan.files import Files
from scheduler.desk.views import PlanView
from scheduler.errors import FilesError
from scheduler.plan.change import Change
from scheduler.plan.stored import plan_state
from scheduler.units.reading import parse_key


@dataclass(frozen=True, slots=True)
class FileView:
    """One file that people write."""

    path: str
    """From the workspace."""
    campaign: str
    """Id of its campaign; empty for files of the workspace itself."""
    title: str
    """The campaign's title."""
    status: str
    """active · paused · draft · archived; empty where it has none."""
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class MistakeView:
    """One mistake in a file."""

    path: str
    line: int
    column: int
    code: str
    is_error: bool
    message: str
    hints: tuple[str, ...]
    excerpt: str
    """As the command line shows it."""

    @property
    def place(self) -> str:
        """`campaigns/autumn/campaign.yaml:33`."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One line of the plan, and whose it is."""

    change: Change
    campaign: str
    post: str
    account: str
    client: str | None
    client_name: str
    client_color: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything about the files."""

    files: tuple[FileView, ...]
    mistakes: tuple[MistakeView, ...]
    plan: PlanView | None
    """None while the files have errors."""
    changes: tuple[ChangeView, ...]
    max_cancel: int
    """So many posts may be cancelled at once."""
    on_apply: bool
    """Who confirms the plan thereby approves what people alone wrote."""

    @property
    def errors(self) -> int:
        """How many mistakes stop the plan."""
        return sum(mistake.is_error for mistake in self.mistakes)

    @property
    def counts(self) -> Counter[str]:
        """Changes by sign."""
        return Counter(one.change.sign for one in self.changes)

    def keys(self, signs: str) -> list[str]:
        """Keys of the changes with one of these signs."""
        return [one.change.key for one in self.changes if one.change.sign in signs]


Stamp = tuple[int, tuple[tuple[str, int, int], ...]]


class Boarding(Files):
    """What a person sees of campaign files at the desk. Nothing here edits a file."""

    async def board_stamp(self) -> Stamp:
        """Something that is another whenever the board may be; cheap."""
        files = await asyncio.to_thread(_stamps, self.root)
        return await self.store.read(plan_state), files

    async def board(self) -> Board:
        """All files, what is wrong, and what applying would do. Raises FilesError only when daypart.yaml itself cannot be read."""
        loaded, accounts = await self.load(), await self.stored_accounts()
        found = list(await asyncio.to_thread(all_diagnostics, loaded, accounts, self.checkers))
        plan = None
        if not any(mistake.is_error for mistake in found):
            try:
                plan = await self.plan()
            except FilesError as error:  # what only the comparison with the calendar shows: the same post twice
                found += [mistake for mistake in error.diagnostics if mistake not in found]
        mistakes = await asyncio.to_thread(self._mistakes, found)
        policy = loaded.workspace.policy
        changes = tuple(self._change_view(change) for change in plan.changes) if plan is not None else ()
        files = await asyncio.to_thread(_files, loaded, mistakes)
        return Board(files, mistakes, plan, changes, policy.max_cancel, policy.approval == "on_apply")

    def _mistakes(self, found: Sequence[Diagnostic]) -> tuple[MistakeView, ...]:
        return tuple(
            MistakeView(
                path=clean_line(shown_path(one.file, self.root)),
                line=one.line,
                column=one.column,
                code=one.code,
                is_error=one.is_error,
                message=clean_line(one.message),
                hints=tuple(clean_line(hint) for hint in one.hints),
                excerpt=clean(as_text([one], self.root)),
            )
            for one in found
        )

    def _change_view(self, change: Change) -> ChangeView:
        campaign, post, account = parse_key(change.key)[:3]
        client = self.workspace.client_of(account)
        entry = self.workspace.clients.get(client or "")
        name = clean_line(entry.name) if entry else self.name
        return ChangeView(change, campaign, post, account, client, name, entry.color if entry else "")


def _files(loaded: Loaded, mistakes: Sequence[MistakeView]) -> tuple[FileView, ...]:
    """Files of the workspace, then those of each campaign."""
    errors, warnings = _counted(mistakes, errors=True), _counted(mistakes, errors=False)
    ids = {shown_path(campaign.file, loaded.root): campaign for campaign in loaded.campaigns.values()}
    views = []
    for path in _paths(loaded.root):
        shown = shown_path(path, loaded.root)
        head = shown if shown in ids else f"{'/'.join(shown.split('/')[:2])}/campaign.yaml"
        campaign = ids.get(head)
        folder = shown.split("/")[1] if shown.startswith("campaigns/") else ""
        own = campaign if shown == head else None
        title, status = (clean_line(own.title), own.status) if own is not None else ("", "")
        name = campaign.id if campaign is not None else folder
        views.append(FileView(clean_line(shown), name, title, status, errors[shown], warnings[shown]))
    known = {view.path for view in views}
    others = sorted({mistake.path for mistake in mistakes} - known)
    return (*views, *(FileView(path, "", "", "", errors[path], warnings[path]) for path in others))


def _counted(mistakes: Iterable[MistakeView], *, errors: bool) -> Counter[str]:
    return Counter(mistake.path for mistake in mistakes if mistake.is_error is errors)


def _paths(root: Path) -> list[Path]:
    """What `validate` reads."""
    campaigns = [path for folder in sorted(root.glob("campaigns/*")) if folder.is_dir() for path in _of_campaign(folder)]
    return [root / "daypart.yaml", *sorted(root.glob("brands/*.yaml")), *campaigns]


def _of_campaign(folder: Path) -> list[Path]:
    head = folder / "campaign.yaml"
    return [*([head] if head.is_file() else []), *sorted(folder.glob("posts/*.md"))]


def _stamps(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Every file that is read, pictures included: which there are, when they changed."""
    found = []
    for path in (*_paths(root), *sorted(root.glob("campaigns/*/media/*"))):
        try:
            facts = path.stat()
        except OSError:
            continue
        found.append((path.as_posix(), facts.st_mtime_ns, facts.st_size))
    return tuple(found)
