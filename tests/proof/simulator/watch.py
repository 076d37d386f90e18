"""The invariants of the core, read from the store by the driver's own connection after every change."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scheduler import lifecycle
from scheduler.accounts.tokens import OWNER_LOST
from scheduler.clock import SECOND
from scheduler.engine import takeover
from scheduler.lifecycle import FINAL, NEEDS_PERSON, TRANSITIONS
from scheduler.service.fire import STEP_DISTRUSTED
from tests.proof.simulator import memory
from tests.proof.simulator.platform import Request, Side

if TYPE_CHECKING:
    from tests.proof.simulator.node import Node
    from tests.proof.simulator.world import Plan, World

CLOCKS = 31.0
"""Seconds by which the clocks of computers are wrong all the time."""
EARLY = 2 * STEP_DISTRUSTED / SECOND + CLOCKS
"""And so far one may be set without anybody noticing: a step of a minute, and a minute that a server would still agree with."""
SIGNS = (lifecycle.LEASE + 3 * lifecycle.BEAT) / SECOND
"""A process that stood still is known to live again so long after it woke."""
NUMBERS = {(source.value, t.target.value): t.number for t in reversed(TRANSITIONS) for source in t.sources}
_EVENTS = 'SELECT seq, delivery_id, "from", "to", fence, actor, why FROM event WHERE seq > ? ORDER BY seq'
_ACCOUNTS = "SELECT id, name, state, token_gen FROM account"
_APPROVED = (
    "SELECT 1 FROM delivery d JOIN approval a ON a.delivery_id = d.id AND a.voided_at IS NULL AND a.digest = d.digest "
    "AND a.actor_kind = 'person' WHERE d.id = ?"
)
_SENDERS = "SELECT account_id FROM delivery WHERE state = 'sending' GROUP BY account_id HAVING count(*) > 1"
_HELD = (
    "SELECT 1 FROM hold WHERE released_at IS NULL AND (scope = 'all' OR (scope = 'account' AND subject = ?) "
    "OR (scope = 'campaign' AND substr(?, 1, length(subject) + 1) = subject || '/'))"
)
_INTENT = "SELECT 1 FROM step WHERE delivery_id = ? AND seq = ? AND kind = 'commit'"
_INTENT_OF_FENCE = "SELECT 1 FROM step WHERE delivery_id = ? AND fence = ? AND kind = 'commit' AND phase = 'intent'"
_PARENT = "SELECT p.remote_id FROM delivery d JOIN delivery p ON p.id = d.parent_id WHERE d.id = ?"
_LEASED = "SELECT id FROM delivery WHERE state IN ('claimed', 'sending', 'checking')"
_WINDOW = "SELECT min(coalesce(send_until, due + late)) FROM delivery WHERE state IN ('draft', 'queued')"


class Watch:
    """Follows the store and says at once when something is not as it must be."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.db = memory.raw()
        self.tasks: list[asyncio.Task[None]] = []
        self.sent_at: dict[int, float] = {}
        """When each delivery's newest intent was written, in true seconds."""
        self.first_sent_at: dict[int, float] = {}
        """And its first, from which on its key may be known to the platform, even where no request left in the end."""
        self.allowed: dict[int, str] = {}
        """The text that was approved then."""
        self.asked_at: dict[int, float] = {}
        self.decided_at: dict[int, list[float]] = {}
        """When others than its sender decided about it: taken over, called absent, cancelled, missed."""
        self.missed_at: dict[int, float] = {}
        self.cancelled_from: dict[int, str] = {}
        self.reauth: dict[int, int] = {}
        """How often each account had to be connected again."""
        self._seen = 0
        self._fences: dict[int, int] = {}
        self._accounts: dict[int, tuple[str, int]] = {}
        self._kept: set[tuple[str, str]] = set()
        self._holders: dict[int, str] = {}
        """Which process took each delivery last."""
        self._renewing: dict[str, tuple[Node, int]] = {}
        """By account: who asks for a new pair of tokens, and since when by its wall clock."""

    def changes(self) -> None:
        """Look at every event since the last look, and at the accounts."""
        rows = self.db.execute(_EVENTS, (self._seen,)).fetchall()
        for row in rows:
            self._seen = row[0]
            self._event(*row[1:])
        if rows and self.db.execute(_SENDERS).fetchone() is not None:
            self.world.problem("two deliveries of an account are being sent")
        for account, name, state, generation in self.db.execute(_ACCOUNTS).fetchall():
            before = self._accounts.get(account)
            if before != (state, generation):
                self._account(account, name, state, before)
                self._accounts[account] = (state, generation)

    def _event(self, delivery: int, source: str, target: str, fence: int, actor: str, why: str) -> None:
        world = self.world
        key = world.keys.get(delivery, str(delivery))
        world.say(f"{key}: {source or '·'} → {target} #{fence} {actor}: {why}")
        if fence < self._fences.get(delivery, 0):
            world.problem(f"the fence of {key} fell")
        self._fences[delivery] = fence
        if "Error)" in why and "TimeoutError" not in why:  # a process that stood still for longer than any call may take
            world.problem(f"{key}: a defect: {why}")
        if source == target or not source:
            return
        self._allowed(key, source, target, actor)
        if why.startswith(takeover.DEAD):
            self._taken_over(key, self._holders.get(delivery, ""))
        if target in lifecycle.LEASED:
            self._holders[delivery] = actor.partition(":")[2]
        number = NUMBERS.get((source, target), 0)
        world.told.coverage[f"{number}|{world.touched.get(delivery, '-')}|{world.hurt_at.get(delivery, '-')}"] += 1
        if target == "sending":
            self._sending(delivery, key, fence)
        if target == "ask":
            self.asked_at[delivery] = world.now
        if target == "missed":
            self.missed_at[delivery] = world.now
        if target == "cancelled":
            self.cancelled_from[delivery] = source
        if why.startswith(takeover.DEAD) or (source, target) == ("checking", "queued"):
            self.decided_at.setdefault(delivery, []).append(world.now)
        if target in NEEDS_PERSON or target in FINAL:
            world.hurt_at.pop(delivery, None)

    def _allowed(self, key: str, source: str, target: str, actor: str) -> None:
        who = actor.partition(":")[0]
        if who not in ("person", "engine", "files") or lifecycle.allowed(source, target, who) is None:  # type: ignore[arg-type]
            self.world.problem(f"{key} went from {source} to {target} by {actor}")

    def _taken_over(self, key: str, holder: str) -> None:
        """Only from processes that are gone, or that showed no sign of life for a whole lease."""
        node = self.world.started.get(holder)
        if node is not None and not node.dead and self.world.now - node.wakes_at > SIGNS:
            self.world.problem(f"{key} was taken from {holder}, which lives")

    def _sending(self, delivery: int, key: str, fence: int) -> None:
        world = self.world
        self.sent_at[delivery] = world.now
        self.first_sent_at.setdefault(delivery, world.now)
        plan = world.plans.get(key)
        if plan is not None:
            self._early(plan, self.world.started.get(self._holders[delivery]))
        self.allowed[delivery] = plan.text if plan is not None and plan.approved else ""
        if self.db.execute(_APPROVED, (delivery,)).fetchone() is None:
            world.problem(f"{key} is being sent without an approval of what it is")
        if self.db.execute(_HELD, (plan.account if plan is not None else "", key)).fetchone() is not None:
            world.problem(f"{key} is being sent although it is on hold")
        if self.db.execute(_INTENT_OF_FENCE, (delivery, fence)).fetchone() is None:
            world.problem(f"{key} is being sent without an intent")

    def _early(self, plan: Plan, node: Node | None) -> None:
        """Never before the time that was accepted last, but for a clock that is wrong by less than anybody can notice."""
        early = plan.dues[-1] - self.world.now
        if early > EARLY and node is not None and node.machine.wrong_at_first:
            self.world.told.remainder["early: its computer's clock was wrong before the service ever ran there"] += 1
        elif early > EARLY:
            self.world.problem(f"{plan.key} goes out {early:.0f} s early")
        elif early > CLOCKS:
            self.world.told.remainder["early, by less than two minutes: its computer's clock was set forward by less than is noticed"] += 1

    def _account(self, account: int, name: str, state: str, before: tuple[str, int] | None) -> None:
        if before is not None and state == "reauth" and before[0] != "reauth":
            self.reauth[account] = self.reauth.get(account, 0) + 1
            self.world.say(f"{name} has to be connected again")
        self._keep_tokens(name)

    def _keep_tokens(self, name: str) -> None:
        for sealed in self.db.execute("SELECT token_enc, token_prev_enc FROM account WHERE name = ?", (name,)).fetchone():
            if sealed is not None:
                self._kept.add((name, self.world.cipher.unseal(sealed, aad="").decode().split('"')[3]))

    # ── requests ──

    def request(self, request: Request, side: Side, seq: int) -> None:
        """A commit leaves now: is its intent kept, its text approved, its parent public?"""
        world, delivery = self.world, self.world.ids[request.key]
        if self.db.execute(_INTENT, (delivery, seq)).fetchone() is None:
            world.problem(f"a request for {request.key} left without an intent in the store")
        if request.checked - request.intended > lifecycle.FREEZE / SECOND + 1:
            world.problem(f"{request.key} left although its process had stood still since its intent")
        if request.text != self.allowed.get(delivery):
            world.told.unapproved += 1
            world.problem(f"{request.key} left as “{request.text}”, approved is “{self.allowed.get(delivery)}”")
        self._same_container(request, side)
        if world.plans[request.key].parent is not None:
            parent = self.db.execute(_PARENT, (delivery,)).fetchone()[0]
            if request.reply_to != parent or not any(entry.id == parent for entry in side.entries):
                world.problem(f"{request.key} answers {request.reply_to}, its parent is {parent}")

    def _same_container(self, request: Request, side: Side) -> None:
        """The same words are sent with the same container again, for as long as that one lives."""
        made = side.containers.get(request.handle)
        for handle in {r.handle for r in side.requests if r.key == request.key and r.text == request.text and r.handle != request.handle}:
            before = side.containers.get(handle)
            if made is not None and before is not None and before.made_at < made.made_at < before.dead_at:
                self.world.problem(f"{request.key} leaves in {request.handle} while {handle} could still be published")

    def renewal_begins(self, account: str, node: Node) -> None:
        """Nobody asks for new tokens while a living process does; who needs longer than anybody waits has lost its turn."""
        holder, since = self._renewing.get(account, (None, 0))
        if holder is not None and not holder.dead and abs(node.machine.clock.wall() - since) <= OWNER_LOST:
            self.world.problem(f"{account}: two renewals of its token at once, by {holder.name} and {node.name}")
        self._renewing[account] = (node, node.machine.clock.wall())

    def renewal_ends(self, account: str, node: Node) -> None:
        """It has its answer."""
        if self._renewing.get(account, (None, 0))[0] is node:
            del self._renewing[account]

    def token_used(self, account: str, access: str) -> None:
        """A rotated token is kept before its first use."""
        if (account, access) not in self._kept:
            self.world.problem(f"{account}: a token was used before it was kept")

    # ── what a process waits for ──

    def leased_and_window(self, mine: frozenset[int]) -> tuple[bool, int | None]:
        """Whether a sweep may have something to do, and when the next window ends."""
        leased = {row[0] for row in self.db.execute(_LEASED)}
        return bool(leased - mine if self.world.alone else leased), self.db.execute(_WINDOW).fetchone()[0]
