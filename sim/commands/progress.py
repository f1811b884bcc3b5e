"""How far a sweep is: a bar and the leading options on a terminal, one line every half minute anywhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from types import TracebackType
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from sim.commands.answer import Grid
from sim.study.launch import Run

QUIET_TIME = 30.0
"""Seconds between two lines where there is no terminal."""
REDRAW_TIME = 0.5
"""Least seconds between two pictures on a terminal."""


class Pace:
    """How long the rest will take. Options may cost very different times, so each run left counts what runs of its option took,
    and the speed is seconds of work done in a second of the clock: that of as many workers as really worked."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._left: Counter[str] = Counter()
        self._typical: dict[str, float] = {}
        self._sums: dict[str, tuple[float, int]] = {}
        self._worked, self._since = 0.0, clock()
        self.done = self.total = 0

    def begin(self, todo: Sequence[Run], typical: Mapping[str, float]) -> None:
        """These runs come next, with the seconds that a run of each option took before, where known."""
        self._left = Counter(point for point, _ in todo)
        self._typical = dict(typical)
        self.total = self.done + len(todo)

    def ended(self, run: Run, seconds: float) -> None:
        """A run ended after so many seconds of work."""
        if not self.done:
            self._since = self._clock() - seconds
        self.done += 1
        self._left[run[0]] -= 1
        self._worked += seconds
        spent, number = self._sums.get(run[0], (0.0, 0))
        self._sums[run[0]] = spent + seconds, number + 1

    def left(self) -> float | None:
        """Seconds that the rest will take at the pace so far; None as long as that is not known."""
        elapsed, overall = self._clock() - self._since, self._worked / max(self.done, 1)
        if not self._worked or elapsed <= 0:
            return None
        means = {point: spent / number for point, (spent, number) in self._sums.items()}
        work = sum(n * means.get(point, self._typical.get(point, overall)) for point, n in self._left.items())
        return work * elapsed / self._worked


def in_words(seconds: float) -> str:
    """A span of time in words: seconds below two minutes, minutes below two hours, else hours; rounded up.

    >>> in_words(140.0), in_words(8.2), in_words(5 * 3600.0)
    ('3 min', '9 s', '5 h')
    """
    for unit, size, most in (("s", 1, 120), ("min", 60, 7200)):
        if seconds < most:
            return f"{-int(-seconds // size)} {unit}"
    return f"{-int(-seconds // 3600)} h"


class Progress:
    """Tells how far a launch is (a ``Watcher``): ``board`` makes the table of leading options, ``stopped`` says whether to stop.

    A context manager: what it drew on a terminal is wiped at its end.
    """

    def __init__(
        self,
        stream: TextIO,
        stopped: Callable[[], bool],
        board: Callable[[], Grid | None] = lambda: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._stream, self._stopped, self._board, self._clock = stream, stopped, board, clock
        self._pace = Pace(clock)
        self._told = clock()
        console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._live = Live(console=console, auto_refresh=False, transient=True) if stream.isatty() else None

    def __enter__(self) -> Progress:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def begin(self, todo: Sequence[Run], typical: Mapping[str, float]) -> None:
        """These runs come next."""
        self._pace.begin(todo, typical)

    def done(self, run: Run, seconds: float) -> None:
        """A run ended."""
        self._pace.ended(run, seconds)

    def is_stopped(self) -> bool:
        """Whether to stop; asked all the time, so this is where it is told how far things are."""
        now = self._clock()
        if now - self._told >= (REDRAW_TIME if self._live else QUIET_TIME):
            self._told = now
            self._tell()
        return self._stopped()

    def _tell(self) -> None:
        if self._live:
            self._live.update(self._picture(), refresh=True)
        elif self._pace.done < self._pace.total:
            self._stream.write(self._line() + "\n")
            self._stream.flush()

    def _line(self) -> str:
        left = self._pace.left()
        about = "" if left is None else f", about {in_words(left)} left"
        return f"{self._pace.done} of {self._pace.total} runs done{about}"

    def _picture(self) -> RenderableType:
        """Bar and table."""
        row = Table.grid(padding=(0, 1))
        row.add_row(ProgressBar(self._pace.total or 1, self._pace.done, width=40), Text(self._line()))
        board = self._board()
        return row if board is None else Group(_drawn(board), row)


def _drawn(board: Grid) -> Table:
    table = Table(title=board.title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in board.headings:
        table.add_column(heading, overflow="ellipsis", no_wrap=True)
    for cells in board.rows:
        table.add_row(*("…" if cell is None else str(cell) for cell in cells))
    return table
