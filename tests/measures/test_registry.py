"""Tables are computed when they are read, once, and whatever has been read before."""

from __future__ import annotations

import pytest

from sim.build import build_place, build_plan, build_tape
from sim.cli import compose
from sim.measures.collect import measure
from sim.measures.coverage import coverage
from sim.measures.day import Day, per_day
from sim.measures.registry import PER_PLACE, TABLES, Tables
from sim.processes.simulation import run
from tests.measures.worlds import town

CITY = ("preset=demo-city", "territory.city.centres=40", "territory.city.offices=160", "territory.city.voters=60000")


@pytest.fixture(scope="module")
def day() -> Day:
    settings = compose(CITY)
    place = build_place(settings)
    scenario, tape = build_plan(settings, place)[0], build_tape(settings, place)
    return Day.of(scenario, tape, run(scenario, tape))


def again(day: Day) -> Day:
    """The same day, of which nothing has been computed yet."""
    return Day(day.scenario, day.tape, day.columns, day.leg_columns, day.end, day.grid_time)


def test_a_table_read_alone_equals_the_one_read_among_all(day: Day) -> None:
    together = dict(Tables(again(day), per_place=True))
    assert list(together) == list(TABLES)
    backwards = Tables(again(day), per_place=True)
    assert {name: backwards[name] for name in reversed(TABLES)} == together
    for name, table in together.items():
        assert Tables(again(day), per_place=True)[name] == table, name


def test_a_table_is_computed_when_it_is_read_and_then_kept(day: Day) -> None:
    tables = Tables(again(day))
    assert "load" in tables and "incidents" not in tables and len(tables) == len(TABLES) - len(PER_PLACE)
    assert tables.computed == ()
    first = tables["load"]
    assert tables["load"] is first and tables.computed == ("load",)
    tables.compute()
    assert tables["load"] is first and tables.computed == tuple(tables)


def test_tables_of_single_places_are_there_on_demand_only(day: Day) -> None:
    whole, shown = Tables(again(day), per_place=True), Tables(again(day))
    assert [name for name in whole if name not in PER_PLACE] == list(shown)
    with pytest.raises(KeyError):
        shown["incidents"]


def test_headline_figures_leave_most_tables_alone() -> None:
    scenario, tape = town()
    measures = measure(scenario, tape, run(scenario, tape))
    before = measures.tables.computed
    assert "response_by_class" not in before and len(before) < len(measures.tables) / 4
    dict(measures)
    assert measures.tables.computed == before


def test_what_tables_share_is_found_once_for_each_day(day: Day) -> None:
    asked: list[Day] = []

    @per_day
    def moments(seen: Day) -> list[float]:
        """How often it is asked is noted."""
        asked.append(seen)
        return seen.time.tolist()

    one, other = again(day), again(day)
    assert moments(one) is moments(one) and moments(other) == moments(one)
    assert asked == [one, other]
    assert coverage(one) is coverage(one) and coverage(other) is not coverage(one)
