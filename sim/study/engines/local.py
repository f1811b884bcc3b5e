"""The engine for one machine: a pool of processes by loky."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from queue import Empty, SimpleQueue
from typing import Any

from loky import get_reusable_executor
from loky.backend.utils import kill_process_tree

from sim.errors import InputError
from sim.study.engines import Ended
from sim.study.engines.worker import begin, deaf_to_interrupts

IDLE_TIME = 60
"""Seconds after which idle workers end."""
CHECK_TIME = 120
"""Seconds that a new worker may take to answer."""


class LokyEngine:
    """Calls ``function`` in ``workers`` processes of this machine. One lost worker takes the whole pool with it: all that is
    in flight comes back as died, and a new pool is there for what comes next."""

    def __init__(self, function: Callable[[Any], Any], workers: int, address: str | None = None) -> None:
        if address is not None:
            raise InputError(f"engine.address={address}: loky works on this machine only; engine=dask takes an address")
        self._function, self.workers = function, workers
        self._flying: dict[Future[Any], int] = {}
        self._arrived: SimpleQueue[Future[Any]] = SimpleQueue()
        warnings.filterwarnings("ignore", module="loky")  # it tells when it replaces a worker that has grown large
        self._pool = self._start()

    def _start(self) -> Any:
        return get_reusable_executor(self.workers, timeout=IDLE_TIME, initializer=begin, initargs=(os.getpid(),))

    def submit(self, number: int, task: Any) -> None:
        """Give ``task`` to the pool; if the pool broke just now, it comes back as died."""
        try:
            with deaf_to_interrupts():
                future = self._pool.submit(self._function, task)
        except BrokenExecutor as error:
            future = Future()
            future.set_exception(error)
        self._flying[future] = number
        future.add_done_callback(self._arrived.put)

    def wait(self, timeout: float) -> list[Ended]:
        """Tasks that ended; all that are in flight, when the pool broke."""
        ended: list[Ended] = []
        try:
            ended.append(self._take(self._arrived.get(timeout=timeout)))
            while True:
                ended.append(self._take(self._arrived.get_nowait()))
        except Empty:
            pass
        if any(end.died for end in ended):
            while self._flying:
                ended.append(self._take(self._arrived.get()))
            self._pool = self._start()
        return ended

    def _take(self, future: Future[Any]) -> Ended:
        number, error = self._flying.pop(future), future.exception()
        if error is None:
            return Ended(number, reply=future.result())
        if isinstance(error, BrokenExecutor):
            return Ended(number, died=" ".join(str(error).split()))
        return Ended(number, error=f"{type(error).__name__}: {error}")

    def kill(self, number: int) -> None:
        """End every worker: which of them has the task is not known.

        A worker that died while it sent a result leaves the reader with half of it, waiting for ever: closing the last
        way into its pipe wakes it up.
        """
        for process in list(self._pool._processes.values()):
            kill_process_tree(process)
        self._pool._result_queue._writer.close()

    def check(self) -> str:
        """Start a pool and have it do next to nothing."""
        try:
            with deaf_to_interrupts():
                self._pool.submit(os.getpid).result(CHECK_TIME)
        except (BrokenExecutor, TimeoutError) as error:
            self._pool = self._start()
            return " ".join(str(error).split()) or "no worker answers"
        return ""

    def close(self, at_once: bool = False) -> None:
        """End the workers at once, or leave them for the next study of this process, till they are idle for a minute."""
        if at_once:
            self._pool.shutdown(wait=True, kill_workers=True)
