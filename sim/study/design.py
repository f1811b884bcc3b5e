"""A study: options (points) x replications, all with the same seed, so that they face the same days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sim.errors import InputError, nearest
from sim.settings import Settings, dump
from sim.settings.gate import model_text
from sim.settings.shocks import Shocks, shocks
from sim.study.asked import Engine, Limit
from sim.study.precision import Precision


@dataclass(frozen=True)
class Option:
    """One point of a study: a name people read, the overrides that make it, and the settings they give.

    ``axes``: what varies, with its values here. ``world``: the shipped preset whose places and times of shocks it has, untouched;
    empty where all options are of one preset.
    """

    name: str
    overrides: tuple[str, ...]
    settings: Settings
    axes: Mapping[str, Any] = field(default_factory=dict)
    world: str = ""


@dataclass(frozen=True)
class Study:
    """A question, its options, and how many days each is tried on. ``baseline`` names the option others are compared to.

    ``precision``: when there are enough days, if that is left to the study; ``inputs``: whether assumed inputs are ``fixed`` or
    ``drawn``; ``engine``: where it runs; ``limit``: what may run without being asked again; ``equal_heads``: its design promises
    that all options mobilise the same heads.
    """

    name: str
    question: str
    options: tuple[Option, ...]
    replications: int
    baseline: str
    precision: Precision | None = None
    inputs: Literal["fixed", "drawn"] = "fixed"
    engine: Engine = field(default_factory=Engine)
    limit: Limit = field(default_factory=Limit)
    equal_heads: bool = False

    def __post_init__(self) -> None:
        """Refuse a study that cannot be run or read. Raises ``InputError``."""
        names = [option.name for option in self.options]
        if not names:
            raise InputError(f"study {self.name}: no options; give at least one")
        if self.replications < 1:
            raise InputError(f"study {self.name}: replications={self.replications}, allowed: 1 or more")
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise InputError(f"study {self.name}: option '{min(twice)}' is there twice")
        if self.baseline not in names:
            raise InputError(f"study {self.name}: no option '{self.baseline}' to compare with{nearest(self.baseline, names)}")
        if len({option.settings.seed for option in self.options}) > 1:
            raise InputError("seed: options of a study face the same days, so all take one seed; replications=N gives more days")
        if any(option.settings.replication for option in self.options):
            raise InputError("replication: a study counts its days itself, from 0; replications=N sets how many")
        check_distinct(self.options)
        check_shocks(self.options)

    def tasks(self) -> list[tuple[int, int]]:
        """(option, replication) pairs, replication by replication, so that paired comparisons appear early."""
        return [(option, replication) for replication in range(self.replications) for option in range(len(self.options))]


def check_distinct(options: Sequence[Option]) -> None:
    """Refuse two options that are one. Raises ``InputError`` naming both."""
    seen: dict[bytes, str] = {}
    for option in options:
        first = seen.setdefault(model_text(option.settings), option.name)
        if first != option.name:
            raise InputError(f"options '{first}' and '{option.name}' are the same settings; leave one out")


def check_shocks(options: Sequence[Option]) -> None:
    """Refuse options that differ in places or times of shocks: there is no search over them (docs/use.md).

    Whole presets of the closed library may be compared, but only if every option leaves its own as it is.

    Raises ``InputError`` naming option, setting and values.
    """
    first: dict[str, tuple[Option, Shocks]] = {}
    parts: dict[tuple[int, int], Shocks] = {}
    untouched = all(option.world for option in options)
    for option in options:
        key = id(option.settings.territory), id(option.settings.demand)
        own = parts[key] if key in parts else parts.setdefault(key, shocks(option.settings))
        other, expected = first.setdefault(option.world if untouched else "", (option, own))
        if own != expected:
            raise InputError(_differs(option, other, own, expected))


def _differs(option: Option, other: Option, own: Shocks, expected: Shocks) -> str:
    key = next(k for k in dict.fromkeys([*own, *expected]) if own.get(k) != expected.get(k))
    return (
        f"option '{option.name}': {key}={_short(own.get(key))}, but {_short(expected.get(key))} in '{other.name}'\n"
        "places and times of shocks are no axis: set them once, the same for all options (docs/use.md)"
    )


def _short(value: Any) -> str:
    plain = value if value is None or isinstance(value, str | int | float) else dump(value)
    text = str(plain)
    return text if len(text) <= 60 else text[:57] + "…"
