"""One world's history: lives of the service that end at failpoints, one that ends by itself, and the verdict."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.proof import oracle
from tests.proof.child import GRAVE
from tests.proof.clock import FastClock
from tests.proof.lanes import Lane, Tally
from tests.proof.world import DUE, REACHED, Account, Post, Service, World, prepared, until

SECOND = 1_000_000
SPEED = 20.0
"""Until the first kill: far from any of our own time-outs."""
RECOVERY_SPEED = 60.0
LIST_SPEED = 150.0
"""Where a question comes after ten minutes of looks."""
BY_CHANCE = ("release",)
"""Whether a run passes it is a matter of milliseconds; `odd_ways` has one that always does."""
CALM_TRIES = 8
EARLY = 6 * SECOND
"""The service starts so long before everything is due."""
SWEPT = DUE + 15 * SECOND
"""By then every run has shown signs of life and counted what was missed."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One platform on one kind of server."""

    prefix: str
    server: str
    """`plain`, or `dropped`: the first commit is done and its answer never arrives."""

    @property
    def name(self) -> str:
        return f"{self.prefix}-{self.server}"

    @property
    def sends(self) -> int:
        """How many commits it takes."""
        return sum(act.post.approved for act in oracle.acts(self.posts()))

    @property
    def proves_absence(self) -> bool:
        """A look can prove that something is not there."""
        return self.prefix in ("bluesky", "mastodon")

    def posts(self) -> list[Post]:
        """All due at the same instant, on one account; the last one is approved by nobody."""
        account = Account("acme", self.prefix)
        unapproved = Post("never", account, media="picture", approved=False)
        if self.prefix == "instagram":
            picture = Post("picture", account, media="picture", first_comment="The first comment.")
            return [picture, Post("reel", account, media="film"), unapproved]
        thread = Post("thread", account, more_parts=("The second part.", "The third part."))
        return [Post("picture", account, media="picture"), thread, unapproved]

    def world(self, lane: Lane) -> World:
        """Nothing sent yet, everything due in some seconds."""
        folder = lane.fresh(self.name)
        if self.prefix == "bluesky":  # its session ends so soon that it has to be renewed on the way
            lane.sandbox.settings("bluesky", access_seconds=500)
        world = prepared(folder, lane.sandbox, self.posts())
        if self.prefix == "bluesky":
            lane.sandbox.settings("bluesky", access_seconds=7_200)
        if self.server == "dropped":
            lane.sandbox.fault(self.prefix, "commit", "drop", "after")
        world.set_pace(DUE - EARLY, SPEED)
        return world


@dataclass(slots=True)
class History:
    """One world, its kills, and what they led to."""

    title: str
    world: World
    ends: oracle.Ends = field(default_factory=dict)
    rests_after: int = 0
    """It is not at rest before this instant."""
    tally: Tally = field(default_factory=Tally)
    chain: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.title}: {' > '.join(self.chain) or 'undisturbed'}"

    def run_until_killed(self, failpoint: str, meanwhile: Callable[[], None] | None = None) -> None:
        """One life of the service, ended by the failpoint; a life that is not is a fault."""
        if not self._live(failpoint, lambda: False, meanwhile):
            self.tally.faults.append(f"alive: {self.name} was to be killed at {failpoint}\n{oracle.story(self.world)}")

    def dies_at(self, failpoint: str) -> bool:
        """One life of the service, to the failpoint; False when it came to rest, was stopped and was never there."""
        return self._live(failpoint, self.at_rest)

    def _live(self, failpoint: str, is_over: Callable[[], bool], meanwhile: Callable[[], None] | None = None) -> bool:
        (self.world.root / GRAVE).unlink(missing_ok=True)
        with Service(self.world, failpoint) as service:
            if meanwhile is not None:
                meanwhile()
            until(lambda: not service.alive or is_over(), lambda: f"a kill in {self.name}, {failpoint}\n{oracle.story(self.world)}")
        if service.was_killed:  # perhaps by its very last word
            self.bury(failpoint)
        return service.was_killed

    def bury(self, failpoint: str) -> None:
        """Note where a child died."""
        grave = self.world.root / GRAVE
        self.chain.append(grave.read_text("utf-8") if grave.exists() else failpoint)
        self.tally.kills[self.chain[-1].partition(":")[0]] += 1

    def at_rest(self) -> bool:
        """Nothing is on its way any more."""
        return FastClock(self.world.pace).wall() > self.rests_after and oracle.at_rest(self.world, self.ends)

    def run_to_rest(self) -> None:
        """One life without failpoints."""
        with Service(self.world) as service:
            until(lambda: self.at_rest() or not service.alive, lambda: f"{self.name} to rest\n{oracle.story(self.world)}")
        assert service.reached.exists(), f"{self.name}: the service ended by itself\n{oracle.story(self.world)}"
        self.tally.reached += passes(self.world)

    def judge(self) -> Tally:
        """What is wrong at its end, with its story."""
        found = oracle.faults(self.world, self.world.sandbox.ledger(), self.ends)
        self.tally.faults += [f"{fault} [{self.name}]" for fault in found]
        if found:
            self.tally.faults[-1] += f"\n{oracle.story(self.world)}"
        return self.tally


def passes(world: World) -> Counter[str]:
    """How often a service that ended in order passed each failpoint."""
    return Counter(json.loads((world.root / REACHED).read_text("utf-8")))


def undisturbed(lane: Lane, setting: Setting) -> Tally:
    """Which failpoints the path passes, and about how often: a busy computer releases and claims again."""
    for _ in range(CALM_TRIES):
        history = History(setting.name, setting.world(lane), rests_after=SWEPT)
        history.run_to_rest()
        passed = [history.tally.reached[f"{name}.before"] for name in ("sending", "unknown")]
        if passed == [setting.sends, setting.server == "dropped"]:
            return history.judge()
    raise AssertionError(f"{setting.name}: {CALM_TRIES} runs in a row were disturbed\n{oracle.story(history.world)}")


def killed(lane: Lane, setting: Setting, failpoint: str, more: int) -> Tally:
    """Kill at the failpoint, then so many times while it recovers, then let it come to rest."""
    history = at_its_last(lane, setting, failpoint)
    history.world.hurry(RECOVERY_SPEED)
    for nth in range(more if not history.at_rest() else 0):  # killed by its very last word, it has nothing ahead to be killed at
        history.run_until_killed(next_kill(history, len(failpoint) + nth))
    if not setting.proves_absence:
        history.world.hurry(LIST_SPEED)
    history.run_to_rest()
    return history.judge()


def at_its_last(lane: Lane, setting: Setting, failpoint: str) -> History:
    """Killed at this passing of a failpoint; where this computer was faster today and passes it less often, at the last one."""
    name = failpoint.partition(":")[0]
    for _ in range(CALM_TRIES):
        history = History(setting.name, setting.world(lane), rests_after=SWEPT)
        if history.dies_at(failpoint):
            return history
        failpoint = f"{name}:{max(passes(history.world)[name], 1)}"
    raise AssertionError(f"{setting.name} passes {failpoint} only now and then\n{oracle.story(history.world)}")


def next_kill(history: History, nth: int) -> str:
    """A failpoint that the next life must pass, from where this one ended."""
    rows = oracle.deliveries(history.world)
    states = {row.state for row in rows.values()}
    parents = {act.key: act.parent for act in oracle.acts(history.world.posts)}
    # nothing is claimed, and nobody beats, where nothing waits: what hangs on an open question does not
    ready = [key for key, parent in parents.items() if parent is None or rows[parent].state == "published"]
    ahead = ["start.before:1", "start.after:2", "sentlog.before:1", "sentlog.after:1", "start.before:3", "start.after:3"]
    if any(rows[key].state in ("queued", "claimed") for key in ready):
        ahead += ["claim.after:1", "*:9", "*:21"]
    if states & {"claimed", "sending", "checking"}:
        ahead += ["takeover.before:1", "takeover.after:1"] * 2
    if states & {"sending", "unknown", "checking"}:
        # what the sent log knows the id of is not looked up
        ahead += ["checking.before:1", "checking.after:1", "look.sent.before|adopt.before:1", "look.answered.after|adopt.before:1"]
        ends = ("adopt", "requeue", "unknown", "ask")
        ahead += [f"{'|'.join(f'{end}.{side}' for end in ends)}:1" for side in ("before", "after")] * 3
    return ahead[nth % len(ahead)]


def cases(reached: Counter[str]) -> list[str]:
    """Each failpoint that was passed, at its first and at its last time."""
    names = sorted(name for name in reached if name.rpartition(".")[0] not in BY_CHANCE)
    return [f"{name}:{count}" for name in names for count in sorted({1, reached[name]})]
