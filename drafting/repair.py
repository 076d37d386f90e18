"""Asks, fixes, checks, asks again: at most three calls and one wall-clock budget, and the best draft so far is kept.

A bad draft never goes back to the model: only what was wrong with it, and another seed.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, TypeVar

from drafting.client import ANSWER_S, Answer, ModelClient, Question
from drafting.errors import DraftingError, LlmAnswerError, LlmTruncated, LlmUnavailable
from drafting.extraction import SHOWN, SHOWN_OF_REELS, CaptionStream, read_draft
from drafting.prompt import Prompt, caption_prompt, language_name, reel_prompt
from drafting.request import CaptionRequest, ReelRequest
from drafting.results import Drafted, DraftedReel, Finding, Run, Status
from drafting.schemas import CaptionDraft, Draft, ReelScript, compose, schema_of
from drafting.speech import rate, spoken_seconds
from drafting.validators.caption import check_caption
from drafting.validators.fixes import fix_caption
from drafting.validators.reel import check_reel
from drafting.validators.reel_fixes import fix_reel
from drafting.validators.rules import reel_rules_of, rules_of

CALLS_MOST = 3
_FEEDBACK_MOST = 12
_JUDGE = ThreadPoolExecutor(1, "daypart-judge")
"""One draft is judged at a time: several would take turns with whoever is typing."""

D = TypeVar("D", bound=Draft)


@dataclass(frozen=True, slots=True)
class _Task(Generic[D]):
    """What differs between captions and Reels."""

    kind: Literal["caption", "reel"]
    model: type[D]
    request: CaptionRequest
    prompt: Callable[[Iterable[str]], Prompt]
    judge: Callable[[D, str], tuple[D, tuple[Finding, ...]]]
    """A draft and the canary in, the fixed draft and its findings out."""


@dataclass(frozen=True, slots=True)
class _Attempt(Generic[D]):
    """One answer, fixed and checked."""

    draft: D
    report: tuple[Finding, ...]
    run_id: str

    @property
    def score(self) -> tuple[int, int]:
        """Lower is better: hard problems, then all."""
        return sum(finding.hard for finding in self.report), len(self.report)


@dataclass(slots=True)
class _Progress(Generic[D]):
    """What the loop has so far."""

    best: _Attempt[D] | None = None
    runs: list[Run] = field(default_factory=list)
    feedback: tuple[str, ...] = ()
    max_tokens: int = 0
    error: DraftingError | None = None


async def draft_caption(client: ModelClient, request: CaptionRequest) -> Drafted:
    """One caption. Raises DraftingError when no draft at all came; its `runs` are to be kept all the same."""

    def judge(draft: CaptionDraft, canary: str) -> tuple[CaptionDraft, tuple[Finding, ...]]:
        rules = rules_of(request, canary)
        fixed = fix_caption(draft, rules)
        return fixed, check_caption(fixed, rules)

    task = _Task("caption", CaptionDraft, request, lambda feedback: caption_prompt(request, feedback), judge)
    best, progress = await _repaired(client, task)
    return Drafted(
        status=_status(best.report),
        language=request.language,
        draft=best.draft,
        text=compose(best.draft, request.disclosure_line),
        report=best.report,
        runs=tuple(progress.runs),
        run_id=best.run_id,
        note=_note(progress),
    )


async def draft_reel(client: ModelClient, request: ReelRequest) -> DraftedReel:
    """One Reels script with its caption. Raises as `draft_caption`."""

    def judge(script: ReelScript, canary: str) -> tuple[ReelScript, tuple[Finding, ...]]:
        rules = reel_rules_of(request, canary)
        fixed = fix_reel(script, rules)
        return fixed, check_reel(fixed, rules)

    task = _Task("reel", ReelScript, request.caption, lambda feedback: reel_prompt(request, feedback), judge)
    best, progress = await _repaired(client, task)
    speed = rate(request.caption.language, request.words_per_second)
    return DraftedReel(
        status=_status(best.report),
        language=request.caption.language,
        script=best.draft,
        text=compose(best.draft.caption, request.caption.disclosure_line),
        spoken_s=round(sum(spoken_seconds(beat.voice, speed) for beat in best.draft.all_beats), 1),
        report=best.report,
        runs=tuple(progress.runs),
        run_id=best.run_id,
        note=_note(progress),
    )


async def draft_variants(client: ModelClient, request: CaptionRequest, n: int) -> tuple[Drafted, ...]:
    """`n` captions that begin differently, one after the other. Raises only when not even the first came."""
    drafted: list[Drafted] = []
    for variant in range(1, max(1, n) + 1):
        seed = None if request.seed is None else request.seed + (variant - 1) * CALLS_MOST
        asked = replace(request, variant=variant, variants=n, seed=seed, recent=(*(d.text for d in drafted), *request.recent))
        try:
            drafted.append(await draft_caption(client, asked))
        except DraftingError as error:
            if not drafted:
                raise
            last = drafted[-1]
            note = f"variant {variant} of {n} did not come: {error}"
            drafted[-1] = replace(last, runs=(*last.runs, *error.runs), note=f"{last.note}; {note}" if last.note else note)
            break
    return tuple(drafted)


async def _repaired(client: ModelClient, task: _Task[D]) -> tuple[_Attempt[D], _Progress[D]]:
    request = task.request
    seed = secrets.randbelow(2**31 - CALLS_MOST) if request.seed is None else request.seed
    ends = time.monotonic() + request.budget_s
    progress = _Progress[D](max_tokens=client.endpoint.max_tokens)
    for n in range(CALLS_MOST):
        if time.monotonic() >= ends:
            break
        request.progress(_words(n, client, task, progress))
        if n and request.on_again is not None:
            request.on_again()
        try:
            attempt = await _attempt(client, task, progress, seed + n, ends)
        except DraftingError:
            break
        progress.best = min((a for a in (progress.best, attempt) if a is not None), key=lambda a: a.score, default=None)
        if progress.best is not None and progress.best.score[0] == 0:
            break
    if progress.best is None:
        error = progress.error or LlmUnavailable("the model gave no draft in time", "try again, or a faster model")
        error.runs = tuple(progress.runs)
        raise error
    return progress.best, progress


async def _attempt(client: ModelClient, task: _Task[D], progress: _Progress[D], seed: int, ends: float) -> _Attempt[D] | None:
    """One call. None: its answer was no draft."""
    prompt = task.prompt(progress.feedback)
    left = min(ANSWER_S, ends - time.monotonic())
    question = Question(prompt.messages, task.kind, schema_of(task.model), seed, progress.max_tokens, left)
    started = time.perf_counter()
    display = _display(task)
    try:
        answer = await client.ask(question, display.chunk if display else None, display.again if display else None)
        draft = read_draft(answer.text, task.model)
    except asyncio.CancelledError:
        if task.request.on_stopped is not None:
            came = Answer(display.output if display else "", 0, round((time.perf_counter() - started) * 1_000))
            task.request.on_stopped(_run(client, task, prompt, question, came, "stopped"))
        raise
    except DraftingError as error:
        ms = round((time.perf_counter() - started) * 1_000)
        progress.runs.append(_run(client, task, prompt, question, _of(error, ms), type(error).__name__))
        progress.error = error
        if not isinstance(error, LlmAnswerError):
            raise
        progress.feedback = (error.feedback,)
        progress.max_tokens *= 2 if isinstance(error, LlmTruncated) else 1
        return None
    run = _run(client, task, prompt, question, answer, "ok")
    progress.runs.append(run)
    fixed, report = await asyncio.get_running_loop().run_in_executor(_JUDGE, task.judge, draft, prompt.canary)
    progress.feedback = tuple(finding.message for finding in report)[:_FEEDBACK_MOST]
    return _Attempt(fixed, report, run.id)


def _run(client: ModelClient, task: _Task[D], prompt: Prompt, question: Question, answer: Answer, outcome: str) -> Run:
    return Run(
        id=uuid.uuid4().hex,
        kind=task.kind,
        language=task.request.language,
        endpoint_host=client.endpoint.host,
        model=client.endpoint.model,
        prompt_id=prompt.id,
        brief_hash=task.request.brief.hash,
        parameters=client.parameters(question),
        seed=question.seed,
        output=answer.text,
        output_sha256=hashlib.sha256(answer.text.encode()).hexdigest(),
        tokens=answer.tokens,
        ms=answer.ms,
        outcome=outcome,
    )


def _of(error: DraftingError, ms: int) -> Answer:
    """What a failed call leaves for the record."""
    if isinstance(error, LlmAnswerError):
        return Answer(error.output, error.tokens, ms)
    return Answer("", 0, ms)


class _Display:
    """Turns chunks of JSON into words for the display."""

    def __init__(self, request: CaptionRequest, show: Callable[[str], None], fields: tuple[str, ...]) -> None:
        self._request, self._show, self._fields = request, show, fields
        self._stream = CaptionStream(fields)
        self._pieces: list[str] = []

    @property
    def output(self) -> str:
        """What came so far, as it came."""
        return "".join(self._pieces).encode("utf-8", "replace").decode()

    def chunk(self, chunk: str) -> None:
        """One more piece of the answer."""
        self._pieces.append(chunk)
        said = self._stream.feed(chunk)
        if said:
            self._show(said)

    def again(self) -> None:
        """The answer comes anew."""
        self._pieces.clear()
        self._stream = CaptionStream(self._fields)
        if self._request.on_again is not None:
            self._request.on_again()


def _display(task: _Task[D]) -> _Display | None:
    show = task.request.on_text
    return None if show is None else _Display(task.request, show, SHOWN_OF_REELS if task.kind == "reel" else SHOWN)


def _words(n: int, client: ModelClient, task: _Task[D], progress: _Progress[D]) -> str:
    what = "a Reels script" if task.kind == "reel" else "a caption"
    if n == 0:
        return f"asking {client.endpoint.model} at {client.endpoint.host} for {what} in {language_name(task.request.language)}"
    return f"asking again ({n + 1} of {CALLS_MOST}): {'; '.join(progress.feedback[:2])}"


def _note(progress: _Progress[D]) -> str:
    return f"stopped early: {progress.error}" if progress.error is not None and not isinstance(progress.error, LlmAnswerError) else ""


def _status(report: tuple[Finding, ...]) -> Status:
    return "needs_work" if any(finding.hard for finding in report) else "ready"
