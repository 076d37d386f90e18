"""The week's report and the exports, as people type them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.daypart.rig import TEASER, Place, entry, said


def test_reports_and_exports(planned: Place, tmp_path: Path) -> None:
    planned.campaign(entry("teaser", said("Something; is, coming")))
    planned("apply", "--yes")
    planned.approve(TEASER)
    shown = planned("report", "--client", "kawa")
    assert (shown.code, shown.out.splitlines()[0][:18]) == (0, "# Report · Kawa · ")
    assert planned("report", "--csv").out.startswith("week,client,account")
    found = planned("report", "--json", "--week", "last").json
    assert {client["client"] for client in found["clients"]} == {"kawa", "roof"}
    file = tmp_path / "week.csv"
    assert str(file) in planned("report", "--csv", "--out", str(file)).out
    assert file.read_bytes().startswith(b"\xef\xbb\xbfweek")
    calendar = planned("export", "ics", "--client", "kawa").out
    assert "BEGIN:VEVENT" in calendar
    assert "Something\\; is\\, coming" in calendar.replace("\r\n ", "").replace("\n ", "")
    assert planned("export", "csv").out.count("\n") == 2
    assert planned("export", "json").json["posts"][0]["key"] == TEASER
    archive = tmp_path / "all.zip"
    assert planned("export", "archive", str(archive)).code == 0
    assert zipfile.ZipFile(archive).testzip() is None


def test_mistakes_are_named(planned: Place) -> None:
    assert "is no week" in planned("report", "--week", "soon", code=64).err
    assert "no client 'nobody'" in planned("report", "--client", "nobody", code=66).err
    assert "no client 'nobody'" in planned("export", "ics", "--client", "nobody", code=66).err
