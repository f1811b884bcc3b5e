"""The bench on its small size: both programs answer alike, and the answer has the documented keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.arrays import uniform_travel
from sim.bench.command import bench
from sim.bench.measure import TOLERANCE, measure
from sim.bench.programs import run_engine, run_plain
from sim.bench.work import DESK_LOAD, PRIORITY_SHARES, SCENE_TIME, SIZES, TALK_TIME, Size, draw_work
from sim.errors import InputError


def keys(value: Any) -> Iterator[str]:
    """Every key of a JSON object, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    return measure(SIZES["small"], repeat=1)


@pytest.mark.parametrize("seed", range(1, 6))
def test_both_programs_give_every_incident_the_same_response(seed: int) -> None:
    work = draw_work(SIZES["small"], seed)
    ours, plain = run_engine(work)(), run_plain(work)()
    assert np.abs(ours.response_time - plain.response_time).max() <= TOLERANCE


def test_the_small_size_uses_the_queue() -> None:
    response_time = run_plain(draw_work(SIZES["small"]))().response_time
    assert response_time.max() > 3600


def test_two_programs_that_differ_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.bench.programs.uniform_travel", lambda speed, detour: uniform_travel(speed / 2, detour))
    with pytest.raises(ArithmeticError, match="differs by"):
        measure(Size(areas=1, centres=5, units=2, incidents=10, side=10_000.0), repeat=1)


def test_the_work_has_the_stated_means() -> None:
    work = draw_work(Size(areas=4, centres=100, units=10, incidents=40_000, side=10_000.0))
    assert work.talk_time.mean() == pytest.approx(TALK_TIME, rel=0.02)
    assert work.scene_time.mean() == pytest.approx(SCENE_TIME, rel=0.02)
    assert np.bincount(work.priority)[1:] / len(work) == pytest.approx(PRIORITY_SHARES, abs=0.01)
    load = 10_000 * TALK_TIME / (14 * 3600) / work.operators
    assert np.all((load <= DESK_LOAD) & (load > DESK_LOAD - 0.1))


def test_the_answer_has_the_documented_keys(answer: dict[str, Any], root: Path) -> None:
    documented = set(re.findall(r"^\| `(\w+)`", (root / "docs" / "bench.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == set(keys(answer)) | {"command", "sizes", "versions"}


def test_the_ratio_is_the_median_of_the_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second in which the machine is ten times slower for both programs changes no ratio."""
    seconds = iter([1.0, 3.0, 10.0, 30.0, 2.0, 8.0])
    result = run_plain(draw_work(SIZES["small"]))()
    monkeypatch.setattr("sim.bench.measure.cpu_time", lambda program, work: (next(seconds), result))
    monkeypatch.setattr("sim.bench.measure.peak_memory", lambda program, work: 0.0)
    assert measure(SIZES["small"], repeat=3)["ratio_to_plain"] == 3.0


def test_short_work_is_done_more_often(monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]) -> None:
    asked = []
    monkeypatch.setattr("sim.bench.command.measure", lambda size, repeat, report: asked.append(repeat) or answer)
    assert bench([]) == bench(["--size", "city", "--repeat", "2"]) == 0
    assert asked == [15, 3, 2]


def test_only_one_key_speaks_of_a_ratio(answer: dict[str, Any]) -> None:
    assert [key for key in keys(answer) if "ratio" in key] == ["ratio_to_plain"]


def test_the_engine_keeps_a_full_trace_with_fewer_events(answer: dict[str, Any]) -> None:
    assert answer["engine"]["records_per_incident"] >= 7
    assert answer["engine"]["events_per_incident"] < answer["plain"]["events_per_incident"]


def test_json_is_one_object_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench(["--size", "small", "--repeat", "1", "--json"]) == 0
    captured = capsys.readouterr()
    data = json.loads(captured.out)
    assert data["command"] == "bench" and set(data["sizes"]) == {"small"}
    assert "run 1 of 1" in captured.err


def test_the_table_names_both_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench(["--size", "small", "--repeat", "1"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("engine", "plain", "times faster", "equal responses"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--size", "natoin"], "did you mean 'nation'"),
        (["--repeat", "0"], "1 to 100"),
        (["--repeat", "many"], "invalid int value"),
        (["--sise", "city"], "unrecognized"),
    ],
)
def test_a_wrong_word_is_refused_in_one_line(words: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message) as refusal:
        bench(words)
    assert "\n" not in str(refusal.value) and "bench:" not in str(refusal.value)
