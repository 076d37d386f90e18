"""The cells of one row by what they mean, cleaned of what cannot be used; and everything said about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.mistakes import MistakeError
from config.times import from_micros
from config.workspace import Workspace
from scheduler.importing.columns import Columns
from scheduler.importing.moments import Order
from scheduler.importing.people import People
from scheduler.importing.table import Cell, Finding, Line, Spot, Table, found

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Scene:
    """What rows are judged against."""

    workspace: Workspace
    root: Path
    now: int
    fill: bool
    """Rows without a time take free slots."""
    known: frozenset[str] = frozenset()
    """Keys of rows that were imported before: their times may have passed."""


class RowCells:
    """One row; collects everything wrong before it gives up."""

    def __init__(self, table: Table, line: Line, columns: Columns, scene: Scene, people: People, orders: Mapping[int, Order]) -> None:
        self.table, self.line, self.columns, self.scene, self.people, self.orders = table, line, columns, scene, people, orders
        self.findings: list[Finding] = []
        self.today = from_micros(scene.now, scene.workspace.timezone).date()

    # ── cells ──

    def cell(self, name: str) -> Cell | None:
        """The cell of a field, cleaned of faults: those are said."""
        for column in self.columns.of(name):
            cell = self.line.cells.get(column.number)
            if cell is not None:
                return self.sound(cell, self.table.spot(self.line.row, column.number))
        return None

    def sound(self, cell: Cell, spot: Spot) -> Cell | None:
        """The cell, or None after saying what is wrong with it."""
        if cell.fault:
            self.say(
                "E809", spot, f"the cell holds {cell.fault}", "write the value itself, or save the sheet again in Excel", value=cell.text
            )
            return None
        bad = _CONTROL.search(cell.text)
        if bad is not None:
            self.say(
                "E815", spot, f"there is an invisible control sign (U+{ord(bad[0]):04X}) in the cell", "type the text anew", value=cell.text
            )
            return None
        return cell

    def words(self, name: str) -> str:
        """The text of a field, or empty."""
        cell = self.cell(name)
        return cell.text if cell is not None else ""

    def spot(self, name: str) -> Spot:
        """Where a field stands; the row where it has no column."""
        column = next(iter(self.columns.of(name)), None)
        return self.table.spot(self.line.row, column.number if column is not None else 0)

    def say(self, code: str, spot: Spot, message: str, *hints: str, value: str = "", warning: bool = False) -> None:
        """One finding."""
        made = found(code, spot, message, *hints, value=value)
        self.findings.append(made if not warning else Finding(code, spot, message, hints, value, "warning"))

    def say_mistake(self, error: MistakeError, spot: Spot, value: str) -> None:
        """One finding, from what reading the cell ended with."""
        self.say(error.code, spot, error.message, *error.hints, value=value)

    def has(self, name: str) -> bool:
        """Whether something stands there."""
        return any(column.number in self.line.cells for column in self.columns.of(name))
