"""One delivery driven by hand, as the engine would: safe steps journaled, a commit with its intent, looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from adapters.contract import (
    Accepted,
    Adapter,
    Done,
    Journal,
    JournalEntry,
    Limited,
    Look,
    NotSent,
    Outcome,
    Publication,
    Published,
    Rebuild,
    Refused,
    Retry,
    Step,
    StepResult,
    TokenDead,
    Unknown,
)

Phase = Literal["intent", "done", "refused", "not_sent", "unknown"]
ROUNDS = 2_000


class NotPrepared(Exception):
    """A safe step ended in something that another round does not change."""

    def __init__(self, result: StepResult) -> None:
        super().__init__(result)
        self.result = result


@dataclass(slots=True)
class Delivery:
    """A publication on its way and everything that was tried for it."""

    adapter: Adapter
    publication: Publication
    entries: list[JournalEntry] = field(default_factory=list)
    attempt: int = 0

    @property
    def journal(self) -> Journal:
        """What the adapter may know."""
        return Journal(tuple(self.entries))

    async def publish(self) -> Outcome:
        """A whole try."""
        await self.prepare()
        return await self.commit()

    async def prepare(self) -> None:
        """All safe steps; waits for what the platform works on. Raises NotPrepared."""
        self.attempt += 1
        for _ in range(ROUNDS):
            result = await self.round()
            if result is None:
                return
            if not (isinstance(result, Rebuild) or (isinstance(result, Retry) and result.waiting)):
                raise NotPrepared(result)
        raise AssertionError("the platform never became ready")

    async def round(self) -> StepResult | None:
        for step in self.adapter.safe_steps(self.publication, self.journal):
            if self.journal.done(step.name) is not None and not step.always:
                continue
            result = await self.run(step)
            if not isinstance(result, Done):
                return result
        return None

    async def run(self, step: Step) -> StepResult:
        """One safe step, journaled."""
        result = await step.run(self.journal)
        if isinstance(result, Done):
            self._note(step.name, "safe", "done", result.handle, result.detail)
        elif isinstance(result, Rebuild):
            self._note(step.name, "safe", "unknown")
            for name in result.steps:
                self._note(name, "safe", "refused")
        else:
            self._note(step.name, "safe", "refused" if isinstance(result, Refused) else "unknown")
        return result

    async def commit(self) -> Outcome:
        """The commit, with its intent written first."""
        at = len(self.entries)
        self._note("commit", "commit", "intent", self.adapter.commit_handle(self.publication, self.journal))
        outcome = await self.adapter.commit(self.publication, self.journal)
        self.entries[at] = replace(self.entries[at], phase=_phase(outcome))
        if isinstance(outcome, NotSent):
            for name in outcome.rebuild:
                self._note(name, "safe", "refused")
        return outcome

    async def look(self) -> Look:
        """Whether it is public."""
        return await self.adapter.look_up(self.publication, self.journal)

    def _note(
        self, name: str, kind: Literal["safe", "commit"], phase: Phase, handle: str | None = None, detail: Mapping[str, str] | None = None
    ) -> None:
        self.entries.append(JournalEntry(len(self.entries), self.attempt, name, kind, phase, handle, "", 0, dict(detail or {})))


def _phase(outcome: Outcome) -> Phase:
    match outcome:
        case Published() | Accepted():
            return "done"
        case NotSent() | Limited() | TokenDead():
            return "not_sent"
        case Refused():
            return "refused"
        case Unknown():
            return "unknown"
