"""A status: what is sent, what comes back, and whether the two are the same post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from adapters.contract import Journal, MediaItem, Publication, Receipt
from adapters.mastodon.check import options_of
from adapters.mastodon.plain import comparable, plain_text, words_mark


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class Attachment(_Shape):
    """One file of a status, or an upload."""

    id: str
    url: str | None = None
    description: str | None = None


class Mentioned(_Shape):
    """An account that a status mentions."""

    url: str = ""
    acct: str = ""


class Status(_Shape):
    """The parts of a public status that a reader can tell apart."""

    id: str
    uri: str | None = None
    url: str | None = None
    created_at: datetime
    content: str | None = None
    """HTML; some servers have none under a picture without words."""
    text: str | None = None
    """What was typed, on servers that say it; Takahē repeats the HTML here."""
    visibility: str = ""
    spoiler_text: str | None = None
    in_reply_to_id: str | None = None
    media_attachments: tuple[Attachment, ...] = ()
    mentions: tuple[Mentioned, ...] = ()

    @property
    def typed(self) -> str | None:
        """What was typed, when that was said with the status."""
        return self.text if self.text and self.text != self.content else None

    @property
    def written(self) -> str:
        """The text as its author wrote it, as far as it can be told."""
        return self.typed or plain_text(self.content or "", {m.url: m.acct for m in self.mentions if m.url and m.acct})

    @property
    def at(self) -> int:
        """UTC microseconds."""
        return round(self.created_at.timestamp() * 1_000_000)

    def receipt(self) -> Receipt:
        """Its id, and its address or at least its name."""
        return Receipt(self.id, self.url or self.uri, self.at, {"uri": self.uri or ""})


def body_of(publication: Publication, media_ids: Sequence[str], reply_to: str | None) -> dict[str, object]:
    """What is posted. Visibility and language are always said: account defaults would apply otherwise."""
    options = options_of(publication)
    body: dict[str, object] = {
        "status": publication.text,
        "visibility": options.visibility,
        "sensitive": options.sensitive,
        "spoiler_text": options.spoiler,
    }
    if publication.languages:
        body["language"] = publication.languages[0]
    if media_ids:
        body["media_ids"] = list(media_ids)
    if reply_to is not None:
        body["in_reply_to_id"] = reply_to
    if options.poll is not None:
        body["poll"] = options.poll.model_dump(mode="json")
    return body


def upload_name(item: MediaItem) -> str:
    """The step depends on the bytes and on the alternative text, which is stored with them."""
    return f"upload:{item.sha256[:12]}:{words_mark(item.alt)[:8]}"


def reply_id(publication: Publication) -> str | None:
    """The id of the post that this one answers; from its address when a person pointed it out."""
    return publication.parent.remote_id.rstrip("/").rpartition("/")[2] if publication.parent is not None else None


@dataclass(frozen=True, slots=True)
class Uploads:
    """Ids of everything this delivery ever uploaded."""

    mine: tuple[frozenset[str], ...]
    """For each file every id it had: after an upload is repeated, the older one may be in use."""
    earlier: frozenset[str]
    """Of files that were part of the post before it was changed."""


def uploads_of(publication: Publication, journal: Journal) -> Uploads:
    """From the journal."""
    ids: dict[str, set[str]] = {}
    for entry in journal.entries:
        if entry.handle and entry.name.startswith("upload:"):
            ids.setdefault(entry.name, set()).add(entry.handle)
    names = [upload_name(item) for item in publication.media]
    earlier = frozenset(one for name, found in ids.items() if name not in names for one in found)
    return Uploads(tuple(frozenset(ids.get(name, ())) for name in names), earlier)


def same_words(written: str, publication: Publication) -> bool:
    """Whether the text is this publication's, whatever a server did to its layout."""
    return comparable(written) == comparable(_expected(publication)[0])


def _expected(publication: Publication) -> tuple[str, str]:
    """Text and content warning as a server shows them: a warning without a text becomes the text."""
    warning = options_of(publication).spoiler
    return (publication.text, warning) if publication.text.strip() else (warning, "")


def is_ours(status: Status, publication: Publication, uploads: Uploads, *, source: str | None = None) -> bool:
    """Whether a status that was found is this publication: its place in the thread, and its media or its words."""
    if status.in_reply_to_id != reply_id(publication):
        return False
    ids = [attachment.id for attachment in status.media_attachments]
    if ids and len(ids) == len(uploads.mine) and all(one in known for one, known in zip(ids, uploads.mine, strict=True)):
        return True
    words = same_words(status.written if source is None else source, publication)
    return words and len(status.media_attachments) == len(publication.media) and _alts_same(status, publication)


def difference(status: Status, publication: Publication, uploads: Uploads, *, source: str | None = None) -> str:
    """What of a status is not what was sent, in words; empty when it is the same post."""
    options = options_of(publication)
    if not same_words(status.written if source is None else source, publication):
        return "an earlier text is public"
    if len(status.media_attachments) != len(publication.media) or not _alts_same(status, publication):
        return "other media or alternative texts are public"
    # Ids that nobody here knows are another store's uploads of the same post.
    if any(attachment.id in uploads.earlier for attachment in status.media_attachments):
        return "earlier media are public"
    if (status.spoiler_text or "").strip() not in {options.spoiler.strip(), _expected(publication)[1].strip()}:
        return "another content warning is public"
    # A server that limits an account makes its public posts unlisted: that is the same post.
    if status.visibility != options.visibility and (options.visibility, status.visibility) != ("public", "unlisted"):
        return f"it is public with the visibility “{status.visibility}”"
    return "" if status.in_reply_to_id == reply_id(publication) else "it answers another post"


def _alts_same(status: Status, publication: Publication) -> bool:
    return [(a.description or "").strip() for a in status.media_attachments] == [item.alt.strip() for item in publication.media]


def earlier_words(detail: Mapping[str, str]) -> frozenset[str]:
    """Marks of every text this delivery ever tried to send."""
    return frozenset(detail.get("words", "").split())
