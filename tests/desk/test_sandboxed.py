"""Accounts and the model, against the stand-ins in a process of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from scheduler.errors import NotFoundError, SettingsError, SignInError, UnreachableError, UsageError
from tests.desk.house import CAMPAIGN, house
from tests.sandbox_process import Sandbox

KEY = "autumn/teaser@bs-kawa"

WORKSPACE = """\
version: 1
workspace_id: ws-test
timezone: Europe/Warsaw
accounts:
  bs-kawa: {{ platform: bluesky, handle: kawa.example, server: "{url}/bluesky", languages: [en] }}
  bs-two: {{ platform: bluesky, handle: kawa.example, server: "{url}/bluesky", languages: [en] }}
  ms-kawa: {{ platform: mastodon, handle: kawa, server: "{url}/mastodon", languages: [en, pl] }}
llm: {{ base_url: "{url}/model/v1", model: scripted }}
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """The address of the stand-ins."""
    with Sandbox() as running:
        yield running.url


async def test_connecting_tests_and_forgetting(tmp_path: Path, sandbox: str) -> None:
    async with house(tmp_path, workspace=WORKSPACE.format(url=sandbox)) as h:
        assert [a.words for a in await h.desk.accounts() if a.name == "bs-kawa"] == ["not connected: daypart account connect bs-kawa"]
        with pytest.raises(SignInError):
            await h.desk.connect("bs-kawa", "wrong")
        with pytest.raises(NotFoundError, match="there is no account 'x'"):
            await h.desk.connect("x", "secret")
        done = await h.desk.connect("bs-kawa", "app-password")
        assert done.words.startswith("connected: bs-kawa is kawa.example on Bluesky")
        [view] = [a for a in await h.desk.accounts() if a.name == "bs-kawa"]
        assert (view.connected, view.state) == (True, "ok")
        sql = text("SELECT token_enc FROM account WHERE name = 'bs-kawa'")
        sealed = await h.desk.store.read(lambda conn: conn.execute(sql).scalar_one())
        assert b"app-password" not in sealed
        assert (await h.desk.test_account("bs-kawa")).words == "bs-kawa works: Bluesky answers for kawa.example"
        with pytest.raises(UsageError, match="connected as 'bs-kawa' already"):
            await h.desk.connect("bs-two", "app-password")
        assert "is disconnected" in (await h.desk.disconnect("bs-kawa")).words
        [view] = [a for a in await h.desk.accounts() if a.name == "bs-kawa"]
        assert view.words == "has to be connected again: daypart account connect bs-kawa"
        with pytest.raises(SignInError):
            await h.desk.test_account("bs-kawa")


async def test_somebody_else_s_token_is_refused(tmp_path: Path, sandbox: str) -> None:
    async with house(tmp_path, workspace=WORKSPACE.format(url=sandbox)) as h:
        with pytest.raises(SignInError, match="this token belongs to @other, not to kawa"):
            await h.desk.connect("ms-kawa", "sandbox-other")
        assert not next(a for a in await h.desk.accounts() if a.name == "ms-kawa").connected
        assert (await h.desk.connect("ms-kawa", "sandbox-kawa")).words.startswith("connected: ms-kawa is ")


async def test_connecting_makes_drafts_approvable_and_plans_stay_quiet(tmp_path: Path, sandbox: str) -> None:
    async with house(tmp_path, workspace=WORKSPACE.format(url=sandbox)) as h:
        await h.apply()
        before = (await h.desk.review(KEY)).digest
        await h.desk.connect("bs-kawa", "app-password")
        assert (await h.desk.review(KEY)).digest != before
        assert (await h.desk.plan()).empty
        await h.approve(KEY)
        assert await h.state(KEY) == "queued"
        await h.desk.disconnect("bs-kawa")
        view = await h.desk.delivery(KEY)
        assert (view.state, view.words) == ("queued", "waits: the account has to be connected")
        await h.desk.connect("bs-kawa", "another-app-password")
        assert await h.state(KEY) == "queued"  # the same account: the approval holds


async def test_no_server(tmp_path: Path) -> None:
    async with house(tmp_path, workspace=WORKSPACE.format(url="http://127.0.0.1:9")) as h:
        with pytest.raises(UnreachableError):
            await h.desk.connect("bs-kawa", "app-password")
        with pytest.raises(UnreachableError):
            await h.desk.test_model()


# ── the model ──

BRIEF = CAMPAIGN.partition("  - id")[0] + (
    "  - id: ratio\n    at: 2026-12-01T09:00\n    accounts: [bs-kawa]\n"
    '    brief: { goal: How much coffee for a litre, points: ["60 g per litre", "measure, do not guess"], variants: 2 }\n'
)


async def test_no_model_is_said_and_everything_else_works(tmp_path: Path, sandbox: str) -> None:
    body = WORKSPACE.format(url=sandbox)
    async with house(tmp_path, BRIEF, body.partition("llm:")[0]) as h:
        await h.apply()
        with pytest.raises(SettingsError, match="Everything else works") as caught:
            await h.desk.draft("autumn/ratio")
        assert "llm:" in caught.value.hint


async def test_a_draft_for_a_file_is_accepted_applied_and_stays_the_model_s(tmp_path: Path, sandbox: str) -> None:
    async with house(tmp_path, BRIEF, WORKSPACE.format(url=sandbox)) as h:
        with pytest.raises(NotFoundError) as caught:
            await h.desk.draft("autumn/ratio")
        assert "after `daypart apply`" in caught.value.hint
        await h.apply()
        await h.desk.connect("bs-kawa", "app-password")
        said: list[str] = []
        proposals = await h.desk.draft("autumn/ratio", progress=said.append)
        assert said[0].startswith("asking scripted at 127.0.0.1")
        assert [(p.language, p.variant, p.status) for p in proposals] == [("en", 1, "ready"), ("en", 2, "ready")]
        view = await h.desk.delivery("autumn/ratio@bs-kawa")
        assert (view.sign, view.words) == ("ai_draft", "the model's draft waits for you")
        done = await h.desk.accept(proposals[0].id)
        assert done.words.startswith("written to campaigns/autumn/posts/ratio.md")
        assert "drafted_by" in (h.root / done.details["file"]).read_text()
        assert await h.desk.proposals() == []
        with pytest.raises(NotFoundError, match="no proposal"):
            await h.desk.accept(proposals[1].id)
        assert await h.lines() == ["~ autumn/ratio@bs-kawa has a text now, needs approval"]
        await h.apply()
        item = await h.desk.review("autumn/ratio@bs-kawa")
        assert (item.ai_share, item.delivery.ai, item.delivery.sign) == (1.0, "AI-generated", "ai_draft")
        assert {s.origin for s in item.parts[0].spans} == {"model"}
        with pytest.raises(UsageError, match="a model wrote words"):
            await h.approve("autumn/ratio@bs-kawa")
        page = h.root / done.details["file"]
        page.write_text(page.read_text().rpartition("---\n")[2])
        await h.apply()  # taking the mark out of the file does not make the words a person's
        assert (await h.desk.review("autumn/ratio@bs-kawa")).ai_share == 1.0
        assert (await h.desk.plan()).empty


async def test_a_draft_for_a_post_made_here_becomes_a_revision(tmp_path: Path, sandbox: str) -> None:
    async with house(tmp_path, None, WORKSPACE.format(url=sandbox)) as h:
        await h.desk.connect("bs-kawa", "app-password")
        view = await h.desk.new_post(title="Ratio", text={"en": "60 g of coffee per litre"}, accounts=["bs-kawa"], when="tomorrow 9:30")
        key = f"{view.post}@bs-kawa"
        await h.approve(key)
        [proposal] = await h.desk.draft(view.post)
        delivery = await h.desk.delivery(key)
        assert (delivery.state, delivery.ai) == ("draft", "human, AI-checked")
        assert delivery.reason == "A model was asked about it after it was approved. Approve it again."
        await h.desk.accept(proposal.id)
        after = await h.desk.post(view.post)
        assert after.texts[0].text != "60 g of coffee per litre"
        item = await h.desk.review(key)
        assert item.ai_share > 0.5
        assert item.needs_facts_check
        mine = item.parts[0].text.partition("\n")[0].upper()
        await h.desk.save_text(view.post, "en", mine + "\n\nWritten by me, every single one of these words here.")
        share = (await h.desk.review(key)).ai_share
        assert 0 < share < item.ai_share or share < 1


async def test_a_discarded_proposal_stays_on_record(tmp_path: Path, sandbox: str) -> None:
    async with house(tmp_path, BRIEF, WORKSPACE.format(url=sandbox)) as h:
        await h.apply()
        proposals = await h.desk.draft("autumn/ratio")
        await h.desk.discard(proposals[0].id)
        assert [p.id for p in await h.desk.proposals("autumn/ratio")] == [proposals[1].id]
        runs = await h.desk.store.read(lambda conn: conn.execute(text("SELECT count(*) FROM generation_run")).scalar_one())
        assert runs >= 2
        assert "answers in" in (await h.desk.test_model()).words
