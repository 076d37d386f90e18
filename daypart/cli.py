"""The command line: a table of commands, imported only when one is called, and the one place where errors become exit codes.

Exit codes: 0 ok · 1 some items failed · 2 changes (`plan --detailed-exitcode`) · 64 usage · 65 errors in files · 66 not found ·
69 platform, model or service not reachable · 70 bug · 74 disk · 75 try again · 77 sign in again · 78 settings · 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from daypart import __version__, leaving
from daypart.call import Call, common

EX_INTERRUPTED = 130

SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "First steps": {
        "demo": ("daypart.commands.demo:demo", "The whole job on pretend platforms, from nothing."),
        "try": ("daypart.commands.trial:try_it", "A first post on pretend platforms, in an empty folder."),
        "init": ("daypart.commands.files:init", "Make a workspace with a sample campaign."),
        "account": ("daypart.commands.accounts:account", "Connect, list, test and disconnect accounts."),
        "status": ("daypart.commands.service:status", "One look: what needs you, what is next."),
    },
    "Campaign files": {
        "validate": ("daypart.commands.files:validate", "Check every file; all mistakes at once."),
        "plan": ("daypart.commands.files:plan", "Show what `apply` would change."),
        "apply": ("daypart.commands.files:apply", "Make the calendar follow the files."),
        "import": ("daypart.commands.importing:import_", "A month of posts from a CSV or XLSX sheet."),
        "schema": ("daypart.commands.files:schema", "Write JSON schemas for your editor."),
    },
    "Drafts of a model": {
        "draft": ("daypart.commands.model:draft", "Ask the model for the posts that have a brief."),
        "drafts": ("daypart.commands.model:drafts", "What the model proposed."),
        "accept": ("daypart.commands.model:accept", "Make a proposal the post's text."),
        "discard": ("daypart.commands.model:discard", "Say no to a proposal."),
        "model": ("daypart.commands.model:model", "Try the model endpoint."),
    },
    "Posts": {
        "post": ("daypart.commands.posts:post", "List, show, preview, write, move, cancel posts."),
        "approve": ("daypart.commands.gate:approve", "Approve exactly what will go out."),
        "review": ("daypart.commands.review:review", "Send a client a file to sign off; who has not answered."),
        "reject": ("daypart.commands.gate:reject", "Send a post back, with the reason."),
        "outbox": ("daypart.commands.posts:outbox", "Every delivery: state, reason, next step."),
        "resolve": ("daypart.commands.gate:resolve", "Decide what nobody but you can know."),
        "history": ("daypart.commands.keeping:history", "Everything that happened to one delivery."),
        "hold": ("daypart.commands.gate:hold", "The brake: nothing leaves."),
        "release": ("daypart.commands.gate:release", "Take the brake off."),
        "library": ("daypart.commands.library:library", "Find posts and media, to use again."),
        "idea": ("daypart.commands.library:idea", "Keep ideas, one line each."),
    },
    "Numbers and proof": {
        "report": ("daypart.commands.report:report", "A week per client: figures, best hours, who approved what."),
        "export": ("daypart.commands.report:export", "The calendar for other programs; all that is public, in one file."),
    },
    "Your desk": {
        "settings": ("daypart.commands.settings:settings", "Colours, language and keys of the desk."),
    },
    "Running it": {
        "serve": ("daypart.commands.serving:serve", "The desk in a browser on this computer."),
        "rehearse": ("daypart.commands.rehearse:rehearse", "What would go out when, on a pretend clock."),
        "daemon": ("daypart.commands.service:daemon", "The publishing service, without a screen."),
        "notices": ("daypart.commands.notices:notices", "Who was told what, and what waits to be told."),
        "doctor": ("daypart.commands.service:doctor", "Check this installation and the store."),
        "verify": ("daypart.commands.keeping:verify", "Check the whole ledger, offline; also of a backup."),
        "backup": ("daypart.commands.keeping:backup", "One file with everything but the key."),
        "restore": ("daypart.commands.keeping:restore", "Put a backup in place; nothing is sent until you say so."),
        "safe-mode": ("daypart.commands.keeping:safe_mode", "After a restore: what was found, and go on."),
        "media": ("daypart.commands.service:media", "Check that pictures have a public address."),
        "sandbox": ("daypart.commands.service:sandbox", "Pretend platforms on this computer."),
    },
}
"""Command → where it is and its one line in `--help`: nothing is imported to print the list."""
COMMANDS = {name: line for section in SECTIONS.values() for name, line in section.items()}
WAYS_IN = "To see it work: daypart demo. To begin: daypart init my-week. Every command explains itself with --help."


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), words) for name, (_, words) in commands.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"there is no command '{args[0]}'{_nearest(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)


def _nearest(word: str, known: Sequence[str] | dict[str, Any]) -> str:
    from difflib import get_close_matches

    match = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f": did you mean '{match[0]}'?" if match else ""


@click.group(
    cls=Commands,
    invoke_without_command=True,
    epilog=WAYS_IN,
    subcommand_metavar="COMMAND …",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="daypart")
@common
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Plan, draft, approve and publish social posts. Without a command: opens the desk."""
    if ctx.invoked_subcommand is None:
        from daypart.commands.open import open_desk

        open_desk(ctx.ensure_object(Call))


def run(arguments: Sequence[str], *, debug: bool = False) -> int:
    """Run the command line; returns the exit code, after printing one clear sentence for every error."""
    call = Call()
    try:
        result = cli.main(args=list(arguments), prog_name="daypart", standalone_mode=False, obj=call)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.ClickException as error:
        call.as_json = call.as_json or "--json" in arguments  # what stands behind the mistake was not read
        return leaving.explain_usage(error, call)
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped", err=True)
        return EX_INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  whoever read us has gone: nothing more to say
        return 0
    except Exception as error:
        if debug:
            raise
        return leaving.explain(error, call)
