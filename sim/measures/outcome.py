"""What became of the vote: voting lost, voters delayed, harm of incidents, and the calm index, by area and force.

Only election incidents that came and were not prevented count. Officer-hours by task and what security costs citizens are
in ``sim.measures.cost``. Three readings are assumed, without evidence:

- A stop of priority 1 empties the whole centre, any other stops one office; one-office stops that overlap at a centre
  are stops of the same office.
- Voting resumes after the time drawn on the tape; of priorities 1 and 2 not before a mobile unit is there, unless the
  fixed team settled it or the incident would have lapsed of itself (its patience on the tape).
- A disturbance of the calm is any election incident of priority 1 or 2 at a centre, a collision before it included;
  gatherings, medical cases and assistance are none.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.clock import DAY, MINUTE
from sim.demand.classes import GROUPS
from sim.demand.tape import THINNINGS
from sim.measures.day import Bools, Day, Floats, Ints, cell, per_day
from sim.measures.entry import Cell, Table, entries
from sim.measures.response import STATUSES, IncidentTable, incident_table
from sim.measures.voters import Stops, Voters, voters
from sim.territory.sites import SITE_KINDS

SIGNALS = THINNINGS["warning"] | THINNINGS["rumour"]
"""What hangs on a warning or a rumour, and not on a gathering."""
URGENT = 2
"""Least urgent priority that disturbs the calm and whose stop waits for a unit."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """Outcome of every site; arrays (sites,), minutes in office-minutes.

    ``offices``: offices of a centre whose voting has begun (0 elsewhere); ``voting``: their minutes of voting so far;
    ``lost``: minutes of voting lost; ``drawn``: of them, those that are lost however soon a unit comes; ``stops``:
    incidents that stopped voting; ``harm`` and ``harm_late``: harm weights of all incidents, and of those not answered
    within target; ``calm``: no disturbance during voting; ``voters``: expected ones, ``delayed`` of them, voter-hours of
    ``waiting``, ``inside`` at closing, ``given_up`` without a vote (NaN where voters are not counted).
    """

    offices: Floats
    voting: Floats
    lost: Floats
    drawn: Floats
    stops: Ints
    harm: Floats
    harm_late: Floats
    calm: Bools
    voters: Floats
    delayed: Floats
    waiting: Floats
    inside: Floats
    given_up: Floats

    def take(self, sites: Bools | slice) -> Outcome:
        """The same for some sites only."""
        return Outcome(**{f.name: getattr(self, f.name)[sites] for f in fields(self)})


@per_day
def outcome(day: Day) -> Outcome:
    """Outcome of every site of the territory, from the incidents that came."""
    table = incident_table(day)
    rows = table.take((table.group == GROUPS.index("election")) & (table.status != STATUSES.index("prevented")))
    tape, size = day.tape.incidents, len(day.scenario.territory.sites)
    weight = np.array([c.harm for c in day.scenario.classes], dtype=np.float64)[rows.cls]
    offices, voting = _voting(day)
    opening, closing, back = _hours(day, rows.site, rows.occurred_at)
    begin, length = np.maximum(rows.occurred_at, opening), tape.voting_stop_time[rows.row]
    stopped = (length > 0) & (offices[rows.site] > 0) & (begin < closing)
    drawn = np.minimum(begin + length, closing)
    end = np.minimum(np.maximum(drawn, _waits_until(day, rows)), closing)
    during = (opening <= rows.occurred_at) & (rows.occurred_at < closing)
    gathered = (tape.parent[rows.row] >= 0) & ((tape.thinning[rows.row] & SIGNALS) == 0)
    disturbs = (rows.priority <= URGENT) & ~gathered & (during | stopped)
    stops = rows.take(stopped)
    queues = voters(day, offices, Stops(stops.site, back[stopped], begin[stopped], end[stopped], stops.priority == 1))
    return Outcome(
        offices=offices,
        voting=voting,
        lost=_office_minutes(stops, begin[stopped], end[stopped], offices),
        drawn=_office_minutes(stops, begin[stopped], drawn[stopped], offices),
        stops=np.bincount(stops.site, minlength=size),
        harm=_sums(rows.site, weight, size),
        harm_late=_sums(rows.site, weight * (rows.judged & ~rows.within), size),
        calm=np.bincount(rows.site[disturbs], minlength=size) == 0,
        voters=queues.came,
        delayed=queues.delayed,
        waiting=queues.waiting,
        inside=queues.inside,
        given_up=_given_up(day, queues),
    )


def _given_up(day: Day, queues: Voters) -> Floats:
    """Voters lost: the assumed share of those delayed; the queue is reckoned as if they stayed."""
    flow = day.scenario.voters
    return queues.delayed * flow.settings.balking


def _sums(place: Ints, values: Floats, size: int) -> Floats:
    """Sum of the values of each place, shape (size,)."""
    return np.asarray(np.bincount(place, values, minlength=size), dtype=np.float64)


def _voting(day: Day) -> tuple[Floats, Floats]:
    """Offices of each site whose voting has begun, and their office-minutes of voting up to the end of the day."""
    sites, calendar = day.scenario.territory.sites, day.scenario.calendar
    begun = (sites.kind == SITE_KINDS.index("centre")) & (calendar.site_opening < day.end)
    offices = np.where(begun, sites.offices, 0).astype(np.float64)
    opening, closing = calendar.opening[sites.area], calendar.closing[sites.area]
    early = np.floor((opening - calendar.site_opening) / DAY)
    time = np.zeros(len(sites))
    for back in range(int(early.max(initial=0.0)) + 1):
        held = np.minimum(closing - back * DAY, day.end) - (opening - back * DAY)
        time += np.where(back <= early, np.maximum(held, 0.0), 0.0)
    return offices, offices * time / MINUTE


def _hours(day: Day, site: Ints, at: Floats) -> tuple[Floats, Floats, Ints]:
    """Opening and closing of the voting day at a site to which a moment belongs (mobile offices vote on early days
    too), and how many days before polling day that is; closing no later than the end of the run."""
    calendar, area = day.scenario.calendar, day.scenario.territory.sites.area[site]
    opening, closing = calendar.opening[area], calendar.closing[area]
    lead = np.floor((opening - calendar.site_opening[site]) / DAY)
    back = np.clip(np.floor((closing - at) / DAY), 0.0, lead)
    return opening - back * DAY, np.minimum(closing - back * DAY, day.end), back.astype(np.int64)


def _waits_until(day: Day, rows: IncidentTable) -> Floats:
    """Moment before which voting cannot resume for want of a mobile unit (-inf: it waits for none)."""
    tape = day.tape.incidents
    lapses_at = rows.occurred_at + tape.report_time[rows.row] + tape.patience[rows.row]
    came_at = np.where(np.isnan(rows.first_arrival_at), np.inf, rows.first_arrival_at)
    waits = rows.needs_unit & (rows.priority <= URGENT)
    return np.where(waits, np.minimum(came_at, lapses_at), -np.inf)


def _office_minutes(stops: IncidentTable, begin: Floats, end: Floats, offices: Floats) -> Floats:
    """Office-minutes lost at each site: one office in any stop, the others in those of priority 1."""
    whole = stops.priority == 1
    one = union_time(stops.site, begin, end, len(offices))
    rest = union_time(stops.site[whole], begin[whole], end[whole], len(offices))
    return np.asarray((one + np.maximum(offices - 1.0, 0.0) * rest) / MINUTE)


def union_time(place: Ints, begin: Floats, end: Floats, size: int) -> Floats:
    """Time in which each place lies in at least one of its intervals, shape (size,); ``begin <= end``."""
    where, at = np.tile(place, 2), np.concatenate((begin, end))
    step = np.repeat([1, -1], len(place))
    order = np.lexsort((-step, at, where))
    inside = np.cumsum(step[order])[:-1] > 0  # every place ends outside, so no time between two places is counted
    return _sums(where[order][:-1], np.where(inside, np.diff(at[order]), 0.0), size)


def outcome_figures(result: Outcome) -> dict[str, Cell]:
    """The figures of some sites; those of voting are None where no voting has begun, harm where there is no site."""
    offices, voting = float(result.offices.sum()), float(result.voting.sum())
    lost, votes, known = float(result.lost.sum()), voting > 0, len(result.offices) > 0
    return {
        "voting_offices": int(offices),
        "voting_stops": int(result.stops.sum()),
        "office_minutes_lost": lost if votes else None,
        "office_minutes_unattended": lost - float(result.drawn.sum()) if votes else None,
        "voting_lost": lost / voting if votes else None,
        "harm": float(result.harm.sum()) if known else None,
        "harm_late": float(result.harm_late.sum()) if known else None,
        "calm_index": float(result.offices[result.calm].sum()) / offices if votes else None,
        "voters": cell(result.voters.sum()) if votes else None,
        "voters_delayed": cell(result.delayed.sum()) if votes else None,
        "waiting_hours": cell(result.waiting.sum()) if votes else None,
        "voters_at_closing": cell(result.inside.sum()) if votes else None,
        "voters_lost": cell(result.given_up.sum()) if votes else None,
    }


def outcome_by_area(day: Day, result: Outcome) -> Table:
    """The figures of each area that has a site."""
    territory = day.scenario.territory
    return _by("area", territory.area_codes, territory.sites.area, result)


def outcome_by_force(day: Day, result: Outcome) -> Table:
    """The figures of each force in whose jurisdiction a site lies."""
    territory = day.scenario.territory
    return _by("force", territory.forces, territory.sites.force, result)


def _by(name: str, names: tuple[str, ...], code: Ints, result: Outcome) -> Table:
    present = np.unique(code).tolist()
    rows = [outcome_figures(result.take(code == one)) for one in present]
    columns = outcome_figures(result.take(code < 0))
    return {name: [names[one] for one in present], **{column: [row[column] for row in rows] for column in columns}}


ENTRIES = entries(
    "outcome_by_area outcome_by_force",
    ("voting_offices", "count", "Offices of polling centres whose voting has begun"),
    ("voting_stops", "count", "Election incidents that happened and stopped voting at a centre in its voting hours"),
    (
        "office_minutes_lost",
        "office-min",
        "Voting time lost to election incidents that happened, within voting hours; overlapping stops of a centre count "
        "once. Assumed: priority 1 stops every office of the centre, any other priority one office; a stop lasts its time "
        "on the tape, of priorities 1 and 2 at least until a mobile unit is there or the incident would lapse of itself "
        "(what the fixed team settles waits for no unit)",
        "sum over centres of union(all stops) + (offices - 1) x union(stops of priority 1)",
    ),
    (
        "office_minutes_unattended",
        "office-min",
        "Part of office_minutes_lost beyond the times on the tape, because no mobile unit had come",
        "office_minutes_lost - the same with each stop lasting its time on the tape",
    ),
    (
        "voting_lost",
        "share",
        "Share of all voting time of offices that was lost, up to closing or the end of the run",
        "office_minutes_lost / office-minutes of voting hours",
    ),
    (
        "harm",
        "points",
        "Harm weights of election incidents that happened (by default 10, 4, 1 and 0.2 for priorities 1 to 4, assumed); "
        "medical cases and the normal service are left out",
        "sum of the harm weight of the class",
    ),
    (
        "harm_late",
        "points",
        "Part of harm: incidents that count for compliance and had no mobile unit within the target",
        "sum of the harm weight of the class over judged incidents beyond target",
    ),
    (
        "calm_index",
        "share",
        "Share of polling centres, weighted by offices, without any disturbance in their voting hours. A disturbance is an "
        "election incident of priority 1 or 2 (a collision included) that happened at the centre in its voting hours or "
        "stopped its voting; peaceful gatherings, what hangs on a rally, medical cases and assistance are none",
        "offices of centres without a disturbance / voting_offices",
    ),
    (
        "voters",
        "voters",
        "Voters who come, expected: the turnout (voting.turnout) of those registered, by the curve of the day up to closing or "
        "the end of the run; each belongs to one voting room, and those of a centre are shared evenly by its rooms",
        "turnout x registered x share of the votes by then",
    ),
    (
        "voters_delayed",
        "voters",
        "Expected voters who wait longer than voting.delay_time before a booth is theirs and voting is held; the queue of each "
        "room follows the Kolmogorov equations of M(t)/M/c, with nobody served while its vote is stopped",
        "integral of arrivals x P(wait > delay_time); P = P(Poisson(services until then) <= voters ahead - booths)",
    ),
    (
        "waiting_hours",
        "voter-h",
        "Hours voters wait: before service, and all who are inside while the vote of their room is stopped",
        "integral of E[voters without a booth] (of all inside during a stop), until the last has voted",
    ),
    (
        "voters_at_closing",
        "voters",
        "Expected voters still inside when the doors close; they may vote",
        "sum over rooms of E[voters inside at closing]",
    ),
    (
        "voters_lost",
        "voters",
        "Delayed voters who leave without a vote: a share that is assumed; the queue is reckoned as if they stayed",
        "voters_delayed x voting.balking",
    ),
)
