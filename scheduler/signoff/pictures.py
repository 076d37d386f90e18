"""Pictures inside the file: made smaller until all of them fit, with nothing of the camera's notes left in them."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping

from PIL import Image, ImageOps

from adapters.contract import MediaItem

BUDGET = 8_000_000
"""Characters of all pictures in one file: mail servers take about ten million bytes."""
_STEPS = ((1080, 80), (720, 74), (480, 66), (320, 55))
"""Longest side in pixels and JPEG quality, the best first."""
_FRAME_SECONDS = 20
_PREFIX = "data:image/jpeg;base64,"


def inline(media: Iterable[MediaItem], budget: int = BUDGET) -> Mapping[str, str]:
    """What a picture shows, by its id (see `ident`), as `data:` addresses; what cannot be read or has no room is left out."""
    listed = list(media)
    uses = Counter(ident(item) for item in listed)
    items = {ident(item): item for item in listed}
    opened = {name: found for name, item in items.items() if (found := _open(item)) is not None}
    shown: dict[str, str] = {}
    for longest, quality in _STEPS:
        shown = {name: _address(picture, longest, quality) for name, picture in opened.items()}
        if sum(len(address) * uses[name] for name, address in shown.items()) <= budget:
            return shown
    return _what_fits(shown, uses, budget)


def ident(item: MediaItem) -> str:
    """The same bytes with another cover are another picture."""
    return f"{item.sha256}@{item.cover_at_ms or 0}"


def _what_fits(shown: Mapping[str, str], uses: Mapping[str, int], budget: int) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, address in shown.items():
        budget -= len(address) * uses[name]
        if budget < 0:
            break
        kept[name] = address
    return kept


def _open(item: MediaItem) -> bytes | None:
    """The picture, upright and no larger than the largest step; of a film its cover. Kept packed: a week may have hundreds."""
    try:
        data: io.BytesIO | str = io.BytesIO(_frame(item)) if item.mime.startswith("video/") else str(item.path)
        with Image.open(data) as found:
            found.draft("RGB", (_STEPS[0][0], _STEPS[0][0]))
            upright = ImageOps.exif_transpose(found)
            upright.thumbnail((_STEPS[0][0], _STEPS[0][0]))
            return _packed(_on_white(upright), 90)
    except (OSError, ValueError, SyntaxError, subprocess.SubprocessError, Image.DecompressionBombError):
        return None


def _frame(item: MediaItem) -> bytes:
    """One picture of a film, where ffmpeg is installed. Raises OSError."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise FileNotFoundError("ffmpeg")
    at = f"{(item.cover_at_ms or 0) / 1000:.3f}"
    command = [program, "-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", "-ss", at, "-i", f"file:{item.path}"]
    ran = subprocess.run(
        [*command, "-frames:v", "1", "-f", "image2pipe", "-c:v", "mjpeg", "-"],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=_FRAME_SECONDS, check=True,
    )  # fmt: skip
    return ran.stdout


def _on_white(picture: Image.Image) -> Image.Image:
    """JPEG knows no transparency."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(paper, clear).convert("RGB")
    return picture.convert("RGB")


def _packed(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _address(packed: bytes, longest: int, quality: int) -> str:
    with Image.open(io.BytesIO(packed)) as picture:
        picture.thumbnail((longest, longest))
        return _PREFIX + base64.b64encode(_packed(picture, quality)).decode("ascii")
