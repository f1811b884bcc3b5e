"""What broke first, from stored shares and figures by day."""

from __future__ import annotations

import numpy as np
import pytest

from sim.reports.findings.broke import PARTS, what_broke

TIMES = np.array([8.0, 9.0, 10.0]) * 3600


def test_the_part_that_fails_most_broke_first() -> None:
    held = {"targets": 0.8, "cover": 0.95, "visits": 0.5, "calls": 0.99, "overload": 0.75, "posts": 1.0, "tasks": None}
    found = what_broke(held)
    assert (found.first, found.passed) == ("visits", True)
    shares = {"targets": 0.2, "cover": 0.05, "visits": 0.5, "calls": 0.01, "overload": 0.25, "posts": 0.0, "tasks": np.nan}
    assert found.failing == pytest.approx(shares, nan_ok=True)


def test_what_stays_below_one_in_ten_is_nearest_but_did_not_break() -> None:
    found = what_broke({"targets": 0.93, "cover": 0.99})
    assert (found.first, found.passed) == ("targets", False)


def test_a_share_of_nothing_kept_is_a_whole_failure_and_no_missing_figure() -> None:
    assert what_broke({"targets": 0.0}).failing["targets"] == 1.0


def test_without_data_nothing_broke_and_nothing_is_named() -> None:
    found = what_broke({"overload": None})
    assert found.first is None and not found.passed and all(np.isnan(found.failing[part]) for part in PARTS)


def test_of_equal_shares_the_first_in_the_order_of_the_parts_is_named() -> None:
    assert what_broke({"calls": 0.5, "cover": 0.5}).first == "cover"


def test_the_first_moment_is_that_of_coverage() -> None:
    assert what_broke({"cover": 0.9}, TIMES, np.array([0.95, 0.85, 0.99])).at == 9 * 3600
    assert what_broke({"cover": 0.9}, TIMES, np.array([0.95, 0.95, np.nan])).at is None
    assert what_broke({"cover": 0.9}).at is None
