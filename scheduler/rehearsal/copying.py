"""The copy of the store that a rehearsal plays with: without secrets, with what is on its way taken as arrived."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text, update

from adapters.contract import Credentials, Rules
from scheduler import lifecycle
from scheduler.accounts.vault import Vault
from scheduler.clock import DAY
from scheduler.content import kept as content
from scheduler.desk.post.exact import stored_content
from scheduler.desk.rows import read_deliveries
from scheduler.desk.views import DeliveryQuery, DeliveryView
from scheduler.errors import DeskError
from scheduler.lifecycle import State
from scheduler.rehearsal.pretend import World
from scheduler.rehearsal.result import Asked
from scheduler.scene import Scene
from scheduler.store.statements import ACCOUNT
from scheduler.store.store import Store
from scheduler.units import writing
from scheduler.units.model import Author, Unit, Yes
from scheduler.units.reading import units_of_keys

ON_THEIR_WAY = (State.SENDING, State.PROCESSING, State.UNKNOWN, State.CHECKING)
OPEN = (State.DRAFT, State.QUEUED, State.CLAIMED, *ON_THEIR_WAY, State.ASK, State.REFUSED, State.MISSED)
RENEWED_AT_ONCE = "bluesky"
"""Sessions of hours that renew themselves from what was kept: no plan ends with them."""
EVERYTHING = 1_000_000


class PretendCipher:
    """There is nothing to hide in a rehearsal: no token is read."""

    def seal(self, plain: bytes, *, aad: str) -> bytes:
        return plain

    def unseal(self, sealed: bytes, *, aad: str) -> bytes:
        return sealed


@dataclass(frozen=True, slots=True)
class Before:
    """The plan as it stands now."""

    posts: tuple[DeliveryView, ...]
    """Everything due before the rehearsal ends that is not settled, soonest first."""
    last_event: int
    """What comes after it in the ledger happened in the rehearsal."""
    blocked: Mapping[str, str] | None = None
    """Key → why even “as if approved” it could not be; None: nobody asked to rehearse like that."""


def read_before(conn: Connection, asked: Asked, scene: Scene) -> Before:
    """The plan, read once."""
    query = DeliveryQuery(client=asked.client, states=tuple(map(str, OPEN)), until=asked.until, limit=EVERYTHING)
    posts = tuple(view for view in read_deliveries(conn, query, scene) if not _is_past(view, asked.start))
    if asked.approvals == "only_approved":
        posts = tuple(view for view in posts if view.state != State.DRAFT)
    last: int = conn.execute(text("SELECT coalesce(max(seq), 0) FROM event")).scalar_one()
    return Before(posts, last)


def _is_past(view: DeliveryView, start: int) -> bool:
    """It was decided long ago that it does not go out; the outbox shows it."""
    return view.state in (State.REFUSED, State.MISSED) and (view.due or 0) < start


def make_harmless(conn: Connection, asked: Asked) -> None:
    """No secrets; what may be on its way is taken as arrived; other clients' posts and those of a later time stand still."""
    vault = Vault(PretendCipher())
    for row in conn.execute(text("SELECT id, platform, token_enc IS NOT NULL AS signed_in, token_exp, token_at FROM account")).all():
        ends = None if row.platform == RENEWED_AT_ONCE else row.token_exp
        sealed = vault.seal(row.id, Credentials(access="rehearsal", expires_at=ends)) if row.signed_in else None
        began = row.token_at or asked.start
        values = {"token_enc": sealed, "token_prev_enc": None, "token_exp": ends, "token_at": began, "refresh_owner": None}
        conn.execute(update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(values))
    arrived = (
        "UPDATE delivery SET state = 'published', owner = NULL, look_at = NULL, published_at = :now,"
        " remote_id = coalesce(remote_id, 'rehearsal-' || id || '-before') WHERE state IN ('sending', 'processing', 'unknown', 'checking')"
    )
    conn.execute(text(arrived), {"now": asked.start})
    later = "UPDATE delivery SET state = 'cancelled' WHERE due >= :until AND state IN ('draft', 'queued', 'claimed')"
    conn.execute(text(later), {"until": asked.until})
    if asked.client is not None:
        others = "UPDATE delivery SET state = 'cancelled' WHERE client IS NOT :client AND state NOT IN ('published', 'cancelled')"
        conn.execute(text(others), {"client": asked.client})


def remember_sent(conn: Connection, world: World, start: int) -> None:
    """What went out in the last day counts against quotas; what platforms told of their quotas holds."""
    sent = (
        "SELECT a.name, d.published_at FROM delivery d JOIN account a ON a.id = d.account_id"
        " WHERE d.state = 'published' AND d.kind <> 'comment' AND d.published_at > :since ORDER BY d.published_at"
    )
    for name, at in conn.execute(text(sent), {"since": start - DAY}):
        world.sent[name].append(min(at, start))
    for name, pace in conn.execute(text("SELECT name, pace FROM account")):
        per_day = json.loads(pace).get("per_day")
        if isinstance(per_day, int):
            world.own[name] = per_day
    told = (
        "SELECT a.name, s.detail FROM step s JOIN delivery d ON d.id = s.delivery_id JOIN account a ON a.id = d.account_id"
        " WHERE s.name = 'quota' AND s.phase = 'done' ORDER BY s.at_intent"
    )
    for name, detail in conn.execute(text(told)):
        most = json.loads(detail).get("of", "")
        if str(most).isdecimal():
            world.per_day[name] = int(most)


# ── as if everything were approved ───────────────────────────────────────────


def approve_all(conn: Connection, before: Before, rules: Mapping[int, Rules], store: Store, now: int) -> dict[str, str]:
    """Say yes to every draft, in the copy. Returns what could not be approved, and why."""
    heads = [view for view in before.posts if view.state == State.DRAFT and view.kind == "post"]
    views = {view.key: view for view in heads}
    blocked: dict[str, str] = {}
    author = Author("person:rehearsal", now, "approved in a rehearsal")
    for unit in units_of_keys(conn, list(views)):
        why = _why_not(conn, unit, rules.get(unit.account_id), store, now)
        if why is None:
            assert unit.digest is not None
            assert unit.timing.due is not None
            window = lifecycle.approval_window(unit.timing.due, unit.timing.not_after)
            try:
                writing.approve(conn, unit, Yes(unit.digest, "rehearsal", "{}", window), author)
            except DeskError as error:
                why = str(error)
        if why is not None:
            blocked[unit.key] = why
    return blocked


def _why_not(conn: Connection, unit: Unit, rules: Rules | None, store: Store, now: int) -> str | None:
    """As the gate would say it, as far as it can be known without a person."""
    if unit.content_id is None or unit.digest is None:
        return "it has no text yet"
    if rules is None:
        return "its account is not connected"
    due = unit.timing.due or 0
    if lifecycle.send_until(due, unit.timing.late, unit.timing.not_after, None) < now:
        return "its time has passed: give it a new time first"
    try:
        publications = stored_content(conn, unit.content_id, unit.key, due, store.assets)
    except (LookupError, ValueError):
        return "its content cannot be read"
    found = next((problem for p in publications for problem in rules.check(p) if problem.is_error), None)
    if found is not None:
        return found.message
    return None if content.digest(publications) == unit.digest else "its content cannot be read"
