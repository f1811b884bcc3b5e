"""What broke first: every failing share in its cell, the part that failed most framed, no data said."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sim.language import Language
from sim.reports.figures.limits import broken_parts
from sim.reports.findings.broke import PARTS, Broken
from tests.reports.figures.overlap import overlaps

NAMES = ["late arrivals", "no cover", "late visits", "late calls", "overload", "empty posts", "failed tasks"]


def broken(**failing: float) -> Broken:
    shares = {part: failing.get(part, np.nan) for part in PARTS}
    known = [part for part in PARTS if np.isfinite(shares[part])]
    first = max(known, key=shares.__getitem__) if known else None
    return Broken(shares, first, bool(first and shares[first] > 0.1))


def test_cells_say_their_share_and_no_data_where_nothing_is_stored(axis: Axes, en: Language) -> None:
    assert broken_parts(axis, [broken(targets=0.42, cover=0.012)], ["a"], NAMES, en) is axis
    said = [t.get_text() for t in axis.texts]
    assert said[:2] == ["42\u00a0%", "1.2\u00a0%"] and said[2:-1] == ["no data"] * (len(PARTS) - 2)
    assert said[-1].endswith("more than 10\u00a0% failed")


def test_the_part_that_failed_most_is_framed_heavily_only_beyond_the_limit(axis: Axes, en: Language) -> None:
    broken_parts(axis, [broken(targets=0.42, cover=0.5), broken(targets=0.01), broken()], ["a", "b", "c"], NAMES, en)
    frames = [patch for patch in axis.patches if isinstance(patch, Rectangle)]
    assert [frame.get_xy() for frame in frames] == [(0.5, -0.5), (-0.5, 0.5)]
    assert frames[0].get_linewidth() > 2 > frames[1].get_linewidth()


@pytest.mark.parametrize("code", ["en", "ar"])
def test_twenty_options_by_all_parts_fit_a_page(axis: Axes, code: str, request: pytest.FixtureRequest) -> None:
    axis.get_figure(root=True).set_size_inches(7.2, 9.0)  # type: ignore[union-attr]
    found = [broken(**{part: (n + i) / 30 for i, part in enumerate(PARTS)}) for n in range(20)]
    words: Language = request.getfixturevalue(code)
    broken_parts(axis, found, [f"{n} % of posts to cars" for n in range(20)], NAMES, words)
    assert overlaps(axis) == []
    assert (axis.get_xlim()[0] > axis.get_xlim()[1]) == words.rtl
