"""What the files want of one key, ready to be compared: its content, its time, and what they said of the time."""

from __future__ import annotations

from dataclasses import dataclass

from config.loaded import ResolvedCampaign
from config.resolved import Fixed, InSlot, ResolvedPost
from drafting.provenance import Attributed
from scheduler.slots import Dealt
from scheduler.units.model import Timing, Wanted


@dataclass(frozen=True, slots=True)
class FileUnit:
    """One key as the files say it."""

    post: ResolvedPost
    wanted: Wanted
    timing: Timing | None
    """None: it needs a slot and none is free."""
    no_slot: str = ""
    """Why none is free, or why it moved."""
    origins: Attributed | None = None
    """Who wrote which words, where a model had a part in the post."""

    @property
    def key(self) -> str:
        return self.post.key

    @property
    def said(self) -> str:
        """What the files say of its time."""
        return said_of(self.post)

    @property
    def applied(self) -> str:
        """What is kept of it in column `applied`."""
        return f"{self.wanted.digest or '-'} {self.said}"


def said_of(post: ResolvedPost) -> str:
    """What the files say of a key's time. While this stays the same, a time given at the desk is left alone."""
    when = post.when
    if isinstance(when, Fixed):
        words = f"at {when.wall} {when.tz}"
    else:
        words = f"slot {' '.join(when.slots)}" if isinstance(when, InSlot) else "backlog"
    return f"{words}; late {post.late}; until {post.not_after or '-'}"


def said_before(applied: str | None) -> str:
    """What the files said of the time at the last apply."""
    return (applied or "").partition(" ")[2]


def timing_of(post: ResolvedPost, campaign: ResolvedCampaign, dealt: Dealt | None) -> Timing | None:
    """The time of a key: fixed by a person, dealt by us, or none yet."""
    if isinstance(post.when, Fixed):
        return Timing(post.when.instant, post.when.tz, post.when.wall, late=post.late, not_after=post.not_after)
    if post.when is None:
        return Timing(None, campaign.tz, "", late=post.late, not_after=post.not_after)
    if dealt is None or dealt.place is None:
        return None
    at = dealt.place.at
    return Timing(at.instant, at.tz, at.wall, dealt.place.slot, dealt.place.day.isoformat(), post.late, post.not_after)
