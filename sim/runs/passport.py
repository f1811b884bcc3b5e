"""The passport of a run: what made it and on which machine, so that digests can be compared with open eyes."""

from __future__ import annotations

import platform
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

SCHEMA, SCHEMA_VERSION = "pollday-run", 1
PACKAGES = ("numpy", "scipy", "simpy", "pydantic")


def package_version(name: str = "pollday") -> str:
    """Version of an installed distribution, ``unknown`` for a bare checkout."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that numbers depend on."""
    return {"python": platform.python_version(), **{name: package_version(name) for name in PACKAGES}}


def machine() -> dict[str, Any]:
    """Kind of machine and the instruction sets that NumPy uses: digests are promised equal only where these agree."""
    config: Any = np.show_config(mode="dicts")
    simd = (config or {}).get("SIMD Extensions", {})
    flags = sorted({*simd.get("baseline", []), *simd.get("found", [])})
    return {"system": platform.system(), "machine": platform.machine(), "cpu_flags": flags}


def file_digest(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    total = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            total.update(block)
    return total.hexdigest()
