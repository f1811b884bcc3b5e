"""Settings of the territory: which country or city, how many centres and offices, and how the rest is derived."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.settings.base import SHOCK, Count, Metres, Share, settings

Seed = Annotated[int, Field(ge=0, lt=2**63)]
Weight = Annotated[float, Field(gt=0.0, le=100.0)]
Kilometres = Annotated[float, Field(gt=0.0, le=500.0)]
People = Annotated[int, Field(ge=0, le=2_000_000_000)]
Few = Annotated[int, Field(ge=0, le=50)]


def _code(value: object) -> object:
    """YAML reads the code 15 as a number and 09 as it likes: give numbers back their two digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:02d}"
    return value.zfill(2) if isinstance(value, str) and value.isdigit() else value


AreaCode = Annotated[str, BeforeValidator(_code), Field(min_length=1, max_length=8)]


@settings
class WilayaTotals:
    """Counts known for one wilaya, which win over the formula; None leaves the formula's value."""

    voters: People | None = None
    centres: Count | None = None
    offices: Count | None = None

    @model_validator(mode="after")
    def _fits(self) -> WilayaTotals:
        if self.centres is not None and self.offices is not None and self.offices < self.centres:
            raise ValueError(
                f"offices {self.offices} must be at least centres {self.centres}: every centre has an office"
            )
        return self


@settings
class CitySettings:
    """A synthetic demonstration city, round, on longitude and latitude.

    ``zones`` are sectors and become areas; the old city is a fabric (within ``old_city_radius_km``,
    ``old_city_share`` of the centres). ``police_share`` of the centres, the inner ones, is held by the police; at 1
    or 0 the city has a single force.
    """

    centres: Annotated[int, Field(ge=1, le=5_000)] = 200
    offices: Annotated[int, Field(ge=1, le=50_000)] = 1_000
    voters: People = 390_000
    population: People = 650_000
    radius_km: Annotated[float, Field(ge=1.0, le=100.0)] = 9.0
    old_city_radius_km: Annotated[float, Field(ge=0.0, le=100.0)] = 0.9
    old_city_share: Share = 0.08
    zones: Annotated[int, Field(ge=1, le=16)] = 4
    communes: Annotated[int, Field(ge=1, le=100)] = 12
    police_share: Share = 0.85
    entrances: Few = 8
    venues: Few = 4
    markets: Few = 6
    longitude: Annotated[float, Field(ge=-180.0, le=180.0)] = 3.0
    latitude: Annotated[float, Field(ge=-80.0, le=80.0)] = 35.5

    @model_validator(mode="after")
    def _fits(self) -> CitySettings:
        if self.offices < self.centres:
            raise ValueError(
                f"offices {self.offices} must be at least centres {self.centres}: every centre has an office"
            )
        if self.communes < self.zones:
            raise ValueError(f"communes {self.communes} must be at least zones {self.zones}")
        return self


@settings
class DerivedSites:
    """Bases, town entrances, halls and markets derived from commune size. Every value is assumed.

    In each commune a force has one base for every ``centres_per_…`` of the centres it holds there, begun ones included.
    A commune of at least ``small_town`` inhabitants has ``entrances_small`` checkpoints, of ``town``
    ``entrances_town``, of ``large_town`` ``entrances_large``. One hall and one weekly market from ``hall_from`` and
    ``market_from`` inhabitants, and one more of each for every ``people_per_venue``.
    """

    centres_per_police_base: Annotated[int, Field(ge=1, le=1_000)] = 12
    centres_per_brigade: Annotated[int, Field(ge=1, le=1_000)] = 15
    small_town: Count = 15_000
    town: Count = 50_000
    large_town: Count = 150_000
    entrances_small: Few = 2
    entrances_town: Few = 4
    entrances_large: Few = 6
    hall_from: Count = 10_000
    market_from: Count = 10_000
    people_per_venue: Annotated[int, Field(ge=1_000, le=10_000_000)] = 100_000


@settings
class ScatterSettings:
    """Where centres stand in a commune. Distances follow school positions in OpenStreetMap (see docs/data.md).

    ``town_share`` of the centres lie in the town, a disc of ``town_density`` people per km2 round the town point;
    the rest in the commune's disc, at most ``spread_km`` out; mobile offices at most ``mobile_spread_km`` out.
    """

    min_distance_m: Annotated[float, Field(ge=0.0, le=1_000.0)] = 150.0
    town_density: Annotated[float, Field(gt=0.0, le=100_000.0)] = 5_000.0
    town_share: Share = 0.65
    spread_km: Kilometres = 8.0
    mobile_spread_km: Kilometres = 60.0


@settings
class FabricSettings:
    """How places are built, from size and density alone, never from the force that holds them. Assumed.

    Inside a town of at least ``urban_town`` people the inner part (``urban_core`` of the town radius) is urban, the
    rest and towns from ``suburban_town`` are suburban. Outside the town the commune's density decides (people per km2).
    Communes in ``old_cities`` have an old city within ``old_city_radius_m`` of the town point.
    """

    urban_town: Count = 20_000
    suburban_town: Count = 8_000
    urban_core: Share = 0.75
    urban_density: Annotated[float, Field(ge=0.0, le=100_000.0)] = 2_000.0
    suburban_density: Annotated[float, Field(ge=0.0, le=100_000.0)] = 400.0
    old_city_radius_m: Metres = 700.0
    old_cities: tuple[str, ...] = (
        *("0202", "0301", "0601", "0901", "1301", "1340", "1607", "2301", "2501", "2601", "2701"),
        *("2820", "2901", "3013", "3101", "3528", "3901", "4222", "4402", "4701"),
    )


@settings
class RiskSettings:
    """Risk tiers of centres: exact national shares, clustered round hot communes of the tense areas. Assumed.

    A centre's chance of a higher tier is in proportion to ``tense_factor`` in a tense area, times up to
    ``hot_factor`` beside a hot commune (``hot_communes`` of each tense area, decay length ``hot_radius_km``). A share
    ``hot_places`` of the centres of each area, those of the highest tiers, are hot-spots (0: none are known). Tiers and
    hot-spots stay the same in every replication.
    """

    medium_share: Share = 0.17
    high_share: Share = 0.03
    tense_areas: tuple[AreaCode, ...] = ("05", "06", "10", "15", "35", "47")
    tense_factor: Weight = 2.5
    hot_communes: Few = 3
    hot_factor: Weight = 6.0
    hot_radius_km: Kilometres = 12.0
    hot_places: Annotated[float, Field(ge=0.0, le=0.5)] = 0.0

    @model_validator(mode="after")
    def _fits(self) -> RiskSettings:
        if self.medium_share + self.high_share > 1.0:
            raise ValueError("medium_share + high_share must be at most 1")
        return self


def _known_2017() -> dict[AreaCode, WilayaTotals]:
    """Reported counts of 23 November 2017: Tizi Ouzou, Sétif, Constantine."""
    return {
        "15": WilayaTotals(voters=713_670, centres=685, offices=1_375),
        "19": WilayaTotals(voters=971_236, centres=612, offices=2_215),
        "25": WilayaTotals(voters=575_666, centres=210, offices=1_345),
    }


@settings
class TerritorySettings:
    """The country or city, its totals, and what is derived from them.

    ``country``: ``algeria`` (1,541 communes in the 48 wilayas of 2017), ``libya`` (36 towns in nine directorates of
    2024), ``fes`` (four zones and the old city) or ``city`` (synthetic). ``wilayas`` keeps only these areas of the whole
    build, by code (empty keeps all): each keeps the counts it has in the whole. Totals are of the whole.
    ``police_…`` counts matter in Algeria only, Libya and Fes have one force; so does ``algiers_weight``, which multiplies
    the offices Algiers gets per voter before the totals are shared out. ``population`` scales the populations of the table
    (mostly of 2008 in Algeria) to one total. ``site_seed`` fixes places and tiers.
    """

    country: Literal["algeria", "city", "libya", "fes"] = "algeria"
    wilayas: tuple[AreaCode, ...] = ()
    voters: People = 22_883_772
    centres: Count = 12_400
    offices: Count = 58_668
    police_centres: Count = 4_861
    police_offices: Count = 31_676
    algiers_weight: Weight = 2.0
    wilaya_totals: dict[AreaCode, WilayaTotals] = Field(default_factory=_known_2017)
    population: People = 41_700_000
    mobile_offices: Count = 156
    mobile_areas: tuple[AreaCode, ...] = ("01", "03", "08", "11", "30", "32", "33", "37", "39", "47")
    office_cv: Annotated[float, Field(ge=0.0, le=3.0)] = 0.5
    centre_exponent: Annotated[float, Field(ge=0.0, le=2.0)] = 0.8
    site_seed: Annotated[Seed, SHOCK] = 2017
    derived: DerivedSites = Field(default_factory=DerivedSites)
    scatter: ScatterSettings = Field(default_factory=ScatterSettings)
    fabric: FabricSettings = Field(default_factory=FabricSettings)
    risk: Annotated[RiskSettings, SHOCK] = Field(default_factory=RiskSettings)
    city: CitySettings = Field(default_factory=CitySettings)

    @model_validator(mode="after")
    def _fits(self) -> TerritorySettings:
        parts = (
            ("police_centres", self.police_centres, "centres", self.centres),
            ("police_offices", self.police_offices, "offices", self.offices),
            ("police_centres", self.police_centres, "police_offices", self.police_offices),
            ("gendarmerie centres", self.centres - self.police_centres, "offices", self.offices - self.police_offices),
            ("offices", self.offices, "voters", self.voters),
        )
        for small, few, large, many in parts:
            if few > many:
                raise ValueError(f"{small} {few} must be at most {large} {many}")
        if len(set(self.wilayas)) < len(self.wilayas):
            raise ValueError("wilayas: each code at most once")
        return self
