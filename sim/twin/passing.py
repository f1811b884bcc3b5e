"""Patrol presence: how often the loops of a scenario pass each site in the vote."""

from __future__ import annotations

import numpy as np

from sim.twin.days import Days, Floats
from sim.twin.patrol import mean_gap, passings, returns


def gaps_between_patrols(days: Days, busy: Floats) -> Floats:
    """Mean time without a patrol at each site in the vote of its area, (sites,).

    ``busy`` (units,): share of the vote in which each unit is called away.
    """
    scenario = days.scenario
    units, loops, sites, calendar = scenario.units, scenario.loops, scenario.territory.sites, scenario.calendar
    begin = calendar.opening.astype(np.float64)
    end = np.maximum(np.minimum(calendar.closing, days.edges[-1]), begin)
    walks = np.flatnonzero(units.mobile & (units.loop >= 0))
    duty = _duty(days, begin, end)[walks]
    rounds = passings(duty / loops.period[units.loop[walks]], busy[walks])
    site, real = loops.site[units.loop[walks]], np.isfinite(loops.arrive[units.loop[walks]])
    left, came = (np.where(real, part[units.loop[walks]], 0.0) for part in (loops.depart, loops.arrive))
    back = returns(rounds[:, None], left - came)
    total = np.bincount(site[real], back[real], len(sites))
    return mean_gap(total, (end - begin)[sites.area])


def _duty(days: Days, begin: Floats, end: Floats) -> Floats:
    """Share of the vote of its area that each unit is on duty, (units,)."""
    units = days.scenario.units
    held = np.repeat(np.arange(len(units)), np.diff(units.shift_from))
    first, last = begin[units.area[held]], end[units.area[held]]
    spent = np.clip(np.minimum(units.shift_end, last) - np.maximum(units.shift_start, first), 0.0, None)
    span = np.maximum((end - begin)[units.area], 1e-9)
    return np.minimum(np.bincount(held, spent, len(units)) / span, 1.0)
