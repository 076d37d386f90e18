"""Pictures and videos while writing: a list in place of the caption, with what each network does with them."""

from __future__ import annotations

import re
from pathlib import Path

from textual import getters, on, work

from config.resolved import MediaOrigin
from scheduler.desk.views import Done
from scheduler.errors import DeskError
from tui.dialogs.add_picture import AddPicture
from tui.dialogs.look import LookAt
from tui.keys.action import Action
from tui.keys.actions import PICTURES
from tui.lines.words import error_words
from tui.lines.writing import Draft
from tui.say import say
from tui.screens.composing_script import ComposingScript
from tui.text import UNICODE
from tui.widgets.caption_area import CaptionArea
from tui.widgets.media_list import MediaList

NUMBER = re.compile(r"\[(\d+)\]")
"""Which file, in the name of a field."""
NEXT_MADE: dict[MediaOrigin, MediaOrigin] = {"none": "edited", "edited": "generated", "generated": "none"}
"""What the key says of a file of which something is said."""
FRAME = 10
"""Lines and columns of a dialog that are not the picture."""


class ComposingMedia(ComposingScript):
    """F4 and what follows."""

    pictures = getters.query_one(MediaList)

    @property
    def picturing(self) -> bool:
        """The pictures stand where the caption was."""
        return self.has_class("-pictures")

    @property
    def helped(self) -> tuple[Action, ...]:
        return (*PICTURES, *super().helped) if self.picturing else super().helped

    @work(exclusive=True, group="pictures", exit_on_error=False)
    async def action_pictures(self) -> None:
        """To the pictures, and back to the caption."""
        if self.draft is None:
            return
        if self.picturing:
            self._back_to_caption(self.draft)
        else:
            await self._open_media(self.draft)

    async def _open_media(self, draft: Draft) -> None:
        if await self.save_all() and await self.read_media(draft):
            self.close_parts()
            self.add_class("-pictures")
            self.pictures.focus()

    @work(exclusive=True, group="pictures", exit_on_error=False)
    async def go_to_media(self, field: str) -> None:
        if self.draft is None:
            return
        await self._open_media(self.draft)
        named = NUMBER.search(field)
        self.pictures.point_at(int(named[1]) if named is not None else 0)

    def close_parts(self) -> None:
        super().close_parts()
        self.remove_class("-pictures")

    def read_parts(self, draft: Draft) -> None:
        super().read_parts(draft)
        if self.picturing:
            self.run_worker(self.read_media(draft), group="pictures", exclusive=True, exit_on_error=False)

    async def read_media(self, draft: Draft) -> bool:
        """As they are now; False when they cannot be read."""
        try:
            self.pictures.show(await self.app.desk.post_media(draft.post.post))
        except DeskError as error:
            self.app.say_error(error)
            return False
        return True

    def action_back(self) -> None:
        if self.picturing and self.pictures.has_focus and self.draft is not None:
            self._back_to_caption(self.draft)
        else:
            super().action_back()

    def _back_to_caption(self, draft: Draft) -> None:
        self.close_parts()
        if draft.current.startswith("alt:"):
            self.switch_to(next((name for name in draft.passages if ":" not in name), draft.current))
        self.query_one(CaptionArea).focus()

    # ── changes ──

    @on(MediaList.Alt)
    def _alt(self, event: MediaList.Alt) -> None:
        """Its alternative text into the editor; where there are several languages, the others are tabs beside it."""
        draft = self.draft
        if draft is None:
            return
        if draft.fixed:
            self.app.notify(say("The alt text is off: this post is {reason}.", reason=draft.fixed), severity="warning", timeout=8)
            return
        for alt in reversed(event.item.alts):
            draft.pin(alt.field, alt.text)
        wanted = next((alt.field for alt in event.item.alts if not alt.text.strip()), event.item.alts[0].field)
        self.close_parts()
        self.switch_to(wanted)
        self.query_one(CaptionArea).focus()

    @on(MediaList.Add)
    @work(exclusive=True, group="act", exit_on_error=False)
    async def _add_media(self) -> None:
        draft = self.draft
        if draft is None or not await self.save_all() or not await self.may_write(draft, say("Adding a picture")):
            return
        desk, post = self.app.desk, draft.post.post

        async def add(path: str) -> Done:
            return await desk.add_media(post, Path(path))

        if await self.app.push_screen_wait(AddPicture(draft.post.client_name, await desk.media_files(draft.post), add)):
            self.pictures.cursor = len(self.pictures.page.items)
            await self._changed(draft)

    @on(MediaList.Remove)
    @work(exclusive=True, group="act", exit_on_error=False)
    async def _remove_media(self, event: MediaList.Remove) -> None:
        draft, item = self.draft, self.pictures.page.items[event.number]
        if draft is not None and await self.save_all() and await self.may_write(draft, say("Taking a picture out")):
            number = self.pictures.number_of(item)
            if number is not None:
                await self.app.attempt(self.app.desk.remove_media(draft.post.post, number))
            await self._changed(draft)

    @on(MediaList.Move)
    @work(exclusive=True, group="act", exit_on_error=False)
    async def _move_media(self, event: MediaList.Move) -> None:
        draft, item = self.draft, self.pictures.page.items[event.number]
        if draft is not None and await self.save_all() and await self.may_write(draft, say("Another order")):
            number = self.pictures.number_of(item)
            if number is not None and await self.app.attempt(self.app.desk.move_media(draft.post.post, number, event.by)):
                self.pictures.cursor = number + event.by
            await self._changed(draft)

    @on(MediaList.Declare)
    @work(exclusive=True, group="act", exit_on_error=False)
    async def _declare_media(self, event: MediaList.Declare) -> None:
        draft, item = self.draft, self.pictures.page.items[event.number]
        if draft is not None and await self.save_all() and await self.may_write(draft, say("Saying what AI made")):
            number = self.pictures.number_of(item)
            if number is not None:
                await self.app.attempt(self.app.desk.declare_media(draft.post.post, number, NEXT_MADE[item.ai]))
            await self._changed(draft)

    async def _changed(self, draft: Draft) -> None:
        draft.unpin()
        await self.read_post()
        await self.read_media(draft)
        self.app.touch()

    @on(MediaList.Look)
    @work(exclusive=True, group="look_at", exit_on_error=False)
    async def _look_at(self, event: MediaList.Look) -> None:
        draft = self.draft
        if draft is None:
            return
        picture, why_not = None, say("This terminal has no colours: the picture cannot be shown here.")
        if not self.app.no_color and self.app.glyphs is UNICODE:
            width, height = min(self.size.width - FRAME, 100), 2 * (self.size.height - FRAME)
            try:
                picture = await self.app.desk.thumbnail(draft.post.post, event.item.number, width, max(2, height))
            except DeskError as error:
                why_not = error_words(error)
        self.app.push_screen(LookAt(draft.post.client_name, event.item, picture, why_not))
