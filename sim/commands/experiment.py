"""Ready-made experiments: files as Hydra users write them, with other options of groups and values, read into changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sim.commands.changes import Change, leaves
from sim.commands.grammar import EXPERIMENT, PLAN, groups, option_of, options_in
from sim.commands.plan_file import plan_changes
from sim.errors import InputError, nearest
from sim.resources import conf_dir
from sim.yamlfile import load_yaml

_OVERRIDE = re.compile(r"override\s+/?(\w+)")


def opened(changes: Sequence[Change]) -> list[Change]:
    """Changes with every experiment and plan replaced by what its file says, which all others beat, wherever they stand.

    Raises ``InputError`` for one that is not there.
    """
    first = [own for change in changes if change.key == EXPERIMENT for own in read_experiment(change)]
    typed = [change for change in changes if change.key not in (EXPERIMENT, PLAN)]
    first += [own for change in changes if change.key == PLAN for own in plan_changes(change, typed)]
    return [*first, *typed]


def read_experiment(change: Change) -> list[Change]:
    """What one experiment changes: options of groups first, then values."""
    path = _file(change)
    plain = load_yaml(path)
    if not isinstance(plain, dict):
        raise InputError(f"{path.name}: no experiment; it holds defaults (options of groups) and values of settings")
    defaults = plain.pop("defaults", None) or []
    if not isinstance(defaults, list):
        raise InputError(f"{path.name}: defaults is no list, such as [override /preset: demo-city]")
    return [*_options(path.name, defaults), *leaves(plain)]


def _file(change: Change) -> Path:
    name = str(change.value)
    if name.endswith((".yaml", ".yml")):
        if not Path(name).is_file():
            raise InputError(f"{change.text}: there is no such file")
        return Path(name)
    known = options_in(EXPERIMENT)
    if change.sign == "~" or name not in known:
        listed = f"there is {', '.join(known)}, or a .yaml file of your own"
        raise InputError(f"{change.text}: no such experiment{nearest(name, known)}; {listed}")
    return conf_dir() / EXPERIMENT / f"{name}.yaml"


def _options(file: str, defaults: list[Any]) -> Iterator[Change]:
    """Changes of ``- override /group: option`` lines."""
    for line in defaults:
        if line == "_self_":
            continue
        key, option = next(iter(line.items())) if isinstance(line, dict) and len(line) == 1 else (line, None)
        match = _OVERRIDE.fullmatch(str(key))
        if not match or option is None:
            raise InputError(f"{file}: defaults: {line} is not understood; write - override /group: option")
        if match[1] not in groups():
            hint = nearest(match[1], groups())
            raise InputError(f"{file}: defaults: no group '{match[1]}'{hint}; there is {', '.join(groups())}")
        change = Change(match[1], option)
        try:
            option_of(change)
        except InputError as error:
            raise InputError(f"{file}: defaults: {error}") from None
        yield change
