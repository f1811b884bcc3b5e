"""Exercises: a preset's day with injects that have a text, somebody who brings them and an action that is expected.

A YAML file, read as plain data; every text stands in three languages. What an inject does on the day are effects of the closed
list and incidents; an inject without any is only said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sim.clock import parse_time
from sim.errors import InputError, nearest
from sim.exercise.wording import length
from sim.settings.base import settings
from sim.settings.gate import read
from sim.yamlfile import load_yaml

SHIPPED: Traversable = files("sim.exercise") / "shipped"
LONGEST_TEXT = 2000
_FILE = re.compile(r"\+*(plan|experiment|tape)=")
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Moment = Annotated[float, BeforeValidator(parse_time), Field(ge=-10 * 86400, le=3 * 86400)]
Length = Annotated[float, BeforeValidator(length), Field(ge=0.0, le=10 * 86400)]
Id = Annotated[int, Field(ge=1, le=9999)]
Role = Literal[
    "director", "command room", "main room", "field unit", "fixed team", "office head", "electoral authority", "public"
]
Kind = Literal["inject", "information", "contingency"]


@settings
class Said:
    """One text in three languages; one that is missing is said in English."""

    en: Text
    fr: Text = ""
    ar: Text = ""

    def of(self, base: str) -> str:
        """The text in a language, by its code without the country."""
        return getattr(self, base, "") or self.en


@settings
class ScriptEffect:
    """One effect of an inject; targets and values as ``sim.exercise.wording`` reads them."""

    effect: str
    target: str | int = ""
    value: str | float = ""
    lasts: Length = 0.0
    within: Annotated[float, Field(ge=0.0, le=1e6)] = 0.0


@settings
class ScriptIncident:
    """One incident that an inject brings: its class (``what``), where, how much later, and what differs from such incidents."""

    what: str
    site: str | int
    after: Length = 0.0
    priority: Annotated[int, Field(ge=1, le=4)] | None = None
    scene_time: Length | None = None
    channel: Literal["phone", "radio", "patrol", "online", "direct"] = "phone"
    voting_stop_time: Length = 0.0


@settings
class ScriptInject:
    """One inject: when, or from when on a condition is looked at, who says what to whom, and what ought to be done within which
    time."""

    id: Id
    at: Moment
    title: Said
    text: Said
    expected: Said
    kind: Kind = "inject"
    sender: Role = "public"
    receiver: Role = "command room"
    reply_time: Length = 600.0
    when: str = ""
    effects: tuple[ScriptEffect, ...] = ()
    incidents: tuple[ScriptIncident, ...] = ()


@settings
class Move:
    """An incident of the drawn day that comes at another moment or elsewhere."""

    id: int
    at: Moment | None = None
    site: str | int | None = None


@settings
class Script:
    """An exercise: the day it is played on, what it rehearses, its injects, what to ask afterwards, and changes of the tape."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    preset: str
    title: Said
    rehearses: Said
    debrief: Said
    settings: tuple[str, ...] = ()
    injects: tuple[ScriptInject, ...] = ()
    remove: tuple[int, ...] = ()
    move: tuple[Move, ...] = ()
    tape: str = ""

    @property
    def words(self) -> list[str]:
        """The settings of its day, as on a command line."""
        return [f"preset={self.preset}", f"name=exercise-{self.name}", *self.settings]


@dataclass(frozen=True)
class Exercise:
    """A script and the folder in which it stands (None: it is shipped)."""

    script: Script
    folder: Path | None = None


def shipped() -> list[str]:
    """Names of the shipped exercises."""
    return sorted(path.name.removesuffix(".yaml") for path in SHIPPED.iterdir() if path.name.endswith(".yaml"))


def exercise_of(name: str) -> Exercise:
    """A shipped exercise by name, or that of a file. Raises ``InputError``, with the line and key that are wrong."""
    if name.lower().endswith((".yaml", ".yml")):
        return Exercise(_read(Path(name)), Path(name).resolve().parent)
    if name not in shipped():
        raise InputError(f"no exercise '{name}'{nearest(name, shipped())}; there is {', '.join(shipped())}, or name a .yaml file")
    return Exercise(_read(Path(str(SHIPPED / f"{name}.yaml"))))


def _read(path: Path) -> Script:
    plain = load_yaml(path)
    if not isinstance(plain, dict):
        raise InputError(f"{path.name}: must be a mapping with the keys {', '.join(Script.__dataclass_fields__)}")
    script = read(plain, Script, path.name)
    if outside := [word for word in script.settings if _FILE.match(word)]:
        raise InputError(f"{path.name}: settings: {outside[0]!r} names a file; write the settings themselves")
    ids = [inject.id for inject in script.injects]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise InputError(f"{path.name}: the inject id {twice[0]} is given more than once")
    return script
