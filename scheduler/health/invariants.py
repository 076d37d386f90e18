"""What must always hold in a store, each as a question that finds nothing. Numbers are those of docs/promise.md's list.

Not here because a store cannot show it: that a platform has one copy only (1), and that a renewed token was saved before its use (12)."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

from scheduler.clock import HOUR, MINUTE, SystemClock
from scheduler.health.finding import Finding
from scheduler.lifecycle import LEASED

_REPORT = "stop the service, keep a copy of the state folder, and report this"
_BUSY = ", ".join(f"'{state}'" for state in sorted(LEASED))
_MAY_BE_SENT = "('queued', 'claimed', 'sending', 'processing', 'unknown', 'checking')"

Check = Callable[[Connection], Finding]


def nothing(what: str, query: str, fix: str = _REPORT) -> Check:
    """This query finds nothing. `what` says it in the good case."""

    def check(conn: Connection) -> Finding:
        keys = [str(key) for (key,) in conn.execute(text(query), {"now": SystemClock().wall()})]
        shown = ", ".join(keys[:3]) + ("" if len(keys) <= 3 else f" and {len(keys) - 3} more")
        return Finding(not keys, what if not keys else f"not so: {what} – {shown}", fix)

    return check


INVARIANTS: tuple[Check, ...] = (
    nothing(
        "every published post was approved",
        "SELECT d.key FROM delivery d WHERE d.state = 'published' AND NOT EXISTS"
        " (SELECT 1 FROM approval a WHERE a.delivery_id = d.id AND a.actor_kind = 'person')",
    ),
    nothing(
        "every request was made under an approval that held at that moment",
        "SELECT DISTINCT d.key FROM step s JOIN delivery d ON d.id = s.delivery_id WHERE s.kind = 'commit' AND s.request_digest <> ''"
        " AND NOT EXISTS (SELECT 1 FROM approval a WHERE a.delivery_id = d.id AND a.digest = s.request_digest AND a.actor_kind = 'person'"
        " AND (a.voided_at IS NULL OR a.voided_at >= s.at_intent))",
    ),
    nothing(
        "every request had its intent on disk first",
        "SELECT d.key FROM delivery d WHERE d.state IN ('sending', 'processing') AND NOT EXISTS"
        " (SELECT 1 FROM step s WHERE s.delivery_id = d.id AND s.kind = 'commit')",
    ),
    nothing(
        "every time a post was sent, the same try has its intent",
        "SELECT DISTINCT d.key FROM event e JOIN delivery d ON d.id = e.delivery_id WHERE e.\"to\" = 'sending' AND e.\"from\" = 'claimed'"
        " AND NOT EXISTS (SELECT 1 FROM step s WHERE s.delivery_id = d.id AND s.kind = 'commit' AND s.fence = e.fence)",
    ),
    nothing(
        "what is published or cancelled stays so",
        "SELECT DISTINCT d.key FROM event e JOIN delivery d ON d.id = e.delivery_id"
        ' WHERE e."from" IN (\'published\', \'cancelled\') AND e."to" <> e."from"',
    ),
    nothing(
        "no try is older than the one before it",
        "SELECT DISTINCT d.key FROM event e JOIN delivery d ON d.id = e.delivery_id WHERE e.fence > d.fence",
    ),
    nothing(
        "at most one post is being sent on each account",
        "SELECT min(key) FROM delivery WHERE state = 'sending' GROUP BY account_id HAVING count(*) > 1",
    ),
    nothing(
        "parts and comments follow what they hang on",
        "SELECT d.key FROM delivery d JOIN delivery p ON p.id = d.parent_id"
        " WHERE d.state IN ('sending', 'published') AND (p.state <> 'published' OR p.remote_id IS NULL)",
    ),
    nothing(
        "no part was sent before the one it answers was public",
        "SELECT DISTINCT d.key FROM event e JOIN delivery d ON d.id = e.delivery_id JOIN delivery p ON p.id = d.parent_id"
        " WHERE e.\"to\" = 'sending' AND NOT EXISTS"
        " (SELECT 1 FROM event pe WHERE pe.delivery_id = p.id AND pe.\"to\" = 'published' AND pe.seq < e.seq)",
    ),
    nothing(
        "everything scheduled has an approval that holds",
        "SELECT d.key FROM delivery d WHERE d.state IN ('queued', 'claimed', 'sending') AND NOT EXISTS"
        " (SELECT 1 FROM approval a WHERE a.delivery_id = d.id AND a.digest = d.digest AND a.voided_at IS NULL)",
        "approve it again: `daypart post show KEY`",
    ),
    nothing(
        "everything on its way has content and a time",
        f"SELECT key FROM delivery WHERE state IN {_MAY_BE_SENT} AND (content_id IS NULL OR due IS NULL)",
    ),
    nothing(
        "nothing is stuck in work",
        f"SELECT key FROM delivery WHERE state IN ({_BUSY}) AND beat > 0 AND beat < :now - {2 * MINUTE}",
        "start the service: it looks up what was under way",
    ),
    nothing(
        "nothing waits for a look that never comes",
        f"SELECT key FROM delivery WHERE state IN ('unknown', 'processing') AND look_at < :now - {HOUR}",
        "start the service: it looks up what was under way",
    ),
    nothing(
        "nothing goes out unlooked where nobody could tell whether it is public",
        "SELECT DISTINCT d.key FROM event e JOIN delivery d ON d.id = e.delivery_id"
        " WHERE e.\"from\" = 'unknown' AND e.\"to\" NOT IN ('checking', 'unknown')",
    ),
    nothing(
        "each public post belongs to one delivery",
        "SELECT min(key) FROM delivery WHERE remote_id IS NOT NULL GROUP BY account_id, remote_id HAVING count(*) > 1",
    ),
    nothing(
        "no proof shows a second copy of a post",
        "SELECT DISTINCT d.key FROM evidence v JOIN delivery d ON d.id = v.delivery_id"
        " WHERE d.state = 'published' AND v.source <> 'person' AND v.remote_id <> d.remote_id",
        "look at the account: two posts may be public; delete one there",
    ),
    nothing(
        "only people approved, and only people decided",
        "SELECT DISTINCT d.key FROM event e JOIN delivery d ON d.id = e.delivery_id"
        " WHERE ((e.\"from\" = 'draft' AND e.\"to\" = 'queued') OR (e.\"from\" = 'ask' AND e.\"to\" IN ('published', 'queued')))"
        " AND e.actor NOT LIKE 'person:%'",
    ),
    nothing(
        "no post waits for your decision",
        "SELECT key FROM delivery WHERE state = 'ask'",
        "daypart outbox",
    ),
)
