"""Libya's nine directorates and the zones of Fes: exact totals, places inside their outline, one force."""

from __future__ import annotations

import numpy as np
import pytest

from sim.cli import compose
from sim.errors import InputError
from sim.territory.build import build_territory
from sim.territory.outlines import inside, load_outline
from sim.territory.sites import FABRICS, Territory
from sim.territory.summary import totals
from sim.territory.travel import great_circle_metres

DIRECTORATES = {
    "Greater Benghazi", "al-Marj", "al-Butnan", "Ubari", "al-Kufra", "al-Qubba", "Sabha", "al-Shati", "Murzuq",
}  # fmt: skip


def made(*words: str) -> Territory:
    return build_territory(compose(list(words)).territory)


@pytest.fixture(scope="module")
def libya() -> Territory:
    return made("territory=libya-2024")


@pytest.fixture(scope="module")
def fes() -> Territory:
    return made("territory=fes")


def test_libya_has_its_nine_directorates_named_in_three_languages(libya: Territory) -> None:
    assert set(libya.areas["en"]) == DIRECTORATES
    assert all(len(set(libya.areas[language])) == 9 for language in ("fr", "ar", "en"))
    assert "سبها" in libya.areas["ar"]


def test_libya_has_exact_totals_and_at_least_five_centres_in_every_directorate(libya: Territory) -> None:
    t = totals(libya)
    assert t["all"] == {"centres": 120, "offices": 265, "voters": 63_600}
    assert min(row["centres"] for row in t["by_area"].values()) >= 5
    assert t["all"]["offices"] / t["all"]["centres"] == pytest.approx(2.2, abs=0.05)


def test_desert_towns_of_a_directorate_lie_more_than_a_hundred_kilometres_apart(libya: Territory) -> None:
    sites = libya.sites
    centres = sites.of_kind("centre")
    kufra = centres[sites.area[centres] == libya.area_codes.index("KUF")]
    x, y = sites.x[kufra], sites.y[kufra]
    assert great_circle_metres(x[:, None], y[:, None], x, y).max() > 150_000


def test_centres_of_libya_lie_in_libya_and_those_of_fes_in_their_zone(libya: Territory, fes: Territory) -> None:
    for territory, rings in ((libya, load_outline("north_africa:LY")), (fes, load_outline("ma_fes"))):
        at = territory.sites.of_kind("centre")
        for area, code in enumerate(territory.area_codes):
            here = at[territory.sites.area[at] == area]
            shape = rings.get(code) or rings["LY"]
            assert inside(shape, territory.sites.x[here], territory.sites.y[here]).mean() > 0.95


def test_fes_has_four_zones_an_old_city_and_24_police_districts(fes: Territory) -> None:
    t = totals(fes)
    assert t["all"] == {"centres": 200, "offices": 1_000, "voters": 426_438}
    assert len(fes.area_codes) == 5 and t["sites"]["base"]["police"] == 24
    sites, old = fes.sites, FABRICS.index("old_city")
    centres = sites.of_kind("centre")
    medina = sites.area[centres] == fes.area_codes.index("MED")
    assert (sites.fabric[centres][medina] == old).all() and not (sites.fabric[centres][~medina] == old).any()


def test_latitudes_of_fes_are_put_right() -> None:
    """The middle of Fes in GeoNames is 34.033 north; the outlines as published lie 0.176 degrees further north."""
    points = np.concatenate([ring for rings in load_outline("ma_fes").values() for ring in rings])
    assert 33.95 < points[:, 1].min() < 34.03 < points[:, 1].max() < 34.12


def test_a_directorate_alone_is_as_it_is_in_the_whole(libya: Territory) -> None:
    alone = made("territory=libya-2024", "territory.wilayas=[SAB]", "territory.risk.tense_areas=[SAB,KUF,MUR]")
    here = libya.sites.area == libya.area_codes.index("SAB")
    assert np.array_equal(alone.sites.id, libya.sites.id[here]) and np.array_equal(alone.sites.x, libya.sites.x[here])
    assert alone.omitted == tuple(code for code in libya.area_codes if code != "SAB")


def test_totals_are_parameters(libya: Territory) -> None:
    more = made("territory=libya-2024", "territory.centres=150", "territory.offices=400")
    assert (totals(more)["all"]["centres"], totals(more)["all"]["offices"]) == (150, 400)
    assert more.digest() != libya.digest()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["territory=libya-2024", "territory.wilayas=[SAP]"], r"territory.wilayas: no directorate 'SAP'.*SAB"),
        (["territory=fes", "territory.risk.tense_areas=['05']"], r"territory.risk.tense_areas: no zone '05'"),
        (["territory.country=libya"], r"territory.wilaya_totals: no directorate '15'"),
        (["territory=libya-2024", "territory.offices=30", "territory.centres=20", "territory.police_centres=9",
          "territory.police_offices=9"], r"cannot share 30 out"),
    ],
)  # fmt: skip
def test_a_wrong_area_or_total_is_one_clear_line(words: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        made(*words)
    assert "\n" not in str(error.value)
