"""The brake against a real service: put on by another process while a post waits for its time, nothing leaves; it survives kill -9."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from PIL import Image

from tests.daypart.rig import SECOND, Place, entry, said, until

KAWA, ROOF = "autumn/picture@bs-kawa", "roofs/plain@ms-roof"


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


def held_until_its_time(place: Place, *scope: str) -> None:
    """A post is got ready and waits for its time; another process puts the brake on, and the time comes."""
    place.plan(KAWA, 40)
    until(lambda: place.state(KAWA) == "claimed", "the post to be got ready")
    place("hold", *scope, "--reason", "storm")
    assert place.state(KAWA) == "claimed", "its time must not have come yet"
    place.set_clock(45 * SECOND)


@pytest.mark.parametrize("scope", [("--client", "kawa"), ("--campaign", "autumn"), ()], ids=["client", "campaign", "all"])
def test_nothing_leaves_from_the_second_on(both: Place, scope: tuple[str, ...]) -> None:
    both.set_clock(0)
    with both.service():
        held_until_its_time(both, *scope)
        until(lambda: both.state(KAWA) == "queued", "the post to be held back")
        assert both.texts() == []
        assert both.show(KAWA)["next"] == "it leaves after you release the hold, if its time has not passed"
        if scope:  # the others go on
            both.send(ROOF)
            until(lambda: both.state(ROOF) == "published", "the other client's post")
        assert "Something is coming" not in both.texts()


@pytest.mark.parametrize("scope", [("--account", "bs-kawa"), ("--campaign", "autumn")], ids=["account", "campaign"])
def test_it_survives_kill_9_and_the_release_flushes_nothing(both: Place, scope: tuple[str, str]) -> None:
    both.set_clock(0)
    with both.service() as service:
        held_until_its_time(both, *scope)
        service.stop(signal.SIGKILL)
    with both.service():
        both.send(ROOF)
        until(lambda: both.state(ROOF) == "published", "the service to work again")
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
