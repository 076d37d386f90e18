"""The gate: a person approves exactly what was read, or sends it back."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from sqlalchemy import Connection, update

from adapters.contract import Publication
from scheduler import lifecycle
from scheduler.accounts.named import StoredAccount
from scheduler.clean import clean_line
from scheduler.content.digest import digest as digest_of
from scheduler.content.kept import as_found
from scheduler.content.seals import SEAL, seal_words
from scheduler.desk.post import gate
from scheduler.desk.post.exact import stored_content
from scheduler.desk.post.reviewing import Reviewing
from scheduler.desk.rows import read_delivery
from scheduler.desk.views import DeliveryView, Done
from scheduler.errors import StaleError, UsageError
from scheduler.lifecycle import State
from scheduler.store.statements import DELIVERY, note
from scheduler.units import writing
from scheduler.units.model import SENT_BACK, Unit, Yes
from scheduler.units.reading import find_unit, head_key
from scheduler.when import when_words

FORM = 'daypart approve --on-behalf "Name" --seal "7f3a 91c2"'


@dataclass(frozen=True, slots=True)
class Said:
    """One yes, as it was said."""

    digest: str
    facts_checked: bool = False
    on_behalf: str = ""
    seal: str = ""


class Approving(Reviewing):
    """What a person decides about contents."""

    async def approve(self, key: str, digest: str, *, facts_checked: bool = False, on_behalf: str = "", seal: str = "") -> Done:
        """A person approves exactly `digest`. Raises StaleError when the content is another by now, UsageError when facts
        are unchecked, the account is not connected, problems remain or the person may not approve.

        `on_behalf`: it is the word of this person of the client's, who sent back `seal`."""
        key, on_behalf = head_key(key), clean_line(on_behalf)[:80]
        if bool(on_behalf) != bool(seal):
            raise UsageError("a client's word is recorded with its seal and the name of who gave it", FORM)
        if seal and not digest.startswith(seal):
            raise StaleError(f"'{key}' does not have the seal {seal}", FORM)
        view, publications, account = await self._as_shown(key)
        found = await asyncio.to_thread(_now, publications, account)
        if not digest == found == view.digest:
            raise StaleError(f"'{key}' is not what you read any more", f"read it again: daypart post show {key}")
        yes = Said(found, facts_checked, on_behalf, seal[:SEAL])
        await self.change(lambda conn: self._approve(conn, view, yes), name="approve")
        what = f"{view.client_name}: {view.platform_name} {view.account}, {when_words(view.due, view.tz)}"
        words = f"approved for the client by {on_behalf}, recorded by {self.who.name}: {what}" if on_behalf else f"approved for {what}"
        return Done(words, (key,), details={"digest": found})

    async def _as_shown(self, key: str) -> tuple[DeliveryView, tuple[Publication, ...], StoredAccount]:
        """The content as stored, with the account as it is now."""

        def read(conn: Connection) -> tuple[DeliveryView, tuple[Publication, ...], StoredAccount] | None:
            view, unit = read_delivery(conn, key, self.scene(conn)), find_unit(conn, key)
            if view is None or unit is None:
                return None
            account = self.reader(conn).account(unit.account_id)
            if unit.content_id is None:
                raise UsageError(f"'{key}' cannot be approved: it has no text yet", view.next or "")
            if account is None:
                raise UsageError(f"'{key}' cannot be approved: its account is no longer in daypart.yaml")
            return view, stored_content(conn, unit.content_id, key, unit.timing.due or 0, self.store.assets), account

        found = await self.store.read(read)
        if found is None:
            raise await self.no_such_key(key)
        return found

    def _approve(self, conn: Connection, view: DeliveryView, said: Said) -> None:
        """Inside the transaction everything is asked once more."""
        unit = find_unit(conn, view.key)
        if unit is None or unit.digest != said.digest or unit.content_id is None:
            raise StaleError(f"'{view.key}' changed while you looked at it", f"read it again: daypart post show {view.key}")
        reader = self.reader(conn)
        account = reader.account(unit.account_id)
        assert account is not None
        seen = reader.look(unit, account, view, anew=True)
        reason = gate.why_not(reader.asked(unit, account, seen, said.on_behalf))
        if reason is not None:
            raise UsageError(f"'{view.key}' cannot be approved: {reason}", view.next or "")
        if seen.exact.by_model and not said.facts_checked:
            hint = "look them up, then say so with --facts-checked"
            raise UsageError("a model wrote words of this: somebody has to check its numbers, prices, dates and names first", hint)
        self._say_yes(conn, unit, said, view.ai)

    def _say_yes(self, conn: Connection, unit: Unit, said: Said, label: str) -> None:
        assert unit.timing.due is not None
        review: dict[str, str | bool] = {"facts_checked": said.facts_checked, "os_user": self.who.os_user, "label": label}
        why = "approved"
        if said.on_behalf:
            review |= {"on_behalf": said.on_behalf, "seal": said.seal}
            why = f"approved for the client by {said.on_behalf}, recorded by {self.who.name} (seal {seal_words(said.seal)})"
        window = lifecycle.approval_window(unit.timing.due, unit.timing.not_after)
        yes = Yes(said.digest, self.who.name, json.dumps(review, ensure_ascii=False), window)
        writing.approve(conn, unit, yes, self.author(why))

    async def reject(self, key: str, reason: str) -> Done:
        """Send a post back to its author, with the reason. An approval is void. Raises UsageError without a reason."""
        words = clean_line(reason)
        if not words:
            raise UsageError("say what has to change", "daypart reject KEY --reason TEXT")
        key = head_key(key)

        def operation(conn: Connection) -> None:
            unit = find_unit(conn, key)
            if unit is None:
                raise UsageError(f"there is no '{key}'")
            if unit.state not in (State.DRAFT, State.QUEUED, State.CLAIMED):
                raise UsageError(f"'{key}' is {unit.state}: it cannot be sent back")
            author = self.author(f"sent back: {words}")
            if unit.state == State.DRAFT:
                note(conn, unit.head.id, actor=author.actor, why=author.why, at=author.at)
            else:
                writing.back_to_draft(conn, unit, author)
            ids = [act.id for act in unit.acts]
            conn.execute(update(DELIVERY).where(DELIVERY.c.id.in_(ids)).values(reason=words, reason_code=SENT_BACK))

        await self.change(operation)
        return Done(f"sent back: {words}", (key,))


def _now(publications: tuple[Publication, ...], account: StoredAccount) -> str:
    """The digest of what would really be sent: files as they are in the store, account as it is now."""
    try:
        return digest_of(as_found(publications, account.target))
    except OSError as error:
        raise UsageError(
            f"'{publications[0].key}' cannot be approved: a media file is missing from the store", str(error.strerror or "")
        ) from error
