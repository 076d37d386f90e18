"""What will go wrong if nobody does anything: said while there is still time, worst first, each with the way to mend it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Literal

from sqlalchemy import Connection, TextClause, bindparam, text

from adapters.limits import LIMITS
from config.servers import is_loopback
from scheduler.clean import clean_line
from scheduler.clock import DAY, HOUR
from scheduler.desk.accounts.standing import Accounts, Standing
from scheduler.desk.today.views import Kind, Risk
from scheduler.desk.views import AccountView
from scheduler.scene import Scene
from scheduler.units.model import SENT_BACK

UNAPPROVED = 36 * HOUR
"""A draft that is due so soon is a risk."""
UNFINISHED = 7 * DAY
"""A draft without words or without a picture is one so long before."""
NEARLY = 0.8
"""Of what an account may publish in a day."""
MOST = 50
_DRAFTS = text(
    "SELECT d.key, d.due, d.client, d.content_id, p.title, a.name, a.platform, c.body FROM delivery d"
    " JOIN post p ON p.id = d.post_id JOIN account a ON a.id = d.account_id LEFT JOIN content c ON c.id = d.content_id"
    " WHERE d.due >= :since AND d.due < :until AND d.parent_id IS NULL AND (d.state || '') = 'draft'"
    f" AND coalesce(d.reason_code, '') <> '{SENT_BACK}' ORDER BY d.due, d.id LIMIT 500"
)
_COMING = text(  # these two walk the index by time, however much the store holds
    "SELECT a.name, count(*) AS n FROM delivery d JOIN account a ON a.id = d.account_id WHERE d.due >= :since AND d.due < :until"
    " AND +d.parent_id IS NULL AND (d.state || '') IN ('queued', 'claimed') GROUP BY a.name"
)
_SENT = text(
    "SELECT a.name, count(*) AS n FROM delivery d JOIN account a ON a.id = d.account_id WHERE d.due >= :since AND d.due < :until"
    " AND +d.parent_id IS NULL AND (d.state || '') = 'published' AND d.published_at > :day GROUP BY a.name"
)
_ANY = text("SELECT 1 FROM delivery WHERE account_id IN (SELECT id FROM account WHERE name IN :names) LIMIT 1").bindparams(
    bindparam("names", expanding=True)
)
LATE = 8 * DAY
"""A post goes out so long after its time at most."""


class Risks(Accounts):
    """Looks ahead."""

    async def risks(self, client: str | None = None) -> list[Risk]:
        """Accounts nothing will leave from, then posts that will not go out as they stand, soonest first."""
        everybody = await self.accounts()
        views = [view for view in everybody if client is None or view.client == client]

        def read(conn: Connection) -> list[Risk]:
            scene = self.scene(conn)
            now = scene.now
            sent = _counted(conn, _SENT, {"since": now - LATE, "until": now + DAY, "day": now - DAY})
            waits = _counted(conn, _COMING, {"since": now - LATE, "until": now + UNFINISHED})
            coming = _counted(conn, _COMING, {"since": now, "until": now + DAY})
            known = [self._as_it_stands(view, sent.get(view.name, 0), None, waits.get(view.name, 0), None) for view in views]
            accounts = [*_sign_ins(known, scene), *self._begun(conn, everybody, known, scene), *_quotas(known, coming, scene)]
            return [*accounts, *(risk for risk in _posts(conn, scene) if client in (None, risk.client))][:MOST]

        return await self.store.read(read)

    def _begun(self, conn: Connection, everybody: Sequence[AccountView], shown: Sequence[Standing], scene: Scene) -> Iterable[Risk]:
        """Signing in that was broken off, as long as nothing was done with a real account: whoever begins would not find it again.

        Later an account that nobody connects is somebody's plan."""
        real = [view for view in everybody if view.supported and not is_loopback(self.workspace.accounts[view.name].base)]
        if not real or any(view.connected for view in real) or conn.execute(_ANY, {"names": [view.name for view in real]}).first():
            return
        for one in [standing for standing in shown if standing.account == real[0]]:
            yield _of_account("sign_in", one, one.words.partition(":")[0], f"daypart account connect {one.account.name}", scene)


def _counted(conn: Connection, sql: TextClause, values: dict[str, int]) -> dict[str, int]:
    return {row.name: row.n for row in conn.execute(sql, values)}


def _sign_ins(standings: Iterable[Standing], scene: Scene) -> Iterable[Risk]:
    """Signed out, or soon; only of accounts that somebody has connected once or that something waits on."""
    for one in standings:
        if one.urgent and (one.account.connected or one.waits):
            view, words = one.account, one.words.partition(":")[0]
            words = f"{words}; {one.waits} wait{'s' if one.waits == 1 else ''} for it" if one.waits else words
            yield _of_account("sign_in", one, words, f"daypart account connect {view.name}", scene)


def _quotas(standings: Iterable[Standing], coming: dict[str, int], scene: Scene) -> Iterable[Risk]:
    for one in standings:
        more = coming.get(one.account.name, 0)
        if one.most is None or not more or one.sent + more < NEARLY * one.most:
            continue
        over = one.sent + more - one.most
        words = f"{one.sent} of {one.most} posts a day are out, {more} more due within a day"
        words += f": {over} wait{'s' if over == 1 else ''} for the next day" if over > 0 else ""
        yield _of_account("quota", one, words, f"daypart post list --account {one.account.name}", scene)


def _of_account(kind: Kind, one: Standing, words: str, command: str, scene: Scene) -> Risk:
    view = one.account
    name, color = scene.client_of(view.client)
    return Risk(kind, view.name, view.client, name, color, view.name, "", one.next, words, command)


def _posts(conn: Connection, scene: Scene) -> Iterable[Risk]:
    for row in conn.execute(_DRAFTS, {"since": scene.now - 2 * HOUR, "until": scene.now + UNFINISHED}):
        kind = _lack(row.content_id, row.body, row.platform, row.due - scene.now)
        if kind is None:
            continue
        left = _left(row.due - scene.now)
        words, command = {
            "no_text": (f"no text yet, {left}", f"daypart post edit {row.key}"),
            "no_media": (f"{LIMITS[row.platform].label} needs a picture or a video, {left}", f"daypart post edit {row.key}"),
            "unapproved": (f"not approved, {left}", f"daypart approve {row.key}"),
        }[kind]
        name, color = scene.client_of(row.client)
        yield Risk(kind, row.key, row.client, name, color, row.name, clean_line(row.title), row.due, words, command)


def _left(micros: int) -> str:
    """`due in 3 h`, `due in 5 days`: nobody wants minutes here."""
    hours = micros // HOUR
    return f"due in {hours // 24} days" if hours >= 48 else f"due in {hours} h" if hours > 0 else "due now"


def _lack(content_id: int | None, body: str | None, platform: str, left: int) -> Literal["no_text", "no_media", "unapproved"] | None:
    """What keeps it from going out; the thing that takes longest to mend."""
    limits = LIMITS.get(platform)
    if limits is not None and limits.media_min and body is not None and not json.loads(body)[0]["media"]:
        return "no_media"
    if content_id is None:
        return "no_text"
    return "unapproved" if left <= UNAPPROVED else None
