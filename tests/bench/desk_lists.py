"""How long the Desk's reads take with 100,000 deliveries in a store on disk: `python -m tests.bench.desk_lists [N]`. Prints only."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sized
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from scheduler.clock import DAY
from scheduler.desk.desk import Desk
from scheduler.desk.views import DeliveryQuery
from tests.desk.house import StillClock

ACCOUNTS, PER_CLIENT, YEARS = 50, 5, 2
BUDGETS_MS = {"calendar, a week": 10, "what waits for approval": 30}
TODAY = date(2026, 11, 22)

_POSTS = (
    "INSERT INTO post (workspace_id, campaign, slug, title, managed_by, created_by, created_at)"
    " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :posts)"
    " SELECT 'w', 'big', 'p' || i, 'Post number ' || i, 'tui', '', 0 FROM n"
)
_DELIVERIES = (
    "INSERT INTO delivery (post_id, account_id, client, key, kind, part, parts, state, digest, content_id, due, tz, wall, prepare_at,"
    " send_until, late, next_at, fence, beat, cls, look_n, remote_extra, tries, ai, repeat_ok, created_at)"
    " WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows - 1)"
    " SELECT (i % :posts) + 2, (i % 50) + 1, 'c' || ((i % 50) / 5), 'big/p' || ((i % :posts) + 1) || '@x' || i, 'post', 1, 1,"
    " CASE WHEN :start + i * :step < :now THEN 'published' WHEN i % 1000 = 0 THEN 'draft' ELSE 'queued' END,"
    " (SELECT digest FROM content), (SELECT id FROM content), :start + i * :step, 'Europe/Warsaw', '', :start + i * :step,"
    " :start + i * :step + 7200000000, 7200000000, 0, 0, 0, 'handle', 0, '{}', 0, 'human', 0, 0 FROM n"
)


async def main(rows: int) -> None:
    """Fill a store, then read it as screens do."""
    with tempfile.TemporaryDirectory() as folder:
        desk = await _filled(Path(folder), rows)
        now = desk.clock.wall()
        week = (TODAY, TODAY + timedelta(days=6))
        await show("calendar, a week", lambda: desk.calendar(*week))
        await show("calendar, a week of one client", lambda: desk.calendar(*week, "c3"))
        await show("calendar, six weeks", lambda: desk.calendar(TODAY, TODAY + timedelta(days=41)))
        await show("what waits for approval", desk.waiting)
        await show("status line", desk.overview)
        await show("next 36 hours", lambda: desk.deliveries(DeliveryQuery(states=("queued",), since=now, until=now + 3 * DAY // 2)))
        await show("what needs a person", lambda: desk.deliveries(DeliveryQuery(states=("ask", "refused", "missed"))))
        await show("the first 500", desk.deliveries)
        await desk.close()


async def show(name: str, read: Callable[[], Awaitable[object]], times: int = 7) -> None:
    """One line: the best of several, in ms."""
    best, found = float("inf"), 0
    for _ in range(times):
        started = time.perf_counter()
        answer = await read()
        best = min(best, (time.perf_counter() - started) * 1_000)
        found = len(answer) if isinstance(answer, Sized) else 1
    budget = f"   budget {BUDGETS_MS[name]} ms" if name in BUDGETS_MS else ""
    print(f"{name:<34} {best:8.1f} ms   {found:>6} rows{budget}")


async def _filled(root: Path, rows: int) -> Desk:
    names = [f"bs-{n}" for n in range(ACCOUNTS)]
    accounts = "".join(f"  {name}: {{ platform: bluesky, handle: {name}.example, languages: [en] }}\n" for name in names)
    groups = [names[n : n + PER_CLIENT] for n in range(0, ACCOUNTS, PER_CLIENT)]
    clients = "".join(f"  c{n}: {{ name: Client {n}, accounts: [{', '.join(group)}] }}\n" for n, group in enumerate(groups))
    (root / "daypart.yaml").write_text(f"version: 1\ntimezone: Europe/Warsaw\naccounts:\n{accounts}clients:\n{clients}")
    clock = StillClock()
    desk = await Desk.open(root, clock=clock)
    await desk.new_post(title="Menu", text={"en": "Winter menu is here. #menu"}, accounts=names[:1], when="tomorrow 9:30")
    step = YEARS * 365 * DAY // rows
    values = {"rows": rows, "posts": rows // 5, "start": clock.now - YEARS * 365 * DAY // 2, "step": step, "now": clock.now}

    def fill(conn: Connection) -> None:
        from scheduler.accounts.rows import sync_accounts

        sync_accounts(conn, desk.workspace)
        conn.execute(text(_POSTS), {"posts": rows // 5})
        conn.execute(text(_DELIVERIES), values)

    await desk.change(fill)
    return desk


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
