"""Digests of a fixed workspace: an update of the program that changes none of the content voids no approval.

When a digest here changes, every approval of that kind in the world is void: only a change of what becomes public may do that.
To write them anew: `python -m tests.desk.test_golden`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.contract import Target
from config.loading import load
from config.media import probe
from drafting import disclosure
from scheduler.content import kept as content
from scheduler.content.compose import compose, item_of, script_of
from scheduler.content.digest import digest
from scheduler.content.labels import Sources, drafted_of, label
from tests.desk.house import instant

HERE = Path(__file__).parent / "golden"
FILE = HERE / "digests.json"


def digests() -> dict[str, str]:
    """Key → digest, for accounts whose remote ids are fixed."""
    loaded = load(HERE, instant("2026-11-22T10:00"))
    assert not loaded.errors
    found: dict[str, str] = {}
    for post in loaded.posts:
        script = script_of(post, [tuple(item_of(media, probe(media.path)) for media in part.media) for part in post.parts])
        told = label(script, Sources((), drafted_of(post), post.text_ai), loaded.workspace.policy, loaded.workspace.join).told
        publications = compose(script, Target(post.platform, f"id-{post.account}"), told, 0)
        found[post.key] = digest(publications)
        stored = content.load(content.dump(publications), HERE, key=post.key, due=0)
        assert digest(stored) == found[post.key]
    return found


def test_digests_are_those_of_the_day_they_were_written() -> None:
    assert digests() == json.loads(FILE.read_text())


def test_versions_are_in_no_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = disclosure.policy().model_copy(update={"policy_version": "2031-01-01"})
    monkeypatch.setattr(disclosure, "policy", lambda: newer)
    monkeypatch.setattr("daypart.__version__", "99.0", raising=False)
    assert digests() == json.loads(FILE.read_text())


def test_files_may_move_and_times_may_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    copy = tmp_path / "elsewhere"
    shutil.copytree(HERE, copy)
    campaign = copy / "campaigns" / "autumn" / "campaign.yaml"
    campaign.write_text(campaign.read_text().replace("T12:15", "T18:45").replace("media/shelf.jpg", "media/board.jpg"))
    (copy / "campaigns/autumn/media/shelf.jpg").rename(copy / "campaigns/autumn/media/board.jpg")
    monkeypatch.setattr("tests.desk.test_golden.HERE", copy)
    assert digests() == json.loads(FILE.read_text())


if __name__ == "__main__":
    FILE.write_text(json.dumps(digests(), indent=2) + "\n")
