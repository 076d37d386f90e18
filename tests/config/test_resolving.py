"""What the files mean: layers, languages, times, briefs, threads, clients, and what is planned at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loaded import Loaded
from config.loading import NoWorkspaceError, load
from config.options import BlueskyOptions, InstagramOptions
from config.resolved import Fixed, InSlot, ResolvedPost
from config.times import parse_at
from tests.config.workspaces import BASE, NOW, base, load_at, picture, write

CAMPAIGN = "campaigns/launch/campaign.yaml"
HEAD = BASE[CAMPAIGN].split("posts:")[0]


def loaded(root: Path, posts: str, head: str = HEAD, **files: str) -> Loaded:
    """The base workspace with other inline posts and no posts in files."""
    base(root)
    for file in (root / "campaigns/launch/posts").iterdir():
        file.unlink()
    write(root, {CAMPAIGN: f"{head}posts:\n{posts}", **{f"campaigns/launch/posts/{name}.md": text for name, text in files.items()}})
    return load_at(root)


def only(root: Path, posts: str, head: str = HEAD, **files: str) -> ResolvedPost:
    """The one post of a workspace without diagnostics."""
    found = loaded(root, posts, head, **files)
    assert found.diagnostics == ()
    [post] = found.posts
    return post


def codes(found: Loaded) -> list[str]:
    return [d.code for d in found.diagnostics]


def test_the_last_layer_wins_key_by_key(tmp_path: Path) -> None:
    head = (
        HEAD
        + "defaults: { hashtags: ['#a'], first_comment: default, late: 1h, for: { instagram: { share_to_feed: false, type: image } } }\n"
    )
    post = only(
        tmp_path,
        """  - id: x
    slot: lunch
    accounts: [ig-kawa]
    text: { en: English, pl: Polski }
    media: [{ path: media/shelf.jpg, alt: A }]
    hashtags: ["#b"]
    for:
      instagram: { type: carousel, first_comment: platform, late: 2h }
      ig-kawa: { text: { pl: Inaczej }, first_comment: account }
""",
        head,
    )
    assert post.parts[0].text == "English\n\n· · ·\n\nInaczej\n\n#b"
    assert post.first_comment == "account"
    assert post.late == 2 * 3_600_000_000
    assert post.options == InstagramOptions(type="carousel", share_to_feed=False)


def test_for_one_account_does_not_reach_another(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "  - { id: x, at: 2026-12-01T10:00, accounts: [ig-kawa, bs-kawa], text: same, media: [{ path: media/shelf.jpg, alt: A }],"
        " for: { bs-kawa: { text: other, labels: [nudity], at: 2026-12-02T11:00 } } }\n",
    )
    instagram, bluesky = found.posts
    assert (instagram.parts[0].text, bluesky.parts[0].text) == ("same", "other")
    assert bluesky.options == BlueskyOptions(labels=("nudity",))
    assert isinstance(instagram.when, Fixed)
    assert isinstance(bluesky.when, Fixed)
    assert (instagram.when.wall, bluesky.when.wall) == ("2026-12-01T10:00", "2026-12-02T11:00")


def test_one_text_for_all_languages_stands_once(tmp_path: Path) -> None:
    post = only(tmp_path, "  - { id: x, slot: lunch, accounts: [ig-kawa], text: Kawa!, media: [{ path: media/shelf.jpg, alt: A }] }\n")
    assert post.parts[0].text == "Kawa!"
    assert post.languages == ("en", "pl")
    assert post.parts[0].media[0].alt == "A"


def test_alternative_texts_of_two_languages_are_joined(tmp_path: Path) -> None:
    post = only(
        tmp_path, "  - { id: x, slot: lunch, accounts: [ig-kawa], text: y, media: [{ path: media/shelf.jpg, alt: { en: A, pl: B } }] }\n"
    )
    assert post.parts[0].media[0].alt == "A\nB"


def test_the_campaign_may_speak_fewer_languages_than_the_account(tmp_path: Path) -> None:
    post = only(
        tmp_path,
        "  - { id: x, slot: lunch, accounts: [ig-kawa], text: { en: y }, media: [{ path: media/shelf.jpg, alt: A }] }\n",
        HEAD.replace("languages: [en, pl]", "languages: [en]"),
    )
    assert post.languages == ("en",)


def test_hashtags_of_the_text_are_not_repeated(tmp_path: Path) -> None:
    post = only(
        tmp_path,
        "  - { id: x, slot: lunch, accounts: [ig-kawa], hashtags: { en: ['#Coffee', tea], pl: ['#kawa'] }, text: 'A #coffee.',"
        " media: [{ path: media/shelf.jpg, alt: A }] }\n",
    )
    assert post.parts[0].text == "A #coffee.\n\n#tea #kawa"


def test_variables_by_language_and_from_the_post(tmp_path: Path) -> None:
    post = only(
        tmp_path,
        "  - { id: x, title: T, slot: lunch, accounts: [bs-kawa], vars: { price: 12.50, blend: Own },"
        " text: '{{ blend }} {{ price }} {{ post.title }} {{ account.handle }}' }\n",
    )
    assert post.parts[0].text == "Own 12.50 T kawa.example"


def test_a_thread_in_markdown_with_its_media(tmp_path: Path) -> None:
    post = only(
        tmp_path,
        "  []\n",
        thread="---\nslot: lunch\naccounts: [bs-kawa]\nhashtags: ['#x']\n"
        "media: [{ path: media/shelf.jpg, alt: A, part: 2 }]\n---\n\nOne\n<!-- never\n---\nseen -->\n\n---\nTwo <!-- c -->.\n---\nThree\n",
    )
    assert [part.text for part in post.parts] == ["One\n\n#x", "Two .", "Three"]
    assert [len(part.media) for part in post.parts] == [0, 1, 0]
    assert post.text_place is not None
    assert post.text_place.line == 8


def test_a_part_that_is_not_there(tmp_path: Path) -> None:
    found = loaded(
        tmp_path, "  - { id: x, slot: lunch, accounts: [bs-kawa], text: y, media: [{ path: media/shelf.jpg, alt: A, part: 2 }] }\n"
    )
    assert codes(found) == ["E207"]


def test_a_brief_without_text_waits(tmp_path: Path) -> None:
    post = only(tmp_path, "  - { id: x, slot: lunch, accounts: [bs-kawa], brief: 'Say hello to {{ blend }}' }\n")
    assert post.parts == ()
    assert post.brief is not None
    assert post.brief.goal == "Say hello to Autumn Blend"


def test_a_brief_waits_until_every_language_has_a_text(tmp_path: Path) -> None:
    posts = "  - { id: x, slot: lunch, accounts: [ig-kawa], brief: Hello, media: [{ path: media/shelf.jpg, alt: A }] }\n"
    half = only(tmp_path, posts, x="---\ndrafted_by: run-1\n---\nHello\n")
    assert half.parts == ()
    write(tmp_path, {"campaigns/launch/posts/x.pl.md": "---\ndrafted_by: run-2\ntext_ai: generated\n---\nCześć\n"})
    found = load_at(tmp_path)
    [whole] = found.posts
    assert found.diagnostics == ()
    assert whole.parts[0].text == "Hello\n\n· · ·\n\nCześć"
    assert whole.drafted == {"en": "run-1", "pl": "run-2"}
    assert (whole.drafted_by, whole.text_ai) == ("run-1", "generated")


def test_the_hash_of_a_brief_changes_with_its_words_only(tmp_path: Path) -> None:
    first = only(tmp_path / "a", "  - { id: x, slot: lunch, accounts: [bs-kawa], brief: Hello }\n").brief
    same = only(tmp_path / "b", "  - { id: x, at: 2026-12-01T10:00, accounts: [bs-kawa], brief: { goal: Hello, variants: 1 } }\n").brief
    other = only(tmp_path / "c", "  - { id: x, slot: lunch, accounts: [bs-kawa], brief: { goal: Hello, points: [a] } }\n").brief
    assert first is not None
    assert same is not None
    assert other is not None
    assert first.hash == same.hash != other.hash
    assert first.hash == "4e2b0836aa406602c2bbfaf08b140b178341b18c3308e2fa7c5ccaa4099f96ef", "stamped into files: it may never change"


def test_a_series_counts_what_a_blackout_skips(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "  - { id: x, every: { rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=3', at: '09:00' }, accounts: [bs-kawa],"
        " text: 'No. {{ occurrence.number }}, {{ occurrence.date }}' }\n",
    )
    assert found.diagnostics == ()
    assert [post.key for post in found.posts] == ["launch/x@bs-kawa#2026-12-13", "launch/x@bs-kawa#2026-12-20"]
    assert found.posts[0].parts[0].text == "No. 2, 2026-12-13"
    assert [(skipped.key, skipped.why) for skipped in found.skipped] == [("launch/x@bs-kawa#2026-12-06", "blackout")]


def test_a_series_is_made_ninety_days_ahead_and_not_behind(tmp_path: Path) -> None:
    loaded(tmp_path, "  - { id: x, every: { rule: FREQ=DAILY, at: '09:00' }, accounts: [bs-kawa], text: y }\n")
    now = parse_at("2026-12-10T10:30", "Europe/Warsaw").fixed.instant
    days = [post.occurrence.isoformat() for post in load(tmp_path, now).posts if post.occurrence]
    assert days[0] == "2026-12-10", "late by 90 minutes, inside `late`"
    assert days[-1] == "2027-03-10"


def test_slots_are_for_the_scheduler(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "  - { id: x, slot: [lunch, dinner], accounts: [bs-kawa], text: y }\n",
        HEAD.replace("  blackout", "    dinner: { rule: 'FREQ=DAILY', at: '19:00', accounts: [ig-kawa] }\n  blackout"),
    )
    assert found.posts[0].when == InSlot(("lunch",)), "dinner is for another account"


def test_no_time_is_the_backlog(tmp_path: Path) -> None:
    assert only(tmp_path, "  - { id: x, accounts: [bs-kawa], text: y }\n").when is None


def test_slots_and_series_that_meet_a_change_of_the_clocks_are_shown(tmp_path: Path) -> None:
    loaded(
        tmp_path,
        "  - { id: x, every: { rule: FREQ=DAILY, at: '02:30' }, accounts: [bs-kawa], text: y }\n",
        HEAD.replace('at: "12:15"', 'at: "02:15"').replace("MO,WE", "SU"),
    )
    spring = load(tmp_path, parse_at("2027-03-01T09:00", "Europe/Warsaw").fixed.instant)
    assert [(d.code, d.line) for d in spring.diagnostics] == [("W402", 13), ("W402", 16)]
    moved = next(post for post in spring.posts if post.occurrence and post.occurrence.isoformat() == "2027-03-28")
    assert isinstance(moved.when, Fixed)
    assert moved.when.wall == "2027-03-28T03:30"


@pytest.mark.parametrize(("status", "planned"), [("active", 1), ("paused", 1), ("draft", 0), ("archived", 0)])
def test_what_is_planned_at_all(tmp_path: Path, status: str, planned: int) -> None:
    found = loaded(
        tmp_path, "  - { id: x, slot: lunch, accounts: [bs-kawa], text: y }\n", HEAD.replace("title:", f"status: {status}\ntitle:")
    )
    assert len(found.posts) == planned
    assert found.campaigns["launch"].status == status


def test_a_draft_is_checked_and_an_archive_is_left_alone(tmp_path: Path) -> None:
    posts = "  - { id: x, slot: lunch, accounts: [bs-kava], text: y }\n"
    assert codes(loaded(tmp_path / "a", posts, HEAD.replace("title:", "status: draft\ntitle:"))) == ["E302"]
    assert codes(loaded(tmp_path / "b", posts, HEAD.replace("title:", "status: archived\ntitle:"))) == []


def test_two_clients_only_when_both_are_named(tmp_path: Path) -> None:
    post = "  - { id: x, slot: lunch, accounts: [bs-kawa, ms-rower], text: y }\n"
    assert codes(loaded(tmp_path / "a", post)) == ["E313"]
    named = loaded(tmp_path / "b", post.replace("text: y", "text: y, clients: [kawa, rower]"))
    assert named.diagnostics == ()
    assert [resolved.client for resolved in named.posts] == ["kawa", "rower"]


def test_distances_between_times_that_people_chose(tmp_path: Path) -> None:
    times = ("2026-12-01T10:00", "2026-12-01T10:30", "2026-12-01T23:30")
    posts = "".join(f"  - {{ id: p{n}, at: {at}, accounts: [bs-kawa], text: t{n} }}\n" for n, at in enumerate(times))
    found = loaded(tmp_path, posts, HEAD.replace("  blackout", "  min_gap: 4h\n  daily_max: 2\n  quiet_hours: ['22:00-07:00']\n  blackout"))
    assert codes(found) == ["W406", "W407", "W408"]
    assert [d.line for d in found.diagnostics] == [20, 21, 21]


def test_a_rename_is_kept_for_the_plan(tmp_path: Path) -> None:
    found = loaded(tmp_path, "  - { id: x, slot: lunch, accounts: [bs-kawa], text: y }\n", HEAD + "moved: [{ from: old, to: x }]\n")
    assert found.diagnostics == ()
    assert [(moved.old, moved.new) for moved in found.campaigns["launch"].moved] == [("old", "x")]


def test_marks_of_the_campaign_are_added_to_links(tmp_path: Path) -> None:
    head = HEAD + "link: { utm: { source: '{{ account.platform }}', medium: social, campaign: x y } }\n"
    post = only(
        tmp_path,
        "  - { id: x, slot: lunch, accounts: [bs-kawa], text: y,"
        " link: { url: 'https://kawa.example/a?utm_medium=own&q=1#top', title: '{{ blend }}' } }\n",
        head,
    )
    assert post.link is not None
    assert post.link.url == "https://kawa.example/a?utm_medium=own&q=1&utm_source=bluesky&utm_campaign=x+y#top"
    assert post.link.title == "Autumn Blend"


def test_places_of_fields_for_errors_of_a_platform(tmp_path: Path) -> None:
    post = only(
        tmp_path,
        "  - id: x\n    slot: lunch\n    accounts: [ig-kawa]\n    text: y\n    first_comment: z\n"
        "    media:\n      - { path: media/shelf.jpg, alt: A }\n    for: { instagram: { type: image } }\n",
    )
    lines = {name: place.line for name, place in post.places.items()}
    assert lines == {"text": 19, "first_comment": 20, "media[0]": 22, "media[0].alt": 22, "options.type": 23}
    assert "link" not in post.places
    assert post.place.line == 16


def test_a_broken_workspace_file_hides_no_mistake_of_another(tmp_path: Path) -> None:
    base(tmp_path)
    write(tmp_path, {"daypart.yaml": "version: 1\n", CAMPAIGN: BASE[CAMPAIGN].replace("title: Launch", "title: 5")})
    assert codes(load_at(tmp_path)) == ["E204", "E202"]


def test_the_digest_follows_every_file_and_nothing_else(tmp_path: Path) -> None:
    base(tmp_path)
    first = load_at(tmp_path).digest
    assert load(tmp_path, NOW + 1).digest == first
    picture(tmp_path / "campaigns/launch/media/other.jpg")
    assert load_at(tmp_path).digest == first
    write(tmp_path, {"campaigns/launch/posts/story.pl.md": "Inna opowieść.\n"})
    second = load_at(tmp_path).digest
    (tmp_path / "campaigns/launch/posts/story.pl.md").rename(tmp_path / "campaigns/launch/posts/teaser.pl.md")
    assert len({first, second, load_at(tmp_path).digest}) == 3


def test_a_folder_inside_a_workspace_is_none(tmp_path: Path) -> None:
    base(tmp_path)
    with pytest.raises(NoWorkspaceError):
        load(tmp_path / "campaigns", NOW)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000/x", "http://localhost", "http://[::1]:9", "https://social.example/"])
def test_unencrypted_addresses_only_of_this_computer(tmp_path: Path, address: str) -> None:
    base(tmp_path)
    text = BASE["daypart.yaml"].replace("languages: [pl] }", f'languages: [pl], server: "{address}" }}')
    write(tmp_path, {"daypart.yaml": text})
    found = load_at(tmp_path)
    assert found.diagnostics == ()
    assert found.workspace.accounts["ms-rower"].base == address.rstrip("/")


def test_where_accounts_live_when_nothing_is_said(tmp_path: Path) -> None:
    accounts = load_at(base(tmp_path)).workspace.accounts
    assert accounts["ms-rower"].base == "https://social.example"
    assert accounts["bs-kawa"].base == "https://bsky.social"
    assert accounts["ig-kawa"].base == "https://graph.instagram.com"
