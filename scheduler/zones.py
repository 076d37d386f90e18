"""Governments change clocks: when the time zone data is newer than before, planned posts keep what their wall clock says."""

from __future__ import annotations

import json
import zoneinfo
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path

from sqlalchemy import Connection, select

from config.times import micros, resolve_wall, wall_text, zone
from scheduler.clock import MINUTE, SECOND
from scheduler.lifecycle import State
from scheduler.store.statements import DELIVERY, add_notice, get_meta, set_meta
from scheduler.units import writing
from scheduler.units.model import Author, Unit
from scheduler.units.reading import units_of_keys
from scheduler.when import moved_words

VERSION, MOVED = "tz_data", "tz_moved"
"""Names in `meta`: the data that was used last, and what its last change moved."""
SAME = MINUTE
"""Instants so near are one: walls are written to the minute."""


@dataclass(frozen=True, slots=True)
class ZoneMove:
    """One planned post whose instant is another than it was."""

    key: str
    before: int
    after: int
    tz: str
    kept: bool
    """Its approval holds, or it needs none yet; False: a person has to decide."""


def data_version() -> str:
    """Of the time zone data that this process uses: the system's, or the package's where there is none."""
    for folder in map(Path, zoneinfo.TZPATH):
        for name in ("tzdata.zi", "+VERSION"):
            with suppress(OSError):
                first = (folder / name).read_text("utf-8", "replace").partition("\n")[0]
                return first.removeprefix("# version ").strip()
        if (folder / "UTC").exists():
            return f"of {int(folder.stat().st_mtime)}"
    try:
        return version_of("tzdata")
    except PackageNotFoundError:
        return "none"


def right_instant(wall: str, tz: str, planned: int) -> int:
    """Where this wall time is by the data of now; what is planned where it shows this time is right already."""
    naive = datetime.fromisoformat(wall)
    both = [micros(naive.replace(tzinfo=zone(tz), fold=fold)) for fold in (0, 1)]
    shows = any(wall_text(datetime.fromtimestamp(at // SECOND, zone(tz)).replace(tzinfo=None)) == wall for at in both)
    if shows and any(abs(at - planned) < SAME for at in both):
        return planned
    right = resolve_wall(naive, tz).fixed.instant
    return planned if abs(right - planned) < SAME else right


def follow_data(conn: Connection, version: str, now: int, actor: str) -> list[ZoneMove]:
    """When the data is another than the last time, put right what it moves. Runs inside one transaction."""
    before = get_meta(conn, VERSION)
    if before == version:
        return []
    set_meta(conn, VERSION, version)
    moves = [_move(conn, unit, now, actor, version) for unit in _wrong(conn, now)]
    if moves:
        set_meta(conn, MOVED, json.dumps([asdict(move) for move in moves]))
        add_notice(conn, "clock", _words(moves, before, version), now, event_seq=now)
    return moves


def last_moves(conn: Connection, now: int) -> list[ZoneMove]:
    """What the last change of the data moved, as far as it still lies ahead."""
    told = get_meta(conn, MOVED)
    moves = [ZoneMove(**move) for move in json.loads(told)] if told else []
    ahead = (DELIVERY.c.key.in_([move.key for move in moves]), DELIVERY.c.state.in_((State.DRAFT, State.QUEUED)), DELIVERY.c.due > now)
    left = dict(conn.execute(select(DELIVERY.c.key, DELIVERY.c.due).where(*ahead)).fetchall()) if moves else {}
    return [move for move in moves if left.get(move.key) == move.after]  # who was given another time was seen


def move_words(move: ZoneMove) -> str:
    """`autumn/teaser@ig: Wed  2 Dec 12:15 → 13:15 CET`, with what is left to do."""
    words = f"{move.key}: {moved_words(move.before, move.after, move.tz)}"
    return words if move.kept else f"{words}, needs a new approval"


def _wrong(conn: Connection, now: int) -> Sequence[Unit]:
    """Planned units that are not where their wall time is."""
    ahead = (DELIVERY.c.state.in_((State.DRAFT, State.QUEUED)), DELIVERY.c.parent_id.is_(None), DELIVERY.c.due > now, DELIVERY.c.wall != "")
    rows = conn.execute(select(DELIVERY.c.key, DELIVERY.c.wall, DELIVERY.c.tz, DELIVERY.c.due).where(*ahead)).fetchall()
    return units_of_keys(conn, [row.key for row in rows if right_instant(row.wall, row.tz, row.due) != row.due])


def _move(conn: Connection, unit: Unit, now: int, actor: str, version: str) -> ZoneMove:
    timing, before = unit.timing, unit.timing.due
    assert before is not None
    after = right_instant(timing.wall, timing.tz, before)
    new = replace(timing, due=after)
    kept = not unit.approved or (writing.stays_inside(unit, new) and after > now)
    why = f"{timing.tz} has other clocks since time zone data {version}: {moved_words(before, after, timing.tz)}"
    author = Author(actor, now, why if kept else f"{why}. Approve it again.")
    writing.retime(conn, unit if kept else _unapproved(unit), new, _leads(conn, unit), author)
    return ZoneMove(unit.key, before, after, timing.tz, kept)


def _unapproved(unit: Unit) -> Unit:
    """As if its approval did not reach that far."""
    return replace(unit, acts=tuple(replace(act, window=None) for act in unit.acts))


def _leads(conn: Connection, unit: Unit) -> list[float]:
    """As they were when it was planned."""
    rows = conn.execute(
        select(DELIVERY.c.id, DELIVERY.c.due, DELIVERY.c.prepare_at).where(DELIVERY.c.id.in_([act.id for act in unit.acts]))
    )
    leads = {row.id: (row.due - (row.prepare_at or row.due)) / SECOND for row in rows if row.due is not None}
    return [leads.get(act.id, 0.0) for act in unit.acts]


def _words(moves: Sequence[ZoneMove], before: str | None, version: str) -> str:
    decide = sum(not move.kept for move in moves)
    first = "; ".join(move_words(move) for move in moves[:3])
    more = f"; {len(moves) - 3} more" if len(moves) > 3 else ""
    count = f"{len(moves)} planned post{'s' if len(moves) > 1 else ''}"
    need = f", {decide} of them need a new approval" if decide else ""
    return f"The clocks of a time zone were changed (data {before or 'unknown'} → {version}): {count} moved with them{need}. {first}{more}"
