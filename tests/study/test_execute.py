"""Tasks are carried out once each, on any number of workers, and failures are not hidden."""

from __future__ import annotations

import pytest

from sim.study.execute import execute


def _square(x: int) -> int:
    return x * x


def _fail(x: int) -> int:
    raise ValueError(f"no {x}")


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_is_received_once(workers: int) -> None:
    received: dict[int, int] = {}

    def receive(position: int, value: int) -> None:
        assert position not in received
        received[position] = value

    execute(_square, [(n,) for n in range(12)], workers, receive)
    assert received == {n: n * n for n in range(12)}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_ends_the_execution(workers: int) -> None:
    with pytest.raises(ValueError, match="no 0"):
        execute(_fail, [(0,), (0,)], workers, lambda _position, _value: None)
