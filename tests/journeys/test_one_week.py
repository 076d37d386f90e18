"""One week of an agency: a sheet on Monday, drafts on Tuesday, sign-off on Wednesday, trouble on Thursday, reports on Friday."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from textual.containers import VerticalScroll

from scheduler.content.seals import seal_words
from scheduler.desk.views import ReviewItem
from scheduler.errors import StaleError
from scheduler.keeping import ledger
from scheduler.notices.choosing import AT_ONCE
from tests.daypart.conftest import platforms
from tests.journeys.agency import BRIEFS, CLIENTS, SIGNS, THREE, TIMES, Agency, accounts_of, handle_of, instant, month_sheet, sheet_rows
from tests.journeys.office import Hands
from tests.sandbox_process import Sandbox
from tests.scheduler.importing.workbooks import workbook
from tests.scheduler.notices.post_office import Listener, listening
from tests.tui.waiting import until
from tui.dialogs.approve import Approve
from tui.lines.reading import facts_to_tick
from tui.screens.approvals import ApprovalsScreen

__all__ = ["platforms"]
SEAL = re.compile(r"\b[0-9a-f]{4} [0-9a-f]{4}\b")
GAP = "2026-12-04 12:00"
"""Where a row without a time goes: the first free place after it was imported."""
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
    rows = {row.title: row for row in month_sheet()}
    meant = {(row.title, account) for row in rows.values() for account in accounts_of(row.client)}
    found = await agency.everything()
    assert Counter((view.title, view.account) for view in found) == Counter(meant), "each row once on each account of its client"
    assert {(view.state, view.approval) for view in found} == {("draft", None)}
    for view in found:
        row = rows[view.title]
        assert view.client == row.client, "nobody's post is another client's"
        assert view.due == instant(row.when or GAP), "a row's own time, or the place that was free"
        item = await agency.desk.review(view.key)
        wanted = row.polish if view.account.startswith("ms-") else row.english
        assert item.parts[0].text == wanted, "each account in its own language"


async def tuesday(agency: Agency, record_property: Callable[[str, object], None]) -> None:
    """The model drafts what was only a brief, in both languages; everything but one client's week is read and approved."""
    await agency.pass_to("2026-12-01 09:00")
    briefs = {view.post for view in await agency.everything() if view.client in BRIEFS and view.title.endswith("week 2")}
    assert len(briefs) == len(BRIEFS)
    for post in sorted(briefs):
        await drafted_in_both_languages(agency, post)
    assert not await agency.yeses(), "what a model wrote is nobody's yes"
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
    assert sum(mine) <= 3 * len(mine), "and so on the whole, facts included"
    assert {view.client for view in await agency.everything() if view.state == "draft"} == {SIGNS}


async def drafted_in_both_languages(agency: Agency, post: str) -> None:
    """The model's words stand on each account in its language, marked as the model's, and ask for their facts."""
    proposed = await agency.desk.draft(post)
    assert {one.language for one in proposed} == {"en", "pl"}
    taken = {language: next(one for one in proposed if one.language == language) for language in ("en", "pl")}
    assert taken["en"].text != taken["pl"].text
    for one in taken.values():
        await agency.desk.accept(one.id)
    for view in (await agency.desk.post(post)).deliveries:
        item = await agency.desk.review(view.key)
        said = taken["pl" if view.account.startswith("ms-") else "en"].text
        assert item.parts[0].text.startswith(said.strip())
        assert item.needs_facts_check
        assert (view.state, item.ai_share) == ("draft", 1.0)


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
    words = [part.text for item in items for part in item.parts]
    await until(hands.pilot, lambda: all(text in str(screen.pane.content) for text in words), "exactly what goes out to each account")
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
    page = made.file.read_text("utf-8")
    seals = sorted(set(SEAL.findall(page)))
    assert len(seals) == 8
    assert all(words in page for row in month_sheet() if row.client == SIGNS for words in (row.english, row.polish))
    assert not [other for other in CLIENTS if other != SIGNS and f"{other}: " in page], "no client reads another's posts"
    await agency.desk.record_word("Jan", seals)
    signed = [view for view in await agency.everything() if view.client == SIGNS]
    assert {(view.state, view.approval.on_behalf) for view in signed if view.approval} == {("queued", "Jan")}
    assert not [view for view in await agency.everything() if view.state == "draft"]

    yeses = await agency.yeses()
    post = next(view.post for view in signed if view.title.endswith("week 1"))
    for text in (await agency.desk.post(post)).texts:
        await agency.desk.save_text(post, text.field, text.text.replace("11 zł", "12 zł"))
    priced = {view.key for view in await agency.everything() if view.state == "draft"}
    assert priced == {f"{post}@{account}" for account in accounts_of(SIGNS)}, "only what changed lost its approval"
    for old in {digest for key in priced for digest, _ in yeses[key]}:
        with pytest.raises(StaleError, match="12 zł"):  # the word for the old price is no word for the new one
            await agency.desk.record_word("Jan", [seal_words(old)])

    again = await agency.desk.export_review(SIGNS, "this", agency.root)
    assert (again.sealed, again.agreed) == (2, 6)
    new = sorted(set(SEAL.findall(again.file.read_text("utf-8"))) - set(seals))
    assert len(new) == 2
    await agency.desk.record_word("Jan", new)
    assert not [view for view in await agency.everything() if view.state == "draft"]
    assert {key for key, given in (await agency.yeses()).items() if given != yeses[key]} == priced, "nobody else was asked again"
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
    silent = {handle_of(account) for account in (*accounts_of(CRISIS), DEAD, LOST)}
    others = {handle_of(account) for client in CLIENTS for account in accounts_of(client)} - silent
    assert Counter(account for account, _ in agency.public()) == Counter(others), "all others went out at ten, and only they"

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
    went = {view.account: view.state for view in await agency.everything() if view.due == instant(TIMES[0])}
    assert (went.pop(DEAD), went.pop(LOST)) == ("published", "published")
    assert {state for account, state in went.items() if account not in accounts_of(CRISIS)} == {"published"}

    await agency.pass_to("2026-12-03 13:00")
    await agency.told()
    assert not [words for _, words in agency.public() if words.startswith(f"{CRISIS}: ")], "nothing of theirs while the news is on"
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
    files, pages = set(), {view.key: view.remote_url or "" for view in await agency.everything()}
    assert all(pages.values())
    for client in CLIENTS:
        report = await agency.desk.week_report(client=client, week="this")
        assert len(report.posts) == 4 * len(accounts_of(client))
        done = await agency.desk.save_report(report)
        files.add(done.details["file"])
        words = read(done.details["file"])
        assert f"Client {client[1:]}" in words
        shown = {key for key, page in pages.items() if page in words}
        assert shown == {key for key in pages if key.endswith(f"-{client}")}, "where each of its posts can be read, and nobody else's"
        assert not [other for other in CLIENTS if other != client and f"{other}: " in words]
        assert ("Jan" in words) == (client == SIGNS), "who said yes to it"
    assert len(files) == len(CLIENTS)


def read(file: str) -> str:
    """What somebody opens to read."""
    return Path(file).read_text("utf-8")


async def nobody_was_surprised(agency: Agency, decided_again: set[str]) -> None:
    """The books against what the pretend platforms show to everybody."""
    found = await agency.everything()
    assert {view.state for view in found} == {"published"}
    assert all(view.approval is not None for view in found)
    shown = Counter(agency.public())
    meant: Counter[tuple[str, str]] = Counter()
    for view in found:
        item = await agency.desk.review(view.key)
        meant[(handle_of(view.account), item.parts[0].text)] += 1
    assert shown == meant, "every approved post once, and nothing else"
    assert max(shown.values()) == 1
    assert len(await agency.questions()) <= 1
    yeses = await agency.yeses()
    assert {key for key, given in yeses.items() if len(given) > 1} == decided_again
    twice = [key for key, given in yeses.items() if len(set(given)) < len(given)]
    assert not twice, "a second yes was to other words, or to another time"
    assert await agency.desk.store.read(lambda conn: ledger.verify(conn)) == []
