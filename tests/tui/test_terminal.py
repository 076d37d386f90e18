"""What comes over a bad line: nothing of it is taken for keys, and what a person typed between stays."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui import terminal
from tui.terminal import Line, steady


@pytest.mark.parametrize(
    ("pieces", "read"),
    [
        ([b"a\xff\xfeb"], "ab"),
        ([b"\xc5", b"\xbc"], "ż"),
        ([b"a\x1b[<35;10;", b"4Mb"], "a\x1b[<35;10;4Mb"),
        ([b"a\x1b[<0;5", b"word"], "aword"),
        ([b"\x1b[<" + b"9" * 5_000 + b";1;1Mok"], "ok"),
        ([b"\x1b[<;;Mok\x1b[<1;2Mok"], "okok"),
        ([b"\x1b[M\xa0\xff\xc0ok\x1b[M !!"], "ok"),
        ([b"\x1b[", b"A"], "\x1b[A"),
        ([b"\x1b"], "\x1b"),
        ([b"\x1b[200~two\x1b[201~"], "\x1b[200~two\x1b[201~"),
    ],
)
def test_noise_is_dropped_and_halves_are_put_together(pieces: list[bytes], read: str) -> None:
    line = Line()
    assert "".join(line.take(piece) for piece in pieces) == read


def test_half_an_order_whose_end_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    assert line.take(b"\x1b[<0;5") == ""
    assert line.rest() == ""
    monkeypatch.setattr(terminal, "PATIENCE", 0.0)
    assert line.rest() == ""
    assert line.take(b";7M") == ";7M"
    assert line.take(b"\x1b[") == ""
    assert line.rest() == "\x1b["


@pytest.mark.parametrize(
    ("drawn", "sent"),
    [
        ("❤\ufe0f│", "❤\ufe0e │"),
        ("1\ufe0f\u20e3│", "1\ufe0e\u20e3 │"),
        ("☕\ufe0f│", "☕\ufe0f│"),
        ("👩\u200d❤\ufe0f\u200d👨│", "👩\u200d❤\ufe0f\u200d👨│"),
        ("🏳\ufe0f\u200d🌈│", "🏳\ufe0f\u200d🌈│"),
        ("plain \x1b[1mwords", "plain \x1b[1mwords"),
    ],
)
def test_a_pictogram_is_as_wide_as_it_was_reckoned_in_every_terminal(drawn: str, sent: str) -> None:
    assert steady(drawn) == sent
    assert cell_len(sent) == cell_len(drawn)
