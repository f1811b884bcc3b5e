"""Sharing out, guards, outlines and the demonstration city."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.settings.territory import CitySettings, TerritorySettings
from sim.territory.apportion import apportion, apportion_groups
from sim.territory.build import build_territory
from sim.territory.checks import check_inside
from sim.territory.neighbours import nearest_areas
from sim.territory.outlines import inside, load_outline
from sim.territory.sites import FABRICS, Territory
from sim.territory.summary import totals

COUNTS = st.lists(st.integers(0, 1_000), min_size=1, max_size=20)


def test_largest_remainder_by_hand() -> None:
    # Quotas 4.7, 3.1, 2.2: the one seat left goes to the largest remainder, .7.
    assert apportion(10, np.array([47.0, 31.0, 22.0])).tolist() == [5, 3, 2]
    # Equal remainders: the earlier entry wins.
    assert apportion(1, np.array([1.0, 1.0])).tolist() == [1, 0]
    # A floor of 1 takes its seat from the large.
    assert apportion(10, np.array([98.0, 1.0, 1.0]), 1).tolist() == [8, 1, 1]
    # A ceiling passes seats on.
    assert apportion(10, np.array([98.0, 1.0, 1.0]), 0, np.array([4, 10, 10])).tolist() == [4, 3, 3]


@given(COUNTS, st.integers(0, 5_000))
def test_shares_add_up_and_keep_their_bounds(weights: list[int], total: int) -> None:
    w = np.array(weights, dtype=float)
    low = (w > 0).astype(np.int64)
    high = np.array(weights, dtype=np.int64)
    if low.sum() <= total <= high.sum():
        shares = apportion(total, w, low, high)
        assert shares.sum() == total and np.all((shares >= low) & (shares <= high))
    else:
        with pytest.raises(InputError, match="cannot share"):
            apportion(total, w, low, high)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 200)), min_size=1, max_size=10), st.integers(0, 2**32))
def test_groups_are_exact_and_have_their_floor(shape: list[tuple[int, int]], seed: int) -> None:
    sizes, extra = np.array(shape).T
    group = np.repeat(np.arange(len(sizes)), sizes)
    weights = np.random.default_rng(seed).gamma(4.0, size=len(group))
    shares = apportion_groups(sizes + extra, group, weights, low=1)
    assert shares.min() >= 1
    assert np.array_equal(np.bincount(group, weights=shares, minlength=len(sizes)), sizes + extra)


def test_groups_too_small_for_their_entries_are_refused() -> None:
    with pytest.raises(InputError):
        apportion_groups(np.array([1]), np.array([0, 0]), np.ones(2), low=1)


def test_swapped_latitude_and_longitude_are_refused() -> None:
    lon, lat = np.array([3.06, 36.75]), np.array([36.75, 3.06])
    with pytest.raises(InputError, match=r"sites\.csv: 'b': longitude 36\.75.*look swapped"):
        check_inside(lon, lat, "algeria", "sites.csv", ["a", "b"])
    check_inside(lon[:1], lat[:1], "algeria")


def test_a_place_outside_or_not_a_number_is_refused() -> None:
    with pytest.raises(InputError, match="row 1: longitude 0, latitude 0 lies outside"):
        check_inside(np.zeros(1), np.zeros(1), "algeria")
    with pytest.raises(InputError):
        check_inside(np.array([np.nan]), np.array([30.0]), (0.0, 20.0, 10.0, 40.0))
    with pytest.raises(InputError, match=r"did you mean 'algeria'"):
        check_inside(np.zeros(1), np.zeros(1), "algerie")


def test_every_shipped_centre_is_inside_its_country(algeria: Territory) -> None:
    check_inside(algeria.sites.x, algeria.sites.y, "algeria")


def test_outlines_load_as_closed_rings() -> None:
    rings = load_outline("dz_wilayas48")
    assert len(rings) == 48
    assert all(np.array_equal(r[0], r[-1]) and r.shape[1] == 2 for area in rings.values() for r in area)
    assert {"DZ", "LY", "MA", "EH", "TN"} <= set(load_outline("north_africa"))
    with pytest.raises(InputError, match="did you mean 'north_africa'"):
        load_outline("north_afrika")


def test_inside_counts_holes() -> None:
    outer = np.array([[0.0, 0], [4, 0], [4, 4], [0, 4], [0, 0]])
    hole = np.array([[1.0, 1], [2, 1], [2, 2], [1, 2], [1, 1]])
    x, y = np.array([0.5, 1.5, 5.0]), np.array([0.5, 1.5, 1.0])
    assert inside([outer, hole], x, y).tolist() == [True, False, False]


def test_neighbours_without_borders_are_the_five_nearest() -> None:
    x = np.arange(8.0)
    assert nearest_areas(x, np.zeros(8), set())[0] == (1, 2, 3, 4, 5)
    assert nearest_areas(x, np.zeros(8), {(0, 7), (0, 2)})[0] == (2, 7)


def test_the_city_has_its_counts_zones_and_old_city(city: Territory) -> None:
    t = totals(city)
    assert t["all"] == {"centres": 200, "offices": 1_000, "voters": 390_000}
    assert t["by_force"]["police"]["centres"] == 170
    assert city.area_codes == ("Z1", "Z2", "Z3", "Z4")
    assert all(row["centres"] > 0 and row["sites"]["base"] > 0 for row in t["by_area"].values())
    assert all(t["by_fabric"][f]["centres"] > 0 for f in FABRICS)
    assert city.populations.sum() == pytest.approx(650_000)
    assert np.all(np.diff(city.sites.id) > 0)


def test_a_city_may_have_a_single_force() -> None:
    whole = build_territory(TerritorySettings(country="city", city=CitySettings(police_share=1.0)))
    assert whole.forces == ("police",) and set(whole.sites.force) == {0}
    other = build_territory(TerritorySettings(country="city", city=CitySettings(police_share=0.0, zones=1, communes=1)))
    assert other.forces == ("gendarmerie",) and other.neighbours == ((),)


def test_the_city_is_built_whole_and_fits() -> None:
    with pytest.raises(InputError, match="built whole"):
        build_territory(TerritorySettings(country="city", wilayas=("16",)))
    with pytest.raises(ValueError, match="every centre has an office"):
        CitySettings(centres=10, offices=9)
