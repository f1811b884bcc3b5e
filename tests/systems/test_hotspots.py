"""S25: hot-spots hold much of what is done on an opportunity; patrols weighted to them prevent more of it and come sooner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.arrays import make_sites, make_territory
from sim.build import build_place, build_scenario, build_tape
from sim.cli import compose
from sim.demand.draw import expected_counts
from sim.demand.places import hot_weights, office_weights
from sim.errors import InputError
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.measures.prevented import chances, mean_factors, prevented_by_area, prevented_by_class
from sim.measures.response import incident_table
from sim.processes.simulation import run
from sim.territory.hotspots import hot_spots
from sim.trace import CODE
from tests.systems.patrolling import cell, change, days

SOON = [f"targets.{p}={{old_city: 420,urban: 420,suburban: 420,rural: 420}}" for p in ("p2", "p3")]
BUSY = ["demand.rate_factor=12", "demand.background_factor=0", *SOON]
OPPORTUNISTIC = ("dispute", "intimidation", "queue_disorder", "campaign_violation", "unauthorised_person")


def at_hot_spots(column: str) -> Callable[[Day], float]:
    """A figure of all deterred classes at the hot-spots of a day."""
    return lambda day: cell(prevented_by_class(day, incident_table(day)), column, **{"class": "all", "hot_spot": "inside"})


def test_patrols_weighted_to_hot_spots_reduce_unanswered_and_all_opportunistic_incidents_there() -> None:
    plain, weighted = (days([*BUSY, f"patrol.hot_weight={weight}"], 6) for weight in (1, 4))
    assert plain[0].scenario.units.heads.sum() == weighted[0].scenario.units.heads.sum()
    for column in ("happened", "unanswered"):
        difference = change(at_hot_spots(column), weighted, plain)
        assert difference.high is not None and difference.high < 0.0, (column, difference)


def test_fewer_patrols_prevent_less_everywhere() -> None:
    full, half = (days([f"staffing.{kind}_factor={share}" for kind in ("patrol_cars", "motorcycles", "foot")], 4)
                  for share in (1.5, 0.5))  # fmt: skip

    def expected(day: Day) -> float:
        table = prevented_by_area(day, incident_table(day))
        return cell(table, "deterred_expected", area="all", hot_spot="all")

    difference = change(expected, half, full)
    assert difference.high is not None and difference.high < 0.0


def test_hot_spots_hold_their_share_of_opportunistic_incidents_and_the_total_stays() -> None:
    settings = compose(["preset=demo-city", "demand.rate_factor=100"])
    place = build_place(settings)
    spread = replace(settings, demand=replace(settings.demand, hot_share=0.0))
    names = np.array([cls.name for cls in build_scenario(settings, place).classes])
    rows = build_tape(settings, place).incidents
    chosen = np.isin(names[rows.cls], OPPORTUNISTIC)
    hot = place.territory.hot
    assert hot is not None and hot.sum() == 10
    assert hot[rows.site[chosen]].mean() == pytest.approx(0.45, abs=0.03)
    assert hot[rows.site[names[rows.cls] == "medical"]].mean() < 0.3
    assert len(rows) == len(build_tape(spread, place).incidents)


def test_the_hot_spots_of_an_area_are_its_riskiest_centres_and_among_equals_the_largest() -> None:
    sites = make_sites(
        np.arange(42.0), np.zeros(42), kind=["centre"] * 40 + ["base", "venue"], area=np.arange(42) % 2,
        voters=np.arange(42) * 10, offices=1, tier=np.where(np.arange(42) == 3, 2, 0),
    )  # fmt: skip
    mark = hot_spots(make_territory(sites), 0.1)
    assert mark is not None
    assert np.flatnonzero(mark).tolist() == [3, 36, 38, 39]
    assert hot_spots(make_territory(sites), 0.0) is None


def test_an_area_without_hot_spots_keeps_its_weights() -> None:
    sites = make_sites(np.arange(6.0), np.zeros(6), kind="centre", area=[0, 0, 0, 1, 1, 1], offices=[1, 2, 3, 4, 5, 6])
    territory = make_territory(sites, hot=[True, False, False, False, False, False])
    weights = office_weights(territory, compose([]).demand.tiers)
    mixed = hot_weights(territory, weights, 0.45)
    assert mixed[:3].sum() == pytest.approx(weights[:3].sum())
    assert mixed[0] / mixed[:3].sum() == pytest.approx(0.45)
    assert (mixed[3:] == weights[3:]).all()


def test_arrivals_of_every_class_are_as_calibrated_under_the_plan_of_the_preset() -> None:
    plan_factor = compose(["preset=demo-city"]).deterrence.plan_factor
    factors = [mean_factors(day) for day in days([], 8)]
    for name in OPPORTUNISTIC:
        found = np.mean([day[name] for day in factors if name in day])
        assert found == pytest.approx(plan_factor[name], rel=0.03), name


@pytest.mark.slow
def test_arrivals_of_every_class_are_as_calibrated_in_the_nation() -> None:
    settings = compose(["preset=dz-2017-national"])
    place = build_place(settings)
    scenario, tape = build_scenario(settings, place), build_tape(settings, place)
    day = Day.of(scenario, tape, run(scenario, tape))
    asked = expected_counts(place.territory, place.calendar, settings.demand)
    happens, names = chances(day), np.array([cls.name for cls in scenario.classes])
    for name in OPPORTUNISTIC:
        rows = names[tape.incidents.cls] == name
        realised = np.nanmean(happens[rows]) * asked[name].sum() * settings.deterrence.bound_of(name)
        assert realised == pytest.approx(asked[name].sum(), rel=0.02), name


def test_every_account_of_a_day_with_deterrence_closes() -> None:
    settings = compose(["preset=demo-city", "demand.rate_factor=4"])
    scenario, tape = build_scenario(settings), build_tape(settings)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    day = Day.of(scenario, tape, trace)
    table = incident_table(day)
    for by in (prevented_by_class(day, table), prevented_by_area(day, table)):
        first = next(iter(by))
        total = [i for i, side in enumerate(by["hot_spot"]) if side == "all"]
        for column in ("proposed", "deterred", "happened"):
            counts = [int(by[column][i] or 0) for i in total]
            assert counts[-1] == sum(counts[:-1]), column
            assert counts[-1] == sum(int(by[column][i] or 0) for i in range(len(by[first])) if i not in total) / 2
        assert by["proposed"] == [a + b for a, b in zip(by["deterred"], by["happened"], strict=True)]  # type: ignore[operator]
    chance = chances(day)
    known = np.isfinite(chance)
    assert known.any() and (chance[known] > 0.0).all() and (chance[known] <= 1.0).all()
    happened = np.isin(tape.incidents.id, trace.columns()["task"][trace.columns()["kind"] == CODE["reported"]])
    assert (happened[known] == (tape.incidents.candidate[known] <= chance[known])).all()


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("deterrence.effect=1.5", "deterrence.effect"),
        ("deterrence.by_stop=[[600,1.0],[0,0.2]]", "the seconds must rise"),
        ("deterrence.plan_factor.dispute=0", "deterrence.plan_factor.dispute"),
        ("territory.risk.hot_places=0.9", "territory.risk.hot_places"),
        ("demand.hot_share=-1", "demand.hot_share"),
        ("patrol.hot_weight=0", "patrol.hot_weight"),
        ("deterence.effect=0.1", "did you mean 'deterrence'"),
    ],
)
def test_a_wrong_value_is_one_clear_line(option: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        compose(["preset=demo-city", option])
    assert words in str(error.value)
