"""The week's report out of a real store: figures, ranks, hours, proofs, and words for everything that is not known."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.contract import Figures, NoFigures
from scheduler.errors import DiskError, NotFoundError, UsageError
from scheduler.report.markdown import as_markdown, plain
from scheduler.report.model import ClientWeek, Counts, Posted, WeekReport
from scheduler.report.reading import Day, Kept, best_hours
from scheduler.report.sheet import as_csv
from scheduler.report.weeks import week_of
from tests.desk.house import House, house, instant
from tests.desk.reported import Reported

BEANS, MILK, BELLS = "autumn/beans@ig-kawa", "autumn/milk@bs-kawa", "autumn/bells@bs-bike"


@pytest.fixture
async def reported(tmp_path: Path) -> AsyncIterator[Reported]:
    async with house(tmp_path, None) as h:
        yield await Reported.open(h)


async def week(h: House, client: str | None = None, said: str | None = None) -> WeekReport:
    return await h.desk.week_report(client=client, week=said)


def client_of(report: WeekReport, name: str) -> ClientWeek:
    return next(client for client in report.clients if client.client == name)


def post_of(report: WeekReport, key: str) -> Posted:
    return next(post for post in report.posts if post.key == key)


async def test_each_client_has_a_part_with_its_posts_only(reported: Reported) -> None:
    report = await week(reported.house)
    assert (report.week, str(report.first), str(report.last)) == ("2026-W48", "2026-11-23", "2026-11-29")
    assert {client.client: [post.key for post in client.posts] for client in report.clients} == {"kawa": [BEANS, MILK], "bike": [BELLS]}
    only = await week(reported.house, "bike")
    assert [client.client for client in only.clients] == ["bike"]
    assert {account.account for account in only.accounts} == {"bs-bike"}


async def test_the_newest_figures_count_and_the_best_and_the_fewest_are_named(reported: Reported) -> None:
    await reported.told(BEANS, "2026-11-24", Figures(likes=10, replies=1, reposts=2, saves=3, reach=400))
    await reported.told(BEANS, "2026-11-26", Figures(likes=20, replies=1, reposts=2, saves=7, reach=900))
    await reported.told(MILK, "2026-11-26", Figures(likes=4, replies=0, reposts=1, saves=0))
    kawa = client_of(await week(reported.house), "kawa")
    assert kawa.counts == Counts(likes=24, replies=1, reposts=3, saves=7, reach=900)
    assert kawa.best is not None
    assert kawa.best.key == BEANS
    assert kawa.best.counts.interactions == 30
    assert kawa.worst is not None
    assert kawa.worst.key == MILK
    [instagram] = [account for account in kawa.accounts if account.account == "ig-kawa"]
    assert instagram.gained == (0, 16, 0, 14, 0, 0, 0)


async def test_one_post_is_not_the_worst_of_one(reported: Reported) -> None:
    await reported.told(BELLS, "2026-11-26", Figures(likes=4))
    bike = client_of(await week(reported.house), "bike")
    assert bike.best is not None
    assert bike.worst is None


async def test_who_approved_stands_beside_what_went_out(reported: Reported) -> None:
    post = post_of(await week(reported.house), BEANS)
    assert (post.approved_by, post.ai, post.text) == ("anna", "human", "Beans *for* | everyone")
    assert post.approved_at == instant("2026-11-22T10:00")
    assert post.seal == f"{post.digest[:4]} {post.digest[4:8]}"


async def test_everything_that_is_not_known_says_why(reported: Reported) -> None:
    await reported.told(MILK, "2026-11-24", Figures(likes=4))
    await reported.told(BELLS, "2026-11-26", NoFigures("Bluesky no longer shows this post"))
    report = await week(reported.house)
    assert post_of(report, BEANS).note == "no figures yet: the publishing service reads them"
    assert post_of(report, MILK).note == "figures of Tue 24 Nov: not read since; does the publishing service run?"
    assert post_of(report, BELLS).note == "figures of Thu 26 Nov: Bluesky no longer shows this post"
    await reported.trouble("ig-kawa", "the permission is missing")
    await reported.trouble("bs-kawa", "too many calls")
    report = await week(reported.house)
    assert post_of(report, BEANS).note == "no figures: the permission is missing"
    assert post_of(report, MILK).note == "figures of Tue 24 Nov: too many calls"


async def test_figures_older_than_they_are_counted_for_say_so(reported: Reported) -> None:
    await reported.told(MILK, "2026-12-23", Figures(likes=4))
    reported.house.clock.now = instant("2027-01-04T12:00")
    report = await week(reported.house, said="2026-W48")
    assert post_of(report, MILK).note == "figures of Wed 23 Dec: posts are counted for 30 days"
    assert post_of(report, BEANS).note == "no figures: older than the 30 days that posts are counted for"


async def test_young_figures_of_instagram_say_that_they_may_be_late(reported: Reported) -> None:
    reported.house.clock.now = instant("2026-11-24T12:00")
    await reported.told(BEANS, "2026-11-24", Figures(likes=1))
    assert post_of(await week(reported.house), BEANS).note == "Instagram may be 48 hours late"


async def test_the_week_before_is_compared(reported: Reported) -> None:
    await reported.told(BEANS, "2026-11-24", Figures(likes=10))
    reported.house.clock.now = instant("2026-12-02T12:00")
    kawa = client_of(await week(reported.house), "kawa")
    assert (kawa.posts, kawa.posts_before, kawa.before.interactions) == ((), 2, 10)


@pytest.mark.parametrize("said", ["2026-W48", "2026w48", "2026-11-29", "last", "THIS", None])
async def test_weeks_as_people_say_them(said: str | None) -> None:
    found = week_of(said, instant("2026-11-27T12:00"), "Europe/Warsaw")
    assert found.name == ("2026-W47" if said == "last" else "2026-W48")


async def test_a_week_with_a_change_of_clocks_has_an_hour_more() -> None:
    span = week_of("2026-10-25", 0, "Europe/Warsaw")
    assert span.end - span.start == (7 * 24 + 1) * 3_600_000_000


@pytest.mark.parametrize("said", ["2026-W54", "soon", "2026-02-30", "W"])
async def test_what_is_no_week(reported: Reported, said: str) -> None:
    with pytest.raises(UsageError, match="is no week"):
        await week(reported.house, said=said)


async def test_a_client_that_is_none(reported: Reported) -> None:
    with pytest.raises(NotFoundError, match="no client 'x'"):
        await week(reported.house, "x")
    with pytest.raises(NotFoundError, match="no client 'x'"):
        await reported.house.desk.export_archive(Path("never.zip"), client="x")


# ── hours ────────────────────────────────────────────────────────────────────


def kept(at: str, likes: int | None) -> Kept:
    return Kept("bs", instant(at), (Day("2026-11-26", 0, Counts(likes=likes), None),))


def test_hours_are_local_and_need_enough_ripe_posts() -> None:
    now = instant("2026-11-27T12:00")
    posts = [kept(f"2026-11-{day:02}T18:30", 20 + day) for day in (10, 11, 12)] + [kept(f"2026-11-{day:02}T09:05", 4) for day in (10, 11)]
    assert [(hour.hour, hour.posts, round(hour.mean)) for hour in best_hours(posts, "Europe/Warsaw", now)] == [(18, 3, 31), (9, 2, 4)]
    assert best_hours(posts[:4], "Europe/Warsaw", now) == ()
    unripe = [*posts[:4], kept("2026-11-27T09:00", 1)]
    assert best_hours(unripe, "Europe/Warsaw", now) == ()
    assert best_hours([*posts[:4], kept("2026-11-09T09:00", None)], "Europe/Warsaw", now) == ()


# ── files ────────────────────────────────────────────────────────────────────


async def test_markdown_is_a_table_whatever_people_wrote(reported: Reported) -> None:
    await reported.told(BEANS, "2026-11-26", Figures(likes=1234, replies=1, reposts=2, saves=7, reach=90_000))
    words = as_markdown(await week(reported.house))
    assert "# Report · Kawa Wrocław · 2026-W48, 23 Nov – 29 Nov 2026" in words
    assert "Beans \\*for\\* \\| everyone" in words
    [line] = [line for line in words.splitlines() if line.startswith("| Mon 23 Nov 09:00")]
    assert "| 1,234 | 1 | 2 | 7 | 90,000 |" in line
    assert "Bluesky tells no reach." in words
    assert "| anna |" in words
    assert words.count("Mastodon tells no saves") == 1  # the bike shop has no account there
    for block in words.split("\n\n"):
        if block.startswith("|"):
            assert len({line.replace("\\|", "").count("|") for line in block.strip().splitlines()}) == 1, block


def test_plain_words_are_never_markup() -> None:
    assert plain("a [x](y) `c` <b>\n# d") == "a \\[x\\](y) \\`c\\` \\<b\\> \\# d"


async def test_csv_has_a_line_per_post_and_no_formulas(reported: Reported) -> None:
    await reported.told(BELLS, "2026-11-26", Figures(likes=5))
    rows = list(csv.DictReader(io.StringIO(as_csv(await week(reported.house)))))
    assert [row["key"] for row in rows] == [BELLS, BEANS, MILK]
    assert rows[0]["text"] == "'=HYPERLINK(1) Bells"
    assert (rows[0]["likes"], rows[0]["reach"], rows[0]["interactions"], rows[0]["approved_by"]) == ("5", "", "5", "anna")
    assert rows[1]["published_at"] == "2026-11-23T09:00:00+01:00"


async def test_a_report_is_written_where_one_says_or_into_the_workspace(reported: Reported, tmp_path: Path) -> None:
    desk = reported.house.desk
    report = await week(reported.house, "kawa")
    done = await desk.save_report(report)
    file = reported.house.root / "reports" / "2026-W48-kawa.md"
    assert file.read_text("utf-8") == as_markdown(report)
    assert str(file) in done.words
    await desk.save_report(report, "csv", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbfweek,client")
    (tmp_path / "plain").write_text("a file")
    with pytest.raises(DiskError, match="cannot be written"):
        await desk.save_report(report, "csv", tmp_path / "plain" / "x.csv")


async def test_a_week_without_posts(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        words = as_markdown(await week(h))
        assert "Nothing was published in this week." in words or "**0 posts" in words


async def test_a_clients_report_is_in_the_clients_language(reported: Reported) -> None:
    await reported.told(BEANS, "2026-11-26", Figures(likes=1234, replies=1, reposts=2, saves=7, reach=90_000))
    for account in ("kawa.example, languages: [en]", "kawa.wroclaw, languages: [en, pl]"):
        reported.house.workspace(account, account.partition("[")[0] + "[pl-PL, en]")
    report = await week(reported.house)
    assert {client.client: client.language for client in report.clients} == {"kawa": "pl", "bike": "en"}
    words = as_markdown(await week(reported.house, "kawa"))
    assert "# Raport · Kawa Wrocław · 2026-W48, 23 lis – 29 lis 2026" in words
    assert "**2 posty na 2 kontach** · 1\u00a0234 polubienia · 1 odpowiedź" in words
    assert "| 1\u00a0234 | 1 | 2 | 7 | 90\u00a0000 |" in words
    assert "Bluesky nie podaje zasięgu." in words
    ours = words.replace("Beans \\*for\\* \\| everyone", "").replace("Milk from the hill", "")
    assert not re.search(r"\b(?:the|and|of|is|on|posts|none|figures|human)\b", ours), ours
    assert as_markdown(await week(reported.house, "kawa"), "en").startswith("# Report · Kawa Wrocław")
