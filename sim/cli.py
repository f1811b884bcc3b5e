"""The command line, and the only module that knows Hydra: words become settings, answers become text or JSON.

Hydra composes the groups and the preset and lends its override grammar; values are then put into plain nested data and pass
the gate of ``sim.settings``. Paths never meet the grammar, so any name works.
"""

from __future__ import annotations

import gc
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from decimal import Decimal
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

from sim import plugins
from sim.commands.answer import Answer, show
from sim.commands.changes import Change, put, tidy
from sim.commands.experiment import opened
from sim.commands.grammar import EXPERIMENT, PLAN, Axis, Interval, Word, groups, is_group, option_of, options_in
from sim.commands.parser import COMMANDS, Usage, overview, parse
from sim.commands.plan_file import located, plan_values
from sim.commands.study_words import read_study
from sim.errors import InputError, Stopped, nearest
from sim.resources import conf_dir
from sim.settings import Settings, dump, read
from sim.study.design import Study

MOST_VALUES = 1_000_000
"""Values that one word may give."""
OBJECTS_BETWEEN_LOOKS = (20_000, 20, 20)
"""When the garbage collector looks: Python's own numbers (700, 10, 10) cost a command a tenth of its time and find nothing."""


def axis(text: str) -> Axis:
    """One word by Hydra's grammar: a value, or the values of a sweep in their order. Raises ``InputError``."""
    word = Word(text)
    if word.value is None:
        return Axis(text, word.key, word.sign, (None,))
    if word.key == PLAN:
        files = plan_values(word.value)
        return Axis(text, word.key, word.sign, files, len(files) > 1)
    if word.is_file:
        return Axis(text, word.key, word.sign, (word.value,))
    parsed = _parsed(word)
    if not parsed.is_sweep_override():
        return Axis(text, word.key, word.sign, (parsed.value(),))
    values, interval = _swept(word, parsed.value(), parsed._convert_value)
    if not values and interval is None:
        raise InputError(f"{text!r} gives no value at all")
    return Axis(text, word.key, word.sign, values, True, interval)


def _parsed(word: Word) -> Any:
    """The override as Hydra reads it. Raises ``InputError``."""
    from hydra.errors import HydraException

    try:
        return _parser().parse_override(f"x={word.value}")
    except HydraException as error:
        problem = str(error).splitlines()[0].replace(f"x={word.value}", word.text)
        raise InputError(f"{word.text!r}: {problem}; put texts with other than plain letters in '…'") from None


@cache
def _parser() -> Any:
    """Hydra's parser of overrides; ``sort`` and ``shuffle`` are our own, which need nothing drawn and sort ranges right."""
    from hydra.core.override_parser.overrides_parser import OverridesParser, create_functions
    from hydra.core.override_parser.types import ChoiceSweep, RangeSweep

    def sort(*args: Any, reverse: bool = False, **named: Any) -> Any:
        given = [*named.values(), *args]
        one = given[0] if len(given) == 1 else given
        if isinstance(one, RangeSweep):
            one = numbers(one.start or 0, one.stop or 0, one.step)
        values = sorted(one.list if isinstance(one, ChoiceSweep) else one, reverse=reverse)
        return values if one is given[0] and isinstance(one, list) else ChoiceSweep(list=values)

    functions = create_functions()
    functions.functions |= {"sort": sort, "shuffle": lambda *_, **__: ChoiceSweep(shuffle=True)}
    return OverridesParser(functions)


def _swept(word: Word, sweep: Any, plain: Callable[[Any], Any]) -> tuple[list[Any], Interval | None]:
    """Values of a sweep in their order, or its interval. Raises ``InputError`` for what gives no repeatable values."""
    kind = type(sweep).__name__
    if getattr(sweep, "shuffle", False):
        raise InputError(f"{word.text!r}: shuffle is not for studies, whose options keep their order; leave it out")
    if kind == "IntervalSweep":
        whole = isinstance(sweep.start, int) and isinstance(sweep.end, int)
        return [], Interval(sweep.start, sweep.end, "log" in sweep.tags, whole)
    if kind == "RangeSweep":
        return numbers(sweep.start, sweep.stop, sweep.step, word.text), None
    if kind == "Glob":
        known = options_in(word.key) if word.key in (*groups(), EXPERIMENT) else None
        if known is None:
            raise InputError(f"{word.text!r}: glob chooses options of a group, such as dispatch=glob(*)")
        return sweep.filter(known), None
    return [tidy(plain(value)) for value in sweep.list], None


def numbers(start: float, stop: float, step: float, text: str = "") -> list[float]:
    """The numbers of ``range``, exact in decimals: 0.1 + 0.2 is 0.3. Raises ``InputError`` for a step of 0 and for too many."""
    first, last, by = (Decimal(repr(number)) for number in (start, stop, step))
    if not by:
        raise InputError(f"{text!r}: a step of 0 never gets there")
    count = max(ceil((last - first) / by), 0)
    if count > MOST_VALUES:
        raise InputError(f"{text!r} gives {count:,} values, allowed: at most {MOST_VALUES:,}")
    whole = all(isinstance(number, int) for number in (start, stop, step))
    return [(int if whole else float)(first + i * by) for i in range(count)]


def compose(words: Sequence[str]) -> Settings:
    """Settings from overrides: the preset and options of groups first, then values, then the gate. Raises ``InputError``."""
    return compose_changes([axis(text).change() for text in words])


def compose_changes(changes: Sequence[Change]) -> Settings:
    """Settings from changes. Hydra composes once for each combination of options; values go into copies of what it gave.

    Raises ``InputError``.
    """
    found = opened(changes)
    base = _base(tuple(sorted({c.key: option_of(c) for c in found if is_group(c)}.items())))
    touched: dict[str, Any] = {}
    for change in found:
        if not is_group(change):
            top = change.key.partition(".")[0]
            if change.sign == "~" and not hasattr(base, top):
                raise InputError(f"{change.text!r}: there is no such key{nearest(top, vars(base))}")
            if top not in touched and hasattr(base, top):
                own = getattr(base, top)
                touched[top] = dump(own) if is_dataclass(own) else own
            put(touched, change)
    return read({**vars(base), **touched}, Settings) if touched else base


@cache
def _base(options: tuple[tuple[str, str], ...]) -> Settings:
    return read(_hydra(options), Settings)


def _hydra(options: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """What Hydra composes from conf/ with these options, as plain data."""
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from hydra.errors import HydraException
    from omegaconf import OmegaConf

    try:
        with initialize_config_dir(version_base="1.3", config_dir=str(conf_dir())):
            config = hydra_compose("config", overrides=[f"{group}={option}" for group, option in options])
    except HydraException as error:
        problem = str(error.__cause__ or error).strip().splitlines()
        raise InputError(f"conf: {problem[0] if problem else error}") from None
    plain: Any = OmegaConf.to_container(config, resolve=False)
    return dict(plain)


def nested(words: Sequence[str]) -> dict[str, Any]:
    """Values of overrides as nested data, for a folder's own rules. Raises ``InputError`` for the option of a group."""
    plain: dict[str, Any] = {}
    for text in words:
        change = axis(text).change()
        if change.sign == "~":
            raise InputError(f"{text!r}: nothing can be taken out of a folder's rules; change world.yaml")
        put(plain, change)
    return plain


def split(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Tell a path from overrides among the words of a command: the path is the one that exists or has no ``=``.

    Raises ``InputError`` for two paths.
    """
    if not all(word.strip() for word in words):
        raise InputError("an empty word is neither a folder nor a setting")
    paths = [w for w in words if not w.startswith("~") and ("=" not in w or Path(w).exists())]
    if len(paths) > 1:
        raise InputError(f"two folders at once: {paths[0]!r} and {paths[1]!r}; settings are written key=value")
    if paths and not Path(paths[0]).exists():
        presets = groups()["preset"]
        near = f" (did you mean preset={paths[0]}?)" if paths[0] in presets else nearest(paths[0], presets)
        raise InputError(f"{paths[0]}: no such folder{near}; settings are written key=value")
    return (paths[0] if paths else None), [w for w in words if w not in paths]


def carry_out(args: Namespace) -> Answer | int:
    """Do what the command line asks for; a command that prints by itself returns its exit code."""
    for file in getattr(args, "plugin", ()):
        plugins.load(file)
    _equip(args)
    try:
        result: Answer | int = COMMANDS[args.command].function()(args)
    except InputError as error:
        raise located(error, args.words) from None
    return result


def _equip(args: Namespace) -> None:
    """Hand what only this module can do to the commands."""
    args.compose, args.compose_changes, args.axis = compose, compose_changes, axis
    args.nested, args.split = nested, split


def compose_study(*words: str) -> Study:
    """The study that ``pollday sweep`` would run with these words; nothing is run. Raises ``InputError``."""
    args = parse(["sweep", *words])
    _equip(args)
    return read_study(args)


def run_own(name: str, words: list[str]) -> int:
    """Run a command that parses its words and prints by itself. Returns the exit code."""
    function: Any = COMMANDS[name].function()
    return int(function(words))


def respond(answer: Answer | int, as_json: bool) -> int:
    """Print an answer: notes to standard error, the rest to standard output. Returns the exit code."""
    if isinstance(answer, int):
        return answer
    for note in answer.notes:
        print(f"note: {note}", file=sys.stderr)
    print(show(answer, as_json), end="")
    return answer.code


def _completion(asked: str, text: str) -> str:
    """What a shell gets: its lines, or the words that may follow. Imported only here: a shell waits for it at every key."""
    from sim.commands.completion import complete, script

    return script(text) if asked == "--completion" else "\n".join(complete(text))


def _told(error: Exception) -> str:
    """An error in words: of the file system, which file and what is wrong with it."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror[0].lower()}{error.strerror[1:]}"
    return str(error)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``pollday``; returns the exit code: 0, or 2 for a mistake in what was given."""
    gc.set_threshold(*OBJECTS_BETWEEN_LOOKS)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    words = list(sys.argv[1:] if argv is None else argv)
    name = words[0] if words and words[0] in COMMANDS else ""
    try:
        if not words or words[0] in ("-h", "--help", "help", "--version"):
            print(overview(words))
            return 0
        if words[0] in ("--completion", "--complete") and len(words) == 2:
            print(_completion(*words))
            return 0
        if name and COMMANDS[name].own_parser:
            return run_own(name, words[1:])
        args = parse(words)
        args.words_typed = tuple(words)
        return respond(carry_out(args), args.json)
    except Usage as usage:
        print(usage.text, end="", file=sys.stderr if usage.code else sys.stdout)
        return usage.code
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        return stopped.code
    except (InputError, OSError) as error:
        lines = _told(error).splitlines() or [type(error).__name__]
        print("\n".join(f"pollday{f' {name}' if name else ''}: {line}" for line in lines[:3]), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
