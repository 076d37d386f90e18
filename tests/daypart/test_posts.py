"""Posts and the gate: written, read, approved, sent back, moved, cancelled, held."""

from __future__ import annotations

import re
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from scheduler.lifecycle import State
from tests.daypart.rig import TEASER, Place, entry, said

FIELDS = {
    "key", "post", "campaign", "client", "account", "platform", "kind", "part", "parts", "state", "due", "digest", "approval", "ai",
    "disclosure", "remote_id", "remote_url", "published_at", "reason", "next",
}  # fmt: skip
STATES = {state.value for state in State}
LABELS = {"human", "human, AI-checked", "AI-assisted", "AI-generated"}


def as_documented(delivery: dict[str, Any]) -> None:
    """One delivery of `outbox`, `post list` and `post show` is as the contract says."""
    assert delivery.keys() >= FIELDS
    assert delivery["state"] in STATES
    assert delivery["ai"] in LABELS
    assert delivery["disclosure"].keys() >= {"flags", "line"}
    assert delivery["digest"] is None or len(delivery["digest"]) == 64
    assert delivery["approval"] is None or delivery["approval"].keys() == {"by", "at", "on_behalf"}
    times = [delivery["due"], delivery["published_at"], (delivery["approval"] or {}).get("at")]
    assert all(datetime.fromisoformat(time).utcoffset() is not None for time in times if time is not None)


def test_the_contract_of_json(planned: Place) -> None:
    planned.campaign(entry("teaser", said("Something is coming")), "  - { id: later, brief: Say something }\n")
    planned("apply", "--yes")
    planned.approve(TEASER)
    for command in (("outbox",), ("post", "list"), ("post", "list", "--all"), ("post", "show", TEASER)):
        found = planned(*command, "--json").json
        assert found["deliveries"]
        for delivery in found["deliveries"]:
            as_documented(delivery)
    teaser = planned.show(TEASER)
    expected = {"post": "autumn/teaser", "campaign": "autumn", "client": "kawa", "account": "bs-kawa", "platform": "bluesky"}
    assert {name: teaser[name] for name in expected} == expected
    assert (teaser["state"], teaser["part"], teaser["parts"], teaser["ai"], teaser["remote_id"]) == ("queued", 1, 1, "human", None)
    assert teaser["approval"]["by"] == "anna"
    assert datetime.fromisoformat(teaser["due"]).hour == 9  # as the file says, in the workspace's zone


def test_reading(planned: Place) -> None:
    shown = planned("post", "show", TEASER).out
    assert "Kawa · Bluesky · bs-kawa · " in shown
    assert "Something is coming" in shown
    assert f"digest {planned.show(TEASER)['digest']}" in shown
    assert "Something is coming" in planned("post", "preview", TEASER).out
    assert planned("post", "preview", TEASER, "--json").json["text"] == "Something is coming"
    assert "waits for approval" in planned("post", "list").out
    assert "did you mean 'autumn/teaser@bs-kawa'?" in planned("post", "show", "autumn/teazer@bs-kawa", code=66).err
    assert "did you mean 'autumn/teaser@bs-kawa'?" in planned("post", "preview", "autumn/teaser", code=66).err


def test_nobody_approves_unseen(planned: Place) -> None:
    assert "without a terminal, --digest is required" in planned("approve", TEASER, code=64).err
    assert "is not what you read any more" in planned("approve", TEASER, "--digest", "0" * 64, code=75).err
    digest = str(planned.show(TEASER)["digest"])
    assert "belongs to Kawa, not to 'roof'" in planned("approve", TEASER, "--digest", digest, "--client", "roof", code=64).err
    assert planned.state(TEASER) == "draft"
    planned("approve", TEASER, "--digest", digest, "--as", "Bea")
    assert planned.show(TEASER)["approval"]["by"] == "Bea"
    assert "Bea" in planned("history", TEASER).out


def test_sending_back(planned: Place) -> None:
    planned.approve(TEASER)
    planned("reject", TEASER, "--reason", "Say when")
    view = planned.show(TEASER)
    assert (view["state"], view["approval"]) == ("draft", None)
    assert "Say when" in view["reason"]
    assert "missing option '--reason'" in planned("reject", TEASER, code=64).err
    events = planned("history", TEASER, "--json").json["events"]
    assert [event["to"] for event in events][-2:] == ["queued", "draft"]
    assert all(event.keys() == {"at", "from", "to", "actor", "why"} for event in events)


def test_moving_cancelling_and_what_stays(planned: Place) -> None:
    planned.approve(TEASER)
    before = planned.show(TEASER)["due"]
    planned("post", "move", TEASER, "tomorrow", "18:30")
    after = planned.show(TEASER)
    assert (datetime.fromisoformat(after["due"]).strftime("%H:%M"), after["state"]) == ("18:30", "queued")
    assert after["due"] != before
    assert "has passed" in planned("post", "move", TEASER, "2020-01-01T10:00", code=64).err
    assert planned("post", "move", TEASER, "the", "day", "after", code=64).err.count("\n") <= 2
    planned("post", "cancel", TEASER)
    assert planned.state(TEASER) == "cancelled"
    assert planned("outbox").out == "the outbox is empty: approved posts appear here\n"
    assert "is cancelled already" in planned("post", "cancel", TEASER, code=64).err


def test_a_post_without_a_file(place: Place) -> None:
    place.connect()
    made = place("post", "new", "--text", "A word from the road", "--account", "bs-kawa", "--when", "tomorrow 9:30", "--json")
    [delivery] = made.json["deliveries"]
    as_documented(delivery)
    key, post = delivery["key"], delivery["post"]
    place.approve(key)
    editor = place.root / "editor"
    editor.write_text('#!/bin/sh\nprintf "Another word from the road\\n" > "$1"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    place.env["EDITOR"] = str(editor)
    assert place("post", "edit", post).out.startswith("saved: ")
    view = place.show(key)
    assert (view["state"], view["approval"]) == ("draft", None)
    assert place("post", "preview", key, "--json").json["text"] == "Another word from the road"
    assert place("post", "edit", key, "--json").json["done"] == "nothing changed"
    assert "has no text 'pl'" in place("post", "edit", key, "--field", "pl", code=64).err
    place("apply", "--yes")
    assert place.state(key) == "draft", "apply does not touch what has no file"
    place("post", "delete", post)
    assert place.state(key) == "cancelled", "the record of it stays"
    assert place("post", "list", "--json").json == {"deliveries": []}


def test_a_picture_and_one_client_at_a_time(place: Place) -> None:
    from tests.config.workspaces import picture

    picture(place.root / "shelf.jpg")
    new = ("post", "new", "--account", "ms-roof", "--text", "en=A new shelf", "--media", "shelf.jpg")
    [delivery] = place(*new, "--alt", "A shelf", "--json").json["deliveries"]
    assert delivery["due"] is None
    assert "shelf.jpg" in place("post", "show", delivery["key"]).out
    assert "there is no account 'nobody'" in place("post", "new", "--account", "nobody", "--text", "x", code=66).err
    both = place("post", "new", "--account", "ms-roof", "--account", "bs-kawa", "--text", "en=Both", code=64)
    assert "accounts of" in both.err
    assert "there is no file 'missing.jpg'" in place(*new[:-1], "missing.jpg", code=66).err


@pytest.mark.parametrize("scope", [(), ("--client", "kawa"), ("--account", "bs-kawa")])
def test_the_brake(planned: Place, scope: tuple[str, ...]) -> None:
    planned.approve(TEASER)
    planned("hold", *scope, "--reason", "Storm")
    status = planned("status")
    assert "ON HOLD" in status.out
    assert "by anna: Storm" in status.out
    [held] = planned("status", "--json").json["holds"]
    assert (held["reason"], held["by"]) == ("Storm", "anna")
    assert "hold" in planned("outbox").out
    planned("release", *scope)
    assert planned("status", "--json").json["holds"] == []


def test_the_brake_knows_names(place: Place) -> None:
    assert "there is no client 'nobody'" in place("hold", "--client", "nobody", code=66).err
    assert "there is no account 'nobody'" in place("hold", "--account", "nobody", code=66).err
    assert "one at a time" in place("hold", "--account", "bs-kawa", "--client", "kawa", code=64).err


def test_empty_states_say_what_to_do(place: Place) -> None:
    assert place("post", "list").out.startswith("nothing is planned: `daypart post new`")
    assert place("outbox").out.startswith("the outbox is empty")
    assert place("drafts").out.startswith("no proposals: `daypart draft")
    assert place("plan").err.startswith("nothing to do.")
    bare = place.root / "bare"
    bare.mkdir()
    (bare / "daypart.yaml").write_text("version: 1\ntimezone: UTC\n")
    place.root = bare
    assert place("account", "list").out.startswith("no accounts yet: name one under `accounts:`")


def test_deleting_says_what_cannot_be_deleted(planned: Place) -> None:
    refused = planned("post", "delete", "autumn/teaser", code=64)
    assert "comes from a file: remove it from" in refused.err
    assert Path("campaigns/autumn/campaign.yaml").as_posix() in refused.err


def test_a_client_s_word_for_a_seal(planned: Place) -> None:
    seal = str(planned.show(TEASER)["digest"])[:8]
    word = ("approve", "--on-behalf", "Jan Kowalski", "--seal")
    assert "is --on-behalf NAME with --seal S" in planned("approve", "--on-behalf", "Jan", code=64).err
    assert "is --on-behalf NAME with --seal S" in planned("approve", "--seal", seal, code=64).err
    assert "missing argument 'KEY'" in planned("approve", code=64).err
    assert "ever had the seal 0000 0000" in planned(*word, "0000 0000", code=66).err
    assert "belongs to Kawa, not to 'roof'" in planned(*word, seal, "--client", "roof", code=64).err
    assert planned.state(TEASER) == "draft"
    told = planned(*word, f"{seal[:4]} {seal[4:]}", "--as", "Bea", "--client", "kawa").out
    assert "approved for the client by Jan Kowalski, recorded by Bea: Kawa: Bluesky bs-kawa" in told
    approval = planned.show(TEASER)["approval"]
    assert (approval["by"], approval["on_behalf"]) == ("Bea", "Jan Kowalski")
    for command in ("history", "post show"):
        assert "approved for the client by Jan Kowalski, recorded by Bea" in planned(*command.split(), TEASER).out
    planned.campaign(entry("teaser", said("Something is coming, for 39 zł")))
    planned("apply", "--yes")
    told = planned(*word, seal, code=75).err
    assert "changed since the client saw it" in told
    assert "- Something is coming; + Something is coming, for 39 zł" in told
    assert "daypart review export --client kawa" in told


def test_other_accounts_for_a_post_made_here(place: Place) -> None:
    place.connect()
    place("post", "new", "--title", "Soup", "--text", "Soup of the day", "--account", "bs-kawa", "--when", "tomorrow 9:30")
    assert "an account of Roof" in place("post", "accounts", "desk/soup", "--add", "ms-roof", code=64).err
    assert "does not go to 'ms-roof'" in place("post", "accounts", "desk/soup", "--remove", "ms-roof", code=64).err
    file = place.root / "daypart.yaml"
    of_one = re.sub(r"\[bs-kawa\] \}\n.*ms-roof\] \}", "[bs-kawa, ms-roof] }", file.read_text("utf-8"))
    file.write_text(of_one, "utf-8")
    place.approve("desk/soup@bs-kawa")
    assert "now also for ms-roof" in place("post", "accounts", "desk/soup@bs-kawa", "--add", "ms-roof").out
    assert place.state("desk/soup@bs-kawa") == "queued"
    assert "--yes does it all the same" in place("post", "accounts", "desk/soup", "--remove", "bs-kawa", code=64).err
    assert place.state("desk/soup@bs-kawa") == "queued"
    assert place("post", "accounts", "desk/soup", "--remove", "bs-kawa", "--yes", "--json").json["done"] == "no longer for bs-kawa"
    assert [view["key"] for view in place("post", "list", "--json").json["deliveries"]] == ["desk/soup@ms-roof"]
