"""What a person has to tick."""

from __future__ import annotations

import pytest

from drafting.checklist import unverified_facts

FACTS = (
    "Autumn Blend from Fazenda Rainha",
    "250 g, 39 zł",
    "Wrocław, Ruska street",
    "come on Saturday",
    "https://kawa.example @kawa.example",
)


@pytest.mark.parametrize(
    ("text", "language", "ticks"),
    [
        ("Autumn Blend is here, 250 g for 39 zł. Come on Saturday. I like it.", "en", ()),
        ("Something darker is resting. The roast is ready — Come by.", "en", ()),
        ("We love Maria Kowalska and Brazil.", "en", ("Maria Kowalska", "Brazil")),
        ("Maria Kowalska says so.", "en", ("Maria Kowalska",)),
        ("45 zł, 20% off, until Sunday.", "en", ("45 zł", "20%", "Sunday")),
        ("See https://x.example with @foo, not https://kawa.example or @kawa.example.", "en", ("https://x.example", "@foo")),
        ("We Wrocławiu, na Ruskiej. Palone przez Jana.", "pl", ("Jana",)),
        ("W niedzielę o 10.", "pl", ("10", "niedzielę")),
        ("Der Kaffee kommt aus dem Laden von Anna Schmidt.", "de", ("Anna Schmidt",)),
        ("#Kawa #Brazil", "en", ()),
        ("", "en", ()),
    ],
)
def test_ticks(text: str, language: str, ticks: tuple[str, ...]) -> None:
    assert unverified_facts(text, FACTS, language, ("en", "pl")) == ticks
