"""The summary of the day: what needs a person, waits for a yes or is on hold, whose sign-in ends. Only when there is something to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, text

from scheduler.clock import DAY
from scheduler.holds import name_of
from scheduler.phrases.book import ENGLISH, Voice
from scheduler.when import day_words, when_words

ENDS_SOON = 7 * DAY
SOON = 2 * DAY
_MINE = "(:everything OR client IN :clients)"
_NEEDS = f"SELECT count(*) FROM delivery WHERE state IN ('ask', 'refused', 'missed') AND {_MINE}"
_APPROVE = (
    "SELECT count(*) FROM delivery WHERE state = 'draft' AND parent_id IS NULL AND content_id IS NOT NULL"
    f" AND coalesce(reason_code, '') <> 'sent_back' AND due BETWEEN :now AND :now + {SOON} AND {_MINE}"
)
_WENT = f"SELECT count(*) FROM delivery WHERE state = 'published' AND published_at > :now - {DAY} AND {_MINE}"
_COMING = f"SELECT count(*) FROM delivery WHERE state = 'queued' AND due BETWEEN :now AND :now + {DAY} AND {_MINE}"
_HOLDS = (
    "SELECT h.scope, h.subject, h.at FROM hold h LEFT JOIN account a ON h.scope = 'account' AND a.name = h.subject"
    " WHERE h.released_at IS NULL AND (:everything OR h.scope = 'all' OR (h.scope = 'client' AND h.subject IN :clients)"
    " OR a.client IN :clients) ORDER BY h.at"
)
_SIGN_IN = (
    "SELECT name, state, token_exp FROM account WHERE token_enc IS NOT NULL"
    f" AND (state = 'reauth' OR (token_exp < :now + {ENDS_SOON} AND token_exp > :now AND platform = 'instagram')) AND {_MINE} ORDER BY name"
)


@dataclass(frozen=True, slots=True)
class Summary:
    """One day as one place sees it."""

    needs_you: int
    to_approve: int
    went_out: int
    coming: int
    holds: tuple[tuple[str, int], ...]
    """What is on hold, since when."""
    sign_in: tuple[tuple[str, int | None], ...]
    """Accounts to connect again, with the end of their sign-in or None."""

    @property
    def asks_for_something(self) -> bool:
        """Whether it is worth a message."""
        return bool(self.needs_you or self.to_approve or self.holds or self.sign_in)


def read_summary(conn: Connection, clients: Sequence[str], now: int) -> Summary:
    """Of these clients; none named: of everything."""
    given = {"everything": not clients, "clients": list(clients) or [""], "now": now}

    def ask(sql: str) -> Sequence[tuple[object, ...]]:
        return [tuple(row) for row in conn.execute(text(sql).bindparams(bindparam("clients", expanding=True)), given)]

    def count(sql: str) -> int:
        return int(str(ask(sql)[0][0]))

    holds = tuple((name_of(str(scope), str(subject)), int(str(at))) for scope, subject, at in ask(_HOLDS))
    sign_in = tuple((str(name), None if state == "reauth" else int(str(ends))) for name, state, ends in ask(_SIGN_IN))
    return Summary(count(_NEEDS), count(_APPROVE), count(_WENT), count(_COMING), holds, sign_in)


def summary_lines(summary: Summary, tz: str, now: int, voice: Voice = ENGLISH) -> list[str]:
    """As it stands in a message."""
    say = voice.say
    lines = [say(f"Summary of {day_words(now, tz)}")]
    if summary.needs_you:
        lines.append(f"- {say(f'{summary.needs_you} need you')}: daypart outbox")
    if summary.to_approve:
        lines.append(f"- {say(f'{summary.to_approve} due in the next two days wait for approval: Approvals on the desk')}")
    lines += [f"- {say(f'on hold since {when_words(at, tz)}')}: {say(subject)}" for subject, at in summary.holds]
    for name, ends in summary.sign_in:
        until = "has to be connected again" if ends is None else f"is signed in until {day_words(ends, tz)}"
        lines.append(f"- {name} {say(until)}: daypart account connect {name}")
    return [*lines, say(f"Went out in the last 24 hours: {summary.went_out}. Planned for the next 24: {summary.coming}.")]
