"""Carry out tasks on all cores and hand each result over as it comes.

The seam for other engines: ``execute`` takes a pure function, a list of argument tuples and a receiver, and
knows nothing of studies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any, TypeVar

from loky import get_reusable_executor

Result = TypeVar("Result")


def execute(
    function: Callable[..., Result], tasks: Sequence[tuple[Any, ...]], workers: int, receive: Callable[[int, Result], None]
) -> None:
    """Call ``function(*task)`` for every task and ``receive(position, result)`` for each result, in order of completion.

    One worker runs in this process. More use loky, with at most two tasks a worker in flight, so that memory stays small
    and an interruption loses little. An exception of a task ends the execution and is raised.
    """
    if workers <= 1:
        for position, task in enumerate(tasks):
            receive(position, function(*task))
        return
    pool = get_reusable_executor(max_workers=workers, timeout=60)
    waiting = list(enumerate(tasks))[::-1]
    flying: dict[Future[Result], int] = {}
    try:
        while waiting or flying:
            while waiting and len(flying) < 2 * workers:
                position, task = waiting.pop()
                flying[pool.submit(function, *task)] = position
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=flying.__getitem__):
                receive(flying.pop(future), future.result())
    except BaseException:
        pool.shutdown(kill_workers=True)
        raise
