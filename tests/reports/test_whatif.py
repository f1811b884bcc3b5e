"""The what-if panel: the browser's numbers are Python's, nothing is guessed outside, and the command does what it says."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.cli import compose, main
from sim.language import language_of
from sim.reports.data import Report, read_report
from sim.reports.findings.factors import studied_factors
from sim.reports.findings.surface import hull_of, is_inside
from sim.reports.page import environment, section
from sim.reports.sections import whatif
from sim.study.identity import point_id
from sim.study.inputs import given_keys
from tests.reports.studies import TOWN, study_of

CARS = "staffing.patrol_cars_factor"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whatif")


def line(folder: Path, name: str = "line", values: tuple[float, ...] = (1.0, 0.6, 0.8, 1.2, 1.5)) -> Path:
    """A study of one factor."""
    if not (folder / name).exists():
        options = {f"cars {value:g}": (f"{CARS}={value}",) for value in values}
        study_of(folder / name, options, [2.0 - value for value in values], days=3)
    return folder / name


def triangle(folder: Path) -> Path:
    """A study of two factors that leaves one corner out: never many cars and few operators."""
    if not (folder / "triangle").exists():
        points = [(1.0, 3), (0.5, 1), (0.5, 3), (0.5, 5), (1.0, 5), (1.5, 5), (1.0, 4)]
        options = {f"{cars:g} and {desk}": (*TOWN, f"{CARS}={cars}", f"room.operators={desk}") for cars, desk in points}
        study_of(folder / "triangle", options, [2.0 - cars + 0.1 * desk for cars, desk in points], days=3)
    return folder / "triangle"


@cache
def report(study: Path, code: str = "en") -> Report:
    return read_report(study, language=language_of(code))


def built(found: Report) -> dict[str, Any]:
    shown = whatif.build(found)
    assert shown is not None
    return shown


def model_in(script: str) -> dict[str, Any]:
    """The numbers that a script carries."""
    found: dict[str, Any] = json.loads(script[script.rindex("}(") + 2 : script.rindex("));")])
    return found


# --- in the browser -----------------------------------------------------------------------------------------------


@cache
def page_of(study: Path, code: str) -> str:
    found = report(study, code)
    made = section(found, "whatif", environment(found.words))
    assert made is not None
    return (
        f'<!DOCTYPE html><html lang="{code}" dir="{found.words.direction}"><head><meta charset="utf-8"></head>'
        f"<body>{made.body}<script>{made.script}</script></body></html>"
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as player:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


def opened(browser: Any, study: Path, code: str = "en") -> Any:
    page = browser.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.set_content(page_of(study, code))
    return page


@needs_browser
@pytest.mark.parametrize("make", [line, triangle])
def test_the_browser_makes_the_same_numbers_as_python(browser: Any, folder: Path, make: Any) -> None:
    study = make(folder)
    found = report(study)
    studied = studied_factors([option.settings for option in found.result.study.options], found.baseline)
    panels = whatif.surfaces(found, studied)
    x = np.random.default_rng(1).uniform(-0.1, 1.1, (100, len(studied.factors)))
    page = opened(browser, study)
    told = page.evaluate(
        "([n, points]) => { const p = document.getElementById('whatif-panel').pollday;"
        " return points.map(x => [...Array(n).keys()].map(m => p.estimate(m, x))); }",
        [len(panels), x.tolist()],
    )
    assert len(panels) > 4
    for number, panel in enumerate(panels):
        own = panel.surface(x)
        assert np.array(told)[:, number] == pytest.approx(own, rel=1e-9, abs=1e-9 * np.abs(own).max())
    hull = hull_of(studied.points)
    assert hull is not None
    inside = page.evaluate("points => points.map(document.getElementById('whatif-panel').pollday.inside)", x.tolist())
    assert inside == is_inside(hull, x).tolist()
    assert page.errors == []


@needs_browser
def test_the_panel_is_moved_by_keyboard_and_says_what_would_simulate_it(browser: Any, folder: Path) -> None:
    page = opened(browser, line(folder))
    slider, command = page.locator("#whatif-0"), page.locator("#whatif-command")
    before, start = page.locator("#whatif-estimate-0").inner_text(), page.locator("#whatif-value-0").inner_text()
    same = page.locator("#whatif-same")
    assert same.inner_text() == "This is the baseline: it was simulated." and command.inner_text() == ""
    assert page.locator("#whatif-copy").is_disabled()
    slider.press("End")
    assert page.locator("#whatif-value-0").inner_text() == "1.50" != start
    assert page.locator("#whatif-estimate-0").inner_text() != before
    assert slider.get_attribute("aria-valuetext") == "1.50"
    assert f"{CARS}=1.0,1.5" in command.inner_text() and command.inner_text().startswith("pollday sweep ")
    assert same.inner_text() == ""
    page.locator("#whatif-reset").click()
    assert page.locator("#whatif-estimate-0").inner_text() == before
    assert page.errors == []


@needs_browser
def test_a_setting_that_no_simulated_ones_surround_is_refused(browser: Any, folder: Path) -> None:
    page = opened(browser, triangle(folder))
    page.locator("#whatif-0").press("End")
    page.locator("#whatif-1").press("Home")
    assert page.locator("#whatif-state").inner_text() == "Outside of what was simulated: no estimate."
    cells = page.locator("tbody td:nth-child(2)").all_inner_texts()
    assert set(cells) == {"no data"}
    page.locator("#whatif-1").press("End")
    assert page.locator("#whatif-state").inner_text() == ""
    assert "no data" not in page.locator("tbody td:nth-child(2)").all_inner_texts()


@needs_browser
@pytest.mark.parametrize("code", ["en", "fr", "ar"])
def test_numbers_in_the_browser_are_written_as_on_the_page(browser: Any, folder: Path, code: str) -> None:
    study = line(folder)
    written = [row["value"] for row in built(report(study, code))["rows"]]
    page = opened(browser, study, code)
    assert page.locator("tbody td:nth-child(2)").all_inner_texts() == written
    assert page.locator("label").count() == 1 and page.locator("output").count() == 1


# --- the data -----------------------------------------------------------------------------------------------------


def test_every_studied_value_can_be_chosen_and_is_read_with_its_error(folder: Path) -> None:
    found = report(line(folder))
    shown = built(found)
    slider = shown["factors"][0]
    assert {0.6, 0.8, 1.0, 1.2, 1.5} <= set(slider["values"]) and slider["values"][slider["baseline"]] == 1.0
    assert slider["label"] == "patrol cars, as a multiple of the plan" and slider["range"] == "studied: 0.60 to 1.50"
    assert all(row["error"].startswith("±") for row in shown["rows"])
    response = next(row for row in shown["rows"] if row["label"].startswith("potential response"))
    table = found.comparison(found.baseline, "potential_response").estimate.mean
    assert table is not None and response["simulated"] == found.words.number(table / 60.0, 1)


def test_a_factor_in_whole_numbers_has_whole_steps(folder: Path) -> None:
    slider = built(report(triangle(folder)))["factors"][1]
    assert slider["values"] == [1, 2, 3, 4, 5] and slider["typed"] == ["1", "2", "3", "4", "5"]


def test_too_few_settings_are_refused_with_a_study_that_would_do(folder: Path) -> None:
    shown = built(report(line(folder, "few", (1.0, 0.8, 1.2))))
    assert shown["refusal"].startswith("3 settings of 1 factor were simulated") and "script" not in shown
    assert "design=latin design.points=16" in shown["study"] and f"'{CARS}=interval(0.8,1.2)'" in shown["study"]


def test_factors_that_were_only_changed_together_are_refused(folder: Path) -> None:
    options = {f"{v:g}": (f"{CARS}={v}", f"staffing.foot_factor={v}") for v in (1.0, 0.5, 0.75, 1.25, 1.5)}
    study = study_of(folder / "together", options, days=2)
    assert built(report(study))["refusal"].startswith("The studied factors were only changed together")


def test_options_that_differ_in_no_number_have_no_panel(folder: Path) -> None:
    study = study_of(folder / "rules", {"as planned": (), "reserve": ("dispatch=reserve",)}, days=2)
    assert whatif.build(report(study)) is None


def test_the_script_names_no_other_host_and_writes_text_only() -> None:
    text = (Path(whatif.__file__).parents[1] / "templates" / "whatif.js").read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|fetch|XMLHttp|import|https?:", text)


def test_no_name_can_end_the_script(folder: Path) -> None:
    study = line(folder, "x<!--<script>&y")
    script = built(report(study))["script"]
    assert not re.search(r"</|<!|<s", script.replace("</script", "</"))
    assert any("<script>" in word for word in model_in(script)["after"])


def test_the_command_simulates_the_setting_it_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(triangle(folder))
    model = model_in(built(found)["script"])
    words = [*model["words"], *(f"{f['key']}={f['typed'][f['baseline']]},{f['typed'][-1]}" for f in model["factors"])]
    assert main(["sweep", "design=zip", *words, *model["after"], "--cfg", "job", "--json"]) == 0
    points = json.loads(capsys.readouterr().out)["points"]
    assert len(points) == 2
    first, last = (compose(point["overrides"]) for point in points)
    assert point_id(first) == point_id(found.settings(found.baseline))
    assert (last.staffing.patrol_cars_factor, last.room.operators) == (1.5, 5)
    assert set(given_keys(words)) >= set(given_keys(TOWN))
