"""The words a person reads: whose, where, what happened, and the one next thing to do, at the desk and as a command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.limits import platform_name
from config.secrets import redactor
from scheduler.clean import clean_line, shorten
from scheduler.holds import ALL, release_command
from scheduler.notices.choosing import AT_ONCE, DIGEST
from scheduler.notices.model import Letter, Message, Notice
from scheduler.phrases.book import ENGLISH, Voice
from scheduler.when import when_words

SPELLED_OUT = 20
"""More notices of one message are only counted."""
LONGEST_WORDS = 500
HEADLINES = {
    "ask": "a post needs you",
    "refused": "a post was refused",
    "missed": "a post was missed",
    "reauth": "an account has to be connected again",
    "safe_mode": "the store may be an old copy; nothing is sent",
    "hold": "on hold",
    "clock": "the clock of this computer is doubtful; nothing is sent",
    "service": "the publishing service has a problem",
    "dead_man": "the watching address does not answer",
    "digest": "summary of the day",
}
_COUNTED = {
    "ask": "{number} need you",
    "refused": "{number} refused",
    "missed": "{number} missed",
    "reauth": "{number} to connect again",
    "hold": "{number} on hold",
}
_SETTLED = {"published", "cancelled", "queued", "draft", "claimed", "sending", "processing", "released", "connected"}


RELEASE_KEYS = {"all": "!", "client": "H", "campaign": "P"}
"""What releases a hold at the desk; for one of an account there is no key."""


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called in this workspace."""

    workspace: str
    clients: Mapping[str, str]
    tz: str
    voice: Voice = ENGLISH
    """Of who is told."""

    def client(self, client: str | None) -> str:
        """A client's name; of none: the workspace's."""
        return clean_line(self.clients.get(client or "", client or self.workspace))


@dataclass(frozen=True, slots=True)
class NextAction:
    """The one thing to do."""

    words: str
    command: str
    desk: str = ""
    """Where at the desk."""


def next_action(notice: Notice) -> NextAction:
    """What a person does about it."""
    key, account = notice.key or "KEY", notice.account or "NAME"
    match notice.kind:
        case "ask":
            command = f"daypart resolve {key} --published URL (or --send-again, or --drop)"
            return NextAction("Look whether it is there, then decide.", command, "Outbox")
        case "refused":
            return NextAction("Change it, then approve it again.", f"daypart post show {key}", "Write")
        case "missed":
            return NextAction("Give it a new time and approve it again, or drop it.", f"daypart post move {key} WHEN", "Outbox")
        case "reauth":
            return NextAction("Connect the account again; its posts wait until then.", f"daypart account connect {account}")
        case "safe_mode":
            return NextAction("Check that this is the newest store, then let it go on.", "daypart safe-mode")
        case "hold":
            if notice.scope == "file":
                return NextAction("It goes on when its file says so.", "daypart apply", "Plan")
            command = release_command(notice.scope or ALL, notice.subject)
            return NextAction("Release it when posts may leave again.", command, RELEASE_KEYS.get(notice.scope, ""))
        case "clock":
            return NextAction("Set the clock of this computer.", "daypart doctor")
        case "service":
            return NextAction("Look at the service.", "daypart doctor")
        case "dead_man":
            return NextAction("Check the address of dead_man in daypart.yaml.", "daypart notices test")
        case _:
            return NextAction("Have a look.", "daypart status", "Today")


def message(letter: Letter, names: Names, summary: Sequence[str] = ()) -> Message:
    """A letter in words. Everything in it is cleaned, and no known secret stands in it."""
    told = [notice for notice in letter.notices if notice.kind != DIGEST]
    blocks = ["\n".join(notice_lines(notice, names)) for notice in told[:SPELLED_OUT]]
    if len(told) > SPELLED_OUT:
        blocks.append(names.voice.say(f"and {len(told) - SPELLED_OUT} more: daypart notices"))
    if summary:
        blocks.append("\n".join(summary))
    body = "\n\n".join(blocks) + f"\n\n-- \n{names.voice.say('daypart, workspace')} {clean_line(names.workspace)}"
    urgent = any(notice.kind in AT_ONCE for notice in told)
    ids = tuple(notice.id for notice in letter.notices)
    return Message(letter.place, redactor.clean(_title(letter, told, names)), redactor.clean(body), urgent, ids)


def _title(letter: Letter, told: Sequence[Notice], names: Names) -> str:
    say = names.voice.say
    whose = {names.client(notice.client) for notice in told}
    who = whose.pop() if len(whose) == 1 else clean_line(names.workspace)
    if len(told) == 1:
        account = f" · {clean_line(told[0].account)}" if told[0].account else ""
        what = f"{account}: {say(HEADLINES.get(told[0].kind, told[0].kind))}"
    elif told:
        what = f": {say(f'{len(told)} notices')}{_counts(told, names.voice)}"
    else:
        what = f": {say(HEADLINES[DIGEST])}"
    return f"[daypart] {who}{what} ({say(_numbers([notice.id for notice in letter.notices]))})"


def _counts(told: Sequence[Notice], voice: Voice) -> str:
    kinds = [notice.kind for notice in told]
    parts = [voice.say(words.format(number=kinds.count(kind))) for kind, words in _COUNTED.items() if kind in kinds]
    return f", {', '.join(parts)}" if parts else ""


def _numbers(ids: Sequence[int]) -> str:
    """The same in every try of the same notices, so that a second copy is recognised."""
    if len(ids) == 1:
        return f"notice {ids[0]}"
    return f"notices {min(ids)}–{max(ids)}"


def notice_lines(notice: Notice, names: Names) -> list[str]:
    """One notice, for messages and lists."""
    whose = [names.client(notice.client)]
    if notice.account:
        whose += [platform_name(notice.platform), clean_line(notice.account)]
    say = names.voice.say
    headline, words = say(HEADLINES.get(notice.kind, notice.kind)), say(said(notice))
    lines = [" · ".join(whose), words if words.startswith(headline) else f"{headline}: {words}"]
    if notice.key:
        planned = say(f", planned for {when_words(notice.due, names.tz)}") if notice.due is not None else ""
        lines.insert(1, f"{clean_line(notice.key)}{planned}")
    if notice.state is not None and notice.state != notice.kind and notice.state in _SETTLED:
        lines.append(say(f"It is settled since: {notice.state}."))
    else:
        lines.append(_action_words(next_action(notice), names.voice))
    return [*lines, say(f"Notice {notice.id}, {when_words(notice.at, names.tz)}")]


def said(notice: Notice) -> str:
    """What happened, on one line; a platform's own words may be in it."""
    return shorten(notice.words, LONGEST_WORDS) or "no more is known"


def _action_words(action: NextAction, voice: Voice) -> str:
    say = voice.say
    where = f"{say('the key')} {action.desk}" if action.desk in RELEASE_KEYS.values() else say(action.desk)
    desk = f" {say('At the desk:')} {where}." if action.desk else ""
    return f"{say('Next:')} {say(action.words)}{desk} {say('Command:')} {action.command}"
