"""The engine for clusters: Dask, as a small cluster on this machine or through the scheduler of a running one.

Whatever can start ``dask worker`` (Slurm, other queues, ssh, containers) serves: see docs/scaling.md.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import secrets
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

import dask
from distributed import Client, LocalCluster
from distributed.core import Status
from distributed.deploy.spec import close_clusters
from distributed.scheduler import KilledWorker

from sim.errors import InputError
from sim.study.engines import Ended, EngineLost
from sim.study.engines.worker import deaf_to_interrupts

CONNECT_TIME = 10
"""Seconds that a scheduler may take to answer."""
CLOSE_TIME = 1
CHECK_TIME = 120
FETCHERS = 4
"""Threads that fetch results; one waits where a worker died with a result, which is then computed again."""
COUNT_TIME = 1.0
"""Seconds between two counts of the workers."""
START_TIME = 300.0
"""Seconds after which a cluster of our own without any worker is given up; on a busy machine one may start for long."""


class DaskEngine:
    """Calls ``function`` on the workers of a cluster of its own, or of that at ``address`` (tcp://…, or a scheduler file).

    A worker should run one task at a time (``dask worker --nthreads 1``): a day is computed in Python, so threads gain nothing.
    """

    def __init__(self, function: Callable[[Any], Any], workers: int, address: str | None = None) -> None:
        self._function, self._address, self._wanted = function, address, workers
        self._flying: dict[int, Any] = {}
        self._arrived: SimpleQueue[Ended | EngineLost] = SimpleQueue()
        self._withdrawn: set[int] = set()
        self._fetchers = ThreadPoolExecutor(FETCHERS, "fetch")
        self._prefix = f"pollday-{secrets.token_hex(4)}"
        _hush()
        with deaf_to_interrupts():
            self._cluster = None if address else _own_cluster(workers)
            self._client = _connect(address) if address else Client(self._cluster)
        self._count, self._counted, self._seen = 0, -COUNT_TIME, monotonic()
        self._look_after_workers()

    @property
    def workers(self) -> int:
        """Processes that work now; they may come and go."""
        return self._count

    def _look_after_workers(self) -> None:
        """Count the workers now and then, and have a cluster of our own start those that are gone for good.

        Raises ``EngineLost`` when it has had none for too long.
        """
        now = monotonic()
        if now - self._counted < COUNT_TIME:
            return
        self._counted = now
        with suppress(OSError, TimeoutError):
            self._count = len(self._client.nthreads())
        self._seen = now if self._count else self._seen
        if self._cluster is not None and self._count < self._wanted:
            if now - self._seen > START_TIME:
                raise EngineLost(f"no Dask worker has started on this machine for {START_TIME:g} seconds")
            _refill(self._cluster, self._wanted)

    def submit(self, number: int, task: Any) -> None:
        """Give ``task`` to the scheduler."""
        future = self._client.submit(self._function, task, key=f"{self._prefix}-{number}", pure=False)
        self._flying[number] = future
        future.add_done_callback(lambda done: self._fetchers.submit(self._fetch, number, done))

    def _fetch(self, number: int, future: Any) -> None:
        """Put what came of one future where ``wait`` finds it."""
        try:
            self._arrived.put(Ended(number, reply=future.result()))
        except KilledWorker as error:
            died = f"its worker died ({error.last_worker.address})"
            self._arrived.put(Ended(number, died=died, deaths=error.allowed_failures + 1))
        except CancelledError:
            if number in self._flying and number not in self._withdrawn:
                self._arrived.put(EngineLost(f"the Dask scheduler{f' at {self._address}' if self._address else ''} is gone"))
        except Exception as error:
            self._arrived.put(Ended(number, error=f"{type(error).__name__}: {error}"))

    def wait(self, timeout: float) -> list[Ended]:
        """Tasks that ended. Each is let go of at once, so that the scheduler never computes it again."""
        self._look_after_workers()
        ended = []
        try:
            ended.append(self._take(self._arrived.get(timeout=timeout)))
            while True:
                ended.append(self._take(self._arrived.get_nowait()))
        except Empty:
            return [end for end in ended if end is not None]

    def _take(self, end: Ended | EngineLost) -> Ended | None:
        """One arrival; None for one that was killed while its result was on the way."""
        if isinstance(end, EngineLost):
            raise end
        future = self._flying.pop(end.number, None)
        if future is None:
            return None
        future.release()
        return end

    def kill(self, number: int) -> None:
        """Have the worker that has the task end itself; its nanny starts another. Tasks on other workers stay where they are."""
        future = self._flying[number]
        places = [worker for worker, keys in self._client.processing().items() if future.key in keys]
        self._withdrawn.add(number)
        future.cancel()
        self._arrived.put(Ended(number, died="its worker was ended"))
        if places:
            self._client.run(_end, workers=places, wait=False)

    def check(self) -> str:
        """Have any worker do next to nothing."""
        try:
            self._client.submit(os.getpid, pure=False).result(CHECK_TIME)
        except (KilledWorker, CancelledError, TimeoutError) as error:
            return str(error) or "no worker answers"
        return ""

    def close(self, at_once: bool = False) -> None:
        """Withdraw what is in flight and leave; a cluster of its own ends with it, at the latest with this process."""
        if at_once:
            atexit.unregister(close_clusters)  # it waits for what nobody needs
        with suppress(OSError, TimeoutError, CancelledError):
            if self._flying:
                self._client.cancel(list(self._flying.values()), force=True)
            self._client.close(CLOSE_TIME)
            if self._cluster is not None:
                self._cluster.close(CLOSE_TIME)


async def _end() -> None:
    """Run by a worker: end at once. Only a coroutine is carried out without an answer."""
    os._exit(1)


def _hush() -> None:
    """Keep Dask's own log from the terminal: what matters comes back as ``Ended`` or ``EngineLost``."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in ("asyncio", "distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _own_cluster(workers: int) -> Any:
    """A scheduler in this process and workers beside it, which end with it. One death of a worker is told at once.

    Dask lets go for ever of a worker whose successor is not there after 15 seconds, which on a busy machine is no time at all:
    here a successor has as long as it needs. Raises ``InputError`` where no worker can start.
    """
    dask.config.set({"distributed.deploy.lost-worker-timeout": "365 days"})
    try:
        with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
            return LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                memory_limit=0,
                dashboard_address="127.0.0.1:0",  # any free port: the usual one may be another cluster's
                silence_logs=logging.CRITICAL,
            )
    except Exception as error:
        raise InputError(f"engine=dask: no worker can start on this machine ({_reason(error)})") from None


def _refill(cluster: Any, workers: int) -> None:
    """Have a cluster start workers in place of those that it gave up because they could not be started again."""
    for name, nanny in list(cluster.workers.items()):
        if nanny.status in (Status.closed, Status.failed):
            cluster.workers.pop(name, None)
    cluster.scale(workers)


def _connect(address: str) -> Any:
    """A client of the scheduler at an address or named by a scheduler file. Raises ``InputError`` when it does not answer."""
    is_file = "://" not in address and not re.fullmatch(r"[^/]+:\d+", address)
    if is_file and not Path(address).is_file():
        raise InputError(f"engine.address={address}: there is no such scheduler file; or give tcp://HOST:PORT")
    where = {"scheduler_file": address} if is_file else {"address": address}
    try:
        return Client(**where, timeout=CONNECT_TIME)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(
            f"engine.address={address}: no Dask scheduler answers there ({_reason(error)})\n"
            "give tcp://HOST:PORT or the scheduler file that `dask scheduler --scheduler-file FILE` writes"
        ) from None


def _reason(error: Exception) -> str:
    """An error in one line."""
    return (str(error) or type(error).__name__).splitlines()[0]
