"""Calls: what becomes of them by kind and by room, and how many lead to an intervention."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.demand.catalogue import CALLS
from sim.demand.classes import GROUPS
from sim.demand.tape import CHANNELS
from sim.measures.day import Bools, Day, Floats, Ints, cell, first_of, per_day, rows_by, time_before
from sim.measures.entry import Cell, Table, entries
from sim.measures.occupancy import desk_operators, voting_hours
from sim.measures.response import IncidentTable
from sim.processes.callers import ASTRAY, first_rooms, odd_marks

CITIZENS = [CHANNELS.index("phone"), CHANNELS.index("online")]


@dataclass(frozen=True, eq=False)
class CallTable:
    """One row for every call of a citizen that came in; arrays (calls,).

    ``row``: position on the tape; ``kind``: text; ``room``: dispatch area whose desk it reached first; ``waited``: seconds
    until an operator took it or the caller gave up for good, from the last try; the rest are yes or no.
    """

    row: Ints
    kind: NDArray[np.str_]
    room: Ints
    waited: Floats
    answered: Bools
    abandoned: Bools
    refused: Bools
    redialled: Bools
    dispatched: Bools

    def take(self, rows: Bools | Ints) -> CallTable:
        """The same table for some calls only."""
        return CallTable(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


_MARKS = ("answered", "abandoned", "refused", "redialled", "dispatched")


@per_day
def call_table(day: Day) -> CallTable:
    """Read every call's story from the records."""
    tape, size = day.tape.incidents, len(day.tape.incidents)

    def has(kind: str) -> Bools:
        found = np.zeros(size, dtype=bool)
        rows = day.task[day.records(kind)]
        found[rows[rows >= 0]] = True
        return found

    came = np.flatnonzero(has("reported") & np.isin(tape.channel, CITIZENS))
    ends = day.records("processed", "call_abandoned", "call_refused")
    waited = first_of(day.task[ends], day.value[ends], size)
    refused = has("call_refused")
    waited[refused] = np.nan
    across, _ = first_rooms(day.scenario)
    astray = odd_marks(day.scenario, tape, across) == ASTRAY
    names = np.array([_kind(cls.name, cls.group) for cls in day.scenario.classes])
    return CallTable(
        row=came,
        kind=names[tape.cls[came]],
        room=np.where(astray, across[tape.site], day.site_area[tape.site])[came],
        waited=waited[came],
        answered=has("processed")[came],
        abandoned=has("call_abandoned")[came],
        refused=refused[came],
        redialled=has("redialled")[came],
        dispatched=has("dispatched")[came],
    )


def _kind(name: str, group: str) -> str:
    """A call's kind: the group of the incident it is about, or what it is instead."""
    return name if name in CALLS else group


def figures(day: Day, calls: CallTable) -> dict[str, Cell]:
    """What became of some calls."""
    known = np.isfinite(calls.waited) & calls.answered
    in_time = known & (calls.waited <= day.scenario.room.answer_target)
    row: dict[str, Cell] = {"calls": len(calls.row)}
    row |= {f"calls_{name}": int(getattr(calls, name).sum()) for name in _MARKS}
    row["call_wait_mean"] = cell(calls.waited[known].mean()) if known.any() else None
    row["calls_in_time"] = float(in_time.sum() / len(calls.row)) if len(calls.row) else None
    return row


def calls_by_kind(day: Day, calls: CallTable) -> Table:
    """One row for each kind of call there is: the funnel."""
    known = set(calls.kind.tolist())
    kinds = [kind for kind in (*GROUPS, *CALLS) if kind in known]
    rows = [figures(day, calls.take(calls.kind == name)) for name in kinds]
    table: Table = {"call_kind": list(kinds)}
    return table | {name: [row[name] for row in rows] for name in FIGURES}


def rooms(day: Day, calls: CallTable) -> Table:
    """One row for each room: its calls, how long they waited, the load of its desk, and what went up to the main room.

    The last row is the main room, whose calls are the requests of the others.
    """
    scenario, chains = day.scenario, day.scenario.chains
    operators, load = desk_operators(day, "phone"), _desk_load(day, calls)
    with_units = np.isin(np.arange(scenario.dispatch_areas), day.unit_area[scenario.units.mobile])
    with_calls = np.isin(np.arange(scenario.dispatch_areas), calls.room)
    of_room = rows_by(calls.room, scenario.dispatch_areas)
    sent_up = {name: np.bincount(_area(day, kind), minlength=scenario.dispatch_areas) for name, kind in _HELP}
    rows: list[dict[str, Cell]] = []
    for index in np.flatnonzero(with_units | with_calls).tolist():
        row: dict[str, Cell] = {"room": scenario.territory.area_codes[index // chains]}
        row["force"] = scenario.territory.forces[index % chains] if chains > 1 else None
        row |= {"operators": int(operators[index]), "desk_load": load[index]} | figures(day, calls.take(of_room[index]))
        rows.append(row | {f"help_{name}": int(count[index]) for name, count in sent_up.items()})
    if scenario.command.main_room:
        rows.append(_main_row(day))
    return {name: [row[name] for row in rows] for name in ROOM_COLUMNS}


_HELP = (("asked", "escalated_to_main"), ("granted", "granted"), ("refused", "refused"))


def _area(day: Day, kind: str) -> Ints:
    return day.columns["area"][day.records(kind)].astype(np.int64)


def _main_row(day: Day) -> dict[str, Cell]:
    """The main room: every request of the others is a call that waits for one of its operators."""
    rules, asked = day.scenario.command, day.records("escalated_to_main")
    waited, edges = day.value[asked], voting_hours(day)
    start = day.time[asked] + waited
    busy = np.diff(time_before(start, start + rules.main_time, edges)).sum()
    time = rules.main_operators * (edges[-1] - edges[0])
    row: dict[str, Cell] = dict.fromkeys(ROOM_COLUMNS, None)
    row |= {"room": "main", "operators": rules.main_operators, "desk_load": float(busy / time) if time else None}
    row |= {"calls": len(asked), "calls_answered": len(asked), "calls_abandoned": 0, "calls_refused": 0}
    row["call_wait_mean"] = float(waited.mean()) if len(asked) else None
    row["calls_in_time"] = float((waited <= day.scenario.room.answer_target).mean()) if len(asked) else None
    return row | {"help_asked": len(asked)} | {f"help_{k}": len(day.records(k)) for k in ("granted", "refused")}


def _desk_load(day: Day, calls: CallTable) -> list[float | None]:
    """Talk time in the voting phase over operator time, by dispatch area; operators are those of the day's beginning."""
    tape, edges = day.tape.incidents, voting_hours(day)
    record = day.records("processed")
    done = first_of(day.task[record], day.time[record], len(tape))[calls.row]
    _, delay = first_rooms(day.scenario)
    astray = calls.room != day.site_area[tape.site[calls.row]]
    done -= tape.dispatch_time[calls.row] + np.where(astray, delay[tape.site[calls.row]], 0.0)
    talk, known = tape.talk_time[calls.row], np.isfinite(done)
    seconds = (np.clip(done, edges[0], edges[-1]) - np.clip(done - talk, edges[0], edges[-1]))[known]
    busy = np.bincount(calls.room[known], seconds, minlength=day.scenario.dispatch_areas)
    time = desk_operators(day, "phone") * (edges[-1] - edges[0])
    return [float(b / t) if t > 0 else None for b, t in zip(busy.tolist(), time.tolist(), strict=True)]


def normal_service(day: Day, calls: CallTable, table: IncidentTable) -> Table:
    """The normal service beside the election, by area: calls taken in time, and interventions."""
    scenario, chains = day.scenario, day.scenario.chains
    normal = table.take((table.group == GROUPS.index("normal")) & (table.slots > 0))
    of_normal = calls.take(np.isin(calls.kind, ["normal", *CALLS]))
    codes = scenario.territory.area_codes
    in_area, called_in = rows_by(normal.area, len(codes)), rows_by(of_normal.room // chains, len(codes))
    rows: list[dict[str, Cell]] = []
    for area, code in enumerate(codes):
        mine, here = normal.take(in_area[area]), of_normal.take(called_in[area])
        got = np.isfinite(mine.response_time)
        judged = mine.judged
        taken = figures(day, here)
        row: dict[str, Cell] = {"area": code}
        row |= {name: taken[name] for name in ("calls", "calls_answered", "calls_in_time")}
        row |= {"interventions": len(mine), "answered": int(got.sum())}
        row["response_mean"] = float(mine.response_time[got].mean()) if got.any() else None
        row["compliance"] = float((mine.within & judged).sum() / judged.sum()) if judged.any() else None
        rows.append(row)
    return {name: [row[name] for row in rows] for name in NORMAL_COLUMNS}


def call_figures(day: Day, calls: CallTable) -> dict[str, Cell]:
    """Headline figures of all rooms together."""
    row, count = figures(day, calls), len(calls.row)
    return {
        "call_conversion": float(calls.dispatched.sum() / count) if count else None,
        "calls_lost": float((calls.abandoned | calls.refused).sum() / count) if count else None,
        "calls_in_time": row["calls_in_time"],
    }


FIGURES = (
    "calls", "calls_answered", "calls_abandoned", "calls_refused", "calls_redialled", "calls_dispatched", "call_wait_mean",
    "calls_in_time",
)  # fmt: skip
ROOM_COLUMNS = ("room", "force", "operators", "desk_load", *FIGURES, "help_asked", "help_granted", "help_refused")
NORMAL_COLUMNS = (
    "area", "calls", "calls_answered", "calls_in_time", "interventions", "answered", "response_mean", "compliance",
)  # fmt: skip
ENTRIES = (
    *entries(
        "calls_by_kind rooms normal_service",
        ("call_kind", "name", "An incident of a group, or advice, a tip, a complaint, nothing, a known incident"),
        ("calls", "count", "Calls of citizens, by phone or online, that came in; a caller who tries again is one call"),
        ("calls_answered", "count", "Calls that an operator took"),
        ("calls_abandoned", "count", "Calls whose caller gave up for good before an operator was free"),
        ("calls_refused", "count", "Calls that never came through, because every line was busy at each try"),
        ("calls_redialled", "count", "Calls whose caller had to try again at least once"),
        ("calls_dispatched", "count", "Calls that led to at least one unit being sent"),
        ("call_wait_mean", "s", "Mean wait for an operator of the calls that were taken, from the last try"),
        ("calls_in_time", "share", "Share of all calls that were taken within room.answer_target"),
        ("interventions", "count", "Incidents of the normal service that need a unit"),
    ),
    *entries(
        "rooms",
        ("room", "code", "Area of a command room, or main: the room above all others, whose calls are their requests"),
        ("operators", "count", "Operators of the phone desk when the day begins"),
        ("desk_load", "share", "Talk time over operator time in the voting phase"),
        ("help_asked", "count", "Requests for units that went up to the main room"),
        ("help_granted", "count", "Requests of other rooms that this room granted"),
        ("help_refused", "count", "Requests of other rooms that this room refused, or its own for which nobody could be asked"),
    ),
    *entries(
        "headline",
        ("call_conversion", "share", "Calls that led to a unit being sent over all calls", "calls_dispatched / calls"),
        ("calls_lost", "share", "Calls that no operator ever took over all calls", "(calls_abandoned + calls_refused) / calls"),
    ),
)
