"""Which uncertain inputs matter: rank correlation and Sobol indices from the very runs of ``inputs=drawn``.

Nothing is run for it. With n worlds a correlation below about 2 / sqrt(n) is noise, so chance findings among many inputs are
held down (Benjamini & Hochberg 1995). Sobol indices (Saltelli et al. 2010, in SciPy) are taken of a smooth fit through the
worlds; where the fit does not predict worlds left out of it, there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST_WORLDS = 10
"""Fewer worlds say nothing about any input."""
FITTED = 6
"""Most inputs a fit takes: those of the strongest rank correlation."""
WORLDS_PER_INPUT = 10
"""Worlds that a fit needs for each input it takes."""
LEAST_SKILL = 0.5
"""Share of the variance that the fit must predict in worlds left out of it, or no Sobol index is given."""
FOLDS = 5
SAMPLE = 1024
SMOOTHINGS = (0.0, 0.1, 1.0, 10.0, 100.0)


@dataclass(frozen=True)
class Influence:
    """One input: rank correlation with the measure, its p-value held against chance among all inputs, and Sobol indices.

    ``first`` is the share of variance that the input explains alone, ``total`` with all its interactions (None: not fitted, or
    the fit does not predict).
    """

    name: str
    correlation: float | None
    p_value: float | None
    first: float | None = None
    total: float | None = None


@dataclass(frozen=True)
class Sensitivity:
    """Influences on one measure, strongest first; ``skill``: share of variance the fit predicts in worlds left out of it."""

    influences: tuple[Influence, ...]
    worlds: int
    skill: float | None


def sensitivity(names: Sequence[str], worlds: Floats, values: Sequence[float | None]) -> Sensitivity:
    """Influence of every input on one measure.

    ``worlds``: u of each input, shape (replications, inputs); ``values``: the measure by replication, None without data. An input
    that never varies has no influence and is left out by the caller. Raises ``ValueError`` for shapes that do not fit.
    """
    y = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if worlds.shape != (len(y), len(names)):
        raise ValueError(f"worlds have shape {worlds.shape}, wanted ({len(y)}, {len(names)})")
    known = np.isfinite(y)
    u, y = worlds[known], y[known]
    if len(y) < LEAST_WORLDS or not np.ptp(y):
        return Sensitivity(tuple(Influence(name, None, None) for name in names), len(y), None)
    found = [scipy.stats.spearmanr(column, y) for column in u.T]
    rho = np.array([float(f.statistic) for f in found])
    held = scipy.stats.false_discovery_control([float(f.pvalue) for f in found])
    order = np.argsort(-np.abs(rho), kind="stable")
    number = min(FITTED, len(y) // WORLDS_PER_INPUT)
    fitted = order[: number if number > 1 else 0]  # SciPy's indices take two inputs or more
    skill, first, total = _sobol(u[:, fitted], y)
    share = {int(i): (a, b) for i, a, b in zip(fitted, first, total)}
    rows = [Influence(names[i], float(rho[i]), float(held[i]), *share.get(int(i), (None, None))) for i in order]
    return Sensitivity(tuple(rows), len(y), skill)


def _sobol(u: Floats, y: Floats) -> tuple[float | None, Sequence[float | None], Sequence[float | None]]:
    """Skill of the best fit and the Sobol indices of each input; None where nothing can be fitted."""
    nothing = [None] * u.shape[1]
    if not u.shape[1]:
        return None, nothing, nothing
    skills = [(_skill(u, y, smoothing), smoothing) for smoothing in SMOOTHINGS]
    skill, smoothing = max(skills, key=lambda pair: pair[0])
    if skill < LEAST_SKILL:
        return skill, nothing, nothing
    fit = _fit(u, y, smoothing)
    dists = [scipy.stats.uniform()] * u.shape[1]
    indices = scipy.stats.sobol_indices(func=lambda x: fit(x.T)[None, :], n=SAMPLE, dists=dists, rng=np.random.default_rng(0))
    return skill, indices.first_order.ravel().tolist(), indices.total_order.ravel().tolist()


def _fit(u: Floats, y: Floats, smoothing: float) -> scipy.interpolate.RBFInterpolator:
    return scipy.interpolate.RBFInterpolator(u, y, smoothing=smoothing, kernel="thin_plate_spline", degree=1)


def _skill(u: Floats, y: Floats, smoothing: float) -> float:
    """Share of the variance of ``y`` that fits through the other worlds predict."""
    fold = np.arange(len(y)) % FOLDS
    told = np.empty_like(y)
    for k in range(FOLDS):
        told[fold == k] = _fit(u[fold != k], y[fold != k], smoothing)(u[fold == k])
    return float(1.0 - ((y - told) ** 2).sum() / ((y - y.mean()) ** 2).sum())
