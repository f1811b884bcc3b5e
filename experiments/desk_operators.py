"""How many operators does each command room need on a loud day?

Question. A tense day with three times the raw stream of calls brings 4,645 calls to the rooms of a city. What do more
operators at the phones buy?

Design. One, two, three or five operators in each room (``conf/study/desk-operators.yaml``), ten days each, every option on
the very same days.

Answer. The second operator is worth most: calls that nobody takes fall from 299 a day (6 %) to 26, with three to 2 and with
five to none; taken in time are 86 % with one, 99 % with two and all but a few with three. Help at election incidents comes
no sooner that shows (1 second later with two, give or take 6), because most of them are reported by radio; other calls are
answered 5 seconds sooner (2 to 9) of 859, and one incident a day less lapses. A fourth and a fifth operator have nothing to
do. Intervals are those of each difference alone; the stream of calls is scaled from published shares.

Run it with ``python experiments/desk_operators.py`` (under a minute). The stored table beside this file is what it wrote,
renewed on purpose.
"""

from pathlib import Path

from sim.cli import compose_study
from sim.measures.collect import Measures
from sim.study.days import Row, over_days, write_rows
from sim.study.ratios import ratio_parts

STUDY = compose_study("study=desk-operators")


def calls(day: Measures) -> dict[str, float | None]:
    """Calls, those that nobody took and those taken in time, as counts; and seconds of call handling and of the response."""
    parts = ratio_parts(day)
    counts = {name: parts[name] for name in ("calls", "calls_unanswered", "calls_taken_in_time")}
    names = ("call_processing_mean", "response_mean", "other_response_mean", "lapsed")
    return counts | {name: None if day[name] is None else float(day[name] or 0.0) for name in names}


def table(days: int) -> list[Row]:
    """The rows of the stored table over so many days."""
    return over_days({option.name: option.settings for option in STUDY.options}, calls, days)


if __name__ == "__main__":
    rows = table(STUDY.replications)
    write_rows(Path(__file__).with_suffix(".csv"), rows)
    for row in rows:
        print(*row.values(), sep="\t")
