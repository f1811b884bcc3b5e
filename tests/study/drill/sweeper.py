"""A process that has everything imported and starts a sweep whenever it is told to, so that a drill can kill hundreds of them.

Reads one JSON object a line: ``folder`` to work in, file ``said`` for what the sweep prints, and ``words`` of the command line.
Writes the process id of the sweep, and when that has ended its exit code, negative for a signal.
"""

from __future__ import annotations

import json
import os
import sys

import sim.commands.sweep as module
from sim.cli import compose, main
from sim.study.point import place_of
from tests.study.drill.kills import BARE, HAMLET


def sweep(folder: str, said: str, words: list[str]) -> int:
    """In the forked process: run ``pollday``. Returns its exit code."""
    os.chdir(folder)
    file = os.open(said, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(file, stream)
    sys.argv[0] = "pollday"
    return main(words)


def serve() -> None:
    """Start sweeps one after another; in the forked process it ends with the sweep's exit code."""
    place_of(compose(HAMLET))
    if BARE in sys.argv:
        module.draw_all, module.end_report = lambda *_: [], lambda *_: (None, [])  # type: ignore[assignment]
    print("ready", flush=True)
    while line := sys.stdin.readline():
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            sys.exit(sweep(**order))
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
