"""The judge: the platforms' own ledgers against what people approved, when everything has come to rest."""

from __future__ import annotations

from typing import Any

from scheduler import lifecycle
from scheduler.clock import SECOND
from scheduler.keeping import ledger
from scheduler.store.statements import NOTICED
from scheduler.virtual_time import START
from tests.proof.simulator.adapter import KEY_YOUNG
from tests.proof.simulator.platform import Entry, Request, Shape, Side
from tests.proof.simulator.watch import EARLY
from tests.proof.simulator.world import Plan, World

AT_REST = frozenset({"published", "cancelled", "ask", "refused", "missed", "draft"})
NOT_PUBLIC = frozenset({"refused", "missed", "draft", "queued"})
TOO_LONG = lifecycle.LEASE / SECOND
"""A process that stood still for longer between its last check and the system call is what the promise names as its remainder."""
SAID_NO = "the platform said “slow down” and published it all the same"
CHANGED = "its words were changed on the platform before it was looked for"
FROZEN = "left after a freeze longer than the lease, when others had decided"
LATE = "published, or shown, by the platform later than its settle time, after it said “not there”"
BY_HAND = "somebody else published the same words in the same minutes, and that was taken for ours"
IN_DOUBT = "cancelled by a person while nobody could know whether it is public"
ROWS = (
    "SELECT d.id, d.key, d.state, d.reason, d.reason_code, d.remote_id, d.due, d.send_until, d.late, p.remote_id AS parent_remote, "
    "p.state AS parent_state FROM delivery d LEFT JOIN delivery p ON p.id = d.parent_id ORDER BY d.id"
)
UNTOLD = (
    f'SELECT e.seq, e.delivery_id, e."to", count(n.id) FROM event e LEFT JOIN notice n ON n.delivery_id = e.delivery_id '
    f'AND n.kind = e."to" AND n.event_seq = e.seq WHERE e."to" IN ({", ".join(repr(s) for s in sorted(NOTICED))}) AND e."from" <> e."to" '
    "GROUP BY e.seq HAVING count(n.id) <> 1"
)


class Oracle:
    """Everything asked at the end of one history."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told = world.told
        self.db = world.watch.db

    async def judge(self) -> None:
        cursor = self.db.execute(ROWS)
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            self._delivery(dict(zip(names, row, strict=True)))
        for side in self.world.sides.values():
            self._ledger(side)
        for found in await self.world.store.read(ledger.verify):
            self._wrong(f"ledger: {found}")
        self._notices()

    def _wrong(self, words: str) -> None:
        self.world.problem(words)

    # ── one delivery ──

    def _delivery(self, row: dict[str, Any]) -> None:
        plan = self.world.plans[row["key"]]
        side = self.world.sides[plan.account]
        mine = side.of(plan.key)
        cls = side.cls
        if plan.ever:
            self.told.deliveries[cls] += 1
            self.told.ends[f"{cls} {row['state']}" + (f" {row['reason_code']}" if row["state"] == "ask" else "")] += 1
        self.told.public += bool(mine)
        if row["state"] not in AT_REST:
            self.told.lost += 1
            self._wrong(f"{plan.key} is stuck in {row['state']}: {row['reason']}")
        self._doubles(plan, side, mine)
        if row["state"] == "published":
            self._published(row, plan, side, mine)
        elif mine and row["state"] in NOT_PUBLIC and not self._excused(plan, side, mine):
            self.told.lost += 1
            self._wrong(f"{plan.key} is {row['state']} ({row['reason']}) and public")
        self._why(row, plan, side, mine)

    def _doubles(self, plan: Plan, side: Side, mine: list[Entry]) -> None:
        if len(mine) < 2:
            return
        self.told.doubled += 1
        cause = self._cause(side, mine)
        if cause:
            self.told.remainder[cause] += 1
        else:
            self._wrong(f"{plan.key} is public {len(mine)} times")

    def _cause(self, side: Side, mine: list[Entry]) -> str:
        """A cause of a double that the promise names, or nothing."""
        if self.world.pessimistic and side.shape is Shape.KEY and any(entry.edited for entry in mine):
            return "key: its words were changed on the platform before it was looked for, and a key used again doubled"
        for request in (entry.request for entry in mine if entry.request is not None):
            frozen = request.left - request.checked
            if frozen <= TOO_LONG or len(self.world.machines) == 1:
                continue
            if side.shape in (Shape.LIST, Shape.NONE):
                return f"{side.cls}: stood still between check and request, longer than the lease; another node had asked a person"
            if (request.done or 0.0) - request.intended > side.settle + TOO_LONG:
                return f"{side.cls}: stood still and executed late, together longer than lease and settle time"
            if side.shape is Shape.KEY and (request.done or 0.0) - request.intended > 1_800:
                return f"{side.cls}: stood still and executed late, longer than half the key's life"
        return ""

    def _excused(self, plan: Plan, side: Side, mine: list[Entry]) -> bool:
        """For a cause that the promise names, which is counted."""
        why = next((why for entry in mine if (why := self._remains(plan, side, entry))), "")
        if why:
            self.told.remainder[why] += 1
        return bool(why)

    def _remains(self, plan: Plan, side: Side, entry: Entry) -> str:
        """Why nobody could know that this is public."""
        request = entry.request
        assert request is not None
        decided = self.world.watch.decided_at.get(self.world.ids[plan.key], [])
        if self._stood_still(request) and any(request.checked <= at <= request.left for at in decided):
            return FROZEN
        seen = (request.done or 0.0) + side.lag
        if seen - request.left > side.settle and any(request.left <= at <= seen for at in decided):
            return LATE
        if entry.edited and side.shape is Shape.KEY:
            return CHANGED
        return SAID_NO if request.fault == "limited-lied" else ""

    def _published(self, row: dict[str, Any], plan: Plan, side: Side, mine: list[Entry]) -> None:
        entry = next((entry for entry in side.entries if entry.id == row["remote_id"]), None)
        if entry is None:
            self.told.lost += 1
            self._wrong(f"{plan.key} says it is {row['remote_id']}, which is not there")
            return
        if entry.request is None and not entry.key:
            self.told.remainder[BY_HAND] += 1
        elif entry.key != plan.key and (entry.request is not None or mine):
            self._wrong(f"{plan.key} calls {entry.id} its own, which is another's; its own are {[e.id for e in mine]}")
        if entry.text != plan.text and not entry.edited:
            self._wrong(f"{plan.key} is published as “{entry.text}”, wanted is “{plan.text}”")
        if plan.parent is not None and entry.reply_to != row["parent_remote"]:
            self._wrong(f"{plan.key} answers {entry.reply_to}, its parent is {row['parent_remote']}")

    # ── is the reason true? ──

    def _why(self, row: dict[str, Any], plan: Plan, side: Side, mine: list[Entry]) -> None:
        match row["state"]:
            case "ask" if not self._may_ask(row, plan, side, mine):
                self._wrong(f"{plan.key} ({side.shape}) asks without need: {row['reason']} ({row['reason_code']})")
            case "missed":
                self._missed(row, plan)
            case "refused" if not self._may_be_refused(row, plan, side):
                self._wrong(f"{plan.key} is refused without a refusal: {row['reason']} ({row['reason_code']})")
            case "cancelled":
                self._cancelled(plan, side)
            case "draft":
                self._wrong(f"{plan.key} is a draft for ever")

    def _may_ask(self, row: dict[str, Any], plan: Plan, side: Side, mine: list[Entry]) -> bool:
        code = row["reason_code"]
        odd = any(e.edited or e.text != plan.text for e in side.entries if e.key == plan.key) or any(
            e.request is None and (e.text == plan.text or e.text in plan.ever) for e in side.entries
        )
        match code:
            case "other_content" | "several" | "twin":
                return odd or len(mine) > 1
            case "thread":
                return plan.parent is not None
            case "look_failed":
                return side.blind
            case "no_look":
                return side.shape is Shape.NONE
            case "absent":
                return side.shape is Shape.LIST or odd or self._failed_there(plan) or self._key_is_old(plan, side)
            case "rebuild":
                return side.blind or bool(self.told.faults["look-down"])
            case "pending":
                return self._failed_there(plan) or side.blind
        return False

    def _key_is_old(self, plan: Plan, side: Side) -> bool:
        """A key proves nothing on another computer, after this one was started anew, or when its half-life is over."""
        if side.shape is not Shape.KEY:
            return False
        delivery, watch = self.world.ids[plan.key], self.world.watch
        old = watch.asked_at.get(delivery, 0.0) - watch.first_sent_at.get(delivery, 0.0) > KEY_YOUNG - 300
        return old or len(self.world.machines) > 1 or self.world.machines[0].boots > 1

    def _failed_there(self, plan: Plan) -> bool:
        return any("processing-failed" in line and plan.key in line for line in self.told.log)

    def _missed(self, row: dict[str, Any], plan: Plan) -> None:
        """Its window was over, or its time had passed while publishing was on hold."""
        code, at = row["reason_code"], self.world.watch.missed_at.get(row["id"], 0.0)
        end = plan.dues[-1] if code == "held" else ((row["send_until"] or row["due"] + row["late"]) - START) / SECOND
        if code not in ("missed", "held") or at < end - EARLY:
            self._wrong(f"{plan.key} was called missed ({code}) {end - at:.0f} s before its time had passed")

    def _may_be_refused(self, row: dict[str, Any], plan: Plan, side: Side) -> bool:
        code = row["reason_code"]
        if code == "NotTaken":
            mine = any(request.fault == "permanent" for request in side.requests if request.key == plan.key)
            return mine or side.name in self.world.refused
        if code == "twin":
            return sum(other.text == plan.text for other in self.world.plans.values()) > 1
        return "tried 8 times" in str(row["reason"]) or code == "tries"

    def _cancelled(self, plan: Plan, side: Side) -> None:
        """Nothing left after somebody was told that it will not go out."""
        if plan.cancelled is None:
            return
        for request in side.requests:
            if request.key == plan.key and request.left > plan.cancelled:
                self._left_after_all(plan, request)
        for entry in side.of(plan.key):
            if self.world.watch.cancelled_from.get(self.world.ids[plan.key]) == "ask":
                self.told.remainder[IN_DOUBT] += 1
            elif not self._excused(plan, side, [entry]):
                self.told.lost += 1
                self._wrong(f"{plan.key} is cancelled and public")

    def _left_after_all(self, plan: Plan, request: Request) -> None:
        if self._stood_still(request):
            self.told.remainder[FROZEN] += 1
        else:
            self._wrong(f"{plan.key} left after it was cancelled")

    def _stood_still(self, request: Request) -> bool:
        return request.left - request.checked > TOO_LONG and len(self.world.machines) > 1

    # ── everything on a platform ──

    def _ledger(self, side: Side) -> None:
        for entry in side.entries:
            if entry.request is None:
                continue
            plan = self.world.plans[entry.key]
            if entry.request.text not in plan.ever:
                self.told.unapproved += 1
                self._wrong(f"“{entry.request.text}” is public and nobody approved it")

    def _notices(self) -> None:
        for seq, delivery, to, count in self.db.execute(UNTOLD).fetchall():
            self._wrong(f"event {seq} of delivery {delivery} to {to} has {count} notices")
        for account, times in self.world.watch.reauth.items():
            found = self.db.execute("SELECT count(*) FROM notice WHERE kind = 'reauth' AND account_id = ?", (account,)).fetchone()[0]
            if found != times:
                self._wrong(f"account {account} had to be connected {times} times, {found} notices say so")
        for kind, times in self.world.expected.items():
            found = self.db.execute("SELECT count(*) FROM notice WHERE kind = ?", (kind,)).fetchone()[0]
            if found != times:
                self._wrong(f"{times} times {kind}, {found} notices say so")


__all__ = ["AT_REST", "START", "Oracle"]
