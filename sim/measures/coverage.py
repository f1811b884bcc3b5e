"""Coverage and potential response: what would happen if an incident came now, at every centre and time step.

Both look at idle mobile units of the centre's own dispatch area that may serve a most urgent election incident; mutual
aid and reserve rules are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.measures.day import Bools, Day, Floats, Ints, cells, per_day
from sim.measures.entry import Table, entries
from sim.measures.positions import unit_states
from sim.measures.reach import soonest
from sim.measures.response import targets
from sim.processes.builder import fills
from sim.scenario import Scenario
from sim.territory.sites import FABRICS

TIER_WEIGHTS = (0.6, 2.0, 6.0)
"""How much likelier an incident is at a centre of tier low, medium, high (calibration, assumed)."""
LIMIT = 4 * 3600.0
"""Potential response counts at most this: also where no unit is idle, so that fewer units never look better."""


@dataclass(frozen=True, eq=False)
class Coverage:
    """Potential response of every centre on a time grid.

    ``times`` (steps,); ``centres`` (centres,) sites in order of area; ``potential`` (centres, steps) seconds, at most
    ``LIMIT``; ``covered`` (centres, steps); ``voting`` (centres, steps) whether the centre's area votes;
    ``area``, ``offices``, ``voters`` and ``risk`` (centres,).
    """

    times: Floats
    centres: Ints
    potential: Floats
    covered: Bools
    voting: Bools
    area: Ints
    offices: Floats
    voters: Floats
    risk: Floats

    def share(self, weight: Floats, values: Bools | Floats, by: str = "all") -> Floats:
        """Weighted mean of ``values`` (centres, steps) over the voting phase: over ``all``, by ``area``, ``time``,
        ``centre``.

        Returns shape (1,), (areas,), (steps,) or (centres,); NaN where nothing votes.
        """
        weights = weight[:, None] * self.voting
        amounts = weights * values
        if by == "time":
            return _ratio(amounts.sum(axis=0), weights.sum(axis=0))
        if by == "centre":
            return _ratio(amounts.sum(axis=1), weights.sum(axis=1))
        if by == "area":
            size = int(self.area.max(initial=-1)) + 1
            above: Floats = np.bincount(self.area, amounts.sum(axis=1), size).astype(np.float64)
            below: Floats = np.bincount(self.area, weights.sum(axis=1), size).astype(np.float64)
            return _ratio(above, below)
        return _ratio(amounts.sum(keepdims=True).ravel(), weights.sum(keepdims=True).ravel())


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)


def eligible_units(scenario: Scenario) -> Bools:
    """Units that may serve a slot of a most urgent election incident (any mobile unit where no such class exists)."""
    units = scenario.units
    slots = [slot for c in scenario.classes if c.priority == 1 and c.group == "election" for slot in c.slots]
    return np.logical_or.reduce([fills(slot, units) for slot in slots]) if slots else units.mobile


@per_day
def coverage(day: Day) -> Coverage:
    """Potential response and coverage of all centres over the voting phase of their areas, every ``day.grid_time`` seconds."""
    scenario, calendar = day.scenario, day.scenario.calendar
    sites = scenario.territory.sites
    centres = sites.of_kind("centre")
    centres = centres[np.argsort(sites.area[centres], kind="stable")]
    area = sites.area[centres]
    times = _grid(day, area)
    voting = (times >= calendar.opening[area][:, None]) & (times < calendar.closing[area][:, None])
    potential = soonest(day, centres, unit_states(day, times, eligible_units(scenario)))
    target = targets(scenario, np.ones(len(centres), dtype=np.int64), sites.fabric[centres])
    covered = potential <= target[:, None]
    np.minimum(potential, LIMIT, out=potential)
    offices = sites.offices[centres].astype(np.float64)
    risk = offices * np.array(TIER_WEIGHTS)[sites.tier[centres]]
    return Coverage(
        times, centres, potential, covered, voting, area, offices, sites.voters[centres].astype(np.float64), risk
    )


def _grid(day: Day, area: Ints) -> Floats:
    calendar, grid_time = day.scenario.calendar, day.grid_time
    if len(area) == 0:
        return np.zeros(0)
    begin = max(float(calendar.opening[area].min()), calendar.begin)
    end = min(float(calendar.closing[area].max()), day.end)
    return np.asarray(begin + grid_time * np.arange(max(int(np.ceil((end - begin) / grid_time)), 0)), dtype=np.float64)


def coverage_by_time(cover: Coverage) -> Table:
    """Coverage and potential response of the whole territory at each time step."""
    return {
        "at": cells(cover.times),
        "coverage": cells(cover.share(cover.offices, cover.covered, "time")),
        "coverage_voters": cells(cover.share(cover.voters, cover.covered, "time")),
        "potential_response": cells(cover.share(cover.risk, cover.potential, "time")),
    }


def coverage_by_area(scenario: Scenario, cover: Coverage) -> Table:
    """Coverage and potential response of each area over its voting phase, worst coverage first."""
    share = cover.share(cover.offices, cover.covered, "area")
    present = np.unique(cover.area)
    order = present[np.lexsort((present, np.nan_to_num(share[present], nan=np.inf)))]
    size = len(share)
    return {
        "area": [scenario.territory.area_codes[a] for a in order.tolist()],
        "centres": cells(np.bincount(cover.area, minlength=size)[order]),
        "offices": cells(np.bincount(cover.area, cover.offices, size)[order].astype(np.int64)),
        "coverage": cells(share[order]),
        "coverage_voters": cells(cover.share(cover.voters, cover.covered, "area")[order]),
        "potential_response": cells(cover.share(cover.risk, cover.potential, "area")[order]),
        "no_unit_idle": cells(cover.share(cover.offices, cover.potential >= LIMIT, "area")[order]),
    }


def coverage_by_centre(scenario: Scenario, cover: Coverage) -> Table:
    """Mean potential response and covered share of each centre over its voting phase (for maps; internal)."""
    sites = scenario.territory.sites
    ones = np.ones(len(cover.centres))
    return {
        "site": cells(sites.id[cover.centres]),
        "area": [scenario.territory.area_codes[a] for a in cover.area.tolist()],
        "force": [scenario.territory.forces[f] for f in sites.force[cover.centres].tolist()],
        "fabric": [FABRICS[f] for f in sites.fabric[cover.centres].tolist()],
        "offices": cells(sites.offices[cover.centres]),
        "potential_response": cells(cover.share(ones, cover.potential, "centre")),
        "coverage": cells(cover.share(ones, cover.covered, "centre")),
    }


ENTRIES = entries(
    "coverage_by_time coverage_by_area coverage_by_centre",
    (
        "coverage",
        "share",
        "Share of offices for which some idle mobile unit of the dispatch area, able to serve a most urgent election "
        "incident, has expected mobilisation and travel within the priority 1 target of the fabric; voting phase",
        "sum(offices x covered) / sum(offices) over centres and time steps",
    ),
    (
        "coverage_voters",
        "share",
        "Coverage weighted by registered voters instead of offices",
        "sum(voters x covered) / sum(voters)",
    ),
    (
        "potential_response",
        "s",
        "What the response at a centre would be if an incident came now: least expected mobilisation and travel over "
        "idle eligible units of the dispatch area, at most 14,400 s (also where none is idle); voting phase, weighted "
        "by risk",
        "sum(offices x tier weight x seconds) / sum(offices x tier weight); tier weights 0.6, 2, 6",
    ),
    ("no_unit_idle", "share", "Share of offices and time steps without an idle unit within 4 hours"),
    ("centres", "count", "Polling centres"),
    ("offices", "count", "Polling offices (voting rooms)"),
)
