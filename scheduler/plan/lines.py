"""The lines of a plan, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from config.loaded import Loaded
from config.spans import span_words
from scheduler.plan.wanted import FileUnit
from scheduler.units.model import Timing, Unit
from scheduler.when import day_words, moved_words, when_words


def when(timing: Timing | None) -> str:
    """`Mon 30 Nov 12:15 CET`."""
    return "" if timing is None else when_words(timing.due, timing.tz, wide=True)


def moved(before: Timing, after: Timing) -> str:
    """`Wed  2 Dec 12:15 → 12:45 CET`."""
    return when(before) if before.due == after.due else moved_words(before.due, after.due, after.tz)


def created(file: FileUnit, now: int) -> str:
    """`en+pl, 1 image, needs approval`."""
    acts = file.wanted.publications
    parts = ["+".join(file.post.languages), *_media_words(file)]
    posts = [act for act in acts if act.kind != "comment"]
    if len(posts) > 1:
        parts.append(f"{len(posts)} parts")
    if len(acts) > len(posts):
        parts.append("first comment")
    if file.wanted.ai != "human":
        parts.append(file.wanted.ai)
    timing = file.timing
    if timing is not None and timing.due is None:
        parts.append("no time yet: in the backlog")
    elif timing is not None and timing.due is not None and timing.due < now:
        parts.append(f"already due, goes out within {span_words(timing.late)}")
    return ", ".join([*filter(None, parts), "needs approval"])


def waiting(file: FileUnit) -> str:
    """What to do about a post without a text."""
    return f"no text yet: daypart draft {file.post.campaign}/{file.post.post}"


def changed(names: Sequence[str], approved_at: int | None, tz: str, *, renamed: str | None, written: bool) -> str:
    """`text.en, loses its approval (27 Nov)`."""
    parts = ["has a text now, needs approval" if written else ", ".join(names) or "changed"]
    if renamed:
        parts.append(f"renamed from {renamed}")
    if approved_at is not None:
        parts.append(f"loses its approval ({day_words(approved_at, tz).partition(' ')[2]})")
    return ", ".join(parts)


def move(unit: Unit, file: FileUnit, keeps: bool) -> str:
    """What becomes of the approval, and why it moves where no person moved it."""
    parts = [file.no_slot] if file.no_slot else []
    if file.timing is not None and file.timing.late != unit.timing.late:
        parts.append(f"may be {span_words(file.timing.late)} late")
    if file.timing is not None and file.timing.not_after != unit.timing.not_after:
        last = file.timing.not_after
        parts.append("no last time any more" if last is None else f"not after {when_words(last, file.timing.tz)}")
    if unit.approved:
        parts.append("approval kept" if keeps else "outside the approved days: loses its approval")
    return ", ".join(parts)


def move_reason(unit: Unit, file: FileUnit, keeps: bool) -> str:
    """The move in the ledger, and the reason where it costs the approval."""
    assert file.timing is not None
    moved_to = f"moved to {when_words(file.timing.due, file.timing.tz)} by the files"
    return moved_to if keeps or not unit.approved else f"{moved_to}, outside the approved days. Approve it again."


def gone(key: str, loaded: Loaded) -> str:
    """Why the files do not have a key any more."""
    campaign = loaded.campaigns.get(key.partition("/")[0])
    if campaign is not None and campaign.status in ("draft", "archived"):
        return f"the campaign is {'a draft' if campaign.status == 'draft' else 'archived'}"
    return "no longer in the files"


def _media_words(file: FileUnit) -> list[str]:
    kinds = Counter("video" if item.mime.startswith("video/") else "image" for act in file.wanted.publications for item in act.media)
    return [f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in kinds.items()]
