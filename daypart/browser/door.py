"""Who may come in: an address that works once, a cookie from then on, and only for pages that came from here."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.I)
"""What this computer calls itself. Any port is right: a tunnel may end in another one."""
_ELSEWHERE = frozenset({"cross-site", "same-site"})
"""What browsers say about a request that a page of another address makes; another port is `same-site`."""


class Door:
    """Keeps the key of this start; nothing of it is written anywhere."""

    def __init__(self) -> None:
        self.cookie = f"daypart-{secrets.token_hex(4)}"
        """Ports do not separate cookies: each start has a name of its own, so that two starts do not shut each other out."""
        self._token: bytes | None = None
        self._inside: list[bytes] = []

    def new_token(self) -> str:
        """For one visit; the one before is void."""
        token = secrets.token_urlsafe(32)
        self._token = token.encode()
        return token

    def admit(self, token: str) -> str | None:
        """The cookie for whoever has the token, once; None for everybody else."""
        if self._token is None or not secrets.compare_digest(self._token, token.encode("utf-8", "replace")):
            return None
        self._token = None
        value = secrets.token_urlsafe(32)
        self._inside.append(value.encode())
        return value

    def knows(self, value: str | None) -> bool:
        """Whether this cookie is one of ours. Compares with all, so that time tells nothing."""
        said = (value or "").encode("utf-8", "replace")
        return sum(secrets.compare_digest(known, said) for known in self._inside) > 0


def foreign(headers: Mapping[str, str], *, websocket: bool) -> bool:
    """Whether a request was addressed to another name (DNS rebinding) or made by a page of another address."""
    host = headers.get("Host", "")
    if not _LOOPBACK.fullmatch(host):
        return True
    if websocket:
        return headers.get("Origin") != f"http://{host}"
    return headers.get("Sec-Fetch-Site") in _ELSEWHERE and headers.get("Sec-Fetch-Mode") != "navigate"
