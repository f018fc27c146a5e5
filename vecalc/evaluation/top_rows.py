"""The best rows by any score: all candidates in blocks, in float64, the best so far kept for each query."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.evaluation.lookup import UNKNOWN
from vecalc.space import VectorSpace


def best_rows(
    space: VectorSpace, first: int, queries: int, k: int, score: Callable[[Floats], Floats]
) -> Numbers:
    """The k best rows [q, k] among the first ones; `score` takes unit vectors [b, d], gives scores [q, b].

    Zero vectors are no candidates.
    """
    rows, scores = np.full((queries, k), UNKNOWN), np.full((queries, k), -np.inf)
    for start, units in _unit_blocks(space, first):
        found = score(units)
        found[:, ~units.any(axis=1)] = -np.inf
        near = np.argpartition(-found, min(k, found.shape[1]) - 1, axis=1)[:, :k]
        all_scores = np.concatenate([scores, np.take_along_axis(found, near, axis=1)], axis=1)
        all_rows = np.concatenate([rows, near + start], axis=1)
        all_rows[all_scores == -np.inf] = UNKNOWN
        order = np.lexsort((all_rows, -all_scores), axis=1)[:, :k]
        scores, rows = (np.take_along_axis(x, order, axis=1) for x in (all_scores, all_rows))
    return rows


def _unit_blocks(space: VectorSpace, first: int) -> Iterator[tuple[int, Floats]]:
    """First row and unit vectors [b, d] of each block of the first rows; zero rows stay zero."""
    for start, vectors, lengths in space.blocks():
        if start >= first:
            return
        scale = np.where(lengths > 0, lengths, 1.0)[: first - start, None]
        yield start, vectors[: first - start] / scale
