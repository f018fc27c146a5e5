"""Products in float32 that tell which rows could matter, and how far off they can be.

`Pools` keeps, as the blocks go by, the rows that could still be among the k best of a query. A key is
higher for nearer rows: the similarity, or minus the squared distance. Keys only tell which rows to
score in float64; ties are decided by those scores, as a user sees them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vecalc.arrays import Floats, Numbers, Singles
from vecalc.search import Measure
from vecalc.search.scoring import scale_of, steps_of
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray


EPSILON = float(np.finfo(np.float32).eps)
# Lengths whose float32 products neither overflow nor vanish; rows outside are scored in float64.
SHORTEST, LONGEST = 1e-12, 1e12
GATHER = 8_192  # rows read at once where the candidates are given
ROUNDING = 1e-12  # of a sum of squares in float64, relative
NO_ROWS: Numbers = np.empty(0, dtype=np.int64)
SLACK = 64  # candidates per query beyond 2k before the list is cut down again


class Asked(NamedTuple):
    """Queries as directions [q, d], and their lengths [q]."""

    units: Singles
    sizes: Floats


class Block(NamedTuple):
    """Candidates [b], their vectors [b, d] float32, and their lengths [b]."""

    rows: Numbers
    vectors: Singles
    lengths: Floats


def blocks(space: VectorSpace, rows: Numbers | None, measure: Measure) -> Iterator[Block]:
    """The candidates, a block at a time; without zero rows where they have no place."""
    for block in _all_blocks(space, rows):
        usable = block.lengths > 0
        if not measure.needs_direction or usable.all():
            yield block
        elif usable.any():
            yield Block(block.rows[usable], block.vectors[usable], block.lengths[usable])


def _all_blocks(space: VectorSpace, rows: Numbers | None) -> Iterator[Block]:
    if rows is None:
        for first, vectors, lengths in space.blocks():
            yield Block(np.arange(first, first + len(vectors)), vectors, lengths)
        return
    for start in range(0, len(rows), GATHER):
        part = rows[start : start + GATHER]
        yield Block(part, space.vectors(part, np.float32), space.lengths(part))


def approximate(block: Block, asked: Asked, measure: Measure) -> tuple[NDArray[np.floating], Floats]:
    """Keys [q, b] by float32 products, and how far off those of a query can be [q].

    A row whose length is out of float32's safe range has an infinite key: only float64 can tell.
    """
    dim = asked.units.shape[1]
    keys: NDArray[np.floating] = asked.units @ block.vectors.T
    sane = (block.lengths >= SHORTEST) & (block.lengths <= LONGEST)
    lengths = np.where(sane, block.lengths, 1.0)
    scale = scale_of(lengths, dim, measure)
    # A product of d terms, its operands, its scale and its result rounded: (d + 6) half-units in the
    # last place of |q||x|, for any order of summation (Higham 2002, section 3.1); doubled, to be generous.
    error = (dim + 6) * EPSILON * float((lengths * scale).max())
    bounds = np.full(len(asked.sizes), error)
    if measure.metric == "cos":
        keys *= scale.astype(np.float32)
    else:
        cosines = keys.astype(np.float64) * scale
        keys, bounds = _with_lengths(cosines, bounds, asked.sizes, lengths * scale, measure)
    if not sane.all():
        keys[:, ~sane] = np.inf
    return keys, bounds


def asked_of(queries: Floats) -> Asked:
    """The queries [q, d] with length 1, and their lengths [q]."""
    largest, steps = steps_of(queries)
    lengths = np.linalg.norm(steps, axis=1)
    units = (steps / np.where(lengths > 0, lengths, 1.0)[:, None]).astype(np.float32)
    return Asked(units, lengths * largest)


def _with_lengths(
    cosines: Floats, bounds: Floats, sizes: Floats, lengths: Floats, measure: Measure
) -> tuple[Floats, Floats]:
    """Keys and bounds of dot and l2, from products with unit queries."""
    keys, bounds = cosines * sizes[:, None], bounds * sizes
    if measure.metric == "l2":
        squares = lengths**2 + sizes[:, None] ** 2
        keys, bounds = 2 * keys - squares, 2 * bounds + ROUNDING * squares.max(axis=1)
    vague = ~np.isfinite(bounds)  # the squares of a query beyond 1e154 overflow
    keys[vague], bounds[vague] = np.inf, 0.0
    return keys, bounds


class Pools:
    """The rows that could be among the k best of each query, as the blocks go by."""

    def __init__(self, queries: int, k: int) -> None:
        self.k = k
        self.thresholds = np.full(queries, -np.inf)  # the k-th best key is at least this
        self.parts: list[list[tuple[Numbers, Floats, Floats]]] = [[] for _ in range(queries)]
        self.sizes = [0] * queries

    def add(self, rows: Numbers, keys: NDArray[np.floating], bounds: Floats) -> None:
        """Take the rows [b] whose keys [q, b], right to within the bounds [q], could still matter."""
        hopeful = keys.max(axis=1) + bounds >= self.thresholds
        for i in np.flatnonzero(hopeful).tolist():
            kept = np.flatnonzero(keys[i] >= self.thresholds[i] - bounds[i])
            near = keys[i][kept].astype(np.float64)
            # A key that float32 could not hold is infinite: at best first, at worst nowhere.
            least = np.where(np.isinf(near), -np.inf, near - bounds[i])
            self.parts[i].append((rows[kept], least, near + bounds[i]))
            self.sizes[i] += kept.size
            if self.sizes[i] > 2 * self.k + SLACK:
                self._cut(i)

    def _cut(self, i: int) -> None:
        rows, least, most = (np.concatenate(arrays) for arrays in zip(*self.parts[i], strict=True))
        if len(rows) > self.k:
            reached = float(np.partition(least, -self.k)[-self.k])
            self.thresholds[i] = max(self.thresholds[i], reached)
        kept = most >= self.thresholds[i]
        self.parts[i] = [(rows[kept], least[kept], most[kept])]
        self.sizes[i] = int(np.count_nonzero(kept))

    def rows(self, i: int) -> Numbers:
        """What is left for the query `i`."""
        if not self.parts[i]:
            return NO_ROWS
        self._cut(i)
        return self.parts[i][0][0]
