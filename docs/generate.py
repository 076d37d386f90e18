"""Writes the pages that are made from the program itself: `python -m docs.generate`. Tests say when it has to be run again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from config.codes import CODES, HUNDREDS, Code
from daypart.cli import SECTIONS, cli
from tui.keys.action import Action, key_words
from tui.keys.actions import EVERYWHERE, PANES, PLACES, SCREENS, SETTINGS, SHEET
from tui.say import keyed

HERE = Path(__file__).parent
COMMON = ("workspace", "json", "no_color", "help", "version")
HEAD = """\
# Commands

Made by `python -m docs.generate` from the program's own help; do not edit.

`daypart` alone opens the desk; without a terminal it prints `daypart status`.

Every command also takes, before or after its name:

| Option | Does |
|---|---|
"""
TAIL = """\
## Names
A KEY is `campaign/post@account`, with `#2026-12-04` for one occurrence of a series and `/2` for the second part of a thread.
A POST is `campaign/post`. `daypart post list` shows them.

## Exit codes
| Code | Means |
|---|---|
| 0 | done |
| 1 | some of it failed (`draft` of several posts, `doctor` with findings, `demo`) |
| 2 | there are changes (`plan --detailed-exitcode` only) |
| 64 | the command was not understood, or it cannot be done to that |
| 65 | the files have errors |
| 66 | there is no such file, key, account or proposal |
| 69 | a platform, the model or the service does not answer |
| 70 | a bug of daypart |
| 74 | the disk is full, or a file cannot be read or written |
| 75 | try again: the store is locked, a second service, a plan or digest that is not of now |
| 77 | an account has to be connected again |
| 78 | the settings do not allow it |
| 130 | stopped with Ctrl+C |

Results go to standard output, progress and summaries to standard error. With `--json` there is one object on standard output, also for an
error: `{"error": "…", "hint": "…" or null, "exit_code": 64}`.
"""


# ── docs/commands.md ──


def commands() -> str:
    """Every command, from its own help."""
    context = click.Context(cli, info_name="daypart")
    lines = [HEAD.rstrip("\n"), *_options(cli, context, {"workspace", "json", "no_color"})]
    for title, commands in SECTIONS.items():
        lines += ["", f"## {title}"]
        for name in commands:
            command = cli.get_command(context, name)
            assert command is not None
            lines += _command(command, click.Context(command, parent=context, info_name=name))
    return "\n".join([*lines, "", TAIL])


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _command(inner, click.Context(inner, parent=context, info_name=name))
        return
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    yield from ["", f"### `{' '.join([context.command_path, *pieces])}`", *_paragraphs(command)]
    rows = list(_options(command, context, {p.name or "" for p in command.params} - set(COMMON)))
    if rows:
        yield from ["", "| Option | Does |", "|---|---|", *rows]


def _paragraphs(command: click.Command) -> Iterator[str]:
    for number, paragraph in enumerate((command.help or "").split("\n\n")):
        if number:
            yield ""
        yield " ".join(paragraph.split())


def _options(command: click.Command, context: click.Context, names: set[str]) -> Iterator[str]:
    for parameter in command.params:
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None and (parameter.name or "") in names:
            flags, words = (cell.replace("|", "\\|") for cell in record)
            yield f"| `{flags}` | {words} |"


# ── docs/keys.md ──


def keys() -> str:
    """What can be done at the desk, place by place, from the one list of actions."""
    lines = [
        "# Keys",
        "",
        "Made by `python -m docs.generate` from `tui/keys/actions.py`. The name is what `daypart settings set keys.NAME KEY` asks for.",
    ]
    lines += _keys_of("Everywhere (not while typing)", EVERYWHERE)
    names = {action.action.split("'")[1]: action for action in (*PLACES, SETTINGS)}
    for place, actions in SCREENS.items():
        lines += _keys_of(f"{names[place].first_key} {names[place].label}", actions)
    lines += _keys_of("A sheet that was read (8 Plan, `L`)", SHEET)
    for title, actions in PANES.items():
        lines += _keys_of(keyed(title), actions)
    lines += ["", "In dialogs: `esc` always means no. With the mouse: click a place, a line, a button or a key in the bottom line.", ""]
    return "\n".join(lines)


def _keys_of(title: str, actions: Iterable[Action]) -> Iterator[str]:
    yield from ["", f"## {title}", "", "| Key | Does | Without a screen | Name |", "|---|---|---|---|"]
    for action in actions:
        shown = " ".join(f"`{key_words(key)}`" for key in action.keys.split(","))
        yield f"| {shown} | {action.label}: {keyed(action.tip)} | {f'`{action.twin}`' if action.twin else ''} | `{action.id}` |"


# ── docs/errors.md ──


def errors() -> str:
    """What each code of a diagnostic means, and the way out."""
    head = "Made by `python -m docs.generate` from `config/codes.py`. `E`: an error; `W`: a warning (`--strict` makes it an error)."
    lines = ["# What a diagnostic means", "", head, ""]
    for digit, about in HUNDREDS.items():
        lines += [f"## {digit}xx · {about}", "", "| Code | Meaning | Way out |", "|---|---|---|"]
        lines += [_row(code) for code in CODES.values() if code.code[1] == digit]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(code: Code) -> str:
    cells = (code.code, code.meaning, code.way_out)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


PAGES = {"commands.md": commands, "keys.md": keys, "errors.md": errors}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), "utf-8")
