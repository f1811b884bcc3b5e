"""What broke first: of everything that must hold on the day, the part that fails most often, option by option.

Every part is read as the share that fails, and every share is held against the same limit, one in ten (assumed; emergency
services are commonly asked for 90 %). Only stored figures count. Of moments only those of coverage are stored, so "first" is
first by margin, and first in time for coverage alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LIMIT = 0.1
"""Share that may fail."""
KEPT = {
    "targets": "compliance_p1_p2",
    "cover": "coverage",
    "visits": "revisit_compliance",
    "calls": "calls_in_time",
    "posts": "posted_in_time",
    "tasks": "planned_covered",
}
"""Part -> measure of the share that holds; of ``overload`` it is made from the number of overloaded dispatch areas."""
PARTS = ("targets", "cover", "visits", "calls", "overload", "posts", "tasks")
"""In the order in which they are shown."""


@dataclass(frozen=True)
class Broken:
    """Shares that fail by part (NaN: not stored), the part that fails most (None: no data), and whether it passed the limit.

    ``at``: seconds since midnight at which, on the mean day, the offices without cover first pass the limit; None: never.
    """

    failing: dict[str, float]
    first: str | None
    passed: bool
    at: float | None = None


def what_broke(held: Mapping[str, float | None], times: Floats | None = None, coverage: Floats | None = None) -> Broken:
    """What broke first under one option.

    ``held``: the share of each part of ``PARTS`` that holds, over all days; ``times`` and ``coverage`` (moments,), the mean over
    the days. Of parts that fail equally often the first of ``PARTS`` is named.
    """
    failing = {part: np.nan if held.get(part) is None else 1.0 - float(held[part] or 0.0) for part in PARTS}
    known = [part for part in PARTS if np.isfinite(failing[part])]
    if not known:
        return Broken(failing, None, False)
    first = max(known, key=lambda part: failing[part])
    return Broken(failing, first, failing[first] > LIMIT, _first_moment(times, coverage))


def _first_moment(times: Floats | None, coverage: Floats | None) -> float | None:
    if times is None or coverage is None:
        return None
    late = np.flatnonzero(1.0 - np.nan_to_num(coverage, nan=1.0) > LIMIT)
    return float(times[late[0]]) if len(late) else None
