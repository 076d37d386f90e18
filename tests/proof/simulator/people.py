"""What people do in a history: they plan, approve, edit, move, cancel, hold, release, sign in and answer questions, truthfully."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import TypeVar

from sqlalchemy import Connection, insert, select, update

from adapters.contract import CommitClass, Credentials, Disclosure, Publication, Target
from config.options import BlueskyOptions
from scheduler import brake, lifecycle
from scheduler.accounts.vault import Vault
from scheduler.clock import MINUTE, SECOND
from scheduler.content import kept as content
from scheduler.errors import DeskError
from scheduler.lifecycle import State
from scheduler.store.statements import ACCOUNT, DELIVERY, POST, transition
from scheduler.units import writing
from scheduler.units.model import EDITABLE, Author, NewUnit, Sending, Timing, Unit, Wanted, Yes
from scheduler.units.reading import find_unit
from scheduler.virtual_time import START
from tests.proof.simulator.adapter import LEAD
from tests.proof.simulator.platform import Side
from tests.proof.simulator.world import Plan, World

T = TypeVar("T")
OPTIONS = BlueskyOptions()
MOVING = (State.SENDING, State.PROCESSING, State.UNKNOWN, State.CHECKING)


class People:
    """The person at the desk, on a computer whose clock is right."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance: Random = world.chance
        self.edits = 0
        self.holds: list[tuple[str, str]] = []

    def author(self, why: str) -> Author:
        return Author("person:anna", START + int(self.world.now * SECOND), why)

    async def change(self, operation: Callable[[Connection], T], name: str = "edit") -> T | None:
        """Do it as the desk does; None: it was not accepted."""
        try:
            done = await self.world.store.write(operation, name=name)
        except DeskError:
            return None
        self.world.check_changes()
        self.world.wake_all()
        return done

    # ── accounts ──

    async def add_account(self, side: Side) -> None:
        world = self.world
        side.remote = f"did:plc:{side.name}"
        pair = side.issue(world.now)

        def operation(conn: Connection) -> int:
            values = {"name": side.name, "platform": "bluesky", "handle": side.name, "server": "https://x.example", "state": "ok"}
            first = 1 if self.chance.random() < 0.8 else None
            made = conn.execute(insert(ACCOUNT).values(**values, remote_account_id=side.remote, first_sent_at=first)).inserted_primary_key
            assert made is not None
            conn.execute(update(ACCOUNT).where(ACCOUNT.c.id == made[0]).values(**self._tokens(made[0], side, pair)))
            return int(made[0])

        found = await self.change(operation)
        assert found is not None
        world.sides[side.name], world.accounts[side.name] = side, found
        world.has_tokens = world.has_tokens or side.token_life is not None

    def _tokens(self, account: int, side: Side, pair: tuple[str, str]) -> dict[str, object]:
        ends = None if side.token_life is None else int(self.world.wall_of(side.good[pair[0]]) * SECOND)
        sealed = Vault(self.world.cipher).seal(account, Credentials(access=pair[0], refresh=pair[1], expires_at=ends))
        return {"token_enc": sealed, "token_prev_enc": None, "token_exp": ends, "token_at": self.author("").at}

    async def sign_in(self, name: str) -> None:
        """Connect an account again."""
        side, account = self.world.sides[name], self.world.accounts[name]
        side.refresh_good.clear()
        values = self._tokens(account, side, side.issue(self.world.now))
        values |= {"state": "ok", "next_ok_at": 0, "refresh_owner": None, "token_gen": ACCOUNT.c.token_gen + 1}
        await self.change(lambda conn: conn.execute(update(ACCOUNT).where(ACCOUNT.c.id == account).values(values)).rowcount)

    async def sign_in_where_asked(self) -> None:
        asked = self.world.watch.db.execute("SELECT name FROM account WHERE state <> 'ok'").fetchall()
        for (name,) in asked:
            await self.sign_in(name)

    # ── planning ──

    async def plan(self, number: int, side: Side) -> None:
        """A post, a thread or a post with a first comment; mostly approved."""
        world, chance = self.world, self.chance
        due = world.now + chance.choice([0.0, chance.uniform(0, 60), chance.uniform(0, 1_200), chance.uniform(0, 1_200)])
        key = f"c/p{number}@{side.name}"
        acts = self._acts(number, side)
        timing = Timing(START + int(due * SECOND), "UTC", "", late=self._late())
        wanted = self._wanted(acts, side)
        author = self.author("made")

        def operation(conn: Connection) -> Unit | None:
            row = {"workspace_id": "w", "campaign": "c", "slug": f"p{number}@{side.name}", "title": "t", "created_at": author.at}
            post = conn.execute(insert(POST).values(row)).inserted_primary_key
            assert post is not None
            writing.create(conn, NewUnit(key, post[0], world.accounts[side.name], None, timing, wanted), author)
            return find_unit(conn, key)

        unit = await world.store.write(operation)
        assert unit is not None
        self._remember(unit, acts, side.name, due)
        world.check_changes()
        if chance.random() < 0.93 or world.rates.loss is not None:
            await self.approve(key)

    def _late(self) -> int:
        return self.chance.choice([lifecycle.LATE, lifecycle.LATE, lifecycle.LATE, 10 * MINUTE])

    def _acts(self, number: int, side: Side) -> list[Publication]:
        words, dice = f"Post {number} of {side.name}", self.chance.random()
        if dice < 0.18:
            parts = self.chance.randint(2, 3)
            return [_publication(f"{words}.{n}", side, part=n, parts=parts) for n in range(1, parts + 1)]
        acts = [_publication(words, side)]
        return [*acts, _publication(f"{words}, a comment", side, kind="comment")] if dice < 0.3 else acts

    def _wanted(self, acts: list[Publication], side: Side) -> Wanted:
        lead = LEAD if self.chance.random() < 0.5 else 0.0
        return Wanted(tuple(acts), tuple(Sending(CommitClass(side.cls).value, lead) for _ in acts), content.digest(acts))

    def _remember(self, unit: Unit, acts: list[Publication], account: str, due: float) -> None:
        previous = None
        for act, publication in zip(unit.acts, acts, strict=True):
            parent = None if previous is None else unit.key if publication.kind == "comment" else previous
            self.world.plans[act.key] = Plan(act.key, account, publication.text, due, dues=[due], part=act.part, parent=parent)
            self.world.ids[act.key], self.world.keys[act.id] = act.id, act.key
            previous = act.key

    async def approve(self, key: str) -> bool:
        """A person's yes to what stands there now."""

        def operation(conn: Connection) -> bool:
            unit = find_unit(conn, key)
            if unit is None or unit.digest is None or unit.timing.due is None or unit.head.state != State.DRAFT:
                return False
            window = lifecycle.approval_window(unit.timing.due, unit.timing.not_after)
            writing.approve(conn, unit, Yes(unit.digest, "anna", "{}", window), self.author("approved"))
            return True

        done = bool(await self.change(operation, "approve"))
        for plan in self._unit_plans(key) if done else ():
            plan.approved = True
            plan.ever.add(plan.text)
        return done

    def _unit_plans(self, key: str) -> list[Plan]:
        return [plan for name, plan in self.world.plans.items() if name == key or name.startswith(f"{key}/")]

    # ── changing their mind ──

    async def meddle(self) -> None:
        """One thing a person does to one post, or to all."""
        heads = [plan.key for plan in self.world.plans.values() if plan.parent is None]
        key, dice = self.chance.choice(heads), self.chance.random()
        if dice < 0.22:
            await self.cancel(key)
        elif dice < 0.5:
            await self.edit(key)
        elif dice < 0.72:
            await self.move(key)
        elif dice < 0.9:
            await (self.release() if self.holds else self.hold())
        else:
            await self.answer_questions()

    def _did(self, key: str, what: str) -> None:
        for plan in self._unit_plans(key):
            self.world.touched[self.world.ids[plan.key]] = what
        self.world.told.faults[what] += 1
        self.world.say(f"{key}: {what} by a person")

    async def cancel(self, key: str) -> None:
        def operation(conn: Connection) -> bool:
            unit = find_unit(conn, key)
            left = [act for act in unit.acts if act.state not in lifecycle.FINAL] if unit is not None else []
            if unit is None or not left or any(act.state in MOVING for act in left):
                return False
            writing.cancel(conn, unit, self.author("cancelled by a person"), applied=None)
            return True

        if await self.change(operation, "cancel"):
            self._did(key, "cancel")
            states = dict(self.world.watch.db.execute("SELECT key, state FROM delivery").fetchall())
            for plan in self._unit_plans(key):
                if states[plan.key] == "cancelled":
                    plan.cancelled, plan.approved = self.world.now, False

    async def edit(self, key: str) -> None:
        """Other words, and mostly a new approval."""
        self.edits += 1
        plans, side = self._unit_plans(key), self.world.sides[self.world.plans[key].account]
        marks = f", edited {self.edits}"

        def operation(conn: Connection) -> list[Publication] | None:
            unit = find_unit(conn, key)
            if unit is None or unit.state not in (*EDITABLE, State.CLAIMED):
                return None
            if any(act.state not in (*EDITABLE, State.CLAIMED) for act in unit.acts):
                return None
            acts = [
                _publication(self._without_edits(plan.text) + marks, side, part=act.part, parts=_parts(unit), kind=act.kind)
                for act, plan in zip(unit.acts, plans, strict=True)
            ]
            writing.change_content(conn, unit, self._wanted(acts, side), self.author("edited"), applied=None)
            return acts

        acts = await self.change(operation)
        if acts:
            self._did(key, "edit")
            for plan, act in zip(plans, acts, strict=True):
                plan.text, plan.approved = act.text, False
            if self.chance.random() < 0.85:
                await self.approve(key)

    def _without_edits(self, text: str) -> str:
        return text.partition(", edited")[0]

    async def move(self, key: str) -> None:
        """Another time; where that makes it a draft, a new approval."""
        due = self.world.now + self.chance.uniform(0, 900)

        def operation(conn: Connection) -> bool:
            unit = find_unit(conn, key)
            if unit is None or unit.state not in EDITABLE:
                return False
            timing = replace(unit.timing, due=START + int(due * SECOND))
            writing.retime(conn, unit, timing, [LEAD] * len(unit.acts), self.author("moved"))
            return True

        if await self.change(operation):
            self._did(key, "move")
            for plan in self._unit_plans(key):
                plan.dues.append(due)
            await self.approve(key)

    async def hold(self) -> None:
        name = self.chance.choice(sorted(self.world.sides))
        scope, subject = self.chance.choice([("all", ""), ("account", name)])
        if scope == "all" and int(self.world.now * SECOND) % 2:
            scope, subject = "campaign", "c"  # the one all these posts belong to
        if await self.change(lambda conn: brake.put_on(conn, scope, subject, "wait", self.author("hold"))):
            self.world.expects("hold")
            self.world.told.faults["hold"] += 1
            self.holds.append((scope, subject))
            self.world.say(f"hold {scope} {subject}")

    async def release(self) -> None:
        scope, subject = self.holds.pop()
        await self.change(lambda conn: brake.take_off(conn, scope, subject, self.author("released")))
        self.world.say(f"release {scope} {subject}")

    async def answer_questions(self) -> None:
        """Look at the platform and say what is true; where something may still be on its way, wait."""
        asked = self.world.watch.db.execute("SELECT id, key, fence FROM delivery WHERE state = 'ask'").fetchall()
        for delivery, key, fence in asked:
            plan = self.world.plans[key]
            side = self.world.sides[plan.account]
            mine = side.of(key)
            if self._may_arrive(key, side) or any(entry.text != plan.text and not entry.edited for entry in mine):
                continue  # nobody can say yet; or an earlier version is public, which is neither
            await self._answer(delivery, key, fence, [entry.id for entry in mine])

    def _may_arrive(self, key: str, side: Side) -> bool:
        waits = any(r.key == key and r.pending for r in side.requests)
        return waits or any(node.frozen for node in self.world.nodes)

    async def _answer(self, delivery: int, key: str, fence: int, public: list[str]) -> None:
        until = self.author("").at + lifecycle.LATE
        if public:
            to, why = "published", "a person found it"
            values: dict[str, object] = {"remote_id": public[0], "published_at": self.author("").at}
        else:
            to, why, values = "queued", "a person says it is not there: send it again", {"send_until": until, "next_at": 0, "tries": 0}
        cleared: dict[str, object] = {"owner": None, "reason": None, "reason_code": None, "look_n": 0, "look_at": None}

        def operation(conn: Connection) -> bool:
            parent = conn.execute(select(DELIVERY.c.parent_id).where(DELIVERY.c.id == delivery)).scalar_one()
            state = "published" if parent is None else conn.execute(select(DELIVERY.c.state).where(DELIVERY.c.id == parent)).scalar_one()
            if state != "published":
                return False
            return transition(
                conn, delivery, fence=fence, from_states=["ask"], to=to, actor="person:anna", why=why, at=self.author("").at,
                bump_fence=lifecycle.bumps(18), **(cleared | values),
            )  # fmt: skip

        await self.change(operation, "resolve")


def _publication(text: str, side: Side, *, part: int = 1, parts: int = 1, kind: str = "") -> Publication:
    return Publication(
        key="",
        kind=kind or ("post" if part == 1 else "part"),  # type: ignore[arg-type]
        part=part,
        parts=parts,
        text=text,
        media=(),
        languages=("en",),
        link=None,
        options=OPTIONS,
        disclosure=Disclosure(),
        target=Target("bluesky", side.remote),
        due=START,
    )


def _parts(unit: Unit) -> int:
    return sum(act.kind != "comment" for act in unit.acts)
