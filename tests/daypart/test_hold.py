"""The brake against a real service: put on by another process a second before the time, nothing leaves; it survives kill -9."""

from __future__ import annotations

import signal
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.daypart.rig import Place, entry, said, until

ZONE = ZoneInfo("Europe/Warsaw")
KAWA, ROOF = "autumn/picture@bs-kawa", "roofs/plain@ms-roof"
TRIES = 4
"""On a busy computer a command may take longer than the second that is left."""


@pytest.fixture
def both(place: Place) -> Place:
    """A post with a picture (got ready before its time) and one of another client."""
    place.campaign(entry("picture", said("Something is coming"), "media: [{ path: media/p.jpg, alt: Grey }]"))
    place.campaign(entry("plain", said("A roof")), name="roofs")
    for campaign in ("autumn", "roofs"):
        (place.root / f"campaigns/{campaign}/media").mkdir()
    Image.new("RGB", (640, 640), "grey").save(place.root / "campaigns/autumn/media/p.jpg", "JPEG")
    roofs = place.root / "campaigns/roofs/campaign.yaml"
    roofs.write_text(roofs.read_text("utf-8").replace("[bs-kawa]", "[ms-roof]"), "utf-8")
    place.connect("bs-kawa", "ms-roof")
    place("apply", "--yes")
    return place


def plan(place: Place, key: str, seconds: float) -> float:
    """Approve it for so many seconds from now; returns the instant."""
    due = int(time.time() + seconds) + 1
    place("post", "move", key, datetime.fromtimestamp(due, ZONE).strftime("%Y-%m-%dT%H:%M:%S"))
    if place.state(key) != "queued":
        place.approve(key)
    return float(due)


def hold_one_second_before(place: Place, *scope: str) -> float:
    """A post is claimed and waits for its time; another process puts the brake on a second before. Returns that time."""
    for _ in range(TRIES):
        due = plan(place, KAWA, 5)
        until(lambda: place.state(KAWA) == "claimed", "the post to be got ready")
        until(lambda last=due - 1.0: time.time() >= last, "the last second")  # type: ignore[misc]
        place("hold", *scope, "--reason", "storm")
        if time.time() < due - 0.1:
            return due
        place("release", *scope, "--overdue", "ask")
        if place.state(KAWA) == "published":
            pytest.skip("this computer is too busy to put the brake on within a second")
    pytest.skip("this computer is too busy to put the brake on within a second")


@pytest.mark.parametrize("scope", [("--client", "kawa"), ("--campaign", "autumn"), ()], ids=["client", "campaign", "all"])
def test_nothing_leaves_from_the_second_on(both: Place, scope: tuple[str, ...]) -> None:
    with both.service():
        due = hold_one_second_before(both, *scope)
        until(lambda: time.time() > due + 1.5, "its time to pass")
        assert both.texts() == []
        assert both.show(KAWA)["next"] == "it leaves after you release the hold, if its time has not passed"
        if scope:  # the others go on
            both.send(ROOF)
            until(lambda: both.state(ROOF) == "published", "the other client's post")
        assert "Something is coming" not in both.texts()


@pytest.mark.parametrize("scope", [("--account", "bs-kawa"), ("--campaign", "autumn")], ids=["account", "campaign"])
def test_it_survives_kill_9_and_the_release_flushes_nothing(both: Place, scope: tuple[str, str]) -> None:
    with both.service() as service:
        due = hold_one_second_before(both, *scope)
        service.stop(signal.SIGKILL)
    with both.service():
        both.send(ROOF)
        until(lambda: both.state(ROOF) == "published", "the service to work again")
        until(lambda: time.time() > due + 0.2, "its time to pass")
        assert both.texts() == ["A roof"]
        told = both("release", *scope)
        name = {"--account": "bs-kawa", "--campaign": "campaign autumn"}[scope[0]]
        assert told.out.startswith(f"released: {name}; 1 is overdue and waits for you\n")
        assert "next, for each: daypart resolve KEY --send-now, --move or --drop" in told.out
        assert both.show(KAWA)["reason"] == "its time passed while publishing was on hold"
        assert both.texts() == ["A roof"]
        both("resolve", KAWA, "--send-now")
        until(lambda: both.state(KAWA) == "published", "the post that was decided")
    assert sorted(both.texts()) == ["A roof", "Something is coming"]


def test_deciding_about_all_at_the_release(both: Place, tmp_path: Path) -> None:
    both.send(KAWA)
    both.send(ROOF)
    both("hold")
    done = both("release", "--overdue", "move", "--json").json
    assert done["keys"] == [KAWA, ROOF]
    assert [words.split(": goes out ")[0] for words in done["decided"]] == ["Kawa, Bluesky bs-kawa", "Roof, Mastodon ms-roof"]
    assert [both.state(key) for key in (KAWA, ROOF)] == ["queued", "queued"]
    both("post", "move", KAWA, "now")
    both("hold")
    both("release", "--overdue", "drop")
    assert [both.state(key) for key in (KAWA, ROOF)] == ["cancelled", "queued"]
