"""Words of the command line: Hydra's grammar, read into exact values in a repeatable order."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sim.cli import axis, compose, compose_changes
from sim.commands.changes import Change, leaves, put, tidy, written
from sim.commands.grammar import Interval, groups, options_in
from sim.errors import InputError
from sim.resources import conf_dir
from sim.settings import Settings


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("a=1,2", [1, 2]),
        ("a=choice(1,x,2.5)", [1, "x", 2.5]),
        ("a=range(5,20,5)", [5, 10, 15]),
        ("a=range(3)", [0, 1, 2]),
        ("a=range(0.1,0.5,0.1)", [0.1, 0.2, 0.3, 0.4]),
        ("a=range(0,0.9,0.3)", [0.0, 0.3, 0.6]),
        ("a=range(3,0,-1)", [3, 2, 1]),
        ("a=float(range(1,3))", [1.0, 2.0]),
        ("a=sort(3,1,2)", [1, 2, 3]),
        ("a=sort(3,1,2,reverse=true)", [3, 2, 1]),
        ("a=sort(range(10,1,-2))", [2, 4, 6, 8, 10]),
        ("a=sort(choice(b,a))", ["a", "b"]),
        ("a=[1,2],[3,4]", [[1, 2], [3, 4]]),
        ("a={x:1},{x:2}", [{"x": 1}, {"x": 2}]),
        ("a=19:00,20:00", ["19:00", "20:00"]),
        ("a='يوم','b,c'", ["يوم", "b,c"]),
        ("a=0.30000000000000004,1e-7", [0.3, 1e-7]),
    ],
)
def test_a_sweep_gives_exact_values_in_order(word: str, values: list[Any]) -> None:
    found = axis(word)
    assert found.swept and list(found.values) == values
    assert [type(v) for v in found.values] == [type(v) for v in values]


def test_glob_chooses_options_of_a_group() -> None:
    assert axis("dispatch=glob(*)").values == list(groups()["dispatch"])
    assert axis("dispatch=glob([n*,r*],exclude=rapid*)").values == ["nearest", "reserve"]
    assert axis("+experiment=glob(*)").values == list(options_in("experiment"))


def test_an_interval_keeps_its_ends_scale_and_kind() -> None:
    assert axis("a=interval(0.5,2)").interval == Interval(0.5, 2.0)
    assert axis("a=int(interval(1,6))").interval == Interval(1, 6, whole=True)
    assert axis("a=tag(log,interval(1,6))").interval == Interval(1, 6, log=True)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("a=range(5,1)", "gives no value at all"),
        ("a=range(1,5,0)", "a step of 0"),
        ("a=range(0,1e12)", "at most 1,000,000"),
        ("a=shuffle(1,2)", "keep their order"),
        ("a=shuffle(range(1,3))", "keep their order"),
        ("a=glob(*)", "options of a group"),
        ("dispatch=glob(zzz*)", "gives no value at all"),
        ("a=choice()", "empty choice"),
        ("a=range(1", "range"),
        ("a=sort(1,x)", "sort"),
    ],
)
def test_what_gives_no_repeatable_values_is_refused_in_one_line(word: str, told: str) -> None:
    with pytest.raises(InputError, match=told.replace("(", r"\(")) as caught:
        axis(word)
    assert len(str(caught.value).splitlines()) == 1


PLAIN = [
    *("a'b", "a\\'b\\", "true", "null", "x y", "20:00", "D-2 08:00", "يوم", "1.5", "", "rrv|section", "search_team[search]"),
    *(0.3, 1e-7, -3, True, None, [1, "a,b", {"k": None}], {"06": "tense", "x": [0.5]}, [], {}, "~x", "é=1", "inf"),
]


@pytest.mark.parametrize("value", PLAIN, ids=str)
def test_a_value_written_reads_back_the_same(value: Any) -> None:
    back = axis(Change("a.b", value).text)
    assert (back.key, back.values[0]) == ("a.b", value) and type(back.values[0]) is type(value)


def test_numbers_are_cut_to_the_digits_that_count_wherever_they_stand() -> None:
    assert tidy({"a": [0.1 + 0.2, "x", 3], "b": 1 / 3}) == {"a": [0.3, "x", 3], "b": 0.333333333333}
    assert written(tidy(0.1 + 0.2)) == "0.3"


def test_a_table_is_merged_and_a_value_replaced() -> None:
    plain: dict[str, Any] = {"a": {"b": {"x": 1}, "c": 2}}
    put(plain, Change("a.b", {"y": 2}))
    put(plain, Change("a.c", 3))
    put(plain, Change("a.new.deep", 4))
    assert plain == {"a": {"b": {"x": 1, "y": 2}, "c": 3, "new": {"deep": 4}}}
    assert [c.text for c in leaves({"a": {6: "tense", "b": []}})] == ["a.06=tense", "a.b=[]"]


def test_values_applied_to_a_copy_give_what_composing_anew_gives() -> None:
    words = ["preset=demo-city", "staffing.patrol_cars_factor=1.25", "dispatch=reserve", "room.operators=3"]
    first = compose(words)
    assert compose_changes([axis(word).change() for word in reversed(words)]) == first
    other = compose([*words, "staffing.patrol_cars_factor=0.5"])
    assert other.staffing.patrol_cars_factor == 0.5 and compose(words) == first
    assert other.demand is first.demand  # only what is changed is made anew


def test_a_thousand_points_cost_less_than_a_few_composes() -> None:
    """Time is this process's own; the scale is what Hydra takes for one point on the same machine."""
    import sim.cli as module

    changes = [Change("preset", "demo-city"), Change("staffing.patrol_cars_factor", 1.0), Change("room.operators", 2)]
    compose_changes(changes)
    module._base.cache_clear()
    begin = time.process_time()
    compose_changes(changes)
    once = time.process_time() - begin
    begin = time.process_time()
    for number in range(1000):
        compose_changes([*changes[:2], Change("room.operators", number + 1)])
    assert time.process_time() - begin < 20 * once


def test_an_experiment_composes_as_hydra_itself_would() -> None:
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from omegaconf import OmegaConf

    from sim.settings import read

    for name in options_in("experiment"):
        with initialize_config_dir(version_base="1.3", config_dir=str(conf_dir())):
            plain: Any = OmegaConf.to_container(hydra_compose("config", overrides=[f"+experiment={name}"]))
        assert compose([f"+experiment={name}"]) == compose([f"experiment={name}"]) == read(plain, Settings)
    typed = ["dispatch=nearest", "staffing.patrol_cars_factor=1.7", "+experiment=thin-patrols"]
    assert compose(typed) == compose(typed[::-1]) and compose(typed).staffing.patrol_cars_factor == 1.7
    assert compose(typed).dispatch == compose(["preset=demo-city", "dispatch=nearest"]).dispatch
