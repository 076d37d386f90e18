"""Sentences: worst first, no word of ours, what happened and what to press."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

from scheduler.clock import MINUTE
from scheduler.desk.views import EventView, ServiceView, Sign
from scheduler.outage import Outage
from scheduler.scene import HoldView
from tests.tui.fake_desk import NOW, TZ
from tests.tui.seeds import seeded
from tui.lines.words import banner, facts, history_lines, next_words, row_words, undo_words

JARGON = re.compile(r"\b(queue|daemon|digest|lease|utc|worker|exception|traceback)\b", re.IGNORECASE)


async def test_facts_worst_first() -> None:
    desk = seeded()
    overview = await desk.overview()
    words = [fact.words for fact in facts(overview, NOW)]
    assert words == [
        "! 3 need you",
        "? 5 to approve",
        "5 planned",
        "next 11:00 Kawa Wrocław bs-kawa (in 22 min)",
        "Service: running",
    ]
    stopped = replace(
        overview, service=ServiceView(False, None, None, "not running"), needs_you=1, holds=(HoldView(1, "all", "", "", "editor", NOW),)
    )
    offline = replace(overview, outage=Outage(NOW - MINUTE, NOW, ()))
    assert facts(offline, NOW)[0].words == "No network since 10:37; posts wait, nothing is lost"
    alone = replace(overview, outage=Outage(NOW - MINUTE, NOW, ("bsky.social",)))
    assert facts(alone, NOW)[0].short == "bsky.social not reached since 10:37"
    assert [fact.words for fact in facts(stopped, NOW)][:2] == ["Nothing goes out: the publishing service is not running", "! 1 needs you"]


async def test_banner_says_what_is_stopped_and_since_when() -> None:
    overview = await seeded().overview()
    assert banner(overview, NOW) is None
    held = replace(overview, holds=(HoldView(1, "all", "", "storm", "editor", NOW),))
    assert banner(held, NOW) == "ON HOLD since 10:38 – nothing leaves · ! release · storm"
    some = replace(overview, holds=(HoldView(1, "client", "kawa", "", "editor", NOW),))
    assert "kawa" in (banner(some, NOW) or "")
    stopped = replace(overview, service=ServiceView(False, None, None, "not running"))
    assert (banner(stopped, NOW) or "").startswith("Nothing is published")


async def test_rows_say_what_matters_in_their_state() -> None:
    desk = seeded()
    views = {d.key: d for d in await desk.deliveries()}
    assert row_words(views["winter/beans@bs-kawa"], NOW) == "in 22 min"
    assert row_words(views["winter/latte@ig-kawa"], NOW) == "www.instagram.com/p/Dx7kawa"
    assert "Mastodon did not answer" in row_words(views["winter/hours@ms-kawa"], NOW)
    assert row_words(views["harbour/hello@ms-harbour"], NOW) == "checking with Mastodon (look 2 of 4)"


async def test_an_unknown_outcome_is_never_called_failed() -> None:
    desk = seeded()
    for delivery in await desk.deliveries():
        if delivery.sign in {Sign.NEEDS_YOU, Sign.CHECKING}:
            assert "fail" not in f"{row_words(delivery, NOW)} {next_words(delivery)}".lower()


async def test_the_safe_step_comes_first() -> None:
    delivery = await seeded().delivery("winter/hours@ms-kawa")
    words = next_words(delivery)
    assert words.index("Look at") < words.index("sends it again")


def test_history_names_the_day_once_and_who_did_it() -> None:
    events = [
        EventView(NOW, "draft", "queued", "person:editor", "approved as shown"),
        EventView(NOW + MINUTE, "queued", "queued", "engine:n1", "waits"),
    ]
    assert history_lines(events, TZ) == ["Tue 24 Nov 10:38:00  planned – approved as shown · editor", "10:39:00  waits"]


def test_toasts_say_how_to_take_it_back() -> None:
    assert undo_words("Moved.", "puts it back") == "Moved. z: puts it back"
    assert undo_words("Moved.", None) == "Moved."
    assert undo_words("Moved.", "puts it back", typing=True) == "Moved. esc z: puts it back"


def test_no_word_of_ours_reaches_a_person() -> None:
    """Strings with a blank are sentences; the command's own name is the only exception."""
    found = [
        (path.name, sentence)
        for path in Path("tui").rglob("*.py")
        for sentence in _sentences(ast.parse(path.read_text(encoding="utf-8")))
        if JARGON.search(sentence.replace("daypart daemon", ""))
    ]
    assert found == []


def _sentences(tree: ast.Module) -> list[str]:
    notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes]
    return [str(node.value) for node in strings if " " in str(node.value)]
