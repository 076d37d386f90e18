"""One week of an agency: a sheet on Monday, drafts on Tuesday, sign-off on Wednesday, trouble on Thursday, reports on Friday."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.content import Content

from scheduler import ledger
from scheduler.desk.views import ReviewItem
from scheduler.notices.choosing import AT_ONCE
from tests.daypart.conftest import platforms
from tests.journeys.agency import BRIEFS, CLIENTS, SIGNS, THREE, Agency, accounts_of, handle_of, sheet_rows
from tests.journeys.office import Hands
from tests.sandbox_process import Sandbox
from tests.scheduler.importing.workbooks import workbook
from tests.scheduler.notices.post_office import Listener, listening
from tui.dialogs.approve import Approve
from tui.lines.reading import facts_to_tick
from tui.screens.approvals import ApprovalsScreen

__all__ = ["platforms"]
SEAL = re.compile(r"\b[0-9a-f]{4} [0-9a-f]{4}\b")
CRISIS, DEAD, LOST = "c04", "ms-c02", "gs-c03"
"""A client in the news, an account whose token dies, an account whose server takes a request and never answers."""


@pytest.fixture
def hook() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


async def test_a_week_without_a_surprise(
    tmp_path: Path, platforms: Sandbox, hook: Listener, record_property: Callable[[str, object], None]
) -> None:
    async with Agency.open(tmp_path, platforms, hook, "2026-11-30 08:00") as agency:
        await monday(agency)
        await tuesday(agency, record_property)
        priced = await wednesday(agency)
        late = await thursday(agency)
        await friday(agency)
        await nobody_was_surprised(agency, priced | late)


async def monday(agency: Agency) -> None:
    """Sixty rows of a sheet; rows without a time take free places."""
    workbook(agency.root / "December.xlsx", sheet_rows())
    async with agency.sits_down() as hands:
        await hands.press("8", "L")
        await hands.see("Which file?", "December.xlsx")
        await hands.press("down", "enter")
        await hands.see("ROWS 60")
        await hands.press("F")
        await hands.see("Import 60")
        await hands.press("A")
        await hands.see("Import these rows?")
        await hands.press("y")

        async def sixty() -> bool:
            return len({view.post for view in await agency.everything()}) == 60

        await hands.known(sixty, "sixty posts")
    found = await agency.everything()
    assert len({view.post for view in found}) == 60
    assert len(found) == 4 * (3 * len(THREE) + 2 * (len(CLIENTS) - len(THREE)))
    assert all(view.due is not None and view.state == "draft" for view in found)
    for view in found:
        assert view.client == view.account.partition("-")[2], "nobody's post is on somebody else's account"


async def tuesday(agency: Agency, record_property: Callable[[str, object], None]) -> None:
    """The model drafts what was only a brief, in both languages; everything but one client's week is read and approved."""
    await agency.pass_to("2026-12-01 09:00")
    briefs = {view.post for view in await agency.everything() if view.client in BRIEFS and view.title.endswith("week 2")}
    assert len(briefs) == len(BRIEFS)
    for post in sorted(briefs):
        proposed = await agency.desk.draft(post)
        assert {one.language for one in proposed} == {"en", "pl"}
        for language in ("en", "pl"):
            await agency.desk.accept(next(one.id for one in proposed if one.language == language))
    keys: dict[str, int] = {}
    drafted = {view.post for view in await agency.everything() if view.post in briefs}
    async with agency.sits_down(size=(80, 24)) as hands:
        await hands.press("4")
        await hands.see("TO APPROVE 60")
        while (spent := await one_post(hands)) is not None:
            keys.update([spent])
    mine = [count for post, count in keys.items() if any(f"/{client}-week" in post for client in THREE)]
    assert len(mine) == 40
    people = [count for post, count in keys.items() if any(f"/{client}-week" in post for client in THREE) and post not in drafted]
    record_property(
        "proof",
        f"40 posts x 3 accounts read to their end and approved on 80x24 with {sum(mine)} keys, at most {max(people)} a post"
        f" ({max(mine)} where a model's facts are listed)",
    )
    assert max(people) <= 3, f"on three accounts each: {sorted(people)}"
    assert {view.client for view in await agency.everything() if view.state == "draft"} == {SIGNS}


async def one_post(hands: Hands) -> tuple[str, int] | None:
    """Read and approve what is under the cursor; its name and the keys it took. None: only the client's own are left."""
    screen = hands.pilot.app.screen
    assert isinstance(screen, ApprovalsScreen)
    before = hands.tally.keys
    while screen.items and screen.items[0].delivery.client == SIGNS:
        at = screen.items[0].key
        await hands.press("down")
        if not screen.items or screen.items[0].key == at:
            return None
        before = hands.tally.keys  # going past what is not ours is no part of a post
    if not screen.items:
        return None
    items = screen.items
    assert isinstance(screen.pane.content, Content)
    shown = screen.pane.content.plain
    for item in items:
        assert all(part.text in shown for part in item.parts), "exactly what goes out to each account stands there"
    pane = screen.query_one("#pane", VerticalScroll)
    while (seen := pane.scroll_offset.y) < pane.max_scroll_y:
        await hands.press("space")
        await hands.until(partial(_has_turned, pane, seen), "the next page")
    await hands.press("a")
    await hands.until(lambda: isinstance(hands.pilot.app.screen, Approve), "the question")
    await hands.press(*["space"] * len(facts_to_tick(items)), "a")
    await hands.until(lambda: hands.pilot.app.screen is screen and _is_next(screen, items), "the next one")
    return items[0].delivery.post, hands.tally.keys - before


def _has_turned(pane: VerticalScroll, before: int) -> bool:
    return pane.scroll_offset.y != before


def _is_next(screen: ApprovalsScreen, read: list[ReviewItem]) -> bool:
    """Another post is under the cursor."""
    return bool(screen.items) and screen.items[0].key != read[0].key


async def wednesday(agency: Agency) -> set[str]:
    """One client reads its week in a file and says yes; then a price changes, and only that post needs another yes."""
    await agency.pass_to("2026-12-02 09:00")
    made = await agency.desk.export_review(SIGNS, "this", agency.root)
    assert (made.posts, made.sealed) == (4, 8)
    seals = sorted(set(SEAL.findall(made.file.read_text("utf-8"))))
    await agency.desk.record_word("Jan", seals)
    assert not [view for view in await agency.everything() if view.state == "draft"]

    post = next(view.post for view in await agency.everything() if view.client == SIGNS and view.title.endswith("week 1"))
    for text in (await agency.desk.post(post)).texts:
        await agency.desk.save_text(post, text.field, text.text.replace("11 zł", "12 zł"))
    priced = {view.key for view in await agency.everything() if view.state == "draft"}
    assert priced == {f"{post}@{account}" for account in accounts_of(SIGNS)}, "only what changed lost its approval"

    again = await agency.desk.export_review(SIGNS, "this", agency.root)
    assert (again.sealed, again.agreed) == (2, 6)
    new = sorted(set(SEAL.findall(again.file.read_text("utf-8"))) - set(seals))
    await agency.desk.record_word("Jan", new)
    assert not [view for view in await agency.everything() if view.state == "draft"]
    return priced


async def thursday(agency: Agency) -> set[str]:
    """A client is in the news, a token dies, an answer is lost. Everything else goes out. Returns what was decided after the hold."""
    await agency.pass_to("2026-12-03 09:00")
    async with agency.sits_down() as hands:
        await pick_client(hands, CRISIS)
        await hands.press("H")
        await hands.see("is on hold")
        await hands.type("accident in the news")
        await hands.press("enter")

        async def said() -> bool:
            return [hold.reason for hold in await agency.desk.holds()] == ["accident in the news"]

        await hands.known(said, "the reason")
    agency.sandbox.fault("mastodon", "commit", "401", account=handle_of(DEAD))
    agency.sandbox.fault("gotosocial", "commit", "drop", account=handle_of(LOST))
    agency.sandbox.fault("bluesky", "commit", "drop", "after", account="c05.example")
    await agency.pass_to("2026-12-03 11:00")
    await agency.told()
    assert await kinds(agency) == {"hold", "reauth", "ask"}

    [question] = await agency.questions()
    assert question.endswith(LOST)
    async with agency.sits_down() as hands:
        await hands.press("5")
        await hands.see("NEEDS YOU 1", LOST)
        await hands.press("s")
        await hands.see("Send again · Client 03")
        await hands.press("y")
        await hands.gone("Send again · Client 03")
        await hands.press("6")
        await hands.see("SIGN IN 1", DEAD)
        await hands.press("c")
        await hands.see("Connect which account?")
        await hands.press("enter")
        await hands.see(f"Connect {DEAD}")
        await hands.paste(f"sandbox-{handle_of(DEAD)}")
        await hands.press("enter")
        await hands.gone("SIGN IN 1")
    await agency.settled()
    assert {view.state for view in await agency.everything() if view.key == question} == {"published"}

    await agency.pass_to("2026-12-03 13:00")
    await agency.told()
    async with agency.sits_down() as hands:
        await pick_client(hands, CRISIS)
        await hands.press("H")
        await hands.see("Release Client 04?")
        await hands.press("y")
        await hands.see("3 posts became late")
        late = {view.key for view in await agency.desk.overdue(client=CRISIS)}
        await hands.press("S")
        await hands.see("Send 3 posts now?")
        await hands.press("y")
        await hands.gone("became late")
    await agency.settled()
    return late


async def pick_client(hands: Hands, client: str) -> None:
    """Show one client only."""
    await hands.press("C")
    await hands.see("Show which client?")
    await hands.press(*["down"] * (CLIENTS.index(client) + 1), "enter")
    await hands.gone("Show which client?")
    await hands.until(lambda: getattr(hands.pilot.app, "client", "") == client, "the client")


async def kinds(agency: Agency) -> set[str]:
    """What people were told of at once."""
    return {notice.kind for notice in (await agency.desk.notices()).notices} & AT_ONCE


async def friday(agency: Agency) -> None:
    """Everything is out; each client gets its own numbers and nobody else's."""
    await agency.pass_to("2026-12-04 17:00")
    for client in CLIENTS:
        report = await agency.desk.week_report(client=client, week="this")
        assert len(report.posts) == 4 * len(accounts_of(client))
        done = await agency.desk.save_report(report)
        words = read(done.details["file"])
        assert f"Client {client[1:]}" in words
        assert not [other for other in CLIENTS if other != client and f"{other}: " in words]


def read(file: str) -> str:
    """What somebody opens to read."""
    return Path(file).read_text("utf-8")


async def nobody_was_surprised(agency: Agency, decided_again: set[str]) -> None:
    """The books against what the pretend platforms show to everybody."""
    found = await agency.everything()
    assert {view.state for view in found} == {"published"}
    assert all(view.approval is not None for view in found)
    shown = Counter((entry["account"], entry["text"]) for entry in agency.sandbox.ledger())
    meant: Counter[tuple[str, str]] = Counter()
    for view in found:
        item = await agency.desk.review(view.key)
        meant[(handle_of(view.account), item.parts[0].text)] += 1
    assert shown == meant, "every approved post once, and nothing else"
    assert max(shown.values()) == 1
    assert len(await agency.questions()) <= 1
    assert {key for key, times in (await agency.yeses()).items() if times > 1} == decided_again
    assert await agency.desk.store.read(lambda conn: ledger.verify(conn)) == []
