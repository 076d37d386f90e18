"""Credentials at rest: sealed for exactly one account, opened only on the way to an adapter."""

from __future__ import annotations

import json
from typing import Protocol

from adapters.contract import Account, Credentials
from config.secrets import redactor
from scheduler.store.ready import RowLike


class Cipher(Protocol):
    """Authenticated encryption with the workspace's key (config.secrets has the real one)."""

    def seal(self, plain: bytes, *, aad: str) -> bytes:
        """Ciphertext that opens only with the same `aad`."""

    def unseal(self, sealed: bytes, *, aad: str) -> bytes:
        """The plain bytes. Raises when key or `aad` are others."""


class Vault:
    """Seals and opens the credentials of accounts."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def seal(self, account_id: int, credentials: Credentials) -> bytes:
        """What may be stored."""
        plain = {
            "access": credentials.access,
            "refresh": credentials.refresh,
            "app_password": credentials.app_password,
            "expires_at": credentials.expires_at,
        }
        return self._cipher.seal(json.dumps(plain).encode(), aad=f"account {account_id}")

    def unseal(self, account_id: int, sealed: bytes | None) -> Credentials | None:
        """The credentials, or None when there are none. The log cannot show them from now on. Raises SecretsError."""
        if sealed is None:
            return None
        found = Credentials(**json.loads(self._cipher.unseal(sealed, aad=f"account {account_id}")))
        redactor.register(found.access, found.refresh, found.app_password)
        return found


def account_of(row: RowLike, credentials: Credentials | None) -> Account:
    """An account as adapters see it, from its row."""
    facts: dict[str, object] = json.loads(row["facts"])
    return Account(
        name=row["name"],
        platform=row["platform"],
        handle=row["handle"],
        server=row["server"],
        languages=(),
        login="facebook" if facts.get("login") == "facebook" else "instagram",
        remote_id=row["remote_account_id"],
        credentials=credentials,
        facts=facts,
    )
