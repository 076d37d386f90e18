"""The digest: what changes it, what does not, and golden values that no update of the program may change."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Disclosure, MediaItem, Publication, Receipt, Target
from config.options import BlueskyOptions, InstagramOptions, MastodonOptions, Options, Poll
from config.resolved import Link
from scheduler.canonical import canonical, sha256_of
from scheduler.content import kept as content
from scheduler.content.digest import digest, twin

GOLDEN = Path(__file__).with_name("golden_digests.json")
ASSETS = Path("assets")


def media(letter: str = "a", **more: object) -> MediaItem:
    sha = letter * 64
    item = MediaItem(sha, "image/jpeg", 1_000, 640, 480, None, "A red bicycle", ASSETS / sha, name="bicycle.jpg")
    return replace(item, **more)  # type: ignore[arg-type]


def act(**more: object) -> Publication:
    base = Publication(
        key="spring/open@bs",
        kind="post",
        part=1,
        parts=1,
        text="We open at nine.\nKawa i spokój.",
        media=(media(),),
        languages=("en", "pl"),
        link=Link("https://kawa.example/?utm_source=bs", "Kawa", "Coffee"),
        options=BlueskyOptions(),
        disclosure=Disclosure("AI-assisted", "Written with AI.", ("is_ai_generated",), None),
        target=Target("bluesky", "did:plc:1"),
        due=1_796_119_200_000_000,
    )
    return replace(base, **more)  # type: ignore[arg-type]


CASES: dict[str, list[Publication]] = {
    "plain": [act(media=(), link=None, disclosure=Disclosure())],
    "everything": [act()],
    "labels": [act(options=BlueskyOptions(labels=("nudity",)))],
    "thread": [act(parts=2), act(kind="part", part=2, parts=2, text="Second", media=(media("b"),))],
    "mastodon": [act(target=Target("mastodon", "1@social.example"), options=MastodonOptions(visibility="unlisted", spoiler="food"))],
    "poll": [act(target=Target("mastodon", "1@social.example"), media=(), options=MastodonOptions(poll=Poll(options=("yes", "no"))))],
    "reel": [
        act(
            target=Target("instagram", "17"),
            options=InstagramOptions(type="reel", collaborators=("a", "b")),
            media=(media("c", mime="video/mp4", duration_ms=8_000, cover_at_ms=1_500),),
            disclosure=Disclosure("AI-generated", None, ("is_ai_generated",), "AI-generated"),
        ),
        act(kind="comment", text="#coffee", media=(), target=Target("instagram", "17"), options=InstagramOptions()),
    ],
}


def test_golden_values_are_those_of_every_release() -> None:
    """A failure here means: all approvals of all users would be void after the update. Never update the file for that."""
    assert {name: digest(acts) for name, acts in CASES.items()} == json.loads(GOLDEN.read_text("utf-8"))


def test_an_option_that_a_later_program_adds_changes_nothing_at_its_default() -> None:
    class Later(BlueskyOptions):
        reply_gate: str = "everybody"

    assert digest([act(options=Later())]) == digest([act()])
    assert digest([act(options=Later(reply_gate="nobody"))]) != digest([act()])


CHANGES: list[dict[str, object]] = [
    {"text": "We open at ten."},
    {"text": "We open at nine.\nKawa i spokój. "},
    {"media": ()},
    {"media": (media("b"),)},
    {"media": (media(alt="A blue bicycle"),)},
    {"media": (media(cover_at_ms=10),)},
    {"media": (media(), media("b"))},
    {"languages": ("en",)},
    {"languages": ("pl", "en")},
    {"link": None},
    {"link": Link("https://kawa.example/", "Kawa", "Coffee")},
    {"link": Link("https://kawa.example/?utm_source=bs", "Other", "Coffee")},
    {"link": Link("https://kawa.example/?utm_source=bs", "Kawa", "Other")},
    {"options": BlueskyOptions(labels=("porn",))},
    {"target": Target("bluesky", "did:plc:2")},
    {"target": Target("mastodon", "did:plc:1")},
    {"disclosure": Disclosure("AI-generated", "Written with AI.", ("is_ai_generated",), None)},
    {"disclosure": Disclosure("AI-assisted", None, ("is_ai_generated",), None)},
    {"disclosure": Disclosure("AI-assisted", "Written with AI.", (), None)},
    {"disclosure": Disclosure("AI-assisted", "Written with AI.", ("is_ai_generated",), "AI")},
    {"kind": "comment"},
    {"part": 2},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{next(iter(change))}")
def test_any_change_of_what_becomes_public_changes_it(change: dict[str, object]) -> None:
    assert digest([act(**change)]) != digest([act()])


def test_order_and_number_of_acts_count() -> None:
    one, two = act(parts=2), act(kind="part", part=2, parts=2, text="Second")
    assert len({digest([one]), digest([one, two]), digest([two, one]), digest([one, two, two])}) == 4


def test_time_key_place_and_receipts_do_not_count() -> None:
    moved = act(due=1, key="other/key@bs", root=Receipt("r", None), parent=Receipt("p", None), media=(media(path=Path("/elsewhere")),))
    assert digest([moved]) == digest([act()])
    assert digest([act(media=(media(name="renamed.jpg"),))]) == digest([act()])


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_texts_have_one_digest_only_when_readers_see_the_same(one: str, two: str) -> None:
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", two)
    assert (digest([act(text=one)]) == digest([act(text=two)])) == same


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_what_is_stored_comes_back_with_the_same_digest(text: str, alts: list[str]) -> None:
    acts = [act(text=text, media=tuple(media("a", alt=alt) for alt in alts)), act(kind="comment", text="c", media=())]
    loaded = content.load(content.dump(acts), ASSETS, key="spring/open@bs", due=5)
    assert digest(loaded) == digest(acts)
    assert [p.key for p in loaded] == ["spring/open@bs", "spring/open@bs/comment"]
    assert content.dump(loaded) == content.dump(acts)


@pytest.mark.parametrize("name", list(CASES))
def test_options_come_back_as_their_platforms(name: str) -> None:
    loaded = content.load(content.dump(CASES[name]), ASSETS, key="spring/open@bs", due=5)
    assert [p.options for p in loaded] == [p.options for p in CASES[name]]
    assert [p.media for p in loaded] == [p.media for p in CASES[name]]
    assert [p.disclosure for p in loaded] == [p.disclosure for p in CASES[name]]


def test_receipts_go_to_everything_but_the_first_act() -> None:
    root, parent = Receipt("root", None), Receipt("parent", None)
    first, second = content.load(content.dump(CASES["thread"]), ASSETS, key="k", due=1, root=root, parent=parent)
    assert (first.root, first.parent) == (None, None)
    assert (second.root, second.parent, second.key) == (root, parent, "k/2")


def test_twins_are_equal_text_and_media_on_one_account() -> None:
    assert twin([act()]) == twin([act(languages=("de",), link=None, options=Options(), disclosure=Disclosure())])
    assert twin([act()]) == twin([act(), act(kind="comment", text="first")])
    others = [act(text="x"), act(media=()), act(target=Target("bluesky", "did:plc:2"))]
    assert twin([act()]) not in {twin([other]) for other in others}


def test_bytes_and_account_are_read_again(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"picture")
    found = content.as_found([act(media=(media(path=file),))], Target("bluesky", "did:plc:9"))
    assert found[0].media[0].sha256 == hashlib.sha256(b"picture").hexdigest()
    assert found[0].target.account_id == "did:plc:9"
    with pytest.raises(FileNotFoundError):
        content.as_found([act(media=(media(path=tmp_path / "gone"),))], Target("bluesky", "x"))


def test_floats_have_no_digest() -> None:
    with pytest.raises(TypeError):
        sha256_of({"x": [1.5]})  # type: ignore[list-item]
    assert canonical({"b": 1, "a": "ż"}) == '{"a":"ż","b":1}'


def test_half_a_character_has_a_digest_of_its_own() -> None:
    """Some files have them, and what cannot be read as text must still be told apart."""
    assert len({sha256_of(["\ud83d"]), sha256_of(["\ud83e"]), sha256_of(["?"])}) == 3


def test_how_much_has_to_be_read_is_the_sum_of_all_files() -> None:
    assert content.bytes_of([act(media=(media(), media("b", size=20))), act(kind="comment", media=(media("c", size=3),))]) == 1_023
    assert content.bytes_of([act(media=())]) == 0
