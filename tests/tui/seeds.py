"""What stands in the pretend workspace: two weeks of three clients with every state, and as many rows as a bench wants."""

from __future__ import annotations

from scheduler.clock import MINUTE, SECOND
from scheduler.desk.views import ApprovalView, BeatView, EventView, NoticeView, Sign, Span
from scheduler.lifecycle import HELD_OVER
from tests.tui.fake_desk import NOW, FakeDesk, Item, Text, Work, micros

MENU_EN = (
    "Winter menu is here ❄\n\nSlow-braised short rib, charred leeks and a hot chocolate that should probably be illegal. "
    "From Tuesday in both shops. #wintermenu #wroclaw"
)
MENU_PL = "Zimowe menu już jest ❄\n\nDługo duszone żeberka, opalane pory i gorąca czekolada. Od wtorku w obu kawiarniach. #zima #wroclaw"
HIRING_EN = "We are hiring a barista. 39 zł an hour, weekends off every second week. Write to us until 4 December."
ADVENT_PL = "Kalendarz adwentowy: 24 książki, 24 wieczory. Pierwsze okienko otwieramy w sobotę o 17:00."
SIGNING_EN = "Signed copies of the sea anthology are on the counter, until they are not."
READING_EN = "Reading night on Thursday at 19:00. Bring a cup, we bring the tea. Twelve seats, no tickets."
ROBOT_PL = "Nowe krzesła w pracowni. Jesion, olej, zero lakieru. Przyjdź usiąść w sobotę od 10:00 do 14:00."

BEATS = (
    BeatView(0.0, 3.0, "Stop scrolling: it snows chocolate.", "IT SNOWS CHOCOLATE", "close-up, cocoa over milk foam"),
    BeatView(3.0, 9.0, "Our winter menu starts on Tuesday, with short rib and charred leeks.", "From Tuesday", "plate turns, steam"),
    BeatView(12.0, 8.0, "Two shops, one hot chocolate that should be illegal.", "Both shops", "door opens, both shop fronts"),
    BeatView(20.0, 6.0, "Come in before it melts.", "Before it melts", "empty cup, snow outside"),
)


def _model(text: str, words: str) -> tuple[Span, ...]:
    at = text.index(words)
    return (Span(at, at + len(words), "model"),)


def seeded(desk: FakeDesk | None = None) -> FakeDesk:
    """Two weeks around Tue 24 Nov 2026."""
    desk = desk or FakeDesk()
    _kawa(desk)
    _harbour(desk)
    _forma(desk)
    return desk


def _put(desk: FakeDesk, work: Work, *items: Item) -> None:
    desk.works[work.post] = work
    for item in items:
        item.post = work.post
        desk.items[item.key] = item


def _yes() -> ApprovalView:
    return ApprovalView("editor", NOW - 90 * MINUTE)


def _queued(account: str, when: str) -> Item:
    approved = EventView(NOW - 90 * MINUTE, "draft", "queued", "person:editor", "approved as shown")
    return Item(
        "",
        account,
        "queued",
        Sign.SCHEDULED,
        micros(when),
        "scheduled",
        approved=_yes(),
        next="goes out by itself at its time",
        events=[approved],
    )


def _published(account: str, when: str, url: str) -> Item:
    at = micros(when)
    return Item(
        "",
        account,
        "published",
        Sign.PUBLISHED,
        at,
        "published",
        url=url,
        published_at=at + 2 * SECOND,
        approved=_yes(),
        events=[
            EventView(at, "queued", "sending", "engine:here", "request sent"),
            EventView(at + 2 * SECOND, "sending", "published", "engine:here", "the platform answered with the post's address"),
        ],
    )


def _kawa(desk: FakeDesk) -> None:
    menu = {
        "pl": Text(MENU_PL),
        "en": Text(MENU_EN, _model(MENU_EN, "Slow-braised short rib, charred leeks and a hot chocolate that should probably be illegal.")),
    }
    picture = ("menu.jpg · 412 KB · 1080×1350 · alt: A bowl of short rib on a dark table",)
    _put(
        desk,
        Work(
            "winter/menu",
            "Winter menu",
            "kawa",
            menu,
            ["ig-kawa", "bs-kawa", "ms-kawa"],
            media=picture,
            brief="Tell people about the winter menu",
            facts=("Tuesday", "both shops"),
        ),
        Item("", "ig-kawa", "draft", Sign.DRAFT, micros("2026-11-25 12:30"), "draft"),
        Item(
            "",
            "bs-kawa",
            "draft",
            Sign.AI_DRAFT,
            micros("2026-11-25 12:30"),
            "AI draft – needs you",
            changed=("-From Wednesday in both shops.", "+From Tuesday in both shops."),
        ),
        Item("", "ms-kawa", "draft", Sign.DRAFT, micros("2026-11-25 12:30"), "draft"),
    )
    desk._propose(
        desk.works["winter/menu"],
        "en",
        1,
        "caption",
        "Winter came early. So did the hot chocolate. From Tuesday in both shops. #wintermenu",
    )
    desk._propose(desk.works["winter/menu"], "en", 2, "reel", "It snows chocolate. From Tuesday. #wintermenu", BEATS, 24.5)
    _put(
        desk,
        Work(
            "winter/latte",
            "Latte art class",
            "kawa",
            {"pl": Text("Warsztaty latte art, było pięknie."), "en": Text("Latte art class: what a morning.")},
            ["ig-kawa", "bs-kawa"],
            media=picture,
        ),
        _published("ig-kawa", "2026-11-24 09:00", "https://www.instagram.com/p/Dx7kawa"),
        _published("bs-kawa", "2026-11-24 09:00", "https://bsky.example/profile/kawa/post/3lb2"),
    )
    asked = micros("2026-11-24 10:00")
    _put(
        desk,
        Work("winter/hours", "New opening hours", "kawa", {"en": Text("New hours from Monday: 7 to 21, Sundays 9 to 18.")}, ["ms-kawa"]),
        Item(
            "",
            "ms-kawa",
            "ask",
            Sign.NEEDS_YOU,
            asked,
            "needs you",
            approved=_yes(),
            reason="Mastodon did not answer at 10:00. We looked 4 times until 10:24 and did not find the post. "
            "It may show later, so we do not send it twice.",
            events=[
                EventView(asked + 2 * SECOND, "claimed", "sending", "engine:here", "request sent"),
                EventView(asked + 62 * SECOND, "sending", "unknown", "engine:here", "no answer within 60 s"),
                EventView(asked + 67 * SECOND, "unknown", "checking", "engine:here", "looked: not there (1 of 4)"),
                EventView(asked + 24 * MINUTE, "checking", "ask", "engine:here", "looked 4 times: not there; it may still appear"),
            ],
        ),
    )
    _put(
        desk,
        Work(
            "winter/beans",
            "Beans of the month",
            "kawa",
            {"en": Text("Beans of the month: Huila, washed, plum and cocoa.")},
            ["bs-kawa", "ms-kawa"],
        ),
        _queued("bs-kawa", "2026-11-24 11:00"),
        _queued("ms-kawa", "2026-11-24 14:00"),
    )


def _harbour(desk: FakeDesk) -> None:
    _put(
        desk,
        Work(
            "harbour/signing",
            "Signed copies",
            "harbour",
            {"en": Text(SIGNING_EN)},
            ["bs-harbour", "ms-harbour"],
            managed_by="files",
            file="campaigns/harbour/posts/signing.md",
        ),
        _queued("bs-harbour", "2026-11-26 18:00"),
        _queued("ms-harbour", "2026-11-26 18:15"),
    )
    _put(
        desk,
        Work("harbour/reading", "Reading night", "harbour", {"en": Text(READING_EN)}, ["bs-harbour", "ms-harbour"]),
        Item("", "bs-harbour", "draft", Sign.DRAFT, micros("2026-11-26 09:00"), "draft"),
        Item(
            "",
            "ms-harbour",
            "sending",
            Sign.SENDING,
            NOW - 12 * SECOND,
            "sending: waiting for Mastodon",
            approved=_yes(),
            events=[EventView(NOW - 12 * SECOND, "claimed", "sending", "engine:here", "request sent")],
        ),
    )
    _put(
        desk,
        Work("harbour/hello", "Good morning", "harbour", {"en": Text("Good morning from the harbour.")}, ["bs-harbour", "ms-harbour"]),
        Item(
            "",
            "bs-harbour",
            "missed",
            Sign.MISSED,
            micros("2026-11-23 08:00"),
            "missed",
            reason="the window ended Mon 8:30 while this computer was off",
        ),
        Item(
            "",
            "ms-harbour",
            "checking",
            Sign.CHECKING,
            NOW - 3 * MINUTE,
            "checking with Mastodon (look 2 of 4)",
            approved=_yes(),
            next="the next look is at 10:41",
        ),
    )
    _put(
        desk,
        Work("harbour/sale", "Autumn sale", "harbour", {"en": Text("Autumn sale ends on Friday.")}, ["bs-harbour"]),
        Item(
            "",
            "bs-harbour",
            "refused",
            Sign.REFUSED,
            micros("2026-11-23 17:00"),
            "refused by Bluesky",
            reason="Bluesky refused it: the picture is larger than 2 MB.",
        ),
    )
    _put(
        desk,
        Work("harbour/old", "Summer sale", "harbour", {"en": Text("Summer sale.")}, ["bs-harbour"]),
        Item("", "bs-harbour", "cancelled", Sign.CANCELLED, micros("2026-11-24 16:00"), "cancelled"),
    )


def _forma(desk: FakeDesk) -> None:
    media = ("chair.jpg · 890 KB · 1080×1080 · alt missing",)
    _put(
        desk,
        Work(
            "forma/chairs",
            "New chairs",
            "forma",
            {"pl": Text(ROBOT_PL, (Span(0, len(ROBOT_PL), "model"),))},
            ["ig-forma"],
            media=media,
            brief="Nowe krzesła",
            facts=("10:00", "14:00"),
        ),
        Item("", "ig-forma", "draft", Sign.AI_DRAFT, micros("2026-11-27 10:00"), "AI draft – needs you"),
    )
    _put(
        desk,
        Work("forma/door", "Open day", "forma", {"pl": Text("Drzwi otwarte w sobotę od 10:00.")}, ["ig-forma"], media=media),
        _queued("ig-forma", "2026-11-28 09:00"),
    )
    _put(
        desk,
        Work("forma/idea", "Oil or lacquer", "forma", {"pl": Text("")}, ["ig-forma"]),
        Item("", "ig-forma", "draft", Sign.NEEDS_TEXT, micros("2026-11-29 12:00"), "no text yet"),
    )


def put_notices(desk: FakeDesk) -> None:
    """One that could not be sent, one that waits, one that was told."""
    desk.untold_words = "2 notices could not be sent (office: the mail server does not answer); tried again at 10:40"
    kawa, house = ("kawa", "Kawa Wrocław"), (None, "Studio desk")
    late = {"office": "the mail server does not answer"}
    command = "daypart account connect bs-kawa"
    desk.told += [
        _notice(43, "reauth", "an account has to be connected again", kawa, "the app password was revoked", "Connect the account again.",
                command, "not sent yet, office: the mail server does not answer; tried again at 10:40", late),
        _notice(42, "clock", "the clock of this computer is doubtful; nothing is sent", house, "it was set forward by an hour",
                "Set the clock of this computer.", "daypart doctor", "waits to be sent", {}),
        _notice(41, "hold", "on hold", kawa, "on hold: kawa, by anna: storm in the news", "Release it when posts may leave again.",
                "daypart release --client kawa", "told Mon 23 Nov 09:02 CET", None),
    ]  # fmt: skip


def _notice(
    number: int, kind: str, headline: str, client: tuple[str | None, str], words: str, action: str, command: str, told: str,
    waiting: dict[str, str] | None,
) -> NoticeView:  # fmt: skip
    at = micros("2026-11-23 09:00") + number
    account = "bs-kawa" if kind == "reauth" else None
    sent = at if waiting is None else None
    return NoticeView(number, kind, headline, *client, account, None, words, action, command, at, sent, 1, None, waiting or {}, told)


MONTH = (
    ("autumn/roast", "Roasting day", "kawa", "We roast on Thursdays. The smell is free.", ("bs-kawa", "ig-kawa"), "2026-11-05 09:00"),
    ("autumn/cup", "Cup of the week", "kawa", "Cup of the week: Sidamo, washed, peach and tea.", ("ms-kawa",), "2026-11-02 12:15"),
    ("autumn/cup-2", "Cup of the week", "kawa", "Cup of the week: Nariño, honey, plum.", ("ms-kawa",), "2026-11-09 12:15"),
    ("autumn/cup-3", "Cup of the week", "kawa", "Cup of the week: Yirgacheffe, natural, berries.", ("ms-kawa",), "2026-11-16 12:15"),
    ("autumn/poets", "Poets from the coast", "harbour", "Five poets, one table, Friday at seven.", ("bs-harbour",), "2026-11-06 18:00"),
    ("autumn/shelf", "A shelf of lighthouses", "harbour", "A whole shelf of lighthouses.", ("ms-harbour",), "2026-11-11 09:30"),
    ("autumn/club", "Book club", "harbour", "Book club reads the sea this month.", ("bs-harbour", "ms-harbour"), "2026-11-19 18:00"),
    ("autumn/oak", "An oak table", "forma", "Stół z dębu, który pamięta ogród.", ("ig-forma",), "2026-11-03 10:00"),
    ("autumn/joint", "Joints without glue", "forma", "Połączenia bez kleju: film w rolce.", ("ig-forma",), "2026-11-13 17:00"),
    ("autumn/light", "Light in the workshop", "forma", "Światło w pracowni o ósmej rano.", ("ig-forma",), "2026-11-18 08:00"),
    ("winter/cup-5", "Cup of the week", "kawa", "Cup of the week: Kenya AA, blackcurrant.", ("ms-kawa",), "2026-11-30 12:15"),
    ("winter/gifts", "Gifts under 50 zł", "kawa", "Gifts under 50 zł, wrapped at the counter.", ("bs-kawa", "ig-kawa"), "2026-12-02 12:30"),
    ("winter/saints", "Saint Nicholas reads", "harbour", "Saint Nicholas reads at four.", ("bs-harbour", "ms-harbour"), "2026-12-04 16:00"),
    ("winter/bench", "A bench for two", "forma", "Ławka dla dwojga. Jesion i len.", ("ig-forma",), "2026-12-05 10:00"),
)


def full_month() -> FakeDesk:
    """The two weeks, and a usual month around them: for pictures."""
    desk = seeded()
    for post, title, client, words, accounts, when in MONTH:
        work = Work(post, title, client, {"en": Text(words)}, list(accounts))
        past = micros(when) < NOW
        url = f"https://social.example/{post}"
        _put(desk, work, *(_published(name, when, url) if past else _queued(name, when) for name in accounts))
    return desk


def crowded(rows: int) -> FakeDesk:
    """Many planned posts of one text, a tenth of them in this week."""
    desk = seeded()
    start = micros("2026-11-23 06:00")
    for n in range(rows):
        week = 0 if n % 10 == 0 else 1 + n % 50
        post = f"bulk/p{n}"
        desk.works[post] = Work(post, f"Post number {n}", "kawa", {"en": Text(f"Post number {n} about coffee")}, ["bs-kawa"])
        due = start + week * 7 * 24 * 60 * MINUTE + (n % 10_000) * MINUTE
        desk.items[f"{post}@bs-kawa"] = Item(
            post, "bs-kawa", "queued" if n % 4 else "draft", Sign.SCHEDULED if n % 4 else Sign.DRAFT, due, "scheduled"
        )
    return desk


def make_late(desk: FakeDesk, count: int) -> None:
    """A hold made so many planned posts late."""
    waiting = sorted((item for item in desk.items.values() if item.state == "queued"), key=lambda item: item.due or 0)
    for item in waiting[:count]:
        item.state, item.sign, item.words, item.reason, item.due = "missed", Sign.MISSED, "missed", HELD_OVER, desk.clock.at - 10 * MINUTE
