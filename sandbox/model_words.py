"""The scripted model's own words, in the two languages it can write."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Ready sentences without numbers, names, links or tags."""

    questions: tuple[str, ...]
    scenes: tuple[str, ...]
    plain: tuple[str, ...]
    closings: tuple[str, ...]
    calls: tuple[str, ...]
    spoken_hooks: tuple[str, ...]
    spoken_calls: tuple[str, ...]
    fillers: tuple[str, ...]
    shots: tuple[str, ...]
    alt: str
    title: str
    unsure: str
    foreign: str
    translated: str


ENGLISH = Words(
    questions=(
        "Have you seen what changed here?",
        "What would you ask us first?",
        "Looking for a good reason to stop by?",
    ),
    scenes=(
        "The door is open and the lights are on.",
        "Early morning, quiet street, everything ready.",
        "You can hear it before you see it.",
    ),
    plain=(
        "Here is what we have been working on.",
        "Something worth a closer look.",
        "A short note from our side of the counter.",
    ),
    closings=(
        "We took our time with it, and it shows.",
        "Simple things, done with care.",
        "Come and see how it turned out.",
        "Ask us anything about it, we are glad to talk.",
    ),
    calls=("Come by and see for yourself.", "Tell us what you think.", "Save this for later."),
    spoken_hooks=("Look at this for a moment.", "Wait until you see this.", "This is how we do it."),
    spoken_calls=("Come by and see for yourself.", "Save this for later."),
    fillers=("Slowly, with care.", "Every detail counts.", "Nothing is left to chance."),
    shots=(
        "Close-up in natural light, hands at work",
        "Wide view of the room, the camera moves slowly forward",
        "Detail from the side, shallow focus",
        "Over the shoulder, following the movement",
        "Calm view of the finished thing on a plain table",
    ),
    alt="Scene for the post",
    title="Draft",
    unsure="Written by the sandbox's scripted model: check every word.",
    foreign="is in another language; the sandbox does not translate, so it was left out.",
    translated="is in another language; the sandbox took the translation from its phrase book.",
)

POLISH = Words(
    questions=(
        "Wiesz już, co się u nas zmieniło?",
        "O co zapytasz nas najpierw?",
        "Szukasz dobrego powodu, żeby do nas zajrzeć?",
    ),
    scenes=(
        "Drzwi otwarte, światło zapalone, wszystko gotowe.",
        "Wczesny ranek, cicha ulica, a u nas już coś się dzieje.",
        "Najpierw to słychać, dopiero potem widać.",
    ),
    plain=(
        "Pokazujemy, nad czym ostatnio pracowaliśmy.",
        "To warto zobaczyć z bliska.",
        "Krótka wiadomość z naszej strony lady.",
    ),
    closings=(
        "Nie spieszyliśmy się z tym i myślimy, że to widać.",
        "Proste rzeczy, zrobione z troską.",
        "Przyjdź zobaczyć, jak nam to wyszło.",
        "Pytaj śmiało, chętnie o tym opowiemy.",
    ),
    calls=("Wpadnij i przekonaj się na miejscu.", "Napisz, co o tym myślisz.", "Zapisz ten wpis na później."),
    spoken_hooks=("Spójrz na to przez chwilę.", "Zobacz to z bliska.", "Właśnie tak to robimy."),
    spoken_calls=("Wpadnij i zobacz z bliska.", "Zapisz to na później."),
    fillers=("Powoli i z troską.", "Liczy się każdy szczegół.", "Nic nie dzieje się przypadkiem."),
    shots=(
        "Zbliżenie w naturalnym świetle, ręce przy pracy",
        "Szeroki plan wnętrza, kamera powoli jedzie do przodu",
        "Detal z boku, mała głębia ostrości",
        "Ujęcie znad ramienia, za ruchem dłoni",
        "Spokojny kadr gotowej rzeczy na prostym stole",
    ),
    alt="Kadr do wpisu",
    title="Szkic",
    unsure="Napisał to skryptowy model z sandboxa: proszę sprawdzić każde słowo.",
    foreign="jest w innym języku; sandbox nie tłumaczy, więc został pominięty.",
    translated="jest w innym języku; tłumaczenie pochodzi z rozmówek sandboxa.",
)

_BANKS = {"en": ENGLISH, "pl": POLISH}
NO_TAGS = frozenset(
    re.findall(
        r"\w+",
        """minutes seconds people should everybody before monday tuesday wednesday thursday friday saturday sunday weekday notice
        minut minutach sekund sekundach wszystko godzinie poniedziałku wtorku środę czwartku piątku soboty sobotę niedzieli każdego
        odpoczywają kosztują zauważają ponieważ miesiącu""",
    )
)
"""Long words that make no hashtag."""
_POLISH_LETTERS = re.compile(r"[ąćęłńóśźż]", re.IGNORECASE)
_POLISH_WORDS = frozenset(
    re.findall(
        r"\w+",
        "i w we z ze na do od dla po za przy przez jest są się nie to ten ta te oraz lub jak co już czy u o tylko każdy nasz nasza",
    )
)
_ENGLISH_WORDS = frozenset(
    re.findall(
        r"\w+",
        """the a an and or of in on at for with from to is are be it its this that our your we you by so them they made make come before
        after not no all new every per than then less""",
    )
)


def words_of(language: str) -> Words:
    """The bank for a language; English where there is none."""
    return _BANKS.get(language.partition("-")[0].lower(), ENGLISH)


def is_foreign(text: str, language: str) -> bool:
    """Whether a text is plainly in the other of the two languages."""
    tokens = [token.lower() for token in re.findall(r"[^\W\d_]+", text)]
    polish = sum(token in _POLISH_WORDS for token in tokens) + 2 * bool(_POLISH_LETTERS.search(text))
    english = sum(token in _ENGLISH_WORDS for token in tokens)
    short = language.partition("-")[0].lower()
    if short == "pl":
        return english > polish
    return short == "en" and polish > english
