"""A client's word: which content a seal that was sent back stands for, and the yes recorded for exactly that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from scheduler.clean import clean_line, shorten
from scheduler.content import differences
from scheduler.content import kept as content
from scheduler.content.seals import SEAL, parse_seal, seal_words
from scheduler.desk.approvals.approving import FORM, Approving
from scheduler.desk.approvals.reminding import other_time_in_file
from scheduler.desk.post.exact import stored_content
from scheduler.desk.rows import read_deliveries, read_delivery
from scheduler.desk.views import DeliveryQuery, DeliveryView, Done, ReviewItem
from scheduler.errors import DeskError, NotFoundError, StaleError, UsageError
from scheduler.lifecycle import State
from scheduler.units.model import SENT_BACK
from scheduler.units.reading import find_unit, head_key

_SHOWN = 4
"""Changed lines in one message."""
_HEADS = (
    "SELECT key, reason_code FROM delivery WHERE parent_id IS NULL AND digest >= :seal AND digest < :after"
    " AND key NOT LIKE '%~%' ORDER BY due, id"
)
_BEFORE = (
    "SELECT c.digest, c.body, p.campaign, p.slug FROM content c JOIN post p ON p.id = c.post_id"
    " WHERE c.digest >= :seal AND c.digest < :after ORDER BY c.id DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a client's seal stands for: it waits, unchanged."""

    seal: str
    item: ReviewItem
    file_said: str = ""
    """The time in the client's file, when it is another by now."""


class ClientWord(Approving):
    """Recording what a client said outside of this program."""

    async def sealed(self, seals: Sequence[str], *, key: str = "") -> tuple[Sealed, ...]:
        """What waits under each of these seals, every one of them, before anything is recorded.

        Raises UsageError for what is no seal, for one that several posts share (`key` then says which) and for a post that
        is not waiting, StaleError when the post changed since, NotFoundError when no post ever had it."""
        found = []
        for said in seals:
            seal = parse_seal(said)
            if seal is None:
                raise UsageError(f"'{clean_line(said)}' is not a seal: it has {SEAL} signs, 0 to 9 and a to f", FORM)
            found.append(await self._find(seal, key))
        twice = next((one.item.key for n, one in enumerate(found) if one.item.key in [other.item.key for other in found[:n]]), None)
        if twice is not None:
            raise UsageError(f"'{twice}' is named twice", FORM)
        return tuple(found)

    async def record_word(self, name: str, seals: Sequence[str], *, key: str = "", facts_checked: bool = False) -> Done:
        """The client's person `name` said yes to exactly these seals. All of them are looked up first; each is recorded singly.

        Raises as `sealed` and `approve`."""
        if not clean_line(name):
            raise UsageError("say whose word it is", FORM)
        done: list[Done] = []
        found = await self.sealed(seals, key=key)
        for one in found:
            try:
                done.append(await self.approve(one.item.key, one.item.digest, facts_checked=facts_checked, on_behalf=name, seal=one.seal))
            except DeskError as error:
                if done:
                    error.args = (f"{error} ({len(done)} of {len(seals)} were recorded before it)",)
                raise
        words = [_but(said.words, one.file_said) for one, said in zip(found, done, strict=True)]
        return Done("\n".join(words), tuple(key for one in done for key in one.keys))

    async def _find(self, seal: str, key: str) -> Sealed:
        def read(conn: Connection) -> Sealed:
            item = self._under(conn, seal, key)
            return Sealed(seal, item, other_time_in_file(conn, item.delivery, self.tz))

        return await self.store.read(read)

    def _under(self, conn: Connection, seal: str, key: str) -> ReviewItem:
        bounds = {"seal": seal, "after": f"{seal}g"}
        why = {row.key: row.reason_code for row in conn.execute(text(_HEADS), bounds) if not key or row.key == head_key(key)}
        views = [view for known in why if (view := read_delivery(conn, known, self.scene(conn))) is not None]
        waiting = [view for view in views if view.state == State.DRAFT and why[view.key] != SENT_BACK]
        if len(waiting) > 1:
            first = ", ".join(view.key for view in waiting[:3])
            raise UsageError(
                f"{len(waiting)} posts have the seal {seal_words(seal)}: {first}{' …' if len(waiting) > 3 else ''}",
                f"say which one the client means: daypart approve KEY --on-behalf … --seal {seal[:SEAL]}",
            )
        if waiting:
            return self.reader(conn).item(waiting[0])
        if views:
            raise _not_waiting(seal, views[0])
        raise self._changed_since(conn, seal, key)

    def _changed_since(self, conn: Connection, seal: str, key: str) -> DeskError:
        """What became of the content that had this seal."""
        row = conn.execute(text(_BEFORE), {"seal": seal, "after": f"{seal}g"}).mappings().first()
        if row is None:
            shown = seal_words(seal)
            words = f"'{key}' does not have the seal {shown}" if key else f"no post of this workspace ever had the seal {shown}"
            return NotFoundError(words, "compare it with the client's file, sign by sign")
        post = f"{row['campaign']}/{row['slug']}"
        old = content.load(row["body"], self.store.assets, key=post, due=0)
        views = read_deliveries(conn, DeliveryQuery(post=post), self.scene(conn))
        heads = [view for view in views if view.key == head_key(view.key) and view.platform == old[0].target.platform and view.digest]
        for view in heads:
            unit = find_unit(conn, view.key)
            if unit is None or unit.content_id is None:
                continue
            new = stored_content(conn, unit.content_id, view.key, 0, self.store.assets)
            if new[0].target == old[0].target or len(heads) == 1:
                return self._differs(seal, view, differences.lines(old, new))
        return StaleError(f"'{post}' is not planned with the seal {seal_words(seal)} any more", self._anew(None))

    def _differs(self, seal: str, view: DeliveryView, lines: Sequence[str]) -> StaleError:
        shown = "; ".join(shorten(line, 120) for line in lines[:_SHOWN])
        more = f"; and {len(lines) - _SHOWN} more lines" if len(lines) > _SHOWN else ""
        return StaleError(
            f"'{view.key}' of {view.client_name} changed since the client saw it (seal {seal_words(seal)}, now {view.seal}): {shown}{more}",
            self._anew(view),
        )

    def _anew(self, view: DeliveryView | None) -> str:
        client = view.client if view is not None and view.client else ""
        return f"send the client a new file: daypart review export{f' --client {client}' if client else ''} --week …"


def _but(words: str, file_said: str) -> str:
    return f"{words} (the client's file said {file_said})" if file_said else words


def _not_waiting(seal: str, view: DeliveryView) -> UsageError:
    """Why a post with this very seal takes no yes now."""
    which = f"'{view.key}' (seal {seal_words(seal)})"
    if view.approval is not None:
        return UsageError(f"{which} is {view.approval.words} already", f"daypart post show {view.key}")
    if view.state == State.DRAFT:
        return UsageError(f"{which} was sent back to its writer: {view.reason or ''}", "change it, then send the client a new file")
    return UsageError(f"{which} waits for no approval: {view.words}", view.next or "")
