"""Asks a model: any endpoint with OpenAI's chat completions, whatever it can do, and its errors in our own words.

What an endpoint can do is tried from the top (a strict schema) to the bottom (the prompt alone) and remembered for the process.
`openai` is loaded at the first question, in a thread: 400 ms.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from drafting.endpoint import Endpoint, TokenParam
from drafting.errors import DraftingError, LlmLimited, LlmRejected, LlmUnavailable
from drafting.faults import Said, in_our_words, judged, said_by, tokens_of
from drafting.schemas import JsonSchema, JsonValue

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletionMessageParam

ANSWER_S = 120.0
CONNECT_S = 5.0
RETRIES = 2
"""Of a request that failed in passing."""
LONGEST_WAIT_S = 10.0
"""A longer Retry-After goes to the person."""
RUNGS = ("json_schema", "json_object+schema", "json_object", "prompt")
"""Ways to ask for JSON, the surest first."""
_ALLOWED_RUNGS = {"auto": (0, 1, 2, 3), "json_schema": (0,), "json_object": (1, 2), "prompt": (3,)}
_MOST_LESSONS = len(RUNGS) + 3


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a question."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """Everything one call needs."""

    messages: tuple[Message, ...]
    name: str
    """Of the schema."""
    schema: JsonSchema
    seed: int
    max_tokens: int
    timeout_s: float = ANSWER_S


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, as it came."""

    text: str
    tokens: int
    ms: int


@dataclass(frozen=True, slots=True)
class Abilities:
    """What is known of a model at an endpoint."""

    rung: int
    token_param: TokenParam
    proven: bool = False
    """An answer came on this rung."""
    swapped: bool = False
    """It wants its token limit under the other name."""
    with_temperature: bool = True
    with_seed: bool = True


_KNOWN: dict[tuple[str, str], Abilities] = {}


@dataclass(slots=True)
class ModelClient:
    """One endpoint, ready to be asked. Close it, or use it as `async with`."""

    endpoint: Endpoint
    pause_s: float = 0.5
    """Before the first retry; doubles."""
    on_event: Callable[[str], None] | None = None
    """Told `model.sent.before` and `model.answered.after` around every request."""
    _openai: AsyncOpenAI | None = field(default=None, repr=False)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def __aenter__(self) -> ModelClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connection."""
        if self._openai is not None:
            await self._openai.close()
            self._openai = None

    @property
    def abilities(self) -> Abilities:
        """What is known so far."""
        known = _KNOWN.get(self._name)
        return known or Abilities(_ALLOWED_RUNGS[self.endpoint.json_mode][0], self.endpoint.token_param)

    async def ask(
        self, question: Question, on_chunk: Callable[[str], None] | None = None, on_again: Callable[[], None] | None = None
    ) -> Answer:
        """One answer. Raises the errors of `drafting.errors`; with `on_chunk` the answer is streamed there as well.

        `on_again` is told that an answer broke off and comes anew from its beginning."""
        for _ in range(_MOST_LESSONS):
            before = self.abilities
            try:
                answer = await self._patiently(question, on_chunk, on_again)
            except (LlmRejected, LlmUnavailable) as error:
                if replace(self.abilities, proven=before.proven) != before:
                    continue  # another question, asked at the same time, has learnt how to ask
                lesson = self._lesson(error)
                if lesson is None:
                    raise
                _KNOWN[self._name] = lesson
            else:
                _KNOWN[self._name] = replace(self.abilities, proven=True)
                return answer
        raise LlmRejected("the endpoint refuses every way of asking", "check llm.base_url and llm.model", status=400)

    def parameters(self, question: Question) -> str:
        """Canonical JSON of what goes with the messages, for the record."""
        body = self._body(question)
        kept: dict[str, JsonValue] = {key: value for key, value in body.items() if key not in ("response_format", "seed")}
        return json.dumps({**kept, "mode": RUNGS[self.abilities.rung]}, sort_keys=True, separators=(",", ":"))

    @property
    def _name(self) -> tuple[str, str]:
        return self.endpoint.base_url, self.endpoint.model

    def _lesson(self, error: LlmRejected | LlmUnavailable) -> Abilities | None:
        """How to ask from now on, when asking differently may help."""
        known = self.abilities
        if isinstance(error, LlmRejected):
            minded = _without_what_it_minds(error.about, known)
            if minded is not None:
                return minded
        lower = next((rung for rung in _ALLOWED_RUNGS[self.endpoint.json_mode] if rung > known.rung), None)
        if known.proven or lower is None or not _may_be_the_mode(error):
            return None
        return replace(known, rung=lower)

    async def _patiently(self, question: Question, on_chunk: Callable[[str], None] | None, on_again: Callable[[], None] | None) -> Answer:
        for attempt in range(RETRIES):
            try:
                return await self._once(question, on_chunk)
            except LlmLimited as error:
                wait = self.pause_s * 2**attempt if error.retry_after is None else error.retry_after
                if wait > LONGEST_WAIT_S:
                    raise
            except LlmUnavailable as error:
                wait = self.pause_s * 2**attempt
                if not (error.may_pass and self.abilities.proven):
                    raise
            await asyncio.sleep(wait)
            if on_again is not None:
                on_again()
        return await self._once(question, on_chunk)

    async def _once(self, question: Question, on_chunk: Callable[[str], None] | None) -> Answer:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(question.timeout_s):
                self._tell("model.sent.before")
                said = await (self._whole(question) if on_chunk is None else self._streamed(question, on_chunk))
                self._tell("model.answered.after")
        except DraftingError:
            raise
        except Exception as error:
            raise in_our_words(error, self.endpoint.host, self.endpoint.key) from error
        good = judged(said)
        return Answer(good.text, good.tokens, round((time.perf_counter() - started) * 1_000))

    def _tell(self, event: str) -> None:
        if self.on_event is not None:
            self.on_event(event)

    async def _whole(self, question: Question) -> Said:
        client = await self._connected()
        completion = await client.chat.completions.create(
            model=self.endpoint.model, messages=self._messages(question), extra_body=self._body(question)
        )
        return said_by(completion)

    async def _streamed(self, question: Question, on_chunk: Callable[[str], None]) -> Said:
        client = await self._connected()
        pieces: list[str] = []
        refusal, finish, tokens = "", "", 0
        stream = await client.chat.completions.create(
            model=self.endpoint.model,
            messages=self._messages(question),
            extra_body=self._body(question),
            stream=True,
        )
        async with stream:
            async for part in stream:
                tokens = tokens_of(part) or tokens
                for choice in (part.choices or ())[:1]:
                    finish = choice.finish_reason or finish
                    refusal += choice.delta.refusal or ""
                    pieces.append(choice.delta.content or "")
                    on_chunk(pieces[-1])
        return Said("".join(pieces).encode("utf-8", "replace").decode(), finish, refusal, tokens)

    def _messages(self, question: Question) -> list[ChatCompletionMessageParam]:
        """The messages; where the server takes no schema, it stands in the first of them."""
        first, *rest = question.messages
        if self.abilities.rung >= RUNGS.index("json_object"):
            schema = json.dumps(question.schema, ensure_ascii=False, separators=(",", ":"))
            first = replace(first, text=f"{first.text}\n\nThe JSON schema of your answer:\n{schema}")
        return cast("list[ChatCompletionMessageParam]", [{"role": m.role, "content": m.text} for m in (first, *rest)])

    def _body(self, question: Question) -> dict[str, JsonValue]:
        known = self.abilities
        body: dict[str, JsonValue] = {known.token_param: question.max_tokens}
        if known.with_temperature and self.endpoint.temperature is not None:
            body["temperature"] = self.endpoint.temperature
        if known.with_seed:
            body["seed"] = question.seed
        mode = _response_format(known.rung, question)
        return {**body, "response_format": mode} if mode else body

    async def _connected(self) -> AsyncOpenAI:
        async with self._opening:  # several questions at once share one connection
            if self._openai is None:
                await asyncio.to_thread(importlib.import_module, "openai")
                self._openai = await asyncio.to_thread(_open, self.endpoint)  # reads the certificates: 20 to 60 ms
        return self._openai


def _response_format(rung: int, question: Question) -> dict[str, JsonValue]:
    schema = dict(question.schema)
    match RUNGS[rung]:
        case "json_schema":
            return {"type": "json_schema", "json_schema": {"name": question.name, "strict": True, "schema": schema}}
        case "json_object+schema":
            return {"type": "json_object", "schema": schema}
        case "json_object":
            return {"type": "json_object"}
        case _:
            return {}


def _open(endpoint: Endpoint) -> AsyncOpenAI:
    """A client that follows no redirect, retries nothing by itself and tells other providers nothing of an OpenAI account."""
    import openai

    transport = openai.DefaultAsyncHttpxClient(
        follow_redirects=False, trust_env=not endpoint.is_local, timeout=openai.Timeout(ANSWER_S, connect=CONNECT_S)
    )
    client = openai.AsyncOpenAI(base_url=endpoint.base_url, api_key=endpoint.key or "none", max_retries=0, http_client=transport)
    if not endpoint.host.endswith("api.openai.com"):
        client.organization = client.project = None
    return client


def _may_be_the_mode(error: LlmRejected | LlmUnavailable) -> bool:
    """Servers answer 400, 404, 422 and even 500 to a JSON mode they do not know."""
    if isinstance(error, LlmUnavailable):
        return error.status == 500
    return error.status in (400, 404, 422) and "model_not_found" not in error.about


def _without_what_it_minds(about: str, known: Abilities) -> Abilities | None:
    if "temperature" in about and known.with_temperature:
        return replace(known, with_temperature=False)
    if known.token_param in about and not known.swapped:
        other: TokenParam = "max_tokens" if known.token_param == "max_completion_tokens" else "max_completion_tokens"
        return replace(known, token_param=other, swapped=True)
    if "seed" in about and known.with_seed:
        return replace(known, with_seed=False)
    return None
