"""The invisible work before publishing: quota, public addresses, containers, and waiting until they are ready.

Containers are named by what they hold, so a retry uses the one that is there and an edit makes another. But once a
container had a publishing intent, another is made only when that one is read dead and the list shows nothing of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial

from pydantic import BaseModel

from adapters.contract import Done, Journal, Limited, MediaHost, MediaItem, Publication, Rebuild, Refused, Retry, Step, StepResult
from adapters.errors import MediaHostError
from adapters.http import Answer
from adapters.instagram.faults import QUOTA_WAIT_SECONDS, AtStep, at_step, row_for_subcode
from adapters.instagram.graph import Created, Graph, server_now
from adapters.instagram.look import Container, Sent, State, Unread, matching, read_container, read_list, sent_before
from adapters.instagram.shapes import (
    Child,
    address_field,
    caption_of,
    children_of,
    container_name,
    fingerprint,
    form_of,
    host_name,
    ready_name,
    shape_of,
)

POLL_WAITS_SECONDS = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
CONTAINERS_MAX = 3
"""Containers of one content that Instagram may spoil before the post is given back to its author."""
FETCH_WAITS_SECONDS = (20.0, 60.0)
"""A file that could not be fetched mostly can be a little later; after that its address is made anew, then it is given up."""
UNSEEN_MAX = 2
QUOTA_TRIES = 2
EARLIER = "earlier"
QUOTA = "quota"
PUBLIC = "public"
"""Detail of a step that found something already published: the container's id."""


class _QuotaConfig(BaseModel):
    quota_total: int


class _QuotaUse(BaseModel):
    quota_usage: int
    config: _QuotaConfig


class QuotaShape(BaseModel):
    """Answer of the publishing quota."""

    data: list[_QuotaUse]


def already_public(publication: Publication, journal: Journal) -> str | None:
    """The container that a step of this delivery read as published: nothing may be sent any more, only looked up."""
    for name in (EARLIER, ready_name(publication)):
        entry = journal.done(name)
        if entry is not None and entry.detail.get(PUBLIC):
            return entry.detail[PUBLIC]
    return None


class Containers:
    """The safe steps of one publication."""

    def __init__(self, graph: Graph, host: MediaHost, publication: Publication) -> None:
        self._graph = graph
        self._host = host
        self._publication = publication
        self._children = children_of(publication)
        self._container = container_name(publication)
        self._ready = ready_name(publication)

    def steps(self, journal: Journal) -> Sequence[Step]:
        """All of them, in order; an earlier version that is public leaves only the step that says so."""
        guard = [Step(EARLIER, self._earlier, always=True)] if self._others(journal) else []
        if guard and (entry := journal.done(EARLIER)) is not None and entry.detail.get(PUBLIC):
            return guard
        return [*guard, Step(QUOTA, self._quota), *self._media_steps(), *self._container_steps()]

    def _media_steps(self) -> Iterator[Step]:
        for item in {item.sha256: item for item in self._publication.media}.values():
            yield Step(host_name(item), partial(self._put, item))

    def _container_steps(self) -> Iterator[Step]:
        for child in self._children:
            yield Step(child.container, _needing(partial(self._create_child, child)))
        for child in self._children:
            yield Step(child.ready, _needing(partial(self._child_ready, child)))
        yield Step(self._container, _needing(self._create))
        yield Step(self._ready, _needing(self._is_ready), always=True)

    # ── quota and addresses ──────────────────────────────────────────────────

    async def _quota(self, journal: Journal) -> StepResult:
        """A full quota is told before anything is made; one that stays unreadable is told by the publishing call itself."""
        reply = await self._graph.read(f"{self._graph.user}/content_publishing_limit", {"fields": "config,quota_usage"})
        shape = reply.read(QuotaShape) if isinstance(reply, Answer) and reply.ok else None
        if shape is None:
            meaning, result = at_step(reply)
            needed = meaning in {AtStep.LIMITED, AtStep.TOKEN} or _failures(journal, QUOTA) < QUOTA_TRIES
            return result if needed and not isinstance(result, Refused) else Done()
        used = next(iter(shape.data), None)
        if used is not None and used.quota_usage >= used.config.quota_total:
            words = f"Instagram: {used.quota_usage} of {used.config.quota_total} posts of the last 24 hours are used up"
            return Limited(words, QUOTA_WAIT_SECONDS, "quota")
        return Done(detail={"used": str(used.quota_usage), "of": str(used.config.quota_total)} if used is not None else {})

    async def _put(self, item: MediaItem, journal: Journal) -> StepResult:
        try:
            return Done(await self._host.put(item))
        except MediaHostError as error:
            return Retry(f"{error}" + (f" ({error.hint})" if error.hint else ""), code="media_host")

    # ── creating ─────────────────────────────────────────────────────────────

    async def _create_child(self, child: Child, journal: Journal) -> StepResult:
        form = dict(child.form) | {address_field(child.item): journal.handle(host_name(child.item))}
        return await self._post(child.container, form, journal, [child.item])

    async def _create(self, journal: Journal) -> StepResult:
        waiting = await self._wait_for_earlier(journal)
        if waiting is not None:
            return waiting
        form = form_of(self._publication)
        if self._children:
            form["children"] = ",".join(journal.handle(child.container) for child in self._children)
            return await self._post(self._container, form, journal, [])
        for item in self._publication.media[:1]:
            form[address_field(item)] = journal.handle(host_name(item))
        return await self._post(self._container, form, journal, list(self._publication.media))

    async def _post(self, name: str, form: dict[str, str], journal: Journal, media: list[MediaItem]) -> StepResult:
        reply = await self._graph.create(f"{self._graph.user}/media", form)
        made = reply.read(Created) if isinstance(reply, Answer) and reply.ok else None
        if made is not None and isinstance(reply, Answer):
            return Done(made.id, self._detail(reply))
        meaning, result = at_step(reply)
        if meaning is AtStep.FETCH and isinstance(result, Retry):
            return _unfetched(result, _failures(journal, name), tuple(host_name(item) for item in media))
        if meaning is AtStep.GONE and self._children and name == self._container:
            return Rebuild(self._all_made(), "an item of the carousel is no longer at Instagram")
        return result

    def _detail(self, answer: Answer) -> dict[str, str]:
        """What a later look needs to know the post again when the text has been edited meanwhile."""
        caption = fingerprint(caption_of(self._publication))
        return {"at": str(server_now(answer)), "caption": caption, "shape": shape_of(self._publication).value}

    # ── waiting ──────────────────────────────────────────────────────────────

    async def _child_ready(self, child: Child, journal: Journal) -> StepResult:
        made = (host_name(child.item), child.container, child.ready)
        return await self._poll(child.container, child.ready, made, journal)

    async def _is_ready(self, journal: Journal) -> StepResult:
        return await self._poll(self._container, self._ready, self._all_made(), journal)

    async def _poll(self, container: str, ready: str, made: tuple[str, ...], journal: Journal) -> StepResult:
        handle = journal.handle(container)
        read = await read_container(self._graph, handle)
        if isinstance(read, Unread):
            if read.gone and _failures(journal, ready) >= UNSEEN_MAX:
                return Rebuild(made, read.reason)
            return at_step(read.reply)[1]
        match read.state:
            case State.FINISHED:
                return Done(handle, {"at": str(read.at)})
            case State.PUBLISHED:
                return Done(handle, {PUBLIC: handle})
            case State.IN_PROGRESS:
                return Retry("Instagram is still working on the media", _poll_wait(journal, ready), "processing", waiting=True)
            case State.EXPIRED:
                return Rebuild(made, "the container expired at Instagram")
            case _:
                return _spoilt(read, container, made, journal)

    def _all_made(self) -> tuple[str, ...]:
        hosts = tuple(dict.fromkeys(host_name(item) for item in self._publication.media))
        children = tuple(name for child in self._children for name in (child.container, child.ready))
        return (*hosts, *children, self._container)

    # ── containers of earlier contents ───────────────────────────────────────

    def _others(self, journal: Journal) -> list[Sent]:
        """Containers that may have been published and are not the one to publish now."""
        entry = journal.done(self._container)
        current = entry.handle if entry is not None else None
        return [sent for sent in sent_before(self._publication, journal) if sent.handle != current]

    async def _earlier(self, journal: Journal) -> StepResult:
        """Whether an earlier container is public or could still become it."""
        for sent in self._others(journal):
            result = await self._other(sent)
            if result is not None:
                return result
        return Done()

    async def _other(self, sent: Sent) -> StepResult | None:
        """None: this one is dead and the list shows nothing of it."""
        container = await read_container(self._graph, sent.handle)
        if isinstance(container, Unread):
            return _unread(container, "an earlier version may still go out; its state could not be read")
        if container.state is State.PUBLISHED:
            return Done(sent.handle, {PUBLIC: sent.handle})
        if not container.state.is_dead:
            return Retry("an earlier version may still go out; waiting until it is dead", 600.0, "earlier", waiting=True)
        return await self._not_in_list(sent)

    async def _not_in_list(self, sent: Sent) -> StepResult | None:
        media = await read_list(self._graph, sent.shape, sent.since)
        if isinstance(media, Unread):
            return _unread(media, "an earlier version may be public; the account's list could not be read")
        return Done(sent.handle, {PUBLIC: sent.handle}) if matching(media, sent) else None

    async def _wait_for_earlier(self, journal: Journal) -> StepResult | None:
        """The same question right before a container is made, because one may have died in this very try."""
        result = await self._earlier(journal) if self._others(journal) else Done()
        if isinstance(result, Done):
            return Retry("an earlier version is public", 1.0, "earlier", waiting=True) if result.detail.get(PUBLIC) else None
        return result


def _needing(run: Callable[[Journal], Awaitable[StepResult]]) -> Callable[[Journal], Awaitable[StepResult]]:
    """A step whose forerunner left no handle asks for that one instead of failing."""

    async def guarded(journal: Journal) -> StepResult:
        try:
            return await run(journal)
        except KeyError as missing:
            return Rebuild((str(missing.args[0]),), "an earlier step left nothing to go on with")

    return guarded


def _spoilt(read: Container, container: str, made: tuple[str, ...], journal: Journal) -> StepResult:
    """ERROR: made again when the reason may pass, else given back to the author."""
    row = row_for_subcode(read.subcode) if read.subcode is not None else None
    words = f"Instagram: {row.words}" if row is not None else f"Instagram could not process the media ({read.status or 'no reason given'})"
    may_pass = row is None or row.step in {AtStep.RETRY, AtStep.FETCH, AtStep.GONE}
    if may_pass and _containers_made(journal, container) < CONTAINERS_MAX:
        return Rebuild(made, words)
    return Refused(words, str(read.subcode or "container_error"))


def _unread(read: Unread, words: str) -> StepResult:
    meaning, result = at_step(read.reply)
    if meaning in {AtStep.LIMITED, AtStep.TOKEN}:
        return result
    return Retry(f"{words} ({read.reason})", 60.0, "earlier", waiting=True)


def _containers_made(journal: Journal, name: str) -> int:
    return len({entry.handle for entry in journal.entries if entry.name == name and entry.handle})


def _unfetched(result: Retry, failures: int, hosts: tuple[str, ...]) -> StepResult:
    if failures < len(FETCH_WAITS_SECONDS):
        return Retry(result.reason, FETCH_WAITS_SECONDS[failures], result.code)
    if failures == len(FETCH_WAITS_SECONDS):
        return Rebuild(hosts, result.reason)
    return Refused(f"{result.reason}; `daypart media check` tries the address", result.code)


def _failures(journal: Journal, name: str) -> int:
    """How often a step ended without a result, waiting included."""
    return sum(entry.name == name and entry.phase == "unknown" for entry in journal.entries)


def _poll_wait(journal: Journal, ready: str) -> float:
    return POLL_WAITS_SECONDS[min(_failures(journal, ready), len(POLL_WAITS_SECONDS) - 1)]
