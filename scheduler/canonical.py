"""JSON that is the same on every computer, and the hashes over it and over files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]


def canonical(value: Json) -> str:
    """JSON with sorted keys and no spaces, the same on every computer."""
    return _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
"""Made once: `json.dumps` with settings makes one at every call."""


def sha256_of(value: Json) -> str:
    """SHA-256 (hex) of the canonical JSON in UTF-8. Raises TypeError for floats: their text is not the same everywhere."""
    _refuse_floats(value)
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def sha256_of_file(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes. Raises OSError."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _refuse_floats(value: Json) -> None:
    if isinstance(value, float):
        raise TypeError("a digest holds no floats")
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for inner in inside:
        if not isinstance(inner, str):
            _refuse_floats(inner)
