"""What a worker process does before its first task: it hears no Ctrl-C, and it ends when its driver does."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

LOOK_TIME = 0.2
"""Seconds between two looks whether the driver still lives."""
_PR_SET_PDEATHSIG = 1


def begin(driver: int) -> None:
    """Prepare a worker whose parent is the process ``driver``.

    Where the kernel can do it (Linux), it ends the worker together with its parent; a thread that looks for the parent
    does so anywhere else, and where the driver died before the kernel was asked.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(driver,), daemon=True, name="driver").start()
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _follow(driver: int) -> None:
    while os.getppid() == driver:
        time.sleep(LOOK_TIME)
    os._exit(1)


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes and threads started inside never hear Ctrl-C; the driver hears it when it leaves.

    A terminal sends it to all of them, and only the driver knows what to do. The processes that keep account of resources are
    started first, because starting them makes the thread hear again.
    """
    for package in ("multiprocessing", "loky.backend"):
        import_module(f"{package}.resource_tracker").ensure_running()
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
