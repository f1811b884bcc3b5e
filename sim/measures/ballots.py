"""The end of the vote: the count secured from outside, and the custody of the boxes until they are in.

Who holds a box is read from the records: the staff of its office from the end of the count, the electoral carriers from the
moment the convoy leaves the centre, the collection point from the end of the hand-over. Officers escort; no record gives them
a box.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.clock import DAY
from sim.demand.catalogue import BALLOT_ESCORT
from sim.measures.day import Bools, Day, Floats, Ints, cell, first_of, per_day
from sim.measures.entry import Cell, Table, entries
from sim.measures.response import STATUSES, IncidentTable
from sim.measures.summary import quantile

HOLDERS = ("office staff", "carriers", "collection point")
"""Who can hold a box, in order; all of them electoral staff."""


@dataclass(frozen=True, eq=False)
class Custody:
    """The boxes of every centre that counts, one for each office; arrays (centres,), NaN where it has not come so far.

    ``site``: the centre; ``trip``: row on the tape of the trip that fetches them (-1: none); ``place``: which stop of it;
    ``counted_at``, ``collected_at``, ``delivered_at``: end of the count, departure from the centre, end of the hand-over;
    ``guards``: heads outside at the end of the count.
    """

    site: Ints
    offices: Ints
    trip: Ints
    place: Ints
    counted_at: Floats
    collected_at: Floats
    delivered_at: Floats
    guards: Floats

    def take(self, rows: Bools) -> Custody:
        """The same for some centres only."""
        return Custody(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


@per_day
def custody(day: Day) -> Custody:
    """Read the way of every box from the records."""
    sites, counts = day.scenario.territory.sites, day.tape.counts
    row = np.full(len(sites), -1, dtype=np.int64)
    row[counts.site] = np.arange(len(counts))
    ended = day.records("count_ended")
    where = row[day.columns["site"][ended].astype(np.int64)]
    trip, place = _trips(day, row)
    return Custody(
        counts.site,
        sites.offices[counts.site],
        trip,
        place,
        first_of(where, day.time[ended], len(counts)),
        _departures(day, trip, place),
        _at(_closed(day), trip),
        first_of(where, day.value[ended], len(counts)),
    )


def is_trip(day: Day) -> Bools:
    """Which rows of the tape are trips that bring boxes in, (incidents,)."""
    return np.array([c.name == BALLOT_ESCORT for c in day.scenario.classes], dtype=np.bool_)[day.tape.incidents.cls]


def _trips(day: Day, row: Ints) -> tuple[Ints, Ints]:
    """Trip and stop of each centre: a trip's first stop is its site, the next ones all its legs but the last."""
    tape, legs = day.tape.incidents, day.tape.legs
    trip, place = np.full((2, int(row.max(initial=-1)) + 1), -1)
    own = np.flatnonzero(is_trip(day))
    own = own[row[tape.site[own]] >= 0]
    trip[row[tape.site[own]]], place[row[tape.site[own]]] = own, 0
    order = np.argsort(tape.id[own])
    if len(own) and len(legs):
        at = np.minimum(np.searchsorted(tape.id[own], legs.task, sorter=order), len(own) - 1)
        task = own[order[at]]
        last = np.r_[legs.task[1:] != legs.task[:-1], True]
        on_way = (tape.id[task] == legs.task) & ~last & (row[legs.site] >= 0)
        centre = row[legs.site[on_way]]
        trip[centre], place[centre] = task[on_way], legs.order[on_way]
    return trip, place


def _departures(day: Day, trip: Ints, place: Ints) -> Floats:
    """When the trip left each centre: its n-th leg begins at stop n."""
    started = day.records("leg_started")
    started = started[is_trip(day)[day.task[started]]] if len(started) else started
    task, at = np.unique(np.stack((day.task[started], day.time[started])), axis=1)
    first = np.searchsorted(task, trip)
    known = (trip >= 0) & (first + place < len(task))
    position = np.where(known, first + place, 0)
    if not len(task):
        return np.full(len(trip), np.nan)
    return np.where(known & (task[position] == trip), at[position], np.nan)


def _closed(day: Day) -> Floats:
    closed = day.records("closed")
    return first_of(day.task[closed], day.time[closed], len(day.tape.incidents))


def _at(values: Floats, rows: Ints) -> Floats:
    return np.where(rows >= 0, values[rows], np.nan) if len(values) else np.full(len(rows), np.nan)


def custody_log(day: Day, boxes: Custody) -> Table:
    """Who held the boxes of each centre from when until when: one row for each holder so far (internal)."""
    ids, names = day.scenario.territory.sites.id, list[Cell]()
    moments = np.stack((boxes.counted_at, boxes.collected_at, boxes.delivered_at, np.full(len(boxes.site), day.end)))
    row, holder = np.nonzero(np.isfinite(moments[:3]).T)
    until = np.where(np.isfinite(moments[holder + 1, row]), moments[holder + 1, row], day.end)
    names = [HOLDERS[code] for code in holder.tolist()]
    return {
        "site": ids[boxes.site[row]].tolist(),
        "boxes": boxes.offices[row].tolist(),
        "holder": names,
        "held_from": moments[holder, row].tolist(),
        "held_until": until.tolist(),
    }


def custody_figures(boxes: Custody, waits: Floats, with_guard: Floats) -> dict[str, Cell]:
    """Figures of some centres' boxes; ``waits``: seconds that their trips waited for escorts; ``with_guard``: see above."""
    offices, delivered = boxes.offices, np.isfinite(boxes.delivered_at)
    total, collected = int(offices.sum()), np.isfinite(boxes.collected_at)
    in_time, trips = delivered & (boxes.delivered_at <= DAY), np.unique(boxes.trip[boxes.trip >= 0])
    return {
        "boxes": total,
        "boxes_collected": int(offices[collected].sum()),
        "boxes_delivered": int(offices[delivered].sum()),
        "boxes_police_custody": 0,
        "boxes_by_midnight": int(offices[in_time].sum()) / total if total else None,
        "boxes_on_the_road": int(offices[collected & ~delivered].sum()),
        "boxes_waiting": int(offices[~collected].sum()),
        "trips": len(trips),
        "trips_with_guard": int(np.isfinite(with_guard[trips]).sum()),
        "escort_wait_mean": _mean(waits),
        "escort_wait_p90": quantile(waits, 0.9),
        "box_wait_mean": _mean((boxes.collected_at - boxes.counted_at)[collected]),
        "transit_mean": _mean((boxes.delivered_at - boxes.collected_at)[delivered]),
        "last_delivered_at": cell(np.max(boxes.delivered_at[delivered], initial=-np.inf)),
    }


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None


def custody_table(day: Day, boxes: Custody, table: IncidentTable) -> Table:
    """Boxes, waiting and times on the road by area and force."""
    waits, with_guard = np.full(len(day.tape.incidents), np.nan), guarded_at(day)
    met = np.fmin(table.complete_at, with_guard[table.row])
    waits[table.row] = np.where(np.isfinite(met), met, day.end) - table.reported_at
    return _by_place(day, boxes, lambda rows: custody_figures(boxes.take(rows), _waits(boxes.take(rows), waits), with_guard))


def guarded_at(day: Day) -> Floats:
    """When the team outside its first centre took over the escort of each trip (NaN: it did not), (incidents,)."""
    rows = day.records("handled")
    rows = rows[is_trip(day)[day.task[rows]]] if len(rows) else rows
    return first_of(day.task[rows], day.time[rows], len(day.tape.incidents))


def _waits(boxes: Custody, waits: Floats) -> Floats:
    own = waits[np.unique(boxes.trip[boxes.trip >= 0])]
    return own[np.isfinite(own)]


def count_table(day: Day, boxes: Custody, table: IncidentTable) -> Table:
    """The count by area and force: how long, who stood outside, and what became of incidents in it."""
    row = np.full(len(day.scenario.territory.sites), -1, dtype=np.int64)
    row[boxes.site] = np.arange(len(boxes.site))
    centre = row[table.site]
    closing = day.scenario.calendar.closing[table.area]
    ends = np.where(np.isfinite(boxes.counted_at), boxes.counted_at, day.end)
    came = (table.group == 0) & (table.status != STATUSES.index("prevented")) & (centre >= 0)
    during = came & (table.occurred_at >= closing)
    during[during] = table.occurred_at[during] <= ends[centre[during]]
    came_at, where = table.take(during), centre[during]
    return _by_place(day, boxes, lambda rows: _count_figures(day, boxes, rows, came_at.take(rows[where])))


def _count_figures(day: Day, boxes: Custody, rows: Bools, came: IncidentTable) -> dict[str, Cell]:
    counts, mine = day.tape.counts, boxes.take(rows)
    ended = np.isfinite(mine.counted_at)
    arrival = np.where(np.isfinite(came.first_arrival_at), came.first_arrival_at, day.end)
    alone = np.where(came.needs_unit, np.fmin(arrival, np.fmax(came.closed_at, came.occurred_at)) - came.occurred_at, 0.0)
    return {
        "centres_counting": int(rows.sum()),
        "votes": int(counts.votes[rows].sum()),
        "count_time_mean": _mean(counts.count_time[rows]),
        "count_ended_p90": quantile(mine.counted_at[ended], 0.9),
        "count_ended_at": cell(np.max(mine.counted_at[ended], initial=-np.inf)),
        "guard_present": float((mine.guards[ended] > 0).mean()) if ended.any() else None,
        "count_incidents": len(came),
        "count_on_spot": int((came.status == STATUSES.index("handled")).sum()),
        "count_unanswered": int((came.needs_unit & ~np.isfinite(came.first_arrival_at)).sum()),
        "count_alone_mean": _mean(alone),
    }


def _by_place(day: Day, boxes: Custody, figures) -> Table:  # type: ignore[no-untyped-def]
    """A table of figures, one row for each area and force that has centres which count."""
    territory, sites = day.scenario.territory, day.scenario.territory.sites
    area, force = sites.area[boxes.site], sites.force[boxes.site]
    pairs = np.unique(np.stack((area, force)), axis=1).T.tolist()
    rows = [figures((area == a) & (force == f)) for a, f in pairs]
    names: Table = {"area": [territory.area_codes[a] for a, _ in pairs], "force": [territory.forces[f] for _, f in pairs]}
    return names | {name: [row[name] for row in rows] for name in figures(area < 0)}


def check_custody(day: Day) -> None:
    """I9: every box is where the chain of custody says: counted before it is collected, collected before it is handed over, on
    one trip, and handed over at the end of it. Raises ``AssertionError`` with the site."""
    boxes = custody(day)
    ids, sites = day.scenario.territory.sites.id, boxes.site
    legs = day.tape.legs
    stops = legs.site[np.isin(legs.task, day.tape.incidents.id[is_trip(day)])]
    fetched = np.concatenate((day.tape.incidents.site[is_trip(day)], stops))
    twice = np.flatnonzero(np.bincount(fetched[np.isin(fetched, sites)], minlength=1) > 1)
    assert len(twice) == 0, f"I9: two trips fetch the boxes of site {ids[twice[:1]]}"
    early = np.flatnonzero(boxes.collected_at < boxes.counted_at - 1e-6)
    assert len(early) == 0, f"I9: the boxes of site {ids[sites[early[:1]]]} leave before they are counted"
    gap = np.flatnonzero(np.isfinite(boxes.collected_at) & np.isnan(boxes.counted_at))
    assert len(gap) == 0, f"I9: the boxes of site {ids[sites[gap[:1]]]} leave without a count"
    lost = np.flatnonzero(np.isfinite(boxes.delivered_at) & ~(boxes.delivered_at >= boxes.collected_at))
    assert len(lost) == 0, f"I9: the boxes of site {ids[sites[lost[:1]]]} are handed over before they are collected"


ENTRIES = entries(
    "custody custody_log count",
    ("boxes", "count", "Ballot boxes of centres that count: one for each office"),
    ("boxes_collected", "count", "Boxes that left their centre with a convoy"),
    ("boxes_delivered", "count", "Boxes handed over at the collection point by the end of the run"),
    (
        "boxes_police_custody",
        "count",
        "Boxes ever held by officers: 0, since only electoral staff take boxes over in any record (the custody log is tested "
        "to be unbroken)",
    ),
    ("boxes_on_the_road", "count", "Boxes that left their centre and were not handed over by the end of the run"),
    ("boxes_waiting", "count", "Boxes still at their centre at the end of the run, with the staff of their office"),
    ("boxes_by_midnight", "share", "Boxes handed over by 24:00 of polling day", "boxes in by 24:00 / boxes"),
    ("trips", "count", "Convoys: trips that fetch the boxes of one centre or several"),
    (
        "trips_with_guard",
        "count",
        "Trips that the team outside their first centre escorted, because no escort came in time (posts.escort_after)",
    ),
    (
        "escort_wait_mean",
        "s",
        "Mean time a trip waits for its escort or until the guard goes with it, until the end of the run where neither came",
    ),
    ("escort_wait_p90", "s", "90th percentile of the wait for an escort"),
    ("box_wait_mean", "s", "Mean time from the end of a centre's count until the convoy leaves it with the boxes"),
    ("transit_mean", "s", "Mean time from leaving the centre to the end of the hand-over"),
    ("last_delivered_at", "s", "Moment the last of the boxes that came in was handed over"),
    ("holder", "name", "Who held the boxes: office staff, carriers or collection point, all of them electoral staff"),
    ("held_from", "s", "Moment from which the holder had them"),
    ("held_until", "s", "Moment until which the holder had them, or the end of the run"),
    ("centres_counting", "count", "Centres that count"),
    ("votes", "count", "Votes cast there"),
    ("count_time_mean", "s", "Mean time from the end of the queue until the last office of a centre is done"),
    ("count_ended_p90", "s", "Moment by which 90 % of the centres have counted"),
    ("count_ended_at", "s", "Moment the last centre has counted"),
    ("guard_present", "share", "Centres with a fixed team outside at the end of their count", "with a team / counted"),
    ("count_incidents", "count", "Election incidents at a centre between its closing and the end of its count"),
    ("count_on_spot", "count", "Those of them the fixed team outside settled"),
    ("count_unanswered", "count", "Those of them that needed a mobile unit and got none"),
    (
        "count_alone_mean",
        "s",
        "Mean time an incident in the count was without anybody: 0 where the team settles it, else until a mobile unit is there, "
        "it lapses or the run ends",
    ),
)
