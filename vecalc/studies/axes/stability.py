"""Does a result depend on the axes? Measured: all vectors are rotated at random, and the result back.

Where R^T f(R a, R b) = f(a, b) for random orthogonal R, only lengths and angles decide, which every
rotation of the space keeps. A product by elements does not have that: it is a statement about the
components that training happened to end with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.calc.resolve import Key
from vecalc.errors import NoValue

# Components that are mixed with each other. A dense orthogonal matrix of a few thousand takes seconds;
# wider vectors are dealt out at random into parts of this size, and each part is rotated.
PART = 512
KEPT = 16  # matrices: those of a few rotations, 2 MB each at most
ROTATIONS = 5
# What float64 may add to a result that depends on no axes is some 1e-13 of it, more where terms nearly
# cancel; what a product by elements changes is of the order of 1.
DEPENDS = 1e-6
LEAST_NUMBER = 1e-6  # a number below is compared with this: cos = 1e-17 is rounding, not a result


class Rotation:
    """An orthogonal map of vectors of any width, the same for the same seed.

    Up to `PART` components it is uniform over all of them (Haar): the Q of a matrix of normal numbers with
    the signs of R's diagonal (Mezzadri 2007).
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def turn(self, x: Floats) -> Floats:
        """The vectors [d] or [n, d], rotated."""
        return self._mapped(x, back=False)

    def back(self, x: Floats) -> Floats:
        """What `turn` made, as it was before."""
        return self._mapped(x, back=True)

    def _mapped(self, x: Floats, *, back: bool) -> Floats:
        width = x.shape[-1]
        order = np.random.default_rng([self.seed, width]).permutation(width)
        result = np.empty_like(x)
        for start in range(0, width, PART):
            part = order[start : start + PART]
            matrix = _matrix(self.seed, len(part))
            result[..., part] = x[..., part] @ (matrix if back else matrix.T)
        return result


@lru_cache(KEPT)
def _matrix(seed: int, size: int) -> Floats:
    """A random orthogonal matrix; kept, because many vectors are rotated alike."""
    normal = np.random.default_rng([seed, size]).standard_normal((size, size))
    q, r = np.linalg.qr(normal)
    return np.asarray(q * np.where(np.diag(r) < 0, -1.0, 1.0))


# compute(vectors, rotation): the result for rotated vectors
Compute = Callable[[Mapping[Key, "Floats"], Rotation], "Floats"]


class Stability(NamedTuple):
    """What rotations do to a result.

    `results` are those under each rotation, turned back; `deviation` is the largest distance of one from the
    result, relative to its length, and infinite where a rotation leaves no result at all (a logarithm
    of what is positive along these axes only).
    """

    results: tuple[Floats, ...]
    deviation: float

    @property
    def depends(self) -> bool:
        """Whether the result depends on the axes."""
        return self.deviation > DEPENDS


def stability(
    compute: Compute, vectors: Mapping[Key, Floats], result: Floats, *, of_numbers: bool = False
) -> Stability | None:
    """How far a result, [], [d] or [n, d], is from what it is under random rotations of all vectors.

    With `of_numbers` they are numbers of words or of a table, in any shape: nothing is to be turned back.

    None where that can't be told: without vectors, or where the result is as wide as none of them, so
    that it can't be turned back.
    """
    widths = {len(vector) for vector in vectors.values()}
    goes_back = result.ndim > 0 and not of_numbers
    if not of_numbers and (not widths or (goes_back and result.shape[-1] not in widths)):
        return None
    turned = [_turned(compute, vectors, Rotation(seed), goes_back) for seed in range(ROTATIONS)]
    size = float(np.linalg.norm(result))
    size = (size or 1.0) if result.ndim else max(size, LEAST_NUMBER)  # a vector may be zero
    distances = [
        float(np.linalg.norm(one - result)) / size
        if one is not None and one.shape == result.shape
        else np.inf
        for one in turned
    ]
    return Stability(tuple(one for one in turned if one is not None), float(max(distances)))


def _turned(
    compute: Compute, vectors: Mapping[Key, Floats], rotation: Rotation, goes_back: bool
) -> Floats | None:
    try:
        found = compute(_all_turned(vectors, rotation), rotation)
    except NoValue:
        return None
    return rotation.back(found) if goes_back else found


def _all_turned(vectors: Mapping[Key, Floats], rotation: Rotation) -> dict[Key, Floats]:
    """Every vector rotated, those of one width together."""
    found: dict[Key, Floats] = {}
    for width in {len(vector) for vector in vectors.values()}:
        keys = [key for key, vector in vectors.items() if len(vector) == width]
        turned = rotation.turn(np.stack([vectors[key] for key in keys]))
        found.update(zip(keys, turned, strict=True))
    return found


def overlap(first: Numbers, second: Numbers) -> float:
    """The share of the first rows that are among the second."""
    return float(np.isin(first, second).mean()) if len(first) else 1.0
