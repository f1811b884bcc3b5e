"""``pollday sweep``: options on the same days, told in a table, pictures and one JSON object."""

from __future__ import annotations

import csv
import re
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim.commands.sweep as module
from sim.cli import carry_out, compose
from sim.commands.answer import Answer, Grid, show
from sim.commands.parser import parse
from sim.commands.sweep_tables import HEADS, SHOWN, amount, change, digits, tables
from sim.measures.estimators import RATIOS
from sim.reports import style
from sim.resources import conf_dir
from sim.study.design import Option, Study
from sim.study.outcome import Outcome
from sim.study.result import Comparison, StudyResult
from sim.study.statistics import Estimate
from tests.cli.conftest import Said

TOWN = ("preset=demo-city", "territory.city.centres=40", "territory.city.offices=160", "territory.city.voters=60000")
CITY = ("sweep", *TOWN, "staffing.patrol_cars_factor=0.5,1.0", "replications=2", "study.name=cars", "--no-report")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sweep")


@pytest.fixture(scope="module")
def swept(folder: Path) -> Iterator[Answer]:
    """One sweep with all its pictures, in one process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setitem(style._RC, "savefig.dpi", 40)
        args: Namespace = parse([*CITY, "--workers", "1"])
        answer = carry_out(args)
        assert isinstance(answer, Answer)
        yield answer


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures and report have tests of their own."""
    monkeypatch.setattr(module, "draw_all", lambda *_: [])
    monkeypatch.setattr(module, "end_report", lambda *_: (None, []))


def test_a_sweep_writes_table_results_and_pictures(swept: Answer, folder: Path) -> None:
    studied = folder / "cars"
    assert swept.data["command"] == "sweep" and swept.data["same_days"] is True
    assert swept.data["folder"] == "cars" and len(swept.data["digests"]["table"]) == 64
    assert {p.name for p in studied.iterdir()} >= {"study.json", "table.csv", "results.csv", "overview.png", "map.svg"}
    with (studied / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(r["option"], r["replication"]) for r in rows] == [
        (option, day) for option in ("patrol_cars_factor=0.5", "patrol_cars_factor=1.0") for day in "01"
    ]
    assert len({r["tape_digest"] for r in rows if r["replication"] == "0"}) == 1
    assert (studied.stat().st_mode & 0o077, (studied / "table.csv").stat().st_mode & 0o077) == (0, 0)


def test_m_is_accepted_and_two_workers_give_the_same_table(
    swept: Answer, pollday: Callable[..., Said], no_pictures: None
) -> None:
    again = pollday("sweep", "-m", *CITY[1:], "--workers", "2", "--json").json
    assert again["digests"] == swept.data["digests"] and again["table"] == swept.data["table"]


def test_people_read_a_table_with_paired_differences(swept: Answer) -> None:
    text = show(swept, as_json=False)
    assert "Difference to 'patrol_cars_factor=0.5' on the same days" in text and "overview.png" in text
    assert "Means over 2 days" in text and "no difference on any day" in text and "Not at equal heads" in text


def test_printed_heads_are_those_of_the_table(swept: Answer, folder: Path) -> None:
    with (folder / "cars" / "table.csv").open(encoding="utf-8") as file:
        means = {(r["option"], r["measure"]): float(r["mean"]) for r in csv.DictReader(file) if r["mean"]}
    text = show(swept, as_json=False)
    for measure in ("heads_on_duty", "heads_mobile", "heads_at_centres", "heads_mobilised"):
        assert f"{round(means['patrol_cars_factor=1.0', measure]):,}" in text


def test_different_days_are_not_paired_and_not_called_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], no_pictures: None
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = carry_out(parse(["sweep", *TOWN, "demand.rate_factor=1,1.5", "replications=2", "--workers", "1"]))
    assert isinstance(answer, Answer) and answer.data["same_days"] is False
    text = show(answer, as_json=False)
    assert "between different days (not paired)" in text and "same days" not in text
    assert "change what happens on a day" in capsys.readouterr().err


def test_one_day_of_one_option_is_written_in_the_singular(pollday: Callable[..., Said], no_pictures: None) -> None:
    said = pollday("sweep", *TOWN, "replications=1", "--workers", "1")
    assert "1 option x 1 day = 1 run on 1 core\n" in said.err and "Figures of 1 day: no intervals" in said.out


@pytest.mark.parametrize("name", sorted(path.stem for path in (conf_dir() / "study").glob("*.yaml")))
def test_every_study_composes(pollday: Callable[..., Said], name: str) -> None:
    said = pollday("sweep", f"study={name}", "--cfg", "job", "--json")
    assert said.code == 0, said.err
    assert len(said.json["options"]) >= 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("study=national-stafing",), "did you mean 'national-staffing'"),
        (("replications=0", *CITY[1:6]), "1 or more"),
        (("replications=many", *CITY[1:6]), "not a whole number"),
        (("preset=demo-city", "seed=1,2"), "seed: options of a study face the same days"),
        (("preset=demo-city", "replication=1,2"), "replication: a study counts its days itself"),
        (("preset=demo-city", "staffing.patrol_cars_facto=1,2"), "patrol_cars_factor"),
        (("preset=demo-city", "staffing.patrol_cars_factor=1,-2"), "patrol_cars_factor"),
        (("preset=demo-city", "staffing.patrol_cars_factor=1,1.0"), "twice"),
        (("study=city-patrols", "baseline=none of these"), "no option"),
    ],
)
def test_a_study_that_cannot_run_is_refused_in_one_line(
    pollday: Callable[..., Said], tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    said = pollday("sweep", *words)
    assert said.code == 2 and told in said.err and len(said.err.splitlines()) <= 3 and "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_study_file_of_ones_own(pollday: Callable[..., Said], tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    body = "question: Why?\nwords: [preset=demo-city]\noptions:\n  few: [staffing.patrol_cars_factor=0.5]\n  many: []\n"
    file.write_text(body, encoding="utf-8")
    said = pollday("sweep", "study=mine.yaml", "--cfg", "job", "--json")
    assert said.json["study"] == "mine" and list(said.json["options"]) == ["few", "many"]
    for wrong, told in (
        (body.replace("question", "qestion"), "did you mean 'question'"),
        ("question: Why?\n", "no options"),
        (body.replace("many: []", "many: 3"), "options.many is no list of overrides"),
        (body + "replications: many\n", "replications is no whole number"),
    ):
        file.write_text(wrong, encoding="utf-8")
        said = pollday("sweep", "study=mine.yaml")
        assert said.code == 2 and told in said.err and len(said.err.splitlines()) == 1
    assert "no such file" in pollday("sweep", "study=yours.yaml").err


def test_a_foreign_folder_is_not_written_to(pollday: Callable[..., Said], tmp_path: Path) -> None:
    folder = tmp_path / "cars"
    folder.mkdir(parents=True)
    (folder / "letter.txt").write_text("mine")
    said = pollday(*CITY)
    assert said.code == 2 and "no study" in said.err and len(list(folder.iterdir())) == 1


def test_explain_knows_the_columns_of_a_study(pollday: Callable[..., Said]) -> None:
    for name in ("heads_mobile", "smallest_detectable", "difference_half_width", "replications"):
        assert pollday("explain", name, "--json").json["name"] == name


def test_explain_names_the_estimator_of_a_figure_of_the_day(pollday: Callable[..., Said]) -> None:
    assert "over the days of a study: ratio of sums over the days (calls_unanswered / calls), jackknife" in pollday(
        "explain", "calls_lost"
    ).out
    assert "batch" in pollday("explain", "response_p90", "--json").json["estimator"]
    assert pollday("explain", "overloaded_areas", "--json").json["estimator"] == "mean of the days, Student's t"
    assert pollday("explain", "site", "--json").json["estimator"] is None


def test_intervals_are_cut_to_what_is_possible() -> None:
    share, minutes = SHOWN["coverage"], SHOWN["response_mean"]
    assert amount(Estimate(0.9524, 0.2049, 3), share, 1) == "95.2 (74.8 to 100)"
    assert amount(Estimate(60.0, 90.0, 3), minutes, 1) == "1.0 (0 to 2.5)"
    assert amount(Estimate(1.0, 0.0, 3), share, 1) == "100.0 on every day"
    assert amount(Estimate(60.0, None, 1), minutes, 1) == "1.0" and amount(Estimate(None, None, 0), minutes, 1) is None
    assert [digits([20.0]), digits([0.34, 0.01]), digits([])] == [1, 2, 1]


def test_a_difference_of_nothing_on_every_day_is_said_in_words() -> None:
    nil = Comparison("more", "coverage", Estimate(1.0, 0.0, 3), Estimate(0.0, 0.0, 3), 0.0)
    assert change(nil, SHOWN["coverage"], 1) == "no difference on any day"
    real = replace(nil, difference=Estimate(0.9, 0.3, 3))
    assert change(real, SHOWN["coverage"], 1) == "+90.0 (+60.0 to +100.0) *"
    assert change(replace(nil, paired=False), SHOWN["coverage"], 1) == "+0.0 (+0.0 to +0.0)"


def test_options_with_other_hours_or_another_territory_are_drawn_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves lie on one clock, with a gap where an option does not vote; the map keeps to the territory of the baseline."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(style._RC, "savefig.dpi", 40)
    words = [*TOWN, "+calendar.closing=17:00,19:00", "territory.city.centres=40,41"]
    said = carry_out(parse(["sweep", *words, "replications=1", "--workers", "1", "--no-report"]))
    assert isinstance(said, Answer) and len(said.data["pictures"]) == 6
    assert all((tmp_path / picture).stat().st_size > 5_000 for picture in said.data["pictures"])


def test_tables_of_many_options_fit_a_hundred_columns_and_lose_nothing() -> None:
    many = _result(options=8, days=20)
    grids = [block for block in tables(many) if isinstance(block, Grid)]
    by_measure = [grid for grid in grids if "difference to 'option 0' on the same days" in grid.title]
    assert len(by_measure) == len(SHOWN) and all(len(grid.rows) == 8 for grid in by_measure)
    assert all(grid.rows[0][2] == "baseline" for grid in by_measure)
    text = show(Answer({}, tables(many)), as_json=False)
    assert all(len(line.rstrip()) <= 100 for line in text.splitlines() if not line.startswith("Common days"))
    few = [block.title for block in tables(_result(options=2, days=20)) if isinstance(block, Grid)]
    assert few[1:] == [
        "Means over 20 days, with 95 % intervals",
        "Difference to 'option 0' on the same days, 95 % intervals (* excludes zero)",
    ]


def test_what_days_in_common_gained_is_said_with_figures() -> None:
    said = " ".join(block for block in tables(_result(options=3, days=20)) if isinstance(block, str))
    assert re.search(r"Common days cut the variance of differences in mean response \d+x", said)
    assert re.search(r"potential response as control variate would be worth [\d.]+x", said) and "(not applied)" in said
    assert re.search(r"differences in potential response itself vary [\d,.]+x", said)
    assert "Intervals of differences hold together for the 2 options of a measure (max-t)." in said
    alone = [block for block in tables(_result(options=1, days=20)) if isinstance(block, str)]
    assert not any("variance" in line or "hold together" in line for line in alone)


def test_one_day_gives_figures_without_intervals_stars_or_promises() -> None:
    shown = tables(_result(options=2, days=1))
    grids = [block for block in shown if isinstance(block, Grid)]
    assert grids[1].title == "Figures of 1 day: no intervals"
    assert not any("*" in str(cell) or "to" in str(cell).split() for row in grids[2].rows for cell in row)
    assert all(row[-1] is None for row in grids[2].rows) and not any("variance" in str(block) for block in shown)


def _result(options: int, days: int) -> StudyResult:
    """A study whose days move all options alike; every measure has its figures, ratios their sums."""
    rng = np.random.default_rng(days)
    words = [f"staffing.patrol_cars_factor={1 + i / 10}" for i in range(options)]
    points = tuple(Option(f"option {i}", (word,), compose(("preset=demo-city", word))) for i, word in enumerate(words))
    study = Study("s", "?", points, days, "option 0")
    outcomes = {}
    for day in range(days):
        level = rng.normal(500.0, 50.0)
        for option in range(options):
            figures = {m: level - 10.0 * option + rng.normal(0.0, 5.0) for m in (*SHOWN, *HEADS)}
            figures |= {"potential_response": 100.0 - 5.0 * option + rng.normal()}
            for above, below in RATIOS.values():
                figures[below] = 100.0
                figures[above] = float(rng.binomial(100, 0.9))
            outcomes[option, day] = Outcome(dict(figures), {}, {"tape": str(day)})
    return StudyResult(study, outcomes)
