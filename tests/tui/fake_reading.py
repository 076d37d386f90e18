"""What a Desk in memory holds and how it is seen; `fake_desk` adds what a person can do."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.contract import Preview, Problem
from adapters.limits import LIMITS
from scheduler.clock import SECOND
from scheduler.desk.outbox.evidence import Evidence, Looked, Option, Sent
from scheduler.desk.today.views import Risk
from scheduler.desk.views import (
    AccountView,
    CalendarRow,
    DeliveryQuery,
    DeliveryView,
    DisclosureView,
    EventView,
    NoticesView,
    NoticeView,
    Overview,
    PartView,
    PostView,
    ProposalView,
    ReviewItem,
    ServiceView,
    Sign,
    Span,
    TextView,
)
from scheduler.errors import NotFoundError
from scheduler.outage import Outage
from scheduler.report.model import WeekReport
from scheduler.scene import ClientView, HoldView
from tests.tui.fake_calendar import FakeCalendar
from tests.tui.fake_report import fake_week
from tests.tui.fake_world import CLIENTS, EVERY, NAMES, PLATFORM, TZ, FakeClock, Item, Work, micros


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class FakeReading(FakeCalendar):
    """The seeing half."""

    clock: FakeClock

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.root = Path("/nowhere")
        self.tz = TZ
        self.clock = clock or FakeClock()
        self.works: dict[str, Work] = {}
        self.items: dict[str, Item] = {}
        self.found_holds: list[HoldView] = []
        self.found_risks: list[Risk] = []
        self.running = True
        self.sandbox = False
        self.model = True
        self.saved: list[tuple[str, str, str]] = []
        self.decided: list[tuple[str, str]] = []
        self.told: list[NoticeView] = []
        self.untold_words = ""
        self.outage: Outage | None = None
        self.unsaved = ""
        self.slots = {}
        self.fail_save: Exception | None = None
        self.fail_read: Exception | None = None
        self.slow: asyncio.Event | None = None
        """While it is set to an event that did not happen, reading takes for ever."""
        self._ready: list[ProposalView] = []
        self._undo: list[tuple[str, Callable[[], None]]] = []
        self._changed = asyncio.Event()
        self._ids = 0

    async def close(self) -> None:
        return None

    def poke(self) -> None:
        """Another process changed the store."""
        self._changed.set()

    async def changes(self, every: float = 0.25) -> AsyncIterator[int]:
        number = 0
        while True:
            await self._changed.wait()
            self._changed.clear()
            number += 1
            yield number

    async def _reading(self) -> None:
        if self.slow is not None:
            await self.slow.wait()
        if self.fail_read is not None:
            raise self.fail_read

    # ── the week's report ──

    async def week_report(self, *, client: str | None = None, week: str | None = None) -> WeekReport:
        await self._reading()
        return fake_week(self.items.values(), self.works, client, week, self.clock.at)

    # ── seeing ──

    async def clients(self) -> list[ClientView]:
        return list(CLIENTS)

    async def accounts(self) -> list[AccountView]:
        return [self._account_view(name, client) for client in CLIENTS for name in client.accounts]

    def _account_view(self, name: str, client: ClientView) -> AccountView:
        platform = PLATFORM[name[:2]]
        languages = {"kawa": ("pl", "en"), "harbour": ("en",), "forma": ("pl",)}[client.id or ""]
        if name == "bs-kawa":
            languages = ("en",)
        return AccountView(
            name=name,
            platform=platform,
            platform_name=LIMITS[platform].label,
            handle=name,
            client=client.id,
            client_name=client.name,
            connected=True,
            state="ok",
            expires_at=None,
            supported=True,
            words="connected",
            languages=languages,
        )

    async def overview(self, client: str | None = None) -> Overview:
        views = [self._view(item) for item in self._of(client)]
        planned = sorted((v for v in views if v.state == "queued" and v.due and v.due >= self.clock.at), key=lambda v: v.due or 0)
        words = "running" if self.running else "not running"
        return Overview(
            workspace="Studio desk",
            sandbox=self.sandbox,
            tz=TZ,
            planned=len(planned),
            to_approve=sum(v.sign in {Sign.DRAFT, Sign.AI_DRAFT} and v.words != "sent back" for v in views),
            needs_you=sum(v.sign in {Sign.NEEDS_YOU, Sign.REFUSED, Sign.MISSED} for v in views),
            next=planned[0] if planned else None,
            holds=tuple(self.found_holds),
            service=ServiceView(self.running, 7 if self.running else None, None, words),
            untold=len([notice for notice in self.told if notice.sent_at is None]),
            untold_words=self.untold_words,
            outage=self.outage,
            unsaved=self.unsaved,
        )

    async def see_notices(self) -> NoticesView:
        return NoticesView(tuple(self.told), ("office", "kawa-chat") if self.told else (), watched=bool(self.told), tz=TZ)

    def _of(self, client: str | None) -> list[Item]:
        return [item for item in self.items.values() if client is None or self.works[item.post].client == client]

    async def deliveries(self, query: DeliveryQuery = EVERY) -> list[DeliveryView]:
        await self._reading()
        found = [
            item
            for item in self._of(query.client)
            if (not query.states or item.state in query.states)
            and (query.since is None or (item.due or 0) >= query.since)
            and (query.until is None or (item.due or 0) < query.until)
            and query.post in {None, item.post}
            and query.account in {None, item.account}
        ]
        found.sort(key=lambda i: (i.due or 0, i.key))
        return [self._view(item) for item in (found[-query.limit :] if query.newest else found[: query.limit])]

    async def delivery(self, key: str) -> DeliveryView:
        return self._view(self._item(key))

    async def calendar(self, first: date, last: date, client: str | None = None) -> list[CalendarRow]:
        await self._reading()
        start, end = micros(f"{first} 00:00"), micros(f"{last + timedelta(days=1)} 00:00")
        return [self._calendar_row(item) for item in self._of(client) if item.due is not None and start <= item.due < end]

    def _calendar_row(self, item: Item) -> CalendarRow:
        work, moment = self.works[item.post], datetime.fromtimestamp((item.due or 0) / SECOND, ZoneInfo(TZ))
        client = NAMES[work.client]
        sign = self._sign(item)
        return CalendarRow(
            item.key,
            moment.date(),
            f"{moment:%H:%M}",
            sign,
            item.account,
            PLATFORM[item.account[:2]],
            client.id,
            client.name,
            client.color,
            work.title,
            self._ai(item),
        )

    async def post(self, post: str) -> PostView:
        work = self._work(post)
        return PostView(
            post=post,
            title=work.title,
            client=work.client,
            client_name=NAMES[work.client].name,
            managed_by=work.managed_by,
            file=work.file,
            texts=tuple(TextView(name, text.text, text.spans) for name, text in work.texts.items()),
            accounts=tuple(work.accounts),
            deliveries=tuple(self._view(item) for item in self.items.values() if item.post == post),
            proposals=tuple(p for p in self._ready if p.post == post and p.status in {"ready", "needs_work"}),
            brief=work.brief,
        )

    async def waiting(self, client: str | None = None) -> list[ReviewItem]:
        await self._reading()
        found = [item for item in self._of(client) if item.state == "draft" and self._text(item) and item.words != "sent back"]
        return [self._review(item) for item in sorted(found, key=lambda i: (i.due or 0, i.key))]

    async def review(self, key: str) -> ReviewItem:
        return self._review(self._item(key))

    async def history(self, key: str) -> list[EventView]:
        return list(self._item(key).events)

    async def evidence(self, key: str) -> Evidence:
        item = self._item(key)
        view, text = self._view(item), next(iter(self.works[item.post].texts.values())).text
        where = f"{view.client_name} · {view.platform_name} {item.account}"
        if item.state != "ask":
            options = (Option("drop", "drop it", "it is not sent any more; what is public stays public", f"daypart resolve {key} --drop"),)
            return Evidence(view, view.next or "Nothing was posted.", options, text, (), where, None, (), (), None, (), "")
        options = (
            Option("there", "it is there", "no risk: it is never sent again", f"daypart resolve {key} --published ADDRESS"),
            Option("again", "send again", "if it is there after all, it stands there twice", f"daypart resolve {key} --send-again"),
            Option("drop", "drop it", "it is not sent any more; what is public stays public", f"daypart resolve {key} --drop"),
        )
        at = (item.due or 0) + 2_000_000
        sent = (Sent(at, at + 60_000_000, "no clear answer", "no answer within 60 s", "read_timeout", None),)
        looks = tuple(Looked(at + n, "not settled", "not among the newest posts") for n in (65_000_000, 90_000_000, 180_000_000))
        page = "www.instagram.com/kawa.wroclaw/" if view.platform == "instagram" else "social.example/@kawa"
        first = f"Open https://{page} and look. Looking changes nothing. Then say what you saw."
        knows = f"Sure: it was sent 1× and not refused. Not sure: whether {view.platform_name} has it."
        return Evidence(view, first, options, text, (), where, None, sent, looks, None, (), knows)

    async def holds(self) -> list[HoldView]:
        return list(self.found_holds)

    async def risks(self, client: str | None = None) -> list[Risk]:
        return [risk for risk in self.found_risks if client in (None, risk.client)]

    # ── making views ──

    def _work(self, post: str) -> Work:
        if post not in self.works:
            raise NotFoundError(f"There is no post {post}.")
        return self.works[post]

    def _item(self, key: str) -> Item:
        if key not in self.items:
            raise NotFoundError(f"There is no {key}.", "It may have been deleted.")
        return self.items[key]

    def _field(self, item: Item) -> str:
        work = self.works[item.post]
        languages = self._account_view(item.account, NAMES[work.client]).languages
        own = next((name for name in work.texts if name.endswith(f"@{item.account}")), None)
        return own or next((language for language in languages if language in work.texts), next(iter(work.texts), "en"))

    def _text(self, item: Item, texts: Mapping[str, str] | None = None) -> str:
        work, name = self.works[item.post], self._field(item)
        return (texts or {}).get(name, work.texts[name].text if name in work.texts else "")

    def _spans(self, item: Item) -> tuple[Span, ...]:
        text = self.works[item.post].texts.get(self._field(item))
        return text.spans if text else ()

    def _share(self, item: Item) -> float:
        text = self._text(item)
        return sum(s.end - s.start for s in self._spans(item) if s.origin == "model") / max(1, len(text))

    def _ai(self, item: Item) -> str:
        share = self._share(item)
        return "human" if share == 0 else "human, AI-checked" if share < 0.1 else "AI-assisted" if share < 0.7 else "AI-generated"

    def _sign(self, item: Item) -> Sign:
        if self._held(item) and item.sign is Sign.SCHEDULED:
            return Sign.HELD
        return item.sign

    def _held(self, item: Item) -> bool:
        client = self.works[item.post].client
        return any(
            h.scope == "all"
            or (h.scope == "client" and h.subject == client)
            or (h.scope == "account" and h.subject == item.account)
            or (h.scope == "campaign" and h.subject == item.post.partition("/")[0])
            for h in self.found_holds
        )

    def _view(self, item: Item) -> DeliveryView:
        work = self.works[item.post]
        client, platform, sign = NAMES[work.client], PLATFORM[item.account[:2]], self._sign(item)
        words = "on hold" if sign is Sign.HELD else item.words
        return DeliveryView(
            id=1,
            key=item.key,
            post=item.post,
            campaign=item.post.partition("/")[0],
            title=self._text(item).splitlines()[0][:60] if self._text(item) else work.title,
            client=client.id,
            client_name=client.name,
            client_color=client.color,
            account=item.account,
            platform=platform,
            platform_name=LIMITS[platform].label,
            kind="post",
            part=1,
            parts=1,
            state=item.state,
            sign=sign,
            words=words,
            due=item.due,
            tz=TZ,
            wall="",
            digest=_digest(self._text(item)),
            approval=item.approved,
            ai=self._ai(item),
            disclosure=self._disclosure(item, platform),
            remote_id=None,
            remote_url=item.url,
            published_at=item.published_at,
            reason=item.reason,
            next=item.next,
            managed_by=work.managed_by,
        )

    def _disclosure(self, item: Item, platform: str) -> DisclosureView:
        generated = self._ai(item) == "AI-generated"
        return DisclosureView({"is_ai_generated": generated} if platform == "instagram" else {}, None)

    def _problems(self, item: Item, text: str) -> tuple[Problem, ...]:
        limits = LIMITS[PLATFORM[item.account[:2]]]
        found = []
        if len(text) > limits.text.maximum:
            over = len(text) - limits.text.maximum
            found.append(
                Problem("E501", f"{limits.label} takes {limits.text.maximum}, this has {len(text)}: {over} too many.", ("Shorten it",))
            )
        if limits.media_min and not self.works[item.post].media:
            found.append(Problem("E520", f"{limits.label} needs a picture or a video.", ("Add one",), "media[0]"))
        if len(re.findall(r"#\w+", text)) > (limits.hashtags_advised or 99):
            found.append(Problem("W510", f"More than {limits.hashtags_advised} tags look like spam on {limits.label}."))
        return tuple(found)

    def _review(self, item: Item, texts: Mapping[str, str] | None = None) -> ReviewItem:
        work, text = self.works[item.post], self._text(item, texts)
        limits = LIMITS[PLATFORM[item.account[:2]]]
        problems = self._problems(item, text)
        errors = [p for p in problems if p.is_error]
        share = self._share(item)
        fold = limits.text.fold_at if limits.text.fold_at and len(text) > limits.text.fold_at else None
        return ReviewItem(
            key=item.key,
            delivery=self._view(item),
            digest=_digest(text),
            parts=(PartView(text, self._spans(item), work.media),),
            first_comment=None,
            preview=Preview(
                f"@{item.account} · now",
                text,
                fold,
                work.media,
                ("Instagram links cannot be clicked.",) if "http" in text and item.account[:2] == "ig" else (),
            ),
            problems=problems,
            ai_share=share,
            facts=tuple(f for f in work.facts if f in text) if share else (),
            needs_facts_check=bool(share),
            changed=item.changed,
            options={},
            blocked=errors[0].message if errors else ("No time yet: F5 sets one." if item.due is None else None),
        )
