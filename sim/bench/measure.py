"""Measure both programs on the same work, turn by turn, and compare what they answer.

A ratio is that of one turn: the machine is as fast for one program as for the other, though it may be slower a second later.
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np

from sim.bench.programs import Result, run_engine, run_plain
from sim.bench.work import SIZES, Size, Work, draw_work

Program = Callable[[Work], Callable[[], Result]]
PROGRAMS: dict[str, Program] = {"engine": run_engine, "plain": run_plain}
TOLERANCE = 1e-9
"""Largest difference of one incident's response time, in seconds, that still counts as equal."""
MEBIBYTE = 2**20
WARM_UP = 3
"""Runs of each program on the small work before anybody is timed: the interpreter speeds up what it has done a few times."""


def cpu_time(program: Program, work: Work) -> tuple[float, Result]:
    """CPU seconds of one run from the drawn arrays to its last result, and the result. The drawing is not counted."""
    gc.collect()
    begin = time.process_time()
    read = program(work)
    spent = time.process_time() - begin
    return spent, read()


def peak_memory(program: Program, work: Work) -> float:
    """Most memory that one run holds at a time, in MiB, in a pass of its own (tracing slows a program down)."""
    gc.collect()
    tracemalloc.start()
    try:
        program(work)
        return tracemalloc.get_traced_memory()[1] / MEBIBYTE
    finally:
        tracemalloc.stop()


def measure(size: Size, repeat: int, report: Callable[[str], None] = lambda text: None) -> dict[str, object]:
    """Run both programs ``repeat`` times in turn; the keys of the answer are listed in docs/bench.md.

    Raises ``ArithmeticError`` if the two programs do not answer alike.
    """
    warm_up()
    work = draw_work(size)
    spent: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    results: dict[str, Result] = {}
    for turn, name in _turns(repeat):
        report(f"{name}, run {turn} of {repeat}")
        seconds, results[name] = cpu_time(PROGRAMS[name], work)
        spent[name].append(seconds)
    difference = _difference(results)
    answer: dict[str, object] = {
        "centres": size.centres,
        "areas": size.areas,
        "units": size.units,
        "incidents": size.incidents,
        "operators": int(work.operators.sum()),
        "ratio_to_plain": median(plain / engine for plain, engine in zip(spent["plain"], spent["engine"])),
        "max_response_difference": difference,
        "mean_response_time": float(results["engine"].response_time.mean()),
        "p90_response_time": float(np.percentile(results["engine"].response_time, 90)),
        "repeat": repeat,
    }
    for name, program in PROGRAMS.items():
        report(f"{name}, memory")
        answer[name] = _row(results[name], median(spent[name]), peak_memory(program, work), len(work))
    return answer


def warm_up() -> None:
    """Have both programs do the small work a few times, untimed."""
    work = draw_work(SIZES["small"])
    for program in [*PROGRAMS.values()] * WARM_UP:
        program(work)


def _turns(repeat: int) -> Iterator[tuple[int, str]]:
    for turn in range(1, repeat + 1):
        for name in PROGRAMS:
            yield turn, name


def _difference(results: dict[str, Result]) -> float:
    a, b = (result.response_time for result in results.values())
    worst = float(np.max(np.abs(a - b)))
    if not worst <= TOLERANCE:
        raise ArithmeticError(f"a response time differs by {worst:g} s between the programs (allowed: {TOLERANCE:g} s)")
    return worst


def _row(result: Result, seconds: float, memory: float, incidents: int) -> dict[str, float]:
    return {
        "cpu_time": seconds,
        "us_per_incident": seconds / incidents * 1e6,
        "events_per_incident": result.events / incidents,
        "records_per_incident": result.records / incidents,
        "peak_memory_mib": memory,
    }
