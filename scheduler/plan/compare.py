"""Files against store, key by key: what would be created, changed, moved, cancelled, and what stays. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from adapters.contract import Publication
from config.diagnostics import Diagnostic, diagnostic
from config.loaded import Loaded
from config.resolved import Fixed
from scheduler import lifecycle
from scheduler.content import differences
from scheduler.content import kept as content
from scheduler.lifecycle import State
from scheduler.plan import lines
from scheduler.plan.change import Change
from scheduler.plan.wanted import FileUnit, said_before
from scheduler.units.model import Timing, Unit

Kind = Literal["create", "wait", "change", "move", "rename", "cancel", "nothing"]


@dataclass(frozen=True, slots=True)
class StoreSide:
    """What the store has of the posts that files manage."""

    units: Mapping[str, Unit]
    contents: Mapping[int, tuple[Publication, ...]]
    """By content id, for every unit that may still change."""
    approved_at: Mapping[str, int]
    attempted: Collection[str]
    """Keys that ever had a commit intent."""
    twins: Mapping[tuple[int, str], str]
    """(account, twin) → a key published or attempted on it in the last thirty days."""
    desk_posts: Collection[str]
    """`campaign/post` of posts made at the desk."""
    held: Collection[str] = ()
    """Campaigns on hold because their file says `paused`."""
    paces: Mapping[str, str] = field(default_factory=dict)
    """Limits of accounts as they are stored."""


@dataclass(frozen=True, slots=True)
class Action:
    """One line of the plan and what apply does for it."""

    kind: Kind
    change: Change
    file: FileUnit | None = None
    unit: Unit | None = None
    rename_from: str | None = None
    revive: bool = False
    """A cancelled unit of this key gives the key free first."""
    why: str = ""
    moves: bool = False
    """Its time changes as well."""


@dataclass(slots=True)
class Compared:
    """The whole plan."""

    actions: list[Action] = field(default_factory=list)
    unchanged: int = 0
    published: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)


def declared_renames(loaded: Loaded, units: Collection[str]) -> dict[str, str]:
    """New key → old key, for every `moved:` whose old key the store still has."""
    keys = {post.key for post in loaded.posts}
    found: dict[str, str] = {}
    for post in loaded.posts:
        for moved in loaded.campaigns[post.campaign].moved:
            old = f"{post.campaign}/{moved.old}{post.key.removeprefix(f'{post.campaign}/{post.post}')}"
            if moved.new == post.post and old in units and old not in keys and post.key not in units:
                found[post.key] = old
    return found


def compare(
    files: Sequence[FileUnit], loaded: Loaded, store: StoreSide, accounts: Mapping[str, int], renames: Mapping[str, str], now: int
) -> Compared:
    """The plan. `accounts`: ids of the store's account rows by name; `renames`: as `declared_renames`."""
    return _Comparison(files, loaded, store, accounts, renames, now).run()


class _Comparison:
    def __init__(
        self, files: Sequence[FileUnit], loaded: Loaded, store: StoreSide, accounts: Mapping[str, int], renames: Mapping[str, str], now: int
    ) -> None:
        self.files, self.loaded, self.store, self.accounts, self.renames, self.now = files, loaded, store, accounts, renames, now
        self.keys = {file.key for file in files}
        self.out = Compared()
        self.renamed: set[str] = set()

    def run(self) -> Compared:
        for file in self.files:
            self._file(file)
        self._removed()
        self._hint_renames()
        self._skipped()
        self.out.actions.sort(key=lambda action: _order(action, self.loaded))
        self.out.actions[:0] = [*self._pauses(), *self._paces()]
        return self.out

    # ── one key of the files ──

    def _file(self, file: FileUnit) -> None:
        unit = self.store.units.get(file.key)
        old = self.renames.get(file.key)
        if old is not None:
            unit = self.store.units[old]
            self.renamed.add(old)
        if unit is None:
            self._new(file)
        elif unit.state in lifecycle.UNTOUCHABLE:
            self._untouchable(file, unit, old)
        elif unit.state == State.PUBLISHED:
            self._published(file, unit, old)
        elif unit.state == State.CANCELLED:
            self._cancelled(file, unit)
        else:
            self._open(file, unit, old)

    def _new(self, file: FileUnit, *, revive: Unit | None = None) -> None:
        why_not = self._why_not(file)
        if why_not is not None:
            self._line(".", file, why_not)
            return
        twin = self._twin(file)
        if twin is not None and revive is None:
            self.out.diagnostics.append(_twin_error(file, twin))
        waits = file.wanted.digest is None
        words = lines.waiting(file) if waits else lines.created(file, self.now)
        change = Change("?" if waits else "+", file.key, lines.when(file.timing), words)
        action = Action("wait" if waits else "create", change, file, revive, revive=revive is not None, why="from the files")
        self.out.actions.append(action)

    def _why_not(self, file: FileUnit) -> str | None:
        if f"{file.post.campaign}/{file.post.post}" in self.store.desk_posts:
            return "a post made at the desk has this name: give this one another id"
        if file.timing is None:
            return f"skipped: {file.no_slot}"
        return _past(file.timing, self.now)

    def _twin(self, file: FileUnit) -> str | None:
        account = self.accounts.get(file.post.account)
        if account is None or file.post.repeat or not file.wanted.publications:
            return None
        found = self.store.twins.get((account, content.twin(file.wanted.publications)))
        same_series = found is not None and found.partition("#")[0] == file.key.partition("#")[0]
        return None if same_series else found

    def _untouchable(self, file: FileUnit, unit: Unit, old: str | None) -> None:
        if file.wanted.digest == unit.digest and old is None:
            self.out.unchanged += 1
        else:
            self._line(".", file, f"not touched: it is {unit.state} right now")

    def _published(self, file: FileUnit, unit: Unit, old: str | None) -> None:
        self.out.published += 1
        if old is not None:
            change = Change(">", file.key, lines.when(unit.timing), f"renamed from {_post_of(old)}; it is public, nothing is sent again")
            self.out.actions.append(Action("rename", change, file, unit, rename_from=old, why=f"renamed from {old}"))

    def _cancelled(self, file: FileUnit, unit: Unit) -> None:
        by_person = unit.applied is not None and unit.applied == file.applied
        if by_person:
            self._line(".", file, "cancelled by a person; change it to plan it again")
        elif unit.key in self.store.attempted and not file.post.repeat:
            self._line(".", file, "it was tried before it was cancelled: it comes back only with a new id, or repeat: true")
        else:
            self._new(file, revive=unit)

    def _open(self, file: FileUnit, unit: Unit, old: str | None) -> None:
        """A draft, a planned post, a missed or a refused one: it may still become something else."""
        moves = self._moves(file, unit)
        past = _past(file.timing, self.now) if moves and file.timing else None
        if past is not None or (unit.state == State.MISSED and not moves):
            self._line(".", file, past or "skipped: its time has passed; give it a new one")
        elif file.wanted.digest != unit.digest:
            self._changed(file, unit, old, moves)
        elif moves:
            assert file.timing is not None
            keeps = unit.approved and _inside(unit, file.timing)
            change = Change(
                ">",
                file.key,
                lines.moved(unit.timing, file.timing),
                lines.move(unit, file, keeps),
                loses_approval=unit.approved and not keeps,
            )
            self.out.actions.append(Action("move", change, file, unit, old, why=lines.move_reason(unit, file, keeps), moves=True))
        elif old is not None:
            kept = ", approval kept" if unit.approved else ""
            change = Change(">", file.key, lines.when(unit.timing), f"renamed from {_post_of(old)}{kept}")
            self.out.actions.append(Action("rename", change, file, unit, old, why=f"renamed from {old}"))
        elif file.wanted.digest is None:
            self.out.actions.append(Action("nothing", Change("?", file.key, lines.when(unit.timing), lines.waiting(file)), file, unit))
        else:
            self.out.unchanged += 1

    def _moves(self, file: FileUnit, unit: Unit) -> bool:
        """Whether the files want another time. A time given at the desk stays until the files say something new."""
        wanted, has = file.timing, unit.timing
        if wanted is None:
            return False
        differs = (wanted.due, wanted.late, wanted.not_after) != (has.due, has.late, has.not_after)
        if not differs or file.said != said_before(unit.applied):
            return differs
        if isinstance(file.post.when, Fixed):  # the same words mean another instant: the zone's rules changed
            return (wanted.wall, wanted.tz) == (has.wall, has.tz)
        return has.slot is not None

    def _changed(self, file: FileUnit, unit: Unit, old: str | None, moves: bool) -> None:
        before = self.store.contents.get(unit.content_id or 0, ())
        after = file.wanted.publications
        names = differences.names(before, after, self.loaded.workspace.join) if before and after else (("text",) if after else ())
        approved_at = self.store.approved_at.get(unit.key)
        words = lines.changed(names, approved_at, unit.timing.tz, renamed=_post_of(old) if old else None, written=not before)
        when = lines.moved(unit.timing, file.timing) if moves and file.timing else lines.when(unit.timing)
        diff = differences.lines(before, after) if before else ()
        change = Change("~", file.key, when, words, diff, loses_approval=unit.approved)
        why = differences.reason(names) if unit.approved else "changed in the files"
        self.out.actions.append(Action("change", change, file, unit, old, why=why, moves=moves))

    # ── keys the files do not have ──

    def _removed(self) -> None:
        skipped = {entry.key: entry.why for entry in self.loaded.skipped}
        for key, unit in self.store.units.items():
            if key in self.keys or key in self.renamed or unit.state in lifecycle.FINAL:
                continue
            if "#" in key and unit.timing.due is not None and unit.timing.due <= self.now:
                continue  # an occurrence of the past: the files make only those ahead
            self._gone(key, unit, skipped[key] if key in skipped else lines.gone(key, self.loaded))

    def _gone(self, key: str, unit: Unit, why: str) -> None:
        when = lines.when(unit.timing)
        if unit.state in lifecycle.UNTOUCHABLE:
            self.out.actions.append(Action("nothing", Change(".", key, when, f"{why}, but it is {unit.state} right now: not touched")))
        elif self.loaded.workspace.policy.on_remove == "keep":
            self.out.actions.append(Action("nothing", Change(".", key, when, f"{why}; kept (on_remove: keep)")))
        else:
            change = Change("-", key, when, f"cancelled: {why}", loses_approval=unit.approved)
            self.out.actions.append(Action("cancel", change, unit=unit, why=why))

    def _hint_renames(self) -> None:
        """A new key with the text of one that goes: most often a rename that nobody declared."""
        going = {self._unit_twin(a.unit): a.change.key for a in self.out.actions if a.kind == "cancel" and a.unit is not None}
        for place, action in enumerate(self.out.actions):
            if action.kind != "create" or action.file is None:
                continue
            account = self.accounts.get(action.file.post.account, 0)
            old = going.get((account, content.twin(action.file.wanted.publications)))
            if old is not None:
                self.out.actions[place] = _with_rename_hint(action, _post_of(old))

    def _unit_twin(self, unit: Unit) -> tuple[int, str]:
        return unit.account_id, content.twin(self.store.contents.get(unit.content_id or 0, ()))

    def _skipped(self) -> None:
        known = {action.change.key for action in self.out.actions}
        for entry in self.loaded.skipped:
            if entry.key not in known and entry.key not in self.store.units:
                self.out.actions.append(Action("nothing", Change(".", entry.key, "", f"skipped: {entry.why}")))

    def _pauses(self) -> list[Action]:
        """Campaigns whose brake goes on or off."""
        made = []
        for campaign in self.loaded.campaigns.values():
            if (campaign.status == "paused") != (campaign.id in self.store.held):
                words = "paused: nothing of it goes out" if campaign.status == "paused" else "goes on; what is overdue waits for you"
                made.append(Action("nothing", Change("~", campaign.id, "", words)))
        return made

    def _paces(self) -> list[Action]:
        """Accounts whose limits change."""
        made = []
        for name in self.loaded.workspace.accounts:
            pace = self.loaded.workspace.pace_of(name)
            if name in self.store.paces and self.store.paces[name] != pace.text():
                made.append(Action("nothing", Change("~", name, "", f"pace: {pace.words()}")))
        return made

    def _line(self, sign: Literal["."], file: FileUnit, words: str) -> None:
        self.out.actions.append(Action("nothing", Change(sign, file.key, lines.when(file.timing), words), file))


def _with_rename_hint(action: Action, old: str) -> Action:
    assert action.file is not None
    words = f"{action.change.words}; same text as {old}: renamed? declare moved: [{{ from: {old}, to: {action.file.post.post} }}]"
    return replace(action, change=replace(action.change, words=words))


def _past(timing: Timing, now: int) -> str | None:
    if timing.due is None:
        return None
    until = lifecycle.send_until(timing.due, timing.late, timing.not_after, None)
    return "skipped: its time has passed and nothing was sent (W404)" if until < now else None


def _inside(unit: Unit, timing: Timing) -> bool:
    window = unit.head.window
    return window is not None and timing.due is not None and window[0] <= timing.due <= window[1]


def _post_of(key: str) -> str:
    return key.partition("/")[2].partition("@")[0]


def _twin_error(file: FileUnit, twin: str) -> Diagnostic:
    message = f"the same text and media went to '{file.post.account}' in the last 30 days, as '{twin}'"
    hints = (
        f"a new name for it? declare moved: [{{ from: {_post_of(twin)}, to: {file.post.post} }}]",
        "meant to be posted again? say repeat: true",
    )
    return diagnostic("E307", file.post.place, message, *hints, key=file.key)


def _order(action: Action, loaded: Loaded) -> tuple[str, bool, int, str]:
    campaign = action.change.key.partition("/")[0]
    timing = action.file.timing if action.file is not None else action.unit.timing if action.unit is not None else None
    due = timing.due if timing is not None and timing.due is not None else 1 << 62
    return campaign, action.change.sign == "-", due, action.change.key
