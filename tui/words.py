"""Sentences about what the Desk answers: status facts, banners, histories, the next safe step. No drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.desk.views import DeliveryView, EventView, HoldView, Overview, Sign
from scheduler.errors import DeskError
from tui.text import clean, clock_words, counted, full_when, local, one_line, relative, sentence, some, when_words

SERVICE_HINT = "S starts it"

STATE_WORDS = {
    "draft": "draft", "queued": "planned", "claimed": "getting ready", "sending": "sending", "processing": "the platform works on it",
    "unknown": "sent, no clear answer", "checking": "looking whether it is there", "ask": "needs you", "published": "published",
    "refused": "refused", "missed": "missed", "cancelled": "cancelled",
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
    if not overview.service.running and overview.holds:  # else the banner says it
        found.append(Fact("Nothing goes out: the publishing service is not running", "error"))
    if overview.needs_you:
        found.append(Fact(f"! {overview.needs_you} {'needs' if overview.needs_you == 1 else 'need'} you", "warning"))
    if overview.moved:
        short = f"{counted(len(overview.moved), 'post')} moved with the clocks"
        found.append(Fact(f"{short}: {one_line(overview.moved[0])}{' …' if overview.moved[1:] else ''}", "warning", short))
    if overview.untold:
        short = f"{counted(overview.untold, 'notice')} not told · N"
        found.append(Fact(f"{one_line(overview.untold_words)} · N", "warning", short))
    if overview.to_approve:
        found.append(Fact(f"? {overview.to_approve} to approve", "warning"))
    found.append(Fact(f"{overview.planned} planned", "foreground"))
    if overview.next is not None and overview.next.due is not None:
        due = overview.next.due
        short = f"next {when_words(due, overview.tz, now)} ({relative(due, now)})"
        found.append(Fact(_next(overview.next, overview.tz, now), "foreground", short))
    if overview.service.running:
        found.append(Fact(f"Service: {clean(overview.service.words)}", "quiet"))
    return found


def _next(delivery: DeliveryView, tz: str, now: int) -> str:
    due = delivery.due or now
    return f"next {when_words(due, tz, now)} {one_line(delivery.client_name)} {one_line(delivery.account)} ({relative(due, now)})"


def banner(overview: Overview, now: int) -> str | None:
    """The line in reverse over every screen, or None."""
    everything = [hold for hold in overview.holds if hold.scope == "all"]
    if everything:
        hold = everything[0]
        reason = f" · {one_line(hold.reason)}" if hold.reason else ""
        return f"ON HOLD since {_since(hold, overview.tz, now)} – nothing leaves · ! release{reason}"
    if overview.holds:
        names = some(tuple(one_line(hold.name) for hold in overview.holds))
        return f"ON HOLD: {names} – everything else goes out · {_who_releases(overview.holds)}"
    if not overview.service.running:
        return f"Nothing is published: the service is not running · {SERVICE_HINT}"
    return None


def _who_releases(holds: Sequence[HoldView]) -> str:
    """The key, where there is one."""
    scopes = {hold.scope for hold in holds}
    ways = {"client": "H releases a client", "campaign": "P releases a campaign", "account": "`daypart release --account NAME` releases"}
    return next((words for scope, words in ways.items() if scope in scopes), "it goes on when its file says so")


def _since(hold: HoldView, tz: str, now: int) -> str:
    return when_words(hold.at, tz, now)


def row_words(delivery: DeliveryView, now: int) -> str:
    """The last column of a list: what matters most in this state."""
    if delivery.sign is Sign.SCHEDULED and delivery.due is not None and delivery.due > now:
        return relative(delivery.due, now)
    if delivery.sign is Sign.PUBLISHED and delivery.remote_url:
        return one_line(delivery.remote_url.removeprefix("https://").removeprefix("http://"))
    if delivery.sign in {Sign.NEEDS_YOU, Sign.REFUSED, Sign.MISSED} and delivery.reason:
        return one_line(delivery.reason)
    return one_line(delivery.words)


def place_words(delivery: DeliveryView) -> str:
    """Whose, where: `Kawa Wrocław · Instagram ig-kawa`."""
    return f"{one_line(delivery.client_name)} · {one_line(delivery.platform_name)} {one_line(delivery.account)}"


def name_words(delivery: DeliveryView) -> str:
    """The post's name, with its part."""
    part = f"{delivery.part}/{delivery.parts} " if delivery.parts > 1 and delivery.kind != "comment" else ""
    comment = " (first comment)" if delivery.kind == "comment" else ""
    return f"{part}{one_line(delivery.title) or 'no text yet'}{comment}"


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
    why = one_line(event.why)
    kind, _, name = event.actor.partition(":")
    who = f" · {one_line(name)}" if kind == "person" and name else ""
    state = STATE_WORDS.get(event.to_state, event.to_state) if event.to_state != event.from_state else ""
    return " – ".join(part for part in (state, why) if part) + who


def next_words(delivery: DeliveryView) -> str:
    """What happens next by itself, or what the person can do."""
    if delivery.sign is Sign.NEEDS_YOU:
        look = f"Look at {one_line(delivery.platform_name)} first. Is the post there? Then i."
        return f"{look} If it surely is not: s sends it again. x gives it up."
    if delivery.sign is Sign.HELD:
        return "It waits while the hold is on. ! releases everything, H one client."
    return clean(delivery.next or "")


def hold_question(overview: Overview | None, now: int) -> str:
    """What releasing would do."""
    if overview is None:
        return "Posts whose time has come go out again."
    planned = counted(overview.planned, "planned post goes out at its time", "planned posts go out at their times")
    coming = ""
    if overview.next is not None and overview.next.due is not None:
        due = overview.next.due
        coming = f" First: {place_words(overview.next)}, {clock_words(due, overview.tz)} ({relative(due, now)})."
    return f"{planned} again.{coming}"


def undo_words(words: str, undo: str | None) -> str:
    """A toast: what happened, and how to take it back."""
    return sentence(clean(words)) + (f" z: {clean(undo)}" if undo else "")


def error_words(error: DeskError) -> str:
    """What happened, and what to do."""
    return f"{sentence(clean(str(error)))} {sentence(clean(error.hint))}".strip()
