"""What the brake can be put on, and how each is called. A campaign has two: a person's, and the one of its file (`status: paused`)."""

from __future__ import annotations

from scheduler.errors import UsageError

ALL, CLIENT, ACCOUNT, CAMPAIGN, FILE = "all", "client", "account", "campaign", "file"
OF_CAMPAIGNS = (CAMPAIGN, FILE)
"""Scopes whose subject is a campaign. Two, because what a person stopped must not go on when a file is applied."""
PAUSED = "the campaign is paused in its file"


def scope_of(client: str | None, account: str | None, campaign: str | None) -> tuple[str, str]:
    """Scope and subject of what was named. Raises UsageError when it was more than one thing."""
    named = [(scope, name) for scope, name in ((CLIENT, client), (ACCOUNT, account), (CAMPAIGN, campaign)) if name]
    if len(named) > 1:
        raise UsageError("one at a time: a client, an account or a campaign")
    return named[0] if named else (ALL, "")


def release_command(scope: str, subject: str) -> str:
    """What takes it off without a screen; a file's own pause goes with the file."""
    if scope == FILE:
        return "daypart apply"
    return "daypart release" if scope == ALL else f"daypart release --{scope} {subject}"


def name_of(scope: str, subject: str) -> str:
    """`everything`, `kawa`, `bs-kawa`, `campaign autumn`."""
    return "everything" if scope == ALL else f"campaign {subject}" if scope in OF_CAMPAIGNS else subject
