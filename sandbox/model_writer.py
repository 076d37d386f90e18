"""The scripted model's hand: captions and scripts from the facts of a task, the same for the same task."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.model_phrases import looked_up
from sandbox.model_task import Task
from sandbox.model_words import NO_TAGS, Words, is_foreign, words_of

_SHORTEST_BEAT = 12
"""Tenths of a second."""
_MOST_BEATS = 8
_SCREEN = 32
_SCREEN_PER_SECOND = 17
_ALT = 120


class Writer:
    """Writes for one task."""

    def __init__(self, task: Task, seed: int) -> None:
        self._task = task
        self._words: Words = words_of(task.language)
        self._chance = random.Random(f"{seed}|{task.topic}|{list(task.facts.values())}|{task.variant}|{task.again}")
        self._used: list[str] = []
        self._unsure = [self._words.unsure]
        self._sentences = self._told()

    def caption(self) -> dict[str, object]:
        """A CaptionDraft."""
        task, sentences = self._task, list(self._sentences)
        hook = self._hook(sentences)
        call = _sentence(self._own(task.call) or self._pick(self._words.calls))
        must = [phrase for phrase in task.must if not _holds(phrase, [hook, call, *sentences])]
        tags = self._tags()
        body = self._body(hook, call, [*sentences, *must], tags, kept=len(must))
        return {
            "language": task.language, "hook": hook, "body": body, "cta": call, "hashtags": tags, "alt_texts": self._alts(),
            "used_facts": [name for name, sentence in self._used_facts() if sentence in f"{hook}\n{body}"], "unsure": self._unsure,
        }  # fmt: skip

    def script(self) -> dict[str, object]:
        """A ReelScript."""
        task = self._task
        whole = round(task.seconds * 10)
        opening, ending = min(28, whole // 5), min(34, whole // 5)
        beats = self._beats(whole - opening - ending)
        call = self._own(task.call)
        call = call if self._tenths(call) <= ending else ""
        shots = self._shuffled(self._words.shots)
        return {
            "language": task.language,
            "title": _cut(self._own(task.topic) or self._words.title, 60),
            "target_s": task.seconds,
            "hook": self._beat(self._spoken(self._words.spoken_hooks, opening), opening, shots[0]),
            "beats": [self._beat(said, length, shots[n % len(shots)]) for n, (said, length) in enumerate(beats, 1)],
            "cta": self._beat(_sentence(call) if call else self._spoken(self._words.spoken_calls, ending), ending, shots[-1]),
            "caption": self.caption(),
        }

    # ── sentences ────────────────────────────────────────────────────────────

    def _told(self) -> list[str]:
        """One sentence for each fact we can tell in this language."""
        told: list[str] = []
        for name, fact in self._task.facts.items():
            if self._forbidden(fact):
                continue
            own = self._own(fact)
            if own != fact:
                self._unsure.append(f"{name} {self._words.translated if own else self._words.foreign}")
            if own:
                self._used.append(name)
                told.append(_sentence(own))
        return told

    def _used_facts(self) -> list[tuple[str, str]]:
        return list(zip(self._used, self._sentences, strict=True))

    def _forbidden(self, text: str) -> bool:
        return any(word and re.search(rf"\b{re.escape(word)}\b", text, re.I) for word in self._task.never)

    def _own(self, text: str) -> str:
        """The text in our language, or nothing when it cannot be said."""
        own = looked_up(text, self._task.language) or ("" if is_foreign(text, self._task.language) else text)
        return "" if self._forbidden(own) else own

    def _pick(self, bank: Sequence[str]) -> str:
        fit = [sentence for sentence in bank if not self._forbidden(sentence)]
        return self._chance.choice(fit or list(bank))

    def _shuffled(self, bank: Sequence[str]) -> list[str]:
        return self._chance.sample(bank, len(bank))

    # ── the caption ──────────────────────────────────────────────────────────

    def _hook(self, sentences: list[str]) -> str:
        """A fact, a question, a scene or a plain statement, as the variant goes."""
        room = min(self._task.hook_most, max(20, self._task.most // 3))
        banks = (self._words.questions, self._words.scenes, self._words.plain)
        first = next((sentence for sentence in sentences if len(sentence) <= room), None)
        if self._task.variant % 4 == 1 and first is not None and len(sentences) > 1:
            sentences.remove(first)
            return first
        return _cut(self._pick(banks[(self._task.variant + 1) % 3]), room)

    def _body(self, hook: str, call: str, sentences: list[str], tags: list[str], kept: int) -> str:
        """As many sentences as fit; those that must be there (the last ones) first."""
        around = len(hook) + len(call) + sum(len(tag) + 2 for tag in tags) + 12
        room = max(20, int(self._task.most * 0.9) - around)
        wanted = max(40, self._task.wanted - around) if self._task.wanted else room
        must, others = sentences[len(sentences) - kept :], sentences[: len(sentences) - kept]
        chosen: list[str] = []
        for sentence in [*others, self._pick(self._words.closings)]:
            size = sum(len(other) + 2 for other in (*chosen, *must)) + len(sentence)
            if size <= room and (not chosen or size <= wanted * 1.2):
                chosen.append(sentence)
        if len(chosen) < 2:
            more = [
                sentence for sentence in self._shuffled(self._words.closings) if sentence not in chosen and not self._forbidden(sentence)
            ]
            chosen += [sentence for sentence in more[:1] if sum(map(len, chosen)) + len(sentence) + 2 <= room]
        chosen = chosen or ([] if must else [_cut(min(self._words.closings, key=len), room)])
        return "\n\n".join(" ".join(chosen[at : at + 2]) for at in range(0, len(chosen), 2)) + "".join(f"\n\n{phrase}" for phrase in must)

    def _tags(self) -> list[str]:
        task = self._task
        if task.tags_allowed is not None:
            wanted = [*task.tags_always, *task.tags_allowed]
        else:
            source = " ".join(self._sentences or [self._own(task.topic)])
            long = sorted({word.lower() for word in re.findall(r"[^\W\d_]{6,}", source)} - NO_TAGS, key=lambda word: (-len(word), word))
            wanted = [*task.tags_always, *long[:2]]
        fit = [tag for tag in dict.fromkeys(wanted) if not self._forbidden(tag)]
        room = task.most // 4
        return [tag for n, tag in enumerate(fit[: task.tags_most]) if sum(len(other) + 2 for other in fit[: n + 1]) <= room]

    def _alts(self) -> list[str]:
        told = self._sentences or [self._pick(self._words.plain)]
        return [_cut(f"{self._words.alt}: {told[n % len(told)].rstrip('.')}", _ALT) for n in range(self._task.alts)]

    # ── the script ───────────────────────────────────────────────────────────

    def _beats(self, room: int) -> list[tuple[str, int]]:
        """What is said and for how many tenths; together they fill the room exactly."""
        said: list[str] = []
        for sentence in [*self._sentences, *self._shuffled(self._words.fillers)]:
            enough = len(said) >= max(2, min(len(self._sentences), _MOST_BEATS))
            if not enough and sum(map(self._tenths, [*said, sentence])) <= room:
                said.append(sentence)
        silent = max(0, 2 - len(said))
        needs = [*map(self._tenths, said), *[_SHORTEST_BEAT] * silent]
        spare = max(0, room - sum(needs))
        shares = [need + spare // len(needs) for need in needs]
        shares[-1] += room - sum(shares)
        return list(zip([*said, *[""] * silent], shares, strict=True))

    def _spoken(self, bank: Sequence[str], tenths: int) -> str:
        fit = [sentence for sentence in bank if self._tenths(sentence) <= tenths and not self._forbidden(sentence)]
        return self._chance.choice(fit) if fit else ""

    def _tenths(self, text: str) -> int:
        """How long it takes to say, each digit a word."""
        count = sum(max(1, sum(sign.isdigit() for sign in word)) for word in re.findall(r"[\w’']+", text))
        return max(_SHORTEST_BEAT, -int(-count * 10 // self._task.rate))

    def _beat(self, said: str, tenths: int, shot: str) -> dict[str, object]:
        source = "own_media" if self._task.alts and said in self._sentences[:1] else "film"
        return {"duration_s": tenths / 10, "voice": said, "screen": _screen(said, tenths), "shot": shot, "source": source}


@dataclass(frozen=True, slots=True)
class Spoiled:
    """Ways to get it wrong on purpose."""

    garbage: str = "Sure! I would be happy to write something nice for you. What do you have in mind?"
    refusal: str = "I'm sorry, but the sandbox was told to refuse this."


def too_long(caption: dict[str, object], most: int) -> dict[str, object]:
    """The same caption, far over the limit."""
    body = str(caption["body"]) or "sandbox"
    return {**caption, "body": "\n\n".join([body] * (most // max(1, len(body)) + 2))}


def _screen(said: str, tenths: int) -> str:
    room = min(2 * _SCREEN, _SCREEN_PER_SECOND * tenths // 10)
    lines = textwrap.wrap(_cut(said.rstrip("."), room), _SCREEN, break_long_words=False)
    return "\n".join(lines) if len(lines) <= 2 and all(len(line) <= _SCREEN for line in lines) else "\n".join(lines[:1])[:_SCREEN]


def _sentence(text: str) -> str:
    clean = " ".join(text.split())
    clean = clean[:1].upper() + clean[1:]
    return clean if clean[-1:] in ".!?…" else clean + "."


def _cut(text: str, most: int) -> str:
    """A clause if one fits, else whole words, and none of the small ones at the end."""
    if len(text) <= most:
        return text
    start = text[: most + 1]
    if "," in start:
        return start.rpartition(",")[0]
    kept = start.rsplit(None, 1)[0].split()
    while len(kept) > 1 and len(kept[-1]) <= 3:
        kept.pop()
    return " ".join(kept)[:most].rstrip(",;:–- ")


def _holds(phrase: str, texts: Sequence[str]) -> bool:
    return any(phrase.casefold() in text.casefold() for text in texts)
