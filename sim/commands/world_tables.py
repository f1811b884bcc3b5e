"""What ``pollday sweep inputs=drawn`` prints and writes besides: both intervals, shares of worlds, and which inputs matter."""

from __future__ import annotations

from pathlib import Path

from sim.commands.answer import Grid
from sim.commands.sweep_tables import SHOWN, digits
from sim.study.files import write_csv
from sim.study.sensitivity import LEAST_WORLDS, Sensitivity
from sim.study.statistics import Estimate
from sim.study.uncertainty import Both, Row, Uncertain, both_rows, compare_both, influence_rows, influences
from sim.study.worlds import BetterShare

DECIDING = "potential_response"
PRINTED = (DECIDING, "response_mean", "coverage")
"""Measures of the printed comparison; ``worlds.csv`` has them all."""
STRONGEST = 5
CHANCE = 0.05


def world_rows(both: Uncertain) -> list[Row]:
    """Every comparison both ways, for ``worlds.csv`` and JSON."""
    return both_rows(compare_both(both, list(SHOWN)))


def save_worlds(both: Uncertain, folder: Path) -> None:
    """Write ``worlds.csv`` and ``sensitivity.csv``, readable by the owner only."""
    matter = influence_rows(both.drawn, [DECIDING, "response_mean"])
    for name, rows in (("worlds.csv", world_rows(both)), ("sensitivity.csv", matter)):
        write_csv(folder / name, list(rows[0]) if rows else [], rows)
        (folder / name).chmod(0o600)


def worlds_shown(both: Uncertain) -> list[str | Grid]:
    """Differences as assumed and over plausible worlds, and the inputs that move the deciding measure most."""
    found = [f for f in compare_both(both, PRINTED) if f.drawn_difference is not None]
    shown: list[str | Grid] = []
    if found:
        title = f"Difference to '{both.drawn.study.baseline}', inputs as assumed and drawn from their ranges, 95 % intervals"
        heads = ["measure", "option", "as assumed", "over plausible worlds", "better in % of worlds"]
        shown.append(Grid(title, heads, [_row(f) for f in found]))
    baseline = both.drawn.baseline
    shown += _strongest(influences(both.drawn, baseline, DECIDING, False), f"potential response of '{both.drawn.study.baseline}'")
    for number, option in enumerate(both.drawn.study.options):
        if number != baseline and len(both.drawn.study.options) <= 4:
            shown += _strongest(influences(both.drawn, number, DECIDING, True), f"what '{option.name}' changes in it")
    return shown


def _row(found: Both) -> list[str | None]:
    column = SHOWN[found.measure]
    differences = [d for d in (found.assumed_difference, found.drawn_difference) if d is not None]
    places = digits([d.half_width / column.scale for d in differences if d.half_width])
    cells = [_change(d, column.scale, places) for d in differences]
    return [column.heading, found.option, *cells, _share(found.better)]


def _change(difference: Estimate, scale: float, places: int) -> str | None:
    if difference.mean is None:
        return None
    text = f"{difference.mean / scale:+.{places}f}"
    if difference.low is None or difference.high is None:
        return text
    real = " *" if difference.low > 0 or difference.high < 0 else ""
    return f"{text} ({difference.low / scale:+.{places}f} to {difference.high / scale:+.{places}f}){real}"


def _share(better: BetterShare | None) -> str | None:
    if better is None or better.share is None or better.low is None or better.high is None:
        return None
    return f"{100 * better.share:.0f} ({100 * better.low:.0f} to {100 * better.high:.0f})"


def _strongest(found: Sensitivity, what: str) -> list[str | Grid]:
    """The inputs of strongest rank correlation, as far as chance alone would not find them."""
    if all(i.correlation is None for i in found.influences):
        return [f"Which inputs matter for {what}: {found.worlds} worlds cannot say (it takes {LEAST_WORLDS}, not all alike)."]
    top = [i for i in found.influences if i.p_value is not None and i.p_value < CHANCE][:STRONGEST]
    if not top:
        return [f"Which inputs matter for {what}: none stands out from chance in {found.worlds} worlds (sensitivity.csv)."]
    rows = [[i.name, _number(i.correlation), _number(i.first), _number(i.total)] for i in top]
    title = f"Inputs that matter most for {what} ({found.worlds} worlds; Sobol indices {_fitted(found.skill)})"
    return [Grid(title, ["input", "rank correlation", "Sobol, alone", "Sobol, in all"], rows)]


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:+.2f}"


def _fitted(skill: float | None) -> str:
    if skill is None:
        return "need more worlds"
    return f"of a fit that predicts {max(skill, 0.0):.0%} of the variance"
