"""Drafts of a model: proposed, read, taken or not; and a person's name under what a model wrote."""

from __future__ import annotations

from tests.daypart.rig import BRIEF, Place, entry, said

KEY = "autumn/ratio@bs-kawa"


def briefed(place: Place) -> None:
    """One post waits for its text."""
    place.campaign(entry("ratio", BRIEF))
    place.connect()
    place("apply", "--yes")


def test_from_a_brief_to_an_approved_post(place: Place) -> None:
    briefed(place)
    drafted = place("draft", "autumn/ratio")
    assert "asking scripted at 127.0.0.1" in drafted.err
    assert "by scripted at 127.0.0.1" in drafted.out
    first, second = place("drafts", "--json").json["proposals"]
    assert (first["post"], first["status"], first["kind"]) == ("autumn/ratio", "ready", "caption")
    assert "the model's draft waits for you" in place("outbox").out
    place("discard", str(second["id"]))
    assert "written to campaigns/autumn/posts/ratio.md" in place("accept", str(first["id"])).out
    assert "has a text now, needs approval" in place("plan").out
    place("apply", "--yes")
    view = place.show(KEY)
    assert (view["state"], view["ai"]) == ("draft", "AI-generated")
    shown = place("post", "show", KEY).out
    assert "⟦" in shown
    assert "AI: AI-generated (100% of the words)" in shown
    assert "a model wrote words of this" in place("approve", KEY, "--digest", view["digest"], code=64).err
    assert place.state(KEY) == "draft"
    place.approve(KEY, "--facts-checked")
    assert place.state(KEY) == "queued"


def test_a_proposal_that_is_gone(place: Place) -> None:
    briefed(place)
    place("draft", "autumn/ratio")
    [first, _] = place("drafts", "--json").json["proposals"]
    place("accept", str(first["id"]))
    for command in ("accept", "discard"):
        assert f"there is no proposal {first['id']} that waits" in place(command, str(first["id"]), code=66).err
    assert "is not a valid integer" in place("accept", "first", code=64).err


def test_several_at_once(place: Place) -> None:
    briefed(place)
    some = place("draft", "autumn/ratio", "autumn/nothing", code=1)
    assert "there is no post 'autumn/nothing'" in some.err
    assert "autumn/ratio" in some.out
    assert "there is no post" in place("draft", "autumn/nothing", code=66).err


def test_without_a_model_everything_else_works(place: Place) -> None:
    file = place.root / "daypart.yaml"
    file.write_text(file.read_text().partition("llm:")[0])
    briefed(place)
    for command in (("draft", "autumn/ratio"), ("model", "test")):
        found = place(*command, code=78)
        assert found.err.startswith("error: No model is set up. Everything else works.\n  = name one under `llm:`")
        assert found.err.count("error:") == 1
    place.campaign(entry("ratio", said("60 g per litre")))
    place("apply", "--yes")
    place.approve(KEY)


def test_trying_the_model(place: Place) -> None:
    assert "answers in" in place("model", "test").out
    assert "done" in place("model", "test", "--json").json
    place.sandbox.fault("model", "chat", "500", count=-1)
    assert place("model", "test", code=69).err.startswith("error: ")


def test_the_request_is_said_once_and_kept(place: Place) -> None:
    briefed(place)
    place("post", "new", "--title", "Soup", "--text", "en=", "--account", "bs-kawa")
    asked = place("draft", "desk/soup", "--topic", "the soup of the day", "--fact", "9 zł", "--tone", "dry", "--language", "en")
    assert "asking scripted at 127.0.0.1" in asked.err
    assert "'xx' is no language of this post" in place("draft", "desk/soup", "--language", "xx", code=64).err
    assert "are those of one post" in place("draft", "desk/soup", "autumn/ratio", "--fact", "9 zł", code=64).err
    assert "edit it there" in place("draft", "autumn/ratio", "--topic", "tea", code=64).err
