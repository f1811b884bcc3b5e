"""Tiny worlds on a plane: areas of centres in a row 500 m apart, with a base, an entrance and a hall each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.clock import HOUR
from sim.forces.build import Forces, build_forces
from sim.settings.checkpoints import CheckpointSettings
from sim.settings.forces import PatrolSettings, StaffingSettings
from sim.settings.response import RallySettings, TravelSettings
from sim.territory.calendar import PHASES, Calendar
from sim.territory.sites import FABRICS, SITE_KINDS, TIERS, Sites, Territory

STEP = 500.0
AREA_GAP = 100_000.0


def make_territory(
    centres: tuple[int, ...] = (8,),
    fabric: str = "urban",
    forces: tuple[str, ...] = ("police",),
    population: float = 120_000.0,
    hot: tuple[int, ...] = (),
    order: Any = None,
) -> Territory:
    """One area per entry of ``centres``; centres of an area belong to the forces in turn, in blocks."""
    rows: list[dict[str, Any]] = []
    for area, count in enumerate(centres):
        for i in range(count):
            force = i * len(forces) // max(count, 1)
            rows.append({"id": 1000 * (area + 1) + i, "kind": "centre", "x": i * STEP, "area": area, "force": force})
        for number, kind in enumerate(("base", "checkpoint", "venue")):
            rows.append({"id": 1000 * (area + 1) + 900 + number, "kind": kind, "x": 0.0, "area": area, "force": 0})
    rows = [rows[i] for i in (range(len(rows)) if order is None else order)]

    def column(name: str) -> Any:
        return np.array([row[name] for row in rows])

    is_centre = column("kind") == "centre"
    zeros = np.zeros(len(rows), dtype=np.int64)
    sites = Sites(
        id=column("id"),
        name=tuple(str(row["id"]) for row in rows),
        kind=np.array([SITE_KINDS.index(row["kind"]) for row in rows]),
        x=column("x").astype(float) + column("area") * AREA_GAP,
        y=zeros.astype(float),
        area=column("area"),
        force=column("force"),
        fabric=np.full(len(rows), FABRICS.index(fabric)),
        tier=np.where(np.isin(column("id"), hot), TIERS.index("high"), TIERS.index("low")),
        offices=np.where(is_centre, 4, 0),
        voters=np.where(is_centre, 1000, 0),
        commune=zeros,
        mobile=zeros.astype(bool),
    )
    codes = tuple(f"{area + 1:02d}" for area in range(len(centres)))
    names = {"en": tuple(f"Area {code}" for code in codes)}
    return Territory("tiny", "euclid", codes, names, forces, sites, np.full(len(centres), population))


def make_calendar(territory: Territory, opening: float = 8 * HOUR, closing: float = 20 * HOUR) -> Calendar:
    """Posting 48 h before the opening, four hours of count, two of stand-down."""
    posted = opening - 48 * HOUR
    late = {"delivery": opening, "voting": opening, "transport": closing + 4 * HOUR, "stand_down": closing + 4 * HOUR}
    row = [late.get(phase, closing if phase in ("closing_queue", "count") else posted) for phase in PHASES]
    starts = np.tile(row, (len(territory.area_codes), 1))
    hours = np.full((2, len(starts)), [[opening], [closing]])
    return Calendar(*hours, np.full(len(territory.sites), opening), PHASES, starts, posted, closing + 6 * HOUR)


def build(territory: Territory, patrol: PatrolSettings | None = None, seed: int = 7, **staffing: Any) -> Forces:
    """Forces of a tiny world; nobody is absent unless said."""
    rest = (TravelSettings(), CheckpointSettings(), RallySettings())
    settings = StaffingSettings(**({"absence": 0.0} | staffing))
    return build_forces(territory, make_calendar(territory), settings, patrol or PatrolSettings(), *rest, seed)


@pytest.fixture
def territory() -> Callable[..., Territory]:
    """Maker of tiny territories."""
    return make_territory


@pytest.fixture
def calendar() -> Callable[..., Calendar]:
    """Maker of their calendars."""
    return make_calendar


@pytest.fixture
def forces() -> Callable[..., Forces]:
    """Maker of their forces."""
    return build
