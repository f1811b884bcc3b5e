"""What a report is made from: a stored study, finished or not, read once and asked many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from sim.build import build_ledger, build_plan
from sim.errors import InputError, nearest
from sim.language import Language
from sim.measures.estimators import PLACE_RATIOS
from sim.reports.decision import Decision, decide
from sim.reports.own import in_words
from sim.reports.stored import SHARES, Stored, read_stored
from sim.settings import Settings
from sim.study.daily import PerReplication, by_day
from sim.study.outcome import Floats
from sim.study.places import Samples, days_of, place_samples, stacked
from sim.study.point import place_of
from sim.study.result import Comparison, StudyResult, compare, table_rows
from sim.study.uncertainty import Uncertain
from sim.territory.sites import Territory

LEAST_CENTRES = 5
"""Fewest centres of an area whose own figures are shown outside the level ``internal``."""
Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class Report:
    """A stored study in one language, for one circle of readers; made by :func:`read_report`.

    ``share``: ``internal``, ``restricted`` or ``public``. ``uncertain``: the study with inputs drawn beside that with inputs as
    assumed, if it has both; ``result`` is then the one with inputs drawn. ``missing``: runs that were asked for and are not
    stored; ``failed``: those of them that ended in an error. ``about``: what the store says of the last sweep (command,
    versions, machine, when). ``notes``: damage found on reading. ``stem``: how the names of its files begin.
    ``stored_names``: what the store, and tables for programs, call the options, whatever the language.
    """

    folder: Path
    result: StudyResult
    words: Language
    share: str
    uncertain: Uncertain | None = None
    missing: int = 0
    failed: int = 0
    about: Mapping[str, Any] = field(default_factory=dict)
    digests: Sequence[str] = ()
    notes: Sequence[str] = ()
    stem: str = "report"
    stored_names: Sequence[str] = ()

    # Options

    @property
    def names(self) -> list[str]:
        """Names of the options, in their order."""
        return [option.name for option in self.result.study.options]

    @cached_property
    def stored_name(self) -> Mapping[str, str]:
        """What the store calls an option, by the name that readers see."""
        return dict(zip(self.names, self.stored_names, strict=True))

    @property
    def baseline(self) -> int:
        """Position of the baseline."""
        return self.result.baseline

    @property
    def others(self) -> list[int]:
        """Positions of all options but the baseline."""
        return [number for number in range(len(self.names)) if number != self.baseline]

    def settings(self, option: int) -> Settings:
        """Settings of one option."""
        return self.result.study.options[option].settings

    @property
    def partial(self) -> bool:
        """Whether runs that were asked for are missing."""
        return self.missing > 0

    @property
    def days(self) -> int:
        """Most days that any option has."""
        return max((len(self.result.runs(number)) for number in range(len(self.names))), default=0)

    @cached_property
    def equal_heads(self) -> bool | None:
        """Whether every option mobilises the same heads on every day (None: not known)."""
        heads = [self.result.sample(number, "heads_mobilised").figures for number in range(len(self.names))]
        known = [own[np.isfinite(own)] for own in heads]
        if not all(len(own) for own in known):
            return None
        return len(np.unique(np.concatenate(known))) == 1

    # Figures

    def comparison(self, option: int, measure: str) -> Comparison:
        """One measure of one option, with its difference to the baseline and the interval that all options share."""
        found = self._compared.get(measure)
        if found is None:
            found = self._compared[measure] = compare(self.result, [measure])
        return found[option]

    @cached_property
    def _compared(self) -> dict[str, list[Comparison]]:
        return {}

    @property
    def measures(self) -> list[str]:
        """Names of all figures that runs of the study have, but for the parts of ratios."""
        return list(dict.fromkeys(name for number in range(len(self.names)) for name in self.result.runs(number).names))

    def table(self, measures: Sequence[str]) -> list[dict[str, object]]:
        """Rows as ``table.csv`` has them, option by option."""
        return table_rows([self.comparison(option, name) for option in range(len(self.names)) for name in measures])

    @cached_property
    def decision(self) -> Decision:
        """What the study says should be done, by the rule of ``sim.reports.decision``."""
        return decide(self.result, self.comparison, self.uncertain)

    @property
    def recommended(self) -> int | None:
        """Position of the option to take (it may be the baseline), or None where the days say too little."""
        return self.decision.option

    @property
    def chosen(self) -> int:
        """The option whose plan the report shows: the recommended one, or else the baseline."""
        return self.baseline if self.recommended is None else self.recommended

    # Places

    @cached_property
    def territory(self) -> Territory:
        """The territory that all options share."""
        return place_of(self.settings(self.baseline)).territory

    @cached_property
    def centres(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Polling centres of each area, (areas,)."""
        sites = self.territory.sites
        return np.bincount(sites.area[sites.of_kind("centre")], minlength=len(self.territory.area_codes))

    @cached_property
    def shown_areas(self) -> Bools:
        """Areas whose own figures readers may see, (areas,): all that have a centre at ``internal``, those of at least five
        at ``restricted``, none at ``public``."""
        least = {"internal": 1, "restricted": LEAST_CENTRES}.get(self.share, np.inf)
        return np.asarray(self.centres >= least)

    def areas(self, measure: str) -> Floats:
        """One measure of every option, day and area, (options, replications, areas); NaN without data. Ratios by day."""
        if measure in PLACE_RATIOS:
            above, below = (self.areas(part) for part in PLACE_RATIOS[measure])
            return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
        codes = {code: position for position, code in enumerate(self.territory.area_codes)}
        found = np.full((len(self.names), self.days, len(codes)), np.nan)
        for option, (places, measures, values) in enumerate(self._stacked):
            if measure in measures and len(values):
                rows = [codes[place] for place in places]
                found[option, : len(values)][:, rows] = values[:, :, measures.index(measure)]
        return found

    @cached_property
    def _stacked(self) -> list[tuple[tuple[str, ...], tuple[str, ...], Floats]]:
        return [stacked(days_of(self.result, number, "area")) for number in range(len(self.names))]

    def area_sample(self, option: int, measure: str, area: int) -> PerReplication:
        """One measure of one area under one option; ratios are ratios of sums over the days."""
        return self.area_samples(option).get((self.territory.area_codes[area], measure), by_day({}))

    def area_samples(self, option: int) -> Samples:
        """Every measure of every area under one option, by (code of the area, measure)."""
        if option not in self._area_samples:
            self._area_samples[option] = place_samples(days_of(self.result, option, "area"))
        return self._area_samples[option]

    @cached_property
    def _area_samples(self) -> dict[int, Samples]:
        return {}

    # Where it comes from

    @property
    def plan_digest(self) -> str:
        """SHA-256 of the settings of the option whose plan the report shows."""
        return self.digests[self.chosen] if self.digests else ""

    @property
    def made(self) -> str:
        """When the sweep that the report tells of was last started: day and time as ISO text, empty if not known."""
        return str(self.about.get("at", ""))


def read_report(folder: Path, *, baseline: str | None = None, language: Language, share: str = "restricted") -> Report:
    """Read a stored study for a report. ``baseline``: compare with this option instead of the study's own.

    Raises ``InputError`` for a folder that is no study or of another schema, for an unknown baseline or level of sharing, for
    options of different territories, and for a plan whose ledger does not close.
    """
    return report_of(folder, read_stored(folder, baseline), language=language, share=share)


def report_of(folder: Path, stored: Stored, *, language: Language, share: str, stem: str = "report") -> Report:
    """A report to write into a folder, of a study that has been read. Raises ``InputError`` like ``read_report``."""
    if share not in SHARES:
        raise InputError(f"share={share}: no such level{nearest(share, SHARES)}; allowed: {', '.join(SHARES)}")
    stored_names = [option.name for option in stored.result.study.options]
    stored = in_words(stored, language)
    report = Report(
        folder, stored.result, language, share, stored.uncertain, stored.missing, stored.failed, stored.about, stored.digests,
        stored.notes, stem, stored_names,
    )  # fmt: skip
    check_one_territory(report.result)
    check_ledger(report, dict.fromkeys((report.baseline, report.chosen)))
    return report


def check_one_territory(result: StudyResult) -> None:
    """Refuse options that lie in different territories. Raises ``InputError`` naming two of them."""
    first = result.study.options[result.baseline]
    for option in result.study.options:
        if option.settings.territory != first.settings.territory:
            raise InputError(
                f"options '{first.name}' and '{option.name}' lie in different territories: a report compares options of one\n"
                "make a study of each, and compare them by `pollday results STUDY`"
            )


def check_ledger(report: Report, options: Sequence[int] | dict[int, None]) -> None:
    """Build the plan of some options again. Raises ``InputError`` naming the option whose ledger does not close."""
    for number in options:
        settings = report.settings(number)
        try:
            scenario, forces = build_plan(settings, place_of(settings))
            build_ledger(scenario, forces)
        except InputError as error:
            raise InputError(f"option '{report.names[number]}': its plan cannot be shown\n{error}") from None


def known(value: float | None) -> float | None:
    """A finite number, or None."""
    return value if value is not None and isfinite(value) else None
