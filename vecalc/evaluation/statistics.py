"""Correlations, intervals and paired tests; every random number comes from a stated seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Floats

LEVEL = 0.95  # of every interval
AT_ONCE = 1 << 20  # numbers of a block of resamples: 8 MB


class Interval(NamedTuple):
    """An interval of `LEVEL`; NaN where there is none."""

    low: float
    high: float


class PairedDifference(NamedTuple):
    """The difference of two values on the same items, its interval, and how likely chance makes it."""

    value: float
    interval: Interval
    p: float


# --- correlation ----------------------------------------------------------------------------


def pearson(x: Floats, y: Floats) -> float:
    """Product-moment correlation of x [n] and y [n]; NaN when one of them is constant."""
    return float(_weighted_pearson(x[None], y[None], np.ones((1, len(x))))[0])


def spearman(x: Floats, y: Floats) -> float:
    """Rank correlation, ties by their average rank; NaN when one of them is constant."""
    return float(_weighted_spearman(x, y, np.ones((1, len(x))))[0])


def _weighted_pearson(x: Floats, y: Floats, weights: Floats) -> Floats:
    """The correlation [b] under each row of weights [b, n], of x and y [1 or b, n]."""
    total = weights.sum(axis=1, keepdims=True)
    x = x - (weights * x).sum(axis=1, keepdims=True) / total
    y = y - (weights * y).sum(axis=1, keepdims=True) / total
    shared = (weights * x * y).sum(axis=1)
    spread = np.sqrt((weights * x * x).sum(axis=1) * (weights * y * y).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(np.where(spread > 0, shared / spread, np.nan), -1.0, 1.0)


def _weighted_spearman(x: Floats, y: Floats, weights: Floats) -> Floats:
    """The rank correlation [b] of samples in which item i occurs weights[b, i] times."""
    return _weighted_pearson(_weighted_ranks(x, weights), _weighted_ranks(y, weights), weights)


def _weighted_ranks(x: Floats, weights: Floats) -> Floats:
    """Average ranks [b, n] in samples in which item i occurs weights[b, i] times."""
    _, group = np.unique(x, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    sizes = np.add.reduceat(weights[:, order], starts, axis=1)
    ranks = np.cumsum(sizes, axis=1) - (sizes - 1) / 2
    return np.asarray(ranks[:, group])


# --- shares ---------------------------------------------------------------------------------


def share_interval(right: float, total: int) -> Interval:
    """The score interval (Wilson 1927) of a share: `right` of `total` questions.

    It has a width for none and for all of them right, where resampling has none, and holds what it promises
    for few questions too (Brown, Cai & DasGupta 2001).
    """
    if total == 0:
        return Interval(np.nan, np.nan)
    share, z = right / total, NormalDist().inv_cdf((1 + LEVEL) / 2)
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return Interval(max(middle - half, 0.0), min(middle + half, 1.0))


# --- bootstrap ------------------------------------------------------------------------------


def correlation_intervals(x: Floats, y: Floats, resamples: int, seed: int) -> tuple[Interval, Interval]:
    """The intervals of Spearman's and of Pearson's correlation, pairs resampled with replacement.

    They are percentile bootstrap intervals (Efron 1979).
    """
    ranked, linear = [], []
    for weights in _samples(len(x), resamples, seed):
        ranked.append(_weighted_spearman(x, y, weights))
        linear.append(_weighted_pearson(x[None], y[None], weights))
    return _interval(np.concatenate(ranked)), _interval(np.concatenate(linear))


def correlation_difference(x: Floats, a: Floats, b: Floats, resamples: int, seed: int) -> PairedDifference:
    """How much better `b` agrees with `x` than `a` does (Spearman), by a paired bootstrap.

    p is twice the smaller share of resamples on either side of no difference (Efron & Tibshirani 1993).
    """
    found = [
        _weighted_spearman(x, b, weights) - _weighted_spearman(x, a, weights)
        for weights in _samples(len(x), resamples, seed)
    ]
    drawn = np.concatenate(found)
    drawn = drawn[np.isfinite(drawn)]
    tail = min(int(np.count_nonzero(drawn <= 0)), int(np.count_nonzero(drawn >= 0)))
    p = min(1.0, 2 * (tail + 1) / (len(drawn) + 1))
    return PairedDifference(spearman(x, b) - spearman(x, a), _interval(drawn), p)


def _samples(items: int, resamples: int, seed: int) -> Iterator[Floats]:
    """How often each item occurs in each resample [b, n], some resamples at a time."""
    random = np.random.default_rng(seed)
    at_once = max(AT_ONCE // items, 1)
    for done in range(0, resamples, at_once):
        count = min(at_once, resamples - done)
        drawn = random.integers(0, items, (count, items)) + np.arange(count)[:, None] * items
        yield np.bincount(drawn.ravel(), minlength=count * items).reshape(count, items).astype(np.float64)


def _interval(drawn: Floats) -> Interval:
    drawn = drawn[np.isfinite(drawn)]
    if not drawn.size:
        return Interval(np.nan, np.nan)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))


# --- tests ----------------------------------------------------------------------------------


def mcnemar(only_a: int, only_b: int) -> float:
    """The exact two-sided test (McNemar 1947) that the questions which only one of two gets right fall
    to either alike; a sign test, computed in whole numbers.
    """
    total, fewer = only_a + only_b, min(only_a, only_b)
    term = ways = 1
    for i in range(1, fewer + 1):
        term = term * (total - i + 1) // i
        ways += term
    return min(1.0, float(2 * ways / 2**total))


def holm(values: Sequence[float]) -> list[float]:
    """p values corrected for their number (Holm 1979)."""
    corrected = [1.0] * len(values)
    largest = 0.0
    for rank, i in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        largest = max(largest, min(1.0, values[i] * (len(values) - rank)))
        corrected[i] = largest
    return corrected


def corrected(values: Sequence[float | None]) -> list[float | None]:
    """The p values that there are, corrected for their number."""
    found = iter(holm([p for p in values if p is not None]))
    return [None if p is None else next(found) for p in values]
