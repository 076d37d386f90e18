"""A workspace with many posts for the benchmarks of the desk: fifty accounts, a year behind and a year ahead, every text another one."""

from __future__ import annotations

import json
import random
from pathlib import Path

from adapters.contract import Disclosure, MediaItem, Publication, Target
from config.options import BlueskyOptions
from scheduler.accounts.rows import sync_accounts
from scheduler.clock import DAY, HOUR, SystemClock
from scheduler.content import kept as content
from scheduler.desk.desk import Desk
from tests.bench._stage import filling
from tests.bench.desk_library import WORDS

ACCOUNTS, PER_CLIENT = 50, 4
SPAN = 730 * DAY
"""From the first post to the last; now is in the middle."""
DRAFT_EACH = 500
"""One of so many posts ahead waits for a yes."""
_TEXT = "the words of the post"
_POST = (
    "INSERT INTO post (id, workspace_id, campaign, slug, title, managed_by, created_by, created_at)"
    " VALUES (?, 'w', 'big', ?, ?, 'tui', '', 0)"
)
_CONTENT = "INSERT INTO content (id, post_id, digest, body, twin, created_by_kind, created_at) VALUES (?, ?, ?, ?, ?, 'person', 0)"
_DELIVERY = (
    "INSERT INTO delivery (post_id, account_id, client, key, kind, part, parts, state, digest, content_id, due, prepare_at, send_until,"
    " published_at, remote_id, tz, wall, late, next_at, fence, beat, cls, look_n, remote_extra, tries, ai, repeat_ok, created_at)"
    " VALUES (?, ?, ?, ?, 'post', 1, 1, ?, ?, ?, ?, ?, ?, ?, ?, 'Europe/Warsaw', '', 0, 0, 0, 0, 'handle', 0, '{}', 0, 'human', 0, 0)"
)
_ASSET = "INSERT INTO asset (sha256, size, mime, probe, origin) VALUES (?, 100000, 'image/jpeg', '{}', ?)"


def client_of(account: int) -> str:
    """Accounts stand in groups."""
    return f"c{(account - 1) // PER_CLIENT}"


async def make(root: Path, posts: int) -> None:
    """Write daypart.yaml and fill the store."""
    names = [f"a{n}" for n in range(1, ACCOUNTS + 1)]
    accounts = "".join(f"  {name}: {{ platform: bluesky, handle: {name}.example, languages: [en] }}\n" for name in names)
    groups: dict[str, list[str]] = {}
    for n, name in enumerate(names, 1):
        groups.setdefault(client_of(n), []).append(name)
    clients = "".join(f"  {name}: {{ name: Client {name}, accounts: [{', '.join(group)}] }}\n" for name, group in groups.items())
    (root / "daypart.yaml").write_text(f"version: 1\ntimezone: Europe/Warsaw\naccounts:\n{accounts}clients:\n{clients}")
    desk = await Desk.open(root)
    await desk.change(lambda conn: sync_accounts(conn, desk.workspace))
    await desk.close()
    _fill(root / ".daypart", posts)


def _fill(folder: Path, posts: int) -> None:
    """One content and one delivery a post: published behind, planned or a draft ahead."""
    chance, now = random.Random(7), SystemClock().wall()
    first, step = now - SPAN // 2, SPAN // posts
    file = MediaItem("f" * 64, "image/jpeg", 100_000, 1080, 1080, None, "a cup", folder, name="the name of the file")
    act = Publication("", "post", 1, 1, _TEXT, (file,), ("en",), None, BlueskyOptions(), Disclosure(), Target("bluesky", "a"), 0)
    body = content.dump((act,))
    rows: list[tuple[str, list[tuple[object, ...]]]] = [(_POST, []), (_CONTENT, []), (_DELIVERY, []), (_ASSET, [])]
    for n in range(1, posts + 1):
        account, due, sha = n % ACCOUNTS + 1, first + n * step, f"{n % 5_000:064x}"
        words = f"{' '.join(chance.choices(WORDS, k=30))} nr{n}"
        said = (
            body.replace(_TEXT, json.dumps(words, ensure_ascii=False)[1:-1])
            .replace("f" * 64, sha)
            .replace("the name of the file", f"f{n % 5_000}.jpg")
        )
        state = "published" if due < now else "draft" if n % DRAFT_EACH == 0 else "queued"
        public = (due, f"r{n}") if state == "published" else (None, None)
        rows[0][1].append((n, f"p{n}", f"Post {n} {' '.join(chance.choices(WORDS, k=3))}"))
        rows[1][1].append((n, n, f"d{n}", said, f"t{n}"))
        rows[2][1].append((n, account, client_of(account), f"big/p{n}@a{account}", state, f"d{n}", n, due, due, due + 2 * HOUR, *public))
    rows[3][1].extend((f"{n:064x}", f"f{n}.jpg") for n in range(min(posts, 5_000)))
    with filling(folder) as db:
        db.execute("UPDATE account SET remote_account_id = 'did:' || id, token_enc = x'00', token_gen = 1")
        for sql, values in rows:
            db.executemany(sql, values)
