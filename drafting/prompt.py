"""Builds the messages of a question: rules, the task in the platform's own counting, and other people's words fenced as data."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template
from typing import Literal

from adapters.counting import count
from adapters.limits import Limits
from drafting.client import Message
from drafting.folding import visible
from drafting.request import EMOJI_MAX, CaptionRequest, ReelRequest
from drafting.speech import rate

PromptName = Literal["caption-v1", "reel-v1"]

_LONGEST_DATA = 4_000
_AIM = 0.85
"""Models count badly, so they are asked for a little less than what fits."""
_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hr": "Croatian",
    "hu": "Hungarian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian",
    "nb": "Norwegian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "tr": "Turkish",
    "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip
_ANGLES = ("begin with a concrete detail", "begin with a question", "begin with a small scene", "begin with the plainest statement")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question in words, and what must not come back."""

    id: str
    """Name and SHA-256 of the prompt file."""
    messages: tuple[Message, ...]
    canary: str


@dataclass(frozen=True, slots=True)
class _Secrets:
    """New for each request, so that no data can know them."""

    fence: str
    canary: str


def caption_prompt(request: CaptionRequest, feedback: Iterable[str] = ()) -> Prompt:
    """The question for a caption. `feedback`: what an earlier attempt did wrong."""
    fresh = _fresh()
    system = _fill("caption-v1", fence=fresh.fence, canary=fresh.canary)
    return _prompt("caption-v1", system, _task(request), request, feedback, fresh)


def reel_prompt(request: ReelRequest, feedback: Iterable[str] = ()) -> Prompt:
    """The question for a Reels script with its caption."""
    fresh, caption = _fresh(), request.caption
    speed = rate(caption.language, request.words_per_second)
    system = _fill("reel-v1", fence=fresh.fence, canary=fresh.canary, rate=f"{speed:.1f}", three=str(int(speed * 3)))
    task = [f"Reel length: {request.seconds:g} seconds, at most {int(request.seconds * speed)} spoken words in all", *_task(caption)]
    return _prompt("reel-v1", system, task, caption, feedback, fresh)


@cache
def prompt_text(name: PromptName) -> str:
    """A prompt file as it is released."""
    return resources.files("drafting.prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")


@cache
def prompt_id(name: PromptName) -> str:
    """`caption-v1:` and the hash of the file."""
    return f"{name}:{hashlib.sha256(prompt_text(name).encode()).hexdigest()}"


def language_name(tag: str) -> str:
    """“Polish (pl)”, or the tag alone."""
    name = _NAMES.get(tag.partition("-")[0].casefold())
    return f"{name} ({tag})" if name else tag


def cleaned(text: str) -> str:
    """Data as it may enter a prompt: visible characters only, not endless."""
    return visible(text)[:_LONGEST_DATA].strip()


def tags_max(request: CaptionRequest) -> int:
    """The tightest rule for hashtags among the targets and the brand."""
    rules = [limits.hashtags_advised if limits.hashtags_advised is not None else limits.hashtags_max for limits in request.targets]
    return min([rule for rule in (*rules, request.voice.hashtags_max) if rule is not None], default=5)


def _fresh() -> _Secrets:
    return _Secrets(fence=f"DATA-{secrets.token_hex(6)}", canary=f"mk-{secrets.token_hex(8)}")


def _fill(name: PromptName, **values: str) -> str:
    return Template(prompt_text(name)).substitute(values).strip()


def _prompt(name: PromptName, system: str, task: list[str], request: CaptionRequest, feedback: Iterable[str], fresh: _Secrets) -> Prompt:
    failed = [f"- {_line(message)}" for message in feedback]
    again = ["", "An earlier attempt failed. Avoid this:", *failed] if failed else []
    user = "\n".join(["TASK", *task, *again, "", *_data(request, fresh.fence), *_examples(request, fresh.fence)])
    return Prompt(prompt_id(name), (Message("system", system), Message("user", user)), fresh.canary)


def _task(request: CaptionRequest) -> list[str]:
    brief, voice = request.brief, request.voice
    lines = [
        f"Platforms: {', '.join(limits.label for limits in request.targets) or 'any'}",
        f"Language: {language_name(request.language)}",
        *_lengths(request),
        f"Hashtags: at most {tags_max(request)}",
        f"Emoji: at most {EMOJI_MAX[voice.emoji]}",
        f"Alt texts: {request.media}",
        _list("Links allowed", brief.links),
        _list("Accounts allowed", brief.handles),
        _list("Must contain, word for word", brief.must),
        _list("Never use these words", brief.never),
        _list("Hashtags always", voice.hashtags_always),
        _list("Hashtags allowed", request.tags_allowed) if request.tags_allowed is not None else "",
        f"Voice of the brand: {_line(voice.description)}" if voice.description else "",
        _list("The brand always", voice.always),
        _list("The brand never", voice.never),
        _variant(request),
    ]
    return [line for line in lines if line]


def _variant(request: CaptionRequest) -> str:
    if request.variants < 2:
        return ""
    return f"This is variant {request.variant} of {request.variants}: {_ANGLES[(request.variant - 1) % len(_ANGLES)]}"


def _lengths(request: CaptionRequest) -> list[str]:
    lines = [_length(limits, request.disclosure_line) for limits in request.targets]
    folds = [limits.text.fold_at for limits in request.targets if limits.text.fold_at is not None]
    if folds:
        lines.append(f"Hook: at most {min(folds)} characters, because readers see no more of the text at first")
    if request.brief.length:
        lines.append(f"Wanted length: about {request.brief.length} characters")
    return lines


def _length(limits: Limits, line: str) -> str:
    taken = count(line, limits.text) + 2 if line else 0
    room = max(0, limits.text.maximum - taken)
    ways = [f"a link counts {limits.text.link_weight}"] if limits.text.link_weight is not None else []
    if limits.text.short_mentions:
        ways.append("an account counts without its server")
    told = f" ({'; '.join(ways)})" if ways else ""
    most = f"everything together, hashtags and spaces too, at most {room} characters{told}"
    return f"Length on {limits.label}: {most}; aim below {int(room * _AIM)}"


def _data(request: CaptionRequest, fence: str) -> list[str]:
    brief = request.brief
    named = (("topic", brief.goal), ("audience", brief.audience), ("tone", brief.tone), ("call to action", brief.call_to_action))
    facts = [f"F{n}: {cleaned(fact)}" for n, fact in enumerate((*brief.points, *request.facts), 1)]
    return [f"BEGIN {fence}", *(f"{name}: {cleaned(value)}" for name, value in named if value), *facts, f"END {fence}"]


def _examples(request: CaptionRequest, fence: str) -> list[str]:
    if not request.voice.examples:
        return []
    samples = [f"--- sample {n}\n{cleaned(text)}" for n, text in enumerate(request.voice.examples[:8], 1)]
    return ["", "Samples of how the brand sounds; take the tone, never the words:", f"BEGIN {fence}", *samples, f"END {fence}"]


def _list(title: str, values: Iterable[str]) -> str:
    lines = [_line(value) for value in values if value.strip()]
    return f"{title}: {' | '.join(lines)}" if lines else (f"{title}: none" if title.endswith("allowed") else "")


def _line(text: str) -> str:
    return " ".join(cleaned(text).split())
