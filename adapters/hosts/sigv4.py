"""Signature Version 4 for buckets: headers of one request, or an address that carries its own signature."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True, slots=True)
class Keys:
    """Who signs, and for which region."""

    access: str
    secret: str = field(repr=False)
    region: str


def signed_headers(method: str, url: str, headers: Mapping[str, str], payload_sha256: str, keys: Keys, at: datetime) -> dict[str, str]:
    """The given headers with everything the server wants to see signed. `url` is quoted already and has no query."""
    stamp = _stamp(at)
    full = {name.lower(): value for name, value in headers.items()}
    full |= {"host": urlsplit(url).netloc, "x-amz-content-sha256": payload_sha256, "x-amz-date": stamp}
    names = ";".join(sorted(full))
    request = _canonical(method, url, "", full, payload_sha256)
    signature = _sign(request, keys, stamp)
    full["authorization"] = f"{ALGORITHM} Credential={keys.access}/{_scope(keys, stamp)}, SignedHeaders={names}, Signature={signature}"
    return full


def presigned(url: str, keys: Keys, at: datetime, seconds: int) -> str:
    """An address anyone may GET for so long."""
    stamp = _stamp(at)
    query = _query(
        {
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"{keys.access}/{_scope(keys, stamp)}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": "host",
        }
    )
    request = _canonical("GET", url, query, {"host": urlsplit(url).netloc}, UNSIGNED)
    return f"{url}?{query}&X-Amz-Signature={_sign(request, keys, stamp)}"


def _canonical(method: str, url: str, query: str, headers: Mapping[str, str], payload_sha256: str) -> str:
    lines = [f"{name}:{' '.join(headers[name].split())}" for name in sorted(headers)]
    return "\n".join([method, urlsplit(url).path or "/", query, *lines, "", ";".join(sorted(headers)), payload_sha256])


def _sign(request: str, keys: Keys, stamp: str) -> str:
    hashed = hashlib.sha256(request.encode()).hexdigest()
    to_sign = "\n".join([ALGORITHM, stamp, _scope(keys, stamp), hashed])
    key = f"AWS4{keys.secret}".encode()
    for part in (stamp[:8], keys.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


def _scope(keys: Keys, stamp: str) -> str:
    return f"{stamp[:8]}/{keys.region}/s3/aws4_request"


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%SZ")


def _query(parameters: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, safe='-_.~')}={quote(parameters[name], safe='-_.~')}" for name in sorted(parameters))
