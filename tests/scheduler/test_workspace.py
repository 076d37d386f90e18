"""Where a workspace is."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import NotFoundError
from scheduler.workspace import find_workspace


def test_a_workspace_is_found_from_inside(tmp_path: Path) -> None:
    (tmp_path / "daypart.yaml").write_text("version: 1\n", "utf-8")
    inside = tmp_path / "campaigns" / "launch" / "posts"
    inside.mkdir(parents=True)
    assert find_workspace(inside) == tmp_path
    with pytest.raises(NotFoundError, match="there is no"):
        find_workspace(Path("/"))
