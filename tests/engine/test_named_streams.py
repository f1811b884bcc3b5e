"""Named streams: many at a time are the same streams as one by one, for any root, replication and entity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.streams import PURPOSES, Streams

EDGES = [0, 1, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**63 - 1, 2**64 - 1]


def drawn(stream):
    return stream.random(3).tolist(), stream.standard_normal(2).tolist(), stream.integers(1 << 40)


@pytest.mark.parametrize("root", [0, 1, 2017, 2**32 - 1, 2**32, 2**127, 2**128, 2**130 + 5, 2**200])
@pytest.mark.parametrize("replication", [0, 7, 2**32])
def test_many_streams_at_a_time_give_the_bytes_of_single_ones(root, replication):
    streams = Streams(root, replication)
    for purpose in ("sites", "rumour_calls"):
        assert [drawn(stream) for stream in streams.each(purpose, EDGES)] == [drawn(streams(purpose, e)) for e in EDGES]


@settings(max_examples=60, deadline=None)
@given(
    root=st.integers(0, 2**140),
    replication=st.integers(0, 2**40),
    purpose=st.sampled_from(sorted(PURPOSES)),
    entities=st.lists(st.integers(0, 2**64 - 1), max_size=6),
)
def test_any_streams_give_the_bytes_of_single_ones(root, replication, purpose, entities):
    streams = Streams(root, replication)
    assert list(map(drawn, streams.each(purpose, entities))) == [drawn(streams(purpose, e)) for e in entities]


def test_the_same_streams_can_be_asked_for_again_and_in_another_order():
    streams = Streams(5)
    one, other = (list(streams.each("calls", ids)) for ids in ([3, 2**40, 9], [2**40, 9, 3]))
    assert [drawn(stream) for stream in one] == [drawn(other[i]) for i in (2, 0, 1)]


def test_streams_of_neighbouring_entities_have_nothing_in_common():
    first = np.array([stream.random(2000) for stream in Streams(1).each("calls", range(20))])
    assert np.abs(np.corrcoef(first) - np.eye(20)).max() < 0.1


def test_a_purpose_nobody_knows_is_refused():
    with pytest.raises(KeyError, match="calling"):
        next(Streams(1).each("calling", [1]))
