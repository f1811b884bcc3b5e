"""Units by dispatch area and kind: how many are on duty when, from how many places, how busy they are and how long to set out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.demand.classes import Slot
from sim.settings.alert import LEVELS
from sim.twin.days import Bools, Days, Floats, Ints, fits, present

FEW_TASKS = 50.0
"""Tasks of a slot at which its own hours count as much as those of all tasks."""


@dataclass(frozen=True, eq=False)
class Pools:
    """Units by pool: a dispatch area and a kind; arrays (pools,) unless said.

    ``kind`` and ``mode``: codes of what they are and how they move; ``units``: all of them; ``walking``: those with a loop;
    ``bases``: distinct places of the others; ``start``: mean mobilisation time; ``on_duty`` (pools, hours): mean number;
    ``fitting`` (slots, pools): share that fits each slot.
    """

    area: Ints
    kind: Ints
    mode: Ints
    units: Floats
    walking: Floats
    bases: Floats
    start: Floats
    on_duty: Floats
    fitting: Floats
    slots: tuple[Slot, ...]

    def places(self, busy: Floats) -> Floats:
        """Places from which a free unit may come, (pools, hours), for the share ``busy`` of those on duty.

        A loop is a place of its own. Of several units at one base the base counts as long as one of them is free, which is so
        with chance 1 - (1 - free)^n where each is on duty and free independently of the others.
        """
        free = self.on_duty / self.units[:, None] * (1.0 - busy)
        each = np.divide(self.units - self.walking, self.bases, out=np.zeros(len(self.units)), where=self.bases > 0.0)
        return np.asarray(self.walking[:, None] * free + self.bases[:, None] * (1.0 - (1.0 - free) ** each[:, None]))


def pools_of(days: Days) -> Pools:
    """All pools of mobile units."""
    scenario = days.scenario
    units, kinds = scenario.units, max(len(scenario.units.kinds), 1)
    rows = np.flatnonzero(units.mobile)
    key = scenario.dispatch_area(units.area, units.force)[rows] * kinds + units.kind[rows]
    keys, pool = np.unique(key, return_inverse=True)
    size = len(keys)
    held = np.repeat(np.arange(len(units)), np.diff(units.shift_from))
    of_row = np.full(len(units), -1)
    of_row[rows] = pool
    mine = of_row[held] >= 0
    begin = np.maximum(units.shift_start[mine], days.edges[0])
    end, ones = units.shift_end[mine], np.ones(int(mine.sum()))
    walks = units.loop[rows] >= 0
    homes = np.unique(np.stack((pool[~walks], units.base[rows[~walks]])), axis=1)[0]
    slots = tuple(dict.fromkeys(slot for c in scenario.classes for slot in c.slots))
    count = np.bincount(pool, minlength=size).astype(np.float64)
    fitting = np.array([np.bincount(pool, fits(scenario, slot)[rows], size) for slot in slots]).reshape(len(slots), size)
    return Pools(
        area=keys // kinds,
        kind=keys % kinds,
        mode=_first(units.mode[rows], pool, size),
        units=count,
        walking=np.bincount(pool, walks, size).astype(np.float64),
        bases=np.bincount(homes, minlength=size).astype(np.float64),
        start=np.bincount(pool, setting_out(days, rows), size) / np.maximum(count, 1.0),
        on_duty=present(begin, end, ones, of_row[held[mine]], size, days.edges),
        fitting=fitting / np.maximum(count, 1.0),
        slots=slots,
    )


def _first(values: Ints, group: Ints, groups: int) -> Ints:
    out = np.zeros(groups, dtype=np.int64)
    out[group[::-1]] = values[::-1]
    return out


def setting_out(days: Days, rows: Ints) -> Floats:
    """Mobilisation time of units: on a loop that of a unit under way, else that of the base; at the alert level of the vote."""
    units = days.scenario.units
    own = np.where(units.loop[rows] >= 0, units.moving_time[rows], units.base_time[rows])
    return np.asarray(own * readiness(days)[units.area[rows]])


def readiness(days: Days) -> Floats:
    """Factor of mobilisation times at the alert level that the timetable wants in the middle of the vote, (areas,)."""
    plan, calendar = days.scenario.alert, days.scenario.calendar
    middle = (calendar.opening + np.minimum(calendar.closing, days.edges[-1])) / 2
    level = np.zeros(len(middle), dtype=np.int64)
    for at, area, to in zip(plan.at.tolist(), plan.area.tolist(), plan.level.tolist(), strict=True):
        level[area] = to if at <= middle[area] else level[area]
    factors = np.array([plan.rules.effects(number).turnout_factor for number in range(len(LEVELS))])
    return np.asarray(factors[level])


@dataclass(frozen=True, eq=False)
class Needs:
    """One row for every place in a package of a row that wants units: position of the row, its slot, and seconds on scene."""

    row: Ints
    slot: Ints
    work: Floats

    @classmethod
    def of(cls, days: Days, pools: Pools) -> Needs:
        """All needs of the rows that want units at all."""
        number = {slot: code for code, slot in enumerate(pools.slots)}
        codes = [[number[slot] for slot in c.slots] for c in days.scenario.classes]
        parts: list[tuple[Ints, Ints, Floats]] = []
        for code, wanted in enumerate(codes):
            rows = np.flatnonzero((days.rows.cls == code) & (days.wants > 0.0))
            for place, slot in enumerate(wanted):
                scene = days.rows.scene_time[rows, min(place, days.rows.scene_time.shape[1] - 1)]
                after = days.legs[rows] + (days.rows.handover_time[rows] if place == 0 else 0.0)
                parts.append((rows, np.full(len(rows), slot), scene + after))
        if not parts:
            return cls(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
        return cls(*(np.concatenate([part[i] for part in parts]) for i in range(3)))


def offered(days: Days, needs: Needs, busy_time: Floats, slots: int) -> Floats:
    """Mean number of units at work in each hour if there were as many as anybody wants, (areas x slots, hours), in erlang.

    The modified offered load (Eick, Massey & Whitt 1993): M(t)/G/infinity, so that long work of one hour weighs on the next. Each
    area has its own amount and the hours that the slot has in all areas, and the fewer tasks a slot has, the more those of all
    tasks: a few tasks make no profile, and a single one is not expected at its very hour.
    """
    begin = days.reported_at[needs.row]
    group = days.area[needs.row] * slots + needs.slot
    weight = days.wants[needs.row]
    areas = days.scenario.dispatch_areas
    load = present(begin, begin + busy_time, weight, group, areas * slots, days.edges).reshape(areas, slots, -1)
    own, every = _profile(load.sum(axis=0)), _profile(load.sum(axis=(0, 1))[None])
    count = np.bincount(needs.slot, minlength=slots)[:, None]
    profile = (count * own + FEW_TASKS * every) / (count + FEW_TASKS)
    return np.asarray(load.sum(axis=2)[:, :, None] * profile).reshape(areas * slots, -1)


def _profile(load: Floats) -> Floats:
    """Share of each hour, (rows, hours), zeros where there is nothing."""
    whole = load.sum(axis=1, keepdims=True)
    return np.divide(load, whole, out=np.zeros(load.shape), where=whole > 0.0)


def shares(pools: Pools, slots: int, areas: int) -> Floats:
    """Units that each slot of each area can draw on, (areas x slots, pools): those of the area's pools that fit."""
    found = np.zeros((areas, slots, len(pools.area)))
    found[pools.area, :, np.arange(len(pools.area))] = pools.fitting.T
    return found.reshape(areas * slots, len(pools.area))


def busy_shares(pools: Pools, load: Floats, draws: Floats) -> Floats:
    """Share of the units on duty that are at work, (pools, hours): every slot's work shared evenly by the units that fit it."""
    able = draws @ pools.on_duty
    each = np.divide(load, able, out=np.zeros(load.shape), where=able > 0.0)
    return np.asarray(np.minimum(draws.T @ each, 1.0))


def is_covered(pools: Pools, draws: Floats) -> Bools:
    """Whether a slot of an area has any unit that fits it, (areas x slots,)."""
    return np.asarray((draws @ pools.units) > 0.0)
