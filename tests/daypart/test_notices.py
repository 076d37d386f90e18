"""A real service, a real mail server, a real webhook: what needs a person arrives once, late if need be; a kill is heard as silence."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daypart.rig import TEASER, WORKSPACE, Place, entry, said, until
from tests.daypart.test_daemon import by_hand
from tests.scheduler.notices.post_office import Listener, MailServer, listening

DAY = 86_400_000_000
"""Microseconds."""
SPEED = 10.0
"""Seconds of the service in a real one."""
NO_SUMMARY = "[ask, refused, missed, reauth, hold, safe_mode, clock, service, dead_man]"


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path / "mail")
    yield server
    server.stop()


@pytest.fixture
def web() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def tell(place: Place, mail: MailServer, web: Listener) -> None:
    """daypart.yaml names both; the mail's address stands in the environment."""
    place.env["DAYPART_NOTICE_URL"] = mail.address
    section = (
        "notices:\n  to:\n"
        f"    - {{ name: office, url_env: DAYPART_NOTICE_URL, kinds: {NO_SUMMARY} }}\n"
        f'    - {{ name: hook, url: "{web.address}", kinds: {NO_SUMMARY} }}\n'
    )
    (place.root / "daypart.yaml").write_text(WORKSPACE.format(url=place.sandbox.url) + section, "utf-8")


def waiting(place: Place) -> dict[str, str]:
    """Places that the newest notice could not be sent to."""
    found: dict[str, str] = place("notices", "--json").json["notices"][0]["waiting"]
    return found


def test_a_missed_post_is_told_by_mail_and_webhook_once_though_the_mail_server_was_down(
    place: Place, mail: MailServer, web: Listener
) -> None:
    tell(place, mail, web)
    place.campaign(entry("teaser", said("Something is coming")))
    place.connect()
    place("apply", "--yes")
    place.set_clock(9 * DAY)
    with place.service(speed=SPEED) as service:
        until(lambda: place.state(TEASER) == "missed", "the post to be missed")
        until(lambda: bool(waiting(place)), "the mail to be tried", within=60)
        assert set(waiting(place)) == {"office"}
        status = place("status").out
        assert "1 notice could not be sent (office: " in status
        assert "daypart notices" in status
        doctor = place("doctor", code=1).out
        assert "✗ 1 could not be sent (office: " in doctor
        mail.start()
        until(lambda: len(mail.mails()) == 1, "the mail to arrive", within=60)
        until(lambda: not waiting(place), "it to be noted")
        [told] = web.told
        [letter] = mail.mails()
        assert letter["Subject"] == told["title"] == "[daypart] Kawa · bs-kawa: a post was missed (notice 1)"
        body = letter.get_body().get_content()  # type: ignore[union-attr]
        assert TEASER in body
        assert f"Command: daypart post move {TEASER} WHEN" in body
        assert "could not be sent" not in place("status").out
        assert "told " in place("notices").out
        assert mail.address not in service.words
        service.stop()
    with place.service(speed=SPEED):
        until(lambda: place("status", "--json").json["service"]["running"], "the next service")
        place("hold", "--client", "roof", "--reason", "Storm")
        until(lambda: len(mail.mails()) == 2, "the next notice", within=60)
    assert len(web.told) == 2
    assert web.told[1]["title"].startswith("[daypart] Roof: on hold (notice ")
    assert "daypart release --client roof" in web.told[1]["message"]


def test_a_post_that_only_a_person_can_decide_is_told_once(planned: Place, web: Listener, mail: MailServer) -> None:
    tell(planned, mail, web)
    mail.start()
    by_hand(planned, "Something is coming")
    planned.send(TEASER)
    with planned.service(speed=SPEED):
        until(lambda: planned.state(TEASER) == "ask", "the post to need a person", within=60)
        until(lambda: planned("notices", "--json").json["notices"][0]["sent_at"] is not None, "it to be told", within=60)
        planned("resolve", TEASER, "--drop")
    [told], [letter] = web.told, mail.mails()
    assert told["title"] == letter["Subject"] == "[daypart] Kawa · bs-kawa: a post needs you (notice 1)"
    assert told["type"] == "warning"
    assert f"daypart resolve {TEASER} --published URL" in told["message"]


def test_kill_nine_is_heard_as_silence_within_two_periods(planned: Place, web: Listener) -> None:
    every = 10 / SPEED
    with (planned.root / "daypart.yaml").open("a", encoding="utf-8") as file:
        file.write(f'notices: {{ dead_man: {{ url: "{web.url}/alive", every: 10s }} }}\n')
    with planned.service(speed=SPEED) as service:
        until(lambda: len(web.asked) >= 2, "two signs of life", within=60)
        assert {path for _, path in web.asked} == {"/alive"}
        service.stop(signal.SIGKILL)
        died = time.monotonic()
        until(lambda: time.monotonic() - web.asked[-1][0] > 2 * every, "two periods to pass", within=60)
        assert web.asked[-1][0] < died + every, "one that was on its way when it died may still be heard, another not"


def test_a_watching_address_that_does_not_answer_is_a_notice_of_its_own(planned: Place, web: Listener) -> None:
    web.status = 500
    with (planned.root / "daypart.yaml").open("a", encoding="utf-8") as file:
        file.write(f'notices: {{ dead_man: {{ url: "{web.url}/alive", every: 10s }} }}\n')
    with planned.service(speed=SPEED):
        until(lambda: "watching address does not answer" in planned("notices").out, "the notice", within=60)
        assert "1 notice to read" in planned("status").out
        until(lambda: len(web.asked) >= 3, "a third sign", within=60)
        assert [notice["kind"] for notice in planned("notices", "--json").json["notices"]] == ["dead_man"]
        assert "is read" in planned("notices", "dismiss").out
        assert "to read" not in planned("status").out


def test_trying_it_out(place: Place, mail: MailServer, web: Listener) -> None:
    assert "names nobody" in place("notices", "test", code=78).err
    tell(place, mail, web)
    found = place("notices", "test", "--json", code=1).json["places"]
    assert [(one["place"], one["ok"]) for one in found] == [("office", False), ("hook", True)]
    mail.start()
    assert place("notices", "test").out == "✓ office: taken\n✓ hook: taken\n"
    assert mail.mails()[0]["Subject"] == "[daypart] Two clients: this is a test"
    assert "does not wait" in place("notices", "dismiss", "7", code=66).err


def test_an_address_that_apprise_does_not_take_is_an_error_of_the_file(place: Place) -> None:
    place.env["KAWA_NOTICES"] = "mailto://"
    with (place.root / "daypart.yaml").open("a", encoding="utf-8") as file:
        file.write('notices:\n  to:\n    - url: "nosuch://x/y"\n    - url_env: KAWA_NOTICES\n    - url_env: NOT_SET_HERE\n')
    said_so = place("validate", code=65).out
    assert "error[E212]: there is no service 'nosuch://'" in said_so
    assert "error[E212]: the address is not complete for mailto" in said_so
    assert "NOT_SET_HERE" not in said_so
    assert "//x/y" not in said_so
