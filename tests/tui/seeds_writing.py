"""A post being written in every depth: a script, pictures with something wrong, earlier texts."""

from __future__ import annotations

import asyncio

from drafting.provenance import Attributed
from drafting.provenance import Span as Origin
from drafting.timeline import read, written
from scheduler.clock import MINUTE
from scheduler.desk.write.views import AltText, FormerText, MediaPage, MediaView, Verdict
from tests.tui.fake_desk import NOW, FakeDesk
from tests.tui.seeds import MENU_PL, seeded

POST = "winter/menu"
SCRIPT = """target: 20 s

[3 s]
voice: Stop scrolling, it snows chocolate.
screen: IT SNOWS
screen: CHOCOLATE
shot: close-up, cocoa over milk foam

[6 s]
voice: Our winter menu starts on Tuesday, with short rib, charred leeks and a hot chocolate that should be illegal.
screen: From Tuesday
shot: plate turns, steam

[6 s, own media]
shot: both shop fronts, snow

[4 s]
voice: Come in before it melts.
shot: empty cup
"""
CROP = "'wide.jpg' is 2400×800 (ratio 3.00), Instagram takes 0.8 to 1.91"


def deep() -> FakeDesk:
    """The usual workspace; its menu post has a script, pictures and a past."""
    desk = seeded()
    desk.scripts[POST, "pl"] = read(SCRIPT)
    good = tuple(Verdict(account, name, True, "", "") for account, name in (("ig-kawa", "Instagram"), ("bs-kawa", "Bluesky")))
    alts = (AltText("alt:0:pl", "pl", "Miska żeberek na ciemnym stole"), AltText("alt:0:en", "en", "A bowl of short rib on a dark table"))
    wide = (Verdict("ig-kawa", "Instagram", False, CROP, "crop it"), Verdict("bs-kawa", "Bluesky", True, "", ""))
    desk.pages[POST] = MediaPage(
        (
            MediaView(0, "menu.jpg", False, 412_000, 1080, 1350, None, "", True, alts, good),
            MediaView(
                1, "wide.jpg", False, 3_120_000, 2400, 800, None, "changed by AI", True, (AltText("alt:1:pl", "pl", ""),), wide, "edited"
            ),
            MediaView(2, "reel.mp4", True, 18_400_000, 1080, 1920, 24.5, "", False, (), ()),
        ),
        (),
    )
    desk.former = [
        FormerText(3, "pl", MENU_PL, (), "tester", NOW - MINUTE, current=True),
        FormerText(2, "pl", "Zimowe menu: żeberka, pory, czekolada.", (), "the model", NOW - 50 * MINUTE, current=False),
        FormerText(1, "pl", "Menu na zimę. Od środy.", (), "jan", NOW - 26 * 60 * MINUTE, current=False, aside=True),
    ]
    return desk


def scripted() -> FakeDesk:
    """Its script comes from a model, but for two words of the first voice and everything after the first beat."""
    desk = deep()
    lines = written(desk.scripts[POST, "pl"])
    theirs = ("Stop scrolling,", "chocolate.\nscreen: IT SNOWS\nscreen: CHOCOLATE\nshot: close-up, cocoa over milk foam")
    spans, at = list[Origin](), 0
    for words in theirs:
        begin = lines.index(words)
        spans += [Origin(at, begin, "human:tester"), Origin(begin, begin + len(words), "ai:run")]
        at = begin + len(words)
    desk.script_origins[POST, "pl"] = Attributed(lines, (*spans, Origin(at, len(lines), "human:tester")))
    return desk


def talking() -> FakeDesk:
    """Nothing is proposed yet, and the model stops in the middle of its words."""
    desk = deep()
    desk._ready = []
    desk.mouth.gate = asyncio.Event()
    return desk
