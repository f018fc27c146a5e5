"""Vectors s·? + v for every candidate, told by numbers: their lengths and products need no vectors [b, d].

Most scores are made of such vectors: `?` itself, `? - woman`, `(1 - t) * ? + t * king`. With the product
p = ?̂·v of the word's direction with v, |s·? + v|² = s²L² + 2sLp + v·v, L the length of `?`; all products of
a block of words are one product of matrices. Where much cancels the result is NaN, to be computed exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vecalc.answers import Norm
from vecalc.arrays import Floats
from vecalc.calc import kernels
from vecalc.calc.kernels import RowContext
from vecalc.calc.values import NO_SPACE, EachVector, Scalar, Value, Vector, spaces

# A squared length below this share of its terms has lost half of its digits: 1e-16 became 1e-10.
CANCELLED = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Affine(EachVector):
    """scale·? + shift, the words at a norm."""

    scale: float = 1.0
    shift: Floats | None = None
    norm: Norm = "rms"

    @property
    def is_plain(self) -> bool:
        """Whether it is `?` itself."""
        return self.scale == 1 and self.shift is None


def taken_apart(value: Vector) -> tuple[float, Floats]:
    """s and v of s·? + v."""
    if not isinstance(value, Affine):
        return 0.0, value.components
    return value.scale, np.zeros(len(value.components)) if value.shift is None else value.shift


def scaled(value: Affine, factor: float) -> Affine:
    """The vectors times a number."""
    shift = None if value.shift is None else value.shift * factor
    return Affine(value.components, value.spaces, scale=value.scale * factor, shift=shift, norm=value.norm)


def affine_sum(signs: Sequence[float], values: Sequence[Value]) -> Affine | None:
    """A sum of affine vectors of one norm, constant vectors and numbers; None when there are other terms."""
    affines = [value for value in values if isinstance(value, Affine)]
    if len({value.norm for value in affines}) != 1 or any(
        type(value) not in (Affine, Vector, Scalar) for value in values
    ):
        return None
    scale, shift = 0.0, np.zeros(len(affines[0].components))
    for sign, value in zip(signs, values, strict=True):
        if isinstance(value, Scalar):
            shift = shift + sign * value.value
        elif isinstance(value, Vector):
            s, v = taken_apart(value)
            scale, shift = scale + sign * s, shift + sign * v
    origin = NO_SPACE.union(*map(spaces, values))
    return Affine(affines[0].components, origin, scale=scale, shift=shift, norm=affines[0].norm)


def affine_multiple(a: Value, b: Value, *, over: bool = False) -> Affine | None:
    """An affine vector times a constant number, or over it; None for other operands."""
    if isinstance(a, Affine) and type(b) is Scalar and (b.value != 0 or not over):
        return scaled(a, 1 / b.value if over else b.value)
    if type(a) is Scalar and isinstance(b, Affine) and not over:
        return scaled(b, a.value)
    return None


def rows_of(rows: RowContext, words: Floats, scale: float, shift: Floats) -> Floats:
    """The vectors [b, d] themselves, of the words' vectors."""
    return kernels.total(rows, (1.0, 1.0), scale * words, shift)


def product_of(
    rows: RowContext, lengths: Floats, s: float, t: float, v: Floats, w: Floats, between: Floats
) -> Floats:
    """(s·? + v)·(t·? + w) [b], of L, s, t, ?̂·v, ?̂·w and v·w."""
    return s * t * lengths * lengths + lengths * (s * w + t * v) + between


def length_of(rows: RowContext, lengths: Floats, scale: float, along: Floats, square: Floats) -> Floats:
    """|s·? + v| [b], of L, s, ?̂·v and v·v."""
    terms = (scale * lengths) ** 2 + square
    found = terms + 2 * scale * lengths * along
    return np.sqrt(np.where(found <= CANCELLED * terms, np.nan, found))


def cosine_of(rows: RowContext, product: Floats, first: Floats, second: Floats) -> Floats:
    """The cosine [b], of a product and two lengths."""
    return np.clip(product / (first * second), -1.0, 1.0)
