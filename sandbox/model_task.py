"""Reads a drafting prompt leniently: the task, its limits and its facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.wire import Fields, as_fields

_FACT = re.compile(r"^\s*[-*]?\s*(F\d+)\s*[:.)]\s*(.+)$", re.MULTILINE)
_LENGTH = re.compile(
    r"^(?!.*\bhook\b).*?\b(?:at most|maximum(?: of)?|max\.?|no more than|up to|limit(?: of)?)\s*:?\s*(\d+)\s*(?:char|grapheme|znak)",
    re.I | re.M,
)
_HOOK = re.compile(r"^Hook\b.*?(\d+)\s*char", re.I | re.M)
_WANTED = re.compile(r"wanted length\D*(\d+)", re.I)
_SECONDS = re.compile(r"(?:reel length|target_s|length in seconds|duration)\D{0,20}?(\d+(?:\.\d+)?)\s*(?:s\b|sec)?", re.I)
_RATE = re.compile(r"(\d(?:\.\d+)?)\s+words (?:a|per) second", re.I)


@dataclass(frozen=True, slots=True)
class Task:
    """What is wanted, as far as the prompt says it."""

    reel: bool
    language: str
    facts: Mapping[str, str]
    topic: str
    call: str
    most: int
    """Characters for everything together."""
    hook_most: int
    wanted: int | None
    tags_most: int
    tags_always: Sequence[str]
    tags_allowed: Sequence[str] | None
    must: Sequence[str]
    never: Sequence[str]
    alts: int
    seconds: float
    rate: float
    """Spoken words a second."""
    variant: int
    again: bool
    """An earlier attempt failed."""


def read_task(system: str, user: str, schema: Fields) -> Task | None:
    """None when this does not ask for a caption or a script."""
    both = f"{system}\n{user}"
    properties = schema.inner("properties")
    reel = "beats" in properties or (not properties.values and ("Reel length" in user or "beats:" in system))
    if not reel and "hook" not in properties and not re.search(r"\bhook\b", both):
        return None
    return Task(
        reel=reel,
        language=_language(both),
        facts={found[1]: found[2].strip() for found in _FACT.finditer(user)},
        topic=_line(user, "topic"),
        call=_line(user, "call to action"),
        most=min((int(found) for found in _LENGTH.findall(user)), default=2_000),
        hook_most=_number(_HOOK, user, 120),
        wanted=_number(_WANTED, user, 0) or None,
        tags_most=_number(re.compile(r"^hashtags\b.*?(\d+)", re.I | re.M), user, 3),
        tags_always=[tag.lstrip("#") for tag in _listed(user, "Hashtags always") or ()],
        tags_allowed=_allowed(_listed(user, "Hashtags allowed")),
        must=_listed(user, "Must contain, word for word") or _listed(user, "Must") or [],
        never=[*(_listed(user, "Never use these words") or ()), *(_listed(user, "Never") or ())],
        alts=_number(re.compile(r"^alt texts\b\D*(\d+)", re.I | re.M), user, 0),
        seconds=_decimal(_SECONDS, user, 30.0),
        rate=_decimal(_RATE, both, 2.0),
        variant=_number(re.compile(r"\bvariant (\d+)", re.I), user, 1),
        again="earlier attempt failed" in user,
    )


def prompt_of(messages: Sequence[object]) -> tuple[str, str]:
    """The system's and everybody else's words."""
    system: list[str] = []
    user: list[str] = []
    for message in map(as_fields, messages):
        content = message.raw("content")
        text = content if isinstance(content, str) else "\n".join(as_fields(part).text("text") for part in message.items("content"))
        (system if message.text("role") in {"system", "developer"} else user).append(text)
    return "\n".join(system), "\n".join(user)


def _language(text: str) -> str:
    told = re.search(r"^Language:\s*(.+)$", text, re.I | re.M)
    if told is None:
        return "pl" if re.search(r"\bPolish\b|po polsku", text) else "en"
    tag = re.search(r"\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)", told[1])
    if tag is not None:
        return tag[1]
    return "pl" if "polish" in told[1].lower() else told[1].strip().split()[0][:5].rstrip(",;.")


def _line(text: str, name: str) -> str:
    found = re.search(rf"^{re.escape(name)}:\s*(.+)$", text, re.I | re.M)
    return found[1].strip() if found else ""


def _listed(text: str, name: str) -> list[str] | None:
    line = _line(text, name)
    if not line:
        return None
    return [] if line.lower() == "none" else [item.strip() for item in re.split(r"\s*\|\s*", line) if item.strip()]


def _allowed(tags: list[str] | None) -> list[str] | None:
    return None if tags is None else [tag.lstrip("#") for tag in tags]


def _number(pattern: re.Pattern[str], text: str, default: int) -> int:
    found = pattern.search(text)
    return int(found[1]) if found else default


def _decimal(pattern: re.Pattern[str], text: str, default: float) -> float:
    found = pattern.search(text)
    return float(found[1]) if found else default
