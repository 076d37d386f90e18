"""A platform in this process that does what a script says, with a ledger, and the adapter that talks to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from adapters.contract import (
    Absent,
    Accepted,
    Account,
    CannotTell,
    CommitClass,
    Connection,
    Counted,
    Credentials,
    Done,
    Found,
    Journal,
    Look,
    NoFigures,
    Outcome,
    Pending,
    Preview,
    Problem,
    Publication,
    Published,
    Receipt,
    RemotePost,
    Step,
    StepResult,
    Unknown,
)
from adapters.errors import ConnectError
from adapters.limits import LIMITS, Limits


@dataclass(slots=True)
class Public:
    """One entry of the ledger."""

    id: str
    account: str
    handle: str
    text: str
    reply_to: str | None
    at: float = 0.0
    """Seconds of the loop."""
    shown: bool = True


Act = Callable[["Platform", Publication, str], "Outcome"]


@dataclass(slots=True)
class Platform:
    """What is public, and what the next calls do."""

    cls: CommitClass = CommitClass.HANDLE
    settle: float = 5.0
    derives_keys: bool = True
    ledger: list[Public] = field(default_factory=list)
    commits: list[Act] = field(default_factory=list)
    """Taken one after the other; then everything works."""
    looks: list[Look] = field(default_factory=list)
    steps: list[StepResult] = field(default_factory=list)
    refreshes: list[Credentials | Exception] = field(default_factory=list)
    recent: list[RemotePost] | None = None
    figures: dict[str, Counted] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    before_commit: Callable[[], object] = lambda: None
    seconds: float = 0.1
    in_commit: int = 0
    most_in_commit: int = 0
    step_names: tuple[str, ...] = ()
    always: tuple[str, ...] = ()

    def add(self, publication: Publication, handle: str) -> Public:
        """It becomes public."""
        parent = None if publication.parent is None else publication.parent.remote_id
        entry = Public(
            f"r{len(self.ledger) + 1}", publication.target.account_id, handle, publication.text, parent, asyncio.get_running_loop().time()
        )
        self.ledger.append(entry)
        return entry

    def with_handle(self, handle: str) -> list[Public]:
        """What a look by handle sees."""
        return [entry for entry in self.ledger if entry.handle == handle and entry.shown]


def works(platform: Platform, publication: Publication, handle: str) -> Outcome:
    """The normal case. A handle publishes once; keys and lists publish again."""
    if platform.cls == CommitClass.HANDLE and platform.with_handle(handle):
        return Unknown("this handle is used", "used", hint=True)
    if platform.cls == CommitClass.KEY and (there := platform.with_handle(handle)):
        if there[0].text != publication.text:
            return Unknown("an earlier version answered", "earlier", hint=True)
        return Published(Receipt(there[0].id, f"https://x.example/{there[0].id}"))
    entry = platform.add(publication, handle)
    return Published(Receipt(entry.id, f"https://x.example/{entry.id}", extra={"cid": entry.id}))


def lost(platform: Platform, publication: Publication, handle: str) -> Outcome:
    """It becomes public and the answer is lost."""
    works(platform, publication, handle)
    return Unknown("no answer", "read_timeout")


def nothing(platform: Platform, publication: Publication, handle: str) -> Outcome:
    """The request is lost before it does anything, and nobody knows."""
    return Unknown("no answer", "read_timeout")


def says(outcome: Outcome) -> Act:
    """An answer without an effect."""
    return lambda platform, publication, handle: outcome


def after_the_act(outcome: Outcome) -> Act:
    """It becomes public, and the answer says otherwise."""

    def act(platform: Platform, publication: Publication, handle: str) -> Outcome:
        works(platform, publication, handle)
        return outcome

    return act


def late(seconds: float) -> Act:
    """The answer is lost, and it becomes public only after a while."""

    def act(platform: Platform, publication: Publication, handle: str) -> Outcome:
        asyncio.get_running_loop().call_later(seconds, lambda: works(platform, publication, handle))
        return Unknown("no answer", "read_timeout")

    return act


class Scripted:
    """The adapter."""

    platform: ClassVar[str] = "bluesky"
    settle: float = 5.0
    derives_keys: bool = True
    lead: ClassVar[float] = 30.0

    def __init__(self, account: Account, platform: Platform) -> None:
        self.account = account
        self.there = platform
        self.settle = platform.settle
        self.derives_keys = platform.derives_keys

    def limits(self) -> Limits:
        return LIMITS["bluesky"]

    def commit_class(self, publication: Publication) -> CommitClass:
        return self.there.cls

    def lead_for(self, publication: Publication) -> float:
        return self.lead

    def check(self, publication: Publication) -> list[Problem]:
        return []

    def preview(self, publication: Publication) -> Preview:
        return Preview("", publication.text, None, ())

    def safe_steps(self, publication: Publication, journal: Journal) -> Sequence[Step]:
        return [Step(name, self._step(name), name in self.there.always) for name in self.there.step_names]

    def _step(self, name: str):  # type: ignore[no-untyped-def]
        async def run(journal: Journal) -> StepResult:
            self.there.calls.append(f"step {name}")
            await asyncio.sleep(self.there.seconds)
            return self.there.steps.pop(0) if self.there.steps else Done(f"{name}-handle")

        return run

    def commit_handle(self, publication: Publication, journal: Journal) -> str:
        return f"{publication.target.account_id}/{publication.key}/{publication.due}"

    async def commit(self, publication: Publication, journal: Journal) -> Outcome:
        there = self.there
        assert journal.commits(), "the intent is not in the journal"
        there.calls.append("commit")
        there.before_commit()
        there.in_commit += 1
        there.most_in_commit = max(there.most_in_commit, there.in_commit)
        try:
            await asyncio.sleep(there.seconds)
            act = there.commits.pop(0) if there.commits else works
            return act(there, publication, journal.commits()[-1].handle or "")
        finally:
            there.in_commit -= 1

    async def look_up(self, publication: Publication, journal: Journal) -> Look:
        there = self.there
        there.calls.append("look")
        await asyncio.sleep(there.seconds)
        if there.looks:
            return there.looks.pop(0)
        if there.cls == CommitClass.NONE:
            return CannotTell("no way to look")
        handles = [entry.handle for entry in journal.commits()] or [self.commit_handle(publication, journal)]
        found = [entry for entry in there.ledger if entry.shown and entry.handle in handles]
        if not found:
            return Absent(proof=there.cls in (CommitClass.HANDLE, CommitClass.KEY))
        entry = found[0]
        receipt = Receipt(entry.id, f"https://x.example/{entry.id}", extra={"cid": entry.id})
        return Found(
            receipt, same=entry.text == publication.text, reason="" if entry.text == publication.text else "an earlier version is public"
        )

    async def recent(self) -> list[RemotePost] | None:
        self.there.calls.append("recent")
        return self.there.recent

    async def metrics(self, receipt: Receipt) -> Counted:
        self.there.calls.append(f"metrics {receipt.remote_id}")
        return self.there.figures.get(receipt.remote_id, NoFigures("nobody counts here"))

    async def connect(self, secret: str) -> Connection:
        raise ConnectError("this platform only does what a script says")

    async def refresh(self) -> Credentials | None:
        self.there.calls.append("refresh")
        await asyncio.sleep(self.there.seconds)
        answer = self.there.refreshes.pop(0) if self.there.refreshes else None
        if isinstance(answer, Exception):
            raise answer
        return answer


ACCEPTED = Accepted("h1")
PENDING = Pending("working")
