"""How far a sweep is: honest about the time that is left, quiet where nobody looks at a terminal."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest

from sim.commands.answer import Grid
from sim.commands.progress import Pace, Progress, in_words

CHEAP = [("cheap", n) for n in range(4)]
DEAR = [("dear", n) for n in range(4)]


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def never() -> bool:
    return False


def test_dear_options_count_for_what_they_cost() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.begin([*CHEAP, *DEAR], {})
    assert pace.left() is None
    for run, seconds in ((CHEAP[0], 1.0), (DEAR[0], 9.0)):
        clock.now += seconds
        pace.ended(run, seconds)
    assert pace.left() == pytest.approx(3 * 1.0 + 3 * 9.0)


def test_two_workers_need_half_the_time_and_the_start_of_the_pool_counts_for_nothing() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.now += 50.0
    pace.begin(CHEAP, {})
    clock.now += 3.0
    pace.ended(CHEAP[0], 3.0)
    pace.ended(CHEAP[1], 3.0)
    assert pace.left() == pytest.approx(2 * 3.0 / 2)


def test_an_option_of_which_nothing_ran_yet_takes_what_it_took_before() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.begin([CHEAP[0], *DEAR], {"cheap": 1.0, "dear": 20.0})
    clock.now += 1.0
    pace.ended(CHEAP[0], 1.0)
    assert pace.left() == pytest.approx(80.0)


def test_without_a_terminal_there_is_a_line_every_half_minute_while_something_is_left() -> None:
    stream, clock = StringIO(), Clock()
    with Progress(stream, never, clock=clock) as progress:
        progress.begin(CHEAP, {})
        for run in CHEAP:
            clock.now += 16.0
            progress.done(run, 16.0)
            assert not progress.is_stopped()
    assert stream.getvalue() == "2 of 4 runs done, about 32 s left\n"


def test_a_terminal_shows_bar_and_leading_options_and_is_clean_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream, clock, pictures = Terminal(), Clock(), 0

    def board() -> Grid:
        nonlocal pictures
        pictures += 1
        return Grid("Leading so far", ["option", "days"], [["more cars", 3]])

    with Progress(stream, never, board, clock) as progress:
        progress.begin(CHEAP, {})
        for run in CHEAP[:2]:
            clock.now += 0.3
            progress.done(run, 0.3)
            progress.is_stopped()
        shown = stream.getvalue()
    assert "Leading so far" in shown and "more cars" in shown and "2 of 4 runs done" in shown
    assert pictures == 1, "at most two pictures a second"
    assert stream.getvalue().rstrip().endswith("\x1b[2K"), "the last thing on the terminal is that the picture is wiped"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "1 s"), (119.0, "119 s"), (120.0, "2 min"), (121.0, "3 min"), (7200.0, "2 h"), (9000.0, "3 h")]
)
def test_spans_of_time_are_rounded_up(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_to_stop_or_not_is_asked_of_who_knows() -> None:
    answers: Callable[[], bool] = iter([False, True]).__next__
    with Progress(StringIO(), answers) as progress:
        assert [progress.is_stopped(), progress.is_stopped()] == [False, True]
