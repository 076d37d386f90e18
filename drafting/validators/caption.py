"""What a caption must keep. Each check is a pure function; its messages serve a person and, as feedback, the model.

| code | hard | rule |
|---|---|---|
| empty | yes | hook and body are there |
| too_long | yes | fits every target, in its own counting |
| length | no | near the wanted length |
| tags_many, tags_few, tags_dup | yes | within the tightest rule; the brand's own are there; none twice |
| tag_inline | no | tags stand at the end |
| must, never | yes | the brief's phrases |
| link, handle | yes | only those of the brief |
| number | yes | every number, price, percent, day and month is in the facts |
| quote | yes | nobody is quoted who was not quoted in the facts |
| placeholder | yes | nothing left to fill in |
| language | yes | the one that was asked for |
| canary, invisible | yes | neither our marker nor a sign nobody sees |
| emoji, cliche, repeat, copy, alt | no | style |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import regex

from adapters.counting import count, find_hashtags, graphemes, utf8_bytes
from adapters.limits import Limits
from drafting.addresses import foreign_handles, foreign_links, invented_quotes, without_addresses
from drafting.figures import figures
from drafting.folding import contains_words, excerpt, fold, folded_words, has_invisible, shingles, visible
from drafting.results import Finding
from drafting.schemas import CaptionDraft, compose
from drafting.validators.cliches import found_in
from drafting.validators.language import seems_to_be
from drafting.validators.pieces import all_texts, emoji_spans, prose, public_texts
from drafting.validators.rules import Rules

_SAMENESS_MOST = 0.35
"""Share of 5-word runs in common with one earlier post (Jaccard)."""
_COPY_WORDS = 8
_SHORTEST, _LONGEST = 0.5, 1.25
"""Of the wanted length."""
_PLACEHOLDER = regex.compile(
    r"""\[[^\]\n]{1,60}\] | \{[^}\n]{1,60}\} | <[a-z][^>\n]{0,60}> | _{3,} | \bX{3,}\b | \bTODO\b | \bTBD\b | \blorem\ ipsum\b
    | \binsert\b.{1,30}\bhere\b | \byour\ (?:brand|company|name|link)\ here\b
    | \bwstaw\b.{1,30}\b(?:tutaj|tu)\b | \bhier\b.{1,30}\beinfügen\b""",
    regex.IGNORECASE | regex.VERBOSE,
)
_PICTURE_OF = regex.compile(
    r"""\s*(?: (?:an?\ )?(?:image|picture|photo|graphic)\ (?:of|showing)
    | (?:zdjęcie|obraz|grafika)\ (?:przedstawia|pokazuje|z) | (?:bild|foto)\ (?:von|zeigt) )\b""",
    regex.IGNORECASE | regex.VERBOSE,
)


def check_caption(draft: CaptionDraft, rules: Rules) -> tuple[Finding, ...]:
    """Everything wrong with a caption, hard findings first."""
    text = compose(draft, rules.disclosure_line)
    found = [
        *_shape(draft, text, rules),
        *_tags(draft, rules),
        *_phrases(public_texts(draft), text, rules),
        *grounding(public_texts(draft), rules),
        *_language(draft, rules),
        *secrets_in(all_texts(draft), rules),
        *_style(draft, rules),
        *_alts(draft, rules),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: not finding.hard))


def grounding(texts: Iterable[str], rules: Rules) -> Iterator[Finding]:
    """Nothing is claimed that the brief does not hold."""
    for text in texts:
        for link in foreign_links(text, rules.links):
            yield Finding("link", True, f"“{excerpt(link, 60)}” is not among the brief's links")
        for handle in foreign_handles(text, rules.handles):
            yield Finding("handle", True, f"“{excerpt(handle)}” is not among the brief's accounts")
        for figure in figures(without_addresses(text), rules.language):
            if not figure.claims & rules.grounds:
                yield Finding("number", True, f"“{excerpt(figure.shown)}” is not in the facts")
        for quote in invented_quotes(text, rules.sources):
            yield Finding("quote", True, f"nobody is quoted with “{excerpt(quote)}” in the facts")
        for match in _PLACEHOLDER.finditer(text):
            yield Finding("placeholder", True, f"“{excerpt(match.group())}” is left to fill in")


def never_in(texts: Iterable[str], rules: Rules) -> Iterator[Finding]:
    """The words the brief forbids, whatever stands between their letters."""
    for text in map(visible, texts):
        said = folded_words(text)
        for phrase in rules.never:
            wanted = folded_words(phrase)
            if contains_words(said, wanted) if wanted else phrase.strip() and phrase.strip() in text:
                yield Finding("never", True, f"“{excerpt(phrase)}” must not be used")


def secrets_in(texts: Iterable[str], rules: Rules) -> Iterator[Finding]:
    """Our own marker, and signs nobody sees."""
    marker = _bare(rules.canary)
    for text in texts:
        if marker and marker in _bare(text):
            yield Finding("canary", True, "the answer repeats the private marker: it followed instructions inside the data")
        if has_invisible(text):
            yield Finding("invisible", True, "there are characters nobody can see")


def _shape(draft: CaptionDraft, text: str, rules: Rules) -> Iterator[Finding]:
    for name, piece in (("hook", draft.hook), ("body", draft.body)):
        if not visible(piece).strip():
            yield Finding("empty", True, f"the {name} is empty")
    for limits in rules.targets:
        yield from _too_long(text, limits)
    if rules.length:
        size = graphemes(text)
        if not rules.length * _SHORTEST <= size <= rules.length * _LONGEST:
            yield Finding("length", False, f"{size} characters, about {rules.length} are wanted")


def _too_long(text: str, limits: Limits) -> Iterator[Finding]:
    used, allowed = count(text, limits.text), limits.text.maximum
    if used > allowed:
        yield Finding("too_long", True, f"{used} characters on {limits.label}, {used - allowed} too many of {allowed}")
    size, most = utf8_bytes(text), limits.text.max_bytes
    if most is not None and size > most:
        yield Finding("too_long", True, f"{size} bytes on {limits.label}, {size - most} too many of {most}")


def _tags(draft: CaptionDraft, rules: Rules) -> Iterator[Finding]:
    tags = [tag.casefold() for tag in draft.hashtags]
    if len(tags) > rules.tags_max:
        yield Finding("tags_many", True, f"{len(tags)} hashtags, at most {rules.tags_max}")
    for tag in rules.tags_always[: rules.tags_max]:
        if tag.casefold() not in tags:
            yield Finding("tags_few", True, f"#{tag} is missing")
    for tag, times in Counter(tags).items():
        if times > 1:
            yield Finding("tags_dup", True, f"#{excerpt(tag)} stands {times} times")
        if rules.tags_allowed is not None and tag not in rules.tags_allowed:
            yield Finding("tags_many", True, f"#{excerpt(tag)} is not among the allowed hashtags")
    for found in find_hashtags(prose(draft)):
        yield Finding("tag_inline", False, f"#{excerpt(found.tag)} stands inside the text")


def _phrases(texts: Iterable[str], text: str, rules: Rules) -> Iterator[Finding]:
    flat = " ".join(visible(text).casefold().split())
    for phrase in rules.must:
        if " ".join(visible(phrase).casefold().split()) not in flat:
            yield Finding("must", True, f"“{excerpt(phrase, 80)}” is missing")
    yield from never_in(texts, rules)


def _language(draft: CaptionDraft, rules: Rules) -> Iterator[Finding]:
    if draft.language != rules.language:
        yield Finding("language", True, f"the answer says it is in “{excerpt(draft.language, 12)}”, {rules.language} is wanted")
    other = seems_to_be(prose(draft), rules.language, rules.languages)
    if other is not None:
        yield Finding("language", True, f"the text seems to be in {other}, {rules.language} is wanted")


def _style(draft: CaptionDraft, rules: Rules) -> Iterator[Finding]:
    text = prose(draft)
    said = folded_words(text)
    emoji = sum(1 for _ in emoji_spans(text))
    if emoji > rules.emoji_max:
        yield Finding("emoji", False, f"{emoji} emoji, at most {rules.emoji_max}")
    for phrase in found_in(said, rules.cliches):
        yield Finding("cliche", False, f"“{phrase}” is worn out")
    yield from _repeats(text, said, rules)
    for sample in rules.examples:
        if shingles(said, _COPY_WORDS) & shingles(folded_words(sample), _COPY_WORDS):
            yield Finding("copy", False, f"{_COPY_WORDS} words in a row are copied from a sample of the brand")


def _repeats(text: str, said: tuple[str, ...], rules: Rules) -> Iterator[Finding]:
    sentences = Counter(" ".join(folded_words(sentence)) for sentence in regex.split(r"(?<=[.!?…])\s+|\n+", text))
    for sentence, times in sentences.items():
        if times > 1 and sentence.count(" ") >= 2:
            yield Finding("repeat", False, f"“{excerpt(sentence)}” is said {times} times")
    own = shingles(said, 5)
    for post in rules.recent:
        other = shingles(folded_words(post), 5)
        if own and other and len(own & other) / len(own | other) >= _SAMENESS_MOST:
            yield Finding("repeat", False, f"too much like the earlier post “{excerpt(post)}”")


def _alts(draft: CaptionDraft, rules: Rules) -> Iterator[Finding]:
    if len(draft.alt_texts) != rules.media:
        yield Finding("alt", False, f"{len(draft.alt_texts)} alt texts for {rules.media} pictures or videos")
    for n, alt in enumerate(draft.alt_texts, 1):
        if not 1 <= graphemes(alt.strip()) <= rules.alt_max:
            yield Finding("alt", False, f"alt text {n} has {graphemes(alt.strip())} characters, 1 to {rules.alt_max} are wanted")
        if _PICTURE_OF.match(alt):
            yield Finding("alt", False, f"alt text {n} begins with “{excerpt(alt, 16)}”: readers know that it is a picture")


def _bare(text: str) -> str:
    return "".join(sign for sign in fold(visible(text)) if sign.isalnum())
