"""Are more operators worth more where there are more patrol cars?

Question. On a loud day (six times the raw stream of calls) one operator in each room leaves callers waiting and 23 patrol
cars are few. Is it worth more to add two operators where there are many cars, or do the two gains just add up?

Design. Two changes, each alone and both together (``conf/study/interaction.yaml``): 60 patrol cars instead of 23, three
operators instead of one. Ten days each, every option on the very same days; the contrast, (both - cars) - (operators -
neither), is taken day by day.

Answer. They do not just add up, but not where elections are concerned. Cars alone bring help to election incidents 87
seconds sooner (interval 57 to 117), operators alone change nothing that shows (7 later, give or take 20), and the
contrast is 25 seconds in favour of both, give or take 30: none that ten days can show. For other calls it is plain: with
few cars more operators make the answer 50 seconds slower (24 to 75), because calls that were lost are now heard and keep
units busy; with many cars that price is gone (3 seconds later). The contrast is 47 seconds (27 to 66) of 1,066. Whoever
adds operators should have the cars for what they hear. The intervals are those of each figure alone; rates are assumed.

Run it with ``python experiments/interaction.py`` (under a minute). The stored table beside this file is what it wrote,
renewed on purpose; the rows of the option "interaction" hold the contrast itself.
"""

from pathlib import Path

from sim.cli import compose_study
from sim.measures.collect import Measures
from sim.study.days import Row, each_day, interaction, rows_of, write_rows

STUDY = compose_study("study=interaction")
CORNERS = ("neither", "more cars", "more operators", "both")
FIGURES = ("potential_response", "response_mean", "other_response_mean", "call_processing_mean", "utilisation")


def response(day: Measures) -> dict[str, float | None]:
    """Seconds of the response, potential and seen, call handling, and how busy units are."""
    return {name: None if day[name] is None else float(day[name] or 0.0) for name in FIGURES}


def table(days: int) -> list[Row]:
    """The rows of the stored table over so many days: the four options, then the contrast of each figure."""
    seen = each_day({option.name: option.settings for option in STUDY.options}, response, days)
    rows = rows_of(seen)
    for name in FIGURES:
        found = interaction(seen, CORNERS, name)
        row: Row = {"option": "interaction", "measure": name, "mean": found.mean, "half_width": found.half_width}
        rows.append(row | {"replications": found.replications, "difference": None, "difference_half_width": None})
    return rows


if __name__ == "__main__":
    rows = table(STUDY.replications)
    write_rows(Path(__file__).with_suffix(".csv"), rows)
    for row in rows:
        print(*row.values(), sep="\t")
