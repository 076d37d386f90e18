"""Numbers, prices, times and days of a text against the facts."""

from __future__ import annotations

import pytest

from drafting.figures import figures, grounded_by

FACTS = [
    "The roast takes 9 minutes 40 seconds",
    "250 g for 39,90 zł",
    "Sale on 2026-12-05 at 18:30, 20% off",
    "V60, twelve cups, 1,200 fans",
]
GROUNDS = grounded_by(FACTS, ("en", "pl"))


def invented(text: str, language: str = "en") -> list[str]:
    return [figure.shown for figure in figures(text, language) if not figure.claims & GROUNDS]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("9 min 40 s", "en"),
        ("250 g za 39.90 PLN", "pl"),
        ("Only 39,90 zł", "en"),
        ("on Saturday, 5 December, 6:30 pm", "en"),
        ("w sobotę 5 grudnia o 18.30", "pl"),
        ("05.12.2026", "pl"),
        ("5.12. o 18:30", "pl"),
        ("20 percent less, 20 % less", "en"),
        ("V60 and 12 cups", "en"),
        ("two hundred and fifty grams", "en"),
        ("dwieście pięćdziesiąt gramów", "pl"),
        ("1200 fans, 1 200 fans", "en"),
        ("one good cup, two friends", "en"),
        ("1. Listen\n2. Smell", "en"),
        ("you may march on", "en"),
        ("9 m² of roast, 9 m2", "en"),
        ("#sale2026", "en"),
    ],
)
def test_a_paraphrase_of_the_facts_passes(text: str, language: str) -> None:
    assert invented(text, language) == []


@pytest.mark.parametrize(
    ("text", "language", "what"),
    [
        ("9 minutes 41 seconds", "en", ["41"]),
        ("40% off", "en", ["40%"]),
        ("only $39.90", "en", ["$39.90"]),
        ("za 250 zł", "pl", ["250 zł"]),
        ("on Sunday", "en", ["Sunday"]),
        ("w niedzielę", "pl", ["niedzielę"]),
        ("am 6. Dezember", "de", ["6"]),
        ("at 7 pm", "en", ["7 pm"]),
        ("since 1998", "en", ["1998"]),
        ("V61", "en", ["61"]),
        ("fifty kinds", "en", ["fifty"]),
        ("trzysta osób", "pl", ["trzysta"]),
        ("#top10", "en", ["10"]),
        ("１９９８", "en", ["1998"]),
        ("on 5 May", "en", ["May"]),
    ],
)
def test_what_the_facts_do_not_hold_is_found(text: str, language: str, what: list[str]) -> None:
    assert invented(text, language) == what


@pytest.mark.parametrize(
    "text",
    ["", "0", "99999999999999999999", "1.2.3.4.5", "12:99", "2026-99-99", "31.02.26", "٣", "3" * 5_000, "3." + "3" * 5_000, "٣٫٣ 9.٣"],
)
def test_odd_digits_do_no_harm(text: str) -> None:
    assert isinstance(invented(text), list)
    assert isinstance(grounded_by([text], ("en",)), frozenset)
