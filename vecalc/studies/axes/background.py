"""How unusual a score is: random words of the space, and what they score with each other."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.space import VectorSpace

SEED = 20_130_116  # any number would do; a fixed one makes the same question have the same answer
WORDS = 2_000  # their two million pairs tell the last hundredth of a percent
NUMBERS = 1 << 22  # components read at most: wide vectors make a smaller sample, not a larger memory
ROUNDING = 1e-12  # of a cosine in float64
NEAREST = 10  # neighbours of a word that a hub crowds into


class Background:
    """A sample of words: their rows [s] ascending, their lengths [s] and directions [s, d]."""

    def __init__(self, space: VectorSpace, rows: Numbers | None = None) -> None:
        """Draw from the candidates `rows` (None: all); zero vectors have no direction and are left out."""
        count = len(space) if rows is None else len(rows)
        size = min(count, WORDS, max(NUMBERS // space.dim, 2))
        places = np.sort(np.random.default_rng(SEED).choice(count, size, replace=False, shuffle=False))
        self.rows = places if rows is None else rows[places]
        vectors = space.vectors(self.rows)
        lengths = np.linalg.norm(vectors, axis=1)
        self.rows = self.rows[lengths > 0]
        self.lengths = lengths[lengths > 0]
        self.units = vectors[lengths > 0] / self.lengths[:, None]

    def __len__(self) -> int:
        return len(self.rows)

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """The vectors [count, d] of some words, as long as the file has them; no word twice, if possible."""
        places = random.choice(len(self), count, replace=count > len(self), shuffle=False)
        return np.asarray(self.units[places] * self.lengths[places, None])

    @property
    def pairs(self) -> int:
        """Pairs of different words of the sample."""
        return len(self) * (len(self) - 1) // 2

    @cached_property
    def cosines(self) -> Floats:
        """Of all pairs, ascending [p]."""
        return np.sort(self._products[np.triu_indices(len(self), 1)])

    def percentile(self, cosine: float) -> float | None:
        """The share of random pairs that are less alike than this; None without pairs."""
        return float(np.searchsorted(self.cosines, cosine) / self.pairs) if self.pairs else None

    def hubness(self, rows: Numbers, units: Floats) -> list[int]:
        """How many words of the sample have each of the words [k, d] among their `NEAREST` of the sample.

        A word like any other is among them `NEAREST` times, a hub much more often (Radovanović, Nanopoulos
        and Ivanović 2010).
        """
        if len(self) <= NEAREST + 1:
            return [0] * len(rows)
        products = self._products.copy()
        np.fill_diagonal(products, -np.inf)
        reached = np.partition(products, -NEAREST, axis=1)[:, -NEAREST]
        # A word of the sample may itself be the last of the nearest, computed to the last bit or not.
        near = (self.units @ units.T >= reached[:, None] - ROUNDING) & (self.rows[:, None] != rows)
        return [int(count) for count in near.sum(axis=0)]

    @cached_property
    def _products(self) -> Floats:
        return np.asarray(self.units @ self.units.T)
