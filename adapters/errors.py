"""Errors of the outside world.

AdapterError
├── ConnectError       signing in did not work
└── MediaHostError     a file could not be given a public address
"""

from __future__ import annotations

from config.secrets import redactor


class AdapterError(Exception):
    """Something outside did not work. `str()` is a sentence for a person; `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(redactor.clean(message))  # servers echo what they were sent
        self.hint = redactor.clean(hint)


class ConnectError(AdapterError):
    """Signing in or refreshing did not work."""

    def __init__(self, message: str, hint: str = "", *, relogin: bool = False) -> None:
        super().__init__(message, hint)
        self.relogin = relogin
        """Only the user can help: the token or password is dead."""


class MediaHostError(AdapterError):
    """A file could not be given a public address."""
