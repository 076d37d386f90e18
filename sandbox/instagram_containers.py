"""Containers and what becomes of them: waiting, finished, published, failed, expired; then media and comments."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import asdict, dataclass, replace

from sandbox.clock import SECOND
from sandbox.figures import Counts
from sandbox.graph import GraphError, graph_time, missing
from sandbox.ledger import Entry
from sandbox.platform import World
from sandbox.wire import Fields, as_fields

LIFE_SECONDS = 24 * 3600
STORY_SECONDS = 24 * 3600
"""So long a story is there and its figures are told."""
QUOTA_SECONDS = 24 * 3600
QUOTA_TOTAL = 50
CONTAINERS_A_DAY = 400


@dataclass(slots=True)
class Container:
    """What a media id is made of."""

    id: str
    account: str
    media_type: str
    """`IMAGE`, `VIDEO`, `CAROUSEL`, `REELS`, `STORIES`."""
    child: bool
    caption: str
    alt: str
    is_ai_generated: bool
    children: tuple[str, ...]
    created_at: int
    """UTC microseconds."""
    sha: str = ""
    film: bool = False
    ready_at: int | None = None
    error: str = ""
    expired: bool = False
    media_id: str = ""


@dataclass(frozen=True, slots=True)
class Medium:
    """Something published."""

    id: str
    container: Container
    shas: tuple[str, ...]
    at: int
    deleted: bool = False

    @property
    def story(self) -> bool:
        """Gone after a day, and never in the list of media."""
        return self.container.media_type == "STORIES"


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment under a medium or under another comment."""

    id: str
    parent: str
    account: str
    text: str
    at: int


class Containers:
    """Everything of one Graph host."""

    def __init__(self, world: World, platform: str) -> None:
        self._world = world
        self._platform = platform
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._numbers = itertools.count(self._world.clock.now())
        self.pessimistic = False
        self.quota_total = QUOTA_TOTAL
        self.containers: dict[str, Container] = {}
        self.media: dict[str, Medium] = {}
        self.comments: dict[str, Comment] = {}
        self._made: dict[str, list[Container]] = {}
        self._published: dict[str, list[str]] = {}

    def restore(self) -> None:
        """Know again what the ledger's file knows."""
        for memory in self._world.ledger.remembered:
            if memory.platform == self._platform:
                self._restore_container(memory.value)
        for entry in self._world.ledger.entries:
            if entry.platform == self._platform:
                self._restore_entry(entry)

    # ── containers ───────────────────────────────────────────────────────────

    def make(self, container: Container) -> Container:
        """A new container gets its id. Raises GraphError."""
        since = self._world.clock.now() - QUOTA_SECONDS * SECOND
        made = self._made.setdefault(container.account, [])
        if sum(1 for other in made if other.created_at >= since) >= CONTAINERS_A_DAY:
            raise GraphError(4, "Application request limit reached: too many containers in 24 hours", 2207051, status=403)
        container.id = self.new_id("17")
        self.containers[container.id] = container
        made.append(container)
        return container

    def remember(self, container: Container) -> None:
        """Its state has changed."""
        self._world.ledger.remember(self._platform, "container", asdict(container))

    def own(self, account: str, container_id: str) -> Container:
        """A container of this account. Raises GraphError."""
        container = self.containers.get(container_id)
        if container is None or container.account != account:
            raise missing(container_id)
        return container

    def status(self, container: Container) -> str:
        """The `status_code`."""
        if container.expired:
            return "EXPIRED"
        if container.media_id:
            return "PUBLISHED"
        if self._world.clock.now() - container.created_at > LIFE_SECONDS * SECOND:
            return "EXPIRED"
        if container.error:
            return "ERROR"
        waiting = container.ready_at is None or self._world.clock.now() < container.ready_at
        return "IN_PROGRESS" if waiting else "FINISHED"

    def as_json(self, container: Container) -> dict[str, object]:
        """All fields of the node."""
        code = self.status(container)
        words = {"FINISHED": "Finished: Media has been uploaded and it is ready to be published.", "ERROR": container.error}
        status = words.get(code, f"{code.replace('_', ' ').capitalize()}: sandbox")
        copyright_check = {"status": "completed", "matches_found": False}
        return {"id": container.id, "status_code": code, "status": status, "copyright_check_status": copyright_check, "video_status": None}

    # ── publishing ───────────────────────────────────────────────────────────

    def publish(self, account: str, container_id: str) -> Medium:
        """The act. Raises GraphError."""
        container = self.containers.get(container_id)
        if container is None or container.account != account or container.child:
            raise GraphError(24, f"The media with id {container_id} cannot be found", 2207006)
        self._check_publishable(container)
        if self.quota_usage(account) >= self.quota_total:
            raise GraphError(9, "The daily limit of published posts is reached", 2207042)
        parts = [self.containers[child] for child in container.children] or [container]
        medium = Medium(self.new_id("18"), container, tuple(part.sha for part in parts), self._world.clock.now())
        container.media_id = medium.id
        self._world.ledger.add(self._entry(medium, tuple(part.alt for part in parts)))
        self._keep(medium)
        self.remember(container)
        return medium

    def _check_publishable(self, container: Container) -> None:
        match self.status(container):
            case "IN_PROGRESS":
                raise GraphError(9007, "Media ID is not available: the media is not ready for publishing, please wait", 2207027)
            case "EXPIRED":
                raise GraphError(-2, "The media you are trying to access has expired. Please try to upload again.", 2207020)
            case "ERROR":
                raise GraphError(24, f"The media with id {container.id} cannot be found", 2207006)
            case "PUBLISHED" if not self.pessimistic:
                # undocumented by the platform: an error here, and nothing doubled
                raise GraphError(24, f"The media with id {container.id} was already published", 2207006)

    def quota_usage(self, account: str) -> int:
        """Posts of the last 24 hours."""
        since = self._world.clock.now() - QUOTA_SECONDS * SECOND
        return sum(1 for medium in self._media_of(account) if medium.at >= since)

    def _keep(self, medium: Medium) -> None:
        self.media[medium.id] = medium
        self._published.setdefault(medium.container.account, []).append(medium.id)

    def _media_of(self, account: str) -> list[Medium]:
        return [self.media[name] for name in self._published.get(account, ())]

    def _entry(self, medium: Medium, alts: tuple[str, ...]) -> Entry:
        container = medium.container
        return Entry(
            platform=self._platform,
            account=container.account,
            id=medium.id,
            kind="story" if medium.story else "post",
            text=container.caption,
            at=medium.at,
            alt=alts,
            media=medium.shas,
            url=self.permalink(medium),
            flags={"is_ai_generated": container.is_ai_generated, "media_type": container.media_type},
            raw={"container": asdict(container)},
        )

    # ── what is public ───────────────────────────────────────────────────────

    def medium(self, media_id: str) -> Medium:
        """Raises GraphError."""
        medium = self.media.get(media_id)
        if medium is None or medium.deleted:
            raise missing(media_id)
        return medium

    def listed(self, account: str, query: Fields, until: int, *, stories: bool) -> list[Medium]:
        """Newest first, from `since` on."""
        since = query.number("since") * SECOND
        seen = [
            medium for medium in self._media_of(account) if medium.story == stories and not medium.deleted and since <= medium.at <= until
        ]
        return seen[::-1]

    def delete(self, media_id: str) -> None:
        """Gone."""
        self.media[media_id] = replace(self.medium(media_id), deleted=True)
        self._world.ledger.mark(self._platform, media_id, deleted=True)

    def medium_json(self, medium: Medium) -> dict[str, object]:
        """All fields of the node."""
        container = medium.container
        kind = {"CAROUSEL": "CAROUSEL_ALBUM", "REELS": "VIDEO"}.get(container.media_type, "VIDEO" if container.film else "IMAGE")
        product = {"REELS": "REELS", "STORIES": "STORY"}.get(container.media_type, "FEED")
        files = [f"{self._world.origin}/_media/{sha}" for sha in medium.shas]
        children = [{"id": child} for child in container.children]
        return {
            "id": medium.id, "caption": container.caption or None, "timestamp": graph_time(medium.at), "media_type": kind,
            "media_product_type": product, "permalink": self.permalink(medium), "shortcode": shortcode(medium.id),
            "username": container.account, "is_ai_generated": container.is_ai_generated, "alt_text": container.alt or None,
            "media_url": files[0] if files else None, "thumbnail_url": None, "is_comment_enabled": True,
            "like_count": self._world.counts(self._platform, medium.id).likes,
            "comments_count": self._world.counts(self._platform, medium.id).replies,
            "children": {"data": children} if children else None, "owner": {"id": container.account},
        }  # fmt: skip

    def permalink(self, medium: Medium) -> str:
        """Where a reader would find it."""
        kind = {"REELS": "reel", "STORIES": f"stories/{medium.container.account}"}.get(medium.container.media_type, "p")
        return f"{self._world.origin}/{self._platform}/{kind}/{shortcode(medium.id)}/"

    # ── comments ─────────────────────────────────────────────────────────────

    def comment(self, account: str, parent: str, text: str) -> Comment:
        """The act of a comment. Raises GraphError."""
        if parent not in self.comments:
            self.medium(parent)
        if not text.strip() or len(text) > 2200:
            raise GraphError(100, "(#100) The parameter message is required" if not text.strip() else "(#100) The comment is too long")
        comment = Comment(self.new_id("17"), parent, account, text, self._world.clock.now())
        url = f"{self._world.origin}/{self._platform}/c/{comment.id}/"
        self._world.ledger.add(Entry(self._platform, account, comment.id, "comment", text, comment.at, reply_to=parent, url=url))
        self.comments[comment.id] = comment
        return comment

    def comments_of(self, parent: str) -> list[Comment]:
        """Newest first."""
        return [comment for comment in self.comments.values() if comment.parent == parent][::-1]

    def comment_json(self, comment: Comment) -> dict[str, object]:
        """All fields of the node."""
        replies = {"data": [{"id": reply.id} for reply in self.comments_of(comment.id)]}
        return {
            "id": comment.id, "text": comment.text, "timestamp": graph_time(comment.at), "username": comment.account,
            "like_count": 0, "hidden": False, "replies": replies, "from": {"username": comment.account}, "media": {"id": comment.parent},
        }  # fmt: skip

    # ── ids and restarts ─────────────────────────────────────────────────────

    def new_id(self, prefix: str) -> str:
        """17 digits that never come twice, after a restart neither."""
        return prefix + str(next(self._numbers))[1:]

    def _restore_container(self, value: Fields) -> None:
        error = value.text("error")
        if value.raw("ready_at") is None and not error:
            error = "Error: Media upload has failed with error code 2207053"
        self.containers[value.text("id")] = Container(
            id=value.text("id"), account=value.text("account"), media_type=value.text("media_type"), child=value.flag("child"),
            caption=value.text("caption"), alt=value.text("alt"), is_ai_generated=value.flag("is_ai_generated"),
            children=tuple(str(child) for child in value.items("children")), created_at=value.number("created_at"),
            sha=value.text("sha"), film=value.flag("film"), ready_at=value.number("ready_at"), error=error,
            expired=value.flag("expired"), media_id=value.text("media_id"),
        )  # fmt: skip

    def _restore_entry(self, entry: Entry) -> None:
        if entry.kind == "comment":
            self.comments[entry.id] = Comment(entry.id, entry.reply_to or "", entry.account, entry.text, entry.at)
            return
        told = as_fields(entry.raw).inner("container")
        if told.text("id") not in self.containers:
            self._restore_container(told)
        container = self.containers[told.text("id")]
        container.media_id = entry.id
        self._keep(Medium(entry.id, container, entry.media, entry.at, bool(entry.flags.get("deleted"))))


def insights_of(medium: Medium, counts: Counts) -> dict[str, int]:
    """What is told about this kind of post, by the platform's names."""
    told = {
        "reach": counts.reach,
        "views": counts.reach * 3 // 2,
        "shares": counts.reposts // 2,
        "reposts": counts.reposts - counts.reposts // 2,
    }
    if medium.story:
        return {**told, "replies": counts.replies, "total_interactions": counts.replies + counts.reposts}
    together = counts.likes + counts.replies + counts.reposts + counts.saves
    return {**told, "likes": counts.likes, "comments": counts.replies, "saved": counts.saves, "total_interactions": together}


def shortcode(media_id: str) -> str:
    """Eleven letters for a medium."""
    return hashlib.sha256(media_id.encode()).hexdigest()[:11]
