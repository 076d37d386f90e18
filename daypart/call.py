"""What every command is told: where, as JSON or not, with colour or not. `common` gives a command these three options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import click


@dataclass(slots=True)
class Call:
    """What the three options that every command takes said."""

    workspace: str | None = None
    as_json: bool = False
    color: bool = True
    diagnostics: list[dict[str, object]] = field(default_factory=list)
    """What was wrong in files, for the JSON of an error."""


def _note(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Keep an option's value on the shared Call, wherever on the line it was given."""

    def keep(ctx: click.Context, _parameter: click.Parameter, value: Any) -> Any:
        call = ctx.ensure_object(Call)
        if value:
            setattr(call, name, not value if name == "color" else value)
        return value

    return keep


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The three options that every command takes."""
    for option in _OPTIONS:
        command = option(command)
    return command


_OPTIONS = (
    click.option("--no-color", is_flag=True, expose_value=False, callback=_note("color"), help="No colour (also: set NO_COLOR)."),
    click.option("--json", is_flag=True, expose_value=False, callback=_note("as_json"), help="For programs: one JSON object on stdout."),
    click.option(
        "--workspace",
        metavar="DIR",
        expose_value=False,
        callback=_note("workspace"),
        help="Folder of daypart.yaml (default: this folder, or the nearest above that has one).",
    ),
)
"""Applied from the inside out: the last one stands first in `--help`."""
