"""The replay page in a browser without a network: it shows what ``Replay.at`` says, at any moment, to the eye and in words."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.cli import main
from sim.measures.response import incident_table
from sim.replay import Replay
from sim.replay.view import TICK
from sim.reports.fonts import missing_letters
from sim.runs.passport import file_digest
from sim.territory.travel import EARTH_RADIUS
from sim.trace import KINDS
from tests.replay.pages import FEWER_CARS, Player, saved, until, written
from tests.reports.browser import CONTRAST, TEXTS, launched, overlaps


@pytest.fixture(scope="module")
def playing() -> Iterator[Player]:
    with launched() as browser:
        yield Player(browser)


LANGUAGES = ("en", "fr", "ar")
LOOK = """times => times.map(t => {
  const w = replay.worlds[0], h = w.header, tick = w.ticks(t);
  w.look(tick);
  const [west, south, east, north] = h.box, steps = h.steps;
  return {
    x: [...w.x].map(x => west + x / steps * (east - west)), y: [...w.y].map(y => south + y / steps * (north - south)),
    status: [...w.status], task: [...w.unitTask].map(i => (i < 0 ? "" : w.task.id[i])),
    open: Object.fromEntries(w.open.map(i => [w.task.id[i], [w.state[i], w.priority[i]]])),
  };
})"""


PLACES = """() => {
  const w = replay.worlds[0], [west, south, east, north] = w.header.box, steps = w.header.steps;
  return [[...w.task.x].map(x => west + x / steps * (east - west)), [...w.task.y].map(y => south + y / steps * (north - south))];
}"""


def test_units_and_incidents_are_where_the_state_has_them_at_fifty_moments(playing: Player) -> None:
    run = Replay.read(saved())
    units, tape = run.day.scenario.units, run.day.tape.incidents
    rows = np.flatnonzero(units.mobile)
    asked = np.round(np.random.default_rng(3).uniform(run.begin, run.end, 50) / TICK) * TICK + 0.2
    with playing(written("share=internal")) as seen:
        found = seen.page.evaluate(LOOK, asked.tolist())
    wants = np.array([bool(c.slots) for c in run.day.scenario.classes])[tape.cls]
    for t, page in zip(asked.tolist(), found, strict=True):
        near = [run.at(moment) for moment in (t - 1.0, t, t + 1.0)]
        on_duty = np.array(page["status"]) > 0
        assert all(any(s.status[row] == code for s in near) for row, code in zip(rows, page["status"], strict=True))
        away = np.min([metres(np.array(page["x"]), np.array(page["y"]), s.x[rows], s.y[rows]) for s in near], axis=0)
        assert on_duty.any() and away[on_duty].max() < 50.0
        ids = [{str(tape.id[r]): int(s.task_status[r]) for r in s.open.tolist() if wants[r]} for s in near]
        assert set(ids[0]) & set(ids[1]) & set(ids[2]) <= set(page["open"]) <= set(ids[0]) | set(ids[1]) | set(ids[2])
        assert all(any(one.get(i) == state for one in ids) for i, (state, _) in page["open"].items())


def metres(x: Any, y: Any, to_x: Any, to_y: Any) -> Any:
    level = np.cos(np.radians(to_y))
    return np.radians(np.hypot((x - to_x) * level, y - to_y)) * EARTH_RADIUS


def test_the_parts_of_each_response_are_those_of_the_measures(playing: Player) -> None:
    table = incident_table(Replay.read(saved()).day)
    answered = np.isfinite(table.response_time) & (table.slots > 0)
    with playing(written("share=internal")) as seen:
        script = "() => Object.fromEntries([...replay.worlds[0].task.id].map((id, i) => [id, replay.worlds[0].response(i)]))"
        found = seen.page.evaluate(script)
    assert answered.sum() > 50
    for row in np.flatnonzero(answered).tolist():
        page = found[str(table.id[row])]
        names = {
            "total": "response_time",
            "call": "call_processing_time",
            "queue": "queueing_time",
            "ready": "mobilisation_time",
            "travel": "travel_time",
        }
        for name, column in names.items():
            assert page[name] == pytest.approx(getattr(table, column)[row], abs=2.0), (table.id[row], name)
    assert all(found[str(i)] is None for i in table.id[~answered & (table.slots > 0)].tolist())


def test_every_record_of_a_unit_and_of_a_task_stands_in_its_story_with_its_cause(playing: Player) -> None:
    day = Replay.read(saved()).day
    script = """() => {
      const w = replay.worlds[0], r = w.record, name = i => (i < 0 ? null : h.records[r.kind[i]]), h = w.header, found = {};
      for (let u = 0; u < w.units; u++) {
        found[w.unit.id[u]] = [];
        for (let i = w.unitFrom[u]; i < w.unitFrom[u + 1]; i++) found[w.unit.id[u]].push([name(i), name(w.cause(i))]);
      }
      return found;
    }"""
    with playing(written("share=internal")) as seen:
        found = seen.page.evaluate(script)
    names = [kind.name for kind in KINDS]
    units, cause = day.scenario.units, np.asarray(day.columns["cause"])
    about = {None, *(name for rows in found.values() for _, name in rows)}
    for row in np.flatnonzero(units.mobile).tolist():
        records = np.flatnonzero(day.unit == row).tolist()
        told = found[str(units.id[row])]
        assert [name for name, _ in told] == [names[day.kind[i]] for i in records]
        for i, (_, because) in zip(records, told, strict=True):
            true = names[day.kind[cause[i]]] if cause[i] >= 0 else None
            assert because == true or because is None, (units.id[row], i)
    assert len(about) > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_opens_without_a_network_in_its_direction_and_its_own_letters(playing: Player, language: str) -> None:
    with playing(written(f"language={language}")) as seen:
        assert seen.complaints == []
        root = seen.page.evaluate("[document.documentElement.lang, getComputedStyle(document.body).direction]")
        assert root == [language, "rtl" if language == "ar" else "ltr"]
        for tab in ("units", "areas", "log", "filters", "incidents"):
            seen.page.click(f"#to-{tab}")
            assert missing_letters(seen.page.evaluate("document.body.innerText")) == set(), tab
        assert overlaps(seen.page.evaluate(TEXTS)) == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1300
        assert seen.page.evaluate(CONTRAST) == []
        seen.page.click("#theme")
        assert seen.page.evaluate(CONTRAST) == []
        assert seen.complaints == []


def test_seeking_by_address_by_hand_and_by_keys_shows_the_moment(playing: Player) -> None:
    with playing(written(), "#t=14:30") as seen:
        assert seen.page.inner_text("#clock") == "14:30:00"
        seen.page.keyboard.press("ArrowRight")
        assert seen.page.inner_text("#clock") == "14:31:00"
        seen.page.keyboard.press("Shift+ArrowLeft")
        assert seen.page.inner_text("#clock") == "14:16:00"
        seen.page.evaluate("location.hash = '#t=D-1 18:00'")
        until(seen.page, "document.getElementById('clock').textContent.includes('18:00')")
        assert "D−1" in re.sub("[\u2066-\u2069]", "", seen.page.inner_text("#clock"))
        seen.page.keyboard.press("n")
        first = seen.page.evaluate("[replay.shared.selected.id, replay.shared.t]")
        assert seen.page.is_visible("#story")
        seen.page.keyboard.press("n")
        second = seen.page.evaluate("[replay.shared.selected.id, replay.shared.t]")
        seen.page.keyboard.press("p")
        assert second[1] > first[1] and seen.page.evaluate("replay.shared.t") == first[1]
        seen.page.keyboard.press("Escape")
        assert not seen.page.is_visible("#story") and seen.complaints == []


def test_a_link_opens_the_same_moment_place_area_and_story_again(playing: Player) -> None:
    with playing(written(), "#t=13:05") as seen:
        seen.page.keyboard.press("n")
        seen.page.keyboard.press("+")
        until(seen.page, "location.hash.includes('task=')")
        link, state = seen.page.evaluate("[location.hash, [replay.shared.t, replay.shared.selected.id]]")
        view = seen.page.evaluate("[replay.shared.view.x, replay.shared.view.y, replay.shared.view.scale]")
    with playing(written(), link) as again:
        assert again.page.evaluate("[replay.shared.t, replay.shared.selected.id]") == pytest.approx(state, abs=2)
        assert again.page.evaluate("[replay.shared.view.x, replay.shared.view.y, replay.shared.view.scale]") == pytest.approx(
            view, rel=0.01, abs=30
        )


def test_playing_moves_the_clock_and_the_units_and_stops_at_a_key(playing: Player) -> None:
    with playing(written(), "#t=12:00") as seen:
        before = seen.page.evaluate("[...replay.worlds[0].x]")
        seen.page.keyboard.press("Space")
        until(seen.page, "replay.shared.t > replay.worlds[0].ticks(43200 + 60)")
        seen.page.keyboard.press("Space")
        stopped = seen.page.evaluate("replay.shared.t")
        assert seen.page.evaluate("[...replay.worlds[0].x]") != before
        seen.page.wait_for_timeout(200)
        assert seen.page.evaluate("replay.shared.t") == stopped


def test_filters_leave_out_what_they_say_on_the_map_and_in_the_list(playing: Player) -> None:
    with playing(written(), "#t=17:00") as seen:
        seen.page.click("#to-filters")
        for value in (1, 2, 4):
            seen.page.uncheck(f"#priorities input[data-value='{value}']")
        seen.page.check("#groups label:nth-child(3) input")
        seen.page.click("#to-incidents")
        shown = seen.page.evaluate(
            "replay.worlds[0].open.filter(i => replay.shared.passes(replay.worlds[0], i)).map(i => replay.worlds[0].priority[i])"
        )
        assert set(shown) <= {3}
        assert len(seen.page.query_selector_all("#incident-rows tr")) == len(shown)
        seen.page.click("#to-filters")
        seen.page.select_option("#area", "1")
        assert seen.page.evaluate(
            "replay.worlds[0].open.every(i => !replay.shared.passes(replay.worlds[0], i) || replay.worlds[0].task.area[i] === 1)"
        )


def test_a_click_on_a_mark_and_a_key_in_the_list_tell_the_same_story(playing: Player) -> None:
    with playing(written(), "#t=17:00") as seen:
        spot = seen.page.evaluate("""() => {
          const pane = replay.shared.panes[0], box = pane.live.getBoundingClientRect();
          const [id, x, y] = pane.tasksSeen.slice(-3);
          return [id, box.left + x, box.top + y];
        }""")
        seen.page.mouse.click(spot[1], spot[2])
        picked = seen.page.evaluate("replay.shared.selected.id")
        story = seen.page.inner_text("#story h3")
        assert story and seen.page.query_selector_all("#story .records li")
        seen.page.keyboard.press("Escape")
        seen.page.evaluate("replay.shared.selected = null")
        where = seen.page.evaluate("[...document.querySelectorAll('#incident-rows tr')].length")
        assert where > 0
        for row in range(where):
            seen.page.focus(f"#incident-rows tr:nth-child({row + 1}) button")
            seen.page.keyboard.press("Enter")
            if seen.page.evaluate("replay.shared.selected.id") == picked:
                break
        assert seen.page.inner_text("#story h3") == story


def test_the_page_of_others_knows_no_place_of_a_single_site(playing: Player) -> None:
    run = Replay.read(saved())
    sites = run.day.scenario.territory.sites
    with playing(written()) as seen:
        found = seen.page.evaluate(LOOK, [43_200.2, 60_000.2])
        assert seen.page.evaluate("Object.keys(replay.worlds[0].site)") == []
        tasks = seen.page.evaluate(PLACES)
    x, y = (np.concatenate([tasks[axis], *(page["xy"[axis]] for page in found)]).astype(float) for axis in (0, 1))
    x, y = x[np.isfinite(x)], y[np.isfinite(y)]
    centres = sites.of_kind("centre")
    nearest = np.array([np.sort(metres(sites.x[centres], sites.y[centres], a, b))[0] for a, b in zip(x, y, strict=True)])
    true = metres(
        run.day.tape.incidents.x, run.day.tape.incidents.y, *(s[run.day.tape.incidents.site] for s in (sites.x, sites.y))
    )
    assert np.median(true) == 0.0  # most incidents are at a site
    assert (nearest < 1.0).mean() < 0.02  # but nothing on the page is


def test_hostile_names_are_shown_and_do_nothing(playing: Player, tmp_path: Any) -> None:
    bad = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    folder, run = saved(), tmp_path / "run"
    shutil.copytree(folder, run)
    names = json.loads((run / "names.json").read_text())
    ids = Replay.read(folder).day
    names["units"] = {str(i): f"{bad}{i}" for i in ids.scenario.units.id.tolist()}
    names["incidents"] = {str(i): f"{bad}{i}" for i in ids.tape.incidents.id.tolist()}
    names["sites"] = {str(i): f"{bad}{i}" for i in ids.scenario.territory.sites.id.tolist()}
    (run / "names.json").write_text(json.dumps(names))
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["name"] = bad
    manifest["files"]["names.json"] = file_digest(run / "names.json")
    (run / "manifest.json").write_text(json.dumps(manifest))
    page = tmp_path / "page.html"
    assert main(["replay", str(run), "share=internal", "--out", str(page)]) == 0
    with playing(page, "#t=17:00") as seen:
        seen.page.click("#to-units")
        seen.page.click("#unit-rows button")
        assert bad in seen.page.inner_text("#story h3")
        assert bad in seen.page.inner_text("h1")
        assert seen.page.evaluate("document.querySelectorAll('[onerror], img').length") == 0
        assert seen.complaints == []


def test_two_plans_stand_side_by_side_under_one_clock_with_their_differences(playing: Player) -> None:
    page = written("share=internal", "--against", str(saved(*FEWER_CARS)))
    tables = [incident_table(Replay.read(folder).day) for folder in (saved(), saved(*FEWER_CARS))]
    with playing(page, "#t=D+1 00:30") as seen:
        assert len(seen.page.query_selector_all(".pane")) == 2 and seen.complaints == []
        found = seen.page.evaluate("replay.shared.differences.map(d => [replay.worlds[0].task.id[d.task], d.by])")
        by = {i: d for i, d in found}
        responses = [dict(zip(table.id.tolist(), table.response_time.tolist(), strict=True)) for table in tables]
        planned = {i for i, g in zip(tables[0].id.tolist(), tables[0].group.tolist(), strict=True) if g == 3}
        both = [i for i in responses[0] if i in responses[1] and i not in planned and all(np.isfinite(r[i]) for r in responses)]
        clear = [i for i in both if abs(abs(responses[1][i] - responses[0][i]) - 60.0) > 2.0]
        assert {i for i in clear if abs(responses[1][i] - responses[0][i]) >= 60.0} == {i for i in clear if str(i) in by}
        assert all(by[str(i)] == pytest.approx(responses[1][i] - responses[0][i], abs=2.0) for i in clear if str(i) in by)
        assert len(by) > 3 and seen.page.is_visible("#tab-compare")
        seen.page.click("#to-filters")
        seen.page.check("#groups label:nth-child(3) input")
        seen.page.click("#to-compare")
        seen.page.click("#compare-rows button")
        told = [len(seen.page.query_selector_all(f"#story {part}")) for part in (".records", ".which")]
        assert told == [2, 4]


def test_a_fork_stands_beside_its_run_though_an_inject_brought_what_the_run_never_had(playing: Player, tmp_path: Path) -> None:
    fork, page = tmp_path / "fork", tmp_path / "page.html"
    gone = Replay.read(saved()).day.tape.incidents
    at = np.flatnonzero(gone.at > 50_000.0)[0]
    order = ["--change", f"remove={gone.id[at]}", "--change", "alert_level.Z1=raised,at=15:00"]
    assert main(["fork", str(saved()), "--at", "13:30", *order, "--out", str(fork)]) == 0
    assert main(["replay", str(saved()), "--against", str(fork), "--out", str(page), "share=internal"]) == 0
    with playing(page, "#t=18:00") as seen:
        alone = seen.page.evaluate("replay.worlds.map(w => w.task.id.length)")
        assert alone[0] - alone[1] in (0, 1)
        same = """() => { const [a, b] = replay.worlds, pane = replay.shared.panes[0];
          const there = (id, i) => replay.shared.inWorld(b, { id: i, pane });
          return a.task.id.every((id, i) => there(id, i) < 0 || b.task.id[there(id, i)] === id); }"""
        assert seen.page.evaluate(same) and seen.complaints == []
        seen.page.click("#to-log")
        assert "alert level" in seen.page.inner_text("#log-rows")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name one run by its folder"),
        (("nowhere",), "nowhere: no such folder"),
        (("{run}", "share=public"), "share=public: a replay shows where things happened"),
        (("{run}", "share=secret"), "share=secret: no such level"),
        (("{run}", "language=it"), "language"),
        (("{run}", "colour=red"), "colour=red: unknown here"),
        (("{run}", "--against", "{other}"), "its tape is not that of"),
    ],
)
def test_what_makes_no_page_is_refused_in_a_line_or_two(words: Any, said: str, capsys: Any, tmp_path: Any) -> None:
    names = {"run": str(saved()), "other": str(saved("seed=7"))}
    target = tmp_path / "page.html"
    assert main(["replay", *(word.format(**names) for word in words), "--out", str(target)]) == 2
    text = capsys.readouterr().err
    assert said in text and len(text.splitlines()) <= 3 and "Traceback" not in text
    assert not target.exists() and list(tmp_path.iterdir()) == []


def test_the_same_run_gives_the_same_page_byte_for_byte(tmp_path: Any) -> None:
    page = tmp_path / "page.html"
    assert main(["replay", str(saved()), "--out", str(page)]) == 0
    assert page.read_bytes() == written().read_bytes()
    assert page.stat().st_mode & 0o077 == 0


def test_a_frame_costs_no_more_than_what_it_draws(playing: Player) -> None:
    with playing(written("share=internal"), "#t=17:00") as seen:
        script = """() => {
          const pane = replay.shared.panes[0], work = [];
          for (let i = 0; i < 40; i++) {
            const begin = performance.now();
            pane.drawLive(replay.shared.t + i);
            work.push(performance.now() - begin);
          }
          return [pane.calls, work.sort((a, b) => a - b)[20], replay.worlds[0].units, replay.worlds[0].open.length];
        }"""
        calls, work, units, tasks = seen.page.evaluate(script)
    assert 0 < calls <= units + 4 * tasks + 40
    assert work < 100.0  # milliseconds, some fifty times what it takes


def test_a_country_is_shown_by_areas_and_single_things_only_from_near(playing: Player) -> None:
    with playing(written("share=internal"), "#t=17:00") as seen:
        script = """() => {
          const pane = replay.shared.panes[0], { areas } = replay.worlds[0].header, many = areas.length;
          while (areas.length < 48) areas.push({ shown: false, name: "", centres: 0 });
          pane.anchor = [...pane.anchor, ...Array(48 - many).fill([NaN, NaN])];
          pane.fit(); replay.shared.view.scale = 0.001; pane.draw(replay.shared.t, performance.now());
          const far = [pane.dots, pane.discs.length, pane.pick(pane.discs[0].x, pane.discs[0].y)];
          replay.shared.view.scale = 0.02; pane.draw(replay.shared.t, performance.now());
          return [...far, pane.dots, many];
        }"""
        far, discs, picked, near, areas = seen.page.evaluate(script)
    assert far is False and discs == areas and picked["kind"] == "area" and near is True


@pytest.mark.slow
def test_the_day_of_a_nation_fits_into_four_megabytes_and_opens(playing: Player, tmp_path: Path) -> None:
    run, page = tmp_path / "run", tmp_path / "page.html"
    assert main(["run", "preset=dz-2017-national", "--out", str(run)]) == 0
    assert main(["replay", str(run), "share=internal", "--out", str(page)]) == 0
    assert page.stat().st_size < 4e6
    state = Replay.read(run)
    with playing(page, "#t=15:00") as seen:
        found = seen.page.evaluate(LOOK, [54_000.0])[0]
        assert seen.page.evaluate("replay.shared.panes[0].discs.length") > 30 and seen.complaints == []
    there, rows = state.at(54_000.0), np.flatnonzero(state.day.scenario.units.mobile)
    away = metres(np.array(found["x"]), np.array(found["y"]), there.x[rows], there.y[rows])
    assert away[np.array(found["status"]) > 0].max() < 50.0
