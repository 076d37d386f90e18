"""What the library answers: posts to use again, media, ideas, suggestions. Plain frozen values, as in `views`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scheduler.desk.views import PostView, Sign


@dataclass(frozen=True, slots=True)
class LibraryPost:
    """One post as the library lists it; what its copies did counts as its own."""

    post: str
    """`campaign/post`."""
    title: str
    client: str | None
    client_name: str
    client_color: str
    accounts: tuple[str, ...]
    sign: Sign
    used: int
    """How often it was published, copies included; on three accounts at once counts once."""
    last_used: int | None
    """UTC microseconds."""
    rests_until: int | None
    """Until then it should not go out again; None: it may."""
    planned: int | None
    """When it goes out next, as planned now."""
    evergreen: str
    """“every 60 days, 2 of 5 times”, or empty."""
    words: str
    """“used 3 times, last Tue 3 Nov; rests until Thu 3 Dec”."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """The newest posts that match."""

    posts: tuple[LibraryPost, ...]
    more: bool
    """There are older ones that match."""


@dataclass(frozen=True, slots=True)
class MediaUse:
    """Where a file is."""

    post: str
    title: str
    client_name: str
    words: str
    """“published Tue 3 Nov”, “draft”."""


@dataclass(frozen=True, slots=True)
class Takes:
    """Whether an account takes a file."""

    account: str
    platform_name: str
    client_name: str
    why_not: str
    """Empty: it takes it."""


@dataclass(frozen=True, slots=True)
class MediaView:
    """One picture or video."""

    sha256: str
    name: str
    kind: Literal["picture", "video", "file"]
    size: int
    """Bytes."""
    width: int
    """Pixels; 0 where no post uses it any more."""
    height: int
    duration_ms: int | None
    alt: str
    """The alternative text it was used with last."""
    used: int
    """Posts it stands in."""
    client: str | None
    client_name: str
    client_color: str
    words: str
    """“1080×1350 (4:5), 2.1 MB”."""


@dataclass(frozen=True, slots=True)
class MediaDetail:
    """One file with where it is and who takes it."""

    media: MediaView
    path: str
    uses: tuple[MediaUse, ...]
    takes: tuple[Takes, ...]


@dataclass(frozen=True, slots=True)
class IdeaView:
    """One line somebody did not want to forget."""

    id: int
    text: str
    client: str | None
    client_name: str
    client_color: str
    by: str
    at: int
    used_at: int | None
    post: str | None
    """The post that was made of it."""


@dataclass(frozen=True, slots=True)
class ReuseAccount:
    """An account a post can be used on again."""

    name: str
    platform_name: str
    connected: bool
    before: bool
    """The post goes or went there."""
    last_used: int | None
    refused_until: int | None
    """With the same words it would be refused until then, unless somebody says that it shall repeat, and why."""
    words: str


@dataclass(frozen=True, slots=True)
class ReuseView:
    """What using a post again would mean, before anything is made."""

    post: str
    title: str
    client: str | None
    client_name: str
    accounts: tuple[ReuseAccount, ...]
    rests_until: int | None


@dataclass(frozen=True, slots=True)
class Reused:
    """The new draft, and what would keep it from going out as it stands."""

    post: PostView
    refused: tuple[str, ...]
    """One sentence for each account that would refuse it; empty: none."""
    repeat: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An evergreen post for a day on which an account has nothing."""

    post: str
    title: str
    client: str | None
    client_name: str
    client_color: str
    account: str
    platform_name: str
    at: int
    """UTC microseconds."""
    when: str
    """As one would type it: `2026-12-01 12:15`."""
    words: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something that needs a person."""

    kind: Literal["approve", "sign_in", "empty", "rested"]
    client: str | None
    client_name: str
    client_color: str
    about: str
    """An account, or empty."""
    words: str
    command: str
    """What to do without a screen."""
