"""The library: words found whatever their marks, posts used again, what may come round, ideas, media."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, text

from scheduler import failpoints
from scheduler.clock import DAY
from scheduler.desk.library.views import Reused
from scheduler.errors import NotFoundError, UsageError
from scheduler.store.library import INDEX, has_search, make_search
from scheduler.store.statements import DELIVERY
from tests.desk.house import CAMPAIGN, WORKSPACE, House, house, instant

SOUP = "Żurek i łosoś, dziś od 12:00"


async def soup(h: House, *accounts: str, words: str = SOUP) -> str:
    made = await h.desk.new_post(title="Lunch", text={"en": words}, accounts=accounts or ("bs-kawa",), when="tomorrow 9:30")
    return made.post


async def published(h: House, post: str, account: str = "bs-kawa", at: str = "2026-11-20T12:00") -> None:
    await h.put(f"{post}@{account}", "published", published_at=instant(at))


async def found(h: House, words: str, client: str | None = None) -> list[str]:
    return [post.post for post in (await h.desk.library(words, client=client)).posts]


@pytest.mark.parametrize("words", ["zurek", "ŻUREK", "żur", "losos", "łoso", "dzis zur", "lunch", "bs kawa", "desk/lunch"])
async def test_words_are_found_by_their_beginning_and_without_marks(tmp_path: Path, words: str) -> None:
    async with house(tmp_path) as h:
        post = await soup(h)
        assert await found(h, words) == [post]


@pytest.mark.parametrize("words", ["urek", "zurek pizza", "nothing", '"', "AND", "zurek OR", "*", "\ue0006b617761"])
async def test_other_words_find_nothing_and_signs_mean_nothing(tmp_path: Path, words: str) -> None:
    async with house(tmp_path) as h:
        await soup(h)
        assert await found(h, words) == ([] if any(sign.isalnum() for sign in words) else ["desk/lunch"])


async def test_changed_words_are_found_and_old_ones_are_not(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await soup(h)
        await h.desk.save_text(post, "en", "Pierogi")
        assert await found(h, "pierogi") == [post]
        assert await found(h, "zurek") == []
        await h.desk.delete_draft(post)
        assert await found(h, "pierogi") == []
        await h.desk.undo()
        assert await found(h, "pierogi") == [post]


async def test_words_of_files_and_alt_texts_are_found(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        assert await found(h, "darker shelf") == await found(h, "paper bags") == ["autumn/teaser"]
        h.edit("Something darker", "Something lighter")
        await h.apply()
        assert (await found(h, "darker"), await found(h, "lighter")) == ([], ["autumn/teaser"])


async def test_a_client_has_its_own(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        mine, other = await soup(h), await soup(h, "bs-bike")
        assert await found(h, "zurek", "kawa") == await found(h, "", "kawa") == [mine]
        assert await found(h, "zurek", "bike") == [other]
        assert await found(h, "zurek") == [other, mine]


async def test_a_platforms_name_finds_what_goes_there(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        there, elsewhere = await soup(h), await soup(h, "ms-kawa")
        assert await found(h, "blues") == await found(h, "zurek bluesky") == [there]
        assert await found(h, "mastodon") == [elsewhere]
        assert await found(h, "bl") == [], "two letters are a word like any other"


async def test_without_the_index_names_are_still_found(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await soup(h)
        names = ("new_post", "post", "lost_post", "new_delivery", "delivery")

        def forget(conn: object) -> None:
            for statement in (*(f"DROP TRIGGER words_of_{name}" for name in names), f"DROP TABLE {INDEX}"):
                conn.execute(text(statement))  # type: ignore[attr-defined]

        await h.desk.store.write(forget)
        assert not await h.desk.store.read(has_search)
        assert await found(h, "lun") == await found(h, "lun", "kawa") == [post]
        assert await found(h, "lun", "bike") == []
        await h.desk.store.write(lambda conn: conn.execute(text("DROP VIEW post_document")))
        await h.desk.store.write(make_search)
        assert await found(h, "zurek") == [post], "as a migration builds it"


async def test_nothing_of_a_send_keeps_the_index(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        sent = "state = 'sending', fence = 1, owner = 'n', tries = 1, remote_id = 'x', published_at = 1, reason = '', look_n = 1"
        plan = text(f"EXPLAIN UPDATE delivery SET {sent} WHERE id = 1")
        other = text("EXPLAIN UPDATE delivery SET content_id = 2 WHERE id = 1")
        ran = [await h.desk.store.read(lambda conn, p=p: [row[1] for row in conn.execute(p)]) for p in (plan, other)]  # type: ignore[misc]
        assert ["Program" in steps for steps in ran] == [False, True]


async def test_a_page_ends_and_says_so(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        for n in range(3):
            await soup(h, words=f"{SOUP} {n}")
        page = await h.desk.library("zurek", limit=2)
        assert (len(page.posts), page.more) == (2, True)
        assert not (await h.desk.library("zurek", limit=3)).more


# ── again ────────────────────────────────────────────────────────────────────


async def test_a_post_used_again_is_a_draft_that_says_what_would_be_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        post = await soup(h)
        await published(h, post)
        before = await h.desk.reusable(post)
        kawa = next(account for account in before.accounts if account.name == "bs-kawa")
        assert kawa.words == "last Fri 20 Nov; the same words are refused until Sun 20 Dec"
        assert "bs-bike" not in {account.name for account in before.accounts}
        made = await h.desk.reuse(post, when="tomorrow 10:00")
        assert made.refused == ("bs-kawa had these words on Fri 20 Nov: unless they change, it is refused until Sun 20 Dec",)
        [view] = made.post.deliveries
        assert (view.state, view.approval) == ("draft", None)
        [line] = (await h.desk.library("zurek", limit=1)).posts
        assert line.words == "used once, last Fri 20 Nov; rests until Sun 20 Dec"


async def repeat_ok(h: House, made: Reused) -> list[bool]:
    asked = select(DELIVERY.c.repeat_ok).where(DELIVERY.c.id.in_([view.id for view in made.post.deliveries]))
    return await h.desk.store.read(lambda conn: [bool(value) for value in conn.execute(asked).scalars()])


async def test_the_same_words_again_need_a_reason_that_the_ledger_keeps(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await soup(h)
        await published(h, post)
        with pytest.raises(UsageError, match="needs a reason"):
            await h.desk.reuse(post, repeat=True)
        made = await h.desk.reuse(post, repeat=True, reason="the evening moved")
        assert (made.refused, await repeat_ok(h, made)) == ((), [True])
        events = await h.desk.history(made.post.deliveries[0].key)
        assert events[0].why == "made from desk/lunch; again because: the evening moved"
        assert await repeat_ok(h, await h.desk.reuse(post)) == [False]


async def test_after_thirty_days_nothing_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await soup(h)
        await published(h, post, at="2026-10-20T12:00")
        assert (await h.desk.reuse(post)).refused == ()


async def test_pictures_texts_and_settings_come_along_to_other_accounts_of_the_client(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        made = await h.desk.reuse("autumn/teaser@bs-kawa", accounts=["bs-kawa", "ms-kawa"], title="Again")
        items = [await h.desk.review(view.key) for view in made.post.deliveries]
        assert {item.parts[0].text for item in items} == {"Something darker is resting on the shelf."}
        assert all("shelf.jpg" in item.parts[0].media[0] for item in items)
        assert made.post.managed_by == "tui"
        with pytest.raises(UsageError, match="Bike Shop, Kawa"):
            await h.desk.reuse("autumn/teaser", accounts=["bs-kawa", "bs-bike"])
        await h.desk.undo()
        assert await found(h, "again") == []


async def test_an_account_without_languages_of_its_own_says_no_comment_in_its_text(tmp_path: Path) -> None:
    workspace = WORKSPACE.replace("handle: kawa.wroclaw, languages: [en, pl]", "handle: kawa.wroclaw")
    async with house(tmp_path, workspace=workspace) as h:
        post = await soup(h)
        await h.desk.save_text(post, "first_comment", "Book a table")
        made = await h.desk.reuse(post, accounts=["ig-kawa"])
        [part] = (await h.desk.review(made.post.deliveries[0].key)).parts
        assert part.text == SOUP


async def test_a_copy_of_a_copy_is_of_the_same_family(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await soup(h)
        await published(h, post, at="2026-06-01T12:00")
        copy = (await h.desk.reuse(post)).post.post
        second = (await h.desk.reuse(copy, title="Third")).post.post
        await published(h, second, at="2026-11-21T12:00")
        words = {line.post: line.words for line in (await h.desk.library("")).posts}
        assert words[post] == words[copy] == words[second] == "used 2 times, last Sat 21 Nov; rests until Mon 21 Dec"


# ── coming round ─────────────────────────────────────────────────────────────


async def test_an_evergreen_post_is_suggested_when_it_has_rested_and_only_so_often(tmp_path: Path) -> None:
    async with house(tmp_path, campaign=None) as h:
        post = await soup(h)
        await published(h, post, at="2026-10-20T12:00")
        assert await h.desk.suggestions() == []
        await h.desk.set_evergreen(post, every_days=40, most=2)
        [one] = await h.desk.suggestions("kawa")
        assert (one.post, one.account, one.when) == (post, "bs-kawa", "2026-11-30 09:30")
        assert await h.desk.suggestions("bike") == []
        made = await h.desk.reuse(one.post, accounts=[one.account], when=one.when)
        assert made.refused == ()
        assert await h.desk.suggestions() == [], "a copy waits for its approval already"
        await published(h, made.post.post, at="2026-10-21T12:00")
        assert await h.desk.suggestions() == [], "two of two times"
        await h.desk.set_evergreen(post, every_days=40)
        assert len(await h.desk.suggestions()) == 1
        await h.desk.undo()
        assert await h.desk.suggestions() == []


async def test_free_slots_come_before_empty_days(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        post = await soup(h)
        await published(h, post, at="2026-08-20T12:00")
        await h.desk.set_evergreen(post, every_days=30)
        [one] = await h.desk.suggestions()
        assert (one.when, "lunch" in one.words) == ("2026-11-23 12:15", True)


@pytest.mark.parametrize(("days", "most"), [(29, None), (4000, None), (60, 0)])
async def test_a_rule_without_sense_is_refused(tmp_path: Path, days: int, most: int | None) -> None:
    async with house(tmp_path) as h:
        with pytest.raises(UsageError):
            await h.desk.set_evergreen(await soup(h), every_days=days, most=most)


async def test_what_needs_a_person_is_listed_by_client(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await soup(h)
        reminders = await h.desk.reminders("kawa")
        assert [(r.kind, r.about) for r in reminders] == [("approve", ""), ("empty", "ms-kawa"), ("empty", "ig-kawa")]
        assert reminders[0].words == "1 waits for a yes, the first for Mon 23 Nov"


# ── ideas and media ──────────────────────────────────────────────────────────


async def test_an_idea_becomes_a_post_with_a_brief(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        done = await h.desk.add_ideas(["open evening for \x1b[31mregulars", " ", "second"], "kawa")
        assert done.words == "kept: 2 ideas for Kawa Wrocław"
        assert [idea.text for idea in await h.desk.ideas()] == ["second", "open evening for regulars"]
        number = int(done.keys[0])
        with pytest.raises(UsageError, match="Kawa"):
            await h.desk.use_idea(number, ["bs-bike"])
        written: list[str] = []
        failpoints.install(lambda name, _: written.append(name))
        made = await h.desk.use_idea(number, ["bs-kawa"])
        failpoints.install(None)
        assert written == ["idea.before", "idea.after"], "post and idea in one transaction"
        assert (made.brief, made.title, made.deliveries[0].state) == ("open evening for regulars", "open evening for regulars", "draft")
        assert [idea.text for idea in await h.desk.ideas()] == ["second"]
        assert {idea.post for idea in await h.desk.ideas(used=True)} == {None, made.post}


async def test_ideas_are_let_go_and_come_back(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        [number] = (await h.desk.add_ideas(["one"])).keys
        await h.desk.drop_idea(int(number))
        assert await h.desk.ideas() == []
        await h.desk.undo()
        assert [idea.text for idea in await h.desk.ideas("bike")] == ["one"]
        with pytest.raises(NotFoundError):
            await h.desk.drop_idea(99)
        with pytest.raises(UsageError, match="one line"):
            await h.desk.add_ideas(["", "  "])
        with pytest.raises(NotFoundError):
            await h.desk.add_ideas(["x"], "nobody")
        with pytest.raises(UsageError, match="letters"):
            await h.desk.add_ideas(["x" * 501])


async def test_a_picture_says_where_it_is_and_who_takes_it(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.picture("wide.jpg", size=(1600, 300))
        h.edit("media: [{ path: media/shelf.jpg", "media: [{ path: media/wide.jpg")
        await h.apply()
        [view] = await h.desk.media("wid")
        assert (view.name, view.alt, view.used, view.client) == ("wide.jpg", "Paper bags on a shelf", 1, "kawa")
        assert view.words.startswith("1600×300 (5.33:1)")
        detail = await h.desk.media_of(view.sha256[:10])
        assert [use.post for use in detail.uses] == ["autumn/teaser"]
        takes = {one.account: one.why_not for one in detail.takes}
        assert takes["bs-kawa"] == ""
        assert takes["ig-kawa"]
        assert "bs-bike" not in takes  # it is another client's
        assert await h.desk.media("nope") == await h.desk.media("", client="bike") == []
        with pytest.raises(NotFoundError):
            await h.desk.media_of("0" * 64)


async def test_an_hour_of_rest_is_not_enough(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await soup(h)
        await published(h, post)
        [line] = (await h.desk.library("zurek")).posts
        assert line.rests_until == instant("2026-11-20T12:00") + 30 * DAY


# ── tags ──


async def test_tags_sort_posts_and_are_found_with_other_words(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await soup(h)
        other = (await h.desk.new_post(title="Cake", text={"en": "Sernik"}, accounts=["bs-kawa"])).post
        assert (await h.desk.tag(post, add=["#Summer", "menu"])).words == "“Lunch”: #menu #summer"
        await h.desk.tag(f"{other}@bs-kawa", add=["summer"])
        assert await found(h, "#summer") == [other, post]
        assert await found(h, "#sum zurek") == [post]
        assert await found(h, "#summer #menu") == [post]
        assert await found(h, "#summer", "bike") == []
        assert await found(h, "#%") == []
        [line] = (await h.desk.library("#menu")).posts
        assert (line.tags, line.words) == (("menu", "summer"), "not used yet #menu #summer")
        await h.desk.tag(post, remove=["menu"])
        assert await found(h, "#menu") == []
        await h.desk.undo()
        assert await found(h, "#menu") == [post]
        assert (await h.desk.tag(post, add=["menu"])).undo is None


@pytest.mark.parametrize("word", ["", "#", "two words", "a" * 41, "-x", "a/b", "\x1b[31m"])
async def test_what_is_no_tag_is_refused_in_words(tmp_path: Path, word: str) -> None:
    async with house(tmp_path) as h:
        post = await soup(h)
        with pytest.raises(UsageError, match="is no tag"):
            await h.desk.tag(post, add=["good", word])
        assert (await h.desk.library("")).posts[0].tags == ()


async def test_a_copy_counts_as_a_use_however_it_was_made(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await soup(h)
        copy = (await h.desk.duplicate(post)).post
        await published(h, copy)
        line = next(line for line in (await h.desk.library("lunch")).posts if line.post == post)
        assert (line.used, line.last_used) == (1, instant("2026-11-20T12:00"))


@pytest.mark.parametrize(("words", "there"), [("wroclaw zurek", True), ("WROCŁAW", True), ("bike zurek", False), ("rocław zurek", False)])
async def test_a_word_may_be_in_the_name_of_the_client(tmp_path: Path, words: str, there: bool) -> None:
    async with house(tmp_path) as h:
        await soup(h)
        assert await found(h, words) == (["desk/lunch"] if there else [])
        assert await found(h, words, "bike") == []


async def test_a_post_is_used_again_only_by_its_own_client_and_where_it_still_goes(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await soup(h, "bs-kawa", "ms-kawa")
        with pytest.raises(UsageError, match="this post is another client's"):
            await h.desk.reuse(post, accounts=["bs-bike"])
        await h.desk.cancel(f"{post}@ms-kawa")
        assert [view.account for view in (await h.desk.reuse(post)).post.deliveries] == ["bs-kawa"]


@pytest.mark.parametrize(("declared", "label"), [("generated", "AI-generated"), ("assisted", "AI-generated")])
async def test_what_a_file_declares_of_its_words_is_true_of_a_copy(tmp_path: Path, declared: str, label: str) -> None:
    async with house(tmp_path, CAMPAIGN.replace("    media:", f"    text_ai: {declared}\n    media:")) as h:
        await h.apply()
        for copy in ((await h.desk.reuse("autumn/teaser")).post, await h.desk.duplicate("autumn/teaser")):
            assert copy.deliveries[0].ai == label
            await h.desk.save_text(copy.post, "en", f"{copy.texts[0].text} Come by.")
            assert (await h.desk.delivery(copy.deliveries[0].key)).ai != "human"
