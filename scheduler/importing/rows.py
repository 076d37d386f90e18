"""Judges every cell of every row: what the row wants, and everything wrong in it, each with its place. Nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from config.media import MediaError, kind_of, locate
from config.resolved import Fixed
from config.times import TimeError, parse_at, second_of_two, wall_text
from config.wording import is_link
from scheduler.clock import HOUR
from scheduler.importing.columns import IGNORED, Columns, plain
from scheduler.importing.moments import Order, Typed, is_unsure, order_of, read_clock, read_day, read_moment
from scheduler.importing.people import Meant, People, PeopleError, Said
from scheduler.importing.row_cells import RowCells, Scene
from scheduler.importing.table import Finding, Spot, Table, found
from scheduler.importing.wish import EVERY, Wish, key_of
from scheduler.when import when_words

_CAMPAIGN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
COMMENT = "first_comment"
_BY_MODEL = frozenset({"yes", "tak", "ai", "model", "generated", "assisted", "x", "1", "true"})
_BY_PEOPLE = frozenset({"", "no", "nie", "none", "human", "0", "false"})


@dataclass(slots=True)
class Judged:
    """A sheet, read as far as it could be."""

    wishes: list[Wish] = field(default_factory=list)
    """Rows without an error."""
    findings: list[Finding] = field(default_factory=list)
    wrong: set[int] = field(default_factory=set)
    """Rows with one."""


def judge(table: Table, columns: Columns, scene: Scene) -> Judged:
    """Every row below the headings."""
    out = Judged(findings=list(columns.findings))
    orders = {
        c.number: order_of(line.cells[c.number] for line in table.lines if line.row > columns.row and c.number in line.cells)
        for c in columns.columns
    }
    people = People(scene.workspace)
    seen: dict[str, Wish] = {}
    for line in table.lines:
        if line.row <= columns.row or not any(c.field not in ("", IGNORED) and c.number in line.cells for c in columns.columns):
            continue
        row = _Row(table, line, columns, scene, people, orders)
        wish = row.read()
        if wish is not None and wish.key in seen:
            row.say("E811", row.spot("id"), f"this row is the same as row {seen[wish.key].row}", *_same_hints(wish), value=wish.name)
        errors = any(finding.is_error for finding in row.findings)
        out.findings += row.findings
        if errors or wish is None:
            out.wrong.add(line.row)
        else:
            seen[wish.key] = wish
            out.wishes.append(wish)
    out.findings += _unsure_days(table, columns, orders)
    return out


def _same_hints(wish: Wish) -> tuple[str, ...]:
    if wish.name:
        return ("an id names one row: give each its own",)
    return ("take one of them out, or tell them apart with a column Id",)


def _unsure_days(table: Table, columns: Columns, orders: Mapping[int, Order]) -> Iterable[Finding]:
    """A column of `3/4/2026` and nothing that tells: said once."""
    for column in [*columns.of("date"), *columns.of("when")]:
        cells = [(line, line.cells[column.number]) for line in table.lines if line.row > columns.row and column.number in line.cells]
        if orders.get(column.number):
            continue
        for line, cell in cells:
            if is_unsure(cell):
                message = f"'{cell.text}' is read as day/month"
                yield found(
                    "W814", table.spot(line.row, column.number), message, "if that is wrong, use real dates or 2026-11-30", value=cell.text
                )
                break


class _Row(RowCells):
    """One row, cell by cell; collects everything wrong before it gives up."""

    # ── the row ──

    def read(self) -> Wish | None:
        """What the row wants; None when that cannot be told. Everything wrong is in `findings`."""
        meant = self._where()
        day, at = self._when()
        texts = self._texts(meant)
        media, alts = self._media()
        wish = Wish(
            row=self.line.row,
            name=self.words("id"),
            client=meant.client if meant else None,
            accounts=meant.accounts if meant else (),
            day=day,
            at=at,
            title=" ".join(self.words("title").split())[:200],
            texts=texts,
            media=media,
            alts=alts,
            link=self._link(),
            campaign=self._campaign(),
            brief=self.words("brief"),
            by_model=self._by_model(),
        )
        if meant is None:
            return None
        if not (wish.texts or wish.media or wish.brief or wish.title) and self._has_column_of_words():
            self.say("E202", self._text_spot(), "the row has neither text, brief nor files", "write what it is about, or empty the row")
        wish = wish.with_key(key_of(wish))
        self._check_time(wish)
        return wish

    def _where(self) -> Meant | None:
        whose = self.cell("client")
        client: str | None = None
        if whose is not None:
            try:
                client = self.people.client(whose.text)
            except PeopleError as error:
                self.say_mistake(error, self.spot("client"), whose.text)
                return None
        elif self.columns.of("client") and not self.has("accounts"):
            self.say("E202", self.spot("client"), "the row names no client", "write whose post it is")
            return None
        cells = []
        for column in self.columns.of("accounts"):
            cell = self.line.cells.get(column.number)
            sound = self.sound(cell, self.table.spot(self.line.row, column.number)) if cell is not None else None
            if sound is not None:
                cells.append(Said(column.number, sound.text))
        if not cells and whose is None:
            if not self.columns.of("accounts") and not self.columns.of("client"):
                return None  # said of the headings
            self.say("E202", self.spot("accounts"), "the row names no account", "write where it goes")
            return None
        try:
            return self.people.meant(cells, client, named=whose is not None)
        except PeopleError as error:
            at = self.table.spot(self.line.row, cells[0].column) if cells else self.spot("client")
            self.say_mistake(error, at, cells[0].words if cells else "")
            return None

    # ── when ──

    def _when(self) -> tuple[date | None, Fixed | None]:
        typed = self._typed()
        if typed is None or (typed.day is None and not typed.offset):
            return None, None
        spot, shown = self._time_spot()
        tz = self.scene.workspace.timezone
        if not typed.offset and typed.clock is None:
            if not self.scene.fill:
                self.say("E816", spot, f"'{shown}' has no time of day", "write a time, or let free slots be filled: --fill", value=shown)
            return typed.day, None
        wall = typed.offset or wall_text(datetime.combine(typed.day or self.today, typed.clock or time()))
        try:
            found_ = parse_at(wall, tz)
        except TimeError as error:
            self.say_mistake(error, spot, shown)
            return None, None
        if found_.shift == "fold":
            other = second_of_two(found_)
            self.say("W403", spot, f"'{shown}' comes twice that night: the first is taken", f"the second is written {other}", value=shown)
        return None, found_.fixed

    def _typed(self) -> Typed | None:
        """What date, time and when say together; None after a mistake."""
        both = self.cell("when")
        try:
            if both is not None:
                typed = read_moment(both, self._order("when"), self.today)
                clock = self.cell("time")
                return Typed(typed.day, read_clock(clock), "") if clock is not None and typed.clock is None and not typed.offset else typed
            day, clock = self.cell("date"), self.cell("time")
            if day is None and clock is not None:
                self.say("E202", self.spot("date"), f"there is a time ('{clock.text}') and no day", "write the date", value=clock.text)
                return None
            if day is None:
                return Typed()
            typed = (
                read_moment(day, self._order("date"), self.today)
                if clock is None
                else Typed(read_day(day, self._order("date"), self.today))
            )
        except TimeError as error:
            spot, shown = self._time_spot()
            self.say_mistake(error, spot, shown)
            return None
        try:
            return Typed(typed.day, read_clock(clock), "") if clock is not None else typed
        except TimeError as error:
            self.say_mistake(error, self.spot("time"), clock.text if clock else "")
            return None

    def _order(self, name: str) -> Order:
        column = next(iter(self.columns.of(name)), None)
        return self.orders.get(column.number, "") if column is not None else ""

    def _time_spot(self) -> tuple[Spot, str]:
        name = next((name for name in ("when", "date", "time") if self.has(name)), "when")
        column = next(iter(self.columns.of(name)), None)
        cell = self.line.cells.get(column.number) if column is not None else None
        return self.spot(name), cell.text if cell is not None else ""

    def _check_time(self, wish: Wish) -> None:
        """A new row belongs ahead; one that was imported before may have gone out meanwhile."""
        spot, shown = self._time_spot()
        if wish.key in self.scene.known:
            return
        if wish.at is not None and wish.at.instant + 2 * HOUR < self.scene.now:
            self.say(
                "E817",
                spot,
                f"{when_words(wish.at.instant, wish.at.tz)} has passed",
                "give the row a time ahead, or take it out",
                value=shown,
            )
        if wish.day is not None and wish.day < self.today:
            self.say("E817", spot, f"{wish.day} has passed", "give the row a day ahead, or take it out", value=shown)

    # ── what ──

    def _texts(self, meant: Meant | None) -> dict[str, str]:
        tags = self._tags()
        texts: dict[str, str] = {}
        for name in ("text", *(f"text.{language}" for language in self.columns.languages)):
            said = self.words(name)
            if said:
                texts[EVERY if name == "text" else name[5:]] = _with_tags(said, tags)
        if meant is not None and texts:
            self._check_languages(meant, texts)
        comment = self.words("first_comment")
        return {**texts, **({COMMENT: comment} if comment else {})}

    def _fields_of_words(self) -> tuple[str, ...]:
        return ("text", *(f"text.{language}" for language in self.columns.languages), "brief", "title", "media")

    def _has_column_of_words(self) -> bool:
        """Without one that is the one mistake, said of the headings."""
        return any(self.columns.of(name) for name in self._fields_of_words())

    def _text_spot(self) -> Spot:
        return self.spot(next((name for name in self._fields_of_words() if self.columns.of(name)), "text"))

    def _check_languages(self, meant: Meant, texts: Mapping[str, str]) -> None:
        spoken = {language for name in meant.accounts for language in self.scene.workspace.accounts[name].languages}
        free = any(not self.scene.workspace.accounts[name].languages for name in meant.accounts)
        for language in sorted(spoken - set(texts)) if EVERY not in texts else ():
            name = next(name for name in meant.accounts if language in self.scene.workspace.accounts[name].languages)
            message = f"the text in '{language}' is missing for '{name}'"
            self.say("E310", self.spot(f"text.{language}"), message, "write it before the post is approved", warning=True)
        for language in sorted(set(texts) - spoken - {EVERY}) if not free else ():
            where = self.spot(f"text.{language}")
            self.say("E304", where, f"no account of this row publishes in '{language}': that text is kept, and not used", warning=True)

    def _tags(self) -> list[str]:
        found_ = []
        for word in re.split(r"[\s,;]+", self.words("hashtags")):
            name = word.strip("#＃")
            if not name:
                continue
            if re.fullmatch(r"[\w·・-]+", name) is None:
                self.say("E206", self.spot("hashtags"), f"'{word}' is not a hashtag", "one word, as #coffee", value=word)
            found_.append(f"#{name}")
        return list(dict.fromkeys(found_))

    def _media(self) -> tuple[tuple[Path, ...], tuple[str, ...]]:
        paths: list[Path] = []
        for column in self.columns.of("media"):
            cell = self.line.cells.get(column.number)
            spot = self.table.spot(self.line.row, column.number)
            if cell is None or (cell := self.sound(cell, spot)) is None:
                continue
            for written in [name.strip() for name in re.split(r"[\n;|]", cell.text) if name.strip()]:
                self._one_file(written, spot, paths)
        said = self.words("alt")
        alts = [part.strip() for part in re.split(r"[\n|]", said)] if said and len(paths) != 1 else [" ".join(said.split())] if said else []
        if len(alts) > max(1, len(paths)) or (alts and not paths and not self.has("media")):
            number = f"{len(alts)} descriptions for {len(paths)} file{'' if len(paths) == 1 else 's'}"
            self.say("E207", self.spot("alt"), number, "one for each file, parted by | or a new line", value=said)
        return tuple(paths), tuple(alts)

    def _one_file(self, written: str, spot: Spot, paths: list[Path]) -> None:
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+://", written):
            self.say(
                "E602",
                spot,
                f"'{written}' is an address, and media are files",
                "save the file in the workspace and write its path",
                value=written,
            )
            return
        error: MediaError | None = None
        for folder in self._folders():
            try:
                path = locate(folder, written, self.scene.root)
                kind_of(path)
            except MediaError as problem:
                error = problem if error is None or error.code == "E601" else error
                continue
            paths.append(path)
            return
        if error is not None:
            self.say_mistake(error if error.code != "E601" else self._nowhere(error, written), spot, written)

    def _nowhere(self, error: MediaError, written: str) -> MediaError:
        """A name that nearly is one says so; else it is said where pictures are looked for."""
        near = [hint for hint in error.hints if "did you mean" in hint]
        return error if near else MediaError("E601", error.message, f"put it into {self.scene.root.name}/media, or beside the sheet there")

    def _folders(self) -> list[Path]:
        """Where a path of the sheet is looked for: beside the sheet, then in the workspace, then in its folder media/."""
        beside = self.table.file.parent
        inside = [beside] if beside.resolve().is_relative_to(self.scene.root.resolve()) else []
        return list(dict.fromkeys([*inside, self.scene.root, self.scene.root / "media"]))

    def _link(self) -> str:
        said = self.words("link")
        if said and not is_link(said):
            near = f"did you mean 'https://{said}'?" if re.fullmatch(r"[\w.-]+\.[a-z]{2,}(/\S*)?", said) else "as https://kawa.example/menu"
            self.say("E209", self.spot("link"), f"'{said}' is not an address", near, value=said)
        return said

    def _by_model(self) -> bool:
        said = plain(self.words("ai"))
        if said not in _BY_MODEL and said not in _BY_PEOPLE:
            near = "write yes or no: whether a model wrote the text"
            self.say("E205", self.spot("ai"), f"'{self.words('ai')}' is neither yes nor no", near, value=self.words("ai"))
        return said in _BY_MODEL

    def _campaign(self) -> str:
        said = self.words("campaign")
        name = plain(said)[:63].strip("-")
        if said and not _CAMPAIGN.fullmatch(name):
            self.say("E206", self.spot("campaign"), f"'{said}' is no name for a campaign", "letters, digits and hyphens", value=said)
        return name or "desk"


def _with_tags(text: str, tags: Sequence[str]) -> str:
    """The text, and a last line with the tags it does not have yet."""
    there = {word.casefold().strip(".,!?;:()") for word in text.split() if word.startswith("#")}
    new = [tag for tag in tags if tag.casefold() not in there]
    return f"{text}\n\n{' '.join(new)}" if new else text
