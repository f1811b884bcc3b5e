"""The full kill drill: hundreds of kills of sweeps and workers at random moments, and not one figure changes.

Run by ``make drill``. Each test writes its figures to the log (``-o log_cli=true --log-cli-level=INFO`` shows them).
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.study.drill.kills import DAYS, ROOT, Sweeper, check_store, results, send, words

MANY_DAYS = 60
KILLS, IN_A_ROW, WORKER_KILLS, LAUNCHES = 200, 20, 8, 50
log = logging.getLogger(__name__)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]


@pytest.fixture(scope="module")
def undisturbed_long(sweeper: Sweeper) -> dict[str, bytes]:
    """A study long enough that no sweep is through before it is killed on purpose."""
    assert sweeper.run(words("long", MANY_DAYS, "--workers", "2")) == 0, sweeper.said()
    return results(sweeper.folder / "long")


def _kill_after(sweeper: Sweeper, command: list[str], seconds: float) -> int:
    """Start a sweep and kill it after so many seconds, whatever it does then. Returns its exit code."""
    sweeper.start(command)
    end = time.monotonic() + seconds
    while time.monotonic() < end and Path(f"/proc/{sweeper.pid}").exists():
        time.sleep(min(0.05, max(end - time.monotonic(), 0.0)))
    return sweeper.kill()


def test_two_hundred_kills_at_random_moments(sweeper: Sweeper, undisturbed: dict[str, bytes]) -> None:
    """The longest wait before a kill follows the machine, which may be busy at one time and idle at another."""
    rng, gone, studies, kills, longest = np.random.default_rng(200), [], 0, 0, 10.0
    while kills < KILLS:
        command, code, studies = words(f"kills-{studies}", DAYS, "--workers", "2"), -signal.SIGKILL, studies + 1
        while code == -signal.SIGKILL and kills < KILLS:
            code = _kill_after(sweeper, command, rng.uniform(0.0, longest))
            kills += code == -signal.SIGKILL
            longest *= 1.05 if code == -signal.SIGKILL else 0.7
            gone.append(sweeper.time_until_alone())
        if code == -signal.SIGKILL:
            code = sweeper.run(command)
        assert code == 0, sweeper.said()
        folder = sweeper.folder / command[-3].removeprefix("study.name=")
        assert results(folder) == undisturbed
        check_store(folder, 2 * DAYS)
        log.info("%d kills so far, %d studies as undisturbed", kills, studies)
    log.info("%d kills over %d studies; workers gone after %.2f s (median), %.2f s (most)", kills, studies, *_spread(gone))


def _spread(times: list[float]) -> tuple[float, float]:
    return float(np.median(times)), max(times)


def test_twenty_kills_in_a_row_of_one_study(sweeper: Sweeper, undisturbed_long: dict[str, bytes]) -> None:
    command, rng = words("row", MANY_DAYS, "--workers", "2"), np.random.default_rng(20)
    for number in range(IN_A_ROW):
        sweeper.start(command)
        sweeper.wait_for_runs("row", 3 * number + 1)
        time.sleep(rng.uniform(0.0, 0.4))
        assert sweeper.kill() == -signal.SIGKILL
        sweeper.time_until_alone()
    assert sweeper.run(command) == 0
    assert results(sweeper.folder / "row") == undisturbed_long
    check_store(sweeper.folder / "row", 2 * MANY_DAYS)


@pytest.mark.parametrize("engine", ["loky", "dask"])
def test_workers_killed_at_random_moments(sweeper: Sweeper, undisturbed: dict[str, bytes], engine: str) -> None:
    rng, killed = np.random.default_rng(8), 0
    for number in range(WORKER_KILLS // 2):
        name = f"{engine}-{number}"
        sweeper.start(words(name, DAYS, f"engine={engine}", "--workers", "2"))
        for runs in (1, 12):
            sweeper.wait_for_runs(name, runs)
            time.sleep(rng.uniform(0.0, 0.2))
            workers = sweeper.workers()
            killed += bool(workers) and send(int(rng.choice(workers)), signal.SIGKILL)
        assert sweeper.end() == 0, sweeper.said()
        assert results(sweeper.folder / name) == undisturbed
        check_store(sweeper.folder / name, 2 * DAYS)
        sweeper.time_until_alone()
    assert killed >= WORKER_KILLS // 2
    log.info("%s: %d workers killed", engine, killed)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("engine", ["loky", "dask"])
def test_engine_and_number_of_workers_never_change_a_table(
    sweeper: Sweeper, undisturbed: dict[str, bytes], engine: str, workers: str
) -> None:
    name = f"same-{engine}-{workers}"
    assert sweeper.run(words(name, DAYS, f"engine={engine}", "--workers", workers)) == 0, sweeper.said()
    assert results(sweeper.folder / name) == undisturbed
    sweeper.time_until_alone()


def test_a_dask_cluster_of_its_own_ends_with_its_driver(sweeper: Sweeper, undisturbed_long: dict[str, bytes]) -> None:
    command, gone = words("orphans", MANY_DAYS, "engine=dask", "--workers", "2"), []
    for runs in (1, 6, 12):
        sweeper.start(command)
        sweeper.wait_for_runs("orphans", runs)
        assert sweeper.kill() == -signal.SIGKILL
        gone.append(sweeper.time_until_alone())
    assert sweeper.run(command) == 0 and results(sweeper.folder / "orphans") == undisturbed_long
    log.info("dask: workers gone after %.2f s (median), %.2f s (most)", *_spread(gone))


@pytest.mark.parametrize("engine", ["loky", "dask"])
def test_ctrl_c_ends_in_seconds(sweeper: Sweeper, undisturbed_long: dict[str, bytes], engine: str) -> None:
    command, took = words(f"stop-{engine}", MANY_DAYS, f"engine={engine}", "--workers", "2"), []
    for runs in (1, 8, 16):
        sweeper.start(command)
        sweeper.wait_for_runs(f"stop-{engine}", runs)
        begin = time.monotonic()
        for pid in [*sweeper.workers(), sweeper.pid]:
            send(pid, signal.SIGINT)
        assert sweeper.end() == 130, sweeper.said()
        took.append(time.monotonic() - begin)
        assert "stopped: " in sweeper.said().splitlines()[-1]
        sweeper.time_until_alone()
    assert sweeper.run(command) == 0 and results(sweeper.folder / f"stop-{engine}") == undisturbed_long
    log.info("%s: Ctrl-C took %.2f s (median), %.2f s (most)", engine, *_spread(took))


LAUNCH = """
import json, sys
from sim.errors import InputError
from sim.study.store import Store
from pathlib import Path
print("ready", flush=True)
for line in sys.stdin:
    try:
        with Store.open(Path(json.loads(line)), write=True):
            print("mine", flush=True)
            sys.stdin.readline()
        print("left", flush=True)
    except InputError as error:
        print(json.dumps(str(error)), flush=True)
        sys.stdin.readline()
        print("left", flush=True)
"""


def test_of_fifty_double_launches_one_runs_and_the_other_names_it(tmp_path: Path) -> None:
    pair = [
        subprocess.Popen(
            [sys.executable, "-c", LAUNCH], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    assert all(_say(process, None) == "ready" for process in pair)
    for number in range(LAUNCHES):
        for process in pair:
            _tell(process, json.dumps(str(tmp_path / str(number))))
        answers = [_say(process, None) for process in pair]
        winner = answers.index("mine")
        told = json.loads(answers[1 - winner])
        assert f"in use by process {pair[winner].pid} " in told and len(told.splitlines()) <= 3
        for process in pair:
            assert _say(process, "") == "left"
    for process in pair:
        process.communicate()


def _tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _say(process: subprocess.Popen[str], line: str | None) -> str:
    """Send a line, if any, and read the answer."""
    if line is not None:
        _tell(process, line)
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_two_sweeps_at_once(sweeper: Sweeper, undisturbed: dict[str, bytes]) -> None:
    with Sweeper(sweeper.folder) as other:
        for number in range(3):
            command = words(f"twice-{number}", DAYS, "--workers", "1")
            first = sweeper.start(command)
            sweeper.wait_for_runs(f"twice-{number}", 1)
            assert other.run(command) == 2
            assert f"in use by process {first} " in other.said() and len(other.said().splitlines()) <= 3
            assert sweeper.end() == 0 and results(sweeper.folder / f"twice-{number}") == undisturbed
