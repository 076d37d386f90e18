"""Whose words and pictures these are, and what readers are told about it: drafting's rules, put to one key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from adapters.contract import Disclosure
from config.resolved import MediaOrigin, ResolvedPost, TextOrigin
from config.workspace import Policy
from drafting.disclosure import AiLine, Case, MediaFacts, degree_of, disclose, text_degree
from drafting.labels import Label, declared, strongest
from drafting.labels import label as label_of
from drafting.provenance import AI, DECLARED, AiOutput, Attributed, Span, ai_share, attribute
from scheduler.content.compose import Script

FILES = "human:files"
"""Editor of words that stand in a file and in no answer of a model."""
PARTS = "\n---\n"
"""Between the parts of a thread, in one text."""
_OF_MEDIA: dict[MediaOrigin, Label] = {"none": Label.HUMAN, "edited": Label.ASSISTED, "generated": Label.GENERATED}


@dataclass(frozen=True, slots=True)
class Sources:
    """What is known of where a post's texts come from."""

    outputs: tuple[AiOutput, ...] = ()
    """What models proposed for this post, as far as this store knows."""
    drafted: Mapping[str, str] = field(default_factory=dict)
    """Language → run its text was accepted from, as the file says."""
    text_ai: TextOrigin = "none"
    before: Mapping[str, Attributed] = field(default_factory=dict)
    """What this store recorded of earlier texts: field of table `revision` → newest text, parts joined by `PARTS`."""
    earlier: tuple[AiOutput, ...] = ()
    """Words of models in texts that were saved before, of a post made at the desk: taken out and put back, they stay the model's."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """The outcome for one key."""

    told: Disclosure
    origins: Attributed
    """All parts as written (before link and line), joined by `PARTS`, with who wrote which words."""
    ai_share: float
    blocked: tuple[str, ...] = ()
    """Why it cannot be approved."""
    notes: tuple[str, ...] = ()


NOTHING_KNOWN = Sources()


def label(script: Script, sources: Sources, policy: Policy, join: str = "") -> Labelled:
    """Who wrote what of a post from files, and what is told."""
    whole = PARTS.join(piece.text for piece in script.pieces)
    below = script.first_comment
    comment = Attributed(below, attribute(None, below, FILES, sources.outputs)) if below and sources.outputs else None
    return tell(script, Attributed(whole, _spans(whole, script, sources, join)), sources, policy, comment)


def tell(script: Script, origins: Attributed, sources: Sources, policy: Policy, comment: Attributed | None = None) -> Labelled:
    """What is told about words whose origins are known. `comment`: the first comment's, which readers see as part of the post."""
    share, seen = ai_share(origins.text, origins.spans), bool(sources.outputs or sources.drafted)
    below = label_of(ai_share(comment.text, comment.spans), seen) if comment is not None else Label.HUMAN
    name = strongest(label_of(share, seen), below, declared(sources.text_ai))
    told, blocked, notes = _told(script, name, policy)
    return Labelled(told, origins, share, blocked, notes)


def explained(share: float, media: Iterable[MediaOrigin]) -> Label:
    """The label that recorded words and files give; where one says more, a file declared it (`text_ai`)."""
    return strongest(label_of(share, True), *(_OF_MEDIA[ai] for ai in media))


def field_of(key: str) -> str:
    """Field of table `revision` in which the words of one key from files are recorded: `@account`, `@account#occurrence`."""
    return "@" + key.partition("@")[2]


def cut(origins: Attributed) -> list[Attributed]:
    """The parts, each with its own spans."""
    found: list[Attributed] = []
    start = 0
    for part in origins.text.split(PARTS):
        end = start + len(part)
        own = (
            Span(max(s.start, start) - start, min(s.end, end) - start, s.origin) for s in origins.spans if s.start < end and s.end > start
        )
        found.append(Attributed(part, tuple(own)))
        start = end + len(PARTS)
    return found


def drafted_of(post: ResolvedPost) -> Mapping[str, str]:
    """Language → run, as the file says."""
    return post.drafted or ({"": post.drafted_by} if post.drafted_by else {})


def is_model(span: Span) -> bool:
    """Whether a model wrote it first."""
    return span.origin.startswith(AI)


def spans_of(stored: str) -> tuple[Span, ...]:
    """Spans from their JSON."""
    return tuple(Span(span["start"], span["end"], span["origin"]) for span in json.loads(stored))


def _spans(whole: str, script: Script, sources: Sources, join: str) -> tuple[Span, ...]:
    """Spans of all parts of a text from a file. Words of a run this store does not know are all the model's."""
    if sources.text_ai == "generated":
        return attribute(None, whole, DECLARED)
    known = {output.run for output in sources.outputs}
    unknown = {language: run for language, run in sources.drafted.items() if run not in known}
    before = sources.before.get(field_of(script.key))
    if unknown and before is None and len(script.languages) > 1:
        return tuple(_by_language(whole, script.languages, sources, unknown, join))
    if not (unknown or before or sources.outputs):
        return (Span(0, len(whole), FILES),) if whole else ()
    return attribute(before, whole, f"{AI}{next(iter(unknown.values()))}" if unknown else FILES, sources.outputs)


def _by_language(whole: str, languages: Sequence[str], sources: Sources, unknown: Mapping[str, str], join: str) -> Iterator[Span]:
    """Only the languages whose run is unknown count as the model's as a whole."""
    start = 0
    for part in whole.split(PARTS):
        pieces = part.split(join) if join else [part]
        runs = (
            [unknown.get(language) for language in languages]
            if len(pieces) == len(languages)
            else [next(iter(unknown.values()))] * len(pieces)
        )
        for piece, run in zip(pieces, runs, strict=True):
            for span in attribute(None, piece, f"{AI}{run}" if run else FILES, sources.outputs):
                yield Span(span.start + start, span.end + start, span.origin)
            start += len(piece) + len(join)
        start += len(PARTS) - len(join)


def _told(script: Script, text_label: Label, policy: Policy) -> tuple[Disclosure, tuple[str, ...], tuple[str, ...]]:
    """What readers and the platform are told, why it cannot go out, and what to think of."""
    files = tuple((item.mime.startswith("video/"), item.ai) for piece in script.pieces for item in piece.media)
    said = policy.ai_line, policy.responsible, policy.markets
    return _told_of(script.platform, text_label, files, script.languages or ("en",), *said)


@lru_cache(maxsize=1_024)
def _told_of(
    platform: str,
    text_label: Label,
    files: tuple[tuple[bool, MediaOrigin], ...],
    languages: tuple[str, ...],
    ai_line: AiLine,
    responsible: str,
    markets: tuple[str, ...],
) -> tuple[Disclosure, tuple[str, ...], tuple[str, ...]]:
    """The same for all posts that are alike in this; worked out once. `files`: whether it is a video, and how far a model made it."""
    facts = tuple(MediaFacts("video" if is_video else "image", degree_of(ai)) for is_video, ai in files)
    case = Case(target=platform, text=text_degree(text_label), media=facts, ai_line=ai_line, responsible=responsible, markets=markets)
    outcomes = [disclose(replace(case, language=language)) for language in languages]
    first = outcomes[0]
    line = " / ".join(dict.fromkeys(outcome.line for outcome in outcomes if outcome.line)) or None
    label = strongest(text_label, *(_OF_MEDIA[ai] for _, ai in files))
    notes = [*first.notes]
    if first.burned_in_required:
        notes.append(f"a picture that could be taken for real should say “{first.burned_in}” on itself, readable")
    return Disclosure(str(label), line, first.flags), first.blocked, tuple(notes)
