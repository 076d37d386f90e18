"""The calendar as RFC 5545: instants in UTC (every program shows them in its own zone), names that stay the same at every export."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from config.times import from_micros
from scheduler.export.rows import Planned

FOLD = 75
"""Octets of a line, its end not counted."""
MINUTES = 15
"""How long a post looks in a calendar."""
_STATUS = {"draft": "TENTATIVE", "cancelled": "CANCELLED", "missed": "CANCELLED", "refused": "CANCELLED"}


def as_ics(posts: Sequence[Planned], *, name: str, workspace: str, tz: str, now: int) -> str:
    """One VEVENT per post and account."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//daypart//calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        f"X-WR-TIMEZONE:{escaped(tz)}",
    ]
    for post in posts:
        lines += _event(post, workspace, now)
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in folded(line))


def _event(post: Planned, workspace: str, now: int) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uid(workspace, post.key)}"
    yield f"DTSTAMP:{_stamp(now)}"
    yield f"LAST-MODIFIED:{_stamp(post.changed_at)}"
    yield f"SEQUENCE:{post.changes}"
    yield f"DTSTART:{_stamp(post.at)}"
    yield f"DURATION:PT{MINUTES}M"
    yield f"SUMMARY:{escaped(f'{post.client_name} · {post.platform_name} {post.account}: {post.title}')}"
    yield f"DESCRIPTION:{escaped(_about(post))}"
    yield f"CATEGORIES:{escaped(post.client_name)},{escaped(post.platform_name)}"
    yield f"STATUS:{_STATUS.get(post.state, 'CONFIRMED')}"
    yield "TRANSP:TRANSPARENT"
    if post.url and _is_plain(post.url):
        yield f"URL:{post.url}"
    yield "END:VEVENT"


def _about(post: Planned) -> str:
    by = f", approved by {post.approved_by}" if post.approved_by else ""
    lines = [post.text, "", f"{post.state_words}{by} · AI: {post.ai}", f"{post.key}"]
    return "\n".join([*lines, post.url] if post.url else lines)


def uid(workspace: str, key: str) -> str:
    """The same for a post at every export, in every clone of the workspace."""
    return f"{hashlib.sha256(f'{workspace}|{key}'.encode()).hexdigest()[:32]}@daypart"


def escaped(words: str) -> str:
    """A TEXT value: no control signs, and nothing that ends it."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(sign for sign in lines if sign in "\n\t" or (ord(sign) >= 32 and ord(sign) != 127))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets, none cut inside a sign; those that go on begin with a blank."""
    part, size = "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > FOLD:
            yield part
            part, size = " ", 1
        part, size = part + sign, size + octets
    yield part


def _stamp(at: int) -> str:
    return f"{from_micros(at):%Y%m%dT%H%M%SZ}"


def _is_plain(url: str) -> bool:
    """A URI value has no escapes, so nothing may stand in it that would need one."""
    return url.isascii() and url.isprintable() and " " not in url
