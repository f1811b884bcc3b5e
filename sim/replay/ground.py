"""What stands still on a replay: areas and their outlines, sites or groups of centres, halls and their crowds."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.language import Language
from sim.measures.day import Ints
from sim.replay.crowds import corrections_of
from sim.replay.packing import Packer
from sim.replay.view import View, outlines
from sim.territory.sites import SITE_KINDS


def ground(view: View, packer: Packer, words: Language) -> None:
    """Pack sites (or groups of centres, where single ones are not shown) and outlines."""
    if view.internal:
        _sites(view, packer, words)
    else:
        _groups(view, packer)
    _outlines(view, packer)


def ground_header(view: View) -> dict[str, Any]:
    """Areas, crowds and what the kinds of site are called."""
    territory = view.run.scenario.territory
    centres = np.bincount(territory.sites.area[territory.sites.of_kind("centre")], minlength=len(territory.area_codes))
    areas = [
        {"code": code, "centres": int(centres[i]), "shown": bool(view.shown[i])} for i, code in enumerate(territory.area_codes)
    ]
    return {"areas": areas, "siteKinds": SITE_KINDS, "gatherings": _gatherings(view), "rumours": _rumours(view)}


def _sites(view: View, packer: Packer, words: Language) -> None:
    sites = view.run.scenario.territory.sites
    x, y = view.grid(sites.x, sites.y)
    for name, values in (
        ("kind", sites.kind),
        ("x", x),
        ("y", y),
        ("area", sites.area),
        ("force", sites.force),
        ("offices", sites.offices),
    ):
        packer.column(f"site.{name}", values, delta=name in ("x", "y", "area"))
    packer.text("site.name", site_names(view, words))


def site_names(view: View, words: Language) -> list[str]:
    """What each site is called: as people called it, else in the reader's language."""
    territory, names = view.run.scenario.territory, view.run.names
    own = [names.sites.get(i) for i in territory.sites.id.tolist()]
    return [str(name) if name is not None else words.place(territory, site) for site, name in enumerate(own)]


def _groups(view: View, packer: Packer) -> None:
    pools = view.pools
    x, y = view.grid(pools.x, pools.y)
    reach, _ = view.grid(view.box[0] + pools.radius, np.zeros(len(pools)))
    for name, values in (("x", x), ("y", y), ("area", pools.area), ("centres", pools.centres), ("radius", reach)):
        packer.column(f"group.{name}", values, delta=name in ("x", "y", "area"))


def _outlines(view: View, packer: Packer) -> None:
    """Rings one after another: area, number of points, points."""
    codes = {code: area for area, code in enumerate(view.run.scenario.territory.area_codes)}
    rings = [(codes.get(code, -1), ring) for code, part in outlines(view.run).items() for ring in part]
    packer.column("ring.area", [area for area, _ in rings])
    packer.column("ring.points", [len(ring) for _, ring in rings])
    points = np.concatenate([ring for _, ring in rings]) if rings else np.zeros((0, 2))
    x, y = view.grid(points[:, 0], points[:, 1])
    packer.column("ring.x", x, delta=True)
    packer.column("ring.y", y, delta=True)


def _gatherings(view: View) -> list[dict[str, Any]]:
    """Gatherings with the moments between which people come and go."""
    scenario = view.run.scenario
    rules, sites = scenario.rallies, scenario.territory.sites
    found = [rally for rally in view.run.tape.rallies if view.shown[sites.area[rally.site]]]
    x, y = _where(view, [r.site for r in found], [r.id for r in found])
    rows = zip(found, x.tolist(), y.tolist())
    return [
        {
            "x": a, "y": b, "area": int(sites.area[r.site]), "people": r.people, "match": r.is_match,
            "doors": r.start_at - rules.doors(r.is_match), "start": r.start_at, "end": r.end_at,
            "gone": r.end_at + rules.exit_time, "early": min(r.early_time, rules.doors(r.is_match)), "earlyShare": r.early_share,
        }
        for r, a, b in rows
    ]  # fmt: skip


def _rumours(view: View) -> list[dict[str, Any]]:
    """Crowds that rumours bring together, with the moment from which each grows more slowly."""
    rows, area = view.run.tape.rumours, view.run.scenario.territory.sites.area
    x, y = _where(view, rows.site.tolist(), rows.id.tolist())
    corrected, cut = corrections_of(view.day).tolist(), view.run.scenario.information.cut
    columns = zip(x, y, area[rows.site], rows.at, rows.start, rows.doubling_time, rows.peak, rows.end_at)
    names = ("x", "y", "area", "at", "start", "doubling", "peak", "end")
    found: list[dict[str, Any]] = [dict(zip(names, (part.item() for part in row))) for row in columns]
    for one, moment in zip(found, corrected):
        one |= {"corrected": moment if np.isfinite(moment) else None, "cut": cut}
    return [one for one in found if view.shown[one["area"]]]


def _where(view: View, site: list[int], key: list[int]) -> tuple[Ints, Ints]:
    sites, rows = view.run.scenario.territory.sites, np.array(site, dtype=np.int64)
    return view.places(sites.x[rows], sites.y[rows], np.array(key, dtype=np.int64))
