"""Rallies and matches: doors, entry lanes, ring and patrols, and the burden on citizens of the whole day."""

from __future__ import annotations

import numpy as np

from sim.demand.tape import GATHERINGS
from sim.measures.day import Bools, Day, Floats, Ints, cell, per_day
from sim.measures.doors import DOOR_COLUMNS, entry_queue
from sim.measures.entry import Cell, Table, entries
from sim.measures.matches import disorder_by_gathering, match_row
from sim.measures.sweeps import SWEEP_COLUMNS, Sweeps
from sim.territory.sites import SITE_KINDS
from sim.trace import CODE

COLUMNS = (
    "rally", "gathering", "site", "area", "people", *DOOR_COLUMNS, "ring_officers", "ring_wanted", *SWEEP_COLUMNS,
    "patrol_visits_per_hour", "disorder", "force_hours", "released_at",
)  # fmt: skip


@per_day
def rally_table(day: Day) -> Table:
    """One row per gathering whose doors opened or should have: sweep, entry queue, minutes lost, ring and patrols."""
    scenario, sweeps = day.scenario, Sweeps.of(day)
    sites, rules, disorder = scenario.territory.sites, scenario.rallies, disorder_by_gathering(day)
    opened = set(day.columns["site"][day.records("doors_opened")].tolist())
    rows: list[dict[str, Cell]] = []
    for rally in day.tape.rallies:
        if rally.site not in opened:
            continue
        doors_at = sweeps.doors_at(rally)
        women = int(heads_at(day, rally.site, doors_at) * rules.female_share) if np.isfinite(doors_at) else 0
        row: dict[str, Cell] = {"rally": rally.id, "site": int(sites.id[rally.site]), "people": rally.people}
        row["gathering"] = GATHERINGS[rally.kind]
        row["area"] = scenario.territory.area_codes[sites.area[rally.site]]
        row["ring_officers"] = heads_at(day, rally.site, rally.start_at)
        row["ring_wanted"] = int(np.ceil(rules.ring_wanted(rally.people, rally.is_match)))
        row |= entry_queue(rally, rules, doors_at, women) | sweeps.row(rally)
        row |= {"patrol_visits_per_hour": sweeps.visits(rally), "disorder": disorder.get(rally.id, 0)}
        rows.append(row | match_row(day, rally))
    return {name: [row[name] for row in rows] for name in COLUMNS}


def heads_at(day: Day, site: int, at: float) -> int:
    """Heads of fixed teams on duty at a site at a moment."""
    intervals, (rows, bounds) = day.intervals, _duty_at_sites(day)
    here = rows[bounds[site] : bounds[site + 1]]
    here = here[(intervals.begin[here] <= at) & (at < intervals.end[here])]
    return int(day.value[intervals.record[here]].sum())


@per_day
def _duty_at_sites(day: Day) -> tuple[Ints, Ints]:
    """Status intervals in which a fixed team is on duty, in order of sites, and where those of each begin, (sites + 1,)."""
    units, intervals = day.scenario.units, day.intervals
    fixed = np.flatnonzero(~units.mobile[intervals.unit] & (intervals.status > 0))
    base = units.base[intervals.unit[fixed]]
    order = np.argsort(base, kind="stable")
    return fixed[order], np.searchsorted(base[order], np.arange(len(day.scenario.territory.sites) + 1))


def ring_use(day: Day, rings: Ints) -> float | None:
    """Share of the officer-hours of some rings (rows of ``Scenario.units``) in which a gathering is at their venue,
    from the opening of its doors until the venue is empty; None where no ring is ever on duty."""
    units, intervals = day.scenario.units, day.intervals
    here = np.isin(intervals.unit, rings) & (intervals.status > 0)
    begin, end, heads = intervals.begin[here], intervals.end[here], day.value[intervals.record[here]]
    on_duty, busy, site = float((heads * (end - begin)).sum()), 0.0, units.base[intervals.unit[here]]
    for venue, spans in gathering_spans(day).items():
        mine = site == venue
        for opened, emptied in spans:
            held = np.minimum(end[mine], emptied) - np.maximum(begin[mine], opened)
            busy += float((heads[mine] * np.maximum(held, 0.0)).sum())
    return busy / on_duty if on_duty else None


def gathering_spans(day: Day) -> dict[int, list[tuple[float, float]]]:
    """For each venue (row of the sites) the stretches in which at least one gathering is there, in order."""
    record = day.records("doors_opened", "venue_cleared")
    spans: dict[int, list[tuple[float, float]]] = {}
    there: dict[int, list[float]] = {}
    for row, site in zip(record.tolist(), day.columns["site"][record].tolist(), strict=True):
        since = there.setdefault(site, [])
        if day.kind[row] == CODE["doors_opened"]:
            since.append(float(day.time[row]))
        elif len(since) > 1:
            since.pop()
        elif since:
            spans.setdefault(site, []).append((since.pop(), float(day.time[row])))
    for site, since in there.items():
        if since:
            spans.setdefault(site, []).append((since[0], day.end))
    return spans


def door_officers(day: Day, chosen: Bools | None = None) -> float | None:
    """Mean heads of fixed teams at polling centres (the ``chosen`` sites only) while their areas vote, or None without a
    centre."""
    sites, calendar = day.scenario.territory.sites, day.scenario.calendar
    centres, (site, spent) = sites.of_kind("centre"), _time_at_doors(day)
    if chosen is not None:
        centres, spent = centres[chosen[centres]], spent[chosen[site]]
    if len(centres) == 0:
        return None
    voting = (np.minimum(calendar.closing, day.end) - calendar.opening)[sites.area[centres]].sum()
    return cell(spent.sum() / voting) if voting > 0 else None


@per_day
def _time_at_doors(day: Day) -> tuple[Ints, Floats]:
    """Centre and head-seconds in voting hours of each status interval in which a fixed team is on duty at a centre."""
    intervals, calendar = day.intervals, day.scenario.calendar
    units, sites = day.scenario.units, day.scenario.territory.sites
    base = units.base[intervals.unit]
    at_centre = sites.kind[base] == SITE_KINDS.index("centre")
    here = np.flatnonzero(~units.mobile[intervals.unit] & at_centre & (intervals.status > 0))
    area = sites.area[base[here]]
    begin = np.maximum(intervals.begin[here], calendar.opening[area])
    end = np.minimum(intervals.end[here], np.minimum(calendar.closing, day.end)[area])
    return base[here], day.value[intervals.record[here]] * np.maximum(end - begin, 0.0)


def burden(day: Day, checkpoints: Table, rallies: Table) -> Table:
    """What the security of the day costs citizens, one row per measure; shown in every report."""

    def total(table: Table, name: str) -> float:
        return float(sum(value for value in table[name] if value is not None))  # type: ignore[misc]

    at_gates, at_doors = total(checkpoints, "minutes_lost_checkpoints"), total(rallies, "minutes_lost_rallies")
    figures: dict[str, Cell] = {
        "minutes_lost": at_gates + at_doors,
        "minutes_lost_checkpoints": at_gates,
        "minutes_lost_rallies": at_doors,
        "vehicles_stopped": total(checkpoints, "vehicles_stopped"),
        "false_alarms": total(checkpoints, "false_alarms"),
        "officers_near_doors": door_officers(day),
    }
    return {"measure": list(figures), "amount": list(figures.values())}


ENTRIES = entries(
    "rallies",
    ("rally", "id", "Stable id of the rally on the tape"),
    ("gathering", "name", "hall or match"),
    ("people", "count", "People expected"),
    ("ring_officers", "heads", "Officers on duty in the outer ring at the start"),
    ("ring_wanted", "heads", "Officers the ring should have", "ceil(people / people_per_officer)"),
    ("patrol_visits_per_hour", "per hour", "Rounds of patrols sent to the gathering, per hour from doors to empty venue"),
    ("disorder", "count", "Incidents of disorder at the gathering that were not prevented"),
) + entries(
    "burden",
    ("measure", "name", "One kind of burden on citizens; the amount is in the unit of the entry of that name"),
    ("amount", "see measure", "How much of it; no data where nothing of the kind exists"),
    (
        "minutes_lost",
        "min",
        "Minutes citizens lost to security",
        "minutes_lost_checkpoints + minutes_lost_rallies",
    ),
    ("officers_near_doors", "heads", "Mean officers of fixed teams per polling centre in the voting phase"),
)
