"""One option on one day: a pure function of settings and replication, the same in every process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from sim.build import Place, build_ledger, build_place, build_plan, build_tape
from sim.clock import HOUR, MINUTE
from sim.demand.tape import Tape
from sim.measures.collect import measure
from sim.measures.coverage import Coverage
from sim.measures.response import IncidentTable
from sim.processes.simulation import run, uncollected
from sim.scenario import Scenario
from sim.settings import Settings
from sim.study.figures import PLACES, coverage_by_area_time, figures_by_place
from sim.study.outcome import Floats, Outcome
from sim.study.ratios import ratio_parts

EXCEEDANCE_MINUTES = np.arange(0.0, 61.0)
"""Minutes at which the share of incidents that still wait is taken."""
NOON = 12 * HOUR


@uncollected()
def run_point(settings: Settings, replication: int) -> Outcome:
    """Run one option on the day of one replication. Raises ``InputError`` for a plan that cannot be carried out."""
    place, tape = place_of(settings), tape_of(settings, replication)
    scenario, forces = build_plan(settings, place, replication)
    build_ledger(scenario, forces)
    trace = run(scenario, tape)
    measures = measure(scenario, tape, trace)
    scalars = {name: None if value is None else float(value) for name, value in measures.headline.items()}
    scalars |= heads_on_duty(scenario, NOON) | ratio_parts(measures)
    curves = {"exceedance": exceedance(measures.incidents), **coverage_curves(measures.cover)}
    curves |= coverage_by_area_time(measures.cover, len(scenario.territory.area_codes))
    digests = {"scenario": scenario.digest(), "tape": tape.digest(), "trace": trace.digest()}
    return Outcome(scalars, curves, digests, {by: figures_by_place(measures, scenario, by, NOON) for by in PLACES})


def heads_on_duty(scenario: Scenario, t: float) -> dict[str, float | None]:
    """Officers present at ``t`` (absence taken off): all, in mobile units, at polling centres; and the heads mobilised."""
    units = scenario.units
    unit = np.repeat(np.arange(len(units)), np.diff(units.shift_from))
    present = (units.shift_start <= t) & (t < units.shift_end)
    heads = np.where(present, units.shift_heads, 0)
    at_posts = units.task[unit] == (units.tasks.index("posts") if "posts" in units.tasks else -1)
    return {
        "heads_on_duty": float(heads.sum()),
        "heads_mobile": float(heads[units.mobile[unit]].sum()),
        "heads_at_centres": float(heads[at_posts].sum()),
        "heads_mobilised": None if scenario.mobilised is None else float(scenario.mobilised.sum()),
    }


def exceedance(table: IncidentTable) -> Floats:
    """Share of election incidents that need a unit and still have none so many minutes after the report."""
    asked = (table.group == 0) & table.needs_unit & np.isfinite(table.reported_at)
    waited = np.where(np.isfinite(table.response_time[asked]), table.response_time[asked], np.inf)
    if not len(waited):
        return np.full(len(EXCEEDANCE_MINUTES), np.nan)
    return np.asarray(1.0 - np.searchsorted(np.sort(waited), EXCEEDANCE_MINUTES * MINUTE, side="right") / len(waited))


def coverage_curves(cover: Coverage) -> dict[str, Floats]:
    """Coverage by moment and potential response by centre (seconds, mean over the voting phase, in site order)."""
    by_centre = cover.share(np.ones(len(cover.centres)), cover.potential, by="centre")
    order = np.argsort(cover.centres, kind="stable")
    return {
        "coverage_times": cover.times,
        "coverage_by_time": cover.share(cover.offices, cover.covered, by="time"),
        "potential_by_centre": by_centre[order],
    }


# Options of a study share their place and each day's tape. A worker keeps the last few of both; the key is the text
# of the settings they are made from, so nothing stale can be taken for something else.

_kept: OrderedDict[tuple[str, ...], Any] = OrderedDict()
_KEEP = 4


def _keep(key: tuple[str, ...], make: Callable[[], Any]) -> Any:
    if key not in _kept:
        _kept[key] = make()
        while len(_kept) > _KEEP:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]


def place_of(settings: Settings) -> Place:
    """Territory and calendar of some settings, built once for all options that share them."""
    key = ("place", repr(settings.territory), repr(settings.calendar))
    made: Place = _keep(key, lambda: build_place(settings))
    return made


def tape_of(settings: Settings, replication: int) -> Tape:
    """The tape of one replication, drawn once for all options that share its demand."""
    key = ("tape", *_demand_key(settings), str(replication))
    made: Tape = _keep(key, lambda: build_tape(settings, place_of(settings), replication))
    return made


def _demand_key(settings: Settings) -> tuple[str, str]:
    """Text of all settings that a tape is drawn from."""
    demand = (settings.territory, settings.calendar, settings.demand, settings.checkpoints, settings.rallies.hazard_bound)
    return repr(demand), str(settings.seed)


def options_share_days(options: Iterable[Settings]) -> bool:
    """Whether all options draw the same tape of replication 0. Draws only where settings of demand differ."""
    distinct = {_demand_key(settings): settings for settings in options}
    if len(distinct) == 1:
        return True
    return len({tape_of(settings, 0).digest() for settings in distinct.values()}) == 1
