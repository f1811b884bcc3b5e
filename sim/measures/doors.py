"""The doors of a gathering: people search their way in over the entry lanes, minute by minute, in closed form.

Where women are searched by female officers there are two kinds of lanes; those for women are no more than the female
officers of the ring.
"""

from __future__ import annotations

import numpy as np

from sim.clock import HOUR, MINUTE
from sim.demand.crowds import arrived_share
from sim.demand.tape import Rally
from sim.gates import work_waits
from sim.measures.day import Floats, cell
from sim.measures.entry import Cell, entries
from sim.settings.response import RallySettings

DOOR_COLUMNS = (
    "entry_lanes", "entry_queue_max", "entry_wait_mean", "entry_wait_max", "outside_at_start", "minutes_lost_rallies",
    "women_lanes", "women_wait_mean", "women_unsearched",
)  # fmt: skip


def entry_queue(rally: Rally, rules: RallySettings, doors_at: float | None = None, women: int = 0) -> dict[str, Cell]:
    """The queue at the doors of one gathering, which open at ``doors_at`` (None: as planned) with ``women`` female officers."""
    planned = rally.start_at - rules.doors(rally.is_match)
    opens = planned if doors_at is None else doors_at
    lanes = max(1, int(np.ceil(rules.lanes_per_thousand * rally.people / 1000.0)))
    own = min(int(np.ceil(lanes * rules.women_share)), max(lanes - 1, 1)) if rules.women_share > 0.0 else 0
    groups = [(1.0 - rules.women_share, max(lanes - own, 1)), (rules.women_share, min(own, women))]
    minutes = int(np.ceil((rally.end_at - planned) / MINUTE)) + 1
    edges: Floats = planned + MINUTE * np.arange(minutes + 1, dtype=np.float64)
    came = rally.people * np.diff(arrived_share(rally, rules.doors(rally.is_match), edges))
    parts = [_lanes(came * share, edges, number, rules, opens, rally) for share, number in groups if share > 0.0 and number]
    unsearched = float(came.sum()) * rules.women_share if rules.women_share > 0.0 and not groups[1][1] else 0.0
    served = sum(part["people"] for part in parts)
    total = sum(part["waited"] for part in parts)
    return {
        "entry_lanes": lanes,
        "entry_queue_max": max(part["queue"] for part in parts),
        "entry_wait_mean": cell(total / served) if served else None,
        "entry_wait_max": max(part["longest"] for part in parts) if served else None,
        "outside_at_start": sum(part["outside"] for part in parts) + unsearched,
        "minutes_lost_rallies": (total + served * HOUR / rules.lane_rate) / MINUTE,
        "women_lanes": groups[1][1] if rules.women_share > 0.0 else None,
        "women_wait_mean": cell(parts[1]["waited"] / parts[1]["people"]) if len(parts) > 1 else None,
        "women_unsearched": unsearched if rules.women_share > 0.0 else None,
    }


def _lanes(came: Floats, edges: Floats, lanes: int, rules: RallySettings, opens: float, rally: Rally) -> dict[str, float]:
    """One kind of lanes: who comes before the doors open waits for them, and all of them are there when they do."""
    service, mid = HOUR / rules.lane_rate, 0.5 * (edges[1:] + edges[:-1])
    early = edges[1:] <= opens
    if early.all():
        return _nobody(came, mid, opens, rally)
    people = np.where(early, 0.0, came)
    people[np.flatnonzero(~early)[0]] += came[early].sum()
    backlog, waits = work_waits(people * service, MINUTE * lanes)
    before_doors = np.where(early, opens - mid, 0.0)
    there = backlog / service + np.where(early, np.cumsum(came), 0.0)
    longest = waits[people > 0].max(initial=0.0)
    return {
        "people": float(came.sum()),
        "waited": float((people * waits).sum() + (came * before_doors).sum()),
        "queue": float(there.max()),
        "longest": float(max(longest, (before_doors[came > 0]).max(initial=0.0) + (longest if early.any() else 0.0))),
        "outside": float(np.interp(rally.start_at, edges[1:], there)),
    }


def _nobody(came: Floats, mid: Floats, opens: float, rally: Rally) -> dict[str, float]:
    """Doors that open after the end let nobody in: who came has waited until the end."""
    waited = came * np.maximum(np.minimum(opens, rally.end_at) - mid, 0.0)
    longest = float(np.minimum(opens, rally.end_at) - mid[0])
    people = float(came.sum())
    return {"people": people, "waited": float(waited.sum()), "queue": people, "longest": longest, "outside": people}


ENTRIES = entries(
    "rallies",
    ("entry_lanes", "count", "Entry search lanes", "ceil(lanes_per_thousand x people / 1000)"),
    ("entry_queue_max", "people", "Longest queue before the doors (before the longer of the two kinds of lanes)"),
    ("entry_wait_mean", "s", "Mean wait of a visitor before the entry search, that for late doors included"),
    ("entry_wait_max", "s", "Longest mean wait of any minute"),
    ("outside_at_start", "people", "People still before the doors when the gathering starts"),
    ("minutes_lost_rallies", "min", "Minutes visitors lost at the entry: queue and search"),
    ("women_lanes", "count", "Lanes in which female officers search women; no data where lanes are mixed"),
    ("women_wait_mean", "s", "Mean wait of a woman before the entry search"),
    ("women_unsearched", "people", "Women who come to an entry without a female officer"),
)
