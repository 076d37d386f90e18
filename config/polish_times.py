"""Polish words for times, said in English, so that one reader understands both: "jutro o 9:30", "za 2 godziny", "w piątek 18"."""

from __future__ import annotations

import unicodedata

_WORDS = {
    "now": "teraz",
    "today": "dzis dzisiaj",
    "tomorrow": "jutro",
    "+2d": "pojutrze",
    "noon": "poludnie",
    "midnight": "polnoc",
    "next": "nastepny nastepna nastepne nastepnym nastepnej przyszly przyszla przyszle przyszlym przyszlej",
    "in": "za",
    "at": "o",
    "": "w we",
    "week": "tydzien tygodnie tygodni",
    "day": "dzien dni",
    "hour": "godzine godziny godzin",
    "min": "minute minuty minut",
    "monday": "pon poniedzialek",
    "tuesday": "wt wto wtorek",
    "wednesday": "sr sro sroda srode",
    "thursday": "cz czw czwartek",
    "friday": "pt pia piatek",
    "saturday": "sob sobota sobote",
    "sunday": "nd niedz niedziela niedziele",
    "january": "sty stycznia",
    "february": "lut lutego",
    "march": "marca",
    "april": "kwi kwietnia",
    "may": "maj maja",
    "june": "cze czerwca",
    "july": "lip lipca",
    "august": "sie sierpnia",
    "september": "wrz wrzesnia",
    "october": "paz pazdziernika",
    "november": "lis listopada",
    "december": "gru grudnia",
}
_ENGLISH = {polish: english for english, several in _WORDS.items() for polish in several.split()}
_UNITS = frozenset({"week", "day", "hour", "min"})


def in_english(said: str) -> str:
    """The same with English words; `said` is in lower case, and what is not Polish stays as it is."""
    words: list[str] = []
    for word in said.split():
        english = _ENGLISH.get(_plain(word).removesuffix("."), word)
        if english in _UNITS and words[-1:] == ["in"]:
            words.append("a")  # "za godzinę" leaves the number out
        if words and words[-1].isdigit():
            english = english or word  # "in 2 w" is English
        if english:
            words.append(english)
    return " ".join(words)


def _plain(word: str) -> str:
    """Without accents, as people type in a hurry."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", word.replace("ł", "l")) if not unicodedata.combining(sign))
