"""Stationary law of a small continuous-time Markov chain, given only its moves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

import numpy as np
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import spsolve

S = TypeVar("S", bound=Hashable)


def stationary(start: S, moves: Callable[[S], Iterable[tuple[S, float]]]) -> dict[S, float]:
    """Stationary probabilities of every state that can be reached from ``start``.

    ``moves(state)`` yields (next state, rate > 0); the caller truncates infinite chains. The chain must be irreducible.
    The balance equation of ``start`` is dropped and its weight fixed at one, which keeps the system sparse.
    Source: global balance, Kleinrock, Queueing Systems I (1975), section 2.4.
    """
    order = {start: 0}
    todo = [start]
    flows: list[tuple[int, int, float]] = []
    while todo:
        state = todo.pop()
        for target, rate in moves(state):
            if target not in order:
                order[target] = len(order)
                todo.append(target)
            flows.append((order[state], order[target], rate))
    weights = _weights(len(order), flows)
    return dict(zip(order, (weights / weights.sum()).tolist(), strict=True))


def _weights(size: int, flows: list[tuple[int, int, float]]) -> np.ndarray:
    """Unnormalised stationary weights, state 0 having weight one."""
    if size == 1:
        return np.ones(1)
    source, target, rate = (np.asarray(column) for column in zip(*flows, strict=True))
    rows, columns = np.concatenate([target, source]), np.concatenate([source, source])
    balance = csc_matrix((np.concatenate([rate, -rate]), (rows, columns)), shape=(size, size))
    rest = spsolve(balance[1:, 1:], -balance[1:, 0].toarray().ravel())
    return np.concatenate([[1.0], rest])
