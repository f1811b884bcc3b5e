"""Invariant I2: no unit is in two places; every leg starts where the unit was when it was decided on."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.measures.day import Bools, Day, Floats, Ints
from sim.measures.positions import LOOP_ENDS
from sim.movement import along
from sim.trace import PURPOSES


def check_legs(day: Day) -> None:
    """I2: one place at a time: each leg starts where the unit was, and each arrival ends the leg that led to it."""
    purpose = day.leg_columns["purpose"]
    respond = np.flatnonzero(purpose == PURPOSES.index("respond"))
    sent = day.records("dispatched")
    assert len(respond) == len(sent), f"I2: {len(sent)} dispatches but {len(respond)} drives to tasks"
    assert np.array_equal(day.leg_unit[respond], day.unit[sent]), "I2: a drive to a task belongs to another unit"
    depart = day.leg("depart_at")
    decided = depart.copy()
    decided[respond] = day.time[sent]
    late = np.flatnonzero(np.abs(day.time[sent] + day.value[sent] - depart[respond]) > 1e-6)
    assert len(late) == 0, f"I7: unit {day.columns['unit'][sent[late[:1]]]} does not depart when it has mobilised"
    if day.scenario.territory.metric == "matrix":
        return
    order = np.lexsort((np.arange(len(depart)), day.leg_unit))
    unit, leg = day.leg_unit[order], order
    same = unit[1:] == unit[:-1]
    earlier = np.full(len(order), -1)
    earlier[1:][same] = leg[:-1][same]
    _check_starts(day, leg, earlier, decided[leg])


def _check_starts(day: Day, leg: Ints, earlier: Ints, decided: Floats) -> None:
    """Each leg must start where the earlier leg, the loop or the base says the unit was when it was decided on."""
    x0, y0 = day.leg("x0")[leg], day.leg("y0")[leg]
    sites, base = day.scenario.territory.sites, day.scenario.units.base[day.leg_unit[leg]]
    good = earlier < 0
    good &= _near(day, x0, y0, sites.x[base], sites.y[base])
    has = np.flatnonzero(earlier >= 0)
    before = earlier[has]
    ends = [
        along(
            day.leg(f"{axis}0")[before],
            day.leg(f"{axis}1")[before],
            day.leg("depart_at")[before],
            day.leg("arrive_at")[before],
            decided[has],
        )
        for axis in "xy"
    ]
    good[has] |= _near(day, x0[has], y0[has], ends[0], ends[1])
    rest = np.flatnonzero(~good)
    good[rest] = _near_loop(day, leg[rest], decided[rest])
    rest = np.flatnonzero(~good)  # a unit that is called back in the instant in which it was sent has begun its loop anew
    good[rest] = _near_loop(day, leg[rest], decided[rest], "left")
    rest = np.flatnonzero(~good)
    at_base = _near(day, x0[rest], y0[rest], sites.x[base[rest]], sites.y[base[rest]])
    good[rest] = at_base & _rested(day, leg[rest], earlier[rest], decided[rest])
    bad = np.flatnonzero(~good)
    assert len(bad) == 0, (
        f"I2: unit {day.leg_columns['unit'][leg[bad[0]]]} jumps to ({x0[bad[0]]}, {y0[bad[0]]}) "
        f"at {decided[bad[0]]:.3f} s"
    )


def _near(day: Day, x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Bools:
    """Whether two places are the same to centimetres; on a torus also after a turn round it."""
    tolerance = 1e-7 if day.scenario.territory.metric == "great_circle" else 1e-4
    dx, dy = np.abs(x0 - x1), np.abs(y0 - y1)
    if day.scenario.territory.wrap is not None:
        width, height = day.scenario.territory.wrap
        dx, dy = np.abs(dx - width * np.round(dx / width)), np.abs(dy - height * np.round(dy / height))
    return (dx <= tolerance) & (dy <= tolerance)


def _latest(day: Day, unit: Ints, at: Floats, *kinds: str, side: Literal["left", "right"] = "right") -> Ints:
    """Latest record of some kinds of each unit before or at a moment (``left``: before it; -1: none), last written first."""
    record = day.records(*kinds)
    key = day.unit[record] + 1j * day.time[record]
    order = np.argsort(key, kind="stable")
    place = np.searchsorted(key[order], unit + 1j * at, side=side) - 1
    found = record[order[np.maximum(place, 0)]] if len(record) else np.full(len(unit), -1)
    return np.where((place >= 0) & (day.unit[found] == unit), found, -1) if len(record) else found


def _near_loop(day: Day, leg: Ints, decided: Floats, side: Literal["left", "right"] = "right") -> Bools:
    """Whether each leg starts on the unit's own loop, where the latest start of it puts the unit."""
    unit = day.leg_unit[leg]
    started = _latest(day, unit, decided, "loop_started", side=side)
    loop = day.scenario.units.loop[unit]
    good = np.zeros(len(leg), dtype=bool)
    can = np.flatnonzero((started >= 0) & (loop >= 0))
    left = _latest(day, unit[can], decided[can], *LOOP_ENDS)
    can = can[(left < started[can]) | (day.time[left] == decided[can])]
    if len(can):
        ref = np.minimum(day.value[started[can]], decided[can])
        x, y = day.scenario.loops.positions(loop[can], ref, decided[can])
        good[can] = _near(day, day.leg("x0")[leg[can]], day.leg("y0")[leg[can]], x, y)
    return good


def _rested(day: Day, leg: Ints, earlier: Ints, decided: Floats) -> Bools:
    """Whether each unit came on duty since it set out on the earlier leg: then it starts from its base."""
    on_duty = _latest(day, day.leg_unit[leg], decided, "on_duty")
    return (on_duty >= 0) & ((earlier < 0) | (day.time[on_duty] >= day.leg("depart_at")[earlier]))
