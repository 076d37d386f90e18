"""The library of the Desk in memory: a few posts, files and ideas that never change, or none."""

from __future__ import annotations

from scheduler.clock import DAY
from scheduler.desk.library.views import (
    IdeaView,
    LibraryPage,
    LibraryPost,
    MediaDetail,
    MediaUse,
    MediaView,
    Reminder,
    Suggestion,
    Takes,
)
from scheduler.desk.views import Sign
from tests.tui.fake_world import NOW

KAWA = ("kawa", "Kawa Wrocław", "teal")
BOOKS = ("harbour", "Harbour Books", "orange")
POSTS = (
    LibraryPost(
        "winter/menu", "Winter menu is here", *KAWA, ("ig-kawa", "bs-kawa"), Sign.SCHEDULED, 0, None, None, NOW + DAY, "", "not used yet"
    ),
    LibraryPost(
        "winter/latte", "Latte art class", *KAWA, ("ig-kawa",), Sign.PUBLISHED, 3, NOW - 40 * DAY, None, None,
        "every 40 days, 3 of 5 times", "used 3 times, last Thu 15 Oct; rested · evergreen every 40 days, 3 of 5 times",
    ),
    LibraryPost(
        "harbour/reading", "Reading night", *BOOKS, ("bs-harbour", "ms-harbour"), Sign.PUBLISHED, 1, NOW - 3 * DAY,
        NOW + 27 * DAY, None, "", "used once, last Sat 21 Nov; rests until Mon 21 Dec",
    ),
)  # fmt: skip
CUP = MediaView("a" * 64, "cup.jpg", "picture", 2_100_000, 1080, 1350, None, "A cup on a window sill", 4, *KAWA, "1080×1350 (4:5) · 2.1 MB")
REEL = MediaView("b" * 64, "reel.mp4", "video", 31_000_000, 1080, 1920, 31_000, "", 1, *KAWA, "1080×1920 (9:16) · 31 s · 31.0 MB")
IDEAS = (IdeaView(2, "Open evening for regulars", *KAWA, "anna", NOW - DAY, None, None),)
AGAIN = Suggestion(
    "winter/latte", "Latte art class", *KAWA, "ig-kawa", "Instagram", NOW + 3 * DAY, "2026-11-27 10:38",
    "nothing is planned that day; used 3 times, last Thu 15 Oct; rested",
)  # fmt: skip
NEEDS = Reminder(
    "empty", *BOOKS, "ms-harbour", "nothing is planned for the next 14 days", "daypart post new --account ms-harbour --text TEXT"
)


class FakeLibrary:
    """What the library screen asks."""

    shelf_empty = False

    async def library(self, words: str = "", *, client: str | None = None, limit: int = 60) -> LibraryPage:
        kept = [post for post in POSTS if words.casefold() in post.title.casefold() and client in (None, post.client)]
        return LibraryPage(() if self.shelf_empty else tuple(kept[:limit]), False)

    async def media(self, words: str = "", *, client: str | None = None, limit: int = 60) -> list[MediaView]:
        return [] if self.shelf_empty else [file for file in (CUP, REEL) if words in file.name]

    async def media_of(self, sha256: str) -> MediaDetail:
        takes = (
            Takes("ig-kawa", "Instagram", "Kawa Wrocław", ""),
            Takes("bs-kawa", "Bluesky", "Kawa Wrocław", "the file has 2.1 MB, Bluesky takes 1 MB"),
        )
        use = MediaUse("winter/latte", "Latte art class", "Kawa Wrocław", "used 3 times, last Thu 15 Oct; rested")
        return MediaDetail(CUP if sha256 == CUP.sha256 else REEL, f"/assets/{sha256[:12]}", (use,), takes)

    async def ideas(self, client: str | None = None, *, used: bool = False) -> list[IdeaView]:
        return [] if self.shelf_empty else list(IDEAS)

    async def suggestions(self, client: str | None = None) -> list[Suggestion]:
        return [] if self.shelf_empty else [AGAIN]

    async def reminders(self, client: str | None = None) -> list[Reminder]:
        return [] if self.shelf_empty else [NEEDS]
