"""What the model proposed, as the store keeps it and as people see it."""

from __future__ import annotations

import json

from sqlalchemy import Connection, RowMapping, text

from drafting.schemas import ReelScript
from drafting.script import TimedBeat, spoken_length, timed
from scheduler.clean import clean, clean_line
from scheduler.desk.views import BeatView, ProposalView

_SQL = (
    "SELECT r.id, r.post_id, r.run_id, r.language, r.variant, r.kind, r.body, r.text, r.status, r.report, p.campaign, p.slug, p.managed_by,"
    " g.model, g.endpoint_host, g.brief_hash FROM proposal r JOIN post p ON p.id = r.post_id JOIN generation_run g ON g.id = r.run_id"
)


def read_proposals(conn: Connection, post: str | None = None) -> list[ProposalView]:
    """Proposals nobody has decided yet, of one post or all."""
    where, values = " WHERE r.status IN ('ready', 'needs_work')", dict[str, object]()
    if post is not None:
        campaign, _, slug = post.partition("/")
        where, values = f"{where} AND p.campaign = :campaign AND p.slug = :slug", {"campaign": campaign, "slug": slug}
    rows = conn.execute(text(f"{_SQL}{where} ORDER BY p.campaign, p.slug, r.language, r.id"), values).mappings()
    return [view_of(row) for row in rows]


def read_proposal(conn: Connection, proposal: int) -> RowMapping | None:
    """One proposal with its post and run."""
    return conn.execute(text(f"{_SQL} WHERE r.id = :id"), {"id": proposal}).mappings().first()


def view_of(row: RowMapping) -> ProposalView:
    """A proposal for a screen."""
    script = ReelScript.model_validate_json(row["body"]) if row["kind"] == "reel" else None
    return ProposalView(
        id=row["id"],
        post=f"{row['campaign']}/{row['slug']}",
        language=row["language"],
        variant=row["variant"],
        kind=row["kind"],
        text=clean(row["text"]),
        beats=tuple(map(_beat, timed(script))) if script else (),
        spoken_seconds=spoken_length(script) if script else None,
        status=row["status"],
        problems=tuple(clean_line(problem) for problem in json.loads(row["report"])),
        model=clean_line(row["model"]),
        host=clean_line(row["endpoint_host"]),
    )


def _beat(timed_beat: TimedBeat) -> BeatView:
    beat = timed_beat.beat
    return BeatView(timed_beat.start, timed_beat.seconds, clean(beat.voice), clean(beat.screen), clean(beat.shot))
