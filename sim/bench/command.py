"""``pollday bench``: the engine against a plain SimPy program, on the same work."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, NoReturn

from sim.bench.measure import measure
from sim.bench.work import SIZES
from sim.errors import InputError, nearest

DEFAULT_SIZES = ("city", "nation")
MOST_REPEATS = 100

_HELP = """The same drawn work is run by pollday's ordinary engine, with its full trace, and by a plain textbook SimPy
program (sim/bench/plain.py). Both must answer every incident alike; the table says what each of them costs."""
_EXAMPLES = """examples:
  pollday bench                          city and nation (a minute or two)
  pollday bench --size city --repeat 7
  pollday bench --size small --json"""


_COLUMNS = {
    "cpu_time": 3,
    "us_per_incident": 1,
    "events_per_incident": 2,
    "records_per_incident": 2,
    "peak_memory_mib": 1,
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(message)


def bench(argv: list[str]) -> int:
    """Run the bench with command line words; print a table, or with ``--json`` one object. Returns the exit code.

    Raises ``InputError`` for words it does not know.
    """
    options = _options(argv)
    sizes = [options.size] if options.size else list(DEFAULT_SIZES)
    found = {name: measure(SIZES[name], options.repeat or SIZES[name].repeat, _progress(name)) for name in sizes}
    print(json.dumps({"command": "bench", "sizes": found, "versions": versions()}) if options.json else table(found))
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="pollday bench", description=_HELP, epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", metavar="NAME", help=f"one of {', '.join(SIZES)} (default: {' and '.join(DEFAULT_SIZES)})")
    usual = ", ".join(f"{size.repeat} of {name}" for name, size in SIZES.items())
    parser.add_argument("--repeat", type=int, metavar="N", help=f"runs of each program; medians are shown (default: {usual})")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    options = parser.parse_args(argv)
    if options.size is not None and options.size not in SIZES:
        hint = nearest(options.size, SIZES)
        raise InputError(f"unknown size '{options.size}'{hint}; allowed: {', '.join(SIZES)}")
    if options.repeat is not None and not 1 <= options.repeat <= MOST_REPEATS:
        raise InputError(f"--repeat {options.repeat} is out of range; allowed: 1 to {MOST_REPEATS}")
    return options


def _progress(size: str) -> Callable[[str], None]:
    return lambda text: print(f"{size}: {text}", file=sys.stderr, flush=True)


def versions() -> dict[str, str]:
    """Versions on which the figures depend."""
    return {"python": platform.python_version(), "simpy": version("simpy"), "numpy": version("numpy")}


def table(found: dict[str, Any]) -> str:
    """The figures as a table of text, one line per size and program."""
    head = ("size", "program", "times faster", "CPU s", "us/incident", "SimPy events", "records", "peak MiB")
    lines: list[tuple[str, ...]] = [head]
    for size, answer in found.items():
        for program in ("engine", "plain"):
            row = answer[program]
            faster = f"{answer['ratio_to_plain']:.2f}" if program == "engine" else "1"
            figures = tuple(f"{row[key]:.{digits}f}" for key, digits in _COLUMNS.items())
            lines.append((size, program, faster, *figures))
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    text = ["  ".join(f"{word:>{width}}" for word, width in zip(line, widths)) for line in lines]
    notes = [
        f"{size}: equal responses in all {answer['incidents']} incidents"
        f" (largest difference {answer['max_response_difference']:.1e} s)"
        for size, answer in found.items()
    ]
    how = "SimPy events and records are per incident; CPU times are medians, times faster is the median of the turns."
    return "\n".join([*text, "", how, *notes])
