"""Crowds: how many people are at a venue or a centre at a moment, from the facts of the rally or the rumour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.demand.signals import Rumours
from sim.demand.tape import Incidents, Rally
from sim.errors import InputError

Floats = NDArray[np.float64]


def arrived_share(rally: Rally, doors_time: float, t: Floats | float) -> Floats:
    """Share of the people who have come by ``t``: ``early_share`` evenly in the last ``early_time`` before the start,
    the rest evenly between the opening of the doors and then.
    """
    doors_at = rally.start_at - doors_time
    knots = (doors_at, rally.start_at - min(rally.early_time, doors_time), rally.start_at)
    return np.asarray(np.interp(t, knots, (0.0, 1.0 - rally.early_share, 1.0)))


def people_present(rally: Rally, doors_time: float, exit_time: float, t: Floats | float) -> Floats:
    """People at the venue at ``t``: they come before the start, stay to the end and leave evenly in ``exit_time``."""
    left = np.clip((np.asarray(t) - rally.end_at) / max(exit_time, 1.0), 0.0, 1.0)
    return np.asarray(rally.people * (arrived_share(rally, doors_time, t) - left))


def rumour_crowd(rumours: Rumours, corrected_at: Floats, cut: float, t: Floats | float) -> Floats:
    """People whom each rumour has brought to its site by ``t``, (rumours,); nobody before it starts or after its life.

    They double in every doubling time up to the peak; from ``corrected_at`` (infinity: never) on, growth is cut by ``cut``.
    """
    now = np.asarray(t)
    free = np.clip(np.minimum(now, corrected_at) - rumours.at, 0.0, None)
    slowed = np.clip(now - np.maximum(corrected_at, rumours.at), 0.0, None)
    with np.errstate(over="ignore"):
        size = rumours.start * 2.0 ** ((free + (1.0 - cut) * slowed) / rumours.doubling_time)
    there = (now >= rumours.at) & (now <= rumours.end_at)
    return np.where(there, np.minimum(size, np.maximum(rumours.peak, rumours.start)), 0.0)


def check_rallies(rallies: tuple[Rally, ...], incidents: Incidents, sites: int) -> None:
    """Raise ``InputError`` for a gathering that ends before it starts, at no site, or whose sweep is not on the tape."""
    for rally in rallies:
        where = f"tape: gathering {rally.id}"
        if not rally.end_at > rally.start_at:
            raise InputError(f"{where} ends at {rally.end_at:g} s, before it starts at {rally.start_at:g} s")
        if not 0 <= rally.site < sites:
            raise InputError(f"{where}: site {rally.site}, allowed: 0 to {sites - 1}")
        if rally.sweep >= 0 and rally.sweep not in incidents.id:
            raise InputError(f"{where}: its sweep {rally.sweep} is no task of the tape")
