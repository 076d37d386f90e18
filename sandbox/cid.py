"""Content identifiers as AT Protocol computes them: DAG-CBOR for records, raw bytes for blobs."""

from __future__ import annotations

import base64
import hashlib
import struct

RAW = 0x55
DAG_CBOR = 0x71
_LINK_TAG = b"\xd8\x2a"


class NotEncodable(ValueError):
    """A value AT Protocol's data model does not have, such as a fraction."""


def blob_cid(content: bytes) -> str:
    """`bafkrei…` of these bytes."""
    return _cid(RAW, hashlib.sha256(content).digest())


def record_cid(record: object) -> str:
    """`bafyrei…` of this record. Raises NotEncodable."""
    return _cid(DAG_CBOR, hashlib.sha256(_encode(record)).digest())


def sha_of(cid: str) -> str:
    """The SHA-256 inside an identifier, in hex; empty when it is none."""
    try:
        return _decode(cid)[4:].hex()
    except ValueError:
        return ""


def _cid(codec: int, digest: bytes) -> str:
    return "b" + base64.b32encode(bytes([1, codec, 0x12, 0x20]) + digest).decode().lower().rstrip("=")


def _decode(cid: str) -> bytes:
    text = cid[1:].upper()
    return base64.b32decode(text + "=" * (-len(text) % 8))


def _encode(value: object) -> bytes:
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case str():
            data = value.encode()
            return _head(3, len(data)) + data
        case list():
            return _head(4, len(value)) + b"".join(_encode(item) for item in value)
        case dict():
            return _encode_map(value)
    raise NotEncodable(f"no such value in a record: {value!r}")


def _encode_map(value: dict[str, object]) -> bytes:
    link = value.get("$link")
    if len(value) == 1 and isinstance(link, str):
        data = b"\x00" + _decode(link)
        return _LINK_TAG + _head(2, len(data)) + data
    pairs = sorted(((name.encode(), item) for name, item in value.items()), key=lambda pair: (len(pair[0]), pair[0]))
    return _head(5, len(pairs)) + b"".join(_head(3, len(name)) + name + _encode(item) for name, item in pairs)


def _head(major: int, count: int) -> bytes:
    if count < 24:
        return bytes([major << 5 | count])
    for extra, shape, limit in ((24, ">B", 1 << 8), (25, ">H", 1 << 16), (26, ">I", 1 << 32), (27, ">Q", 1 << 64)):
        if count < limit:
            return bytes([major << 5 | extra]) + struct.pack(shape, count)
    raise NotEncodable("number too large")
