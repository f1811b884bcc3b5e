"""Gates: a flow passes a staffed point, waits its turn and is served.

Two forms of one recursion. Where every arrival is known, :func:`fifo_waits` gives each its wait; where only the flow
per minute is known, :func:`work_waits` does the same on work per minute, for thousands of gates at once.
"""

from __future__ import annotations

from heapq import heapreplace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MINUTE = 60.0


def fifo_waits(arrivals: Floats, services: Floats, lanes: int) -> Floats:
    """Wait of each arrival before it is served, first come first served over equal lanes.

    ``arrivals``: (n,) moments in order; ``services``: (n,) seconds of service; returns (n,) seconds. The recursion is
    that of Kiefer and Wolfowitz (1955): each arrival takes the lane that is free first. Raises ``ValueError`` for no
    lane, arrivals out of order or columns of different length.

    >>> fifo_waits(np.array([0.0, 1.0, 2.0]), np.array([5.0, 5.0, 5.0]), 2).tolist()
    [0.0, 0.0, 3.0]
    """
    if lanes < 1:
        raise ValueError(f"a gate needs at least one lane, not {lanes}")
    if len(arrivals) != len(services) or np.any(np.diff(arrivals) < 0):
        raise ValueError("arrivals must be in order and each must have its service time")
    free = [-np.inf] * lanes
    waits = []
    for at, service in zip(np.asarray(arrivals).tolist(), np.asarray(services).tolist(), strict=True):
        begin = max(at, free[0])
        heapreplace(free, begin + service)
        waits.append(begin - at)
    return np.array(waits, dtype=np.float64)


def work_waits(work: Floats, capacity: Floats | float, length: Floats | float = MINUTE) -> tuple[Floats, Floats]:
    """Backlog and mean wait of the work that comes in each minute, from the Lindley recursion on work per minute.

    ``work``: (..., minutes) seconds of service that arrive in each minute; ``capacity``: seconds of service a gate can
    give in it (60 x lanes), a number or an array that broadcasts; ``length``: seconds of each, where they are no whole
    minutes. Returns the backlog at the end of each minute
    (seconds of service) and the seconds that what arrives in it waits on average, both of the shape of ``work``.
    Inside a minute the backlog is taken as linear, so the random waits of a gate well below its capacity do not
    appear. Raises ``ValueError`` for a capacity that is not positive.

    >>> backlog, waits = work_waits(np.array([90.0, 60.0, 0.0]), 60.0)
    >>> backlog.tolist(), waits.tolist()
    ([30.0, 30.0, 0.0], [15.0, 30.0, 15.0])
    """
    if np.any(np.asarray(capacity) <= 0):
        raise ValueError("the capacity of a gate must be above 0 seconds of service per minute")
    net = np.cumsum(work - capacity, axis=-1)
    backlog = net - np.minimum(np.minimum.accumulate(net, axis=-1), 0.0)
    before = np.zeros_like(backlog)
    before[..., 1:] = backlog[..., :-1]
    return backlog, length * 0.5 * (before + backlog) / capacity
