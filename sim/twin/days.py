"""What a scenario and its tapes hold for formulas: hours, tasks with their chance to happen, units on duty by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.clock import HOUR
from sim.demand.classes import GROUPS, Slot
from sim.demand.tape import CHANNELS, THINNINGS, Incidents, Tape
from sim.forces.units import skill_bits
from sim.policies.presence import plan_presences
from sim.scenario import Scenario
from sim.territory.sites import FABRICS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_CITIZENS = (CHANNELS.index("phone"), CHANNELS.index("online"))
_MOST_HOURS = 24 * 15


@dataclass(frozen=True, eq=False)
class Days:
    """A scenario and the tapes of some days.

    ``rows``: all incidents of all tapes; ``weight`` (incidents,): how many of each are to be expected on one day, as far as that
    does not hang on the day itself; ``legs`` (incidents,): seconds that a package is on the road after its scene.
    """

    scenario: Scenario
    rows: Incidents
    weight: Floats
    legs: Floats

    @cached_property
    def edges(self) -> Floats:
        """Edges of the hours of the simulated span, (hours + 1,)."""
        calendar = self.scenario.calendar
        last = float(self.rows.at.max(initial=calendar.begin)) + HOUR
        end = calendar.end if np.isfinite(calendar.end) else last
        count = min(max(int(np.ceil((end - calendar.begin) / HOUR)), 1), _MOST_HOURS)
        step = max(HOUR, (end - calendar.begin) / count)
        return np.asarray(calendar.begin + step * np.arange(count + 1))

    @property
    def hours(self) -> int:
        """Number of hours."""
        return len(self.edges) - 1

    def hour_of(self, t: Floats) -> Ints:
        """Hour in which each moment lies, the last one for what comes later."""
        return np.clip(np.searchsorted(self.edges, t, side="right") - 1, 0, self.hours - 1)

    @cached_property
    def area(self) -> Ints:
        """Dispatch area of each row."""
        sites = self.scenario.territory.sites
        return self.scenario.dispatch_area(sites.area, sites.force)[self.rows.site]

    @cached_property
    def members(self) -> list[Ints]:
        """Mobile units of each dispatch area, as rows of ``Scenario.units``."""
        units = self.scenario.units
        area = np.where(units.mobile, self.scenario.dispatch_area(units.area, units.force), -1)
        return [np.flatnonzero(area == here) for here in range(self.scenario.dispatch_areas)]

    @cached_property
    def reported_at(self) -> Floats:
        """Moment at which each row is reported."""
        factor = np.where(np.isin(self.rows.channel, _CITIZENS), self.scenario.room.report_factor, 1.0)
        return np.asarray(self.rows.at + self.rows.report_time * factor)

    @cached_property
    def wants(self) -> Floats:
        """Rows to be expected on one day that ask for units: not those that the team at the centre settles itself."""
        classes = self.scenario.classes
        settles = np.array([c.on_spot if c.slots else 0.0 for c in classes])[self.rows.cls]
        settles = np.where(np.isnan(self.rows.on_spot), 0.0, settles)
        units = np.array([bool(c.slots) for c in classes])[self.rows.cls]
        return np.asarray(self.weight * units * (1.0 - settles * self._team_strength))

    @property
    def headline(self) -> Bools:
        """Rows of election incidents."""
        return np.array([c.group == GROUPS[0] for c in self.scenario.classes])[self.rows.cls]

    @cached_property
    def _team_strength(self) -> Floats:
        """Share of its class that the fixed team at the place of each row can settle at that hour."""
        scenario, units, sites = self.scenario, self.scenario.units, self.scenario.territory.sites
        posts = np.flatnonzero(~units.mobile & (units.task == _code(units.tasks, "posts")))
        held = np.repeat(np.arange(len(units)), np.diff(units.shift_from))
        mine = np.isin(held, posts)
        begin, end, heads_of = units.shift_start[mine], units.shift_end[mine], units.shift_heads[mine]
        heads = present(begin, end, heads_of, units.base[held[mine]], len(sites), self.edges)
        wanted = scenario.posts.officers_per_office * np.maximum(sites.offices[self.rows.site], 1)
        return np.asarray(np.minimum(heads[self.rows.site, self.hour_of(self.rows.at)] / wanted, 1.0))


def days_of(scenario: Scenario, tapes: Sequence[Tape]) -> Days:
    """What the tapes of some days hold, as expectations for one day. Raises ``ValueError`` without a tape."""
    if not tapes:
        raise ValueError("the twin needs the tape of at least one day")
    rows = _stacked([_with_presences(scenario, tape) for tape in tapes])
    legs = np.concatenate([_leg_times(scenario, tape) for tape in tapes])
    return Days(scenario, rows, _chance(scenario, rows) / len(tapes), legs)


def _with_presences(scenario: Scenario, tape: Tape) -> Incidents:
    """The rows of a tape, those of presences at places of warnings as likely, as early and as long as the plan wants them."""
    rows, order = tape.incidents, np.argsort(tape.incidents.id)
    if not len(tape.warnings) or not len(rows):
        return rows
    plan = plan_presences(tape.warnings, scenario.warnings)
    place = order[np.searchsorted(rows.id, tape.warnings.presence, sorter=order).clip(0, len(rows) - 1)]
    known = rows.id[place] == tape.warnings.presence
    mine = place[known]
    bound, report_time, scene_time = rows.bound.copy(), rows.report_time.copy(), rows.scene_time.copy()
    bound[mine] = 1.0 / np.maximum(plan.share[known], 1e-300)
    report_time[mine] = np.maximum(plan.begin[known] - rows.at[mine], 0.0)
    scene_time[mine] = (plan.until - plan.begin)[known, None]
    return replace(rows, bound=bound, report_time=report_time, scene_time=scene_time)


def _stacked(parts: Sequence[Incidents]) -> Incidents:
    """Rows of all tapes one after the other; packages are widened to the longest."""
    width = max(part.scene_time.shape[1] for part in parts)
    columns = {}
    for name in Incidents.__dataclass_fields__:
        own = [getattr(part, name) for part in parts]
        if own[0].ndim == 2:
            own = [np.pad(column, ((0, 0), (0, width - column.shape[1])), mode="edge") for column in own]
        columns[name] = np.concatenate(own)
    return Incidents(**columns)


def _chance(scenario: Scenario, rows: Incidents) -> Floats:
    """Chance that each row happens and is reported, the state of the day being as calibrated (factor 1)."""
    area = scenario.territory.sites.area[rows.site]
    extra = ((rows.thinning & THINNINGS["open"]) > 0) & (rows.at >= scenario.calendar.closing[area])
    thinned = np.where(np.isnan(rows.candidate), 1.0, np.minimum(1.0 / rows.bound, 1.0))
    heard = np.ones(len(CHANNELS))
    for channel, share in scenario.room.reported.items():
        heard[CHANNELS.index(channel)] = share
    known = np.where(np.isnan(rows.known), 1.0, heard[rows.channel])
    return np.asarray(np.where(extra, 0.0, thinned * known))


def _leg_times(scenario: Scenario, tape: Tape) -> Floats:
    """Seconds that the package of each row is on the road and held after its scene, (incidents,)."""
    found, order = np.zeros(len(tape.incidents)), np.argsort(tape.incidents.id)
    if not len(tape.legs):
        return found
    row = order[np.searchsorted(tape.incidents.id, tape.legs.task, sorter=order)]
    first = np.append(True, row[1:] != row[:-1])
    sites, to = scenario.territory.sites, tape.legs.site
    fro = np.where(first, tape.incidents.site[row], np.roll(to, 1))
    metres = straight(scenario.territory.metric, sites.x[fro], sites.y[fro], sites.x[to], sites.y[to])
    speed = speeds(scenario, "convoy", emergency=False)
    np.add.at(found, row, metres * detours(scenario)[sites.fabric[to]] / speed[sites.fabric[to]] + tape.legs.hold_time)
    return found


def straight(metric: str, x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Floats:
    """Metres between points in a straight line (right-angled under that metric)."""
    if metric == "great_circle":
        half = np.pi / 360.0
        a = np.sin((y1 - y0) * half) ** 2 + np.cos(y0 * 2 * half) * np.cos(y1 * 2 * half) * np.sin((x1 - x0) * half) ** 2
        return np.asarray(2.0 * 6_371_008.8 * np.arcsin(np.minimum(np.sqrt(a), 1.0)))
    if metric == "right_angle":
        return np.asarray(np.abs(x1 - x0) + np.abs(y1 - y0))
    return np.asarray(np.hypot(x1 - x0, y1 - y0))


def detours(scenario: Scenario) -> Floats:
    """Road length over straight line by fabric."""
    return np.array([scenario.travel.detour.get(name, 1.0) for name in FABRICS])  # type: ignore[call-overload]


def speeds(scenario: Scenario, mode: str, emergency: bool = True) -> Floats:
    """Speed of a mode by fabric, in metres per second; a mode without speeds takes those of cars."""
    table = scenario.travel.speeds if emergency else scenario.travel.home_speeds
    row = table.get(mode, table["car"])  # type: ignore[call-overload]
    return np.array([row.get(name, next(iter(row.values()))) for name in FABRICS]) / 3.6


def present(start: Floats, end: Floats, amount: Floats | Ints, group: Ints, groups: int, edges: Floats) -> Floats:
    """Mean amount present in each hour by group, (groups, hours): each is there from ``start`` to ``end``."""
    spent = [np.bincount(group, amount * np.clip(np.minimum(end, edge) - start, 0.0, None), groups) for edge in edges]
    return np.asarray(np.diff(np.stack(spent, axis=1), axis=1) / np.diff(edges), dtype=np.float64)


def _code(names: Sequence[str], name: str) -> int:
    return list(names).index(name) if name in names else -1


def fits(scenario: Scenario, slot: Slot) -> Bools:
    """Which units can take a place in a package, (units,)."""
    units, bits = scenario.units, skill_bits(slot.skills)
    kinds = [code for code, name in enumerate(units.kinds) if name in slot.kinds or not slot.kinds]
    return np.asarray(units.mobile & np.isin(units.kind, kinds) & ((units.skills & bits) == bits))
