"""How the vectors of a sample lie: in one direction, in few dimensions, around hubs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.search.exact import search
from vecalc.space.matrix import MatrixSpace
from vecalc.studies.check.row_check import Drawn

NEIGHBOURS = 10  # k of the k-occurrences
AT_ONCE = 256  # queries
COMPONENTS = (1, 2, 10)  # how many of the first principal components


class Geometry(NamedTuple):
    """What a sample of m rows tells.

    `cosine` is the mean over all pairs (0 where directions are spread evenly; Ethayarajh 2019 calls the
    rest anisotropy). `skewness` is that of N_10, how often a row is among the ten nearest of the others:
    0 where nobody is preferred, above 1 hubs are many (Radovanović et al. 2010). `hubs` are the rows with the
    largest N_10, `orphans` the share of rows that are never a neighbour. `shares` are what the first
    principal components have of the variance.
    """

    rows: int
    cosine: float
    skewness: float | None
    hubs: list[tuple[int, int]]
    orphans: float
    shares: dict[int, float]


def geometry(drawn: Drawn) -> Geometry | None:
    """See `Geometry`; None for fewer than two rows."""
    rows = len(drawn.vectors)
    if rows < 2:
        return None
    vectors = drawn.vectors.astype(np.float64)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    total = units.sum(axis=0)
    cosine = float((total @ total - rows) / (rows * (rows - 1)))
    counts = _occurrences(units)
    order = np.argsort(-counts, kind="stable")[:3]
    hubs = [(int(drawn.numbers[i]), int(counts[i])) for i in order]
    spread = counts.std()
    skewness = float((((counts - counts.mean()) / spread) ** 3).mean()) if spread else None
    return Geometry(rows, cosine, skewness, hubs, float((counts == 0).mean()), _shares(vectors))


def _occurrences(units: Floats) -> Numbers:
    """How often each row is among the nearest of the others [m]."""
    k = min(NEIGHBOURS, len(units) - 1)
    space = MatrixSpace([str(i) for i in range(len(units))], units.astype(np.float32))
    counts = np.zeros(len(units), np.int64)
    for first in range(0, len(units), AT_ONCE):
        hits = search(space, units[first : first + AT_ONCE], k + 1)
        for own, found in enumerate(hits.rows, start=first):
            counts[found[found != own][:k]] += 1
    return counts


def _shares(vectors: Floats) -> dict[int, float]:
    """The share of the variance that the first principal components have."""
    centred = vectors - vectors.mean(axis=0)
    small = centred.T @ centred if len(centred) > centred.shape[1] else centred @ centred.T
    values = np.clip(np.linalg.eigvalsh(small)[::-1], 0, None)
    if not values.sum():
        return {}
    return {n: float(values[:n].sum() / values.sum()) for n in COMPONENTS if n <= len(values)}
