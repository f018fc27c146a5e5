"""What one pass over a model's rows learns: bad ones, lengths, equal ones, and a sample for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vecalc.arrays import AnyArray, Floats, Mask, Numbers, Singles

SAMPLE_BYTES = 64 << 20  # a sample of very wide rows is smaller than asked for
SHORTEST = 1_000  # rows, among which those of tokens are that were hardly trained
HASHED_AT_ONCE = 1 << 17  # numbers; their 64-bit copies stay in the second-level cache


class Drawn(NamedTuple):
    """Rows drawn from all: their numbers [m], ascending, and their vectors [m, d]."""

    numbers: Numbers
    vectors: Singles


class LeastRows:
    """Of rows that come in blocks those with the smallest keys: so many, or what `SAMPLE_BYTES` can hold."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._keys: Floats = np.empty(0)
        self._numbers: Numbers = np.empty(0, np.int64)
        self._vectors: Singles = np.empty((0, 0), np.float32)

    def add(self, first: int, rows: Singles, keys: Floats, fit: Mask) -> None:
        """Take the rows [b, d] that fit; `first` is the number of the first."""
        width = rows.shape[1]
        if not len(self._keys):
            self._vectors = np.empty((0, width), np.float32)
            self._size = max(min(self._size, SAMPLE_BYTES // (4 * width)), 2)
        limit = self._keys.max() if len(self._keys) == self._size else np.inf
        new = np.flatnonzero(fit & (keys < limit))
        self._keys = np.concatenate([self._keys, keys[new]])
        self._numbers = np.concatenate([self._numbers, first + new])
        self._vectors = np.concatenate([self._vectors, rows[new]])
        if len(self._keys) > self._size:
            kept = np.sort(np.argpartition(self._keys, self._size - 1)[: self._size])
            self._keys, self._numbers = self._keys[kept], self._numbers[kept]
            self._vectors = self._vectors[kept]

    def drawn(self) -> Drawn:
        """Those rows, in their order."""
        return Drawn(self._numbers, self._vectors)


class RowsSeen:
    """Takes blocks of rows [b, d] float32; equal rows and the sample are known at the end.

    A row is drawn when its random key is among the `size` smallest, so every set of rows is equally likely,
    and the same seed draws the same rows whatever the blocks.
    """

    def __init__(self, size: int, seed: int) -> None:
        self.count = 0
        self.width = 0
        self._sample, self._shortest = LeastRows(size), LeastRows(SHORTEST)
        self._random = np.random.default_rng(seed)
        self._lengths: list[Floats] = []
        self._hashes: list[AnyArray] = []  # uint64, like the weights
        self._weights: AnyArray = np.empty(0, np.uint64)

    def add(self, rows: Singles) -> None:
        """Take the next rows; all blocks have one width."""
        if not self.width:
            self.width = rows.shape[1]
            weights = np.random.default_rng(1).integers(0, 1 << 63, self.width, np.uint64)
            self._weights = weights * np.uint64(2) + np.uint64(1)
        with np.errstate(invalid="ignore"):
            squares = np.einsum("bd,bd->b", rows, rows, dtype=np.float64)
        # A sum of squares is finite if and only if the row is: float32 squared fits a float64.
        self._lengths.append(np.sqrt(squares))
        self._hashes.append(self._hash(rows))
        fit = np.isfinite(squares) & (squares > 0)
        self._sample.add(self.count, rows, self._random.random(len(rows)), fit)
        self._shortest.add(self.count, rows, squares, fit)
        self.count += len(rows)

    def _hash(self, rows: Singles) -> AnyArray:
        """64 bits of each row: its numbers' bits, mixed, times random odd weights (multilinear hashing)."""
        found = np.empty(len(rows), np.uint64)
        at_once = max(HASHED_AT_ONCE // self.width, 1)
        for first in range(0, len(rows), at_once):
            some = np.ascontiguousarray(rows[first : first + at_once]) + np.float32(0)  # -0 becomes 0
            bits = some.view(np.uint32)
            bits ^= bits >> np.uint32(15)  # short mantissas end in zeros, which products would keep
            found[first : first + at_once] = (bits * self._weights).sum(axis=1, dtype=np.uint64)
        return found

    def drawn(self) -> Drawn:
        """The sample: of rows that are finite and not zero."""
        return self._sample.drawn()

    def shortest(self) -> Drawn:
        """The shortest rows that are finite and not zero."""
        return self._shortest.drawn()

    def lengths(self) -> Floats:
        """The length of every row [n]; not finite where the row is not."""
        return np.concatenate(self._lengths) if self._lengths else np.empty(0)

    def equal(self) -> list[tuple[int, int]]:
        """Rows that repeat an earlier one, each with the first such; not zero rows, nor those with nan."""
        lengths = self.lengths()
        sound = np.flatnonzero(np.isfinite(lengths) & (lengths > 0))
        if not len(sound):
            return []
        hashes = np.concatenate(self._hashes)[sound]
        return [(int(sound[a]), int(sound[b])) for a, b in repeated(hashes)]


def repeated(keys: AnyArray) -> Sequence[tuple[int, int]]:
    """Places of keys that came before, each with the first place of that key; in the order of places."""
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    again = np.flatnonzero(first[which] != np.arange(len(keys)))
    return list(zip(again.tolist(), first[which[again]].tolist(), strict=True))
