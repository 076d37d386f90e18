"""What can be put right without asking the model again. Words are never cut; doing it twice changes nothing more."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from adapters.counting import count, find_hashtags, utf8_bytes
from drafting.folding import visible
from drafting.schemas import CaptionDraft, compose
from drafting.validators.pieces import emoji_spans
from drafting.validators.rules import Rules

_TAG = regex.compile(r"[\p{L}\p{N}\p{M}_·]+")
_PIECES = ("hook", "body", "cta")


def fix_caption(draft: CaptionDraft, rules: Rules) -> CaptionDraft:
    """The draft with everything fixed that costs no words."""
    seen = _visible(draft, rules)
    moved = _tags_moved(seen, rules)
    tagged = moved.model_copy(update={"hashtags": _tags(moved.hashtags, rules)})
    return _tags_that_fit(_fewer_emoji(tagged, rules), rules)


def tidy(text: str) -> str:
    """Visible characters only, no spaces at line ends, at most one empty line."""
    lines = "\n".join(regex.sub(r"[ \u00a0]{2,}", " ", line).strip() for line in visible(text).split("\n"))
    return str(regex.sub(r"\n{3,}", "\n\n", lines)).strip()


def _visible(draft: CaptionDraft, rules: Rules) -> CaptionDraft:
    language = draft.language.strip()
    same = language.partition("-")[0].casefold() == rules.language.partition("-")[0].casefold()
    return CaptionDraft(
        language=rules.language if same else visible(language),
        hook=tidy(draft.hook),
        body=tidy(draft.body),
        cta=tidy(draft.cta),
        hashtags=tuple(map(visible, draft.hashtags)),
        alt_texts=tuple(" ".join(tidy(alt).split()) for alt in draft.alt_texts)[: rules.media],
        used_facts=tuple(map(tidy, draft.used_facts)),
        unsure=tuple(map(tidy, draft.unsure)),
    )


def _tags_moved(draft: CaptionDraft, rules: Rules) -> CaptionDraft:
    """Hashtags out of the text: a line of nothing else goes, a word in a sentence only loses its sign."""
    if any("#" in phrase or "＃" in phrase for phrase in rules.must):
        return draft
    pieces: dict[str, str] = {}
    tags = list(draft.hashtags)
    for name, text in zip(_PIECES, (draft.hook, draft.body, draft.cta), strict=True):
        found = [tag.tag for tag in find_hashtags(text)]
        tags += found
        without = tidy("\n".join(_without_signs(line) for line in text.split("\n"))) if found else text
        pieces[name] = without
    if not (pieces["hook"] and pieces["body"]) and draft.hook and draft.body:
        pieces = {name: _signs_off(text) for name, text in zip(_PIECES, (draft.hook, draft.body, draft.cta), strict=True)}
    return draft.model_copy(update={**pieces, "hashtags": tuple(tags)})


def _without_signs(line: str) -> str:
    rest = line
    for tag in reversed(find_hashtags(line)):
        rest = rest[: tag.start] + rest[tag.end :]
    return _signs_off(line) if any(sign.isalnum() for sign in rest) or not find_hashtags(line) else ""


def _signs_off(text: str) -> str:
    """The words stay; where a sign stood between two of them a space does, or “now.#CN” would become a link."""
    for tag in reversed(find_hashtags(text)):
        before = text[: tag.start]
        between = " " if before and not before[-1].isspace() else ""
        text = f"{before}{between}{tag.tag}{text[tag.end :]}"
    return text


def _tags(tags: Iterable[str], rules: Rules) -> tuple[str, ...]:
    """The brand's own first, each once, legal and allowed, not too many; a handle or a bare figure is no hashtag."""
    kept: dict[str, str] = {}
    split = (piece for written in tags for piece in regex.split(r"[\s,#＃]+", written) if "@" not in visible(piece))
    for tag in (*rules.tags_always, *split):
        plain = "".join(_TAG.findall(visible(tag)))
        always = tag in rules.tags_always
        if any(map(str.isalpha, plain)) and (always or rules.tags_allowed is None or plain.casefold() in rules.tags_allowed):
            kept.setdefault(plain.casefold(), plain)
    return tuple(kept.values())[: max(0, rules.tags_max)]


def _fewer_emoji(draft: CaptionDraft, rules: Rules) -> CaptionDraft:
    """Drops emoji from the end, but no piece becomes empty by it."""
    pieces = {"hook": draft.hook, "body": draft.body, "cta": draft.cta}
    too_many = sum(1 for text in pieces.values() for _ in emoji_spans(text)) - rules.emoji_max
    for name in reversed(_PIECES):
        while too_many > 0 and (shorter := _without_last_emoji(pieces[name], rules)) is not None:
            pieces[name] = shorter
            too_many -= 1
    return draft.model_copy(update=pieces)


def _without_last_emoji(text: str, rules: Rules) -> str | None:
    for start, end in reversed(list(emoji_spans(text))):
        shorter = _closed_up(tidy(f"{text[:start]} {text[end:]}"))
        if shorter and not any(text[start:end] in phrase for phrase in rules.must):
            return shorter
    return None


def _closed_up(text: str) -> str:
    """No space is left before a full stop."""
    return str(regex.sub(r" +(?=[.,!?…;:](?:\s|$))", "", text))


def _tags_that_fit(draft: CaptionDraft, rules: Rules) -> CaptionDraft:
    """Drops hashtags from the end while the text is too long, if that helps; never the brand's own."""
    own = {tag.casefold() for tag in rules.tags_always}
    tags = list(draft.hashtags)
    while tags and not _fits(draft, tags, rules):
        if tags[-1].casefold() in own:
            return draft
        tags.pop()
    return draft.model_copy(update={"hashtags": tuple(tags)}) if _fits(draft, tags, rules) else draft


def _fits(draft: CaptionDraft, tags: list[str], rules: Rules) -> bool:
    text = compose(draft.model_copy(update={"hashtags": tuple(tags)}), rules.disclosure_line)
    return all(
        count(text, limits.text) <= limits.text.maximum and (limits.text.max_bytes is None or utf8_bytes(text) <= limits.text.max_bytes)
        for limits in rules.targets
    )
