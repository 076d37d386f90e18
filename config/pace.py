"""How much may go out on one account: per hour, per day, the least time between two posts, quiet hours. Pure, and kept exactly.

An hour and a day are windows that move along: in no span of that length more posts go out than allowed, midnight or not.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from config.spans import DAY, HOUR, MINUTE, span_words
from config.times import TimeError, from_micros, micros, parse_clock, resolve_wall

NONE = "{}"
"""As stored where an account has no limits."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Minutes of the local day in which nothing goes out; `start` > `end` runs over midnight."""

    start: int
    end: int

    @property
    def words(self) -> str:
        """`22:00-07:00`."""
        return f"{_clock(self.start)}-{_clock(self.end)}"

    def holds(self, minute: int) -> bool:
        """Whether a minute of the day is quiet."""
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


def parse_hours(text: str) -> Quiet:
    """`22:00-07:00`; a span that ends where it begins holds nothing. Raises TimeError (E411)."""
    begin, _, end = text.partition("-")
    try:
        return Quiet(_minute(begin), _minute(end))
    except TimeError:
        raise _no_span(text) from None


def parse_quiet(text: str) -> Quiet:
    """`22:00-07:00`, and some minutes in it. Raises TimeError (E411)."""
    span = parse_hours(text)
    if span.start == span.end:
        raise _no_span(text)
    return span


def _no_span(text: str) -> TimeError:
    return TimeError("E411", f"'{text}' is not a span of hours", 'as "22:00-07:00"')


@dataclass(frozen=True, slots=True)
class Pace:
    """The limits of one account, its client's quiet hours included."""

    per_hour: int | None = None
    per_day: int | None = None
    apart: int = 0
    """Microseconds."""
    quiet: tuple[Quiet, ...] = ()
    tz: str = "UTC"
    """Zone of the quiet hours."""

    @property
    def limits(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.per_hour or self.per_day or self.apart or self.quiet)

    @property
    def has_room(self) -> bool:
        """Whether quiet hours leave any minute of the day."""
        return any(not any(span.holds(minute) for span in self.quiet) for minute in range(24 * 60))

    @property
    def span(self) -> int:
        """How far back posts count, in microseconds."""
        return max(DAY if self.per_day else 0, HOUR if self.per_hour else 0, self.apart)

    def text(self) -> str:
        """As it is stored; NONE without limits."""
        if not self.limits:
            return NONE
        quiet = [[span.start, span.end] for span in self.quiet]
        said = {"per_hour": self.per_hour, "per_day": self.per_day, "apart": self.apart, "quiet": quiet, "tz": self.tz}
        return json.dumps({name: value for name, value in said.items() if value}, sort_keys=True)

    def words(self) -> str:
        """`at most 3 an hour, 30 min apart, quiet 22:00-07:00`."""
        parts = [f"at most {self.per_hour} an hour" if self.per_hour else "", f"at most {self.per_day} a day" if self.per_day else ""]
        parts += [f"{span_words(self.apart)} apart" if self.apart else "", *(f"quiet {span.words}" for span in self.quiet)]
        return ", ".join(filter(None, parts)) or "no limits"

    def free(self, sent: Sequence[int], at: int) -> int:
        """The first instant from `at` on at which one more may go out, after those that went out at `sent` (in order)."""
        furthest = at + 9 * DAY
        while at < furthest and (later := max(self._after_others(sent, at), self.opens(at))) > at:
            at = later
        return at

    def _after_others(self, sent: Sequence[int], at: int) -> int:
        before = bisect_right(sent, at)
        found = at
        if self.apart and before:
            found = max(found, sent[before - 1] + self.apart)
        for most, span in ((self.per_hour, HOUR), (self.per_day, DAY)):
            if most and before >= most:
                found = max(found, sent[before - most] + span)
        return found

    def why(self, sent: Sequence[int], at: int) -> str:
        """Which limit keeps one from going out at `at`, in words; empty: none."""
        quiet = self.quiet_at(at)
        if quiet is not None:
            return f"quiet hours, {quiet.words}"
        before = bisect_right(sent, at)
        for most, span, name in ((self.per_day, DAY, "a day"), (self.per_hour, HOUR, "an hour")):
            if most and before - bisect_right(sent, at - span) >= most:
                return f"{most} of {most} posts {name} are out"
        if self.apart and before and sent[before - 1] + self.apart > at:
            return f"posts go out at least {span_words(self.apart)} apart"
        return ""

    # ── quiet hours ──

    def quiet_at(self, instant: int) -> Quiet | None:
        """The quiet hours an instant falls into."""
        if not self.quiet:
            return None
        local = from_micros(instant, self.tz)
        minute = local.hour * 60 + local.minute
        return next((span for span in self.quiet if span.holds(minute)), None)

    def opens(self, instant: int) -> int:
        """The instant itself, or the end of the quiet hours it falls into."""
        for _ in range(2 * len(self.quiet) + 2):  # spans may follow one another; clocks may be set back in one
            span = self.quiet_at(instant)
            if span is None:
                return instant
            instant = _end_of(span, instant, self.tz)
        return instant


def _end_of(span: Quiet, instant: int, tz: str) -> int:
    local = from_micros(instant, tz)
    naive = datetime.combine(local.date(), datetime.min.time()) + timedelta(minutes=span.end)
    if local.hour * 60 + local.minute >= span.end:
        naive += timedelta(days=1)
    end = resolve_wall(naive, tz).fixed.instant
    if end <= instant:  # this wall time comes a second time tonight
        end = micros(naive.replace(tzinfo=local.tzinfo, fold=1))
    return end if end > instant else instant + MINUTE


@lru_cache(maxsize=512)
def read(text: str) -> Pace:
    """What `Pace.text` stored."""
    said = json.loads(text)
    quiet = tuple(Quiet(start, end) for start, end in said.get("quiet", ()))
    return Pace(said.get("per_hour"), said.get("per_day"), said.get("apart", 0), quiet, said.get("tz", "UTC"))


def crowd(sent: Sequence[int], at: int, span: int) -> int:
    """The most posts that any window of this length holds together with one at `at`; `sent` is in order."""
    first, last = bisect_right(sent, at - span), bisect_left(sent, at + span)
    near = [*sent[first:last], at]
    near.sort()
    return max(sum(start <= one < start + span for one in near) for start in near if start <= at < start + span)


def _minute(text: str) -> int:
    clock = parse_clock(text.strip())
    return clock.hour * 60 + clock.minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
