"""One history's world: platforms, nodes, faults and what may hurt where; it watches every change of the store as it happens."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import Connection

from adapters.contract import Journal, Publication, Receipt
from scheduler.clock import SECOND
from scheduler.store import journal as step_journal
from scheduler.store.store import Store
from scheduler.virtual_time import START, VirtualLoop
from tests.proof.simulator import faults, memory
from tests.proof.simulator.adapter import Pretend
from tests.proof.simulator.node import HERE, KilledError, Machine, Node
from tests.proof.simulator.platform import Container, Request, Shape, Side
from tests.proof.simulator.told import Told
from tests.proof.simulator.watch import Watch

WORST = frozenset({"sending.after", "commit.sent.before", "commit.answered.after", "record.before"})
"""Between the intent and the request, between the answer and its record."""
AT_WORK = frozenset({"claim.after", "commit.sent.before"})
JUMPS_MOST = 8
WALLS = (-7_200, -600, 25, 600, 7_200)
TIMEOUT = 25.0
FREEZE_MOST = 900.0
CHECKED: ContextVar[float] = ContextVar("checked", default=0.0)
"""When the task that runs now passed its last check before the request."""


class PlainCipher:
    """No encryption: the simulator is about what is stored when."""

    def seal(self, plain: bytes, *, aad: str) -> bytes:
        return aad.encode() + b"|" + plain

    def unseal(self, sealed: bytes, *, aad: str) -> bytes:
        return sealed.partition(b"|")[2]


@dataclass(slots=True)
class Rates:
    """How bad this history is."""

    commit: float
    step: float
    look: float
    refresh: float
    worst: float
    """Crash or freeze at each of the worst places."""
    fatal_pass: int
    """Crash or freeze at this passing of any failpoint; 0: not."""
    loss: float | None = None
    """Only this: so many answers are lost."""

    @classmethod
    def roll(cls, chance: Random) -> Rates:
        level = chance.choice([0.0, 0.15, 0.35, 0.7])
        return cls(
            commit=level,
            step=chance.choice([0.0, level / 2]),
            look=chance.choice([0.0, 0.1, 0.4]),
            refresh=chance.choice([0.0, 0.5]),
            worst=chance.choice([0.0, 0.0, 0.15, 0.15]),
            fatal_pass=chance.randint(1, 120) if chance.random() < 0.35 else 0,
        )


@dataclass(slots=True)
class Plan:
    """What people want of one delivery, as they were told it was accepted."""

    key: str
    account: str
    text: str
    due: float
    """True seconds."""
    approved: bool = False
    ever: set[str] = field(default_factory=set)
    """All texts somebody ever approved."""
    dues: list[float] = field(default_factory=list)
    cancelled: float | None = None
    part: int = 1
    parent: str | None = None


class World:
    """Everything one history consists of."""

    def __init__(
        self, loop: VirtualLoop, chance: Random, rates: Rates, told: Told, machines: int, *, pessimistic: bool = False, jumpy: bool = False
    ) -> None:
        self.loop = loop
        self.chance = chance
        self.rates = rates
        self.pessimistic = pessimistic
        self.jumpy = jumpy
        self.jumps = 0
        self.told = told
        self.context = copy_context()
        self.cipher = PlainCipher()
        self.machines = [Machine(n + 1, loop, int(chance.uniform(-30, 30) * SECOND)) for n in range(machines)]
        self.store: Store = memory.empty_store(self.machines[0].clock)
        self.nodes: list[Node] = []
        self.sides: dict[str, Side] = {}
        self.accounts: dict[str, int] = {}
        self.plans: dict[str, Plan] = {}
        self.ids: dict[str, int] = {}
        self.keys: dict[int, str] = {}
        self.stormy = False
        self.has_tokens = False
        self.refused: set[str] = set()
        """Accounts whose platform took something for good not."""
        self.passed = 0
        self.started: dict[str, Node] = {}
        """Every process that ever ran, by its name."""
        self.touched: dict[int, str] = {}
        self.hurt_at: dict[int, str] = {}
        self.expected: Counter[str] = Counter()
        self.watch = Watch(self)

    # ── time ──

    @property
    def now(self) -> float:
        """True seconds since the beginning."""
        return self.loop.time()

    def wall_of(self, at: float) -> float:
        """A right clock at that time, in seconds."""
        return START / SECOND + at

    @property
    def alone(self) -> bool:
        return len(self.machines) == 1

    async def server_time(self) -> int | None:
        return None if self.stormy and self.chance.random() < 0.3 else int(self.wall_of(self.now) * SECOND)

    def latency(self) -> float:
        return self.chance.choice((0.05, 0.2, 0.5, 3.0))

    # ── telling ──

    def say(self, words: str) -> None:
        self.told.log.append(f"{self.now:9.1f}  {words}")

    def problem(self, words: str) -> None:
        self.say(f"!! {words}")
        self.told.problems.append(words)

    def expects(self, kind: str) -> None:
        """A notice of this kind must be there in the end."""
        self.expected[kind] += 1

    def touch(self, key: str, fault: str) -> None:
        """From now on this delivery's changes count as those after this fault."""
        self.told.faults[fault] += 1
        self.touched[self.ids[key]] = fault
        self.say(f"{key}: {fault}")

    # ── nodes ──

    def start_node(self, machine: Machine) -> None:
        node = Node(self, machine, f"node-{len(self.started) + 1}")
        self.started[node.name] = node
        self.nodes = [other for other in self.nodes if other.machine is not machine] + [node]
        node.start()

    def wake_all(self) -> None:
        for node in self.nodes:
            node.wake()

    def crash(self, node: Node, where: str, *, reboot: bool = False) -> None:
        """The process is gone; another one starts a little later."""
        self._mark(node, where, "reboot" if reboot else "crash")
        node.dead = True
        node.wake()
        after = self.chance.choice([0.5, 5.0, 90.0, 300.0])
        self.loop.call_later(after, self._restart, node.machine, reboot, context=self.context)

    def _restart(self, machine: Machine, reboot: bool) -> None:
        if reboot:
            machine.boots += 1
            machine.booted = self.now
        self.start_node(machine)

    def freeze(self, node: Node, where: str) -> None:
        """The process stands still; time goes on."""
        self._mark(node, where, "freeze")
        span = self.chance.choice([15.0, self.chance.uniform(1, FREEZE_MOST), self.chance.uniform(100, FREEZE_MOST)])
        node.wakes_at = max(node.wakes_at, self.now + span)

    def _mark(self, node: Node, where: str, how: str) -> None:
        self.told.faults[how] += 1
        self.told.hurts[f"{how} at {where}"] += 1
        self.say(f"{node.name}: {how} at {where}")
        for delivery in sorted(node.engine.in_work):
            self.hurt_at[delivery] = where
            self.touched[delivery] = how

    def at_failpoint(self, name: str, times: int) -> None:
        """Called at every failpoint any process passes."""
        node = HERE.get()
        if node is None:
            return
        if name == "commit.sent.before":
            CHECKED.set(self.now)
        if node.dead:
            raise KilledError
        if not self.stormy:
            return
        if self.jumpy and name in AT_WORK:
            self._jump_elsewhere(node)
        self.passed += 1
        if self.passed == self.rates.fatal_pass or (name in WORST and self.chance.random() < self.rates.worst):
            if self.chance.random() < 0.5:
                self.freeze(node, name)
            else:
                self.crash(node, name, reboot=self.chance.random() < 0.2)
                raise KilledError

    def set_wall(self, machine: Machine, by: int) -> None:
        """Somebody sets the clock of a computer."""
        machine.clock.offset += by * SECOND
        machine.wrong_at_first |= not machine.known
        self.told.faults["wall"] += 1
        self.say(f"clock of computer {machine.number} set by {by} s")
        self.wake_all()

    def _jump_elsewhere(self, node: Node) -> None:
        """While this process works, the clock of another computer is set."""
        others = [machine for machine in self.machines if machine is not node.machine]
        if others and self.jumps < JUMPS_MOST:
            self.jumps += 1
            after, by = self.chance.uniform(1, TIMEOUT), self.chance.choice(WALLS)
            self.loop.call_later(after, self.set_wall, self.chance.choice(others), by, context=self.context)

    # ── faults of calls ──

    def step_fault(self, adapter: Pretend) -> str:
        if not self.stormy or self.chance.random() >= self.rates.step:
            return ""
        fault = faults.at_step(self.chance)
        self.told.faults[fault] += 1
        if fault == "step-refused":
            self.refused.add(adapter.side.name)
        return fault

    def look_is_down(self, adapter: Pretend) -> bool:
        down = adapter.side.blind or (self.stormy and self.chance.random() < self.rates.look)
        self.told.faults["look-down"] += down
        return down

    def refresh_fault(self, adapter: Pretend) -> str:
        if not self.stormy or self.chance.random() >= self.rates.refresh:
            return ""
        fault = self.chance.choice(["refresh-lost", "refresh-down"])
        self.told.faults[fault] += 1
        self.say(f"{adapter.account.name}: {fault}")
        return fault

    def new_container(self, side: Side, text: str) -> str:
        short = side.short_lived and self.stormy
        life = self.chance.uniform(30, 900) if short else 86_400.0
        handle = f"container-{side.name}-{len(side.containers) + 1}"
        ready = self.now + self.chance.choice([0.0, 0.0, 8.0])
        side.containers[handle] = Container(text, self.now, self.now + life, ready)
        self.told.faults["container-dead"] += short
        return handle

    # ── one commit ──

    def leaves(self, adapter: Pretend, publication: Publication, journal: Journal) -> tuple[str, Request]:
        """A commit request leaves a computer now."""
        side, key = adapter.side, publication.key
        handle = journal.commits()[-1].handle or ""
        reply_to = None if publication.parent is None else publication.parent.remote_id
        request = Request(key, handle, publication.text, reply_to, self.watch.sent_at.get(self.ids[key], -1.0), CHECKED.get(), self.now)
        side.requests.append(request)
        self.watch.request(request, side, journal.commits()[-1].seq)
        request.fault = self._commit_fault(side)
        if request.fault:
            self.touch(key, request.fault)
        return request.fault, request

    def _commit_fault(self, side: Side) -> str:
        if self.rates.loss is not None:
            return self.chance.choice(faults.LOST) if self.chance.random() < self.rates.loss else ""
        return faults.at_commit(self.chance, side) if self.stormy and self.chance.random() < self.rates.commit else ""

    def arrives(self, side: Side, request: Request, fault: str) -> float:
        """What becomes of it, and how long its sender waits for an answer."""
        took, after = self.latency(), None
        match fault:
            case "" | "limited-lied" | "5xx-after" | "reset-in-body" | "html-200-after":
                after = took / 2
            case "slow":
                took = self.chance.uniform(10, 55)
                after = took / 2
            case "timeout-after":
                took, after = TIMEOUT, took
            case "timeout-late":
                took, after = TIMEOUT, faults.late_by(self.chance, side)
            case "timeout-before":
                took = TIMEOUT
        if after is not None:
            request.pending = True
            self.loop.call_later(after, self._reach, side, request, self.now + after, context=self.context)
        return took

    def _reach(self, side: Side, request: Request, at: float) -> None:
        """At its own instant: a platform does not stand still when one of our computers does."""
        if not side.works or request.fault == "limited-lied":
            self._execute(side, request, at)
            return
        if self.stormy and self.chance.random() < 0.08:
            request.pending = False
            self.touch(request.key, "processing-failed")
            return
        request.fault = "processing"
        container = side.containers.get(request.handle)
        if container is not None and container.dead_at > at:
            container.dead_at = float("inf")  # what is being published does not expire
        done = at + self.chance.uniform(5, 200)
        self.loop.call_later(max(done - self.now, 0), self._execute, side, request, done, context=self.context)

    def _execute(self, side: Side, request: Request, at: float) -> None:
        side.execute(request, at)
        if request.result != "new" or request.entry is None:
            return
        self.say(f"{request.key} is public as {request.entry.id}")
        if not self.stormy:
            return
        if side.lag:
            self.told.faults["read-lag"] += 1
        if self.chance.random() < 0.08:
            self._webhook(request, request.entry.id)
        elif request.fault in faults.LOST and self.chance.random() < 0.12:
            request.entry.edited = True
            request.entry.text += " (edited there)"
            self.touch(request.key, "edited-there")

    def _webhook(self, request: Request, remote: str) -> None:
        """The platform tells before it answers, or tells twice."""
        kind = self.chance.choice(["webhook-early", "webhook-double"])
        receipt, delivery = Receipt(remote, f"https://x.example/{remote}", None, {"cid": remote}), self.ids[request.key]

        def operation(conn: Connection) -> bool:
            return step_journal.add_evidence(conn, delivery, 0, receipt, at=int(self.wall_of(self.now) * SECOND), source="webhook")

        self.touch(request.key, kind)
        task = self.loop.create_task(self._keep(operation, 2 if kind == "webhook-double" else 1), context=self.context)
        self.watch.tasks.append(task)

    async def _keep(self, operation, times: int) -> None:  # type: ignore[no-untyped-def]
        for _ in range(times):
            await self.store.write(operation, name="evidence")
            await asyncio.sleep(self.chance.uniform(0, 20))

    # ── what the oracle asks all the time ──

    def token_is_kept(self, account: str, access: str) -> None:
        self.watch.token_used(account, access)

    def check_changes(self) -> None:
        self.watch.changes()

    def leased_and_window(self, mine: frozenset[int]) -> tuple[bool, int | None]:
        return self.watch.leased_and_window(mine)

    def shape_of(self, key: str) -> Shape:
        return self.sides[self.plans[key].account].shape
