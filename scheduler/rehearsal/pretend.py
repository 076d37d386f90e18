"""Pretend platforms: the flow and the rules of the real ones, without network or tokens, in the weather of the seed.

What is the same for a platform always (classes, leads, checks, settle times) is asked of its real adapter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from adapters.checks import is_video
from adapters.contract import (
    Absent,
    Account,
    Adapter,
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
    MediaItem,
    NoFigures,
    NotSent,
    Outcome,
    Preview,
    Problem,
    Publication,
    Published,
    Receipt,
    RemotePost,
    Retry,
    Rules,
    Step,
    StepResult,
    Unknown,
)
from adapters.errors import ConnectError
from adapters.limits import Limits
from adapters.registry import rules_for, traits_of
from scheduler.clock import DAY, MINUTE, SECOND, Clock
from scheduler.rehearsal.ways import way_of
from scheduler.rehearsal.weather import Incident, Kind, Weather

BROKEN_AFTER = 10 * SECOND
"""An answer that takes so much longer than it should: this computer slept, and the connection is gone."""
KEY_LIFE = 30 * MINUTE
"""For so long after a first try a key proves absence (half of what servers keep it)."""
READ_TIMEOUT_SECONDS = 60.0
QUOTA_WAIT_SECONDS = 1_800.0
TOKEN_LIFE = 60 * DAY
ARRIVES = 0.7
"""Of the posts whose answer is lost, so many are public all the same."""


@dataclass(slots=True)
class World:
    """Everything outside this computer, for one rehearsal."""

    clock: Clock
    weather: Weather
    hosted: bool
    """Files get public addresses."""
    per_day: dict[str, int] = field(default_factory=dict)
    """Account → posts in 24 hours, where the platform told it before."""
    own: dict[str, int] = field(default_factory=dict)
    """Account → posts in 24 hours that its people want at most; the engine keeps it."""
    public: dict[str, Receipt] = field(default_factory=dict)
    """Handle → what is public."""
    sent: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Account → instants of its posts, those of the day before the rehearsal included."""
    rules: dict[str, Rules] = field(default_factory=dict)

    def adapter(self, account: Account) -> Adapter:
        """The stand-in for one account's adapter."""
        if account.name not in self.rules:
            self.rules[account.name] = rules_for(account, hosted=self.hosted)
        # what is a class's own in real adapters is a value here: one stand-in plays them all
        return cast("Adapter", Pretend(account, self, self.rules[account.name]))

    def allowed(self, account: str, platform: str) -> int | None:
        """Posts in 24 hours."""
        return self.per_day.get(account, way_of(platform).per_day)

    def used(self, account: str, now: int) -> int:
        """Posts of the last 24 hours."""
        return sum(now - DAY < at <= now for at in self.sent[account][-500:])


class Pretend:
    """One account on a pretend platform."""

    def __init__(self, account: Account, world: World, rules: Rules) -> None:
        self.account = account
        self.world = world
        self.rules = rules
        self.platform = account.platform
        self.lead = rules.lead
        traits = traits_of(account.platform)
        self.settle, self.derives_keys = traits.settle, traits.derives_keys
        self.way = way_of(account.platform)
        self.label = rules.limits().label

    # ── what its real adapter says ──

    def limits(self) -> Limits:
        return self.rules.limits()

    def commit_class(self, publication: Publication) -> CommitClass:
        return self.rules.commit_class(publication)

    def lead_for(self, publication: Publication) -> float:
        return self.rules.lead_for(publication)

    def check(self, publication: Publication) -> list[Problem]:
        return self.rules.check(publication)

    def preview(self, publication: Publication) -> Preview:
        return self.rules.preview(publication)

    # ── before it is public ──

    def safe_steps(self, publication: Publication, journal: Journal) -> Sequence[Step]:
        """Uploads, waiting for what is processed, and whatever is read first."""
        if publication.kind == "comment":
            return []
        items = {item.sha256[:12]: item for item in publication.media}
        first = [Step("ask", self._ask, always=True)] if self.way.asks_first else []
        steps = [Step(f"upload:{sha}", partial(self._upload, item)) for sha, item in items.items()]
        if self.way.processes:
            steps += [Step(f"ready:{sha}", partial(self._ready, publication, item)) for sha, item in items.items()]
        return [*first, *steps]

    async def _ask(self, journal: Journal) -> StepResult:
        return await self._request(self.way.request_seconds) or self._quota() or Done()

    async def _upload(self, item: MediaItem, journal: Journal) -> StepResult:
        seconds = self.way.picture_seconds + (item.size / 2_000_000 if is_video(item) else 0.0)
        return await self._request(seconds) or Done(f"upload-{item.sha256[:12]}")

    async def _ready(self, publication: Publication, item: MediaItem, journal: Journal) -> StepResult:
        """Processing goes on from the upload, whatever happens here meanwhile."""
        uploaded = journal.done(f"upload:{item.sha256[:12]}")
        began = uploaded.at_intent if uploaded is not None else self.world.clock.wall()
        slow = self.world.weather.at(Kind.SLOW, began, self.platform)
        usual = self.way.video_seconds if is_video(item) else self.way.picture_seconds
        seconds = slow.minutes * 60 if slow else usual * self.world.weather.chance(publication.key, item.sha256).uniform(0.5, 2)
        left = (began - self.world.clock.wall()) / SECOND + seconds
        if left > READ_TIMEOUT_SECONDS:
            trouble = await self._request(self.way.request_seconds)
            return trouble or Retry(f"{self.label} works on the media", READ_TIMEOUT_SECONDS, "processing", waiting=True)
        return await self._request(max(left, self.way.request_seconds)) or Done("ready")

    def _quota(self) -> Limited | None:
        now, most = self.world.clock.wall(), self.world.allowed(self.account.name, self.platform)
        used = self.world.used(self.account.name, now)
        if most is None or used < most:
            return None
        return Limited(f"{self.label}: {used} of {most} posts of the last 24 hours are used up", QUOTA_WAIT_SECONDS, "quota")

    async def _request(self, seconds: float) -> Retry | Limited | None:
        """A repeatable call; None: it worked."""
        incident = self._trouble()
        if incident is None:
            began = self.world.clock.boot()
            await self.world.clock.sleep(seconds)
            broke = self.world.clock.boot() - began > int(seconds * SECOND) + BROKEN_AFTER
            return Retry(f"the connection to {self.label} broke", code="ReadError", unreachable=True) if broke else None
        if incident.kind is Kind.LIMITED:
            return Limited(f"{self.label} asks to wait", self._left(incident))
        await self.world.clock.sleep(1.0)
        return Retry(self._words(incident), code=incident.kind.value, unreachable=True)

    # ── the commit and the look ──

    def commit_handle(self, publication: Publication, journal: Journal) -> str:
        return f"{self.account.remote_id}/{publication.key}"

    async def commit(self, publication: Publication, journal: Journal) -> Outcome:
        """What the weather lets through becomes public."""
        incident = self._trouble()
        if incident is not None:
            return await self._not_now(incident)
        full = self._quota() if publication.kind != "comment" else None
        if full is not None:
            return full
        tries = len(journal.commits())
        dice = self.world.weather.chance(publication.key, "send", tries)
        if tries <= 1 and dice.random() < self.world.weather.odds.lost:
            return await self._lost(publication, dice.random() < ARRIVES)
        began = self.world.clock.boot()
        receipt = self._publish(publication)
        await self.world.clock.sleep(self.way.request_seconds)
        if self.world.clock.boot() - began > int(self.way.request_seconds * SECOND) + BROKEN_AFTER:
            return Unknown(f"the connection to {self.label} broke while this computer slept", "ReadError")
        return Published(receipt)

    async def look_up(self, publication: Publication, journal: Journal) -> Look:
        """By handle; on platforms that only list, by what the list shows."""
        incident = self._trouble()
        await self.world.clock.sleep(self.way.request_seconds)
        if incident is not None:
            return CannotTell(self._words(incident))
        cls = self.commit_class(publication)
        found = self.world.public.get(self.commit_handle(publication, journal))
        if cls is CommitClass.NONE:
            return CannotTell(f"{self.label} gives no way to look it up")
        if found is not None:
            return Found(found)
        first = min((entry.at_intent for entry in journal.commits()), default=self.world.clock.wall())
        young = self.world.clock.wall() - first < KEY_LIFE
        return Absent(cls is CommitClass.HANDLE or (cls is CommitClass.KEY and young), "it is not among the newest posts")

    async def recent(self) -> list[RemotePost] | None:
        """Nothing else is there: what others post is not known here."""
        return []

    async def metrics(self, receipt: Receipt) -> Counted:
        """Nobody reads what is pretended."""
        return NoFigures("nobody reads it")

    async def _not_now(self, incident: Incident) -> Outcome:
        words = self._words(incident)
        if incident.kind is Kind.LIMITED:
            return Limited(f"{self.label} asks to wait", self._left(incident))
        await self.world.clock.sleep(1.0)
        if incident.connects:
            return Unknown(words, "503", http_status=503)
        return NotSent(words, "ConnectError")

    async def _lost(self, publication: Publication, arrives: bool) -> Outcome:
        if arrives:
            self._publish(publication)
        await self.world.clock.sleep(READ_TIMEOUT_SECONDS)
        return Unknown(f"{self.label} did not answer in time", "ReadTimeout")

    def _publish(self, publication: Publication) -> Receipt:
        """A handle publishes once."""
        handle, now = f"{self.account.remote_id}/{publication.key}", self.world.clock.wall()
        if handle not in self.world.public:
            self.world.public[handle] = Receipt(f"rehearsal-{len(self.world.public) + 1}", None, now)
            if publication.kind != "comment":
                self.world.sent[self.account.name].append(now)
        return self.world.public[handle]

    # ── signing in ──

    async def connect(self, secret: str) -> Connection:
        raise ConnectError("nobody signs in at a rehearsal", relogin=True)

    async def refresh(self) -> Credentials | None:
        """Another sixty days, while the old token still lives."""
        incident = self._trouble()
        if incident is not None:
            raise ConnectError(self._words(incident))
        old, now = self.account.credentials, self.world.clock.wall()
        if old is None or (old.expires_at is not None and old.expires_at <= now):
            raise ConnectError(
                f"the sign-in of {self.account.name} has ended", f"daypart account connect {self.account.name}", relogin=True
            )
        return Credentials(access="rehearsal", expires_at=now + TOKEN_LIFE)

    # ── the weather here ──

    def _trouble(self) -> Incident | None:
        weather, now = self.world.weather, self.world.clock.wall()
        return (
            weather.at(Kind.OFFLINE, now) or weather.at(Kind.DOWN, now, self.platform) or weather.at(Kind.LIMITED, now, self.account.name)
        )

    def _left(self, incident: Incident) -> float:
        return max((incident.end - self.world.clock.wall()) / SECOND, 1.0)

    def _words(self, incident: Incident) -> str:
        if incident.kind is Kind.OFFLINE:
            return f"could not connect to {self.label}"
        return f"{self.label} answered 503" if incident.connects else f"could not connect to {self.label}"
