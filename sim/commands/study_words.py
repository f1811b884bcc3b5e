"""From the words of ``pollday sweep`` and a study file to a study: its points are counted, made, composed and named.

Everything that can be wrong is found here, before anything runs.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from sim.commands.asked import Asked, days, read_words
from sim.commands.changes import Change, tidy
from sim.commands.grammar import PLAN, Axis
from sim.commands.options import options_of, short
from sim.commands.plan_file import shared_settings
from sim.commands.points import Spot, Spots, listed, read_design, typed_design
from sim.commands.study_file import engine_plain, study_path, study_plain
from sim.errors import InputError
from sim.settings import read
from sim.study.asked import Carried
from sim.study.design import Study

DEFAULT_STUDY = "national-staffing"


@dataclass(frozen=True)
class Typed:
    """A study as asked for, from its file and the command line, before its points are made."""

    name: str
    source: str
    plain: Mapping[str, Any]
    asked: Asked
    axes: Sequence[Axis]

    @property
    def fixed(self) -> list[Change]:
        """Changes that all points share."""
        return [axis.change() for axis in self.axes if not axis.swept]

    @property
    def swept(self) -> list[Axis]:
        """Words with several values."""
        return [axis for axis in self.axes if axis.swept]

    def table(self, name: str) -> dict[str, Any]:
        """One table of the file, with what the command line says instead."""
        plain = self.plain.get(name)
        return {**({"name": plain} if isinstance(plain, str) else plain or {}), **self.asked.table(name)}

    @property
    def replications(self) -> int:
        """Days for each option."""
        return days(self.asked.own.get("replications", self.plain.get("replications", 10))) or 10

    @property
    def carried(self) -> Carried:
        """How it is carried out. Raises ``InputError`` for what nobody could."""
        own = self.asked.own
        engine = self.table("engine") | ({"name": own["engine"]} if "engine" in own else {})
        engine = engine_plain(engine.pop("name", "loky")) | engine
        inputs = own.get("inputs", self.plain.get("inputs", "fixed"))
        plain = {"inputs": inputs, "engine": engine, "limit": self.table("limit"), "precision": self.table("precision") or None}
        return read(plain, Carried, self.source)

    def baseline(self, names: Sequence[str]) -> str:
        """The option that the others are compared with: as asked for, or the first of those that a file's one became."""
        wanted = self.asked.own.get("baseline")
        if wanted is not None:
            return wanted
        given = self.plain.get("baseline", names[0])
        return given if given in names else next((name for name in names if name.startswith(f"{given} ")), given)


def read_study(args: Namespace) -> Study:
    """Make the study that the command line names or spells out. Raises ``InputError``."""
    typed = _typed(args)
    spots = _all_spots(typed, args)
    carried, runs = typed.carried, spots.count * typed.replications
    if runs > carried.limit.runs and not args.yes:
        size = f"{spots.count:,} points x {typed.replications:,} days = {runs:,} runs"
        raise InputError(f"{size}, more than limit.runs={carried.limit.runs}; add --yes to run them all, or raise limit.runs")
    options = options_of(spots.make(), typed.fixed, args.compose_changes)
    if spots.equal_heads:
        from sim.study.equal_heads import at_equal_heads  # loads the model

        options = at_equal_heads(options)
    return Study(
        name=typed.name,
        question=typed.plain["question"],
        options=tuple(options),
        replications=typed.replications,
        baseline=typed.baseline([option.name for option in options]),
        precision=carried.precision,
        inputs=carried.inputs,
        engine=carried.engine,
        limit=carried.limit,
        equal_heads=spots.equal_heads,
    )


def _study_name(asked: Asked, usual: str) -> str:
    """The study's name, which is that of its folder below the current one. Raises ``InputError`` for a path and the like."""
    name = asked.own.get("study.name", usual)
    if name != name.strip() or name in ("", ".", "..") or set(name) & set('/\\:*?"<>|') or not name.isprintable():
        raise InputError(f"study.name={name!r}: must be a folder name (below the current one); elsewhere with --out PATH")
    return name


def _typed(args: Namespace) -> Typed:
    """Tell the study's words from settings, and open its file."""
    asked = read_words(args)
    if args.replications is not None:
        asked = replace(asked, own={"replications": str(args.replications), **asked.own})
    chosen = asked.own.get("study")
    if chosen is None and (asked.words or "design" in asked.own):
        plain: dict[str, Any] = {"question": " ".join(["pollday sweep", *args.words])}
        axes = _with_plans([args.axis(word) for word in asked.words])
        return Typed(_study_name(asked, "sweep"), "", plain, asked, axes)
    path = study_path(chosen or DEFAULT_STUDY)
    plain = study_plain(path)
    axes = [args.axis(word) for word in (*plain.get("words", []), *asked.words)]
    return Typed(_study_name(asked, path.stem), str(path), plain, asked, _with_plans(axes))


def _with_plans(axes: Sequence[Axis]) -> list[Axis]:
    """Words after the settings that the plans of a sweep came from: all options share these, one without a plan too."""
    typed = [axis.key for axis in axes]
    plans = [str(value) for axis in axes if axis.key == PLAN and axis.swept for value in axis.values]
    return [*(Axis(c.text, c.key, c.sign, (c.value,)) for c in shared_settings(plans, typed)), *axes]


def _all_spots(typed: Typed, args: Namespace) -> Spots:
    """Named options and points of the design, each with every combination of the values of swept words."""
    kind = typed.asked.own.get("design")
    found = [_file_spots(typed, args)] if "options" in typed.plain else []
    block = typed.plain.get("design")
    if kind is not None:
        block = typed_design(kind, typed.asked.table("design"), typed.swept, lambda word: args.axis(word).values)
    elif typed.asked.table("design"):
        raise InputError(f"design.{next(iter(typed.asked.table('design')))}: name the design too, such as design=latin")
    if block is not None:
        folder = Path() if kind is not None else Path(typed.source).parent
        source = "design" if kind is not None else f"{typed.source}: design"
        found.append(read_design(block, source, folder, lambda own: args.compose_changes([*typed.fixed, *own])))
    return _crossed(found, [] if kind is not None else [listed(axis) for axis in typed.swept], typed)


def _file_spots(typed: Typed, args: Namespace) -> Spots:
    """The options that a study file spells out."""
    options = typed.plain["options"]

    def make() -> Iterator[Spot]:
        for name, words in options.items():
            yield Spot(tuple(args.axis(word).change() for word in words), str(name))

    return Spots(len(options), make)


def _crossed(found: Sequence[Spots], values: Sequence[Sequence[Any]], typed: Typed) -> Spots:
    found = found or [Spots(1, lambda: iter([Spot()]))]
    keys = [(axis.key, axis.sign) for axis in typed.swept]

    def make() -> Iterator[Spot]:
        for spot in (spot for spots in found for spot in spots.make()):
            for chosen in product(*values):
                own = tuple(Change(key, tidy(value), sign) for (key, sign), value in zip(keys, chosen))
                yield replace(spot, changes=(*spot.changes, *own), name=_joined(spot, own))

    count = sum(spots.count for spots in found) * prod(len(own) for own in values)
    return Spots(count, make, any(spots.equal_heads for spots in found))


def _joined(spot: Spot, own: Sequence[Change]) -> str | None:
    """The given name with the values that are crossed with it."""
    return spot.name and " ".join([spot.name, *(short(change) for change in own)])
