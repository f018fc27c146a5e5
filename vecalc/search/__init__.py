"""Queries to hits: the exact nearest rows of a space.

This file is the contract. `exact` searches, `ranks` counts what comes before a row, both in two steps: cheap
products with a bound (`quantized`, `scoring`), then float64 (`scoring`). A search returns rows, not words:
turning k rows into words is somebody else's last step. What a search is asked and gives is said in
`vecalc.space`, for a space may have its own way to find (`Seeker`).
"""

from __future__ import annotations

from typing import Protocol

from vecalc.arrays import Floats, Numbers
from vecalc.space import Allowed as Allowed
from vecalc.space import Filtered as Filtered
from vecalc.space import Hits as Hits
from vecalc.space import Measure as Measure
from vecalc.space import VectorSpace


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
