"""The leading options while a sweep runs: the deciding measure with its interval, and the difference to the baseline."""

from __future__ import annotations

from collections.abc import Sequence

from sim.commands.answer import Grid
from sim.commands.sweep_tables import SHOWN, amount, digits
from sim.study.daily import PerReplication, by_day
from sim.study.identity import Point
from sim.study.outcome import Floats
from sim.study.statistics import Estimate, estimate, paired_difference
from sim.study.store import Store

DECIDING = "potential_response"
SHOWN_OPTIONS = 8


def leading(store: Store, points: Sequence[Point], names: Sequence[str], baseline: int) -> Grid | None:
    """The options with the lowest figure first, over the replications stored so far; None before there is any.

    Only for the eye: which option leads may change with every run, so nothing is decided by it.
    """
    ids = [point.id for point in points]
    samples = {id: _sample(table[:, 0]) for id, table in store.scalars(dict.fromkeys(ids), [DECIDING]).items()}
    known = [(name, samples[id]) for name, id in zip(names, ids) if estimate(samples[id]).mean is not None]
    if not known:
        return None
    base = samples[ids[baseline]]
    rows = sorted(((estimate(sample), name, sample) for name, sample in known), key=lambda row: row[0].mean or 0.0)
    shown = [[name, found.replications, *_cells(found, sample, base)] for found, name, sample in rows[:SHOWN_OPTIONS]]
    title = f"Leading so far by {SHOWN[DECIDING].label}"
    if len(rows) > SHOWN_OPTIONS:
        title += f" ({SHOWN_OPTIONS} of {len(rows)} options)"
    return Grid(title, ["option", "days", SHOWN[DECIDING].heading, f"against '{names[baseline]}'"], shown)


def _sample(figures: Floats) -> PerReplication:
    return by_day(dict(enumerate(figures.tolist())))


def _cells(found: Estimate, sample: PerReplication, baseline: PerReplication) -> list[str | None]:
    """Mean and difference to the baseline, each with its interval."""
    column = SHOWN[DECIDING]
    against = paired_difference(sample, baseline)
    halves = [e.half_width / column.scale for e in (found, against) if e.half_width]
    mean = amount(found, column, digits(halves))
    if sample is baseline or against.mean is None:
        return [mean, "baseline" if sample is baseline else None]
    text = f"{against.mean / column.scale:+.{digits(halves)}f}"
    return [mean, text if not against.half_width else f"{text} ± {against.half_width / column.scale:.{digits(halves)}f}"]
