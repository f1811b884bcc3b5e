"""How many escorts bring 95 % of the ballot boxes in by midnight?

Question. A city of 200 centres and 1,000 offices closes at 19:00, counts one ballot paper in every office, and brings
boxes and minutes to collection points under escort. How many escorts of four officers bring 95 % of the boxes in by
midnight?

Design. Five numbers of escorts, each centre a trip of its own, and with the most escorts two harder evenings: trips
of three centres, and two ballot papers to count. Eight days each, every option on the very same days.

Answer. Two escorts for every three centres. One for six centres brings in 35 % by midnight and the last box at 04:48;
one for three 79 %, one for two 93 %, two for three 97 % and one for each 99 %, the last at 00:58. Trips wait 146, 64,
35, 24 and 17 minutes for an escort. Chaining three centres to a trip costs 11 points even with an escort for each
centre, because boxes wait for their neighbours; a second ballot paper costs 20 points, and no escort can make up for
a count that is not over. All differences exclude zero. Lengths of the count are assumed.

Run it with ``python experiments/box_escorts.py`` (about a minute). The stored table beside this file is what it
wrote, renewed on purpose.
"""

from pathlib import Path

from sim.cli import compose
from sim.measures.collect import Measures
from sim.study.days import over_days, write_rows

DAY = ["preset=demo-city", "demand.ballots.papers=1", "demand.ballots.chain=1"]
OPTIONS = {
    "one for six centres": ["staffing.escorts_factor=1"],
    "one for three": ["staffing.escorts_factor=2"],
    "one for two": ["staffing.escorts_factor=3"],
    "two for three": ["staffing.escorts_factor=4"],
    "one for each": ["staffing.escorts_factor=6"],
    "one for each, three centres a trip": ["staffing.escorts_factor=6", "demand.ballots.chain=3"],
    "one for each, two ballot papers": ["staffing.escorts_factor=6", "demand.ballots.papers=2"],
}
DAYS = 8


def boxes(day: Measures) -> dict[str, float | None]:
    """Share of all boxes in by midnight, the hour of the last one, and the mean wait for an escort in minutes."""
    table = day.tables["custody"]
    names = ("boxes", "boxes_by_midnight", "last_delivered_at", "escort_wait_mean")
    areas = list(zip(*(table[name] for name in names), strict=True))
    total = sum(count for count, *_ in areas)
    return {
        "boxes_by_midnight": sum(count * (share or 0.0) for count, share, *_ in areas) / total,
        "last_delivered_hour": max(last or 0.0 for _, _, last, _ in areas) / 3600.0,
        "escort_wait_minutes": sum(count * (wait or 0.0) for count, _, _, wait in areas) / total / 60.0,
    }


if __name__ == "__main__":
    options = {name: compose([*DAY, *words]) for name, words in OPTIONS.items()}
    rows = over_days(options, boxes, DAYS)
    write_rows(Path(__file__).with_suffix(".csv"), rows)
    for row in rows:
        print(*row.values(), sep="\t")
