"""Which column of a sheet means what: headings in English and Polish, what a person said, and what was said last time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from config.nearest import nearest
from scheduler.importing.table import Finding, Line, SheetError, Spot, Table, found, letters, refused

IGNORED = "-"
"""Field of a column that a person said to leave out."""
FIELDS: dict[str, str] = {
    "client": "whose post it is",
    "accounts": "where it goes: names, handles, or a client's networks",
    "date": "the day",
    "time": "the time of day",
    "when": "day and time together",
    "text": "the text, for every language",
    "brief": "what the model shall write about",
    "title": "what you call it; nobody else sees this",
    "media": "files in the workspace",
    "alt": "what is seen on the pictures",
    "link": "an address",
    "first_comment": "the first comment",
    "hashtags": "tags for the end of the text",
    "campaign": "the campaign it belongs to",
    "id": "a name for the row that stays the same",
    "ai": "whether a model wrote the text",
}
"""Fields and what they hold. A text of one language is `text.en`."""
_NAMES = """
client: client customer klient marka brand
accounts: account accounts konto konta profile profiles profil profile handle handles channel channels kanał kanały network networks
  platform platforms platforma platformy sieć sieci where gdzie
date: date day publish-date publication-date post-date data dzień data-publikacji data-posta
time: time hour publish-time publication-time post-time godzina godz czas godzina-publikacji pora
when: when date-and-time date-time datetime scheduled scheduled-at scheduled-for publish-at kiedy termin data-i-godzina
text: text caption copy post post-text content message body tekst treść post-tekst opis treść-posta treść-postu
brief: brief goal briefing idea cel pomysł zarys wytyczne
title: title subject topic headline tytuł temat nazwa
media: media image images picture pictures photo photos video videos film file files grafika grafiki zdjęcie zdjęcia obraz obrazy
  plik pliki wideo multimedia
alt: alt alt-text alt-texts alternative-text image-description tekst-alternatywny alt-tekst opis-alternatywny opis-zdjęcia
link: link url address adres odnośnik www
first_comment: first-comment comment pierwszy-komentarz komentarz
hashtags: hashtags hashtag tags hashtagi tagi hasztagi
campaign: campaign kampania
id: id post-id key identyfikator
ai: ai ai-text written-by-ai tekst-ai sztuczna-inteligencja
"""
_LANGUAGES = {
    "en": "en eng english angielski angielsku ang uk",
    "pl": "pl pol polish polski polsku",
    "de": "de ger german deutsch niemiecki",
    "fr": "fr french français francuski",
    "es": "es spanish español hiszpański",
    "uk": "ua ukrainian ukraiński",
    "cs": "cs cz czech czeski",
    "it": "it italian włoski",
}


def plain(words: str) -> str:
    """A heading without case, accents and signs: `Treść (PL)` → `tresc-pl`."""
    folded = unicodedata.normalize("NFKD", words.casefold().replace("ł", "l"))
    return re.sub(r"[^a-z0-9]+", "-", "".join(sign for sign in folded if not unicodedata.combining(sign))).strip("-")


def _table(source: Mapping[str, str]) -> dict[str, str]:
    return {plain(name): field for field, names in source.items() for name in names.split()}


def _read_names() -> dict[str, str]:
    whole: dict[str, str] = {}
    field = ""
    for line in _NAMES.strip().splitlines():
        head, sign, rest = line.partition(":")
        field, names = (head, rest) if sign else (field, line)
        whole[field] = f"{whole.get(field, '')} {names}"
    return _table(whole)


NAMES = _read_names()
LANGUAGES = _table(_LANGUAGES)
_SINGLE = {"date", "time", "when", "client", "brief", "title", "link", "first_comment", "hashtags", "campaign", "id", "alt", "ai"}
"""Fields that only one column may have; accounts and media may stand in several."""
_ALIKE = 0.75
"""How alike a heading must be to one we know before that is offered: headings are short, and many words are a bit alike."""
How = Literal["heading", "said", "kept", "unknown"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet."""

    number: int
    heading: str
    field: str
    """One of FIELDS, `text.LANGUAGE`, `-` for left out, or empty: nobody knows."""
    how: How

    @property
    def letter(self) -> str:
        """As sheets name it."""
        return letters(self.number)


@dataclass(frozen=True, slots=True)
class Columns:
    """The headings of a sheet, understood as far as they are."""

    row: int
    """Of the headings."""
    columns: tuple[Column, ...]
    findings: tuple[Finding, ...] = ()

    def of(self, field: str) -> list[Column]:
        """The columns of a field."""
        return [column for column in self.columns if column.field == field]

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that have a column of their own."""
        return tuple(dict.fromkeys(column.field[5:] for column in self.columns if column.field.startswith("text.")))


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet whose columns are understood."""

    table: Table
    columns: Columns

    def spot(self, row: int, field: str) -> Spot:
        """The cell of a field, or the row where it has no column; `text` and `date` stand in whichever column holds them."""
        names = {"text": ("text", *(f"text.{language}" for language in self.columns.languages), "media"), "date": ("when", "date", "time")}
        column = next((c.number for name in names.get(field, (field,)) for c in self.columns.of(name)), 0)
        return self.table.spot(row, column)


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said about columns."""

    mapped: Mapping[str, str]
    """Heading (or letter) → field."""
    kept: Mapping[str, str]
    """The same from last time, by `plain` heading."""
    ignore_unknown: bool = False


def field_named(words: str) -> str | None:
    """A field as a person types it in `--map`: `text.en`, `first comment`, `-`."""
    if words.strip() in ("", IGNORED):
        return IGNORED
    name = words.strip().casefold().replace(" ", "_").replace("-", "_")
    if name in FIELDS:
        return name
    head, _, language = name.partition(".")
    if head == "text" and re.fullmatch(r"[a-z]{2,3}", language):
        return f"text.{language}"
    return recognised(words)


def recognised(heading: str, languages: Iterable[str] = ()) -> str | None:
    """The field a heading means, or None."""
    name = plain(heading)
    if name in NAMES:
        return NAMES[name]
    known = {**LANGUAGES, **{language: language for language in languages}}
    if name in known:
        return f"text.{known[name]}"
    pieces = name.split("-")
    for words, rest in ((pieces[:-1], pieces[-1]), (pieces[1:], pieces[0])):
        head = "-".join(word for word in words if word not in ("in", "po", "lang", "jezyk"))
        if rest in known and NAMES.get(head) == "text":
            return f"text.{known[rest]}"
        if rest in known and NAMES.get(head) in ("brief", "title", "alt", "first_comment", "hashtags"):
            return NAMES[head]
    return None


def understand(table: Table, said: Said, languages: Sequence[str]) -> Columns:
    """The row of headings and what each means. Raises SheetError where there are none."""
    head = _heading_row(table, said, languages)
    below = [line for line in table.lines if line.row > head.row]
    used = sorted({column for line in below for column in line.cells} | set(head.cells))
    columns = [
        _column(number, head, said, languages) for number in used if number in head.cells or any(number in line.cells for line in below)
    ]
    findings = [
        *_unknown(table, head, columns, said),
        *_twice(table, head, columns),
        *_missing(table, head, columns),
        *_stray(columns, said, table),
    ]
    if said.ignore_unknown:
        columns = [Column(c.number, c.heading, c.field or IGNORED, c.how) for c in columns]
    return Columns(head.row, tuple(columns), tuple(findings))


def _heading_row(table: Table, said: Said, languages: Sequence[str]) -> Line:
    """The first row that names at least two things; sheets often begin with a title."""
    if not table.lines:
        raise refused("E805", table.file, "there is nothing in the sheet", sheet=table.sheet)
    for line in table.lines[:10]:
        names = [cell.text for cell in line.cells.values()]
        if sum(bool(_by_person(name, said) or recognised(name, languages)) for name in names) >= 2:
            return line
    first = table.lines[0]
    shown = ", ".join(f"'{cell.text[:30]}'" for cell in list(first.cells.values())[:5])
    raise SheetError(
        found(
            "E805",
            table.spot(first.row),
            f"no row of headings was found; the first row holds {shown}",
            "name the columns in one row, as: Date, Time, Client, Account, Text",
            'or say what they mean: --map "A=date" --map "B=text"',
        )
    )


def _by_person(heading: str, said: Said, letter: str = "") -> tuple[str, How] | None:
    name = plain(heading)
    for words, field in said.mapped.items():
        if (name and plain(words) == name) or (letter and words.strip().upper() == letter):
            return field, "said"
    kept = said.kept.get(name) if name else None
    return (kept, "kept") if kept else None


def _column(number: int, head: Line, said: Said, languages: Sequence[str]) -> Column:
    heading = " ".join(head.cells[number].text.split()) if number in head.cells else ""
    spoken = _by_person(heading, said, letters(number))
    if spoken is not None:
        return Column(number, heading, *spoken)
    field = recognised(heading, languages) if heading else None
    return Column(number, heading, field or "", "heading" if field else "unknown")


def _unknown(table: Table, head: Line, columns: Sequence[Column], said: Said) -> Iterable[Finding]:
    for column in columns:
        if column.field:
            continue
        spot = table.spot(head.row, column.number)
        name = column.heading or column.letter
        near = next(iter(get_close_matches(plain(name), NAMES, n=1, cutoff=_ALIKE)), None)
        what = f"the column '{name}' is not known" if column.heading else f"column {column.letter} has no heading, and something in it"
        if said.ignore_unknown:
            yield found("W807", spot, f"{what}: it is left out", value=column.heading)
            continue
        hints = (f'did you mean {NAMES[near]}? --map "{name}={NAMES[near]}"',) if near else ()
        yield found("E807", spot, what, *hints, f'leave it out: --ignore "{name}"', value=column.heading)


def _twice(table: Table, head: Line, columns: Sequence[Column]) -> Iterable[Finding]:
    seen: dict[str, Column] = {}
    for column in columns:
        first = seen.setdefault(column.field, column)
        if first is column or not (column.field in _SINGLE or column.field.startswith("text")):
            continue
        spot = table.spot(head.row, column.number)
        message = f"'{column.heading or column.letter}' and '{first.heading or first.letter}' both mean {column.field}"
        yield found("E806", spot, message, f'leave one out: --ignore "{column.heading or column.letter}"', value=column.heading)


def _missing(table: Table, head: Line, columns: Sequence[Column]) -> Iterable[Finding]:
    fields = {column.field for column in columns}
    if not fields & {"accounts", "client"}:
        yield found("E808", table.spot(head.row), "no column says where the posts go", "add a column Account or Client, or --map one")
    if not (fields & {"text", "brief", "media", "title"} or any(field.startswith("text.") for field in fields)):
        yield found("E808", table.spot(head.row), "no column holds texts, briefs or files", 'add a column Text or Brief, or --map "…=text"')


def _stray(columns: Sequence[Column], said: Said, table: Table) -> Iterable[Finding]:
    """`--map` of a heading that is not there: a slip of the person, said at once."""
    there = {plain(column.heading) for column in columns if column.heading} | {column.letter.casefold() for column in columns}
    for words in said.mapped:
        if plain(words) not in there:
            names = [column.heading for column in columns if column.heading]
            near = nearest(words, names)
            hints = ((f"did you mean '{near}'?",) if near else ()) + (f"columns: {', '.join(names)}",)
            yield found("E806", table.spot(), f"there is no column '{words}'", *hints)
