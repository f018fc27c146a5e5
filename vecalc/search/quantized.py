"""Which rows could be among the nearest, told by one byte a number; the exact scores come later.

Every code bounds its row's cosine from both sides (`space.quantization`). One pass over the codes keeps
the rows whose upper bound reaches the k-th best lower bound: no other row can be a neighbour. The
products are of whole numbers, so they are the same on every machine and with any number of threads.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Floats, Numbers, Singles, Small
from vecalc.search.products import Product, Products
from vecalc.space.matrix import directions_of
from vecalc.space.quantization import Codes, turned
from vecalc.space.threads import on_all_cores

CELLS = 1 << 21  # products at once: 8 MB; less would have the threads wait for each other in Python
FEWEST, MOST = 512, 1 << 16  # rows at once
FIRST = 4_096  # rows of the first piece, from which the others learn what is near enough
GROUP = 32  # rows of the first piece of which only the largest product counts
# New lower bounds that are waited for, per query, before the k best are made out again. They become rarer as
# the rows go by, so this is done some tens of times in all.
AWAITED = 4
NEVER = int(np.iinfo(np.int32).min)
ROUNDING = 1e-9  # of scores in float64, generously
# With more neighbours wanted, or more rows without a usual code, than this share of the rows, a pass that
# leaves rows out leaves out few.
WORTH_IT = 1 / 16


class _Asked(NamedTuple):
    """Queries as codes."""

    values: Small  # [q, w]
    unit: Floats  # [q] what a product of 1 stands for
    error: Floats  # [q] how far a product can be off, but for the row's own residual


def is_worth_it(codes: Codes, k: int, count: int) -> bool:
    """Whether codes help to find the k nearest of so many rows."""
    return max(k, len(codes.loose)) <= count * WORTH_IT


class NearRows(NamedTuple):
    """For each query the rows, ascending, that could be among its k nearest, and a cosine that k reach."""

    rows: list[Numbers]
    thresholds: Floats  # [q]


def candidates(
    codes: Codes, queries: Floats, k: int, product: Product, rows: Numbers | None = None
) -> NearRows:
    """For each query [q, d] the rows that could be among its k nearest by cosine.

    Sought among `rows` (None: all), without those that have no usual residual (`Codes.loose`).
    """
    asked = _asked(queries, codes, product.largest)
    pools = _Pools(asked, codes, k)
    multiply = product.with_queries(asked.values)

    def look(span: tuple[int, int]) -> None:
        start, stop = span
        chosen: slice | Numbers = slice(start, stop) if rows is None else rows[start:stop]
        pools.add(chosen, multiply(codes.values[chosen]), codes.residuals[chosen])

    count = len(codes.values) if rows is None else len(rows)
    size = min(max(CELLS // len(queries) // GROUP * GROUP, FEWEST), MOST)
    starts = [0, *range(FIRST, count, size)]
    on_all_cores(look, list(zip(starts, [*starts[1:], count], strict=True)))
    return pools.result()


def _asked(queries: Floats, codes: Codes, largest: int) -> _Asked:
    own = turned(directions_of(queries), codes.rotation.astype(np.float64))
    step = np.abs(own).max(axis=1) / largest
    values = np.rint(own / step[:, None])
    off = np.linalg.norm(own - step[:, None] * values, axis=1)
    # A code stands for a vector of length at most 1 + its residual.
    return _Asked(values.astype(np.int8), step * codes.step, off * (1 + codes.usual) + ROUNDING)


class _Pools:
    """What could still matter, as the pieces go by; several threads add to it.

    A thread may read an older floor than another has set: it keeps more rows then, never fewer.
    """

    def __init__(self, asked: _Asked, codes: Codes, k: int) -> None:
        self.asked, self.k, self.usual = asked, k, codes.usual
        self.best = np.full((len(asked.unit), k), -np.inf)  # lower bounds of the k best, the least first
        self.thresholds = np.full(len(asked.unit), -np.inf)  # what the k-th best is at least
        self.floor = np.full(len(asked.unit), NEVER + 1, np.int32)  # the least product that may still matter
        self.found: list[tuple[Numbers, Numbers, Floats]] = []  # query, row, upper bound
        self.waiting: list[tuple[Numbers, Floats]] = []  # query, lower bound
        self.lock = threading.Lock()

    def add(self, rows: slice | Numbers, products: Products, residuals: Singles) -> None:
        """Take the products [b, q] of some rows with all queries."""
        cut = np.flatnonzero(~(residuals <= self.usual))
        if cut.size:
            products[cut] = NEVER
        if self.floor[0] == NEVER + 1:
            self._begin(products)
        near = np.flatnonzero(products >= self.floor)
        if not near.size:
            return
        at, queries = np.divmod(near, len(self.floor))
        scores = products.reshape(-1)[near] * self.asked.unit[queries]
        spread = residuals[at] + self.asked.error[queries]
        own = at + rows.start if isinstance(rows, slice) else rows[at]
        with self.lock:
            self.found.append((queries, own, scores + spread))
            self.waiting.append((queries, scores - spread))
            if sum(len(lower) for _, lower in self.waiting) > AWAITED * len(self.floor):
                self._raise_thresholds()

    def _begin(self, products: Products) -> None:
        """First thresholds: each of the k best groups holds a row that is at least so near."""
        peaks = _peaks(products, self.k)
        if len(peaks) < self.k:
            return
        least = np.partition(peaks, len(peaks) - self.k, axis=0)[len(peaks) - self.k]
        scores = np.where(least == NEVER, -np.inf, least * self.asked.unit - self.usual - self.asked.error)
        with self.lock:
            self._set_thresholds(np.maximum(self.thresholds, scores))

    def _set_thresholds(self, thresholds: Floats) -> None:
        self.thresholds = thresholds
        least = (thresholds - self.usual - self.asked.error) / self.asked.unit
        self.floor = np.floor(np.maximum(least, NEVER + 1)).astype(np.int32)

    def _raise_thresholds(self) -> None:
        """Take the lower bounds that wait into the k best of each query."""
        queries, lower = (np.concatenate(arrays) for arrays in zip(*self.waiting, strict=True))
        self.waiting = []
        new = lower > self.best[queries, 0]
        queries, lower = queries[new], lower[new]
        order = np.argsort(queries, kind="stable")
        who, first, counts = np.unique(queries[order], return_index=True, return_counts=True)
        if not who.size:
            return
        table = np.full((len(who), counts.max()), -np.inf)
        column = np.arange(len(queries)) - np.repeat(first, counts)
        table[np.repeat(np.arange(len(who)), counts), column] = lower[order]
        both = np.concatenate([self.best[who], table], axis=1)
        self.best[who] = np.partition(both, both.shape[1] - self.k, axis=1)[:, -self.k :]
        self._set_thresholds(np.maximum(self.thresholds, self.best[:, 0]))

    def result(self) -> NearRows:
        """What is left when all pieces have gone by."""
        if self.waiting:
            self._raise_thresholds()
        parts = self.found or [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
        queries, rows, upper = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        keep = upper >= self.thresholds[queries]
        queries, rows = queries[keep], rows[keep]
        order = np.lexsort((rows, queries))
        ends = np.searchsorted(queries[order], np.arange(1, len(self.thresholds)))
        return NearRows(np.split(rows[order], ends), self.thresholds)


def _peaks(products: Products, k: int) -> Products:
    """The largest product of each group of rows [g, q], at least 2k groups where there are so many rows."""
    count, queries = products.shape
    size = GROUP
    while size > 1 and count < 2 * k * size:
        size //= 2
    whole = count // size
    peaks = products[: whole * size].reshape(whole, size, queries).max(axis=1)
    if whole * size < count:
        peaks = np.concatenate([peaks, products[whole * size :].max(axis=0, keepdims=True)])
    return np.asarray(peaks)
