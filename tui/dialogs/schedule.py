"""A new time for one delivery or for all accounts of a post, typed as people say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scheduler.desk.calendar.views import Weighed
from scheduler.desk.views import DeliveryView, Done
from scheduler.errors import UsageError
from tui.dialogs.ask_words import AskWords, needs_words
from tui.lines.words import name_words
from tui.say import later, say
from tui.text import clean, full_when, one_line, relative, sentence, some
from tui.told import told

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk

EXAMPLES = later("tomorrow 9:30 · fri 18 · +2d · 1 Dec 9:00 · now")


class Schedule(AskWords):
    """Moves every delivery it was given; the Desk reads the words."""

    def __init__(self, deliveries: Sequence[DeliveryView], desk: Desk, now: int) -> None:
        first = deliveries[0]
        places = some([f"{one_line(d.platform_name)} {one_line(d.account)}" for d in deliveries], 4)
        planned = (
            say("It has no time yet.")
            if first.due is None
            else say("Planned: {when} ({gap}).", when=full_when(first.due, desk.tz), gap=relative(first.due, now))
        )
        super().__init__(
            say("When? · {client_name}", client_name=one_line(first.client_name)),
            say("New time:"),
            details=say(
                "“{post}” on {places}. {planned}\nTimes are those of {tz}. You can write: {examples}",
                post=name_words(first),
                places=places,
                planned=planned,
                tz=desk.tz,
                examples=say(EXAMPLES),
            ),
            yes=say("Plan it"),
            placeholder=say("for example: tomorrow 9:30"),
            check=needs_words("a time"),
            job=self._move,
        )
        self._desk, self._deliveries = desk, deliveries
        self._warned = ""
        """The words after which it was said what moving there costs."""

    async def _move(self, words: str) -> Done:
        """Says before it is done what it costs: an approval, or waiting its turn; entered once more, it is done."""
        if self._warned != words:
            weighed = [await self._desk.weigh_move(d.key, words) for d in self._deliveries]
            costs = _costs(weighed)
            if costs:
                self._warned = words
                raise UsageError(costs, say("Enter moves it all the same."))
        return await _move(self._desk, self._deliveries, words)


def _costs(weighed: Sequence[Weighed]) -> str:
    lost = next(
        (say("This needs a new approval: it is approved for {window}.", window=told(one.window)) for one in weighed if one.loses_approval),
        "",
    )
    full = next(
        (say("{no_room} There it waits its turn.", no_room=sentence(told(clean(one.no_room)))) for one in weighed if one.no_room), ""
    )
    return f"{lost} {full}".strip()


async def _move(desk: Desk, deliveries: Sequence[DeliveryView], words: str) -> Done:
    done = [await desk.move(delivery.key, words, anyway=True) for delivery in deliveries]
    return (
        done[0]
        if len(done) == 1
        else Done(say("{words} The same for {number} more.", words=sentence(done[0].words), number=len(done) - 1), undo=done[-1].undo)
    )
