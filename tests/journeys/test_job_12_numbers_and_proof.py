"""Friday: the week's numbers for the client as files to send, and the proof of who approved what."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

from tests.journeys.office import Office

WORDS = "Cardamom buns, warm until ten"


def files_tell(office: Office, folder: Path, key: str) -> None:
    """A report to read, one for a spreadsheet, an archive that opens without us, all with who approved which words and whose they are;
    and the books are whole."""
    digest = str(office.place.show(key)["digest"])
    report = next(folder.glob("*kawa.md")).read_text("utf-8")
    assert "Kawa Wrocław" in report
    assert "anna" in report
    assert "Roof Garden" not in report
    assert f"| human | nothing | {digest[:4]} {digest[4:8]} |" in report
    [line] = csv.DictReader(next(folder.glob("*kawa.csv")).read_text("utf-8-sig").splitlines())
    assert (line["text"], line["approved_by"], line["ai"]) == (WORDS, "anna", "human")
    assert line["seal"] == f"{digest[:4]} {digest[4:8]}"
    with zipfile.ZipFile(next(folder.glob("*.zip"))) as archive:
        assert archive.testzip() is None
        assert WORDS in archive.read("index.html").decode("utf-8")
    assert office.place("verify").code == 0
    assert office.place.show(key)["approval"]["by"] == "anna"


async def test_with_keys(office: Office) -> None:
    key = office.published(WORDS, "bs-kawa")
    async with office.desk() as hands:
        await hands.press("C")
        await hands.see("Show which client?")
        await hands.press("down", "enter")
        await hands.gone("Show which client?")
        await hands.press("9")
        await hands.see("KAWA WROCŁAW · 1 post", "Cardamom buns")
        for down in (0, 1, 3):
            await hands.press("X")
            await hands.see("Export · Kawa Wrocław")
            await hands.press(*["down"] * down, "enter")
            await hands.see(("the report of", "csv", "", "files are in")[down])
        await hands.press("v")
        await hands.see("WHO APPROVED WHAT · 1 post", "anna · human")
    files_tell(office, office.root / "reports", key)


def test_with_commands(office: Office) -> None:
    key = office.published(WORDS, "bs-kawa")
    folder = office.root / "out"
    office.run("report", "--client", "kawa", "--out", str(folder / "week-kawa.md"))
    office.run("report", "--client", "kawa", "--csv", "--out", str(folder / "week-kawa.csv"))
    office.run("export", "archive", str(folder / "kawa.zip"), "--client", "kawa")
    office.run("verify")
    files_tell(office, folder, key)
