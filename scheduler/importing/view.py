"""What a person asks of a sheet, and what importing it would do: plain values for screens and commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from scheduler.importing.columns import Column
from scheduler.importing.table import Finding

RowSign = Literal["+", "?", "~", ">", ".", "!"]
SIGN_WORDS = {"+": "new", "?": "new, without a text", "~": "changed", ">": "moved", ".": "nothing to do", "!": "wrong"}
"""In the order in which they are counted."""

STEP = 100
"""Rows of one transaction: a month goes in whole, and a huge sheet does not keep the publishing service waiting. What was
imported before an interruption is known the next time."""


@dataclass(frozen=True, slots=True)
class SheetAsk:
    """A sheet, and how to read it."""

    file: Path
    kind: Literal["csv", "xlsx"]
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    mapped: Mapping[str, str] = field(default_factory=dict)
    """Heading → field, as a person said it."""
    ignore_unknown: bool = False
    fill: bool = False
    """Rows without a time take free slots."""
    skip_wrong: bool = False
    """The right rows are imported, the wrong ones are named."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """What would happen to one row."""

    sign: RowSign
    row: int
    place: str
    """`October.xlsx:Sheet1!17`."""
    post: str
    """`campaign/post` it became before; empty for a new one."""
    client: str | None
    client_name: str
    client_color: str
    accounts: tuple[str, ...]
    when: str
    title: str
    words: str
    diff: tuple[str, ...] = ()
    loses_approval: bool = False


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """What importing would do. Nothing was changed."""

    ask: SheetAsk
    sheet: str
    how: str
    """How the file was read: encoding and delimiter."""
    columns: tuple[Column, ...]
    findings: tuple[Finding, ...]
    rows: tuple[SheetRow, ...]
    state: int
    """Number of the plan state it was made against."""
    digest: str
    sheets: tuple[str, ...] = ()
    """Sheets to choose from, where several have rows."""

    @property
    def errors(self) -> int:
        """How many cells are wrong."""
        return sum(finding.is_error for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many are to be looked at."""
        return len(self.findings) - self.errors

    @property
    def counts(self) -> Counter[str]:
        """Rows by sign."""
        return Counter(row.sign for row in self.rows)

    @property
    def changes(self) -> int:
        """Rows that would do something."""
        return sum(self.counts[sign] for sign in "+?~>")

    @property
    def broken(self) -> bool:
        """Something is wrong with the sheet as a whole: leaving rows out would not help."""
        heads = {"E801", "E802", "E803", "E804", "E805", "E806", "E807", "E808"}
        return any(finding.code in heads for finding in self.findings)

    @property
    def ready(self) -> bool:
        """Whether it may be imported: nothing is wrong, or what is wrong shall be left out."""
        return not self.broken and (not self.errors or self.ask.skip_wrong)

    @property
    def words(self) -> str:
        """`57 new, 1 changed, 2 wrong; 1 loses its approval`."""
        counts = self.counts
        said = ", ".join(f"{counts[sign]} {words}" for sign, words in SIGN_WORDS.items() if counts[sign]) or "no rows"
        losing = sum(row.loses_approval for row in self.rows)
        return said + (f"; {losing} {'loses its' if losing == 1 else 'lose their'} approval" if losing else "")
