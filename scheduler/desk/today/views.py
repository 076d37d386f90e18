"""What is at risk, as the Desk answers it. Plain frozen values, as in `views`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["unapproved", "no_text", "no_media", "sign_in", "quota"]


@dataclass(frozen=True, slots=True)
class Risk:
    """One thing that needs a person before it is too late."""

    kind: Kind
    about: str
    """The post's key, or the account."""
    client: str | None
    client_name: str
    client_color: str
    account: str
    title: str
    """Of the post; empty for an account."""
    due: int | None
    words: str
    """`not approved, due in 3 h`."""
    command: str
    """What to do without a screen."""

    @property
    def is_post(self) -> bool:
        """Whether it is about a post."""
        return self.kind in ("unapproved", "no_text", "no_media")
