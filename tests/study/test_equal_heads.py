"""Swaps of whole crews, and options that mobilise the same heads."""

from __future__ import annotations

import pytest

from sim.build import build_ledger, build_plan
from sim.cli import compose
from sim.errors import InputError
from sim.settings import Settings
from sim.study.design import Option
from sim.study.equal_heads import at_equal_heads, share_for
from sim.study.point import place_of

TOWN = ("preset=demo-city", "territory.city.centres=40", "territory.city.offices=160", "territory.city.voters=60000")


def mobilised(settings: Settings) -> list[int]:
    """Heads by force of a plan whose ledger closes."""
    scenario, forces = build_plan(settings, place_of(settings))
    build_ledger(scenario, forces)
    heads: list[int] = forces.mobilised.sum(axis=0).tolist()
    return heads


@pytest.mark.parametrize("source", ["posts", "traffic", "normal_service"])
@pytest.mark.parametrize(("to", "crew"), [("patrol_car", 3), ("foot_pair", 2), ("rrv", 6)])
def test_a_swap_moves_exactly_the_heads_asked_for(source: str, to: str, crew: int) -> None:
    base = compose([*TOWN, f"staffing.move_from={source}", f"staffing.move_to={to}"])
    for crews in (1, 2, 5):
        share = share_for(base, crews * crew)
        moved = compose([*TOWN, f"staffing.move_from={source}", f"staffing.move_to={to}", f"staffing.move_share={share}"])
        account = build_plan(moved, place_of(moved))[1].moved
        assert account.heads.sum() == crews * crew and account.units.sum() == crews
        first, second = at_equal_heads([Option("before", (), base), Option("after", (), moved)])
        assert mobilised(first.settings) == mobilised(second.settings)


def test_heads_that_make_no_whole_crew_or_are_not_there_are_refused() -> None:
    base = compose([*TOWN, "staffing.move_to=patrol_car"])
    assert share_for(base, 0) == 0.0
    with pytest.raises(InputError, match="nearest are 30 and 33"):
        share_for(base, 31)
    with pytest.raises(InputError, match="at most"):
        share_for(base, 30_000)


def test_options_are_brought_to_equal_heads_by_rest_not_by_work() -> None:
    def option(name: str, *words: str) -> Option:
        return Option(name, (), compose([*TOWN, *words]))

    options = [option("few", "staffing.patrol_cars_factor=0.5"), option("many", "staffing.patrol_cars_factor=2.0")]
    few, many = (mobilised(o.settings) for o in options)
    assert few != many
    equal = at_equal_heads(options)
    most = [max(pair) for pair in zip(few, many, strict=True)]
    assert [mobilised(o.settings) for o in equal] == [most, most]
    assert equal[0].overrides == (f"staffing.mobilised.police={most[0]}", f"staffing.mobilised.gendarmerie={most[1]}")
    plans = [build_plan(o.settings, place_of(o.settings))[1].units.digest() for o in (options[0], equal[0])]
    assert plans[0] == plans[1]
    assert at_equal_heads(equal) == equal
