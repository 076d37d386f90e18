"""How the program ends when something went wrong: one clear sentence, a way out, and a documented exit code."""

from __future__ import annotations

import errno
import json

import click

from daypart.call import Call

EX_USAGE, EX_BUG, EX_DISK = 64, 70, 74
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def explain(error: Exception, call: Call) -> int:
    """Say what happened and what to do; returns the exit code. A bug is called a bug."""
    from scheduler.errors import DeskError, FilesError

    if isinstance(error, FilesError):
        _show_files(error, call)
        return say(call, str(error), error.hint or "mend them; `daypart validate` shows all mistakes at once", error.exit_code)
    if isinstance(error, DeskError):
        return say(call, str(error), error.hint, error.exit_code)
    if isinstance(error, OSError) and (error.filename is not None or error.errno in _FULL):
        return _explain_disk(error, call)
    return _explain_bug(error, call)


def explain_usage(error: click.ClickException, call: Call) -> int:
    """A command that was not understood."""
    context = getattr(error, "ctx", None)
    if context is not None and isinstance(error, click.exceptions.NoArgsIsHelpError):  # a group alone: its page is the answer
        return _explain_group(context, call)
    usage = f"{context.get_usage()}\n" if context is not None else ""
    click.echo(usage, err=True, nl=False)
    command = context.command_path if context is not None else "daypart"
    words = error.format_message().rstrip(".")
    return say(call, words[:1].lower() + words[1:], f"`{command} --help` explains it", EX_USAGE)


def _explain_group(context: click.Context, call: Call) -> int:
    """`daypart post`: which of its commands is meant."""
    click.echo(f"{context.get_help()}\n", err=True)
    hint = f"for example: {context.command_path} {_first(context)}"
    return say(call, f"{context.command_path} needs one of these commands", hint, EX_USAGE)


def _first(context: click.Context) -> str:
    """A command that harms nobody."""
    names = context.command.list_commands(context) if isinstance(context.command, click.Group) else []
    return next((name for name in ("list", "show") if name in names), names[0] if names else "--help")


def say(call: Call, words: str, hint: str, code: int) -> int:
    """The sentence and the way out, on stderr; for programs also as JSON on stdout."""
    from config.secrets import redactor  # deferred: only for what went wrong
    from scheduler.clean import clean

    words, hint = clean(redactor.clean(words)), clean(redactor.clean(hint))
    kind = "bug" if code == EX_BUG else "error"
    click.echo(f"{kind}: {words}", err=True)
    if hint:
        click.echo(f"  = {hint}", err=True)
    if call.as_json:
        found = {"diagnostics": call.diagnostics} if call.diagnostics else {}
        click.echo(json.dumps({"error": words, "hint": hint or None, "exit_code": code, **found}, ensure_ascii=False, indent=2))
    return code


def _show_files(error: Exception, call: Call) -> None:
    """The mistakes themselves: they are the result, so they go to stdout."""
    from pathlib import Path

    from config.diagnostics import as_json
    from daypart.output import show_diagnostics

    diagnostics = getattr(error, "diagnostics", ())
    if call.as_json:
        call.diagnostics = json.loads(as_json(diagnostics, Path.cwd()))["diagnostics"]
    else:
        show_diagnostics(call, diagnostics)


def _explain_disk(error: OSError, call: Call) -> int:
    what = f"'{error.filename}' cannot be read or written" if error.filename is not None else "writing failed"
    hint = "make room on this disk, then try again" if error.errno in _FULL else "look at the path and its permissions, then try again"
    return say(call, f"{what}: {(error.strerror or 'error').lower()}", hint, EX_DISK)


def _explain_bug(error: Exception, call: Call) -> int:
    hint = "nothing was half-written; run it again with DAYPART_DEBUG=1 and report what that prints"
    return say(call, f"{type(error).__name__}: {error}", hint, EX_BUG)
