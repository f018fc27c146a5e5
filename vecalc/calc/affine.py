"""Vectors s·? + v for every candidate, told by numbers: their lengths and products need no vectors [b, d].

Most scores are made of such vectors: `?` itself, `? - woman`, `(1 - t) * ? + t * king`. With the product
p = ?̂·v of the word's direction with v, |s·? + v|² = s²L² + 2sLp + v·v, L the length of `?`; all products of
a block of words are one product of matrices. Where much cancels the result is NaN, to be computed exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from vecalc.calc import steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.program import Rows

    Floats: TypeAlias = NDArray[np.float64]

# A squared length below this share of its terms has lost half of its digits: 1e-16 became 1e-10.
CANCELLED = 1e-6


def rows_of(rows: Rows, words: Floats, scale: float, shift: Floats) -> Floats:
    """The vectors [b, d] themselves, of the words' vectors."""
    return steps.total(rows, (1.0, 1.0), scale * words, shift)


def product_of(
    rows: Rows,
    lengths: Floats,
    s: float,
    t: float,
    v: Floats,
    w: Floats,
    between: Floats,
) -> Floats:
    """(s·? + v)·(t·? + w) [b], of L, s, t, ?̂·v, ?̂·w and v·w."""
    return s * t * lengths * lengths + lengths * (s * w + t * v) + between


def length_of(rows: Rows, lengths: Floats, scale: float, along: Floats, square: Floats) -> Floats:
    """|s·? + v| [b], of L, s, ?̂·v and v·v."""
    terms = (scale * lengths) ** 2 + square
    found = terms + 2 * scale * lengths * along
    return np.sqrt(np.where(found <= CANCELLED * terms, np.nan, found))


def cosine_of(rows: Rows, product: Floats, first: Floats, second: Floats) -> Floats:
    """The cosine [b], of a product and two lengths."""
    return np.clip(product / (first * second), -1.0, 1.0)
