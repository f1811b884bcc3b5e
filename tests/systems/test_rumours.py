"""S28: a faster correction makes smaller rumour crowds, fewer incidents and fewer calls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.arrays import make_tape
from sim.build import build_scenario, build_tape
from sim.cli import compose
from sim.demand.classes import IncidentClass
from sim.demand.crowds import rumour_crowd
from sim.demand.rumours import usual_share
from sim.demand.signals import Rumours, make_rows
from sim.demand.tape import THINNINGS
from sim.errors import InputError
from sim.measures.collect import measure
from sim.policies.information import corrections
from sim.settings import Settings, read
from sim.settings.signals import InformationSettings, RumourDraws
from sim.study.statistics import Estimate
from tests.days import paired_difference
from tests.systems.signal_days import BASE, place, signal_days
from tests.worlds import of_task, play, story, street, values, world

HOUR, MINUTE = 3600.0, 60.0
NEVER = np.array([np.inf])


def one(at: float = 0.0, peak: float = 500.0, start: float = 10.0) -> Rumours:
    return make_rows(
        Rumours, id=[3], at=[at], site=[1], start=[start], doubling_time=[40 * MINUTE], peak=[peak], life_time=[4 * HOUR]
    )


def size(minutes: float, corrected_at: float = np.inf, cut: float = 0.7, **facts: float) -> float:
    return float(rumour_crowd(one(**facts), np.array([corrected_at * MINUTE]), cut, minutes * MINUTE)[0])


def test_a_crowd_doubles_up_to_its_peak_and_a_correction_slows_it() -> None:
    assert [size(m) for m in (-1, 0, 40, 80, 160)] == pytest.approx([0, 10, 20, 40, 160])
    assert size(239, peak=120) == 120 and size(241) == 0
    assert size(120, corrected_at=60) == pytest.approx(10 * 2 ** ((60 + 0.3 * 60) / 40))
    assert size(120, corrected_at=60, cut=1.0) == pytest.approx(10 * 2**1.5)
    assert size(120, corrected_at=0.0) == pytest.approx(10 * 2**0.9)


@given(st.floats(0, 300), st.floats(0, 300), st.floats(0, 300), st.floats(0, 1))
def test_no_correction_ever_makes_a_crowd_larger(minutes: float, first: float, second: float, cut: float) -> None:
    early, late = sorted((first, second))
    assert size(minutes, early, cut) <= size(minutes, late, cut) + 1e-9 <= size(minutes) + 2e-9


def test_cells_correct_first_come_first_served() -> None:
    rumours = make_rows(
        Rumours, id=[1, 2, 3], at=[0.0, 60.0, 120.0], site=[0, 0, 1], start=[8.0] * 3, doubling_time=[2400.0] * 3,
        peak=[100.0] * 3, life_time=[14400.0] * 3,
    )  # fmt: skip
    area = np.array([0, 0, 1])
    rules = InformationSettings(tier="local", staff=1, detection_time=100.0, handling_time=1000.0, relay_time=50.0)
    assert corrections(rumours, area, rules).tolist() == [1100.0, 2100.0, 1220.0]
    assert corrections(rumours, area, replace(rules, tier="national")).tolist() == [1150.0, 2150.0, 3150.0]
    assert np.isinf(corrections(rumours, area, InformationSettings())).all()


def test_what_would_come_of_a_rumour_is_thinned_by_the_size_of_its_crowd() -> None:
    classes = (IncidentClass("rumour_crowd", 2), IncidentClass("rumour_call", 4, (), group="normal", harm=0.0))
    scenario = replace(
        world(street([0.0, 1000.0]), [0], classes=classes),
        information=InformationSettings(tier="local", detection_time=20 * MINUTE, handling_time=20 * MINUTE, cut=0.5),
    )
    # At 80 minutes 40 people would be there; corrected after 40 minutes there are 10 x 2^1.5 = 28.3, a share of 0.707.
    tape = make_tape(
        scenario.territory, [80 * MINUTE] * 4, [1] * 4, 60.0, cls=[0, 0, 1, 1], candidate=[0.70, 0.71, 0.70, 0.71],
        bound=[1.5, 1.5, 1.0, 1.0], thinning=THINNINGS["rumour"], parent=3, priority=[2, 2, 4, 4],
    )  # fmt: skip
    tape = replace(tape, rumours=one())
    trace = play(scenario, tape)
    assert [of_task(trace, task)[-1][1] for task in range(4)] == ["closed", "prevented", "closed", "prevented"]
    assert [line[:2] for line in story(trace, "rumour_started", "rumour_corrected")] == [
        (0.0, "rumour_started"), (40 * MINUTE, "rumour_corrected"),
    ]  # fmt: skip
    assert values(trace, "rumour_corrected") == pytest.approx([20.0])
    row = {name: column[0] for name, column in measure(scenario, tape, trace).tables["rumours"].items()}
    assert row["correction_time"] == 40 * MINUTE
    assert row["peak_crowd"] == pytest.approx(10 * 2 ** (1 + 0.5 * 200 / 40)) and row["crowd_avoided"] == pytest.approx(
        500 - row["peak_crowd"]
    )
    assert (row["rumour_calls"], row["rumour_calls_avoided"]) == (1, 1)
    assert (row["rumour_incidents"], row["rumour_incidents_prevented"]) == (1, 1)


CITY = (
    *BASE,
    "demand.classes.rumour_crowd.rate.tense=200",
)  # fmt: skip


def change(figure: str, words: tuple[str, ...], baseline: tuple[str, ...] = ()) -> Estimate:
    totals = [[sum(m.tables["rumours"][figure]) for m in signal_days(*CITY, *each)] for each in (words, baseline)]  # type: ignore[arg-type]
    return paired_difference(*totals)


@pytest.mark.parametrize(
    "slower",
    [("information.tier=none",), ("information.handling_time=9600",), ("information.tier=national", "information.staff=1")],
)
def test_faster_correction_means_smaller_crowds_fewer_calls_and_fewer_incidents(slower: tuple[str, ...]) -> None:
    for figure in ("peak_crowd", "rumour_calls", "rumour_incidents"):
        worse = change(figure, slower)
        assert worse.low is not None and worse.low > 0, figure


def test_the_rate_of_the_class_holds_under_the_usual_correction() -> None:
    settings = compose([*CITY, "demand.rate_factor=1.0"])
    drawn = [build_tape(settings, place(), day) for day in range(40)]
    rule = settings.demand.rumours
    code = [c.name for c in build_scenario(settings, place()).classes].index("rumour_crowd")
    counts = np.array([np.sum(tape.incidents.cls == code) for tape in drawn], dtype=np.float64)
    expected = 200 / 1000 * 300
    assert abs(counts.mean() * usual_share(rule) - expected) < 4 * usual_share(rule) * counts.std() / np.sqrt(len(counts))
    happens = [np.sum(tape.incidents.candidate[tape.incidents.cls == code] <= usual_share(rule)) for tape in drawn]
    assert np.mean(happens) == pytest.approx(expected, rel=0.1)


def test_rumours_are_off_unless_drawn_and_change_no_other_incident() -> None:
    assert not Settings().demand.rumours.drawn and Settings().information.tier == "none"
    on, off = (build_tape(compose([*CITY, f"demand.rumours.drawn={drawn}"]), place()) for drawn in ("true", "false"))
    assert len(on.rumours) > 10 and not len(off.rumours)
    names = [c.name for c in build_scenario(compose(list(CITY)), place()).classes]
    own = [names.index(name) for name in ("rumour_crowd", "rumour_call", "duplicate_call")]
    rest_on, rest_off = (tape.incidents.id[~np.isin(tape.incidents.cls, own)] for tape in (on, off))
    assert rest_on.tolist() == rest_off.tolist()


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"demand": {"rumours": {"start": 80}}}, "above start"),
        ({"demand": {"rumours": {"peak": [400, 100]}}}, "percentile"),
        ({"information": {"tier": "natonal"}}, "did you mean"),
        ({"information": {"staff": 0}}, "staff"),
        ({"information": {"cut": 1.2}}, "cut"),
    ],
)
def test_bad_settings_are_refused_in_one_line(given: dict[str, object], word: str) -> None:
    with pytest.raises(InputError, match=word) as error:
        read(given, Settings)
    assert "\n" not in str(error.value)


def test_a_rumour_of_an_unknown_class_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'rumour_crowd'"):
        build_tape(compose([*CITY, "demand.rumours.incident_class=rumour_crowds"]), place())
    assert usual_share(RumourDraws()) < 1.0
