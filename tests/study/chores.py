"""Small tasks for workers: what they do is in the task itself."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from sim.study.packing import pack
from sim.study.task import Reply, Task
from tests.study.stored import outcome


def do(task: tuple[str, Any]) -> Any:
    """Carry out ``(what, on what)``."""
    what, value = task
    return CHORES[what](value)


_SOME = pack(outcome("any", 0, scalars=60, curve=1_000))


def nothing(task: Task) -> Reply:
    """Hand back an outcome as large as that of a city of 1,000 centres without computing anything."""
    return Reply(_SOME, 0.001, task.code, "here")


def _square(number: int) -> int:
    return number * number


def _die(_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_once(mark: str) -> str:
    """End the worker the first time, and tell so the second time."""
    if not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "second time"


def _fail(text: str) -> None:
    raise ValueError(text)


def _sleep(_: Any) -> None:
    time.sleep(3600)


CHORES = {"square": _square, "die": _die, "die once": _die_once, "fail": _fail, "sleep": _sleep, "pid": lambda _: os.getpid()}
