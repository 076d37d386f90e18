"""Two people changed one text: nothing of either is lost without being said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scheduler.content.merging import merged

LINES = st.lists(st.sampled_from(["one", "two", "three", "four", ""]), max_size=6)


def test_changes_of_different_lines_go_together() -> None:
    base = "Menu\n\nFrom Tuesday.\n\n#winter"
    mine = "Winter menu\n\nFrom Tuesday.\n\n#winter"
    theirs = "Menu\n\nFrom Wednesday.\n\n#winter"
    assert merged(base, mine, theirs) == "Winter menu\n\nFrom Wednesday.\n\n#winter"


def test_changes_of_the_same_line_do_not() -> None:
    assert merged("39 zł", "42 zł", "45 zł") is None


def test_lines_that_touch_do_not() -> None:
    assert merged("a\nb", "A\nb", "a\nB") is None


def test_one_who_changed_nothing_gets_the_other_s() -> None:
    assert merged("a", "a", "b") == "b"
    assert merged("a", "b", "a") == "b"
    assert merged("a", "b", "b") == "b"


@given(LINES, LINES, LINES)
def test_every_new_line_of_both_is_in_the_result(base: list[str], mine: list[str], theirs: list[str]) -> None:
    told = [f"mine {line}" for line in mine], [f"theirs {line}" for line in theirs]
    one = "\n".join([*told[0], *base])
    other = "\n".join([*base, *told[1]])
    both = merged("\n".join(base), one, other)
    if both is not None:
        assert all(line in both.split("\n") for line in (*told[0], *told[1]))
