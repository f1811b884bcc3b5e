"""The last entry of each owner at any moment, forwards or backwards: key frames, and the entries since the last of them."""

from __future__ import annotations

import numpy as np

from sim.measures.day import Floats, Ints

EVERY = 16_384
"""Entries between two key frames: some forty frames for a national day."""


class Latest:
    """Entries (a record, a leg …) of numbered owners (units, tasks …), asked for the last one of each up to a moment.

    ``owner`` and ``time`` (entries,): of an owner's entries at one moment the one that stands later counts.
    """

    def __init__(self, owners: int, owner: Ints, time: Floats) -> None:
        self._entry = np.argsort(time, kind="stable")
        self._owner, self._time = owner[self._entry], time[self._entry]
        self._frames = [np.full(owners, -1, dtype=np.int64)]
        for begin in range(0, len(time) - EVERY + 1, EVERY):
            self._frames.append(self._after(self._frames[-1], begin, begin + EVERY))

    def at(self, t: float) -> Ints:
        """Position of the last entry of each owner not after ``t``, (owners,); -1 where there is none."""
        end = int(np.searchsorted(self._time, t, side="right"))
        frame = end // EVERY
        return self._after(self._frames[frame], frame * EVERY, end)

    def _after(self, frame: Ints, begin: int, end: int) -> Ints:
        found = frame.copy()
        found[self._owner[begin:end]] = self._entry[begin:end]  # of equal indices the last one counts
        return found
