"""When an analytic figure and a simulated one part: the rule, in one place."""

from __future__ import annotations

THRESHOLD = 0.25
"""Share of the simulated figure by which an estimate may be off: approximations of this kind promise no better."""
LEAST = {"s": 15.0, "share": 0.03}
"""Differences that nobody would act on, by unit: a quarter minute, three points of a hundred."""


def part(estimate: float | None, simulated: float | None, half_width: float | None, unit: str) -> bool | None:
    """Whether an estimate and a simulated figure part (None: one of them has no data).

    They do where the estimate lies outside the 95 % interval, is off by more than ``THRESHOLD`` of the simulated figure, and by
    more than ``LEAST`` of the unit. Without an interval (``half_width`` None: one day) the size alone decides.
    """
    if estimate is None or simulated is None:
        return None
    off = abs(estimate - simulated)
    if off <= max(THRESHOLD * abs(simulated), LEAST.get(unit, 0.0)):
        return False
    return half_width is None or off > half_width


def ratio(estimate: float | None, simulated: float | None) -> float | None:
    """Estimate over simulated figure (None: no data, or a simulated figure of zero)."""
    return None if estimate is None or not simulated else estimate / simulated
