"""The entry for Hydra's own launchers and sweepers: one point, one measure, the same as without Hydra."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import compose
from sim.errors import InputError
from sim.study.point import run_point
from sim.study.single import keep_shocks, measure_of

ROOT = Path(__file__).resolve().parents[2]
TINY = ["preset=demo-city", "++territory.city.centres=12", "++territory.city.offices=30", "++territory.city.voters=9000"]


def hydra_point(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the entry in a process of its own."""
    command = [sys.executable, str(ROOT / "scripts" / "hydra_point.py"), *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)


@pytest.mark.slow
def test_hydras_basic_sweeper_drives_single_points(tmp_path: Path) -> None:
    axes = "++staffing.patrol_cars_factor=0.5,3.0"
    said = hydra_point("-m", *TINY, axes, "+measure=presence_gap_mean", "hydra.sweep.dir=out", folder=tmp_path)
    assert said.returncode == 0, said.stderr
    for job, factor in enumerate((0.5, 3.0)):
        log = (tmp_path / "out" / str(job) / "hydra_point.log").read_text(encoding="utf-8")
        settings = compose([*TINY, f"staffing.patrol_cars_factor={factor}"])
        expected = run_point(settings, 0).scalars["presence_gap_mean"]
        assert re.findall(r"presence_gap_mean = (\S+)", log) == [repr(expected)]


@pytest.mark.slow
def test_hydras_sweepers_are_held_to_one_set_of_shocks(tmp_path: Path) -> None:
    said = hydra_point("-m", *TINY, "demand.hot_share=0.1,0.2", "hydra.sweep.dir=out", folder=tmp_path)
    assert said.returncode == 2 and "Traceback" not in said.stderr
    assert said.stderr.splitlines()[-1].startswith("hydra_point: demand.hot_share is not as in the first point")


def test_a_value_that_is_not_allowed_is_answered_in_one_line(tmp_path: Path) -> None:
    said = hydra_point("preset=demo-city", "++staffing.absence=3", "hydra.run.dir=out", folder=tmp_path)
    assert said.returncode == 2 and said.stderr == "hydra_point: staffing.absence=3: must be less than or equal to 1\n"


def test_points_in_any_order_and_process_are_held_to_the_first(tmp_path: Path) -> None:
    first, other = compose(TINY), compose([*TINY, "demand.rallies.start_from=16:00"])
    keep_shocks(tmp_path / "deep" / "down", first)
    keep_shocks(tmp_path / "deep" / "down", compose([*TINY, "staffing.absence=0.2", "demand.rate_factor=2"]))
    with pytest.raises(InputError, match=r"demand\.rallies\.start_from is not as in the first point"):
        keep_shocks(tmp_path / "deep" / "down", other)
    assert [path.name for path in (tmp_path / "deep" / "down").iterdir()] == ["shocks.json"]


def test_a_measure_that_is_not_there_is_named() -> None:
    outcome = run_point(compose(TINY), 0)
    with pytest.raises(InputError, match="did you mean 'response_mean'"):
        measure_of(outcome, "response_men")
