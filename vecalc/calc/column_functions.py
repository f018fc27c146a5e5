"""The functions of the language that work on whole columns; the table is `FUNCTIONS`.

A function that is not here works all the same, a row at a time. What is here equals `algebra`, row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from vecalc.calc import algebra
from vecalc.calc.column_operators import (
    Column,
    RowProblem,
    Unsupported,
    check_widths,
    directions,
    dots,
    lengths,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]


def _vectors(values: Sequence[Column], count: int) -> list[Floats]:
    """The numbers of so many vectors of one width."""
    if len(values) != count or any(value.is_number for value in values):
        raise Unsupported
    check_widths(values)
    return [value.numbers for value in values]


def _by_component(function: Callable[[Floats], Floats]) -> Callable[[list[Column]], Column]:
    def apply(values: list[Column]) -> Column:
        if len(values) != 1:
            raise Unsupported
        return Column(function(values[0].numbers), values[0].is_number)

    return apply


def _square_root(x: Floats) -> Floats:
    if np.any(x < 0):
        raise RowProblem
    return np.sqrt(x)


def _logarithm(x: Floats) -> Floats:
    if np.any(x <= 0):
        raise RowProblem
    return np.log(x)


def _clip(values: list[Column]) -> Column:
    if len(values) != 3 or not (values[1].is_number and values[2].is_number):
        raise Unsupported
    x, lo, hi = values
    if np.any(lo.numbers > hi.numbers):
        raise RowProblem
    return Column(np.clip(x.numbers, lo.numbers, hi.numbers), x.is_number)


def _norm(values: list[Column]) -> Column:
    return Column(lengths(*_vectors(values, 1)), True)


def _cos(values: list[Column]) -> Column:
    a, b = _vectors(values, 2)
    return Column(np.clip(dots(directions(a), directions(b)), -1.0, 1.0), True)


def _unit(values: list[Column]) -> Column:
    return Column(directions(*_vectors(values, 1)))


def _rms(values: list[Column]) -> Column:
    (x,) = _vectors(values, 1)
    return Column(directions(x) * np.sqrt(x.shape[1]))


def _raw(values: list[Column]) -> Column:
    if len(values) != 1:
        raise Unsupported
    return values[0]


def _concat(values: list[Column]) -> Column:
    if len(values) < 2 or any(value.is_number for value in values):
        raise Unsupported
    rows = max(len(value.numbers) for value in values)
    parts = [np.broadcast_to(value.numbers, (rows, value.numbers.shape[1])) for value in values]
    return Column(np.concatenate(parts, axis=1))


def _many(values: list[Column]) -> tuple[list[Floats], bool]:
    """Arguments of one kind: all numbers, or all vectors of one width."""
    is_number = values[0].is_number
    if len(values) < 2 or any(value.is_number != is_number for value in values):
        raise Unsupported
    check_widths(values)
    return [value.numbers for value in values], is_number


def _total(values: list[Column]) -> Column:
    xs, is_number = _many(values)
    total = sum(xs[1:], start=xs[0])
    if is_number:
        noise = algebra.EPSILON * len(xs) * _extreme(np.maximum, [np.abs(x) for x in xs])
    else:
        sizes = [lengths(x) for x in xs]
        noise = algebra.ROUNDING * sum(sizes[1:], start=sizes[0])
    return Column(np.where(lengths(total) <= noise, 0.0, total), is_number)


def _mean(values: list[Column]) -> Column:
    total = _total(values)
    return Column(total.numbers / len(values), total.is_number)


def _extreme(pick: Callable[[Floats, Floats], Floats], xs: Sequence[Floats]) -> Floats:
    found = xs[0]
    for x in xs[1:]:
        found = pick(found, x)
    return found


def _extreme_of(pick: Callable[[Floats, Floats], Floats]) -> Callable[[list[Column]], Column]:
    def apply(values: list[Column]) -> Column:
        if len(values) < 2:
            raise Unsupported
        check_widths(values)
        xs = [value.numbers for value in values]  # a number spreads over a vector
        return Column(_extreme(pick, xs), all(value.is_number for value in values))

    return apply


def _settled(part: Floats, whole: Floats) -> Floats:
    return np.where(lengths(part) <= algebra.ROUNDING * lengths(whole), 0.0, part)


def _project(values: list[Column]) -> Column:
    a, b = _vectors(values, 2)
    axis = directions(b)
    return Column(_settled(dots(a, axis) * axis, a))


def _without(values: list[Column]) -> Column:
    a, b = _vectors(values, 2)
    axis = directions(b)
    rest = a - dots(a, axis) * axis
    return Column(_settled(rest - dots(rest, axis) * axis, a))


def _bind(values: list[Column]) -> Column:
    a, b = _vectors(values, 2)
    return Column(np.fft.irfft(np.fft.rfft(a) * np.fft.rfft(b), n=a.shape[1]))


def _unbind(values: list[Column]) -> Column:
    a, c = _vectors(values, 2)
    return Column(np.fft.irfft(np.conj(np.fft.rfft(a)) * np.fft.rfft(c), n=a.shape[1]))


FUNCTIONS: dict[str, Callable[[list[Column]], Column]] = {
    "norm": _norm,
    "cos": _cos,
    "raw": _raw,
    "unit": _unit,
    "rms": _rms,
    "abs": _by_component(np.abs),
    "sqrt": _by_component(_square_root),
    "exp": _by_component(np.exp),
    "log": _by_component(_logarithm),
    "tanh": _by_component(np.tanh),
    "sigmoid": _by_component(algebra.sigmoid),
    "sign": _by_component(np.sign),
    "clip": _clip,
    "sum": _total,
    "mean": _mean,
    "avg": _mean,
    "min": _extreme_of(np.minimum),
    "max": _extreme_of(np.maximum),
    "project": _project,
    "without": _without,
    "bind": _bind,
    "unbind": _unbind,
    "concat": _concat,
}
OF_MANY = frozenset({"sum", "mean", "avg", "min", "max", "concat"})  # these take arguments or one list
