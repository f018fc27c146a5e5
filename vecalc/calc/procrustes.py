"""What is computed from all words of a space, or of two: streamed, in memory that does not grow with them."""

from __future__ import annotations

from itertools import islice

import numpy as np

from vecalc.answers import Norm
from vecalc.arrays import Floats
from vecalc.calc.kernels import brought_to, lengths
from vecalc.errors import NoValue, TypeMismatch
from vecalc.space import VectorSpace

# Words that a map between two spaces is fitted to, the most frequent first: rare words have noisy vectors,
# and more of them change little (Smith et al. 2017 use 5,000 pairs).
ANCHORS = 20_000
AT_ONCE = 4096  # pairs of vectors that are read at once


def mean_vector(space: VectorSpace, norm: Norm) -> Floats:
    """The mean [d] of all vectors of a space at a norm; a zero vector is zero at any norm."""
    total = np.zeros(space.dim)
    for _, vectors, _ in space.blocks():
        total += _at_norm(vectors.astype(np.float64), norm).sum(axis=0)
    return total / max(len(space), 1)


def procrustes(source: VectorSpace, target: VectorSpace) -> Floats:
    """The orthogonal map R [d, d] from one space to another: X @ R is nearest to Y in the squared distance.

    X and Y are the vectors of the words that both have, each scaled to length 1 (Schönemann 1966; Xing et al.
    2015): of the source's most frequent words the first `ANCHORS`. R = U Vᵀ, where U S Vᵀ = Xᵀ Y.
    Raises `TypeMismatch` for spaces of different widths, `NoValue` when they share fewer than d words.
    """
    if source.dim != target.dim:
        raise TypeMismatch(
            f"map: {source.name} ({source.dim}) and {target.name} ({target.dim}) have different widths",
            hint="an orthogonal map needs spaces of one width",
        )
    pairs = _shared(source, target)
    if len(pairs) < source.dim:
        raise NoValue(
            f"{source.name} and {target.name} share {len(pairs):,} word{'s' * (len(pairs) != 1)}, "
            f"a map of {source.dim} components needs {source.dim:,}"
        )
    products = np.zeros((source.dim, target.dim))
    for start in range(0, len(pairs), AT_ONCE):
        part = pairs[start : start + AT_ONCE]
        x = _at_norm(source.vectors([row for row, _ in part]), "unit")
        y = _at_norm(target.vectors([row for _, row in part]), "unit")
        products += x.T @ y
    left, _, right = np.linalg.svd(products)
    return np.asarray(left @ right)


def _shared(source: VectorSpace, target: VectorSpace) -> list[tuple[int, int]]:
    """The rows of the words that are exactly the same in both, in the source's order."""
    found = ((row, target.row(word)) for row, word in enumerate(source.words()))
    return list(islice(((row, other) for row, other in found if other is not None), ANCHORS))


def _at_norm(vectors: Floats, norm: Norm) -> Floats:
    sizes = lengths(vectors)
    return brought_to(vectors, np.where(sizes > 0, sizes, 1.0), norm)
