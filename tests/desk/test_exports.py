"""What can be taken away: a calendar that other programs read, tables, and an archive that needs nothing of ours."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.errors import UsageError
from scheduler.export.ics import FOLD, escaped, folded, uid
from tests.desk.house import house
from tests.desk.reported import Reported

BEANS = "autumn/beans@ig-kawa"


@pytest.fixture
async def reported(tmp_path: Path) -> AsyncIterator[Reported]:
    async with house(tmp_path, None) as h:
        yield await Reported.open(h)


# ── ics ──────────────────────────────────────────────────────────────────────


def unfolded(words: str) -> list[str]:
    """Content lines as RFC 5545 reads them; strict about line ends and lengths."""
    assert words.endswith("\r\n")
    lines = words.split("\r\n")[:-1]
    assert all(len(line.encode()) <= FOLD for line in lines)
    assert "\n" not in "".join(lines)
    whole: list[str] = []
    for line in lines:
        if line.startswith(" "):
            whole[-1] += line[1:]
        else:
            whole.append(line)
    return whole


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value, flags=re.S)


def events(words: str) -> list[dict[str, str]]:
    lines = unfolded(words)
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    found: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and name not in {"BEGIN", "END"}:
            assert name not in found[-1], line
            found[-1][name] = value
    return found


async def test_every_post_is_one_entry_with_its_client_first(reported: Reported) -> None:
    found = events(await reported.house.desk.export_calendar("ics"))
    assert len(found) == 4
    beans = next(event for event in found if "ig-kawa" in event["SUMMARY"])
    assert unescaped(beans["SUMMARY"]) == "Kawa Wrocław · Instagram ig-kawa: Beans *for* | everyone"
    assert (beans["DTSTART"], beans["DURATION"], beans["STATUS"]) == ("20261123T080000Z", "PT15M", "CONFIRMED")
    assert "published, approved by anna · AI: human" in unescaped(beans["DESCRIPTION"])
    assert beans["URL"].startswith("https://example.org/")
    assert {event["STATUS"] for event in found} == {"CONFIRMED", "TENTATIVE"}
    assert all({"UID", "DTSTAMP", "SEQUENCE"} <= event.keys() for event in found)


async def test_an_entry_keeps_its_name_and_counts_its_changes(reported: Reported) -> None:
    desk = reported.house.desk
    before = {event["UID"]: int(event["SEQUENCE"]) for event in events(await desk.export_calendar("ics", client="kawa"))}
    await desk.move("autumn/later@bs-kawa", "2026-11-28 9:00")
    after = {event["UID"]: int(event["SEQUENCE"]) for event in events(await desk.export_calendar("ics", client="kawa"))}
    assert before.keys() == after.keys()
    moved = uid("ws-test", "autumn/later@bs-kawa")
    assert after[moved] > before[moved]
    assert {name: n for name, n in after.items() if name != moved} == {name: n for name, n in before.items() if name != moved}


async def test_a_client_gets_only_its_own(reported: Reported) -> None:
    found = events(await reported.house.desk.export_calendar("ics", client="bike"))
    assert [unescaped(event["SUMMARY"]) for event in found] == ["Bike Shop · Bluesky bs-bike: =HYPERLINK(1) Bells"]


async def test_what_is_cancelled_is_taken_out_of_calendars_too(reported: Reported) -> None:
    await reported.house.put("autumn/later@bs-kawa", "cancelled")
    found = {event["UID"]: event["STATUS"] for event in events(await reported.house.desk.export_calendar("ics"))}
    assert found[uid("ws-test", "autumn/later@bs-kawa")] == "CANCELLED"


@given(st.text())
def test_any_text_comes_back_and_no_line_is_too_long(words: str) -> None:
    line = f"DESCRIPTION:{escaped(words)}"
    [back] = unfolded("".join(f"{part}\r\n" for part in folded(line)))
    plain = "".join(s for s in words.replace("\r\n", "\n").replace("\r", "\n") if s in "\n\t" or (ord(s) >= 32 and ord(s) != 127))
    assert unescaped(back.removeprefix("DESCRIPTION:")) == plain


async def test_there_is_no_other_export(reported: Reported) -> None:
    with pytest.raises(UsageError, match="no export 'pdf'"):
        await reported.house.desk.export_calendar("pdf")


# ── tables ───────────────────────────────────────────────────────────────────


async def test_the_calendar_as_a_table(reported: Reported) -> None:
    rows = list(csv.DictReader(io.StringIO(await reported.house.desk.export_calendar("csv"))))
    assert next((row["when"], row["key"], row["state"]) for row in rows) == ("2026-11-23T09:00:00+01:00", BEANS, "published")
    assert {row["text"] for row in rows} >= {"'=HYPERLINK(1) Bells"}


async def test_the_calendar_for_programs(reported: Reported) -> None:
    found = json.loads(await reported.house.desk.export_calendar("json", client="kawa"))
    assert {post["client"] for post in found["posts"]} == {"kawa"}
    assert found["posts"][0]["approval"]["by"] == "anna"


# ── the archive ──────────────────────────────────────────────────────────────


class Page(HTMLParser):
    """What a browser would load, and what it would show."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.shown = ""
        self.feed(words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [value or "" for name, value in attrs if name == "src" or (name == "href" and tag == "link")]

    def handle_data(self, data: str) -> None:
        self.shown += data


async def test_the_archive_holds_words_files_and_proofs(reported: Reported, tmp_path: Path) -> None:
    done = await reported.house.desk.export_archive(tmp_path / "out" / "kawa.zip", client="kawa")
    assert done.words.startswith("Kawa Wrocław: 2 posts and 1 files are in ")
    with zipfile.ZipFile(tmp_path / "out" / "kawa.zip") as archive:
        assert archive.testzip() is None
        receipts = json.loads(archive.read("receipts.json"))
        page = Page(archive.read("index.html").decode())
        assert {post["client"] for post in receipts["posts"]} == {"kawa"}
        [beans] = [post for post in receipts["posts"] if post["public"][0]["key"] == BEANS]
        [file] = beans["public"][0]["media"]
        assert hashlib.sha256(archive.read(file["file"])).hexdigest() == file["sha256"]
        assert page.loads == [file["file"]]
        assert set(archive.namelist()) == {"index.html", "receipts.json", file["file"]}
    assert beans["approval"]["by"] == "anna"
    assert beans["public"][0]["url"].startswith("https://example.org/")
    assert "Beans *for* | everyone" in page.shown
    assert "Approved by anna" in page.shown
    assert "script" not in page.tags
    assert "Tue 24 Nov 2026, 18:00 CET" in page.shown


async def test_text_of_others_is_only_text(reported: Reported, tmp_path: Path) -> None:
    reported.house.edit("Not yet", "<script>alert(1)</script><img src=http://x/y onerror=z>")
    await reported.house.apply()
    await reported.house.approve("autumn/later@bs-kawa")
    await reported.publish("autumn/later@bs-kawa", "2026-11-27T11:00")
    await reported.house.desk.export_archive(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        page = Page(archive.read("index.html").decode())
    assert "<script>alert(1)</script>" in page.shown
    assert "script" not in page.tags
    assert "Tue 24 Nov 2026, 18:00 CET" in page.shown
    assert all(load.startswith("media/") for load in page.loads)


async def test_a_file_that_is_gone_or_another_is_said_so(reported: Reported, tmp_path: Path) -> None:
    [asset] = [file for file in reported.house.desk.store.assets.iterdir() if file.is_file()]
    asset.chmod(0o600)
    asset.write_bytes(b"something else")
    done = await reported.house.desk.export_archive(tmp_path / "all.zip")
    assert "1 file is not here any more" in done.words
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert "is not here any more. Paper bags" in Page(archive.read("index.html").decode()).shown
        assert json.loads(archive.read("receipts.json"))["missing_files"] == [asset.name]


async def test_an_archive_of_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.desk.export_archive(tmp_path / "none.zip")
    with zipfile.ZipFile(tmp_path / "none.zip") as archive:
        assert "Nothing has been published yet." in archive.read("index.html").decode()
