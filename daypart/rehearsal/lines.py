"""A rehearsal for people, in 80 columns: a table by day with the outages in it, then what it comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

from config.spans import span_words
from config.times import from_micros
from scheduler.clock import MINUTE
from scheduler.rehearsal.result import Outcome, Rehearsal, RehearsedPost
from scheduler.rehearsal.weather import Incident, Level
from scheduler.when import clock_words, day_words, when_words

WIDTH = 80
MARGIN = " " * 16
"""Under the times of a row."""
LISTED = 15
"""Of long lists only so many lines; JSON has all."""
_LEVELS = {Level.CALM: "nothing goes wrong", Level.FEW: "few outages", Level.MANY: "many outages"}
_APPROVALS = {"as_they_are": "", "only_approved": " · only what is approved", "as_if_approved": " · as if all were approved"}

_SHORT = {
    Outcome.GOES_OUT: "goes out",
    Outcome.WAITS: "not approved",
    Outcome.NO_TEXT: "no text yet",
    Outcome.MISSED: "missed",
    Outcome.ASKS: "you decide",
    Outcome.REFUSED: "refused",
    Outcome.PENDING: "waits",
    Outcome.ON_ITS_WAY: "on its way",
    Outcome.NEEDS_YOU: "needs you",
}
_COUNTED = {
    Outcome.WAITS: "not approved yet",
    Outcome.NO_TEXT: "without a text",
    Outcome.MISSED: "missed",
    Outcome.ASKS: "where only a person could tell whether it is public",
    Outcome.REFUSED: "refused",
    Outcome.PENDING: "still waiting at the end",
    Outcome.ON_ITS_WAY: "on its way now",
    Outcome.NEEDS_YOU: "waiting for your decision now",
}


def lines_of(found: Rehearsal) -> Iterator[str]:
    """The whole output."""
    yield from _head(found)
    yield from _days(found)
    yield ""
    yield from _summary(found)


def _head(found: Rehearsal) -> Iterator[str]:
    asked = found.asked
    yield "rehearsal: nothing was sent"
    first, last = (from_micros(instant, asked.tz).year for instant in (asked.start, asked.until))
    years = "" if first == last else f" {last}"
    yield f"{when_words(asked.start, asked.tz)} to {when_words(asked.until, asked.tz)}{years}"
    client = f" · {found.posts[0].client_name if found.posts else asked.client}" if asked.client else ""
    yield f"seed {asked.seed} · {_LEVELS[asked.level]}{_APPROVALS[asked.approvals]}{client}"


# ── the table ────────────────────────────────────────────────────────────────


def _days(found: Rehearsal) -> Iterator[str]:
    tz = found.asked.tz
    posts: defaultdict[str, list[RehearsedPost]] = defaultdict(list)
    heads = found.outcomes_of_heads
    for post in found.posts:
        if _shown(post, heads):
            posts[from_micros(post.due, tz).date().isoformat()].append(post)
    outages: defaultdict[str, list[Incident]] = defaultdict(list)
    for incident in found.incidents:
        outages[from_micros(max(incident.start, found.asked.start), tz).date().isoformat()].append(incident)
    if not posts:
        yield from ("", "nothing is planned in this time: `daypart post list` shows what there is")
    widths = _widths(found.posts)
    for day in sorted(posts):
        yield ""
        yield day_words(posts[day][0].due, tz)
        entries = [(post.due, 1, list(_row(post, widths, tz))) for post in posts[day]]
        entries += [(incident.start, 0, _outage(incident, found)) for incident in outages.pop(day, ())]
        for _, _, lines in sorted(entries, key=lambda entry: entry[:2]):
            yield from lines
    other = sum(len(rest) for rest in outages.values())
    if other and posts:
        yield ""
        yield f"{_many(other, 'more outage')} on days without posts"


def _shown(post: RehearsedPost, heads: Mapping[str, Outcome]) -> bool:
    """A later part or a comment has a line of its own only where it fares otherwise than its post."""
    return post.kind == "post" or heads.get(post.key.rpartition("/")[0]) is not post.outcome


def _widths(posts: Sequence[RehearsedPost]) -> tuple[int, int]:
    """Of clients and keys; the longest outcome has room behind all but the longest keys."""
    client = min(max((len(post.client_name) for post in posts), default=0), 16)
    key = max((len(_key(post)) for post in posts), default=0)
    return client, min(key, WIDTH - client - 20 - len("not approved"))


def _key(post: RehearsedPost) -> str:
    return f"{post.key} ({post.parts} parts)" if post.parts > 1 and post.part == 1 else post.key


def _row(post: RehearsedPost, widths: tuple[int, int], tz: str) -> Iterator[str]:
    client, key = widths
    out = "  –  " if post.out_at is None else clock_words(post.out_at, tz)
    left = f"  {clock_words(post.due, tz)}  {out}  {_cut(post.client_name, client)}  "
    words = _SHORT[post.outcome]
    if len(left) + max(key, len(_key(post))) + 2 + len(words) <= WIDTH:
        yield f"{left}{_key(post):<{key}}  {words}"
    elif len(left) + len(_key(post)) <= WIDTH:
        yield f"{left}{_key(post)}"
        yield f"{MARGIN}{words}"
    else:
        yield f"{left}{words}"
        yield f"{MARGIN}{_key(post)}"
    yield from _details(post, tz)


def _details(post: RehearsedPost, tz: str) -> Iterator[str]:
    told = [post.why] if post.why else []
    if post.late_by:
        assert post.out_at is not None
        other_day = f", on {day_words(post.out_at, tz)}" if day_words(post.out_at, tz) != day_words(post.due, tz) else ""
        told.append(f"{span_words(_minutes(post.late_by))} late{other_day}")
    for line in (*told, *post.notes):
        yield from _wrapped(line, MARGIN)


def _outage(incident: Incident, found: Rehearsal) -> list[str]:
    start, end, tz = max(incident.start, found.asked.start), incident.end, found.asked.tz
    other = f" {day_words(end, tz)}" if day_words(end, tz) != day_words(start, tz) else ""
    return list(_wrapped(f"{incident.words}, until{other} {clock_words(end, tz)}", f"  {clock_words(start, tz)}  ~~ "))


# ── what it comes to ─────────────────────────────────────────────────────────


def _summary(found: Rehearsal) -> Iterator[str]:
    late = [post for post in found.posts if post.late_by]
    longest = f", {len(late)} of them late (at most {span_words(_minutes(max(p.late_by for p in late)))})" if late else ""
    yield f"{len(found.going_out)} would go out{longest} · {len(found.needing_you)} would not without you"
    others = {outcome: n for outcome, n in found.counts.items() if outcome is not Outcome.GOES_OUT}
    if others:
        yield from _wrapped(" · ".join(f"{n} {_COUNTED[outcome]}" for outcome, n in others.items()), "  ")
    if found.missed_asleep:
        words = f"{found.missed_asleep} missed while this computer sleeps or is off: leave it on, or run `daypart daemon` on a server"
        yield from _wrapped(words, "  ")
    for section in (_needing, _accounts, _holds, _quotas, _clocks, _near):
        lines = list(section(found))
        if lines:
            yield from ("", *lines)
    yield from ("", "a rehearsal cannot know")
    for words in found.cannot_know:
        yield from _wrapped(words, "  ")
    yield f"rehearsed in {found.seconds:.1f} s"


def _needing(found: Rehearsal) -> Iterator[str]:
    first = [note.way_out for note in found.accounts if note.needs_person]  # before that nothing of theirs can be approved
    ways = [way for way in dict.fromkeys((*first, *(post.way_out for post in found.needing_you if post.can_be_mended_now))) if way]
    if ways:
        yield "for you to do"
        yield from _first(f"  {way}" for way in ways)


def _accounts(found: Rehearsal) -> Iterator[str]:
    if found.accounts:
        yield "accounts"
    for note in found.accounts:
        yield from _wrapped(f"{note.account} {note.words}", "  ")


def _holds(found: Rehearsal) -> Iterator[str]:
    if found.holds:
        yield "on hold now (a rehearsal does not release it)"
    for hold in found.holds:
        reason = f": {hold.reason}" if hold.reason else ""
        yield from _wrapped(f"{hold.name}, by {hold.by}{reason}", "  ")


def _quotas(found: Rehearsal) -> Iterator[str]:
    used = [quota for quota in found.quotas if quota.busiest]
    if used:
        yield "most posts in 24 hours"
    width = max((len(quota.account) for quota in used), default=0)
    for quota in used:
        of = "" if quota.of is None else f" of {quota.of}{'' if quota.told else ' (as documented; Instagram tells its own number)'}"
        of = of.replace("Instagram", quota.platform_name)
        own = "" if quota.own is None else f" · your own limit: {quota.own}"
        yield from _wrapped(f"{quota.account:<{width}}  {quota.platform_name} {quota.busiest}{of}{own}", "  ")


def _clocks(found: Rehearsal) -> Iterator[str]:
    if found.clock_changes:
        yield "clock changes"
    for change in found.clock_changes:
        yield from _wrapped(change.words if change.touched else f"{change.words}; no post is touched", "  ")
        for key, words in change.touched:
            yield from _wrapped(f"{key}: {words}", "    ")


def _near(found: Rehearsal) -> Iterator[str]:
    if found.near:
        yield "close together on one account"
    tz = found.asked.tz
    yield from _first(f"  {when_words(n.at, tz)}  {n.first}\n      and {n.second}, {_apart(n.apart)}" for n in found.near)


def _apart(micros: int) -> str:
    return "in the same minute" if micros < MINUTE else f"{span_words(_minutes(micros))} later"


# ── small parts ──────────────────────────────────────────────────────────────


def _first(lines: Iterable[str]) -> Iterator[str]:
    every = list(lines)
    yield from every[:LISTED]
    if len(every) > LISTED:
        yield f"  and {len(every) - LISTED} more (--json lists all)"


def _minutes(micros: int) -> int:
    """Whole minutes, at least one, in microseconds."""
    return max(round(micros / MINUTE), 1) * MINUTE


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"


def _cut(words: str, width: int) -> str:
    return (words if len(words) <= width else f"{words[: width - 1]}…").ljust(width)


def _wrapped(words: str, start: str) -> list[str]:
    return wrap(words, WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_long_words=False, break_on_hyphens=False)
