"""A mistake on the command line: at most three clear lines on standard error, exit code 2, nothing written, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Call

ROOT = Path(__file__).resolve().parents[2]

BAD = {
    "runn": ["no command 'runn' (did you mean 'run'?)"],
    "run --jsn": ["unrecognized arguments: --jsn"],
    "run --out": ["expected one argument"],
    "run preset=dz-2017-nationl": ["no such preset (did you mean 'dz-2017-national'?)"],
    "run staffing=dz2017": ["(did you mean 'dz-2017'?)"],
    "run stafing.absence=0.1": ["stafing: unknown key (did you mean 'staffing'?)"],
    "run staffing.patrol_car_factor=2": ["(did you mean 'staffing.patrol_cars_factor'?)"],
    "run +staffing.patrol_car_factor=2": ["(did you mean 'staffing.patrol_cars_factor'?)"],
    "run ++patrol_cars_factor=2": ["(did you mean 'staffing.patrol_cars_factor'?)"],
    "run territory.wilaya_totals.15.centers=5": ["(did you mean 'territory.wilaya_totals.15.centres'?)"],
    "run staffing.absence=lots": ["staffing.absence='lots'", "must be a valid number"],
    "run seed=2.5": ["seed=2.5", "integer"],
    "run staffing.absence=true": ["staffing.absence=true", "must be a number"],
    "run staffing.crew.patrol_car=-3": ["staffing.crew.patrol_car=-3", "greater than or equal to 1"],
    "run staffing.absence=nan": ["staffing.absence=nan", "finite"],
    "run staffing.absence=inf": ["staffing.absence=inf"],
    "run travel.peak_factor=1e9": ["less than or equal to 5"],
    "run dispatch.policy=nearst": ["(did you mean 'nearest'?)"],
    "run calendar.opening=25h": ["'25h' is not a time"],
    "run calendar.closing=07:00": ["closes at 07:00"],
    "run calendar.starts.count=10:00": ["phase 'count'"],
    "run demand.areas.Z9=tense": ["unknown area 'Z9'"],
    "run territory.city.offices=3": ["offices 3 must be at least centres 200"],
    "run seed=1,2": ["several values", "pollday sweep"],
    "run seed.x=3": ["seed is no group of keys"],
    "run ~sed": ["no such key (did you mean 'seed'?)"],
    "run ~calendar": ["a group cannot be taken out"],
    "run ~staffing.absence": ["a setting cannot be taken out"],
    "run calendar.opening=0700": ["'0700' is not a time", "07:00"],
    "run calendar.closing=25:00": ["later than 24:00", "D+1 01:00"],
    "run dispatch.reserve_as=share dispatch.reserve=[0,0,2,2]": ["reserve: 2 is no share", "0 to 1"],
    "run --tape .": ["--tape '.'", "name a file"],
    "run --out /dev/null/there": ["--out /dev/null/there"],
    "sweep --workers 0": ["--workers: '0' is not allowed", "1 or more"],
    "sweep --workers -1": ["--workers: '-1' is not allowed"],
    "sweep --replications 0": ["--replications: '0' is not allowed"],
    "bench --size natoin": ["pollday bench: unknown size"],
    "run hydra.run.dir=x": ["Hydra's own settings"],
    "run hydra/launcher=joblib": ["Hydra's own settings"],
    "run territory@x=algiers": ["Hydra's own settings"],
    "run name=${seed}": ["are not allowed"],
    "run room={_target_:os.system}": ["are not allowed"],
    "run name=[": ["'name=['"],
    "run name=a/b": ["name='a/b'"],
    "run demo-city": ["did you mean preset=demo-city?"],
    "run nowhere": ["nowhere: no such folder"],
    "run a b": ["two folders at once"],
    "run --tape nowhere.csv": ["nowhere.csv: cannot be read"],
    "territory nowhere": ["no such folder"],
    "tape --out nowhere/day.csv": ["there is no folder nowhere"],
    "tape --out day.txt": ["must end in .csv or .yaml"],
    "measures": ["name one run directory"],
    "measures nowhere": ["no such folder"],
    "measures .": ["no run directory"],
    "explain respnse_mean": ["(did you mean 'response_mean'?)"],
    "explain": ["name one output or setting"],
}


@pytest.mark.parametrize("line", BAD)
def test_a_mistake_is_answered_in_clear_lines(pollday: Call, line: str) -> None:
    said = pollday(*line.split())
    assert (said.code, said.out) == (2, "")
    assert 1 <= len(said.err.splitlines()) <= 3 and "Traceback" not in said.err
    for words in BAD[line]:
        assert words in said.err
    assert list(Path().iterdir()) == []


def test_an_empty_word_is_no_folder(pollday: Call) -> None:
    said = pollday("run", "")
    assert said.code == 2 and "neither a folder nor a setting" in said.err and list(Path().iterdir()) == []


def test_a_hint_is_near(pollday: Call) -> None:
    assert "did you mean" not in pollday("run", "dispatch.policy=xyz").err


def test_many_mistakes_are_three_lines(pollday: Call) -> None:
    said = pollday("run", "a=1", "b=2", "c=3", "d=4")
    assert said.code == 2 and len(said.err.splitlines()) == 3 and "2 more mistakes" in said.err


def program(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, "-m", "sim", *words], cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", timeout=120
    )


def test_the_program_itself_ends_with_2_and_one_line(tmp_path: Path) -> None:
    done = program("run", "+staffing.respons_teams=5", "--json", cwd=tmp_path)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "staffing.respons_teams: unknown key" in done.stderr


def test_hash_seeds_and_locale_change_nothing(tmp_path: Path) -> None:
    answers = [
        program("run", "--no-save", "--json", "demand=none", cwd=tmp_path, PYTHONHASHSEED=seed, LC_ALL="C").stdout
        for seed in ("0", "4242")
    ]
    found = [line[line.index('"digests"') : line.index('"counts"')] for line in answers]
    assert found[0] == found[1]
