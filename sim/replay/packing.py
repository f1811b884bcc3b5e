"""Columns of whole numbers as few bytes, for a page: differences, then byte planes, then one gzip; and back again.

A column is stored as differences to its predecessor (where that helps), folded to non-negative numbers (0, -1, 1, -2 … become
0, 1, 2, 3 …) and cut into planes: first the lowest byte of every number, then the next. Planes of small numbers are runs of
zeros, which gzip makes nothing of. ``page/bytes.js`` reads the same.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

Ints = NDArray[np.int64]
LETTERS = "".join(chr(code) for code in range(32, 127) if chr(code) not in "<>&\\")
"""The 91 letters in which bytes stand in a page: two of them hold 13 bits, a fifth more than base64 would need."""
LIMIT = 2**31
"""Numbers below this size fit: the page holds columns as signed 32 bits."""


@dataclass
class Packer:
    """Columns and texts of one page's data: ``directory`` says where each lies in ``blob``."""

    directory: dict[str, list[int]] = field(default_factory=dict)
    blob: bytearray = field(default_factory=bytearray)

    def column(self, name: str, values: Any, delta: bool = False) -> None:
        """Add whole numbers. Raises ``InputError`` for one that is too large for the page."""
        numbers = np.asarray(values, dtype=np.int64)
        if len(numbers) and int(np.abs(numbers).max()) >= LIMIT:
            raise InputError(f"replay: column '{name}' holds {numbers[np.abs(numbers).argmax()]}, allowed: less than {LIMIT}")
        folded = fold(np.diff(numbers, prepend=0) if delta else numbers)
        width = next(w for w in (1, 2, 3, 4, 5) if int(folded.max(initial=0)) < 256**w)
        self.directory[name] = [len(self.blob), len(numbers), width, int(delta)]
        self.blob += folded.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T.tobytes()

    def text(self, name: str, lines: list[str]) -> None:
        """Add texts of one line each."""
        body = "\n".join(line.replace("\n", " ") for line in lines).encode("utf-8")
        self.directory[name] = [len(self.blob), len(body), 0, len(lines)]
        self.blob += body

    def packed(self) -> bytes:
        """All columns, compressed; the same columns give the same bytes."""
        return gzip.compress(bytes(self.blob), compresslevel=7, mtime=0)


def as_letters(data: bytes) -> str:
    """Bytes as text: 13 bits in two of 91 letters, the lowest bit first, and zeros after the last byte."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    padded = np.concatenate((bits, np.zeros(-len(bits) % 13, dtype=np.uint8)))
    numbers = padded.reshape(-1, 13) @ (1 << np.arange(13))
    letters = np.frombuffer(LETTERS.encode("ascii"), np.uint8)
    return np.stack((letters[numbers // 91], letters[numbers % 91]), axis=1).tobytes().decode("ascii")


def fold(numbers: Ints) -> Ints:
    """Whole numbers as non-negative ones: 0, -1, 1, -2 … become 0, 1, 2, 3 …"""
    return np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)


def unpack(directory: Mapping[str, list[int]], packed: bytes) -> dict[str, Ints | list[str]]:
    """Columns and texts by name, from what a ``Packer`` gave."""
    blob = gzip.decompress(packed)
    return {name: _read(blob, *place) for name, place in directory.items()}


def _read(blob: bytes, start: int, count: int, width: int, extra: int) -> Ints | list[str]:
    if width == 0:
        return blob[start : start + count].decode("utf-8").split("\n") if extra else []
    planes = np.zeros((count, 8), dtype=np.uint8)
    planes[:, :width] = np.frombuffer(blob, np.uint8, count * width, start).reshape(width, count).T
    folded = planes.reshape(-1).view("<u8").astype(np.int64)
    numbers = np.where(folded & 1, -(folded + 1) // 2, folded // 2)
    return np.cumsum(numbers) if extra else numbers
