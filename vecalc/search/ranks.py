"""Ranks of rows: how many come before them, by the same two steps as a search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.search import Measure
from vecalc.search.scoring import approximate, asked_of, blocks, scores_of
from vecalc.space import VectorSpace

NO_ROWS: Numbers = np.empty(0, dtype=np.int64)


def rank(
    space: VectorSpace,
    query: Floats,
    row: int,
    measure: Measure = Measure(),  # noqa: B008 - immutable
    rows: Numbers | None = None,
    excluded: Numbers = NO_ROWS,
) -> int:
    """See `Searcher.rank`."""
    return ranks(space, query[None], [row], measure, rows, [excluded])[0]


def ranks(
    space: VectorSpace,
    queries: Floats,
    wanted: Sequence[int],
    measure: Measure = Measure(),  # noqa: B008 - immutable
    rows: Numbers | None = None,
    excluded: Sequence[Numbers] | None = None,
) -> list[int]:
    """For each query [q, d] the rank of its own row of the `wanted` [q], as `rank` tells it, in one pass."""
    shut_out = [NO_ROWS] * len(queries) if excluded is None else excluded
    with np.errstate(over="ignore", invalid="ignore"):
        goals = [
            (float(scores_of(space, query[None], [np.array([row])], measure)[0]), row)
            for query, row in zip(queries, wanted, strict=True)
        ]
        better = [
            -_count_better(space, query, out if rows is None else np.intersect1d(out, rows), goal, measure)
            for query, out, goal in zip(queries, shut_out, goals, strict=True)
        ]
        own = np.array([score for score, _ in goals])[:, None]
        own = -(own**2) if measure.metric == "l2" else own
        asked = asked_of(queries)
        for block in blocks(space, rows, measure):
            keys, bounds = approximate(block, asked, measure)
            near = (keys == np.inf) | (np.abs(keys - own) <= bounds[:, None])
            surely = np.count_nonzero(~near & (keys > own), axis=1)
            for i, goal in enumerate(goals):
                better[i] += int(surely[i])
                better[i] += _count_better(space, queries[i], block.rows[near[i]], goal, measure)
    return [count + 1 for count in better]


def _count_better(
    space: VectorSpace, query: Floats, rows: Numbers, than: tuple[float, int], measure: Measure
) -> int:
    """How many rows come before a row with a given score."""
    own, row = than
    scores = scores_of(space, query[None], [rows], measure)
    better = scores < own if measure.metric == "l2" else scores > own
    return int(np.count_nonzero(better | ((scores == own) & (rows < row))))
