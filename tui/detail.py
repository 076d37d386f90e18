"""The pane beside a list: what happened to one delivery, what is known, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from scheduler.desk.views import DeliveryView, EventView, Sign
from tui.text import Glyphs, clean, full_when, local, one_line, sentence
from tui.theme import LOOKS
from tui.widgets.paint import sign_text
from tui.words import history_lines, name_words, next_words, place_words

if TYPE_CHECKING:
    from scheduler.desk.evidence import Evidence


def detail_title(delivery: DeliveryView) -> str:
    """For the border."""
    return f"{place_words(delivery)} · {name_words(delivery)}"


EVIDENT = frozenset({Sign.NEEDS_YOU, Sign.CHECKING, Sign.REFUSED, Sign.MISSED})
"""Signs whose pane shows what a decision rests on."""
KEYS = {"there": "i", "again": "s", "drop": "x", "send_now": "s", "move": "s", "edit": "e", "time": "r"}
"""The key of each thing that can be done."""


def detail(
    delivery: DeliveryView, events: Sequence[EventView], tz: str, now: int, glyphs: Glyphs, known: Evidence | None = None
) -> Content:
    """State, reason, next step, what a decision rests on, history; the newest line last."""
    look = LOOKS[delivery.sign]
    lines = [
        Content.assemble(
            (f"{sign_text(delivery.sign, glyphs)} {one_line(delivery.words)}", f"bold ${look.color}"), f"  {_planned(delivery, tz, now)}"
        )
    ]
    if delivery.reason and one_line(delivery.reason) not in one_line(delivery.words):
        lines.append(Content(sentence(clean(delivery.reason))))
    if delivery.remote_url:
        lines.append(Content.assemble(one_line(delivery.remote_url), ("  o opens, y copies", "$quiet")))
    if known is not None:
        lines += _evidence(known, tz)
    elif step := next_words(delivery):
        lines.append(Content.assemble(("Next: ", "bold"), step))
    lines.append(Content.assemble((_label_words(delivery, tz), "$quiet")))
    lines += [Content.assemble((text, "$quiet")) for text in history_lines(events, tz)]
    return Content("\n").join(lines)


def _evidence(known: Evidence, tz: str) -> list[Content]:
    """The safe thing first, then the choices with what each risks, then what was sent and what came back."""
    lines = [Content.assemble(("Next: ", "bold"), clean(known.first))] if known.first else []
    lines += [
        Content.assemble((f"{KEYS[option.name]} {one_line(option.words)}", "bold"), (f" – {one_line(option.risk)}", "$quiet"))
        for option in known.options
    ]
    lines += [Content(one_line(known.knows))] if known.knows else []
    lines += [Content.assemble(("What was sent: ", "bold"), f"“{clean(known.text)}”")] if known.text else []
    lines += [Content.assemble((f"with {one_line(media)}", "$quiet")) for media in known.media]
    lines += [Content.assemble((f"to {one_line(known.place)}", "$quiet"))]
    for sent in known.sent:
        status = f", HTTP {sent.status}" if sent.status else ""
        said = f": {one_line(sent.said)}" if sent.said else ""
        lines.append(Content(f"{second_words(sent.at, tz)} sent: {sent.came}{status}{said}"))
    lines += [Content(f"{second_words(look.at, tz)} looked: {look.result}: {one_line(look.said)}") for look in known.looks]
    lines += [Content(f"{second_words(known.next_look, tz)} next look")] if known.next_look else []
    return lines


def second_words(instant: int, tz: str) -> str:
    """`10:00:02`, in the zone."""
    moment = local(instant, tz)
    return f"{moment.hour}:{moment.minute:02}:{moment.second:02}"


def _planned(delivery: DeliveryView, tz: str, now: int) -> str:
    if delivery.published_at is not None:
        planned = f", planned {full_when(delivery.due, tz)}" if delivery.due is not None else ""
        return f"published {full_when(delivery.published_at, tz)}{planned}"
    return f"planned {full_when(delivery.due, tz)}" if delivery.due is not None else "no time yet"


def _label_words(delivery: DeliveryView, tz: str) -> str:
    parts = [f"AI: {one_line(delivery.ai)}"]
    flags = [name for name, on in delivery.disclosure.flags.items() if on]
    if flags:
        parts.append(f"tells the platform that AI was used ({', '.join(flags)})")
    if delivery.disclosure.line:
        parts.append(f"line in the text: “{one_line(delivery.disclosure.line)}”")
    if delivery.approval is not None:
        parts.append(f"{one_line(delivery.approval.words)}, {full_when(delivery.approval.at, tz)}")
    elif delivery.sign not in {Sign.CANCELLED, Sign.PUBLISHED}:
        parts.append("not approved")
    if delivery.seal:
        parts.append(f"seal {delivery.seal}")
    return " · ".join(parts)
