"""Small workspaces for the tests: a base that is right in every file, and how to load it at a fixed time."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path
from typing import Literal

from PIL import Image

from config.loaded import Loaded
from config.loading import load
from config.times import parse_at

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
NOW = parse_at("2026-11-22T09:00", "Europe/Warsaw").fixed.instant

BASE: dict[str, str] = {
    "daypart.yaml": """version: 1
timezone: Europe/Warsaw
accounts:
  ig-kawa: { platform: instagram, handle: kawa.wroclaw, languages: [en, pl] }
  bs-kawa: { platform: bluesky, handle: kawa.example, languages: [en] }
  ms-rower: { platform: mastodon, handle: "@rower@social.example", languages: [pl] }
clients:
  kawa: { name: Kawa, accounts: [ig-kawa, bs-kawa], brand: brands/kawa.yaml }
  rower: { name: Rower, accounts: [ms-rower] }
""",
    "brands/kawa.yaml": """version: 1
name: Kawa
voice: Warm and dry
hashtags: { max: 5 }
""",
    "campaigns/launch/campaign.yaml": """version: 1
id: launch
title: Launch
starts: 2026-11-30
ends: 2027-04-30
languages: [en, pl]
brand: ../../brands/kawa.yaml
accounts: [ig-kawa, bs-kawa]
vars:
  blend: { en: Autumn Blend, pl: Jesienna Mieszanka }
schedule:
  slots:
    lunch: { rule: "FREQ=WEEKLY;BYDAY=MO,WE", at: "12:15" }
  blackout: [2026-12-06]
posts:
  - id: teaser
    at: 2026-11-30T12:15
    accounts: [bs-kawa]
    text: { en: "{{ blend }} is resting on the shelf." }
  - id: shelf
    slot: lunch
    accounts: [ig-kawa]
    text: { en: On the shelf, pl: Na półce }
    media:
      - { path: media/shelf.jpg, alt: { en: A shelf, pl: Półka } }
""",
    "campaigns/launch/posts/story.md": """---
slot: lunch
accounts: [ig-kawa]
media: [{ path: media/shelf.jpg, alt: { en: A shelf, pl: Półka } }]
---
A story of {{ blend }}.
""",
    "campaigns/launch/posts/story.pl.md": "Opowieść o {{ blend }}.\n",
}
"""Path → text. No diagnostics at all."""


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Files below a folder; bytes stay as they are."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def copy_sample(name: Literal["kawa", "weekly-tips"], folder: Path) -> None:
    """One of the two samples of the format's description, as it is."""
    shutil.copytree(SAMPLES / name, folder, dirs_exist_ok=True)


def base(root: Path, **_: object) -> Path:
    """The right workspace with its picture."""
    write(root, dict(BASE))
    picture(root / "campaigns/launch/media/shelf.jpg")
    return root


def load_at(root: Path, now: int = NOW) -> Loaded:
    """Load at the fixed time."""
    return load(root, now)


def picture(path: Path, size: tuple[int, int] = (64, 80), kind: str = "JPEG") -> Path:
    """A small real picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, "brown").save(path, kind)
    return path


def film(path: Path, seconds: float = 4.0, size: tuple[int, int] = (540, 960), *, turned: bool = False) -> Path:
    """An MP4 that has an index and no pictures: enough for everything that reads sizes and lengths."""
    path.parent.mkdir(parents=True, exist_ok=True)
    width, height = size
    matrix = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000) if turned else (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    header = struct.pack(">IIIII", 0, 0, 0, 1_000, round(seconds * 1_000)) + bytes(80)
    track = struct.pack(">IIIIII", 7, 0, 0, 1, 0, round(seconds * 1_000)) + bytes(16) + struct.pack(">9i", *matrix)
    track += struct.pack(">II", width << 16, height << 16)
    handler = bytes(8) + b"vide" + bytes(13)
    described = struct.pack(">II", 0, 1) + _box(b"avc1", bytes(70))
    media = _box(b"hdlr", handler) + _box(b"minf", _box(b"stbl", _box(b"stsd", described)))
    index = _box(b"mvhd", header) + _box(b"trak", _box(b"tkhd", track) + _box(b"mdia", media))
    path.write_bytes(_box(b"ftyp", b"isom\x00\x00\x02\x00isommp42") + _box(b"moov", index) + _box(b"mdat", bytes(64)))
    return path


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body
