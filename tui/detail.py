"""The pane beside a list: what happened to one delivery, what is known, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from scheduler.desk.views import DeliveryView, EventView, Sign
from tui.keys.action import key_of
from tui.lines.words import history_lines, name_words, next_words, place_words
from tui.say import say
from tui.text import Glyphs, clean, full_when, local, one_line, sentence
from tui.theme import LOOKS
from tui.told import told
from tui.widgets.paint import sign_text

if TYPE_CHECKING:
    from scheduler.desk.outbox.evidence import Evidence


def detail_title(delivery: DeliveryView) -> str:
    """For the border."""
    return f"{place_words(delivery)} · {name_words(delivery)}"


EVIDENT = frozenset({Sign.NEEDS_YOU, Sign.CHECKING, Sign.REFUSED, Sign.MISSED})
"""Signs whose pane shows what a decision rests on."""
KEYS = {
    "there": "ask.there", "again": "ask.again", "drop": "ask.drop", "send_now": "ask.again", "move": "ask.again", "edit": "post.edit",
    "time": "post.reschedule",
}  # fmt: skip
"""The key of each thing that can be done."""


def detail(
    delivery: DeliveryView, events: Sequence[EventView], tz: str, now: int, glyphs: Glyphs, known: Evidence | None = None
) -> Content:
    """State, reason, next step, what a decision rests on, history; the newest line last."""
    look = LOOKS[delivery.sign]
    lines = [
        Content.assemble(
            (f"{sign_text(delivery.sign, glyphs)} {told(one_line(delivery.words)).removesuffix(' ✓')}", f"bold ${look.color}"),
            f"{' ' if delivery.published_at is not None else '  '}{_planned(delivery, tz, now)}",
        )
    ]
    if delivery.reason and one_line(delivery.reason) not in one_line(delivery.words):
        lines.append(Content(sentence(told(clean(delivery.reason)))))
    if delivery.remote_url:
        lines.append(Content.assemble(one_line(delivery.remote_url), (say("  ‹post.browse› opens, ‹post.copy› copies"), "$quiet")))
    if known is not None:
        lines += _evidence(known, tz)
    elif step := next_words(delivery):
        lines.append(Content.assemble((say("Next: "), "bold"), step))
    lines.append(Content.assemble((_label_words(delivery, tz), "$quiet")))
    lines += [Content.assemble((text, "$quiet")) for text in history_lines(events, tz)]
    return Content("\n").join(lines)


def _evidence(known: Evidence, tz: str) -> list[Content]:
    """The safe thing first, then the choices with what each risks, then what was sent and what came back."""
    lines = [Content.assemble((say("Next: "), "bold"), told(clean(known.first)))] if known.first else []
    lines += [
        Content.assemble(
            (f"{key_of(KEYS[option.name])} {told(one_line(option.words))}", "bold"), (f" – {told(one_line(option.risk))}", "$quiet")
        )
        for option in known.options
    ]
    lines += [Content(told(one_line(known.knows)))] if known.knows else []
    lines += [Content.assemble((say("What was sent: "), "bold"), f"“{clean(known.text)}”")] if known.text else []
    lines += [Content.assemble((say("with {media}", media=one_line(media)), "$quiet")) for media in known.media]
    lines += [Content.assemble((say("to {place}", place=one_line(known.place)), "$quiet"))]
    for sent in known.sent:
        status = say(", HTTP {status}", status=sent.status) if sent.status else ""
        said = f": {told(one_line(sent.said))}" if sent.said else ""
        lines.append(
            Content(
                say("{when} sent: {came}{status}{said}", when=second_words(sent.at, tz), came=told(sent.came), status=status, said=said)
            )
        )
    lines += [
        Content(
            say("{when} looked: {result}: {said}", when=second_words(look.at, tz), result=told(look.result), said=told(one_line(look.said)))
        )
        for look in known.looks
    ]
    lines += [Content(say("{when} next look", when=second_words(known.next_look, tz)))] if known.next_look else []
    return lines


def second_words(instant: int, tz: str) -> str:
    """`10:00:02`, in the zone."""
    moment = local(instant, tz)
    return f"{moment.hour}:{moment.minute:02}:{moment.second:02}"


def _planned(delivery: DeliveryView, tz: str, now: int) -> str:
    if delivery.published_at is not None:
        planned = say(", planned {when}", when=full_when(delivery.due, tz)) if delivery.due is not None else ""
        return say("on {when}{planned}", when=full_when(delivery.published_at, tz), planned=planned)
    return say("planned {when}", when=full_when(delivery.due, tz)) if delivery.due is not None else say("no time yet")


def _label_words(delivery: DeliveryView, tz: str) -> str:
    parts = [say("AI: {ai}", ai=told(one_line(delivery.ai)))]
    flags = [name for name, on in delivery.disclosure.flags.items() if on]
    if flags:
        parts.append(say("tells the platform that AI was used ({flags})", flags=", ".join(flags)))
    if delivery.disclosure.line:
        parts.append(say("line in the text: “{line}”", line=one_line(delivery.disclosure.line)))
    if delivery.approval is not None:
        parts.append(f"{told(one_line(delivery.approval.words))}, {full_when(delivery.approval.at, tz)}")
    elif delivery.sign not in {Sign.CANCELLED, Sign.PUBLISHED}:
        parts.append(say("not approved"))
    if delivery.seal:
        parts.append(say("seal {seal}", seal=delivery.seal))
    return " · ".join(parts)
