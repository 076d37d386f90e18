"""The campaign files as the desk shows them: which there are, what is wrong where, what applying would do, whose it is."""

from __future__ import annotations

from pathlib import Path

from tests.desk.house import CAMPAIGN, house


async def test_files_with_their_mistakes_and_changes_with_their_client(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        page = tmp_path / "campaigns/autumn/posts/second.md"
        page.parent.mkdir()
        page.write_text("---\nat: 2026-12-02T12:15\n---\nSecond\n", encoding="utf-8")
        board = await h.desk.board()
        assert [file.path for file in board.files] == ["daypart.yaml", "campaigns/autumn/campaign.yaml", "campaigns/autumn/posts/second.md"]
        assert (board.files[1].campaign, board.files[1].title, board.files[1].status) == ("autumn", "Autumn", "active")
        assert board.files[2].campaign == "autumn"
        assert [(one.change.sign, one.post, one.client_name) for one in board.changes] == [
            ("+", "teaser", "Kawa Wrocław"),
            ("+", "second", "Kawa Wrocław"),
        ]
        page.write_text("---\nat: 2026-12-02T12:15\ntxt: x\n---\nSecond\n", encoding="utf-8")
        board = await h.desk.board()
        [mistake] = [one for one in board.mistakes if one.is_error]
        assert (board.plan, board.errors, mistake.place) == (None, 1, "campaigns/autumn/posts/second.md:3")
        assert "^^^" in mistake.excerpt
        assert board.files[2].errors == 1


async def test_what_only_the_calendar_knows_is_a_mistake_too(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.put("autumn/teaser@bs-kawa", "published")
        h.campaign(CAMPAIGN.replace("id: teaser", "id: teaser-again"))
        board = await h.desk.board()
        assert board.plan is None or board.keys("+") == ["autumn/teaser-again@bs-kawa"]
        assert not any(one.path == "" for one in board.mistakes)


async def test_the_stamp_changes_with_files_and_calendar_only(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        first = await h.desk.board_stamp()
        assert await h.desk.board_stamp() == first
        h.edit("Something darker", "Something lighter, and longer")
        second = await h.desk.board_stamp()
        assert second != first
        await h.apply()
        assert await h.desk.board_stamp() != second


async def test_signs_of_files_cannot_steer_the_terminal(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.edit("title: Autumn", 'title: "Aut\\e[31mumn"\nlabls: "\\e]52;c;eA==\\a"')
        board = await h.desk.board()
        assert "\x1b" not in "".join(f"{one.message}{one.excerpt}" for one in board.mistakes)
        assert "\x1b" not in "".join(file.title for file in board.files)
