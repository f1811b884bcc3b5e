"""A study: options (points) x replications, all with the same seed, so that they face the same days."""

from __future__ import annotations

from dataclasses import dataclass

from sim.errors import InputError, nearest
from sim.settings import Settings


@dataclass(frozen=True)
class Option:
    """One point of a study: a name people read, the overrides that make it, and the settings they give."""

    name: str
    overrides: tuple[str, ...]
    settings: Settings


@dataclass(frozen=True)
class Study:
    """A question, its options, and how many days each is tried on. ``baseline`` names the option others are compared to."""

    name: str
    question: str
    options: tuple[Option, ...]
    replications: int
    baseline: str

    def __post_init__(self) -> None:
        """Refuse a study that cannot be run or read. Raises ``InputError``."""
        names = [option.name for option in self.options]
        if not names:
            raise InputError(f"study {self.name}: no options; give at least one")
        if self.replications < 1:
            raise InputError(f"study {self.name}: replications={self.replications}, allowed: 1 or more")
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise InputError(f"study {self.name}: option '{min(twice)}' is there twice")
        if self.baseline not in names:
            raise InputError(f"study {self.name}: no option '{self.baseline}' to compare with{nearest(self.baseline, names)}")
        if len({option.settings.seed for option in self.options}) > 1:
            raise InputError("seed: options of a study face the same days, so all take one seed; replications=N gives more days")
        if any(option.settings.replication for option in self.options):
            raise InputError("replication: a study counts its days itself, from 0; replications=N sets how many")

    def tasks(self) -> list[tuple[int, int]]:
        """(option, replication) pairs, replication by replication, so that paired comparisons appear early."""
        return [(option, replication) for replication in range(self.replications) for option in range(len(self.options))]
