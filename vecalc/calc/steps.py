"""The operators and functions for many rows at once: `x` [b, d] or [b]; constants broadcast.

A row is a candidate for `?`, or one of a table. One of NaN has no value, such as a zero vector that was asked
for its direction: it stays NaN through all that follows, so a word is no candidate in the end. What is a
mistake, such as the division by zero, is told to `rows`, which raise it.

Where `rows.exact` is false, results may be off by rounding, and so a mistake or a jump that is near may be on
the wrong side. Such rows become NaN: they are looked at again, exactly (`vecalc.calc.scores`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from vecalc.calc import algebra
from vecalc.calc.algebra import EPSILON, ROUNDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.program import Rows

    Floats: TypeAlias = NDArray[np.float64]
    Mask: TypeAlias = NDArray[np.bool_]

NEAR = 1e-9  # below this a quick result can't tell zero from not zero: a million times its rounding


def near_zero(rows: Rows, x: Floats) -> Mask:
    """Where a number is zero, or may be."""
    return np.asarray(x == 0 if rows.exact else np.abs(x) < NEAR)


# --- operators ------------------------------------------------------------------------------


def dot(rows: Rows, a: Floats, b: Floats, room: Floats | None = None) -> Floats:
    """a·b [b], in a fixed order of summation where it counts; `room` is an array for the products."""
    if rows.exact or (a.ndim > 1 and b.ndim > 1):
        return np.asarray(np.multiply(a, b, out=room).sum(axis=-1))
    return a @ b if a.ndim > 1 else b @ a


def total(rows: Rows, signs: tuple[float, ...], *terms: Floats) -> Floats:
    """A sum; rows whose terms cancelled to rounding noise are zero, as in a sum of two vectors."""
    wide = any(term.ndim > 1 for term in terms)
    if not wide and not rows.exact:  # a quick number that is all but zero is looked at again anyway
        result = terms[0] if signs[0] > 0 else -terms[0]
        for sign, term in zip(signs[1:], terms[1:], strict=True):
            result = result + term if sign > 0 else result - term
        return result
    result, size = np.zeros(()), np.zeros(())
    for sign, term in zip(signs, terms, strict=True):
        result = result + term if sign > 0 else result - term
        size = np.maximum(size, _largest(term) if wide else np.abs(term))
    found = _largest(result) if wide else np.abs(result)
    noise = (found > 0) & (found <= size * (ROUNDING if wide else EPSILON * len(terms)))
    if noise.any():
        result = np.where(noise if result.ndim == 1 else noise[:, None], 0.0, result)
    return result


def _largest(x: Floats) -> Floats:
    """The largest absolute component of each row; a number spreads over its row."""
    x = np.abs(x)
    return x.max(axis=-1) if x.ndim else x


def negative(rows: Rows, x: Floats) -> Floats:
    """-x."""
    return -x


def multiply(rows: Rows, a: Floats, b: Floats) -> Floats:
    """a * b."""
    return a * b


def divide(rows: Rows, a: Floats, b: Floats) -> Floats:
    """a / b."""
    zero = near_zero(rows, b)
    if not zero.any():
        return a / b
    rows.refuse(zero, "division by zero")
    return a / np.where(zero, np.nan, b)


def power(rows: Rows, a: Floats, b: Floats) -> Floats:
    """a ^ b, b a number."""
    whole = np.floor(b) == b
    rows.refuse(near_zero(rows, a) & (b < 0), "zero to a negative power is a division by zero")
    rows.refuse((a < 0) & ~whole, "a negative number to a power that is not whole")
    result = np.power(a, b)
    # 0 ^ 0 is 1, and so numpy has NaN ^ 0; and a root is steep where its number is small.
    lost = np.isnan(a) | np.isnan(b) | (~whole & near_zero(rows, a) & (not rows.exact))
    return np.where(lost, np.nan, result)


# --- size and angle -------------------------------------------------------------------------


def lengths(x: Floats) -> Floats:
    """Euclidean lengths [b], without overflow for components near the largest float64."""
    found = algebra.lengths(np.atleast_2d(x))
    return found if x.ndim > 1 else found[0]


def norm(rows: Rows, x: Floats) -> Floats:
    """‖x‖."""
    return lengths(x)


def unit(rows: Rows, x: Floats) -> Floats:
    """x / ‖x‖; a zero row has no direction."""
    sizes = np.asarray(lengths(x))
    return x / np.where(sizes > 0, sizes, np.nan)[..., None]


def at_norm(rows: Rows, x: Floats, norm: str) -> Floats:
    """Words' vectors as long as a norm takes them."""
    return x if norm == "raw" else (rms if norm == "rms" else unit)(rows, x)


def rms(rows: Rows, x: Floats) -> Floats:
    """x √d / ‖x‖."""
    return unit(rows, x) * np.sqrt(x.shape[-1])


def cos(rows: Rows, a: Floats, b: Floats) -> Floats:
    """Cosine similarity: the same bits for (b, a), and for a constant the same as the search for it has."""
    if a.ndim > 1 and b.ndim > 1:
        return np.clip(dot(rows, _direction(a), _direction(b)), -1.0, 1.0)
    if a.ndim == 1:
        a, b = b, a
    sizes = lengths(a)
    cosines = dot(rows, a, _direction(b)) / np.where(sizes > 0, sizes, np.nan)
    return np.clip(cosines, -1.0, 1.0)


def _direction(x: Floats) -> Floats:
    """The vectors with length 1, in steps of their largest component; a zero vector has none."""
    largest = np.abs(x).max(axis=-1, keepdims=True)
    steps = x / np.where(largest > 0, largest, np.nan)
    return np.asarray(steps / np.sqrt((steps * steps).sum(axis=-1, keepdims=True)))


def angle(rows: Rows, a: Floats, b: Floats) -> Floats:
    """Angle in degrees, by half-angle tangent (Kahan 2006)."""
    u, v = unit(rows, a), unit(rows, b)
    return np.degrees(2 * np.arctan2(lengths(u - v), lengths(u + v)))


# --- element-wise ---------------------------------------------------------------------------


def absolute(rows: Rows, x: Floats) -> Floats:
    """|x|."""
    return np.abs(x)


def exponential(rows: Rows, x: Floats) -> Floats:
    """e^x."""
    return np.exp(x)


def tanh(rows: Rows, x: Floats) -> Floats:
    """tanh x."""
    return np.tanh(x)


def sigmoid(rows: Rows, x: Floats) -> Floats:
    """1 / (1 + e^-x)."""
    return algebra.sigmoid(x)


def square_root(rows: Rows, x: Floats) -> Floats:
    """√x."""
    rows.refuse(x < 0, "the square root of a negative number")
    return np.where(near_zero(rows, x) & (not rows.exact), np.nan, np.sqrt(x))


def logarithm(rows: Rows, x: Floats) -> Floats:
    """ln x."""
    rows.refuse(x <= 0, "the logarithm of a number that is not positive")
    return np.where(near_zero(rows, x), np.nan, np.log(x))


def clip(rows: Rows, x: Floats, lo: Floats, hi: Floats) -> Floats:
    """Limited to [lo, hi]."""
    rows.refuse(np.asarray(lo > hi), "the lower bound is above the upper bound")
    return np.minimum(np.maximum(x, lo), hi)


def sign(rows: Rows, x: Floats) -> Floats:
    """-1, 0 or 1."""
    return np.sign(x) if rows.exact else np.where(near_zero(rows, x), np.nan, np.sign(x))


# --- many to one: of several values, or of the components of one vector -----------------------


def add_up(rows: Rows, *xs: Floats) -> Floats:
    """x₁ + x₂ + …, with cancelled terms settled."""
    if len(xs) == 1:
        (x,) = xs
        result, size, share = x.sum(axis=-1), _largest(x), EPSILON * x.shape[-1]
        return np.where(np.abs(result) <= share * size, 0.0, result)
    result = _spread(xs)[0]
    for x in xs[1:]:
        result = result + x
    if result.ndim > 1:
        size = sum((lengths(np.asarray(x)) for x in _spread(xs)), np.zeros(()))
        noise = (lengths(result) <= ROUNDING * size)[:, None]
    else:
        size = np.max(np.abs(np.stack(np.broadcast_arrays(*xs))), axis=0)
        noise = np.abs(result) <= EPSILON * len(xs) * size
    return np.where(noise, 0.0, result)


def mean(rows: Rows, *xs: Floats) -> Floats:
    """(x₁ + x₂ + …) / n."""
    return add_up(rows, *xs) / (len(xs) if len(xs) > 1 else xs[0].shape[-1])


def smallest(rows: Rows, *xs: Floats) -> Floats:
    """Element by element."""
    return _fold(np.minimum, xs)


def largest(rows: Rows, *xs: Floats) -> Floats:
    """Element by element."""
    return _fold(np.maximum, xs)


def _fold(combine: Any, xs: tuple[Floats, ...]) -> Floats:
    if len(xs) == 1:
        return np.asarray(combine.reduce(xs[0], axis=-1))
    result = _spread(xs)[0]
    for x in xs[1:]:
        result = combine(result, x)
    return result


def _spread(xs: tuple[Floats, ...]) -> list[Floats]:
    return list(np.broadcast_arrays(*xs)) if len({np.shape(x) for x in xs}) > 1 else list(xs)
