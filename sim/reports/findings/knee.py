"""Where more officers stop paying: the knee of a staffing curve, or an honest "no knee".

The knee is Kneedle's (Satopää and others 2011, package ``kneed``) at its paper's sensitivity of 1: curve and chord are brought
to 0…1, and the point furthest below the chord counts if it lies further from it than the mean step between options. A straight
line has none, and with few options only a sharp bend is one. Days vary, so the same is asked of studies drawn anew from the
days of this one (the days of all options together, as they were common): a knee is said only where nearly all agree, and
only where an officer beyond it gains at most half of what one before it gained (assumed).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from kneed import KneeLocator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST_OPTIONS = 4
"""Different head counts below which a curve has no shape: two ends, and two points that may differ from their chord."""
FEWEST_DAYS = 5
AGREEMENT = 0.9
"""Share of redrawn studies that must find the same knee."""
CLEARLY = 0.5
"""Most that an officer beyond the knee may gain, of what one before it gained."""
DRAWS = 400

Reason = Literal["found", "few options", "few days", "does not fall", "no bend", "days disagree"]


@dataclass(frozen=True)
class Knee:
    """Position of the option at the knee (None: no knee), why, the share of redrawn studies with this very answer, and what an
    officer beyond the knee gains as a share of what one before it gained."""

    option: int | None
    reason: Reason
    agreement: float | None = None
    beyond: float | None = None


def find_knee(heads: Floats, days: Floats, draws: int = DRAWS) -> Knee:
    """Knee of a figure that should fall with officers.

    ``heads`` (options,), in any order, each different; ``days`` (options, replications), NaN where there is no data: only days
    with data for every option count. The same data give the same answer.
    """
    order = np.argsort(heads, kind="stable")
    x, known = heads[order], np.isfinite(days).all(axis=0)
    y = days[order][:, known]
    if len(x) < FEWEST_OPTIONS or not np.isfinite(x).all() or (np.diff(x) <= 0).any():
        return Knee(None, "few options")
    if y.shape[1] < FEWEST_DAYS:
        return Knee(None, "few days")
    mean = y.mean(axis=1)
    if mean[-1] >= mean[0]:
        return Knee(None, "does not fall")
    found = bend(x, mean)
    beyond = None if found is None else float((mean[found] - mean[-1]) / (x[-1] - x[found]))
    before = None if found is None else float((mean[0] - mean[found]) / (x[found] - x[0]))
    if found is None or beyond is None or before is None or beyond > CLEARLY * before:
        return Knee(None, "no bend")
    drawn = np.random.default_rng(1).integers(0, y.shape[1], (draws, y.shape[1]))
    same = float(np.mean([bend(x, y[:, days].mean(axis=1)) == found for days in drawn]))
    if same < AGREEMENT:
        return Knee(None, "days disagree", same)
    return Knee(int(order[found]), "found", same, beyond / before)


def bend(x: Floats, y: Floats) -> int | None:
    """Position of Kneedle's knee of a falling curve over rising ``x``, None where it has none.

    >>> bend(np.array([1.0, 2.0, 3.0, 4.0]), np.array([9.0, 4.0, 3.5, 3.0]))
    1
    >>> bend(np.array([1.0, 2.0, 3.0, 4.0]), np.array([9.0, 7.0, 5.0, 3.0])) is None
    True
    """
    if y[-1] >= y[0]:
        return None
    knee = KneeLocator(x, y, S=1.0, curve="convex", direction="decreasing").knee
    return None if knee is None or knee in (x[0], x[-1]) else int(np.flatnonzero(x == knee)[0])  # an end is no bend
