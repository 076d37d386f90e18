"""Campaigns as files: from an empty folder to a calendar that follows them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from sandbox.media import make_film, make_picture
from tests.config.workspaces import copy_sample
from tests.daypart.rig import TEASER, Place, entry, said, tomorrow
from tests.daypart.terminal import Terminal

FIRST, SECOND = entry("teaser", said("Something is coming")), entry("launch", said("It is here"), at=tomorrow(12))


def test_from_nothing(tmp_path: Path, place: Place) -> None:
    made = place("init", "week")
    assert made.out == f"made a workspace in {tmp_path / 'week'}\n"
    assert "next: cd week" in made.err
    place.root = tmp_path / "week"
    assert place("validate").err == "0 errors, 0 warnings in 4 posts of 1 campaign\n"
    assert "exists already; nothing was changed" in place("init", code=64).err
    assert "not connected: daypart account connect bs-mine" in place("account", "list").out
    assert "5 to create, 2 waiting for text" in place("plan").err
    assert place("apply", "--yes").out.endswith("5 created\n")
    assert "no text yet" in place("outbox").out
    kept = [place.show(f"hello/{post}@bs-mine")["due"] for post in ("welcome", "one-tip", "tell-more")]
    days = sorted(datetime.fromisoformat(str(due)) for due in kept)
    assert all((after - before).total_seconds() >= 4 * 3600 for before, after in pairwise(days))


def test_plan_apply_and_nothing_to_do(place: Place) -> None:
    place.campaign(FIRST)
    assert place("plan", "--detailed-exitcode", code=2).out.splitlines()[1].split()[:2] == ["+", "teaser@bs-kawa"]
    assert "does not ask" in place("apply", code=64).err
    first = place("apply", "--yes")
    assert first.out.endswith("1 created\n")
    assert "next: read and approve" in first.err
    again = place("apply", "--yes")
    assert again.out == "nothing to do: the calendar is as the files say\n"
    assert "nothing to do. 1 unchanged" in again.err
    place("plan", "--detailed-exitcode", code=0)


def test_a_saved_plan_is_done_as_read_or_not_at_all(place: Place) -> None:
    place.campaign(FIRST)
    place("plan", "--out", "plan.json")
    saved = json.loads((place.root / "plan.json").read_text())
    assert [(c["sign"], c["key"]) for c in saved["changes"]] == [("+", TEASER)]
    place.campaign(FIRST, SECOND)
    assert "went on since this plan was saved" in place("apply", "plan.json", code=75).err
    assert place("post", "list", "--json").json == {"deliveries": []}
    place("plan", "--out", "plan.json")
    assert place("apply", "plan.json").out.endswith("2 created\n")
    assert "went on since" in place("apply", "plan.json", code=75).err
    assert "cannot be read: no such file" in place("apply", "other.json", code=66).err
    (place.root / "other.json").write_text("[]")
    assert "is not a saved plan" in place("apply", "other.json", code=64).err


def test_a_repacked_plan_is_applied_repacked(place: Place) -> None:
    slots = 'schedule: { slots: { early: { rule: "FREQ=DAILY", at: "07:00" } } }\n'
    posts = ["  - { id: one, slot: early, text: One }\n", "  - { id: two, slot: early, text: Two words }\n"]
    place.campaign(*posts, moved=slots)
    place("apply", "--yes")
    place.campaign(posts[1], moved=slots)
    place("apply", "--yes")
    place("plan", "--repack", "--out", "plan.json")
    before = str(place.show("autumn/two@bs-kawa")["due"])
    assert place("apply", "plan.json").out.endswith("1 moved\n")
    assert str(place.show("autumn/two@bs-kawa")["due"]) < before


def test_an_empty_checkout_does_not_wipe_the_calendar(place: Place) -> None:
    many = [entry(f"p{n}", said(f"Number {n} of them"), at=tomorrow(8, n + 1)) for n in range(12)]
    place.campaign(*many)
    place("apply", "--yes")
    place.campaign(many[0])
    refused = place("apply", "--yes", code=64)
    assert "this would cancel 11 posts, more than" in refused.err
    assert "--allow-cancel 11" in refused.err
    assert len(place("outbox", "--json").json["deliveries"]) == 12
    assert place("apply", "--yes", "--allow-cancel", "11").out.endswith("11 cancelled\n")


def test_mistakes_in_files(place: Place) -> None:
    place.campaign(entry("teaser", said("Something is coming"), "acounts: [bs-kawa]"))
    for command in (("validate",), ("plan",), ("apply", "--yes")):
        found = place(*command, code=65)
        assert "error[E201]" in found.out or "error[E2" in found.out
        assert "campaigns/autumn/campaign.yaml:10:5" in found.out
    line = place("validate", "--format", "line", code=65).out
    assert line.startswith("campaigns/autumn/campaign.yaml:10:5: error[E2")
    for command in (("validate", "--json"), ("plan", "--json"), ("apply", "--yes", "--json")):
        [diagnostic] = place(*command, code=65).json["diagnostics"]
        assert (diagnostic["line"], diagnostic["column"], diagnostic["level"]) == (10, 5, "error")
    assert not (place.root / ".daypart" / "sent.log").exists() or place("post", "list", "--json").json == {"deliveries": []}


def test_schemas(place: Place) -> None:
    written = place("schema", "--write").out.split()
    assert {Path(path).name for path in written} >= {"workspace.schema.json", "campaign.schema.json", "post.schema.json"}
    assert all(json.loads(Path(path).read_text())["$schema"] for path in written)
    assert place("schema", "--write", "--json").json["files"] == written
    assert "campaign" in json.dumps(place("schema").json)
    assert "there is no daypart.yaml" in place.program.run(Path("/"), "schema", "--write").err


def test_the_samples_of_the_format(place: Place) -> None:
    place.set_clock(int((datetime(2026, 11, 22, 12, tzinfo=UTC) - datetime.now(UTC)).total_seconds() * 1_000_000))
    top = place.root
    place.root = top / "weekly-tips"
    copy_sample("weekly-tips", place.root)
    assert {d["code"] for d in place("validate", "--json").json["diagnostics"]} == {"W305"}
    place.root = top / "kawa"
    copy_sample("kawa", place.root)
    for name in ("shelf", "bag-front", "bag-back"):
        make_picture(place.root / f"campaigns/autumn-2026/media/{name}.jpg", 1080, 1080, name, 1)
    make_film(place.root / "campaigns/autumn-2026/media/roast.mp4", 360, 640, 5, 1)
    found = place("validate", "--json").json["diagnostics"]
    assert {d["level"] for d in found} == {"warning"}
    unknown = [d["message"] for d in found if d["code"] == "W305"]
    assert unknown == ["there is no adapter for 'threads' yet", "there is no adapter for 'tiktok' yet"]
    assert {d["code"] for d in found} == {"W305", "E615"}  # its pictures have no public address yet


def test_a_move_in_the_files_keeps_the_approval(planned: Place) -> None:
    planned.approve(TEASER)
    planned.campaign(entry("teaser", said("Something is coming"), at=tomorrow(10)))
    assert "approval kept" in planned("plan").out
    planned("apply", "--yes")
    assert planned.state(TEASER) == "queued"
    planned.campaign(entry("teaser", said("Something else is coming"), at=tomorrow(10)))
    assert "loses its approval" in planned("plan").out
    planned("apply", "--yes")
    assert planned.state(TEASER) == "draft"


def test_a_yes_to_a_plan_that_was_not_shown_approves_nothing(place: Place) -> None:
    place.connect()
    file = place.root / "daypart.yaml"
    file.write_text(file.read_text() + "policy: { approval: on_apply }\n")
    place.campaign(FIRST)
    with Terminal(place, "apply", "--json") as desk:
        desk.see("Apply this?")
        desk.press("y", "enter")
        assert desk.wait() == 0
    assert place.state(TEASER) == "draft"
    place.campaign(entry("teaser", said("Something else is coming")))
    with Terminal(place, "apply") as desk:
        desk.see("Something else is coming", "Apply this?")
        desk.press("y", "enter")
        assert desk.wait() == 0
    assert place.state(TEASER) == "queued"
