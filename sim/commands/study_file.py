"""Study files, of conf/study/ or the user's own: which keys they have and what each holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.commands.grammar import options_in
from sim.errors import InputError, nearest
from sim.resources import conf_dir
from sim.yamlfile import load_yaml

KEYS: dict[str, tuple[type, ...]] = {
    "question": (str,),
    "words": (list,),
    "baseline": (str,),
    "replications": (int,),
    "options": (dict,),
    "design": (dict,),
    "precision": (dict,),
    "inputs": (str,),
    "engine": (dict, str),
    "limit": (dict,),
}
"""Keys of a study file and what each holds."""
NAMES = {str: "text", list: "list", int: "whole number", dict: "table"}


def study_path(name: str) -> Path:
    """The file of a study by its name or path. Raises ``InputError`` with the nearest name."""
    if name.endswith((".yaml", ".yml")):
        if not Path(name).is_file():
            raise InputError(f"study={name}: there is no such file")
        return Path(name)
    known = options_in("study")
    if name not in known:
        raise InputError(f"study={name}: no such study{nearest(name, known)}; there is {', '.join(known)}")
    return conf_dir() / "study" / f"{name}.yaml"


def engine_plain(name: str) -> dict[str, Any]:
    """What ``conf/engine/NAME.yaml`` says. Raises ``InputError`` with the nearest name."""
    known = options_in("engine")
    if name not in known:
        raise InputError(f"engine={name}: no such engine{nearest(name, known)}; there is {', '.join(known)}")
    return dict(load_yaml(conf_dir() / "engine" / f"{name}.yaml"))


def study_plain(path: Path) -> dict[str, Any]:
    """What a study file says. Raises ``InputError`` for a key that is unknown, missing or of another type."""
    plain = load_yaml(path)
    if not isinstance(plain, dict):
        raise InputError(f"{path}: no study; it holds a question, and options or a design (docs/studies.md)")
    for key in plain:
        if key not in KEYS:
            raise InputError(f"{path}: unknown key '{key}'{nearest(str(key), KEYS)}; allowed: {', '.join(KEYS)}")
    if "question" not in plain:
        raise InputError(f"{path}: no question; a study has a question, and options or a design (docs/studies.md)")
    if not plain.get("options") and "design" not in plain:
        raise InputError(f"{path}: no options and no design; a study has one of them or both (docs/studies.md)")
    for key, kinds in KEYS.items():
        if key in plain and not isinstance(plain[key], kinds):
            raise InputError(f"{path}: {key} is no {' or '.join(NAMES[kind] for kind in kinds)}; see docs/studies.md")
    _check_words(path, plain)
    return dict(plain)


def _check_words(path: Path, plain: dict[str, Any]) -> None:
    lists = {"words": plain.get("words", []), **{f"options.{name}": own for name, own in plain.get("options", {}).items()}}
    for key, words in lists.items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise InputError(f"{path}: {key} is no list of overrides, such as [staffing.patrol_cars_factor=1.2]")
