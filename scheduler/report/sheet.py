"""A week's report as CSV, one line per post, for whoever wants to count further. No cell of others becomes a formula."""

from __future__ import annotations

import csv
import io

from scheduler.report.markdown import local_iso
from scheduler.report.model import NAMES, Posted, WeekReport

COLUMNS = (
    "week", "client", "account", "platform", "published_at", "key", "text", *NAMES, "interactions", "figures_read_at", "note",
    "ai", "told_to_readers", "approved_by", "approved_at", "on_behalf", "seal", "link",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # spreadsheets of East Asia read these, too


def as_csv(report: WeekReport) -> str:
    """The whole report."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for client in report.clients:
        writer.writerows([_line(report, post) for post in client.posts])
    return out.getvalue()


def safe(words: str) -> str:
    """A text cell that no spreadsheet takes for a formula."""
    return f"'{words}" if words.startswith(_FORMULA) else words


def _line(report: WeekReport, post: Posted) -> list[str]:
    figures = [post.counts.get(name) for name in NAMES]
    return [
        report.week,
        safe(post.client_name),
        safe(post.account),
        post.platform,
        local_iso(post.published_at, report.tz),
        safe(post.key),
        safe(post.text),
        *("" if figure is None else str(figure) for figure in (*figures, post.counts.interactions)),
        local_iso(post.read_at, report.tz),
        safe(post.note),
        safe(post.ai),
        safe(post.told),
        safe(post.approved_by),
        local_iso(post.approved_at, report.tz),
        safe(post.on_behalf),
        post.seal,
        safe(post.url or ""),
    ]
