"""When a post goes out: a time a person chose, a slot, or the days of a series."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.diagnostics import Diagnostic, diagnostic
from config.layers import Layer, Merged
from config.loaded import ResolvedCampaign, Skipped
from config.nearest import did_you_mean
from config.posts import ForOne, Series
from config.reading import PostFiles
from config.resolved import Fixed, InSlot, Place
from config.times import Occurrence, TimeError, from_micros, occurrences, parse_at, parse_clock, parse_rule, resolve_wall, second_of_two

DAYS_AHEAD = 90
"""A series is made this far."""
_KEYS = ("at", "slot", "every")


@dataclass(frozen=True, slots=True)
class When:
    """One time, or none: backlog."""

    when: Fixed | InSlot | None
    occurrence: Occurrence | None = None


class Whens:
    """Resolves the times of one campaign, seen from `now`."""

    def __init__(self, campaign: ResolvedCampaign, written_slots: Collection[str], now: int, found: list[Diagnostic]) -> None:
        self.campaign = campaign
        self.written_slots = written_slots
        self.found = found
        self.now = now
        self.today = from_micros(now, campaign.tz).date()
        self.last = min(self.today + timedelta(days=DAYS_AHEAD), campaign.ends or date.max)
        self.skipped: list[Skipped] = []
        self._series: dict[tuple[str, int], list[Occurrence]] = {}

    def check_slots(self) -> None:
        """W402, W403: slots that meet a change of the clocks in the days ahead."""
        if not self._clocks_change():
            return
        for slot in self.campaign.slots.values():
            for day in occurrences(slot.rule, slot.at, self.campaign.tz, self.today, self.last, self.campaign.starts):
                self._say_shift(day, slot.at, slot.place, f"the slot '{slot.name}'")

    def check_keys(self, post: PostFiles) -> bool:
        """E208: at most one of `at`, `slot`, `every`."""
        written = [key for key in _KEYS if getattr(post.model, key) is not None]
        if len(written) > 1:
            message = f"'{written[0]}' and '{written[1]}' exclude each other"
            place = post.document.key_place(*post.base, written[1])
            self.found.append(
                diagnostic("E208", place, message, "keep one; none of at, slot, every: it stays in the backlog", key=self._key(post))
            )
        return len(written) <= 1

    def of(self, merged: Merged, post: PostFiles, account: str, late: int) -> list[When]:
        """The times of a post on one account."""
        layer = next((layer for layer in reversed(merged.layers) if _has_time(layer)), None)
        if layer is None:
            return [When(None)] if post.model.every is None else self._every(post, post.model.every, account, late)
        changes = layer.changes
        if isinstance(changes, ForOne) and changes.at is not None:
            fixed = self._at(layer, changes.at, self._key(post))
            return [When(fixed)] if fixed is not None else []
        slots = self._slots(layer, changes.slot or (), account, self._key(post)) if isinstance(changes, ForOne) else ()
        return [When(InSlot(slots))] if slots else []

    def not_after(self, merged: Merged, post: PostFiles) -> int | None:
        """UTC microseconds of `not_after`."""
        layer = merged.last("not_after")
        if layer is None or not isinstance(layer.changes, ForOne) or layer.changes.not_after is None:
            return None
        try:
            return parse_at(layer.changes.not_after, self.campaign.tz).fixed.instant
        except TimeError as error:
            place = layer.document.place(*layer.base, "not_after")
            self.found.append(diagnostic(error.code, place, error.message, *error.hints, key=self._key(post)))
            return None

    def _key(self, post: PostFiles) -> str:
        return f"{self.campaign.id}/{post.id}"

    def _at(self, layer: Layer, text: str, key: str) -> Fixed | None:
        place = layer.document.place(*layer.base, "at")
        try:
            resolved = parse_at(text, self.campaign.tz)
        except TimeError as error:
            self.found.append(diagnostic(error.code, place, error.message, *error.hints, key=key))
            return None
        if resolved.shift == "fold":
            hint = f"for the second write {second_of_two(resolved)}"
            message = f"'{text}' exists twice in {self.campaign.tz}; the first is taken ({resolved.abbreviation})"
            self.found.append(diagnostic("W403", place, message, hint, key=key))
        self._check_day(resolved.fixed, text, place, key)
        return resolved.fixed

    def _check_day(self, fixed: Fixed, text: str, place: Place, key: str) -> None:
        local = datetime.fromisoformat(fixed.wall)
        day, campaign = local.date(), self.campaign
        blackout = campaign.blacked_out(day)
        if blackout is not None:
            span = str(blackout.first) if blackout.first == blackout.last else f"{blackout.first} to {blackout.last}"
            why = f": {blackout.why}" if blackout.why else ""
            self.found.append(diagnostic("E405", place, f"'{text}' is inside a blackout", f"{span}{why}", key=key))
        if any(quiet.holds(local.hour * 60 + local.minute) for quiet in campaign.quiet_hours):
            self.found.append(
                diagnostic("W407", place, f"'{text}' is in the quiet hours", "it goes out all the same: a person chose the time", key=key)
            )
        if campaign.starts is not None and day < campaign.starts:
            self.found.append(diagnostic("W409", place, f"'{text}' is before the campaign's start", f"starts: {campaign.starts}", key=key))
        if campaign.ends is not None and day > campaign.ends:
            self.found.append(diagnostic("W409", place, f"'{text}' is after the campaign's end", f"ends: {campaign.ends}", key=key))

    def _slots(self, layer: Layer, names: tuple[str, ...], account: str, key: str) -> tuple[str, ...]:
        known = self.campaign.slots
        fitting = []
        for number, name in enumerate(names):
            short = layer.document.place(*layer.base, "slot")
            place = layer.document.place(*layer.base, "slot", number) if len(names) > 1 else short
            if name not in known and name in self.written_slots:
                return ()  # the slot itself has the error
            if name not in known:
                hints = did_you_mean(name, known, "slots of the campaign")
                self.found.append(diagnostic("E303", place, f"unknown slot '{name}'", *hints, key=key))
            elif not known[name].accounts or account in known[name].accounts:
                fitting.append(name)
        if not fitting and all(name in known for name in names):
            place = layer.document.place(*layer.base, "slot")
            allowed = ", ".join(dict.fromkeys(other for name in names for other in known[name].accounts))
            message = f"the slot '{names[0]}' is not for '{account}'" if names else "no slot is named"
            self.found.append(diagnostic("E303", place, message, f"it is for: {allowed}", key=key))
        return tuple(fitting)

    def _every(self, post: PostFiles, series: Series, account: str, late: int) -> list[When]:
        out = []
        for day in self._days(post, series):
            if day.at.instant < self.now - late:
                continue
            blackout = self.campaign.blacked_out(day.day)
            key = f"{self._key(post)}@{account}#{day.day}"
            if blackout is not None:
                self.skipped.append(Skipped(key, account, day.day, f"blackout, {blackout.why}" if blackout.why else "blackout"))
            else:
                out.append(When(day.at, day))
        return out

    def _days(self, post: PostFiles, series: Series) -> list[Occurrence]:
        known = (post.id, id(post))
        if known not in self._series:
            self._series[known] = self._make(post, series)
        return self._series[known]

    def _make(self, post: PostFiles, series: Series) -> list[Occurrence]:
        step = "rule"
        try:
            rule = parse_rule(series.rule)
            if rule.needs_anchor and self.campaign.starts is None:
                raise TimeError("E410", "this rule needs a first day", "write starts: in the campaign")
            step = "at"
            clock = parse_clock(series.at)
        except TimeError as error:
            place = post.document.place(*post.base, "every", step)
            self.found.append(diagnostic(error.code, place, error.message, *error.hints, key=self._key(post)))
            return []
        first = max(self.today - timedelta(days=1), self.campaign.starts or date.min)
        days = occurrences(rule, clock, self.campaign.tz, first, self.last, self.campaign.starts)
        place = post.document.place(*post.base, "every", "at")
        for day in days:
            self._say_shift(day, series.at, place, "the series")
        return days

    def _say_shift(self, day: Occurrence, at: str, place: Place, what: str) -> None:
        if day.shift == "gap":
            message = f"{what} is moved to {day.at.wall[11:]} on {day.day}: {at} does not exist that night"
            self.found.append(diagnostic("W402", place, message, f"clocks jump in {self.campaign.tz}"))
        elif day.shift == "fold":
            message = f"{what} meets {at} twice on {day.day}; the first is taken"
            self.found.append(diagnostic("W403", place, message, f"clocks are set back in {self.campaign.tz}"))

    def _clocks_change(self) -> bool:
        noon = time(12)
        span = (self.last - self.today).days + 2
        walls = (datetime.combine(self.today + timedelta(days=n - 1), noon) for n in range(max(span, 0)))
        offsets = {resolve_wall(wall, self.campaign.tz).fixed.instant % 86_400_000_000 for wall in walls}
        return len(offsets) > 1


def _has_time(layer: Layer) -> bool:
    changes = layer.changes
    return isinstance(changes, ForOne) and (changes.at is not None or changes.slot is not None)
