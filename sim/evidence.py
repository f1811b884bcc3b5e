"""Where the numbers of the configuration come from: key patterns with tag, unit, range and source (``conf/evidence.yaml``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from sim.resources import conf_dir
from sim.yamlfile import load_yaml

TAGS = ("found", "derived", "literature", "assumed", "model")
"""``found`` in a public source, ``derived`` from such figures, ``literature`` (general), ``assumed`` (no evidence found),
``model`` (a choice of the model or of the user, no fact of the world)."""


@cache
def patterns() -> dict[str, dict[str, Any]]:
    """Entries by key pattern, in the order of the file."""
    return dict(load_yaml(conf_dir() / "evidence.yaml"))


def evidence_of(key: str) -> dict[str, Any] | None:
    """The entry of a dotted key: that of the first pattern that fits (``*`` stands for anything), or None."""
    return next((entry for pattern, entry in patterns().items() if fnmatchcase(key, pattern)), None)


def numeric_leaves(plain: Any, key: str = "") -> Iterator[str]:
    """Dotted keys of all numbers in nested plain values; the members of a list share the key of the list."""
    if isinstance(plain, Mapping):
        for name, value in plain.items():
            yield from numeric_leaves(value, f"{key}.{name}" if key else str(name))
    elif isinstance(plain, list | tuple):
        yield from dict.fromkeys(leaf for value in plain for leaf in numeric_leaves(value, key))
    elif isinstance(plain, int | float) and not isinstance(plain, bool):
        yield key
