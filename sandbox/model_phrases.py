"""The scripted model's phrase book: what it can say in the other language. A real model translates; this one looks up."""

from __future__ import annotations

import re

_PAIRS = (
    ("the beans rest nine days after roasting", "ziarna odpoczywają dziewięć dni po paleniu"),
    ("the spice is ground by hand", "przyprawę mielemy ręcznie"),
    ("served from * to *", "podajemy od * do *"),
    ("come in before six", "wpadnij przed szóstą"),
    ("come in", "wpadnij do nas"),
    ("come by", "wpadnij do nas"),
    ("come on Saturday", "wpadnij w sobotę"),
    ("order at the counter", "zamów przy ladzie"),
    ("quiet hour from * to *, Monday to Friday", "cicha godzina od * do *, od poniedziałku do piątku"),
    ("no music, no calls", "bez muzyki, bez rozmów przez telefon"),
    ("ankles move, so drivers notice them", "kostki są w ruchu, więc kierowcy je zauważają"),
    ("reflective bands cost less than a jacket", "opaski odblaskowe kosztują mniej niż kurtka"),
    ("free bands with every * this month", "opaski gratis w tym miesiącu: *"),
    ("poppy seed week from Monday to Saturday", "tydzień makowy od poniedziałku do soboty"),
    ("poppy seed roll and poppy seed buns", "makowiec i bułki z makiem"),
    ("from * to *", "od * do *"),
    (
        "Show how a winter cup is made, from the beans to the first sip; make people want to come in",
        "Zimowa filiżanka, od ziaren do pierwszego łyku",
    ),
)


def looked_up(text: str, language: str) -> str | None:
    """The same thing in this language (en or pl), or None when it is not in the book."""
    polish = language.partition("-")[0].lower() == "pl"
    for english, other in _PAIRS:
        known, wanted = (english, other) if polish else (other, english)
        found = re.fullmatch(re.escape(known).replace(r"\*", "(.+?)"), text.strip().rstrip("."), re.I)
        if found is not None:
            for group in found.groups():
                wanted = wanted.replace("*", group, 1)
            return wanted
    return None
