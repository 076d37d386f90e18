"""The desk in a real browser: the way in, the keys, a link, the end. Skipped where there is no Chromium."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Page, chromium, program
from tests.daypart.conftest import new_place, with_one_post
from tests.daypart.rig import Place, Program
from tests.daypart.test_serve import Serving
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.skipif(program() is None, reason="there is no Chromium here (Debian: apt install chromium)")
PICTURES = Path(os.environ.get("DAYPART_PICTURES") or tempfile.gettempdir())
_SHOWN = "document.body.classList.contains('-first-byte') && !document.body.classList.contains('-closed')"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    program_ = Program()
    with Sandbox() as platforms:
        yield with_one_post(new_place(tmp_path_factory.mktemp("week"), program_, platforms))
    program_.close()


@pytest.fixture
def serving(place: Place) -> Iterator[Serving]:
    one = Serving(place)
    yield one
    one.stop()


async def _drawn(page: Page, file: str) -> Path:
    """Painted after the last key: the terminal draws on a canvas, so pictures are compared until two are the same."""
    last = b""
    for _ in range(40):
        found = (await page.picture(PICTURES / file)).read_bytes()
        if found == last:
            break
        last = found
    return PICTURES / file


async def test_the_way_in_and_out(serving: Serving) -> None:
    async with chromium() as page:
        await page.look(1280, 800)
        await page.go(serving.address)
        assert await page.value("location.href") == serving.place
        await page.until(_SHOWN)
        assert await page.value("document.cookie") == ""
        assert await page.value("document.activeElement.className") == "xterm-helper-textarea"
        await page.hear("the service is not running")
        before = (await _drawn(page, "serve-today.png")).read_bytes()
        await page.press("5")
        await page.hear("Nothing planned")
        assert (await _drawn(page, "serve-outbox.png")).read_bytes() != before
        assert not page.problems
        await page.press("q")
        await page.until("document.body.classList.contains('-closed') && document.activeElement.id === 'again'")
        await _drawn(page, "serve-closed.png")
        await page.press("Enter")
        await page.until(_SHOWN)


async def test_the_server_ends_while_the_page_is_open(serving: Serving) -> None:
    async with chromium() as page:
        await page.go(serving.address)
        await page.until(_SHOWN)
        os.kill(serving.pid, signal.SIGTERM)
        await page.until("document.querySelector('#why').textContent.includes('daypart serve has ended')")
        await _drawn(page, "serve-ended.png")


async def test_somebody_without_the_token(serving: Serving) -> None:
    async with chromium() as page:
        await page.look(390, 700)
        await page.go(serving.place)
        assert "opens with the address" in await page.value("document.body.innerText")
        await _drawn(page, "serve-refused.png")
