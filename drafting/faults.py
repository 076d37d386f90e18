"""The one border where errors of the `openai` package and odd answers become ours."""

from __future__ import annotations

from dataclasses import dataclass

from drafting.errors import DraftingError, LlmGarbled, LlmLimited, LlmRefused, LlmRejected, LlmTruncated, LlmUnavailable
from drafting.folding import excerpt


@dataclass(frozen=True, slots=True)
class Said:
    """The parts of an answer that matter."""

    text: str
    finish: str
    refusal: str
    tokens: int


def said_by(completion: object) -> Said:
    """Reads an answer that nothing has validated. Raises LlmGarbled: HTML with 200, `choices` null or empty."""
    try:
        choice = completion.choices[0]  # type: ignore[attr-defined]  # nothing has validated it: what is missing is caught below
        message = choice.message
        return Said(_text(message.content), _text(choice.finish_reason), _text(getattr(message, "refusal", None)), tokens_of(completion))
    except (AttributeError, TypeError, IndexError, KeyError) as error:
        what = "the endpoint's answer is no chat completion"
        raise LlmGarbled(what, "check llm.base_url: it often ends in /v1", output=excerpt(str(completion), 2_000)) from error


def tokens_of(completion: object) -> int:
    """Tokens of the answer, 0 when the endpoint does not say."""
    counted = getattr(getattr(completion, "usage", None), "completion_tokens", 0)
    return counted if isinstance(counted, int) else 0


def judged(said: Said) -> Said:
    """The answer, when it is whole. Raises LlmRefused, LlmTruncated, LlmGarbled."""
    if said.refusal or said.finish == "content_filter":
        words = excerpt(said.refusal, 160) or "a filter stopped it"
        output = said.refusal or said.text
        raise LlmRefused(f"the model declined: {words}", "put it another way in the brief", output=output, tokens=said.tokens)
    if said.finish == "length":
        raise LlmTruncated("the model's answer was cut off", "ask for a shorter text", output=said.text, tokens=said.tokens)
    if not said.text.strip():
        raise LlmGarbled("the model's answer is empty", "try again, or another model", output=said.text, tokens=said.tokens)
    return said


def in_our_words(error: Exception, host: str, key: str) -> DraftingError:
    """Our error for one of `openai` or of the connection below it."""
    import httpx2  # comes with openai, which talks through it
    import openai

    if isinstance(error, openai.APITimeoutError | TimeoutError | httpx2.TimeoutException):
        return LlmUnavailable(f"{host} took too long to answer", "try again, or a smaller model")
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, host, key)
    if isinstance(error, openai.APIResponseValidationError | ValueError):
        return LlmGarbled(f"{host} answered with something that is no JSON", "check llm.base_url: it often ends in /v1")
    if isinstance(error, openai.OpenAIError | httpx2.HTTPError | OSError):
        return LlmUnavailable(f"cannot reach the model at {host}", "is it running, and is llm.base_url right?", may_pass=True)
    raise error


def _of_status(error: object, host: str, key: str) -> DraftingError:
    import openai

    assert isinstance(error, openai.APIStatusError)
    status, about = error.status_code, _without(str(error.message), key)
    if status == 429:
        wait = _retry_after(error.response.headers.get("retry-after"))
        return LlmLimited(f"{host} asks us to wait", _limit_hint(about), retry_after=wait)
    if status >= 500:
        return LlmUnavailable(f"{host} failed ({status})", "try again later", status=status, may_pass=True)
    if status in (401, 403):
        return LlmRejected(f"{host} does not accept the key ({status})", "check the variable that llm.key_env names", status=status)
    if 300 <= status < 400:
        return LlmRejected(f"{host} sends us elsewhere, and we do not follow", "write that address as llm.base_url", status=status)
    minded = f"{about} {error.code} {error.param}".casefold()
    words = f"{host} refuses the request ({status}): {excerpt(about, 160)}"
    return LlmRejected(words, "check llm.model", status=status, about=minded)


def _limit_hint(about: str) -> str:
    if "quota" in about.casefold():
        return "the account with the model's provider has no credit left"
    return "try again later"


def _retry_after(header: str | None) -> float | None:
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < 86_400 else None


def _without(text: str, key: str) -> str:
    return text.replace(key, "…") if key else text


def _text(value: object) -> str:
    """A string that can be stored; lone surrogates cannot."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
