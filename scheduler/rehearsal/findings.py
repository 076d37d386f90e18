"""What came of the plan, post by post: read from the copy's own ledger after it was played."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from scheduler.clock import MINUTE
from scheduler.desk.views import DeliveryView
from scheduler.holds import release_command
from scheduler.lifecycle import NEEDS_PERSON, State
from scheduler.rehearsal.copying import ON_THEIR_WAY, Before
from scheduler.rehearsal.pretend import World
from scheduler.rehearsal.result import Asked, Outcome, RehearsedPost
from scheduler.rehearsal.weather import Incident, Weather
from scheduler.scene import Scene
from scheduler.units.reading import head_key
from scheduler.when import clock_words, day_words, when_words

_EVENTS = text('SELECT delivery_id, "from" AS source, "to" AS target, why FROM event WHERE seq > :last ORDER BY seq')
_ROWS = text("SELECT id, state, published_at, reason, reason_code FROM delivery WHERE due < :until")
NOTED = {("claimed", "queued"), ("sending", "queued"), ("sending", "unknown"), ("claimed", "unknown"), ("checking", "queued")}
"""Steps back that a person would like to know of; with everything into `unknown`, `ask`, `refused`."""
UNREMARKABLE = frozenset({"the service stopped", "another post of the account is being sent", "its time has not come"})
_ENDS = {State.ASK: Outcome.ASKS, State.REFUSED: Outcome.REFUSED, State.MISSED: Outcome.MISSED}


@dataclass(frozen=True, slots=True)
class _Row:
    state: str
    published_at: int | None
    reason: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class _AccountState:
    connected: bool
    state: str


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything a post's outcome is read from."""

    asked: Asked
    before: Before
    weather: Weather
    scene: Scene
    rows: Mapping[int, _Row]
    notes: Mapping[int, tuple[str, ...]]
    accounts: Mapping[str, _AccountState]


def read_posts(conn: Connection, asked: Asked, before: Before, world: World, scene: Scene) -> tuple[RehearsedPost, ...]:
    """All posts of the plan, soonest first."""
    rows = {row.id: _Row(row.state, row.published_at, row.reason, row.reason_code) for row in conn.execute(_ROWS, {"until": asked.until})}
    states = conn.execute(text("SELECT name, state, remote_account_id IS NOT NULL AS connected FROM account"))
    accounts = {row.name: _AccountState(bool(row.connected), row.state) for row in states}
    findings = Findings(asked, before, world.weather, scene, rows, _notes(conn, before.last_event), accounts)
    return tuple(_post(view, findings) for view in before.posts if view.id in rows)


def _notes(conn: Connection, last: int) -> dict[int, tuple[str, ...]]:
    told: defaultdict[int, list[str]] = defaultdict(list)
    for event in conn.execute(_EVENTS, {"last": last}):
        why = event.why.partition(": rehearsal-")[0]
        found = event.source == "checking" and event.target == "published"
        if ((event.source, event.target) in NOTED or found) and why not in UNREMARKABLE:
            told[event.delivery_id].append(why)
    return {delivery: _counted(whys) for delivery, whys in told.items()}


def _counted(whys: Iterable[str]) -> tuple[str, ...]:
    """The same thing over and over, said once."""
    times: dict[str, int] = {}
    for why in whys:
        times[why] = times.get(why, 0) + 1
    return tuple(why if n == 1 else f"{why} ({n} times)" for why, n in times.items())


def _post(view: DeliveryView, findings: Findings) -> RehearsedPost:
    row = findings.rows[view.id]
    outcome = _outcome(view, row, findings.before)
    out_at = row.published_at if outcome is Outcome.GOES_OUT else None
    why = _why(view, row, outcome, findings)
    assert view.due is not None
    away = _away(view.due, view.due + 1 if out_at is None else out_at, findings)
    slept = [_until(incident, view.due, findings) for incident in away] if out_at is not None and out_at - view.due >= MINUTE else []
    notes = tuple(note for note in (*slept, *findings.notes.get(view.id, ())) if note != why)
    return RehearsedPost(
        key=view.key,
        title=view.title,
        client=view.client,
        client_name=view.client_name,
        account=view.account,
        platform=view.platform,
        platform_name=view.platform_name,
        kind=view.kind,
        part=view.part,
        parts=view.parts,
        due=view.due,
        tz=findings.asked.tz,
        out_at=out_at,
        outcome=outcome,
        why=why,
        notes=notes if outcome not in (Outcome.WAITS, Outcome.NO_TEXT) else (),
        way_out=_way_out(view, outcome, why, findings),
        missed_asleep=outcome is Outcome.MISSED and view.kind == "post" and why in {_until(i, view.due, findings) for i in away},
    )


def _outcome(view: DeliveryView, row: _Row, before: Before) -> Outcome:
    if view.state in ON_THEIR_WAY:
        return Outcome.ON_ITS_WAY
    if view.state in NEEDS_PERSON:
        return Outcome.NEEDS_YOU
    if row.state == State.PUBLISHED:
        return Outcome.GOES_OUT
    if view.state == State.DRAFT and (row.state == State.DRAFT or _was_not_approved(view, before)):
        return Outcome.WAITS if view.digest is not None else Outcome.NO_TEXT
    if row.state == State.DRAFT:
        return Outcome.WAITS
    return _ENDS.get(State(row.state), Outcome.PENDING)


def _was_not_approved(view: DeliveryView, before: Before) -> bool:
    """The rehearsal did not say yes in the person's place, or could not."""
    return before.blocked is None or head_key(view.key) in before.blocked


def _why(view: DeliveryView, row: _Row, outcome: Outcome, findings: Findings) -> str:
    match outcome:
        case Outcome.GOES_OUT | Outcome.ON_ITS_WAY | Outcome.NO_TEXT:
            return ""
        case Outcome.WAITS:
            blocked = (findings.before.blocked or {}).get(head_key(view.key), "")
            return blocked or (row.reason or "" if view.state != State.DRAFT else "")
        case Outcome.NEEDS_YOU:
            return view.reason or view.words
        case Outcome.MISSED | Outcome.PENDING:
            return _stood_in_the_way(view, findings) or row.reason or ""
        case _:
            return row.reason or ""


def _stood_in_the_way(view: DeliveryView, findings: Findings) -> str:
    """Why a post's window passed."""
    account = findings.accounts.get(view.account)
    if account is None or not account.connected:
        return f"{view.account} is not connected"
    if account.state == "reauth":
        return f"{view.account} has to be connected again"
    if account.state == "paused":
        return f"{view.account} is paused"
    if findings.scene.is_held(view.client, view.account, view.campaign):
        return "it is on hold"
    if view.kind != "post":
        return "what it hangs on did not go out"
    notes = findings.notes.get(view.id, ())
    if notes:
        return f"its window ended; before: {notes[-1]}"
    assert view.due is not None
    away = _away(view.due, view.due + 1, findings)
    return _until(away[0], view.due, findings) if away else ""


def _until(incident: Incident, due: int, findings: Findings) -> str:
    tz = findings.asked.tz
    same_day = day_words(due, tz) == day_words(incident.end, tz)
    return f"{incident.words} until {clock_words(incident.end, tz) if same_day else when_words(incident.end, tz)}"


def _away(start: int, end: int, findings: Findings) -> Sequence[Incident]:
    return [incident for incident in findings.weather.computer() if incident.start < end and incident.end > start]


def _way_out(view: DeliveryView, outcome: Outcome, why: str, findings: Findings) -> str:
    """What a person does about it, as a command where there is one."""
    if view.kind != "post" and outcome in (Outcome.WAITS, Outcome.NO_TEXT):
        return ""  # it goes with its post
    match outcome:
        case Outcome.WAITS:
            return f"daypart approve {view.key}"
        case Outcome.NO_TEXT:
            return f"daypart draft {view.post}"
        case Outcome.NEEDS_YOU | Outcome.ASKS:
            return f"daypart resolve {view.key}" if outcome is Outcome.ASKS or view.state == State.ASK else f"daypart post show {view.key}"
        case Outcome.MISSED | Outcome.PENDING:
            account = findings.accounts.get(view.account)
            if account is None or not account.connected or account.state == "reauth":
                return f"daypart account connect {view.account}"
            hold = findings.scene.hold_of(view.client, view.account, view.campaign) if why == "it is on hold" else None
            return release_command(hold.scope, hold.subject) if hold is not None else ""
        case Outcome.REFUSED:
            return f"daypart post show {view.key}"
        case _:
            return ""
