"""What a person does to texts, alone or with a model, at a Desk in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from config.resolved import MediaOrigin
from drafting.provenance import Attributed, attribute
from drafting.speech import rate, spoken_seconds
from drafting.timeline import Timeline, read, written
from scheduler.content.merging import merged
from scheduler.desk.views import BeatView, Done, PostView, ProposalView, Sign, Span
from scheduler.desk.write.scripting import script_view
from scheduler.desk.write.views import (
    AltText,
    FormerText,
    MediaPage,
    MediaView,
    ModelPlace,
    RequestView,
    ScriptView,
    Streamed,
    Thumbnail,
    Verdict,
)
from scheduler.errors import CrossedError, DeskError, NotFoundError, SettingsError, StaleError, UnreachableError, UsageError
from tests.tui.fake_reading import FakeReading
from tests.tui.fake_world import NAMES, FakeClock, Text, Work

PLACE = ModelPlace("small-model", "127.0.0.1", here=True)


@dataclass
class Mouth:
    """How the pretend model speaks. Without a gate all comes at once."""

    gate: asyncio.Event | None = None
    """It says the first half, then waits for this."""
    breaks: bool = False
    """The connection is cut in the middle."""


class FakeWriting(FakeReading):
    """The writing half."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        super().__init__(clock)
        self.mouth = Mouth()
        self.asked = 0
        self.requests: dict[str, RequestView] = {}
        self.place = PLACE
        self.former: list[FormerText] = []
        self.scripts: dict[tuple[str, str], Timeline] = {}
        self.script_origins: dict[tuple[str, str], Attributed] = {}
        self.pages: dict[str, MediaPage] = {}
        self.files = ["campaigns/winter/media/menu.jpg", "campaigns/winter/media/shop.jpg", "campaigns/winter/media/reel.mp4"]

    def _void(self, post: str) -> None:
        for item in self.items.values():
            if item.post == post and item.state in {"draft", "queued"}:
                item.state, item.approved = "draft", None
                share = self._share(item)
                item.sign = (Sign.AI_DRAFT if share else Sign.DRAFT) if self._text(item) else Sign.NEEDS_TEXT
                item.words, item.reason = "draft", None

    async def save_text(self, post: str, field: str, text: str, *, base: str | None = None, may_void: bool = True) -> PostView:
        work = self._work(post)
        if work.managed_by == "files":
            raise UsageError(f"This post is written in {work.file}.", "Edit that file.")
        if self.fail_save is not None:
            raise self.fail_save
        old = work.texts.get(field, Text(""))
        words = text if base in (None, old.text) else merged(base or "", text, old.text)
        if words is None:
            self._remember(field, text, "tester", aside=True)
            raise CrossedError("jan changed the same lines while you were writing", "yours is kept", theirs=old.text, by="jan")
        if old.text != words:
            self._remember(field, words, "tester")
            spans = tuple(s for s in old.spans if words[s.start : s.end] == old.text[s.start : s.end] and s.end <= len(words))
            work.texts[field] = Text(words, spans)
            self.saved.append((post, field, words))
            self._void(post)
        return await self.post(post)

    def _remember(self, field: str, text: str, by: str, *, aside: bool = False) -> None:
        self._ids += 1
        self.former.insert(0, FormerText(self._ids, field, text, (), by, self.clock.at, current=False, aside=aside))

    async def own_text(self, post: str, account: str, language: str | None = None) -> Done:
        work = self._work(post)
        tongue = language if language in work.texts else next(iter(work.texts))
        work.texts[f"{tongue}@{account}"] = work.texts[tongue]
        self._undo.append((f"the own text of {account}", lambda: work.texts.pop(f"{tongue}@{account}") and None))
        return Done(f"a text of its own for {account}", (post,), "takes it back", {"field": f"{tongue}@{account}"})

    async def common_text(self, post: str, account: str, language: str | None = None) -> Done:
        work = self._work(post)
        own = work.texts.pop(f"{language}@{account}")
        self._undo.append((f"the common text of {account}", lambda: work.texts.__setitem__(f"{language}@{account}", own)))
        return Done(f"the common text again for {account}", (post,), "gives it back", {"field": language or ""})

    async def former_texts(self, post: str, field: str | None = None) -> list[FormerText]:
        return [text for text in self.former if field in (None, text.field)]

    async def restore_text(self, post: str, number: int) -> Done:
        found = next(text for text in self.former if text.id == number)
        self._work(post).texts[found.field] = Text(found.text, found.spans)
        return Done("the text is back", (post,), "takes it back", {"field": found.field})

    # ── the script ──

    async def script(self, post: str, language: str | None = None) -> ScriptView:
        tongue = language or next(iter(self._work(post).texts))
        return script_view(self.scripts.get((post, tongue), Timeline(30.0)), tongue, self.script_origins.get((post, tongue)))

    async def save_script(self, post: str, language: str, lines: str, *, base: str | None = None) -> Done:
        before = self.scripts.get((post, language), Timeline(30.0))
        if base is not None and written(before) != base:
            raise StaleError("somebody else changed this script meanwhile", "look at it again")
        self.scripts[post, language] = read(lines)
        known = self.script_origins.get((post, language))
        if known is not None:
            self.script_origins[post, language] = Attributed(lines, attribute(known, lines, "human:tester"))
        self._undo.append(("the change of the script", lambda: self.scripts.__setitem__((post, language), before)))
        return Done("script saved", (post,), "takes it back")

    def seconds_to_say(self, words: str, language: str) -> float:
        return round(spoken_seconds(words, rate(language)), 1)

    # ── pictures ──

    async def post_media(self, post: str) -> MediaPage:
        return self.pages.get(post, MediaPage((), ()))

    async def media_files(self, post: PostView | None = None) -> list[str]:
        return list(self.files)

    async def add_media(self, post: str, path: Path, alt: str = "") -> Done:
        if path.as_posix() not in self.files:
            raise NotFoundError(f"'{path}' cannot be read: no such file or directory")
        page = await self.post_media(post)
        verdicts = (Verdict("ig-kawa", "Instagram", True, "", ""),)
        alts = (AltText(f"alt:{len(page.items)}", "", alt),)
        new = MediaView(len(page.items), path.name, False, 412_000, 1080, 1350, None, "", True, alts, verdicts)
        self.pages[post] = MediaPage((*page.items, new), ())
        self._undo.append(("adding", lambda: self.pages.__setitem__(post, page)))
        return Done(f"added: {path.name}", (post,), "takes it out again")

    async def remove_media(self, post: str, number: int) -> Done:
        page = await self.post_media(post)
        left = [item for item in page.items if item.number != number]
        self.pages[post] = _numbered(left)
        self._undo.append(("taking out", lambda: self.pages.__setitem__(post, page)))
        return Done(f"taken out: {page.items[number].name}", (post,), "puts it back")

    async def move_media(self, post: str, number: int, by: int) -> Done:
        items = list((await self.post_media(post)).items)
        items.insert(number + by, items.pop(number))
        self.pages[post] = _numbered(items)
        return Done("moved", (post,))

    async def declare_media(self, post: str, number: int, made: MediaOrigin) -> Done:
        page = await self.post_media(post)
        words = {"none": "", "edited": "changed by AI", "generated": "made by AI"}[made]
        items = (replace(item, ai=made, made=words) if item.number == number else item for item in page.items)
        self.pages[post] = replace(page, items=tuple(items))
        self._undo.append(("saying what AI made", lambda: self.pages.__setitem__(post, page)))
        return Done(f"{page.items[number].name}: {words or 'not made by AI'}", (post,), "takes it back")

    async def thumbnail(self, post: str, number: int, width: int, height: int) -> Thumbnail:
        return Thumbnail(tuple(tuple((x * 8 % 256, y * 8 % 256, 90) for x in range(min(width, 30))) for y in range(min(height, 20))))

    # ── the model ──

    def model_place(self) -> ModelPlace:
        if not self.model:
            raise SettingsError("No model is set up. Everything else works.", "Add llm: to daypart.yaml")
        return self.place

    async def request(self, post: str) -> RequestView:
        work = self._work(post)
        known = tuple(name for name in work.texts if len(name) == 2)
        written = any(text.text for text in work.texts.values())
        fixed = f"the brief of this post stands in {work.file}: edit it there" if work.managed_by == "files" else ""
        return self.requests.get(post) or RequestView("" if written else work.title, (), "", (), known, written, fixed)

    async def keep_request(
        self,
        post: str,
        *,
        topic: str | None = None,
        facts: Sequence[str] | None = None,
        tone: str | None = None,
        languages: Sequence[str] | None = None,
    ) -> Done:
        before = await self.request(post)
        self.requests[post] = replace(
            before,
            topic=before.topic if topic is None else topic,
            facts=tuple(facts or ()),
            tone=tone or "",
            languages=tuple(languages or ()),
        )
        return Done("kept", (post,))

    async def get_ready_to_draft(self) -> None:
        """There is nothing to load."""

    async def draft(
        self,
        post: str,
        *,
        progress: Callable[[str], None] | None = None,
        on_text: Callable[[Streamed], None] | None = None,
        languages: Sequence[str] = (),
        variants: int | None = None,
        reel_seconds: float | None = None,
    ) -> list[ProposalView]:
        self.model_place()
        self.asked += 1
        work = self._work(post)
        told = on_text or (lambda _: None)
        for tongue in languages or list(work.texts):
            await self._say(work, tongue, told, variants or 1)
        return [p for p in self._ready if p.post == post]

    async def _say(self, work: Work, language: str, told: Callable[[Streamed], None], variants: int) -> None:
        texts = [f"{work.title}: variant {n}. Come in from Tuesday, we keep a table warm." for n in range(1, variants + 1)]
        for n, text in enumerate(texts, 1):
            told(Streamed(language, n, text[: len(text) // 2]))
        if self.mouth.gate is not None:
            await self.mouth.gate.wait()
        if self.mouth.breaks:
            raise _broken()
        for n, text in enumerate(texts, 1):
            told(Streamed(language, n, text[len(text) // 2 :]))
            self._propose(work, language, n, "caption", text)

    def _propose(
        self,
        work: Work,
        language: str,
        variant: int,
        kind: str,
        text: str = "",
        beats: tuple[BeatView, ...] = (),
        seconds: float | None = None,
    ) -> None:
        self._ids += 1
        words = text or f"{work.title}: variant {variant}. Come in from Tuesday, we keep a table warm."
        self._ready.append(
            ProposalView(self._ids, work.post, language, variant, kind, words, beats, seconds, "ready", (), "small-model", "127.0.0.1")
        )

    async def proposals(self, post: str | None = None) -> list[ProposalView]:
        return [p for p in self._ready if post in {None, p.post} and p.status in {"ready", "needs_work"}]

    async def accept(self, proposal: int) -> Done:
        found = next(p for p in self._ready if p.id == proposal)
        before, ready = self.works[found.post].texts.get(found.language), list(self._ready)
        self._ready = [p for p in self._ready if p.language != found.language]
        self.works[found.post].texts[found.language] = Text(found.text, (Span(0, len(found.text), "model"),))
        self._void(found.post)

        def back() -> None:
            self.works[found.post].texts[found.language] = before or Text("")
            self._ready = ready

        self._undo.append(("taking the model's text", back))
        return Done(
            f"{NAMES[self.works[found.post].client].name}: the text is the model's now; it needs your approval.", undo="takes it back"
        )

    async def discard_all(self, proposals: Sequence[int]) -> Done:
        before = list(self._ready)
        self._ready = [p for p in self._ready if p.id not in proposals]
        self._undo.append(("throwing away", lambda: setattr(self, "_ready", before)))
        return Done(f"Thrown away: {len(proposals)}.", undo="brings them back")


def _numbered(items: list[MediaView]) -> MediaPage:
    return MediaPage(tuple(replace(item, number=n, alts=(replace(item.alts[0], field=f"alt:{n}"),)) for n, item in enumerate(items)), ())


def _broken() -> DeskError:
    return UnreachableError("127.0.0.1 broke off in the middle of its answer", "try again")
