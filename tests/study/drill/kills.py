"""Start sweeps of a small study, kill them or their workers, and look at what is left."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from sim.study.store import Store

ROOT = Path(__file__).resolve().parents[3]
HAMLET = ("preset=demo-city", "territory.city.centres=6", "territory.city.offices=12", "territory.city.voters=4000")
DAYS = 12
"""Replications of a study that is through in seconds."""
MARK = "POLLDAY_DRILL"
"""Name of the variable by which every process of a drill is known."""
BARE = "bare"
"""Word that lets sweeps end with their tables."""
GONE_TIME = 30.0
"""Seconds after which a process that should be gone counts as an orphan; they take a fraction of one on a quiet machine."""


def words(name: str, replications: int, *more: str) -> list[str]:
    """The command of a study of two options."""
    return ["sweep", *HAMLET, "staffing.patrol_cars_factor=0.5,1.0", f"replications={replications}", f"study.name={name}", *more]


class Sweeper:
    """The process that starts sweeps, with their pictures and reports or without. A context manager."""

    def __init__(self, folder: Path, pictures: bool = True) -> None:
        self.folder, self._mark = folder, secrets.token_hex(8)
        self._said = folder / f"said-{self._mark}.txt"
        environment = os.environ | {MARK: self._mark, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
        command = [sys.executable, "-m", "tests.study.drill.sweeper", *(() if pictures else (BARE,))]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._answer() == "ready"
        self.pid = 0

    def __enter__(self) -> Sweeper:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for pid in [*self.others(), self._process.pid]:
            send(pid, signal.SIGKILL)
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def start(self, command: list[str]) -> int:
        """Start a sweep; returns its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"folder": str(self.folder), "said": str(self._said), "words": command}) + "\n")
        self._process.stdin.flush()
        self.pid = int(self._answer())
        return self.pid

    def end(self) -> int:
        """Wait for the sweep to end; returns its exit code, negative for a signal."""
        return int(self._answer())

    def kill(self) -> int:
        """Kill the sweep, unless it has ended by itself; returns its exit code."""
        send(self.pid, signal.SIGKILL)
        return self.end()

    def run(self, command: list[str]) -> int:
        """Start a sweep and wait for its end."""
        self.start(command)
        return self.end()

    def said(self) -> str:
        """What the last sweep printed."""
        return self._said.read_text(encoding="utf-8")

    def others(self) -> list[int]:
        """All processes of the drill but the one that starts sweeps."""
        return [pid for pid in marked(self._mark) if pid != self._process.pid]

    def workers(self) -> list[int]:
        """Processes below the sweep that do the work (not those that only keep account of resources)."""
        return [pid for pid in self.others() if pid != self.pid and not _is_helper(pid)]

    def time_until_alone(self) -> float:
        """Seconds until every process of the sweep is gone; fails where one stays."""
        begin = time.monotonic()
        while left := self.others():
            assert time.monotonic() - begin < GONE_TIME, f"orphans: {[_command(pid) for pid in left]}"
            time.sleep(0.01)
        return time.monotonic() - begin

    def wait_for_runs(self, name: str, number: int) -> None:
        """Wait until so many runs of a study are stored, or the sweep has ended."""
        while stored(self.folder / name) < number and Path(f"/proc/{self.pid}").exists():
            time.sleep(0.02)


def send(pid: int, number: signal.Signals) -> bool:
    """Send a signal to a process; whether it was still there. A process may end at any time, and that is no mistake."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def marked(mark: str) -> Iterator[int]:
    """Living processes whose environment bears the mark of a drill."""
    wanted = f"{MARK}={mark}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def _is_helper(pid: int) -> bool:
    return "resource_tracker" in _command(pid)


def stored(folder: Path) -> int:
    """Runs stored in a study's folder."""
    if not (folder / "study.sqlite").exists():
        return 0
    try:
        with Store.open(folder) as store:
            return len(store.done())
    except (ValueError, OSError):  # it is being made just now
        return 0


def results(folder: Path) -> dict[str, bytes]:
    """What a finished study gives: its table, every run, and the tables by place."""
    return {name: (folder / name).read_bytes() for name in ("table.csv", "results.csv", "by_area.csv", "by_force.csv")}


def check_store(folder: Path, runs: int) -> None:
    """Every run is stored exactly once, whole, and nothing was damaged."""
    with Store.open(folder) as store:
        assert store.notes == []
        assert sorted(len(list(store.runs(point.id))) for point in store.points()) == [runs // 2] * 2
        for point, replication in sorted(store.done()):
            store.outcome(point, replication)
