"""Sharing whole numbers out by weight (largest remainder), with bounds, exactly.

Ties in the remainder go to the earlier entry, so callers pass rows in stable order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def apportion(total: int, weights: Floats, low: Ints | int = 0, high: Ints | None = None) -> Ints:
    """Share ``total`` by ``weights`` (n,) with ``low <= share <= high``; the shares add up to ``total`` exactly.

    The quotas are clip(s x weight, low, high) with the one scale s that makes them add up; then largest remainder.
    Raises ``InputError`` when the bounds cannot hold ``total``.
    """
    least = np.broadcast_to(np.asarray(low, dtype=np.int64), weights.shape)
    most = np.full(weights.shape, total, dtype=np.int64) if high is None else high
    most = np.where(weights > 0, most, least)
    if not least.sum() <= total <= most.sum():
        raise InputError(f"cannot share {total} out: the parts hold between {least.sum()} and {most.sum()}")
    quotas = _quotas(float(total), weights, least.astype(float), most.astype(float))
    shares = np.clip(np.floor(quotas + 1e-9).astype(np.int64), least, most)
    order = np.argsort(-(quotas - shares), kind="stable")
    order = order[shares[order] < most[order]]
    shares[order[: total - shares.sum()]] += 1
    return shares


def _quotas(total: float, weights: Floats, low: Floats, high: Floats) -> Floats:
    """clip(s x weights, low, high) for the s that makes the sum ``total``; s by bisection on its logarithm."""
    positive = weights[weights > 0]
    if not positive.size or low.sum() >= total:
        return low.copy()
    below, above = -60.0, np.log(max(total, 1.0) / positive.min()) + 1.0
    for _ in range(100):
        middle = (below + above) / 2
        if np.clip(np.exp(middle) * weights, low, high).sum() < total:
            below = middle
        else:
            above = middle
    quotas: Floats = np.clip(np.exp(above) * weights, low, high)
    return quotas


def apportion_groups(totals: Ints, group: Ints, weights: Floats, low: int = 0) -> Ints:
    """Share ``totals[g]`` among the entries of each group ``g`` by weight, each at least ``low``; exact in every group.

    ``group`` (m,) is sorted and non-decreasing, ``weights`` (m,) positive. Raises ``InputError`` when a total is too
    small.
    """
    groups = len(totals)
    size = np.bincount(group, minlength=groups)
    if np.any((totals < low * size) | ((size == 0) & (totals > 0))):
        raise InputError("cannot share out: a group's total is smaller than its entries need")
    quotas = _group_quotas(totals, group, weights, low)
    shares = np.floor(quotas + 1e-9).astype(np.int64)
    short = totals - np.bincount(group, weights=shares, minlength=groups).astype(np.int64)
    order = np.lexsort((np.arange(len(group)), -(quotas - shares), group))
    rank = np.arange(len(group)) - np.repeat(np.cumsum(size) - size, size)
    shares[order[rank < short[group]]] += 1
    return shares


def _group_quotas(totals: Ints, group: Ints, weights: Floats, low: int) -> Floats:
    """Quotas in proportion to weight with a floor: entries below the floor are set to it and the others share the
    rest.
    """
    held = np.zeros(len(group), dtype=bool)
    groups = len(totals)
    while True:
        rest = totals - low * np.bincount(group, weights=held, minlength=groups)
        sums = np.bincount(group, weights=np.where(held, 0.0, weights), minlength=groups)
        scale = np.divide(rest, sums, out=np.zeros(groups), where=sums > 0)
        quotas = np.where(held, float(low), weights * scale[group])
        new = ~held & (quotas < low)
        if not new.any():
            return quotas
        held |= new
