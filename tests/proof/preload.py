"""Loaded once by the server that children are forked from, so that each of them starts within a few milliseconds."""

from __future__ import annotations

import gc
from importlib import import_module

from adapters.http import Http, _tls

for _name in (
    "tests.proof.child",
    "adapters.hosts.serve",
    "anyio._backends._asyncio",
    "apscheduler.executors.asyncio",
    "apscheduler.triggers.date",
    "apscheduler.triggers.interval",
    "config.loading",
    "cryptography.hazmat.primitives.ciphers.aead",
    "encodings.ascii",
    "encodings.utf_8_sig",
    "httpcore",
    "scheduler.desk.desk",
    "scheduler.service.wiring",
    "uvicorn.lifespan.off",
    "uvicorn.loops.asyncio",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
    "yaml",
):
    import_module(_name)

_tls()
Http()
gc.collect()
gc.freeze()  # children share these pages for as long as nobody touches them
