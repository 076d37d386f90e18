"""A client's review file as one HTML page that asks nobody for anything: no script, no address outside of itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise
from urllib.parse import urlsplit

from adapters.contract import MediaItem
from config.pictures import BETWEEN_ALTS
from scheduler.clean import clean_line
from scheduler.content.seals import seal_words
from scheduler.signoff.model import Card, Entry, Passage, Sheet, Showing
from scheduler.signoff.pictures import ident
from scheduler.signoff.style import STYLE
from scheduler.signoff.words import LANGUAGES, Words, span_words, told_words, when_words

GENERATOR = "daypart review"
"""By this a file of ours is known again."""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; img-src data:; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"


def page(sheet: Sheet, pictures: Mapping[str, str]) -> str:
    """The whole file. `pictures`: `data:` addresses by `pictures.ident`."""
    words = LANGUAGES[sheet.language]
    title = words.title.format(client=sheet.client)
    head = f"{clean_line(title)} · {span_words(words, sheet.first, sheet.last)}"
    made = words.made.format(when=when_words(words, sheet.made_at, sheet.tz), workspace=sheet.workspace)
    lines = [
        "<!doctype html>",
        f'<html lang="{words.tag}">',
        '<head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="{GENERATOR}"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">',
        f"<title>{_line(head)}</title>",
        f"<style>{STYLE}</style></head>",
        "<body>",
        *_top(sheet, words, title),
        "<main>",
        *(line for n, entry in enumerate(sheet.entries, 1) for line in _entry(entry, n, sheet, words, pictures)),
        *_overview(sheet, words),
        "</main>",
        f'<footer class="quiet">{_line(made)}</footer>',
        "</body></html>",
    ]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return escape(clean_line(text))


def _top(sheet: Sheet, words: Words, title: str) -> Iterator[str]:
    yield f"<header><h1>{_line(title)}</h1>"
    yield f'<p class="quiet">{_line(span_words(words, sheet.first, sheet.last))} · {_line(words.times.format(tz=sheet.tz))}</p>'
    if not sheet.entries:
        yield f"<p>{_line(words.nothing)}</p></header>"
        return
    yield f"<p>{_line(words.intro.format(client=sheet.client))}</p>"
    yield '<ol class="how">' + "".join(f"<li>{_line(step)}</li>" for step in words.how) + "</ol></header>"
    yield f'<nav aria-label="{escape(words.contents)}"><ol>'
    for n, entry in enumerate(sheet.entries, 1):
        first = when_words(words, entry.showings[0].due, sheet.tz)
        yield f'<li><a href="#p{n}"><bdi>{_line(entry.title)}</bdi></a> <span class="quiet">{_line(first)}</span></li>'
    yield "</ol></nav>"


def _entry(entry: Entry, n: int, sheet: Sheet, words: Words, pictures: Mapping[str, str]) -> Iterator[str]:
    yield f'<article aria-labelledby="p{n}"><h2 id="p{n}">{n}. <bdi>{_line(entry.title)}</bdi></h2>'
    for showing in entry.showings:
        yield f'<section class="account"><h3>{_line(showing.header)}</h3>'
        yield f'<p class="quiet">{_line(when_words(words, showing.due, sheet.tz))}</p>'
        for number, part in enumerate(showing.parts, 1):
            if len(showing.parts) > 1:
                yield f'<p class="quiet">{_line(words.part.format(n=number, all=len(showing.parts)))}</p>'
            yield from _passage(part, words, pictures)
        if showing.card is not None:
            yield _card(showing.card, words)
        if showing.comment is not None:
            yield f'<p class="quiet">{_line(words.comment)}</p>'
            yield from _passage(showing.comment, words, pictures)
        if showing.notes:
            notes = " · ".join(_line(note) for note in showing.notes)
            yield f'<p class="quiet">{_line(words.notes)}: <span lang="en">{notes}</span></p>'
        yield f'<p class="told">{" ".join(_line(said) for said in told_words(words, showing.told, showing.platform))}</p>'
        yield from (_answer(showing, words), "</section>")
    yield "</article>"


def _answer(showing: Showing, words: Words) -> str:
    if showing.approved:
        return f'<p class="answer none">{_line(words.approved.format(words=showing.approved))}</p>'
    if showing.waits_for:
        return f'<p class="answer none">{_line(words.not_ready)}</p>'
    seal = f'<strong class="seal">{seal_words(showing.digest)}</strong>'
    paper = f'<span class="paper">☐ {_line(words.right)} &nbsp; ☐ {_line(words.change)} ……………………………………</span>'
    return f'<p class="answer">{_line(words.seal_hint)}<br>{_line(words.seal)}: {seal}{paper}</p>'


def _passage(part: Passage, words: Words, pictures: Mapping[str, str]) -> Iterator[str]:
    if part.text.strip():
        lang = f' lang="{escape(part.language)}"' if part.language else ""
        yield f'<div class="text" dir="auto"{lang}>{_marked(part, words)}</div>'
    for item in part.media:
        yield _figure(item, words, pictures)


def _marked(part: Passage, words: Words) -> str:
    """The text, with the model's words underlined and the fold where readers meet it."""
    fold = part.folded_at if part.folded_at is not None and part.folded_at < len(part.text) else None
    edges = sorted({0, len(part.text), *(edge for mark in part.marks for edge in mark), *([fold] if fold is not None else [])})
    out: list[str] = []
    for start, end in pairwise(edges):
        if start == fold:
            out.append(f'<span class="fold" lang="{words.tag}">{_line(words.more)}</span>')
        piece = escape(part.text[start:end])
        by_model = any(first <= start and end <= last for first, last in part.marks)
        out.append(f'<span class="ai">{piece}</span>' if by_model and piece.strip() else piece)
    return "".join(out)


def _figure(item: MediaItem, words: Words, pictures: Mapping[str, str]) -> str:
    alt = " / ".join(filter(None, map(clean_line, item.alt.split(BETWEEN_ALTS))))
    address = pictures.get(ident(item))
    film = item.mime.startswith("video/")
    facts = [words.video] if film else []
    if item.duration_ms is not None:
        facts.append(words.seconds.format(n=f"{item.duration_ms / 1000:.0f}"))
    if item.cover_at_ms is not None:
        facts.append(words.cover.format(n=f"{item.cover_at_ms / 1000:g}"))
    facts += {"generated": [words.made_by_ai], "edited": [words.changed_by_ai]}.get(item.ai, [])
    said = f"{_line(words.alt)} <bdi>{escape(alt)}</bdi>" if alt else f'<span class="missing">{_line(words.no_alt)}</span>'
    shown = f'<img src="{address}" alt="{escape(alt)}">' if address else _empty(item, words)
    return f"<figure>{shown}<figcaption>{_line(' · '.join(facts))}{'. ' if facts else ''}{said}</figcaption></figure>"


def _empty(item: MediaItem, words: Words) -> str:
    what = words.video if item.mime.startswith("video/") else words.picture_missing
    return f'<div class="empty">{_line(what)}<br>{_line(item.name or item.mime)} · {item.width}×{item.height}</div>'


def _card(card: Card, words: Words) -> str:
    try:
        host = urlsplit(card.url).hostname or card.url
    except ValueError:
        host = card.url
    about = f"<span>{_line(card.description)}</span><br>" if card.description else ""
    return (
        f'<div class="card" role="group" aria-label="{escape(words.link)}"><strong dir="auto">{_line(card.title or card.url)}</strong>'
        f'{about}<span class="quiet">{_line(host)} · {_line(card.url)}</span></div>'
    )


def _overview(sheet: Sheet, words: Words) -> Iterator[str]:
    """Every seal in one table, for who answers on paper."""
    asked = [(n, entry, showing) for n, entry in enumerate(sheet.entries, 1) for showing in entry.showings if showing.sealed]
    if not asked:
        return
    yield f'<section class="overview" aria-labelledby="seals"><h2 id="seals">{_line(words.overview)}</h2><div class="wide"><table>'
    heads = (words.post, words.account, words.when, words.seal)
    yield "<thead><tr>" + "".join(f'<th scope="col">{_line(head)}</th>' for head in heads) + "</tr></thead><tbody>"
    for n, entry, showing in asked:
        cells = (f"{n}. <bdi>{_line(entry.title)}</bdi>", _line(showing.header), _line(when_words(words, showing.due, sheet.tz)))
        seal = f'<strong class="seal">{seal_words(showing.digest)}</strong>'
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + f"<td>{seal}</td></tr>"
    yield f'</tbody></table></div><p class="paper">{_line(words.name_and_date)} ……………………………………………………………</p></section>'
