"""Links, accounts and quotations, also disguised."""

from __future__ import annotations

import pytest

from drafting.addresses import foreign_handles, foreign_links, invented_quotes
from drafting.folding import folded_words

LINKS = ("https://kawa.example/autumn?a=1",)
HANDLES = ("@kawa.example", "@ola@social.example")


@pytest.mark.parametrize(
    "text",
    [
        "https://kawa.example/autumn?a=1.",
        "(kawa.example/autumn?a=1)",
        "www.kawa.example",
        "e.g. this",
        "Wait.\nNow",
        "9.40 and 12.15",
        "see @kawa.example",
    ],
)
def test_own_links_and_no_links_pass(text: str) -> None:
    assert foreign_links(text, LINKS) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/x",
        "http://kawa.example.evil.example",
        "https://kawa.example/other",
        "https://kawa.example@evil.example",
        "evil.com",
        "bit.ly/abc",
        "[here](https://evil.example)",
        "ｈｔｔｐｓ://evil.example",
        "ht\u200btps://evil.example",
        "evil [dot] com",
        "evil(.)com",
        "evil dot com",
        "hxxps://evil.example",
        "javascript:alert(1)",
        "mail me@evil.example",
        "ftp://files.example",
        "//evil.example/x",
    ],
)
def test_foreign_links_are_found(text: str) -> None:
    assert foreign_links(text, LINKS)


@pytest.mark.parametrize(
    "text", ["@kawa.example!", "@ola", "@ola@social.example", "mail a@b.example", "https://social.example/@ola", "5 @ 3"]
)
def test_own_accounts_pass(text: str) -> None:
    assert foreign_handles(text, HANDLES) == []


@pytest.mark.parametrize("text", ["@evil", "(@evil)", "＠evil", "@ola@evil.example", "@ev\u200bil", "@kawa.example.evil"])
def test_foreign_accounts_are_found(text: str) -> None:
    assert foreign_handles(text, HANDLES)


def test_only_quotations_of_the_facts_pass() -> None:
    sources = [folded_words("Ola says: the best crack is the first")]
    assert invented_quotes("„The best crack”, “the first” 5\" wide, don't", sources) == []
    assert invented_quotes("“Best coffee ever”", sources) == ["Best coffee ever"]
    assert invented_quotes('They said "wow, great"', sources) == ["wow, great"]
    assert invented_quotes("„Najlepsza kawa”", sources) == ["Najlepsza kawa"]
    assert invented_quotes("«Superbe»", sources) == ["Superbe"]
