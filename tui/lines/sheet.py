"""Turns a sheet that was read into lines: its columns, what is wrong, what would happen to each row. Pure."""

from __future__ import annotations

from dataclasses import replace

from textual.content import Content

from scheduler.desk.views import Sign
from scheduler.importing.columns import IGNORED, Column
from scheduler.importing.table import Finding, as_text
from scheduler.importing.view import SheetPlan, SheetRow
from tui.lines.plan import TONES, excerpt_line, without_zone
from tui.lines.row import Row
from tui.lines.rows import section
from tui.say import later, say, say_count
from tui.text import clean, counted, field_words, fit, one_line, sentence, short_times
from tui.told import told

OF_COLUMNS = ("E806", "E807")
"""Two columns mean the same; nobody knows what one means."""
COLUMN, FINDING, ROW = "column:", "finding:", "row:"
KNOWN_BY = {"heading": later("by its heading"), "said": later("you said so"), "kept": later("as last time"), "unknown": ""}
MEANINGS = {
    "client": later("client: whose post it is"),
    "accounts": later("accounts: where it goes, by name, handle or network"),
    "date": later("date: the day"),
    "time": later("time: the time of day"),
    "when": later("when: day and time together"),
    "text": later("text: for every language"),
    "brief": later("brief: what the model shall write about"),
    "title": later("title: what you call it; nobody else sees this"),
    "media": later("media: files in the workspace"),
    "alt": later("alt text: what is seen on the pictures"),
    "link": later("link: an address"),
    "first_comment": later("first comment"),
    "hashtags": later("hashtags, for the end of the text"),
    "campaign": later("campaign: which one it belongs to"),
    "id": later("id: a name for the row that stays the same"),
    "ai": later("AI: whether a model wrote the text"),
}
"""Every field that a column can hold, in words."""


def sheet_rows(plan: SheetPlan) -> list[Row]:
    """What is wrong comes first, then the columns, then the rows."""
    errors = [_finding_row(n, one) for n, one in enumerate(plan.findings) if one.is_error]
    warnings = [_finding_row(n, one) for n, one in enumerate(plan.findings) if not one.is_error]
    columns = [_column_row(column) for column in plan.columns]
    rows = [_row(n, one) for n, one in enumerate(plan.rows)]
    if plan.broken:
        then = say("the columns come first")
    elif plan.ask.skip_wrong:
        then = say("their rows are left out")
    else:
        then = say("nothing is imported until they are gone, or O omits their rows")
    return [
        *section(say("WRONG {number} · {then}", number=len(errors), then=then), errors),
        *section(say("COLUMNS {number} · enter says what one means", number=len(columns)), columns),
        *section(say("ROWS {number} · {words}", number=len(rows), words=counts_words(plan)), rows),
        *section(say("LOOK AT {number}", number=len(warnings)), warnings),
    ]


def _finding_row(number: int, one: Finding) -> Row:
    tone = Sign.REFUSED if one.is_error else Sign.AI_DRAFT
    where = one_line(one.spot.cell or say("file"))
    said = f"{where:<5} {one_line(told(one.message))}{f' · {one_line(told(_hints(one)[0]))}' if one.hints else ''}"
    return Row(f"{FINDING}{number}", tone, text=said, mark="" if one.is_error else "!")


def _column_row(column: Column) -> Row:
    tone = Sign.PUBLISHED if column.field and column.field != IGNORED else Sign.CANCELLED if column.field else Sign.REFUSED
    known = KNOWN_BY[column.how]
    name = fit(one_line(column.heading) or say("no heading"), 20)
    said = f"{column.letter:<3} {name} {meaning(column.field)}{f' · {say(known)}' if known else ''}"
    return Row(f"{COLUMN}{column.number}", tone, text=said, mark="" if column.field != IGNORED else "-")


def _row(number: int, one: SheetRow) -> Row:
    if one.sign == "!":
        name = f" · {one_line(one.title)}" if one.title else ""
        return Row(
            f"{ROW}{number}", Sign.REFUSED, text=say("row {row}{name} · {words}", row=one.row, name=name, words=one_line(told(one.words)))
        )
    return Row(
        key=f"{ROW}{number}",
        sign=TONES[one.sign],
        when=told(without_zone(one.when)),
        client=one_line(one.client_name),
        color=one.client_color,
        account=one_line(one.accounts[0]) if len(one.accounts) == 1 else counted(len(one.accounts), "account") if one.accounts else "",
        title=one_line(one.title),
        words=one_line(told(one.words)),
        mark=one.sign,
    )


def meaning(field: str) -> str:
    """What a column holds, in words."""
    if not field:
        return say("not known")
    if field == IGNORED:
        return say("left out")
    if field.startswith("text."):
        return say("text, {language}", language=field_words(field[5:]))
    return say(MEANINGS[field])


def field_choices(languages: list[str]) -> list[tuple[str, str]]:
    """What a person may say of a column."""
    texts = [(f"text.{language}", meaning(f"text.{language}")) for language in languages]
    plain = [(name, meaning(name)) for name in MEANINGS]
    return [(IGNORED, say("leave it out")), *plain[:6], *texts, *plain[6:]]


def finding_pane(one: Finding) -> Content:
    """One mistake, whole, with what stands in the cell as it is."""
    return Content("\n".join(excerpt_line(line) for line in clean(as_text([replace(one, hints=_hints(one))])).rstrip().split("\n")))


def _hints(one: Finding) -> tuple[str, ...]:
    """What to do about it. Here a column says itself what it means: options of the command help nobody."""
    return (say("enter on the column below says what it means"),) if one.code in OF_COLUMNS and one.hints else one.hints


def row_pane(one: SheetRow) -> Content:
    """One row, whole."""
    parts = (one.client_name, ", ".join(one.accounts), told(short_times(one.when)))  # a row with a mistake has not all of them
    head = " · ".join(one_line(part) for part in parts if part)
    lines = [Content(f"{one_line(one.place)}  {head}"), Content(one_line(one.title)), Content(sentence(clean(told(one.words))))]
    if one.loses_approval:
        lines.append(Content.assemble((say("It has an approval now, and loses it."), "bold $warning")))
    lines += [Content.assemble((clean(text), "$success" if text.startswith("+") else "$error")) for text in one.diff]
    return Content("\n").join(lines)


def counts_words(plan: SheetPlan) -> str:
    """`57 new, 1 changed, 2 wrong; 1 loses its approval`."""
    counts = plan.counts
    said = {
        "+": say("{number} new", number=counts["+"]),
        "?": say("{number} new, without a text", number=counts["?"]),
        "~": say("{number} changed", number=counts["~"]),
        ">": say("{number} moved", number=counts[">"]),
        ".": say("{number} there already", number=counts["."]),
        "!": say("{number} wrong", number=counts["!"]),
    }
    words = ", ".join(words for sign, words in said.items() if counts[sign]) or say("no rows")
    losing = sum(row.loses_approval for row in plan.rows)
    costs = say_count(losing, "{count} loses its approval", "{count} lose their approval")
    return f"{words}; {costs}" if losing else words


def asked_words(plan: SheetPlan) -> str:
    """How the sheet is read, for the line under the list."""
    return say("F fills free slots: {fill} · O omits wrong rows: {omit}", fill=_yes(plan.ask.fill), omit=_yes(plan.ask.skip_wrong))


def _yes(on: bool) -> str:
    return say("yes") if on else say("no")
