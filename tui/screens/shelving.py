"""What can be done to the line under the cursor of the library: use again, let come round, open, let go, copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import getters, work
from textual.content import Content

from scheduler.desk.library.views import IdeaView, LibraryPost, MediaView, Reminder, Suggestion
from scheduler.desk.views import Done
from scheduler.errors import DeskError, UsageError
from tui.dialogs.details import Details
from tui.frame import DeskScreen
from tui.lines.library import idea_detail, media_detail, post_detail, reminder_detail, suggestion_detail
from tui.say import say
from tui.text import one_line
from tui.told import told
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from tui.dialogs.again import Wanted

PLACE_OF = {"approve": "approvals", "sign_in": "accounts", "empty": "calendar"}
"""Where a reminder is dealt with."""
OF_A_LINE = frozenset({"open", "duplicate", "evergreen", "tags", "edit", "delete", "copy"})
"""What needs a line under the cursor; a new post or a search does not."""


class Shelving(DeskScreen):
    """What is listed, and the actions on a line of it."""

    rows = getters.query_one(RowList)

    def __init__(self) -> None:
        super().__init__()
        self.tab = "posts"
        self.posts: dict[str, LibraryPost] = {}
        self.files: dict[str, MediaView] = {}
        self.ideas: dict[str, IdeaView] = {}
        self.proposed: dict[str, Suggestion | Reminder] = {}

    @property
    def chosen(self) -> str:
        """Key of the line under the cursor; empty: none."""
        row = self.rows.chosen if self.is_mounted else None
        return row.key if row is not None else ""

    async def told(self, key: str, *, whole: bool = False) -> tuple[str, Content]:
        """Title and text about a line."""
        desk = self.app.desk
        if self.tab == "posts" and key in self.posts:
            line = self.posts[key]
            return f"{one_line(line.client_name)} · {one_line(line.title)}", post_detail(line, await desk.post(key), desk.tz, whole)
        if self.tab == "media" and key in self.files:
            media = self.files[key]
            return f"{one_line(media.client_name)} · {one_line(media.name)}", media_detail(await desk.media_of(key))
        if self.tab == "ideas" and key in self.ideas:
            return say("{client_name} · idea", client_name=one_line(self.ideas[key].client_name)), idea_detail(self.ideas[key], desk.tz)
        one = self.proposed.get(key) if self.tab == "proposed" else None
        if isinstance(one, Suggestion):
            return f"{one_line(one.client_name)} · {one_line(one.title)}", suggestion_detail(one, desk.tz)
        return (f"{one_line(one.client_name)}", reminder_detail(one)) if one is not None else ("", Content(""))

    def why_off(self, action: str) -> str:
        tab, key = self.tab, self.chosen
        if not key and action in OF_A_LINE:
            return say("there is nothing under the cursor")
        if action == "duplicate" and (tab == "media" or key.startswith("needs:")):
            return say("it is no post; use a post on the list Posts")
        if action in {"edit", "evergreen", "tags"} and tab not in ("posts",):
            return say("that is for posts; they are on the list Posts")
        if action == "delete" and tab != "ideas":
            return say("here only ideas are let go; a post is deleted where it is planned: Calendar or Write")
        return ""

    # ── a new draft ──

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_duplicate(self) -> None:
        """A new post from what is under the cursor."""
        if not self.may("duplicate", say("Duplicate")):
            return
        key = self.chosen
        try:
            if self.tab == "posts":
                made = await self._again(self.posts[key].post)
            elif self.tab == "ideas":
                made = await self._from_idea(self.ideas[key])
            else:
                one = self.proposed[key]
                made = await self._again(one.post, (one.account,), one.when) if isinstance(one, Suggestion) else None
        except DeskError as error:
            self.app.say_error(error)
            return
        if made:
            self.app.touch()
            self.app.open_post(made)

    async def _again(self, post: str, accounts: tuple[str, ...] = (), when: str = "") -> str | None:
        from tui.dialogs.again import Again, Choice  # deferred: only who uses a post again needs it

        desk = self.app.desk
        view = await desk.reusable(post)
        choices = [
            Choice(
                one.name,
                f"{one_line(one.platform_name)} {one_line(one.name)} · {told(one_line(one.words))}",
                one.name in accounts if accounts else one.before,
                f"{one_line(one.name)}: {told(one_line(one.words))}" if one.refused_until is not None else "",
            )
            for one in view.accounts
        ]

        async def make(wanted: Wanted) -> str:
            repeat = bool(wanted.reason) and any(choice.refused for choice in choices if choice.name in wanted.accounts)
            made = await desk.reuse(post, accounts=wanted.accounts, when=wanted.when or None, repeat=repeat, reason=wanted.reason)
            words = say(
                "New draft for {client_name}: {title}. It is a draft until you approve it.", client_name=view.client_name, title=view.title
            )
            self.app.notify(
                f"{words} {told(made.refused[0])}." if made.refused else words, severity="warning" if made.refused else "information"
            )
            return made.post.post

        title = say("Use again · {client_name} · {title}", client_name=one_line(view.client_name), title=one_line(view.title))
        return await self.app.push_screen_wait(Again(title, say("Where? space picks"), choices, make, when=when))

    async def _from_idea(self, idea: IdeaView) -> str | None:
        from tui.dialogs.again import Again, Choice

        desk = self.app.desk
        accounts = [one for one in await desk.accounts() if one.supported and idea.client in (None, one.client)]
        wanted_client = idea.client or self.app.client
        choices = [
            Choice(one.name, f"{one_line(one.client_name)} · {one_line(one.platform_name)} {one_line(one.name)}", False)
            for one in sorted(accounts, key=lambda one: (one.client != wanted_client, one.client_name, one.name))
        ]

        async def make(wanted: Wanted) -> str:
            made = await desk.use_idea(idea.id, wanted.accounts, when=wanted.when or None)
            self.app.notify(
                say(
                    "New post for {client_name}: {title}. The idea is its brief; ‹write.model› asks the model.",
                    client_name=made.client_name,
                    title=made.title,
                )
            )
            return made.post

        question = say("“{text}” Where? space picks; a post goes to accounts of one client", text=one_line(idea.text))
        return await self.app.push_screen_wait(
            Again(say("Make a post · {client_name}", client_name=one_line(idea.client_name)), question, choices, make)
        )

    # ── coming round ──

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_evergreen(self) -> None:
        if not self.may("evergreen", say("Evergreen")):
            return
        from tui.dialogs.ask_words import AskWords

        post, desk = self.posts[self.chosen], self.app.desk

        def wrong(words: str) -> str:
            try:
                rule(words)
            except UsageError as error:
                return told(str(error))
            return ""

        async def job(words: str) -> Done:
            said = rule(words)
            return await (
                desk.drop_evergreen(post.post) if said is None else desk.set_evergreen(post.post, every_days=said[0], most=said[1])
            )

        self.app.push_screen(
            AskWords(
                say("Comes round again · {client_name} · {title}", client_name=one_line(post.client_name), title=one_line(post.title)),
                say("Days of rest after each use, and how often in all (or: off)"),
                details=say("When it has rested it is proposed for a free place, as a draft that a person approves."),
                yes=say("Keep this"),
                placeholder=say("for example: 60, or 60 5 for five times, or off"),
                check=wrong,
                job=job,
            )
        )

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_tags(self) -> None:
        """All of them on one line."""
        if not self.may("tags", say("Tags")):
            return
        from tui.dialogs.ask_words import AskWords

        post, desk = self.posts[self.chosen], self.app.desk

        async def job(words: str) -> Done:
            said = words.replace("#", " ").split()
            return await desk.tag(post.post, add=said, remove=[name for name in post.tags if name not in said])

        self.app.push_screen(
            AskWords(
                say("Tags · {client_name} · {title}", client_name=one_line(post.client_name), title=one_line(post.title)),
                say("Words of your own, with blanks between"),
                details=say("/ #summer finds what has the tag summer. Nothing that goes out depends on tags."),
                yes=say("Keep these"),
                value=" ".join(post.tags),
                placeholder=say("for example: summer price-list"),
                job=job,
            )
        )

    # ── the rest ──

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_open(self) -> None:
        """Everything about it; an idea becomes a post, a reminder leads to its place."""
        key = self.chosen
        if not key:
            return
        one = self.proposed.get(key) if self.tab == "proposed" else None
        if self.tab == "ideas" or isinstance(one, Suggestion):
            self.action_duplicate()
        elif one is not None:
            place = PLACE_OF.get(one.kind, "today")
            self.app.go(place if place in self.app.MODES else "today")
        else:
            try:
                title, body = await self.told(key, whole=True)
            except DeskError as error:
                self.app.say_error(error)
                return
            self.app.push_screen(Details(title, body))

    def action_edit(self) -> None:
        if self.may("edit", say("Edit")):
            self.app.open_post(self.posts[self.chosen].post)

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_delete(self) -> None:
        if self.may("delete", say("Let go")):
            await self.app.attempt(self.app.desk.drop_idea(int(self.chosen)))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_copy(self) -> None:
        key = self.chosen
        if not key:
            return
        text = key
        if self.tab == "ideas":
            text = self.ideas[key].text
        elif self.tab == "media":
            text = (await self.app.desk.media_of(key)).path
        elif self.tab == "proposed":
            one = self.proposed[key]
            text = one.post if isinstance(one, Suggestion) else one.command
        self.app.copy_to_clipboard(text)
        self.app.notify(say("Copied: {text}", text=text))


def rule(words: str) -> tuple[int, int | None] | None:
    """`60` or `60 5`; None for `off`. Raises UsageError."""
    said = words.casefold().split()
    if said == ["off"]:
        return None
    if not 1 <= len(said) <= 2 or not all(word.isdecimal() and len(word) < 6 for word in said):
        raise UsageError(say("Please write days, or days and how often, or off: for example 60 5."))
    return int(said[0]), int(said[1]) if len(said) == 2 else None
