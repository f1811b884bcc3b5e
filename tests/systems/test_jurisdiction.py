"""S16: two forces, border zones, and the hand-over between their rooms."""

from __future__ import annotations

import numpy as np
import pytest

from sim.demand.tape import CHANNELS
from sim.errors import InputError
from sim.settings.command import CommandSettings
from sim.territory.borders import nearest_across
from sim.trace import CODE
from tests.systems.towns import DAYS, compare, falls, forces, played, rises, tape, total, town_scenario, towns
from tests.worlds import of_task, play, street, uniform_travel, world

TERRITORY = towns()
UNITS = forces(TERRITORY, ["patrol_car"], 3)
TAPES = [tape(TERRITORY, day, 120, (0.8, 0.2)) for day in DAYS]
ZONE = {"border_distance": 750.0, "border_share": 0.5}


def delay(measures):
    """Mean time of a hand-over in the border zones of both areas."""
    table = measures.tables["jurisdiction"]
    rows = [i for i, zone in enumerate(table["zone"]) if zone == "border" and table["handover_mean"][i] is not None]
    return float(np.average([table["handover_mean"][i] for i in rows], weights=[table["handed_over"][i] for i in rows]))


def test_border_incidents_show_hand_over_delay_which_joint_command_reduces():
    parallel = town_scenario(TERRITORY, UNITS, command=ZONE)
    joint = town_scenario(TERRITORY, UNITS, command=ZONE, dispatch={"command": "joint"})
    alone = town_scenario(TERRITORY, UNITS)
    assert rises(compare(parallel, alone, TAPES, lambda m: m["call_processing_mean"]))
    assert falls(compare(joint, parallel, TAPES, lambda m: m["call_processing_mean"]))
    assert falls(compare(joint, parallel, TAPES, lambda m: m["response_mean"]))
    measures = played(parallel, TAPES[0])
    assert 120.0 < delay(measures) <= 360.0
    assert delay(played(joint, TAPES[0])) == 120.0
    inside = [z == "interior" for z in measures.tables["jurisdiction"]["zone"]]
    assert not any(n for n, i in zip(measures.tables["jurisdiction"]["handed_over"], inside, strict=True) if i)


def test_under_a_single_chain_of_command_nothing_is_lost_at_the_border():
    single = town_scenario(TERRITORY, UNITS, command=ZONE, dispatch={"command": "single"})
    joint = town_scenario(TERRITORY, UNITS, dispatch={"command": "joint"})
    assert delay(played(single, TAPES[0])) == 0.0
    assert played(single, TAPES[0])["response_mean"] == pytest.approx(played(joint, TAPES[0])["response_mean"])


def test_help_across_chains_is_counted_by_area():
    helped = town_scenario(TERRITORY, UNITS, dispatch={"aid": "when_none_free", "aid_keep": 0})
    measures = [played(helped, t) for t in TAPES[:2]]
    assert sum(total(m, "jurisdiction", "other_force") for m in measures) > 0
    alone = played(town_scenario(TERRITORY, UNITS), TAPES[0])
    assert total(alone, "jurisdiction", "other_force") == total(alone, "jurisdiction", "other_area") == 0


def test_the_border_zone_is_where_the_other_side_is_near():
    territory = street([0.0, 1000.0, 1400.0, 3000.0], force=[0, 0, 1, 1])
    assert nearest_across(territory, 500.0).tolist() == [-1, 2, 1, -1]
    assert nearest_across(territory, 1500.0).tolist() == [2, 2, 1, -1]
    assert nearest_across(territory, 0.0).tolist() == [-1] * 4
    globe = street([2.0, 2.001, 2.002], metric="great_circle", force=[0, 0, 1])
    assert nearest_across(globe, 120.0).tolist() == [-1, 2, 1]  # a thousandth of a degree on the equator is 111 m


def test_a_hand_over_by_hand():
    """The call reaches the gendarmerie's desk, talks 60 s, is handed over in 360 s and handled in 30 s; the car needs 40 s."""
    territory = street([0.0, 1000.0, 1400.0], force=[0, 0, 1])
    rules = CommandSettings(border_distance=500.0, border_share=0.5)
    scenario = world(territory, [0, 2], unit={"mobilisation_time": 0.0}, command=rules, travel=uniform_travel(90.0),
                     dispatch=town_scenario(TERRITORY, UNITS).dispatch)  # fmt: skip
    marks = {"channel": [CHANNELS.index("phone")] * 2, "talk_time": [60.0] * 2, "dispatch_time": [30.0] * 2}
    from sim.arrays import make_tape

    trace = play(scenario, make_tape(territory, [0.0, 5000.0], [1, 1], 100.0, route=[0.2, 0.8], **marks))
    assert of_task(trace, 0) == [
        (0.0, "occurred", -1), (0.0, "reported", -1), (450.0, "handed_to_force", -1), (450.0, "processed", -1),
        (450.0, "dispatched", 0), (490.0, "arrived", 0), (590.0, "cleared", 0), (590.0, "closed", -1),
    ]  # fmt: skip
    assert [(time, kind) for time, kind, _ in of_task(trace, 1)][2] == (5090.0, "processed")


def test_the_desk_across_the_border_bears_the_load():
    rules = ZONE | {"border_share": 1.0}
    loaded = played(town_scenario(TERRITORY, UNITS, command=rules), TAPES[0]).tables["rooms"]
    alone = played(town_scenario(TERRITORY, UNITS), TAPES[0]).tables["rooms"]
    assert sum(loaded["calls"]) == sum(alone["calls"]) == 120
    assert loaded["calls"] != alone["calls"]


def test_without_a_border_zone_the_marks_change_nothing():
    from dataclasses import replace

    scenario = town_scenario(TERRITORY, UNITS)
    bare = replace(TAPES[0], incidents=replace(TAPES[0].incidents, route=np.full(120, np.nan)))
    assert play(scenario, bare).digest() == play(scenario, TAPES[0]).digest()
    assert CODE["handed_to_force"] not in play(scenario, TAPES[0]).columns()["kind"]


def test_odd_settings_are_refused_in_one_line():
    with pytest.raises(InputError, match="handover_time"):
        CommandSettings(handover_time={"joined": 60.0})
    with pytest.raises(InputError, match="border_share"):
        CommandSettings(border_share=1.5)
