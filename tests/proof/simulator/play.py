"""One history: plan, storm, calm, judgement; everything follows from its seed."""

from __future__ import annotations

import asyncio
import logging
from random import Random

from scheduler import failpoints
from scheduler.virtual_time import VirtualLoop
from tests.proof.simulator.oracle import AT_REST, Oracle
from tests.proof.simulator.people import People
from tests.proof.simulator.platform import Shape, make_side
from tests.proof.simulator.told import Told
from tests.proof.simulator.world import WALLS, Rates, World

STORM = 3_000.0
CALM_MOST = 60 * 3_600.0
POSTS = (1, 1, 2, 2, 2, 3, 3, 6)
_UNREST = f"SELECT count(*) FROM delivery WHERE state NOT IN ({', '.join(repr(s) for s in sorted(AT_REST - {'draft'}))})"


def play(seed: int, *, pessimistic: bool = False, plain_loss: float | None = None, jumpy: bool = False) -> Told:
    """One history of this seed. `pessimistic`: a second publish of a handle or key doubles. `plain_loss`: no trouble but so many
    lost answers. `jumpy`: two computers, and the clock of one is set while the other works."""
    loop = VirtualLoop()
    loop.set_exception_handler(lambda *_: None)
    quiet, told = logging.root.manager.disable, Told(seed)
    logging.disable(logging.CRITICAL)
    try:
        history = _History(loop, Random(seed), told, pessimistic, plain_loss, jumpy)
        failpoints.install(history.world.at_failpoint)
        loop.run_until_complete(history.run())
        loop.run_until_complete(history.end())
    finally:
        failpoints.install(None)
        logging.disable(quiet)
        loop.close()
    return told


class _History:
    def __init__(self, loop: VirtualLoop, chance: Random, told: Told, pessimistic: bool, loss: float | None, jumpy: bool) -> None:
        self.chance, self.told, self.loss, self.pessimistic = chance, told, loss, pessimistic
        rates = Rates.roll(chance) if loss is None else Rates(0.0, 0.0, 0.0, 0.0, 0.0, 0, loss)
        told.nodes = 2 if jumpy else chance.choice([1, 1, 1, 2, 2, 3]) if loss is None else 1
        self.world = World(loop, chance, rates, told, told.nodes, pessimistic=pessimistic, jumpy=jumpy)
        self.people = People(self.world)

    async def run(self) -> None:
        await self._begin()
        if self.loss is None:
            await self._storm()
        await self._calm()
        await Oracle(self.world).judge()

    async def end(self) -> None:
        """Whatever still waits is cut off."""
        for node in self.world.nodes:
            node.dead = True
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _begin(self) -> None:
        world, chance = self.world, self.chance
        for n in range(chance.choice([1, 1, 2, 3])):
            shape = chance.choice(list(Shape))
            await self.people.add_account(make_side(f"acc{n + 1}", shape, chance, calm=self.loss is not None, pessimistic=self.pessimistic))
        sides = list(world.sides.values())
        for n in range(chance.choice(POSTS) if self.loss is None else 6):
            await self.people.plan(n + 1, chance.choice(sides))
        for machine in world.machines:
            world.start_node(machine)

    # ── trouble ──

    async def _storm(self) -> None:
        world, chance = self.world, self.chance
        world.stormy = True
        for at in sorted(chance.uniform(0, STORM * 0.8) for _ in range(chance.choice([0, 1, 2, 4, 6]))):
            await asyncio.sleep(max(at - world.now, 0))
            await self._trouble()
        await asyncio.sleep(max(STORM - world.now, 0))

    async def _trouble(self) -> None:
        dice, node = self.chance.random(), self.chance.choice(self.world.nodes)
        if dice < 0.12 and not node.dead:
            self.world.crash(node, "any time", reboot=self.chance.random() < 0.3)
        elif dice < 0.24 and not node.dead:
            self.world.freeze(node, "any time")
        elif dice < 0.38:
            self.world.set_wall(node.machine, self.chance.choice(WALLS))
        elif dice < 0.46:
            self._foreign()
        else:
            await self.people.meddle()

    def _foreign(self) -> None:
        """Somebody else, or another clone of the workspace, makes the same words public."""
        plan = self.chance.choice(list(self.world.plans.values()))
        side = self.world.sides[plan.account]
        if plan.parent is not None:
            return
        twin = side.shape in (Shape.RECORD, Shape.KEY) and self.chance.random() < 0.5
        handle = "" if not twin else plan.key if side.shape is Shape.KEY else f"{plan.key}|{self._due(plan.key)}"
        side.foreign(plan.text, self.world.now, handle, plan.key if twin else "")
        self.world.touch(plan.key, "foreign-twin" if twin else "foreign-equal")

    def _due(self, key: str) -> int:
        return int(self.world.watch.db.execute("SELECT coalesce(first_due, due) FROM delivery WHERE key = ?", (key,)).fetchone()[0])

    # ── calm ──

    async def _calm(self) -> None:
        """Faults stop, clocks are right, frozen nodes wake, people sign in and take the brake off; then all comes to rest."""
        world = self.world
        world.stormy = False
        world.say("calm")
        for machine in world.machines:
            machine.clock.offset = 0
        for node in world.nodes:
            node.guard.step()
            node.guard.suspicion = 0
        while self.people.holds:
            await self.people.release()
        settled = self.chance.random() < 0.5
        step, end = 600.0, world.now + CALM_MOST
        while world.now < end:
            await self.people.sign_in_where_asked()
            if settled:
                await self.people.answer_questions()
            if not world.watch.db.execute(_UNREST).fetchone()[0]:
                return
            world.wake_all()
            await asyncio.sleep(step)
            step = min(step * 1.5, 7_200.0)
