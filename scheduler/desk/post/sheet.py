"""A post as the composer works with it: its texts by field, and what each account makes of them. Pure once it is read.

Fields: a language (`en`), one account's own text (`en@ig-kawa`), a text for every language (`text`), `first_comment`, `alt:0`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, text

from adapters.contract import MediaItem, Publication
from adapters.limits import LIMITS
from config.options import OPTIONS, Options
from config.resolved import Link, MediaOrigin
from config.workspace import Workspace
from drafting.labels import Label
from drafting.provenance import DECLARED, Attributed, Span, ai_share
from scheduler.accounts.named import StoredAccount, names_by_id
from scheduler.accounts.rows import read_accounts
from scheduler.content.compose import Piece, Script, split_parts
from scheduler.content.labels import PARTS, Sources, explained, field_of, spans_of
from scheduler.content.revisions import read_sources
from scheduler.desk.post.exact import placed, stored_content
from scheduler.lifecycle import State
from scheduler.units.model import Unit
from scheduler.units.reading import units_of_posts

EVERY = "text"
"""Field of a text that serves every language."""
COMMENT = "first_comment"
SCRIPT = "script:"
"""Field of a Reels script in one language: `script:en`. Never public."""
ASIDE = "aside:"
"""Field of what somebody typed over a text that another person had changed meanwhile: kept, and never public."""
MADE = "made:"
"""Field of what a person says of a file, by its hash: `none`, `edited`, `generated` by AI. No text.

It is kept here because one content stands for all that make the same public: two posts told alike may have it from other files."""
BETWEEN_ALTS = "\n"
"""Between the alternative texts of an account with several languages, as in files."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One text of a post as saved last."""

    origins: Attributed
    editor: str = ""
    """Who saved it: `human:NAME`, `ai:RUN`."""


@dataclass(frozen=True, slots=True)
class Seat:
    """What one account makes of the post."""

    unit: Unit
    account: StoredAccount
    languages: tuple[str, ...]
    media: tuple[tuple[MediaItem, ...], ...]
    """Per part."""
    first_comment: str | None
    link: Link | None
    options: Options


@dataclass(frozen=True, slots=True)
class Sheet:
    """One post, whole."""

    post_id: int
    post: str
    """`campaign/post`."""
    title: str
    managed_by: str
    brief: str | None
    texts: Mapping[str, Saved]
    seats: tuple[Seat, ...]
    sources: Sources
    made: Mapping[str, MediaOrigin] = field(default_factory=dict)
    """Hash of a file → what a person said of it at the desk. A post from files says it there."""


def going(sheet: Sheet) -> tuple[Seat, ...]:
    """Where the post goes: not where it was cancelled, unless it was cancelled everywhere."""
    return tuple(seat for seat in sheet.seats if seat.unit.state != State.CANCELLED) or sheet.seats


def read_sheet(conn: Connection, post: str, workspace: Workspace, assets: Path) -> Sheet | None:
    """The post with its newest texts, or None."""
    campaign, _, slug = post.partition("/")
    sql = "SELECT id, title, managed_by, brief FROM post WHERE campaign = :campaign AND slug = :slug AND archived_at IS NULL"
    row = conn.execute(text(sql), {"campaign": campaign, "slug": slug}).first()
    if row is None:
        return None
    accounts = names_by_id(read_accounts(conn, workspace))
    saved = _saved(conn, row.id)
    units = sorted(units_of_posts(conn, [row.id]), key=lambda unit: unit.key)
    plain = tuple(name for name in saved if is_language(name))
    seats = tuple(_seat(conn, unit, accounts[unit.account_id], plain, assets) for unit in units if unit.account_id in accounts)
    made = {} if row.managed_by == "files" else _made(conn, row.id)
    seats = tuple(replace(seat, media=as_declared(seat.media, made)) for seat in seats) if made else seats
    if row.managed_by == "files":
        saved = _texts_of_files(seats, conn, workspace.join, saved, assets)
    sources = read_sources(conn, row.id).get(post, Sources())
    return Sheet(row.id, post, row.title, row.managed_by, row.brief, saved, seats, sources, made)


def as_declared(parts: tuple[tuple[MediaItem, ...], ...], made: Mapping[str, MediaOrigin]) -> tuple[tuple[MediaItem, ...], ...]:
    """The same files, each with what a person said of it."""
    return tuple(tuple(replace(item, ai=made.get(item.sha256, item.ai)) for item in part) for part in parts)


def _made(conn: Connection, post_id: int) -> dict[str, MediaOrigin]:
    sql = "SELECT field, text FROM revision WHERE post_id = :post AND field LIKE :made ORDER BY n"
    rows = conn.execute(text(sql), {"post": post_id, "made": f"{MADE}%"})
    return {row.field.removeprefix(MADE): cast("MediaOrigin", row.text) for row in rows}


def is_language(name: str) -> bool:
    """Whether a field is the text of one language, the same for every account."""
    return "@" not in name and ":" not in name and name not in (EVERY, COMMENT)


def _saved(conn: Connection, post_id: int) -> dict[str, Saved]:
    sql = (
        "SELECT r.field, r.text, r.spans, r.editor FROM revision r WHERE r.post_id = :post"
        " AND r.n = (SELECT max(o.n) FROM revision o WHERE o.post_id = r.post_id AND o.field = r.field) ORDER BY r.id"
    )
    rows = conn.execute(text(sql), {"post": post_id})
    texts = (row for row in rows if not row.field.startswith((SCRIPT, ASIDE, MADE)))
    return {row.field: Saved(Attributed(row.text, spans_of(row.spans)), row.editor) for row in texts}


def _seat(conn: Connection, unit: Unit, account: StoredAccount, plain: tuple[str, ...], assets: Path) -> Seat:
    languages = account.account.languages or plain
    if unit.content_id is None:
        return Seat(unit, account, languages, (), None, None, OPTIONS.get(account.account.platform, Options)())
    publications = stored_content(conn, unit.content_id, unit.key, unit.timing.due or 0, assets)
    posts = [p for p in publications if p.kind != "comment"]
    comment = next((p.text for p in publications if p.kind == "comment"), None)
    said = account.account.languages or posts[0].languages or plain
    return Seat(unit, account, said, tuple(p.media for p in posts), comment, posts[-1].link, posts[0].options)


def _texts_of_files(seats: tuple[Seat, ...], conn: Connection, join: str, saved: Mapping[str, Saved], assets: Path) -> dict[str, Saved]:
    """The texts of a post from files, from what it makes public; where accounts differ, the others' texts are their own."""
    found: dict[str, Saved] = {}
    for seat in seats:
        if seat.unit.content_id is None:
            continue
        publications = stored_content(conn, seat.unit.content_id, seat.unit.key, 0, assets)
        posts = [_without_line(p) for p in publications if p.kind != "comment"]
        recorded = saved.get(field_of(seat.unit.key))
        origins = recorded.origins if recorded is not None else None
        if _is_declared(posts, origins):
            whole = PARTS.join(p.text for p in posts)
            origins = Attributed(whole, (Span(0, len(whole), DECLARED),))
        for language, origin in _by_language(posts, seat.languages, join, origins).items():
            known = found.setdefault(language, Saved(origin))
            if known.origins.text != origin.text:
                found[f"{language}@{seat.account.name}"] = Saved(origin)
    return found


def _without_line(publication: Publication) -> Publication:
    """The text as written: the line about AI is placed anew wherever it goes."""
    line = publication.disclosure.line
    if not line or line not in publication.text.split("\n\n"):
        return publication
    return replace(publication, text="\n\n".join(block for block in publication.text.split("\n\n") if block != line))


def _is_declared(posts: Sequence[Publication], origins: Attributed | None) -> bool:
    """The label says more than what is recorded: the file declares it. Nobody knows which words are meant, so all of them are."""
    share = ai_share(origins.text, origins.spans) if origins is not None else 0.0
    return Label(posts[0].disclosure.label).rank > explained(share, (item.ai for p in posts for item in p.media)).rank


def _by_language(posts: list[Publication], languages: tuple[str, ...], join: str, origins: Attributed | None) -> dict[str, Attributed]:
    whole = PARTS.join(p.text for p in posts)
    name = languages[0] if languages else EVERY
    pieces = [p.text.split(join) for p in posts] if join else []
    if len(posts) == 1 and len(languages) > 1 and len(pieces[0]) == len(languages):
        return {language: Attributed(piece, placed(origins, piece)) for language, piece in zip(languages, pieces[0], strict=True)}
    return {name: Attributed(whole, placed(origins, whole))}


def script_for(seat: Seat, texts: Mapping[str, Attributed], join: str) -> tuple[Script, Attributed]:
    """What one account makes of texts, and who wrote which words of it. No pieces while there is neither text nor file."""
    languages = [(language, _text_for(seat, language, texts)) for language in seat.languages] or [("", _text_for(seat, "", texts))]
    there = [(language, origins) for language, origins in languages if origins is not None and origins.text.strip()]
    by_part = [_parts(origins) for _, origins in there]
    total = max([len(parts) for parts in by_part] + [1])
    joined = [_joined([parts[n] for parts in by_part if n < len(parts)], join) for n in range(total)]
    media = with_alts(seat, texts)
    pieces = tuple(Piece(part.text, media[n] if n < len(media) else ()) for n, part in enumerate(joined))
    if not any(piece.text.strip() or piece.media for piece in pieces):
        pieces = ()
    comment = _comment(seat, texts)
    script = Script(
        seat.unit.key,
        seat.account.account.platform,
        pieces,
        comment or None,
        tuple(name for name, _ in there if name),
        seat.link,
        seat.options,
    )
    return script, _together(joined)


def _comment(seat: Seat, texts: Mapping[str, Attributed]) -> str | None:
    """What was typed for all accounts goes where there is such a thing as a first comment."""
    if COMMENT not in texts:
        return seat.first_comment
    return texts[COMMENT].text if LIMITS[seat.account.account.platform].first_comment else None


def own_field(account: str, language: str) -> str:
    """The field of an account's own text; one for every language where the account has none."""
    return f"{language or EVERY}@{account}"


def is_own(name: str) -> bool:
    """Whether a field is one account's own text."""
    return "@" in name and ":" not in name and not name.startswith("@")


def _text_for(seat: Seat, language: str, texts: Mapping[str, Attributed]) -> Attributed | None:
    """The account's own text, the language's, or the one for all; an emptied own text gives way to the common one."""
    own = texts.get(own_field(seat.account.name, language))
    return own if own is not None and own.text.strip() else texts.get(language) or texts.get(EVERY)


def field_for(seat: Seat, texts: Mapping[str, Attributed]) -> str:
    """The field an account's first words come from."""
    for language in seat.languages or (EVERY,):
        own = own_field(seat.account.name, language)
        if own in texts and texts[own].text.strip():
            return own
        if language in texts:
            return language
    return EVERY


def _parts(origins: Attributed) -> list[Attributed]:
    """A typed text with its `---` lines as separators of one kind, cut into parts."""
    parts = split_parts(origins.text)
    if len(parts) == 1:
        return [origins]
    found: list[Attributed] = []
    start = 0
    for part in parts:
        at = origins.text.find(part, start)
        own = [span for span in origins.spans if span.start < at + len(part) and span.end > at]
        moved = (replace(span, start=max(span.start - at, 0), end=min(span.end - at, len(part))) for span in own)
        found.append(Attributed(part, tuple(moved)))
        start = at + len(part)
    return found


def _joined(languages: list[Attributed], join: str) -> Attributed:
    """One part in all its languages; the same words are not said twice."""
    different = list({origins.text: origins for origins in languages}.values())
    return _chain(different, join)


def _together(parts: list[Attributed]) -> Attributed:
    return _chain(parts, PARTS)


def _chain(pieces: list[Attributed], between: str) -> Attributed:
    spans: list[Span] = []
    start = 0
    for piece in pieces:
        spans += [Span(span.start + start, span.end + start, span.origin) for span in piece.spans]
        start += len(piece.text) + len(between)
    return Attributed(between.join(piece.text for piece in pieces), tuple(spans))


def with_alts(seat: Seat, texts: Mapping[str, Attributed]) -> tuple[tuple[MediaItem, ...], ...]:
    """An account's media with the alternative texts that are written here: `alt:0` for all, `alt:0:pl` for one language."""
    if not any(name.startswith("alt:") for name in texts):
        return seat.media
    found: list[tuple[MediaItem, ...]] = []
    number = 0
    for part in seat.media:
        found.append(tuple(replace(item, alt=_alt(number + n, item.alt, seat.languages, texts)) for n, item in enumerate(part)))
        number += len(part)
    return tuple(found)


def _alt(number: int, otherwise: str, languages: tuple[str, ...], texts: Mapping[str, Attributed]) -> str:
    own = [texts[name].text for name in (f"alt:{number}:{language}" for language in languages) if name in texts]
    said = [text for text in dict.fromkeys(own) if text.strip()]
    if said:
        return BETWEEN_ALTS.join(said)
    everybody = texts.get(f"alt:{number}")
    return otherwise if everybody is None else everybody.text
