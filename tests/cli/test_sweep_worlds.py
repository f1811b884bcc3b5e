"""``inputs=drawn``: every day also in a plausible world, both intervals, and nothing run twice."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

import sim.commands.sweep as module
from sim.cli import compose
from sim.study.entries import ENTRIES
from sim.study.identity import is_true, make_point
from sim.study.inputs import config_on, drawn_point, inputs
from tests.cli.conftest import Said

TOWN = ("preset=demo-city", "territory.city.centres=12", "territory.city.offices=24", "territory.city.voters=9000")
DESKS = ("sweep", *TOWN, "demand.rate_factor=3", "room.operators=1,4", "study.name=desks", "--workers", "1")
Call = Callable[..., Said]


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures and report have tests of their own."""
    monkeypatch.setattr(module, "draw_all", lambda *_: [])
    monkeypatch.setattr(module, "end_report", lambda *_: (None, []))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_drawn_inputs_run_every_day_both_ways_and_re_use_what_is_stored(pollday: Call, tmp_path: Path) -> None:
    fixed = pollday(*DESKS, "replications=2", "--json").json
    drawn = pollday(*DESKS, "replications=2", "inputs=drawn", "--json").json
    assert (fixed["ran"], drawn["stored"], drawn["ran"]) == (4, 4, 4)
    more = pollday(*DESKS, "replications=3", "inputs=drawn", "--json").json
    assert (more["stored"], more["ran"]) == (8, 4)
    assert fixed["worlds"] is None and len(drawn["worlds"]) == len(rows(tmp_path / "desks" / "worlds.csv"))
    mean = {(row["option"], row["measure"]): row["mean"] for row in fixed["table"]}
    for row in drawn["worlds"]:
        assert row["mean_as_assumed"] == mean[row["option"], row["measure"]]
    assert any(row["mean_as_assumed"] != row["mean_over_worlds"] for row in drawn["worlds"])
    again = pollday(*DESKS, "replications=2", "--json").json
    assert again["digests"] == fixed["digests"], "the study with inputs as assumed is not touched"


def test_both_intervals_and_the_inputs_that_matter_are_shown_and_stored(pollday: Call, tmp_path: Path) -> None:
    said = pollday(*DESKS, "replications=3", "inputs=drawn")
    assert "2 options x 3 days x 2 (inputs as assumed, and drawn) = 12 runs" in said.err
    assert "inputs as assumed and drawn from their ranges, 95 % intervals" in said.out
    assert "Which inputs matter for potential response" in said.out or "Inputs that matter most for potential" in said.out
    found = rows(tmp_path / "desks" / "sensitivity.csv")
    names = {entry.name for entry in ENTRIES} | {"option", "measure"}
    assert set(found[0]) <= names and set(rows(tmp_path / "desks" / "worlds.csv")[0]) <= names
    seen = {row["input"] for row in found}
    assert "room.operators" not in seen, "an axis of the study is no uncertain input"
    assert seen < {source.pattern for source in inputs()} and len(seen) > 60
    assert {row["of"] for row in found} == {"level", "difference"}


def test_a_wrong_word_for_inputs_is_refused_before_anything_is_written(pollday: Call, tmp_path: Path) -> None:
    said = pollday(*DESKS, "inputs=random")
    assert said.code == 2 and "fixed" in said.err and "drawn" in said.err and list(tmp_path.iterdir()) == []


def test_a_drawn_point_is_another_point_and_its_worlds_differ_by_day() -> None:
    point = make_point("a", (), compose(list(TOWN)))
    drawn = drawn_point(point, ())
    assert drawn.id != point.id and is_true(drawn) and drawn.name == "a (inputs drawn)"
    assert drawn_point(point, ("room.operators",)).id != drawn.id
    assert config_on(point.config, 3) == point.config
    assert config_on(drawn.config, 3) == config_on(drawn.config, 3) != config_on(drawn.config, 4)
