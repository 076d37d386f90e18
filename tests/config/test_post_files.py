"""Accepted texts are written where their post lives, and read back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loaded import Loaded
from config.post_files import PostFileError, write_accepted
from tests.config.workspaces import BASE, base, load_at, write

CAMPAIGN = "campaigns/launch/campaign.yaml"


def workspace(root: Path) -> Loaded:
    base(root)
    inline = "  - { id: ask, slot: lunch, accounts: [ig-kawa], brief: Ask, media: [{ path: media/shelf.jpg, alt: A }] }\n"
    own = "---\n# why it is here\nslot: lunch   # noon\naccounts: [bs-kawa]\nbrief: Tell\n---\n"
    write(root, {CAMPAIGN: BASE[CAMPAIGN] + inline, "campaigns/launch/posts/tell.md": own})
    return load_at(root)


def accept(loaded: Loaded, key: str, language: str, *parts: str, run: str = "run-1") -> Path:
    post = next(post for post in loaded.posts if post.key == key)
    assert post.brief is not None
    return write_accepted(loaded.campaigns["launch"], post, language, parts, drafted_by=run, brief_hash=post.brief.hash)


def test_an_inline_post_gets_one_file_for_each_language(tmp_path: Path) -> None:
    loaded = workspace(tmp_path)
    assert accept(loaded, "launch/ask@ig-kawa", "en", "What is in {{ your }} cup?").name == "ask.md"
    assert accept(loaded, "launch/ask@ig-kawa", "pl", "Co pijesz?", run="run-2").name == "ask.pl.md"
    after = load_at(tmp_path)
    assert after.diagnostics == ()
    post = next(post for post in after.posts if post.post == "ask")
    assert post.parts[0].text == "What is in {{ your }} cup?\n\n· · ·\n\nCo pijesz?"
    assert post.drafted == {"en": "run-1", "pl": "run-2"}


def test_a_post_of_its_own_file_keeps_its_front_matter(tmp_path: Path) -> None:
    loaded = workspace(tmp_path)
    file = accept(loaded, "launch/tell@bs-kawa", "en", "One", "Two")
    assert file.read_text().startswith("---\n# why it is here\nslot: lunch   # noon\naccounts: [bs-kawa]\nbrief: Tell\ndrafted_by: ")
    again = load_at(tmp_path)
    accept(again, "launch/tell@bs-kawa", "en", "Other", run="run-3")
    post = next(post for post in load_at(tmp_path).posts if post.post == "tell")
    assert [part.text for part in post.parts] == ["Other"]
    assert post.drafted_by == "run-3"
    assert file.read_text().count("drafted_by") == 1


def test_a_changed_brief_is_noticed(tmp_path: Path) -> None:
    loaded = workspace(tmp_path)
    file = accept(loaded, "launch/tell@bs-kawa", "en", "One")
    file.write_text(file.read_text().replace("brief: Tell", "brief: Tell more"))
    assert [d.code for d in load_at(tmp_path).diagnostics] == ["W710"]


@pytest.mark.parametrize("text", ["One\n---\nTwo", "One <!-- two --> three", "One\n<!-- two"])
def test_a_text_that_markdown_would_change_is_refused(tmp_path: Path, text: str) -> None:
    loaded = workspace(tmp_path)
    with pytest.raises(PostFileError):
        accept(loaded, "launch/ask@ig-kawa", "en", text)
    assert not (tmp_path / "campaigns/launch/posts/ask.md").exists()
