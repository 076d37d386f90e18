"""Everything a draft is measured by, gathered once from a request."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.limits import Limits
from drafting.addresses import handles_in, links_in
from drafting.figures import grounded_by
from drafting.folding import folded_words
from drafting.prompt import tags_max
from drafting.request import EMOJI_MAX, CaptionRequest, ReelRequest
from drafting.speech import rate
from drafting.validators.cliches import phrases

ALT_MOST = 250


@dataclass(frozen=True, slots=True)
class Rules:
    """What a caption must keep."""

    language: str
    languages: tuple[str, ...]
    targets: tuple[Limits, ...]
    disclosure_line: str
    emoji_max: int
    tags_max: int
    tags_always: tuple[str, ...]
    tags_allowed: frozenset[str] | None
    """Casefolded, without the sign."""
    must: tuple[str, ...]
    never: tuple[str, ...]
    links: tuple[str, ...]
    handles: tuple[str, ...]
    grounds: frozenset[str]
    """Readings of numbers, days and months that the facts make true."""
    sources: tuple[tuple[str, ...], ...]
    """Folded words of each fact, for quotations."""
    length: int | None
    recent: tuple[str, ...]
    examples: tuple[str, ...]
    media: int
    alt_max: int
    cliches: tuple[tuple[str, ...], ...]
    canary: str


@dataclass(frozen=True, slots=True)
class ReelRules:
    """What a script must keep, beside its caption's rules."""

    caption: Rules
    seconds: float
    words_per_second: float


def rules_of(request: CaptionRequest, canary: str = "") -> Rules:
    """The rules of a request."""
    brief, voice = request.brief, request.voice
    languages = tuple(dict.fromkeys((request.language, *request.languages)))
    facts = _facts(request)
    return Rules(
        language=request.language,
        languages=languages,
        targets=request.targets,
        disclosure_line=request.disclosure_line,
        emoji_max=EMOJI_MAX[voice.emoji],
        tags_max=tags_max(request),
        tags_always=tuple(tag.lstrip("#＃").strip() for tag in voice.hashtags_always),
        tags_allowed=None if request.tags_allowed is None else frozenset(tag.lstrip("#＃").casefold() for tag in request.tags_allowed),
        must=brief.must,
        never=brief.never,
        links=(*brief.links, *(link for phrase in brief.must for link in links_in(phrase))),
        handles=(*brief.handles, *(handle for phrase in brief.must for handle in handles_in(phrase))),
        grounds=grounded_by(facts, languages),
        sources=tuple(folded_words(fact) for fact in facts),
        length=brief.length,
        recent=request.recent[:20],
        examples=voice.examples,
        media=request.media,
        alt_max=min([ALT_MOST, *(limits.alt_max for limits in request.targets)]),
        cliches=phrases(request.language, request.cliches),
        canary=canary,
    )


def reel_rules_of(request: ReelRequest, canary: str = "") -> ReelRules:
    """The rules of a Reel's request."""
    caption = rules_of(request.caption, canary)
    return ReelRules(caption, request.seconds, rate(request.caption.language, request.words_per_second))


def _facts(request: CaptionRequest) -> tuple[str, ...]:
    """All that may be used as true."""
    brief, voice = request.brief, request.voice
    texts = (brief.goal, *brief.points, brief.call_to_action, *brief.must, *request.facts, *voice.hashtags_always)
    return tuple(text for text in texts if text)
