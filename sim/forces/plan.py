"""The plan: which units there are, where, and with how many heads in each kind of period. Pure counting, nothing
drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest
from sim.forces.beats import Beats, by_fabric
from sim.forces.heads import Given
from sim.forces.kinds import KIND, UNIT_KINDS
from sim.forces.placed import placed_units
from sim.forces.roster import BEFORE, BEFORE_NIGHT, NIGHT, PERIODS, POLLING
from sim.forces.spread import Centres, number_within, per_group, pick, quantile_rows, rounded, site_kind, whole
from sim.settings.checkpoints import CheckpointSettings
from sim.settings.forces import CREW, FixedTeam, Manning, StaffingSettings
from sim.settings.planned import MatchSchedule
from sim.settings.response import RallySettings
from sim.territory.calendar import area_positions
from sim.territory.sites import FABRICS, TIERS, Territory
from sim.territory.venues import venues_in_order

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_AT_LEAST_ONE = ("rrv", "section", "search_team", "traffic_unit", "normal_car", "escort")
"""Kinds of which every force has at least one in each area where it holds centres: a command room that
has none of a kind could never complete a package with it."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Planned units of one kind in order of cell (area, force); arrays (units,), ``heads`` (units, 4) by kind of
    period.

    ``base``: position of the site; ``loop``: number of the loop among those of its kind (-1: none).
    """

    kind: str
    base: Ints
    cell: Ints
    heads: Ints
    loop: Ints


def per_force(key: str, table: Mapping[str, Any], territory: Territory) -> list[Any]:
    """Entries of a table in the order of the territory's forces. Raises ``InputError`` for a missing or unknown
    force."""
    for name in table:
        if name not in (*territory.forces, "police", "gendarmerie"):
            raise InputError(f"staffing.{key}.{name}: no such force{nearest(name, territory.forces)}; "
                             f"forces are {', '.join(territory.forces)}")  # fmt: skip
    for force in territory.forces:
        if force not in table:
            raise InputError(f"staffing.{key}: no entry for the force '{force}'{nearest(force, table)}")
    return [table[force] for force in territory.forces]


def _numbers(key: str, table: Mapping[str, Any], territory: Territory) -> Floats:
    return np.array(per_force(key, table, territory), dtype=np.float64)


def planned_units(base_count: Ints, total: Ints, manning: Manning) -> Ints:
    """Units on duty (cells, 4): all ``total`` of a cell by day, else shares of ``base_count`` of them."""
    shares = {BEFORE: manning.before, BEFORE_NIGHT: manning.before_night, NIGHT: manning.night}
    planned = np.repeat(total[:, None], len(PERIODS), axis=1)
    for period, share in shares.items():
        planned[:, period] = np.minimum(whole(base_count.astype(np.float64) * share), total)
    return planned


def manned(cell: Ints, crew: int, planned: Ints, first: Bools | None = None) -> Ints:
    """Heads (units, 4) of the ``planned`` (cells, 4) units of each cell, evenly picked.

    Units in ``first`` are picked before the others on the days before the vote.
    """
    number, total = number_within(cell), np.bincount(cell, minlength=len(planned))
    heads = np.full((len(cell), len(PERIODS)), crew, dtype=np.int64)
    for period in range(len(PERIODS)):
        wanted = planned[:, period]
        if first is None or period in (POLLING, NIGHT):
            heads[:, period] *= pick(cell, number, total, wanted)
        else:
            heads[:, period] *= _pick_first(cell, total, wanted, first)
    return heads


def _pick_first(cell: Ints, total: Ints, wanted: Ints, first: Bools) -> Bools:
    """Pick ``wanted`` units of each cell: those in ``first`` as far as they go, the rest evenly among the others."""
    picked = np.zeros(len(cell), dtype=np.bool_)
    picked[first] = number_within(cell[first]) < wanted[cell[first]]
    others = cell[~first]
    left = total - np.bincount(cell[first], minlength=len(total))
    still = wanted - np.bincount(cell[picked], minlength=len(total))
    picked[~first] = pick(others, number_within(others), left, still)
    return picked


def crew_of(kind: str, staffing: StaffingSettings) -> int:
    """Heads of one full crew."""
    return {**CREW, **staffing.crew}[kind]  # type: ignore[index]


def fixed_teams(territory: Territory, centres: Centres, staffing: StaffingSettings) -> Rows:
    """One team outside every centre, its strength by force and risk tier; fractions are carried on to the next
    centre."""
    sites = territory.sites
    teams: list[FixedTeam] = per_force("fixed", staffing.fixed, territory)
    strength = np.array([(t.before, t.night, t.day, t.night) for t in teams], dtype=float)
    tier = np.array([staffing.tier_factor.get(name, 1.0) for name in TIERS])[sites.tier[centres.site]]  # type: ignore[call-overload]
    whole_team = np.floor(strength[sites.force[centres.site]] * tier[:, None] + 1e-9)
    wanted = whole_team * staffing.posts_factor * staffing.staffing_factor
    heads = np.column_stack([rounded(wanted[:, p], centres.cell) for p in range(len(PERIODS))])
    return Rows("fixed_team", centres.site, centres.cell, heads, np.full(len(centres), -1))


def beat_rows(beats: Beats, planned: Ints, centres: Centres, mobile: Bools, crew: int) -> Rows:
    """Units that patrol, ``planned`` (cells, 4) of them: cars and motorcycles start from the base nearest to their first centre,
    foot pairs from it.

    Beats with a mobile office (``mobile``, by site), which votes days before the others, are manned first on those days.
    """
    home = np.zeros(int(centres.site.max(initial=-1)) + 1, dtype=np.int64)
    home[centres.site] = centres.site if beats.kind == "foot_pair" else centres.home
    early = np.zeros(len(beats.cell), dtype=np.bool_)
    early[beats.unit[mobile[beats.site]]] = True
    heads = manned(beats.cell, crew, planned, early)
    return Rows(beats.kind, home[beats.first], beats.cell, heads, np.arange(len(beats.cell)))


def need_per_centre(kind: str, territory: Territory, centres: Centres, staffing: StaffingSettings) -> Floats:
    """Units of one kind that each centre stands for (they add up to the units of its cell)."""
    sites, site = territory.sites, centres.site
    if kind in ("rrv", "traffic_post"):
        table = staffing.centres_per_rrv if kind == "rrv" else staffing.centres_per_traffic_post
        return by_fabric(table, sites.fabric[site])  # type: ignore[arg-type]
    if kind == "escort":
        return np.asarray(1.0 / _numbers("centres_per_escort", staffing.centres_per_escort, territory)[sites.force[site]])
    key = f"people_per_{'desk_officer' if kind == 'normal_service' else kind}"
    return np.asarray(centres.people / _numbers(key, getattr(staffing, key), territory)[sites.force[site]])


FACTORS = {
    "patrol_car": "patrol_cars_factor",
    "motorcycle_pair": "motorcycles_factor",
    "foot_pair": "foot_factor",
    "rrv": "rrv_factor",
    "section": "reserve_factor",
    "search_team": "search_factor",
    "traffic_unit": "traffic_factor",
    "traffic_post": "traffic_factor",
    "normal_car": "normal_factor",
    "normal_service": "normal_factor",
    "escort": "escorts_factor",
}


def factor_of(kind: str, staffing: StaffingSettings) -> float:
    """What multiplies the planned number of one kind."""
    return float(getattr(staffing, FACTORS[kind])) * staffing.staffing_factor


def spread_rows(
    kind: str, territory: Territory, centres: Centres, staffing: StaffingSettings, extra: Ints, given: Given | None = None
) -> Rows:
    """Units that wait at a base (traffic posts: stand at a centre), spread along the centres by their need."""
    factor = factor_of(kind, staffing)
    need = need_per_centre(kind, territory, centres, staffing) * factor
    own, held = whole(per_group(need, centres.cell, centres.cells)), np.bincount(centres.cell, minlength=centres.cells) > 0
    need = np.where((per_group(need, centres.cell, centres.cells) == 0)[centres.cell], 1.0, need)
    if kind in _AT_LEAST_ONE and factor > 0:
        own = np.maximum(own, held)
    placed = placed_units(kind, territory, centres, staffing)
    own = np.where(np.isnan(placed), own, whole(np.nan_to_num(placed) * factor))
    total, crew = np.where(held, own + extra, 0), crew_of(kind, staffing)
    planned = planned_units(own, total, getattr(staffing.manning, UNIT_KINDS[KIND[kind]].task))
    if kind == "escort":
        planned[:, POLLING] = np.minimum(whole(own.astype(np.float64) * staffing.escort_day_share), total)
    if given is not None:
        total, planned = given.units(kind, crew, planned, total)
        given.check_held(kind, total, held)
    row, cell = quantile_rows(need, centres.cell, total)
    base = centres.site[row] if kind == "traffic_post" else centres.home[row]
    heads = manned(cell, crew, planned)
    return Rows(kind, base, cell, heads, np.full(len(cell), -1))


def desk_rows(territory: Territory, centres: Centres, staffing: StaffingSettings) -> Rows:
    """Staff of the normal service at its bases: one row per base, heads by the people round it."""
    factor = factor_of("normal_service", staffing)
    need = need_per_centre("normal_service", territory, centres, staffing) * factor
    row, cell = quantile_rows(need, centres.cell, whole(per_group(need, centres.cell, centres.cells)))
    pairs, count = np.unique(np.column_stack((cell, centres.home[row])), axis=0, return_counts=True)
    manning = staffing.manning.normal_service
    shares = {BEFORE: manning.before, BEFORE_NIGHT: manning.before_night, POLLING: 1.0, NIGHT: manning.night}
    heads = np.column_stack([rounded(count.astype(np.float64) * shares[p], pairs[:, 0]) for p in range(len(PERIODS))])
    return Rows("normal_service", pairs[:, 1], pairs[:, 0], heads, np.full(len(pairs), -1))


def checkpoint_rows(
    territory: Territory, staffing: StaffingSettings, checkpoints: CheckpointSettings, given: Given
) -> Rows:
    """A crew at the planned share of each force's town entrances, evenly picked.

    Raises ``InputError`` for more crews than entrances.
    """
    base = site_kind(territory.sites, "checkpoint")
    cell = territory.sites.area[base] * len(territory.forces) + territory.sites.force[base]
    share = _numbers("checkpoint_share", staffing.checkpoint_share, territory)[territory.sites.force[base]]
    share = np.minimum(share * staffing.checkpoints_factor * staffing.staffing_factor, 1.0)
    staffed, cells = rounded(share, cell) > 0, len(territory.area_codes) * len(territory.forces)
    own, sites = np.bincount(cell[staffed], minlength=cells), np.bincount(cell, minlength=cells)
    planned = planned_units(own, own, staffing.manning.checkpoints)
    total, planned = given.units("checkpoint_crew", checkpoints.staff, planned, own)
    given.check_most("checkpoint_crew", checkpoints.staff, planned, sites)
    staffed = np.where((total == own)[cell], staffed, pick(cell, number_within(cell), sites, total))
    base, cell = base[staffed], cell[staffed]
    heads = manned(cell, checkpoints.staff, planned)
    return Rows("checkpoint_crew", base, cell, heads, np.full(len(base), -1))


def ring_rows(territory: Territory, staffing: StaffingSettings, rallies: RallySettings) -> Rows:
    """An outer ring for the people planned at the ``rings_per_area`` largest venues of each area, whatever the tape
    brings (heads in the polling-day column)."""
    count = int(np.ceil(staffing.rings_per_area))
    areas = range(len(territory.area_codes))
    base = np.sort(np.concatenate([venues_in_order(territory, area)[:count] for area in areas]))
    cell = territory.sites.area[base] * len(territory.forces) + territory.sites.force[base]
    people = np.array([staffing.ring_people.get(name, 0.0) for name in FABRICS])[territory.sites.fabric[base]]  # type: ignore[call-overload]
    ring = np.ceil(people / rallies.people_per_officer) * staffing.rallies_factor * staffing.staffing_factor
    heads = np.zeros((len(base), len(PERIODS)), dtype=np.int64)
    heads[:, POLLING] = whole(ring)
    kept = heads[:, POLLING] > 0
    return Rows("rally_ring", base[kept], cell[kept], heads[kept], np.full(int(kept.sum()), -1))


def match_rows(territory: Territory, staffing: StaffingSettings, matches: MatchSchedule | None) -> Rows:
    """The officers round the ground of each match (heads in the polling-day column); they stand in hours of their own."""
    places, each = (matches.areas, matches.officers * matches.force_factor) if matches is not None else ((), 0.0)
    areas = sorted(set(area_positions(territory, places, "demand.rallies.matches.areas").values()))
    base = np.array([venues_in_order(territory, area)[0] for area in areas], dtype=np.int64)
    cell = territory.sites.area[base] * len(territory.forces) + territory.sites.force[base]
    heads = np.zeros((len(base), len(PERIODS)), dtype=np.int64)
    heads[:, POLLING] = round(each * staffing.staffing_factor)
    return Rows("match_force", base, cell, heads, np.full(len(base), -1))


def as_given(rows: Rows, given: Given) -> Rows:
    """Rows of units that stay where they are, with the heads that the settings give in their cells."""
    return replace(rows, heads=given.heads(rows.kind, rows.heads, rows.cell))
