"""The agenda: everything that has a time in one order, as ids; what is free of posts, too near or shifted by clocks stands between."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import Connection, text

from config.times import micros, zone
from scheduler.clean import clean_line
from scheduler.desk.calendar.days import shown
from scheduler.desk.calendar.views import Agenda, Filter, Note, Signs


@dataclass(frozen=True, slots=True)
class Notes:
    """Lines that are no posts, by time."""

    notes: tuple[Note, ...] = ()
    starts: tuple[int, ...] = ()
    """The instant each stands at."""


NO_NOTES = Notes()
_FIELDS = ("p.title", "p.campaign", "p.slug", "a.name", "a.platform")


def read_agenda(conn: Connection, wanted: Filter, words: str, clients: Mapping[str, str], notes: Notes = NO_NOTES) -> Agenda:
    """Ids by time, the notes between them: made in one go, since 100,000 lines are noticed. `clients`: id → name, for finding by a
    client's name."""
    where, values = shown(wanted)
    found, said = _finding(words, clients)
    joined = " JOIN post p ON p.id = d.post_id JOIN account a ON a.id = d.account_id" if words else ""
    sql = f"SELECT d.id, d.due FROM delivery d{joined} WHERE d.due IS NOT NULL AND {where}{found} ORDER BY d.due, d.id"
    return with_notes(conn.execute(text(sql), values | said), notes)


def with_notes(posts: Iterable[tuple[int, int]], notes: Notes) -> Agenda:
    """Ids with their times, and before each the notes of its time."""
    lines, dues = array("q"), array("q")
    left = list(enumerate(notes.starts))[::-1]
    for id_, due in posts:
        while left and left[-1][1] <= due:
            _add_note(lines, dues, *left.pop())
        lines.append(id_)
        dues.append(due)
    while left:
        _add_note(lines, dues, *left.pop())
    return Agenda(lines, dues, notes.notes)


def _add_note(lines: array[int], dues: array[int], number: int, start: int) -> None:
    lines.append(-number - 1)
    dues.append(start)


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


def notes_of(signs: Signs, tz: str) -> Notes:
    """Signs as lines: a gap and a night of clocks where their day begins, a collision too."""
    notes = [
        *(Note("gap", gap.first, gap.words) for gap in signs.gaps),
        *(Note("collision", found.day, found.words) for found in signs.collisions),
        *(Note("clocks", change.day, change.words) for change in signs.clocks),
    ]
    ordered = sorted(notes, key=lambda note: (note.day, note.kind, note.words))
    return Notes(tuple(ordered), tuple(micros(datetime.combine(note.day, time(), zone(tz))) for note in ordered))
