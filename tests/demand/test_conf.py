"""Every shipped option of demand and calendar is a valid setting, and the default says what the code says."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from sim.demand.catalogue import build_classes
from sim.demand.draw import draw_tape, expected_counts
from sim.demand.places import regimes
from sim.demand.tape import THINNINGS
from sim.errors import InputError
from sim.resources import conf_dir
from sim.settings.calendar import CalendarSettings
from sim.settings.demand import DemandSettings
from sim.settings.gate import read
from sim.settings.territory import TerritorySettings
from sim.territory.algeria import build_algeria
from sim.territory.calendar import build_calendar

KINDS = {
    "patrol_car", "motorcycle_pair", "foot_pair", "rrv", "section", "search_team", "traffic_unit", "normal_car",
}  # fmt: skip
OPTIONS = [
    (group, path.stem) for group in ("demand", "calendar") for path in sorted((conf_dir() / group).glob("*.yaml"))
]


def option(group: str, name: str):
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        plain = OmegaConf.to_container(compose(f"{group}/{name}"), resolve=True)
    return read(plain[group], {"demand": DemandSettings, "calendar": CalendarSettings}[group])


@pytest.mark.parametrize(("group", "name"), OPTIONS)
def test_every_option_is_valid(group, name):
    option(group, name)


def test_the_default_options_are_the_defaults_of_the_code():
    assert option("demand", "default") == DemandSettings()
    assert option("calendar", "default") == CalendarSettings()


def test_algeria_2017_closes_at_20_in_45_wilayas_and_is_tense_in_six():
    hours, demand = option("calendar", "dz-2017"), option("demand", "dz-2017")
    assert (hours.opening, hours.closing) == (8 * 3600, 20 * 3600)
    assert [own.closing for own in hours.areas.values()] == [19 * 3600] * 3
    assert len(hours.mobile_areas) == 10
    assert list(demand.areas.values()) == ["tense"] * 6


def test_packages_name_units_that_there_are():
    used = {kind for c in build_classes(DemandSettings()) for slot in c.slots for kind in slot.kinds}
    assert used <= KINDS


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rate_factor": -1}, "rate_factor=-1"),
        ({"rate_factor": float("nan")}, "rate_factor=nan"),
        ({"rate_facter": 1}, "did you mean 'rate_factor'?"),
        ({"regime": "tence"}, "did you mean 'tense'?"),
        ({"areas": {"16": "wild"}}, "areas.16"),
        ({"turnout": {"points": [[7200, 0.5], [3600, 0.9]]}}, "must both rise"),
        ({"calls": {"channels": {"phone": 0.9}}}, "add up to"),
    ],
)
def test_wrong_values_are_named(changes, words):
    base = asdict(DemandSettings())
    for key, value in changes.items():
        base[key] = {**base[key], **value} if isinstance(value, dict) and key in base else value
    with pytest.raises(InputError) as caught:
        read(base, DemandSettings)
    assert words in str(caught.value)


def test_part_of_a_country_keeps_the_hours_and_regimes_that_name_its_other_areas():
    territory = build_algeria(TerritorySettings(wilayas=("11", "15")))
    calendar = build_calendar(option("calendar", "dz-2017"), territory)
    assert calendar.closing.tolist() == [19 * 3600, 20 * 3600]
    assert regimes(territory, option("demand", "dz-2017")) == ["calm", "tense"]


def test_the_nation_has_some_three_thousand_incidents_of_the_vote_and_six_thousand_interventions_a_day():
    territory = build_algeria(TerritorySettings())
    calendar, demand = build_calendar(option("calendar", "dz-2017"), territory), option("demand", "dz-2017")
    counts = {name: float(column.sum()) for name, column in expected_counts(territory, calendar, demand).items()}
    election = sum(counts[name] for name in demand.classes)
    normal = sum(counts[name] for name in demand.background.classes)
    assert (calendar.begin, calendar.end) == (-40 * 3600, 31.25 * 3600)
    assert 38.0 * 58.668 < election < 1.4 * 38.0 * 58.668
    days = normal / (41.7 * 150)
    assert 2.75 < days < 3.0  # 66 hours, two evening peaks and a third
    tape = draw_tape(territory, calendar, demand, 1)
    total = sum(counts.values()) - counts["rumour_crowd"]
    # What hangs on gatherings, incidents and signals is drawn beside the rates, or as candidates above them.
    hanging = ("rally_disorder", "rally_medical", "duplicate_call", "rumour_crowd", "rumour_call")
    beside = [c.group == "planned" or c.name in hanging for c in build_classes(demand)]
    in_extra_time = (tape.incidents.thinning & THINNINGS["open"]) > 0
    assert (~np.array(beside)[tape.incidents.cls] & ~in_extra_time).sum() == pytest.approx(total, abs=5 * np.sqrt(total))
