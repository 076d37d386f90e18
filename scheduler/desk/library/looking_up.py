"""Looking things up: posts to use again, media and what takes them, found as one types."""

from __future__ import annotations

from collections.abc import Container

from sqlalchemy import Connection

from adapters.contract import Disclosure, MediaItem, Publication, Target
from adapters.limits import platform_name
from config.options import OPTIONS, Options
from scheduler.accounts.named import written_accounts
from scheduler.clean import clean_line
from scheduler.desk.library.ideas import Ideas
from scheduler.desk.library.media import FileFacts, find_asset, media_view, posts_with, read_media
from scheduler.desk.library.reading import read_page, read_posts
from scheduler.desk.library.suggesting import Suggesting
from scheduler.desk.library.tagging import Tagging
from scheduler.desk.library.views import LibraryPage, MediaDetail, MediaUse, MediaView, Takes
from scheduler.errors import NotFoundError

PAGE = 60
"""Lines read at once."""
MOST_USES = 50
_AGAINST_FILES = ("E504", "E609", "E610", "E611", "E612", "E613")
"""What a platform may have against a file itself."""


class LookingUp(Suggesting, Tagging, Ideas):
    """What a person looks up."""

    async def library(self, words: str = "", *, client: str | None = None, limit: int = PAGE) -> LibraryPage:
        """Posts with all these words (each by its beginning; marks on letters do not matter; names of clients and platforms too) and
        `#tags`, newest first."""
        platforms = {name: platform_name(known.account.platform) for name, known in written_accounts(self.workspace).items()}
        return await self.store.read(lambda conn: read_page(conn, words, client, limit, self.scene(conn), platforms))

    async def media(self, words: str = "", *, client: str | None = None, limit: int = PAGE) -> list[MediaView]:
        """Pictures and videos this workspace has used, newest first, by the name of the file."""
        return await self.store.read(lambda conn: read_media(conn, words, client, limit, self.scene(conn)))

    async def media_of(self, sha256: str) -> MediaDetail:
        """One file (its hash, or the beginning of it): where it is used and which accounts take it."""
        return await self.store.read(lambda conn: self._media_of(conn, sha256))

    def _media_of(self, conn: Connection, sha256: str) -> MediaDetail:
        scene = self.scene(conn)
        found = find_asset(conn, sha256) if sha256 else []
        if len(found) != 1:
            raise NotFoundError(
                f"there is {'more than one file' if found else 'no file'} '{clean_line(sha256)}'", "`daypart library --media` lists them"
            )
        view, facts = media_view(conn, found[0], scene)
        posts = read_posts(conn, posts_with(conn, view.sha256, MOST_USES), scene, self.tz)
        uses = tuple(MediaUse(post.post, post.title, post.client_name, post.words) for post in posts)
        return MediaDetail(
            view,
            str(self.store.assets / view.sha256),
            uses,
            self._takes(facts, {post.client for post in posts}) if facts is not None else (),
        )

    def _takes(self, facts: FileFacts, clients: Container[str | None]) -> tuple[Takes, ...]:
        """Said of accounts of the clients whose file it is: it is nothing to the others."""
        item = MediaItem(
            facts.sha256, facts.mime, facts.size, facts.width, facts.height, facts.duration_ms, facts.alt, self.store.assets / facts.sha256
        )
        workspace, found = self.workspace, []
        for name, known in written_accounts(workspace).items():
            if known.client not in clients:
                continue
            platform, target = known.account.platform, Target(known.account.platform, "")
            options = OPTIONS.get(platform, Options)()
            alone = Publication("", "post", 1, 1, "words", (item,), ("en",), None, options, Disclosure(), target, 0)
            problems = (problem for problem in self.checkers.of(known.account).check(alone) if problem.code in _AGAINST_FILES)
            whose = clean_line(workspace.clients[known.client].name) if known.client else self.name
            found.append(Takes(name, platform_name(platform), whose, next((clean_line(p.message) for p in problems), "")))
        return tuple(found)
