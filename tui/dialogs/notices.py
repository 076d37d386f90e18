"""What people were told and what waits to be told, to read."""

from __future__ import annotations

from textual.content import Content

from scheduler.desk.views import NoticesView, NoticeView
from tui.dialogs.details import Details
from tui.say import say
from tui.text import one_line, sentence, some, when_words
from tui.told import told


def notices_page(view: NoticesView, now: int) -> Details:
    """What waits first, then what was told, newest first."""
    waiting = [notice for notice in view.notices if notice.sent_at is None]
    told = [notice for notice in view.notices if notice.sent_at is not None]
    parts = [Content.assemble((_who(view), "$quiet"))]
    for title, notices in ((say("WAITING {waiting}", waiting=len(waiting)), waiting), (say("TOLD {told}", told=len(told)), told)):
        if notices:
            parts.append(Content.assemble((f"\n{title}", "bold")))
            parts += [_one(notice, view.tz, now) for notice in notices]
    if not view.notices:
        parts.append(Content(say("\nNothing has happened that somebody must be told.")))
    return Details(say("Notices"), Content("\n").join(parts))


def _who(view: NoticesView) -> str:
    if not view.places:
        return say("Nobody is told while the desk is closed: daypart.yaml has no `notices:`. docs/notices.md shows how.")
    watched = say(" Somebody outside notices when the service falls silent.") if view.watched else ""
    return say("Told: {place}.{watched}", place=some(tuple(one_line(place) for place in view.places)), watched=watched)


def _one(notice: NoticeView, tz: str, now: int) -> Content:
    about = " · ".join(one_line(part) for part in (notice.client_name, notice.account, notice.key) if part)
    words = [f"  {sentence(told(one_line(notice.words)))}"] if notice.words else []
    color = "$quiet" if notice.sent_at is not None else "$warning"
    next_step = (
        [say("  Next: {action}: {command}", action=told(notice.action).rstrip("."), command=one_line(notice.command))]
        if notice.sent_at is None
        else []
    )
    head = Content.assemble((f"{when_words(notice.at, tz, now)}  {sentence(told(notice.headline))}", "bold"), f" {about}")
    lines = [
        head,
        *(Content(line) for line in (*words, *next_step)),
        Content.assemble((f"  {sentence(told(one_line(notice.told)))}", color)),
    ]
    return Content("\n").join(lines)
