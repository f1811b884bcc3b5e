"""Figures of plans over the same days."""

from __future__ import annotations

import csv
from pathlib import Path

from sim.measures.collect import Measures
from sim.settings import Settings, read
from sim.study.days import interaction, over_days, write_rows

TOWN = {"country": "city", "city": {"centres": 40, "offices": 160, "voters": 60_000, "population": 100_000}}


def town(**staffing: float) -> Settings:
    return read({"territory": TOWN, "demand": {"regime": "tense"}, "staffing": staffing}, Settings)


def response(day: Measures) -> dict[str, float | None]:
    return {"potential": float(day["potential_response"] or 0.0), "none": None}


def test_options_are_paired_by_day_and_compared_with_the_first(tmp_path: Path) -> None:
    rows = over_days({"as planned": town(), "few cars": town(patrol_cars_factor=0.2), "again": town()}, response, 3)
    assert [(row["option"], row["measure"]) for row in rows[:2]] == [("as planned", "potential"), ("as planned", "none")]
    found = {row["option"]: row for row in rows if row["measure"] == "potential"}
    assert found["again"]["difference"] == 0.0 and found["few cars"]["difference"] > 0.0  # type: ignore[operator]
    assert found["few cars"]["replications"] == 3
    assert all(row["mean"] is None and row["replications"] == 0 for row in rows if row["measure"] == "none")
    write_rows(tmp_path / "table.csv", rows)
    with (tmp_path / "table.csv").open(encoding="utf-8") as file:
        stored = list(csv.DictReader(file))
    assert float(stored[0]["mean"]) == rows[0]["mean"] and stored[1]["mean"] == ""


def test_an_interaction_is_the_difference_of_two_gains_day_by_day() -> None:
    days = {"none": [10.0, 20.0, None], "first": [7.0, 16.0, 1.0], "second": [9.0, 17.0, 1.0], "both": [4.0, 11.0, 1.0]}
    seen = {name: [{"wait": value} for value in values] for name, values in days.items()}
    found = interaction(seen, ("none", "first", "second", "both"), "wait")  # -3 less -1, and -5 less -3; no third day
    assert found.mean == -2.0 and found.half_width == 0.0 and found.replications == 2
