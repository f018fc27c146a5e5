"""Correlations, intervals and tests agree with scipy, and chance is the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize, stats

from vecalc.evaluation import statistics
from vecalc.evaluation.relation_methods import fit

# Few different values, so that ties are the rule.
SCORES = st.lists(st.tuples(st.integers(0, 5), st.integers(-3, 3)), min_size=3, max_size=40)


@given(SCORES)
def test_correlations_are_those_of_scipy(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, dtype=np.float64).T
    assume(np.ptp(x) > 0 and np.ptp(y) > 0)
    assert statistics.spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    assert statistics.pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-12)


def test_there_is_no_correlation_with_a_constant() -> None:
    x, y = np.arange(5.0), np.ones(5)
    assert np.isnan(statistics.spearman(x, y))
    assert np.isnan(statistics.pearson(x, y))


@given(SCORES, st.integers(0, 1000))
def test_a_resample_is_ranked_as_if_its_items_were_written_out(
    pairs: list[tuple[int, int]], seed: int
) -> None:
    x, y = np.array(pairs, dtype=np.float64).T
    drawn = np.random.default_rng(seed).integers(0, len(x), len(x))
    assume(np.ptp(x[drawn]) > 0 and np.ptp(y[drawn]) > 0)
    weights = np.bincount(drawn, minlength=len(x)).astype(np.float64)
    found = statistics._weighted_spearman(x, y, weights[None])[0]
    assert found == pytest.approx(stats.spearmanr(x[drawn], y[drawn]).statistic, abs=1e-12)


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_the_exact_binomial_test(only_a: int, only_b: int) -> None:
    assume(only_a + only_b > 0)
    expected = stats.binomtest(only_a, only_a + only_b, 0.5).pvalue
    assert statistics.mcnemar(only_a, only_b) == pytest.approx(expected, rel=1e-9)


def test_mcnemar_without_differences_and_with_thousands() -> None:
    assert statistics.mcnemar(0, 0) == 1.0
    assert statistics.mcnemar(4000, 4000) == 1.0
    assert 0 < statistics.mcnemar(500, 700) < 1e-6
    assert statistics.mcnemar(0, 5000) == 0.0  # below the smallest float64


def test_holm() -> None:
    assert statistics.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert statistics.holm([]) == []
    assert statistics.holm([0.9, 0.8]) == [1.0, 1.0]


def test_an_interval_is_the_same_every_time_and_another_for_another_seed() -> None:
    x = np.random.default_rng(3).normal(size=60)
    y = x + np.random.default_rng(4).normal(size=60)
    one = statistics.correlation_intervals(x, y, 500, seed=1)
    assert one == statistics.correlation_intervals(x, y, 500, seed=1)
    assert one != statistics.correlation_intervals(x, y, 500, seed=2)


@given(st.integers(0, 300), st.integers(1, 300))
def test_the_interval_of_a_share_is_wilsons(right: int, total: int) -> None:
    assume(right <= total)
    expected = stats.binomtest(right, total).proportion_ci(method="wilson")
    found = statistics.share_interval(right, total)
    assert tuple(found) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert found.low < found.high


def test_an_interval_holds_the_value_and_is_as_wide_as_theory_says() -> None:
    low, high = statistics.share_interval(300, 1000)
    assert (low, high) == pytest.approx((0.3 - 1.96 * 0.01449, 0.3 + 1.96 * 0.01449), abs=0.002)
    x = np.random.default_rng(5).normal(size=400)
    y = x + np.random.default_rng(6).normal(size=400)
    ranked, linear = statistics.correlation_intervals(x, y, 2000, 1)
    assert ranked.low < statistics.spearman(x, y) < ranked.high
    expected = stats.pearsonr(x, y).confidence_interval()
    assert tuple(linear) == pytest.approx((expected.low, expected.high), abs=0.03)


def test_resamples_do_not_depend_on_how_many_are_drawn_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(3).normal(size=50)
    whole = statistics.correlation_intervals(x, x**2, 300, 1)
    monkeypatch.setattr(statistics, "AT_ONCE", 50 * 7)
    again = statistics.correlation_intervals(x, x**2, 300, 1)
    assert [*again[0], *again[1]] == pytest.approx([*whole[0], *whole[1]], abs=1e-12)


def test_differences_of_correlations() -> None:
    random = np.random.default_rng(7)
    x = random.normal(size=200)
    good, bad = x + 0.2 * random.normal(size=200), random.normal(size=200)
    better = statistics.correlation_difference(x, bad, good, 1000, 1)
    assert better.value > 0.5
    assert better.interval.low > 0
    assert better.p < 0.01
    same = statistics.correlation_difference(x, good, good, 1000, 1)
    assert (same.value, same.p) == (0.0, 1.0)


def test_logistic_regression_finds_the_minimum() -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=(40, 12))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    positive = np.arange(40) < 13
    ones = np.hstack([x, np.ones((40, 1))])
    importance = np.where(positive, 40 / 26, 40 / 54)

    def loss(weights: np.ndarray) -> float:
        margins = np.where(positive, 1, -1) * (ones @ weights)
        return float((importance * np.logaddexp(0, -margins)).sum() + weights @ weights / 2)

    best = optimize.minimize(loss, np.zeros(13), tol=1e-12)
    found = fit(x, positive)
    assert loss(found) <= best.fun + 1e-9
    assert found == pytest.approx(best.x, abs=1e-4)
