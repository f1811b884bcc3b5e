"""Dispatch policies: which unit to send, as pure functions of what is known now.

Each takes arrays over the units of one dispatch area and returns a row, or -1 when no unit is available. ``available`` is 0 for
units that may be sent and infinity for the others; ties go to the lower row, that is the lower id. Expected values
only: the noise of a drive is never seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

Floats = NDArray[np.float64]


def nearest(scores: Floats, available: Floats) -> int:
    """The available unit with the lowest score (squared distance: monotone, so no root is needed)."""
    candidates = np.add(scores, available)
    row = int(candidates.argmin())
    return row if candidates.item(row) < inf else -1


def least_time(drives: Floats, mobilisation: Floats, available: Floats) -> int:
    """The available unit with the least expected mobilisation and drive, in seconds."""
    candidates = drives + mobilisation
    candidates += available
    row = int(candidates.argmin())
    return row if candidates.item(row) < inf else -1


def own_choice(policy: Callable[..., int], drives: Floats, mobilisation: Floats, available: Floats, priority: int) -> int:
    """What a user's policy chooses; it sees copies. Raises ``InputError`` for a unit that cannot be sent."""
    row = int(policy(drives.copy(), mobilisation.copy(), available.copy(), priority))
    if row >= len(available) or (row >= 0 and available[row] != 0.0):
        raise InputError(f"policy '{policy.__name__}' chose row {row}, which is no available unit (allowed: -1 for none)")
    return row


def first_of(preference: Sequence[int], available: Floats) -> int:
    """The first available row of a given list."""
    for row in preference:
        if row >= 0 and available[row] == 0.0:
            return row
    return -1


def may_lend(free: int, on_duty: int, keep_share: float) -> bool:
    """Whether a room can spare a unit: after it has gone at least ``keep_share`` of those on duty are still free."""
    return free > 0 and free - 1 >= keep_share * on_duty


def may_serve(free: int, on_duty: int, reserve: float, as_share: bool) -> bool:
    """The reserve rule: serve only while more than ``reserve`` eligible units are free (Taylor & Templeton 1980)."""
    return free > (reserve * on_duty if as_share else reserve)
