"""What somebody wrote and cannot be used, as an exception: one shape for times, variables, media and sheets."""

from __future__ import annotations


class MistakeError(Exception):
    """Carries a code of `config/codes.py`, what is wrong in a sentence, and what to write instead."""

    def __init__(self, code: str, message: str, *hints: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hints = hints
