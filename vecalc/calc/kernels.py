"""The operators and functions, each stated once: `x` [b, d] or [b], a row a candidate, or one of a table.

A constant is a row that all share, [1, d] or []; and so a single value is what a kernel makes of constants
(`alone`), and a list of vectors [n, d] is taken row by row.

A row of NaN has no value, such as a zero vector that was asked for its direction: it stays NaN through all
that follows, so in the end such a word is not a candidate. What is a mistake, such as the division by zero,
is reported to `rows`, which raise it.

Where `rows.exact` is false, results may be off by rounding, and so a mistake or a jump that is near may be on
the wrong side. Such rows become NaN: they are looked at again, exactly (`vecalc.calc.topk`). Where it is
true, every sum has a fixed order, and a row has the same bits however many there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from vecalc.arrays import Floats, Mask
from vecalc.calc import algebra
from vecalc.calc.algebra import EPSILON, LARGEST_SQUARE, LEAST_SQUARE, ROUNDING, lengths
from vecalc.calc.values import List, Scalar, Value, Vector
from vecalc.errors import NoValue

if TYPE_CHECKING:
    from vecalc.answers import Norm

Kernel: TypeAlias = Callable[..., Floats]  # of the rows, and of arrays

NEAR = 1e-9  # below this a quick result can't tell zero from not zero: a million times its rounding


NO_DIRECTION = "the zero vector has no direction"


class Rows:
    """Some rows that kernels are run over, and who to tell of a problem of theirs."""

    exact = True  # each row by itself, in a fixed order of summation: the same bits however many there are
    alone = False  # there is one row, whose problem is the expression's

    def __init__(self) -> None:
        self.products: Floats = np.empty((0, 0))  # [m, b], of the directions that are asked for at once

    def refuse(self, which: Mask, problem: str) -> None:
        """Raise the problem of the first row of `which`, if there is one and it is certain."""
        raise NotImplementedError

    def leave_out(self, which: Mask, problem: str) -> None:
        """Some rows become NaN; a problem only where there is no other."""


class _Alone(Rows):
    alone = True

    def refuse(self, which: Mask, problem: str) -> None:
        """See `Rows.refuse`."""
        if which.any():
            raise NoValue(problem)

    leave_out = refuse


ALONE = _Alone()


def alone(kernel: Callable[..., Floats], *values: Floats | float) -> Floats:
    """What a kernel makes of single vectors [d], numbers, and lists [n, d]. Raises `NoValue`."""
    found = kernel(ALONE, *map(as_row, values))
    lists = any(np.ndim(value) > 1 for value in values)
    return np.asarray(found if lists or not found.ndim else found[0])


def as_row(value: Floats | float) -> Floats:
    """A constant as kernels take it."""
    numbers = np.asarray(value)
    return numbers[None] if numbers.ndim == 1 else numbers


def constant(value: Value, filed: bool) -> Floats:
    """The numbers of a value that is the same in every row; of a word as it is filed, if that is asked."""
    match value:
        case Scalar(number):
            return np.asarray(number)
        case Vector(components, _, own):
            return as_row(components if own is None or not filed else own)
        case List(vectors):
            return vectors


def near_zero(rows: Rows, x: Floats) -> Mask:
    """Where a number is zero, or may be."""
    return np.asarray(x == 0 if rows.exact else np.abs(x) < NEAR)


# --- operators ------------------------------------------------------------------------------


def dot(rows: Rows, a: Floats, b: Floats, room: Floats | None = None) -> Floats:
    """a·b [b], in a fixed order of summation where it counts; `room` is an array for the products."""
    if rows.exact or (len(a) > 1 and len(b) > 1):
        return np.asarray(np.multiply(a, b, out=room).sum(axis=-1))
    return np.asarray(a @ b[0] if len(b) == 1 else b @ a[0])


def total(rows: Rows, signs: tuple[float, ...], *terms: Floats) -> Floats:
    """A sum, left to right, of which the first sign is plus.

    What cancels to rounding noise is zero, so that (a + b) - a - b has no direction.
    """
    wide = any(term.ndim > 1 for term in terms)
    if not wide and not rows.exact:  # a quick number that is all but zero is looked at again anyway
        result = terms[0]
        for sign, term in zip(signs[1:], terms[1:], strict=True):
            result = result + term if sign > 0 else result - term
        return result
    result, size = terms[0], _largest(terms[0]) if wide else np.abs(terms[0])
    for sign, term in zip(signs[1:], terms[1:], strict=True):
        result = result + term if sign > 0 else result - term
        size = np.maximum(size, _largest(term) if wide else np.abs(term))
    found = _largest(result) if wide else np.abs(result)
    noise = (found > 0) & (found <= size * (ROUNDING if wide else EPSILON * len(terms)))
    if noise.any():
        result = np.where(noise[:, None] if wide else noise, 0.0, result)
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


def norm(rows: Rows, x: Floats) -> Floats:
    """‖x‖."""
    return lengths(x)


def at_norm(rows: Rows, x: Floats, norm: Norm) -> Floats:
    """Vectors as long as a norm takes words; a zero vector can be none but raw."""
    if norm == "raw":
        return x
    sizes = lengths(x)
    rows.leave_out(sizes == 0, NO_DIRECTION)
    return algebra.at_norm(x, np.where(sizes > 0, sizes, np.nan), norm)


def length_at(norm: Norm, width: int) -> float:
    """How long a norm other than raw takes words of some width."""
    return float(np.sqrt(width)) if norm == "rms" else 1.0


def unit(rows: Rows, x: Floats) -> Floats:
    """x / ‖x‖."""
    return at_norm(rows, x, "unit")


def rms(rows: Rows, x: Floats) -> Floats:
    """x √d / ‖x‖: components have root mean square 1."""
    return at_norm(rows, x, "rms")


def cos(rows: Rows, a: Floats, b: Floats) -> Floats:
    """Cosine similarity: the same bits for (b, a), and the same as the search has for words' own vectors."""
    if not rows.exact:
        return np.clip(dot(rows, a, b) / (lengths(a) * lengths(b)), -1.0, 1.0)
    u, v = _direction(rows, a), _direction(rows, b)
    return np.clip(dot(rows, u, v, u if len(u) > len(v) else v if len(v) > len(u) else None), -1.0, 1.0)


def _direction(rows: Rows, x: Floats) -> Floats:
    """The vectors with length 1, however long they are; a zero vector has none."""
    squares = (x * x).sum(axis=-1)
    units = x / np.sqrt(squares)[:, None]
    extreme = ~((squares >= LEAST_SQUARE) & (squares <= LARGEST_SQUARE))
    if extreme.any():
        largest = np.abs(x[extreme]).max(axis=-1)
        rows.leave_out(largest == 0, NO_DIRECTION)
        steps = x[extreme] / np.where(largest > 0, largest, np.nan)[:, None]
        units[extreme] = steps / np.sqrt((steps * steps).sum(axis=-1))[:, None]
    return np.asarray(units)


def angle(rows: Rows, a: Floats, b: Floats) -> Floats:
    """Angle in degrees; by half-angle tangent, which is exact for small angles too (Kahan 2006)."""
    u, v = unit(rows, a), unit(rows, b)
    return np.asarray(np.degrees(2 * np.arctan2(lengths(u - v), lengths(u + v))))


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
    """1 / (1 + e^-x), without overflow."""
    return np.exp(-np.logaddexp(0.0, -x))


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
    problem = "the lower bound is above the upper bound"
    if rows.alone:
        problem = f"the lower bound {float(lo):g} is above the upper bound {float(hi):g}"
    rows.refuse(np.asarray(lo > hi), problem)
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
        size = sum((lengths(x) for x in _spread(xs)), np.zeros(()))
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
