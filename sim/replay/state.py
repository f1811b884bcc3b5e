"""The state of a run at any moment: where everybody is, what each does, what is open, who is covered.

``Replay.of`` reads a trace once; ``Replay.at`` then answers for any moment, forwards or backwards. The page, the exports and an
exercise ask the same object, so that they show the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from sim.demand.tape import Tape
from sim.errors import InputError
from sim.measures.activity import activities
from sim.measures.alert import Steps, level_steps
from sim.measures.day import IS_BUSY, TASK_STATUSES, UNIT_STATUSES, Bools, Day, Floats, Intervals, Ints, Recorded
from sim.measures.positions import mobilisation_times
from sim.replay.cover import Cover
from sim.replay.crowds import Crowds, corrections_of, crowds_at
from sim.replay.latest import Latest
from sim.replay.tasks import OPEN, ConvoyLegs, Convoys, Tasks, tasks_of_units
from sim.replay.tracks import Tracks, build_tracks, driving
from sim.runs import load_run
from sim.scenario import Scenario
from sim.territory.sites import Territory
from sim.trace import CODE

WAITING = TASK_STATUSES.index("waiting")


def in_degrees(territory: Territory) -> bool:
    """Whether the coordinates of a territory are longitude and latitude; under a matrix of seconds: whether they can be."""
    x, y = territory.sites.x, territory.sites.y
    if territory.metric != "matrix":
        return territory.metric == "great_circle"
    return bool((np.abs(x) <= 180.0).all() and (np.abs(y) <= 90.0).all() and (x.any() or y.any()))


@dataclass(frozen=True, eq=False)
class State:
    """A run at one moment.

    ``time``: the moment, seconds from 00:00 of polling day. ``x``, ``y`` (units,): where each of ``Scenario.units`` is, in the
    territory's coordinates (posts and units off duty: at their base); ``status`` (units,): codes into ``UNIT_STATUSES``;
    ``heads`` (units,): officers on duty in it; ``task`` (units,): row of the tape of the task it is on (-1: none).
    ``task_status`` (incidents,): codes into ``TASK_STATUSES`` (0: it has not come); ``priority`` (incidents,): 1 … 4 by then.
    ``phase``, ``alert`` (areas,): codes into ``Calendar.phases`` and ``LEVELS``; ``closed_checkpoints``: sites closed by order.
    ``covered`` (centres,): whether some idle unit could be at each centre (``centres``: sites) within the target of an urgent
    incident; ``coverage`` (areas,): share of offices where that is so, NaN where nobody votes; ``coverage_all``: of all areas.
    ``convoys`` and ``crowds`` are packages on their legs and places with people.
    """

    time: float
    x: Floats
    y: Floats
    status: Ints
    heads: Ints
    task: Ints
    task_status: Ints
    priority: Ints
    convoys: Convoys
    crowds: Crowds
    phase: Ints
    alert: Ints
    closed_checkpoints: Ints
    centres: Ints
    covered: Bools
    coverage: Floats
    coverage_all: float
    on_globe: bool

    @cached_property
    def open(self) -> Ints:
        """Rows of the tape of the incidents and planned tasks that have come and are not over."""
        return np.flatnonzero(OPEN[self.task_status])

    @cached_property
    def backlog(self) -> Ints:
        """Rows of the tape of the tasks that wait for a unit, and have none yet."""
        return np.flatnonzero(self.task_status == WAITING)

    def lon_lat(self) -> tuple[Floats, Floats] | None:
        """Longitude and latitude of each unit, degrees; None where the territory is a plane."""
        return (self.x, self.y) if self.on_globe else None


@dataclass(frozen=True, eq=False)
class Replay:
    """A run that can be asked for its state at any moment. Build it with ``of`` or ``read``."""

    day: Day
    tracks: Tracks
    tasks: Tasks
    convoys: ConvoyLegs
    cover: Cover
    spans: Intervals
    alert: list[Steps]
    corrected_at: Floats

    @classmethod
    def of(cls, scenario: Scenario, tape: Tape, trace: Recorded, until: float | None = None) -> Replay:
        """Read a trace; ``until`` is where the run was stopped, if before its end. Raises ``InputError`` for legs that no record
        accounts for."""
        day = Day.of(scenario, tape, trace, until)
        replay = cls(
            day=day,
            tracks=build_tracks(day),
            tasks=Tasks.of(day),
            convoys=ConvoyLegs.of(day),
            cover=Cover.of(day),
            spans=activities(day),
            alert=level_steps(day),
            corrected_at=corrections_of(day),
        )
        replay.at(replay.begin)  # makes the indices, so that no later question is slow
        return replay

    @classmethod
    def read(cls, folder: str | Path) -> Replay:
        """Read a run directory. Raises ``InputError``, one line, for one that is damaged or none."""
        run = load_run(folder)
        return cls.of(run.scenario, run.tape, run.trace)

    @property
    def begin(self) -> float:
        """Begin of the run."""
        return self.day.scenario.calendar.begin

    @property
    def end(self) -> float:
        """End of the run."""
        return self.day.end

    @property
    def on_globe(self) -> bool:
        """Whether x and y are longitude and latitude."""
        return in_degrees(self.day.scenario.territory)

    def at(self, t: float) -> State:
        """The state at ``t``: everything recorded up to and at that moment has happened.

        After the end of the run it is that of its end, and ``State.time`` says so; before its begin nothing has begun. Raises
        ``InputError`` for what is no moment.
        """
        if not np.isfinite(t):
            raise InputError(f"{t} is no moment; allowed: seconds from 00:00 of polling day")
        t = min(float(t), self.end)
        status, record = self._statuses(t)
        x, y, mobilisation = self._places(t, record)
        rows = self._mobile
        covered = self.cover.covered(t, rows, x[rows], y[rows], mobilisation)
        return State(
            time=t,
            x=x,
            y=y,
            status=status,
            heads=self._heads(t),
            task=tasks_of_units(self.day, record, IS_BUSY[status]),
            task_status=self.tasks.status_at(t),
            priority=self.tasks.priority_at(t),
            convoys=self.convoys.at(t),
            crowds=crowds_at(self.day, self.corrected_at, t),
            phase=self._phases(t),
            alert=np.array([int(steps.level_at(np.array(max(t, self.begin)))) for steps in self.alert], dtype=np.int64),
            closed_checkpoints=self._closed_checkpoints(t),
            centres=self.cover.centres,
            covered=covered,
            coverage=self.cover.shares(t, covered),
            coverage_all=self.cover.share(t, covered),
            on_globe=self.on_globe,
        )

    @cached_property
    def _mobile(self) -> Ints:
        return np.flatnonzero(self.day.scenario.units.mobile)

    @cached_property
    def _moves(self) -> Latest:
        return self.tracks.latest(len(self.day.scenario.units))

    @cached_property
    def _status(self) -> Latest:
        return Latest(len(self.day.scenario.units), self.spans.unit, self.spans.begin)

    @cached_property
    def _duty(self) -> tuple[Latest, Ints]:
        """Records that change the heads of a unit, and the heads from then on."""
        record = self.day.records("on_duty", "relieved", "off_duty")
        record = record[self.day.unit[record] >= 0]
        heads = np.where(self.day.kind[record] == CODE["off_duty"], 0, self.day.value[record]).astype(np.int64)
        return Latest(len(self.day.scenario.units), self.day.unit[record], self.day.time[record]), heads

    def _statuses(self, t: float) -> tuple[Ints, Ints]:
        """Status of each unit and the record that brought it (-1: none yet, off duty)."""
        span = self._status.at(t)
        if not len(self.spans.unit):
            return np.full(len(span), UNIT_STATUSES.index("off_duty")), span
        status = np.where(span >= 0, self.spans.status[span], UNIT_STATUSES.index("off_duty"))
        return status, np.where(span >= 0, self.spans.record[span], -1)

    def _heads(self, t: float) -> Ints:
        latest, heads = self._duty
        entry = latest.at(t)
        return np.where(entry >= 0, heads[entry], 0) if len(heads) else np.zeros(len(entry), dtype=np.int64)

    def _places(self, t: float, record: Ints) -> tuple[Floats, Floats, Floats]:
        """Coordinates of all units, and seconds that each mobile unit would need before it drives (NaN: it may not be sent)."""
        units, territory = self.day.scenario.units, self.day.scenario.territory
        x, y = territory.sites.x[units.base], territory.sites.y[units.base]
        row = self._moves.at(t)
        moved = np.flatnonzero(row >= 0)
        x[moved], y[moved] = self.tracks.places(row[moved], t, self.day.scenario.loops)
        row = row[self._mobile]
        under_way = patrolling = np.zeros(len(row), dtype=np.bool_)
        if len(self.tracks):
            under_way = driving(self.tracks, row, t)
            patrolling = (row >= 0) & (self.tracks.loop[row] >= 0)
        wait = mobilisation_times(self.day, self._mobile, record[self._mobile], under_way, patrolling)
        for area, steps in enumerate(self.alert):
            if len(steps.at) > 1:
                factor = self.day.scenario.alert.rules.turnout_factors[int(steps.level_at(np.array(max(t, self.begin))))]
                wait[units.area[self._mobile] == area] *= factor
        return (x, y, wait) if territory.wrap is None else (x % territory.wrap[0], y % territory.wrap[1], wait)

    def _phases(self, t: float) -> Ints:
        calendar = self.day.scenario.calendar
        return np.maximum((calendar.starts <= t).sum(axis=1) - 1, 0)

    def _closed_checkpoints(self, t: float) -> Ints:
        record = self.day.records("checkpoint_opened", "checkpoint_closed")
        record = record[self.day.time[record] <= t]
        last = dict(zip(self.day.columns["site"][record].tolist(), self.day.kind[record].tolist(), strict=True))
        return np.array([site for site, kind in last.items() if kind == CODE["checkpoint_closed"]], dtype=np.int64)
