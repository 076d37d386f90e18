"""Names of files in public: endings by type, and names that nobody can guess."""

from __future__ import annotations

import hashlib
import hmac

ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}
"""Types that are ever served, and the ending of their names."""
TYPES = {ending: mime for mime, ending in ENDINGS.items()}


def ending_of(mime: str) -> str:
    """`jpg` for `image/jpeg`; `bin` for what is never served."""
    return ENDINGS.get(mime, "bin")


def secret_name(secret: bytes, sha256: str, ending: str) -> str:
    """The same every time for the same bytes; without the secret nobody finds it, not even who has the file."""
    mark = hmac.new(secret, f"{sha256}.{ending}".encode(), hashlib.sha256).hexdigest()[:40]
    return f"{mark}.{ending}"
