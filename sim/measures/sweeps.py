"""What the plan brings to a gathering: the sweep of its hall before the doors open, and the patrols round it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.clock import HOUR
from sim.demand.planned_classes import ROUND
from sim.demand.tape import Rally
from sim.measures.day import UNIT_STATUSES, Day, Floats, Ints
from sim.measures.entry import Cell, entries
from sim.trace import CODE

SWEEP_COLUMNS = ("hall_swept", "swept_on_time", "doors_delay", "finds")
_ON_SCENE = UNIT_STATUSES.index("on_scene")


@dataclass(frozen=True, eq=False)
class Sweeps:
    """Opening of the doors by gathering, whether its hall was swept, when each sweep ended, and seconds of patrols there."""

    day: Day
    opened: dict[int, tuple[float, bool]]
    ended: dict[int, float]
    patrolled: dict[int, float]

    @classmethod
    def of(cls, day: Day) -> Sweeps:
        """Read them from the records."""
        rows = day.records("hall_swept", "hall_unswept")
        swept = (day.kind[rows] == CODE["hall_swept"]).tolist()
        gathering = day.value[rows].astype(np.int64).tolist()
        opened = dict(zip(gathering, zip(day.time[rows].tolist(), swept, strict=True), strict=True))
        wanted = [rally.sweep for rally in day.tape.rallies if rally.sweep >= 0]
        closed = day.records("closed") if wanted else np.zeros(0, dtype=np.int64)
        closed = closed[np.isin(day.columns["task"][closed], wanted)]
        ended = dict(zip(day.columns["task"][closed].tolist(), day.time[closed].tolist(), strict=True))
        return cls(day, opened, ended, _patrolled(day))

    def doors_at(self, rally: Rally) -> float:
        """When the doors opened (infinity: not before the run ended)."""
        planned = rally.start_at - self.day.scenario.rallies.doors(rally.is_match)
        if rally.sweep < 0:
            return planned
        return self.opened[rally.id][0] if rally.id in self.opened else np.inf

    def row(self, rally: Rally) -> dict[str, Cell]:
        """The figures of one gathering; no data where its hall need not be swept."""
        if rally.sweep < 0:
            return dict.fromkeys(SWEEP_COLUMNS)
        rules, doors_at = self.day.scenario.rallies, self.doors_at(rally)
        swept = self.opened.get(rally.id, (0.0, False))[1]
        planned = rally.start_at - rules.doors(rally.is_match)
        return {
            "hall_swept": swept,
            "swept_on_time": self.ended.get(rally.sweep, np.inf) <= rally.swept_by,
            "doors_delay": min(doors_at, self.day.end) - planned,
            "finds": rules.finds_per_sweep if swept else 0.0,
        }

    def visits(self, rally: Rally) -> float | None:
        """Rounds of patrols per hour of the gathering; None where patrols are not planned."""
        if rally.id not in self.patrolled:
            return None
        rules = self.day.scenario.rallies
        window = rally.end_at + rules.exit_time - (rally.start_at - rules.doors(rally.is_match))
        return self.patrolled[rally.id] / rules.round_time / (window / HOUR)


def _patrolled(day: Day) -> dict[int, float]:
    """Seconds on scene of the patrols of each gathering that should have some."""
    code = next((i for i, c in enumerate(day.scenario.classes) if c.name == ROUND), -1)
    tape, spans = day.tape.incidents, day.intervals
    mine = tape.cls == code
    task: Ints = day.task[spans.record]
    here = (spans.status == _ON_SCENE) & (task >= 0)
    seconds: Floats = np.bincount(task[here], (spans.end - spans.begin)[here], minlength=len(tape)).astype(np.float64)
    total: dict[int, float] = {}
    for parent, value in zip(tape.parent[mine].tolist(), seconds[mine].tolist(), strict=True):
        total[parent] = total.get(parent, 0.0) + value
    return total


ENTRIES = entries(
    "rallies",
    ("hall_swept", "yes/no", "The hall was searched before its doors opened; no data where it need not be"),
    ("swept_on_time", "yes/no", "The search was over by the moment planned for its end"),
    ("doors_delay", "s", "Delay of the doors that waited for the search"),
    ("finds", "count", "Finds to be expected of the search of this hall: an assumed rate", "finds_per_sweep if swept"),
)
