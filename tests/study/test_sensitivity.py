"""Sensitivity from the runs themselves, against functions whose indices are known; and shares of worlds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from sim.study.daily import PerReplication, by_day
from sim.study.inputs import inputs, row
from sim.study.sensitivity import LEAST_WORLDS, sensitivity
from sim.study.worlds import better_share

NAMES = [f"x{i}" for i in range(8)]


def worlds(n: int, d: int = len(NAMES), seed: int = 1) -> np.ndarray:
    return np.asarray(qmc.LatinHypercube(d, rng=np.random.default_rng(seed)).random(n))


def test_a_linear_function_gives_back_its_sobol_indices_and_order() -> None:
    u = worlds(120)
    found = sensitivity(NAMES, u, (4 * u[:, 2] + 2 * u[:, 5] + 1 * u[:, 0]).tolist())
    assert [i.name for i in found.influences[:3]] == ["x2", "x5", "x0"]
    first = {i.name: i.first for i in found.influences}
    assert first["x2"] == pytest.approx(16 / 21, abs=0.03)
    assert first["x5"] == pytest.approx(4 / 21, abs=0.03)
    assert found.skill is not None and found.skill > 0.99


def test_an_interaction_shows_as_total_above_first() -> None:
    u = worlds(200)
    found = sensitivity(NAMES, u, ((u[:, 1] - 0.2) * (u[:, 4] - 0.2)).tolist())
    strongest = {i.name: i for i in found.influences[:2]}
    assert set(strongest) == {"x1", "x4"}
    for influence in strongest.values():
        assert influence.total is not None and influence.first is not None
        assert influence.total > influence.first + 0.05


def test_noise_alone_gives_no_sobol_index_and_few_chance_findings() -> None:
    found_by_chance = 0
    for seed in range(40):
        values = np.random.default_rng(seed).normal(size=60)
        found = sensitivity(NAMES, worlds(60, seed=seed + 100), values.tolist())
        assert all(i.first is None for i in found.influences)
        found_by_chance += any(i.p_value is not None and i.p_value < 0.05 for i in found.influences)
    assert found_by_chance <= 7


def test_worlds_for_a_fit_of_one_input_alone_give_correlations_only() -> None:
    u = worlds(2 * LEAST_WORLDS - 1)
    found = sensitivity(NAMES, u, u[:, 3].tolist())
    assert found.skill is None
    assert found.influences[0].name == "x3" and found.influences[0].correlation == pytest.approx(1.0)


def test_too_few_worlds_or_days_without_data_say_nothing() -> None:
    u = worlds(LEAST_WORLDS + 2)
    values: list[float | None] = [float(x) for x in u[:, 0]]
    values[:4] = [None] * 4
    found = sensitivity(NAMES, u, values)
    assert found.worlds == LEAST_WORLDS - 2
    assert all(i.correlation is None for i in found.influences)
    assert sensitivity(NAMES, u, [1.0] * len(u)).skill is None


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        sensitivity(NAMES, worlds(12), [1.0] * 11)


def test_the_inputs_of_a_study_are_the_columns() -> None:
    u = np.array([row(2017, r) for r in range(40)])
    names = [source.pattern for source in inputs()]
    found = sensitivity(names, u, (3 * u[:, 7]).tolist())
    assert found.influences[0].name == names[7]
    assert found.influences[0].correlation == pytest.approx(1.0)


def days(*figures: float | None) -> PerReplication:
    return by_day(dict(enumerate(figures)))


def test_better_counts_worlds_and_knows_which_way_is_better() -> None:
    lower = better_share(days(1.0, 2.0, 9.0, None), days(2.0, 3.0, 4.0, 1.0), lower_is_better=True)
    assert (lower.share, lower.worlds) == (pytest.approx(2 / 3), 3)
    higher = better_share(days(1.0, 2.0, 9.0, None), days(2.0, 3.0, 4.0, 1.0), lower_is_better=False)
    assert higher.share == pytest.approx(1 / 3)
    assert better_share(days(None), days(1.0), lower_is_better=True).share is None
    even = better_share(days(1.0, 1.0), days(1.0, 1.0, 5.0), lower_is_better=True)
    assert even.share == 0.5 and even.worlds == 2
    assert even.low is not None and even.high is not None and even.low < 0.5 < even.high


def test_worlds_are_compared_by_replication_only() -> None:
    with pytest.raises(TypeError, match="one number for each replication"):
        better_share([1.0], [2.0], lower_is_better=True)  # type: ignore[arg-type]


def test_the_combined_interval_covers_the_mean_over_plausible_worlds() -> None:
    """A known model: the day's noise on top of an outcome that depends on the inputs, each replication in its own world."""
    from scipy import stats

    covered, trials, n = 0, 2000, 20
    d = len(inputs())
    weights = np.linspace(1.0, 0.0, d) ** 8
    truth = weights.sum() / 2
    rng = np.random.default_rng(5)
    half_factor = stats.t.ppf(0.975, n - 1) / np.sqrt(n)
    for trial in range(trials // 200):
        rows = np.array([row(trial, r) for r in range(200 * n)]).reshape(200, n, d)
        values = rows @ weights + rng.normal(0, 0.3, (200, n))
        half = half_factor * values.std(axis=1, ddof=1)
        covered += int((np.abs(values.mean(axis=1) - truth) <= half).sum())
    assert 0.935 <= covered / trials <= 0.965
