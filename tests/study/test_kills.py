"""A sweep may be killed at any moment: the next start goes on, and the results are those of an undisturbed sweep.

A few kills by default; ``make drill`` runs hundreds.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from tests.study.drill.kills import Sweeper, check_store, results, stored, words

DAYS = 4
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.fixture(scope="module")
def sweeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweeper]:
    with Sweeper(tmp_path_factory.mktemp("kills"), pictures=False) as started:
        yield started


def test_kills_of_driver_and_worker_and_a_ctrl_c_change_no_result_and_leave_no_process(sweeper: Sweeper) -> None:
    whole, command = words("whole", DAYS, "--workers", "2"), words("killed", DAYS, "--workers", "1")
    assert sweeper.run(whole) == 0, sweeper.said()
    sweeper.start(command)
    sweeper.wait_for_runs("killed", 1)
    time.sleep(0.1)
    os.kill(sweeper.pid, signal.SIGKILL)
    assert sweeper.end() == -signal.SIGKILL
    sweeper.time_until_alone()
    kept = stored(sweeper.folder / "killed")
    sweeper.start(command)
    sweeper.wait_for_runs("killed", kept + 1)
    (worker,) = sweeper.workers()
    os.kill(worker, signal.SIGKILL)
    sweeper.wait_for_runs("killed", kept + 2)
    for pid in [*sweeper.workers(), sweeper.pid]:
        os.kill(pid, signal.SIGINT)  # as a terminal does it
    assert sweeper.end() == 130, sweeper.said()
    *begun, told = sweeper.said().splitlines()
    assert told.startswith("stopped: ") and told.endswith(f"go on with: pollday {' '.join(command)}")
    assert begun[0].startswith("killed: ") and all(" runs done" in line for line in begun[1:])
    sweeper.time_until_alone()
    assert sweeper.run(command) == 0, sweeper.said()
    assert results(sweeper.folder / "killed") == results(sweeper.folder / "whole")
    check_store(sweeper.folder / "killed", 2 * DAYS)
