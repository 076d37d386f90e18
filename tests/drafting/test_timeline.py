"""Scripts written by hand: lines and back, and what does not fit in its time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafting.schemas import Beat
from drafting.timeline import Timeline, TimelineError, faults, read, whole_fault, written

WORDS = st.text(st.characters(categories=("Lu", "Ll", "Nd"), include_characters=" ,.!?:[]"), max_size=30).map(
    lambda text: " ".join(text.split())
)
BEATS = st.builds(
    Beat,
    duration_s=st.integers(1, 300).map(lambda n: n / 10),
    voice=WORDS,
    screen=st.lists(WORDS.filter(bool), max_size=2).map("\n".join),
    shot=WORDS,
    source=st.sampled_from(["film", "own_media", "ai"]),
)


@given(st.integers(1, 900), st.lists(BEATS, max_size=8))
def test_what_is_written_is_read_again(target: int, beats: list[Beat]) -> None:
    timeline = Timeline(float(target), tuple(beats))
    assert read(written(timeline)) == timeline


def test_a_script_as_people_write_it() -> None:
    timeline = read(
        "Target: 12s\n\n[3]\nVoice: It snows chocolate.\nscreen: IT SNOWS\nscreen: CHOCOLATE\n\n# later\n[ 9 s, own media ]\nshot: steam\n"
    )
    assert (timeline.target_s, timeline.planned_s) == (12.0, 12.0)
    assert timeline.beats[0].screen == "IT SNOWS\nCHOCOLATE"
    assert (timeline.beats[1].source, timeline.beats[1].shot) == ("own_media", "steam")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("voice: first", "line 1: the first beat needs its seconds"),
        ("[3 s]\nsong: la", "line 2: “song: la” is neither"),
        ("[3 s, drawn]", "“drawn” is none of to film, own media, ai"),
        ("[5000 s]", "longer than a Reel may be"),
        ("[1 s]\n" * 41, "41 beats; a script has at most 40"),
    ],
)
def test_a_line_that_is_none_is_named(lines: str, says: str) -> None:
    with pytest.raises(TimelineError, match=says.replace("[", r"\[")):
        read(lines)


def test_words_that_need_longer_than_their_beat() -> None:
    voice = "one two three four five six seven eight nine ten"
    timeline = Timeline(30.0, (Beat(duration_s=2, voice=voice, screen="", shot="", source="film"),))
    assert faults(timeline, "en") == (("its words take 4 s to say, the beat has 2 s: take words out, or give it 2.0 s more",),)
    assert "take 5.6 s" in faults(timeline, "pl")[0][0]
    assert timeline.spoken_s("en") == 4.0


def test_a_screen_that_cannot_be_read_an_opening_and_an_end_that_are_too_long() -> None:
    silent = Beat(duration_s=5, voice="", screen="", shot="", source="film")
    timeline = Timeline(30.0, (silent, silent.model_copy(update={"duration_s": 0.5, "screen": "COME IN"}), silent))
    first, second, last = faults(timeline, "en")
    assert "the opening takes 5 s" in first[0]
    assert "take 0.8 s to read" in second[0]
    assert "the end takes 5 s" in last[0]
    assert whole_fault(timeline) == "19.5 s too short: the beats take 10.5 of 30 s"
    assert whole_fault(Timeline(10.0, timeline.beats)) == ""
