"""The first run: three questions, then a post that goes out on pretend platforms, and the way to a real account."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from config.desk_settings import DeskSettings, read_settings, settings_path
from scheduler.desk.first_run import FirstPost, FirstRun
from scheduler.desk.views import DeliveryView
from scheduler.errors import DeskError
from tui.dialogs.ask_account import AskAccount, Whose
from tui.dialogs.ask_words import AskWords, needs_words
from tui.dialogs.pick import Pick
from tui.lines.words import error_words
from tui.say import language_of, later, say, speak
from tui.shell import Shell, glyphs_of
from tui.text import clean, one_line, quoted
from tui.theme import FALLBACKS, THEME_OF, THEMES
from tui.told import told

STYLES = Path(__file__).parent / "styles"
TRY = "try"
WAYS = (
    (TRY, later("Try it out: a pretend Bluesky and Mastodon on this computer, half a minute")),
    ("bluesky", later("Connect a Bluesky account")),
    ("mastodon", later("Connect a Mastodon account (or GoToSocial, Pixelfed)")),
    ("instagram", later("Connect an Instagram account (professional)")),
)
HELLO = later(
    "daypart plans, approves and publishes posts. Nothing is published without your approval.\n\n"
    "Three questions, and your first post goes out on pretend platforms on this computer: nothing leaves it. "
    "⏎ is the Enter key: it goes on. esc goes back.\n\n"
    "What you make is kept in this folder, where nothing is set up yet:\n{folder}\n"
    "Another folder, or campaign files from your team? Leave, and open that one: daypart --workspace FOLDER"
)


@dataclass(frozen=True, slots=True)
class Next:
    """How the desk opens after the first run."""

    place: str
    connect: str = ""
    """This account is connected first; `*`: ask which; empty: none."""


class Welcome(Shell, inherit_bindings=False):
    """Opens where there is no workspace; `then` says how to go on afterwards."""

    CSS_PATH = [STYLES / "base.tcss", STYLES / "dialogs.tcss", STYLES / "welcome.tcss"]
    BINDINGS = [
        Binding("q,ctrl+q,escape", "leave", "Leave", show=False, id="welcome.leave", tooltip="Leave; what was made stays"),
        Binding("enter", "go_on", "Go on", show=False, id="welcome.go_on", tooltip="Begin, or open the desk"),
        Binding("c", "connect", "Connect", show=False, id="welcome.connect", tooltip="Connect a real account"),
        Binding("tab", "app.focus_next", "Next", show=False),
        Binding("shift+tab", "app.focus_previous", "Before", show=False),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, first: FirstRun, settings: DeskSettings | None = None) -> None:
        super().__init__(None)  # there is no desk yet, and nothing of the first run asks it
        self.first = first
        self.then: Next | None = None
        """None: the person left."""
        for theme in THEMES:
            self.register_theme(theme)
        likes = settings or DeskSettings(language="en")
        self.theme = THEME_OF[likes.theme]
        self.glyphs = glyphs_of(likes.signs, self.glyphs)
        speak(language_of() if likes.language == "auto" else likes.language, aloud=likes.reading == "aloud")
        self._done = False
        self._busy = False

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return FALLBACKS

    def compose(self) -> ComposeResult:
        with Vertical(id="welcome", classes="pane") as box:
            box.border_title = Content(say("Welcome"))
            with VerticalScroll(id="said", can_focus=False):
                yield Static(Content(say(HELLO, folder=clean(str(self.first.root.absolute())))), id="story", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(Content(say("Leave (q)")), id="leave")
                yield Button(Content(say("Connect a real account (c)")), id="connect")
                yield Button(Content(say("Begin (⏎)")), id="begin", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#connect").display = False
        self.query_one("#begin").focus()

    # ── the three questions ──

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def ask(self) -> None:
        """`esc` goes one question back."""
        name, way, step = "", "", 1
        while 0 < step < 4:
            if step == 1:
                answer = await self.push_screen_wait(_name_question(name))
                name, step = (answer, 2) if answer else (name, 0)
            elif step == 2:
                answer = await self.push_screen_wait(
                    Pick(
                        say("2 of 3 · {name} · what now?", name=clean(name)),
                        [(choice, say(words)) for choice, words in WAYS],
                        chosen=way or TRY,
                        no=say("Back"),
                    )
                )
                way, step = (answer, 3) if answer else (way, 1)
            else:
                step = 4 if await self._third(name, way) else 2

    async def _third(self, name: str, way: str) -> bool:
        """Asks it, and does what was chosen; whether it was answered."""
        if way == TRY:
            if words := await self.push_screen_wait(_words_question(name)):
                await self._try(name, words)
            return bool(words)
        if whose := await self.push_screen_wait(_handle_question(name, way)):
            await self._own(name, way, whose)
        return whose is not None

    async def _try(self, name: str, words: str) -> None:
        self._begin_work()
        try:
            first = await self.first.try_it(name, words, self._say)
        except DeskError as error:
            self._end_work(error_words(error), opened=self.first.desk is not None)
            return
        self._end_work(*_story(name, words, first), opened=True)

    async def _own(self, name: str, platform: str, whose: Whose) -> None:
        self._begin_work()
        try:
            account = await self.first.own(name, platform, whose.handle, whose.server)
        except DeskError as error:
            self._end_work(error_words(error), opened=self.first.desk is not None)
            return
        self._leave_for(Next("accounts", account))

    # ── what is shown ──

    def _begin_work(self) -> None:
        self._busy = True
        self._lines: list[str] = []
        self.query_one(".buttons").display = False
        self._tell()

    def _say(self, words: str) -> None:
        self._lines.append(f"{self.glyphs.dot} {told(words)} …")
        self._tell()

    def _tell(self) -> None:
        self.query_one("#story", Static).update(Content("\n".join(map(clean, self._lines))))
        self.query_one("#said").scroll_end(animate=False)

    def _end_work(self, *words: str, opened: bool) -> None:
        self._busy, self._done = False, opened
        self._lines += ["", *words]
        self._tell()
        self.query_one(".buttons").display = True
        self.query_one("#connect").display = opened
        self.query_one("#begin", Button).label = Content(say("Open the desk (⏎)") if opened else say("Try again (⏎)"))
        self.query_one("#begin").focus()

    # ── going on ──

    @on(Button.Pressed, "#begin")
    def action_go_on(self) -> None:
        if self._busy:
            return
        if self._done:
            self._leave_for(Next("outbox"))
        else:
            self.ask()

    @on(Button.Pressed, "#connect")
    def action_connect(self) -> None:
        if self._done and not self._busy:
            self._leave_for(Next("accounts", "*"))

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        self.exit()

    def _leave_for(self, then: Next) -> None:
        self.then = then
        self.exit()


def _name_question(name: str) -> AskWords:
    return AskWords(
        say("1 of 3 · whose posts?"),
        say("Whose posts are these? Your own name, or your first client's."),
        yes=say("Go on"),
        no=say("Back"),
        value=name,
        placeholder=say("for example: Kawa Wrocław"),
        check=needs_words("a name"),
        details=say("Three questions; esc goes one back."),
    )


def _words_question(name: str) -> AskWords:
    return AskWords(
        say("3 of 3 · {name} · first words", name=clean(name)),
        say("What shall your first post say?"),
        yes=say("Approve and send"),
        no=say("Back"),
        placeholder=say("for example: Hello, we open on Saturday"),
        check=needs_words(say("a few words")),
        details=say("⏎ approves exactly these words, and sends them on the pretend Bluesky and Mastodon. Nobody else can see them."),
    )


def _handle_question(name: str, platform: str) -> AskAccount:
    return AskAccount(
        say("3 of 3 · {name} · your account", name=clean(name)),
        platform,
        no=later("Back"),
        details=say("It is written into daypart.yaml in this folder. Signing in comes next; secrets are never in files."),
    )


def _story(name: str, words: str, first: FirstPost) -> list[str]:
    good = all(view.state == "published" for view in first.sent)
    head = (
        say("Your first post is out, {seconds:.0f} s after your yes:", seconds=first.seconds) if good else say("Not everything went out:")
    )
    lines = [head, "", f"  {clean(name)}", f"  {quoted(one_line(words))}", ""]
    lines += [_line(view) for view in first.sent]
    page = next((f"{url.scheme}://{url.netloc}/" for url in (urlsplit(view.remote_url or "") for view in first.sent) if url.netloc), "")
    if good:
        lines += ["", say("You said yes to exactly these words, and each went out once.")]
    if page:
        lines += [say("Look at them in a browser on this computer: {page}", page=page)]
    return [*lines, "", say("Now the desk: ⏎ opens it on your post. c connects a real account.")]


def _line(view: DeliveryView) -> str:
    place = say("{platform_name} (pretend, on this computer)", platform_name=one_line(view.platform_name))
    return f"  {place}: {told(one_line(view.words))}"


async def welcome(root: Path) -> tuple[FirstRun, Next | None]:
    """Ask, and do it. The caller closes what was begun."""
    first = FirstRun(root)
    app = Welcome(first, read_settings(settings_path()).settings)
    try:
        await app.run_async()
        return first, app.then
    except BaseException:
        await first.close()
        raise
