"""Fate before plan: the tape is a pure function of the world outside, and its parts do not disturb each other."""

from __future__ import annotations

import inspect
from dataclasses import fields, replace

import numpy as np
import pytest

from sim.demand.catalogue import build_classes
from sim.demand.draw import draw_tape
from sim.demand.tape import Incidents
from sim.errors import InputError
from sim.settings.gate import dump, read
from sim.settings.incidents import PerRegime
from tests.demand.conftest import make_territory, only


def rows_of(tape, settings, *names):
    """Columns of the incidents of some classes, by the class's name instead of its code."""
    classes = [c.name for c in build_classes(settings)]
    chosen = np.isin(tape.incidents.cls, [classes.index(name) for name in names])
    names = [f.name for f in fields(Incidents) if f.name not in ("id", "cls")]
    columns = {name: getattr(tape.incidents, name)[chosen] for name in names}
    return {name: column[:, :2] if column.ndim == 2 else column for name, column in columns.items()}


def assert_same(first, second):
    for name, column in first.items():
        np.testing.assert_array_equal(column, second[name], err_msg=name)


def test_a_draw_cannot_see_forces_or_plan():
    words = set(inspect.signature(draw_tape).parameters)
    about_the_day = {"territory", "calendar", "settings", "traffic", "hazard_bound", "deterrence"}
    assert words == about_the_day | {"seed", "replication", "streams"}


def test_the_same_seed_and_replication_give_the_same_day(territory, calendar, demand):
    digests = [draw_tape(territory, calendar, demand, s, r).digest() for s, r in ((1, 0), (1, 0), (1, 1), (2, 0))]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_another_class_changes_no_draw_of_the_others(territory, calendar, demand):
    some = only(demand, "dispute", "intimidation", rate_factor=30.0)
    new = replace(demand.classes["blockade"], rate=PerRegime(calm=9, tense=9, high=9), package="rrv:5 + section")
    more = replace(some, classes={"new": new, **some.classes})
    first, second = (draw_tape(territory, calendar, settings, 4) for settings in (some, more))
    assert len(second.incidents) > len(first.incidents)
    names = ("dispute", "intimidation")
    assert_same(rows_of(first, some, *names), rows_of(second, more, *names))


def test_another_regime_in_one_area_changes_nothing_in_the_other(territory, calendar, demand):
    tense = replace(demand, areas={"02": "high"})
    first, second = (draw_tape(territory, calendar, settings, 4).incidents for settings in (demand, tense))
    north = [territory.sites.area[rows.site] == 0 for rows in (first, second)]
    assert first.id[north[0]].tolist() == second.id[north[1]].tolist()
    assert first.at[north[0]].tolist() == second.at[north[1]].tolist()
    assert len(second) > len(first)


def test_the_normal_service_and_the_vote_do_not_disturb_each_other(territory, calendar, demand):
    busy = replace(demand, background_factor=3.0)
    first, second = (draw_tape(territory, calendar, settings, 4) for settings in (demand, busy))
    assert_same(rows_of(first, demand, *demand.classes), rows_of(second, busy, *busy.classes))


def test_work_on_the_scene_and_noise_are_their_own_draws(territory, calendar, demand):
    quiet = replace(demand, noise_sigma=0.0)
    first, second = (draw_tape(territory, calendar, settings, 4).incidents for settings in (demand, quiet))
    np.testing.assert_array_equal(first.scene_time, second.scene_time)
    assert (second.noise == 1.0).all()


def test_an_incident_has_noise_and_work_only_for_the_units_of_its_package(territory, calendar, demand):
    rows = draw_tape(territory, calendar, demand, 4).incidents
    slots = np.array([len(c.slots) for c in build_classes(demand)])[rows.cls]
    used = np.arange(rows.noise.shape[1]) < slots[:, None]
    assert (rows.scene_time[used] > 0).all()
    assert (rows.scene_time[~used] == 0).all()
    assert (rows.noise[~used] == 1).all()
    assert np.median(rows.noise[used]) == pytest.approx(1.0, abs=0.03)
    assert np.log(rows.noise[used]).std() == pytest.approx(0.35, abs=0.02)


def test_incidents_stand_in_order_of_moment_and_id_and_ids_are_unique(territory, calendar, demand):
    rows = draw_tape(territory, calendar, demand, 4).incidents
    assert (np.lexsort((rows.id, rows.at)) == np.arange(len(rows))).all()
    assert len(np.unique(rows.id)) == len(rows)
    assert calendar.begin <= rows.at.min()
    assert rows.at.max() <= calendar.end


def test_settings_survive_being_written_down(territory, calendar, demand):
    again = read(dump(demand), type(demand))
    assert again == demand
    assert draw_tape(territory, calendar, again, 1).digest() == draw_tape(territory, calendar, demand, 1).digest()


def test_a_world_without_centres_or_people_draws_nothing(calendar, demand):
    territory = replace(make_territory(offices=0), populations=np.zeros(2))
    tape = draw_tape(territory, calendar, replace(demand, vehicles=replace(demand.vehicles, per_10000=0.0)), 1)
    assert len(tape.incidents) == 0
    assert len(tape.digest()) == 64


def test_rates_that_would_fill_the_memory_are_refused(territory, calendar, demand):
    huge = replace(territory, populations=np.array([9e9, 1.0]))
    with pytest.raises(InputError, match="at most 3,000,000 are allowed"):
        draw_tape(huge, calendar, demand, 1)
