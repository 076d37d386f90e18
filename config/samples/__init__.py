"""Workspaces to start from: the demo's, the one of `init`, and those a person begins with at the desk."""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from config.times import from_micros

HERE = Path(__file__).parent
TEMPLATE = ".in"
_TOKEN = re.compile(r"%([A-Z_]+)([+-]\d+)?%")


@dataclass(frozen=True, slots=True)
class NeededMedia:
    """A file that the demo draws before it starts."""

    name: str
    """Path from the workspace."""
    kind: Literal["picture", "film"]
    width: int
    height: int
    seconds: float | None
    words: str
    """Written into the picture."""


def write_demo(
    folder: Path,
    now: int,
    tz: str,
    sandbox_url: str,
    *,
    model_url: str | None = None,
    model: str = "sandbox",
    media_listen: str = "127.0.0.1:8089",
) -> list[Path]:
    """The demo's workspace, its dates seen from `now` (UTC microseconds). Pictures are drawn by the caller: `demo_media`."""
    words = {
        "SANDBOX": sandbox_url.rstrip("/"),
        "MODEL_URL": model_url or f"{sandbox_url.rstrip('/')}/model/v1",
        "MODEL": model,
        "LISTEN": media_listen,
    }
    return _write("demo", folder, now, tz, words)


def demo_media() -> tuple[NeededMedia, ...]:
    """Which files the demo's posts name."""
    lines = (HERE / "demo" / "media.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple(_needed(line.split("\t")) for line in lines)


def write_sample(folder: Path, now: int | None = None, tz: str | None = None) -> list[Path]:
    """The workspace of `init`, with its schemas. An existing file is never written over."""
    from config.schema import write_schemas

    instant = now if now is not None else time.time_ns() // 1_000
    written = _write("first", folder, instant, tz or local_zone(), {"WORKSPACE_ID": f"w-{uuid.uuid4().hex[:16]}"})
    return [*written, *write_schemas(folder)]


def write_named(name: str, folder: Path, now: int, tz: str, words: Mapping[str, str]) -> list[Path]:
    """A workspace without campaigns. An existing file is never written over: raises FileExistsError."""
    from config.schema import write_schemas

    written = _write(name, folder, now, tz, words)
    return [*written, *write_schemas(folder)]


def local_zone() -> str:
    """The zone of this computer by name, or UTC where it does not tell."""
    from zoneinfo import available_timezones

    said = os.environ.get("TZ", "").removeprefix(":")
    linked = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    known = available_timezones()
    return next((name for name in (said, linked, linked.removeprefix("posix/")) if name in known), "UTC")


def _needed(fields: list[str]) -> NeededMedia:
    name, kind, width, height, seconds, words = fields
    return NeededMedia(name, "film" if kind == "film" else "picture", int(width), int(height), float(seconds) if seconds else None, words)


def _write(name: str, folder: Path, now: int, tz: str, words: Mapping[str, str]) -> list[Path]:
    today = from_micros(now, tz).date()

    def fill(found: re.Match[str]) -> str:
        if found[1] == "DAY":
            return (today + timedelta(days=int(found[2] or 0))).isoformat()
        return tz if found[1] == "TZ" else words[found[1]]

    out = []
    for file in sorted((HERE / name).rglob("*")):
        if not file.is_file() or file.name == "media.tsv" or "__pycache__" in file.parts:
            continue
        target = folder / file.relative_to(HERE / name)
        text = file.read_text(encoding="utf-8")
        if target.suffix == TEMPLATE:
            target, text = target.with_suffix(""), _TOKEN.sub(fill, text)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as opened:
            opened.write(text)
        out.append(target)
    return out
