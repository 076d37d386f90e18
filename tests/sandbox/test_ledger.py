"""The ledger and the sandbox's own addresses: what survives, what is told, how fast it is, how it stops."""

from __future__ import annotations

import hashlib
import json
import threading
import urllib.error
from pathlib import Path

import pytest

from sandbox.ledger import Entry, Ledger
from sandbox.page import page
from tests.sandbox.people import Writer, attach, graph, own, picture, shelf, toot
from tests.sandbox.wire import ask
from tests.sandbox_process import Sandbox


def test_everything_public_survives_a_kill(tmp_path: Path) -> None:
    """The process is killed, the same file is given to the next one: same posts, same keys, same handles."""
    file = tmp_path / "ledger.jsonl"
    jpeg = picture(tmp_path)
    with Sandbox(file) as sandbox, shelf({"/a.jpg": (200, "image/jpeg", jpeg)}) as files:
        sandbox.settings("instagram", image_seconds=0)
        writer = Writer.login(sandbox)
        writer.put().send()
        status = toot(sandbox, "one", key="k").send().json()
        media = attach(sandbox, jpeg, alt="a cup").send().json()["id"]
        used, free = (graph(sandbox, "POST", "me/media", image_url=f"{files.url}/a.jpg").send().json()["id"] for _ in range(2))
        graph(sandbox, "POST", "me/media_publish", creation_id=used).send()
        before = sandbox.ledger()
        sandbox.kill()
        sandbox.start()
        sandbox.settings("mastodon", image_seconds=0)
        assert sandbox.ledger() == before
        assert len(before) == 3
        again = Writer(sandbox, writer.did, writer.access, "")
        assert again.get().send().status == 200
        assert "commit" not in again.put().send().json()
        assert toot(sandbox, "one", key="k").send().json()["id"] == status["id"]
        assert own(sandbox, f"/api/v1/statuses/{status['id']}").send().status == 200
        me = own(sandbox, "/api/v1/accounts/verify_credentials").send().json()["id"]
        assert len(own(sandbox, f"/api/v1/accounts/{me}/statuses").send().json()) == 1
        assert graph(sandbox, "GET", used, fields="status_code").send().json()["status_code"] == "PUBLISHED"
        assert graph(sandbox, "GET", free, fields="status_code").send().json()["status_code"] == "FINISHED"
        assert graph(sandbox, "POST", "me/media_publish", creation_id=used).send().status == 400
        assert any(own(sandbox, f"/api/v1/media/{media}").send().status == 200 for _ in range(1_000)), "the picture is never ready"
        assert toot(sandbox, "two", media_ids=[media]).send().json()["media_attachments"][0]["description"] == "a cup"
        assert ask("GET", f"{sandbox.url}/_media/{hashlib.sha256(jpeg).hexdigest()}").send().body == jpeg
        assert len(sandbox.ledger()) == 4


def test_the_act_is_in_the_file_before_the_answer_is_sent(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    with Sandbox(file) as sandbox:
        sandbox.fault("mastodon", "commit", "hang", "after", seconds=30)
        assert toot(sandbox, "unanswered").send(patience=0.2).ending == "silence"
        sandbox.kill()
    assert [json.loads(line)["entry"]["text"] for line in file.read_text().splitlines()] == ["unanswered"]


def test_a_torn_last_line_is_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    Ledger(file).add(Entry("mastodon", "kawa", "1", "post", "one", 1))
    with file.open("ab") as torn:
        torn.write(b'{"entry": {"platform": "mastodon", "acc')
    assert [entry.text for entry in Ledger(file).entries] == ["one"]
    ledger = Ledger(file)
    ledger.add(Entry("mastodon", "kawa", "2", "post", "two", 2))
    assert [entry.text for entry in Ledger(file).entries] == ["one", "two"]


def test_a_reset_empties_the_file_too(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    with Sandbox(file) as sandbox:
        toot(sandbox).send()
        sandbox.reset()
        assert sandbox.ledger() == []
        toot(sandbox, "after").send()
    assert [entry.text for entry in Ledger(file).entries] == ["after"]


def test_the_ledger_can_be_asked_for_one_account(sandbox: Sandbox) -> None:
    toot(sandbox, "kawa's").send()
    toot(sandbox, "bosko's", who="bosko").send()
    Writer.login(sandbox).put().send()
    entries = sandbox.ask("GET", "/_ledger?platform=mastodon&account=bosko")["entries"]
    assert [entry["text"] for entry in entries] == ["bosko's"]
    shape = {"platform", "account", "id", "kind", "text", "alt", "media", "reply_to", "at", "url", "flags", "raw"}
    assert set(entries[0]) == shape


def test_every_call_is_on_the_list(sandbox: Sandbox) -> None:
    toot(sandbox).send()
    sandbox.fault("mastodon", "commit", "drop", "after")
    toot(sandbox).send()
    first, second = sandbox.requests("mastodon", "commit")
    assert (first["status"], first["fault"], first["method"], first["path"]) == (200, None, "POST", "/api/v1/statuses")
    assert (second["status"], second["fault"]) == (None, "drop/after")
    assert first["at"] <= first["finished"] <= second["at"]


def test_settings_that_do_not_exist_are_refused(sandbox: Sandbox) -> None:
    for platform, name in (("mastodon", "speed"), ("bluesky", "speed"), ("instagram", "speed"), ("model", "speed"), ("myspace", "x")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            sandbox.settings(platform, **{name: 1})
        assert refused.value.code == 400
        refused.value.close()


def test_addresses_that_do_not_exist(sandbox: Sandbox) -> None:
    for path in ("/nothing", "/mastodon/api/v9/statuses", "/bluesky/xrpc/app.bsky.feed.getLikes", "/_media/../../etc/passwd"):
        assert ask("GET", sandbox.url + path).send().status == 404, path


def test_the_clock_can_run_faster(sandbox: Sandbox) -> None:
    sandbox.settings("clock", now=1_900_000_000_000_000, speed=1000)
    toot(sandbox, "one").send()
    toot(sandbox, "two").send()
    first, second = (entry["at"] for entry in sandbox.ledger())
    assert 1_900_000_000_000_000 <= first < second
    assert "2030" in own(sandbox, "/api/v2/instance").send().headers["date"]


def test_the_page_shows_posts_pictures_and_labels(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.settings("instagram", image_seconds=0)
    with shelf({"/a.jpg": (200, "image/jpeg", picture(tmp_path))}) as files:
        order = {"image_url": f"{files.url}/a.jpg", "caption": "Zażółć", "alt_text": "a <cup>", "is_ai_generated": "true"}
        container = graph(sandbox, "POST", "me/media", **order).send().json()["id"]
        graph(sandbox, "POST", "me/media_publish", creation_id=container).send()
    shown = ask("GET", sandbox.url + "/").send().body.decode()
    assert "sandbox" in shown
    assert "Zażółć" in shown
    assert "AI info" in shown
    assert 'alt="a &lt;cup&gt;"' in shown
    assert f'src="/_media/{sandbox.ledger()[0]["media"][0]}"' in shown


def test_a_post_can_be_read_at_its_own_address(sandbox: Sandbox) -> None:
    Writer.login(sandbox).put("one").send()
    toot(sandbox, "two").send()
    for entry in sandbox.ledger():
        shown = ask("GET", entry["url"]).send()
        assert shown.status == 200
        assert entry["text"] in shown.body.decode()
        assert "1 published" in shown.body.decode()


def test_the_page_shows_films_as_films() -> None:
    shown = page([Entry("instagram", "kawa", "1", "post", "", 0, media=("a" * 64, "b" * 64))], lambda sha: sha.startswith("b"))
    assert f'<img src="/_media/{"a" * 64}"' in shown
    assert f'<video src="/_media/{"b" * 64}"' in shown


def test_the_page_is_safe_to_look_at() -> None:
    shown = page(
        [Entry("mastodon", "<b>", "1", "post", "<script>alert(1)</script>", 0, alt=('"onload="x',), media=("0" * 64,))], lambda _: False
    )
    assert "<script>" not in shown
    assert '"onload=' not in shown
    assert "Nothing has been published" in page([], lambda _: False)


def test_many_at_once(sandbox: Sandbox) -> None:
    """A thousand commits on fresh connections from eight threads; each exactly once."""

    def many(worker: int) -> None:
        for number in range(125):
            assert toot(sandbox, f"{worker}/{number}", who=f"a{number % 10}").send().status == 200

    workers = [threading.Thread(target=many, args=(worker,)) for worker in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    texts = [entry["text"] for entry in sandbox.ledger()]
    assert len(texts) == len(set(texts)) == 1000


def test_the_bare_endpoint(sandbox: Sandbox) -> None:
    first, second = (ask("POST", f"{sandbox.url}/bare", json_body={}).send().json()["id"] for _ in range(2))
    assert first != second
    assert sandbox.ledger() == []


def test_it_stops_at_once_even_with_a_call_hanging() -> None:
    sandbox = Sandbox().start()
    sandbox.fault("mastodon", "commit", "hang", seconds=60)
    hanging = threading.Thread(target=lambda: toot(sandbox).send(patience=20))
    hanging.start()
    while not sandbox.requests():
        pass
    sandbox.stop()
    hanging.join(5)
    assert not hanging.is_alive()


def test_a_port_in_use_is_said_in_one_sentence(sandbox: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        Sandbox(port=int(sandbox.url.rpartition(":")[2])).start()
