"""How many replications are enough: a rule that is decided on the first n replications in their order.

Looks at 10, 15, 20, … replications; enough when every half-width was small enough at two looks in a row. One look would stop
on lucky samples (0.93 instead of 0.95 covered); deciding on whatever has arrived would let engine and speed into the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf, sqrt
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from sim.errors import InputError, nearest
from sim.measures.estimators import RATIOS
from sim.settings.base import settings
from sim.study.daily import PerReplication, Runs, checked
from sim.study.statistics import daily_differences, observations, t_quantile


def _several(value: Any) -> Any:
    """``a,b`` and a single value as a list."""
    if isinstance(value, str):
        return [part.strip() for part in value.strip("[] ").split(",")]
    return value if isinstance(value, list | tuple) else [value]


@settings
class Precision:
    """When a study has enough replications.

    ``measure`` and ``half_width`` belong together, one or several of each; half-widths are in the measure's unit (seconds,
    shares), or shares of the mean where ``relative``. ``of``: of each option's ``mean``, or of its ``difference`` to the
    baseline. ``start`` replications first, then ``round`` more at a time; enough when it ``held`` in so many looks in a row;
    never more than ``cap``.
    """

    measure: Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
    half_width: Annotated[tuple[Annotated[float, Field(gt=0.0)], ...], BeforeValidator(_several), Field(min_length=1)]
    of: Literal["mean", "difference"] = "mean"
    relative: bool = False
    start: int = Field(default=10, ge=5, le=10_000)
    round: int = Field(default=5, ge=1, le=1_000)
    held: int = Field(default=2, ge=1, le=10)
    cap: int = Field(default=200, ge=5, le=1_000_000)

    @model_validator(mode="after")
    def _fits(self) -> Precision:
        if len(self.measure) != len(self.half_width):
            raise ValueError(f"{len(self.measure)} measures but {len(self.half_width)} half-widths; give one for each")
        if len(set(self.measure)) < len(self.measure):
            raise ValueError("a measure is there twice")
        if self.cap < self.start:
            raise ValueError(f"cap is {self.cap}, allowed: start ({self.start}) or more")
        if self.relative and self.of == "difference":
            raise ValueError("a difference may be zero, so it takes no relative half-width; give one in the unit of the measure")
        return self

    @property
    def targets(self) -> dict[str, float]:
        """Half-width wanted, by measure."""
        return dict(zip(self.measure, self.half_width, strict=True))

    @property
    def columns(self) -> tuple[str, ...]:
        """Scalars of a run that decide: the measures, or numerators and denominators where they are ratios of sums."""
        return tuple(dict.fromkeys(part for name in self.measure for part in RATIOS.get(name, (name,))))

    def check(self, known: Collection[str]) -> None:
        """Refuse a measure that a run does not have. Raises ``InputError``."""
        for name in self.measure:
            if name not in known:
                raise InputError(f"precision.measure={name}: no run has it{nearest(name, known)}")

    def samples(self, runs: Runs) -> dict[str, PerReplication]:
        """The measures of one option from its stored runs, which hold at least ``columns``."""
        return {name: runs.sample(name) for name in self.measure}

    def looks(self, upto: int) -> list[int]:
        """Numbers of replications at which it is decided, up to some number; the cap is the last one."""
        last = min(upto, self.cap)
        found = list(range(self.start, last + 1, self.round))
        return found if self.cap > upto or self.cap in found else [*found, self.cap]


@dataclass(frozen=True)
class Verdict:
    """What the rule says of one option: ``replications`` wanted in all, whether that is final, and why in words.

    ``state``: ``more`` are wanted, the half-widths are ``reached``, or the ``capped`` option has not reached them.
    """

    replications: int
    state: Literal["more", "reached", "capped"]
    reason: str

    @property
    def is_final(self) -> bool:
        """Whether no more replications are wanted."""
        return self.state != "more"


def replications_wanted(
    samples: Mapping[str, PerReplication],
    precision: Precision,
    have: int,
    baseline: Mapping[str, PerReplication] | None = None,
) -> Verdict:
    """How many replications one option needs in all, by the first ``have`` of them, which have all ended (a failed run is one
    without data).

    ``samples``: the measures of the precision; ``baseline``: the same of the baseline, where ``of`` is ``difference``. The
    answer for ``have`` is the same however many more are given. Raises ``InputError`` for a measure that is not given, and for
    a relative target of a mean that may well be zero.
    """
    if have < precision.start:
        return Verdict(precision.start, "more", f"{have} of the first {precision.start} replications done")
    pairs = {name: _observed(samples, baseline, name) for name in precision.measure}
    held, look, halves = 0, precision.start, {}
    for look in precision.looks(have):
        halves = {name: _half_width(pair, look, precision, name) for name, pair in pairs.items()}
        held = held + 1 if all(halves[name] <= target for name, target in precision.targets.items()) else 0
        if held == precision.held:
            return Verdict(look, "reached", f"{_words(halves, precision)} held in {held} looks in a row")
    if look >= precision.cap:
        return Verdict(precision.cap, "capped", f"{_words(halves, precision)} not reached at the cap of {precision.cap}")
    return Verdict(min(look + precision.round, precision.cap), "more", f"{_words(halves, precision)} at {look} replications")


def wanted_by_option(
    options: Mapping[str, Mapping[str, PerReplication]], precision: Precision, have: Mapping[str, int], baseline: str
) -> dict[str, Verdict]:
    """The rule for every option of a study. The baseline runs as often as the option that wants most, because each is compared
    with it day by day; ``have`` says how many replications of each have ended, from the first on."""
    paired = precision.of == "difference"
    found = {}
    for name, samples in options.items():
        if paired and name == baseline:
            continue
        ended = min(have[name], have[baseline]) if paired else have[name]
        found[name] = replications_wanted(samples, precision, ended, options[baseline] if paired else None)
    most = max((verdict.replications for verdict in found.values()), default=precision.start)
    own = found.get(baseline)
    if own is None or own.replications < most:
        done = have[baseline] >= most and all(v.is_final for v in found.values())
        found[baseline] = Verdict(most, "reached" if done else "more", f"{most} replications, to compare every option with it")
    return {name: found[name] for name in options}


def _observed(
    samples: Mapping[str, PerReplication], baseline: Mapping[str, PerReplication] | None, name: str
) -> tuple[PerReplication, PerReplication | None]:
    if name not in samples:
        raise InputError(f"precision.measure={name}: no run has it")
    return checked(samples[name]), None if baseline is None else checked(baseline[name])


def _half_width(pair: tuple[PerReplication, PerReplication | None], n: int, precision: Precision, name: str) -> float:
    """Half-width of the 95 % interval of the first n, as share of the mean where relative; infinite without an interval."""
    sample, baseline = pair
    data = observations(sample.first(n)) if baseline is None else daily_differences(sample.first(n), baseline.first(n))
    if len(data) < 2 or not np.isfinite(data).all():
        return inf
    half = t_quantile(len(data) - 1) * float(data.std(ddof=1)) / sqrt(len(data))
    if not precision.relative:
        return half
    mean = float(data.mean())
    if n == precision.start and abs(mean) <= half:
        raise InputError(
            f"precision.relative: {name} is {mean:.4g} ± {half:.2g} after {n} replications, too near zero for a share of it; "
            "give half_width in its unit and relative=false"
        )
    return half / abs(mean) if mean else inf


def _words(halves: Mapping[str, float], precision: Precision) -> str:
    """``response_mean ± 28.1 (wanted 30)``, for every measure."""
    unit = " of the mean" if precision.relative else ""
    return ", ".join(
        f"{name} ± {'unknown' if half == inf else format(half, '.3g')} (wanted {precision.targets[name]:.3g}{unit})"
        for name, half in halves.items()
    )
