"""Out of what a model wrote, the JSON object that was asked for; and, while it still writes, the words for display."""

from __future__ import annotations

import json
import re
from typing import TypeVar

from pydantic import ValidationError

from drafting.errors import LlmGarbled
from drafting.folding import excerpt
from drafting.schemas import Draft

_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_THOUGHTS_WITHOUT_START = re.compile(r"\A.*</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_MOST_CHARACTERS = 200_000
_MOST_TRIES = 200
SHOWN = ("hook", "body", "cta")
"""Fields of a caption that are shown while they come."""
SHOWN_OF_REELS = ("voice", *SHOWN)
"""The same of a Reels script: what is spoken, then the caption."""

D = TypeVar("D", bound=Draft)


def read_draft(output: str, model: type[D]) -> D:
    """The draft in an answer. Raises LlmGarbled, with what is wrong as feedback."""
    try:
        return model.model_validate_json(_outermost_object(output))
    except ValidationError as error:
        raise _garbled(output, _wrong_fields(error)) from error


def _outermost_object(output: str) -> str:
    """The widest piece that is a JSON object; prose, code fences and thoughts around it do not matter."""
    text = _THOUGHTS_WITHOUT_START.sub("", _THOUGHTS.sub("", output[:_MOST_CHARACTERS]))
    decoder, best, at = json.JSONDecoder(), "", text.find("{")
    for _ in range(_MOST_TRIES):
        if at < 0:
            break
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            best = max(best, text[at:end], key=len)
        at = text.find("{", end)
    if not best:
        raise _garbled(output, "there was no JSON object in the answer")
    return best


def _wrong_fields(error: ValidationError) -> str:
    wrong = error.errors(include_input=False, include_url=False)[:4]
    return "; ".join(f"{'.'.join(str(step) for step in item['loc'])}: {item['msg']}" for item in wrong)


def _garbled(output: str, what: str) -> LlmGarbled:
    what = excerpt(what, 200)
    error = LlmGarbled(f"the model's answer has the wrong shape: {what}", "another or a larger model may do", output=output)
    error.feedback = f"the answer must be exactly one JSON object as described ({what})"
    return error


class CaptionStream:
    """Picks the caption's words out of JSON that is still arriving."""

    def __init__(self, shown: tuple[str, ...] = SHOWN) -> None:
        self._shown = shown
        self._key: str | None = None
        self._string: list[str] | None = None
        self._escape = ""
        self._is_value = False
        self._shown_any = False

    def feed(self, chunk: str) -> str:
        """The words that this piece adds to the display."""
        return "".join(self._next(sign) for sign in chunk)

    def _next(self, sign: str) -> str:
        if self._string is None:
            return self._between(sign)
        if self._escape or sign == "\\":
            return self._escaped(sign)
        if sign == '"':
            return self._closed()
        return self._taken(sign)

    def _between(self, sign: str) -> str:
        if sign == ":":
            self._is_value = True
        elif sign in ",{[":
            self._is_value = False
        elif sign == '"':
            self._string = []
            if self._is_value and self._key in self._shown and self._shown_any:
                return "\n\n"
        return ""

    def _escaped(self, sign: str) -> str:
        self._escape += sign
        if self._escape == "\\" or (self._escape.startswith("\\u") and len(self._escape) < self._escape_length()):
            return ""
        whole, self._escape = self._escape, ""
        try:
            meant = str(json.loads(f'"{whole}"'))
        except ValueError:
            return ""
        return self._taken(meant if meant.isprintable() or meant == "\n" else "")

    def _escape_length(self) -> int:
        """An emoji comes as two escapes."""
        return 12 if self._escape[2:4].casefold() in ("d8", "d9", "da", "db") else 6

    def _taken(self, text: str) -> str:
        assert self._string is not None
        if not self._is_value:
            self._string.append(text)
            return ""
        if self._key not in self._shown:
            return ""
        self._shown_any = self._shown_any or bool(text)
        return text

    def _closed(self) -> str:
        if not self._is_value:
            self._key = "".join(self._string or ())
        self._string = None
        return ""
