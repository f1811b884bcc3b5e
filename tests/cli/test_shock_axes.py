"""No search over places and times of shocks: a study that varies them is refused, whichever road it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli import compose
from sim.commands.changes import written
from sim.errors import InputError
from sim.settings.shocks import marked_keys
from sim.study.days import over_days
from tests.cli.conftest import Call
from tests.cli.test_sweep_designs import TOWN, points, refused

VALUES = {
    "territory.site_seed": (1, 2), "territory.risk.tense_areas": (["05"], ["06"]), "territory.risk.hot_places": (0.1, 0.2),
    "demand.areas": ({"Z1": "high"}, {"Z2": "high"}), "demand.tiers.high": (6, 7), "demand.hot_share": (0.1, 0.4),
    "demand.turnout.opening": ([[0, 0.0], [60, 1.0]], [[0, 0.0], [90, 1.0]]),
    "demand.turnout.count": ([[0, 0.0], [1, 1.0]], [[0, 0.0], [0.5, 0.2], [1, 1.0]]),
    "demand.clusters.window": ([3600, 7200], [3600, 9000]), "demand.clusters.anchors": (1, 3),
    "demand.background.hours": ([1.0] * 24, [1.0] * 23 + [2.0]), "demand.background.scatter": (100, 900),
    "demand.vehicles.hours": ([1.0] * 24, [1.0] * 23 + [2.0]), "demand.vehicles.peak_hours": ([7], [8]),
    "demand.vehicles.link_time": (600, 900), "demand.rallies.start_from": ("16:00", "17:00"),
    "demand.rallies.start_to": ("19:00", "20:30"), "demand.rallies.matches.areas": (["Z1"], ["Z2"]),
    "demand.rallies.evenings": (1, 2), "demand.rallies.matches.start": ("18:00", "20:00"),
    "demand.classes.blockade.clustered": (True, False),
    "demand.classes.blockade.times": ({"opening": 1.0, "uniform": 0.0}, {"opening": 0.2, "uniform": 0.8}),
}  # fmt: skip


def test_every_marked_setting_is_tried() -> None:
    def general(key: str) -> str:
        parts = key.split(".")
        return ".".join([*parts[:2], parts[3]]) if parts[1] == "classes" else key

    tried = {general(key) for key in VALUES}
    missing = [key for key in marked_keys() if not any(one == general(key) or one.startswith(f"{key}.") for one in tried)]
    assert missing == []


@pytest.mark.parametrize("key", VALUES)
def test_places_and_times_of_shocks_are_refused_as_an_axis(pollday: Call, key: str) -> None:
    one, two = (written(value) for value in VALUES[key])
    told = refused(pollday, *TOWN, f"{key}={one},{two}")
    assert "are no axis" in told and key.rsplit(".", 1)[0] in told and "docs/use.md" in told
    assert len(points(pollday, *TOWN, f"{key}={one}", "staffing.absence=0.1,0.2")) == 2  # the same for all is allowed


ROADS = {
    "grid": "design: {grid: {demand.hot_share: [0.1, 0.4]}}",
    "zip with a plan": "design: {zip: {demand.hot_share: [0.1, 0.4], staffing.absence: [0.1, 0.2]}}",
    "csv": "design: {csv: places.csv}",
    "latin": "design: {latin: {points: 4, factors: {demand.hot_share: [0.1, 0.4]}}}",
    "latin of a group": "design: {latin: {points: 4, factors: {demand: {choice: [none, dz-2017]}, staffing.absence: [0, 0.1]}}}",
    "one at a time": "design: {one_at_a_time: {demand.rallies.matches.start: ['18:00', '19:00']}}",
    "simplex": "design: {simplex: {total: 3, step: 1, parts: [demand.clusters.anchors, staffing.rings_per_area], least: 1}}",
    "options": "options: {a: [], b: ['+demand.areas={Z1: high}']}",
    "a whole group as a table": "options: {a: [], b: ['demand={hot_share: 0.2}']}",
    "an experiment": "options: {a: [], b: [+experiment=own.yaml]}",
    "presets with a change": "options: {a: [preset=demo-city], b: [preset=staff-shortage, demand.hot_share=0.2]}",
    "presets with a change in both": "options: {a: [demand.hot_share=0.3], b: [preset=rally-eve, demand.hot_share=0.2]}",
    "options taken out": "options: {a: ['+demand.areas={Z1: high}'], b: ['+demand.areas={Z1: high}', ~demand.areas.Z1]}",
}


@pytest.mark.parametrize("road", ROADS)
def test_no_road_leads_to_a_search_over_places_and_times(pollday: Call, tmp_path: Path, road: str) -> None:
    (tmp_path / "places.csv").write_text("staffing.absence,demand.hot_share\n0.1,0.1\n0.2,0.4\n", encoding="utf-8")
    own = "defaults:\n  - override /preset: demo-city\ndemand: {rallies: {start_from: '16:00'}}\n"
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    words = "[preset=demo-city]" if "preset" not in road else "[]"
    (tmp_path / "mine.yaml").write_text(f"question: Where?\nwords: {words}\n{ROADS[road]}\n", encoding="utf-8")
    assert "are no axis" in refused(pollday, "study=mine.yaml")


def test_levels_may_be_compared_because_they_are_no_place_and_no_time(pollday: Call) -> None:
    assert len(points(pollday, *TOWN, "demand.rate_factor=1,1.5", "demand.regime=calm,tense,high")) == 6


def test_the_api_for_figures_of_ones_own_refuses_them_too() -> None:
    options = {f"{share}": compose([*TOWN, f"demand.hot_share={share}"]) for share in (0.1, 0.4)}
    with pytest.raises(InputError, match="are no axis"):
        over_days(options, lambda _: {}, 1)
