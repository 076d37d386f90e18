"""Texts and times as they come back from platforms."""

from __future__ import annotations

import unicodedata
from datetime import datetime


def plain(text: str) -> str:
    """What of a text is compared with what stands there: they trim it, and change white space and how an accented letter is written."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def instant_of(text: str) -> int | None:
    """`2026-11-22T10:00:00+0000` as UTC microseconds; None for a time without a zone or of another form."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return round(moment.timestamp() * 1_000_000) if moment.tzinfo is not None else None
