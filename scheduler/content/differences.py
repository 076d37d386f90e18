"""What is different between two contents of one key: names for people, lines for a diff, and the sentence that voids an approval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from adapters.contract import MediaItem, Publication

Content = Sequence[Publication]

_SENTENCES = {
    "text": "The text",
    "first comment": "The first comment",
    "media": "A picture or video",
    "alt text": "An alternative text",
    "cover": "The cover picture",
    "link": "The link",
    "account": "The account",
    "AI label": "The AI label",
    "languages": "The languages",
    "parts": "The number of parts",
}


def names(old: Content, new: Content, join: str = "") -> tuple[str, ...]:
    """Which parts of the content differ: `text.en`, `alt text`, `options.visibility` … `join` separates languages in a text."""
    found: dict[str, None] = {}
    if len(old) != len(new):
        found["parts"] = None
    for before, after in zip(old, new, strict=False):
        found.update(dict.fromkeys(_names_of_act(before, after, join)))
    if [p.kind for p in old] != [p.kind for p in new] and "comment" in {p.kind for p in (*old, *new)}:
        found.pop("parts", None)
        found["first comment"] = None
    return tuple(found)


def reason(changed: Sequence[str]) -> str:
    """Why an approval is void, as people read it in lists and histories."""
    if not changed:
        return "What would go out changed after it was approved, so it was not sent. Approve it again."
    first = changed[0]
    subject = _SENTENCES.get(first.partition(".")[0], "A setting of the platform" if first.startswith("options.") else "What would go out")
    others = " and more" if len(changed) > 1 else ""
    return f"{subject}{others} changed after it was approved, so it was not sent. Approve it again."


def lines(old: Content, new: Content) -> tuple[str, ...]:
    """`- before` and `+ after`, changed lines only."""
    found: list[str] = []
    for before, after in zip(_lines_of(old), _lines_of(new), strict=False):
        found += _changed(before, after)
    for rest, sign in ((_lines_of(old)[len(new) :], "-"), (_lines_of(new)[len(old) :], "+")):
        found += [f"{sign} {line}" for block in rest for line in block]
    return tuple(found)


def _names_of_act(old: Publication, new: Publication, join: str) -> Iterator[str]:
    if old.text != new.text:
        yield from _text_names(old, new, join)
    if [m.sha256 for m in old.media] != [m.sha256 for m in new.media]:
        yield "media"
    elif [m.alt for m in old.media] != [m.alt for m in new.media]:
        yield "alt text"
    elif [m.cover_at_ms for m in old.media] != [m.cover_at_ms for m in new.media]:
        yield "cover"
    if old.link != new.link:
        yield "link"
    if old.target != new.target:
        yield "account"
    if old.languages != new.languages:
        yield "languages"
    before, after = old.options.model_dump(mode="json"), new.options.model_dump(mode="json")
    yield from (f"options.{name}" for name in sorted({*before, *after}) if before.get(name) != after.get(name))
    if old.disclosure != new.disclosure:
        yield "AI label"


def _text_names(old: Publication, new: Publication, join: str) -> list[str]:
    if new.kind == "comment":
        return ["first comment"]
    languages = new.languages
    before, after = (old.text.split(join), new.text.split(join)) if join else ([old.text], [new.text])
    if old.languages == languages and len(before) == len(after) == len(languages):
        return [f"text.{language}" for language, a, b in zip(languages, before, after, strict=True) if a != b]
    return ["text"]


def _lines_of(content: Content) -> list[list[str]]:
    return [_act_lines(publication) for publication in content]


def _act_lines(publication: Publication) -> list[str]:
    """One act as lines a person can compare."""
    found = publication.text.splitlines()
    found += [_media_line(item) for item in publication.media]
    if publication.link is not None:
        found.append(f"link: {publication.link.url} {publication.link.title}".rstrip())
    found += [f"{name}: {value}" for name, value in publication.options.model_dump(mode="json", exclude_defaults=True).items()]
    found.append(f"account: {publication.target.platform} {publication.target.account_id or '(not connected)'}")
    told = publication.disclosure
    found.append(f"AI: {told.label}{''.join(f', {flag}' for flag in told.flags)}")
    return found


def _media_line(item: MediaItem) -> str:
    cover = "" if item.cover_at_ms is None else f", cover at {item.cover_at_ms / 1000:g} s"
    return f"[{item.name or item.mime} {item.sha256[:8]}{cover}] {item.alt or '(no alternative text)'}"


def _changed(before: Sequence[str], after: Sequence[str]) -> list[str]:
    found: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag != "equal":
            found += [f"- {line}" for line in before[a:b]] + [f"+ {line}" for line in after[c:d]]
    return found
