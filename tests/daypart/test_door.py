"""Who may come in to the desk in a browser."""

from __future__ import annotations

import pytest

from daypart.browser.door import Door, foreign


def test_a_token_works_once_and_a_newer_one_voids_it() -> None:
    door = Door()
    first = door.new_token()
    second = door.new_token()
    assert door.admit(first) is None
    cookie = door.admit(second)
    assert cookie is not None
    assert door.admit(second) is None
    assert door.knows(cookie)


@pytest.mark.parametrize("said", [None, "", "x", "ż", "\udcff"])
def test_nobody_else_is_known(said: str | None) -> None:
    door = Door()
    assert door.admit(said or "") is None
    assert not door.knows(said)
    door.admit(door.new_token())
    assert not door.knows(said)


def test_two_starts_do_not_share_a_cookie() -> None:
    assert Door().cookie != Door().cookie


@pytest.mark.parametrize(
    ("host", "origin", "refused"),
    [
        ("127.0.0.1:8422", "http://127.0.0.1:8422", False),
        ("localhost:9000", "http://localhost:9000", False),
        ("[::1]:8422", "http://[::1]:8422", False),
        ("127.0.0.1:8422", "http://localhost:8422", True),
        ("127.0.0.1:8422", "http://127.0.0.1:8423", True),
        ("127.0.0.1:8422", "https://127.0.0.1:8422", True),
        ("127.0.0.1:8422", "null", True),
        ("127.0.0.1:8422", None, True),
        ("daypart.example:8422", "http://daypart.example:8422", True),
        ("127.0.0.1.example", "http://127.0.0.1.example", True),
        ("127.0.0.1@example.org", "http://127.0.0.1@example.org", True),
        ("", "http://", True),
        ("[::1", "http://[::1", True),
    ],
)
def test_sockets_are_for_pages_of_this_very_address(host: str, origin: str | None, refused: bool) -> None:
    headers = {"Host": host} | ({} if origin is None else {"Origin": origin})
    assert foreign(headers, websocket=True) is refused
