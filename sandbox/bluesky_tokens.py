"""Session tokens that look and age like the real ones: an `exp` inside, rotation with a grace time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from dataclasses import dataclass

from sandbox.clock import SECOND, Clock
from sandbox.wire import as_fields

ACCESS_SECONDS = 2 * 3600
REFRESH_SECONDS = 90 * 24 * 3600
GRACE_SECONDS = 2 * 3600
_KEY = b"sandbox"
_HEADER = {"typ": "at+jwt", "alg": "HS256"}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says about itself."""

    did: str
    refresh: bool
    expires: int
    """UTC seconds."""
    jti: str


class Tokens:
    """Makes, reads and rotates tokens; they stay good over a restart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = itertools.count(clock.now())
        self.reset()

    def reset(self) -> None:
        """Default life times, no rotation remembered."""
        self._life = {"access_seconds": ACCESS_SECONDS, "refresh_seconds": REFRESH_SECONDS, "grace_seconds": GRACE_SECONDS}
        self._rotated: dict[str, tuple[int, dict[str, object]]] = {}

    def set(self, name: str, seconds: int) -> None:
        """A life time for tokens made from now on."""
        self._life[name] = seconds

    def pair(self, did: str) -> dict[str, object]:
        """A new access and refresh token."""
        now = self._clock.now() // SECOND
        access = self._sign("com.atproto.appPass", did, now, now + self._life["access_seconds"])
        refresh = self._sign("com.atproto.refresh", did, now, now + self._life["refresh_seconds"])
        return {"accessJwt": access, "refreshJwt": refresh}

    def rotate(self, claims: Claims) -> dict[str, object] | None:
        """The next pair; the same pair again within the grace time; None after it."""
        now = self._clock.now() // SECOND
        until, pair = self._rotated.get(claims.jti, (0, {}))
        if pair:
            return pair if now < until else None
        pair = self.pair(claims.did)
        self._rotated[claims.jti] = (now + self._life["grace_seconds"], pair)
        return pair

    def read(self, token: str) -> Claims | None:
        """None when we did not make it."""
        head, _, rest = token.partition(".")
        payload, _, signature = rest.partition(".")
        if not hmac.compare_digest(signature.encode(), _signature(f"{head}.{payload}").encode()):
            return None
        value = as_fields(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
        return Claims(value.text("sub"), value.text("scope") == "com.atproto.refresh", value.number("exp"), value.text("jti"))

    def _sign(self, scope: str, did: str, issued: int, expires: int) -> str:
        claims = {"scope": scope, "sub": did, "iat": issued, "exp": expires, "aud": "did:web:sandbox", "jti": str(next(self._numbers))}
        body = f"{_packed(_HEADER)}.{_packed(claims)}"
        return f"{body}.{_signature(body)}"


def _packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _signature(body: str) -> str:
    return base64.urlsafe_b64encode(hmac.new(_KEY, body.encode(), hashlib.sha256).digest()).decode().rstrip("=")
