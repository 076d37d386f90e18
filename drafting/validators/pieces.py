"""Small readings of a draft that several rules share: its words for readers, its emoji."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from drafting.schemas import CaptionDraft, ReelScript

_EMOJI = regex.compile(r"\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\p{Regional_Indicator}|[0-9#*]\ufe0f?\u20e3")
_GRAPHEME = regex.compile(r"\X")


def prose(draft: CaptionDraft) -> str:
    """Hook, body and call to action: the words of the text, without tags and the disclosure line."""
    return "\n\n".join(piece for piece in (draft.hook, draft.body, draft.cta) if piece)


def public_texts(draft: CaptionDraft) -> tuple[str, ...]:
    """Everything of a caption that a reader may meet, alt texts and tags too."""
    return (draft.hook, draft.body, draft.cta, " ".join(f"#{tag}" for tag in draft.hashtags), *draft.alt_texts)


def all_texts(draft: CaptionDraft) -> tuple[str, ...]:
    """Every string of a caption."""
    return (draft.language, *public_texts(draft), *draft.used_facts, *draft.unsure)


def reel_texts(script: ReelScript) -> tuple[str, ...]:
    """What viewers hear and read."""
    return tuple(text for beat in script.all_beats for text in (beat.voice, beat.screen) if text)


def emoji_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the emoji stand, each a grapheme."""
    if text.isascii():
        return
    for match in _GRAPHEME.finditer(text):
        if _EMOJI.search(match.group()):
            yield match.start(), match.end()
