"""A rehearsal for programs."""

from __future__ import annotations

from daypart.output import hold_json, rfc3339
from scheduler.clock import MINUTE
from scheduler.rehearsal.result import QuotaUse, Rehearsal, RehearsedPost
from scheduler.rehearsal.weather import Incident


def rehearsal_json(found: Rehearsal) -> dict[str, object]:
    """The documented JSON; more fields may follow."""
    asked = found.asked
    return {
        "rehearsal": "nothing was sent",
        "from": rfc3339(asked.start, asked.tz),
        "until": rfc3339(asked.until, asked.tz),
        "seed": asked.seed,
        "outages": asked.level.value,
        "approvals": asked.approvals,
        "posts": [_post(post) for post in found.posts],
        "incidents": [_incident(incident, asked.tz) for incident in found.incidents],
        "summary": {
            "going_out": len(found.going_out),
            "needing_you": len(found.needing_you),
            "by_outcome": {outcome.value: n for outcome, n in found.counts.items()},
        },
        "quotas": [_quota(quota) for quota in found.quotas],
        "clock_changes": [
            {"at": rfc3339(c.at, c.tz), "words": c.words, "posts": [{"key": key, "words": words} for key, words in c.touched]}
            for c in found.clock_changes
        ],
        "close_together": [
            {"account": n.account, "keys": [n.first, n.second], "at": rfc3339(n.at, asked.tz), "minutes": n.apart // MINUTE}
            for n in found.near
        ],
        "holds": [hold_json(hold) for hold in found.holds],
        "accounts": [
            {"account": a.account, "words": a.words, "do": a.way_out or None, "needs_person": a.needs_person} for a in found.accounts
        ],
        "cannot_know": list(found.cannot_know),
        "seconds": round(found.seconds, 2),
    }


def _post(post: RehearsedPost) -> dict[str, object]:
    return {
        "key": post.key,
        "client": post.client,
        "account": post.account,
        "platform": post.platform,
        "kind": post.kind,
        "part": post.part,
        "parts": post.parts,
        "due": rfc3339(post.due, post.tz),
        "out": rfc3339(post.out_at, post.tz),
        "late_minutes": post.late_by // MINUTE,
        "outcome": post.outcome.value,
        "why": post.why or None,
        "notes": list(post.notes),
        "do": post.way_out or None,
    }


def _incident(incident: Incident, tz: str) -> dict[str, object]:
    return {
        "kind": incident.kind.value,
        "from": rfc3339(incident.start, tz),
        "to": rfc3339(incident.end, tz),
        "whom": incident.whom or None,
        "words": incident.words,
    }


def _quota(quota: QuotaUse) -> dict[str, object]:
    return {
        "account": quota.account,
        "platform": quota.platform_name,
        "per_day": dict(quota.per_day),
        "most_in_24_h": quota.busiest,
        "of": quota.of,
        "told_by_platform": quota.told,
        "own_limit": quota.own,
    }
