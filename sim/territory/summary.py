"""Totals of a territory by force, area and fabric, as plain numbers ready for JSON and for printing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.territory.sites import FABRICS, SITE_KINDS, TIERS, Sites, Territory

Ints = NDArray[np.int64]

MEASURES = ("centres", "offices", "voters")


def totals(territory: Territory, language: str = "en") -> dict[str, Any]:
    """Counts of a territory; every leaf is an int, a text or a list of texts.

    ``all``, ``by_force``, ``by_fabric``, ``by_tier``: centres, offices, voters. ``force_by_fabric``: the same for
    each pair. ``by_area``: for each area code its name, the three counts, those of each force, inhabitants and sites
    of every kind. ``sites``: how many of each kind and force; ``mobile_offices``; ``notes``. The formula is a plain
    sum over sites.
    """
    sites = territory.sites
    centre = sites.kind == SITE_KINDS.index("centre")
    return {
        "name": territory.name,
        "all": counts(sites, centre),
        "mobile_offices": int(sites.offices[sites.mobile].sum()),
        "by_force": _by(sites, centre, sites.force, territory.forces),
        "by_fabric": _by(sites, centre, sites.fabric, FABRICS),
        "by_tier": _by(sites, centre, sites.tier, TIERS),
        "force_by_fabric": {
            force: _by(sites, centre & (sites.force == f), sites.fabric, FABRICS)
            for f, force in enumerate(territory.forces)
        },
        "by_area": {code: _area(territory, a, centre, language) for a, code in enumerate(territory.area_codes)},
        "sites": {kind: _kind(territory, k) for k, kind in enumerate(SITE_KINDS)},
        "notes": list(territory.notes),
    }


def counts(sites: Sites, chosen: NDArray[np.bool_]) -> dict[str, int]:
    """Centres, offices and voters of the chosen sites (a mask over sites that holds centres only)."""
    return {
        "centres": int(chosen.sum()),
        "offices": int(sites.offices[chosen].sum()),
        "voters": int(sites.voters[chosen].sum()),
    }


def _by(sites: Sites, chosen: NDArray[np.bool_], codes: Ints, names: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """Counts of the chosen sites for each code."""
    return {name: counts(sites, chosen & (codes == i)) for i, name in enumerate(names)}


def _kind(territory: Territory, kind: int) -> dict[str, int]:
    """How many sites of one kind each force has."""
    mine = territory.sites.kind == kind
    return {force: int((mine & (territory.sites.force == f)).sum()) for f, force in enumerate(territory.forces)}


def _area(territory: Territory, area: int, centre: NDArray[np.bool_], language: str) -> dict[str, Any]:
    """One area's row."""
    sites = territory.sites
    here = sites.area == area
    kinds = np.bincount(sites.kind[here], minlength=len(SITE_KINDS))
    names = territory.areas.get(language) or territory.area_codes
    return {
        "name": names[area],
        **counts(sites, here & centre),
        "inhabitants": round(float(territory.populations[area])),
        "by_force": _by(sites, here & centre, sites.force, territory.forces),
        "sites": {kind: int(n) for kind, n in zip(SITE_KINDS, kinds, strict=True)},
    }


def tables(territory: Territory, language: str = "en") -> dict[str, list[list[str | int]]]:
    """The same as printable tables, first row the headings: ``force x fabric``, ``areas``, ``sites``, ``tiers``."""
    t = totals(territory, language)
    cross: list[list[str | int]] = [["force", "measure", *FABRICS, "all"]]
    for force, row in t["force_by_fabric"].items():
        cross += [[force, m, *(row[f][m] for f in FABRICS), t["by_force"][force][m]] for m in MEASURES]
    cross += [["all", m, *(t["by_fabric"][f][m] for f in FABRICS), t["all"][m]] for m in MEASURES]
    areas: list[list[str | int]] = [
        ["code", "area", *MEASURES, *(f"{f} {m}" for f in territory.forces for m in MEASURES[:2])]
    ]
    for code, row in t["by_area"].items():
        split = [row["by_force"][f][m] for f in territory.forces for m in MEASURES[:2]]
        areas.append([code, row["name"], *(row[m] for m in MEASURES), *split])
    sites: list[list[str | int]] = [["kind", *territory.forces, "all"]]
    sites += [[kind, *row.values(), sum(row.values())] for kind, row in t["sites"].items()]
    tiers: list[list[str | int]] = [["tier", *MEASURES]]
    tiers += [[tier, *(row[m] for m in MEASURES)] for tier, row in t["by_tier"].items()]
    return {"force x fabric": cross, "areas": areas, "sites": sites, "tiers": tiers}
