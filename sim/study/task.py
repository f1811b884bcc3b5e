"""A task: one point on one day, as plain data, and what a worker does with it. Workers need the installed package only."""

from __future__ import annotations

import platform
import traceback
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from time import perf_counter

import numpy as np

from sim import plugins
from sim.settings import Settings
from sim.study.identity import model_hash, settings_of
from sim.study.packing import Packed, pack
from sim.study.point import place_of, run_point

KEPT_SETTINGS = 256
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Task:
    """The canonical text of a point's settings, which replication, the code that must compute it, and the user's plugins as
    texts by name."""

    config: str
    replication: int
    code: str
    plugins: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What a worker hands back: the outcome, packed (None: see ``error``), the seconds it took, which code ran, and where.

    ``error`` is one line; ``traceback`` says where in the code it was.
    """

    outcome: Packed | None
    seconds: float
    code: str
    host: str
    error: str = ""
    traceback: str = ""


def own_code() -> str:
    """What results depend on in this process: digest of the model's code and data and of plugins, and NumPy's version."""
    return f"{model_hash()} numpy {np.__version__}"


def work(task: Task) -> Reply:
    """Compute a task. A worker of other code computes nothing; an exception of the model is told in the reply."""
    with _one_at_a_time:  # a cluster's worker may have threads; what is kept between days is for one
        begin, code, host = perf_counter(), "", platform.node()
        try:
            _take_plugins(task.plugins)
            code = own_code()
            if code != task.code:
                return Reply(None, 0.0, code, host)
            settings = _read(task.config)
            place_of(settings)
            begin = perf_counter()
            outcome = pack(run_point(settings, task.replication))
        except Exception as error:
            told = "".join(traceback.format_exception(error, limit=-3))
            return Reply(None, perf_counter() - begin, code, host, _line(error), told)
        return Reply(outcome, perf_counter() - begin, code, host)


def _take_plugins(given: dict[str, str]) -> None:
    """Have the user's plugins in place, and no others."""
    if plugins.sources() != given:
        plugins.forget()
        _read.cache_clear()
        for name, source in given.items():
            plugins.run_source(name, source)


@lru_cache(KEPT_SETTINGS)
def _read(config: str) -> Settings:
    return settings_of(config)


def _line(error: Exception) -> str:
    """An error in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())
