"""The national territory: exact totals, stability, places."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from sim.errors import InputError
from sim.settings.territory import RiskSettings, TerritorySettings, WilayaTotals
from sim.territory.algeria import build_algeria
from sim.territory.build import build_territory
from sim.territory.outlines import inside, load_outline
from sim.territory.sites import FABRICS, SITE_KINDS, Territory
from sim.territory.summary import counts, tables, totals
from sim.territory.tables import DATA, load_communes

KNOWN = {"15": (713_670, 685, 1_375), "19": (971_236, 612, 2_215), "25": (575_666, 210, 1_345)}


def metres(territory: Territory, rows: np.ndarray) -> np.ndarray:
    """Positions as points in space, metres, so that near neighbours are straight lines."""
    lon, lat = np.radians(territory.sites.x[rows]), np.radians(territory.sites.y[rows])
    return 6_371_000 * np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def test_national_totals_are_exact_by_force(algeria: Territory) -> None:
    t = totals(algeria)
    assert t["all"] == {"centres": 12_400, "offices": 58_668, "voters": 22_883_772}
    police, gendarmerie = t["by_force"]["police"], t["by_force"]["gendarmerie"]
    assert (police["centres"], police["offices"]) == (4_861, 31_676)
    assert (gendarmerie["centres"], gendarmerie["offices"]) == (7_539, 26_992)
    assert police["voters"] / 22_883_772 == pytest.approx(31_676 / 58_668, abs=1e-4)


def test_known_wilayas_keep_their_reported_counts(algeria: Territory) -> None:
    areas = totals(algeria)["by_area"]
    for code, (voters, centres, offices) in KNOWN.items():
        row = areas[code]
        assert (row["voters"], row["centres"], row["offices"]) == (voters, centres, offices)


def test_the_other_reported_totals_are_one_override_away() -> None:
    t = totals(build_territory(TerritorySettings(centres=12_457, offices=55_866)))
    assert (t["all"]["centres"], t["all"]["offices"]) == (12_457, 55_866)
    assert (t["by_force"]["police"]["centres"], t["by_force"]["police"]["offices"]) == (4_861, 31_676)
    assert (t["by_area"]["15"]["centres"], t["by_area"]["15"]["offices"]) == (685, 1_375)


def test_a_wilaya_total_of_the_user_wins_and_the_nation_stays_exact() -> None:
    own = {"31": WilayaTotals(centres=400, offices=2_000)}
    t = totals(build_territory(TerritorySettings(wilaya_totals=own)))
    assert (t["by_area"]["31"]["centres"], t["by_area"]["31"]["offices"]) == (400, 2_000)
    assert (t["all"]["centres"], t["all"]["offices"], t["all"]["voters"]) == (12_400, 58_668, 22_883_772)


def test_every_centre_has_an_office_and_voters_sum_up(algeria: Territory) -> None:
    sites = algeria.sites
    centre = sites.of_kind("centre")
    assert sites.offices[centre].min() >= 1
    assert sites.voters[centre].min() >= 1
    others = np.setdiff1d(np.arange(len(sites)), centre)
    assert not sites.offices[others].any() and not sites.voters[others].any()


def test_ids_are_unique_sorted_and_carry_the_commune(algeria: Territory) -> None:
    sites = algeria.sites
    assert np.all(np.diff(sites.id) > 0)
    assert np.array_equal(sites.id // 1000, sites.commune)
    assert len(np.unique(sites.commune)) == 1_541


def test_shuffled_rows_give_the_same_territory(algeria: Territory, tmp_path: Path) -> None:
    header, *rows = (DATA / "dz_communes.csv").read_text(encoding="utf-8").splitlines()
    random.Random(5).shuffle(rows)
    shuffled = tmp_path / "communes.csv"
    shuffled.write_text("\n".join([header, *rows]), encoding="utf-8")
    assert build_algeria(TerritorySettings(), load_communes(shuffled)).digest() == algeria.digest()


def test_a_subset_of_wilayas_keeps_its_sites_as_they_are_in_the_nation(algeria: Territory) -> None:
    some = build_territory(TerritorySettings(wilayas=("31", "16")))
    assert some.area_codes == ("16", "31")
    for area, code in enumerate(some.area_codes):
        here = np.flatnonzero(algeria.sites.area == algeria.area_codes.index(code))
        mine = np.flatnonzero(some.sites.area == area)
        for name in ("id", "x", "y", "offices", "voters", "tier", "fabric"):
            assert np.array_equal(getattr(some.sites, name)[mine], getattr(algeria.sites, name)[here])


def test_places_of_a_commune_do_not_depend_on_the_totals_of_another(algeria: Territory) -> None:
    changed = dict(TerritorySettings().wilaya_totals) | {"15": WilayaTotals(voters=713_670, centres=685, offices=1_376)}
    other = build_territory(TerritorySettings(wilaya_totals=changed))
    here, there = algeria.sites.commune == 2501, other.sites.commune == 2501
    assert np.array_equal(algeria.sites.x[here], other.sites.x[there])


def test_another_site_seed_moves_the_sites_and_keeps_the_counts(algeria: Territory) -> None:
    other = build_territory(TerritorySettings(site_seed=1))
    assert not np.array_equal(other.sites.x, algeria.sites.x)
    assert totals(other)["by_area"]["01"]["centres"] == totals(algeria)["by_area"]["01"]["centres"]


def test_centres_of_a_commune_stand_at_least_150_metres_apart(algeria: Territory) -> None:
    centre = algeria.sites.of_kind("centre")
    pairs = cKDTree(metres(algeria, centre)).query_pairs(149.0, output_type="ndarray")
    commune = algeria.sites.commune[centre]
    assert not np.any(commune[pairs[:, 0]] == commune[pairs[:, 1]])


def test_centres_lie_in_their_wilaya(algeria: Territory) -> None:
    rings = load_outline("dz_wilayas48")
    sites = algeria.sites
    outside = 0
    for area, code in enumerate(algeria.area_codes):
        rows = np.flatnonzero((sites.area == area) & (sites.kind == 0))
        outside += int((~inside(rings[code], sites.x[rows], sites.y[rows])).sum())
    assert outside <= 0.005 * 12_400


def test_156_mobile_offices_in_the_ten_southern_wilayas(algeria: Territory) -> None:
    sites = algeria.sites
    mobile = np.flatnonzero(sites.mobile)
    assert len(mobile) == 156 and np.all(sites.offices[mobile] == 1)
    assert {algeria.area_codes[a] for a in sites.area[mobile]} <= set(TerritorySettings().mobile_areas)
    assert {algeria.forces[f] for f in sites.force[mobile]} == {"gendarmerie"}


def test_force_and_fabric_are_independent_attributes(algeria: Territory) -> None:
    cross = totals(algeria)["force_by_fabric"]
    assert all(cross["gendarmerie"][f]["centres"] > 0 for f in ("urban", "suburban", "rural"))
    assert all(cross["police"][f]["centres"] > 0 for f in FABRICS)


def test_police_centres_are_larger_as_reported(algeria: Territory) -> None:
    t = totals(algeria)["by_force"]
    assert t["police"]["offices"] / t["police"]["centres"] == pytest.approx(6.5, abs=0.05)
    assert t["gendarmerie"]["offices"] / t["gendarmerie"]["centres"] == pytest.approx(3.6, abs=0.05)


def test_risk_tiers_have_exact_shares_and_cluster_in_tense_wilayas(algeria: Territory) -> None:
    tiers = totals(algeria)["by_tier"]
    assert [tiers[t]["centres"] for t in ("low", "medium", "high")] == [9_920, 2_108, 372]
    sites = algeria.sites
    tense = np.isin(sites.area, [algeria.area_codes.index(c) for c in RiskSettings().tense_areas])
    centre = sites.kind == 0
    assert (sites.tier[centre & tense] == 2).mean() > 3 * (sites.tier[centre & ~tense] == 2).mean() > 0


def test_every_commune_has_bases_and_towns_have_entrances_of_both_forces(algeria: Territory) -> None:
    sites = algeria.sites
    base = sites.of_kind("base")
    for force in (0, 1):
        held = np.unique(sites.commune[(sites.kind == 0) & (sites.force == force)])
        assert np.array_equal(held, np.unique(sites.commune[base[sites.force[base] == force]]))
    checkpoint = sites.of_kind("checkpoint")
    assert set(np.unique(np.unique(sites.commune[checkpoint], return_counts=True)[1])) == {2, 4, 6}
    assert set(sites.force[checkpoint]) == {0, 1}
    assert len(sites.of_kind("venue")) and len(sites.of_kind("market"))


def test_neighbours_share_a_border_and_come_nearest_first(algeria: Territory) -> None:
    names = {code: [algeria.area_codes[j] for j in row] for code, row in zip(algeria.area_codes, algeria.neighbours)}
    assert set(names["16"]) == {"09", "35", "42"}
    assert all(names.values())
    assert all(code in names[other] for code, row in names.items() for other in row)


def test_areas_have_names_in_three_languages_and_people(algeria: Territory) -> None:
    assert algeria.areas["fr"][15] == "Alger" and algeria.areas["ar"][15] == "الجزائر"
    assert all(len(names) == 48 and all(names) for names in algeria.areas.values())
    assert algeria.populations.sum() == pytest.approx(41_700_000)


def test_summary_adds_up_over_areas_and_prints(algeria: Territory) -> None:
    t = totals(algeria)
    for measure in ("centres", "offices", "voters"):
        assert sum(row[measure] for row in t["by_area"].values()) == t["all"][measure]
        assert sum(row[measure] for row in t["by_fabric"].values()) == t["all"][measure]
    assert set(t["sites"]) == set(SITE_KINDS)
    assert len(tables(algeria)["areas"]) == 49
    assert counts(algeria.sites, np.zeros(len(algeria.sites), dtype=bool)) == {"centres": 0, "offices": 0, "voters": 0}


def test_unknown_wilaya_is_refused_with_the_allowed_ones() -> None:
    with pytest.raises(InputError, match=r"territory\.wilayas: no wilaya '49'.*01 to 48"):
        build_territory(TerritorySettings(wilayas=("49",)))


def test_totals_that_cannot_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="police_offices 60000 must be at most offices 58668"):
        TerritorySettings(police_offices=60_000)
    with pytest.raises(ValueError, match="every centre has an office"):
        WilayaTotals(centres=10, offices=5)
    with pytest.raises(InputError, match="at most 97 %"):
        build_territory(TerritorySettings(police_offices=58_000, police_centres=4_861, centres=5_000))
    with pytest.raises(InputError, match="mobile_offices"):
        build_territory(TerritorySettings(mobile_offices=5_000))


def test_codes_may_be_numbers_as_yaml_reads_them() -> None:
    assert TerritorySettings(wilayas=(1, "9", 16)).wilayas == ("01", "09", "16")  # type: ignore[arg-type]
    assert set(TerritorySettings(wilaya_totals={9: WilayaTotals()}).wilaya_totals) == {"09"}  # type: ignore[dict-item]


def test_a_table_with_a_repeated_code_is_refused(tmp_path: Path) -> None:
    header, first, *_ = (DATA / "dz_communes.csv").read_text(encoding="utf-8").splitlines()
    table = tmp_path / "c.csv"
    table.write_text("\n".join([header, first, first]), encoding="utf-8")
    with pytest.raises(InputError, match="ons_code 0101 is there twice"):
        load_communes(table)
    table.write_text("ons_code\n1", encoding="utf-8")
    with pytest.raises(InputError, match="no column 'wilaya48'"):
        load_communes(table)


def test_settings_of_the_same_value_build_the_same_territory(algeria: Territory) -> None:
    assert build_territory(replace(TerritorySettings())).digest() == algeria.digest()


def test_commune_points_against_settlements_known_from_schools() -> None:
    known = Path(__file__).parents[3] / "shared" / "data" / "dz-schools-osm" / "commune_points.csv"
    if not known.exists():
        pytest.skip("school positions of OpenStreetMap (test data) are not here")
    with known.open(encoding="utf-8", newline="") as file:
        points = {int(r["ons_code"]): (float(r["lon"]), float(r["lat"])) for r in csv.DictReader(file)}
    communes = load_communes()
    lon, lat = np.array([points[c] for c in communes.code.tolist()]).T
    east = (communes.lon - lon) * np.cos(np.radians(lat))
    distance = 111.195 * np.hypot(east, communes.lat - lat)
    assert distance.max() < 30.0
    assert np.percentile(distance[lat > 34.0], 90) < 9.0
