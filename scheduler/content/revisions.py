"""Texts as the store recorded them: what models proposed, and who wrote which words of each saved text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, RowMapping, Table, delete, func, insert, select, text

from drafting.provenance import AI, AiOutput, Attributed, Span
from scheduler.content.labels import Sources, is_model, spans_of
from scheduler.store.tables import TABLES

REVISION: Table = TABLES.tables["revision"]


def read_sources(conn: Connection, post_id: int | None = None) -> dict[str, Sources]:
    """What models proposed for a post and what was recorded of its texts, by `campaign/post`. Without `post_id`: of all from files."""
    outputs: dict[str, list[AiOutput]] = {}
    for row in _rows(conn, "SELECT p.campaign, p.slug, r.run_id, r.text, r.body FROM proposal r JOIN post p ON p.id = r.post_id", post_id):
        words = "\n".join([row["text"], *_texts_of(row["body"])])
        outputs.setdefault(f"{row['campaign']}/{row['slug']}", []).append(AiOutput(row["run_id"], words))
    before: dict[str, dict[str, Attributed]] = {}
    earlier: dict[str, list[Attributed]] = {}
    for row in _rows(conn, "SELECT p.campaign, p.slug, r.field, r.text, r.spans FROM revision r JOIN post p ON p.id = r.post_id", post_id):
        post, saved = f"{row['campaign']}/{row['slug']}", Attributed(row["text"], spans_of(row["spans"]))
        before.setdefault(post, {})[row["field"]] = saved
        earlier.setdefault(post, []).extend([saved] if post_id is not None else [])
    return {
        post: Sources(tuple(outputs.get(post, ())), earlier=_of_models(earlier.get(post, ())), before=before.get(post, {}))
        for post in {*outputs, *before}
    }


def _of_models(saved: Iterable[Attributed]) -> tuple[AiOutput, ...]:
    """What models wrote of texts that were saved, each piece once and whole; a piece of a piece says nothing new."""
    found: dict[str, AiOutput] = {}
    for one in saved:
        for span in one.spans:
            if is_model(span) and (words := one.text[span.start : span.end].strip()) and not any(words in known for known in found):
                found = {known: output for known, output in found.items() if known not in words}
                found[words] = AiOutput(span.origin.removeprefix(AI), words)
    return tuple(found.values())


def spans_json(spans: Sequence[Span]) -> str:
    """Spans as they are stored."""
    return json.dumps([{"start": span.start, "end": span.end, "origin": span.origin} for span in spans])


def keep_revision(conn: Connection, post_id: int, field_name: str, saved: Attributed, editor: str, at: int) -> int:
    """One more saved text of a post. Returns its number."""
    mine = (REVISION.c.post_id == post_id, REVISION.c.field == field_name)
    n = (conn.execute(select(func.max(REVISION.c.n)).where(*mine)).scalar_one() or 0) + 1
    row = {"post_id": post_id, "field": field_name, "n": n, "text": saved.text, "spans": spans_json(saved.spans)}
    conn.execute(insert(REVISION).values(**row, editor=editor, at=at))
    return n


def forget_unwritten(conn: Connection, post_id: int, field_name: str) -> None:
    """A text that was begun empty goes as if it had never been; one in which anybody has saved anything stays."""
    mine = (REVISION.c.post_id == post_id, REVISION.c.field == field_name)
    if conn.execute(select(REVISION.c.text).where(*mine)).scalars().all() == [""]:
        conn.execute(delete(REVISION).where(*mine))


def _rows(conn: Connection, sql: str, post_id: int | None) -> Sequence[RowMapping]:
    only, values = ("r.post_id = :post", {"post": post_id}) if post_id is not None else ("p.managed_by = 'files'", {})
    return conn.execute(text(f"{sql} WHERE {only} ORDER BY r.id"), values).mappings().all()


def _texts_of(body: str) -> Iterator[str]:
    """Every text in a proposal's JSON: people paste from scripts too."""
    waiting: list[object] = [json.loads(body)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
