"""Vectors [n, d] to places on a plane [n, 2], and how many neighbours stay neighbours there."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.errors import UsageError
from vecalc.search import Measure

TEN = 10  # nearest that are to stay together; with few points half of the others, or all would
MEASURED = 5_000  # points beyond which only some are looked at,
SAMPLE = 1_000  # so many, evenly spread
SLOW = 20_000  # points of t-SNE, which takes minutes for them
_PERPLEXITY = 30.0  # the usual one (van der Maaten and Hinton 2008); few points have fewer neighbours
_LEAST = 4  # points of t-SNE
TIED = 1e-9  # places that differ by less, relatively, are as far
_AT_ONCE = 1 << 22  # distances that are held at the same time
_EXACT = 2_000  # points, up to which the vectors themselves are decomposed, and not their covariance


class Projected(NamedTuple):
    """Places [n, 2], and the share of the variance along each axis."""

    places: Floats
    shares: tuple[float, float]


def pca(vectors: Floats) -> Projected:
    """The first two principal components (Hotelling 1933) of vectors [n, d], exactly.

    Each axis points to where its farthest point is, the first of several. Shares are 0 where all vectors are
    the same.
    """
    centred = vectors - vectors.mean(axis=0)
    if len(centred) <= _EXACT:
        directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
    else:
        directions = np.linalg.eigh(centred.T @ centred)[1].T[::-1][:2]
    places = np.zeros((len(vectors), 2))
    found = centred @ directions.T
    places[:, : found.shape[1]] = found
    total = float((centred * centred).sum())
    # What is left along an axis may be rounding: no place, and no share.
    noise = (np.abs(places).max(axis=0) <= 1e-12 * np.abs(vectors).max(initial=0.0)) | (total == 0)
    places[:, noise] = 0.0
    sizes = np.abs(places)
    farthest = (sizes >= sizes.max(axis=0) * (1 - TIED)).argmax(axis=0)
    places *= np.where(places[farthest, [0, 1]] < 0, -1.0, 1.0)
    first, second = (places * places).sum(axis=0) / (total or 1.0)
    return Projected(places, (float(first), float(second)))


def tsne(vectors: Floats, measure: Measure) -> Floats:
    """Places [n, 2] by t-SNE of vectors [n, d], begun at the principal components: always the same.

    Raises `UsageError` without scikit-learn, for too few points and for too many.
    """
    manifold = _manifold()
    if not _LEAST <= len(vectors) <= SLOW:
        what = f"t-SNE is for {_LEAST} to {SLOW:,} points, there are {len(vectors):,}"
        raise UsageError(what, where="--by tsne", hint="--by pca draws any number; --first N takes fewer")
    if measure.metric == "cos":
        vectors = _directions(vectors)
    begun = pca(vectors).places
    scale = float(begun[:, 0].std()) or 1.0
    made = manifold.TSNE(
        perplexity=min(_PERPLEXITY, (len(vectors) - 1) / 3),
        init=(begun / scale * 1e-4).astype(np.float32),
        random_state=0,
        n_jobs=1,
    )
    return np.asarray(made.fit_transform(vectors.astype(np.float32)), dtype=np.float64)


def _manifold() -> Any:
    try:
        return importlib.import_module("sklearn.manifold")
    except ImportError:
        what = "t-SNE needs the package scikit-learn, which is not installed"
        raise UsageError(what, where="--by tsne", hint="pip install 'vecalc[tsne]'") from None


# --- what is kept ---------------------------------------------------------------------------------


class KeptShares(NamedTuple):
    """The share [n] of each point's `of` nearest that stay its nearest; NaN where it was not counted."""

    shares: Floats
    of: int


def kept(vectors: Floats, places: Floats, measure: Measure) -> KeptShares:
    """How many of each point's nearest among vectors [n, d] are among its nearest at its place [n, 2].

    Nearest are ten, or half of the other points. Of more than MEASURED points SAMPLE are looked at.
    """
    n = len(vectors)
    count = min(TEN, (n - 1) // 2)
    shares = np.full(n, np.nan)
    if not count:
        return KeptShares(shares, 0)
    asked = np.arange(n) if n <= MEASURED else np.linspace(0, n - 1, SAMPLE).astype(np.int64)
    points = _directions(vectors) if measure.metric == "cos" else vectors
    at_once = max(1, _AT_ONCE // n)
    for start in range(0, len(asked), at_once):
        some = asked[start : start + at_once]
        true = _nearest(points, some, count, by_product=measure.metric != "l2")
        seen = _nearest(places, some, count, by_product=False)
        common = (true[:, :, None] == seen[:, None, :]).any(axis=2).sum(axis=1)
        shares[some] = common / count
    return KeptShares(shares, count)


def _nearest(points: Floats, some: Numbers, count: int, *, by_product: bool) -> Numbers:
    """The nearest of some of the points, without themselves: [s, count] places, in no order."""
    keys = points[some] @ points.T
    if not by_product:
        keys = 2 * keys - (points * points).sum(axis=1)  # minus the squared distance, but for a constant
    keys[np.arange(len(some)), some] = -np.inf
    return np.argpartition(-keys, count - 1, axis=1)[:, :count]


def _directions(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0))
