"""A day read once: records by kind, rows by id and by code, against the plain way to find them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures.day import Day, rows_by, rows_of
from sim.measures.reach import _by_rank
from sim.processes.simulation import run
from sim.trace import CODE, KINDS
from tests.measures.worlds import town


@pytest.fixture(scope="module")
def day() -> Day:
    scenario, tape = town(incidents=150)
    return Day.of(scenario, tape, run(scenario, tape))


def test_records_of_a_kind_are_those_with_its_code_in_the_order_in_which_they_were_written(day: Day) -> None:
    for kind in KINDS:
        assert np.array_equal(day.records(kind.name), np.flatnonzero(day.kind == CODE[kind.name]))
    some = ("arrived", "dispatched", "arrived", "doors_opened")
    assert np.array_equal(day.records(*some), np.flatnonzero(np.isin(day.kind, [CODE[kind] for kind in some])))
    assert len(day.records(*some)) > 100


def test_nobody_can_change_the_records_that_others_read_too(day: Day) -> None:
    with pytest.raises(ValueError, match="read-only"):
        day.records("arrived")[0] = 7


@given(st.lists(st.integers(0, 50), unique=True), st.lists(st.integers(-1, 55)))
def test_an_id_is_found_where_it_stands_or_nowhere(ids: list[int], wanted: list[int]) -> None:
    rows = rows_of(np.array(ids, dtype=np.int64), np.array(wanted, dtype=np.int64))
    assert rows.tolist() == [ids.index(one) if one in ids else -1 for one in wanted]


@given(st.lists(st.integers(0, 6)), st.integers(7, 9))
def test_rows_of_every_code_are_those_that_have_it(codes: list[int], size: int) -> None:
    rows = rows_by(np.array(codes, dtype=np.int64), size)
    assert [one.tolist() for one in rows] == [[i for i, code in enumerate(codes) if code == one] for one in range(size)]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_units_of_one_rank_stand_in_the_order_of_their_runs_from_the_longest(lengths: list[int]) -> None:
    runs = np.cumsum([0, *lengths[:-1]])
    order, units, bounds = _by_rank(runs, sum(lengths))
    assert sorted(units.tolist()) == list(range(sum(lengths))) and sorted(lengths, reverse=True) == [lengths[i] for i in order]
    for rank in range(max(lengths)):
        there = [run for run in order.tolist() if lengths[run] > rank]
        assert units[bounds[rank] : bounds[rank + 1]].tolist() == [runs[run] + rank for run in there]
