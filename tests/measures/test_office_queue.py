"""The queue of a voting room against its Kolmogorov equations, Erlang's formulas and days worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.stats import poisson

from sim.measures.office_queue import Room, Waits, fluid_queue, office_queues
from tests.oracles.queueing import erlang_c

HOUR, MINUTE = 3600.0, 60.0
ROOM = Room(2, 150.0, 1800.0)


def kolmogorov(rate: np.ndarray, held: np.ndarray, room: Room, states: int) -> tuple[float, float, float]:
    """Waiting, delayed and inside of one room: the forward equations handed to SciPy, minute by minute.

    ``rate`` voters per second and ``held`` 0 or 1, both (minutes,).
    """
    number = np.arange(states)
    leave = np.minimum(number, room.servers) / room.service_time
    open_time = MINUTE * np.concatenate(([0.0], np.cumsum(np.append(held, np.ones(60)))))
    law = np.append(np.eye(1, states)[0], [0.0, 0.0])
    for k, (come, runs) in enumerate(zip(rate, held, strict=True)):

        def slope(t: float, y: np.ndarray, come: float = come, runs: float = runs) -> np.ndarray:
            p = y[:states]
            up, down = come * p[:-1], runs * leave[1:] * p[1:]
            change = np.zeros(states + 2)
            change[:states][1:] += up - down
            change[:states][:-1] -= up - down
            waits = np.maximum(number - room.servers, 0) if runs else number
            seen = np.interp([t, t + room.target], MINUTE * np.arange(len(open_time)), open_time)
            services = (seen[1] - seen[0]) / room.service_time * room.servers
            late = poisson.cdf(number - room.servers, services) if services > 1e-9 else np.ones(states)
            change[states:] = p @ waits, come * (p @ late)
            return change

        law = solve_ivp(slope, (k * MINUTE, (k + 1) * MINUTE), law, rtol=1e-8, atol=1e-10).y[:, -1]
    behind = np.maximum(number - room.servers, 0)
    rest = law[:states] @ (behind * (behind + 1)) / 2 * room.service_time / room.servers
    return law[states] + rest, law[states + 1], law[:states] @ number


def totals(waits: Waits) -> tuple[float, float, float]:
    return waits.waiting.sum() + waits.rest.sum(), waits.delayed.sum(), waits.inside.sum()


@pytest.mark.parametrize(
    ("begin", "end", "room"), [(60, 110, ROOM), (60, 75, Room(3, 180.0, 600.0)), (150, 240, ROOM)]
)
def test_a_room_with_a_stop_follows_the_kolmogorov_equations(begin: int, end: int, room: Room) -> None:
    rate = np.interp(np.arange(240), [0, 120, 239], [8.0, 24.0, 16.0]) / HOUR
    held = np.ones(240)
    held[begin:end] = 0.0
    found = totals(office_queues(rate[None] * MINUTE, held[None], MINUTE, room))
    expected = kolmogorov(rate, held, room, 90)
    assert found[0] == pytest.approx(expected[0], rel=2e-3)
    assert found[1] == pytest.approx(expected[1], rel=5e-3)
    assert found[2] == pytest.approx(expected[2], rel=1e-3)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (2, 1.5), (3, 2.7)])
def test_a_steady_day_is_erlangs_queue(servers: int, load: float) -> None:
    room = Room(servers, 150.0, 900.0)
    come = load / room.service_time * MINUTE
    waits = office_queues(np.full((1, 600), come), np.ones((1, 600)), MINUTE, room, warm=True)
    wait, spare = erlang_c(servers, load), room.capacity - come / MINUTE
    assert waits.waiting.sum() / waits.waiting.size / come == pytest.approx(wait / spare, rel=2e-3)
    assert waits.delayed.mean() / come == pytest.approx(wait * np.exp(-spare * room.target), rel=5e-3)
    cold = office_queues(np.full((1, 6000), come), np.ones((1, 6000)), MINUTE, room)
    assert cold.waiting[0, -1] == pytest.approx(waits.waiting[0, -1], rel=1e-3)


def test_nobody_is_served_while_the_vote_is_stopped() -> None:
    come, steps = 0.25, 200
    waits = office_queues(np.full((1, steps), come), np.zeros((1, steps)), MINUTE, ROOM)
    assert waits.inside[0] == pytest.approx(come * steps)
    assert waits.waiting.sum() == pytest.approx(come * MINUTE * steps**2 / 2)
    # Those of the last half hour are late too if too many are ahead of them once voting is held again.
    mean = come * (np.arange(steps) + 0.5)
    served = ROOM.capacity * np.clip(30.0 - (steps - np.arange(steps) - 0.5), 0.0, None) * MINUTE
    ahead = np.arange(400)[:, None]
    late = np.where(served > 0, poisson.cdf(ahead - 2, served), 1.0)
    assert waits.delayed.sum() == pytest.approx((come * (poisson.pmf(ahead, mean) * late).sum(axis=0)).sum(), rel=2e-3)


def test_a_short_stop_of_an_empty_room_delays_nobody() -> None:
    held = np.ones((1, 300))
    held[0, 100:115] = 0.0
    waits = office_queues(np.full((1, 300), 0.1), held, MINUTE, ROOM)
    assert waits.delayed.sum() < 1e-4 and waits.waiting.sum() > 0.1 * 15 * MINUTE


def test_rooms_do_not_depend_on_their_neighbours() -> None:
    rng = np.random.default_rng(4)
    arrivals = rng.uniform(0.05, 0.9, (60, 1)) * rng.uniform(0.5, 1.0, (1, 240))
    held = (rng.random((60, 240)) > 0.02).astype(np.float64)
    together = office_queues(arrivals, held, MINUTE, ROOM)
    for row in (0, 17, 59):
        alone = office_queues(arrivals[[row]], held[[row]], MINUTE, ROOM)
        assert alone.waiting.sum() == pytest.approx(together.waiting[row].sum(), rel=1e-4)
        assert alone.delayed.sum() == pytest.approx(together.delayed[row].sum(), rel=1e-3, abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.02, 1.2), st.integers(1, 4))
def test_voters_are_kept_and_more_stops_delay_more(seed: int, load: float, servers: int) -> None:
    rng = np.random.default_rng(seed)
    room = Room(servers, 150.0, 1200.0)
    arrivals = np.tile(load * room.capacity * MINUTE * rng.uniform(0.0, 1.0, 150), (2, 1))
    held = np.ones((2, 150))
    first = int(rng.integers(0, 149))
    held[0, first : first + int(rng.integers(1, 90))] = rng.random()
    stopped, free = range(2)
    waits = office_queues(arrivals, held, MINUTE, room)
    came = arrivals.sum(axis=1)
    assert np.all(waits.delayed <= arrivals + 1e-9) and np.all(waits.delayed >= -1e-9)
    assert np.all(waits.inside <= came + 1e-9) and np.all(waits.inside >= 0)
    assert waits.waiting[stopped].sum() + waits.rest[stopped] >= waits.waiting[free].sum() + waits.rest[free] - 1e-6
    assert waits.delayed[stopped].sum() >= waits.delayed[free].sum() - 1e-3 * came[0]
    assert waits.inside[stopped] >= waits.inside[free] - 1e-6
    served = (held * room.capacity * MINUTE).sum(axis=1)
    assert np.all(waits.inside >= came - served - 1e-6)


def test_the_fluid_grows_in_a_stop_and_drains_at_capacity() -> None:
    held = np.array([[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]])
    queue = fluid_queue(np.full((1, 6), 0.3), held, MINUTE, ROOM)
    assert queue[0].tolist() == pytest.approx([0.0, 0.3, 0.6, 0.1, 0.0, 0.0])
