"""Compute ``deterrence.plan_factor`` of a preset: the mean factor of each deterred class under its plan.

    python scripts/calibrate_presence.py 4 preset=dz-2017-national [key=value …]

Prints a line for the preset's option in conf/deterrence/, from so many days (4). The plan itself decides how busy
patrols are, so the factors are found in two rounds of days, each drawn with the factors of the one before.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import replace

import numpy as np

from sim.build import build_place, build_scenario, build_tape
from sim.cli import compose
from sim.measures.day import Day
from sim.measures.prevented import mean_factors
from sim.processes.simulation import run
from sim.settings import Settings


def plan_factors(settings: Settings, days: int) -> dict[str, float]:
    """Mean factor by class over some days, each class weighted alike on every day."""
    place = build_place(settings)
    found: dict[str, list[float]] = defaultdict(list)
    for replication in range(days):
        day = replace(settings, replication=replication)
        scenario, tape = build_scenario(day, place), build_tape(day, place)
        for name, factor in mean_factors(Day.of(scenario, tape, run(scenario, tape))).items():
            found[name].append(factor)
    return {name: round(float(np.mean(factors)), 4) for name, factors in found.items()}


def main() -> None:
    """Print the factors of the settings given on the command line."""
    settings = compose(sys.argv[2:])
    for _ in range(2):
        factors = plan_factors(settings, int(sys.argv[1]))
        settings = replace(settings, deterrence=replace(settings.deterrence, plan_factor=factors))
    sys.stdout.write("plan_factor: {" + ", ".join(f"{name}: {value}" for name, value in factors.items()) + "}\n")


if __name__ == "__main__":
    main()
