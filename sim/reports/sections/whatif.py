"""What if: sliders over the studied factors, and estimates between the points that were simulated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from math import ceil, floor, log10
from shlex import quote
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.language import Language, sayable
from sim.reports.data import Report
from sim.reports.findings.factors import Factor, Studied, studied_factors
from sim.reports.findings.surface import MOST_FACTORS, TOLERANCE, Surface, fit_surface, hull_of, least_points
from sim.reports.terms import Term, term_of
from sim.reports.units import PERCENT
from sim.study.statistics import estimate

Floats = NDArray[np.float64]

MEASURES = (
    "potential_response", "response_mean", "compliance_p1_p2", "coverage", "presence_gap_mean", "calls_in_time",
    "office_minutes_lost", "minutes_lost", "heads_on_duty",
)  # fmt: skip
"""Measures of the panel, as far as the study has them and they differ between its points."""
STEPS = 40
"""Steps of a slider over a factor that is no whole number, besides the studied values."""
NAMES = {
    "staffing.staffing_factor": sayable("all officers, as a multiple of the plan"),
    "staffing.patrol_cars_factor": sayable("patrol cars, as a multiple of the plan"),
    "staffing.motorcycles_factor": sayable("motorcycles, as a multiple of the plan"),
    "staffing.foot_factor": sayable("foot patrols, as a multiple of the plan"),
    "staffing.rrv_factor": sayable("rapid response vehicles, as a multiple of the plan"),
    "staffing.reserve_factor": sayable("reserve, as a multiple of the plan"),
    "staffing.move_share": sayable("share of officers moved to mobile units"),
    "staffing.move_heads": sayable("officers moved to mobile units"),
    "staffing.absence": sayable("share of officers absent"),
    "room.operators": sayable("operators of each command room"),
    "demand.rate_factor": sayable("incidents, as a multiple of what is assumed"),
    "demand.background_factor": sayable("normal service, as a multiple of what is assumed"),
}
"""What common factors are called; others keep the key of their setting."""
SHARES = ("_share", ".absence")
"""Ends of keys whose values are read as so many of a hundred."""


@dataclass(frozen=True, eq=False)
class Panel:
    """A measure with its surface and the mean that was simulated at the baseline."""

    term: Term
    surface: Surface
    simulated: float

    @property
    def bounds(self) -> tuple[float, float | None]:
        """What the measure can be at all."""
        return 0.0, 1.0 if self.term.unit is PERCENT else None


def build(report: Report) -> dict[str, Any] | None:
    """The panel, or why there is none; nothing where options differ in no number."""
    studied = studied_factors([option.settings for option in report.result.study.options], report.baseline)
    if not studied.factors:
        return None
    words = report.words
    shown: dict[str, Any] = {"intro": intro(words), "refusal": refusal(report, studied), "study": ""}
    shown["notes"] = _notes(report, studied)
    if shown["refusal"]:
        return shown | {"study": study_command(report, studied)}
    panels = surfaces(report, studied)
    if not panels:
        return shown | {"refusal": words.say("No surface can be laid through these points: one of them has no data.")}
    here = studied.points[list(studied.options).index(report.baseline)][None]
    sliders = [slider(words, factor, factor.values[report.baseline]) for factor in studied.factors]
    rows = [_row(words, panel, here) for panel in panels]
    caption = words.say(
        "Estimates from %(points)s simulated settings; the error is that of settings that the estimate was not given.",
        points=len(studied.options),
    )
    shown |= {"factors": sliders, "rows": rows, "caption": caption}
    shown["command"] = words.say("This is the baseline: it was simulated.")
    return shown | {"script": script(report, studied, panels, sliders)}


def intro(words: Language) -> str:
    """What the panel is."""
    return words.say(
        "Move a slider to see what the plan in between might do. The values are read off a surface laid through the simulated "
        "settings; they decide nothing."
    )


def refusal(report: Report, studied: Studied) -> str:
    """Why there is no panel, or an empty text."""
    words, factors = report.words, len(studied.factors)
    if factors > MOST_FACTORS:
        return words.say("The options differ in %(n)s numbers: too many for estimates in between.", n=factors)
    if len(studied.options) < least_points(factors):
        return words.many(
            "%(points)s settings of %(n)d factor were simulated; estimates in between take at least %(least)s.",
            "%(points)s settings of %(n)d factors were simulated; estimates in between take at least %(least)s.",
            factors,
            points=len(studied.options),
            least=least_points(factors),
        )
    if hull_of(studied.points) is None:
        return words.say("The studied factors were only changed together, so nothing can be said of one of them alone.")
    return ""


def surfaces(report: Report, studied: Studied) -> list[Panel]:
    """The surface of every measure that the study has and that differs between its points."""
    found = []
    for name in MEASURES:
        means = [estimate(report.result.sample(option, name)).mean for option in studied.options]
        y = np.array([np.nan if mean is None else mean for mean in means])
        surface = fit_surface(studied.points, y) if np.isfinite(y).all() and np.ptp(y) > 0 else None
        if surface is not None:
            base = float(y[list(studied.options).index(report.baseline)])
            found.append(Panel(term_of(name), surface, base))
    return found


def slider(words: Language, factor: Factor, baseline: float) -> dict[str, Any]:
    """The places of one slider: values, how they are typed and how they are read."""
    between = np.linspace(factor.low, factor.high, STEPS + 1).tolist()
    steps = range(int(factor.low), int(factor.high) + 1) if factor.whole else [float(f"{value:.3g}") for value in between]
    values = sorted({value for value in (*steps, *factor.values) if factor.low <= value <= factor.high})
    texts = [_read(words, factor, value) for value in values]
    label = words.say(NAMES[factor.key]) if factor.key in NAMES else factor.key
    span = words.say("studied: %(low)s to %(high)s", low=_read(words, factor, factor.low), high=_read(words, factor, factor.high))
    typed = [str(int(value)) if factor.whole else repr(float(value)) for value in values]
    found = {"key": factor.key, "label": label, "range": span, "values": values, "texts": texts, "typed": typed}
    return found | {"baseline": values.index(baseline), "low": factor.low, "high": factor.high}


def _read(words: Language, factor: Factor, value: float) -> str:
    """A value of a factor with as many decimals as a step of its slider wants; shares of officers as so many of a hundred."""
    if factor.whole:
        return words.number(value)
    digits = max(ceil(log10(STEPS / (factor.high - factor.low))), 0)
    return words.share(value, max(digits - 2, 0)) if factor.key.endswith(SHARES) else words.number(value, digits)


def _row(words: Language, panel: Panel, here: Floats) -> dict[str, str]:
    """One measure as the page shows it before anything is moved."""
    low, high = panel.bounds
    value = float(np.clip(panel.surface(here)[0], low, np.inf if high is None else high))
    unit = panel.term.unit
    return {
        "label": panel.term.heading(words),
        "value": unit.number(words, value),
        "error": words.isolate(f"± {unit.number(words, panel.surface.error, _error_digits(panel))}"),
        "simulated": unit.number(words, panel.simulated),
    }


def _error_digits(panel: Panel) -> int:
    """More decimals where the error would be written as zero."""
    digits, error = panel.term.unit.digits, panel.surface.error / panel.term.unit.scale
    return min(max(digits, -floor(log10(error))), digits + 3) if error > 0.0 else digits


def _notes(report: Report, studied: Studied) -> list[str]:
    """What was left out, and how the surfaces were chosen."""
    words, left = report.words, len(report.names) - len(studied.options)
    notes = [
        words.say(
            "Of a plane, a curved and a bent surface that one was taken which best told each simulated setting from the others "
            "alone; settings outside those that were simulated are refused."
        )
    ]
    if left:
        notes.append(
            words.many(
                "%(n)d option is another plan altogether and is no part of the estimates.",
                "%(n)d options are other plans altogether and are no part of the estimates.", left,
            )
        )
    return notes


# Commands ---------------------------------------------------------------------------------------------------------


def base_words(report: Report, studied: Studied) -> list[str]:
    """The baseline's own words but for the factors, ready for a shell."""
    keys = {factor.key for factor in studied.factors}
    own = report.result.study.options[report.baseline].overrides
    return [quote(word) for word in own if word.lstrip("+~").partition("=")[0] not in keys]


def study_command(report: Report, studied: Studied) -> str:
    """A sweep that would simulate enough settings."""
    points = 4 * least_points(len(studied.factors))
    ranges = [quote(f"{f.key}={_interval(f)}") for f in studied.factors]
    words = ["pollday", "sweep", "design=latin", f"design.points={points}", *base_words(report, studied), *ranges]
    return " ".join([*words, f"replications={max(report.days, 2)}", f"study.name={quote(_name(report))}"])


def _interval(factor: Factor) -> str:
    if factor.whole:
        return f"int(interval({factor.low:g},{factor.high:g}))"
    return f"interval({factor.low!r},{factor.high!r})"


def _name(report: Report) -> str:
    return f"{report.result.study.name}-what-if"


# The script -------------------------------------------------------------------------------------------------------


def script(report: Report, studied: Studied, panels: Sequence[Panel], sliders: Sequence[dict[str, Any]]) -> str:
    """The panel's program with its numbers; nothing in it can end the element it stands in."""
    program = (files("sim.reports") / "templates" / "whatif.js").read_text(encoding="utf-8")
    numbers = json.dumps(model(report, studied, panels, sliders), ensure_ascii=True, allow_nan=False)
    return program.replace("MODEL", numbers.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def model(
    report: Report, studied: Studied, panels: Sequence[Panel], sliders: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Everything the program needs, as plain data."""
    words, hull = report.words, hull_of(studied.points)
    assert hull is not None
    texts = {
        "none": words.no_data,
        "outside": words.say("Outside of what was simulated: no estimate."),
        "baseline": words.say("This is the baseline: it was simulated."),
        "copied": words.say("copied"),
        "not_copied": words.say("not copied: mark the text and copy it by hand"),
    }
    return {
        "factors": [{key: s[key] for key in ("key", "values", "texts", "typed", "baseline", "low", "high")} for s in sliders],
        "measures": [_measure(panel) for panel in panels],
        "hull": hull.tolist(),
        "tolerance": TOLERANCE,
        "words": base_words(report, studied),
        "after": [f"replications={max(report.days, 2)}", f"study.name={quote(_name(report))}"],
        "marks": _marks(words),
        "texts": texts,
    }


def _measure(panel: Panel) -> dict[str, Any]:
    surface = panel.surface
    parts = ("exponents", "coefficients", "centres", "weights")
    low, high = panel.bounds
    numbers = {"scale": panel.term.unit.scale, "digits": panel.term.unit.digits, "low": low, "high": high}
    return numbers | {"surface": {part: getattr(surface, part).tolist() for part in parts}}


def _marks(words: Language) -> dict[str, Any]:
    """How this language writes numbers: its digits, what separates decimals and thousands, and its minus."""
    sample = words.number(1234.5, 1)
    digits = [words.number(digit) for digit in range(10)]
    plain = [c for c in sample if c not in digits]
    minus = next((c for c in words.number(-1) if c in "-\u2212"), "-")
    return {"digits": digits, "group": plain[0] if len(plain) > 1 else "", "decimal": plain[-1], "minus": minus}
