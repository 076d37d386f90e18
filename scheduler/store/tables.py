"""The tables. Times are UTC microseconds; JSON is text; rows of `content`, `event`, `evidence` and `revision` never change."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlmodel import Field, SQLModel

Micros = BigInteger().with_variant(Integer, "sqlite")
RowId = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column(RowId, primary_key=True, autoincrement=True)


def _micros(*, index: bool = False) -> Column[int]:
    return Column(Micros, nullable=False, index=index)


def _micros_or_none() -> Column[int | None]:
    return Column(Micros, nullable=True)


def _some(name: str, column: str, *, where: str, unique: bool = False) -> Index:
    """An index over some rows only, in every database: on PostgreSQL, too, `one_sender` must not forbid a second delivery of an account."""
    index = Index(name, column, unique=unique, sqlite_where=text(where))
    event.listen(index, "before_create", _keep_the_condition)
    return index


def _keep_the_condition(index: Index, connection: Connection, **_: object) -> None:
    """Said to PostgreSQL only when tables are made there: to name it where an index is declared would load its dialect at every start."""
    if connection.dialect.name == "postgresql":
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]


class Meta(SQLModel, table=True):
    """Facts about the store itself: schema, db_epoch, workspace_id, plan state, where the file was (safe mode)."""

    __tablename__ = "meta"
    name: str = Field(primary_key=True)
    value: str


class Node(SQLModel, table=True):
    """A process that fires deliveries."""

    __tablename__ = "node"
    id: str = Field(primary_key=True)
    boot_id: str
    started_at: int = Field(sa_column=_micros())
    beat: int = Field(sa_column=_micros())
    """Wall time of its last sign of life; for `status`, never for take-over."""
    stopped_at: int | None = Field(default=None, sa_column=_micros_or_none())
    pid: int
    version: str


class AccountRow(SQLModel, table=True):
    """One connected account."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("platform", "remote_account_id"),)
    id: int | None = Field(default=None, sa_column=_id())
    name: str = Field(unique=True)
    """The person's own name for it, from daypart.yaml."""
    platform: str
    handle: str
    server: str
    client: str | None = None
    remote_account_id: str | None = None
    state: str = "ok"
    """ok · reauth · paused"""
    next_ok_at: int = Field(default=0, sa_column=Column(Micros, nullable=False, server_default="0"))
    quota: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))
    facts: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))
    """What the server told when the account was connected (JSON)."""
    token_enc: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    token_prev_enc: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    token_exp: int | None = Field(default=None, sa_column=_micros_or_none())
    token_gen: int = 0
    token_at: int = Field(default=0, sa_column=Column(Micros, nullable=False, server_default="0"))
    """When this token pair was stored; 0: not known."""
    refresh_owner: str | None = None
    refresh_fence: int = 0
    refresh_at: int = Field(default=0, sa_column=Column(Micros, nullable=False, server_default="0"))
    """When `refresh_owner` began."""
    first_sent_at: int | None = Field(default=None, sa_column=_micros_or_none())
    """When this store first listed the account's own posts before a first send."""
    auto_resend_after_absence: bool = False
    pace: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))
    """How much may go out here, as daypart.yaml says (JSON): per day, per hour, the least minutes between two, quiet hours."""


class Post(SQLModel, table=True):
    """One post; its deliveries hang on it."""

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("campaign", "slug"),)
    id: int | None = Field(default=None, sa_column=_id())
    workspace_id: str
    campaign: str
    slug: str
    """The post's id inside its campaign."""
    title: str
    managed_by: str = "files"
    """files · tui"""
    brief: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """JSON of config.resolved.ResolvedBrief, while there is one."""
    created_by: str = ""
    created_at: int = Field(sa_column=_micros())
    archived_at: int | None = Field(default=None, sa_column=_micros_or_none())


class Content(SQLModel, table=True):
    """What a delivery would make public; body is canonical JSON. Never changes."""

    __tablename__ = "content"
    id: int | None = Field(default=None, sa_column=_id())
    post_id: int = Field(foreign_key="post.id", sa_type=RowId)
    digest: str = Field(unique=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    twin: str = Field(index=True)
    """SHA-256 over account, text and media only: equal for “the same post again”."""
    created_by_kind: str
    created_by: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """The system's user who made it, for `four_eyes`."""
    created_at: int = Field(sa_column=_micros())


class Delivery(SQLModel, table=True):
    """One act in public: a post, a part of a thread, a comment. Its life is in scheduler/lifecycle.py."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("account_id", "remote_id"),
        _some("delivery_due", "due", where="state = 'queued'"),
        _some("delivery_prepare", "prepare_at", where="state = 'queued'"),
        _some("delivery_look", "look_at", where="state = 'unknown'"),
        Index("delivery_state", "state"),
        Index("delivery_calendar", "due"),
        Index("delivery_post", "post_id"),
        Index("delivery_parent", "parent_id"),
        Index("delivery_account", "account_id", "due"),
        Index("delivery_content", "content_id"),
        _some("one_sender", "account_id", unique=True, where="state = 'sending'"),
    )
    id: int | None = Field(default=None, sa_column=_id())
    post_id: int = Field(foreign_key="post.id", sa_type=RowId)
    account_id: int = Field(foreign_key="account.id", sa_type=RowId)
    client: str | None = None
    key: str = Field(unique=True)
    """`campaign/post@account[#occurrence][/n|/comment]`"""
    kind: str
    """post · part · comment · reply · thumbnail · delete"""
    part: int = 1
    parts: int = 1
    state: str = "draft"
    digest: str | None = None
    content_id: int | None = Field(default=None, foreign_key="content.id", sa_type=RowId)
    parent_id: int | None = Field(default=None, foreign_key="delivery.id", sa_type=RowId)
    due: int | None = Field(default=None, sa_column=_micros_or_none())
    tz: str = "UTC"
    wall: str = ""
    slot: str | None = None
    """The slot it was dealt into (sticky), or None when a person chose the time."""
    prepare_at: int | None = Field(default=None, sa_column=_micros_or_none())
    send_until: int | None = Field(default=None, sa_column=_micros_or_none())
    late: int = Field(default=7_200_000_000, sa_column=Column(Micros, nullable=False, server_default="7200000000"))
    not_after: int | None = Field(default=None, sa_column=_micros_or_none())
    next_at: int = Field(default=0, sa_column=Column(Micros, nullable=False, server_default="0"))
    owner: str | None = None
    fence: int = 0
    beat: int = Field(default=0, sa_column=Column(Micros, nullable=False, server_default="0"))
    cls: str = "list"
    look_n: int = 0
    look_at: int | None = Field(default=None, sa_column=_micros_or_none())
    settle_from: int | None = Field(default=None, sa_column=_micros_or_none())
    remote_id: str | None = None
    remote_url: str | None = None
    remote_extra: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))
    """What replies need (Receipt.extra, JSON)."""
    published_at: int | None = Field(default=None, sa_column=_micros_or_none())
    first_due: int | None = Field(default=None, sa_column=_micros_or_none())
    """`due` as it was at the first try: record keys derive from it and are never made anew."""
    tries: int = 0
    reason: str | None = None
    reason_code: str | None = None
    ai: str = "human"
    """The content's AI label, here so that lists of thousands need not read contents."""
    brief_hash: str | None = None
    repeat_ok: bool = False
    applied: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """Digest of what the files last said of it (plan compares against this)."""
    created_at: int = Field(sa_column=_micros())


class Approval(SQLModel, table=True):
    """A person's yes to exactly one digest."""

    __tablename__ = "approval"
    __table_args__ = (CheckConstraint("actor_kind = 'person'", name="only_a_person_approves"), Index("approval_delivery", "delivery_id"))
    id: int | None = Field(default=None, sa_column=_id())
    delivery_id: int = Field(foreign_key="delivery.id", sa_type=RowId)
    digest: str
    person_id: str
    actor_kind: str
    at: int = Field(sa_column=_micros())
    window_from: int = Field(sa_column=_micros())
    window_to: int = Field(sa_column=_micros())
    review: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))
    """JSON: facts_checked, on_behalf, os_user, label, what was shown."""
    voided_at: int | None = Field(default=None, sa_column=_micros_or_none())
    voided_why: str | None = None


class Hold(SQLModel, table=True):
    """The brake."""

    __tablename__ = "hold"
    id: int | None = Field(default=None, sa_column=_id())
    scope: str
    """all · client · account · campaign · file"""
    subject: str = ""
    """The client's, account's or campaign's name."""
    reason: str = ""
    by: str
    at: int = Field(sa_column=_micros())
    released_at: int | None = Field(default=None, sa_column=_micros_or_none())


class Notice(SQLModel, table=True):
    """Something a person must be told, once."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("delivery_id", "account_id", "kind", "event_seq"),)
    id: int | None = Field(default=None, sa_column=_id())
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id", sa_type=RowId)
    account_id: int | None = Field(default=None, foreign_key="account.id", sa_type=RowId)
    event_seq: int = Field(default=0, sa_type=RowId)
    kind: str
    words: str = ""
    at: int = Field(sa_column=_micros())
    sent_at: int | None = Field(default=None, sa_column=_micros_or_none())
    tries: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    next_at: int = Field(default=0, sa_column=Column(Micros, nullable=False, server_default="0"))
    """When sending it is tried again."""
    problem: str | None = None
    """Why it could not be sent the last time."""


class Asset(SQLModel, table=True):
    """A media file by hash; its bytes are in the state folder under that hash."""

    __tablename__ = "asset"
    sha256: str = Field(primary_key=True)
    size: int = Field(sa_column=_micros())
    mime: str
    probe: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))
    origin: str = ""


class StepRow(SQLModel, table=True):
    """The step journal: every intent before it happens, every result after."""

    __tablename__ = "step"
    __table_args__ = (PrimaryKeyConstraint("delivery_id", "seq", "try"),)
    delivery_id: int = Field(sa_column=Column(RowId, nullable=False))
    seq: int
    """Order within the delivery over all tries."""
    attempt: int = Field(sa_column=Column("try", Integer, nullable=False))
    name: str
    kind: str
    """safe · commit · poll"""
    phase: str
    """intent · done · refused · not_sent · unknown · adopted · absent"""
    fence: int
    handle: str | None = None
    request_digest: str = ""
    at_intent: int = Field(sa_column=_micros())
    at_end: int | None = Field(default=None, sa_column=_micros_or_none())
    boot_intent: int = Field(default=0, sa_column=Column(Micros, nullable=False, server_default="0"))
    boot_id: str = ""
    """Which boot of the computer `boot_intent` belongs to; another one: the two cannot be compared."""
    boot_end: int = Field(default=0, sa_column=Column(Micros, nullable=False, server_default="0"))
    """Boot clock when this computer last may have sent it; `boot_end_id` names the boot."""
    boot_end_id: str = ""
    http_status: int | None = None
    detail: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))


class Evidence(SQLModel, table=True):
    """Proof that came outside the lease: a late answer, a webhook, a person. Insert-only."""

    __tablename__ = "evidence"
    id: int | None = Field(default=None, sa_column=_id())
    delivery_id: int = Field(foreign_key="delivery.id", sa_type=RowId)
    fence: int
    remote_id: str
    remote_url: str | None = None
    extra: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))
    at: int = Field(sa_column=_micros())
    source: str
    """late_answer · webhook · person · sent_log"""


class Event(SQLModel, table=True):
    """The one ledger: every change of state, chained by hash per delivery. Insert-only."""

    __tablename__ = "event"
    __table_args__ = (Index("event_delivery", "delivery_id", "seq"),)
    seq: int | None = Field(default=None, sa_column=_id())
    delivery_id: int = Field(foreign_key="delivery.id", sa_type=RowId)
    at: int = Field(sa_column=_micros())
    from_state: str = Field(sa_column=Column("from", Text, nullable=False))
    to_state: str = Field(sa_column=Column("to", Text, nullable=False))
    fence: int
    actor: str
    """`person:NAME`, `engine:NODE`, `files:COMMIT`"""
    why: str
    prev_hash: str
    hash: str


class Seal(SQLModel, table=True):
    """All chain heads, sealed together."""

    __tablename__ = "seal"
    id: int | None = Field(default=None, sa_column=_id())
    at: int = Field(sa_column=_micros())
    last_seq: int = Field(sa_type=RowId)
    hash: str


class SeriesSlot(SQLModel, table=True):
    """A dealt occurrence of a slot; unique, so that two posts cannot hold it."""

    __tablename__ = "series_slot"
    __table_args__ = (PrimaryKeyConstraint("series_id", "local_date", "slot_no"),)
    series_id: str
    """`campaign/slot@account`"""
    local_date: str
    slot_no: int = 0
    delivery_id: int = Field(foreign_key="delivery.id", sa_type=RowId)


class Revision(SQLModel, table=True):
    """One saved text of a post in one language (or for one account), with who first wrote which words."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("post_id", "field", "n"),)
    id: int | None = Field(default=None, sa_column=_id())
    post_id: int = Field(foreign_key="post.id", sa_type=RowId)
    field: str
    """Which text: `en`, `pl`, `en@ig-kawa`, `alt:0:en`, `first_comment`."""
    n: int
    text: str = Field(sa_column=Column(Text, nullable=False))
    spans: str = Field(default="[]", sa_column=Column(Text, nullable=False, server_default="[]"))
    """JSON list of {start, end, origin}; origin is `human:NAME` or `ai:RUN`."""
    editor: str
    at: int = Field(sa_column=_micros())


class GenerationRun(SQLModel, table=True):
    """One call of a model, kept even when its answer was thrown away."""

    __tablename__ = "generation_run"
    id: str = Field(primary_key=True)
    post_id: int = Field(foreign_key="post.id", sa_type=RowId)
    kind: str
    language: str
    endpoint_host: str
    model: str
    prompt_id: str
    brief_hash: str
    parameters: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))
    seed: int | None = None
    output: str = Field(sa_column=Column(Text, nullable=False))
    output_sha256: str
    tokens: int = 0
    ms: int = 0
    actor: str
    created_at: int = Field(sa_column=_micros())


class Proposal(SQLModel, table=True):
    """What the model proposes for a post; a person accepts or discards it."""

    __tablename__ = "proposal"
    id: int | None = Field(default=None, sa_column=_id())
    post_id: int = Field(foreign_key="post.id", sa_type=RowId)
    run_id: str = Field(foreign_key="generation_run.id")
    language: str
    variant: int
    kind: str
    """caption · reel"""
    body: str = Field(sa_column=Column(Text, nullable=False))
    """JSON: drafting.schemas.CaptionDraft or ReelScript."""
    text: str = Field(sa_column=Column(Text, nullable=False))
    """The composed text, as it would be posted."""
    status: str
    """ready · needs_work · accepted · discarded"""
    report: str = Field(default="[]", sa_column=Column(Text, nullable=False, server_default="[]"))
    at: int = Field(sa_column=_micros())


class Figure(SQLModel, table=True):
    """What readers did with a published post, as its platform told it last on one local day. A figure that is NULL is not told there."""

    __tablename__ = "figure"
    __table_args__ = (PrimaryKeyConstraint("delivery_id", "day"),)
    delivery_id: int = Field(sa_column=Column(RowId, nullable=False))
    day: str
    """`2026-11-24`, in the workspace's zone."""
    at: int = Field(sa_column=_micros())
    """When it was read."""
    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    """Passed on: reposts, quotes and shares."""
    saves: int | None = None
    reach: int | None = None
    problem: str | None = None
    """Why the platform tells nothing (more) about this post."""


class Counting(SQLModel, table=True):
    """Where reading the figures of one account stands: when it is asked again, and what went wrong the last time."""

    __tablename__ = "counting"
    account_id: int = Field(sa_column=Column(RowId, primary_key=True, autoincrement=False))
    at: int = Field(sa_column=_micros())
    next_at: int = Field(default=0, sa_column=Column(Micros, nullable=False, server_default="0"))
    tries: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    problem: str | None = None


TABLES = SQLModel.metadata
"""Everything above, for migrations and tests."""
