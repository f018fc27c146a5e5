"""Random rotations: what does not depend on the axes of a space turns with them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from vecalc.arrays import Floats

# Components that are mixed with each other. A dense orthogonal matrix of a few thousand takes seconds;
# wider vectors are dealt out at random into parts of this size, and each part is rotated.
PART = 512
KEPT = 16  # matrices: those of a few rotations, 2 MB each at most


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
