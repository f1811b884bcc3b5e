"""Fixed formations: roll-calls, gaps in continuous cover, and how long teams stand without relief.

What was planned at each centre is ``Scenario.posting``; who stood there follows from the records of the fixed teams. A scenario
without posting (a world from arrays) has no rows here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.clock import HOUR
from sim.forces.ledger import Spans, recorded_spans
from sim.measures.day import Bools, Day, Floats, Ints, cell, per_day, rows_of
from sim.measures.entry import Cell, Table, entries

LONG_DUTY = 12 * HOUR
"""Seconds on duty from which a head counts as tired (calibration: 12-hour shifts)."""
ROLL_CALLS = ("48 h before", "3 h before", "opening", "closing", "end of count")


@dataclass(frozen=True, eq=False)
class PostCover:
    """Teams at the centres as they were: ``teams`` spans with heads above 0, by site, and ``gaps`` without any.

    ``post``: row of ``Posting.site`` of each span and gap; arrays (spans,) and (gaps,).
    """

    post: Ints
    begin: Floats
    end: Floats
    heads: Ints
    gap_post: Ints
    gap_begin: Floats
    gap_end: Floats


@per_day
def post_cover(day: Day) -> PostCover:
    """Spans in which each centre that should have a team has one, and the gaps inside the span in which it should."""
    spans, posting = team_spans(day), day.scenario.posting
    site = day.scenario.units.base[spans.row]
    post = np.minimum(np.searchsorted(posting.site, site), max(len(posting.site) - 1, 0))
    known = np.flatnonzero(posting.site[post] == site) if len(posting.site) else np.zeros(0, dtype=np.int64)
    post, begin, end, heads = post[known], spans.begin[known], spans.end[known], spans.heads[known]
    return PostCover(post, begin, end, heads, *_gaps(day, post, begin, end))


def team_spans(day: Day) -> Spans:
    """Spans of the fixed teams between two records of their heads, with heads above 0, cut at the end of the day."""
    units = day.scenario.units
    spans = recorded_spans(day.columns, units)
    fixed = np.array([name == "fixed_team" for name in units.kinds], dtype=np.bool_)
    kept = np.flatnonzero(fixed[units.kind[spans.row]] & (spans.heads > 0))
    return Spans(spans.row[kept], spans.begin[kept], np.minimum(spans.end[kept], day.end), spans.heads[kept])


def needed_until(day: Day) -> Floats:
    """Until when each centre should have its team, (posts,): the end of its count where offices count, else as planned (later
    where the vote was prolonged)."""
    posting, calendar = day.scenario.posting, day.scenario.calendar
    end = posting.end.copy()
    if len(day.records("voting_extended")) and "stand_down" in calendar.phases:
        area = day.scenario.territory.sites.area[posting.site]
        end = np.maximum(end, np.minimum(calendar.start_of("stand_down")[area], calendar.end))
    end[np.isin(posting.site, day.tape.counts.site)] = day.end
    counted = day.records("count_ended")
    place = rows_of(posting.site, day.columns["site"][counted])
    end[place[place >= 0]] = day.time[counted][place >= 0]
    return end


def _gaps(day: Day, post: Ints, begin: Floats, end: Floats) -> tuple[Ints, Floats, Floats]:
    """Time without a team inside each post's span: between the end of one span and the begin of the next."""
    posting = day.scenario.posting
    every = np.arange(len(posting.site))
    first = np.minimum(posting.begin, day.end)
    last = np.minimum(needed_until(day), day.end)
    owner = np.concatenate((every, post, every))
    start = np.concatenate((first, np.clip(begin, first[post], last[post]), last))
    stop = np.concatenate((first, np.clip(end, first[post], last[post]), last))
    kind = np.repeat([0, 1, 2], [len(every), len(post), len(every)])
    order = np.lexsort((stop, start, kind == 2, owner))
    owner, start, stop = owner[order], start[order], stop[order]
    gap = np.flatnonzero((owner[1:] == owner[:-1]) & (start[1:] > stop[:-1]))
    return owner[gap], stop[gap], start[gap + 1]


def roll_call(day: Day, seen: PostCover) -> Table:
    """Teams and heads in place at each roll-call, by area, force and roll-call; one that lies beyond the end is left out."""
    scenario, posting = day.scenario, day.scenario.posting
    sites, calendar = scenario.territory.sites, scenario.calendar
    area, force = sites.area[posting.site], sites.force[posting.site]
    opening, closing = calendar.opening[area], calendar.closing[area]
    moments = (opening - 48 * HOUR, opening - 3 * HOUR, opening, closing, np.nextafter(needed_until(day), -np.inf))
    places = np.unique(np.column_stack((area, force)), axis=0).tolist()
    rows: list[tuple[Cell, ...]] = []
    for name, at in zip(ROLL_CALLS, moments, strict=True):
        on = (seen.begin <= at[seen.post]) & (at[seen.post] < seen.end)
        heads = np.bincount(seen.post[on], seen.heads[on], len(posting.site))
        planned = posting.heads_at(at)
        for a, f in places:
            mine = (area == a) & (force == f) & (at <= day.end)
            count, there = int(mine.sum()), int((heads[mine] > 0).sum())
            if count:
                names = scenario.territory.area_codes[a], scenario.territory.forces[f]
                counts = int(planned[mine].sum()), int(heads[mine].sum())
                rows.append((*names, name, float(at[mine].max()), count, there, *counts, there / count))
    columns = ("area", "force", "roll_call", "at", "posts", "in_place", "heads_planned", "heads_present", "share_in_place")
    return {name: [row[i] for row in rows] for i, name in enumerate(columns)}


def posts_by_area(day: Day, seen: PostCover) -> Table:
    """Continuous cover and time on duty of the fixed teams, by area and force."""
    territory, posting = day.scenario.territory, day.scenario.posting
    area, force = (column[posting.site] for column in (territory.sites.area, territory.sites.force))
    missing = day.records("relief_missing")
    alone = day.scenario.units.base[day.unit[missing]]
    present = np.unique(np.column_stack((area, force)), axis=0).tolist()
    chosen = [(area == a) & (force == f) for a, f in present]
    rows = [_area_figures(posting.site[mine], mine, seen, alone) for mine in chosen]
    names: Table = {
        "area": [territory.area_codes[a] for a, _ in present],
        "force": [territory.forces[f] for _, f in present],
    }
    columns = _area_figures(posting.site[:0], area < 0, seen, alone)
    return names | {name: [row[name] for row in rows] for name in columns}


def _area_figures(sites: Ints, mine: Bools, seen: PostCover, alone: Ints) -> dict[str, Cell]:
    """Figures of the posts ``mine`` at ``sites``; ``alone``: the site of every relief that was missing."""
    gaps, spans = mine[seen.gap_post], mine[seen.post]
    row: dict[str, Cell] = {"posts": len(sites)}
    row |= _gap_figures(seen.gap_post[gaps], (seen.gap_end - seen.gap_begin)[gaps])
    row["reliefs_missing"] = int(np.isin(alone, sites).sum())
    return row | duty_figures((seen.end - seen.begin)[spans], seen.heads[spans])


def _gap_figures(post: Ints, length: Floats) -> dict[str, Cell]:
    longest = float(length.max() / HOUR) if len(length) else 0.0
    return {
        "posts_with_gap": len(np.unique(post)),
        "cover_gaps": len(length),
        "cover_gap_hours": float(length.sum() / HOUR),
        "cover_gap_max_hours": longest,
    }


def duty_figures(length: Floats, heads: Ints) -> dict[str, Cell]:
    """The longest time on duty without relief, and the share of head-hours beyond ``LONG_DUTY``."""
    worked = float((length * heads).sum())
    beyond = float((np.maximum(length - LONG_DUTY, 0.0) * heads).sum())
    return {
        "longest_duty_hours": cell(length.max() / HOUR) if len(length) else None,
        "long_duty_share": beyond / worked if worked else None,
    }


def post_figures(day: Day, seen: PostCover, calls: Table) -> dict[str, Cell]:
    """Headline figures: the share of posts in place 48 h before (from the roll-``calls``), hours of gaps, and how tired the
    teams are."""
    posting = day.scenario.posting
    if not len(posting.site):
        return dict.fromkeys(FIGURES)
    first = [i for i, name in enumerate(calls["roll_call"]) if name == ROLL_CALLS[0]]
    due = sum(int(calls["posts"][i] or 0) for i in first)
    there = sum(int(calls["in_place"][i] or 0) for i in first)
    gaps = _gap_figures(seen.gap_post, seen.gap_end - seen.gap_begin)
    tired = duty_figures(seen.end - seen.begin, seen.heads)
    return {
        "posted_in_time": there / due if due else None,
        "cover_gap_hours": gaps["cover_gap_hours"],
        "long_duty_share": tired["long_duty_share"],
    }


FIGURES = ("posted_in_time", "cover_gap_hours", "long_duty_share")


def cover_gaps(day: Day, seen: PostCover) -> Table:
    """Every gap in continuous cover, one row each, by moment and centre."""
    territory, posting = day.scenario.territory, day.scenario.posting
    order = np.lexsort((seen.gap_post, seen.gap_begin))
    post, begin, end = seen.gap_post[order], seen.gap_begin[order], seen.gap_end[order]
    site = posting.site[post]
    return {
        "site": territory.sites.id[site].tolist(),
        "area": [territory.area_codes[a] for a in territory.sites.area[site].tolist()],
        "force": [territory.forces[f] for f in territory.sites.force[site].tolist()],
        "gap_from": begin.tolist(),
        "gap_to": end.tolist(),
        "gap_hours": ((end - begin) / HOUR).tolist(),
    }


ENTRIES = (
    entries(
        "roll_call",
        ("roll_call", "name", "Which roll-call: 48 h and 3 h before the opening, at opening, closing and the end of the count"),
        ("posts", "count", "Centres that should have a fixed team"),
        ("in_place", "count", "Of these, centres with at least one officer of the team on duty"),
        ("heads_planned", "heads", "Officers the plan wants at these centres at that moment, absence not counted"),
        ("heads_present", "heads", "Officers of fixed teams on duty at that moment"),
        ("share_in_place", "share", "Share of posts with their team", "in_place / posts"),
    )
    + entries(
        "posts_by_area",
        ("posts_with_gap", "count", "Centres that stood without any officer of their team for some time inside their span"),
        ("cover_gaps", "count", "Gaps in continuous cover, from posting to the release of the team"),
        ("cover_gap_hours", "h", "Sum of the gaps in continuous cover of the centres"),
        ("cover_gap_max_hours", "h", "Longest single gap"),
        ("reliefs_missing", "count", "Shifts of fixed teams that ended without anybody to relieve them"),
        ("longest_duty_hours", "h", "Longest time a fixed team stood without being relieved"),
        (
            "long_duty_share",
            "share",
            "Share of the officer-hours of fixed teams that lie beyond 12 hours on duty (fatigue)",
            "sum(heads x max(duty - 12 h, 0)) / sum(heads x duty)",
        ),
    )
    + entries(
        "cover_gaps",
        ("gap_from", "s", "Moment from which a centre stood without its team"),
        ("gap_to", "s", "Moment at which a team stood there again, or the post ended"),
        ("gap_hours", "h", "Length of the gap", "(gap_to - gap_from) / 3600"),
    )
    + entries("headline", ("posted_in_time", "share", "Share of posts with their team in place 48 h before the opening"))
)
