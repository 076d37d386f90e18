"""What a terminal without UTF-8 is sent: the signs it has, one for each cell, in place of those it lacks."""

from __future__ import annotations

import codecs
import sys
import unicodedata
from collections.abc import Mapping

from rich.cells import cell_len

WAY = "daypart-plain-letters"
"""Our name among the ways in which what cannot be encoded is replaced."""
_ACROSS, _DOWN = "─━┄┅┈┉╌╍═╴╶╸╺╼╾", "│┃┆┇┊┋╎╏║╵╷╹╻╽╿"
_ALIKE = str.maketrans(
    {
        **dict.fromkeys(map(chr, range(0x2500, 0x2580)), "+"),  # frames: corners and crossings
        **dict.fromkeys(_ACROSS, "-"),
        **dict.fromkeys(_DOWN, "|"),
        **dict.fromkeys(map(chr, range(0x2580, 0x25A0)), "#"),  # blocks
        **dict.fromkeys("▁▂▃", "_"),
        **dict.fromkeys("▌▍▎▏▐▕", "|"),
        **dict.fromkeys("·•", "-"),
        **dict.fromkeys("–—−‐‑", "-"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’‚", "'"),
        **dict(zip("…×⏎←→↑↓▸▮●○◷✎↻⊘∅✓✗≠±łŁđĐøØ", "~x<<>^v>=*ood~%m+x#%lLdDoO", strict=True)),
    }
)


def in_plain_letters(text: str) -> str:
    """In ASCII, as wide as it was."""
    return "".join(_alike(sign) for sign in text)


def _alike(sign: str) -> str:
    width = cell_len(sign)
    bare = unicodedata.normalize("NFKD", sign.translate(_ALIKE)).encode("ascii", "ignore").decode("ascii")
    return bare[:width].ljust(width, "?")


def _replaced(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return in_plain_letters(error.object[error.start : error.end]), error.end


codecs.register_error(WAY, _replaced)


def has_no_utf8(environment: Mapping[str, str]) -> bool:
    """The locale says so in words: Python writes UTF-8 to a terminal of the C locale all the same."""
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    return locale.partition(".")[0] in ("C", "POSIX") and "utf" not in locale.lower()


def write_as_the_terminal_reads(environment: Mapping[str, str], signs: str) -> None:
    """For this process's own terminal, before anything is drawn. `signs`: what the person said of it."""
    if signs == "unicode":
        return
    for stream in (sys.stdout, sys.__stderr__):  # Textual draws on the second; the first is asked what it can
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if has_no_utf8(environment):
            reconfigure(encoding="ascii")
        reconfigure(errors=WAY)
