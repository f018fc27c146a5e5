"""How sure a mean is: bootstrap intervals, and a paired test. Shared by the measuring examples."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 1000
SEED = 1


class Interval(NamedTuple):
    """An estimate with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, measured: Floats) -> Interval:
        """The interval of a measure that was taken of each of the `samples`."""
        low, high = np.percentile(measured[1:], [2.5, 97.5])
        return cls(float(measured[0]), float(low), float(high))

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    @property
    def percent(self) -> str:
        """A share."""
        return f"{self.value:.1%} [{self.low:.1%}, {self.high:.1%}]"


@cache
def samples(count: int) -> Floats:
    """How often each of `count` things is in each sample [1 + RESAMPLES, count].

    The first has each of them once, the others are drawn with replacement (Efron 1979).
    """
    random = np.random.default_rng(SEED)
    drawn = (random.integers(0, count, count) for _ in range(RESAMPLES))
    return np.array([np.ones(count), *(np.bincount(rows, minlength=count) for rows in drawn)])


def mean_interval(values: Floats) -> Interval:
    """The mean of some values."""
    return Interval.of(samples(len(values)) @ values / len(values))


def auc(scores: Floats, right: npt.NDArray[np.bool_]) -> float:
    """How likely a right thing has a higher score than a wrong one, equal scores counting half."""
    return _auc(np.unique(scores, return_inverse=True)[1], right, ~right)


def auc_interval(scores: Floats, right: npt.NDArray[np.bool_]) -> Interval:
    """The same with its interval."""
    order = np.unique(scores, return_inverse=True)[1]  # sorted once for all resamples
    return Interval.of(np.array([_auc(order, row * right, row * ~right) for row in samples(len(scores))]))


def _auc(order: npt.NDArray[np.int64], right: npt.NDArray[Any], wrong: npt.NDArray[Any]) -> float:
    good, bad = np.bincount(order, right), np.bincount(order, wrong)
    return float(good @ (np.cumsum(bad) - bad / 2) / (good.sum() * bad.sum()))


def paired_p(differences: Floats, flips: int = 10_000) -> float:
    """How often a mean as far from 0 comes about when each difference has its sign by chance."""
    random = np.random.default_rng(SEED)
    signs = random.choice((-1.0, 1.0), (flips, len(differences)))
    extreme = np.abs(signs @ differences) >= abs(differences.sum()) - 1e-12
    return float((extreme.sum() + 1) / (flips + 1))


def holm(ps: list[float]) -> list[float]:
    """The same p-values, corrected for their number (Holm 1979)."""
    adjusted, largest = [0.0] * len(ps), 0.0
    for rank, at in enumerate(np.argsort(ps).tolist()):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[at]))
        adjusted[at] = largest
    return adjusted


def merged(rows: list[list[str]]) -> list[list[str]]:
    """Rows that differ by their first cell alone become one, at the place of the first."""
    first: dict[tuple[str, ...], list[str]] = {}
    for cell, *rest in rows:
        first.setdefault(tuple(rest), []).append(cell)
    return [[", ".join(cells), *rest] for rest, cells in first.items()]


def print_table(caption: str, header: list[str], rows: list[list[str]]) -> None:
    """A Markdown table below its caption, as the documents hold it."""
    print(f"\n{caption}\n")
    for cells in (header, ["---"] * len(header), *rows):
        print(f"| {' | '.join(cells)} |")
