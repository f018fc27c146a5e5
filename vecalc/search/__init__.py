"""Queries to hits: the exact nearest rows of a space.

This file is the contract. `exact` searches, `ranks` counts what comes before a row, both in two steps: cheap
products with a bound (`quantized`, `scoring`), then float64 (`scoring`). A search returns rows, not words:
turning k rows into words is somebody else's last step.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from vecalc.answers import Metric, Norm
from vecalc.arrays import Floats, Numbers
from vecalc.space import VectorSpace


class Measure(NamedTuple):
    """What near means: a metric, and how long the candidates' vectors are taken.

    cos: cosine similarity; dot: dot product; l2: Euclidean distance, nearest first. `norm` is rms
    (length √d), unit (length 1) or raw (as in the file); it does not matter to cos. A zero vector has no
    cosine, and no length to bring to rms or unit, so it is a candidate only for raw dot and raw l2.
    """

    metric: Metric = "cos"
    norm: Norm = "rms"


class Hits(NamedTuple):
    """The nearest rows of each query, best first, ties by row; k or as many as there are."""

    rows: Numbers  # [q, k]
    scores: Floats  # [q, k]: similarities, or distances for l2


class Searcher(Protocol):
    """What `exact` and `ranks` do. Results equal brute force in float64, whatever is done on the way."""

    def search(
        self,
        space: VectorSpace,
        queries: Floats,
        k: int,
        measure: Measure = ...,
        rows: Numbers | None = None,
    ) -> Hits:
        """The k nearest of the candidates `rows` (ascending; None: all) for each query [q, d] float64.

        A query that is zero has no cosine: the caller must not ask (`NoValue` comes before).
        """

    def rank(
        self,
        space: VectorSpace,
        query: Floats,
        row: int,
        measure: Measure = ...,
        rows: Numbers | None = None,
        excluded: Numbers = ...,
    ) -> int:
        """The rank of one row, from 1, among the candidates that are not excluded, for the query [d]."""
