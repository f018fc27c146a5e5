"""How sure a mean is: bootstrap intervals, and a paired test. Shared by the measuring examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

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

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def interval(measure: Callable[[npt.NDArray[np.int64]], float], count: int) -> Interval:
    """A measure of some of `count` things, by their indices: of all, and of resamples (Efron 1979)."""
    random = np.random.default_rng(SEED)
    found = [measure(random.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.percentile(found, [2.5, 97.5])
    return Interval(measure(np.arange(count)), float(low), float(high))


def mean_interval(values: Floats) -> Interval:
    """The mean of some values."""
    return interval(lambda rows: float(values[rows].mean()), len(values))


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


def print_table(header: list[str], rows: list[list[str]]) -> None:
    """A Markdown table, as the documents hold it."""
    for cells in (header, ["---"] * len(header), *rows):
        print(f"| {' | '.join(cells)} |")
