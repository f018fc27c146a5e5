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
FAR, ROBUST = (
    6,
    1.4826,
)  # standard deviations; how many median deviations one of them is (normal distribution)
CROWD, NEARLY_ONE = 20, 0.95  # rows, and the cosine from which on two are nearly one
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


def outliers(lengths: Floats) -> Numbers:
    """The rows whose length is unlike that of others: tokens that were hardly, or oddly, trained.

    The logarithm of such a length lies more than `FAR` standard deviations from the median, which are told by
    the median deviation, as a few rows don't change that; and the length is twice or half the usual at least.
    """
    sound = np.flatnonzero(np.isfinite(lengths) & (lengths > 0))
    if not len(sound):
        return sound
    logarithms = np.log(lengths[sound])
    away = np.abs(logarithms - np.median(logarithms))
    limit = max(FAR * ROBUST * float(np.median(away)), np.log(2))
    far: Numbers = sound[away > limit]
    return far


def crowd(shortest: Drawn) -> Numbers:
    """Of the shortest rows those that lie nearly in the direction of one: of that with the most such.

    In language models these are tokens that hardly ever came in training, and were drawn to one point. A
    simple relative of the indicators in Land and Bartolo, "Fishing for Magikarp: Automatically Detecting
    Under-trained Tokens in Large Language Models" (EMNLP 2024), which begin with tokens that are known never
    to have come. Fewer than `CROWD` are none.
    """
    if len(shortest.vectors) < CROWD:
        return shortest.numbers[:0]
    vectors = shortest.vectors.astype(np.float64)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    near = units @ units.T >= NEARLY_ONE
    found = np.flatnonzero(near[np.argmax(near.sum(axis=1))])
    return shortest.numbers[found] if len(found) >= CROWD else shortest.numbers[:0]


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
