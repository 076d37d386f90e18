"""The agenda: everything that has a time in one order, as ids; what is free of posts, too near or shifted by clocks stands between."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from sqlalchemy import Connection, text

from config.times import micros, zone
from scheduler.desk.calendar import shown
from scheduler.desk.clean import clean_line
from scheduler.desk.planned import Agenda, Filter, Note, Signs

_FIELDS = ("p.title", "p.campaign", "p.slug", "a.name", "a.platform")


def read_agenda(conn: Connection, wanted: Filter, words: str, clients: Mapping[str, str]) -> Agenda:
    """Ids by time, without notes. `clients`: id → name, for finding by a client's name."""
    where, values = shown(wanted)
    found, said = _finding(words, clients)
    joined = " JOIN post p ON p.id = d.post_id JOIN account a ON a.id = d.account_id" if words else ""
    sql = f"SELECT d.id, d.due FROM delivery d{joined} WHERE d.due IS NOT NULL AND {where}{found} ORDER BY d.due, d.id"
    lines, dues = array("q"), array("q")
    for id_, due in conn.execute(text(sql), values | said):
        lines.append(id_)
        dues.append(due)
    return Agenda(lines, dues)


def _finding(words: str, clients: Mapping[str, str]) -> tuple[str, dict[str, object]]:
    """A condition for each word; every one of them must stand somewhere in the line."""
    conditions, values = [], dict[str, object]()
    for n, word in enumerate(words.split()):
        ways = list(dict.fromkeys((word, word.casefold(), word.capitalize(), word.upper())))  # LIKE folds only the letters of English
        for way, said in enumerate(ways):
            values[f"w{n}_{way}"] = "%" + said.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        parts = [f"{field} LIKE :w{n}_{way} ESCAPE '\\'" for field in _FIELDS for way in range(len(ways))]
        named = [client for client, name in clients.items() if word.casefold() in clean_line(name).casefold()]
        for m, client in enumerate(named):
            values[f"c{n}_{m}"] = client
            parts.append(f"d.client = :c{n}_{m}")
        conditions.append(f" AND ({' OR '.join(parts)})")
    return "".join(conditions), values


def notes_of(signs: Signs) -> list[Note]:
    """Signs as lines."""
    return [
        *(Note("gap", gap.first, gap.words) for gap in signs.gaps),
        *(Note("collision", found.day, found.words) for found in signs.collisions),
        *(Note("clocks", change.day, change.words) for change in signs.clocks),
    ]


def with_notes(agenda: Agenda, notes: Sequence[Note], tz: str) -> Agenda:
    """The same with lines between: a gap and a night of clocks where their day begins, a collision too."""
    ordered = sorted(notes, key=lambda note: (note.day, note.kind, note.words))
    lines, dues = array("q"), array("q")
    start = 0
    for n, note in enumerate(ordered):
        at = _midnight(note.day, tz)
        end = bisect_left(agenda.dues, at, start)
        lines.extend(agenda.lines[start:end])
        dues.extend(agenda.dues[start:end])
        lines.append(-n - 1)
        dues.append(at)
        start = end
    lines.extend(agenda.lines[start:])
    dues.extend(agenda.dues[start:])
    return Agenda(lines, dues, tuple(ordered))


def _midnight(day: date, tz: str) -> int:
    return micros(datetime.combine(day, time(), zone(tz)))
