"""What makes two runs the same run: settings in one canonical form, the root seed, the model's own code, and NumPy.

Engine, workers, output, names and the number of replications are no part of it: more days or more options re-use every
run there is. Code and data that can change a result are, so that runs of two models are never put into one table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from sim import plugins
from sim.digest import digest_text
from sim.settings import Settings, dump, read

DIGITS = 12
"""Significant digits of a float that count; the rest is noise of arithmetic, such as 0.7000000000000001."""
NAMING = ("name", "replication")
"""Settings that say which run it is, not what is run."""
OUTSIDE = ("__main__.py", "bench", "cli.py", "commands", "conf", "language", "plans", "reports", "twin")
"""What stands right below ``sim/`` and no task ever imports."""
TASK = ("__init__.py", "figures.py", "inputs.py", "outcome.py", "point.py", "ratios.py")
"""Modules of ``sim/study`` that a task is made of; the others plan, store and compare."""
WORDS = (".md", ".pyc", ".txt", ".typed")
"""Endings of files that hold no code and no data."""

_PACKAGE = Path(__file__).resolve().parents[1]


def rounded(value: Any) -> Any:
    """Plain data with every float to 12 significant digits; whole numbers, words and order are kept as they are.

    >>> rounded({"share": 0.1 + 0.2, "cars": 3, "zero": -0.0})
    {'share': 0.3, 'cars': 3, 'zero': 0.0}
    """
    if isinstance(value, Mapping):
        return {str(key): rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS - 1}e}") + 0.0
    return value


def canonical_text(settings: Settings) -> str:
    """The settings of a point as JSON that is equal for equal points: sorted keys, rounded floats, no name, no replication.

    A task runs what ``settings_of`` reads back from it, never the settings as typed: the digits that do not count for
    the identity do not count for the result either.
    """
    plain = {key: part for key, part in dump(settings).items() if key not in NAMING}
    return json.dumps(rounded(plain), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def settings_of(text: str) -> Settings:
    """Settings from their canonical text. Raises ``InputError`` where this version of pollday has no such setting."""
    return read(json.loads(text), Settings)


@dataclass(frozen=True)
class Point:
    """An option as it is stored: its id (64 hex digits), the name and overrides people read, and what the id is made from.

    ``config`` is the canonical text of its settings, root seed included; ``model`` and ``numpy`` say which code ran.
    """

    id: str
    name: str
    overrides: tuple[str, ...]
    config: str
    model: str
    numpy: str

    @property
    def settings(self) -> str:
        """Digest of the settings alone: equal for one option under two models."""
        return digest_text(self.config)


def make_point(name: str, overrides: Iterable[str], settings: Settings) -> Point:
    """The point of an option under this code, the plugins that are loaded, and this NumPy."""
    config, model = canonical_text(settings), model_hash()
    return Point(_point_id(config, model, np.__version__), name, tuple(overrides), config, model, np.__version__)


def point_of(point: Point) -> Point:
    """The point with the id that its parts make."""
    return replace(point, id=_point_id(point.config, point.model, point.numpy))


def point_id(settings: Settings) -> str:
    """SHA-256 of canonical settings with the root seed, model code and NumPy's version, as 64 hex digits."""
    return _point_id(canonical_text(settings), model_hash(), np.__version__)


def _point_id(config: str, model: str, numpy: str) -> str:
    return digest_text(json.dumps([config, model, numpy], ensure_ascii=False))


def is_true(point: Point) -> bool:
    """Whether the id of a point belongs to what it says it is made from."""
    return point.id == _point_id(point.config, point.model, point.numpy)


def model_hash() -> str:
    """SHA-256 of every module and shipped data file that can change a result, and of the plugins that are loaded."""
    own, extra = _own_hash(), plugins.digest()
    return digest_text(f"{own} {extra}") if extra else own


@cache
def _own_hash() -> str:
    total = sha256()
    for name, path in sorted(model_files()):
        content = _content(path)
        total.update(f"{name}:{len(content)}:".encode())
        total.update(content)
    return total.hexdigest()


def _content(path: Path) -> bytes:
    """A file's bytes; ends of lines are alike on every system, since Git may turn them round."""
    return path.read_bytes().replace(b"\r\n", b"\n")


def model_files() -> Iterator[tuple[str, Path]]:
    """Name below ``sim/`` and path of everything that ``model_hash`` takes in, in no order."""
    for path in _PACKAGE.rglob("*"):
        parts = path.relative_to(_PACKAGE).parts
        if parts[0] in OUTSIDE or "__pycache__" in parts or path.suffix in WORDS or not path.is_file():
            continue
        if parts[0] != "study" or parts[1:] in {(name,) for name in TASK}:
            yield "/".join(parts), path
