"""The rows that could be among the k best of each query, as blocks of keys go by."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Rows: TypeAlias = NDArray[np.int64]


NO_ROWS: Rows = np.empty(0, dtype=np.int64)
SLACK = 64  # candidates per query beyond 2k before the list is cut down again


class Pools:
    """The rows that could be among the k best of each query, as the blocks go by."""

    def __init__(self, queries: int, k: int) -> None:
        self.k = k
        self.thresholds = np.full(queries, -np.inf)  # the k-th best key is at least this
        self.parts: list[list[tuple[Rows, Floats, Floats]]] = [[] for _ in range(queries)]
        self.sizes = [0] * queries

    def add(self, rows: Rows, keys: NDArray[np.floating], bounds: Floats) -> None:
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

    def rows(self, i: int) -> Rows:
        """What is left for the query `i`."""
        if not self.parts[i]:
            return NO_ROWS
        self._cut(i)
        return self.parts[i][0][0]
