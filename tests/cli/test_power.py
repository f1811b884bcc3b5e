"""``pollday power``: days needed, from the days a study has stored."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.study.power import days_to_show
from tests.cli.conftest import Said


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A stored study of two options on twelve common days."""
    folder = tmp_path / "cars"
    folder.mkdir()
    day = np.random.default_rng(1).normal(480.0, 60.0, 12)
    change = np.random.default_rng(2).normal(-20.0, 25.0, 12)
    (folder / "study.json").write_text(json.dumps({"baseline": "as is"}), encoding="utf-8")
    with (folder / "results.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["option", "replication", "response_mean", "empty", "tape_digest"])
        for number in range(12):
            writer.writerow(["as is", number, repr(float(day[number])), "", f"t{number}"])
            writer.writerow(["more", number, repr(float(day[number] + change[number])), "", f"t{number}"])
    return folder


def test_the_days_needed_come_from_the_stored_spread(pollday: Callable[..., Said], study: Path) -> None:
    said = pollday("power", str(study), "--measure", "response_mean", "--difference", "10", "--json").json
    row = said["options"]["more"]
    spread = np.random.default_rng(2).normal(-20.0, 25.0, 12).std(ddof=1)
    assert row["days"] == 12 and row["daily_spread"] == pytest.approx(spread)
    assert row["days_needed"] == days_to_show(10.0, spread) and row["detectable"] > 10.0
    assert pollday("power", str(study), "--measure", "response_mean", "--json").json["options"]["more"]["days_needed"] is None


def test_people_read_one_line_an_option(pollday: Callable[..., Said], study: Path) -> None:
    said = pollday("power", str(study), "--measure", "response_mean", "--difference", "30", "--power", "0.9")
    assert said.code == 0 and "response_mean against 'as is' on the same days, power 90%" in said.out
    assert "days for 30" in said.out and "more" in said.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--measure", "response_men"), "did you mean 'response_mean'"),
        (("--measure", "response_mean", "--difference", "-3"), "allowed: above 0"),
        (("--measure", "response_mean", "--power", "2"), "allowed: between 0.05 and 1"),
        (("--measure", "response_mean", "--difference", "many"), "invalid float value"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    pollday: Callable[..., Said], study: Path, words: tuple[str, ...], told: str
) -> None:
    said = pollday("power", str(study), *words)
    assert said.code == 2 and told in said.err and len(said.err.splitlines()) == 1 and "Traceback" not in said.err


def test_what_is_no_study_or_has_other_days_is_refused(pollday: Callable[..., Said], study: Path, tmp_path: Path) -> None:
    assert "no study" in pollday("power", str(tmp_path / "nothing")).err
    assert "name one study" in pollday("power").err
    text = (study / "results.csv").read_text(encoding="utf-8")
    (study / "results.csv").write_text(text.replace("t3", "other", 1), encoding="utf-8")
    said = pollday("power", str(study), "--measure", "response_mean")
    assert said.code == 2 and "faced different days" in said.err
    (study / "results.csv").write_text(text.replace("\nmore,3,", "\nmore,three,"), encoding="utf-8")
    assert "not readable as a study" in pollday("power", str(study)).err
    (study / "results.csv").write_text(text.replace("as is", "was"), encoding="utf-8")
    assert "no stored run of the baseline 'as is'" in pollday("power", str(study)).err


def test_a_measure_without_data_is_no_data(pollday: Callable[..., Said], study: Path) -> None:
    said = pollday("power", str(study), "--measure", "empty", "--difference", "1", "--json").json
    assert set(said["options"]["more"].values()) == {None}
