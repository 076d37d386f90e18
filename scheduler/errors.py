"""Errors a person can act on. Each carries a sentence, a hint and the exit code of the command line.

DeskError
├── NotFoundError        no such key, account, client, proposal                66
├── UsageError           this cannot be done to that                           64
│   ├── WouldVoidError   not without a word: approvals would be lost           64
│   └── NoRoomError      the account's limits leave no room then               64
├── FilesError           diagnostics in files (carries them)                   65
├── StaleError           plan or digest is not of now; look again              75
│   └── CrossedError     somebody else changed the same lines meanwhile        75
├── BusyError            the store is locked, or a second service runs         75
├── UnreachableError     platform, model or daemon cannot be reached           69
├── SignInError          an account has to be connected again                  77
├── SettingsError        the workspace's settings do not allow it              78
└── DiskError            disk full or unreadable                               74
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from config.diagnostics import Diagnostic


class DeskError(Exception):
    """Something a person asked for was not done. Nothing was half-written."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        """What to do next; may be empty."""


class NotFoundError(DeskError):
    """There is no such thing."""

    exit_code = 66


class UsageError(DeskError):
    """It cannot be done to that, or not like this."""

    exit_code = 64


class WouldVoidError(UsageError):
    """Approvals would be lost, and nobody has said that they may be. Nothing was changed."""


class NoRoomError(UsageError):
    """The limits of an account leave no room for a post at that time. Nothing was changed."""


class FilesError(DeskError):
    """The files have errors."""

    exit_code = 65

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics


class StaleError(DeskError):
    """What was looked at is not what is there now."""

    exit_code = 75


class CrossedError(StaleError):
    """Somebody else changed the same lines while they were being written. What was written is kept aside; nothing is overwritten."""

    def __init__(self, message: str, hint: str, *, theirs: str, by: str) -> None:
        super().__init__(message, hint)
        self.theirs = theirs
        """The text that is saved now."""
        self.by = by
        """Who saved it."""


class BusyError(DeskError):
    """Somebody else holds what is needed."""

    exit_code = 75


class UnreachableError(DeskError):
    """A platform, model or daemon does not answer."""

    exit_code = 69


class SignInError(DeskError):
    """An account has to be connected again."""

    exit_code = 77


class SettingsError(DeskError):
    """The workspace's settings do not allow it."""

    exit_code = 78


class DiskError(DeskError):
    """The disk is full or cannot be read."""

    exit_code = 74
