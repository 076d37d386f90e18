"""Turns the campaign files and what applying them would do into lines and sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.content import Content

from scheduler.desk.plan.board import Board, ChangeView, FileView, MistakeView
from scheduler.desk.views import Sign
from scheduler.plan.change import Change
from tui.lines.row import Row
from tui.lines.rows import section
from tui.say import later, say, say_count
from tui.text import clean, counted, one_line, sentence, short_times, some
from tui.told import told

FILE, CHANGE, MISTAKE = "file:", "change:", "mistake:"
ALL = f"{FILE}*"
TONES = {
    "+": Sign.PUBLISHED,
    "~": Sign.AI_DRAFT,
    ">": Sign.SCHEDULED,
    "-": Sign.REFUSED,
    "?": Sign.NEEDS_TEXT,
    ".": Sign.CANCELLED,
    "!": Sign.NEEDS_YOU,
}
"""The colour that repeats each sign of a plan."""
TITLES = {
    "~": later("CHANGED"),
    "-": later("CANCELLED|of a plan"),
    ">": later("MOVED"),
    "+": later("NEW|of a plan"),
    "?": later("NEW, WAITING FOR A TEXT"),
    "!": later("NOT AS THE FILES SAY"),
    ".": later("SKIPPED"),
}
"""What may hurt comes first."""


STATUSES = {"paused": later("paused"), "draft": later("a draft"), "archived": later("archived")}


def file_rows(board: Board) -> list[Row]:
    """All files, the campaigns with theirs."""
    if not board.files:
        return []
    warnings = len(board.mistakes) - board.errors
    whole = Row(
        ALL,
        _file_tone(board.errors, warnings),
        text=f"{say('All files')}  {_counts(board.errors, warnings)}",
        mark=_file_mark(board.errors, warnings),
    )
    rows = [whole]
    campaign = ""
    for file in board.files:
        if file.campaign != campaign:
            campaign = file.campaign
            status = "" if file.status in ("", "active") else f" · {say(STATUSES.get(file.status, file.status))}"
            rows.append(Row(f"#{campaign}", heading=one_line(f"{file.title or campaign}{status}")))
        rows.append(_file_row(file))
    return rows


def _file_row(file: FileView) -> Row:
    short = one_line(file.path.removeprefix(f"campaigns/{file.campaign}/")) if file.campaign else one_line(file.path)
    said = f"{short}  {_counts(file.errors, file.warnings)}"
    return Row(f"{FILE}{file.path}", _file_tone(file.errors, file.warnings), text=said, mark=_file_mark(file.errors, file.warnings))


def _counts(errors: int, warnings: int) -> str:
    parts = [counted(errors, "error") if errors else "", counted(warnings, "warning") if warnings else ""]
    return ", ".join(filter(None, parts)) or say("ok")


def _file_tone(errors: int, warnings: int) -> Sign:
    return Sign.REFUSED if errors else Sign.AI_DRAFT if warnings else Sign.PUBLISHED


def _file_mark(errors: int, warnings: int) -> str:
    return "" if errors or not warnings else "!"


def result_rows(board: Board, chosen: str, client: str | None) -> list[Row]:
    """Mistakes of the chosen file, then what applying would do."""
    path = "" if chosen in ("", ALL) else chosen.removeprefix(FILE)
    campaign = next((file.campaign for file in board.files if file.path == path), "")
    mistakes = [(n, one) for n, one in enumerate(board.mistakes) if path in ("", one.path)]
    errors = [_mistake_row(n, one) for n, one in mistakes if one.is_error]
    warnings = [_mistake_row(n, one) for n, one in mistakes if not one.is_error]
    shown = [(n, one) for n, one in enumerate(board.changes) if _is_shown(one, path, campaign, client)]
    rows = section(say("ERRORS {number} · nothing is applied until they are gone", number=len(errors)), errors)
    for sign, title in TITLES.items():
        mine = [(n, one) for n, one in shown if one.change.sign == sign]
        losing = sum(one.change.loses_approval for _, one in mine)
        costs = say_count(losing, "{count} loses its approval", "{count} lose their approval")
        heading = f"{say(title)} {len(mine)}{f' · {costs}' if losing else ''}"
        rows += section(heading, [_change_row(n, one) for n, one in mine])
    return [*rows, *section(say("WARNINGS {number}", number=len(warnings)), warnings)]


def _is_shown(one: ChangeView, path: str, campaign: str, client: str | None) -> bool:
    of_post = path.rpartition("/")[2].removesuffix(".md").split(".")[0] if "/posts/" in path else ""
    return (client in (None, one.client)) and (not campaign or one.campaign == campaign) and of_post in ("", one.post)


def _mistake_row(number: int, one: MistakeView) -> Row:
    sign = Sign.REFUSED if one.is_error else Sign.AI_DRAFT
    short = one_line(one.path.removeprefix("campaigns/"))
    return Row(f"{MISTAKE}{number}", sign, text=f"{short}:{one.line}  {one_line(told(one.message))}", mark="" if one.is_error else "!")


def _change_row(number: int, one: ChangeView) -> Row:
    change = one.change
    return Row(
        key=f"{CHANGE}{number}",
        sign=TONES[change.sign],
        when=told(new_time(change.when)),
        client=one_line(one.client_name),
        color=one.client_color,
        account=one_line(one.account),
        title=one_line(one.post),
        words=say("no text yet") if change.sign == "?" else one_line(told(change.words)),
        mark=change.sign,
    )


def without_zone(when: str) -> str:
    """`Mon 30 Nov 9:15` of `Mon 30 Nov 09:15 CET`: the zone is said once, in the pane."""
    line = short_times(one_line(when))
    return line.rpartition(" ")[0] if ":" in line and line.rpartition(" ")[2].isupper() else line


def new_time(when: str) -> str:
    """The time a line of the list is about: where it moves to, with its day. The pane says both."""
    before, arrow, after = without_zone(when).partition(" → ")
    if not arrow or " " in after or ":" not in after:
        return after if arrow else before
    return f"{before.rpartition(' ')[0]} {after}"  # the same day: only its clock is said again


def change_pane(one: ChangeView) -> Content:
    """The whole of one change: what, when, what it costs, the texts before and after."""
    change = one.change
    lines = [
        Content(f"{one_line(one.client_name)} · {one_line(one.account)} · {short_times(one_line(told(change.when)))}"),
        Content(_what(change)),
    ]
    if change.loses_approval:
        lines.append(
            Content.assemble((say("It has an approval now, and loses it: somebody reads it again and says yes."), "bold $warning"))
        )
    lines += [_diff_line(text) for text in change.diff]
    return Content("\n").join(lines)


def _what(change: Change) -> str:
    if change.sign == "?":
        return say(
            "No text yet. Write it into the file; or ‹plan.apply› applies the files, "
            "then ‹post.edit› opens the post and ‹write.model› there asks the model."
        )
    return sentence(told(clean(change.words)))


def _diff_line(text: str) -> Content:
    shown = clean(text)
    return Content.assemble((shown, "$success" if shown.startswith("+") else "$error" if shown.startswith("-") else ""))


def mistake_pane(one: MistakeView) -> Content:
    """The mistake with its line of the file, as the command line shows it."""
    return Content("\n".join(excerpt_line(line) for line in clean(one.excerpt).rstrip().split("\n")))


_SAID = re.compile(r"(error|warning)(\[\w+\]: )(.*)")
_HINT = re.compile(r"( += )(.*)")


def excerpt_line(line: str) -> str:
    """What is said about it, in the language of the person; lines of the file stay."""
    if found := _SAID.fullmatch(line):
        return f"{say('error') if found[1] == 'error' else say('warning')}{found[2]}{told(found[3])}"
    if found := _HINT.fullmatch(line):
        return f"{found[1]}{told(found[2])}"
    return line


def summary(board: Board) -> str:
    """`12 new, 3 changed, 1 cancelled`, for the title."""
    counts = board.counts
    said = {
        "+": say("{number} new", number=counts["+"]),
        "~": say("{number} changed", number=counts["~"]),
        ">": say("{number} moved", number=counts[">"]),
        "-": say("{number} cancelled", number=counts["-"]),
        "?": say("{number} waiting for a text", number=counts["?"]),
    }
    return ", ".join(words for sign, words in said.items() if counts[sign])


def question(board: Board) -> str:
    """What a yes would do: the three numbers, and names."""
    new, changed, gone = board.keys("+?"), board.keys("~>"), board.keys("-")
    losing = [one.change.key for one in board.changes if one.change.loses_approval]
    lines = [
        say("{number} created{names}", number=len(new), names=_names(new)),
        say("{number} changed or moved{names}", number=len(changed), names=_names(changed)),
        say("{number} cancelled{names}", number=len(gone), names=_names(gone)),
    ]
    if losing:
        lines.append(
            say_count(len(losing), "{count} loses its approval{names}", "{count} lose their approval{names}", names=_names(losing))
        )
    if board.on_apply:
        lines.append(say("Your yes also approves what people alone wrote (policy.approval: on_apply). What a model touched still waits."))
    else:
        lines.append(say("Nothing is approved by this: each post still waits for its own yes."))
    return "\n".join(lines)


def _names(keys: Sequence[str]) -> str:
    return f": {some([one_line(key) for key in keys])}" if keys else ""


def too_many(board: Board) -> int:
    """How many posts would be cancelled, when that is more than may be at once; else 0."""
    going = board.counts["-"]
    return going if going > board.max_cancel else 0


def empty_words(board: Board | None) -> str:
    """Why there is nothing in the list."""
    if board is None:
        return say("Reading…")
    if not any(file.campaign for file in board.files):
        return say("No campaign files yet. ‹plan.sheet› loads posts from a sheet; ‹post.new› writes one.")
    return say("Nothing to do: the calendar is as the files say.")
