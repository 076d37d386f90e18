"""What a person needs who has to decide: what was sent where and when, what came back, each look, and the one safe thing to do first."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select

from adapters.addresses import profile
from adapters.contract import CommitClass
from scheduler import lifecycle
from scheduler.clean import clean, clean_line
from scheduler.desk.post.exact import stored_content
from scheduler.desk.post.reviewing import Reviewing
from scheduler.desk.rows import read_delivery
from scheduler.desk.views import DeliveryView
from scheduler.lifecycle import State
from scheduler.store.statements import ACCOUNT, DELIVERY, EVENT, EVIDENCE, STEP
from scheduler.units.reading import head_key
from scheduler.when import when_words

_CAME = {
    "intent": "under way; no answer yet",
    "done": "accepted",
    "refused": "refused",
    "not_sent": "nothing was posted",
    "unknown": "no clear answer",
    "adopted": "no clear answer; found to be public later",
    "absent": "no clear answer; proved not to be public later",
}
_LOOKED = {State.PUBLISHED: "found", State.ASK: "asked you", State.QUEUED: "not there, that is proof", State.UNKNOWN: "not settled"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that was to make it public."""

    at: int
    until: int | None
    came: str
    """What came back, in words."""
    said: str
    """The platform's or our own words about it."""
    code: str
    status: int | None
    """Of HTTP, where there was one."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One look whether it is there."""

    at: int
    result: str
    said: str


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a person can do, and what it risks."""

    name: str
    """there · again · drop · send_now · move · edit · time"""
    words: str
    risk: str
    command: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything about one delivery that a decision rests on."""

    delivery: DeliveryView
    first: str
    """The one safe next action."""
    options: tuple[Option, ...]
    text: str
    media: tuple[str, ...]
    place: str
    """Whose, where: “Kawa Wrocław · Bluesky bs-kawa (kawa.example)”."""
    page: str | None
    """Where a person sees the account's posts."""
    sent: tuple[Sent, ...]
    looks: tuple[Looked, ...]
    next_look: int | None
    proofs: tuple[str, ...]
    """Addresses that somebody or something said are this post."""
    knows: str
    """What is sure, and what is not."""


class Evident(Reviewing):
    """Reading what a decision rests on."""

    async def evidence(self, key: str) -> Evidence:
        """What is known of one delivery. Raises NotFoundError."""
        found = await self.store.read(lambda conn: self._evidence(conn, key))
        if found is None:
            raise await self.no_such_key(key)
        return found

    def _evidence(self, conn: Connection, key: str) -> Evidence | None:
        view = read_delivery(conn, key, self.scene(conn))
        if view is None:
            return None
        row = conn.execute(select(DELIVERY).where(DELIVERY.c.id == view.id)).mappings().one()
        account = self.reader(conn).account(row["account_id"])
        handle = conn.execute(select(ACCOUNT.c.handle).where(ACCOUNT.c.id == row["account_id"])).scalar_one()
        text, media = self._content(conn, row)
        sent, looks = _sent(conn, view.id), _looks(conn, view.id)
        proofs = conn.execute(
            select(EVIDENCE.c.remote_url, EVIDENCE.c.remote_id).where(EVIDENCE.c.delivery_id == view.id).order_by(EVIDENCE.c.id)
        )
        page = profile(account.account) if account is not None else None
        return Evidence(
            delivery=view,
            first=_first(view, row, page, sent),
            options=_options(view, row, conn),
            text=clean(text),
            media=tuple(clean_line(line) for line in media),
            place=f"{view.client_name} · {view.platform_name} {view.account} ({clean_line(handle)})",
            page=page,
            sent=sent,
            looks=looks,
            next_look=row["look_at"] if view.state in (State.UNKNOWN, State.CHECKING, State.PROCESSING) else None,
            proofs=tuple(clean_line(proof.remote_url or proof.remote_id) for proof in proofs),
            knows=_knows(view, sent, looks),
        )

    def _content(self, conn: Connection, row: RowMapping) -> tuple[str, list[str]]:
        if row["content_id"] is None:
            return "", []
        acts = stored_content(conn, row["content_id"], head_key(row["key"]), row["due"] or 0, self.store.assets)
        mine = next((act for act in acts if act.key == row["key"]), acts[0])
        return mine.text, [
            f"{item.name or item.sha256[:12]}, {item.width}×{item.height}: {item.alt or 'no alt text'}" for item in mine.media
        ]


def _sent(conn: Connection, delivery_id: int) -> tuple[Sent, ...]:
    commits = (STEP.c.delivery_id == delivery_id, STEP.c.kind == "commit")
    found = []
    for row in conn.execute(select(STEP).where(*commits).order_by(STEP.c.seq)).mappings():
        told = json.loads(row["detail"])
        said, code = clean_line(str(told.get("said", ""))), clean_line(str(told.get("code", "")))
        found.append(Sent(row["at_intent"], row["at_end"], _CAME.get(row["phase"], row["phase"]), said, code, row["http_status"]))
    return tuple(found)


def _looks(conn: Connection, delivery_id: int) -> tuple[Looked, ...]:
    ends = (EVENT.c.delivery_id == delivery_id, EVENT.c["from"] == State.CHECKING)
    rows = conn.execute(select(EVENT.c.at, EVENT.c.to, EVENT.c.why).where(*ends).order_by(EVENT.c.seq))
    return tuple(Looked(row.at, _LOOKED.get(row.to, row.to), clean_line(row.why)) for row in rows)


# ── in words ─────────────────────────────────────────────────────────────────


def _first(view: DeliveryView, row: RowMapping, page: str | None, sent: tuple[Sent, ...]) -> str:
    match view.state:
        case State.ASK if row["reason_code"] == "thread":
            return "Look how the thread reads now; then send what is left, or drop it."
        case State.ASK:
            where = f"Open {page or f'the account on {view.platform_name}'} and look"
            since = f" for a post from {when_words(sent[-1].at, view.tz)}" if sent else ""
            return f"{where}{since}. Looking changes nothing. Then say what you saw."
        case State.UNKNOWN | State.CHECKING | State.PROCESSING | State.SENDING:
            return "Wait: we look by ourselves. Do not post it by hand meanwhile, or there may be two."
        case State.REFUSED:
            return "Nothing was posted. Change what was refused; then it can be approved again."
        case State.MISSED:
            return "Nothing was posted. " + (
                "Decide about it." if row["reason_code"] == lifecycle.HELD else "Give it a new time, or drop it."
            )
        case _:
            return view.next or ""


def _options(view: DeliveryView, row: RowMapping, conn: Connection) -> tuple[Option, ...]:
    key = view.key
    drop = Option("drop", "drop it", "it is not sent any more; what is public stays public", f"daypart resolve {key} --drop")
    match view.state:
        case State.ASK if row["reason_code"] == "thread":
            again = Option("again", "send what is left", "it is looked for once more first", f"daypart resolve {key} --send-again")
            return (again, drop)
        case State.ASK:
            there = Option("there", "it is there", "no risk: it is never sent again", f"daypart resolve {key} --published ADDRESS")
            again = Option("again", "send again", _risk(view, CommitClass(row["cls"])), f"daypart resolve {key} --send-again")
            return (there, again, drop)
        case State.MISSED if row["reason_code"] == lifecycle.HELD:
            now = Option("send_now", "send it now", "it goes out late, approved again by you", f"daypart resolve {key} --send-now")
            move = Option("move", "move it", "to the next free time, approved again by you", f"daypart resolve {key} --move")
            return (now, move, drop)
        case State.MISSED:
            return (Option("time", "give it a new time", "it needs your approval again", f"daypart post move {key} WHEN"), drop)
        case State.REFUSED:
            return (Option("edit", "change it", "it needs your approval again", f"daypart post edit {key}"), drop)
        case _:
            return ()


def _risk(view: DeliveryView, cls: CommitClass) -> str:
    where = view.platform_name
    if cls is CommitClass.HANDLE:
        return f"small risk: it goes out under the same name, and {where} keeps one; it is looked for once more first"
    if cls is CommitClass.KEY:
        return f"small risk while {where} remembers its key, a second post after that; it is looked for once more first"
    if cls is CommitClass.LIST:
        return f"if it is there after all, {where} shows it twice; it is looked for once more first"
    return f"if it is there after all, {where} shows it twice, and nobody can look before"


def _knows(view: DeliveryView, sent: tuple[Sent, ...], looks: tuple[Looked, ...]) -> str:
    if view.state in (State.MISSED, State.REFUSED):
        return "Sure: nothing of it is public." if not any(one.came == _CAME["unknown"] for one in sent) else ""
    if view.state not in (State.ASK, State.UNKNOWN, State.CHECKING) or not sent:
        return ""
    looked = f" {len(looks)} look{'s' if len(looks) != 1 else ''} did not settle it." if looks else ""
    return f"Sure: it was sent {len(sent)}× and not refused. Not sure: whether {view.platform_name} has it.{looked}"
