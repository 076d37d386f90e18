"""A rehearsal beside the running service: nothing of it reaches a platform."""

from __future__ import annotations

from tests.daypart.rig import Place, entry, said, tomorrow


def test_beside_the_running_service(place: Place) -> None:
    place.campaign(entry("soon", said("Soon"), at=tomorrow()), entry("later", said("Later"), at=tomorrow(days=2)))
    place.connect()
    place("apply", "--yes")
    place.approve("autumn/soon@bs-kawa")
    with place.service():
        told = place("rehearse", "--until", "+5d", "--calm", "--json", code=1).json
    outcomes = {post["key"]: post["outcome"] for post in told["posts"]}
    assert outcomes == {"autumn/soon@bs-kawa": "goes out", "autumn/later@bs-kawa": "waits for your approval"}
    assert place.texts() == []
