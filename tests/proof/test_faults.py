"""Every fault of the sandbox on every call of each platform, before and after the act, once and always: what it ends in.

The expected ends are data, in expected_ends.tsv: one row, one account, one approved post, all due at the same instant, and the real
service runs against the sandbox, on a fast clock, until everything has come to rest. Then the windows of the posts end.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.proof import fault_rows
from tests.proof.clock import FastClock
from tests.proof.fault_rows import Row, Way
from tests.proof.world import DUE, Account, Post, Service, World, prepared, until
from tests.sandbox_process import Sandbox

SPEED = 50.0
"""Our seconds in a real one: a read times out after 1.2 real seconds, far above what an answer on loopback takes."""
SECOND = 1_000_000
MINUTE = 60 * SECOND
BEGIN = DUE - 100 * SECOND
"""When the service starts."""
ALL_OVER = DUE + 26 * 60 * MINUTE + MINUTE
"""Two hours are the window of a post whose file says nothing; its first comment has a day more."""
LONGEST = 100 * MINUTE
"""By then everything that does not wait for the end of its window has come to rest."""
BLIND_LOOKS = 4
"""So often nothing can be looked up where a look always fails. Then those faults stop."""
SLOW_SECONDS = 0.25
"""Real ones, below every time-out."""
LATE_SECONDS = 3.0
"""Real ones: two and a half minutes of our time, more than any platform's settle time."""
WAIT = {"once": 20, "always": 240}
"""What a 429 tells to wait, in our seconds."""
TOKEN_LIVES = {"ending": 780, "ended": 150, "": 7_200}
"""Seconds from the sign-in, five minutes before the posts are due."""
NEVER = frozenset({"refused", "missed", "cancelled", "draft"})
"""What no post that is public may be called."""
MOST_DISTURBED = 12
"""More rows than these at another end are not this computer's slowness."""
RESTING = frozenset({"published", "cancelled", "ask", "refused", "missed"})


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the table at work."""

    row: Row
    way: Way
    post: Post

    @property
    def key(self) -> str:
        """Of the delivery the row is about."""
        return f"{self.post.key}/comment" if self.way.comment else self.post.key

    @property
    def name(self) -> str:
        """For messages."""
        return self.row.name

    @property
    def waits(self) -> bool:
        """It stays as it is until its window ends."""
        return not self.post.late and (self.row.state == "missed" or (self.row.account == "reauth") or self.row.state == "ask")

    @property
    def is_blind(self) -> bool:
        """It cannot be looked up while the fault lasts."""
        return self.row.state == "unknown" and self.row.account == "ok"


def _cases(platform: str) -> list[Case]:
    """In the order in which they are sent: what waits for nothing comes last."""
    ways = {way.name: way for way in fault_rows.ways(platform)}
    table = [row for row in fault_rows.read() if row.platform == platform]
    table.sort(key=lambda row: (not ways[row.call].token, row.count != "always", row.kind != "hang"))
    return [Case(row, ways[row.call], _post(platform, n, ways[row.call])) for n, row in enumerate(table)]


def _post(platform: str, number: int, way: Way) -> Post:
    name = f"r{number:03}"
    words = f"Words of {name}, like nothing else." + (f" Thanks, @friend-{name}.example!" if way.text == "mention" else "")
    comment = f"More about {name}." if way.comment else None
    # below the half life of a key, after which absence is no proof any more
    late = "20m" if platform == "mastodon" and way.role == "commit" else ""
    return Post(name, Account(name, platform), words, way.media, comment, late=late, shape=way.shape)


# ── the world ────────────────────────────────────────────────────────────────


def _world(sandbox: Sandbox, root: Path, cases: Sequence[Case], platform: str) -> World:
    """All accounts connected, all posts approved, tokens as the rows need them."""
    lives = {case.post.account.name: TOKEN_LIVES[case.way.token] for case in cases}

    def before_connect(account: Account) -> None:
        if platform == "bluesky":
            sandbox.settings(platform, access_seconds=lives[account.name])

    if platform != "bluesky":  # Instagram's pictures are ready at once, the others' never
        sandbox.settings(platform, image_seconds=0 if platform in fault_rows.GRAPH else 8)
    world = prepared(root, sandbox, [case.post for case in cases], before_connect)
    if platform == "bluesky":
        sandbox.settings(platform, access_seconds=TOKEN_LIVES[""])
    else:
        _shorten(world, {case.post.account.name: lives[case.post.account.name] for case in cases if case.way.token})
    _publish_before(world, [case.post.account.name for case in cases if case.way.name != "list"])
    return world


def _shorten(world: World, lives: Mapping[str, int]) -> None:
    """Tokens that live longer than a test: the store is told otherwise."""
    with closing(sqlite3.connect(world.database)) as store, store:
        for name, seconds in lives.items():
            ends = DUE - 5 * MINUTE + seconds * SECOND
            store.execute("UPDATE account SET token_exp = ?, token_at = ? WHERE name = ?", (ends, DUE - 5 * MINUTE, name))


def _publish_before(world: World, names: Sequence[str]) -> None:
    """On these accounts something was published before, so they are not listed before the first send."""
    with closing(sqlite3.connect(world.database)) as store, store:
        store.executemany("UPDATE account SET first_sent_at = 1 WHERE name = ?", [(name,) for name in names])


def _break(sandbox: Sandbox, case: Case) -> int:
    """Put the row's fault on its account; returns the fault's id."""
    row, way, who = case.row, case.way, case.post.account.handle
    armed_by = sandbox.fault(row.platform, *way.first, account=who) if way.first is not None else 0
    seconds = {"slow": SLOW_SECONDS, "late": LATE_SECONDS, "429": WAIT[row.count]}.get(row.kind)
    count = 1 if row.count == "once" else -1
    if way.text == "mention":  # anybody may ask who that is: the call has no token
        mentioned = f"friend-{case.post.slug}.example"
        return sandbox.fault(row.platform, way.call, row.kind, row.point, seconds=seconds, count=count, match=mentioned)
    return sandbox.fault(
        row.platform, way.call, row.kind, row.point, seconds=seconds, count=count, match=way.match, account=who, armed_by=armed_by
    )


def _hits(sandbox: Sandbox) -> dict[int, int]:
    """How often each fault struck, by id."""
    return {int(told["id"]): int(told["hits"]) for told in sandbox.faults()}


# ── what came of it ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class End:
    """How a row ended."""

    state: str
    posts: int
    account: str
    reason: str


def _ends(world: World, cases: Sequence[Case]) -> dict[str, End]:
    """By key."""
    rows, accounts = world.rows(), _accounts(world)
    public = Counter((entry["account"], entry["kind"] == "comment") for entry in world.ledger())
    return {
        case.key: End(
            rows[case.key].state,
            public[case.post.account.handle, case.way.comment],
            accounts[case.post.account.name],
            f"{rows[case.key].code}: {rows[case.key].reason}",
        )
        for case in cases
    }


def _accounts(world: World) -> dict[str, str]:
    with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True, timeout=10)) as store:
        return dict(store.execute("SELECT name, state FROM account").fetchall())


def _history(world: World, key: str) -> str:
    """The chain of events of a delivery, for a row that ended otherwise."""
    chain = 'SELECT (e.at - ?) / 1e6, e."to", e.why FROM event e JOIN delivery d ON d.id = e.delivery_id WHERE d.key = ? ORDER BY e.seq'
    with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True, timeout=10)) as store:
        events = store.execute(chain, (DUE, key)).fetchall()
    shown = events if len(events) < 24 else [*events[:12], *events[-12:]]
    return "\n".join(f"      {at:9.1f} s  {to:10} {why}" for at, to, why in shown)


def _broken_promises(ends: Mapping[str, End], cases: Sequence[Case]) -> Iterator[str]:
    """What may not be, whatever the table says."""
    for case in cases:
        end = ends.get(case.key)
        if end is None:
            continue
        if end.posts > 1:
            yield f"{case.name}: {end.posts} posts"
        if end.posts and end.state in NEVER:
            yield f"{case.name}: {end.state} with a live post"
        if end.state == "published" and not end.posts:
            yield f"{case.name}: published, and nothing is public"


def _differences(world: World, ends: Mapping[str, End], cases: Sequence[Case]) -> Iterator[str]:
    for case in cases:
        row, end = case.row, ends[case.key]
        if (end.state, end.posts, end.account) != (row.state, row.posts, row.account):
            yield (
                f"{row.name}: expected {row.state}, {row.posts}, {row.account} ({row.why});"
                f" it is {end.state}, {end.posts}, {end.account} ({end.reason})\n{_history(world, case.key)}"
            )


def _own_words(row: Row, end: End) -> Iterator[str]:
    """A refusal is told as the platform told it."""
    said = {"413": "too large", "422": "does not like"}
    if row.state == "refused" and row.kind in said and said[row.kind] not in end.reason:
        yield f"{row.name}: refused, and not in the platform's words: {end.reason}"


def _print_summary(platform: str, ends: Mapping[str, End], cases: Sequence[Case]) -> None:
    states = Counter(ends[case.key].state for case in cases)
    print(f"\n{platform}: {len(cases)} rows: " + ", ".join(f"{number} {state}" for state, number in states.most_common()))


# ── the run ──────────────────────────────────────────────────────────────────


class Run:
    """One platform's rows in one service."""

    def __init__(self, world: World, cases: Sequence[Case]) -> None:
        self.world = world
        self.cases = cases
        self.faults = {_break(world.sandbox, case): case for case in cases}
        self.blinded: dict[str, End] = {}
        """Rows that could not be looked up, as they were then."""
        self.struck: set[int] = set()

    def until_rest(self) -> None:
        """Everything that does not wait for the end of its window ends."""
        clock = FastClock(self.world.pace)
        while clock.wall() < DUE + LONGEST and not self._rests():
            time.sleep(0.3)

    def _rests(self) -> bool:
        hits, rows = _hits(self.world.sandbox), self.world.rows()
        self.struck |= {fault for fault, number in hits.items() if number}
        self._open_eyes(hits)
        return self.struck >= set(self.faults) and all(rows[case.key].state in RESTING for case in self.cases if not case.waits)

    def _open_eyes(self, hits: Mapping[int, int]) -> None:
        """Looks that failed often enough work from now on."""
        for fault, case in self.faults.items():
            if case.is_blind and case.key not in self.blinded and hits.get(fault, 0) >= BLIND_LOOKS:
                end = _ends(self.world, [case])[case.key]
                self.blinded[case.key] = replace(end, state="unknown") if end.state == "checking" else end
                self.world.sandbox.calm(fault)

    def until_windows_end(self) -> dict[str, End]:
        """A day later: what was not sent is missed, or somebody has to say."""
        self.world.set_pace(ALL_OVER, SPEED)
        with Service(self.world), suppress(AssertionError):  # what still moves then has another end than it should
            until(lambda: not self._moving(), lambda: f"the windows to end; there are still {self._moving()}", 60)
        return _ends(self.world, self.cases)

    def _moving(self) -> list[str]:
        rows = self.world.rows()
        return [case.name for case in self.cases if rows[case.key].state not in RESTING]

    def unharmed(self) -> Iterator[str]:
        """A row whose fault never struck proves nothing."""
        yield from (f"{case.name}: its fault never struck" for fault, case in self.faults.items() if fault not in self.struck)


@pytest.mark.parametrize("platform", fault_rows.PLATFORMS)
def test_every_fault_on_every_call_ends_as_the_table_says(platform: str, tmp_path: Path) -> None:
    cases = _cases(platform)
    odd, problems = _play(platform, cases, tmp_path / "all")
    if odd:  # hundreds of rows at fifty times the speed: a row that this computer's own slowness disturbed is played again, with few others
        print(f"{platform}: played again: " + ", ".join(case.name for case in odd))
        _, again = _play(platform, odd, tmp_path / "again")
        problems += again
    assert not problems, f"{len(problems)} of {len(cases)} rows:\n" + "\n".join(dict.fromkeys(problems))


def _play(platform: str, cases: Sequence[Case], folder: Path) -> tuple[list[Case], list[str]]:
    """The rows in one service: those that came to another end, with what is wrong with them when nothing else is; and whatever must
    never happen, however busy this computer is."""
    with Sandbox() as sandbox:
        world = _world(sandbox, folder, cases, platform)
        run = Run(world, cases)
        world.set_pace(BEGIN, SPEED)
        with Service(world) as service:
            run.until_rest()
            assert service.alive, f"the service died; its log is {service.log}"
        before = _ends(world, cases)
        ends = run.until_windows_end()
    _print_summary(platform, ends, cases)
    broken = [text for found in (run.blinded, before, ends) for text in _broken_promises(found, cases)]
    odd = [*run.unharmed(), *_differences(world, ends | run.blinded, cases)]
    odd += [text for case in cases for text in _own_words(case.row, ends[case.key])]
    odd += [f"{c.name}: {ends[c.key].state} though one can look again" for c in cases if c.is_blind and ends[c.key].state != "published"]
    again = [case for case in cases if any(text.startswith(f"{case.name}:") for text in odd)]
    if len(again) > MOST_DISTURBED or folder.name == "again":
        return [], broken + odd
    return again, broken


def test_the_table_is_whole_and_sorted() -> None:
    assert fault_rows.TABLE.read_text("utf-8") == fault_rows.as_text()
    rows = fault_rows.read()
    for platform in fault_rows.PLATFORMS:
        for way in fault_rows.ways(platform):
            named = {(row.kind, row.point, row.count) for row in rows if (row.platform, row.call) == (platform, way.name)}
            assert named >= {(k, p, c) for k in fault_rows.KINDS for p in fault_rows.POINTS for c in fault_rows.COUNTS}
    assert not [row for row in rows if row.posts and row.state in NEVER]
