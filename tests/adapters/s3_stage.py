"""A bucket server on loopback that keeps objects only when the signature and the bytes' hash are right."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit

from tests.adapters.loopback import Seen, Writer, reply, serve

ACCESS, SECRET, REGION = "sandbox-access", "sandbox-secret", "eu-central-1"


@dataclass(slots=True)
class Bucket:
    """What is in it and what was asked."""

    url: str = ""
    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    """Path → bytes and content type."""
    calls: list[str] = field(default_factory=list)
    refuse: tuple[int, str] | None = None
    """Status and error code for every PUT."""


@asynccontextmanager
async def bucket() -> AsyncIterator[Bucket]:
    """A bucket named `media`."""
    kept = Bucket()

    async def script(seen: Seen, writer: Writer) -> None:
        path = urlsplit(seen.target).path
        kept.calls.append(f"{seen.method} {path}")
        if not (_signed(seen) or _presigned(seen)):
            _say(writer, seen, 403, "SignatureDoesNotMatch")
        elif seen.method == "PUT":
            _put(kept, seen, path, writer)
        elif path in kept.objects:
            raw, kind = kept.objects[path]
            head = {"Content-Type": kind, "Content-Length": str(len(raw))}
            reply(writer, 200, b"" if seen.method == "HEAD" else raw, head)
        else:
            _say(writer, seen, 404, "NoSuchKey")

    async with serve(script) as server:
        kept.url = server.url
        yield kept


def _put(kept: Bucket, seen: Seen, path: str, writer: Writer) -> None:
    if kept.refuse is not None:
        _say(writer, seen, *kept.refuse)
    elif not path.startswith("/media/"):
        _say(writer, seen, 404, "NoSuchBucket")
    elif hashlib.sha256(seen.body).hexdigest() != seen.headers["x-amz-content-sha256"]:
        _say(writer, seen, 400, "XAmzContentSHA256Mismatch")
    else:
        kept.objects[path] = (seen.body, seen.headers["content-type"])
        reply(writer, 200)


def _say(writer: Writer, seen: Seen, status: int, code: str) -> None:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"
    reply(writer, status, "" if seen.method == "HEAD" else body, {"Content-Type": "application/xml"})


# ── the other side of the signature, written from the specification ──────────


def _signed(seen: Seen) -> bool:
    kind, _, rest = seen.headers.get("authorization", "").partition(" ")
    if kind != "AWS4-HMAC-SHA256":
        return False
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    names = parts["SignedHeaders"].split(";")
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names) or any(name not in seen.headers for name in names):
        return False
    path, _, query = seen.target.partition("?")
    lines = "".join(f"{name}:{seen.headers[name]}\n" for name in names)
    canonical = f"{seen.method}\n{path}\n{query}\n{lines}\n{';'.join(names)}\n{seen.headers['x-amz-content-sha256']}"
    return _matches(canonical, parts["Credential"], seen.headers["x-amz-date"], parts["Signature"])


def _presigned(seen: Seen) -> bool:
    path, _, query = seen.target.partition("?")
    pairs = dict(parse_qsl(query))
    signature = pairs.pop("X-Amz-Signature", "")
    if not signature or seen.method != "GET":
        return False
    ordered = "&".join(f"{quote(name, safe='-_.~')}={quote(pairs[name], safe='-_.~')}" for name in sorted(pairs))
    canonical = f"GET\n{path}\n{ordered}\nhost:{seen.headers['host']}\n\nhost\nUNSIGNED-PAYLOAD"
    return _matches(canonical, pairs["X-Amz-Credential"], pairs["X-Amz-Date"], signature)


def _matches(canonical: str, credential: str, stamp: str, signature: str) -> bool:
    access, day, region, service, last = credential.split("/")
    if (access, region, service, last) != (ACCESS, REGION, "s3", "aws4_request") or not stamp.startswith(day):
        return False
    key = b"AWS4" + SECRET.encode()
    for word in (day, region, service, last):
        key = hmac.digest(key, word.encode(), "sha256")
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{day}/{region}/{service}/{last}\n{hashed}"
    return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), signature)
