"""Every experiment says what it asks, how, and what came out; and its study is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from sim.resources import conf_dir

EXPERIMENTS = sorted((Path(__file__).resolve().parents[2] / "experiments").glob("*.py"))


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
