"""The command line, and the only module that knows Hydra: words become settings, answers become text or JSON.

Hydra composes the groups and the preset and lends its override grammar; values are then put into plain nested data and pass
the gate of ``sim.settings``. Paths never meet the grammar, so any name works.
"""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from sim import plugins
from sim.commands.answer import Answer, show
from sim.commands.parser import COMMANDS, Usage, overview, parse
from sim.errors import InputError, nearest
from sim.resources import conf_dir
from sim.settings import Settings, dump, read
from sim.settings.gate import in_table

OWN_FOLDERS = ("study",)
"""Folders of conf/ that are no group of the settings."""
_WORD = re.compile(r"^(\+\+|\+|~)?([^\s=\[\]{}()'\"]+)(?:=(.*))?$", re.DOTALL)
_REFUSED = re.compile(r"\$\{|_target_|_partial_|_recursive_|_convert_")


@cache
def groups() -> dict[str, tuple[str, ...]]:
    """Groups of the configuration and their options."""
    folders = [path for path in sorted(conf_dir().iterdir()) if path.is_dir() and path.name not in OWN_FOLDERS]
    return {path.name: tuple(sorted(option.stem for option in path.glob("*.yaml"))) for path in folders}


class Word:
    """One override as typed: ``sign`` (``""``, ``+``, ``++`` or ``~``), ``key`` and the text of its value, if any.

    Raises ``InputError`` for what is no override, and for what only Hydra itself could use.
    """

    def __init__(self, text: str) -> None:
        match = _WORD.match(text)
        if not match or (match[3] is None) == (match[1] != "~"):
            raise InputError(f"{text!r} is no setting; write key=value, such as staffing.patrol_cars_factor=1.2")
        self.text, self.sign, self.key, self.value = text, match[1] or "", match[2], match[3]
        if _REFUSED.search(text):
            raise InputError(f"{text!r}: ${{…}} and _target_ are not allowed; write the value itself")
        if re.match(r"hydra[./=]|hydra$", self.key) or re.search(r"[@/:]", self.key):
            raise InputError(f"{text!r}: Hydra's own settings are not for pollday; see `pollday run --help`")

    @property
    def is_option(self) -> bool:
        """Whether it chooses the option of a group."""
        return self.key in groups() and self.value is not None and not self.value.startswith("{")

    def parsed(self) -> Any:
        """The value by Hydra's grammar, or a sweep. Raises ``InputError``."""
        from hydra.core.override_parser.overrides_parser import OverridesParser
        from hydra.errors import HydraException

        try:
            return OverridesParser.create().parse_override(f"x={self.value}")
        except HydraException as error:
            problem = str(error).splitlines()[0]
            raise InputError(f"{self.text!r}: {problem}; put texts with other than plain letters in '…'") from None

    def plain(self) -> Any:
        """The value as plain data. Raises ``InputError`` where there are several."""
        override = self.parsed()
        if override.is_sweep_override():
            raise InputError(f"{self.text!r} gives several values; `pollday sweep` tries them all, one run takes one")
        return override.value()


def compose(words: Sequence[str]) -> Settings:
    """Settings from overrides: the preset and options of groups first, then values, then the gate. Raises ``InputError``."""
    taken = [Word(text) for text in words]
    options = {word.key: _option(word) for word in taken if word.is_option}
    plain = dump(read(_composed(tuple(sorted(options.items()))), Settings))
    for word in taken:
        if not word.is_option:
            put(plain, word)
    return read(plain, Settings)


def _option(word: Word) -> str:
    """The option that a word chooses. Raises ``InputError`` with the nearest one."""
    option, known = str(word.plain()), groups()[word.key]
    if word.sign == "~" or option not in known:
        hint = nearest(option, known)
        raise InputError(f"{word.text}: no such {word.key}{hint}; there is {', '.join(known)}")
    return option


@cache
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


def _composed(options: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return deepcopy(_hydra(options))


def put(plain: dict[str, Any], word: Word) -> None:
    """Put one value in its place in nested data, or take a key away (``~key``). Raises ``InputError``."""
    *path, last = word.key.split(".")
    here: Any = plain
    for i, part in enumerate(path):
        if not isinstance(here, dict) or not isinstance(here.get(part, {}), dict | None):
            raise InputError(f"{word.text!r}: {'.'.join(path[: i + 1])} is no group of keys")
        if here.get(part) is None:
            here[part] = {}
        here = here[part]
    if word.sign == "~":
        if last not in here:
            raise InputError(f"{word.text!r}: there is no such key{nearest(last, here)}")
        if not in_table(Settings, word.key):
            what = "a group" if isinstance(here[last], Mapping) else "a setting"
            raise InputError(f"{word.text!r}: {what} cannot be taken out, only an entry of a table; change it with key=value")
        del here[last]
        return
    value = word.plain()
    both = isinstance(value, Mapping) and isinstance(here.get(last), Mapping)
    here[last] = {**here[last], **value} if both else value


def nested(words: Sequence[str]) -> dict[str, Any]:
    """Values of overrides as nested data, for a folder's own rules. Raises ``InputError`` for the option of a group."""
    plain: dict[str, Any] = {}
    for word in map(Word, words):
        if word.sign == "~":
            raise InputError(f"{word.text!r}: nothing can be taken out of a folder's rules; change world.yaml")
        put(plain, word)
    return plain


def expand(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Every combination of the values of sweeps (``a=1,2``, ``b=range(5,20,5)``), each a list of plain overrides."""
    choices: list[list[str]] = []
    for text in words:
        word = Word(text)
        override = None if word.value is None else word.parsed()
        if override is None or not override.is_sweep_override():
            choices.append([text])
            continue
        values = list(override.sweep_string_iterator())
        if not values:
            raise InputError(f"{text!r} gives no value at all")
        choices.append([f"{word.sign}{word.key}={value}" for value in values])
    return list(product(*choices))


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
    args.compose, args.expand, args.nested, args.split = compose, expand, nested, split
    result: Answer | int = COMMANDS[args.command].function()(args)
    return result


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
    return 0


def _told(error: Exception) -> str:
    """An error in words: of the file system, which file and what is wrong with it."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror[0].lower()}{error.strerror[1:]}"
    return str(error)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``pollday``; returns the exit code: 0, or 2 for a mistake in what was given."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    words = list(sys.argv[1:] if argv is None else argv)
    name = words[0] if words and words[0] in COMMANDS else ""
    try:
        if not words or words[0] in ("-h", "--help", "help", "--version"):
            print(overview(words))
            return 0
        if name and COMMANDS[name].own_parser:
            return run_own(name, words[1:])
        args = parse(words)
        args.words_typed = tuple(words)
        return respond(carry_out(args), args.json)
    except Usage as usage:
        print(usage.text, end="", file=sys.stderr if usage.code else sys.stdout)
        return usage.code
    except (InputError, OSError) as error:
        lines = _told(error).splitlines() or [type(error).__name__]
        print("\n".join(f"pollday{f' {name}' if name else ''}: {line}" for line in lines[:3]), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
