"""The commands, their options and the help that teaches them."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

from sim.commands import texts
from sim.errors import InputError, nearest


class Usage(Exception):
    """What the command line asks for is its help, or makes no sense: text and exit code."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.text, self.code = text, code


class _Parser(ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise Usage(f"{self.prog}: {message}; `{self.prog} --help` shows examples\n", 2)

    def print_help(self, file: Any = None) -> None:
        raise Usage(self.format_help(), 0)


@dataclass(frozen=True)
class Command:
    """A command: one line about it, its help, the module and function that do it, its options, and its words.

    A command with its ``own_parser`` gets its words as they are and returns the exit code.
    """

    summary: str
    text: str
    target: str
    options: tuple[str, ...] = ()
    words: str = "preset=…, group=option, key=value"
    own_parser: bool = False

    def function(self) -> Callable[[Namespace], Any]:
        """The function that carries it out. Raises ``InputError`` where this installation has none."""
        module, _, name = self.target.rpartition(".")
        try:
            found: Callable[[Namespace], Any] = getattr(import_module(module), name)
        except ModuleNotFoundError as error:
            if error.name and error.name.startswith(module.rpartition(".")[0]):
                raise InputError(f"this installation has no {module}") from None
            raise
        return found


def count(text: str) -> int:
    """A whole number from 1 on, for an option. Raises ``ArgumentTypeError``."""
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise ArgumentTypeError(f"{text!r} is not allowed; give a whole number, 1 or more")
    return int(text)


OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "json": (("--json",), {"action": "store_true", "help": "print one JSON object (keys: docs/json.md) instead of tables"}),
    "out": (("--out",), {"metavar": "PATH", "help": "where to write (default: runs/NAME-SEED-REPLICATION)"}),
    "study-out": (("--out",), {"metavar": "PATH", "help": "where to write (default: ./NAME)"}),
    "plan-out": (("-o", "--out"), {"metavar": "FILE", "help": "write the settings of an imported plan there, .yaml"}),
    "tape-out": (("--out",), {"metavar": "FILE", "help": "write the tape there, .csv or .yaml (default: it is not saved)"}),
    "cfg": (("--cfg",), {"choices": ("job",), "help": "print the whole configuration and stop"}),
    "internal": (
        ("--internal",),
        {"action": "store_true", "help": "show areas of fewer than five centres too; stamps the output"},
    ),
    "no-save": (("--no-save",), {"action": "store_true", "help": "write no run directory"}),
    "plugin": (
        ("--plugin",),
        {"metavar": "FILE.py", "action": "append", "default": [], "help": "your own policies and measures (docs/plugins.md)"},
    ),
    "tape": (("--tape",), {"metavar": "FILE", "help": "take this tape (CSV or YAML) instead of drawing one"}),
    "merge": (("--merge",), {"metavar": "FILE", "help": "put this tape (say, injects) into the drawn one"}),
    "exercise": (("--exercise",), {"metavar": "NAME", "help": "play this exercise: a shipped one, or a .yaml file of yours"}),
    "replications": (("--replications",), {"type": count, "metavar": "N", "help": "days for each option"}),
    "workers": (("--workers",), {"type": count, "metavar": "N", "help": "processes (default: all cores)"}),
    "multirun": (("-m", "--multirun"), {"action": "store_true", "help": "accepted and not needed"}),
    "yes": (("--yes",), {"action": "store_true", "help": "run it all, however much it is or long it takes"}),
    "measure": (
        ("--measure",),
        {
            "metavar": "NAME,…",
            "action": "append",
            "default": [],
            "help": "these measures, or all (left out: the headline)",
        },
    ),
    "option": (
        ("--option",),
        {"metavar": "NAME", "action": "append", "default": [], "help": "this option only; may be given several times"},
    ),
    "by": (
        ("--by",),
        {"choices": ("point", "run", "area", "force"), "help": "one row for each option, stored run, area or force"},
    ),
    "every": (
        ("--all",),
        {"dest": "every", "action": "store_true", "help": "also options of earlier starts, and runs of other model code"},
    ),
    "export": (
        ("--export",),
        {"metavar": "FILE", "help": "write all rows to a .csv or .parquet file, with a dictionary of its columns beside it"},
    ),
    "figures": (("--figures",), {"metavar": "KIND,…", "help": "also write every figure as a file: png, svg, pdf"}),
    "compared": (("--measure",), {"metavar": "NAME", "help": "measure to compare (default: potential_response)"}),
    "difference": (("--difference",), {"type": float, "metavar": "X", "help": "difference to show, in the measure's unit"}),
    "power": (("--power",), {"type": float, "metavar": "P", "help": "chance of showing it (default: 0.8)"}),
    "no-report": (("--no-report",), {"action": "store_true", "help": "write no report at the end"}),
    "paper-out": (("--out",), {"metavar": "FOLDER", "help": "where to write (default: here)"}),
    "at": (("--at",), {"metavar": "TIME", "help": "the moment from which on things change, such as 14:30"}),
    "change": (
        ("--change",),
        {"metavar": "KEY=VALUE", "action": "append", "default": [], "help": "what changes; may be given several times"},
    ),
    "continuations": (
        ("--continuations",),
        {"type": count, "metavar": "K", "help": "also K days whose rest is drawn anew (default: none)"},
    ),
    "against": (("--against",), {"metavar": "RUN", "help": "a run of the same day under another plan, beside the first"}),
    "page-out": (("--out",), {"metavar": "FILE.html", "help": "where to write (default: beside the run's folder)"}),
    "as": (
        ("--as",),
        {"dest": "kinds", "metavar": "FILE,…", "action": "append", "help": "these files (default: all); names: see below"},
    ),
    "export-out": (("--out",), {"metavar": "FOLDER", "help": "where to write (default: RUN-export, beside the run)"}),
    "date": (("--date",), {"metavar": "DATE", "help": "date of polling day, such as 2017-05-04"}),
    "from": (("--from",), {"dest": "begin", "metavar": "TIME", "help": "from this moment on, such as 07:00 or 'D-1 18:30'"}),
    "to": (("--to",), {"dest": "end", "metavar": "TIME", "help": "up to this moment"}),
    "origin": (("--origin",), {"metavar": "LON,LAT", "help": "where the point 0, 0 lies, for a case with x and y in metres"}),
    "language": (("--language",), {"choices": ("en", "fr", "ar"), "default": "fr", "help": "names of areas"}),
}

COMMANDS = {
    "run": Command(
        "run one polling day and print its measures", texts.RUN, "sim.commands.run.run",
        ("out", "no-save", "tape", "merge", "exercise", "plugin", "cfg", "internal"),
        "FOLDER, or preset=…, group=option, key=value",
    ),
    "sweep": Command(
        "compare options over many days", texts.SWEEP, "sim.commands.sweep.sweep",
        ("study-out", "replications", "workers", "plugin", "multirun", "yes", "cfg", "internal", "no-report"),
        "study=…, preset=…, key=value,value",
    ),
    "results": Command(
        "what a study holds, also while it runs", texts.RESULTS, "sim.commands.results.results",
        ("measure", "option", "by", "every", "export", "plugin"), "STUDY, the folder of a study",
    ),
    "report": Command(
        "one page for planners from a stored study", texts.REPORT, "sim.commands.report.report", ("figures",),
        "STUDY, the folder of a study; language=…, share=…, baseline=…",
    ),
    "compare": Command(
        "two options against each other", texts.COMPARE, "sim.commands.compare.compare", (),
        "STUDY OPTION OPTION, or STUDY STUDY; language=…, share=…",
    ),
    "replay": Command(
        "see a saved run again on a map", texts.REPLAY, "sim.commands.replay.replay", ("against", "page-out", "plugin"),
        "RUN, the folder of a run; language=…, share=…",
    ),
    "power": Command(
        "how many days would show a difference", texts.POWER, "sim.commands.power.power",
        ("compared", "difference", "power"), "FOLDER of a study",
    ),
    "territory": Command(
        "centres and offices by force, area and fabric", texts.TERRITORY, "sim.commands.show.territory", ("language", "cfg"),
    ),
    "forces": Command("the force ledger: who does what, hour by hour", texts.FORCES, "sim.commands.show.forces", ("cfg",)),
    "tape": Command("draw what happens on a day and save it", texts.TAPE, "sim.commands.show.tape", ("tape-out", "cfg")),
    "plan": Command(
        "the plan as a workbook: export, fill in, import", texts.PLAN, "sim.commands.plan.plan", ("plan-out",),
        "export|import FILE.xlsx, then preset=…, key=value, language=en|fr|ar",
    ),
    "measures": Command(
        "measure a saved run again", texts.MEASURES, "sim.commands.run.measures", ("plugin", "internal"), "RUNDIR",
    ),
    "fork": Command(
        "a run up to a moment, then another decision", texts.FORK, "sim.commands.fork.fork_run",
        ("at", "change", "continuations", "workers", "plugin", "out", "no-save"), "RUNDIR",
    ),
    "verify": Command(
        "run a saved day again and compare every record", texts.VERIFY, "sim.commands.verify.verify", ("plugin",), "RUNDIR",
    ),
    "export": Command(
        "a saved run as files for maps and tables", texts.EXPORT, "sim.commands.export.export",
        ("as", "export-out", "date", "from", "to", "origin", "plugin"), "RUN, the folder of a run; share=…",
    ),
    "paper": Command(
        "cards and room log of an exercise, to be printed", texts.PAPER, "sim.commands.paper.paper", ("paper-out",),
        "EXERCISE, shipped or a .yaml file; language=…",
    ),
    "explain": Command("what an output or a setting means", texts.EXPLAIN, "sim.commands.show.explain", (), "NAME"),
    "bench": Command("how fast the engine is", texts.BENCH, "sim.bench.command.bench", own_parser=True),
}  # fmt: skip


def overview(words: Sequence[str] = ()) -> str:
    """Help of the whole program, or its version."""
    if list(words) == ["--version"]:
        from sim.runs.passport import package_version  # loads the model, which a word to complete can do without

        return f"pollday {package_version()}"
    table = "\n".join(f"  {name:<10} {command.summary}" for name, command in COMMANDS.items())
    return texts.OVERVIEW.format(commands=table)


def parse(words: Sequence[str]) -> Namespace:
    """Parse a command line. Raises ``Usage`` for help and for options that make no sense."""
    name = words[0]
    if name not in COMMANDS:
        hint = nearest(name, COMMANDS)
        raise Usage(f"pollday: no command '{name}'{hint}; there is {', '.join(COMMANDS)}\n", 2)
    command = COMMANDS[name]
    parser = _Parser(
        prog=f"pollday {name}",
        description=command.summary[0].upper() + command.summary[1:] + ".",
        epilog=command.text,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help=command.words)
    for option in ("json", *command.options):
        flags, keywords = OPTIONS[option]
        parser.add_argument(*flags, **keywords)
    args = parser.parse_intermixed_args(list(words[1:]))
    args.command = name
    return args
