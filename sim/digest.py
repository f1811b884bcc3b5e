"""Digests: one SHA-256 over named columns, so that two runs can be compared by a word."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray


def digest_columns(columns: Mapping[str, NDArray[np.generic] | tuple[str, ...]]) -> str:
    """Hash columns by name (sorted), type and value, little-endian and bit-exact.

    Floats are hashed by their bits; text columns as UTF-8 with lengths. Returns 64 hex digits.
    """
    total = hashlib.sha256()
    for name in sorted(columns):
        column = columns[name]
        total.update(f"{name}:".encode())
        if isinstance(column, tuple):
            for text in column:
                data = text.encode()
                total.update(len(data).to_bytes(4, "little"))
                total.update(data)
        else:
            array = np.ascontiguousarray(column)
            array = array.astype(array.dtype.newbyteorder("<"), copy=False)
            total.update(f"{array.dtype.str}{array.shape}".encode())
            total.update(array.tobytes())
    return total.hexdigest()


def digest_text(text: str) -> str:
    """Hash one text as UTF-8. Returns 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()
