"""When does a simulated figure agree with a truth, and when was the experiment too small to say?"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student
from scipy.stats import ttest_1samp


class Agreement(NamedTuple):
    """Verdict on one figure: ``ok`` needs both a powered experiment and no significant difference."""

    mean: float
    truth: float
    t: float
    critical: float  # Bonferroni value at the family's level
    half_width: float  # of the 95 % interval, as a share of the truth

    @property
    def powered(self) -> bool:
        return self.half_width <= 0.02

    @property
    def ok(self) -> bool:
        return self.powered and abs(self.t) < self.critical


def agree(replications: ArrayLike, truth: float, figures: int = 1, level: float = 0.001) -> Agreement:
    """Compare independent ``replications`` (or batch means) with ``truth``, one of ``figures`` tested together.

    An experiment whose 95 % half-width exceeds 2 % of the truth is a failed test, not a pass.
    """
    values = np.asarray(replications, float)
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    freedom = len(values) - 1
    distance = float(values.mean()) - truth
    t = distance / error if error else math.copysign(math.inf, distance) if distance else 0.0
    critical = float(student.ppf(1 - level / figures / 2, freedom))
    return Agreement(float(values.mean()), truth, t, critical, float(student.ppf(0.975, freedom)) * error / abs(truth))


def batch_means(values: ArrayLike, batches: int = 40, discard: float = 0.02) -> np.ndarray:
    """Means of ``batches`` consecutive equal parts of one long run, after its first ``discard`` share."""
    series = np.asarray(values, float)
    series = series[int(len(series) * discard) :]
    size = len(series) // batches
    return series[: size * batches].reshape(batches, size).mean(axis=1)


def longer_p(baseline: ArrayLike, changed: ArrayLike) -> float:
    """One-sided p of "the change lengthens the figure" over paired days; small means it does."""
    difference = np.asarray(changed, float) - np.asarray(baseline, float)
    if not difference.any():
        return 1.0
    return float(ttest_1samp(difference, 0.0, alternative="greater").pvalue)
