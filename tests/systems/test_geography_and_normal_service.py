"""S02 and S35: travel follows the fabric of the country, and calls that have nothing to do with the vote take their share."""

from __future__ import annotations

import numpy as np

from sim.build import build_place, build_plan, build_tape
from sim.cli import compose
from sim.measures.collect import Measures, measure
from sim.processes.simulation import run
from sim.territory.sites import FABRICS
from sim.territory.travel import MODES, build_travel
from tests.days import paired_difference

SMALL = ["territory=demo-city", "demand=tense", "territory.city.centres=40", "territory.city.offices=200"]
FEW_CARS = ["staffing.normal_factor=0.25", "patrol=wide"]


def figures(*words: str, days: int = 5) -> list[Measures]:
    """Measures of some days of one small city."""
    settings = compose([*SMALL, *FEW_CARS, *words])
    place = build_place(settings)
    made = []
    for day in range(days):
        scenario, _ = build_plan(settings, place, day)
        tape = build_tape(settings, place, day)
        made.append(measure(scenario, tape, run(scenario, tape)))
    return made


def test_a_kilometre_takes_longest_in_town_and_a_drive_from_the_base_longest_in_the_country() -> None:
    settings = compose(["territory=two-wilayas"])
    territory = build_place(settings).territory
    travel, sites = build_travel(territory, settings.travel), territory.sites
    centres, bases, car = sites.of_kind("centre"), sites.of_kind("base"), MODES.index("car")
    scores = [travel.score(sites.x[bases], sites.y[bases], sites.x[i], sites.y[i]).min() for i in centres.tolist()]
    fabric = sites.fabric[centres].tolist()
    drives = np.array([travel.seconds(float(s), car, f, 12 * 3600.0) for s, f in zip(scores, fabric, strict=True)])
    kilometres = np.array([travel.metres(float(score)) / 1000.0 for score in scores])
    in_fabric = [np.array(fabric) == FABRICS.index(name) for name in ("urban", "suburban", "rural")]
    pace = [drives[here].sum() / kilometres[here].sum() for here in in_fabric]
    assert pace == sorted(pace, reverse=True)
    assert drives[in_fabric[2]].mean() > max(drives[in_fabric[0]].mean(), drives[in_fabric[1]].mean())


def test_more_calls_of_the_normal_service_load_the_units_and_its_callers_wait_longer() -> None:
    usual, busy = (figures(f"demand.background_factor={factor}") for factor in (1.0, 3.0))
    for name in ("utilisation", "other_response_mean"):
        difference = paired_difference([m[name] for m in busy], [m[name] for m in usual])
        assert difference.low is not None and difference.low > 0.0, name
