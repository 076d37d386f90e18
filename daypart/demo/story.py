"""What happens in the demo, in the order a manager would do it; every action goes through the Desk."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from config.samples import local_zone
from daypart.demo.stage import Model, Stage, chosen_model, say_step
from daypart.output import progress
from scheduler.clock import SystemClock
from scheduler.desk.desk import Desk
from scheduler.desk.views import DeliveryQuery, DeliveryView, ProposalView
from scheduler.errors import UnreachableError

EDITOR = "demo editor"
STEPS = 7
BRIEFS = ("cafe-winter/behind-the-bar", "cafe-winter/quiet-hour", "bakery-mornings/poppy-week", "bikes-season/reflective")
ACCEPTED = ("cafe-winter/behind-the-bar", "bakery-mornings/poppy-week", "bikes-season/reflective")
"""Drafts that the demo editor takes; `poppy-week` is then left waiting for approval, `quiet-hour` as a proposal."""
SHOWN_NOW = (
    "cafe-winter/door-opens",
    "cafe-winter/winter-menu",
    "cafe-winter/what-to-drink",
    "cafe-winter/behind-the-bar",
    "bakery-mornings/first-loaf",
    "bikes-season/lights-poll",
    "bikes-season/brakes-thread",
    "bikes-season/reflective",
)
"""Posts whose time is pulled to the next seconds."""
TWIN = "bakery-mornings/starter@bs-bakery"
"""Somebody posts this one by hand first: the service then asks instead of doubling it."""
FIRST_SECONDS = 3
GAP_SECONDS = 0.5
"""Between two posts, so that one can watch them go."""
WAIT_SECONDS = 60.0


@dataclass(slots=True)
class Outcome:
    """What the report tells."""

    proposals: list[ProposalView] = field(default_factory=list)
    published: list[DeliveryView] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    """Keys that were approved and due."""
    asking: list[DeliveryView] = field(default_factory=list)
    waiting: list[DeliveryView] = field(default_factory=list)
    by_hand: str = ""
    """Address of the post that somebody made in the platform's own app."""
    tz: str = "UTC"


async def play(stage: Stage) -> Outcome:
    """The whole job. Raises scheduler.errors for whatever does not work."""
    model = chosen_model()
    desk = await _set_the_stage(stage, model)
    try:
        outcome = Outcome(tz=desk.tz)
        outcome.proposals = await _draft(desk, model)
        outcome.by_hand = await _approve(desk, stage)
        await _publish(desk, stage, outcome)
        return outcome
    finally:
        await desk.close()


async def _set_the_stage(stage: Stage, model: Model) -> Desk:
    say_step(1, STEPS, f"pretend platforms: {stage.sandbox_url} (sandbox; nothing leaves this computer)")
    stage.write_workspace(SystemClock().wall(), local_zone(), model)
    desk = await Desk.open(stage.folder, user=EDITOR)
    for account in await desk.accounts():
        await desk.connect(account.name, f"sandbox-{account.handle}")
    clients = [client.name for client in await desk.clients() if client.id]
    say_step(2, STEPS, f"a workspace in {stage.folder}: {', '.join(clients)}; {len(await desk.accounts())} accounts connected")
    plan = await desk.plan()
    done = await desk.apply(plan)
    say_step(3, STEPS, f"campaign files checked and applied: {done.words}")
    return desk


async def _draft(desk: Desk, model: Model) -> list[ProposalView]:
    say_step(4, STEPS, model.words)
    proposals: list[ProposalView] = []
    for post in BRIEFS:
        made = await desk.draft(post)
        proposals += made
        progress(f"      {post}: " + ", ".join(f"{p.language} {'script' if p.kind == 'reel' else 'caption'} ({p.status})" for p in made))
    for proposal in _first_of_each(proposals):
        if proposal.post in ACCEPTED:
            await desk.accept(proposal.id)
    await desk.apply(await desk.plan())
    return proposals


def _first_of_each(proposals: list[ProposalView]) -> list[ProposalView]:
    """The first variant of each post and language."""
    first: dict[tuple[str, str], ProposalView] = {}
    for proposal in proposals:
        first.setdefault((proposal.post, proposal.language), proposal)
    return list(first.values())


async def _approve(desk: Desk, stage: Stage) -> str:
    """Times to the next seconds, then the person's yes to exactly that content."""
    twin = await desk.review(TWIN)
    by_hand = stage.post_by_hand("piekarnia.example", twin.parts[0].text)
    keys = [TWIN, *(await _keys_shown_now(desk))]
    start = datetime.now(UTC) + timedelta(seconds=FIRST_SECONDS)
    flagged = 0
    for number, key in enumerate(keys):
        await desk.move(key, (start + timedelta(seconds=number * GAP_SECONDS)).isoformat(timespec="seconds"))
        item = await desk.review(key)
        flagged += item.ai_share > 0
        await desk.approve(key, item.digest, facts_checked=True)
    say_step(5, STEPS, f"{EDITOR} read and approved {len(keys)} posts by digest; {flagged} of them flagged as made with AI")
    return by_hand


async def _keys_shown_now(desk: Desk) -> list[str]:
    """One key per post and account; parts and comments go with it."""
    views = [view for post in SHOWN_NOW for view in await desk.deliveries(DeliveryQuery(post=post))]
    return [view.key for view in views if view.kind == "post" and "#" not in view.key]


async def _publish(desk: Desk, stage: Stage, outcome: Outcome) -> None:
    approved = [view for view in await desk.deliveries(DeliveryQuery(states=("queued",))) if not view.key.startswith(TWIN)]
    outcome.expected = tuple(view.key for view in approved)
    stage.start_service()
    say_step(6, STEPS, f"the publishing service runs; {len(approved)} posts, parts and comments are due within seconds")
    await _wait_until_done(desk, stage, set(outcome.expected))
    views = await desk.deliveries(DeliveryQuery())
    outcome.published = [view for view in views if view.state == "published"]
    outcome.asking = [view for view in views if view.state == "ask"]
    outcome.waiting = [view for view in views if view.sign in ("ai_draft", "needs_text")]


async def _wait_until_done(desk: Desk, stage: Stage, keys: set[str]) -> None:
    """Until everything approved is published and the twin was noticed. Raises UnreachableError after a minute."""
    shown = -1
    async with asyncio.timeout(WAIT_SECONDS + 30):
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while True:
            stage.check_alive()
            views = {view.key: view for view in await desk.deliveries(DeliveryQuery())}
            done = sum(views[key].state == "published" for key in keys)
            if done != shown:
                progress(f"      {done} of {len(keys)} published")
                shown = done
            if done == len(keys) and views[TWIN].state == "ask":
                return
            if asyncio.get_running_loop().time() > deadline:
                late = [f"{key}: {views[key].words} ({views[key].reason})" for key in sorted(keys) if views[key].state != "published"]
                raise UnreachableError("not everything went out within a minute", " · ".join(late) or f"{TWIN}: {views[TWIN].words}")
            await asyncio.sleep(0.2)
