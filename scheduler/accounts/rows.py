"""Accounts in the store: read beside daypart.yaml, and made to say what it says."""

from __future__ import annotations

import json

from sqlalchemy import Connection, RowMapping, insert, select, update

from adapters.contract import Account
from config.pace import NONE as NO_PACE
from config.workspace import Account as WrittenAccount
from config.workspace import Workspace
from scheduler import lifecycle
from scheduler.accounts.named import StoredAccount, not_connected
from scheduler.accounts.vault import account_of
from scheduler.store.statements import ACCOUNT, DELIVERY


def read_accounts(conn: Connection, workspace: Workspace) -> dict[str, StoredAccount]:
    """Every supported account of daypart.yaml, by name."""
    rows = {row["name"]: row for row in conn.execute(select(ACCOUNT)).mappings()}
    supported = {name: written for name, written in workspace.accounts.items() if written.supported}
    return {name: _stored(name, written, workspace, rows.get(name)) for name, written in supported.items()}


def sync_accounts(conn: Connection, workspace: Workspace) -> dict[str, StoredAccount]:
    """Make the store's rows say what daypart.yaml says. An account that is somebody else now has to be connected again."""
    follow_clients(conn, workspace)
    rows = {row["name"]: row for row in conn.execute(select(ACCOUNT)).mappings()}
    for name, written in workspace.accounts.items():
        if written.supported:
            _sync(conn, name, written, workspace.client_of(name), rows.get(name))
            _keep_pace(conn, name, workspace.pace_of(name).text(), rows.get(name))
    return read_accounts(conn, workspace)


def follow_clients(conn: Connection, workspace: Workspace) -> None:
    """Accounts belong to whom daypart.yaml says, and so does what is planned on them; what is public stays whose it was."""
    rows = conn.execute(select(ACCOUNT.c.id, ACCOUNT.c.name, ACCOUNT.c.client)).fetchall()
    for row in rows:
        client = workspace.client_of(row.name)
        if row.name in workspace.accounts and row.client != client:
            conn.execute(update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(client=client))
            open_ones = (DELIVERY.c.account_id == row.id, DELIVERY.c.state.not_in(lifecycle.FINAL))
            conn.execute(update(DELIVERY).where(*open_ones).values(client=client))


def _keep_pace(conn: Connection, name: str, pace: str, row: RowMapping | None) -> None:
    """Limits as they are written now. What waited for the old ones is looked at anew."""
    if pace == (NO_PACE if row is None else row["pace"]):
        return
    conn.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(pace=pace))
    if row is not None:
        waits = (DELIVERY.c.account_id == row["id"], DELIVERY.c.reason_code == lifecycle.PACE)
        conn.execute(update(DELIVERY).where(*waits, DELIVERY.c.state == "queued").values(next_at=0, reason=None, reason_code=None))


def _stored(name: str, written: WrittenAccount, workspace: Workspace, row: RowMapping | None) -> StoredAccount:
    if row is None or not _is_same(written, row):
        return not_connected(name, written, workspace, None if row is None else row["id"])
    known = account_of(row, None)
    account = Account(
        name, known.platform, known.handle, known.server, written.languages, written.login, known.remote_id, None, known.facts
    )
    return StoredAccount(row["id"], account, workspace.client_of(name), row["state"], row["token_exp"], row["next_ok_at"])


def _is_same(written: WrittenAccount, row: RowMapping) -> bool:
    return (row["platform"], row["handle"], row["server"]) == (written.platform, written.handle, written.base)


def _sync(conn: Connection, name: str, written: WrittenAccount, client: str | None, row: RowMapping | None) -> None:
    said = {"platform": written.platform, "handle": written.handle, "server": written.base, "client": client}
    if row is None:
        conn.execute(insert(ACCOUNT).values(name=name, facts=json.dumps({"login": written.login}), **said))
        return
    if not _is_same(written, row):
        nobody = {"remote_account_id": None, "token_enc": None, "token_prev_enc": None, "token_exp": None, "state": "ok"}
        conn.execute(update(ACCOUNT).where(ACCOUNT.c.id == row["id"]).values(**said, **nobody, facts=json.dumps({"login": written.login})))
