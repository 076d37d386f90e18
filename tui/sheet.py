"""Turns a sheet that was read into lines: its columns, what is wrong, what would happen to each row. Pure."""

from __future__ import annotations

from textual.content import Content

from scheduler.desk.views import Sign
from scheduler.importing.columns import FIELDS, IGNORED, Column
from scheduler.importing.table import Finding, as_text
from scheduler.importing.view import SheetPlan, SheetRow
from tui.planboard import TONES, without_zone
from tui.rows import section
from tui.text import clean, counted, field_words, fit, one_line, sentence
from tui.widgets.row_list import Row

COLUMN, FINDING, ROW = "column:", "finding:", "row:"
KNOWN_BY = {"heading": "by its heading", "said": "you said so", "kept": "as last time", "unknown": ""}


def sheet_rows(plan: SheetPlan) -> list[Row]:
    """What is wrong comes first, then the columns, then the rows."""
    errors = [_finding_row(n, one) for n, one in enumerate(plan.findings) if one.is_error]
    warnings = [_finding_row(n, one) for n, one in enumerate(plan.findings) if not one.is_error]
    columns = [_column_row(column) for column in plan.columns]
    rows = [_row(n, one) for n, one in enumerate(plan.rows)]
    leaving = (
        "their rows are left out"
        if plan.ask.skip_wrong and not plan.broken
        else "nothing is imported until they are gone, or O omits their rows"
    )
    return [
        *section(f"WRONG {len(errors)} · {'the columns come first' if plan.broken else leaving}", errors),
        *section(f"COLUMNS {len(columns)} · enter says what one means", columns),
        *section(f"ROWS {len(rows)} · {plan.words}", rows),
        *section(f"LOOK AT {len(warnings)}", warnings),
    ]


def _finding_row(number: int, one: Finding) -> Row:
    tone = Sign.REFUSED if one.is_error else Sign.AI_DRAFT
    where = one_line(one.spot.cell or "file")
    said = f"{where:<5} {one_line(one.message)}{f' · {one_line(one.hints[0])}' if one.hints else ''}"
    return Row(f"{FINDING}{number}", tone, text=said, mark="" if one.is_error else "!")


def _column_row(column: Column) -> Row:
    tone = Sign.PUBLISHED if column.field and column.field != IGNORED else Sign.CANCELLED if column.field else Sign.REFUSED
    known = KNOWN_BY[column.how]
    name = fit(one_line(column.heading) or "no heading", 20)
    said = f"{column.letter:<3} {name} {meaning(column.field)}{f' · {known}' if known else ''}"
    return Row(f"{COLUMN}{column.number}", tone, text=said, mark="" if column.field != IGNORED else "-")


def _row(number: int, one: SheetRow) -> Row:
    if one.sign == "!":
        name = f" · {one_line(one.title)}" if one.title else ""
        return Row(f"{ROW}{number}", Sign.REFUSED, text=f"row {one.row}{name} · {one_line(one.words)}")
    return Row(
        key=f"{ROW}{number}",
        sign=TONES[one.sign],
        when=without_zone(one.when),
        client=one_line(one.client_name),
        color=one.client_color,
        account=one_line(one.accounts[0]) if len(one.accounts) == 1 else counted(len(one.accounts), "account") if one.accounts else "",
        title=one_line(one.title),
        words=one_line(one.words),
        mark=one.sign,
    )


def meaning(field: str) -> str:
    """What a column holds, in words."""
    if not field:
        return "not known"
    if field == IGNORED:
        return "left out"
    if field.startswith("text."):
        return f"text, {field_words(field[5:])}"
    return f"{field.replace('_', ' ')}: {FIELDS[field]}"


def field_choices(languages: list[str]) -> list[tuple[str, str]]:
    """What a person may say of a column."""
    texts = [(f"text.{language}", meaning(f"text.{language}")) for language in languages]
    plain = [(name, meaning(name)) for name in FIELDS]
    return [(IGNORED, "leave it out"), *plain[:6], *texts, *plain[6:]]


def finding_pane(one: Finding) -> Content:
    """One mistake, whole."""
    return Content(clean(as_text([one])).rstrip())


def row_pane(one: SheetRow) -> Content:
    """One row, whole."""
    head = f"{one_line(one.client_name)} · {', '.join(map(one_line, one.accounts))} · {one_line(one.when)}"
    lines = [Content(f"{one_line(one.place)}  {head}"), Content(one_line(one.title)), Content(sentence(clean(one.words)))]
    if one.loses_approval:
        lines.append(Content.assemble(("It has an approval now, and loses it.", "bold $warning")))
    lines += [Content.assemble((clean(text), "$success" if text.startswith("+") else "$error")) for text in one.diff]
    return Content("\n").join(lines)


def asked_words(plan: SheetPlan) -> str:
    """How the sheet is read, for the line under the list."""
    return f"F fills free slots: {_yes(plan.ask.fill)} · O omits wrong rows: {_yes(plan.ask.skip_wrong)}"


def _yes(on: bool) -> str:
    return "yes" if on else "no"
