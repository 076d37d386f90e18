"""Who first wrote which words: kept through edits, moves and proof-reading, and summed up as a label.

Words keep their origin when they are equal or only spelt differently. What repeats five words of an earlier text or of a known
answer of a model is that text's, wherever it was moved or pasted. The rest is whoever saved it. Nothing here guesses from style.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drafting.folding import Word

RUN = 5
"""Words in a row that prove where they come from."""
_KEPT_LEAST = 0.25
"""A smaller share of common words is chance: another language, or written anew."""
_CHANGED_MOST = 0.34
"""Share of letters that a proof-reader changes in a word."""
_ANCHOR = 3
"""Words of a run that is looked for on both sides before the diff."""
_PAIRS_MOST = 4_000
"""Larger replaced pieces are not compared word by word."""
AI = "ai:"
DECLARED = "ai:declared"
"""Origin of words that a file declares to be a model's (`text_ai`)."""


@dataclass(frozen=True, slots=True)
class Span:
    """text[start:end] was first written by `origin`: `human:NAME` or `ai:RUN`."""

    start: int
    end: int
    origin: str


@dataclass(frozen=True, slots=True)
class Attributed:
    """A saved text with its spans: the part of a revision that matters here."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class AiOutput:
    """Something a model wrote."""

    run: str
    text: str


def attribute(previous: Attributed | None, text: str, editor: str, ai_outputs: Sequence[AiOutput] = ()) -> tuple[Span, ...]:
    """Spans that cover the whole text. `editor`: who saves it, `human:NAME` or `ai:RUN`."""
    if not text:
        return ()
    new = _words_of(text)
    if not new:
        return (Span(0, len(text), editor),)
    old = _words_of(previous.text) if previous is not None else ()
    origins = _origins_of(old, previous.spans, editor) if previous is not None else []
    found: list[str | None] = _kept(old, origins, new)
    _fill(found, new, [word.folded for word in old], origins)
    for output in ai_outputs:
        said = [word.folded for word in _words_of(output.text)]
        _fill(found, new, said, [f"{AI}{output.run}"] * len(said))
    return tuple(_spans(text, new, [origin or editor for origin in found]))


def ai_share(text: str, spans: Sequence[Span]) -> float:
    """Letters and digits of models over all; by visible signs where there are no letters."""
    if not any(span.origin.startswith(AI) for span in spans):
        return 0.0
    letters = [sign.isalnum() for sign in text]
    if not any(letters):
        letters = [not sign.isspace() for sign in text]
    every = sum(letters)
    of_models = sum(sum(letters[span.start : span.end]) for span in spans if span.origin.startswith(AI))
    return of_models / every if every else 0.0


@lru_cache(maxsize=64)
def _words_of(text: str) -> tuple[Word, ...]:
    """Kept, because the same earlier texts are compared at each key that is pressed."""
    from drafting.folding import words  # deferred: texts that no model touched are never compared word by word

    return tuple(words(text))


def _origins_of(found: Sequence[Word], spans: Sequence[Span], otherwise: str) -> list[str]:
    """The origin of each word: that of its first letter."""
    ordered, at = sorted(spans, key=lambda span: span.start), 0
    origins = []
    for word in found:
        while at < len(ordered) and ordered[at].end <= word.start:
            at += 1
        inside = at < len(ordered) and ordered[at].start <= word.start
        origins.append(ordered[at].origin if inside else otherwise)
    return origins


def _kept(old: Sequence[Word], origins: list[str], new: Sequence[Word]) -> list[str | None]:
    """Origins of the words that stayed or were only spelt differently; none when nearly nothing stayed."""
    found: list[str | None] = [None] * len(new)
    if not old:
        return found
    before, after = [word.folded for word in old], [word.folded for word in new]
    run = longest = 0
    for tag, i1, i2, j1, j2 in _differences(before, after):
        if tag == "equal":
            found[j1:j2] = origins[i1:i2]
        run = run + j2 - j1 if tag == "equal" else 0
        longest = max(longest, run)
        if tag == "replace":
            for i, j in _respelt(before[i1:i2], after[j1:j2]):
                found[j1 + j] = origins[i1 + i]
    kept = sum(origin is not None for origin in found)
    if longest < RUN and kept < _KEPT_LEAST * min(len(old), len(new)):
        return [None] * len(new)
    return found


def _differences(before: list[str], after: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Word diff. Runs that stand once on each side are fixed first, so that long texts with common words stay fast."""
    i = j = 0
    for left, right in (*_common_runs(before, after), (len(before), len(after))):
        matcher = SequenceMatcher(None, before[i:left], after[j:right], autojunk=(left - i) * (right - j) > _PAIRS_MOST * 10)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            yield tag, i1 + i, i2 + i, j1 + j, j2 + j
        if left < len(before) and right < len(after):
            yield "equal", left, left + 1, right, right + 1
        i, j = left + 1, right + 1


def _common_runs(before: list[str], after: list[str]) -> list[tuple[int, int]]:
    """Pairs of words, in order on both sides, that belong to a run which both sides have exactly once."""
    ours, theirs = _single_runs(before), _single_runs(after)
    shared = sorted((ours[run], theirs[run]) for run in ours.keys() & theirs.keys())
    pairs = [(i + step, j + step) for i, j in _increasing(shared) for step in range(_ANCHOR)]
    kept: list[tuple[int, int]] = []
    for i, j in sorted(set(pairs)):
        if not kept or (i > kept[-1][0] and j > kept[-1][1]):
            kept.append((i, j))
    return kept


def _single_runs(folded: list[str]) -> dict[tuple[str, ...], int]:
    runs = [tuple(folded[at : at + _ANCHOR]) for at in range(len(folded) - _ANCHOR + 1)]
    times = Counter(runs)
    return {run: at for at, run in enumerate(runs) if times[run] == 1}


def _increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest choice of pairs whose second numbers grow as well."""
    ends: list[int] = []
    best: list[int] = []
    earlier: list[int] = []
    for n, (_, j) in enumerate(pairs):
        at = bisect_left(ends, j)
        earlier.append(best[at - 1] if at else -1)
        ends[at : at + 1] = [j]
        best[at : at + 1] = [n]
    chosen, n = [], best[-1] if best else -1
    while n >= 0:
        chosen.append(pairs[n])
        n = earlier[n]
    return chosen[::-1]


def _respelt(before: list[str], after: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs (old, new) inside a replaced piece that are the same word, spelt or split differently."""
    if "".join(before) == "".join(after):
        yield from ((min(j, len(before) - 1), j) for j in range(len(after)))
        return
    if len(before) * len(after) > _PAIRS_MOST:
        return
    start = 0
    for j, word in enumerate(after):
        match = next((i for i in range(start, len(before)) if _same_word(before[i], word)), None)
        if match is not None:
            yield match, j
            start = match + 1
        elif (
            j + 1 < len(after)
            and (split := next((i for i in range(start, len(before)) if before[i] == word + after[j + 1]), None)) is not None
        ):
            yield from ((split, j), (split, j + 1))
            start = split + 1
        elif (joined := next((i for i in range(start, len(before) - 1) if before[i] + before[i + 1] == word), None)) is not None:
            yield joined, j
            start = joined + 2


def _same_word(one: str, other: str) -> bool:
    """Differs by no more letters than a proof-reader would change."""
    longest = max(len(one), len(other))
    allowed = max(1, round(longest * _CHANGED_MOST)) if longest > 2 else int(longest == 2 and one[0] == other[0])
    return abs(len(one) - len(other)) <= allowed and not (one.isdigit() or other.isdigit()) and _distance(one, other) <= allowed


def _distance(one: str, other: str) -> int:
    """Edits between two words; two letters that changed places are one."""
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                best = min(best, before_last[j - 2] + 1)
            row.append(best)
        before_last, last = last, row
    return last[-1]


def _fill(found: list[str | None], new: Sequence[Word], source: list[str], origins: list[str]) -> None:
    """Gives words that nobody has yet to the source of which they repeat a run."""
    if None not in found or not source:
        return
    size = min(RUN, len(source))
    if size < RUN and len(new) != len(source):
        return
    starts = {tuple(source[i : i + size]): i for i in range(len(source) - size, -1, -1)}
    after = [word.folded for word in new]
    for j in range(len(after) - size + 1):
        i = starts.get(tuple(after[j : j + size]))
        if i is None:
            continue
        for step in range(size):
            if found[j + step] is None:
                found[j + step] = origins[i + step]


def _spans(text: str, found: Sequence[Word], origins: list[str]) -> Iterator[Span]:
    """From words to spans: what stands between two words goes with the first of them."""
    start, at = 0, 0
    for origin, group in groupby(origins):
        at += sum(1 for _ in group)
        end = found[at].start if at < len(found) else len(text)
        yield Span(start, end, origin)
        start = end
