"""What platforms would refuse, said at the right place of the right file before anything is planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.desk.plan.checking import validate_files
from tests.desk.house import CAMPAIGN, WORKSPACE, StillClock, house

HEAD = CAMPAIGN.partition("  - id")[0]


BOTH = "{ en: a, pl: b }"
TAGS = "Words " + " ".join(f"#t{n}" for n in range(31))


def post(body: str, accounts: str = "[bs-kawa]") -> str:
    """One post; `body` begins at line 12 of the file."""
    return f"{HEAD}  - id: bad\n    at: 2026-12-01T09:00\n    accounts: {accounts}\n{body}"


CASES: dict[str, tuple[str, list[tuple[str, int, int, str]]]] = {
    "too long for one platform and not another": (
        post(f"    text: {'word ' * 70}\n", "[bs-kawa, ms-kawa]").replace("languages: [en, pl]", "languages: [en, pl]"),
        [("E501", 13, 11, "the text has 349 characters, Bluesky takes 300 (49 too many)")],
    ),
    "too long only with all its languages": (
        post(f"    text: {{ en: {'a ' * 150}, pl: {'b ' * 150} }}\n", "[ms-kawa]"),
        [("E501", 13, 17, "the text has 607 characters, Mastodon takes 500 (107 too many)")],
    ),
    "no picture where one is needed": (
        post("    text: Words.\n", "[ig-kawa]"),
        [("E609", 10, 9, "Instagram needs a picture or video")],
    ),
    "too many pictures": (
        post("    text: Words.\n    media:\n" + "      - { path: media/shelf.jpg, alt: A shelf }\n" * 5),
        [("E609", 19, 17, "5 media files, Bluesky takes 4")],
    ),
    "a shape that is not taken": (
        post("    text: Words.\n    media: [{ path: media/wide.jpg, alt: { en: Wide, pl: Szeroko } }]\n", "[ig-kawa]"),
        [("E612", 14, 21, "'wide.jpg' is 900×300 (ratio 3.00), Instagram takes 0.8 to 1.91")],
    ),
    "an alternative text that is too long for one of two": (
        post(f"    text: Words.\n    media: [{{ path: media/shelf.jpg, alt: {{ en: {'x' * 1100}, pl: y }} }}]\n", "[ms-kawa, ig-kawa]"),
        [("E614", 14, 21, "the alternative text of 'shelf.jpg' has 1,102 characters, Instagram takes 1,000 (102 too many)")],
    ),
    "more tags than are taken": (
        post(f"    text: {TAGS!r}\n    media: [{{ path: media/shelf.jpg, alt: {BOTH} }}]\n", "[ig-kawa]"),
        [("E505", 13, 11, "31 hashtags, Instagram takes 30")],
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_platform_limits_at_their_place(tmp_path: Path, case: str) -> None:
    campaign, expected = CASES[case]
    async with house(tmp_path, campaign) as h:
        h.picture("wide.jpg", size=(900, 300))
        report = validate_files(tmp_path, StillClock())
        found = [(d.code, d.line, d.column, d.message) for d in report.diagnostics if d.is_error]
        assert found == expected
        assert [d.code for d in await h.desk.validate() if d.is_error] == [code for code, *_ in found]


async def test_one_mistake_in_a_series_is_one_error(tmp_path: Path) -> None:
    series = f'  - {{ id: friday, every: {{ rule: "FREQ=WEEKLY;BYDAY=FR;COUNT=9", at: "09:00" }}, text: {"word " * 70}}}\n'
    async with house(tmp_path, HEAD.replace("title: Autumn", "title: Autumn\nstarts: 2026-11-23") + series):
        report = validate_files(tmp_path, StillClock())
        assert [(d.code, d.key) for d in report.diagnostics] == [("E501", "autumn/friday@bs-kawa#2026-11-27")]
        assert report.summary() == "1 error, 0 warnings in 1 post of 1 campaign"
        assert report.lines().startswith("campaigns/autumn/campaign.yaml:11:87: error[E501]: the text has 349 characters")


async def test_no_public_address_is_a_setting_not_a_mistake(tmp_path: Path) -> None:
    workspace = WORKSPACE.replace('host: command, command: ["true"]', "host: none")
    async with house(
        tmp_path, post("    text: W.\n    media: [{ path: media/shelf.jpg, alt: { en: a, pl: b } }]\n", "[ig-kawa]"), workspace
    ):
        report = validate_files(tmp_path, StillClock())
        assert [(d.code, d.level) for d in report.diagnostics] == [("E615", "warning")]
        assert (report.errors, report.warnings) == (0, 1)
        assert any("host: s3" in hint for hint in report.diagnostics[0].hints)


async def test_a_thread_and_a_comment_where_there_are_none(tmp_path: Path) -> None:
    async with house(tmp_path, HEAD + "  - { id: x, at: 2026-12-01T09:00, text: W, for: { bluesky: { first_comment: Hi } } }\n") as h:
        page = h.root / "campaigns/autumn/posts/thread.md"
        page.parent.mkdir()
        front = f"---\nat: 2026-12-02T09:00\naccounts: [ig-kawa]\nmedia: [{{ path: media/shelf.jpg, alt: {BOTH} }}]\n---\n"
        page.write_text(f"{front}One.\n---\nTwo.\n")
        (page.parent / "thread.pl.md").write_text("Raz.\n---\nDwa.\n")
        report = validate_files(tmp_path, StillClock())
        found = [(d.file.name, d.code, d.line, d.message) for d in report.diagnostics if d.is_error]
        assert found == [
            ("campaign.yaml", "E504", 10, "Bluesky has no first comment"),
            ("thread.md", "E504", 6, "Instagram has no threads"),
        ]
