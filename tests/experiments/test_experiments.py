"""Every experiment says what it asks, how, and what came out; and its study is there."""

from __future__ import annotations

import ast
import csv
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.commands import sweep
from sim.resources import conf_dir
from tests.cli.conftest import Call, pollday

__all__ = ["pollday"]

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENTS = sorted((ROOT / "experiments").glob("*.py"))


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_an_experiment_is_a_question_a_design_and_an_answer(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert all(f"{part}." in text for part in ("Question", "Design", "Answer"))


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_its_study_and_its_stored_table_exist(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for name in re.findall(r'"study=([\w-]+)"', source):
        assert (conf_dir() / "study" / f"{name}.yaml").exists()
    assert path.with_suffix(".csv").exists()


STUDIES = [path for path in EXPERIMENTS if '"study=' in path.read_text(encoding="utf-8")]
OWN = [path for path in EXPERIMENTS if "write_rows" in path.read_text(encoding="utf-8")]
RENEWED = [path for path in STUDIES if path not in OWN and path.stem != "national_staffing"]  # what `make experiments` renews
TOWN = ("territory.country=city", "territory.city.centres=40", "territory.city.offices=160", "territory.city.voters=60000")


def stored(path: Path) -> list[dict[str, str]]:
    with path.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def study(path: Path) -> str:
    return re.findall(r'"study=([\w-]+)"', path.read_text(encoding="utf-8"))[0]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_its_study_composes_with_the_options_of_the_stored_table(pollday: Call, path: Path) -> None:
    said = pollday("sweep", f"study={study(path)}", "--cfg", "job", "--json")
    assert said.code == 0, said.err
    assert {point["name"] for point in said.json["points"]} == {row["option"] for row in stored(path)} - {"interaction"}


def test_the_stored_tables_have_the_columns_and_measures_of_a_study_today(pollday: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "draw_all", lambda *_: [])  # pictures have tests of their own
    said = pollday("sweep", "study=city-patrols", *TOWN, "replications=1", "--workers", "1", "--no-report", "--json")
    assert said.code == 0, said.err
    for path in RENEWED:
        assert list(stored(path)[0]) == list(said.json["table"][0]), path.stem
        assert {row["measure"] for row in stored(path)} == {row["measure"] for row in said.json["table"]}, path.stem


def test_an_unknown_experiment_is_refused_with_those_there_are() -> None:
    script = [sys.executable, str(ROOT / "scripts" / "renew_experiments.py"), "short_stafed"]
    said = subprocess.run(script, capture_output=True, text=True, check=False)
    assert said.returncode == 2 and "short_staffed" in said.stderr and "Traceback" not in said.stderr


@pytest.mark.slow
def test_renewing_a_table_gives_the_stored_one(tmp_path: Path) -> None:
    for name in ("sim", "conf", "experiments", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    table = tmp_path / "experiments" / "command_room.csv"
    table.write_text("", encoding="utf-8")
    subprocess.run([sys.executable, str(tmp_path / "scripts" / "renew_experiments.py"), "command_room"], check=True)
    assert table.read_bytes() == (ROOT / "experiments" / "command_room.csv").read_bytes()


@pytest.mark.parametrize(
    "name", ["interaction", *(pytest.param(name, marks=pytest.mark.slow) for name in ("checkpoints", "desk_operators"))]
)
def test_a_single_day_gives_a_table_like_the_stored_one(name: str) -> None:
    path = ROOT / "experiments" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rows = module.table(1)
    assert all(list(stored(own)[0]) == list(rows[0]) for own in OWN)
    assert [(row["option"], row["measure"]) for row in rows] == [(row["option"], row["measure"]) for row in stored(path)]


def test_the_stored_interaction_is_the_difference_of_the_stored_gains() -> None:
    rows = stored(ROOT / "experiments" / "interaction.csv")
    means = {(row["option"], row["measure"]): float(row["mean"]) for row in rows}
    for measure in {row["measure"] for row in rows}:
        neither, cars, desks, both = (means[name, measure] for name in ("neither", "more cars", "more operators", "both"))
        assert means["interaction", measure] == pytest.approx((both - cars) - (desks - neither), abs=1e-9)
