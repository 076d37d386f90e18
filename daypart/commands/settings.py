"""How this person likes the desk on this computer: look, language, keys."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click

from config.desk_settings import CHOICES, EXPLAINED, KEYS, DeskSettings, SettingsError, read_settings, settings_path, write_settings
from daypart.call import Call, common
from daypart.output import print_json


@click.group(invoke_without_command=True)
@common
@click.pass_context
def settings(ctx: click.Context) -> None:
    """Theme, language, signs, motion, reading aloud and keys of the desk; yours, whatever the workspace."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(show)


@settings.command("list")
@common
@click.pass_obj
def show(call: Call) -> None:
    """Every setting with its value and what it may be."""
    known = _known()
    keys = {f"{KEYS}{action}": value for action, value in sorted(known.keys.items())}
    if call.as_json:
        print_json({"settings": {**{name: known.value(name) for name in CHOICES}, **keys}, "file": str(settings_path())})
        return
    for name, choices in CHOICES.items():
        click.echo(f"{name:<9} {known.value(name):<9} {' | '.join(choices)}")
        click.echo(f"          {EXPLAINED[name]}")
    for name, value in keys.items():
        click.echo(f"{name} {value}")
    click.echo(f"kept in {settings_path()}; other keys for an action: daypart settings set keys.ACTION KEY", err=True)


@settings.command("set")
@click.argument("name", metavar="NAME")
@click.argument("value", metavar="VALUE")
@common
@click.pass_obj
def change(call: Call, name: str, value: str) -> None:
    """Set NAME to VALUE: `daypart settings set language pl`, `daypart settings set keys.review.approve ctrl+y`.

    Whether a key is free is known to the desk: it says so when it opens, and leaves the action its own key where it is not.
    """
    try:
        new = _known().with_value(name, value)
    except SettingsError as error:
        _refuse(error)
    _keep(call, new, name)


@settings.command("reset")
@click.argument("name", metavar="NAME")
@common
@click.pass_obj
def reset(call: Call, name: str) -> None:
    """Give NAME back the value it had before you chose; `all` gives back everything."""
    try:
        new = DeskSettings() if name == "all" else _known().without(name)
    except SettingsError as error:
        _refuse(error)
    _keep(call, new, name)


def _known() -> DeskSettings:
    found = read_settings(settings_path())
    if found.trouble:
        click.echo(f"note: {found.trouble}", err=True)
    return found.settings


def _refuse(error: SettingsError) -> NoReturn:
    raise click.UsageError(f"{error}. `daypart settings` lists them.") from error


def _keep(call: Call, new: DeskSettings, name: str) -> None:
    path = settings_path()
    _write(path, new)
    value = "" if name == "all" else new.value(name)
    if call.as_json:
        print_json({"name": name, "value": value})
    else:
        click.echo(f"{name}: {value or 'as usual'}. An open desk takes it over when it is opened again.")


def _write(path: Path, new: DeskSettings) -> None:
    from scheduler.errors import DiskError  # deferred: showing needs nothing of it

    try:
        write_settings(path, new)
    except OSError as error:
        raise DiskError(f"{path} could not be written: {error.strerror}") from error
