"""Forks: the day of a run up to a moment, bit by bit, then other decisions; and continuations whose rest is drawn anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.build import Place, build_place, build_plan, build_tape
from sim.cli import compose
from sim.clock import HOUR
from sim.demand.brought import with_brought
from sim.demand.continuation import SHIFT, begun, continued
from sim.demand.edits import OF_OTHERS
from sim.demand.tape import THINNINGS, Inject, Tape
from sim.errors import InputError
from sim.exercise.fork import Changes, Source, changed, fork, same_until
from sim.exercise.many import Work, outlook_of
from sim.exercise.outlook import FIGURES, moments_from, rest_of
from sim.measures.collect import measure
from sim.processes.simulation import run
from sim.runs import Origin, load_run, save_run
from sim.runs.load import Run
from sim.scenario import Scenario
from sim.settings import Settings, dump
from sim.streams import PURPOSES, TIMETABLED, Continued, Streams
from sim.trace import CODE

AT = 14.5 * HOUR


@pytest.fixture(scope="module")
def settings() -> Settings:
    """A smaller demonstration city."""
    return compose(["territory.city.centres=40", "territory.city.offices=80", "territory.city.voters=30000"])


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Run:
    """A saved day of it."""
    place = build_place(settings)
    scenario, _ = build_plan(settings, place)
    tape = build_tape(settings, place)
    trace = run(scenario, tape)
    folder = tmp_path_factory.mktemp("runs") / "city"
    save_run(folder, scenario, tape, trace, measure(scenario, tape, trace), Origin("city", dump(settings), 2017, 0))
    return load_run(folder)


@pytest.fixture(scope="module")
def stress() -> tuple[Settings, Scenario, Tape]:
    """A day with gatherings, warnings, rumours, further calls and convoys, which need not run."""
    settings = compose(["preset=coordinated-disturbance", "demand.rumours.drawn=true"])
    place = build_place(settings)
    return settings, build_plan(settings, place)[0], build_tape(settings, place)


def test_a_fork_without_a_change_is_the_run(found: Run) -> None:
    tape, trace = fork(found, AT, Changes())
    assert tape.digest() == found.tape.digest()
    assert trace.digest() == found.trace.digest() == found.manifest["digests"]["trace"]


def test_up_to_the_moment_a_fork_is_the_run_bit_by_bit_and_then_it_is_not(found: Run) -> None:
    for at in (9.25 * HOUR, AT, 17 * HOUR):
        _, trace = fork(found, at, Changes((Inject(at, "communications_outage", 0, 600.0),)))
        assert same_until(found.trace, trace, at)
        assert trace.digest() != found.trace.digest()
        assert not same_until(found.trace, trace, found.scenario.calendar.end)


def test_records_tell_a_difference_of_a_single_bit(found: Run) -> None:
    columns = dict(found.trace.columns())
    value = columns["value"].copy()
    value[10] = np.nextafter(value[10], np.inf)
    other = type(found.trace)({**columns, "value": value}, found.trace.legs())
    assert not same_until(found.trace, other, AT)
    assert same_until(found.trace, other, float(columns["time"][10]))


def test_a_run_that_another_program_made_is_no_ground_for_a_fork(found: Run) -> None:
    columns = dict(found.trace.columns())
    columns["value"] = columns["value"] + 1.0
    odd = replace(found, trace=type(found.trace)(columns, found.trace.legs()))
    with pytest.raises(InputError, match="before the fork the day is not that of the run"):
        fork(odd, AT, Changes())


def test_an_incident_that_is_taken_out_does_not_come_and_nobody_calls_about_it(found: Run) -> None:
    rows = found.tape.incidents
    called = rows.parent[(rows.parent >= 0) & ((rows.thinning & OF_OTHERS) == 0)]
    later = [int(id) for id in rows.id[rows.at > AT] if id in called]
    _, trace = fork(found, AT, Changes(removed=(later[0],)))
    tasks = trace.columns()["task"]
    assert later[0] not in tasks
    assert not np.isin(rows.id[rows.parent == later[0]], tasks).any()
    assert later[0] in found.trace.columns()["task"]


@pytest.mark.parametrize("at", [99 * HOUR, -999 * HOUR])
def test_a_fork_outside_the_day_is_refused(found: Run, at: float) -> None:
    with pytest.raises(InputError, match="lies outside the day, which lasts from"):
        fork(found, at, Changes())


def test_changes_before_the_moment_are_refused(found: Run) -> None:
    early = int(found.tape.incidents.id[0])
    for changes, problem in (
        (Changes((Inject(AT - 1.0, "redirect"),)), "a change at 14:29:59 lies before the fork at 14:30"),
        (Changes(removed=(early,)), f"remove={early}: the incident came at"),
        (Changes(removed=(123,)), "no incident of the tape has the id 123"),
        (Changes(merged=(Tape(found.tape.incidents),)), "tapes cannot be merged"),
    ):
        with pytest.raises(InputError, match=problem):
            fork(found, AT, changes)


# --- continuations --------------------------------------------------------------------------------------------------------


def test_streams_of_a_continuation_are_new_but_for_what_is_known_beforehand() -> None:
    day, one, two = Streams(5, 3), Continued(5, 3, 1), Continued(5, 3, 2)
    assert one("rallies", 7).random() == day("rallies", 7).random()
    drawn = [streams("incident_times", 7).random() for streams in (day, one, two, Continued(5, 3, 1))]
    assert len(set(drawn)) == 3 and drawn[1] == drawn[3]
    assert "incident_times" not in TIMETABLED
    assert [stream.random() for stream in one.each("incident_times", [7, 8])] == [drawn[1], one("incident_times", 8).random()]
    assert max(PURPOSES.values()) < 1000


def test_a_continuation_shares_the_day_up_to_the_moment_and_not_the_rest(found: Run, settings: Settings) -> None:
    source = Source.of(found, settings)
    tapes = [source.tape(found.tape, AT, number, found.scenario) for number in (1, 2, 1)]
    assert tapes[0].digest() == tapes[2].digest() != tapes[1].digest()
    for tape in tapes[:2]:
        trace = run(found.scenario, tape)
        assert same_until(found.trace, trace, AT)
        assert trace.digest() != found.trace.digest()
        occurred = trace.columns()["kind"] == CODE["occurred"]
        assert (trace.columns()["task"][occurred] > SHIFT).sum() > 20


def test_what_is_on_the_timetable_stays_and_families_stay_together(stress: tuple[Settings, Scenario, Tape]) -> None:
    settings, scenario, tape = stress
    at = 12 * HOUR
    other = build_tape(settings, Place(scenario.territory, scenario.calendar), streams=Continued(settings.seed, 0, 1))
    made = continued(tape, tape, other, at, scenario.classes)
    ids, old = made.incidents.id, made.incidents.id < SHIFT
    assert len(np.unique(ids)) == len(ids)
    assert made.rallies == tape.rallies and made.counts is tape.counts
    assert made.legs.task.tolist() == tape.legs.task.tolist()
    planned = np.array([cls.group == "planned" for cls in scenario.classes])
    fixed = planned[tape.incidents.cls] & ~np.isin(tape.incidents.id, tape.warnings.presence)
    assert np.isin(tape.incidents.id[fixed], ids).all()
    assert np.isin(tape.incidents.id[tape.incidents.at < at], ids).all()
    assert (made.incidents.at[~old] >= at).all() and (~old).sum() > 100
    calls = (made.incidents.parent >= 0) & ((made.incidents.thinning & OF_OTHERS) == 0)
    assert calls.any() and np.isin(made.incidents.parent[calls], ids).all()
    for bit, roots in (("warning", made.warnings), ("rumour", made.rumours)):
        hangs = (made.incidents.thinning & THINNINGS[bit]) > 0
        assert hangs.any() and np.isin(made.incidents.parent[hangs], roots.id).all()
        assert ((roots.id >= SHIFT) == (roots.at >= at)).all()
    assert np.isin(made.warnings.presence[made.warnings.presence >= 0], ids).all()
    linked = made.vehicles.incident >= 0
    assert linked.any() and np.isin(made.vehicles.incident[linked], ids).all()
    assert (np.diff(made.incidents.at) >= 0).all() and (np.diff(made.vehicles.at) >= 0).all()


def test_continuations_have_about_as_much_to_come_as_the_day_itself(stress: tuple[Settings, Scenario, Tape]) -> None:
    settings, scenario, tape = stress
    place, at = Place(scenario.territory, scenario.calendar), 12 * HOUR
    left = (~begun(tape, at, scenario.classes)).sum()
    counts = []
    for number in range(1, 5):
        other = build_tape(settings, place, streams=Continued(settings.seed, 0, number))
        counts.append((continued(tape, tape, other, at, scenario.classes).incidents.id >= SHIFT).sum())
    assert 0.7 * left < np.mean(counts) < 1.4 * left


def test_what_was_put_on_the_tape_by_hand_is_in_every_continuation(found: Run, settings: Settings) -> None:
    inject = Inject(16 * HOUR, "demand_surge", value=3.0, id=2, lasts=HOUR)
    rumour = Inject(16 * HOUR, "rumour", int(found.scenario.territory.sites.id[0]), 200.0, id=3)
    by_hand = with_brought(
        replace(found.tape, injects=(inject, rumour)), found.scenario.territory, found.scenario.classes, settings=settings.demand
    )
    source = Source.of(found, settings)
    tape = source.tape(by_hand, AT, 1, found.scenario)
    added = by_hand.incidents.id[~np.isin(by_hand.incidents.id, found.tape.incidents.id)]
    assert len(added) > 5 and np.isin(added, tape.incidents.id).all()
    assert tape.injects == by_hand.injects and np.isin(by_hand.rumours.id, tape.rumours.id).any()
    assert same_until(run(found.scenario, by_hand), run(found.scenario, tape), AT)


def test_the_table_compares_both_ways_on_the_same_continuations(found: Run, settings: Settings) -> None:
    source, changes = Source.of(found, settings), Changes((Inject(AT, "communications_outage", 0, 600.0),))
    outlook = outlook_of(Work(found.scenario, found.tape, source, AT, changes), 3)
    was = rest_of(found.scenario, found.tape, found.trace, AT)
    rows = {row["figure"]: row for row in outlook.table(was, was)}
    assert tuple(rows) == FIGURES
    mean = rows["response_mean"]
    daily = [outlook.changed[n].figures["response_mean"] - outlook.plain[n].figures["response_mean"] for n in (1, 2, 3)]  # type: ignore[operator]
    assert mean["difference"] == pytest.approx(np.mean(daily)) and mean["difference"] > 60.0
    assert mean["low"] <= mean["mean"] <= mean["high"]
    band = outlook.band(found.scenario, was, was)
    assert band["at"] == moments_from(found.scenario, AT).tolist()
    assert all(low <= middle <= high for low, middle, high in zip(band["low"], band["median"], band["high"], strict=True))
    assert len(outlook.rows()["figure"]) == 3 * len(FIGURES)


def test_a_change_may_bring_what_it_needs(found: Run) -> None:
    tape = changed(found.tape, Changes((Inject(AT, "demand_surge", value=2.0, lasts=HOUR),)), AT, found.scenario)
    assert [inject.id for inject in tape.injects if inject.effect == "demand_surge"] == [1]
    assert len(tape.incidents) > len(found.tape.incidents)
    assert Path(found.folder).is_dir()


@pytest.mark.slow
def test_any_number_of_processes_gives_the_same_continuations(found: Run, settings: Settings) -> None:
    work = Work(found.scenario, found.tape, Source.of(found, settings), AT, Changes((Inject(AT, "redirect", value=1.0),)))
    alone, together = (outlook_of(work, 3, workers) for workers in (1, 2))
    assert alone.rows() == together.rows()
    assert all((alone.changed[n].open == together.changed[n].open).all() for n in (1, 2, 3))
