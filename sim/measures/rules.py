"""Rules of engagement: what was tried, blocked and granted, and whether any rule was broken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.measures.day import Bools, Day, Floats, Ints, cell, per_day
from sim.measures.entry import Cell, Table, entries
from sim.policies.rules import RULES, counting, may_enter
from sim.trace import CODE

KINDS = ("entered", "action_blocked")
"""Records that end an attempt; their value is the rule."""


@dataclass(frozen=True, eq=False)
class Attempts:
    """What officers tried; arrays (attempts,).

    ``rule``: position in ``RULES``; ``area`` and ``force``: of the place, and of the officers; ``blocked`` and ``asked``: whether
    it was refused, and whether after a request; ``delay``: seconds between request and end (NaN without one); ``broken``:
    somebody went in although the rules forbid it.
    """

    rule: Ints
    area: Ints
    force: Ints
    blocked: Bools
    asked: Bools
    delay: Floats
    broken: Bools

    def take(self, rows: Bools) -> Attempts:
        """The same for some attempts only."""
        return Attempts(*(column[rows] for column in vars(self).values()))


@per_day
def attempts(day: Day) -> Attempts:
    """Every attempt of the day, from the records."""
    scenario, row = day.scenario, day.records(*KINDS)
    site = day.columns["site"].astype(np.int64)[row]
    unit = day.unit[row]
    sites = scenario.territory.sites
    force = np.where(unit >= 0, scenario.units.force[unit], sites.force[site])
    area, rule = sites.area[site], day.value[row].astype(np.int64)
    asked_at = _requests(day, row)
    granted = _granted(day, row)
    blocked = day.kind[row] == CODE["action_blocked"]
    broken = np.zeros(len(row), dtype=np.bool_)
    for i in np.flatnonzero(~blocked).tolist():
        own = scenario.rules.forces.get(scenario.territory.forces[int(force[i])])
        if own is not None:
            may, _ = may_enter(own, counting(scenario.calendar, int(area[i]), float(day.time[row[i]])))
            broken[i] = may == "never" or (may == "on_request" and not granted[i])
    return Attempts(rule, area, force, blocked, ~np.isnan(asked_at), day.time[row] - asked_at, broken)


def _key(day: Day, row: Ints) -> list[tuple[int, int, int]]:
    """What ties the records of one attempt: its task, or the unit and the place of an order."""
    task, unit, site = (day.columns[name][row].tolist() for name in ("task", "unit", "site"))
    return [(t, -1, -1) if t >= 0 else (-1, u, s) for t, u, s in zip(task, unit, site, strict=True)]


def _requests(day: Day, row: Ints) -> Floats:
    """Moment of the latest request before each attempt that belongs to it (NaN: none)."""
    asked = day.records("entry_requested")
    latest: dict[tuple[int, int, int], float] = {}
    order = sorted([*zip(asked.tolist(), _key(day, asked), strict=True), *zip(row.tolist(), _key(day, row), strict=True)])
    found = dict.fromkeys(row.tolist(), np.nan)
    requests = set(asked.tolist())
    for place, key in order:
        if place in requests:
            latest[key] = float(day.time[place])
        else:
            found[place] = latest.get(key, np.nan)
    return np.array([found[place] for place in row.tolist()], dtype=np.float64)


def _granted(day: Day, row: Ints) -> Bools:
    """Whether permission was given for each attempt, at its moment or before."""
    given = day.records("entry_granted")
    first: dict[tuple[int, int, int], int] = {}
    for place, key in zip(given.tolist(), _key(day, given), strict=True):
        first.setdefault(key, place)
    rows = zip(row.tolist(), _key(day, row), strict=True)
    return np.array([first.get(key, place + 1) <= place for place, key in rows], dtype=np.bool_)


def rules_table(day: Day, tried: Attempts) -> Table:
    """Attempts by force, rule and area; no row where nothing was tried."""
    territory = day.scenario.territory
    cells = np.unique(np.column_stack((tried.force, tried.rule, tried.area)), axis=0).tolist()
    rows = [tried.take((tried.force == f) & (tried.rule == r) & (tried.area == a)) for f, r, a in cells]
    names: Table = {
        "force": [territory.forces[f] for f, _, _ in cells],
        "rule": [RULES[r] for _, r, _ in cells],
        "area": [territory.area_codes[a] for *_, a in cells],
    }
    columns = _figures(tried.take(tried.rule < 0))
    figures = [_figures(part) for part in rows]
    return names | {name: [row[name] for row in figures] for name in columns}


def _figures(tried: Attempts) -> dict[str, Cell]:
    delays = tried.delay[tried.asked]
    return {
        "attempts": len(tried.rule),
        "blocked": int(tried.blocked.sum()),
        "granted": int((tried.asked & ~tried.blocked).sum()),
        "request_delay": cell(delays.mean()) if len(delays) else None,
        "violations": int(tried.broken.sum()),
    }


def rule_figures(day: Day, tried: Attempts) -> dict[str, Cell]:
    """Headline figures: blocked actions and violations; None where no force has rules."""
    if not day.scenario.rules.forces:
        return {"actions_blocked": None, "rule_violations": None}
    return {"actions_blocked": int(tried.blocked.sum()), "rule_violations": int(tried.broken.sum())}


ENTRIES = entries(
    "rules",
    ("rule", "name", "Rule of engagement under which officers tried something"),
    ("attempts", "count", "Times officers of the force wanted or were told to do what the rule is about"),
    ("blocked", "count", "Attempts that the rules or the office head refused; the officers worked from outside"),
    ("granted", "count", "Attempts that were allowed after a request to the office head"),
    ("request_delay", "s", "Mean time between a request and the entry or its refusal"),
    ("violations", "count", "Entries that the rules forbid: without a grant, during a count that is closed, or at all"),
) + entries(
    "headline",
    ("actions_blocked", "count", "Actions that the rules of engagement refused"),
    ("rule_violations", "count", "violations of the rules of engagement in all areas: always 0"),
)
