"""The words of a notice: whose, where, what, the one next step; clean, short, without a secret."""

from __future__ import annotations

from typing import get_args

import pytest

from config.notices import NoticeKind, secrets_in, without_secrets
from config.secrets import redactor
from config.workspace import Workspace
from scheduler.notices.model import Letter, Notice, Place
from scheduler.notices.summary import Summary, summary_lines
from scheduler.notices.telling import trial_messages
from scheduler.notices.words import HEADLINES, Names, message, next_action
from scheduler.phrases.book import Voice

NAMES = Names("Studio", {"kawa": "Kawa Wrocław"}, "Europe/Warsaw")
AT = 1_795_338_000_000_000
KEY = "autumn/teaser@bs-kawa"


def made(kind: str = "ask", number: int = 41, **more: object) -> Notice:
    about = {"client": "kawa", "key": KEY, "account": "bs-kawa", "platform": "bluesky", "due": AT, "state": kind, **more}
    return Notice(number, kind, AT, str(about.pop("words", "Bluesky did not answer")), **about)  # type: ignore[arg-type]


def told(*notices: Notice) -> tuple[str, str]:
    said = message(Letter(Place("all"), notices), NAMES)
    return said.title, said.body


def test_one_notice_says_whose_where_what_and_what_to_do() -> None:
    assert told(made()) == (
        "[daypart] Kawa Wrocław · bs-kawa: a post needs you (notice 41)",
        (
            "Kawa Wrocław · Bluesky · bs-kawa\n"
            "autumn/teaser@bs-kawa, planned for Sun 22 Nov 10:00 CET\n"
            "a post needs you: Bluesky did not answer\n"
            "Next: Look whether it is there, then decide. At the desk: Outbox."
            " Command: daypart resolve autumn/teaser@bs-kawa --published URL (or --send-again, or --drop)\n"
            "Notice 41, Sun 22 Nov 10:00 CET\n"
            "\n-- \ndaypart, workspace Studio"
        ),
    )


@pytest.mark.parametrize("kind", get_args(NoticeKind))
def test_every_kind_has_its_words_and_its_command(kind: str) -> None:
    assert kind in HEADLINES
    action = next_action(made(kind))
    assert action.command.startswith("daypart ")
    assert action.words.endswith(".")


@pytest.mark.parametrize(
    ("scope", "subject", "command", "key"),
    [
        ("all", "", "daypart release", "!"),
        ("client", "kawa", "daypart release --client kawa", "H"),
        ("campaign", "autumn", "daypart release --campaign autumn", "P"),
        ("account", "bs", "daypart release --account bs", ""),
        ("file", "autumn", "daypart apply", "Plan"),
    ],
)
def test_a_hold_is_released_where_it_was_put(scope: str, subject: str, command: str, key: str) -> None:
    action = next_action(made("hold", scope=scope, subject=subject))
    assert (action.command, action.desk) == (command, key)


def test_what_was_decided_before_anybody_heard_needs_nobody_any_more() -> None:
    _, body = told(made("missed", state="published"))
    assert "It is settled since: published." in body
    assert "Next:" not in body


def test_several_are_counted_and_keep_their_numbers() -> None:
    title, body = told(made(), made("missed", 43), made("missed", 44))
    assert title == "[daypart] Kawa Wrocław: 3 notices, 1 need you, 2 missed (notices 41–44)"
    assert body.count("Notice 4") == 3


def test_notices_of_several_clients_are_the_workspace_s() -> None:
    title, _ = told(made(), made(number=42, client=None))
    assert title.startswith("[daypart] Studio: 2 notices")


def test_a_platform_s_words_steer_nothing() -> None:
    title, body = told(made(words="\x1b]0;owned\x07bad\r\nBcc: everybody@example.org\u202e reversed " + "x" * 9_000, account="bs\nkawa"))
    assert "\n" not in title
    assert "\x1b" not in body
    assert "\u202e" not in body
    assert "\nBcc:" not in body
    assert len(body) < 1_200


def test_a_known_secret_never_leaves_with_a_notice() -> None:
    redactor.register("a-token-of-somebody-3141")
    title, body = told(made(words="Bluesky said: bad token a-token-of-somebody-3141"))
    assert "3141" not in title + body
    assert "•••" in body


@pytest.mark.parametrize(
    ("address", "hidden", "kept"),
    [
        ("mailtos://anna:hunter22hunter@mail.example?to=anna@kawa.example", ["hunter22hunter"], ["anna", "mail.example"]),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general", ["T1JJ3T3L2", "TIiajkdnlazkcOXrIdevi7FQ"], ["#general"]),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", ["abcdefg_hijklmnop", "123456789"], []),
        ("jsons://hooks.example/daypart?password=tricky-one", ["tricky-one"], ["hooks.example", "daypart"]),
    ],
)
def test_the_secrets_of_an_address(address: str, hidden: list[str], kept: list[str]) -> None:
    words = without_secrets(f"could not reach {address} as " + " ".join(hidden + kept), address)
    assert all(secret not in words for secret in hidden)
    assert all(name in words for name in kept)
    assert set(hidden) <= set(secrets_in(address))


def test_a_letter_in_polish_has_no_english_of_ours() -> None:
    names = Names("Studio", {"kawa": "Kawa Wrocław"}, "Europe/Warsaw", Voice("pl"))
    said = message(Letter(Place("all"), (made("refused", words="Bluesky refuses this post"),)), names)
    assert said.title == "[daypart] Kawa Wrocław · bs-kawa: post odrzucony (powiadomienie 41)"
    assert said.body == (
        "Kawa Wrocław · Bluesky · bs-kawa\n"
        "autumn/teaser@bs-kawa, zaplanowany na nd 22 lis 10:00 CET\n"
        "post odrzucony: Bluesky odrzuca ten post\n"
        "Dalej: Zmień go, potem zaakceptuj ponownie. W pulpicie: Pisz. Polecenie: daypart post show autumn/teaser@bs-kawa\n"
        "Powiadomienie 41, nd 22 lis 10:00 CET\n"
        "\n-- \ndaypart, obszar roboczy Studio"
    )
    many = message(Letter(Place("all"), (made("ask", 41), made("ask", 42), made("missed", 43))), names)
    assert many.title.endswith(": 3 powiadomienia, 2 czekają na ciebie, 1 nie wyszedł na czas (powiadomienia 41–43)")


def test_the_summary_in_polish() -> None:
    summary = Summary(2, 1, 5, 3, (("everything", AT),), (("ig-kawa", None), ("ig-bike", AT)))
    assert summary_lines(summary, "Europe/Warsaw", AT, Voice("pl")) == [
        "Podsumowanie: nd 22 lis",
        "- 2 czekają na ciebie: daypart outbox",
        "- 1 z terminem w ciągu dwóch dni czeka na akceptację: Akceptacje w pulpicie",
        "- wstrzymane od nd 22 lis 10:00 CET: wszystko",
        "- ig-kawa trzeba połączyć ponownie: daypart account connect ig-kawa",
        "- ig-bike zalogowane do nd 22 lis: daypart account connect ig-bike",
        "Wyszło w ostatnich 24 godzinach: 5. W planie na następne 24: 3.",
    ]


def test_each_place_is_told_in_its_language() -> None:
    url = "json://localhost/"
    places = ({"name": "team", "url": url}, {"name": "head", "url": url, "language": "en"})
    notices = {"language": "pl", "command": ("bell",), "to": places}
    workspace = Workspace.model_validate({"version": 1, "name": "Studio", "timezone": "UTC", "notices": notices})
    said = {message.place.name: message.title for message in trial_messages(workspace)}
    assert said == {"team": "[daypart] Studio: to jest próba", "head": "[daypart] Studio: this is a test", "command": said["team"]}


@pytest.mark.parametrize("kind", get_args(NoticeKind))
def test_every_kind_has_its_polish_words(kind: str) -> None:
    voice = Voice("pl")
    for words in (HEADLINES[kind], next_action(made(kind)).words):
        assert voice.say(words) != words
