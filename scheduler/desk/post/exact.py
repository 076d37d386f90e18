"""Exactly what a key would make public: its content as stored, checked and previewed by its adapter, with who wrote which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, func, select

from adapters.contract import MediaItem, Preview, Problem, Publication
from config.workspace import Policy
from drafting.labels import Label
from drafting.provenance import Attributed
from drafting.provenance import Span as Origin
from scheduler.accounts.named import Checkers, StoredAccount
from scheduler.clean import clean, clean_line, invisible_in
from scheduler.content import differences
from scheduler.content import kept as content
from scheduler.content.compose import Piece, Script
from scheduler.content.labels import NOTHING_KNOWN, PARTS, cut, is_model, tell
from scheduler.desk.views import PartView, Span
from scheduler.store.statements import APPROVAL, CONTENT


@dataclass(frozen=True, slots=True)
class Exact:
    """One content on one account, looked at from all sides."""

    parts: tuple[PartView, ...]
    first_comment: str | None
    preview: Preview
    problems: tuple[Problem, ...]
    ai_share: float
    options: Mapping[str, str]
    text: str
    """All words that readers will see, for finding facts in them."""
    forbidden: tuple[str, ...] = ()
    """Why the disclosure policy keeps it back."""
    by_model: bool = False
    """A model wrote some of its words, as recorded here or as the file declares."""


def look_at(
    publications: Sequence[Publication], recorded: Attributed | None, account: StoredAccount, checkers: Checkers, policy: Policy
) -> Exact:
    """Check and preview a content. `recorded`: its words as written, with who wrote them; None: all a person's."""
    adapter = checkers.of(account.account)
    posts = [p for p in publications if p.kind != "comment"]
    comment = next((p for p in publications if p.kind == "comment"), None)
    origins = recorded or Attributed(PARTS.join(p.text for p in posts), ())
    parts = cut(origins)
    told = tell(_script(posts), origins, NOTHING_KNOWN, policy)
    problems = [problem for p in publications for problem in (*adapter.check(p), *_hidden(p))]
    problems += [Problem("W502", note, (), "media") for note in told.notes]
    return Exact(
        parts=tuple(_part(p, placed(parts[n] if n < len(parts) else None, p.text)) for n, p in enumerate(posts)),
        first_comment=clean(comment.text) if comment is not None else None,
        preview=_clean_preview(adapter.preview(posts[0])),
        problems=tuple(map(_cleaned, problems)),
        ai_share=told.ai_share,
        options=_options(posts[-1], posts[0]),
        text="\n".join(p.text for p in publications),
        forbidden=told.blocked,
        by_model=told.ai_share > 0 or _declared(posts[0].disclosure.label, told.told.label),
    )


def stored_content(conn: Connection, content_id: int, key: str, due: int, assets: Path) -> tuple[Publication, ...]:
    """The publications of a stored content."""
    body = conn.execute(select(CONTENT.c.body).where(CONTENT.c.id == content_id)).scalar_one()
    return content.load(body, assets, key=key, due=due)


def _declared(said: str, explained: str) -> bool:
    """The label says more than recorded words and media explain: the file declares its text to be a model's (`text_ai`)."""
    return Label(said).rank > max(Label(explained).rank, Label.CHECKED.rank)


def approved_last(conn: Connection, deliveries: Sequence[int]) -> dict[int, str]:
    """Delivery → the digest a person approved last, whether that still holds or not."""
    newest = select(func.max(APPROVAL.c.id)).where(APPROVAL.c.delivery_id.in_(deliveries)).group_by(APPROVAL.c.delivery_id)
    rows = conn.execute(select(APPROVAL.c.delivery_id, APPROVAL.c.digest).where(APPROVAL.c.id.in_(newest)))
    return {row.delivery_id: row.digest for row in rows}


def changed_since(conn: Connection, before: str, now: Sequence[Publication], assets: Path) -> tuple[str, ...]:
    """Lines that differ from the content of another digest."""
    body = conn.execute(select(CONTENT.c.body).where(CONTENT.c.digest == before)).scalar_one_or_none()
    if body is None:
        return ()
    old = content.load(body, assets, key=now[0].key, due=now[0].due)
    return tuple(clean(line) for line in differences.lines(old, now))


def placed(written: Attributed | None, final: str) -> tuple[Origin, ...]:
    """Spans of words as written where they stand in the text that goes out; what was added around them is a person's."""
    if written is None:
        return ()
    start = final.find(written.text) if written.text else -1
    if start >= 0:
        return tuple(replace(span, start=span.start + start, end=span.end + start) for span in written.spans)
    found: list[Origin] = []
    for span in written.spans:  # something stands in between: line by line
        at = 0
        for line in written.text[span.start : span.end].splitlines():
            begin = final.find(line, at) if line.strip() else -1
            if begin >= 0:
                at = begin + len(line)
                found.append(Origin(begin, at, span.origin))
    return tuple(sorted(found, key=lambda span: span.start))


def media_line(item: MediaItem) -> str:
    """`shelf.jpg · 1080×1350 · 240 kB · alt: …`."""
    length = f" · {item.duration_ms / 1000:g} s" if item.duration_ms is not None else ""
    size = f"{item.size / 1_000_000:.1f} MB" if item.size >= 1_000_000 else f"{max(1, item.size // 1000)} kB"
    made = {"generated": " · made by AI", "edited": " · changed by AI"}.get(item.ai, "")
    alt = f"alt: {clean_line(item.alt)}" if item.alt.strip() else "no alt text"
    return f"{clean_line(item.name) or item.mime} · {item.width}×{item.height}{length} · {size}{made} · {alt}"


def _part(publication: Publication, spans: Sequence[Origin]) -> PartView:
    shown = clean(publication.text)
    if shown != publication.text:  # positions would be wrong; the problem says what is hidden
        spans = ()
    return PartView(
        shown, tuple(Span(s.start, s.end, "model" if is_model(s) else "person") for s in spans), tuple(map(media_line, publication.media))
    )


def _script(posts: Sequence[Publication]) -> Script:
    """The script of a content that is composed already."""
    first = posts[0]
    pieces = tuple(Piece(p.text, p.media) for p in posts)
    return Script(first.key, first.target.platform, pieces, None, first.languages, None, first.options)


def _options(last: Publication, first: Publication) -> dict[str, str]:
    said = {name: str(value) for name, value in first.options.model_dump(mode="json", exclude_defaults=True).items()}
    if last.link is not None:
        said["link card"] = f"{last.link.title} {last.link.url}".strip()
    if first.languages:
        said["languages"] = ", ".join(first.languages)
    return {name: clean_line(value) for name, value in said.items()}


def _hidden(publication: Publication) -> list[Problem]:
    """A reader cannot see these signs, and neither can who approves: they are said."""
    found = invisible_in(publication.text)
    if not found:
        return []
    names = ", ".join(f"U+{ord(sign):04X}" for sign in dict.fromkeys(found))
    field = "first_comment" if publication.kind == "comment" else "text"
    return [Problem("W502", f"the text holds {len(found)} signs that nobody sees ({names})", ("write it again without them",), field)]


def _cleaned(problem: Problem) -> Problem:
    return replace(problem, message=clean_line(problem.message), hints=tuple(clean_line(hint) for hint in problem.hints))


def _clean_preview(preview: Preview) -> Preview:
    shown = clean(preview.text)
    folded = preview.folded_at
    if folded is not None and shown != preview.text:
        folded = len(clean(preview.text[:folded]))
    media, notes = tuple(map(clean_line, preview.media)), tuple(map(clean_line, preview.notes))
    return Preview(clean_line(preview.header), shown, folded, media, notes)


def length_words(used: int, allowed: int, tags: int, tags_most: int | None) -> str:
    """`286 of 2,200 · 2 of 5 tags`."""
    words = f"{used:,} of {allowed:,}"
    if used > allowed:
        words += f" · {used - allowed:,} too many"
    if tags_most is not None and tags:
        words += f" · {tags} of {tags_most} tags"
    return words
