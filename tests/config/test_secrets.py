"""Secrets: sealed for one account, keys from their places, and a log that cannot show them."""

from __future__ import annotations

import base64
import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.secrets import (
    REDACTED,
    Cipher,
    KeyMissingError,
    KeyUnsafeError,
    Redactor,
    WrongKeyError,
    install_redactor,
    load_key,
    new_key,
    redactor,
)

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))


def test_what_is_sealed_opens_with_the_same_key_and_account() -> None:
    sealed = Cipher(KEY).seal("zażółć".encode(), aad="account 7")
    assert Cipher(KEY).unseal(sealed, aad="account 7") == "zażółć".encode()
    assert "zażółć".encode() not in sealed


def test_two_seals_of_one_text_differ() -> None:
    cipher = Cipher(KEY)
    assert cipher.seal(b"x", aad="a") != cipher.seal(b"x", aad="a")


@pytest.mark.parametrize("spoil", ["key", "account", "byte", "nonce", "cut", "nothing"])
def test_anything_else_is_refused(spoil: str) -> None:
    sealed = Cipher(KEY).seal(b"token", aad="account 7")
    cipher, aad = Cipher(OTHER if spoil == "key" else KEY), "account 8" if spoil == "account" else "account 7"
    changed = {
        "byte": sealed[:-1] + bytes([sealed[-1] ^ 1]),
        "nonce": sealed[:10] + bytes([sealed[10] ^ 1]) + sealed[11:],
        "cut": sealed[:20],
        "nothing": b"",
    }.get(spoil, sealed)
    with pytest.raises(WrongKeyError) as caught:
        cipher.unseal(changed, aad=aad)
    assert caught.value.hint
    assert "token" not in str(caught.value)


def test_the_key_is_in_no_repr() -> None:
    assert KEY.hex()[:8] not in repr(Cipher(KEY))


def test_a_key_is_made_on_first_use_for_oneself_only(tmp_path: Path) -> None:
    key = load_key(tmp_path, {})
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert load_key(tmp_path, {}) == key
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_many_at_once_end_with_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_key(tmp_path, {}), range(32)))
    assert len(keys) == 1


def test_no_key_is_made_where_one_must_be(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError):
        load_key(tmp_path, {}, may_make=False)
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_key(tmp_path, {})
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(KeyUnsafeError) as caught:
        load_key(tmp_path, {})
    assert "chmod 600" in caught.value.hint


def test_the_places_of_a_key_in_their_order(tmp_path: Path) -> None:
    credentials, file, state = tmp_path / "credentials", tmp_path / "named", tmp_path / "state"
    credentials.mkdir()
    state.mkdir()
    (credentials / "daypart-key").write_bytes(base64.b64encode(b"c" * 32))
    file.write_text((b"f" * 32).hex() + "\n")
    file.chmod(0o600)
    environ = {
        "CREDENTIALS_DIRECTORY": str(credentials),
        "DAYPART_KEY_FILE": str(file),
        "DAYPART_KEY": base64.b64encode(b"e" * 32).decode(),
    }
    found = []
    for drop in (None, "CREDENTIALS_DIRECTORY", "DAYPART_KEY_FILE"):
        environ.pop(drop or "", None)
        found.append(load_key(state, environ))
    assert found == [b"c" * 32, b"f" * 32, b"e" * 32]
    assert list(state.iterdir()) == []


@pytest.mark.parametrize("written", ["", "short", "x" * 44, "z" * 64])
def test_what_is_no_key(tmp_path: Path, written: str) -> None:
    (tmp_path / "key").write_text(written)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(KeyUnsafeError):
        load_key(tmp_path, {})


def test_a_key_file_that_is_named_and_missing(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError):
        load_key(tmp_path, {"DAYPART_KEY_FILE": str(tmp_path / "gone")})


def test_a_new_key_is_a_key(tmp_path: Path) -> None:
    assert len(load_key(tmp_path, {"DAYPART_KEY": new_key()})) == 32


def test_the_log_shows_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    own = Redactor()
    own.register("hunter2-very/secret", "ab")
    caplog.handler.addFilter(own)
    log = logging.getLogger("test.secrets")
    try:
        log.warning("login with %s", "hunter2-very/secret")
        log.warning("GET /x?token=hunter2-very%2Fsecret about ab")
        try:
            raise ValueError("hunter2-very/secret was refused")
        except ValueError:
            log.exception("failed")
    finally:
        caplog.handler.removeFilter(own)
    assert "hunter2" not in caplog.text
    assert caplog.text.count(REDACTED) >= 3
    assert "about ab" in caplog.text, "short secrets would black out ordinary words"


def test_the_redactor_is_installed_once() -> None:
    handler = logging.NullHandler()
    install_redactor(handler)
    install_redactor(handler)
    assert handler.filters == [redactor]
