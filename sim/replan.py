"""Another plan from a moment on: which settings may change then, and the scenario that follows one plan and then the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from sim.build import Place, build_plan
from sim.clock import format_time
from sim.errors import InputError
from sim.forces.pool import heads_needed
from sim.forces.roster import ShiftTable
from sim.forces.shifts import join_shifts
from sim.forces.spliced import Roster, Spliced, splice
from sim.forces.standby import need_cells, reserved
from sim.forces.units import Units
from sim.scenario import Ints, Later, Scenario
from sim.settings import Settings, dump

FIXED_KEYS: Mapping[str, tuple[str, ...]] = {
    "staffing": ("turnout", "female_share"),
    "patrol": (),
    "dispatch": ("command", "picture", "district_time", "rapid_first", "taskable"),
    "command": ("border_distance", "border_share", "handover_time", "main_room", "main_operators", "picture_age", "hold_reserve"),
    "room": ("lines", "triage", "reported", "report_factor", "answer_target"),
    "posts": ("relief_share", "relief_late_share", "relief_late_time", "stay_time", "release_time", "escort_after"),
}
"""Groups of settings that may change in mid-day, and those of their keys that may not."""
UNITS = ("staffing", "patrol")
"""Groups on which it hangs who is on duty when."""


def check_changeable(before: Settings, after: Settings) -> None:
    """Raise ``InputError`` where settings differ in what cannot change while the day goes on."""
    for key in differing(dump(before), dump(after)):
        group, *path = key.split(".")
        if group not in FIXED_KEYS:
            raise InputError(f"{key} cannot change in mid-day; from a moment on settings of {_named()} may, and effects")
        if path and path[0] in FIXED_KEYS[group]:
            fixed = ", ".join(FIXED_KEYS[group])
            raise InputError(f"{key} cannot change in mid-day; of {group} everything may but {fixed}")


def _named() -> str:
    *most, last = FIXED_KEYS
    return f"{', '.join(most)} and {last}"


def differing(one: Any, other: Any, key: str = "") -> Iterator[str]:
    """Dotted keys of plain values that differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in dict.fromkeys((*one, *other)):
            yield from differing(one.get(name), other.get(name), f"{key}.{name}" if key else str(name))
    elif one != other:
        yield key


def replanned(scenario: Scenario, before: Settings, after: Settings, at: float) -> Scenario:
    """The scenario of ``before`` up to a moment, and that of ``after`` from then on.

    The heads mobilised are those of ``before``, and more where the hours of both plans together need more, those of people who
    rest after the first one among them. Raises ``InputError`` for settings that cannot change in mid-day, a plan that cannot be
    carried out, and a change of units that changes nobody's hours any more.
    """
    if scenario.later:
        since = format_time(scenario.later.at)
        raise InputError(f"this day follows another plan from {since} on already; fork the run that it came from")
    check_changeable(before, after)
    changed = {key.partition(".")[0] for key in differing(dump(before), dump(after))}
    if not changed:
        return scenario
    rules = replace(scenario, dispatch=after.dispatch, command=after.command, room=after.room, posts=after.posts)
    if not changed.intersection(UNITS):
        return follow(scenario, rules, at)
    plan, _ = build_plan(after, Place(scenario.territory, scenario.calendar))
    joint = follow(scenario, plan, at, after.staffing.shifts.rest_time)
    if changed <= set(UNITS) and same_units(scenario.units, joint.units):
        groups = " and ".join(sorted(changed))
        raise InputError(f"{groups}: nothing changes from {format_time(at)} on; who is on duty keeps base, round and hours")
    return joint


def follow(scenario: Scenario, plan: Scenario, at: float, rest_time: float = 0.0) -> Scenario:
    """The scenario whose units and rules are from a moment on those of another one of the same place and day.

    ``rest_time``: seconds that nobody works after a shift. Raises ``InputError`` where one id means units of different places.
    """
    later = Later(at, plan.dispatch, plan.command, plan.room, plan.posts)
    if plan.units is scenario.units:
        return replace(scenario, later=later)
    return _with(scenario, splice(_roster(scenario), _roster(plan), at), later, rest_time)


def _roster(scenario: Scenario) -> Roster:
    return Roster(scenario.units, scenario.loops, scenario.posting, scenario.alert.turns)


def same_units(one: Units, other: Units) -> bool:
    """Whether two tables hold the same units with the same hours."""
    return one.digest() == other.digest()


def _with(scenario: Scenario, spliced: Spliced, later: Later, rest_time: float) -> Scenario:
    roster = spliced.roster
    ids = scenario.units.id[scenario.standby.unit]
    joint = replace(
        scenario,
        units=roster.units,
        loops=roster.loops,
        posting=roster.posting,
        alert=replace(scenario.alert, turns=roster.turns),
        standby=replace(scenario.standby, unit=np.searchsorted(roster.units.id, ids)),
        later=replace(later, joined=spliced.joined, left=spliced.left, resumed=spliced.resumed),
    )
    if scenario.mobilised is None:
        return joint
    needed = _needed(joint, rest_time).reshape(scenario.mobilised.shape)
    return replace(joint, mobilised=np.maximum(scenario.mobilised, needed))


def _needed(scenario: Scenario, rest_time: float) -> Ints:
    """Heads that the hours of all units need in each area and force, (areas x forces,), those who stand by kept free."""
    units, standby, forces = scenario.units, scenario.standby, len(scenario.territory.forces)
    owner = np.repeat(np.arange(len(units)), np.diff(units.shift_from))
    regular = np.flatnonzero(~np.isin(owner, standby.unit))
    start, end, heads = units.shift_start[regular], units.shift_end[regular], units.shift_heads[regular]
    table = ShiftTable(owner[regular], start, end, heads, np.zeros_like(regular))
    shifts = join_shifts(_by_person(table, scenario.later.at), reserved(standby, units.heads, scenario.calendar))
    cell = need_cells(standby, units.area * forces + units.force, forces)
    return heads_needed(shifts, cell, len(scenario.territory.area_codes) * forces, rest_time)[0]


def _by_person(shifts: ShiftTable, at: float) -> ShiftTable:
    """Shifts in order of (unit, start), where those who stay in a unit that has more or fewer heads from a moment on work one."""
    unit, start, end, heads = shifts.unit, shifts.start, shifts.end, shifts.heads.copy()
    first = np.flatnonzero((unit[1:] == unit[:-1]) & (end[:-1] == at) & (start[1:] == at))
    stay = np.minimum(heads[first], heads[first + 1])
    whole = ShiftTable(unit[first], start[first], end[first + 1], stay, shifts.period[first])
    heads[first] -= stay
    heads[first + 1] -= stay
    return join_shifts(ShiftTable(unit, start, end, heads, shifts.period), whole)
