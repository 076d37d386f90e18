"""`daypart` as its worst self: everything is logged, and faults carry tokens in their words. `python -m tests.proof.indiscreet MODE ARGS…`

MODE: `talkative` logs all there is · `crash` lets the first look at the store end in an exception that holds a token ·
`stumble` lets every commit of Bluesky do so.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any, Never

import adapters.http  # noqa: F401  quietens its transport, which is what is undone here
from adapters.bluesky.adapter import Bluesky
from config.secrets import Cipher, load_key
from daypart.cli import run
from scheduler.accounts.vault import Vault
from scheduler.desk.desk import Desk
from scheduler.store.statements import ACCOUNT


def talkative() -> None:
    """Every logger at its loudest, also those of the libraries below."""
    logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(name)s %(message)s %(args)s", force=True)
    for name in ("httpx", "httpcore", "httpx2", "httpcore2", "openai", "apscheduler", "asyncio", "sqlalchemy.engine"):
        logging.getLogger(name).setLevel(logging.DEBUG)


def crash() -> None:
    """A bug with a token in its words."""

    async def overview(self: Desk, *_: object) -> Never:
        row = await self.store.read(lambda conn: conn.execute(ACCOUNT.select().where(ACCOUNT.c.token_enc.is_not(None))).mappings().first())
        assert row is not None
        found = Vault(Cipher(load_key(self.store.folder))).unseal(row["id"], row["token_enc"])
        assert found is not None
        asyncio.get_running_loop().call_exception_handler({"message": f"lost {found.refresh}"})
        raise ZeroDivisionError(f"nobody thought of {found.access} and https://x.example/?access_token={found.access}")

    Desk.overview = overview  # type: ignore[method-assign, assignment]


def stumble() -> None:
    """A bug in the middle of a commit."""

    async def commit(self: Bluesky, *_: object) -> Any:
        assert self._account.credentials is not None
        raise ZeroDivisionError(f"nobody thought of {self._account.credentials.access}")

    Bluesky.commit = commit  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    {"talkative": talkative, "crash": crash, "stumble": stumble}[sys.argv[1]]()
    if sys.argv[1] == "stumble":
        talkative()
    sys.exit(run(sys.argv[2:], debug=sys.argv[1] == "crash"))
