"""Uncertain inputs: each replication is a plausible world, drawn from the ranges that ``conf/evidence.yaml`` tags assumed.

One Latin hypercube of many rows is drawn once from the seed; replication r takes row r, the same for every option, so options
still face the same worlds and the first n replications do not depend on how many follow. What is uncertain for one reason moves
together: an entry of the evidence is one dimension, whatever number of settings it covers. At u = 0.5 every setting has the value
that it has without drawing; below and above it goes evenly to the ends of its range.

Not drawn are: what the user or an option sets (then it is no longer assumed), what the plan decides (heads and units: another
number is another option), a setting of 0 (its mechanism is off), and ranges in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.digest import digest_text
from sim.evidence import patterns
from sim.settings import Settings, read
from sim.streams import Streams
from sim.study.identity import Point, canonical_text, point_of

Floats = NDArray[np.float64]
Move = Callable[[float, float], float]
"""Value in force and u in [0, 1] to the drawn value."""
Leaf = tuple[dict[str, Any], str]
"""The group that holds a setting, and its name in it."""
MARK = "inputs"
"""Key that the canonical text of a drawn point has besides its settings: what is not drawn, and a digest of all ranges."""
ROWS = 4096
"""Rows of one Latin hypercube; replications beyond take rows of the next one."""
NEVER = ("priority",)
"""Last parts of keys that are ranks and no quantities, whatever pattern covers them."""

_TIMES = re.compile(r"x([\d.]+) to x([\d.]+)")
_PLUS = re.compile(r"plus or minus ([\d.]+)( %| points)?")


@dataclass(frozen=True)
class Input:
    """One dimension of uncertainty: the key pattern of its entry, its range as written, and how a value moves in it."""

    pattern: str
    range: str
    move: Move


@cache
def inputs() -> tuple[Input, ...]:
    """All entries of the evidence that are tagged assumed, have a range in numbers and are not decided by the plan."""
    found = []
    for pattern, entry in patterns().items():
        if entry["tag"] == "assumed" and not entry.get("plan"):
            move = parse_range(entry.get("range"), is_share=str(entry["unit"]).startswith("share"))
            if move is not None:
                found.append(Input(pattern, str(entry["range"]), move))
    return tuple(found)


def parse_range(text: object, is_share: bool = False) -> Move | None:
    """How a value moves in a range: ``[low, high]``, ``x0.5 to x2``, ``plus or minus 25 %``, ``plus or minus 10 points`` or
    ``plus or minus 0.3``; None for anything else. Shares stay between 0 and 1.

    >>> parse_range([2, 10])(4, 0.5), parse_range([2, 10])(4, 1.0), parse_range("x0.5 to x2")(4, 0.0)
    (4.0, 10.0, 2.0)
    """
    if isinstance(text, list) and len(text) == 2 and all(isinstance(end, int | float) for end in text):
        low, high = map(float, text)
        return lambda value, u: _between(min(low, value), value, max(high, value), u)
    move = _relative(text) if isinstance(text, str) else None
    if move is None or not is_share:
        return move
    free = move
    return lambda value, u: min(max(free(value, u), 0.0), 1.0)


def _relative(text: str) -> Move | None:
    """A range that is written by its distance from the value in force."""
    if times := _TIMES.fullmatch(text):
        low, high = float(times[1]), float(times[2])
        return lambda value, u: value * (low ** (1 - 2 * u) if u < 0.5 else high ** (2 * u - 1))
    if plus := _PLUS.fullmatch(text):
        size = float(plus[1]) / (1 if plus[2] is None else 100)
        if plus[2] == " %":
            return lambda value, u: value * (1 + size * (2 * u - 1))
        return lambda value, u: value + size * (2 * u - 1)
    return None


def _between(low: float, value: float, high: float, u: float) -> float:
    """``low`` at 0, ``value`` at 0.5, ``high`` at 1, straight in between."""
    return value - (value - low) * (1 - 2 * u) if u < 0.5 else value + (high - value) * (2 * u - 1)


def row(seed: int, replication: int) -> Floats:
    """The u of every input in one replication, shape (inputs,): a row of a Latin hypercube of ``ROWS`` rows."""
    drawn: Floats = _hypercube(seed, replication // ROWS)[replication % ROWS]
    return drawn


@cache
def _hypercube(seed: int, number: int) -> Floats:
    generator = Streams(seed, number)("study")
    return np.asarray(scipy.stats.qmc.LatinHypercube(len(inputs()), rng=generator).random(ROWS))


def given_keys(overrides: Iterable[str]) -> tuple[str, ...]:
    """Keys that overrides set, sorted; choosing the option of a group sets none.

    >>> given_keys(["preset=demo-city", "+staffing.absence=0.1", "dispatch=nearest"])
    ('staffing.absence',)
    """
    keys = {word.lstrip("+~").partition("=")[0] for word in overrides}
    return tuple(sorted(key for key in keys if "." in key))


def drawn_point(point: Point, given: Collection[str]) -> Point:
    """The point of the same option with its inputs drawn anew in each replication, but for the ``given`` keys."""
    ranges = digest_text(repr([(source.pattern, source.range) for source in inputs()]))
    plain = json.loads(point.config) | {MARK: {"given": sorted(given), "ranges": ranges}}
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return point_of(replace(point, name=f"{point.name} (inputs drawn)", config=text))


def config_on(config: str, replication: int) -> str:
    """The canonical settings that a point has in one replication: its own, or with inputs drawn those of a plausible world."""
    plain = json.loads(config) if f'"{MARK}":' in config else {}
    if MARK not in plain:
        return config
    given = plain.pop(MARK)["given"]
    return canonical_text(read(draw_inputs(plain, given, row(plain["seed"], replication)), Settings))


def drawn_here(plain: Mapping[str, Any], given: Collection[str]) -> list[int]:
    """Positions of the inputs that change anything in these settings."""
    low, high = (draw_inputs(plain, given, np.full(len(inputs()), u)) for u in (0.1, 0.9))
    spans = covered(low, given), covered(high, given)
    return [
        position
        for position, source in enumerate(inputs())
        if any(a[name] != b[name] for (a, name), (b, _) in zip(*(span.get(source.pattern, []) for span in spans)))
    ]


def draw_inputs(plain: Mapping[str, Any], given: Collection[str], u: Floats) -> dict[str, Any]:
    """Settings of one plausible world: a copy of ``plain`` with every uncertain input moved by its u.

    ``given``: dotted keys that the user or any option set, with all below them; they stay as they are.
    """
    world = deepcopy(dict(plain))
    leaves = covered(world, given)
    for source, share in zip(inputs(), u.tolist()):
        _move(leaves.get(source.pattern, []), source, share)
    return world


def _move(leaves: list[Leaf], source: Input, u: float) -> None:
    """Move the settings of one input. Shares that add to one still do: the first moves, the others share the rest alike."""
    values = [here[name] for here, name in leaves]
    if len(values) > 1 and all(isinstance(v, float) for v in values) and abs(sum(values) - 1.0) < 1e-9 and values[0] < 1.0:
        first = source.move(values[0], u)
        moved = [first, *(v * (1.0 - first) / (1.0 - values[0]) for v in values[1:])]
    else:
        moved = [_moved(value, source.move, u) for value in values]
    for (here, name), value in zip(leaves, moved):
        here[name] = value


def _moved(value: Any, move: Move, u: float) -> Any:
    """A drawn number, or a list of them that keeps its proportions (median and 90th percentile); 0 stays: switched off."""
    if isinstance(value, list):
        factor = move(float(value[0]), u) / value[0] if value[0] else 1.0
        return [round(number * factor) if isinstance(number, int) else number * factor for number in value]
    if not value:
        return value
    return max(round(move(value, u)), 1) if isinstance(value, int) else move(value, u)


def covered(plain: dict[str, Any], given: Collection[str] = ()) -> dict[str, list[Leaf]]:
    """Where numbers and lists of numbers stand that nobody gave, by the first pattern of the evidence that fits their key."""
    found: dict[str, list[Leaf]] = {}
    for key, here, name in _leaves(plain, ""):
        pattern = _first_pattern(key)
        if pattern is not None and name not in NEVER and not is_given(key, given):
            found.setdefault(pattern, []).append((here, name))
    return found


@cache
def _first_pattern(key: str) -> str | None:
    return next((pattern for pattern in patterns() if fnmatchcase(key, pattern)), None)


def _leaves(plain: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    for name, value in plain.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from _leaves(value, f"{key}.")
        elif _is_number(value) or (isinstance(value, list) and value and all(map(_is_number, value))):
            yield key, plain, name


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_given(key: str, given: Collection[str]) -> bool:
    """Whether ``key`` or a group it belongs to is among the given keys."""
    parts = key.split(".")
    return any(".".join(parts[: end + 1]) in given for end in range(len(parts)))
