"""The one door to the outside world: what the engine hands to an adapter and what an adapter may answer.

Words used here. *Publication*: one act in public, exactly as it will be sent. *Safe step*: work that is invisible and may be
repeated (upload, container). *Handle*: a platform's or our own name for something made by a step, journaled before it is used.
*Commit*: the one request that makes it public. *Look*: reading back whether it is public.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from adapters.limits import Limits
from config.options import Options
from config.resolved import Link, MediaOrigin
from config.secrets import redactor

Kind = Literal["post", "part", "comment"]


class CommitClass(StrEnum):
    """What a look can prove about the commit step (docs/promise.md lists it per platform)."""

    HANDLE = "handle"
    KEY = "key"
    LIST = "list"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Secrets of one account. Never printed: every field is out of `repr`."""

    access: str = field(repr=False, default="")
    refresh: str = field(repr=False, default="")
    app_password: str = field(repr=False, default="")
    expires_at: int | None = None
    """UTC microseconds; None: does not expire by itself."""

    def __post_init__(self) -> None:
        """From the moment they exist, the log cannot show them."""
        redactor.register(self.access, self.refresh, self.app_password)


class _Said:
    """What an adapter says for people: servers echo what they were sent, so the secrets of this process are taken out of it."""

    __slots__ = ()
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", redactor.clean(self.reason))


@dataclass(frozen=True, slots=True)
class Account:
    """One account as adapters see it."""

    name: str
    platform: str
    handle: str
    server: str
    """Base address without a trailing slash: PDS, instance or Graph host."""
    languages: tuple[str, ...]
    login: Literal["instagram", "facebook"] = "instagram"
    remote_id: str | None = None
    """The platform's own id, unique per platform (`did:…`, `id@host`, Instagram user id). None: not connected."""
    credentials: Credentials | None = field(default=None, repr=False)
    facts: Mapping[str, object] = field(default_factory=dict)
    """What the server told at `connect`/`refresh_facts` (software, limits, PDS address); JSON values, parsed by its adapter."""


@dataclass(frozen=True, slots=True)
class MediaItem:
    """One file as approved. `path` points into the asset store; its bytes have this hash."""

    sha256: str
    mime: str
    size: int
    """Bytes."""
    width: int
    height: int
    duration_ms: int | None
    alt: str
    path: Path
    ai: MediaOrigin = "none"
    cover_at_ms: int | None = None
    name: str = ""
    """File name for messages; never sent."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where it goes: the platform and the account's remote id."""

    platform: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Outcomes of the disclosure policy: what becomes public or is told to the platform."""

    label: str = "human"
    """human · human, AI-checked · AI-assisted · AI-generated."""
    line: str | None = None
    """The line already standing in the text."""
    flags: tuple[str, ...] = ()
    """The platform's own fields to set, for example `is_ai_generated`."""
    burned_in: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that something is public."""

    remote_id: str
    url: str | None
    published_at: int | None = None
    """UTC microseconds, by the platform's clock where it says."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """What replies need, for example Bluesky's `uri` and `cid`."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One act in public, exactly as it will be sent."""

    key: str
    """Delivery key, with `/n` for parts and `/comment` for a first comment."""
    kind: Kind
    part: int
    parts: int
    text: str
    media: tuple[MediaItem, ...]
    languages: tuple[str, ...]
    link: Link | None
    options: Options
    disclosure: Disclosure
    target: Target
    due: int
    """UTC microseconds; fixed at the first try, so that record keys and `createdAt` never change."""
    root: Receipt | None = None
    parent: Receipt | None = None


# ── what earlier tries left behind ───────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One row of the step journal."""

    seq: int
    attempt: int
    name: str
    kind: Literal["safe", "commit", "poll"]
    phase: Literal["intent", "done", "refused", "not_sent", "unknown", "adopted", "absent"]
    handle: str | None
    request_digest: str
    at_intent: int
    """UTC microseconds by this computer's clock."""
    detail: Mapping[str, str]

    @property
    def left(self) -> bool:
        """A request may have reached the platform. One that was answered with “wait” or “sign in again” did: that it was not
        executed is only what the platform, or somebody in between, says."""
        return self.phase != "not_sent" or self.detail.get("answered") == "yes"


@dataclass(frozen=True, slots=True)
class Journal:
    """Everything this delivery ever did, oldest first. Read-only: the engine writes it."""

    entries: tuple[JournalEntry, ...] = ()

    def done(self, name: str) -> JournalEntry | None:
        """The newest entry of a step, if that step is done and was not found dead later."""
        newest = next((entry for entry in reversed(self.entries) if entry.name == name), None)
        return newest if newest is not None and newest.phase == "done" else None

    def handle(self, name: str) -> str:
        """The handle a done step left. Raises KeyError when it is not done."""
        entry = self.done(name)
        if entry is None or entry.handle is None:
            raise KeyError(name)
        return entry.handle

    def commits(self) -> tuple[JournalEntry, ...]:
        """Every commit that left this computer, or may have."""
        return tuple(e for e in self.entries if e.kind == "commit" and e.left)


# ── safe steps ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Done:
    """The step is done; its handle is journaled before anything uses it."""

    handle: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retry(_Said):
    """Nothing public happened; try the step again later."""

    reason: str
    after: float | None = None
    """Seconds; None: the engine's own back-off."""
    code: str = ""
    waiting: bool = False
    """The platform is still working: nothing failed, so this does not count among the tries."""
    unreachable: bool = False
    """Nobody answered, or not the platform: it says nothing about the post, which is tried until its window ends."""


@dataclass(frozen=True, slots=True)
class Rebuild(_Said):
    """What these earlier steps made is dead (container expired, blob collected): do them again."""

    steps: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Limited(_Said):
    """The account must wait as a whole (429, quota)."""

    reason: str
    after: float
    """Seconds."""
    code: str = "limited"


@dataclass(frozen=True, slots=True)
class TokenDead(_Said):
    """The platform says the token is no longer good."""

    reason: str
    code: str = "token"


@dataclass(frozen=True, slots=True)
class Refused(_Said):
    """A documented permanent refusal, in words for the person who wrote the post."""

    reason: str
    code: str


StepResult = Done | Retry | Rebuild | Limited | TokenDead | Refused


@dataclass(frozen=True, slots=True)
class Step:
    """A repeatable, invisible piece of work. Its name carries what it depends on (`upload:<sha12>`),
    so that a done step of an earlier text or picture is never taken for this one."""

    name: str
    run: Callable[[Journal], Awaitable[StepResult]]
    always: bool = False
    """Run in every try, also when an earlier one is done (“is the container ready?”)."""


# ── the commit and what may come of it ───────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Published:
    """Success in the platform's own shape, with an id."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Accepted:
    """Taken for processing; poll by handle."""

    handle: str


@dataclass(frozen=True, slots=True)
class NotSent(_Said):
    """Proof that no byte of the request was executed (class N)."""

    reason: str
    code: str = "not_sent"
    after: float | None = None
    rebuild: tuple[str, ...] = ()
    """Safe steps whose results the platform no longer knows: do them again first."""


@dataclass(frozen=True, slots=True)
class Unknown(_Said):
    """Nobody can say whether it is public (class U; `hint` marks class D, “already posted”)."""

    reason: str
    code: str
    hint: bool = False
    http_status: int | None = None
    found: Found | None = None
    """What the platform showed in its answer when that is not what was sent: an earlier version is public."""


Outcome = Published | Accepted | NotSent | Limited | TokenDead | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Found(_Said):
    """It is public. `same` is False when what stands there is not what was sent."""

    receipt: Receipt
    same: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Absent(_Said):
    """It was not found. `proof`: sending once more with the same handle or key cannot double it."""

    proof: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pending(_Said):
    """The platform is still working on it."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class CannotTell(_Said):
    """The look itself failed, or showed several candidates (`several`)."""

    reason: str
    several: bool = False


Look = Found | Absent | Pending | CannotTell


# ── before sending ───────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a platform would refuse or a reader would regret, with measured and allowed value."""

    code: str
    """E5xx/E6xx or W5xx/W6xx."""
    message: str
    hints: tuple[str, ...] = ()
    field: str = "text"
    """`text`, `media[0]`, `media[0].alt`, `first_comment`, `options.type`, `link`."""

    @property
    def is_error(self) -> bool:
        """Errors stop approval; warnings are shown."""
        return self.code.startswith("E")


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what a reader sees, as plain text lines."""

    header: str
    text: str
    folded_at: int | None
    """Index into `text` where “more” stands, or None."""
    media: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Connection:
    """The result of connecting an account: who it is and what the server told."""

    remote_id: str
    handle: str
    credentials: Credentials = field(repr=False)
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemotePost:
    """A post found on the account: another clone of the workspace may have been faster."""

    remote_id: str
    text: str
    published_at: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at an address that a person gave."""

    receipt: Receipt
    text: str
    own: bool
    """It is the account's own."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What readers did with one post so far. None: this platform does not tell it."""

    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    """Passed on: reposts, quotes and shares."""
    saves: int | None = None
    reach: int | None = None


@dataclass(frozen=True, slots=True)
class NoFigures(_Said):
    """The platform tells nothing (more) about this post: it is gone, or its time is over."""

    reason: str


Counted = Figures | NoFigures | Retry | Limited | TokenDead


class Rules(Protocol):
    """What can be said of one account's posts without the network. Built by `adapters.registry.rules_for`: cheap to import."""

    platform: ClassVar[str]
    lead: ClassVar[float]
    """Seconds before `due` at which safe steps may start for a publication without video."""

    def limits(self) -> Limits:
        """Counts, sizes, kinds; server-given values win."""

    def commit_class(self, publication: Publication) -> CommitClass:
        """Class of the commit step for this account and kind."""

    def lead_for(self, publication: Publication) -> float:
        """Seconds before `due` at which safe steps may start."""

    def check(self, publication: Publication) -> list[Problem]:
        """Everything that can be known before sending."""

    def preview(self, publication: Publication) -> Preview:
        """What a reader will see."""


class Adapter(Rules, Protocol):
    """One account on one platform. Built by `adapters.registry.adapter_for`; holds no state between calls."""

    settle: ClassVar[float]
    """Seconds after the last possible send before absence may count as proof."""
    derives_keys: ClassVar[bool]
    """Two stores of one workspace make the same record key or idempotency key of a post: a server that heeds it keeps one."""

    def safe_steps(self, publication: Publication, journal: Journal) -> Sequence[Step]:
        """Repeatable work, in order. The engine journals each intent, runs it, journals the result."""

    def commit_handle(self, publication: Publication, journal: Journal) -> str:
        """The record key, idempotency key or container id the commit will use; journaled in its intent."""

    async def commit(self, publication: Publication, journal: Journal) -> Outcome:
        """The one request that makes it public. Never raises for network or server faults."""

    async def look_up(self, publication: Publication, journal: Journal) -> Look:
        """Whether it is public. Never raises for network or server faults."""

    async def recent(self) -> list[RemotePost] | None:
        """The account's newest posts (≤ 40), or None when the platform cannot tell."""

    async def read(self, remote_id: str) -> Standing | Absent | CannotTell:
        """What stands at an id (or at the short code of a page) that `adapters.addresses` found in what a person gave."""

    async def metrics(self, receipt: Receipt) -> Counted:
        """The figures of one post of this account. Only reads; never raises for network or server faults."""

    async def connect(self, secret: str) -> Connection:
        """Log in with an app password or token. Raises `adapters.errors.ConnectError` in words for a person."""

    async def refresh(self) -> Credentials | None:
        """A new token pair, or None when tokens of this platform do not expire. Raises `ConnectError`
        (`.relogin` True when only the user can help)."""


class MediaHost(Protocol):
    """Gives a file a public address for platforms that fetch."""

    name: ClassVar[str]

    async def put(self, item: MediaItem) -> str:
        """The address, the same one every time for the same bytes. Raises `adapters.errors.MediaHostError`."""
