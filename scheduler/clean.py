"""Text from files, models and platforms, made harmless for screens: nothing in it can move a cursor or turn words around."""

from __future__ import annotations

import unicodedata

import regex

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ZERO_WIDTH = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
_TAGS = "\U000e0000-\U000e0fff"
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"

# a whole escape sequence goes, not only its first byte: `[31m` left in a caption would be noise
_CSI = r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
_STRING = r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]).*?(?:\x07|\x1b\\|\x9c)"
_SEQUENCE = regex.compile(rf"{_CSI}|{_STRING}|\x1b[ -/]*[0-~]", regex.S)
_HARMFUL = regex.compile(f"[{_CONTROL}{_BIDI}{_ZERO_WIDTH}{_TAGS}]")
_ZWNJ, _ZWJ, _VS16 = "\u200c", "\u200d", "\ufe0f"
_FLAG_TAGS = regex.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{1,6}\U000e007f")
_SUSPECT = regex.compile(f"[^\\P{{C}}\\n\\t]|[{_CONTROL}{_BIDI}{_ZERO_WIDTH}]")
_BREAKS = regex.compile("\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")
_JOINS_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\U000e007f]")
_SHAPED = regex.compile(
    r"[\p{Arabic}\p{Devanagari}\p{Bengali}\p{Gujarati}\p{Gurmukhi}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}]"
)
"""Letters whose shape a joiner between them changes: without it a Persian or Hindi word is misspelt."""
_JOINABLE = regex.compile(r"\p{Extended_Pictographic}|[♀♂⚕⚖✈]")


def clean(text: str) -> str:
    """The same words without control sequences, C0/C1 controls, direction overrides and invisible characters.

    Line breaks and tabs stay, and so do joiners inside an emoji or between letters that they shape, and the tags of a region's flag.
    Idempotent.
    """
    if not _SUSPECT.search(text):
        return text
    text = _BREAKS.sub("\n", _SEQUENCE.sub("", text))
    kept: list[str] = []
    at = 0
    while at < len(text):
        flag = _FLAG_TAGS.match(text, at)
        if flag:
            kept.append(flag.group())
            at = flag.end()
            continue
        sign = text[at]
        if not _HARMFUL.match(sign) or _joins(text, at):
            kept.append(sign)
        at += 1
    return "".join(kept)


def invisible_in(text: str) -> list[str]:
    """Signs that `clean` would take out, line breaks aside."""
    if not _SUSPECT.search(text):
        return []
    kept = clean(text)
    return [sign for sign in text if _HARMFUL.match(sign) and sign not in "\r" and (sign not in kept)]


def clean_line(text: str) -> str:
    """As `clean`, on one line."""
    return " ".join(clean(text).split())


def shorten(text: str, length: int) -> str:
    """The first words of a text on one line, with … where it was cut."""
    line = clean_line(text)
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    inside_word = line[length - 1] != " "
    words = cut.rsplit(" ", 1)[0] if inside_word and " " in cut[length // 2 :] else cut
    while words and unicodedata.combining(line[len(words)] if len(words) < len(line) else " "):
        words = words[:-1]
    return words.rstrip() + "…"


def _joins(text: str, at: int) -> bool:
    """A joiner between two pictures makes one of them (a family, a profession); between some letters it says how they are written."""
    before, sign, after = text[max(at - 1, 0) : at], text[at], text[at + 1 : at + 2]
    if sign == _ZWJ and _JOINS_EMOJI.match(before):
        return bool(_JOINABLE.match(after))
    return sign in (_ZWNJ, _ZWJ) and bool(_SHAPED.match(before) and _SHAPED.match(after))
