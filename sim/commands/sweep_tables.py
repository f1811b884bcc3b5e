"""What ``pollday sweep`` prints: heads, means with intervals, differences to the baseline, and what they say in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, inf, log10

from sim.commands.answer import Answer, Grid
from sim.study.control import control_gain, variance_ratio
from sim.study.design import Study
from sim.study.result import Comparison, StudyResult, compare
from sim.study.statistics import Estimate, pairing_gain


@dataclass(frozen=True)
class Column:
    """How one measure is printed: label, unit, what its figures are divided by, and the least and largest possible figure."""

    label: str
    unit: str
    scale: float
    least: float = 0.0
    most: float = inf

    @property
    def heading(self) -> str:
        """Label with its unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


SHOWN = {
    "potential_response": Column("potential response", "min", 60.0),
    "response_mean": Column("mean response", "min", 60.0),
    "response_p90": Column("90 % within", "min", 60.0),
    "compliance_p1_p2": Column("within target, P1 and P2", "%", 0.01, most=1.0),
    "coverage": Column("offices covered", "%", 0.01, most=1.0),
    "coverage_worst_area": Column("covered in worst area", "%", 0.01, most=1.0),
    "presence_gap_mean": Column("mean gap between patrols", "min", 60.0),
    "handled_on_spot": Column("settled by fixed teams", "", 1.0),
    "minutes_lost": Column("minutes lost at checkpoints", "thousand", 1000.0),
}
"""Measures of the printed table."""
WIDTH = 100
"""Columns that tables fit into."""
HEADS = {
    "heads_on_duty": "on duty at noon",
    "heads_mobile": "of them in mobile units",
    "heads_at_centres": "of them at centres",
    "heads_mobilised": "mobilised",
}


def counted(number: int, word: str) -> str:
    """``1 day``, ``2 days``."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def plan_line(study: Study, where: str) -> str:
    """What is about to run and where, in one line."""
    options, days = counted(len(study.options), "option"), counted(study.replications, "day")
    ways, twice = (2, " x 2 (inputs as assumed, and drawn)") if study.inputs == "drawn" else (1, "")
    runs = counted(ways * len(study.tasks()), "run")
    return f"{study.name}: {options} x {days}{twice} = {runs} on {where}"


def points_answer(study: Study) -> Answer:
    """The points of a study and nothing else: names, overrides and what varies."""
    points = [{"name": o.name, "overrides": list(o.overrides), "axes": dict(o.axes)} for o in study.options]
    data = {
        "command": "sweep",
        "study": study.name,
        "question": study.question,
        "baseline": study.baseline,
        "replications": study.replications,
        "equal_heads": study.equal_heads,
        "options": {option.name: list(option.overrides) for option in study.options},
        "points": points,
    }
    keys = list(dict.fromkeys(key for option in study.options for key in option.axes))
    rows = [[o.name, *(str(o.axes.get(key, "")) for key in keys)] for o in study.options]
    return Answer(data, [study.question, Grid(f"{len(rows)} points", ["option", *keys], rows), plan_line(study, "1 core")])


def tables(result: StudyResult) -> list[str | Grid]:
    """Heads, means with 95 % intervals, differences to the baseline, and what days in common gained.

    Few options stand side by side; where that would be too wide, every measure has a table of its own.
    """
    comparisons = {(c.option, c.measure): c for c in compare(result, list(SHOWN))}
    names = [option.name for option in result.study.options]
    others = [n for n in names if n != result.study.baseline]
    shown: list[str | Grid] = list(heads_table(result))
    wide = [_means(result, comparisons, names), *([_differences(result, comparisons, others)] if others else [])]
    if max(map(_width, wide)) <= WIDTH:
        shown += wide
    else:
        shown += [_by_measure(result, [comparisons[n, m] for n in names], column) for m, column in SHOWN.items()]
    return [*shown, *_family_words(comparisons, others), *gains(result)]


def _means(result: StudyResult, found: Mapping[tuple[str, str], Comparison], names: Sequence[str]) -> Grid:
    rows = [_mean_row(column, [found[n, m].estimate for n in names]) for m, column in SHOWN.items()]
    days = counted(result.study.replications, "day")
    title = f"Means over {days}, with 95 % intervals" if result.study.replications > 1 else f"Figures of {days}: no intervals"
    return Grid(title, ["measure", *names], rows)


def _kind(result: StudyResult) -> str:
    return "on the same days" if result.same_days else "between different days (not paired)"


def _differences(result: StudyResult, found: Mapping[tuple[str, str], Comparison], others: Sequence[str]) -> Grid:
    title = f"Difference to '{result.study.baseline}' {_kind(result)}, 95 % intervals (* excludes zero)"
    rows = [_difference_row(column, [found[n, m] for n in others]) for m, column in SHOWN.items()]
    return Grid(title, ["measure", *others, "would show from"], rows)


def _by_measure(result: StudyResult, row: Sequence[Comparison], column: Column) -> Grid:
    """One measure, an option a line."""
    means, differences = _mean_row(column, [c.estimate for c in row])[1:], _difference_row(column, row)[1:-1]
    floors = [shows_from([c], column) for c in row]
    title = f"{column.heading}: difference to '{result.study.baseline}' {_kind(result)}"
    rows = [
        [c.option, mean, "baseline" if c.difference is None else difference, "" if c.difference is None else floor]
        for c, mean, difference, floor in zip(row, means, differences, floors, strict=True)
    ]
    return Grid(title, ["option", "mean (95 % interval)", "difference (* excludes zero)", "would show from"], rows)


def _width(grid: Grid) -> int:
    """Columns a grid needs if no cell is broken."""
    cells = zip(grid.headings, *grid.rows, strict=True)
    return sum(max(len(str(cell or "no data")) for cell in column) + 2 for column in cells)


def _family_words(found: Mapping[tuple[str, str], Comparison], others: Sequence[str]) -> list[str]:
    """What the intervals of several options promise."""
    methods = {c.family.method for c in found.values() if c.difference is not None and c.joint is not None}
    together = sorted(methods - {"alone"})
    words = [f"Intervals of differences hold together for the {len(others)} options of a measure ({', '.join(together)})."]
    return words if together else []


def gains(result: StudyResult) -> list[str]:
    """What common days and the potential response gain in variance, in words, for the mean response of the options."""
    base, others = result.baseline, [n for n in range(len(result.study.options)) if n != result.baseline]
    if not result.same_days or not others:
        return []
    rows = [[result.sample(n, m) for m in ("response_mean", "potential_response")] for n in [base, *others]]
    (own, companion), rest = rows[0], rows[1:]
    common = _span([pairing_gain(sample, own) for sample, _ in rest])
    control = _span([control_gain(sample, own, (potential, companion)) for sample, potential in rest])
    ratio = _span([variance_ratio((sample, own), (potential, companion)) for sample, potential in rest])
    if common is None:
        return []
    words = f"Common days cut the variance of differences in mean response {common}"
    if control is not None:
        words += f"; potential response as control variate would be worth {control} if its mean were known (not applied)"
    if ratio is not None:
        words += f"; differences in potential response itself vary {ratio} less"
    return [f"{words}."]


def _span(factors: Sequence[float | None]) -> str | None:
    """``12x``, or ``8.1x to 12x``."""
    ends = sorted(factor for factor in factors if factor is not None)
    if not ends:
        return None
    low, high = (f"{end:.2g}x" if end < 99.5 else f"{end:,.0f}x" for end in (ends[0], ends[-1]))
    return low if low == high else f"{low} to {high}"


def heads_table(result: StudyResult) -> list[str | Grid]:
    """Heads of every option, the same figures as in ``table.csv``, and whether options are at equal heads."""
    found = {(c.option, c.measure): c.estimate.mean for c in compare(result, list(HEADS))}
    names = [option.name for option in result.study.options]
    rows = [[name, *(None if (mean := found[name, m]) is None else round(mean) for m in HEADS)] for name in names]
    mobilised = [found[name, "heads_mobilised"] for name in names]
    grid = Grid("Heads present by option, mean of the days (every ledger closes)", ["option", *HEADS.values()], rows)
    if None in mobilised or len(names) < 2:
        return [grid]
    low, high = min(map(float, filter(None, mobilised)), default=0.0), max(map(float, filter(None, mobilised)), default=0.0)
    if low == high:
        return [grid, f"Equal heads: every option mobilises {low:,.0f}."]
    return [grid, f"Not at equal heads: options mobilise {low:,.0f} to {high:,.0f}."]


def digits(half_widths: Sequence[float]) -> int:
    """Decimals that show the widest of some half-widths to two figures: one or two."""
    widest = max(half_widths, default=0.0)
    return min(max(1 - floor(log10(widest)), 1), 2) if widest > 0 else 1


def _mean_row(column: Column, estimates: Sequence[Estimate]) -> list[str | None]:
    places = digits([e.half_width / column.scale for e in estimates if e.half_width])
    return [column.heading, *(amount(e, column, places) for e in estimates)]


def amount(estimate: Estimate, column: Column, places: int) -> str | None:
    """``95.2 (74.8 to 100)``: the mean and its interval, cut to what is possible; days that all agree promise no certainty."""
    if estimate.mean is None:
        return None
    text = _number(estimate.mean / column.scale, places)
    if estimate.low is None or estimate.high is None:
        return text
    if not estimate.half_width:
        return f"{text} on every day"
    low = "0" if estimate.low <= column.least else _number(estimate.low / column.scale, places)
    high = f"{column.most / column.scale:.0f}" if estimate.high >= column.most else _number(estimate.high / column.scale, places)
    return f"{text} ({low} to {high})"


def _difference_row(column: Column, comparisons: Sequence[Comparison]) -> list[str | None]:
    halves = [c.together.half_width / column.scale for c in comparisons if c.together and c.together.half_width]
    places = digits(halves)
    return [column.heading, *(change(c, column, places) for c in comparisons), shows_from(comparisons, column)]


def shows_from(comparisons: Sequence[Comparison], column: Column) -> str | None:
    """The smallest difference that these days would have shown, of the noisiest of some comparisons."""
    known = [c.detectable / column.scale for c in comparisons if c.detectable is not None and not c.is_nil]
    if not known:
        return "" if any(c.is_nil for c in comparisons) else None
    return _number(max(known), digits([max(known)]))


def change(comparison: Comparison, column: Column, places: int) -> str | None:
    """``-0.62 (-0.70 to -0.54) *``: the difference and its interval, cut to what is possible; a star where it excludes zero."""
    difference = comparison.together
    if difference is None or difference.mean is None:
        return None
    if comparison.is_nil:
        return "no difference on any day"
    text = _signed(difference.mean / column.scale, places)
    if difference.low is None or difference.high is None:
        return text
    reach = column.most - column.least
    low, high = (_signed(min(max(end, -reach), reach) / column.scale, places) for end in (difference.low, difference.high))
    return f"{text} ({low} to {high}){' *' if comparison.is_real else ''}"


def _signed(value: float, places: int) -> str:
    """With its sign, and no minus before a zero."""
    return f"{round(value, places) + 0.0:+.{places}f}"


def _number(value: float, places: int) -> str:
    return f"{value:,.{places}f}" if abs(value) >= 1000 else f"{value:.{places}f}"


def reading(result: StudyResult) -> list[str]:
    """One sentence an option, made from the numbers by rule."""
    return [_sentence(c, result.study.baseline) for c in compare(result, ["potential_response"]) if c.difference is not None]


def _sentence(c: Comparison, baseline: str) -> str:
    assert c.difference is not None
    if c.is_nil:
        return f"{c.option}: the potential response is the same as under '{baseline}' on every day."
    if c.difference.mean is None or c.is_real is None:
        return f"{c.option}: too few days to say."
    if not c.is_real:
        floor_text = f"; a difference of {c.detectable / 60:.2f} min would have shown" if c.detectable is not None else ""
        return f"{c.option}: no difference in potential response that these days can show{floor_text}."
    word = "shorter" if c.difference.mean < 0 else "longer"
    return f"{c.option}: potential response {abs(c.difference.mean) / 60:.2f} min {word} than '{baseline}'."
