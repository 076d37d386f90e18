"""The scripted model: two languages, only what the prompt gives, and bad answers on demand."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.sandbox.people import chat, said
from tests.sandbox.wire import ask
from tests.sandbox_process import Sandbox

CAPTION = {"hook": {"type": "string"}, "body": {"type": "string"}}
REEL = {"hook": {"type": "object"}, "beats": {"type": "array"}}
ENGLISH = {
    "language": "English (en)",
    "call": "come on Saturday",
    "facts": [
        "the first crack comes after 9 minutes 40 seconds",
        "roasted in the shop, window on Ruska street",
        "beans from Huehuetenango",
    ],
}
POLISH = {
    "language": "Polish (pl)",
    "call": "wpadnij w sobotę",
    "facts": ["pierwsze pęknięcie po 9 minutach i 40 sekundach", "palimy na miejscu, okno od ulicy Ruskiej", "ziarna z Huehuetenango"],
}


def _task(task: dict[str, Any], *, most: int = 300, variant: int = 1, extra: str = "", more_facts: tuple[str, ...] = ()) -> str:
    facts = "\n".join(f"F{n}: {fact}" for n, fact in enumerate((*task["facts"], *more_facts), 1))
    return (
        f"TASK\nPlatforms: Bluesky\nLanguage: {task['language']}\n"
        f"Length on Bluesky: everything together, hashtags and spaces too, at most {most} characters; aim below {most}\n"
        f"Hook: at most 125 characters, because readers see no more\nHashtags: at most 2\nAlt texts: 2\n{extra}\n"
        f"This is variant {variant} of 3: begin\n\nBEGIN DATA\ncall to action: {task['call']}\n{facts}\nEND DATA"
    )


def _asked(sandbox: Sandbox, user: str, properties: dict[str, Any], system: str = "", **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties}
    shape = {"type": "json_schema", "json_schema": {"name": "draft", "schema": schema}}
    answer = chat(sandbox, f"{system}\n{user}", response_format=shape, **more).send()
    assert answer.status == 200
    return said(answer)


def _composed(draft: dict[str, Any]) -> str:
    tags = " ".join(f"#{tag}" for tag in draft["hashtags"])
    return "\n\n".join(piece for piece in (draft["hook"], draft["body"], draft["cta"], tags) if piece)


def _words(draft: dict[str, Any]) -> str:
    return json.dumps(draft, ensure_ascii=False)


@pytest.mark.parametrize("task", [ENGLISH, POLISH], ids=["en", "pl"])
@pytest.mark.parametrize("most", [120, 300, 2200])
@pytest.mark.parametrize("variant", [1, 2, 3, 4])
def test_a_caption_from_the_facts_within_the_limit(sandbox: Sandbox, task: dict[str, Any], most: int, variant: int) -> None:
    draft = _asked(sandbox, _task(task, most=most, variant=variant), CAPTION)
    text = _composed(draft)
    assert len(text) <= most
    assert draft["hook"]
    assert draft["body"]
    assert len(draft["alt_texts"]) == 2
    assert len(draft["hashtags"]) <= 2
    assert draft["language"] in task["language"]
    assert set(re.findall(r"\d+", text)) <= {"9", "40"}
    assert not re.search(r"https?:|@|[\"„”“{}\[\]]", text)
    for name in draft["used_facts"]:
        fact = task["facts"][int(name[1:]) - 1]
        assert fact.casefold()[:20] in text.casefold()
    if most >= 300:
        assert draft["used_facts"] == ["F1", "F2", "F3"]


def test_polish_is_polish_also_when_the_facts_are_not(sandbox: Sandbox) -> None:
    draft = _asked(sandbox, _task({**ENGLISH, "language": "Polish (pl)"}), CAPTION)
    assert "roasted" not in _composed(draft)
    assert re.search(r"[ąćęłńóśźż]", _composed(draft))
    assert draft["used_facts"] == []
    assert len([note for note in draft["unsure"] if "innym języku" in note]) == 3


def test_what_stands_in_the_phrase_book_is_said_in_the_other_language(sandbox: Sandbox) -> None:
    facts = ["the spice is ground by hand", "served from 8:30 to 18:00", "free bands with every przegląd zimowy this month"]
    draft = _asked(sandbox, _task({"language": "Polish (pl)", "call": "come in before six", "facts": facts}), CAPTION)
    text = _composed(draft)
    for sentence in (
        "Przyprawę mielemy ręcznie.",
        "Podajemy od 8:30 do 18:00.",
        "Opaski gratis w tym miesiącu: przegląd zimowy.",
        "Wpadnij przed",
    ):
        assert sentence in text
    assert draft["used_facts"] == ["F1", "F2", "F3"]
    assert len([note for note in draft["unsure"] if "rozmówek" in note]) == 3


def test_it_says_what_it_is(sandbox: Sandbox) -> None:
    answer = chat(sandbox, _task(ENGLISH)).send().json()
    assert answer["model"] == "sandbox-writer"
    assert answer["usage"]["total_tokens"] > 0
    assert "sandbox" in said(chat(sandbox, _task(ENGLISH)).send())["unsure"][0]
    models = ask("GET", f"{sandbox.at('model/v1')}/models").send().json()["data"]
    assert [model["id"] for model in models] == ["sandbox-writer"]


def test_the_same_question_has_the_same_answer(sandbox: Sandbox) -> None:
    assert _asked(sandbox, _task(ENGLISH), CAPTION) == _asked(sandbox, _task(ENGLISH), CAPTION)
    many = {_words(_asked(sandbox, _task(ENGLISH, variant=variant), CAPTION)) for variant in (1, 2, 3, 4)}
    assert len(many) >= 3


def test_must_never_and_tags(sandbox: Sandbox) -> None:
    extra = (
        "Must contain, word for word: slow coffee | no rush\nNever use these words: Huehuetenango | care\n"
        "Hashtags always: kawa\nHashtags allowed: kawa | wroclaw"
    )
    for variant in range(1, 5):
        draft = _asked(sandbox, _task(ENGLISH, extra=extra, variant=variant), CAPTION)
        text = _composed(draft)
        assert "slow coffee" in text
        assert "no rush" in text
        assert "Huehuetenango" not in text
        assert not re.search(r"\bcare\b", text)
        assert draft["hashtags"] == ["kawa", "wroclaw"]


@pytest.mark.parametrize(("task", "rate"), [(ENGLISH, 2.5), (POLISH, 1.8)], ids=["en", "pl"])
@pytest.mark.parametrize("seconds", [10, 15, 20, 45, 60])
def test_a_script_that_can_be_spoken_in_its_time(sandbox: Sandbox, task: dict[str, Any], rate: float, seconds: int) -> None:
    system = f"Speak calmly: {rate} words a second at most"
    user = f"Reel length: {seconds} seconds, at most 40 spoken words in all\n{_task(task, most=2200)}"
    script = _asked(sandbox, user, REEL, system)
    beats = [script["hook"], *script["beats"], script["cta"]]
    assert sum(beat["duration_s"] for beat in beats) == pytest.approx(seconds, abs=0.05)
    assert script["hook"]["duration_s"] <= 3.0
    assert script["cta"]["duration_s"] <= 4.0
    assert 2 <= len(script["beats"]) <= 8
    for beat in beats:
        count = sum(max(1, sum(sign.isdigit() for sign in word)) for word in beat["voice"].split())
        assert count / rate <= beat["duration_s"] * 1.1
        lines = beat["screen"].split("\n")
        assert len(lines) <= 2
        assert all(len(line) <= 32 for line in lines)
        assert len(beat["screen"]) <= 17 * beat["duration_s"]
        assert beat["source"] in {"film", "own_media"}
    assert set(re.findall(r"\d+", _words(script["caption"]) + _words({"b": [b["voice"] for b in beats]}))) <= {"9", "40", "1", "2", "3"}
    assert script["caption"]["language"] in task["language"]


def test_without_a_format_the_object_comes_in_a_fence(sandbox: Sandbox) -> None:
    content = chat(sandbox, _task(ENGLISH)).send().json()["choices"][0]["message"]["content"]
    assert content.startswith("```json\n")
    plain = chat(sandbox, _task(ENGLISH), response_format={"type": "json_object"}).send()
    assert plain.json()["choices"][0]["message"]["content"].startswith("{")
    assert (
        "scripted" in ask("POST", chat(sandbox, "").url, json_body={"messages": [{"role": "user", "content": "hi"}]}).send().body.decode()
    )


def test_an_unknown_question_gets_its_shape_filled(sandbox: Sandbox) -> None:
    schema = {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}, "n": {"type": "integer"}, "kind": {"type": "string", "enum": ["a"]}},
    }
    shape = {"type": "json_schema", "json_schema": {"name": "probe", "schema": schema}}
    body = {"messages": [{"role": "user", "content": "hi"}], "response_format": shape}
    answer = ask("POST", chat(sandbox, "").url, json_body=body).send()
    assert said(answer) == {"ok": True, "n": 0, "kind": "a"}


def test_a_stream_adds_up_to_the_whole(sandbox: Sandbox) -> None:
    whole = chat(sandbox, _task(ENGLISH)).send().json()["choices"][0]["message"]["content"]
    seen = chat(sandbox, _task(ENGLISH), stream=True, stream_options={"include_usage": True}).send()
    assert seen.headers["content-type"].startswith("text/event-stream")
    events = [line[6:] for line in seen.body.decode().split("\n") if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    chunks = [json.loads(event) for event in events[:-1]]
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"])
    assert text == whole
    assert chunks[-1]["usage"]["completion_tokens"] > 0
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"


def test_answers_that_are_wrong_on_purpose(sandbox: Sandbox) -> None:
    for kind in ("garbage", "too_long", "refusal", "length"):
        sandbox.fault("model", "chat", kind)
        choice = chat(sandbox, _task(ENGLISH), response_format={"type": "json_object"}).send().json()["choices"][0]
        content = choice["message"]["content"]
        match kind:
            case "garbage":
                assert "{" not in content
            case "too_long":
                assert len(_composed(json.loads(content))) > 300
            case "refusal":
                assert content is None
                assert choice["message"]["refusal"]
            case "length":
                assert choice["finish_reason"] == "length"
                with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
                    json.loads(content)
        assert said(chat(sandbox, _task(ENGLISH)).send())["hook"]


def test_too_few_tokens_end_an_answer(sandbox: Sandbox) -> None:
    choice = chat(sandbox, _task(ENGLISH), max_tokens=5).send().json()["choices"][0]
    assert choice["finish_reason"] == "length"
    assert len(choice["message"]["content"]) == 20


def test_an_endpoint_that_knows_fewer_formats(sandbox: Sandbox) -> None:
    sandbox.settings("model", modes=["text"])
    assert chat(sandbox, _task(ENGLISH), response_format={"type": "json_object"}).send().status == 400
    assert chat(sandbox, _task(ENGLISH)).send().status == 200


def test_a_wrong_key(sandbox: Sandbox) -> None:
    request = chat(sandbox, _task(ENGLISH))
    seen = ask("POST", request.url, token="wrong", body=request.body, headers={"Content-Type": "application/json"}).send()
    assert (seen.status, seen.json()["error"]["code"]) == (401, "invalid_api_key")
    assert ask("POST", request.url, json_body={"messages": []}).send().status == 400
