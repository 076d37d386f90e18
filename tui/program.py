"""What a place may ask of the program once a workspace is open: the way to another place, and what is done the same from everywhere."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from typing import TYPE_CHECKING

from scheduler.clock import Clock
from tui.shell import Shell
from tui.text import Glyphs

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk


class Program(Shell, inherit_bindings=False):
    """The program as places know it."""

    came_from: str = "today"
    opened_from: str = "write"
    """Where the post in the composer was opened."""

    def __init__(self, desk: Desk | None, *, clock: Clock | None = None, glyphs: Glyphs | None = None) -> None:
        super().__init__(desk, clock=clock, glyphs=glyphs)
        self.writing: str | None = None
        """The post in the composer, `campaign/post`."""
        self.reviewing: str | None = None
        """The post that Approvals should show first."""
        self.day_wanted: date | None = None
        """The day that the calendar should show first."""
        self.begin_with = ""
        """The account to connect first; `*`: ask which; empty: none."""
        self.into_text = False
        """Somebody asked to edit a post: the composer puts the cursor into its text."""

    def take_beginning(self) -> str:
        """The account to connect first, asked once."""
        wanted, self.begin_with = self.begin_with, ""
        return wanted

    def held(self, scope: str) -> set[str]:
        """Which of a kind a person has put on hold."""
        return {hold.subject for hold in self.facts.holds if hold.scope == scope} if self.facts is not None else set()

    # ── going ──

    def open_post(self, post: str) -> None:
        """Into the composer."""
        self.opened_from = self.current_mode
        self.writing, self.into_text = post, self.current_mode != "write"  # there it is begun as every text
        self.changed.publish(None)
        self.go("write")

    def open_review(self, post: str) -> None:
        """To Approvals, with this post first."""
        self.reviewing = post
        self.changed.publish(None)
        self.go("approvals")

    def open_day(self, day: date) -> None:
        """To the calendar, on this day."""
        self.day_wanted = day
        self.changed.publish(None)
        self.go("calendar")

    def go(self, place: str) -> None:
        """To a place; `esc` there comes back."""
        if self.current_mode != place:
            self.came_from = self.current_mode
            self.switch_mode(place)

    # ── what is done the same from everywhere ──

    @abstractmethod
    async def write_new(
        self, *, when: str = "", title: str = "", texts: dict[str, str] | None = None, accounts: tuple[str, ...] = ()
    ) -> None:
        """Ask what a new post is about, make it, open it."""

    @abstractmethod
    def prefer(self, name: str, value: str | None) -> None:
        """Change a setting at once and keep it; None: as it was before anybody chose. Raises SettingsError."""

    @abstractmethod
    def hold_client(self, client: str) -> object:
        """Stop one client only."""

    @abstractmethod
    def release_client(self, client: str) -> object:
        """Release one client, after a question."""

    @abstractmethod
    def decide_overdue(self, key: str = "") -> object:
        """Posts whose time passed under a hold, and what becomes of each."""
