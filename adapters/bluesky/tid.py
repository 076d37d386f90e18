"""Record keys: 13 characters that sort by time, fixed by what the post is and never by when it is tried."""

from __future__ import annotations

import hashlib

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_LENGTH = 13
_CLOCK_BITS = 10
_SECOND = 1_000_000
_ROOM_FOR_PARTS = 10_000
"""Microseconds kept free at the end of the second, so that the parts of a thread sort in order."""


def record_key(account_id: str, key: str, part: int, due: int) -> str:
    """The record key of a delivery. Two posts of one instant differ in 30 bits taken from account and delivery key."""
    bare = key.removesuffix(f"/{part}") if part > 1 else key
    mark = int.from_bytes(hashlib.sha256(f"{account_id}\n{bare}".encode()).digest()[:8])
    second = due - due % _SECOND
    inside = mark % (_SECOND - _ROOM_FOR_PARTS) + (part - 1) % _ROOM_FOR_PARTS
    clock = (mark >> 32) % (1 << _CLOCK_BITS)
    return encode((second + inside) << _CLOCK_BITS | clock)


def encode(value: int) -> str:
    """63 bits as a TID."""
    return "".join(ALPHABET[value >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


def micros(tid: str) -> int:
    """The instant in a TID. Raises ValueError for anything else."""
    if len(tid) != _LENGTH:
        raise ValueError(tid)
    value = 0
    for sign in tid:
        value = value << 5 | ALPHABET.index(sign)
    return value >> _CLOCK_BITS
