"""Who acts at the desk. A claim, not a login: DAYPART_USER, else the system's user."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass

from scheduler.clean import clean_line


@dataclass(frozen=True, slots=True)
class Person:
    """One person, by the name they go by and by the system's user behind it."""

    name: str
    os_user: str

    @property
    def actor(self) -> str:
        """For the ledger."""
        return f"person:{self.name}"

    @property
    def editor(self) -> str:
        """For the origin of words."""
        return f"human:{self.name}"


def person(name: str | None = None) -> Person:
    """The person at this terminal."""
    system = _system_user()
    said = clean_line(name or os.environ.get("DAYPART_USER") or system)[:80]
    return Person(said or system, system)


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid{os.getuid()}"


def name_of(editor: str) -> str:
    """Who saved a text, for people: `anna`, `the model`, `the files`."""
    kind, _, name = editor.partition(":")
    if kind == "ai":
        return "the model"
    return "the files" if kind == "files" or editor == "human:files" else clean_line(name or editor) or "somebody"
