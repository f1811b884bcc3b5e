"""Answers for people: tables on a terminal."""

from __future__ import annotations

import pytest

from sim.commands.answer import Answer, Grid, show

OPTIONS = [f"staffing.patrol_cars_factor=1.{n}" for n in range(3)]
HEADINGS = ["option", *(f"a measure with a long name {n} (share)" for n in range(6))]


@pytest.mark.parametrize("columns", ["20", "100", "200"])
def test_options_that_differ_at_their_ends_can_be_told_apart_at_any_width(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    shown = show(Answer({}, [Grid("Means", HEADINGS, [[name] + ["0.99940 ± 0.00028"] * 6 for name in OPTIONS])]), False)
    for name in OPTIONS:
        assert sum(line.split()[:1] == [name] for line in shown.splitlines()) == 1
    assert "…" not in shown


def test_a_name_longer_than_half_the_line_is_folded_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    name = "".join(f"part{n:03}" for n in range(40))
    shown = show(Answer({}, [Grid("", ["option", "x"], [[name, 1.0]])]), False)
    assert name in "".join(line[1:-1].strip().removesuffix(" 1").strip() for line in shown.splitlines())


def test_an_option_is_called_in_a_heading_as_it_was_typed() -> None:
    assert OPTIONS[0] in show(Answer({}, [Grid("", ["measure", OPTIONS[0]], [["mean response", 1.0]])]), False)
