"""From the claim to the receipt, every kind of answer, on virtual time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapters.contract import CommitClass, Credentials, Limited, NotSent, Refused, TokenDead
from scheduler.clock import DAY, MINUTE, SECOND
from scheduler.store.statements import ACCOUNT, APPROVAL, DELIVERY, HOLD
from scheduler.virtual_time import START, VirtualClock, run_virtual
from tests.scheduler.scripted import Platform, after_the_act, late, lost, nothing, says
from tests.scheduler.stage import Stage, publication

Play = Callable[[Callable[[Stage], Awaitable[None]]], None]


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., None]:
    """Run a history on a fresh stage."""

    def run(history: Callable[[Stage], Awaitable[None]], platform: Platform | None = None) -> None:
        async def main(clock: VirtualClock) -> None:
            await history(await Stage.build(clock, tmp_path, platform))

        run_virtual(main)

    return run


def test_an_approved_post_goes_out_once(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(10)
        assert await stage.path(post) == ["draft", "queued", "claimed", "sending", "published"]
        row = await stage.row(post)
        assert (row["remote_id"], row["remote_url"]) == ("r1", "https://x.example/r1")
        assert len(stage.platform.ledger) == 1
        assert await stage.steps(post) == [("commit", "done")]

    play(history)


def test_a_lost_answer_is_found_by_looking_and_never_sent_again(play: Play) -> None:
    for cls in (CommitClass.HANDLE, CommitClass.KEY, CommitClass.LIST):

        async def history(stage: Stage) -> None:
            [post] = await stage.add()
            await stage.settle(30)
            assert await stage.path(post) == ["draft", "queued", "claimed", "sending", "unknown", "checking", "published"]
            assert stage.platform.calls.count("commit") == 1
            assert ("commit", "adopted") in await stage.steps(post)

        play(history, Platform(cls=cls, commits=[lost]))


def test_a_request_that_did_nothing_is_sent_again_only_on_proof(play: Play) -> None:
    async def handle(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(60)
        assert await stage.state(post) == "published"
        assert len(stage.platform.ledger) == 1
        assert stage.platform.calls.count("commit") == 2
        assert len({entry.handle for entry in stage.platform.ledger}) == 1

    play(handle, Platform(cls=CommitClass.HANDLE, commits=[nothing]))
    play(handle, Platform(cls=CommitClass.KEY, commits=[nothing]))

    async def unprovable(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(3_600)
        assert await stage.state(post) == "ask"
        assert stage.platform.calls.count("commit") == 1
        assert stage.platform.calls.count("look") == 4
        assert [kind for kind, _ in await stage.notices()] == ["ask"]

    play(unprovable, Platform(cls=CommitClass.LIST, commits=[nothing]))


def test_absence_before_the_platform_has_settled_is_not_proof(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(2_000)
        assert await stage.state(post) == "published"
        assert len(stage.platform.ledger) == 1
        assert stage.platform.calls.count("commit") == 1

    play(history, Platform(cls=CommitClass.KEY, settle=700, commits=[late(650)]))


def test_without_any_look_up_a_person_is_asked(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(60)
        assert await stage.state(post) == "ask"

    play(history, Platform(cls=CommitClass.NONE, commits=[lost]))


def test_proof_that_nothing_was_sent_goes_back_to_the_queue(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(3)
        assert await stage.state(post) == "queued"
        assert (await stage.row(post))["next_at"] > stage.clock.wall()
        await stage.settle(60)
        assert await stage.state(post) == "published"
        assert stage.platform.calls.count("look") == 0

    play(history, Platform(commits=[says(NotSent("could not connect"))]))


def test_a_refusal_is_final_until_a_person_acts(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(600)
        row = await stage.row(post)
        assert (row["state"], row["reason"], row["reason_code"]) == ("refused", "text too long", "InvalidText")
        assert stage.platform.calls.count("commit") == 1
        assert await stage.notices() == [("refused", "text too long")]

    play(history, Platform(commits=[says(Refused("text too long", "InvalidText"))]))


def test_a_limit_makes_the_whole_account_wait_and_no_other(play: Play) -> None:
    async def history(stage: Stage) -> None:
        await stage.add_account("other")
        first, second = [(await stage.add())[0] for _ in range(2)]
        [elsewhere] = await stage.add(account="other")
        stage.platform.commits = [says(Limited("slow down", 300))]
        await stage.settle(200)
        assert [await stage.state(d) for d in (first, second, elsewhere)].count("published") == 2 - 1
        await stage.settle(200)
        assert {await stage.state(d) for d in (first, second, elsewhere)} == {"published"}

    play(history)


def test_a_dead_token_is_renewed_once_then_the_user_is_asked(play: Play) -> None:
    from adapters.contract import Credentials

    async def renewed(stage: Stage) -> None:
        [post] = await stage.add()
        stage.platform.refreshes = [Credentials(access="new", refresh="r2")]
        stage.platform.commits = [says(TokenDead("expired"))]
        await stage.settle(60)
        assert await stage.state(post) == "published"
        assert (await stage.account())["token_gen"] == 1

    play(renewed)

    async def dead(stage: Stage) -> None:
        [post] = await stage.add()
        stage.platform.refreshes = [Credentials(access="new", refresh="r2")]
        stage.platform.commits = [says(TokenDead("expired")), says(TokenDead("expired"))]
        await stage.settle(60)
        assert await stage.state(post) == "queued"
        assert (await stage.account())["state"] == "reauth"
        assert [kind for kind, _ in await stage.notices()] == ["reauth"]
        await stage.change(ACCOUNT, ACCOUNT.c.name == "bs", state="ok")
        await stage.settle(60)
        assert await stage.state(post) == "published"

    play(dead)


@pytest.mark.parametrize("cls", [CommitClass.HANDLE, CommitClass.KEY, CommitClass.LIST])
@pytest.mark.parametrize("answer", [Limited("slow down", 60), TokenDead("expired")])
def test_what_was_only_told_to_wait_or_to_sign_in_is_looked_for_before_it_is_sent_again(
    play: Callable[..., None], cls: CommitClass, answer: Limited | TokenDead
) -> None:
    """Something in between may say so after the act."""

    async def history(stage: Stage) -> None:
        stage.platform.refreshes = [Credentials(access="new", refresh="r2")]
        [post] = await stage.add()
        await stage.settle(200)
        assert await stage.state(post) == "published"
        assert stage.platform.calls.count("commit") == len(stage.platform.ledger) == 1

    play(history, Platform(cls=cls, commits=[after_the_act(answer)]))


@pytest.mark.parametrize("public", [True, False])
def test_what_was_only_told_to_wait_is_looked_for_before_it_is_called_missed(play: Callable[..., None], public: bool) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add(late=10 * MINUTE)
        await stage.settle(1_000)
        assert await stage.state(post) == ("published" if public else "missed")
        assert len(stage.platform.ledger) == int(public)
        assert "queued" not in (await stage.path(post))[-1:]

    answer = Limited("come back tomorrow", 7_200)
    play(history, Platform(commits=[after_the_act(answer) if public else says(answer)]))


def test_a_platform_that_loses_every_request_is_asked_less_and_less_often(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(3_600)
        assert await stage.state(post) in {"queued", "unknown"}
        assert 6 <= stage.platform.calls.count("commit") <= 14

    play(history, Platform(cls=CommitClass.KEY, commits=[nothing] * 1_000))


# ── what stops a request at the last instant ─────────────────────────────────


@pytest.mark.parametrize("how", ["all", "client", "account", "campaign", "file"])
def test_a_hold_stops_what_has_not_left_and_its_release_lets_it_go(play: Play, how: str) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add(client="kawa")
        subject = {"all": "", "client": "kawa", "account": "bs", "campaign": "c", "file": "c"}[how]
        await stage.hold(how, subject)
        await stage.settle(30)
        assert await stage.path(post) == ["draft", "queued"]
        await stage.change(HOLD, HOLD.c.released_at.is_(None), released_at=stage.clock.wall())
        await stage.settle(5)
        assert await stage.state(post) == "published"

    play(history)


def test_a_hold_of_another_account_or_client_stops_nothing(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add(client="kawa")
        await stage.hold("account", "other")
        await stage.hold("client", "oak")
        await stage.hold("campaign", "_")
        await stage.settle(5)
        assert await stage.state(post) == "published"

    play(history)


def test_a_hold_during_preparation_is_seen_before_the_request(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.engine.fire()
        await stage.clock.sleep(0.5)
        assert await stage.state(post) == "claimed"
        await stage.hold()
        await stage.settle(10)
        assert await stage.state(post) == "queued"
        assert (await stage.row(post))["reason"] == "publishing is on hold"
        assert stage.platform.ledger == []

    play(history, Platform(step_names=("upload",), seconds=1.0))


@pytest.mark.parametrize("change", ["void", "digest", "asset", "account"])
def test_what_is_not_what_was_approved_never_leaves(play: Play, change: str) -> None:
    from adapters.contract import MediaItem

    async def history(stage: Stage) -> None:
        import hashlib

        sha = hashlib.sha256(b"picture").hexdigest()
        file = stage.folder / "assets" / sha
        file.write_bytes(b"picture")
        item = MediaItem(sha, "image/jpeg", 7, 1, 1, None, "alt", file)
        [post] = await stage.add(publication(media=[item]))
        await stage.engine.fire()
        await stage.clock.sleep(0.5)
        if change == "void":
            await stage.change(APPROVAL, APPROVAL.c.delivery_id == post, voided_at=1)
        elif change == "digest":
            await stage.change(DELIVERY, DELIVERY.c.id == post, digest="0" * 64)
        elif change == "asset":
            file.write_bytes(b"another")
        else:
            await stage.change(ACCOUNT, ACCOUNT.c.name == "bs", remote_account_id="did:plc:stranger")
        await stage.settle(30)
        row = await stage.row(post)
        assert row["state"] == "draft"
        assert row["reason_code"] in ("approval", "digest")
        assert stage.platform.ledger == []

    play(history, Platform(step_names=("upload",), seconds=1.0))


def test_a_missing_file_brings_it_back_to_draft(play: Play) -> None:
    from adapters.contract import MediaItem

    async def history(stage: Stage) -> None:
        item = MediaItem("a" * 64, "image/jpeg", 7, 1, 1, None, "alt", stage.folder / "assets" / ("a" * 64))
        [post] = await stage.add(publication(media=[item]))
        await stage.settle(5)
        assert await stage.state(post) == "draft"
        assert (await stage.row(post))["reason"] == "a media file is gone from the store"

    play(history)


def test_an_unapproved_post_that_passes_its_time_is_missed_and_never_sent(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add(approve=False)
        await stage.settle(3 * 3_600)
        assert await stage.path(post) == ["draft", "missed"]
        assert [kind for kind, _ in await stage.notices()] == ["missed"]
        assert stage.platform.calls == []

    play(history)


def test_a_post_held_over_its_window_is_missed(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add(late=60 * SECOND)
        await stage.hold()
        await stage.settle(100)
        await stage.change(HOLD, HOLD.c.scope == "all", released_at=1)
        await stage.settle(100)
        assert await stage.state(post) == "missed"
        assert stage.platform.ledger == []

    play(history)


def test_cancelling_during_preparation_sends_nothing(play: Play) -> None:
    from scheduler.store.statements import transition

    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.engine.fire()
        await stage.clock.sleep(0.5)
        row = await stage.row(post)
        values = {"fence": row["fence"], "from_states": ("claimed",), "to": "cancelled", "actor": "person:anna", "why": "no", "at": START}
        assert await stage.store.write(lambda conn: transition(conn, post, bump_fence=True, **values))  # type: ignore[arg-type]
        await stage.settle(60)
        assert await stage.state(post) == "cancelled"
        assert stage.platform.ledger == []

    play(history, Platform(step_names=("upload",), seconds=1.0))


def test_a_frozen_process_does_not_send(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        write = stage.store.write

        async def slow(operation, **more):  # type: ignore[no-untyped-def]
            result = await write(operation, **more)
            if more.get("name") == "sending":
                stage.clock.freeze(30)
                stage.store.write = write  # type: ignore[method-assign]
            return result

        stage.store.write = slow  # type: ignore[method-assign]
        await stage.engine.fire()
        await stage.clock.sleep(0.01)
        assert stage.platform.calls.count("commit") == 0
        assert await stage.state(post) == "queued"
        assert "stood still" in (await stage.row(post))["reason"]
        await stage.settle(60)
        assert await stage.state(post) == "published"

    play(history)


def test_one_request_of_an_account_at_a_time(play: Play) -> None:
    async def history(stage: Stage) -> None:
        posts = [(await stage.add())[0] for _ in range(6)]
        await stage.settle(60)
        assert {await stage.state(post) for post in posts} == {"published"}
        assert stage.platform.most_in_commit == 1

    play(history, Platform(seconds=3.0))


# ── preparing ────────────────────────────────────────────────────────────────


def test_preparation_begins_early_and_the_request_waits_for_its_time(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add(due=START + 300 * SECOND, lead=120)
        await stage.settle(170)
        assert stage.platform.calls == []
        await stage.settle(60)
        assert stage.platform.calls == ["step upload"]
        assert await stage.state(post) == "claimed"
        await stage.settle(75)
        assert await stage.state(post) == "published"
        assert 0 <= (await stage.row(post))["published_at"] - (START + 300 * SECOND) <= 2 * SECOND

    play(history, Platform(step_names=("upload",)))


def test_a_move_while_waiting_gives_the_lease_back(play: Play) -> None:
    from scheduler.store.statements import transition

    async def history(stage: Stage) -> None:
        [post] = await stage.add(due=START + 300 * SECOND, lead=200)
        await stage.settle(150)
        row = await stage.row(post)
        assert row["state"] == "claimed"
        values = {"fence": row["fence"], "from_states": ("claimed",), "to": "draft", "actor": "person:anna", "why": "edited", "at": START}
        await stage.store.write(lambda conn: transition(conn, post, bump_fence=True, **values))  # type: ignore[arg-type]
        await stage.clock.sleep(2)
        assert stage.engine.in_work == frozenset()
        await stage.settle(300)
        assert stage.platform.ledger == []

    play(history)


def test_done_steps_are_not_run_again_and_always_steps_are(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(60)
        assert await stage.state(post) == "published"
        assert stage.platform.calls.count("step upload") == 1
        assert stage.platform.calls.count("step ready") == 2

    play(history, Platform(step_names=("upload", "ready"), always=("ready",), commits=[says(NotSent("no network"))]))


def test_a_dead_container_is_made_anew(play: Play) -> None:
    from adapters.contract import Done, Rebuild

    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        stage.platform.steps = [Done("c1"), Rebuild(("container",), "it expired"), Done("c2")]
        await stage.settle(30)
        assert await stage.state(post) == "published"
        assert stage.platform.calls.count("step container") == 2
        assert ("container", "absent") in await stage.steps(post)

    play(history, Platform(step_names=("container", "ready"), always=("ready",)))


def test_eight_failed_preparations_end_in_refused_and_waiting_does_not_count(play: Play) -> None:
    from adapters.contract import Retry

    async def fails(stage: Stage) -> None:
        [post] = await stage.add()
        stage.platform.steps = [Retry("something is odd")] * 20
        await stage.settle(2 * 3_600, longest=60)
        assert await stage.state(post) == "refused"
        assert stage.platform.calls.count("step upload") == 8

    play(fails, Platform(step_names=("upload",)))

    async def offline(stage: Stage) -> None:
        [post] = await stage.add()
        stage.platform.steps = [Retry("no network", unreachable=True)] * 40
        await stage.settle(3_600, longest=60)
        assert await stage.state(post) == "queued"
        stage.platform.steps = []
        await stage.settle(150, longest=60)
        assert await stage.state(post) == "published"

    play(offline, Platform(step_names=("upload",)))

    async def offline_too_long(stage: Stage) -> None:
        [post] = await stage.add()
        stage.platform.steps = [Retry("no network", unreachable=True)] * 999
        await stage.settle(3 * 3_600, longest=60)
        assert await stage.state(post) == "missed"

    play(offline_too_long, Platform(step_names=("upload",)))

    async def waits(stage: Stage) -> None:
        [post] = await stage.add()
        stage.platform.steps = [Retry("in progress", after=5, waiting=True)] * 20
        await stage.settle(600)
        assert await stage.state(post) == "published"

    play(waits, Platform(step_names=("ready",), always=("ready",)))


def test_a_defect_in_a_step_or_commit_is_never_a_double(play: Play) -> None:
    def breaks(platform: Platform, post: object, handle: str) -> None:
        raise ZeroDivisionError

    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(60)
        assert await stage.path(post) == [
            "draft", "queued", "claimed", "sending", "unknown", "checking", "queued", "claimed", "sending", "published",
        ]  # fmt: skip

    play(history, Platform(commits=[breaks]))  # type: ignore[list-item]


# ── twins ────────────────────────────────────────────────────────────────────


def test_the_same_post_again_is_refused_unless_it_is_wanted(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [first] = await stage.add(publication("Hello"))
        await stage.settle(5)
        [again] = await stage.add(publication("Hello"))
        [wanted] = await stage.add(publication("Hello"), repeat_ok=True)
        await stage.settle(5)
        assert [await stage.state(d) for d in (first, again, wanted)] == ["published", "refused", "published"]
        assert (await stage.row(again))["reason_code"] == "twin"

    play(history)


def test_before_the_first_send_of_a_store_the_account_is_read(play: Play) -> None:
    from adapters.contract import RemotePost

    async def history(stage: Stage) -> None:
        await stage.change(ACCOUNT, ACCOUNT.c.name == "bs", first_sent_at=None)
        stage.platform.recent = [RemotePost("x", "Hello  there", None)]
        [same] = await stage.add(publication("Hello there"))
        [other] = await stage.add(publication("Something else"))
        await stage.settle(5)
        assert [await stage.state(same), await stage.state(other)] == ["ask", "published"]
        assert (await stage.account())["first_sent_at"] == START or (await stage.account())["first_sent_at"] > START
        stage.platform.calls.clear()
        await stage.add(publication("A third"))
        await stage.settle(5)
        assert "recent" not in stage.platform.calls

    play(history)


def test_another_store_that_was_faster_under_our_key_is_adopted(play: Play) -> None:
    from adapters.contract import RemotePost

    async def history(stage: Stage) -> None:
        await stage.change(ACCOUNT, ACCOUNT.c.name == "bs", first_sent_at=None)
        [post] = await stage.add(publication("Hello there"))
        row = await stage.row(post)
        stage.platform.add(publication("Hello there"), f"did:plc:1/{row['key']}/{row['due']}")
        stage.platform.recent = [RemotePost("r1", "Hello there", None)]
        await stage.settle(30)
        assert await stage.path(post) == ["draft", "queued", "claimed", "unknown", "checking", "published"]
        assert stage.platform.calls.count("commit") == 0

    play(history)


def test_where_a_server_would_keep_two_the_account_is_read_before_every_first_try(play: Play) -> None:
    from adapters.contract import RemotePost

    async def history(stage: Stage) -> None:
        [first] = await stage.add(publication("The first"))
        await stage.settle(5)
        assert await stage.state(first) == "published"
        stage.platform.recent = [RemotePost("x", "Hello there", START), RemotePost("y", "Every week", START - DAY)]
        [same] = await stage.add(publication("Hello  there"))
        [weekly] = await stage.add(publication("Every week"))
        await stage.settle(5)
        assert [await stage.state(same), await stage.state(weekly)] == ["ask", "published"]

    play(history, Platform(cls=CommitClass.HANDLE, derives_keys=False))


def test_a_clone_that_sends_while_ours_waits_for_its_time_is_seen(play: Play) -> None:
    from adapters.contract import RemotePost

    async def history(stage: Stage) -> None:
        due = START + 20 * SECOND
        [post] = await stage.add(publication("Hello there"), due=due, lead=30)
        await stage.settle(5)
        assert await stage.state(post) == "claimed"
        stage.platform.recent = [RemotePost("x", "Hello there", due - 5 * SECOND)]
        await stage.settle(60)
        assert await stage.state(post) == "ask"
        assert stage.platform.calls.count("commit") == 0

    play(history, Platform(cls=CommitClass.LIST))


def test_our_own_posts_are_no_clones(play: Play) -> None:
    from adapters.contract import RemotePost

    async def history(stage: Stage) -> None:
        [first] = await stage.add(publication("Hello there"))
        await stage.settle(5)
        own = (await stage.row(first))["remote_id"]
        stage.platform.recent = [RemotePost(own, "Hello there", stage.clock.wall())]
        [again] = await stage.add(publication("Hello there"), repeat_ok=True)
        await stage.settle(5)
        assert await stage.state(again) == "published"

    play(history, Platform(cls=CommitClass.LIST))


@pytest.mark.parametrize(("derives_keys", "commits"), [(True, 3), (False, 2)])
def test_a_part_that_a_clone_has_sent_is_not_sent_again(play: Play, derives_keys: bool, commits: int) -> None:
    async def history(stage: Stage) -> None:
        ids = await stage.add(*thread(3))
        row = await stage.row(ids[1])
        stage.platform.add(publication("Part 2", part=2, parts=3, kind="part"), f"did:plc:1/{row['key']}/{row['due']}")
        await stage.settle(60)
        assert [await stage.state(part) for part in ids] == ["published"] * 3
        assert stage.platform.calls.count("commit") == commits  # one key: the server takes the second for the first

    play(history, Platform(derives_keys=derives_keys))


# ── threads and comments ─────────────────────────────────────────────────────


def thread(count: int, comment: bool = False):  # type: ignore[no-untyped-def]
    acts = [publication(f"Part {n}", part=n, parts=count, kind="post" if n == 1 else "part") for n in range(1, count + 1)]
    return [*acts, publication("First!", kind="comment", parts=count)] if comment else acts


def test_a_thread_goes_out_in_order_each_replying_to_the_last(play: Play) -> None:
    async def history(stage: Stage) -> None:
        ids = await stage.add(*thread(3, comment=True))
        await stage.settle(30)
        assert {await stage.state(d) for d in ids} == {"published"}
        by_text = {entry.text: entry for entry in stage.platform.ledger}
        assert [entry.text for entry in stage.platform.ledger if entry.text != "First!"] == ["Part 1", "Part 2", "Part 3"]
        assert by_text["Part 2"].reply_to == by_text["Part 1"].id
        assert by_text["Part 3"].reply_to == by_text["Part 2"].id
        assert by_text["First!"].reply_to == by_text["Part 1"].id

    play(history)


def test_a_refused_later_part_asks_about_the_rest(play: Play) -> None:
    from tests.scheduler.scripted import works

    async def history(stage: Stage) -> None:
        stage.platform.commits = [works, says(Refused("no", "no"))]
        ids = await stage.add(*thread(4))
        await stage.settle(30)
        assert [await stage.state(d) for d in ids] == ["published", "refused", "ask", "ask"]
        assert (await stage.row(ids[2]))["reason"] == "1 of 4 are public; part 2 is not"

    play(history)


def test_later_parts_have_a_day_more_then_a_person_is_asked(play: Play) -> None:
    from tests.scheduler.scripted import works

    async def history(stage: Stage) -> None:
        stage.platform.commits = [works, says(Limited("slow", 5 * 3_600))]
        ids = await stage.add(*thread(2))
        await stage.settle(4 * 3_600, longest=60)
        assert [await stage.state(d) for d in ids] == ["published", "queued"]
        await stage.settle(2 * 3_600, longest=60)
        assert [await stage.state(d) for d in ids] == ["published", "published"]

    play(history)

    async def too_late(stage: Stage) -> None:
        stage.platform.commits = [works]
        ids = await stage.add(*thread(2))
        await stage.settle(1)
        await stage.hold()
        await stage.settle(27 * 3_600, longest=900)
        assert await stage.state(ids[1]) == "ask"
        assert "1 of 2 are public" in (await stage.row(ids[1]))["reason"]

    play(too_late)


# ── an edit after a lost answer ──────────────────────────────────────────────


def test_an_earlier_text_that_turns_out_public_never_passes_for_the_new_one(play: Play) -> None:
    from adapters.contract import Found, Receipt, Unknown

    def earlier(platform: Platform, post: object, handle: str) -> Unknown:
        return Unknown(
            "the first version answered", "earlier_version", hint=True, found=Found(Receipt("r9", None), same=False, reason="old text")
        )

    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(60)
        row = await stage.row(post)
        assert (row["state"], row["reason"], row["remote_id"]) == ("ask", "old text", None)

    play(history, Platform(commits=[earlier]))  # type: ignore[list-item]


def test_something_found_that_belongs_to_another_delivery_is_asked_about(play: Play) -> None:
    from adapters.contract import Found, Receipt

    async def history(stage: Stage) -> None:
        [first] = await stage.add()
        await stage.settle(5)
        stage.platform.commits = [nothing]
        [second] = await stage.add()
        stage.platform.looks = [Found(Receipt("r1", None))]
        await stage.settle(30)
        assert [await stage.state(first), await stage.state(second)] == ["published", "ask"]

    play(history)


def test_processing_is_polled_until_it_is_public(play: Play) -> None:
    from adapters.contract import Accepted, Found, Pending, Receipt

    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        stage.platform.looks = [Pending(), Pending(), Found(Receipt("v1", "https://x.example/v1"))]
        await stage.settle(200)
        assert await stage.path(post) == ["draft", "queued", "claimed", "sending", "processing", "published"]

    play(history, Platform(commits=[says(Accepted("h"))]))
