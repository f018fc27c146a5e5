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

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from vecalc.answers import Norm
from vecalc.arrays import Floats, Mask
from vecalc.calc.values import List, Scalar, Table, Value, Vector
from vecalc.errors import NoValue
from vecalc.space.matrix import LARGEST_SQUARE, LEAST_SQUARE, directions_of, steps_of

Kernel: TypeAlias = Callable[..., Floats]  # of the rows, and of arrays

# A difference of float64 numbers below this share of the terms is rounding, not a direction: sums of
# up to a few thousand terms lose at most about n * 2.2e-16 of their size.
ROUNDING = 1e-12
# A number is no direction: one that is small all the same, such as 1 - 0.9999999999999, must stay. What a
# sum of n numbers loses is at most n times this share: 0.1 + 0.2 - 0.3 is 0.
EPSILON = float(np.finfo(np.float64).eps)

NEAR = 1e-9  # below this a quick result can't tell zero from not zero: a million times its rounding

NO_DIRECTION = "the zero vector has no direction"


class RowContext(ABC):
    """Some rows that kernels are run over, and who to tell of a problem of theirs."""

    exact = True  # each row by itself, in a fixed order of summation: the same bits however many there are
    alone = False  # there is one row, whose problem is the expression's

    def __init__(self) -> None:
        self.products: Floats = np.empty((0, 0))  # [m, b], of the directions that are asked for at once

    @abstractmethod
    def refuse(self, which: Mask, problem: str, hint: str = "") -> None:
        """Raise the problem of the first row of `which`, if there is one and it is certain."""

    def leave_out(self, which: Mask, problem: str) -> None:
        """Some rows become NaN, which tells by itself; a problem only where there is no other row."""
        return


class _Alone(RowContext):
    alone = True

    def refuse(self, which: Mask, problem: str, hint: str = "") -> None:
        """See `RowContext.refuse`."""
        if which.any():
            raise NoValue(problem, hint=hint)

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
        case Table(numbers):
            return numbers


def near_zero(rows: RowContext, x: Floats) -> Mask:
    """Where a number is zero, or may be."""
    return np.asarray(x == 0 if rows.exact else np.abs(x) < NEAR)


def of_numbers(function: Callable[..., Floats]) -> Kernel:
    """The kernel that computes the same thing whatever the rows are, and has no problem."""

    def kernel(rows: RowContext, *xs: Floats) -> Floats:
        return function(*xs)

    return kernel


def beside(rows: RowContext, *xs: Floats) -> Floats:
    """Numbers [b] beside each other, [b, n]."""
    return np.stack(np.broadcast_arrays(*xs), axis=-1)


# --- operators ------------------------------------------------------------------------------


def dot(rows: RowContext, a: Floats, b: Floats, room: Floats | None = None) -> Floats:
    """a·b [b], in a fixed order of summation where it counts; `room` is an array for the products."""
    if rows.exact or (len(a) > 1 and len(b) > 1):
        return np.asarray(np.multiply(a, b, out=room).sum(axis=-1))
    return np.asarray(a @ b[0] if len(b) == 1 else b @ a[0])


def total(rows: RowContext, signs: tuple[float, ...], *terms: Floats) -> Floats:
    """A sum, left to right, of which the first sign is plus.

    What cancels to rounding noise is zero, so that (a + b) - a - b has no direction.
    """
    wide = any(term.ndim > 1 for term in terms)
    if not wide and not rows.exact:  # a quick number that is all but zero is looked at again anyway
        result = terms[0]
        for sign, term in zip(signs[1:], terms[1:], strict=True):
            result = result + term if sign > 0 else result - term
        return result
    result, size = terms[0], largest_of(terms[0]) if wide else np.abs(terms[0])
    for sign, term in zip(signs[1:], terms[1:], strict=True):
        result = result + term if sign > 0 else result - term
        size = np.maximum(size, largest_of(term) if wide else np.abs(term))
    found = largest_of(result) if wide else np.abs(result)
    noise = (found > 0) & (found <= size * (ROUNDING if wide else EPSILON * len(terms)))
    if noise.any():
        result = np.where(noise[:, None] if wide else noise, 0.0, result)
    return result


def largest_of(x: Floats) -> Floats:
    """The largest absolute component of each row; a number spreads over its row."""
    x = np.abs(x)
    return x.max(axis=-1) if x.ndim else x


negative, multiply = of_numbers(np.negative), of_numbers(np.multiply)


def divide(rows: RowContext, a: Floats, b: Floats) -> Floats:
    """a / b."""
    zero = near_zero(rows, b)
    if not zero.any():
        return a / b
    rows.refuse(zero, "division by zero")
    return a / np.where(zero, np.nan, b)


def power(rows: RowContext, a: Floats, b: Floats) -> Floats:
    """a ^ b, b a number."""
    whole = np.floor(b) == b
    rows.refuse(near_zero(rows, a) & (b < 0), "zero to a negative power is a division by zero")
    rows.refuse((a < 0) & ~whole, "a negative number to a power that is not whole")
    result = np.power(a, b)
    # 0 ^ 0 is 1, and so numpy has NaN ^ 0; and a root is steep where its number is small.
    lost = np.isnan(a) | np.isnan(b) | (~whole & near_zero(rows, a) & (not rows.exact))
    return np.where(lost, np.nan, result)


# --- size and angle -------------------------------------------------------------------------


def lengths(xs: Floats) -> Floats:
    """Euclidean lengths [n], without overflow for components near the largest float64.

    Each row by itself: the same bits for one vector and among many.
    """
    with np.errstate(over="ignore"):
        squares = (xs * xs).sum(axis=1)
    extreme = (squares < LEAST_SQUARE) | (squares > LARGEST_SQUARE)
    sizes = np.sqrt(squares)
    if extreme.any():
        largest, steps = steps_of(xs[extreme])
        sizes[extreme] = largest * np.sqrt((steps * steps).sum(axis=1))
    return np.asarray(sizes)


def brought_to(raw: Floats, sizes: Floats, norm: Norm) -> Floats:
    """Vectors [n, d] of known lengths [n], none of them zero, as long as a norm takes words."""
    if norm == "raw":
        return raw
    if norm == "unit":
        return np.asarray(raw / sizes[:, None])
    return np.asarray(raw / sizes[:, None] * np.sqrt(raw.shape[1]))  # one expression takes no second array


norm = of_numbers(lengths)


def distance(rows: RowContext, a: Floats, b: Floats) -> Floats:
    """‖a - b‖."""
    return lengths(total(rows, (1.0, -1.0), a, b))


def at_norm(rows: RowContext, x: Floats, norm: Norm) -> Floats:
    """Vectors as long as a norm takes words; a zero vector can be none but raw."""
    if norm == "raw":
        return x
    sizes = lengths(x)
    rows.leave_out(sizes == 0, NO_DIRECTION)
    return brought_to(x, np.where(sizes > 0, sizes, np.nan), norm)


def length_at(norm: Norm, width: int) -> float:
    """How long a norm other than raw takes words of some width."""
    return float(np.sqrt(width)) if norm == "rms" else 1.0


def unit(rows: RowContext, x: Floats) -> Floats:
    """x / ‖x‖."""
    return at_norm(rows, x, "unit")


def rms(rows: RowContext, x: Floats) -> Floats:
    """x √d / ‖x‖: components have root mean square 1."""
    return at_norm(rows, x, "rms")


def cos(rows: RowContext, a: Floats, b: Floats) -> Floats:
    """Cosine similarity: the same bits for (b, a), and the same as the search has for words' own vectors."""
    if not rows.exact:
        return np.clip(dot(rows, a, b) / (lengths(a) * lengths(b)), -1.0, 1.0)
    u, v = direction(rows, a), direction(rows, b)
    # what is not of every row; there may be none
    room = None if len(u) == len(v) else u if len(v) == 1 else v
    return cos_of_directions(rows, u, v, room)


def cos_of_directions(rows: RowContext, u: Floats, v: Floats, room: Floats | None = None) -> Floats:
    """The cosine of vectors of length 1."""
    return np.clip(dot(rows, u, v, room), -1.0, 1.0)


def direction(rows: RowContext, x: Floats) -> Floats:
    """The vectors with length 1, however long they are; a zero vector has none."""
    units = directions_of(x)
    suspects = np.flatnonzero(x[:, 0] == 0)  # few, and so no second look at all numbers
    if len(suspects):
        zero = np.zeros(len(x), bool)
        zero[suspects] = ~x[suspects].any(axis=1)
        rows.leave_out(zero, NO_DIRECTION)
        units[zero] = np.nan
    return units


def angle(rows: RowContext, a: Floats, b: Floats) -> Floats:
    """Angle in degrees; by half-angle tangent, which is exact for small angles too (Kahan 2006)."""
    return angle_of_units(rows, unit(rows, a), unit(rows, b))


def angle_of_units(rows: RowContext, u: Floats, v: Floats) -> Floats:
    """The angle of vectors of length 1."""
    return np.asarray(np.degrees(2 * np.arctan2(lengths(u - v), lengths(u + v))))


# --- element-wise ---------------------------------------------------------------------------


absolute, exponential, tanh = of_numbers(np.abs), of_numbers(np.exp), of_numbers(np.tanh)


def sigmoid(rows: RowContext, x: Floats) -> Floats:
    """1 / (1 + e^-x), without overflow."""
    return np.exp(-np.logaddexp(0.0, -x))


def square_root(rows: RowContext, x: Floats) -> Floats:
    """√x."""
    rows.refuse(x < 0, "the square root of a negative number", "sqrt(abs(x)) has a value")
    return np.where(near_zero(rows, x) & (not rows.exact), np.nan, np.sqrt(x))


def logarithm(rows: RowContext, x: Floats) -> Floats:
    """ln x."""
    rows.refuse(x <= 0, "the logarithm of a number that is not positive", "log(abs(x)) has a value")
    return np.where(near_zero(rows, x), np.nan, np.log(x))


def clip(rows: RowContext, x: Floats, lo: Floats, hi: Floats) -> Floats:
    """Limited to [lo, hi]."""
    problem = "the lower bound is above the upper bound"
    if rows.alone:
        problem = f"the lower bound {float(lo):g} is above the upper bound {float(hi):g}"
    rows.refuse(np.asarray(lo > hi), problem)
    return np.minimum(np.maximum(x, lo), hi)


def sign(rows: RowContext, x: Floats) -> Floats:
    """-1, 0 or 1."""
    return np.sign(x) if rows.exact else np.where(near_zero(rows, x), np.nan, np.sign(x))
