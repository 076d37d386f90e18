"""One sandbox for all tests of this folder, as freshly started for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox_process import Sandbox


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """The process."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """The same process with nothing in it."""
    running_sandbox.reset()
    return running_sandbox
