"""One delivery with everything a decision rests on, printed: the safe thing first, then what was sent, what came back, each look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from daypart.call import Call
from daypart.output import clock_time, delivery_json, print_json, rfc3339, when

if TYPE_CHECKING:
    from scheduler.desk.outbox.evidence import Evidence


def print_evidence(call: Call, found: Evidence) -> None:
    """For people, or as JSON."""
    if call.as_json:
        print_json({"deliveries": [delivery_json(found.delivery)], "evidence": evidence_json(found)})
        return
    for line in _lines(found):
        click.echo(line)


def evidence_json(found: Evidence) -> dict[str, object]:
    """The documented JSON of the evidence."""
    tz = found.delivery.tz
    return {
        "first": found.first,
        "options": [{"name": o.name, "words": o.words, "risk": o.risk, "command": o.command} for o in found.options],
        "text": found.text,
        "media": list(found.media),
        "place": found.place,
        "page": found.page,
        "sent": [
            {"at": rfc3339(s.at, tz), "until": rfc3339(s.until, tz), "came": s.came, "said": s.said, "code": s.code, "status": s.status}
            for s in found.sent
        ],
        "looks": [{"at": rfc3339(one.at, tz), "result": one.result, "said": one.said} for one in found.looks],
        "next_look": rfc3339(found.next_look, tz),
        "proofs": list(found.proofs),
        "knows": found.knows,
    }


def _lines(found: Evidence) -> list[str]:
    view, tz = found.delivery, found.delivery.tz
    lines = [f"{found.place}: {view.words}", view.key]
    lines += [f"why: {view.reason}"] if view.reason else []
    lines += [f"next: {found.first}"] if found.first else []
    lines += [f"  {o.words}: {o.command}\n    {o.risk}" for o in found.options]
    lines += ["", f"planned {when(view.due, tz)}" + (f", public {when(view.published_at, tz)}" if view.published_at else "")]
    lines += [f"  {line}" for line in found.text.splitlines()] + [f"  [{media}]" for media in found.media]
    for sent in found.sent:
        status = f", HTTP {sent.status}" if sent.status else ""
        said = f": {sent.said}" if sent.said else ""
        lines.append(f"sent {when(sent.at, tz)} ({clock_time(sent.at, tz)}): {sent.came}{status}{said}")
    lines += [f"looked {clock_time(look.at, tz)}: {look.result}: {look.said}" for look in found.looks]
    lines += [f"next look {clock_time(found.next_look, tz)}"] if found.next_look else []
    lines += [f"pointed at: {proof}" for proof in found.proofs]
    return lines + ([found.knows] if found.knows else [])
