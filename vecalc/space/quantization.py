"""One byte a number: unit vectors, rotated and rounded, with how far each is from what it stands for.

A row x of length 1 is turned by an orthogonal matrix and rounded to whole steps, x R = step c + r. So
for a query q of length 1, |q.x - step (q R).c| is at most |r|: a product of small integers, a quarter of
the memory of float32, tells within |r| (about 0.011) how near a row is. The rotation spreads what is
large in a few components over all of them, so that one step fits every row of every space (the idea of
random rotations before rounding: Ailon and Chazelle 2009; Suresh et al. 2017).

Of a wide space the matrix would be larger than the vectors, so that its rotation is made of small ones: a row
is written as a table of 64 lines, signs are turned at random, a Hadamard matrix mixes the lines, and a random
rotation the components of each line.
"""

from __future__ import annotations

from functools import cache, reduce

import numpy as np

from vecalc.arrays import AnyArray, Singles, Small
from vecalc.errors import FileProblem

LINE = 64  # bytes of a cache line: rows that begin on one are read about a fifth faster
LARGEST = 127
# Components of a rotated unit vector are spread like a normal distribution of deviation 1/sqrt(w). Of
# 300 of them one exceeds 4.8 deviations in a row of two thousand; it is cut, and its residual tells.
DEVIATIONS = 4.8
# What a usual row is off by, with a fifth of room: longer residuals mark the rows that were cut.
USUAL = 1.2
# Beyond this width the rotation is made of small matrices: below, one product with a whole matrix is fast,
# and the matrix takes no more than 4 MB.
WIDE = 1 << 10
SHORTEST, LONGEST = 1e-12, 1e12  # lengths that float32 can divide by and multiply with
SEED = 20_130_116  # of the rotation; any number would do (the day word2vec appeared)
EPSILON = float(np.finfo(np.float32).eps)


class Codes:
    """The codes of n rows of d numbers.

    `residuals` hold an upper bound of |r|; infinity marks a row whose code says nothing (a zero row, or one
    of a length that float32 can't handle).
    """

    __slots__ = ("loose", "residuals", "rotation", "step", "usual", "values")

    def __init__(self, values: Small, residuals: Singles, rotation: Singles) -> None:
        self.values = values  # [n, w]
        self.residuals = residuals  # [n]
        self.rotation = rotation  # as `turned` takes it
        self.step = step(values.shape[1])  # what one unit of a code stands for
        # The largest residual of rows that were not cut; the others are rare, and scored without codes.
        self.usual = USUAL * self.step * (values.shape[1] / 12) ** 0.5 + slack(rotation)
        self.loose = np.flatnonzero(~(residuals <= self.usual))


def width(dim: int) -> int:
    """Components of a code, w: the next whole cache line."""
    return -(-dim // LINE) * LINE


def step(width: int) -> float:
    """The distance between two neighbouring values of a component."""
    return DEVIATIONS / LARGEST / float(width**0.5)


def rotation(dim: int) -> Singles:
    """An orthogonal map, as `turned` takes it, the same for every space of a width (up to rounding)."""
    random = np.random.default_rng(SEED)
    if dim <= WIDE:
        square = random.standard_normal((width(dim), dim))
        return np.ascontiguousarray(np.linalg.qr(square)[0].T, dtype=np.float32)
    across = width(dim) // LINE
    signs = random.choice([-1.0, 1.0], (LINE, across))
    small = np.linalg.qr(random.standard_normal((across, across)))[0]
    return np.concatenate([signs, small]).astype(np.float32)


def shape(dim: int) -> tuple[int, int]:
    """The shape of the rotation of a width."""
    across = width(dim) // LINE
    return (dim, width(dim)) if dim <= WIDE else (LINE + across, across)


def turned(rows: AnyArray, turn: AnyArray) -> AnyArray:
    """Rows [b, d] turned [b, w]: by a whole matrix [d, w], its rows orthonormal, or by signs and a small one.

    Those lie one below the other, [64 + w/64, w/64].
    """
    dim = rows.shape[1]
    if len(turn) == dim:  # never so of small ones: they are for widths beyond WIDE, and shorter than that
        return np.asarray(rows @ turn)
    signs, small = turn[:LINE], turn[LINE:]
    table = np.zeros((len(rows), signs.size), rows.dtype)
    table[:, :dim] = rows
    lines = table.reshape(len(rows), *signs.shape)
    lines *= signs
    mixed: AnyArray = np.matmul(_hadamard(), lines) @ small
    return mixed.reshape(len(rows), -1)


@cache
def _hadamard() -> Singles:
    """Hadamard's matrix of 64 lines (Sylvester 1867), orthogonal, and exact in float32."""
    two = np.array([[1, 1], [1, -1]], np.float32)
    whole: Singles = reduce(np.kron, [two] * (LINE.bit_length() - 1)) / np.float32(LINE**0.5)
    return whole


def slack(turn: Singles) -> float:
    """What float32 arithmetic, and a rotation that is not quite orthogonal, may add to a residual.

    d products and sums in float32 are off by at most d half-units of the last place in any order
    (Higham 2002, section 3.1): once for turning a row, once for the rotation's own rounding; and twice
    that, to be generous. Of two small matrices of s lines each adds s, times its norm without signs, √s.
    """
    lines, across = turn.shape
    terms = lines if across >= lines else LINE**1.5 + across**1.5
    return float(2 * (terms + 8) * EPSILON)


def encode(rows: Singles, turn: Singles) -> tuple[Small, Singles, Singles]:
    """Codes [b, w], residuals [b] and lengths [b] of rows [b, d].

    Raises `FileProblem` for a row that is longer than the largest number of float32, though none in it is.
    """
    lengths = np.sqrt(np.einsum("bd,bd->b", rows, rows, dtype=np.float64))
    if lengths.max(initial=0.0) > np.finfo(np.float32).max:
        raise FileProblem("a vector is longer than float32 can say", hint="divide all by some number")
    sane = (lengths >= SHORTEST) & (lengths <= LONGEST)
    size = step(width(rows.shape[1]))
    scale = np.divide(1 / size, lengths, out=np.zeros_like(lengths), where=sane).astype(np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        off = turned(rows, turn)
        off *= scale[:, None]
        if not sane.all():
            off[~sane] = 0.0
    rounded = np.rint(off)
    np.clip(rounded, -LARGEST, LARGEST, out=rounded)
    values = rounded.astype(np.int8)
    off -= rounded
    residuals = size * np.sqrt(np.einsum("bw,bw->b", off, off)) + slack(turn)
    return values, np.where(sane, residuals, np.inf).astype(np.float32), lengths.astype(np.float32)
