"""Exact search: cheap products for all rows, float64 for those that could be neighbours.

Where a space has codes of one byte a number, whole-number products with a bound leave some hundred rows
(`vecalc.search.quantized`); otherwise, and for those, float32 products do, which are off by a bounded amount,
too. What could still reach the k best within the bounds is scored again in float64, by a sum whose order
does not depend on how many rows or queries there are. So the result equals brute force in float64, and
is the same to the last bit for one query and for many, with codes and without.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

import numpy as np

from vecalc.arrays import AnyArray, Floats, Numbers, Singles
from vecalc.search import Allowed, Filtered, Hits, Measure
from vecalc.search.scoring import EPSILON, approximate, asked_of, blocks, needs_direction, scores_of
from vecalc.space import VectorSpace
from vecalc.space.threads import on_all_cores, products_alone

if TYPE_CHECKING:
    from vecalc.search.products import Product

TOGETHER = 16  # queries whose rows one thread narrows down before it takes more
SLACK = 64  # candidates per query beyond 2k before the list is cut down again


def search(
    space: VectorSpace,
    queries: Floats,
    k: int,
    measure: Measure = Measure(),  # noqa: B008 - immutable
    rows: Allowed = None,
) -> Hits:
    """See `Searcher.search`; a seeker is asked, unless the candidates are named by their rows."""
    if isinstance(rows, Filtered) or (space.seeker is not None and rows is None):
        assert space.seeker is not None  # noqa: S101 - only seekers are given conditions
        return space.seeker.search(queries, k, measure, rows)
    with np.errstate(over="ignore", invalid="ignore"):
        product = _product_of_codes(space, len(queries), k, measure, rows)
        if product is not None:
            # The other threads of BLAS spin for a while after a product, on the cores that ours need next. Of
            # one query no product is large enough to be shared out.
            with products_alone() if len(queries) > 1 else nullcontext():
                hopeful = _by_codes(space, queries, k, product, rows)
        else:
            hopeful = _by_float32(space, queries, k, measure, rows)
        found = _best(space, queries, hopeful, k, measure)
    return Hits(np.stack([rows for rows, _ in found]), np.stack([scores for _, scores in found]))


def _product_of_codes(
    space: VectorSpace, queries: int, k: int, measure: Measure, rows: Numbers | None
) -> Product | None:
    """What multiplies the codes, where they are of use.

    They know directions: they rank by cosine, and by whatever ranks alike.
    """
    if space.codes is None or not needs_direction(measure):
        return None
    from vecalc.search import products, quantized

    count = len(space) if rows is None else len(rows)
    if not quantized.is_worth_it(space.codes, k, count):
        return None
    return products.chosen(space.codes.values.shape[1], queries, count)


def _by_codes(
    space: VectorSpace, queries: Floats, k: int, product: Product, rows: Numbers | None
) -> list[Numbers]:
    """The rows that could be among the k best of each query by cosine, as codes tell."""
    from vecalc.search import quantized

    codes = space.codes
    assert codes is not None  # noqa: S101 - asked before
    near = quantized.candidates(codes, queries, k, product, rows)
    asked = asked_of(queries)
    narrowed = _narrowed(space, near.rows, asked.units, k)
    loose = codes.loose if rows is None else np.intersect1d(codes.loose, rows, assume_unique=True)
    if not loose.size:
        return narrowed
    # The few rows without a usual code: one product tells which of them reach what the others reach.
    hopeful = [[found] for found in narrowed]
    for block in blocks(space, loose, Measure("cos")):
        keys, bounds = approximate(block, asked, Measure("cos"))
        for i, at in zip(*np.nonzero(keys + bounds[:, None] >= near.thresholds[:, None]), strict=True):
            hopeful[i].append(block.rows[at : at + 1])
    return [np.concatenate(found) for found in hopeful]


def _narrowed(space: VectorSpace, near: Sequence[Numbers], units: Singles, k: int) -> list[Numbers]:
    """The rows that float32 products leave of some hundred: about k, for float64 to settle."""
    off = 2 * (space.dim + 6) * EPSILON  # of two cosines, see `approximate`
    narrowed = list(near)

    def narrow(first: int) -> None:
        for i in range(first, min(first + TOGETHER, len(near))):
            if len(rows := near[i]) > 2 * k:
                keys = (space.vectors(rows, np.float32) @ units[i]) / space.lengths(rows)
                narrowed[i] = rows[keys >= np.partition(keys, -k)[-k] - off]

    on_all_cores(narrow, range(0, len(near), TOGETHER))
    return narrowed


def _by_float32(
    space: VectorSpace, queries: Floats, k: int, measure: Measure, rows: Numbers | None
) -> list[Numbers]:
    """The rows that could be among the k best of each query, told by float32 products."""
    pools, asked = Pools(len(queries), k), asked_of(queries)
    for block in blocks(space, rows, measure):
        pools.add(block.rows, *approximate(block, asked, measure))
    return [pools.rows(i) for i in range(len(queries))]


def _best(
    space: VectorSpace, queries: Floats, hopeful: Sequence[Numbers], k: int, measure: Measure
) -> list[tuple[Numbers, Floats]]:
    """The k best of the rows of each query, with their scores."""
    ends = np.cumsum([len(rows) for rows in hopeful])[:-1]
    found = []
    for rows, scores in zip(
        hopeful, np.split(scores_of(space, queries, hopeful, measure), ends), strict=True
    ):
        order = np.lexsort((rows, scores if measure.metric == "l2" else -scores))[:k]
        found.append((rows[order], scores[order]))
    return found


class Pools:
    """The rows that could be among the k best of each query, as the blocks go by."""

    def __init__(self, queries: int, k: int) -> None:
        self.k = k
        self.thresholds = np.full(queries, -np.inf)  # the k-th best key is at least this
        self.parts: list[list[tuple[Numbers, Floats, Floats]]] = [[] for _ in range(queries)]
        self.sizes = [0] * queries

    def add(self, rows: Numbers, keys: AnyArray, bounds: Floats) -> None:
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
            return np.empty(0, np.int64)
        self._cut(i)
        return self.parts[i][0][0]
