"""What a decision rests on, and that what a person points at is read before it is believed."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text

from scheduler.clock import MINUTE, SECOND
from scheduler.errors import UsageError
from scheduler.store.statements import STEP, transition
from tests.desk.house import CAMPAIGN, House, house, instant
from tests.sandbox_process import Sandbox

KEY = "autumn/teaser@bs-kawa"
WORDS = "Something darker is resting on the shelf."
WORKSPACE = """\
version: 1
workspace_id: ws-test
name: Kawa
timezone: Europe/Warsaw
accounts:
  bs-kawa: {{ platform: bluesky, handle: kawa.example, server: "{url}/bluesky", languages: [en] }}
  ms-kawa: {{ platform: mastodon, handle: kawa, server: "{url}/mastodon", languages: [en] }}
clients:
  kawa: {{ name: Kawa Wrocław, accounts: [bs-kawa, ms-kawa] }}
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with Sandbox() as running:
        yield running.url


def call(url: str, body: dict[str, Any], token: str = "") -> Any:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.load(answer)


def toot(url: str, words: str, who: str = "kawa") -> dict[str, Any]:
    """Posted by hand."""
    made: dict[str, Any] = call(f"{url}/mastodon/api/v1/statuses", {"status": words}, f"sandbox-{who}")
    return made


def post(url: str, words: str, who: str = "kawa.example") -> str:
    session = call(f"{url}/bluesky/xrpc/com.atproto.server.createSession", {"identifier": who, "password": "x"})
    record = {"$type": "app.bsky.feed.post", "text": words, "createdAt": "2026-11-30T11:15:00Z"}
    order = {"repo": session["did"], "collection": "app.bsky.feed.post", "record": record}
    return str(call(f"{url}/bluesky/xrpc/com.atproto.repo.createRecord", order, session["accessJwt"])["uri"])


@pytest.fixture
async def asked(tmp_path: Path, sandbox: str) -> AsyncIterator[House]:
    """A post on two accounts, sent without an answer and not found."""
    async with house(tmp_path, CAMPAIGN.replace("[bs-kawa]", "[bs-kawa, ms-kawa]"), WORKSPACE.format(url=sandbox)) as h:
        await h.desk.connect("bs-kawa", "x")
        await h.desk.connect("ms-kawa", "sandbox-kawa")
        await h.apply()
        h.clock.now = instant("2026-11-30T12:40")
        for key in (KEY, "autumn/teaser@ms-kawa"):
            await h.put(key, "checking")
            await h.desk.store.write(lambda conn, key=key: unanswered(conn, key))  # type: ignore[misc]
        yield h


def unanswered(conn: Connection, key: str) -> None:
    """As the engine leaves it: one request without an answer, one look that found nothing."""
    delivery = conn.execute(text("SELECT id FROM delivery WHERE key = :key"), {"key": key}).scalar_one()
    at = instant("2026-11-30T12:15")
    told = json.dumps({"said": "no answer within 60 s \x1b[31m", "code": "read_timeout"})
    row = {"delivery_id": delivery, "seq": 1, "try": 1, "name": "commit", "kind": "commit", "phase": "unknown", "fence": 0}
    conn.execute(insert(STEP).values(**row, at_intent=at, at_end=at + MINUTE, http_status=504, detail=told))
    common = {"actor": "engine:node-1", "bump_fence": True}
    transition(conn, delivery, fence=0, from_states=["checking"], to="unknown", why="not among the 3 newest", at=at + 65 * SECOND, **common)
    transition(conn, delivery, fence=1, from_states=["unknown"], to="checking", why="time to look", at=at + 600 * SECOND, **common)
    more = {"reason": "not found in any look", "reason_code": "absent", "cls": "list"}
    transition(
        conn, delivery, fence=2, from_states=["checking"], to="ask", why="not found in any look", at=at + 601 * SECOND, **common, **more
    )


async def test_everything_a_decision_rests_on(asked: House, sandbox: str) -> None:
    found = await asked.desk.evidence(KEY)
    assert found.first == f"Open {sandbox}/ and look for a post from Mon 30 Nov 12:15 CET. Looking changes nothing. Then say what you saw."
    assert [(o.name, o.command.rpartition(" --")[2]) for o in found.options] == [
        ("there", "published ADDRESS"),
        ("again", "send-again"),
        ("drop", "drop"),
    ]
    assert found.options[1].risk == "if it is there after all, Bluesky shows it twice; it is looked for once more first"
    assert (found.text, found.place) == (WORDS, "Kawa Wrocław · Bluesky bs-kawa (kawa.example)")
    assert found.media == ("shelf.jpg, 1080×1080: Paper bags on a shelf",)
    [sent] = found.sent
    assert (sent.came, sent.said, sent.status) == ("no clear answer", "no answer within 60 s", 504)
    assert [(look.result, look.said) for look in found.looks] == [
        ("not settled", "not among the 3 newest"),
        ("asked you", "not found in any look"),
    ]
    assert found.knows == "Sure: it was sent 1× and not refused. Not sure: whether Bluesky has it. 2 looks did not settle it."


async def test_while_it_is_looked_up_there_is_nothing_to_do(asked: House) -> None:
    await asked.put(KEY, "unknown", look_at=instant("2026-11-30T12:41"))
    found = await asked.desk.evidence(KEY)
    assert found.first.startswith("Wait: we look by ourselves.")
    assert (found.options, found.next_look) == ((), instant("2026-11-30T12:41"))


async def test_the_right_address_is_checked_and_threads_can_go_on_from_it(asked: House, sandbox: str) -> None:
    uri = post(sandbox, WORDS)
    key = uri.rpartition("/")[2]
    done = await asked.desk.resolve_published(KEY, f"https://bsky.app/profile/kawa.example/post/{key}")
    assert done.words == f"noted: {KEY} is public (checked: this account's, with the same text)"
    sql = text("SELECT state, remote_id, remote_extra FROM delivery WHERE key = :key")
    row = await asked.desk.store.read(lambda conn: conn.execute(sql, {"key": KEY}).one())
    assert (row.state, row.remote_id) == ("published", uri)
    assert json.loads(row.remote_extra).keys() == {"uri", "cid"}


async def test_a_status_by_its_page(asked: House, sandbox: str) -> None:
    made = toot(sandbox, WORDS)
    done = await asked.desk.resolve_published("autumn/teaser@ms-kawa", made["url"])
    assert "checked: this account's, with the same text" in done.words
    assert done.details["remote_id"] == made["id"]


async def test_what_cannot_be_it_is_refused(asked: House, sandbox: str) -> None:
    other = toot(sandbox, WORDS, "roof")
    wrong = post(sandbox, "Quite another thing")
    mastodon = "autumn/teaser@ms-kawa"
    for key, said, words in (
        (KEY, "https://bsky.app/profile/roof.example/post/3lbk2", "that is a post of roof.example"),
        (KEY, wrong, "other words stand there: “Quite another thing”"),
        (KEY, wrong[:-3] + "zzz", "nothing stands there"),
        (mastodon, other["url"], "that is a post of"),
        (mastodon, other["id"], "that is a post of another account"),
    ):
        with pytest.raises(UsageError, match=words):
            await asked.desk.resolve_published(key, said)
    assert await asked.state(KEY) == "ask"
    assert "with other words than were sent" in (await asked.desk.resolve_published(KEY, wrong, anyway=True)).words


async def test_without_an_answer_the_person_s_word_is_kept_as_unchecked(asked: House, sandbox: str) -> None:
    call(f"{sandbox}/_faults", {"platform": "bluesky", "call": "look", "kind": "500", "count": -1})
    try:
        done = await asked.desk.resolve_published(KEY, "https://bsky.app/profile/kawa.example/post/3lbk2aaaaaaaa")
    finally:
        request = urllib.request.Request(f"{sandbox}/_faults", method="DELETE")
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).close()
    assert "not checked: " in done.words
    assert (await asked.desk.history(KEY))[-1].why.endswith(done.words.partition("(")[2])
    assert done.details["remote_id"].endswith("/app.bsky.feed.post/3lbk2aaaaaaaa")
