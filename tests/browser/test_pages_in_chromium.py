"""The client's review file and the archive's page in a real browser: on a phone, on a desk, in the dark, on paper."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

import pytest

from tests.browser.chromium import Page, chromium, program
from tests.desk.house import House, house
from tests.desk.reported import Reported

pytestmark = pytest.mark.skipif(program() is None, reason="there is no Chromium here (Debian: apt install chromium)")
PICTURES = Path(os.environ.get("DAYPART_PICTURES") or tempfile.gettempdir())
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
WEEK = f"""\
version: 1
id: autumn
title: Autumn
languages: [en, pl]
posts:
  - id: menu
    title: "Winter menu, both shops"
    accounts: [bs-kawa, ms-kawa, ig-kawa]
    at: 2026-11-30T12:15
    text:
      en: "Winter menu is here ❄\\n\\nSlow-braised short rib and a hot chocolate. From Tuesday. https://kawa.example/menu"
      pl: "Zimowe menu już jest ❄\\n\\nDługo duszone żeberka i gorąca czekolada. Od wtorku w obu kawiarniach. #zima"
    media: [{{ path: media/shelf.jpg, alt: "A bowl of short rib on a dark table, steam above it" }}]
  - {{ id: long, title: "{LONG}", accounts: [bs-kawa], at: 2026-12-01T09:00, text: "{LONG} https://kawa.example/{LONG[:80]}" }}
  - id: arabic
    title: "قهوة الشتاء"
    accounts: [bs-kawa]
    at: 2026-12-02T18:00
    text: "قهوة الشتاء وصلت! تعالوا يوم الثلاثاء (12:15) 👨‍👩‍👧 #kawa"
  - id: panorama
    accounts: [ms-kawa]
    at: 2026-12-03T18:00
    text: {{ en: "One very wide and one very tall picture", pl: "Jedno bardzo szerokie i jedno bardzo wysokie zdjęcie" }}
    media: [{{ path: media/wide.jpg, alt: "صورة واسعة جدا" }}, {{ path: media/tall.jpg, alt: "{LONG}" }}]
"""
DISPLAYS = [(width, scheme) for width in (390, 1280) for scheme in ("light", "dark")]
_WIDER = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


async def filled(h: House) -> None:
    """A week that is hard to draw."""
    h.campaign(WEEK)
    h.picture("wide.jpg", "teal", (1600, 260))
    h.picture("tall.jpg", "darkred", (400, 1500))
    await h.connected("bs-kawa", "ms-kawa", "ig-kawa")
    await h.apply()


async def _looked_at(page: Page, file: Path, name: str) -> None:
    """On every display: nothing sticks out, nothing is asked for elsewhere, nothing is complained about."""
    for width, scheme in DISPLAYS:
        await page.look(width, 800, scheme=scheme)
        await page.go(file.as_uri())
        await page.value("[...document.images].forEach(image => image.loading = 'eager')")
        await page.picture(PICTURES / f"{name}-{width}-{scheme}.png", whole=True)
        assert await page.value(_WIDER) == 0, f"{name} is wider than {width}"
        await page.until("[...document.images].every(image => image.complete && image.naturalWidth > 0 && image.alt)")
    await page.look(794, 1123, scheme="dark", media="print")
    await page.picture(PICTURES / f"{name}-print.png", whole=True)
    assert await page.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert await page.value("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not page.problems


async def test_the_review_file(tmp_path: Path) -> None:
    async with house(tmp_path) as h, chromium() as page:
        await filled(h)
        for language in ("en", "pl"):
            file = tmp_path / f"review-{language}.html"
            await h.desk.export_review("kawa", "2026-W49", file, language)
            await _looked_at(page, file, f"review-{language}")


async def test_the_page_of_the_archive(tmp_path: Path) -> None:
    async with house(tmp_path) as h, chromium() as page:
        await filled(h)
        reported = Reported(h)
        for post in ("menu@bs-kawa", "menu@ig-kawa", "menu@ms-kawa", "long@bs-kawa", "arabic@bs-kawa", "panorama@ms-kawa"):
            await h.approve(f"autumn/{post}")
            await reported.publish(f"autumn/{post}", "2026-11-24T18:00")
        await h.desk.export_archive(tmp_path / "all.zip")
        with zipfile.ZipFile(tmp_path / "all.zip") as archive:
            archive.extractall(tmp_path / "all")
        await _looked_at(page, tmp_path / "all" / "index.html", "archive")
