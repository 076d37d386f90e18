"""The adapter of the pretend platforms: the contract's own shapes, with the faults of the history on every call."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

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
    Limited,
    Look,
    NoFigures,
    NotSent,
    Outcome,
    Pending,
    Preview,
    Problem,
    Publication,
    Published,
    Rebuild,
    Receipt,
    Refused,
    RemotePost,
    Retry,
    Step,
    StepResult,
    TokenDead,
    Unknown,
)
from adapters.errors import ConnectError
from adapters.limits import LIMITS, Limits
from scheduler.clock import SECOND
from tests.proof.simulator.platform import STATUS_LIFE, Entry, Request, Shape, Side

if TYPE_CHECKING:
    from tests.proof.simulator.node import Node
    from tests.proof.simulator.world import World

KEY_YOUNG = 1_800.0
"""A key younger than this by the server's clock is certainly still known."""
SLACK = 60.0
TIMEOUT = 60.0
LEAD = 20.0


class Pretend:
    """One account, seen from one process."""

    platform: ClassVar[str] = "bluesky"
    lead: ClassVar[float] = LEAD

    def __init__(self, account: Account, world: World, node: Node) -> None:
        self.account = account
        self.world = world
        self.node = node
        self.side: Side = world.sides[account.name]
        self.settle = self.side.settle
        self.derives_keys = self.side.shape in (Shape.RECORD, Shape.KEY)

    # ── rules ──

    def limits(self) -> Limits:
        return LIMITS["bluesky"]

    def commit_class(self, publication: Publication) -> CommitClass:
        return CommitClass(self.side.cls)

    def lead_for(self, publication: Publication) -> float:
        return self.lead

    def check(self, publication: Publication) -> list[Problem]:
        return []

    def preview(self, publication: Publication) -> Preview:
        return Preview("", publication.text, None, ())

    # ── safe steps ──

    def safe_steps(self, publication: Publication, journal: Journal) -> Sequence[Step]:
        steps = [self._step(f"{name}:{_mark(publication.text)}", self._upload) for name in self.side.steps]
        if self.side.shape is Shape.KEY:
            steps.append(self._step("anchor", self._anchor))
        if self.side.shape is Shape.CONTAINER:
            steps.append(self._step(container_step(publication.text), lambda journal: self._make_container(publication)))
            steps.append(self._step("ready", lambda journal: self._ready(publication, journal), always=True))
        return steps

    def _step(self, name: str, work: Callable[[Journal], StepResult], *, always: bool = False) -> Step:
        async def run(journal: Journal) -> StepResult:
            fault = self.world.step_fault(self)
            await self._wait(self.world.latency() if fault != "step-unknown" else TIMEOUT / 3)
            if fault:
                return _step_answer(fault)
            return work(journal) if self._let_in() else TokenDead("the token has ended")

        return Step(name, run, always)

    def _upload(self, journal: Journal) -> StepResult:
        return Done("media")

    def _anchor(self, journal: Journal) -> StepResult:
        return Done("anchor", {"date": str(self.world.now)})

    def _make_container(self, publication: Publication) -> StepResult:
        return Done(self.world.new_container(self.side, publication.text))

    def _ready(self, publication: Publication, journal: Journal) -> StepResult:
        container = self.side.containers[journal.handle(container_step(publication.text))]
        if container.dead_at <= self.world.now and container.entry is None:
            return Rebuild((container_step(publication.text), "ready"), "the container is gone")
        return Done() if container.ready_at <= self.world.now else Retry("still working", 10.0, waiting=True)

    # ── the commit ──

    def commit_handle(self, publication: Publication, journal: Journal) -> str:
        if self.side.shape is Shape.CONTAINER:
            return journal.handle(container_step(publication.text))
        if self.side.shape is Shape.RECORD:
            return f"{publication.key}|{publication.due}"
        return publication.key

    async def commit(self, publication: Publication, journal: Journal) -> Outcome:
        await self.node.gate()
        fault, request = self.world.leaves(self, publication, journal)
        if not self._let_in():
            await self._wait(self.world.latency())
            return TokenDead("the token has ended")
        took = self.world.arrives(self.side, request, fault)
        await self._wait(took)
        return self._answer(request, fault)

    def _answer(self, request: Request, fault: str) -> Outcome:
        match fault:
            case "" | "slow":
                return self._plain(request)
            case "refused-connection":
                return NotSent("the connection was refused", "connect")
            case "limited" | "limited-lied":
                return Limited("slow down", self.world.chance.uniform(5, 400))
            case "unauthorized":
                return TokenDead("expired")
            case "permanent":
                return Refused("the platform does not take this", "NotTaken")
            case "html-200-before" | "html-200-after":
                return Unknown("a page instead of an answer", "html", hint=True, http_status=200)
            case _:
                return Unknown("no answer", fault)

    def _plain(self, request: Request) -> Outcome:
        if request.result in ("new", "same") and request.entry is not None:
            if self.side.shape is Shape.CONTAINER and request.result == "same":
                return Unknown("this container is published", "used", hint=True)
            return Published(_receipt(request.entry))
        if request.result == "other" and request.entry is not None:
            return Unknown("something else stands there", "earlier", hint=True, found=Found(_receipt(request.entry), same=False))
        if request.result == "gone":
            return NotSent("the container is gone", "gone", rebuild=(container_step(request.text), "ready"))
        return Accepted(request.handle)

    # ── the look ──

    async def look_up(self, publication: Publication, journal: Journal) -> Look:
        await self.node.gate()
        down = self.world.look_is_down(self)
        await self._wait(self.world.latency() if not down else TIMEOUT / 2)
        if down:
            return CannotTell("the look did not work")
        if self.side.shape is Shape.NONE:
            return CannotTell("this platform gives no way to look")
        if not self._let_in():
            return CannotTell("the token has ended")
        return self._look(publication, journal)

    def _look(self, publication: Publication, journal: Journal) -> Look:
        match self.side.shape:
            case Shape.RECORD:
                return self._by_record(publication, journal)
            case Shape.CONTAINER:
                return self._by_container(publication, journal)
            case _:
                return self._by_list(publication, journal)

    def _by_record(self, publication: Publication, journal: Journal) -> Look:
        handles = [entry.handle for entry in journal.commits()] or [self.commit_handle(publication, journal)]
        found = [entry for entry in self._seen() if entry.handle in handles]
        if found:
            return self._same(found[-1], publication)
        return Pending("processing") if self._being_processed(handles) else Absent(proof=True, reason="no record stands there")

    def _by_container(self, publication: Publication, journal: Journal) -> Look:
        handles = list(dict.fromkeys(entry.handle for entry in reversed(journal.commits()) if entry.handle))
        if not handles:
            return self._in_list(publication, publication.due / SECOND, Absent(proof=False, reason="not in the list"))
        looks = [self._by_one_container(handle, publication, journal) for handle in handles]
        for kind in (Found, Pending, CannotTell):
            for look in looks:
                if isinstance(look, kind):
                    return look
        return looks[0]

    def _by_one_container(self, handle: str, publication: Publication, journal: Journal) -> Look:
        container, now = self.side.containers[handle], self.world.now
        if container.entry is not None:
            forgotten = self.side.forgets and container.entry.at + STATUS_LIFE <= now
            if container.entry.at + self.side.lag > now:
                return Pending("published; its address is not in the list yet")
            if not forgotten:
                return self._same(container.entry, publication)
            self.world.touch(container.entry.key, "handle-expired")
            return self._in_list(publication, self._since(journal), Absent(proof=True, reason="expired"), text=container.text)
        if self._being_processed([handle]):
            return Pending("processing")
        if container.dead_at <= now:
            return self._in_list(publication, self._since(journal), Absent(proof=True, reason="the container is dead"), text=container.text)
        return Absent(proof=True, reason="it stands ready and was not published")

    def _by_list(self, publication: Publication, journal: Journal) -> Look:
        proof = False
        if self.side.shape is Shape.KEY:
            anchor = journal.done("anchor")
            proof = anchor is not None and self.world.now - float(anchor.detail["date"]) < KEY_YOUNG
        since = self._since(journal) if journal.commits() else publication.due / SECOND
        return self._in_list(publication, since, Absent(proof, "not among the newest posts"), texts=self._texts_sent(journal))

    def _in_list(
        self, publication: Publication, since: float, otherwise: Look, *, text: str | None = None, texts: Sequence[str] = ()
    ) -> Look:
        wanted = {publication.text if text is None else text, *texts}
        reply_to = None if publication.parent is None else publication.parent.remote_id
        found = [e for e in self._seen() if e.text in wanted and e.reply_to == reply_to and self.world.wall_of(e.at) >= since - SLACK]
        exact = [entry for entry in found if entry.text == publication.text]
        if len(found) > 1 and len(exact) != 1:
            return CannotTell(f"{len(found)} posts look like it", several=True)
        return self._same((exact or found)[0], publication) if found else otherwise

    def _since(self, journal: Journal) -> float:
        """When the platform saw it unpublished: by its own clock, as real adapters keep it with a step."""
        handles = {entry.handle for entry in journal.commits()}
        left = [request.left for request in self.side.requests if request.handle in handles]
        return self.world.wall_of(min(left, default=self.world.now))

    def _texts_sent(self, journal: Journal) -> list[str]:
        handles = {entry.handle for entry in journal.commits()}
        return [request.text for request in self.side.requests if request.handle in handles]

    def _same(self, entry: Entry, publication: Publication) -> Look:
        same = entry.text == publication.text
        return Found(_receipt(entry), same, "" if same else "what is public is not what was sent")

    def _being_processed(self, handles: Sequence[str]) -> bool:
        return any(r.handle in handles and r.pending and r.fault == "processing" for r in self.side.requests)

    def _seen(self) -> list[Entry]:
        return self.side.seen(self.world.now)

    async def recent(self) -> list[RemotePost] | None:
        await self._wait(self.world.latency())
        if self.side.shape is Shape.NONE or self.world.look_is_down(self):
            return None
        newest = [entry for entry in self._seen() if entry.reply_to is None][-40:]
        return [RemotePost(entry.id, entry.text, int(self.world.wall_of(entry.at) * SECOND)) for entry in newest]

    # ── tokens ──

    async def metrics(self, receipt: Receipt) -> Counted:
        return NoFigures("nobody counts here")

    async def connect(self, secret: str) -> Connection:
        raise ConnectError("people of a history sign in at the platform itself")

    async def refresh(self) -> Credentials | None:
        await self.node.gate()
        self.world.watch.renewal_begins(self.account.name, self.node)
        try:
            return await self._refresh()
        finally:
            self.world.watch.renewal_ends(self.account.name, self.node)

    async def _refresh(self) -> Credentials | None:
        credentials, fault = self.account.credentials, self.world.refresh_fault(self)
        if self.side.token_life is None or credentials is None:
            return None
        if fault == "refresh-down":
            await self._wait(TIMEOUT / 2)
            raise ConnectError("could not be reached")
        pair = self.side.rotate(credentials.refresh, self.world.now)
        await self._wait(self.world.latency())
        if pair is None:
            raise ConnectError("invalid_grant", relogin=True)
        if fault == "refresh-lost":
            raise ConnectError("no answer")
        ends = self.world.wall_of(self.side.good[pair[0]])
        return Credentials(access=pair[0], refresh=pair[1], expires_at=int(ends * SECOND))

    # ── shared ──

    def _let_in(self) -> bool:
        access = "" if self.account.credentials is None else self.account.credentials.access
        self.world.token_is_kept(self.account.name, access)
        let_in = self.side.accepts(access, self.world.now)
        self.world.told.faults["token-ended"] += not let_in
        return let_in

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.node.gate()


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def container_step(text: str) -> str:
    """Name of the safe step that makes the container of a text."""
    return f"container:{_mark(text)}"


def _receipt(entry: Entry) -> Receipt:
    return Receipt(entry.id, f"https://x.example/{entry.id}", None, {"cid": entry.id})


def _step_answer(fault: str) -> StepResult:
    match fault:
        case "step-limited":
            return Limited("slow down", 60.0)
        case "step-unauthorized":
            return TokenDead("expired")
        case "step-refused":
            return Refused("this picture is not taken", "NotTaken")
        case "step-waiting":
            return Retry("still working", 15.0, waiting=True)
        case _:
            return Retry("no answer")
