"""The words of ``pollday sweep`` and the files of conf/study/: what becomes a study with its options."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError, nearest
from sim.resources import conf_dir
from sim.settings import Settings
from sim.study.design import Option, Study
from sim.yamlfile import load_yaml

DEFAULT_STUDY = "national-staffing"
KEYS: dict[str, type] = {"question": str, "words": list, "baseline": str, "replications": int, "options": dict}
"""Keys of a study file and what each holds."""
NAMES = {str: "text", list: "list", int: "whole number", dict: "table of names and overrides"}


@dataclass(frozen=True)
class Asked:
    """What the words of the command line ask for besides settings."""

    study: str | None
    name: str | None
    baseline: str | None
    replications: int | None
    words: list[str]


def read_study(args: Namespace) -> Study:
    """Make the study that the command line names or spells out. Raises ``InputError``."""
    asked = _asked(args.words, args.replications)
    swept = len(args.expand(asked.words)) > 1
    if asked.study is None and (swept or asked.words):
        return _grid(args, asked)
    path = _study_file(asked.study or DEFAULT_STUDY)
    plain = _study_plain(path)
    shared = [*plain.get("words", []), *asked.words]
    options = [_option(name, [*shared, *own], args.compose) for name, own in plain["options"].items()]
    return Study(
        name=asked.name or path.stem,
        question=plain["question"],
        options=tuple(options),
        replications=asked.replications or int(plain.get("replications", 10)),
        baseline=asked.baseline or plain.get("baseline", options[0].name),
    )


def _asked(words: Sequence[str], replications: int | None) -> Asked:
    """Take the study's own words out of the command line."""
    own: dict[str, str] = {}
    rest = []
    for word in words:
        key, _, value = word.partition("=")
        if key in ("study", "study.name", "baseline", "replications"):
            own[key] = value
        else:
            rest.append(word)
    number = own.get("replications")
    if number is not None and not number.isdigit():
        raise InputError(f"replications={number}: not a whole number of days, allowed: 1 or more")
    days = int(number) if number is not None else replications
    if days is not None and days < 1:
        raise InputError(f"replications={days}, allowed: 1 or more")
    return Asked(own.get("study"), own.get("study.name"), own.get("baseline"), days, rest)


def _study_plain(path: Path) -> dict[str, Any]:
    """What a study file says. Raises ``InputError`` for a key that is unknown, missing or of another type."""
    plain = load_yaml(path)
    for key in plain:
        if key not in KEYS:
            raise InputError(f"{path}: unknown key '{key}'{nearest(key, KEYS)}; allowed: {', '.join(KEYS)}")
    for key in ("question", "options"):
        if key not in plain:
            raise InputError(f"{path}: no {key}; a study has a question and options (docs/studies.md)")
    for key, kind in KEYS.items():
        if key in plain and not isinstance(plain[key], kind):
            raise InputError(f"{path}: {key} is no {NAMES[kind]}; see docs/studies.md")
    lists = {"words": plain.get("words", []), **{f"options.{name}": own for name, own in plain["options"].items()}}
    for key, words in lists.items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise InputError(f"{path}: {key} is no list of overrides, such as [staffing.patrol_cars_factor=1.2]")
    return dict(plain)


def _study_file(name: str) -> Path:
    if name.endswith((".yaml", ".yml")):
        if not Path(name).is_file():
            raise InputError(f"study={name}: there is no such file")
        return Path(name)
    folder = conf_dir() / "study"
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known:
        raise InputError(f"study={name}: no such study{nearest(name, known)}; there is {', '.join(known)}")
    return folder / f"{name}.yaml"


def _grid(args: Namespace, asked: Asked) -> Study:
    """Every combination of the values given on the command line; the first one is the baseline unless another is named."""
    combinations = args.expand(asked.words)
    varied = [i for i in range(len(asked.words)) if len({c[i] for c in combinations}) > 1]
    options = [_option(" ".join(_short(c[i]) for i in varied) or "as given", c, args.compose) for c in combinations]
    names = [option.name for option in options]
    return Study(
        name=asked.name or "sweep",
        question="pollday sweep " + " ".join(asked.words),
        options=tuple(options),
        replications=asked.replications or 10,
        baseline=asked.baseline or names[0],
    )


def _short(word: str) -> str:
    """An override without the groups before its key: ``staffing.absence=0.1`` is ``absence=0.1``."""
    key, _, value = word.partition("=")
    return f"{key.rsplit('.', 1)[-1]}={value}"


def _option(name: str, words: Sequence[str], compose: Callable[[Sequence[str]], Settings]) -> Option:
    return Option(name, tuple(words), compose(words))
