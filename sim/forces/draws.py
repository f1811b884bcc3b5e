"""Random numbers about units, keyed by the unit's id: one number per unit, whatever other units there are.

A generator per unit would cost 30 µs each; instead the named stream gives a key and each id is hashed with it
(finaliser of SplitMix64: Steele, Lea & Flood 2014, doi 10.1145/2714064.2660195).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.streams import Streams

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    for shift, factor in _MIX:
        z = (z ^ (z >> shift)) * factor
    return z ^ (z >> np.uint64(31))


def uniforms(streams: Streams, purpose: str, ids: Ints, entity: int = 0) -> Floats:
    """One uniform in [0, 1) per id, shape (ids,): a pure function of seed, replication, purpose, entity and id."""
    first, second = streams(purpose, entity).integers(0, 2**64, size=2, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = _mixed(ids.astype(np.uint64) * _GAMMA + first)
        z = _mixed((z ^ second) + _GAMMA)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
