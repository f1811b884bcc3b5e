"""Candidates are thinned by the state: one factor for each bit of their mark, multiplied."""

from __future__ import annotations

import numpy as np
import pytest

from sim.arrays import make_tape
from sim.demand.tape import THINNINGS
from sim.errors import InputError
from sim.processes import thinning
from tests.worlds import play, story, street, world


def test_every_name_has_a_bit_of_its_own_and_a_factor() -> None:
    bits = list(THINNINGS.values())
    assert all(bit > 0 and bit & (bit - 1) == 0 for bit in bits)
    assert len(set(bits)) == len(bits)
    assert list(thinning.FACTORS) == list(THINNINGS)


def test_a_candidate_faces_the_product_of_the_factors_of_its_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "_BY_BIT", ((1, lambda *_: 0.5), (2, lambda *_: 0.6)))
    territory = street([0.0, 100.0])
    u = [0.9, 0.5, 0.51, 0.6, 0.61, 0.3, 0.31, np.nan]
    marks = {"candidate": u, "thinning": [0, 1, 1, 2, 2, 3, 3, 3]}
    tape = make_tape(territory, np.arange(8.0) * 1000, [1] * 8, np.ones(8), **marks)
    trace = play(world(territory, [0]), tape)
    assert [task for _, _, task, _ in story(trace, "prevented")] == [2, 4, 6]


@pytest.mark.parametrize("mark", [-1, 1 << 20])
def test_a_mark_of_no_known_name_is_refused(mark: int) -> None:
    territory = street([0.0, 100.0])
    with pytest.raises(InputError, match=r"tape: thinning: .*sums of 1 deterrence, 2 rally"):
        make_tape(territory, [0.0], [1], [1.0], thinning=[mark])
