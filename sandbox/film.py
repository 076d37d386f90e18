"""Writes a small, valid film: H.264 constrained baseline, key frames of copied and plain blocks, skipped frames between.

A block that equals the edge of its left or upper neighbour is predicted from it without a remainder; every other block is
stored as it is (I_PCM). Deblocking is off, so that a picture comes out exactly as it went in.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

FPS = 30
_BLOCK = 16
_KEY_NAL = b"\x65"
_SKIP_NAL = b"\x41"
_PCM = 25
_I16_VERTICAL, _I16_HORIZONTAL = 1, 2
_CHROMA_HORIZONTAL, _CHROMA_VERTICAL = 1, 2


@dataclass(frozen=True, slots=True)
class Frame:
    """Planes of a picture whose sides are multiples of 16: luma, and two of half the size."""

    width: int
    height: int
    luma: bytes
    blue: bytes
    red: bytes

    @property
    def across(self) -> int:
        """Blocks in a row."""
        return self.width // _BLOCK

    @property
    def blocks(self) -> int:
        """Blocks in the picture."""
        return self.across * self.height // _BLOCK


def write_film(keys: Sequence[Frame], width: int, height: int, frames: int) -> bytes:
    """An MP4 of so many frames; the key frames are spread evenly and each stands until the next."""
    every = -(-frames // len(keys))
    samples: list[bytes] = []
    starts: list[int] = []
    for number in range(frames):
        nth, since = divmod(number, every)
        if since == 0:
            starts.append(number)
            samples.append(_sized(_key_frame(keys[nth], nth)))
        else:
            samples.append(_sized(_skipped_frame(keys[nth].blocks, since)))
    return _mp4(samples, starts, width, height, _parameters(keys[0], width, height))


# ── bits ─────────────────────────────────────────────────────────────────────


class _Bits:
    """A bit string in H.264's codes."""

    def __init__(self) -> None:
        self._done = bytearray()
        self._open: list[str] = []

    def put(self, value: int, width: int) -> _Bits:
        """So many bits."""
        self._open.append(f"{value:0{width}b}")
        return self

    def ue(self, value: int) -> _Bits:
        """Exp-Golomb; signed zeros are the same bit."""
        code = f"{value + 1:b}"
        self._open.append("0" * (len(code) - 1) + code)
        return self

    def raw(self, data: bytes) -> None:
        """Whole bytes, after zeros up to the next byte."""
        self._flush("0")
        self._done += data

    def nal(self, head: bytes) -> bytes:
        """Closed with a stop bit, and with no start code inside."""
        self._open.append("1")
        self._flush("0")
        return head + re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", bytes(self._done))

    def _flush(self, filler: str) -> None:
        bits = "".join(self._open)
        self._open = []
        if bits:
            bits += filler * (-len(bits) % 8)
            self._done += int(bits, 2).to_bytes(len(bits) // 8, "big")


# ── pictures ─────────────────────────────────────────────────────────────────


def _key_frame(frame: Frame, nth: int) -> bytes:
    bits = _Bits()
    bits.ue(0).ue(7).ue(0).put(0, 8).ue(nth % 2).put(0, 2).ue(0).ue(1)
    plain: list[bool] = []
    for at in range(frame.blocks):
        block = _Block(frame, at % frame.across, at // frame.across)
        left = plain[at - 1] if block.x else None
        above = plain[at - frame.across] if block.y else None
        if left is not None and block.continues_left():
            _copied(bits, _I16_HORIZONTAL, _CHROMA_HORIZONTAL, left, above)
        elif above is not None and block.continues_above():
            _copied(bits, _I16_VERTICAL, _CHROMA_VERTICAL, left, above)
        else:
            bits.ue(_PCM).raw(block.pixels())
            plain.append(True)
            continue
        plain.append(False)
    return bits.nal(_KEY_NAL)


def _copied(bits: _Bits, luma: int, chroma: int, left: bool | None, above: bool | None) -> None:
    """A predicted block with nothing added; “no coefficients” is spelt by what the neighbours hold (a plain block: 16)."""
    counts = [16 * plain for plain in (left, above) if plain is not None]
    around = (sum(counts) + 1) // 2 if len(counts) == 2 else sum(counts)
    bits.ue(luma).ue(chroma).ue(0)
    if around < 2:
        bits.put(1, 1)
    else:
        bits.put(0b000011, 6)


def _skipped_frame(blocks: int, number: int) -> bytes:
    bits = _Bits()
    bits.ue(0).ue(5).ue(0).put(number % 256, 8).put(0, 3).ue(0).ue(1).ue(blocks)
    return bits.nal(_SKIP_NAL)


@dataclass(frozen=True, slots=True)
class _Block:
    """One block of 16 by 16 in all three planes."""

    frame: Frame
    x: int
    y: int

    def continues_left(self) -> bool:
        """Each of its rows repeats the pixel to the left of it."""
        return all(
            plane[start : start + side] == plane[start - 1 : start] * side for plane, side, _, starts in self._planes() for start in starts
        )

    def continues_above(self) -> bool:
        """Each of its rows is the row above it."""
        return all(
            plane[start : start + side] == plane[first - stride : first - stride + side]
            for plane, side, stride, starts in self._planes()
            for first in starts[:1]
            for start in starts
        )

    def pixels(self) -> bytes:
        """All of them, plane after plane."""
        return b"".join(plane[start : start + side] for plane, side, _, starts in self._planes() for start in starts)

    def _planes(self) -> list[tuple[bytes, int, int, range]]:
        """Plane, side of the block, bytes in a row, where its rows start."""
        frame = self.frame
        planes: list[tuple[bytes, int, int, range]] = []
        for plane, less in ((frame.luma, 1), (frame.blue, 2), (frame.red, 2)):
            side, stride = _BLOCK // less, frame.width // less
            first = self.y * side * stride + self.x * side
            planes.append((plane, side, stride, range(first, first + side * stride, stride)))
        return planes


# ── parameter sets ───────────────────────────────────────────────────────────


def _parameters(frame: Frame, width: int, height: int) -> tuple[bytes, bytes]:
    sps = _Bits().put(66, 8).put(0xC0, 8).put(40, 8).ue(0).ue(4).ue(2).ue(1).put(0, 1)
    sps.ue(frame.across - 1).ue(frame.height // _BLOCK - 1).put(0b11, 2)
    right, bottom = (frame.width - width) // 2, (frame.height - height) // 2
    if right or bottom:
        sps.put(1, 1).ue(0).ue(right).ue(0).ue(bottom)
    else:
        sps.put(0, 1)
    _usability(sps)
    pps = _Bits().ue(0).ue(0).put(0, 2).ue(0).ue(0).ue(0).put(0, 3).ue(0).ue(0).ue(0).put(0b100, 3)
    return sps.nal(b"\x67"), pps.nal(b"\x68")


def _usability(sps: _Bits) -> None:
    """Colours (BT.601, limited range), frame rate, and that frames come in order."""
    sps.put(1, 1).put(0b00, 2).put(1, 1).put(5, 3).put(0, 1).put(1, 1).put(6, 8).put(6, 8).put(6, 8).put(0, 1)
    sps.put(1, 1).put(1, 32).put(2 * FPS, 32).put(1, 1).put(0, 3)
    sps.put(1, 1).put(1, 1).ue(0).ue(0).ue(10).ue(10).ue(0).ue(1)


# ── the file around it ───────────────────────────────────────────────────────

_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def _sized(nal: bytes) -> bytes:
    return struct.pack(">I", len(nal)) + nal


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _mp4(samples: Sequence[bytes], starts: Sequence[int], width: int, height: int, parameters: tuple[bytes, bytes]) -> bytes:
    head = _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2avc1mp41")
    length = len(_moov(samples, starts, width, height, parameters, 0))
    moov = _moov(samples, starts, width, height, parameters, len(head) + length + 8)
    return head + moov + _box(b"mdat", *samples)


def _moov(samples: Sequence[bytes], starts: Sequence[int], width: int, height: int, parameters: tuple[bytes, bytes], offset: int) -> bytes:
    count = len(samples)
    movie_ms = count * 1000 // FPS
    times = struct.pack(">5I", 0, 0, 0, 1000, movie_ms)
    mvhd = _box(b"mvhd", times, struct.pack(">IH10x", 0x10000, 0x100), _MATRIX, bytes(24), struct.pack(">I", 2))
    tkhd = _box(
        b"tkhd", struct.pack(">6I", 7, 0, 0, 1, 0, movie_ms), bytes(16), _MATRIX, struct.pack(">2I", width << 16, height << 16)
    )  # fmt: skip
    mdhd = _box(b"mdhd", struct.pack(">5I2H", 0, 0, 0, FPS, count, 0x55C4, 0))
    hdlr = _box(b"hdlr", bytes(8), b"vide", bytes(12), b"sandbox\0")
    dinf = _box(b"dinf", _box(b"dref", struct.pack(">2I", 0, 1), _box(b"url ", struct.pack(">I", 1))))
    table = _box(
        b"stbl",
        _box(b"stsd", struct.pack(">2I", 0, 1), _avc1(width, height, *parameters)),
        _box(b"stts", struct.pack(">4I", 0, 1, count, 1)),
        _box(b"stss", struct.pack(">2I", 0, len(starts)), *(struct.pack(">I", start + 1) for start in starts)),
        _box(b"stsc", struct.pack(">5I", 0, 1, 1, count, 1)),
        _box(b"stsz", struct.pack(">3I", 0, 0, count), *(struct.pack(">I", len(sample)) for sample in samples)),
        _box(b"stco", struct.pack(">3I", 0, 1, offset)),
    )
    minf = _box(b"minf", _box(b"vmhd", struct.pack(">I8x", 1)), dinf, table)
    return _box(b"moov", mvhd, _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, minf)))


def _avc1(width: int, height: int, sps: bytes, pps: bytes) -> bytes:
    config = struct.pack(">B3s2BH", 1, sps[1:4], 0xFF, 0xE1, len(sps)) + sps + struct.pack(">BH", 1, len(pps)) + pps
    entry = bytes(6) + struct.pack(">H16x2H2I4xH", 1, width, height, 0x480000, 0x480000, 1) + bytes(32) + struct.pack(">Hh", 24, -1)
    return _box(b"avc1", entry, _box(b"avcC", config))
