"""Turns what the Desk answers into lines under headings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scheduler.clock import HOUR
from scheduler.desk.today.views import Risk
from scheduler.desk.views import DeliveryView, ReviewItem, Sign
from tui.lines.row import Row
from tui.lines.words import name_words, row_words
from tui.say import later, say, thousands
from tui.text import clean, counted, local, one_line, quoted, sentence, when_words
from tui.told import told

NEEDS = {Sign.NEEDS_YOU, Sign.REFUSED, Sign.MISSED}
NOW = {Sign.SENDING, Sign.CHECKING}
WAITING = {Sign.SCHEDULED, Sign.HELD}
ENDED = {Sign.PUBLISHED, Sign.CANCELLED}
TO_APPROVE = {Sign.DRAFT, Sign.AI_DRAFT}


def delivery_row(delivery: DeliveryView, tz: str, now: int) -> Row:
    """One delivery as a line."""
    return Row(
        key=delivery.key,
        sign=delivery.sign,
        when=when_words(delivery.published_at or delivery.due, tz, now),
        client=one_line(delivery.client_name),
        color=delivery.client_color,
        account=one_line(delivery.account),
        title=name_words(delivery),
        words=row_words(delivery, now),
    )


def section(title: str, rows: Iterable[Row]) -> list[Row]:
    """A heading and its lines; nothing when there are none."""
    found = list(rows)
    name = title.rstrip("0123456789 ").partition(" ·")[0].rstrip("0123456789 ")
    return [Row(key=f"#{name}", heading=title), *found] if found else []


def _by_time(deliveries: Iterable[DeliveryView], *, newest_first: bool = False) -> list[DeliveryView]:
    return sorted(deliveries, key=lambda d: (d.published_at or d.due or 0, d.key), reverse=newest_first)


def _by_harm(deliveries: Iterable[DeliveryView]) -> list[DeliveryView]:
    """What may be public without anybody knowing comes before what surely is not."""
    harm = (Sign.NEEDS_YOU, Sign.REFUSED, Sign.MISSED)
    return sorted(_by_time(d for d in deliveries if d.sign in NEEDS), key=lambda d: harm.index(d.sign))


def outbox_rows(deliveries: Sequence[DeliveryView], tz: str, now: int, listed: int = 1_000) -> list[Row]:
    """Needs you, now, waiting, done and missed. Of what waits and what is done so many at most, the nearest; then the heading says it."""
    needs = _by_harm(deliveries)
    under_way = _by_time(d for d in deliveries if d.sign in NOW)
    waiting = _by_time(d for d in deliveries if d.sign in WAITING)
    ended = _by_time((d for d in deliveries if d.sign in ENDED), newest_first=True)
    cancelled = sum(d.sign is Sign.CANCELLED for d in ended)
    done = say("DONE {number}", number=len(ended) - cancelled) + (say(" · CANCELLED {cancelled}", cancelled=cancelled) if cancelled else "")
    waits = say("WAITING {waiting}", waiting=len(waiting))
    if len(waiting) > listed:
        waits, waiting = say("WAITING · the next {listed}; the Calendar has all", listed=thousands(listed)), waiting[:listed]
    if len(ended) > listed:
        done, ended = say("DONE · the last {listed}; the Library has all", listed=thousands(listed)), ended[:listed]
    groups = (
        (say("NEEDS YOU {needs}", needs=len(needs)), needs),
        (say("NOW {under_way}", under_way=len(under_way)), under_way),
        (waits, waiting),
        (done, ended),
    )
    return [row for title, found in groups for row in section(title, (delivery_row(d, tz, now) for d in found))]


def risk_key(risk: Risk) -> str:
    """Of its line: a post keeps its own, so that everything can be done to it there."""
    return risk.about if risk.is_post else f"!{risk.kind}:{risk.about}"


def risk_row(risk: Risk, tz: str, now: int) -> Row:
    """One thing that will go wrong unless somebody acts."""
    return Row(
        key=risk_key(risk),
        sign=Sign.DRAFT if risk.is_post else Sign.NEEDS_YOU,
        when=when_words(risk.due, tz, now) if risk.due else "",
        client=one_line(risk.client_name),
        color=risk.client_color,
        account=one_line(risk.account),
        title=one_line(risk.title) if risk.is_post else sentence(told(one_line(risk.words))),
        words=told(one_line(risk.words)) if risk.is_post else "",
    )


def today_rows(deliveries: Sequence[DeliveryView], tz: str, now: int, risks: Sequence[Risk] = (), idle: str = "") -> list[Row]:
    """What needs a person, what will go wrong, the next 36 hours, what went out today. `idle`: what to say where those hours are empty
    and the list is not."""
    today, named = local(now, tz).date(), {risk.about for risk in risks if risk.is_post}
    needs = _by_harm(deliveries)
    drafts = _by_time(d for d in deliveries if d.sign in TO_APPROVE and _soon(d, now) and d.key not in named)
    coming = _by_time(d for d in deliveries if d.sign in WAITING | NOW and d.due is not None and d.due < now + 36 * HOUR)
    went = _by_time(
        (d for d in deliveries if d.sign is Sign.PUBLISHED and d.published_at and local(d.published_at, tz).date() == today),
        newest_first=True,
    )
    groups = (
        (say("NEEDS YOU {needs}", needs=len(needs)), needs),
        (say("TO APPROVE THIS WEEK {drafts}", drafts=len(drafts)), drafts),
        (say("NEXT 36 HOURS {coming}", coming=len(coming)), coming),
        (say("WENT OUT TODAY {went}", went=len(went)), went),
    )
    parts = [section(title, (delivery_row(d, tz, now) for d in found)) for title, found in groups]
    if idle and not coming and any((*parts, risks)):
        parts[2] = [Row(key="#idle", heading=idle)]
    rows = [row for part in parts for row in part]
    ahead = section(say("AT RISK {risks}", risks=len(risks)), (risk_row(risk, tz, now) for risk in risks))
    place = len(needs) + 1 if needs else 0
    return [*rows[:place], *ahead, *rows[place:]]


def _soon(delivery: DeliveryView, now: int) -> bool:
    return delivery.due is not None and now - 12 * HOUR < delivery.due < now + 7 * 24 * HOUR


def group_key(delivery: DeliveryView) -> str:
    """Deliveries that are read and approved in one pass: one post at one occurrence."""
    _, _, occurrence = delivery.key.partition("#")
    return f"{delivery.post}#{occurrence.split('/')[0]}" if occurrence else delivery.post


def review_groups(items: Sequence[ReviewItem]) -> dict[str, list[ReviewItem]]:
    """By post, soonest first as they came."""
    groups: dict[str, list[ReviewItem]] = {}
    for item in items:
        groups.setdefault(group_key(item.delivery), []).append(item)
    return groups


def review_row(key: str, items: Sequence[ReviewItem], tz: str, now: int) -> Row:
    """One post that waits for approval, with all its accounts."""
    first = items[0].delivery
    blocked = sum(item.blocked is not None for item in items)
    share = max(item.ai_share for item in items)
    words = "; ".join(
        part
        for part in (
            say("{blocked} cannot go yet", blocked=blocked) if blocked else "",
            say("changed since approved") if any(item.changed for item in items) else "",
            say("model {share:.0%}", share=share) if share else told(clean(first.ai)),
        )
        if part
    )
    signs = {item.delivery.sign for item in items}
    return Row(
        key=key,
        sign=Sign.AI_DRAFT if Sign.AI_DRAFT in signs else first.sign,
        when=when_words(first.due, tz, now),
        client=one_line(first.client_name),
        color=first.client_color,
        account=one_line(first.account) if len(items) == 1 else counted(len(items), "account"),
        title=name_words(first),
        words=words,
    )


SENT_BACK = later("sent back")
"""What the Desk says of a draft that a person sent back."""


def approval_rows(groups: dict[str, list[ReviewItem]], back: Sequence[DeliveryView], tz: str, now: int) -> list[Row]:
    """What waits for a yes, then what was sent back and waits for its writer."""
    waiting = [review_row(key, items, tz, now) for key, items in groups.items()]
    returned = [_returned(delivery, tz, now) for delivery in _by_time(back)]
    return [
        *section(say("TO APPROVE {waiting}", waiting=len(waiting)), waiting),
        *section(say("SENT BACK {returned}", returned=len(returned)), returned),
    ]


def _returned(delivery: DeliveryView, tz: str, now: int) -> Row:
    return replace(delivery_row(delivery, tz, now), words=quoted(one_line(delivery.reason or say(SENT_BACK))))


def filtered(rows: list[Row], words: str) -> list[Row]:
    """Only lines with these words, and the headings that still have lines."""
    if not words:
        return rows
    kept = [row for row in rows if row.heading or row.has(words)]
    return [row for n, row in enumerate(kept) if not row.heading or (n + 1 < len(kept) and not kept[n + 1].heading)]


def choice_rows(drafts: Sequence[DeliveryView], tz: str, now: int) -> list[Row]:
    """Posts that can be written on, one line each whatever their number of accounts."""
    posts: dict[str, list[DeliveryView]] = {}
    for delivery in _by_time(drafts):
        posts.setdefault(delivery.post, []).append(delivery)
    rows = [_choice_row(post, found, tz, now) for post, found in posts.items()]
    return section(say("DRAFTS {rows}", rows=len(rows)), rows)


def _choice_row(post: str, found: Sequence[DeliveryView], tz: str, now: int) -> Row:
    row = delivery_row(found[0], tz, now)
    words = say("in a file") if found[0].managed_by == "files" else row.words
    accounts = len({delivery.account for delivery in found})  # a post that comes again goes to one account many times
    account = row.account if accounts == 1 else counted(accounts, "account")
    return Row(post, row.sign, row.when, row.client, row.color, account, row.title, words)
