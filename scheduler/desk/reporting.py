"""The week's report, and what can be taken away: the calendar for other programs, the archive of what is public."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from config.whole_file import write_whole
from scheduler.clean import clean_line
from scheduler.desk.room import Room
from scheduler.desk.views import Done
from scheduler.errors import DiskError, NotFoundError, UsageError
from scheduler.phrases.po import known_language

if TYPE_CHECKING:
    from scheduler.report.model import WeekReport

ReportFormat = Literal["markdown", "csv"]
ENDINGS: dict[ReportFormat, str] = {"markdown": "md", "csv": "csv"}


class Reporting(Room):
    """Reading only; writes nothing but the files somebody asked for."""

    async def week_report(self, *, client: str | None = None, week: str | None = None) -> WeekReport:
        """What went out in a week (`2026-W47`, a day in it, `this`, `last`), its figures and its proofs.

        Raises UsageError for a week that is none, NotFoundError for a client that is none."""
        from scheduler.report.reading import read_week  # deferred, as all of these: most visits to the desk need none of it
        from scheduler.report.weeks import week_of

        self._known(client)
        span = week_of(week, self.clock.wall(), self.tz)
        report = await self.store.read(lambda conn: read_week(conn, span, client, self.scene(conn)))
        spoken = self.workspace.language_of
        return replace(report, clients=tuple(replace(part, language=known_language(spoken(part.client))) for part in report.clients))

    async def save_report(
        self, report: WeekReport, kind: ReportFormat = "markdown", to: Path | None = None, language: str | None = None
    ) -> Done:
        """Write a report to a file; without one it gets a name of its own in the workspace's `reports`. Raises DiskError."""
        from scheduler.report.markdown import as_markdown
        from scheduler.report.sheet import as_csv

        words = as_markdown(report, language) if kind == "markdown" else as_csv(report)
        file = to or self.root / "reports" / f"{_file_name(report)}.{ENDINGS[kind]}"
        # spreadsheets take a file without the mark for another encoding
        await asyncio.to_thread(write_file, file, words.encode("utf-8-sig" if kind == "csv" else "utf-8"))
        whose = report.clients[0].name if len(report.clients) == 1 else "all clients"
        return Done(f"{whose}: the report of {report.week} is in {file}", details={"file": str(file)})

    async def export_calendar(self, kind: str, *, client: str | None = None) -> str:
        """The calendar as `ics`, `csv` or `json`. Raises NotFoundError for a client that is none."""
        from scheduler.export import tables
        from scheduler.export.ics import as_ics
        from scheduler.export.rows import read_planned

        self._known(client)
        posts = await self.store.read(lambda conn: read_planned(conn, client, self.scene(conn)))
        match kind:
            case "ics":
                name = self.workspace.clients[client].name if client else self.name
                return await asyncio.to_thread(
                    as_ics, posts, name=name, workspace=self.workspace.workspace_id or self.name, tz=self.tz, now=self.clock.wall()
                )
            case "csv":
                return await asyncio.to_thread(tables.as_csv, posts, self.tz)
            case "json":
                return await asyncio.to_thread(tables.as_json, posts, self.tz)
            case _:
                raise UsageError(f"there is no export '{kind}'", "ics, csv or json")

    async def save_export(self, words: str, kind: str, to: Path) -> Done:
        """Write an export to a file. Raises DiskError."""
        await asyncio.to_thread(write_file, to, words.encode("utf-8-sig" if kind == "csv" else "utf-8"))
        return Done(f"the calendar is in {to}", details={"file": str(to)})

    async def export_archive(self, to: Path, *, client: str | None = None) -> Done:
        """Everything published, of one client or of all, as a zip with a page to read it. Raises NotFoundError, DiskError."""
        from scheduler.export.archive import write_archive
        from scheduler.export.entries import read_entries
        from scheduler.export.page import missing_words

        self._known(client)
        entries = await self.store.read(lambda conn: read_entries(conn, client, self.scene(conn)))
        whose = self.workspace.clients[client].name if client else self.name
        title, now = clean_line(f"{whose}: everything published"), self.clock.wall()
        made = await asyncio.to_thread(write_archive, to, entries, self.store.assets, title=title, tz=self.tz, now=now)
        lost = f"; {missing_words(len(made.missing))}, and the page says so" if made.missing else ""
        words = f"{whose}: {made.posts} posts and {made.files} files are in {to}{lost}"
        return Done(words, details={"file": str(to), "posts": str(made.posts), "files": str(made.files), "missing": " ".join(made.missing)})

    def _known(self, client: str | None) -> None:
        clients = self.workspace.clients
        if client is not None and client not in clients:
            raise NotFoundError(f"there is no client '{client}'", "clients: " + (", ".join(clients) or "none in daypart.yaml"))


def _file_name(report: WeekReport) -> str:
    only = report.clients[0].client if len(report.clients) == 1 else None
    return f"{report.week}-{only}" if only else report.week


def write_file(file: Path, content: bytes) -> None:
    """Whole or not at all. Raises DiskError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, content)
    except OSError as error:
        raise DiskError(f"{file} cannot be written: {error.strerror or error}", "Choose another place with --out.") from error
