"""Kills of a person's own actions: each is done wholly or not at all, and nothing goes out that was not approved."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from tests.proof.child import act
from tests.proof.histories import EARLY, LIST_SPEED, RECOVERY_SPEED, SECOND, History, Setting
from tests.proof.lanes import Lane, Tally
from tests.proof.oracle import at_rest
from tests.proof.world import DUE, Account, Post, Service, World, prepared, run_forked, until

PICTURE, THREAD, NEVER = Setting("bluesky", "plain").posts()
ACME = PICTURE.account
OTHER = Account("other", "bluesky")
QUIET = Post("quiet", Account("acme", "gotosocial"))
LATER = DUE + 60 * SECOND
BEFORE = DUE - 280 * SECOND
"""When people act: long before anything is prepared."""
DESK_SPEED = 4.0

Do = tuple[str, tuple[str, ...]]
"""A method of the Desk and what it is called with; `{id}` stands for the id of the one thing that is public."""


def parts(post: Post, state: str) -> dict[str, str]:
    """The same end for all parts of a post."""
    return {post.key: state} | {f"{post.key}/{n}": state for n in range(2, len(post.more_parts) + 2)}


@dataclass(frozen=True, slots=True)
class Deed:
    """One action of a person, killed before and after its transaction."""

    do: Do
    write: str = "edit"
    """Name of its transaction."""
    ends: Mapping[str, str] = field(default_factory=dict)
    first: Sequence[Do] = ()
    """Done before, undisturbed."""
    rests_after: int = 0
    arrange: Callable[[World], None] | None = None
    posts: tuple[Post, ...] = (PICTURE, THREAD, NEVER)
    """As they are when it is done."""
    inside: tuple[str, str] | None = None
    """Killed at these two points instead; at both of them nothing is durable yet."""

    def point(self, side: str) -> str:
        """The failpoint on this side."""
        return f"{self.write}.{side}" if self.inside is None else self.inside[side == "after"]

    def is_durable(self, side: str) -> bool:
        """Whether it is done when it is killed there."""
        return side == "after" and self.inside is None

    @property
    def title(self) -> str:
        return " ".join((self.do[0], *self.do[1]))


def _edit_files(world: World) -> None:
    """Another text for one post, one post taken away, one added."""
    world.posts = EDITED
    world.write_campaign()


def _add_to_slot(world: World) -> None:
    """A post that takes a place in a slot."""
    file = world.root / "campaigns" / "proof" / "campaign.yaml"
    slots = 'schedule: { slots: { daily: { rule: "FREQ=DAILY", at: "08:00" } } }\nposts:\n'
    entry = '  - { id: dealt, slot: daily, accounts: [acme], text: { en: "Words of the daily slot." } }\n'
    file.write_text(file.read_text("utf-8").replace("posts:\n", slots + entry), "utf-8")


def _open_an_account(world: World) -> None:
    """One more account of the same people."""
    file = world.root / "daypart.yaml"
    line = OTHER.yaml(world.sandbox.url)
    file.write_text(file.read_text("utf-8").replace("accounts:\n", f"accounts:\n{line}\n"), "utf-8")


def _name_a_model(world: World) -> None:
    """There is a model to be asked."""
    file = world.root / "daypart.yaml"
    file.write_text(f'{file.read_text("utf-8")}llm: {{ base_url: "{world.sandbox.url}/model/v1", model: scripted }}\n', "utf-8")


EDITED = (
    replace(PICTURE, text="Other words than those that were approved.", approved=False),
    THREAD,
    Post("added", ACME, approved=False),
)
WAITING = {key: "queued" for post in (PICTURE, THREAD) for key in parts(post, "queued")}

DEEDS = (
    Deed(("approve", (NEVER.key,)), "approve", parts(NEVER, "published")),
    Deed(("cancel", (PICTURE.key,)), "cancel", parts(PICTURE, "cancelled")),
    Deed(("cancel", (THREAD.key,)), "cancel", parts(THREAD, "cancelled")),
    Deed(("move", (PICTURE.key, "2026-12-01T10:01")), rests_after=LATER),
    Deed(("move", (PICTURE.key, "2027-01-20T10:00")), ends=parts(PICTURE, "draft")),
    Deed(("reject", (THREAD.key, "say it shorter")), ends=parts(THREAD, "draft")),
    Deed(("hold", ()), ends=WAITING, rests_after=LATER),
    Deed(("release", ()), first=[("hold", ())]),
    Deed(("hold", ("campaign=proof",)), ends=WAITING, rests_after=LATER),
    Deed(("release", ("campaign=proof",)), first=[("hold", ("campaign=proof",))]),
    Deed(("disconnect", (ACME.name,)), ends=WAITING, rests_after=LATER),
    Deed(("connect", (ACME.name, ACME.secret)), first=[("disconnect", (ACME.name,))]),
    Deed(("new_post", ("Made here", "Words that nobody approved.", ACME.name))),
    Deed(("apply", ()), arrange=_edit_files, posts=EDITED),
    Deed(("apply", ()), arrange=_add_to_slot, inside=("slot.make.before", "slot.make.after")),
    Deed(("draft", ("proof/never",)), arrange=_name_a_model, inside=("model.sent.before", "model.answered.after")),
    Deed(("connect", (ACME.name, ACME.secret)), first=[("disconnect", (ACME.name,))], inside=("call.sent.before", "call.answered.after")),
)
BESIDE = (
    Deed(
        ("change_accounts", ("desk/made-here", ACME.name, OTHER.name)),
        first=[("new_post", ("Made here", "Words that nobody approved.", ACME.name))],
        arrange=_open_an_account,
    ),
    Deed(("add_ideas", ("an open evening",)), "idea"),
    Deed(("export_review", ("2026-W49",)), "review"),
)
"""Done one after the other in one world: what is due there has nothing to do with them."""


def done(lane: Lane, *deeds: Deed) -> Tally:
    """Killed on both sides of each transaction, each side in a world of its own; both come to the same."""
    tally, ended = Tally(), []
    for side in ("before", "after"):
        title, ends = "; ".join(deed.title for deed in deeds), deeds[0].ends
        history = History(f"{title}, killed {side}", prepared(lane.fresh("desk"), lane.sandbox, (PICTURE, THREAD, NEVER)), ends)
        history.rests_after = deeds[0].rests_after
        history.world.set_pace(BEFORE, DESK_SPEED)
        for deed in deeds:
            for first in deed.first:
                perform(history.world, first)
            if deed.arrange is not None:
                deed.arrange(history.world)
        if side == "before":
            with Service(history.world):  # it must not mind a person's command that dies with the write lock in its hand
                left = [killed_at(history, deed, side) for deed in deeds]
        else:
            left = [killed_at(history, deed, side) for deed in deeds]
        ended.append(left[-1])
        history.world.set_pace(DUE - EARLY, RECOVERY_SPEED)
        history.run_to_rest()
        tally.add(history.judge())
    if ended[0] != ended[1]:
        tally.faults.append(f"half: {title} leaves {set(ended[0]) ^ set(ended[1])}")
    return tally


def killed_at(history: History, deed: Deed, side: str) -> list[tuple[object, ...]]:
    """The store after a kill on this side; where nothing was done, after doing it anew."""
    world, failpoint = history.world, f"{deed.point(side)}:1"
    before = snapshot(world)
    code = run_forked(act, str(world.root), world.pace, failpoint, deed.do[0], said(world, deed.do[1]))
    if code == -signal.SIGKILL:
        history.bury(failpoint)
    else:
        history.tally.faults.append(f"alive: {history.name} was to be killed at {failpoint}")
    if deed.is_durable(side):
        return snapshot(world)
    if snapshot(world) != before:
        history.tally.faults.append(f"half: {deed.title} left {set(snapshot(world)) ^ set(before)}")
    perform(world, deed.do)
    return snapshot(world)


def perform(world: World, do: Do) -> None:
    """Undisturbed."""
    code = run_forked(act, str(world.root), world.pace, "", do[0], said(world, do[1]))
    assert code == 0, f"{do} ended with {code}"


def said(world: World, arguments: Sequence[str]) -> tuple[str, ...]:
    """With the id of what is public put in."""
    entries = world.sandbox.ledger()
    return tuple(argument.replace("{id}", str(entries[0]["id"]) if entries else "") for argument in arguments)


_EVERYTHING = (
    "SELECT 'delivery', key, state, digest, due, reason, reason_code, next_at FROM delivery",
    "SELECT 'approval', d.key, a.digest, a.voided_at IS NULL FROM approval a JOIN delivery d ON d.id = a.delivery_id",
    'SELECT \'event\', d.key, e."from", e."to", e.fence, e.actor, e.why FROM event e JOIN delivery d ON d.id = e.delivery_id',
    "SELECT 'hold', scope, subject, reason, released_at IS NULL FROM hold",
    "SELECT 'account', name, state, remote_account_id, token_enc IS NULL, token_gen FROM account",
    "SELECT 'post', campaign, slug, title, archived_at IS NULL FROM post",
    "SELECT 'notice', kind, words FROM notice",
    "SELECT 'evidence', remote_id, source FROM evidence",
    "SELECT 'content', digest FROM content",
    "SELECT 'text', count(*) FROM revision",
    "SELECT 'place', series_id, local_date FROM series_slot",
    "SELECT 'proposal', variant, status FROM proposal",
    "SELECT 'idea', text, dropped_at IS NULL FROM idea",
    "SELECT 'meta', name FROM meta WHERE name NOT IN ('clock', 'tz_data')",  # these two are the service's
)


def snapshot(world: World) -> list[tuple[object, ...]]:
    """Everything a person can have changed, without the instants."""
    with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True, timeout=10)) as store:
        return sorted((row for query in _EVERYTHING for row in store.execute(query)), key=repr)


# ── what only a person can decide ────────────────────────────────────────────

ANSWERS = (
    ("absent", Deed(("resolve_send_again", (QUIET.key,)), "resolve")),
    ("absent", Deed(("resolve_drop", (QUIET.key,)), "resolve", parts(QUIET, "cancelled"))),
    ("there", Deed(("resolve_send_again", (QUIET.key,)), "resolve")),
    ("there", Deed(("resolve_published", (QUIET.key, "{id}")), "resolve")),
)


def answered(lane: Lane, truth: str, deed: Deed, side: str) -> Tally:
    """A post of which nobody knows whether it is there; somebody answers, and is killed."""
    world = prepared(lane.fresh("ask"), lane.sandbox, [QUIET])
    lane.sandbox.fault("gotosocial", "commit", "drop", "before" if truth == "absent" else "after")
    lane.sandbox.settings("gotosocial", read_lag_seconds=3_600)
    history = History(f"{deed.title}, {truth}, killed {side}", world, deed.ends)
    world.set_pace(DUE - EARLY, LIST_SPEED)
    with Service(world):
        until(lambda: world.rows()[QUIET.key].state == "ask", "a question")
    lane.sandbox.settings("gotosocial", read_lag_seconds=0)
    killed_at(history, deed, side)
    with Service(world):
        until(lambda: at_rest(world, deed.ends) and world.rows()[QUIET.key].state != "ask", f"{history.name} to rest")
    return history.judge()
