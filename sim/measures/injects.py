"""Which injects of the tape were in force when, from the records."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.demand.tape import Inject
from sim.measures.day import Day, Floats, Ints, per_day


class InForce(NamedTuple):
    """An inject that was carried out: the record of that, and the record that took it back (after the last one: none did)."""

    inject: Inject
    begin: int
    end: int


@per_day
def injects_in_force(day: Day) -> list[InForce]:
    """Every inject of the tape that was carried out, in the order in which they came."""
    ended = day.records("effect_ended")
    end = dict(zip(day.value[ended].astype(int).tolist(), ended.tolist(), strict=True))
    rows = day.records("decision")
    found = zip(rows.tolist(), day.value[rows].astype(int).tolist(), strict=True)
    known, last = day.tape.injects, len(day.time)
    return [InForce(known[number], row, end.get(number, last)) for row, number in found if number < len(known)]


def told_later(day: Day, sent: Ints) -> Floats:
    """Seconds by which the unit of each ``dispatched`` record was told later because its room had no radio, (records,)."""
    delay = np.zeros(len(sent))
    room = day.unit_area[day.unit[sent]]
    for inject, begin, end in injects_in_force(day):
        if inject.effect == "communications_outage":
            delay[(room == inject.target) & (sent > begin) & (sent < end)] += inject.value
    return delay
