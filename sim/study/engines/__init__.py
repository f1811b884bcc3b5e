"""Engines: where the runs of a study are computed. One seam, a small module for each engine.

An engine knows nothing of studies: it calls one pure function on tasks (plain data) in other processes and says what came
of each. ``ENGINES`` names the modules; another engine is one more of them and a file in ``conf/engine/``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from sim.errors import InputError

if TYPE_CHECKING:
    from sim.study.asked import Engine as EngineSettings

ENGINES = {"loky": "sim.study.engines.local.LokyEngine", "dask": "sim.study.engines.dask.DaskEngine"}


class EngineLost(Exception):
    """The engine as a whole cannot go on: its scheduler is gone, no worker can start, or one runs other code."""


@dataclass(frozen=True)
class Ended:
    """What came of the task ``number``: its ``reply``; or why it could not be called (``error``); or why its worker was lost
    (``died``), with the number of workers that this took."""

    number: int
    reply: Any = None
    error: str = ""
    died: str = ""
    deaths: int = 1


class Engine(Protocol):
    """Calls a function on tasks. Used from one thread."""

    @property
    def workers(self) -> int:
        """Processes that work now."""

    def submit(self, number: int, task: Any) -> None:
        """Have the function called on ``task``; tasks are begun in the order of submission."""

    def wait(self, timeout: float) -> list[Ended]:
        """Tasks that ended; waits at most ``timeout`` seconds for the first. Lost workers are replaced."""

    def kill(self, number: int) -> None:
        """End the worker of a task that hangs. What is lost with it comes out of ``wait`` as died."""

    def check(self) -> str:
        """Why no worker can do anything at all; an empty text when one can."""

    def close(self, at_once: bool = False) -> None:
        """Let go of the workers; ``at_once`` ends them in the middle of what they do."""


def open_engine(chosen: EngineSettings, function: Callable[[Any], Any], workers: int) -> Engine:
    """Start the engine that calls ``function``. Raises ``InputError`` for one that is not installed or not reached.

    What an engine needs besides the base installation is the extra of its name.
    """
    module, _, name = ENGINES[chosen.name].rpartition(".")
    try:
        start: Callable[..., Engine] = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        missing = f"engine={chosen.name}: {error.name} is not installed"
        raise InputError(f"{missing}; pip install 'pollday[{chosen.name}]'") from None
    return start(function, workers, chosen.address)


def check_engine(chosen: EngineSettings, function: Callable[[Any], Any]) -> None:
    """Refuse a scheduler that does not answer, before a study's folder is made. Raises ``InputError``."""
    if chosen.address:
        open_engine(chosen, function, 1).close(at_once=True)
