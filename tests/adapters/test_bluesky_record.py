"""Records of Bluesky: facets in bytes, keys that never collide, and telling one record from another."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bluesky.record import Blob, Prepared, StoodRecord, StrongRef, build, difference, facets, handles_in, iso
from adapters.bluesky.tid import ALPHABET, encode, micros, record_key
from adapters.contract import Disclosure, MediaItem, Publication, Target
from adapters.texts import instant_of
from config.options import BlueskyOptions
from config.resolved import Link

DUE = 1_795_341_600_000_000
DIDS = {"kawa.example": "did:plc:kawa"}
CUP = MediaItem("ab" * 32, "image/jpeg", 9, 4, 3, None, "A cup", Path("cup.jpg"))
POST = Publication(
    "autumn/tasting@bs-kawa", "post", 1, 1, "Hi", (), ("pl",), None, BlueskyOptions(), Disclosure(), Target("bluesky", "did:plc:x"), DUE
)
BARE = Prepared(DUE, (), {})


def covered(text: str) -> list[tuple[str, object]]:
    """What each facet covers when its bytes are cut out, and what it points at."""
    raw = text.encode()
    found = []
    for facet in facets(text, DIDS):
        index, features = facet["index"], facet["features"]
        assert isinstance(index, dict)
        assert isinstance(features, list)
        feature = features[0]
        target = feature.get("uri") or feature.get("did") or feature.get("tag")
        found.append((raw[index["byteStart"] : index["byteEnd"]].decode(), target))
    return found


def test_facets_count_bytes() -> None:
    text = "Żółć 👨‍👩‍👧 @kawa.example: https://kawa.example/jesień?a=1. #jesień @nobody.example #1"
    assert covered(text) == [
        ("@kawa.example", "did:plc:kawa"),
        ("https://kawa.example/jesień?a=1", "https://kawa.example/jesień?a=1"),
        ("#jesień", "jesień"),
    ]


@given(
    st.lists(st.sampled_from(["ż", " ", "👨‍👩‍👧", "@kawa.example", "#tag", "https://x.example/#a", "\n", "@a#b", "(", "שלום"])).map("".join)
)
def test_facets_never_overlap_and_always_cut_at_characters(text: str) -> None:
    covered(text)
    spans = [(f["index"]["byteStart"], f["index"]["byteEnd"]) for f in facets(text, DIDS)]  # type: ignore[index]
    assert spans == sorted(spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(0 <= start < end <= len(text.encode()) for start, end in spans)


def test_long_tags_stay_plain() -> None:
    assert covered("#" + "a" * 64) == [("#" + "a" * 64, "a" * 64)]
    assert covered("#" + "a" * 65) == []


def test_handles_are_those_with_a_domain() -> None:
    assert handles_in("@Kawa.Example @kawa.example @kawa @kawa@social.example mail@kawa.example") == ["kawa.example"]


@given(st.integers(0, (1 << 53) - 1), st.integers(0, 1023))
def test_a_tid_is_13_signs_and_sorts_by_time(instant: int, clock: int) -> None:
    tid = encode(instant << 10 | clock)
    assert len(tid) == 13
    assert set(tid) <= set(ALPHABET)
    assert tid[0] in "234567abcdefghij"
    assert micros(tid) == instant
    assert encode((instant + 1) << 10) > tid or instant == (1 << 53) - 1


def test_tid_vector() -> None:
    assert encode(0) == "2222222222222"
    assert micros("3jzfcijpj2z2a") // 86_400_000_000 == 19_538, "the example of the specification, of summer 2023"
    assert encode((1 << 63) - 1) == "bzzzzzzzzzzzz"


@pytest.mark.parametrize(("bad", "words"), [("", "^$"), ("3l", "3l"), ("2222222222221", "substring"), ("2" * 14, "2" * 14)])
def test_what_is_no_tid(bad: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        micros(bad)


def test_keys_of_one_instant_differ() -> None:
    keys = {record_key("did:plc:x", f"c/p{n}@bs", 1, DUE) for n in range(2_000)}
    assert len(keys) == 2_000
    assert {micros(key) // 1_000_000 for key in keys} == {DUE // 1_000_000}


def test_a_key_follows_from_the_delivery_alone() -> None:
    key = record_key("did:plc:x", "c/p@bs", 1, DUE)
    assert key == record_key("did:plc:x", "c/p@bs", 1, DUE + 999_999)
    assert key != record_key("did:plc:y", "c/p@bs", 1, DUE)
    assert key != record_key("did:plc:x", "c/p@bs#2026-11-22", 1, DUE)
    assert len(key) == 13


def test_parts_of_a_thread_sort_in_order() -> None:
    keys = [record_key("did:plc:x", "c/p@bs" + (f"/{n}" if n > 1 else ""), n, DUE) for n in range(1, 30)]
    assert keys == sorted(set(keys))


def test_record() -> None:
    media = replace(POST, text="", media=(CUP,), languages=("pl", "en", "de", "fr"), options=BlueskyOptions(labels=("nudity",)))
    ref = StrongRef("at://did:plc:x/app.bsky.feed.post/2", "bafy")
    record = build(media, Prepared(DUE + 123_456, (Blob("bafk", "image/jpeg", 9),), {}, ref, ref))
    assert record == {
        "$type": "app.bsky.feed.post",
        "text": "",
        "createdAt": "2026-11-22T10:00:00.123Z",
        "langs": ["pl", "en", "de"],
        "embed": {
            "$type": "app.bsky.embed.images",
            "images": [
                {
                    "image": {"$type": "blob", "ref": {"$link": "bafk"}, "mimeType": "image/jpeg", "size": 9},
                    "alt": "A cup",
                    "aspectRatio": {"width": 4, "height": 3},
                }
            ],
        },
        "reply": {"root": {"uri": ref.uri, "cid": ref.cid}, "parent": {"uri": ref.uri, "cid": ref.cid}},
        "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "nudity"}]},
    }


def test_a_link_is_a_card_only_without_pictures() -> None:
    linked = replace(POST, link=Link("https://kawa.example", "Kawa", "Coffee"))
    card = {"uri": "https://kawa.example", "title": "Kawa", "description": "Coffee"}
    assert build(linked, BARE)["embed"] == {"$type": "app.bsky.embed.external", "external": card}
    with_cup = build(replace(linked, media=(CUP,)), Prepared(DUE, (Blob("bafk", "image/jpeg", 9),), {}))
    assert "external" not in str(with_cup["embed"])


def test_what_was_built_is_the_same_and_each_change_is_named() -> None:
    ref = StrongRef("at://did:plc:x/app.bsky.feed.post/2", "bafy")
    post = replace(POST, media=(CUP,), options=BlueskyOptions(labels=("nudity",)))
    prepared = Prepared(DUE, (Blob("bafk", "image/jpeg", 9),), {}, ref, ref)
    stood = StoodRecord.model_validate(build(post, prepared))
    assert difference(stood, post, prepared) == ""
    assert difference(stood, replace(post, text="Hello"), prepared) == "another text stands there"
    assert "alternative" in difference(stood, replace(post, media=(replace(CUP, alt="Tea"),)), prepared)
    assert "pictures" in difference(stood, post, replace(prepared, blobs=(Blob("other", "image/jpeg", 9),)))
    assert "answers" in difference(stood, post, replace(prepared, parent=StrongRef("at://other", "x")))
    assert "labels" in difference(stood, replace(post, options=BlueskyOptions()), prepared)
    assert "pictures" in difference(stood, replace(post, media=()), replace(prepared, blobs=()))
    card = replace(POST, link=Link("https://kawa.example"))
    assert "card" in difference(StoodRecord.model_validate(build(card, BARE)), POST, BARE)


@given(st.integers(0, 4_000_000_000_000_000))
def test_times_go_there_and_back(instant: int) -> None:
    assert instant_of(iso(instant)) == instant // 1_000 * 1_000


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22 10:00", "2026-11-22T10:00:00"])
def test_times_without_a_zone_are_none(text: str) -> None:
    assert instant_of(text) is None
