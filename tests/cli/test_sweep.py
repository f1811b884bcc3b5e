"""``pollday sweep``: options on the same days, told in a table, pictures and one JSON object."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.resources import conf_dir
from tests.cli.conftest import Said

CITY = ("sweep", "preset=demo-city", "staffing.patrol_cars_factor=0.5,1.0", "replications=2", "study.name=cars")


def test_a_sweep_writes_table_results_and_pictures(pollday: Callable[..., Said], tmp_path: Path) -> None:
    said = pollday(*CITY, "--json")
    assert said.code == 0, said.err
    folder = tmp_path / "studies" / "cars"
    assert said.json["folder"] == "studies/cars" and len(said.json["digests"]["table"]) == 64
    assert {p.name for p in folder.iterdir()} >= {"study.json", "table.csv", "results.csv", "overview.png", "map.svg"}
    with (folder / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(r["option"], r["replication"]) for r in rows] == [
        (option, day) for option in ("patrol_cars_factor=0.5", "patrol_cars_factor=1.0") for day in "01"
    ]
    assert len({r["tape_digest"] for r in rows if r["replication"] == "0"}) == 1
    assert (folder.stat().st_mode & 0o077, (folder / "table.csv").stat().st_mode & 0o077) == (0, 0)


def test_m_is_accepted_and_the_table_is_the_same_again(pollday: Callable[..., Said]) -> None:
    first = pollday(*CITY, "--json").json
    again = pollday("sweep", "-m", *CITY[1:], "--workers", "1", "--json").json
    assert first["digests"] == again["digests"] and first["table"] == again["table"]


def test_people_read_a_table_with_paired_differences(pollday: Callable[..., Said]) -> None:
    said = pollday(*CITY)
    assert "Heads by option" in said.out and "Difference to 'patrol_cars_factor=0.5'" in said.out
    assert "potential response" in said.out and "overview.png" in said.out


@pytest.mark.parametrize("name", sorted(path.stem for path in (conf_dir() / "study").glob("*.yaml")))
def test_every_study_composes(pollday: Callable[..., Said], name: str) -> None:
    said = pollday("sweep", f"study={name}", "--cfg", "job", "--json")
    assert said.code == 0, said.err
    assert len(said.json["options"]) >= 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("study=national-stafing",), "did you mean 'national-staffing'"),
        (("replications=0", *CITY[1:3]), "1 or more"),
        (("replications=many", *CITY[1:3]), "not a whole number"),
        (("preset=demo-city", "staffing.patrol_cars_facto=1,2"), "patrol_cars_factor"),
        (("preset=demo-city", "staffing.patrol_cars_factor=1,-2"), "patrol_cars_factor"),
        (("preset=demo-city", "staffing.patrol_cars_factor=1,1"), "twice"),
        (("study=city-patrols", "baseline=none of these"), "no option"),
    ],
)
def test_a_study_that_cannot_run_is_refused_in_one_line(
    pollday: Callable[..., Said], tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    said = pollday("sweep", *words)
    assert said.code == 2 and told in said.err and len(said.err.splitlines()) <= 3 and "Traceback" not in said.err
    assert not (tmp_path / "studies").exists()


def test_a_foreign_folder_is_not_written_to(pollday: Callable[..., Said], tmp_path: Path) -> None:
    folder = tmp_path / "studies" / "cars"
    folder.mkdir(parents=True)
    (folder / "letter.txt").write_text("mine")
    said = pollday(*CITY)
    assert said.code == 2 and "no study" in said.err and len(list(folder.iterdir())) == 1
