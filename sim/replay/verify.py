"""Run a saved day again from its manifest and tape, and compare it with what was saved, record by record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.build import build_place, build_scenario, build_tape
from sim.demand.tape import Tape
from sim.errors import InputError
from sim.names import Names
from sim.processes.simulation import run as run_day
from sim.replan import replanned
from sim.runs import Run
from sim.runs.pack import pack
from sim.runs.passport import machine, package_version, versions
from sim.runs.save import counts
from sim.scenario import Scenario
from sim.settings import Settings, read
from sim.trace import KINDS, PURPOSES

TAPE_OPTIONS = ("--tape", "--merge", "--exercise", "fork")
"""Words of a command that bring a tape, or changes of one, from outside: no settings give it again."""
Columns = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Difference:
    """The first row in which two tables differ: ``table`` (records or legs), ``row``, and its fields in both (None: no row)."""

    table: str
    row: int
    stored: dict[str, Any] | None
    again: dict[str, Any] | None


@dataclass(frozen=True)
class Verdict:
    """What running a day again gave.

    ``records``, ``legs``: rows that were stored; ``differing``: rows that are not the same, and the ``first`` of them;
    ``scenario``: built again from the ``settings`` of the manifest, or taken as ``stored`` (a folder with a case of its own);
    ``tape``: ``drawn`` again, or ``stored`` (from a file); ``digest``: of the trace that was run again; ``made_by``: what is not
    as it was when the run was made (name: then and now).
    """

    records: int
    legs: int
    differing: int
    first: Difference | None
    scenario: str
    tape: str
    digest: str
    made_by: dict[str, tuple[Any, Any]]

    @property
    def same(self) -> bool:
        """Whether every record and leg is the same."""
        return self.first is None


def verify(run: Run) -> Verdict:
    """Run a day again. Raises ``InputError``, one line, where manifest, scenario and tape do not belong together: then there is
    nothing to compare."""
    _check_counts(run)
    settings = _settings(run)
    scenario, tape = (run.scenario, run.tape) if settings is None else _built_again(run, settings)
    trace = run_day(scenario, tape)
    pairs = {"records": (run.trace.columns(), trace.columns()), "legs": (run.trace.legs(), trace.legs())}
    found = {name: differing(*pair) for name, pair in pairs.items()}
    first = next((_difference(run.names, name, int(rows[0]), *pairs[name]) for name, rows in found.items() if len(rows)), None)
    return Verdict(
        records=len(run.trace),
        legs=len(run.trace.legs()["unit"]),
        differing=sum(len(rows) for rows in found.values()),
        first=first,
        scenario="stored" if settings is None else "settings",
        tape="stored" if tape is run.tape else "drawn",
        digest=trace.digest(),
        made_by=made_otherwise(run.manifest),
    )


def differing(stored: Columns, again: Columns) -> NDArray[np.int64]:
    """Positions of the rows in which two tables differ, those that only one of them has among them."""
    sizes = [len(next(iter(table.values()))) for table in (stored, again)]
    common = min(sizes)
    other = np.zeros(common, dtype=np.bool_)
    for name in stored:
        a, b = stored[name][:common], again[name][:common]
        other |= (a != b) & ~((a != a) & (b != b))
    return np.concatenate((np.flatnonzero(other), np.arange(common, max(sizes))))


def made_otherwise(manifest: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Versions and kind of machine that are not those under which a run was made, then and now: records are promised to be the
    same only where these are."""
    then = {"pollday": manifest.get("pollday"), **_mapping(manifest.get("versions")), **_mapping(manifest.get("machine"))}
    now = {"pollday": package_version(), **versions(), **machine()}
    return {name: (then.get(name), now[name]) for name in now if then.get(name) != now[name]}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _check_counts(run: Run) -> None:
    real, said = counts(run.scenario, run.tape, run.trace), run.manifest.get("counts")
    for name, number in real.items():
        if _mapping(said).get(name) != number:
            told = _mapping(said).get(name)
            raise InputError(f"{_manifest(run)}: counts.{name} is {told!r}, but the run has {number}: the manifest was changed")


def _settings(run: Run) -> Settings | None:
    """The settings of the manifest; None for a case from a folder, which has no seed. Raises ``InputError``."""
    seed, config = run.manifest.get("seed"), run.manifest.get("config")
    if not isinstance(config, dict):
        raise InputError(f"{_manifest(run)}: config is no table of settings: the manifest was changed")
    if seed is None and "preset" not in config and "seed" not in config:
        return None
    settings = read(config, Settings, f"{_manifest(run)}: config")
    for name in ("seed", "replication"):
        told, meant = run.manifest.get(name), getattr(settings, name)
        if told != meant:
            raise InputError(f"{_manifest(run)}: {name} is {told!r}, but config.{name} is {meant!r}: the manifest was changed")
    return settings


def _built_again(run: Run, settings: Settings) -> tuple[Scenario, Tape]:
    """Scenario and tape from the settings. Raises ``InputError`` where they are not those of the run."""
    place = build_place(settings)
    scenario = _replanned(run, build_scenario(settings, place), settings)
    if scenario.digest() != run.manifest["digests"]["scenario"]:
        raise _mismatch(run, "scenario", run.scenario, scenario)
    tape = build_tape(settings, place)
    if tape.digest() == run.manifest["digests"]["tape"]:
        return scenario, tape
    command = [str(word).partition("=")[0] for word in run.manifest.get("command") or []]
    if command[:1] == ["run"] and not set(TAPE_OPTIONS) & set(command):
        raise _mismatch(run, "tape", run.tape, tape)
    return scenario, run.tape


def _replanned(run: Run, scenario: Scenario, settings: Settings) -> Scenario:
    """The scenario, with the plan that a fork follows from its moment on. Raises ``InputError`` for a manifest without it."""
    if (later := run.manifest.get("later")) is None:
        return scenario
    at, config = (_mapping(later).get(name) for name in ("at", "config"))
    if not isinstance(at, int | float) or not isinstance(config, dict):
        raise InputError(f"{_manifest(run)}: later has no moment 'at' or no 'config': the manifest was changed")
    return replanned(scenario, settings, read(config, Settings, f"{_manifest(run)}: later.config"), float(at))


def _mismatch(run: Run, what: str, stored: Any, again: Any) -> InputError:
    parts = ", ".join(parts_that_differ(stored, again)) or "what they hold"
    text = f"{_manifest(run)}: its settings do not give the {what} of the run; they differ in {parts}"
    if (then := run.manifest.get("pollday")) != package_version():
        return InputError(f"{text} (made by pollday {then}, this is {package_version()})")
    return InputError(f"{text}: the manifest was changed, or the run was made by other code")


def parts_that_differ(one: Any, other: Any) -> list[str]:
    """Names of the fields in which two dataclasses of one kind differ."""
    return [f.name for f in fields(one) if not _equal(getattr(one, f.name), getattr(other, f.name))]


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and bool(np.all((a == b) | ((a != a) & (b != b))))
    if is_dataclass(a) and is_dataclass(b):
        (arrays, plain), (others, texts) = pack(a), pack(b)
        return plain == texts and arrays.keys() == others.keys() and all(_equal(arrays[k], others[k]) for k in arrays)
    return bool(a == b) if type(a) is type(b) else False


def _manifest(run: Run) -> Path:
    return run.folder / "manifest.json"


def _difference(names: Names, table: str, row: int, stored: Columns, again: Columns) -> Difference:
    return Difference(table, row, _row(names, table, row, stored), _row(names, table, row, again))


def _row(names: Names, table: str, row: int, columns: Columns) -> dict[str, Any] | None:
    """One row as plain data with words for codes; None after the end of the table."""
    if row >= len(next(iter(columns.values()))):
        return None
    found: dict[str, Any] = {name: column[row].item() for name, column in columns.items()}
    code, words = ("kind", [kind.name for kind in KINDS]) if table == "records" else ("purpose", PURPOSES)
    found[code] = words[found[code]] if 0 <= found[code] < len(words) else found[code]
    if found["unit"] >= 0:
        found["unit"] = names.unit(found["unit"])
    if found["task"] >= 0:
        found["task"] = names.incident(found["task"])
    return found
