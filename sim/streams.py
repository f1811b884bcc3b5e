"""Named random streams: the same question always gets the same numbers.

A stream is found by purpose, replication and entity, never by the order of
calls, so adding a process or a purpose changes no other draw.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

Words = NDArray[np.uint32]

PURPOSES: dict[str, int] = {
    "incident_counts": 1,
    "incident_times": 2,
    "incident_places": 3,
    "incident_marks": 4,
    "scene_times": 5,
    "travel_noise": 6,
    "calls": 7,
    "background": 8,
    "escalation": 9,
    "clusters": 10,
    "vehicles": 11,
    "rallies": 12,
    "rally_incidents": 13,
    "sites": 14,
    "absence": 15,
    "patrol_phase": 16,
    "risk_tiers": 17,
    "turnout": 18,
    "candidates": 20,
    "bench": 21,
    "study": 22,
    "relief": 41,
    "redials": 60,
    "reporting": 61,
    "duplicates": 62,
    "vips": 30,
    "commission": 31,
    "matches": 32,
    "match_incidents": 33,
    "female_officers": 34,
    "entry": 42,
    "counts": 80,
    "convoys": 81,
    "delivery": 82,
    "warnings": 70,
    "false_warnings": 71,
    "rumours": 72,
    "rumour_calls": 73,
    "surges": 74,
    "inject_rumours": 75,
}
"""Purpose -> number. Numbers are never re-used: they are part of every recorded seed."""


@dataclass(frozen=True)
class Streams:
    """The random streams of one replication of one root seed."""

    root: int
    replication: int = 0

    def __call__(self, purpose: str, entity: int = 0) -> np.random.Generator:
        """Return a fresh generator for ``purpose`` and ``entity`` (a stable non-negative id).

        Raises ``KeyError`` for a purpose that is not in :data:`PURPOSES`.
        """
        return np.random.Generator(np.random.PCG64(self._seed(purpose, entity)))

    def each(self, purpose: str, entities: Sequence[int]) -> Iterator[np.random.Generator]:
        """A fresh generator for ``purpose`` and each of many entities (below 2**64), as by single calls, at a fifth of the price.

        Raises ``KeyError`` for a purpose that is not in :data:`PURPOSES`.
        """
        ids = np.array(entities, dtype=np.uint64)
        states = np.empty((len(ids), _STATE_WORDS), dtype=np.uint32)
        for rows, words in ((ids >> 32 == 0, 1), (ids >> 32 > 0, 2)):
            if rows.any():
                key = ids[rows].astype("<u8").view("<u4").reshape(-1, 2)[:, :words].astype(np.uint32)
                states[rows] = _states(self._seed(purpose), key.T)
        for state in states.astype("<u4").view("<u8").astype(np.uint64):
            yield np.random.Generator(np.random.PCG64(_Known(state)))  # type: ignore[arg-type]

    def _seed(self, purpose: str, *entity: int) -> np.random.SeedSequence:
        return np.random.SeedSequence(self.root, spawn_key=(self.replication, PURPOSES[purpose], *entity))


class _Known(ISeedSequence):
    """A seed sequence whose state has been worked out: four numbers of 64 bits, which is what PCG64 asks for."""

    def __init__(self, state: NDArray[np.uint64]) -> None:
        self._state = state

    def generate_state(self, n_words: int, dtype: object = np.uint32) -> NDArray[np.uint64]:
        """The state."""
        return self._state


_STATE_WORDS = 8
_INIT_A, _MULT_A, _INIT_B, _MULT_B = 0x43B0D7E5, 0x931E8875, 0x8B51F9DD, 0x58F38DED
_MIX_L, _MIX_R = np.uint32(0xCA01F9DD), np.uint32(0x4973F715)


def _states(base: np.random.SeedSequence, key: Words) -> Words:
    """States of the sequences that have some more words in their spawn key than ``base``, (states, 8), for words (words, states).

    This is how NumPy's ``SeedSequence`` goes on: each further word is hashed into each word of its pool, and the pool into the
    state, with multipliers that depend on nothing but the number of hashes so far.
    """
    pool = [np.full(key.shape[1], word, dtype=np.uint32) for word in base.pool]
    size, root = len(pool), base.entropy
    assert isinstance(root, int)
    words = max(_words(root), size) + sum(map(_words, base.spawn_key))
    constants = _constants(_INIT_A, _MULT_A, size * words)
    for word in key:
        pool = [_shifted(_MIX_L * one - _MIX_R * _hashed(word, next(constants))) for one in pool]
    constants = _constants(_INIT_B, _MULT_B)
    return np.stack([_hashed(pool[number % size], next(constants)) for number in range(_STATE_WORDS)], axis=1)


def _words(number: int) -> int:
    """Words of 32 bits that a number takes."""
    return max(-(-number.bit_length() // 32), 1)


def _constants(first: int, factor: int, done: int = 0) -> Iterator[tuple[np.uint32, np.uint32]]:
    """What each hash in turn adds and multiplies by, after so many hashes."""
    constant = first * pow(factor, done, 1 << 32) % (1 << 32)
    while True:
        following = constant * factor % (1 << 32)
        yield np.uint32(constant), np.uint32(following)
        constant = following


def _hashed(word: Words, constants: tuple[np.uint32, np.uint32]) -> Words:
    return _shifted((word ^ constants[0]) * constants[1])


def _shifted(word: Words) -> Words:
    return word ^ (word >> np.uint32(16))


TIMETABLED = frozenset({
    "sites", "absence", "patrol_phase", "risk_tiers", "turnout", "relief", "female_officers", "rallies", "vips", "commission",
    "matches", "delivery", "counts", "convoys",
})  # fmt: skip
"""Purposes of what is known beforehand, or belongs to units: the same in every continuation of a day."""


_OF_ONE_DAY = 1000
"""More than any number of a purpose."""


@dataclass(frozen=True)
class Continued(Streams):
    """The streams of one continuation of a day: those of its timetable are the day's own, all others are new."""

    continuation: int = 0

    def _seed(self, purpose: str, *entity: int) -> np.random.SeedSequence:
        if purpose in TIMETABLED:
            return super()._seed(purpose, *entity)
        number = PURPOSES[purpose] + _OF_ONE_DAY * self.continuation
        return np.random.SeedSequence(self.root, spawn_key=(self.replication, number, *entity))
