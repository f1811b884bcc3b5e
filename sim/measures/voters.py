"""Voters at the voting rooms of every centre: who comes, who waits, and who is still inside at closing.

Voters belong to one room, so every room has its own queue (``sim.measures.office_queue``), and the rooms of a centre are
alike until a stop. Rooms that nothing stops are solved for some forty loads and read off in between; rooms with stops are
solved one by one, from half an hour before the stop until their queue has drained. All numbers are expectations.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from sim.clock import DAY, HOUR, MINUTE
from sim.demand.voters import VoterFlow
from sim.measures.day import Bools, Day, Floats, Ints
from sim.measures.office_queue import Room, Waits, fluid_queue, office_queues
from sim.settings.voting import VotingSettings

LEVELS = 41
"""Loads at which rooms without a stop are solved."""
_WARM, _SETTLE = 30, 60
"""Steps of a minute before a stop, and after its queue would have drained as a fluid, in which a room is solved."""
_BUSY = 0.8
"""Share of the capacity from which a room is solved over the whole day."""
_SPANS = (180, 300, 480)
"""Steps for which rooms with stops are solved together."""


@dataclass(frozen=True, eq=False)
class Stops:
    """Stops of the vote, arrays (stops,): ``back`` counts days before polling day; ``whole``: every room of the centre."""

    site: Ints
    back: Ints
    begin: Floats
    end: Floats
    whole: Bools


@dataclass(frozen=True, eq=False)
class Voters:
    """Expected voters of every site, arrays (sites,): ``came``, ``delayed`` beyond the target, voter-hours of ``waiting``,
    ``inside`` when the doors close; NaN without a flow of voters."""

    came: Floats
    delayed: Floats
    waiting: Floats
    inside: Floats


def voters(day: Day, offices: Floats, stops: Stops) -> Voters:
    """Voters of every site whose voting has begun (``offices`` above 0), up to closing or the end of the run."""
    flow, sites, calendar = day.scenario.voters, day.scenario.territory.sites, day.scenario.calendar
    if not flow.counted:
        return Voters(*np.full((4, len(sites)), np.nan))
    out = Voters(*np.zeros((4, len(sites))))
    early = np.floor((calendar.opening[sites.area] - calendar.site_opening) / DAY)
    load = flow.expected(sites.voters) / np.maximum(offices, 1.0) / (early + 1.0)
    curve = np.where(offices > 0, flow.curve[sites.area], -1)
    for number in np.unique(curve[curve >= 0]).tolist():
        bases: dict[float, _Base] = {}
        for back in range(int(early[curve == number].max()) + 1):
            one = _VotingDay.of(day, flow, number, back)
            if one is not None:
                base = bases.get(one.span) or _Base.of(one, load[curve == number])
                bases[one.span] = base
                mine = np.flatnonzero((curve == number) & (early >= back))
                chosen = (stops.back == back) & (curve[stops.site] == number)
                one.add(out, base, mine, load, offices, _take(stops, chosen))
    return out


def _take(stops: Stops, rows: Bools) -> Stops:
    return Stops(**{f.name: getattr(stops, f.name)[rows] for f in fields(stops)})


def room_of(settings: VotingSettings) -> Room:
    """A voting room by the settings."""
    return Room(settings.booths, settings.visit_time, settings.delay_time)


@dataclass(frozen=True, eq=False)
class _VotingDay:
    """One day of voting in areas with the same hours: shares of the votes that come in each ``step`` from ``begin`` on, over
    ``span`` seconds; ``closes``: the run did not end before the doors closed."""

    room: Room
    begin: float
    span: float
    step: float
    come: Floats
    closes: bool

    @classmethod
    def of(cls, day: Day, flow: VoterFlow, number: int, back: int) -> _VotingDay | None:
        """The day ``back`` days before polling day; None where it had not begun when the run ended."""
        curve, shift = flow.curves[number], back * DAY
        begin, closing = float(curve.t[0]) - shift, float(curve.t[-1]) - shift
        end = min(closing, day.end)
        if end <= begin:
            return None
        edges = np.linspace(begin, end, int(np.ceil((end - begin) / MINUTE)) + 1)
        come = np.diff(curve.share_until(edges + shift))
        return cls(room_of(flow.settings), begin, end - begin, float(edges[1] - edges[0]), come, end == closing)

    def add(self, out: Voters, base: _Base, sites: Ints, load: Floats, offices: Floats, stops: Stops) -> None:
        """Add this day's voters of some sites, ``load`` of them a room (sites,)."""
        rooms = offices[sites]
        out.came[sites] += rooms * load[sites] * self.come.sum()
        for name, values in base.at(load[sites], 0, len(self.come)).items():
            getattr(out, name)[sites] += rooms * values
        if len(stops.site):
            rows = _stopped_rooms(self, stops, offices)
            for name, values in self._changes(base, load[rows.site], rows.held).items():
                getattr(out, name)[:] += np.bincount(rows.site, rows.rooms * values, len(load))

    def _changes(self, base: _Base, load: Floats, held: Floats) -> dict[str, Floats]:
        """What stops change in rooms, against the same rooms without them; arrays (rooms,)."""
        steps = len(self.come)
        begin, length = _windows(self, load, held)
        found = {name: np.zeros(len(load)) for name in ("waiting", "delayed", "inside")}
        for span in np.unique(length).tolist():
            row = np.flatnonzero(length == span)
            first = np.minimum(begin[row], steps - span)
            window = first[:, None] + np.arange(span)
            arrivals = load[row, None] * self.come[window]
            part = office_queues(arrivals, held[row[:, None], window], self.step, self.room, first > 0)
            last = (first + span == steps) & self.closes
            values = {
                "waiting": (part.waiting.sum(axis=1) + last * part.rest) / HOUR,
                "delayed": part.delayed.sum(axis=1),
                "inside": last * part.inside,
            }
            without = base.at(load[row], first, first + span)
            for name, value in values.items():
                found[name][row] = value - without[name]
        return found


@dataclass(frozen=True, eq=False)
class _Rooms:
    """Voting rooms that were stopped: ``site`` (rows,), how many ``rooms`` alike (rows,), and ``held`` (rows, steps)."""

    site: Ints
    rooms: Floats
    held: Floats


def _stopped_rooms(day: _VotingDay, stops: Stops, offices: Floats) -> _Rooms:
    """One room of each centre with all its stops, and its other rooms, alike, with those of the whole centre."""
    others = stops.whole & (offices[stops.site] > 1)
    parts = []
    for chosen, rooms in ((np.ones(len(others), dtype=np.bool_), np.ones(len(offices))), (others, offices - 1.0)):
        site, row = np.unique(stops.site[chosen], return_inverse=True)
        closed = np.zeros((len(site), len(day.come)))
        for place, begin, end in zip(row.tolist(), stops.begin[chosen].tolist(), stops.end[chosen].tolist(), strict=True):
            _close(closed[place], (begin - day.begin) / day.step, (end - day.begin) / day.step)
        parts.append((site, rooms[site], 1.0 - np.minimum(closed, 1.0)))
    return _Rooms(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _close(closed: Floats, begin: float, end: float) -> None:
    """Add the share of each step that lies between two moments, counted in steps."""
    first, last = max(int(begin), 0), min(int(np.ceil(end)), len(closed))
    edges = np.arange(first, last + 1, dtype=np.float64)
    closed[first:last] += np.diff(np.clip(edges, begin, end))


def _windows(day: _VotingDay, load: Floats, held: Floats) -> tuple[Ints, Ints]:
    """First step and number of steps in which each room with stops differs from what it would be without, (rooms,)."""
    steps = len(day.come)
    touched = (fluid_queue(load[:, None] * day.come, held, day.step, day.room) > 0) | (held < 1.0)
    begin = np.maximum(touched.argmax(axis=1) - _WARM, 0)
    wanted = steps - touched[:, ::-1].argmax(axis=1) + _SETTLE - begin
    spans = np.append([span for span in _SPANS if span < steps], steps)
    length = spans[np.searchsorted(spans, np.minimum(wanted, steps))]
    busy = load * day.come.max() > _BUSY * day.step * day.room.capacity
    return begin, np.where(busy, steps, length)


@lru_cache(maxsize=16)
def _undisturbed(levels: bytes, come: bytes, step: float, room: Room) -> Waits:
    """Waits of rooms without a stop at each load. All plans on all days of a study share them, so a process keeps the last few;
    the key is all they depend on."""
    arrivals = np.frombuffer(levels)[:, None] * np.frombuffer(come)
    return office_queues(arrivals, np.ones(arrivals.shape), step, room)


@dataclass(frozen=True, eq=False)
class _Base:
    """Rooms without a stop: what their voters have met up to each step, (levels, steps + 1), and at closing (levels,)."""

    levels: Floats
    series: dict[str, Floats]
    closing: dict[str, Floats]

    @classmethod
    def of(cls, day: _VotingDay, load: Floats) -> _Base:
        """Solve rooms at the loads that there are, or at ``LEVELS`` of them spread as they are."""
        levels = np.unique(load)
        if len(levels) > LEVELS:
            levels = np.unique(np.quantile(load, np.linspace(0.0, 1.0, LEVELS)))
        waits = _undisturbed(levels.tobytes(), day.come.tobytes(), day.step, day.room)
        start = np.zeros((len(levels), 1))
        series = {"waiting": waits.waiting / HOUR, "delayed": waits.delayed}
        series = {name: np.concatenate((start, np.cumsum(values, axis=1)), axis=1) for name, values in series.items()}
        closing = {"waiting": waits.rest / HOUR, "delayed": start[:, 0], "inside": waits.inside}
        return cls(levels, series, {name: day.closes * values for name, values in closing.items()})

    def at(self, load: Floats, first: Ints | int, last: Ints | int) -> dict[str, Floats]:
        """Waits of rooms of any load between two steps, closing included if ``last`` is the end; arrays (rooms,)."""
        upper = np.searchsorted(self.levels, load).clip(1, max(len(self.levels) - 1, 1))
        lower = upper - 1
        upper = np.minimum(upper, len(self.levels) - 1)
        width = self.levels[upper] - self.levels[lower]
        part = np.divide(load - self.levels[lower], width, out=np.zeros(len(load)), where=width > 0)
        steps = self.series["waiting"].shape[1] - 1
        found = {}
        for name, closing in self.closing.items():
            ends = [closing[row] * (np.asarray(last) == steps) for row in (lower, upper)]
            if name in self.series:
                values = self.series[name]
                ends = [end + values[row, last] - values[row, first] for end, row in zip(ends, (lower, upper), strict=True)]
            found[name] = ends[0] * (1.0 - part) + ends[1] * part
        return found
