"""Notices on a real file, told to a real mail server and a real webhook: once, again where it failed, together where they are several."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from config.notices import Notices
from config.workspace import Workspace
from scheduler.clock import DAY, HOUR, SECOND
from scheduler.notices import rows
from scheduler.notices.model import Message, Notice, Place
from scheduler.notices.sending import Sender
from scheduler.notices.telling import Telling
from scheduler.store.statements import ACCOUNT, HOLD, add_notice
from scheduler.store.store import Store
from tests.scheduler.fast_clock import FastClock
from tests.scheduler.notices.post_office import Listener, MailServer, listening

WAIT_SECONDS = 60.0
CLIENTS = {"kawa": {"name": "Kawa", "accounts": ("bs-kawa",)}, "roof": {"name": "Roof", "accounts": ("ms-roof",)}}
ACCOUNTS = {
    "bs-kawa": {"platform": "bluesky", "handle": "kawa.example"},
    "ms-roof": {"platform": "mastodon", "handle": "@roof@social.example"},
}


class Office:
    """A store, somebody who tells, and where it arrives."""

    def __init__(self, folder: Path, mail: MailServer, web: Listener) -> None:
        self.mail = mail
        self.web = web
        self.clock = FastClock(20.0)
        self.store = Store.open(folder / "state", self.clock)
        self.telling: Telling | None = None

    def start(self, **notices: object) -> None:
        """Begin to tell, as daypart.yaml says."""
        said = {"digest_at": self._long_ahead(), **notices}
        workspace = Workspace.model_validate(
            {"version": 1, "name": "Two clients", "timezone": "UTC", "accounts": ACCOUNTS, "clients": CLIENTS, "notices": said}
        )
        self.telling = Telling(self.store, self.clock, lambda: workspace)
        self.telling.start()

    def _long_ahead(self) -> str:
        """Half a day from now: no summary comes between."""
        return f"{(self.clock.wall() // HOUR + 12) % 24:02}:00"

    async def stop(self) -> None:
        """Tell no more."""
        if self.telling is not None:
            await self.telling.stop()
            self.telling = None

    async def account(self, name: str, client: str) -> int:
        """An account of a client."""
        values = {
            "name": name,
            "platform": ACCOUNTS[name]["platform"],
            "handle": "h",
            "server": "https://x.example",
            "client": client,
            "state": "reauth",
        }
        made = await self.store.write(lambda conn: conn.execute(insert(ACCOUNT).values(values)).inserted_primary_key)
        assert made is not None
        return int(made[0])

    async def raised(self, kind: str, words: str, account: int | None = None) -> None:
        """Something happens."""
        now = self.clock.wall()
        assert await self.store.write(lambda conn: add_notice(conn, kind, words, now, account_id=account, event_seq=now))

    async def notices(self) -> list[Notice]:
        """All of them, newest first."""
        return await self.store.read(lambda conn: rows.newest(conn, 100))

    async def all_sent(self) -> bool:
        """Nothing waits."""
        return all(notice.sent_at for notice in await self.notices())

    async def tried(self) -> bool:
        """Everything was tried and something waits."""
        found = await self.notices()
        return all(notice.tries for notice in found) and any(notice.waiting for notice in found)


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not await condition():
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.05)


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path / "mail")
    yield server
    server.stop()


@pytest.fixture
async def office(tmp_path: Path, mail: MailServer) -> AsyncIterator[Office]:
    with listening() as web:
        made = Office(tmp_path, mail, web)
        yield made
        await made.stop()
        await made.store.close()


async def test_a_mail_and_a_webhook_once_each_and_again_only_where_it_failed(office: Office) -> None:
    account = await office.account("bs-kawa", "kawa")
    await office.raised("reauth", "bs-kawa has to be connected again: the app password was \x1b[31mrevoked", account)
    office.start(to=({"name": "post", "url": office.mail.address}, {"name": "hook", "url": office.web.address}))
    await until(office.tried, "the mail is tried while its server is down")
    [waiting] = await office.notices()
    assert set(waiting.waiting) == {"post"}
    assert "onnection" in waiting.waiting["post"]
    [told] = office.web.told
    office.mail.start()
    await until(office.all_sent, "the mail to be taken")
    await office.raised("clock", "The clock was set")
    await until(office.all_sent, "the second to be taken")
    first, second = office.mail.mails()
    assert first["Subject"] == "[daypart] Kawa · bs-kawa: an account has to be connected again (notice 1)" == told["title"]
    assert second["Subject"] == "[daypart] Two clients: the clock of this computer is doubtful; nothing is sent (notice 2)"
    body = first.get_body().get_content()  # type: ignore[union-attr]
    assert "Kawa · Bluesky · bs-kawa\n" in body
    assert "the app password was revoked\n" in body
    assert "Command: daypart account connect bs-kawa" in body
    assert len(office.web.told) == 2
    assert [notice.tries for notice in await office.notices()] == [1, (await office.notices())[1].tries]


async def test_several_at_once_are_one_message(office: Office) -> None:
    for n in range(25):
        await office.raised("service", f"Trouble number {n}")
    office.start(to=({"url": office.web.address},))
    await until(office.all_sent, "all to be told")
    [told] = office.web.told
    assert told["title"] == "[daypart] Two clients: 25 notices (notices 1–25)"
    assert "Trouble number 0\n" in told["message"]
    assert "and 5 more: daypart notices" in told["message"]


async def test_a_client_s_place_hears_of_that_client_only(office: Office) -> None:
    kawa, roof = await office.account("bs-kawa", "kawa"), await office.account("ms-roof", "roof")
    await office.raised("reauth", "for kawa", kawa)
    await office.raised("reauth", "for roof", roof)
    await office.raised("clock", "for the house")
    with listening() as client, listening() as clocks:
        office.start(
            to=(
                {"name": "all", "url": office.web.address},
                {"name": "kawa", "url": client.address, "for": ("kawa",)},
                {"name": "clocks", "url": clocks.address, "kinds": ("clock",)},
            )
        )
        await until(office.all_sent, "all to be told")
        [everything], [of_kawa], [of_clocks] = office.web.told, client.told, clocks.told
    assert all(words in everything["message"] for words in ("for kawa", "for roof", "for the house"))
    assert "for kawa" in of_kawa["message"]
    assert "for roof" not in of_kawa["message"]
    assert "for the house" not in of_kawa["message"]
    assert "for the house" in of_clocks["message"]
    assert "for kawa" not in of_clocks["message"]


async def test_a_crash_between_sending_and_noting_it_sends_again_under_the_same_number(office: Office) -> None:
    await office.raised("clock", "The clock was set")
    office.start(to=({"url": office.web.address},))
    await until(office.all_sent, "it to be told")
    # as it stands on disk when the process dies after the other side took it
    await office.store.write(lambda conn: conn.execute(text("UPDATE notice SET sent_at = NULL")).rowcount)
    await office.stop()
    office.start(to=({"url": office.web.address},))
    await until(office.all_sent, "it to be told again")
    first, second = office.web.told
    assert first == second
    [notice] = await office.notices()
    assert notice.tries == 2


async def test_a_refusing_webhook_is_tried_again_ever_more_slowly(office: Office) -> None:
    office.web.status = 503
    await office.raised("clock", "The clock was set")
    office.start(to=({"url": office.web.address},))
    await until(lambda: _tries(office, 3), "three tries")
    [notice] = await office.notices()
    assert notice.sent_at is None
    assert "503" in "".join(notice.waiting.values())
    assert notice.next_at - office.clock.wall() > 60 * SECOND
    office.web.status = 200
    office.clock.offset += 10 * 60 * SECOND
    await until(office.all_sent, "it to be taken at last")


async def _tries(office: Office, count: int) -> bool:
    return (await office.notices())[0].tries >= count


async def test_the_summary_of_the_day(office: Office) -> None:
    await office.store.write(lambda conn: conn.execute(insert(HOLD).values(scope="client", subject="kawa", by="anna", at=1)).rowcount)
    await office.raised("something new", "It can wait")
    at = office.clock.wall() // (60 * SECOND) * 60 * SECOND
    hour = time.strftime("%H:%M", time.gmtime(at / SECOND))
    with listening() as roof:
        office.start(to=({"url": office.web.address}, {"url": roof.address, "for": ("roof",)}), digest_at=hour)
        await until(_told(office.web, 1), "the summary")
        assert "on hold since" in office.web.told[0]["message"]
        assert "kawa" in office.web.told[0]["message"]
        assert office.web.told[0]["type"] == "info"
        assert "It can wait" not in office.web.told[0]["message"]
        assert roof.told == []
        await office.stop()
        office.start(to=({"url": office.web.address}, {"url": roof.address, "for": ("roof",)}), digest_at=hour)  # no second one
        office.clock.offset += DAY
        await until(_told(office.web, 2), "the summary of the next day, with what could wait")
        assert "It can wait" in json.dumps(office.web.told[1:])
        await until(office.all_sent, "nothing waits")


def _told(web: Listener, count: int) -> Callable[[], Awaitable[bool]]:
    async def enough() -> bool:
        return len(web.told) >= count

    return enough


async def test_a_program_gets_the_notice_on_its_standard_input(office: Office, tmp_path: Path) -> None:
    script = tmp_path / "keep"
    script.write_text('#!/bin/sh\ncat > "$1"\nprintf %s "$DAYPART_NOTICE_TITLE" > "$1.title"\n')
    script.chmod(0o700)
    await office.raised("clock", "It's $(touch owned) late; `touch owned`")
    office.start(command=(str(script), str(tmp_path / "kept")))
    await until(office.all_sent, "the program to end")
    kept = (tmp_path / "kept").read_text()
    assert kept.startswith("[daypart] Two clients: the clock")
    assert "It's $(touch owned) late; `touch owned`" in kept
    assert (tmp_path / "kept.title").read_text() == kept.splitlines()[0]
    assert not (tmp_path / "owned").exists()


async def test_a_program_that_fails_is_named_with_its_last_words(office: Office) -> None:
    await office.raised("clock", "The clock was set")
    office.start(command=("sh", "-c", "echo no such queue >&2; exit 3"))
    await until(office.tried, "the program to fail")
    [notice] = await office.notices()
    assert notice.waiting == {"command": "sh ended with 3: no such queue"}


async def test_no_secret_in_problems_or_the_log(office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    secret = "hunter-of-the-night-22"  # not one of anybody
    monkeypatch.setenv("KAWA_NOTICES", f"json://anna:{secret}@127.0.0.1:1/")
    await office.raised("clock", "The clock was set")
    office.start(to=({"url_env": "KAWA_NOTICES"}, {"url_env": "KAWA_NOT_SET"}, {"url_command": ("echo", f"slack://{secret}/x")}))
    await until(office.tried, "all three to fail")
    [notice] = await office.notices()
    assert len(notice.waiting) == 3
    assert notice.waiting["KAWA_NOT_SET (2)"] == "the environment variable KAWA_NOT_SET is not set where this runs"
    assert secret not in json.dumps(notice.waiting)
    assert secret not in caplog.text


async def test_what_nobody_asks_for_does_not_wait_for_ever(office: Office) -> None:
    await office.raised("hold", "on hold: everything")
    office.start(to=({"url": office.web.address, "kinds": ("ask",)},))
    await until(office.all_sent, "it to be settled")
    assert office.web.told == []
    [notice] = await office.notices()
    assert notice.settled == "no place in daypart.yaml asks for it"


async def test_months_of_notices_are_not_poured_over_a_new_address(office: Office) -> None:
    await office.raised("hold", "long ago")
    office.clock.offset += 3 * DAY
    await office.raised("hold", "just now")
    office.start(to=({"url": office.web.address},))
    await until(office.all_sent, "both to be settled")
    [told] = office.web.told
    assert "just now" in told["message"]
    assert "long ago" not in told["message"]


async def test_without_anybody_to_tell_they_wait_for_the_desk(office: Office) -> None:
    await office.raised("clock", "The clock was set")
    office.start()
    await asyncio.wait({asyncio.ensure_future(office.clock.sleep(30))})
    [notice] = await office.notices()
    assert (notice.sent_at, notice.tries) == (None, 0)


async def test_the_desktop_gets_its_words_as_arguments(tmp_path: Path) -> None:
    program = tmp_path / ("osascript" if sys.platform == "darwin" else "notify-send")
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/shown\n')
    program.chmod(0o700)
    sender = Sender(Notices(desktop=True), {"PATH": f"{tmp_path}:/usr/bin:/bin"})
    words = Message(Place("desktop"), "-h $(reboot) a title", "a <b>body</b>")
    assert await sender.send([words]) == {}
    shown = (tmp_path / "shown").read_text()
    assert "\n-h $(reboot) a title\n" in shown
    program.unlink()
    [problem] = (await Sender(Notices(desktop=True), {"PATH": str(tmp_path)}).send([words])).values()
    assert "cannot be run: no such file" in problem


def test_nothing_of_apprise_is_loaded_where_nothing_is_sent() -> None:
    names = "scheduler.service.service, scheduler.service.wiring, scheduler.desk.desk, daypart.cli, daypart.commands.notices, tui.app"
    code = f"import sys; import {names}; print(sorted({{'apprise', 'requests', 'oauthlib', 'markdown'}} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"
