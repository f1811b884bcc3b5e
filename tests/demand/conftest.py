"""Small worlds for the tests of demand: two areas of centres, checkpoints and halls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.settings.calendar import CalendarSettings
from sim.settings.demand import DemandSettings
from sim.settings.incidents import CallSettings
from sim.territory.calendar import Calendar, build_calendar
from sim.territory.sites import SITE_KINDS, Sites, Territory

CENTRES = 60


def make_territory(offices: int = 5, metric: str = "great_circle") -> Territory:
    """Areas "01" Nord and "02" Sud, each with 60 centres on a grid, two entrances and two halls."""
    kinds = ["centre"] * CENTRES + ["checkpoint"] * 2 + ["venue"] * 2
    kind = np.array([SITE_KINDS.index(k) for k in kinds] * 2)
    n = len(kind)
    area = np.repeat([0, 1], n // 2)
    step = np.arange(n) % (n // 2)
    centre = kind == 0
    sites = Sites(
        id=np.arange(n) + 101,
        name=tuple(f"École {a + 1}-{s}" for a, s in zip(area, step)),
        kind=kind,
        x=3.0 + 0.02 * (step % 8),
        y=36.0 - 3.0 * area + 0.02 * (step // 8),
        area=area,
        force=step % 2,
        fabric=np.where(step % 3 == 0, 3, 1),
        tier=np.where(centre, np.select([step % 25 == 0, step % 6 == 0], [2, 1], 0), 0),
        offices=np.where(centre, offices, 0),
        voters=np.where(centre, offices * 390, 0),
        commune=area * 10 + step // 30 + 1,
        mobile=centre & (step >= CENTRES - 2) & (area == 1),
    )
    names = {"fr": ("Nord", "Sud"), "ar": ("شمال", "جنوب")}
    people = np.array([600_000.0, 200_000.0])
    return Territory("tiny", metric, ("01", "02"), names, ("police", "gendarmerie"), sites, people)


@pytest.fixture(scope="session")
def territory() -> Territory:
    return make_territory()


@pytest.fixture(scope="session")
def calendar(territory: Territory) -> Calendar:
    return build_calendar(CalendarSettings(), territory)


@pytest.fixture(scope="session")
def demand() -> DemandSettings:
    return DemandSettings()


def only(demand: DemandSettings, *names: str, **changes: object) -> DemandSettings:
    """The same demand with only the named election classes, each called in once, and no normal service."""
    classes = {name: demand.classes[name] for name in names}
    return replace(demand, classes=classes, calls=once(demand), **({"background_factor": 0.0} | changes))


def once(demand: DemandSettings) -> CallSettings:
    """The same calls, but nobody calls about an incident that is known."""
    return replace(demand.calls, duplicates=(0.0,) * 4, duplicates_least=(0,) * 4)
