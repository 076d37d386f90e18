"""Accounts as lines and as sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scheduler.desk.accounts.standing import Standing
from scheduler.desk.views import Sign
from scheduler.desk.words import ENDING
from tui.lines.row import Row
from tui.lines.rows import section
from tui.say import later, say
from tui.text import clean, counted, day_words, local, one_line, when_words
from tui.told import told

NEEDED = {
    "bluesky": (
        later("An app password. In a browser: Settings → Privacy and security → App passwords → Add. It is not your own password."),
        "https://bsky.app/settings/app-passwords",
    ),
    "mastodon": (
        later("An access token. On your server: Preferences → Development → New application (read write). Or F2: sign in with a browser."),
        "",
    ),
    "instagram": (
        later("A long-lived token of your own Meta app with the publishing permission, for a professional account."),
        "https://developers.facebook.com/apps/",
    ),
}
"""What one needs to sign in, and the page where it is made."""


def page_of(standing: Standing, server: str) -> str:
    """The page where the secret is made."""
    if standing.account.platform == "mastodon":
        return f"{server}/settings/applications" if server else ""
    return NEEDED.get(standing.account.platform, ("", ""))[1]


def account_sign(standing: Standing) -> Sign:
    """The sign of an account's state; the words beside it say the same."""
    if not standing.account.supported:
        return Sign.CANCELLED
    if standing.urgent:
        return Sign.NEEDS_YOU
    return Sign.PUBLISHED if standing.words == "ok" else Sign.HELD


def use_words(standing: Standing) -> str:
    """`3 of 100 in 24 h`."""
    return (
        say("{sent} of {most} in 24 h", sent=standing.sent, most=standing.most)
        if standing.most
        else say("{sent} in 24 h", sent=standing.sent)
    )


def until_words(standing: Standing, tz: str) -> str:
    """Until when it is signed in, where somebody told."""
    account = standing.account
    if not account.connected or not account.supported or account.state == "reauth":
        return "–"
    if account.expires_at is None or account.platform not in ENDING:
        return say("signed in")
    return say("until {day}", day=day_words(local(account.expires_at, tz).date()))


def account_row(standing: Standing, tz: str, now: int, color: str) -> Row:
    """One account as a line."""
    account = standing.account
    parts = (use_words(standing), one_line(account.platform_name))  # a count that has a limit stays in sight, else whose network it is
    last = say(" · last {when}", when=when_words(standing.last, tz, now)) if standing.last else ""
    return Row(
        key=account.name,
        sign=account_sign(standing),
        when=until_words(standing, tz),
        client=one_line(account.client_name),
        color=color,
        account=one_line(account.name),
        title=f"{' · '.join(parts if standing.most else parts[::-1])}{last}",
        words=told(one_line(standing.words)),
    )


def account_rows(standings: Sequence[Standing], tz: str, now: int, colors: Mapping[str | None, str]) -> list[Row]:
    """What needs a person first, then what is signed in, then what nobody can reach yet. `colors`: of the clients."""
    rows = {s.account.name: account_row(s, tz, now, colors.get(s.account.client, "")) for s in standings}
    urgent = [rows[s.account.name] for s in standings if s.urgent]
    good = [rows[s.account.name] for s in standings if not s.urgent and s.account.supported]
    rest = [rows[s.account.name] for s in standings if not s.urgent and not s.account.supported]
    groups = (
        (say("SIGN IN {urgent}", urgent=len(urgent)), urgent),
        (say("CONNECTED {good}", good=len(good)), good),
        (say("NO ADAPTER YET {rest}", rest=len(rest)), rest),
    )
    return [row for title, found in groups for row in section(title, found)]


def account_lines(standing: Standing, tz: str, now: int) -> list[str]:
    """Everything a person asks about one account."""
    account = standing.account
    lines = [
        f"{one_line(account.client_name)} · {one_line(account.platform_name)} · {one_line(account.handle)}",
        say("State: {words}", words=told(one_line(standing.words))),
        _signed_in(standing, tz),
        say("Posts: {use}", use=use_words(standing))
        + (say(", the last one {when}", when=when_words(standing.last, tz, now)) if standing.last else say(", none went out yet")),
        waits_words(standing, tz, now),
    ]
    if account.languages:
        lines.append(say("Languages: {languages}", languages=", ".join(account.languages)))
    return lines


def _signed_in(standing: Standing, tz: str) -> str:
    """Until when; where nobody is, what can be done."""
    account = standing.account
    if account.supported and (not account.connected or account.state == "reauth"):
        return say(
            "‹account.connect› connects it · ‹account.correct› corrects its handle or server · "
            "‹account.disconnect› takes it out of daypart.yaml"
        )
    if account.expires_at is None or account.platform not in ENDING:
        return say("Signed in: yes, renewed by itself") if account.supported else say("Signed in: {until}", until="–")
    return say("Signed in: {until}", until=until_words(standing, tz))


def waits_words(standing: Standing, tz: str, now: int) -> str:
    """What waits on it."""
    if not standing.waits:
        return say("Nothing waits on it.")
    first = say(", the first {when}", when=when_words(standing.next, tz, now)) if standing.next is not None else ""
    return f"{counted(standing.waits, 'planned post waits on it', 'planned posts wait on it')}{first}."


def needed_words(standing: Standing, page: str) -> str:
    """What to have at hand before pasting."""
    words = NEEDED.get(standing.account.platform, (say("An app password or token."), ""))[0]
    return clean(say("You need: {words}", words=say(words)) + (f"\n{page}" if page else ""))
