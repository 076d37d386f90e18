"""The library on the command line: posts found and used again, ideas kept and used, what may come round."""

from __future__ import annotations

import pytest

from daypart.commands.library import _said
from tests.daypart.rig import TEASER, Place


def test_a_post_is_found_and_used_again(planned: Place) -> None:
    assert "autumn/teaser" in planned("library", "some", "com").out
    assert "no post has the words" in planned("library", "pizza").out
    made = planned("post", "reuse", TEASER, "--when", "tomorrow 10:00").out
    assert made.startswith("desk/")
    found = planned("library", "something", "--client", "kawa", "--json").json
    assert [post["used"] for post in found["posts"]] == [0, 0]
    assert found["more"] is False
    assert "older ones match too" in planned("library", "something", "--limit", "1").err
    assert "needs a reason" in planned("post", "reuse", TEASER, "--repeat", code=64).err
    assert planned("post", "reuse", TEASER, "--repeat", "--reason", "moved", "--json").json["repeat"] is True


def test_what_may_come_round(planned: Place) -> None:
    assert "nothing to suggest" in planned("library", "--suggest").out
    assert "comes round again every 60 days" in planned("post", "evergreen", TEASER, "--every", "60", "--most", "3").out
    assert planned("library", "--suggest", "--json").json == {"suggestions": []}  # it is planned already
    assert "not come round" in planned("post", "evergreen", TEASER, "--off").out
    assert "either" in planned("post", "evergreen", TEASER, code=64).err
    assert [one["kind"] for one in planned("library", "--reminders", "--client", "kawa", "--json").json["reminders"]][:1] == ["approve"]


def test_an_idea_from_a_line_to_a_post(planned: Place) -> None:
    assert "kept: “open evening”" in planned("idea", "open evening").out
    assert "kept: “roof party” for Roof" in planned("idea", "--client", "roof", "roof party").out
    ideas = planned("idea", "list", "--json").json["ideas"]
    assert [(one["text"], one["client"]) for one in ideas] == [("roof party", "roof"), ("open evening", None)]
    made = planned("idea", "use", str(ideas[1]["id"]), "--account", "bs-kawa").out
    assert "desk/open-evening@bs-kawa" in made
    assert "let go" in planned("idea", "drop", str(ideas[0]["id"])).out
    assert "no ideas" in planned("idea", "list").out
    assert "desk/open-evening" in planned("idea", "list", "--all").out


def test_media_are_listed(planned: Place) -> None:
    assert "no pictures or videos" in planned("library", "--media").out
    assert "there is no file" in planned("library", "--file", "ab12", code=66).err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["open evening"], ["open evening"]),
        (["--client", "kawa", "list"], ["list"]),
        (["--workspace", "list", "-"], ["-"]),
        (["--json"], []),
    ],
)
def test_a_line_is_told_from_a_command(arguments: list[str], said: list[str]) -> None:
    assert _said(arguments) == said
