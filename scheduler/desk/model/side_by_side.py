"""Variants that a model writes at the same time, with their words as they come; each is kept as soon as it is whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from drafting.client import ModelClient
from drafting.errors import DraftingError
from drafting.extraction import SHOWN, SHOWN_OF_REELS, CaptionStream
from drafting.repair import draft_caption, draft_reel
from drafting.request import CaptionRequest, ReelRequest
from drafting.results import Drafted, DraftedReel, Run
from drafting.schemas import CaptionDraft
from scheduler.clean import clean, clean_line
from scheduler.desk.write.views import Streamed

MOST = 3
"""So many at once: more would not be read, and one model serves them all."""

Hear = Callable[[Streamed], None]
Keep = Callable[[int, Drafted | DraftedReel], Awaitable[None]]


@dataclass(slots=True)
class Stopped:
    """Calls that were under way when somebody stopped them."""

    runs: list[Run] = field(default_factory=list)

    def drafts(self) -> list[tuple[Run, CaptionDraft]]:
        """What had come of each, for knowing its words again; those of which nothing had come are left out."""
        said = [(run, CaptionStream(SHOWN_OF_REELS if run.kind == "reel" else SHOWN).feed(run.output)) for run in self.runs]
        empty = CaptionDraft(language="", hook="", body="", cta="", hashtags=(), alt_texts=(), used_facts=(), unsure=())
        return [(run, empty.model_copy(update={"language": run.language, "body": words})) for run, words in said if words.strip()]


async def captions(client: ModelClient, request: CaptionRequest, n: int, hear: Hear, keep: Keep, stopped: Stopped) -> tuple[Run, ...]:
    """`n` captions that begin differently; returns the calls of those that did not come. Raises when not even one came."""

    async def one(variant: int) -> None:
        try:
            drafted = await draft_caption(client, replace(_heard(request, variant, hear, stopped), variants=n))
        except DraftingError as error:
            hear(Streamed(request.language, variant, "", trouble=clean_line(str(error))))
            raise
        await keep(variant, drafted)

    results = await asyncio.gather(*(one(variant) for variant in range(1, n + 1)), return_exceptions=True)
    failed = [result for result in results if isinstance(result, BaseException)]
    if len(failed) == n or any(not isinstance(error, DraftingError) for error in failed):
        raise _worst(failed)
    return _runs(failed)


async def reel(client: ModelClient, request: ReelRequest, hear: Hear, keep: Keep, stopped: Stopped) -> None:
    """One script with its caption."""
    drafted = await draft_reel(client, replace(request, caption=_heard(request.caption, 1, hear, stopped)))
    await keep(1, drafted)


def _heard(request: CaptionRequest, variant: int, hear: Hear, stopped: Stopped) -> CaptionRequest:
    language = request.language
    return replace(
        request,
        variant=variant,
        on_text=lambda piece: hear(Streamed(language, variant, clean(piece))),
        on_again=lambda: hear(Streamed(language, variant, "", again=True)),
        on_stopped=stopped.runs.append,
    )


def _worst(failed: list[BaseException]) -> BaseException:
    """What is no error of drafting first; else the first one, with the calls of all."""
    for error in failed:
        if not isinstance(error, DraftingError):
            return error
    first = failed[0]
    assert isinstance(first, DraftingError)
    first.runs = _runs(failed)
    return first


def _runs(failed: list[BaseException]) -> tuple[Run, ...]:
    return tuple(run for error in failed if isinstance(error, DraftingError) for run in error.runs)
