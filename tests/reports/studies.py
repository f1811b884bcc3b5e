"""Stored studies for tests of reports: one real day of a small town, varied by option and day, so that many runs cost nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from sim.cli import compose
from sim.reports.data import Report
from sim.reports.page import environment, section
from sim.study.design import Option, Study
from sim.study.files import passport, prepare
from sim.study.identity import make_point
from sim.study.outcome import Outcome, PlaceFigures
from sim.study.point import run_point
from sim.study.store import Store

TOWN = ("preset=demo-city", "territory.city.centres=60", "territory.city.offices=240", "territory.city.voters=90000")
OPTIONS: dict[str, tuple[str, ...]] = {
    "as planned": (),
    "more cars": ("staffing.patrol_cars_factor=1.5",),
    "fewer cars": ("staffing.patrol_cars_factor=0.6",),
}
GAINS = (1.0, 0.8, 1.2)
"""What times of response are multiplied by under each option."""
TIMES = ("response", "potential", "presence", "queueing", "travel")


@cache
def a_day(words: tuple[str, ...] = TOWN) -> Outcome:
    """One real day."""
    return run_point(compose([*words]), 0)


def varied(outcome: Outcome, gain: float, option: int, day: int, heads: float | None = None, size: float = 1.0) -> Outcome:
    """A day with every figure moved by chance, the same for all options, times multiplied by ``gain`` and counts by ``size``."""
    common, own = np.random.default_rng([day]), np.random.default_rng([day, option, 7])
    noise = 1.0 + 0.1 * common.normal() + 0.01 * own.normal()

    def moved(name: str, value: float | None) -> float | None:
        if value is None or name.startswith("heads"):
            return value
        if name.startswith(TIMES):
            return value * gain * noise
        return min(value * noise, 1.0) if 0.0 < value <= 1.0 else float(round(value * noise * size))

    scalars = {name: moved(name, value) for name, value in outcome.scalars.items()}
    for part in ("compliance_p1", "compliance_p2", "compliance_p1_p2"):
        scalars[f"{part}_within"] = min(scalars[f"{part}_within"] or 0.0, scalars[f"{part}_judged"] or 0.0)
    scalars["office_steps_covered"] = min(scalars["office_steps_covered"] or 0.0, scalars["office_steps"] or 0.0)
    if heads is not None:
        scalars["heads_mobilised"] = heads
    places = {}
    for by, figures in outcome.places.items():
        whole = PlaceFigures.of(figures)
        array = whole.array * (1.0 + 0.1 * own.normal(size=whole.array.shape))
        array[:, [i for i, name in enumerate(whole.measures) if name.startswith(TIMES)]] *= gain
        array[:, [i for i, name in enumerate(whole.measures) if name.startswith("officer_hours")]] *= size
        places[by] = PlaceFigures(whole.places, whole.measures, np.abs(array))
    curves = dict(outcome.curves) | {"potential_by_centre": outcome.curves["potential_by_centre"] * gain * noise}
    digests = {"scenario": f"{option}-{day}", "tape": f"{day}", "trace": f"{option}-{day}"}
    return Outcome(scalars, curves, digests, places)


def part(report: Report, name: str) -> str:
    """A section of the page, as it stands there; without pictures of other sections it is there at once."""
    made = section(report, name, environment(report.words))
    assert made is not None
    return f'<section id="{name}">{made.body}</section>'


def study_of(
    folder: Path,
    options: dict[str, tuple[str, ...]] = OPTIONS,
    gains: Sequence[float] = GAINS,
    days: int = 6,
    asked: int | None = None,
    baseline: str | None = None,
    words: tuple[str, ...] = TOWN,
    heads: Sequence[float | None] = (),
    question: str = "Town: how many patrol cars does it need?",
    tape: str = "",
    size: float = 1.0,
) -> Path:
    """Store a study of varied days in ``folder``; ``asked``: days that were asked for, if more than there are; ``tape``: what
    the names of its days begin with; ``size``: what counts are multiplied by."""
    made = tuple(Option(name, own, compose([*words, *own])) for name, own in options.items())
    study = Study(folder.name, question, made, asked or days, baseline or made[0].name)
    points = [make_point(option.name, option.overrides, option.settings) for option in made]
    prepare(folder)
    with Store.open(folder, write=True) as store:
        store.add_points(points)
        store.manifest(["pollday", "sweep", "study=town"], passport(study))
        for day in range(days):
            for number, point in enumerate(points):
                own = heads[number] if heads else None
                outcome = varied(a_day(words), gains[number % len(gains)], number, day, own, size)
                store.put(point.id, day, replace(outcome, digests=outcome.digests | {"tape": f"{tape}{day}"}), 1.0)
    return folder
