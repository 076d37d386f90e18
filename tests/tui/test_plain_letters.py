"""A terminal without UTF-8 gets signs that it has, each as wide as the one it stands for."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.tui.waiting import opened, see
from tui.plain_letters import has_no_utf8, in_plain_letters
from tui.text import ASCII, UNICODE
from tui.theme import LOOKS


@pytest.mark.parametrize(
    ("shown", "plain"),
    [
        ("╭─ Zażółć · „gęś” ─╮", '+- Zazolc - "ges" -+'),
        ("│▸◷ 9:00 ▌Kawa…▇│", "|>o 9:00 |Kawa~#|"),
        ("❄ 🎉 日本", "? ?? ????"),
        ("e\u0301", "e"),
        ("½ ﬁ", "1 f"),
    ],
)
def test_letters_and_frames(shown: str, plain: str) -> None:
    assert in_plain_letters(shown) == plain
    assert shown.encode("ascii", "daypart-plain-letters").decode() == plain


def test_every_sign_of_ours_has_one_of_its_width_that_is_no_question() -> None:
    signs = "".join([*(look.sign for look in LOOKS.values() if look.sign != "?"), *(getattr(UNICODE, name) for name in UNICODE.__slots__)])
    signs += "⏎←→↑↓╭╮╰╯│─┬┼▁▂▃▄▅▆▇█"
    plain = in_plain_letters(signs)
    assert "?" not in plain
    assert len(plain) == cell_len(signs)


@pytest.mark.parametrize(
    ("environment", "none"),
    [
        ({"LANG": "C"}, True),
        ({"LANG": "pl_PL.UTF-8", "LC_ALL": "POSIX"}, True),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, False),
        ({"LANG": "pl_PL.UTF-8"}, False),
        ({}, False),
    ],
)
def test_the_locale_says_whether_there_is_utf8(environment: dict[str, str], none: bool) -> None:
    assert has_no_utf8(environment) is none


async def test_enter_is_a_word_where_its_sign_would_be_an_arrow() -> None:
    async with opened(place="9", glyphs=ASCII) as pilot:
        await see(pilot, " Enter Open ")
        await pilot.press("2", "n")
        await see(pilot, "Write it (Enter)")
    async with opened(place="9") as pilot:
        await see(pilot, " ⏎ Open ")
