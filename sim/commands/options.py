"""From points to the options of a study: each is composed, and named by what varies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.commands.changes import Change, written
from sim.commands.experiment import opened
from sim.commands.grammar import PLAN
from sim.commands.points import Spot
from sim.errors import InputError
from sim.settings import Settings
from sim.settings.shocks import shocks
from sim.study.design import Option

LONG_NAME = 70
"""Letters beyond which an option is called by its number."""
Compose = Callable[[Sequence[Change]], Settings]


def options_of(spots: Iterable[Spot], fixed: Sequence[Change], compose: Compose) -> list[Option]:
    """One option for each point, composed with what all share. Raises ``InputError`` naming the point that does not pass."""
    found = list(spots)
    varied = _varied(found)
    labels, width = _labels(varied), len(str(len(found)))
    options = []
    for number, spot in enumerate(found, 1):
        changes = [*fixed, *spot.changes]
        settings = _composed(spot, number, changes, compose)
        axes = {c.key: _canonical(settings, c) for c in spot.changes if c.key in varied}
        name = spot.name or " ".join(f"{labels[key]}={written(value)}" for key, value in axes.items()) or "as given"
        if len(name) > LONG_NAME and not spot.name:
            name = f"point {number:0{width}d}"
        options.append(Option(name, tuple(change.text for change in changes), settings, axes))
    return list(_with_worlds(options, found, fixed, compose)) if {"preset", "experiment"} & set(varied) else options


def short(change: Change) -> str:
    """A change by the end of its key: ``staffing.absence=0.1`` is ``absence=0.1``."""
    value = Path(str(change.value)).name if change.key == PLAN else change.value
    return f"{change.key.rsplit('.', 1)[-1]}={written(value)}"


def _composed(spot: Spot, number: int, changes: Sequence[Change], compose: Compose) -> Settings:
    try:
        return compose(changes)
    except InputError as error:
        if not (spot.changes or spot.name):
            raise
        where = spot.where or f"option '{spot.name or ' '.join(map(short, spot.changes)) or number}'"
        raise InputError(f"{where}: {error}") from None


def _with_worlds(options: Sequence[Option], spots: Sequence[Spot], fixed: Sequence[Change], compose: Compose) -> Iterator[Option]:
    """Options with the preset whose places and times of shocks they leave as they were shipped, if there are several presets."""
    presets = [_preset([*fixed, *spot.changes]) for spot in spots]
    shipped = {name: shocks(compose([Change("preset", name)])) for name in set(presets) if name}
    for option, name in zip(options, presets, strict=True):
        untouched = len(shipped) > 1 and shipped.get(name) == shocks(option.settings)
        yield replace(option, world=name) if untouched else option


def _preset(changes: Sequence[Change]) -> str:
    return next((str(c.value) for c in reversed(opened(changes)) if c.key == "preset"), "")


def _varied(spots: Sequence[Spot]) -> list[str]:
    """Keys whose values are not the same in all points; every key where several points are all the same."""
    values: dict[str, set[str]] = {}
    count: Counter[str] = Counter()
    for spot in spots:
        count.update({change.key for change in spot.changes})
        for change in spot.changes:
            values.setdefault(change.key, set()).add(change.text)
    varied = [key for key, found in values.items() if len(found) > 1 or count[key] < len(spots)]
    return varied or (list(values) if len(spots) > 1 else [])


def _labels(keys: Sequence[str]) -> dict[str, str]:
    """The shortest end of each key that no other one has."""
    found = {}
    for key in keys:
        parts = key.split(".")
        ends = (".".join(parts[i:]) for i in range(len(parts) - 1, -1, -1))
        found[key] = next(end for end in ends if end == key or not any(o != key and o.endswith(f".{end}") for o in keys))
    return found


def _canonical(settings: Settings, change: Change) -> Any:
    """The value as the settings hold it, where it is a number: 1 and 1.0 read alike; of a plan the name of its file."""
    if change.key == PLAN:
        return Path(str(change.value)).name
    here: Any = settings
    for part in change.key.split("."):
        here = here.get(part) if isinstance(here, dict) else getattr(here, part, None)
    is_number = isinstance(change.value, int | float) and not isinstance(change.value, bool)
    return here if is_number and isinstance(here, float) else change.value
