"""What must hold before something leaves, as SQL conditions: used by the claim and, all together, by the step into `sending`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Self

from sqlalchemy import Boolean, ColumnElement, Integer, Select, Text, and_, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType

from config import pace
from scheduler import holds, lifecycle
from scheduler.clock import DAY, HOUR
from scheduler.store.statements import ACCOUNT, APPROVAL, CONTENT, DELIVERY, HOLD, STEP

TWIN_DAYS = 30
NOW = bindparam("b_now", type_=Integer)
"""Wall clock; every statement with these conditions is built once and gets it as a parameter."""
DIGEST = bindparam("b_digest", type_=Text)
REMOTE = bindparam("b_remote", type_=Text)
PACE = bindparam("b_pace", type_=Text)
OPEN = bindparam("b_open", type_=Integer)
PER_HOUR = bindparam("b_per_hour", type_=Integer)
PER_DAY = bindparam("b_per_day", type_=Integer)
APART = bindparam("b_apart", type_=Integer)
PARENT = DELIVERY.alias("parent")
OTHER = DELIVERY.alias("other")
OWN_CONTENT = CONTENT.alias("own_content")


def state_is(name: str) -> ColumnElement[bool]:
    """A literal, not a parameter: only then do the partial indexes serve. And said to be likely: SQLite would take the index on
    `state` alone for the better one, and read the whole queue for a handful of posts."""
    assert name in lifecycle.State.__members__.values()
    return _Likely(DELIVERY.c.state == literal_column(f"'{name}'"))


class _Likely(FunctionElement[bool]):
    """A condition that says little; a hint where the database takes one."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> Self:  # else `= 1` is put behind it, and no index is recognised
        return self


@compiles(_Likely)
def _without_hint(element: _Likely, compiler: SQLCompiler, **how: object) -> str:
    return compiler.process(element.clauses, **how)


@compiles(_Likely, "sqlite")
def _with_hint(element: _Likely, compiler: SQLCompiler, **how: object) -> str:
    return f"likely({compiler.process(element.clauses, **how)})"


def not_held() -> ColumnElement[bool]:
    """No hold on everything, on its client, on its account or on its campaign, by a person or by its file (`status: paused`)."""
    mine = or_(
        HOLD.c.scope == "all",
        and_(HOLD.c.scope == "client", HOLD.c.subject == DELIVERY.c.client),
        and_(HOLD.c.scope == "account", HOLD.c.subject == _account_name()),
        and_(
            or_(*(HOLD.c.scope == scope for scope in holds.OF_CAMPAIGNS)),
            func.substr(DELIVERY.c.key, 1, func.length(HOLD.c.subject) + 1) == HOLD.c.subject + "/",
        ),
    )
    return ~exists(select(HOLD.c.id).where(HOLD.c.released_at.is_(None), mine).correlate(DELIVERY))


def account_ready() -> ColumnElement[bool]:
    """Signed in, not paused, and not told to wait. A wait further ahead than a day was written before the clock was set back."""
    free = or_(ACCOUNT.c.next_ok_at <= NOW, ACCOUNT.c.next_ok_at > NOW + lifecycle.LIMITED_MOST)
    mine = (ACCOUNT.c.id == DELIVERY.c.account_id, ACCOUNT.c.state == "ok", ACCOUNT.c.remote_account_id.is_not(None))
    return exists(select(ACCOUNT.c.id).where(*mine, free).correlate(DELIVERY))


def approved() -> ColumnElement[bool]:
    """A person's approval that is not void, of this digest, for this time."""
    yes = (
        APPROVAL.c.delivery_id == DELIVERY.c.id,
        APPROVAL.c.voided_at.is_(None),
        APPROVAL.c.actor_kind == "person",
        APPROVAL.c.digest == DELIVERY.c.digest,
        APPROVAL.c.window_from <= DELIVERY.c.due,
        APPROVAL.c.window_to >= DELIVERY.c.due,
    )
    return exists(select(APPROVAL.c.id).where(*yes).correlate(DELIVERY))


def parent_public() -> ColumnElement[bool]:
    """What it hangs on is public and has its id."""
    public = (PARENT.c.id == DELIVERY.c.parent_id, PARENT.c.state == "published", PARENT.c.remote_id.is_not(None))
    return or_(DELIVERY.c.parent_id.is_(None), exists(select(PARENT.c.id).where(*public).correlate(DELIVERY)))


def alone_on_account() -> ColumnElement[bool]:
    """Nothing else of the account is being sent. The unique index is only the last guard."""
    sending = (OTHER.c.account_id == DELIVERY.c.account_id, OTHER.c.state == literal_column("'sending'"), OTHER.c.id != DELIVERY.c.id)
    return ~exists(select(OTHER.c.id).where(*sending).correlate(DELIVERY))


def no_twin() -> ColumnElement[bool]:
    """Nothing with the same text and media was published or attempted on this account in thirty days."""
    return or_(DELIVERY.c.repeat_ok.is_(True), DELIVERY.c.parent_id.is_not(None), ~exists(_twins().correlate(DELIVERY)))


def _twins() -> Select[int]:
    since = NOW - TWIN_DAYS * DAY
    attempted = select(STEP.c.seq).where(
        STEP.c.delivery_id == OTHER.c.id, STEP.c.kind == "commit", STEP.c.phase.not_in(("not_sent", "absent")), STEP.c.at_intent >= since
    )
    tried = or_(and_(OTHER.c.state == "published", OTHER.c.published_at >= since), exists(attempted.correlate(OTHER)))
    own = select(OWN_CONTENT.c.twin).where(OWN_CONTENT.c.id == DELIVERY.c.content_id).correlate(DELIVERY).scalar_subquery()
    equal = select(CONTENT.c.id).where(CONTENT.c.twin == own)
    # account and parent as expressions: their indexes lead through all the account ever had, the one on contents to the twins alone
    same = (OTHER.c.content_id.in_(equal), OTHER.c.account_id + 0 == DELIVERY.c.account_id, func.coalesce(OTHER.c.parent_id, 0) == 0)
    return select(OTHER.c.id).where(*same, OTHER.c.id != DELIVERY.c.id, tried)


def backed_off() -> ColumnElement[bool]:
    """Its own wait is over. A wait further ahead than an hour was written before the clock was set back; one for the account's
    pace may be as long as a day."""
    too_long = and_(DELIVERY.c.next_at > NOW + lifecycle.IGNORED_AHEAD, func.coalesce(DELIVERY.c.reason_code, "") != lifecycle.PACE)
    return or_(DELIVERY.c.next_at <= NOW, too_long, DELIVERY.c.next_at > NOW + lifecycle.PACE_AHEAD)


# ── pace ─────────────────────────────────────────────────────────────────────


def in_pace(*, limited: bool) -> ColumnElement[bool]:
    """The account's limits are those that were read, and leave room for one more. Parts and comments belong to their post.

    `limited=False` is for what was read as an account without limits: it costs the reading of one row."""
    read = ACCOUNT.c.pace == (PACE if limited else pace.NONE)
    same = exists(select(ACCOUNT.c.id).where(ACCOUNT.c.id == DELIVERY.c.account_id, read).correlate(DELIVERY))
    if not limited:
        return or_(DELIVERY.c.parent_id.is_not(None), same)
    hour, day = _sent_within(HOUR) < PER_HOUR, _sent_within(DAY) < PER_DAY
    return or_(DELIVERY.c.parent_id.is_not(None), and_(same, OPEN == 1, hour, day, _sent_within(APART) < 1))


def _sent_within(span: int | ColumnElement[int]) -> ColumnElement[int]:
    """Posts of the account that went out, or may have, in the last so many microseconds."""
    return select(func.count()).select_from(_SENT).where(*went_out(span)).correlate(DELIVERY).scalar_subquery()


_SENT = STEP.join(OTHER, OTHER.c.id == STEP.c.delivery_id)


def went_out(span: int | ColumnElement[int], account: ColumnElement[int] | None = None) -> tuple[ColumnElement[bool], ...]:
    """Tries of posts of an account that reached the platform, or may have. A try further ahead than the span was made before the
    clock was set back; what could not go out any more when the span began was not sent in it."""
    own = (OTHER.c.account_id == (DELIVERY.c.account_id if account is None else account), OTHER.c.parent_id.is_(None))
    recent = (OTHER.c.due <= NOW, OTHER.c.send_until >= NOW - span, STEP.c.at_intent > NOW - span, STEP.c.at_intent <= NOW + span)
    return (*own, *recent, STEP.c.kind == "commit", STEP.c.phase.not_in(("not_sent", "absent", "refused")))


def pace_values(limits: pace.Pace, now: int) -> dict[str, object]:
    """Parameters of `in_pace`."""
    most = 1 << 40
    values: dict[str, object] = {"b_pace": limits.text(), "b_open": int(limits.quiet_at(now) is None), "b_apart": limits.apart}
    return values | {"b_per_hour": limits.per_hour or most, "b_per_day": limits.per_day or most}


def _same_account() -> ColumnElement[bool]:
    """The account is still connected to whom it was when the digest was made."""
    return exists(
        select(ACCOUNT.c.id).where(ACCOUNT.c.id == DELIVERY.c.account_id, ACCOUNT.c.remote_account_id == REMOTE).correlate(DELIVERY)
    )


def _account_name() -> ColumnElement[str]:
    return select(ACCOUNT.c.name).where(ACCOUNT.c.id == DELIVERY.c.account_id).correlate(DELIVERY).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition of the step into `sending`, with what to say when it does not hold."""

    code: str
    words: str
    condition: ColumnElement[bool]


@cache
def send_guards(*, limited: bool = False) -> tuple[Guard, ...]:
    """Everything that must be true at the last instant before a request may leave. `limited`: the account has a pace to keep."""
    return (
        Guard("approval", "the approval was withdrawn", approved()),
        Guard("digest", "what would be sent is not what was approved", and_(DELIVERY.c.digest == DIGEST, _same_account())),
        Guard("late", "its window has passed", DELIVERY.c.send_until >= NOW),
        Guard("early", "its time has not come", DELIVERY.c.due <= NOW),
        Guard("hold", "publishing is on hold", not_held()),
        Guard("account", "the account is not ready", account_ready()),
        Guard("parent", "what it hangs on is not public", parent_public()),
        Guard("twin", "the same text and media already went out on this account; set `repeat: true` if that is wanted", no_twin()),
        Guard("busy", "another post of the account is being sent", alone_on_account()),
        Guard(lifecycle.PACE, "the account's limits leave no room now", in_pace(limited=limited)),
    )
