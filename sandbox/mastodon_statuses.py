"""Statuses of a Mastodon-like server: what may be posted, what a key protects, what a listing shows."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sandbox.clock import SECOND, iso
from sandbox.ledger import Entry
from sandbox.mastodon_files import Attachment, BadFile, check_together
from sandbox.mastodon_text import html, length, tags
from sandbox.platform import World
from sandbox.wire import Fields, as_fields

KEY_SECONDS = 3600
_VISIBILITIES = ("public", "unlisted", "private", "direct")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Rules:
    """How one software differs from another."""

    version: str
    max_characters: int
    per_url: int
    max_files: int
    polls: bool
    key: Literal["first", "ignored", "refused"]
    """A repeated Idempotency-Key: the first status again, nothing special, or 400."""
    code: int
    """HTTP status of a failed validation."""
    privacy: str
    """What is used when a post does not say its visibility."""


class StatusError(Exception):
    """A refusal in the API's envelope."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Status:
    """One post."""

    id: str
    account: str
    text: str
    spoiler: str
    visibility: str
    language: str
    sensitive: bool
    reply_to: str | None
    files: tuple[str, ...]
    poll: tuple[str, ...]
    poll_multiple: bool
    poll_seconds: int
    at: int
    """UTC microseconds."""
    edited_at: int | None = None
    deleted: bool = False


class Statuses:
    """Everything posted on one instance, and the files and keys that belong to it."""

    def __init__(self, world: World, platform: str, rules: Rules) -> None:
        self._world = world
        self._platform = platform
        self._rules = rules
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._numbers = itertools.count(1)
        self._statuses: dict[str, Status] = {}
        self._by_account: dict[str, list[Status]] = {}
        self._files: dict[str, Attachment] = {}
        self._keys: dict[tuple[str, str], tuple[int, str]] = {}
        self._running: set[tuple[str, str]] = set()

    def restore(self) -> None:
        """Know again what the ledger's file knows."""
        for memory in self._world.ledger.remembered:
            if memory.platform == self._platform:
                self._restore_memory(memory.kind, memory.value)
        for entry in self._world.ledger.entries:
            if entry.platform == self._platform:
                self._restore_entry(entry)

    # ── files ────────────────────────────────────────────────────────────────

    def take_file(self, file: Attachment) -> None:
        """An upload came in; it gets its id here."""
        file.id = self._new_id()
        self._files[file.id] = file
        self._world.ledger.remember(self._platform, "file", asdict(file))

    def file(self, account: str, file_id: str) -> Attachment:
        """An unattached file of this account. Raises StatusError."""
        file = self._files.get(file_id)
        if file is None or file.owner != account or file.status_id is not None:
            raise StatusError(404, "Record not found")
        return file

    # ── posting ──────────────────────────────────────────────────────────────

    def begin(self, account: str, key: str) -> Status | None:
        """Before the work: the first status of this key, or None to go on. Raises StatusError."""
        if not key or self._rules.key == "ignored":
            return None
        place, now = (account, key), self._world.clock.now()
        if place in self._running:
            raise StatusError(503, "There was a temporary problem serving your request, please try again")
        used_at, status_id = self._keys.get(place, (0, ""))
        if now - used_at >= KEY_SECONDS * SECOND:
            self._claim_key(place, now)
            return None
        if self._rules.key == "refused":
            raise StatusError(400, "Duplicate idempotency key.")
        return self.get(status_id)

    def end(self, account: str, key: str) -> None:
        """After the work, however it went."""
        self._running.discard((account, key))

    def _claim_key(self, place: tuple[str, str], now: int) -> None:
        self._running.add(place)
        if self._rules.key == "refused":
            self._keys[place] = (now, "")
            self._world.ledger.remember(self._platform, "key", {"account": place[0], "key": place[1], "at": now})

    def publish(self, account: str, key: str, fields: Fields) -> Status:
        """Check it and make it public. Raises StatusError."""
        status = self._drafted(account, fields)
        files = self._attachable(account, status)
        status.id = self._new_id()
        status.at = self._world.clock.now()
        for file in files:
            file.status_id = status.id
        self._world.ledger.add(self._entry(status, files, key))
        self._keep(status)
        if key and self._rules.key == "first":
            self._keys[account, key] = (status.at, status.id)
        return status

    def _keep(self, status: Status) -> None:
        self._statuses[status.id] = status
        self._by_account.setdefault(status.account, []).append(status)

    def _drafted(self, account: str, fields: Fields) -> Status:
        poll, reply_to = fields.inner("poll"), fields.text("in_reply_to_id") or None
        status = Status(
            id="",
            account=account,
            text=fields.text("status").strip(),
            spoiler=fields.text("spoiler_text"),
            visibility=fields.text("visibility") or self._rules.privacy,
            language=fields.text("language"),
            sensitive=fields.flag("sensitive") or bool(fields.text("spoiler_text")),
            reply_to=reply_to,
            files=tuple(str(item) for item in fields.items("media_ids")),
            poll=tuple(str(option) for option in poll.items("options")),
            poll_multiple=poll.flag("multiple"),
            poll_seconds=poll.number("expires_in"),
            at=0,
        )
        if fields.text("scheduled_at"):
            raise self._invalid("Validation failed: the sandbox has no scheduled statuses")
        if reply_to is not None and (reply_to not in self._statuses or self._statuses[reply_to].deleted):
            raise StatusError(404, "The post you are trying to reply to does not appear to exist.")
        self._check_text(status)
        self._check_poll(status)
        return status

    def _check_text(self, status: Status) -> None:
        if status.visibility not in _VISIBILITIES or (self._rules.key == "refused" and status.visibility == "direct"):
            raise self._invalid("Validation failed: Visibility is not included in the list")
        if self._rules.key == "refused" and (not status.files or len(status.spoiler) > 140):
            raise self._invalid("The media ids field is required." if not status.files else "The spoiler text is too long.")
        if not status.text and not status.files:
            raise self._invalid("Validation failed: Text can't be blank")
        count = length(status.text, self._rules.per_url) + length(status.spoiler, self._rules.per_url)
        if count > self._rules.max_characters:
            raise self._invalid(f"Validation failed: Text character limit of {self._rules.max_characters} exceeded")

    def _check_poll(self, status: Status) -> None:
        if not status.poll:
            return
        if not self._rules.polls or status.files:
            raise self._invalid("Cannot attach files to a post with a poll" if status.files else "Validation failed: no polls here")
        if not 2 <= len(status.poll) <= 4 or len(set(status.poll)) != len(status.poll):
            raise self._invalid("Validation failed: Options must have between 2 and 4 different items")
        if any(not option or len(option) > 50 for option in status.poll):
            raise self._invalid("Validation failed: Options can't be longer than 50 characters each")
        if not 300 <= status.poll_seconds <= 2_629_746:
            raise self._invalid("Validation failed: Expires at is too soon or too far")

    def _attachable(self, account: str, status: Status) -> list[Attachment]:
        files = [self._files[name] for name in status.files if name in self._files]
        for name in status.files:
            file = self._files.get(name)
            if file is None or file.owner != account:
                raise self._invalid(f"Media {name} not found or already attached to another post")
            if file.status_id is not None:
                raise self._used(name)
        try:
            check_together(files, self._rules.max_files)
        except BadFile as error:
            raise self._invalid(str(error)) from error
        if not all(file.ready(self._world.clock) for file in files):
            raise self._invalid("Cannot attach files that have not finished processing. Try again in a moment!")
        return files

    def _used(self, name: str) -> StatusError:
        if self._rules.key == "ignored":
            return StatusError(400, f"Bad Request: media with id {name} already attached to a status")
        return self._invalid(f"Media {name} not found or already attached to another post")

    def _invalid(self, message: str) -> StatusError:
        return StatusError(self._rules.code, f"Bad Request: {message}" if self._rules.code == 400 else message)

    def _entry(self, status: Status, files: Sequence[Attachment], key: str) -> Entry:
        return Entry(
            platform=self._platform,
            account=status.account,
            id=status.id,
            kind="reply" if status.reply_to else "post",
            text=status.text,
            at=status.at,
            alt=tuple(file.alt for file in files),
            media=tuple(file.sha for file in files),
            reply_to=status.reply_to,
            url=f"{self._world.origin}/{self._platform}/@{status.account}/{status.id}",
            flags={
                "visibility": status.visibility, "language": status.language, "sensitive": status.sensitive,
                "spoiler_text": status.spoiler, "poll": list(status.poll),
            },
            raw={"idempotency_key": key, "status": asdict(status), "files": [asdict(file) for file in files]},
        )  # fmt: skip

    # ── afterwards ───────────────────────────────────────────────────────────

    def get(self, status_id: str) -> Status:
        """A status that is there. Raises StatusError."""
        status = self._statuses.get(status_id)
        if status is None or status.deleted:
            raise StatusError(404, "Record not found")
        return status

    def own(self, account: str, status_id: str) -> Status:
        """The same, of this account only."""
        status = self.get(status_id)
        if status.account != account:
            raise StatusError(404, "Record not found")
        return status

    def edit(self, account: str, status_id: str, fields: Fields) -> Status:
        """New words under the same id."""
        status = self.own(account, status_id)
        status.text = fields.text("status", status.text)
        status.spoiler = fields.text("spoiler_text", status.spoiler)
        self._check_text(status)
        status.edited_at = self._world.clock.now()
        self._world.ledger.mark(self._platform, status.id, edited=True, text=status.text, spoiler_text=status.spoiler)
        return status

    def delete(self, account: str, status_id: str) -> Status:
        """Gone; its key now leads nowhere."""
        status = self.own(account, status_id)
        status.deleted = True
        self._world.ledger.mark(self._platform, status.id, deleted=True)
        return status

    def all(self) -> list[Status]:
        """What is there, oldest first."""
        return [status for status in self._statuses.values() if not status.deleted]

    def listed(self, account: str, query: Fields, until: int, *, own: bool) -> list[Status]:
        """A page of an account's statuses, newest first; only those from before `until`."""
        seen = [status for status in self._by_account.get(account, ()) if status.at <= until and not status.deleted]
        if not own:
            seen = [status for status in seen if status.visibility in {"public", "unlisted"}]
        for name, keep in (("since_id", 1), ("min_id", 1), ("max_id", -1)):
            if bound := query.text(name):
                seen = [status for status in seen if (_order(status.id) > _order(bound)) == (keep == 1) and status.id != bound]
        if query.flag("exclude_replies"):
            seen = [status for status in seen if status.reply_to is None]
        limit = max(1, min(40, query.number("limit", 20)))
        newest_first = seen[::-1]
        return seen[:limit][::-1] if query.text("min_id") else newest_first[:limit]

    def as_json(self, status: Status, base: str, known: Collection[str]) -> dict[str, object]:
        """As the API shows it, but for the account."""
        files = [self._files[name].as_json(base, self._world.clock) for name in status.files if name in self._files]
        parent = self._statuses.get(status.reply_to or "")
        return {
            "id": status.id, "created_at": iso(status.at), "edited_at": iso(status.edited_at) if status.edited_at else None,
            "in_reply_to_id": status.reply_to, "in_reply_to_account_id": None if parent is None else parent.account,
            "sensitive": status.sensitive, "spoiler_text": status.spoiler, "visibility": status.visibility,
            "language": status.language or None, "uri": f"{base}/users/{status.account}/statuses/{status.id}",
            "url": f"{base}/@{status.account}/{status.id}", "content": html(status.text, base, known),
            "reblog": None, "quote": None,
            "application": {"name": "sandbox", "website": None}, "media_attachments": files, "mentions": [], "emojis": [], "card": None,
            "tags": [{"name": tag, "url": f"{base}/tags/{tag}"} for tag in tags(status.text)], "poll": self._poll_json(status),
        }  # fmt: skip

    def _poll_json(self, status: Status) -> dict[str, object] | None:
        if not status.poll:
            return None
        expires = iso(status.at + status.poll_seconds * SECOND)
        return {
            "id": status.id, "expires_at": expires, "expired": False, "multiple": status.poll_multiple, "votes_count": 0,
            "options": [{"title": option, "votes_count": 0} for option in status.poll],
        }  # fmt: skip

    # ── ids and restarts ─────────────────────────────────────────────────────

    def _new_id(self) -> str:
        """Sorts by time: a number on Mastodon and Pixelfed, a ULID on GoToSocial."""
        value = (self._world.clock.now() // 1_000 << 16) | (next(self._numbers) & 0xFFFF)
        if self._rules.key != "ignored":
            return str(value)
        value <<= 128 - 64
        return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))

    def _restore_memory(self, kind: str, value: Fields) -> None:
        if kind == "file":
            self._restore_file(value)
        elif kind == "key":
            self._keys[value.text("account"), value.text("key")] = (value.number("at"), "")

    def _restore_file(self, value: Fields) -> None:
        self._files[value.text("id")] = Attachment(
            id=value.text("id"), owner=value.text("owner"), sha=value.text("sha"), mime=value.text("mime"), alt=value.text("alt"),
            width=value.number("width"), height=value.number("height"), ready_at=value.number("ready_at"),
            status_id=value.text("status_id") or None,
        )  # fmt: skip

    def _restore_entry(self, entry: Entry) -> None:
        raw = as_fields(entry.raw)
        told = raw.inner("status")
        for file in raw.items("files"):
            self._restore_file(as_fields(file))
        status = Status(
            id=entry.id, account=entry.account, text=str(entry.flags.get("text", entry.text)), spoiler=told.text("spoiler"),
            visibility=told.text("visibility"), language=told.text("language"), sensitive=told.flag("sensitive"),
            reply_to=entry.reply_to, files=tuple(str(item) for item in told.items("files")),
            poll=tuple(str(item) for item in told.items("poll")), poll_multiple=told.flag("poll_multiple"),
            poll_seconds=told.number("poll_seconds"), at=entry.at, deleted=bool(entry.flags.get("deleted")),
        )  # fmt: skip
        self._keep(status)
        if key := raw.text("idempotency_key"):
            self._keys[entry.account, key] = (entry.at, entry.id)


def _order(status_id: str) -> tuple[int, str]:
    return len(status_id), status_id
