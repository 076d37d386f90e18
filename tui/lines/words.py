"""Sentences about what the Desk answers: status facts, banners, histories, the next safe step. No drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.desk.views import DeliveryView, EventView, Overview, Sign
from scheduler.errors import DeskError
from scheduler.outage import Outage
from scheduler.scene import HoldView
from tui.keys.action import key_of, key_words
from tui.say import is_aloud, later, say, say_count
from tui.text import clean, clock_words, full_when, local, one_line, relative, sentence, short_times, some, when_words
from tui.told import told

SERVICE_HINT = later("‹all.service› starts it")

STATE_WORDS = {
    "draft": later("draft"), "queued": later("planned"), "claimed": later("getting ready"), "sending": later("sending"),
    "processing": later("the platform works on it"), "unknown": later("sent, no clear answer"),
    "checking": later("looking whether it is there"), "ask": later("needs you"), "published": later("published"),
    "refused": later("refused"), "missed": later("missed"), "cancelled": later("cancelled"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the status line; `color` names a theme variable."""

    words: str
    color: str
    short: str = ""
    """For narrow windows."""


def facts(overview: Overview, now: int) -> list[Fact]:
    """The status line, worst first."""
    found: list[Fact] = []
    if not overview.service.running and (overview.holds or overview.unsaved):  # else the banner says it
        found.append(Fact(say("Nothing goes out: the publishing service is not running"), "error"))
    if overview.unsaved and overview.holds:  # else the banner says it
        found.append(Fact(_unsaved(overview), "error"))
    if overview.outage is not None:
        found.append(_outage(overview.outage, overview.tz, now))
    if overview.needs_you:
        found.append(Fact(say_count(overview.needs_you, "! {count} needs you", "! {count} need you"), "warning"))
    if overview.moved:
        short = say_count(len(overview.moved), "{count} post moved with the clocks", "{count} posts moved with the clocks")
        found.append(Fact(f"{short}: {told(one_line(overview.moved[0]))}{' …' if overview.moved[1:] else ''}", "warning", short))
    if overview.untold:
        short = say_count(overview.untold, "{count} notice not told · ‹all.notices›", "{count} notices not told · ‹all.notices›")
        found.append(Fact(f"{told(one_line(overview.untold_words))} · {key_of('all.notices')}", "warning", short))
    if overview.to_approve:
        found.append(Fact(say_count(overview.to_approve, "? {count} to approve", "? {count} to approve"), "warning"))
    found.append(Fact(say_count(overview.planned, "{count} planned", "{count} planned"), "foreground"))
    stopped = any(hold.scope == "all" for hold in overview.holds)  # then nothing leaves at its time
    if overview.next is not None and overview.next.due is not None and not stopped:
        due = overview.next.due
        when = when_words(due, overview.tz, now)
        short = say("next {when}", when=when) if is_aloud() else say("next {when} ({gap})", when=when, gap=relative(due, now))
        found.append(Fact(_next(overview.next, overview.tz, now), "foreground", short))
    if overview.service.running:
        found.append(Fact(say("Service: {words}", words=short_times(told(clean(overview.service.words)))), "quiet"))
    return found


def _outage(outage: Outage, tz: str, now: int) -> Fact:
    """What the service's own last calls say."""
    since = when_words(outage.since, tz, now)
    if outage.is_network:
        return Fact(
            say("No network since {since}; posts wait, nothing is lost", since=since), "error", say("No network since {since}", since=since)
        )
    hosts = some(tuple(one_line(host) for host in outage.hosts))
    words = say("{hosts} not reached since {since}; posts wait, nothing is lost", hosts=hosts, since=since)
    return Fact(words, "warning", say("{hosts} not reached since {since}", hosts=hosts, since=since))


def _next(delivery: DeliveryView, tz: str, now: int) -> str:
    due = delivery.due or now
    if is_aloud():
        return say("next {when} {place}", when=when_words(due, tz, now), place=place_words(delivery))
    return say(
        "next {when} {client_name} {account} ({gap})",
        when=when_words(due, tz, now),
        client_name=one_line(delivery.client_name),
        account=one_line(delivery.account),
        gap=relative(due, now),
    )


def banner(overview: Overview, now: int) -> str | None:
    """The line in reverse over every screen, or None."""
    everything = [hold for hold in overview.holds if hold.scope == "all"]
    if everything:
        hold = everything[0]
        reason = f" · {told(one_line(hold.reason))}" if hold.reason else ""
        return say("ON HOLD since {when} – nothing leaves · ‹all.hold› release{reason}", when=_since(hold, overview.tz, now), reason=reason)
    if overview.holds:
        names = some(tuple(one_line(hold.name) for hold in overview.holds))
        return say("ON HOLD: {names} – everything else goes out · {who_releases}", names=names, who_releases=_who_releases(overview.holds))
    if overview.unsaved:
        return _unsaved(overview)
    if not overview.service.running:
        return say("Nothing is published: the service is not running · {hint}", hint=say(SERVICE_HINT))
    return None


def _unsaved(overview: Overview) -> str:
    return say("Nothing can be saved now, your words are kept here · {why}", why=told(one_line(overview.unsaved)))


def _who_releases(holds: Sequence[HoldView]) -> str:
    """The key, where there is one."""
    scopes = {hold.scope for hold in holds}
    ways = {
        "client": say("‹all.hold_client› releases a client"),
        "campaign": say("‹all.hold_campaign› releases a campaign"),
        "account": say("`daypart release --account NAME` releases"),
    }
    return next((words for scope, words in ways.items() if scope in scopes), say("it goes on when its file says so"))


def _since(hold: HoldView, tz: str, now: int) -> str:
    return when_words(hold.at, tz, now)


def row_words(delivery: DeliveryView, now: int) -> str:
    """The last column of a list: what matters most in this state."""
    if delivery.sign is Sign.SCHEDULED and delivery.due is not None and delivery.due > now and not is_aloud():
        return relative(delivery.due, now)
    if delivery.sign is Sign.PUBLISHED and delivery.remote_url:
        return one_line(delivery.remote_url.removeprefix("https://").removeprefix("http://"))
    if delivery.sign in {Sign.NEEDS_YOU, Sign.REFUSED, Sign.MISSED} and delivery.reason:
        return told(one_line(delivery.reason))
    return told(one_line(delivery.words))


def place_words(delivery: DeliveryView) -> str:
    """Whose, where: `Kawa Wrocław · Instagram ig-kawa`."""
    return f"{one_line(delivery.client_name)} · {one_line(delivery.platform_name)} {one_line(delivery.account)}"


def name_words(delivery: DeliveryView) -> str:
    """The post's name, with its part."""
    part = f"{delivery.part}/{delivery.parts} " if delivery.parts > 1 and delivery.kind != "comment" else ""
    comment = say(" (first comment)") if delivery.kind == "comment" else ""
    return f"{part}{one_line(delivery.title) or say('no text yet')}{comment}"


def history_lines(events: Sequence[EventView], tz: str) -> list[str]:
    """What happened, oldest first, one line each; the day is named where it changes."""
    lines: list[str] = []
    day = None
    for event in events:
        moment = local(event.at, tz)
        time = f"{moment.hour}:{moment.minute:02}:{moment.second:02}"
        stamp = time if day == moment.date() else f"{full_when(event.at, tz).rsplit(' ', 1)[0]} {time}"
        day = moment.date()
        lines.append(f"{stamp}  {_event_words(event)}")
    return lines


def _event_words(event: EventView) -> str:
    why = told(one_line(event.why))
    kind, _, name = event.actor.partition(":")
    who = f" · {one_line(name)}" if kind == "person" and name else ""
    state = say(STATE_WORDS.get(event.to_state, event.to_state)) if event.to_state != event.from_state else ""
    return " – ".join(part for part in (state, why) if part) + who


def next_words(delivery: DeliveryView) -> str:
    """What happens next by itself, or what the person can do."""
    if delivery.sign is Sign.NEEDS_YOU:
        look = say("Look at {platform_name} first. Is the post there? Then ‹ask.there›.", platform_name=one_line(delivery.platform_name))
        return say("{look} If it surely is not: ‹ask.again› sends it again. ‹ask.drop› gives it up.", look=look)
    if delivery.sign is Sign.HELD:
        return say(
            "It waits while the hold is on. ‹all.hold› releases everything, ‹all.hold_client› one client, ‹all.hold_campaign› one campaign."
        )
    return told(clean(delivery.next or ""))


def hold_question(overview: Overview | None, now: int) -> str:
    """What releasing would do."""
    if overview is None:
        return say("Posts whose time has come go out again.")
    planned = say_count(
        overview.planned, "{count} planned post goes out at its time again.", "{count} planned posts go out at their times again."
    )
    coming = ""
    if overview.next is not None and overview.next.due is not None:
        due = overview.next.due
        coming = say(
            " First: {place}, {when} ({gap}).", place=place_words(overview.next), when=clock_words(due, overview.tz), gap=relative(due, now)
        )
    return f"{planned}{coming}"


def undo_words(words: str, undo: str | None, *, typing: bool = False) -> str:
    """A toast: what happened, and how to take it back. While somebody types, the key of that is a letter: first out of the text."""
    key = f"{key_words('escape')} {key_of('all.undo')}" if typing else key_of("all.undo")
    return sentence(told(clean(words))) + (f" {key}: {told(clean(undo))}" if undo else "")


def error_words(error: DeskError) -> str:
    """What happened, and what to do."""
    return f"{sentence(told(clean(str(error))))} {sentence(told(clean(error.hint)))}".strip()
