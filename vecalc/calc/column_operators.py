"""The operators of `evaluate` on columns: many rows at once, each as if it stood alone.

Nothing here words an error: `RowProblem` says that some row has no value, `Unsupported` that the operands are
of kinds that only the general evaluator knows about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.calc import algebra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]


class Unsupported(Exception):
    """The tree has something that is only computed for one row at a time."""


class RowProblem(Exception):
    """Some row of the block has no value."""


class Column(NamedTuple):
    """A value for each row [r, w], or one for all of them [1, w]; of a number w is 1."""

    numbers: Floats
    is_number: bool = False
    absent: NDArray[np.bool_] | None = None  # [r] rows that are zero vectors on purpose, at every norm


# --- words and lengths ----------------------------------------------------------------------


def lengths(x: Floats) -> Floats:
    """Euclidean lengths of the rows [r, 1], without overflow."""
    largest = np.max(np.abs(x), axis=1, keepdims=True, initial=0.0)
    scaled = x / np.where(largest > 0, largest, 1.0)
    return np.asarray(largest * np.sqrt(dots(scaled, scaled)))


def dots(a: Floats, b: Floats) -> Floats:
    """Dot products of the rows [r, 1]."""
    return np.einsum("rd,rd->r", *np.broadcast_arrays(a, b))[:, None]


def directions(x: Floats) -> Floats:
    """The rows at length 1."""
    sizes = lengths(x)
    if not sizes.all():
        raise RowProblem
    return np.asarray(x / sizes)


def at_norm(column: Column, norm: str) -> Column:
    """A column of words at a norm; the absent ones stay zero."""
    x = column.numbers
    if norm == "raw" or column.is_number:
        return column
    sizes = lengths(x)
    if column.absent is not None:
        sizes[column.absent] = 1.0
    if not sizes.all():
        raise RowProblem
    return Column(x / sizes * (np.sqrt(x.shape[1]) if norm == "rms" else 1.0))


# --- operators ------------------------------------------------------------------------------


def chain(ops: list[str], values: list[Column]) -> Column:
    """A run of operators of one precedence, as in `evaluate`."""
    check_widths(values)
    if ops[0] in "+-":
        return _sum(ops, values)
    total = values[0]
    for op, value in zip(ops, values[1:], strict=True):
        total = _OPERATIONS[op](total, value)
    return total


def check_widths(values: Sequence[Column]) -> None:
    """Vectors that are computed with each other must be equally wide; the general evaluator says so."""
    if len({value.numbers.shape[1] for value in values if not value.is_number}) > 1:
        raise Unsupported


def _sum(ops: list[str], values: list[Column]) -> Column:
    """What cancels to rounding noise is zero, row by row."""
    total = values[0].numbers
    size = _largest(total)
    for op, value in zip(ops, values[1:], strict=True):
        total = total + value.numbers if op == "+" else total - value.numbers
        size = np.maximum(size, _largest(value.numbers))
    is_number = all(value.is_number for value in values)
    noise = size * (algebra.EPSILON * len(values) if is_number else algebra.ROUNDING)
    return Column(np.where(_largest(total) <= noise, 0.0, total), is_number)


def _largest(x: Floats) -> Floats:
    return np.asarray(np.max(np.abs(x), axis=1, keepdims=True))


def _multiply(a: Column, b: Column) -> Column:
    return Column(a.numbers * b.numbers, a.is_number and b.is_number)


def _divide(a: Column, b: Column) -> Column:
    if not b.numbers.all():
        raise RowProblem
    return Column(a.numbers / b.numbers, a.is_number and b.is_number)


def _dot(a: Column, b: Column) -> Column:
    if a.is_number or b.is_number:
        raise Unsupported
    return Column(dots(a.numbers, b.numbers), True)


def _power(base: Column, exponent: Column) -> Column:
    if not exponent.is_number or exponent.numbers.size != 1:
        raise Unsupported
    x, power = base.numbers, float(exponent.numbers[0, 0])
    if (power < 0 and not x.all()) or (not power.is_integer() and np.any(x < 0)):
        raise RowProblem
    return Column(np.power(x, power), base.is_number)


_OPERATIONS: dict[str, Callable[[Column, Column], Column]] = {
    "*": _multiply,
    "/": _divide,
    "@": _dot,
    "^": _power,
}
