"""How far a long command is: a bar on a terminal, one line every half minute anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TextIO

from tqdm import tqdm

QUIET_TIME = 30.0
"""Seconds between two lines where there is no terminal."""


@contextmanager
def progress(total: int, stream: TextIO, clock: Callable[[], float] = monotonic) -> Iterator[Callable[[], object]]:
    """Give a function to call when one of ``total`` runs is done. ``clock`` tells seconds."""
    if stream.isatty():
        with tqdm(total=total, unit="run", file=stream) as bar:
            yield bar.update
        return
    begin = told = clock()
    done = 0

    def update() -> None:
        nonlocal done, told
        done += 1
        now = clock()
        if now - told >= QUIET_TIME and done < total:
            told = now
            stream.write(f"{done} of {total} runs done, about {left(now - begin, done, total)} left\n")
            stream.flush()

    yield update


def left(elapsed: float, done: int, total: int) -> str:
    """Time left at the pace so far, in words: seconds below two minutes, else minutes, rounded up.

    >>> left(60.0, 3, 10)
    '3 min'
    """
    seconds = elapsed / done * (total - done)
    return f"{-int(-seconds // 1)} s" if seconds < 120 else f"{-int(-seconds // 60)} min"
