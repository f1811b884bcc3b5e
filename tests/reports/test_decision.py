"""The rule of the recommendation, on tables made by hand: never stronger than the interval, whatever is left."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from sim.cli import compose
from sim.reports.decision import DECIDES, Decision, decide, goal_of
from sim.settings import Settings
from sim.study.design import Option, Study
from sim.study.outcome import Outcome
from sim.study.result import Comparison, StudyResult, compare
from sim.study.statistics import Estimate
from sim.study.uncertainty import Uncertain

NOISE = (0.0, 3.0, -2.0, 1.0, -3.0, 2.0, -1.0, 4.0, -4.0, 0.5, 1.5, -1.5)


def option_days(
    response: float, within: int = 99, heads: float = 100.0, days: int = 12, shake: float = 1.0, **more: float
) -> list[dict[str, float | None]]:
    """Scalars of an option's days: potential response in seconds round ``response``, so many of 100 incidents within target."""
    rows: list[dict[str, float | None]] = []
    for day in range(days):
        noise = NOISE[(5 * day) % len(NOISE)]
        row: dict[str, float | None] = {DECIDES: response + shake * noise, "heads_mobilised": heads, "office_minutes_lost": 10.0}
        row |= {"compliance_p1_p2_within": within + day % 2, "compliance_p1_p2_judged": 100.0, "compliance_p1_p2": None}
        rows.append(row | more)
    return rows


@cache
def absent(number: int) -> Settings:
    return compose(["preset=demo-city", f"staffing.absence={0.01 * number}"])


def study(options: Mapping[str, list[dict[str, float | None]]], tapes: str = "same") -> StudyResult:
    """A study whose options have these days."""
    settings = [absent(number) for number in range(len(options))]
    made = tuple(Option(name, (), own) for name, own in zip(options, settings))
    result = StudyResult(Study("s", "?", made, max(map(len, options.values())) or 1, next(iter(options))))
    for number, rows in enumerate(options.values()):
        for day, scalars in enumerate(rows):
            tape = str(day) if tapes == "same" else f"{number} {day}"
            result.outcomes[number, day] = Outcome(scalars, {}, {"tape": tape})
    return result


def decision(options: Mapping[str, list[dict[str, float | None]]], tapes: str = "same", uncertain: bool = False) -> Decision:
    result = study(options, tapes)

    @cache
    def compared(measure: str) -> list[Comparison]:
        return compare(result, [measure])

    return decide(result, lambda option, measure: compared(measure)[option], Uncertain(result, result) if uncertain else None)


def test_a_better_option_at_equal_heads_is_taken() -> None:
    made = decision({"plan": option_days(300.0), "other": option_days(280.0, shake=1.2)})
    assert (made.kind, made.option, made.sure) == ("change", 1, "fair")
    assert made.standing is not None and (made.standing.verdict, made.standing.officers) == ("better", 0.0)


def test_a_gain_that_may_be_chance_changes_nothing() -> None:
    made = decision({"plan": option_days(300.0), "other": option_days(299.9, shake=-3.0)})
    assert (made.kind, made.option, made.standings[1].verdict) == ("keep", 0, "open")


def test_among_options_that_cannot_be_told_apart_the_one_with_fewer_officers_is_taken() -> None:
    near = {"plan": option_days(300.0), "fast": option_days(280.0, shake=-1.0), "lean": option_days(280.2, heads=90.0)}
    made = decision(near)
    assert (made.option, made.ties) == (2, (1,))
    apart = decision(near | {"lean": option_days(290.0, heads=90.0)})
    assert (apart.option, apart.ties) == (1, ())


def test_an_option_that_needs_more_officers_is_not_taken_while_the_goal_is_met() -> None:
    made = decision({"plan": option_days(300.0), "dear": option_days(250.0, heads=120.0, shake=1.3)})
    assert (made.kind, made.option, made.dearer) == ("keep", 0, 1)


def test_where_the_goal_is_missed_the_fewest_additional_officers_that_reach_it_are_taken() -> None:
    options = {
        "plan": option_days(300.0, within=80),
        "same heads": option_days(295.0, within=84, shake=1.2),
        "some more": option_days(280.0, heads=110.0, shake=1.3),
        "many more": option_days(250.0, heads=150.0, shake=1.1),
    }
    made = decision(options)
    assert (made.option, made.standings[2].goal, made.standings[0].goal) == (2, "met", "missed")
    reached = decision(options | {"same heads": option_days(295.0, within=97, shake=1.2)})
    assert reached.option == 1


def test_no_gain_is_paid_for_with_incidents_within_target_or_voting_time() -> None:
    worse = decision({"plan": option_days(300.0, within=97), "other": option_days(250.0, within=93, shake=1.2)})
    assert worse.kind == "keep" and worse.standings[1].bars == ("compliance_p1_p2",)
    lost = option_days(250.0, shake=1.2)
    for day, row in enumerate(lost):
        row["office_minutes_lost"] = 20.0 + 0.1 * (day % 3)
    assert decision({"plan": option_days(300.0), "other": lost}).standings[1].bars == ("office_minutes_lost",)


def test_nothing_is_recommended_from_one_day_or_of_one_option() -> None:
    one_day = decision({"plan": option_days(300.0, days=1), "other": option_days(100.0, days=1)})
    assert (one_day.kind, one_day.option) == ("too_few", None)
    assert decision({"plan": option_days(300.0)}).kind == "alone"
    assert decision({"plan": [], "other": []}).kind == "too_few"


def test_an_option_without_runs_is_never_taken() -> None:
    made = decision({"plan": option_days(300.0), "empty": [], "other": option_days(280.0, shake=1.2)})
    assert made.option == 2 and made.standings[1].verdict == "unknown" and made.standings[1].officers is None


def test_few_days_make_a_weak_recommendation_and_worlds_can_make_a_strong_one() -> None:
    few = {"plan": option_days(300.0, days=6), "other": option_days(250.0, days=6, shake=1.2)}
    assert decision(few).sure == "weak"
    many = {"plan": option_days(300.0), "other": option_days(250.0, shake=1.2)}
    assert decision(many).sure == "fair" and decision(many, uncertain=True).sure == "strong"


def test_on_different_days_the_wider_interval_decides() -> None:
    options = {"plan": option_days(300.0), "other": option_days(298.5, shake=1.05)}
    assert decision(options).kind == "change" and decision(options, tapes="other").kind == "keep"


@pytest.mark.parametrize(
    ("share", "half", "goal"),
    [(0.95, 0.04, "met"), (0.95, 0.06, "open"), (0.85, 0.04, "missed"), (0.85, 0.06, "open"), (0.95, None, "unknown")],
)
def test_a_goal_is_met_or_missed_only_by_the_whole_interval(share: float, half: float | None, goal: str) -> None:
    assert goal_of(Estimate(share, half, 9)) == goal
