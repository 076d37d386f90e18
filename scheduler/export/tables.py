"""The calendar as CSV and as JSON, for spreadsheets and programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from scheduler.export.rows import Planned
from scheduler.report.markdown import local_iso
from scheduler.report.sheet import safe

COLUMNS = (
    "when", "client", "account", "platform", "state", "campaign", "key", "text", "parts", "ai",
    "approved_by", "approved_at", "seal", "link",
)  # fmt: skip


def as_csv(posts: Sequence[Planned], tz: str) -> str:
    """One line per post and account."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_line(post, tz) for post in posts])
    return out.getvalue()


def _line(post: Planned, tz: str) -> list[str]:
    seal = f"{post.digest[:4]} {post.digest[4:8]}" if post.digest else ""
    told = [post.client_name, post.account, post.platform, post.state_words, post.campaign, post.key, post.text, str(post.parts), post.ai]
    proof = [safe(post.approved_by), local_iso(post.approved_at, tz), seal, safe(post.url or "")]
    return [local_iso(post.at, tz), *map(safe, told), *proof]


def as_json(posts: Sequence[Planned], tz: str) -> str:
    """All of it, one object."""
    return json.dumps({"timezone": tz, "posts": [_object(post, tz) for post in posts]}, ensure_ascii=False, indent=2) + "\n"


def _object(post: Planned, tz: str) -> dict[str, object]:
    return {
        "key": post.key,
        "when": local_iso(post.at, tz),
        "client": post.client,
        "client_name": post.client_name,
        "account": post.account,
        "platform": post.platform,
        "campaign": post.campaign,
        "state": post.state,
        "text": post.text,
        "parts": post.parts,
        "ai": post.ai,
        "approval": {"by": post.approved_by, "at": local_iso(post.approved_at, tz)} if post.approved_at is not None else None,
        "digest": post.digest or None,
        "url": post.url,
    }
