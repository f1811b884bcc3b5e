"""Crowds at any moment: people at gatherings and where a rumour brings them together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.demand.crowds import people_present, rumour_crowd
from sim.measures.day import Day, Floats, Ints
from sim.policies.information import corrections

SOURCES = ("hall", "match", "rumour")
"""What brings people together; positions are codes, those of ``GATHERINGS`` first."""


@dataclass(frozen=True, eq=False)
class Crowds:
    """Places with people at one moment; arrays (crowds,).

    ``source``: code into ``SOURCES``; ``row``: of the tape's gatherings or rumours; ``site``; ``people``, above 0.
    """

    source: Ints
    row: Ints
    site: Ints
    people: Floats


def corrections_of(day: Day) -> Floats:
    """When each rumour of the tape is corrected, (rumours,); infinity: never."""
    area = day.scenario.territory.sites.area[day.tape.rumours.site]
    return corrections(day.tape.rumours, area, day.scenario.information)


def crowds_at(day: Day, corrected_at: Floats, t: float) -> Crowds:
    """Everybody who is at a gathering, or whom a rumour has brought together, at ``t``."""
    rules, rallies, rumours = day.scenario.rallies, day.tape.rallies, day.tape.rumours
    come = [float(people_present(r, rules.doors(r.is_match), rules.exit_time, t)) for r in rallies]
    talk = rumour_crowd(rumours, corrected_at, day.scenario.information.cut, t)
    people = np.concatenate((np.array(come), talk))
    source = np.array([r.kind for r in rallies] + [SOURCES.index("rumour")] * len(talk), dtype=np.int64)
    site = np.concatenate((np.array([r.site for r in rallies], dtype=np.int64), rumours.site))
    row = np.concatenate((np.arange(len(rallies)), np.arange(len(talk))))
    here = people > 0.0
    return Crowds(source[here], row[here], site[here], people[here])
