"""What can go wrong between us and a model. None of these ever touches a text that exists.

DraftingError
├── EndpointError          the endpoint's settings cannot be used
├── LlmUnavailable         no answer: connection, time-out, 5xx
├── LlmLimited             429; carries how long to wait
├── LlmRejected            the endpoint refuses the request: key, model, parameters
└── LlmAnswerError         an answer came and is no draft; asking again may help
    ├── LlmTruncated       it stopped in the middle
    ├── LlmRefused         the model declined
    └── LlmGarbled         no JSON, the wrong shape, or HTML
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.secrets import redactor

if TYPE_CHECKING:
    from drafting.results import Run


class DraftingError(Exception):
    """Nothing was drafted. `str()` is a sentence for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(redactor.clean(message))  # servers echo what they were sent
        self.hint = redactor.clean(hint)
        """What to do next; may be empty."""
        self.runs: tuple[Run, ...] = ()
        """Calls that were made all the same, to be kept."""


class EndpointError(DraftingError):
    """The endpoint's settings cannot be used."""


class LlmUnavailable(DraftingError):
    """The endpoint gave no answer."""

    def __init__(self, message: str, hint: str = "", *, status: int | None = None, may_pass: bool = False) -> None:
        super().__init__(message, hint)
        self.status = status
        """5xx, or None when no answer came at all."""
        self.may_pass = may_pass
        """Asking again soon is worth a try."""


class LlmLimited(DraftingError):
    """The endpoint asks us to wait."""

    def __init__(self, message: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after
        """Seconds, where the endpoint said so."""


class LlmRejected(DraftingError):
    """The endpoint refuses this request, and will again."""

    def __init__(self, message: str, hint: str = "", *, status: int, about: str = "") -> None:
        super().__init__(message, hint)
        self.status = status
        self.about = about
        """The endpoint's own words, lower case: they may name the parameter it minds."""


class LlmAnswerError(DraftingError):
    """An answer came and is no draft."""

    feedback = "the answer was not the JSON object that was asked for"
    """For the model, when it is asked again."""

    def __init__(self, message: str, hint: str = "", *, output: str = "", tokens: int = 0) -> None:
        super().__init__(message, hint)
        self.output = redactor.clean(output)
        """What came, for the record."""
        self.tokens = tokens


class LlmTruncated(LlmAnswerError):
    """The answer stopped in the middle."""

    feedback = "the answer was too long and was cut off; write less"


class LlmRefused(LlmAnswerError):
    """The model, or a filter before it, declined."""

    feedback = "the request was declined; write a plain, factual text from the facts alone"


class LlmGarbled(LlmAnswerError):
    """No JSON, the wrong shape, or HTML with status 200."""
