"""Pictures and videos of a post made here: which there are, what each network does with them, adding, removing, their order."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from adapters.checks import is_video
from adapters.contract import MediaItem, Problem, Publication
from adapters.limits import LIMITS
from config.resolved import MediaOrigin
from drafting.provenance import Attributed
from scheduler.clean import clean, clean_line
from scheduler.content import assets
from scheduler.content.revisions import keep_revision
from scheduler.desk.post.sheet import MADE, Seat, Sheet, as_declared, read_sheet, with_alts
from scheduler.desk.views import Done, PostView
from scheduler.desk.write.views import AltText, MediaPage, MediaView, Thumbnail, Verdict
from scheduler.desk.write.writing import Writing, measured
from scheduler.errors import DiskError, NotFoundError, UsageError

Parts = tuple[tuple[MediaItem, ...], ...]
Order = Sequence[int]
"""New place → old place; -1: the file is new."""
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".mp4", ".m4v", ".mov", ".webm")
FOUND_MOST = 2_000
"""Files that are offered; whoever has more types the path."""
_MADE = {"generated": "made by AI", "edited": "changed by AI"}
_ALT_CODES = ("W606", "E614", "W508")


class Pictures(Writing):
    """What a person does with the media of one post."""

    async def post_media(self, post: str) -> MediaPage:
        """Everything about each file; what is wrong stands as sentences."""
        sheet = await self.sheet(post)
        return await asyncio.to_thread(self._media_page, sheet)

    def _media_page(self, sheet: Sheet) -> MediaPage:
        texts = {name: saved.origins for name, saved in sheet.texts.items()}
        seat = _fullest(sheet)
        seats = [s for s in sheet.seats if "#" not in s.unit.key] or list(sheet.seats)
        found = [(s, self.composed(sheet, s, texts)[0]) for s in seats]
        checked = [(s, publications, self._file_problems(s, publications)) for s, publications in found]
        items = [] if seat is None else [item for part in with_alts(seat, texts) for item in part]
        languages = tuple(dict.fromkeys(language for s in seats for language in s.languages))
        views = tuple(_view(n, item, _alts(n, item, languages, texts), _verdicts(n, checked)) for n, item in enumerate(items))
        general = [
            f"{_place(s)}: {clean_line(problem.message)}"
            for s, _, problems in checked
            for at, problem in problems
            if at < 0 and problem.field == "media"
        ]
        return MediaPage(views, tuple(dict.fromkeys(general)))

    def _file_problems(self, seat: Seat, publications: Sequence[Publication]) -> list[tuple[int, Problem]]:
        """Problems with the number of the file each is about; -1: about none alone."""
        adapter, found, first = self.checkers.of(seat.account.account), list[tuple[int, Problem]](), 0
        for publication in (p for p in publications if p.kind != "comment"):
            for problem in adapter.check(publication):
                inside = problem.field.removeprefix("media[").partition("]")[0] if problem.field.startswith("media[") else ""
                found.append((first + int(inside) if inside.isdigit() else -1, problem))
            first += len(publication.media)
        return found

    # ── changing ──

    async def add_media(self, post: str, path: Path, alt: str = "") -> Done:
        """One more picture or video, at the end of the first part. A path that is not absolute begins at the workspace."""
        sheet = await self._editable(post)
        [item] = await asyncio.to_thread(lambda: measured([self.root / _at_home(path)], [alt]))
        await asyncio.to_thread(assets.keep_files, [item], self.store.assets)
        count = len(_items(sheet))
        first = len(_fullest_parts(sheet)[0]) if _fullest_parts(sheet) else 0
        order = [*range(first), -1, *range(first, count)]
        undo = await self._rearrange(sheet, order, item, f"take {clean_line(item.name)} out again")
        return Done(f"added: {clean_line(item.name)}", (sheet.post,), undo)

    async def remove_media(self, post: str, number: int) -> Done:
        """One less. The file itself stays where it is."""
        sheet = await self._editable(post)
        item = _item(sheet, number)
        order = [n for n in range(len(_items(sheet))) if n != number]
        undo = await self._rearrange(sheet, order, None, f"put {clean_line(item.name)} back")
        return Done(f"taken out: {clean_line(item.name)}", (sheet.post,), undo)

    async def move_media(self, post: str, number: int, by: int) -> Done:
        """So many places later; below zero: earlier. Raises UsageError at either end."""
        sheet = await self._editable(post)
        item, order = _item(sheet, number), list(range(len(_items(sheet))))
        if not 0 <= number + by < len(order):
            raise UsageError(f"{clean_line(item.name)} is at the {'beginning' if by < 0 else 'end'} already")
        order.insert(number + by, order.pop(number))
        undo = await self._rearrange(sheet, order, None, "put them back in their order")
        return Done(f"{clean_line(item.name)} is number {number + by + 1} now", (sheet.post,), undo)

    async def declare_media(self, post: str, number: int, made: MediaOrigin) -> Done:
        """Whether AI made or changed a file, wherever the post has it: the label and what platforms are told follow from that."""
        sheet = await self._editable(post)
        item = _item(sheet, number)
        await self.change(lambda conn: self._declare(conn, sheet, item.sha256, made))

        async def back() -> Done:
            await self.change(lambda conn: self._declare(conn, sheet, item.sha256, item.ai))
            return Done("the pictures are as they were", (sheet.post,))

        name = clean_line(item.name)
        return Done(_declared_words(name, made), (sheet.post,), self.undoable(f"say of {name} what was said before", back))

    def _declare(self, conn: Connection, sheet: Sheet, sha256: str, made: MediaOrigin) -> None:
        keep_revision(conn, sheet.post_id, f"{MADE}{sha256}", Attributed(made, ()), self.who.editor, self.clock.wall())
        self._set_media(conn, sheet.post, {}, {}, [])

    async def _editable(self, post: str) -> Sheet:
        sheet = await self.sheet(post)
        self._refuse_to_write(sheet, "alt:0")
        return sheet

    async def _rearrange(self, sheet: Sheet, order: Order, new: MediaItem | None, words: str) -> str:
        """Media of all accounts in another order, each with its alternative texts."""
        media = {seat.unit.key: _reordered(seat.media, order, new) for seat in sheet.seats}
        before = {seat.unit.key: seat.media for seat in sheet.seats}
        alts, old = _moved_alts(sheet, order, new), {name: s.origins for name, s in sheet.texts.items() if name.startswith("alt:")}
        await self.change(lambda conn: self._set_media(conn, sheet.post, media, alts, [new] if new else []))

        async def back() -> Done:
            gone = {name: Attributed("", ()) for name in alts if name not in old}
            await self.change(lambda conn: self._set_media(conn, sheet.post, before, {**gone, **old}, []))
            return Done("the pictures are as they were", (sheet.post,))

        return self.undoable(words, back)

    def _set_media(
        self, conn: Connection, post: str, media: Mapping[str, Parts], alts: Mapping[str, Attributed], new: Sequence[MediaItem]
    ) -> None:
        assets.keep_rows(conn, new)
        sheet = read_sheet(conn, post, self.workspace, self.store.assets)
        if sheet is None:
            raise NotFoundError(f"there is no post '{clean_line(post)}'")
        seats = tuple(replace(seat, media=as_declared(media.get(seat.unit.key, seat.media), sheet.made)) for seat in sheet.seats)
        self.keep_texts(conn, replace(sheet, seats=seats), alts, self.who.editor)

    # ── looking ──

    async def media_files(self, post: PostView | None = None) -> list[str]:
        """Pictures and videos in the workspace's folders, as paths from its root: first those in folders of the post's campaign and
        client, last those in folders of other clients."""
        found = await asyncio.to_thread(lambda: list(_files_below(self.root)))
        if post is None:
            return found
        campaign = post.post.partition("/")[0]
        others = [name for name in self.workspace.clients if name != post.client]
        return sorted(found, key=lambda file: _nearness(file, campaign, post.client, others))

    async def thumbnail(self, post: str, number: int, width: int, height: int) -> Thumbnail:
        """A picture in `width` × `height` points at most. Raises UsageError for a video, DiskError when it cannot be read."""
        item = _item(await self.sheet(post), number)
        if is_video(item):
            raise UsageError(f"{clean_line(item.name)} is a video: it cannot be shown here")
        return await asyncio.to_thread(_thumbnail, item.path, width, height)


def _fullest(sheet: Sheet) -> Seat | None:
    """All accounts have the same files, as long as nobody published; the one with most tells."""
    return max(sheet.seats, key=lambda seat: sum(map(len, seat.media)), default=None)


def _fullest_parts(sheet: Sheet) -> Parts:
    seat = _fullest(sheet)
    return seat.media if seat is not None else ()


def _items(sheet: Sheet) -> list[MediaItem]:
    return [item for part in _fullest_parts(sheet) for item in part]


def _item(sheet: Sheet, number: int) -> MediaItem:
    items = _items(sheet)
    if not 0 <= number < len(items):
        raise NotFoundError(f"there is no picture {number + 1}; this post has {len(items)}")
    return items[number]


def _reordered(parts: Parts, order: Order, new: MediaItem | None) -> Parts:
    """The same parts with as many files as before; what is new or gone is so in the part where it stands."""
    items = [item for part in parts for item in part]
    sizes = list(map(len, parts)) or [0]
    if new is not None:
        sizes[0] += 1
    elif len(order) < len(items):
        gone = next(n for n in range(len(items)) if n not in order)
        sizes[next(p for p in range(len(sizes)) if gone < sum(sizes[: p + 1]))] -= 1
    wanted = [new if old < 0 else items[old] for old in order if old < len(items)]
    found, at = [], 0
    for size in sizes:
        found.append(tuple(item for item in wanted[at : at + size] if item is not None))
        at += size
    return tuple(found)


def _moved_alts(sheet: Sheet, order: Order, new: MediaItem | None) -> dict[str, Attributed]:
    """Alternative texts stay with their files; places that are empty now have none."""
    saved = {name: s.origins for name, s in sheet.texts.items() if name.startswith("alt:")}
    suffixes = {name.split(":", 2)[2] if name.count(":") > 1 else "" for name in saved}
    items = _items(sheet)
    found: dict[str, Attributed] = {}
    for suffix in suffixes:
        for place in range(max(len(order), len(items))):
            old = order[place] if place < len(order) else None
            item = None if old is None else new if old < 0 else items[old]
            told = saved.get(_alt_field(old, suffix)) if old is not None and old >= 0 else None
            found[_alt_field(place, suffix)] = told or Attributed(item.alt if item is not None and not suffix else "", ())
    return found


def _alt_field(number: int, language: str) -> str:
    return f"alt:{number}:{language}" if language else f"alt:{number}"


def _alts(number: int, item: MediaItem, languages: tuple[str, ...], texts: Mapping[str, Attributed]) -> tuple[AltText, ...]:
    if len(languages) < 2:
        return (AltText(_alt_field(number, ""), "", clean(item.alt)),)
    shared = texts.get(_alt_field(number, ""))
    common = shared.text if shared is not None else item.alt
    own = {language: texts.get(_alt_field(number, language)) for language in languages}
    anybody = any(said is not None and said.text.strip() for said in own.values())
    return tuple(
        AltText(
            _alt_field(number, language),
            language,
            clean(said.text if said is not None and said.text.strip() else "" if anybody else common),
        )
        for language, said in own.items()
    )


def _verdicts(number: int, checked: Sequence[tuple[Seat, Sequence[Publication], list[tuple[int, Problem]]]]) -> tuple[Verdict, ...]:
    found: list[Verdict] = []
    for seat, publications, problems in checked:
        if number >= sum(len(p.media) for p in publications if p.kind != "comment"):
            continue
        own = [problem for at, problem in problems if at == number]
        errors = [problem for problem in own if problem.is_error]
        told = [problem for problem in (errors or own) if errors or problem.code not in _ALT_CODES]
        words = "; ".join(clean_line(problem.message) for problem in told)
        mend = next((clean_line(problem.hints[0]) for problem in told if problem.hints), "")
        found.append(Verdict(seat.account.name, _label(seat), not errors, words, mend))
    return tuple(found)


def _view(number: int, item: MediaItem, alts: tuple[AltText, ...], verdicts: tuple[Verdict, ...]) -> MediaView:
    return MediaView(
        number=number,
        name=clean_line(item.name) or item.mime,
        is_video=is_video(item),
        size=item.size,
        width=item.width,
        height=item.height,
        seconds=None if item.duration_ms is None else item.duration_ms / 1_000,
        made=_MADE.get(item.ai, ""),
        there=item.path.is_file(),
        alts=alts,
        verdicts=verdicts,
        ai=item.ai,
    )


def _declared_words(name: str, made: MediaOrigin) -> str:
    if made == "none":
        return f"{name}: not made by AI"
    return f"{name}: made by AI" if made == "generated" else f"{name}: changed by AI"


def _place(seat: Seat) -> str:
    return f"{_label(seat)} {clean_line(seat.account.name)}"


def _label(seat: Seat) -> str:
    limits = LIMITS.get(seat.account.account.platform)
    return limits.label if limits is not None else clean_line(seat.account.account.platform)


def _files_below(root: Path) -> Iterator[str]:
    found = 0
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for file in sorted(files):
            if file.lower().endswith(SUFFIXES) and found < FOUND_MOST:
                found += 1
                yield (Path(folder) / file).relative_to(root).as_posix()


def _nearness(file: str, campaign: str, client: str | None, others: Sequence[str]) -> int:
    """0: in a folder of the campaign; 1: of the client; 2: of nobody; 3: of another client. Whose a folder is says the beginning of
    its name."""
    folders = file.casefold().split("/")[:-1]

    def owned(name: str) -> bool:
        return any(re.match(rf"{re.escape(name.casefold())}(?![^\W_])", folder) for folder in folders)

    if owned(campaign):
        return 0
    if client is not None and owned(client):
        return 1
    return 3 if any(map(owned, others)) else 2


def _thumbnail(path: Path, width: int, height: int) -> Thumbnail:
    from PIL import Image, ImageOps  # deferred: only where somebody looks

    try:
        with Image.open(path) as opened:
            opened.draft("RGB", (width * 2, height * 2))
            small = ImageOps.exif_transpose(opened.convert("RGB")) or opened
            small.thumbnail((max(1, width), max(1, height)))
            across, data = small.width, small.tobytes()
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise DiskError("this picture cannot be read any more", "remove it and add it again") from error
    points = [(data[at], data[at + 1], data[at + 2]) for at in range(0, len(data), 3)]
    return Thumbnail(tuple(tuple(points[at : at + across]) for at in range(0, len(points), across)))


def _at_home(path: Path) -> Path:
    """`~` as the folder it means; a home of nobody stays as it is written, and is not there."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path
