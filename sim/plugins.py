"""A user's own dispatch policies and measures, from a Python file named on the command line (``--plugin FILE``).

The file runs with all rights of the user, so only the command line can name it: no configuration, scenario file or study can.

    from sim.plugins import measure, policy

    @policy("oldest_first")
    def oldest_first(drives, mobilisation, available, priority):
        rows = [row for row, barred in enumerate(available) if not barred]
        return rows[0] if rows else -1

    @measure("very_late", unit="count", definition="Election incidents whose first unit took more than an hour")
    def very_late(measures):
        return int((measures.incidents.response_time > 3600).sum())
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from sim.errors import InputError

Better = Literal["lower", "higher", "neither"]
Figure = Callable[[Any], float | int | None]


@dataclass(frozen=True)
class OwnMeasure:
    """A user's measure: ``function(measures)`` gives a number or None (no data); which way is ``better``, for comparisons."""

    name: str
    function: Figure
    unit: str
    definition: str
    better: Better


POLICIES: dict[str, Callable[..., int]] = {}
"""Own dispatch policies by name, ready for ``dispatch.policy``."""
MEASURES: dict[str, OwnMeasure] = {}
"""Own measures by name; each becomes a headline figure."""
_sources: dict[str, str] = {}


def policy(name: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Register a dispatch policy: ``function(drives, mobilisation, available, priority)`` gives the row of the unit to send,
    or -1 for none.

    Arrays over the units of one dispatch area, by unit id: expected seconds of drive and of mobilisation, and ``available`` (0.0
    may be sent, infinity may not). It must be a pure function of them. Raises ``InputError`` for a name that is taken.
    """
    _check_name(name, POLICIES, ("nearest", "least_time", "preference"))

    def register(function: Callable[..., int]) -> Callable[..., int]:
        POLICIES[name] = _checked(f"policy '{name}'", function)
        return function

    return register


def measure(name: str, unit: str, definition: str, better: Better = "lower") -> Callable[[Figure], Figure]:
    """Register a measure: ``function(measures)`` gives a number, or None for no data, from the measures of one replication
    (``measures["response_mean"]``, ``measures.tables[...]``, ``measures.incidents``).

    Raises ``InputError`` for a name that is taken.
    """
    _check_name(name, MEASURES, ())

    def register(function: Figure) -> Figure:
        MEASURES[name] = OwnMeasure(name, _checked(f"measure '{name}'", function), unit, definition, better)
        return function

    return register


def load(path: str | Path) -> None:
    """Run a plugin file. Raises ``InputError`` where it cannot be read or run, or registers nothing."""
    file = Path(path)
    if file.suffix != ".py" or not file.is_file():
        raise InputError(f"--plugin {file}: no such Python file (it must end in .py)")
    run_source(str(file), file.read_text(encoding="utf-8-sig"))


def run_source(name: str, source: str) -> None:
    """Run the text of a plugin file, once; workers get the text, not the path. Raises ``InputError`` like ``load``."""
    if _sources.get(name) == source:
        return
    known = len(POLICIES) + len(MEASURES)
    module = ModuleType("pollday_plugin")
    sys.modules[module.__name__] = module
    try:
        exec(compile(source, name, "exec"), module.__dict__)
    except InputError as error:
        raise InputError(f"--plugin {name}: {error}") from None
    except Exception as error:
        raise InputError(f"--plugin {name}: {_told(error, name)}") from None
    if len(POLICIES) + len(MEASURES) == known:
        raise InputError(f"--plugin {name}: registers no policy and no measure (docs/plugins.md)")
    _sources[name] = source


def sources() -> dict[str, str]:
    """Texts of all plugins by name, for workers and for the identity of results."""
    return dict(_sources)


def digest() -> str:
    """SHA-256 over the texts of all plugins; empty without any."""
    texts = sorted(_sources.values())
    return sha256("\0".join(texts).encode("utf-8")).hexdigest() if texts else ""


def forget() -> None:
    """Take all plugins out again."""
    for known in (POLICIES, MEASURES, _sources):
        known.clear()


def _check_name(name: str, known: dict[str, Any], taken: tuple[str, ...]) -> None:
    if not name.isidentifier():
        raise InputError(f"the name {name!r} is not allowed: letters, digits and _ only")
    if name in known or name in taken:
        raise InputError(f"the name '{name}' is taken")


def _checked(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with every mistake in it told in one line."""

    @wraps(function)
    def call(*given: Any) -> Any:
        try:
            return function(*given)
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"{what}: {_told(error, function.__code__.co_filename)}") from None

    return call


def _told(error: Exception, name: str) -> str:
    """An error of a plugin: its line in the file, its kind and its words."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    where = f"line {lines[-1]}: " if lines else ""
    return f"{where}{type(error).__name__}: {error}".splitlines()[0]
