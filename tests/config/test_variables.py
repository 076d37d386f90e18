"""Variables: what they do, what they refuse, and that they can neither compute nor grow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.variables import MAX_CHARACTERS, Fault, substitute

NAMES = {"farm": "Rainha", "price": "1234.50", "day": "2026-11-30", "campaign.id": "autumn", "empty": "", "evil": "{{ farm }}"}


def fill(text: str, language: str = "en") -> tuple[str, list[Fault]]:
    faults: list[Fault] = []
    return substitute(text, NAMES, language, faults), faults


@pytest.mark.parametrize(
    ("text", "language", "filled"),
    [
        ("from {{ farm }}.", "en", "from Rainha."),
        ("{{farm}}{{farm}}", "en", "RainhaRainha"),
        ("{{ campaign.id }}", "en", "autumn"),
        ("{{ farm | upper }}", "en", "RAINHA"),
        ("{{ farm|upper|lower }}", "en", "rainha"),
        ("{{ price | number }}", "en", "1,234.50"),
        ("{{ price | number }}", "pl", "1\u00a0234,50"),
        ("{{ price | number }}", "de", "1.234,50"),
        ('{{ day | date("%-d %B") }}', "en", "30 November"),
        ("{{ day | date('%-d %B') }}", "pl", "30 listopada"),
        ("{{ day | date(%d.%m.) }}", "en", "30.11."),
        ("{{ soon | default('soon') }}", "en", "soon"),
        ("{{ empty | default(x) }}", "en", "x"),
        (r"\{{ farm }}", "en", "{{ farm }}"),
        ("{ farm } }}", "en", "{ farm } }}"),
        ("{% if %}", "en", "{% if %}"),
    ],
)
def test_what_is_filled_in(text: str, language: str, filled: str) -> None:
    assert fill(text, language) == (filled, [])


@pytest.mark.parametrize(
    ("text", "code", "nth"),
    [
        ("{{ frm }}", "E701", 0),
        ("{{ farm }} {{ frm }}", "E701", 1),
        (r"\{{ x }} {{ frm }}", "E701", 1),
        ("{{ farm | uper }}", "E702", 0),
        ("{{ 'a'*10**9 }}", "E703", 0),
        ("{{ farm", "E703", 0),
        ("{{ a {{ farm }}", "E703", 0),
        ("{{}}", "E703", 0),
        ("{{ farm | default }}", "E703", 0),
        ("{{ farm | upper(x) }}", "E703", 0),
        ("{{ farm.__class__ }}", "E701", 0),
        ("{{ evil }}", "E703", 0),
        ("{{ farm | date(%d) }}", "E704", 0),
        ("{{ farm | number }}", "E704", 0),
        ("{{ day | date(%Q) }}", "E704", 0),
    ],
)
def test_what_is_refused(text: str, code: str, nth: int) -> None:
    _, faults = fill(text)
    assert [(fault.code, fault.nth) for fault in faults] == [(code, nth)]


def test_day_names_of_an_unknown_language_are_an_error() -> None:
    _, [fault] = fill("{{ day | date(%A) }}", "fi")
    assert fault.code == "E704"
    assert "'fi'" in fault.message


def test_a_text_cannot_grow_without_bound() -> None:
    faults: list[Fault] = []
    started = time.process_time()
    filled = substitute("{{ long }}" * 10_000, {"long": "x" * 100_000}, "en", faults)
    assert [fault.code for fault in faults] == ["E705"]
    assert len(filled) <= MAX_CHARACTERS
    assert time.process_time() - started < 1


@given(st.text(alphabet="{}\\ |()'\"farm.%d", max_size=40))
def test_nothing_crashes_it(text: str) -> None:
    filled, faults = fill(text)
    if "{{" not in text:
        assert (filled, faults) == (text, [])
