"""A response surface: what a measure would be between the points that were simulated, and how far off such a guess is.

Several fits are tried; the one that best tells each point from the others alone is taken (leave one point out), and its error
goes with it. A fit is a polynomial and a sum of cubes of distances, so that any program can evaluate it from its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lstsq
from scipy.spatial import ConvexHull, QhullError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SMOOTHINGS = (0.0, 1e-3, 1e-2, 1e-1, 1.0)
"""How little a sum of cubes follows single points (``smoothing`` of SciPy's ``RBFInterpolator``, kernel ``cubic``)."""
MOST_FACTORS = 5
"""With more factors a study would need more points than it ever has."""
TOLERANCE = 1e-9
"""How far outside the hull of the points a setting may lie, in shares of the ranges, to count as inside."""


def least_points(factors: int) -> int:
    """Fewest simulated points that a surface over so many factors is fitted to: two more than a plane has parameters."""
    return factors + 3


@dataclass(frozen=True, eq=False)
class Surface:
    """A fitted measure over factors scaled to 0 … 1.

    The value at x is sum(``coefficients`` x product(x ^ ``exponents``)) + sum(``weights`` x |x - centre|^3) over ``centres``;
    shapes (terms,), (terms, factors), (centres,) and (centres, factors). ``error``: root of the mean squared error of points
    that the fit was not given; ``method``: plane, curved or bent (a sum of cubes).
    """

    method: str
    exponents: Ints
    coefficients: Floats
    centres: Floats
    weights: Floats
    error: float

    def __call__(self, x: Floats) -> Floats:
        """Values at points (points, factors), shape (points,)."""
        flat = _terms(x, self.exponents) @ self.coefficients
        return np.asarray(flat + _cubes(x, self.centres) @ self.weights)


def fit_surface(x: Floats, y: Floats) -> Surface | None:
    """The surface through points ``x`` (points, factors), scaled to 0 … 1, that best tells points it was not given.

    None where there are too few points, a value is missing, or no fit can do without one of the points.
    """
    if len(x) < least_points(x.shape[1]) or not np.isfinite(y).all():
        return None
    found = [(_left_out(x, y, method), method) for method in _methods(x.shape[1])]
    known = [(error, number) for number, (error, _) in enumerate(found) if np.isfinite(error)]
    if not known:
        return None
    error, number = min(known)
    return _fit(x, y, found[number][1], error)


@dataclass(frozen=True)
class _Method:
    name: str
    degree: int
    smoothing: float | None = None


def _methods(factors: int) -> Iterator[_Method]:
    """From stiff to lissom, so that of equally good ones the simplest is taken."""
    yield _Method("plane", 1)
    yield _Method("curved", 2)
    yield from (_Method("bent", 1, smoothing) for smoothing in reversed(SMOOTHINGS))


def _left_out(x: Floats, y: Floats, method: _Method) -> float:
    """Root of the mean squared error of each point, told from all others; infinite where that cannot be done."""
    errors = np.empty(len(y))
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        fit = _fit(x[rest], y[rest], method, 0.0)
        if fit is None:
            return np.inf
        errors[i] = float(fit(x[i : i + 1])[0]) - y[i]
    return float(np.sqrt((errors**2).mean()))


def _fit(x: Floats, y: Floats, method: _Method, error: float) -> Surface | None:
    """One fit; None where the points do not determine it."""
    exponents = _exponents(x.shape[1], method.degree)
    terms = _terms(x, exponents)
    if np.linalg.matrix_rank(terms) < len(exponents):
        return None
    if method.smoothing is None:
        if len(y) < len(exponents):
            return None
        return Surface(method.name, exponents, np.asarray(lstsq(terms, y)[0]), np.zeros((0, x.shape[1])), np.zeros(0), error)
    cubes = _cubes(x, x) + method.smoothing * np.eye(len(x))
    system = np.block([[cubes, terms], [terms.T, np.zeros((len(exponents), len(exponents)))]])
    solved = np.asarray(lstsq(system, np.concatenate((y, np.zeros(len(exponents)))))[0])
    return Surface(method.name, exponents, solved[len(x) :], x, solved[: len(x)], error)


def _exponents(factors: int, degree: int) -> Ints:
    """Powers of every term of a polynomial, (terms, factors)."""
    chosen = [c for size in range(degree + 1) for c in combinations_with_replacement(range(factors), size)]
    return np.array([[row.count(factor) for factor in range(factors)] for row in chosen], dtype=np.int64)


def _terms(x: Floats, exponents: Ints) -> Floats:
    return np.asarray(np.prod(x[:, None, :] ** exponents, axis=2))


def _cubes(x: Floats, centres: Floats) -> Floats:
    return np.asarray(np.sqrt(((x[:, None, :] - centres) ** 2).sum(axis=2)) ** 3)


def hull_of(x: Floats) -> Floats | None:
    """The convex hull of points as rows (a, b) with a @ x + b <= 0 inside, (faces, factors + 1); None where points lie flat."""
    if x.shape[1] == 1:
        return np.array([[-1.0, float(x.min())], [1.0, -float(x.max())]]) if np.ptp(x) > 0 else None
    try:
        return np.unique(np.asarray(ConvexHull(x).equations).round(12), axis=0)
    except QhullError:
        return None


def is_inside(hull: Floats, x: Floats) -> NDArray[np.bool_]:
    """Which points (points, factors) lie in a hull."""
    return np.asarray((x @ hull[:, :-1].T + hull[:, -1] <= TOLERANCE).all(axis=1))
