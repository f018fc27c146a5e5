"""The operators on values: shapes are checked, sums settled, results that do not exist refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from vecalc.calc import algebra
from vecalc.calc.values import (
    NO_SPACE,
    List,
    Scalar,
    Spaces,
    Value,
    Vector,
    array,
    describe,
    different_widths,
    spaces,
    wrap,
)
from vecalc.errors import NoValue, Span, TypeMismatch
from vecalc.lang.nodes import Chain, ListOf, Node, Operator, Word, walk
from vecalc.lang.show import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]


LABELLED = 40  # nodes of a formula that still makes a label


def apply_chain(node: Chain, values: Sequence[Value]) -> Value:
    """A run of operators of one precedence, left to right."""
    ops = [op for op, _ in node.rest]
    if ops[0] in "+-":
        return _sum(node, ops, values)
    total: Value = values[0]
    if ops[0] == "^":
        return _power(total, values[1], node.places[0])
    for op, value, place in zip(ops, values[1:], node.places, strict=True):
        total = OPERATIONS[op](total, value, place)
    return total


def like(value: Value, numbers: Floats) -> Value:
    """The same kind of value with other numbers; a list keeps its labels only by name, not its lists."""
    return wrap(numbers, spaces(value))


def _sum(node: Chain, ops: Sequence[Operator], values: Sequence[Value]) -> Value:
    """Left to right; what cancels to rounding noise is zero, so that (a + b) - a - b has no direction."""
    total = array(values[0]).copy()
    kind, origin = values[0], spaces(values[0])
    size = float(np.max(np.abs(total), initial=0.0))
    for op, value, place in zip(ops, values[1:], node.places, strict=True):
        numbers = array(value)
        check_match(kind, op, value, place)
        total = total + numbers if op == "+" else total - numbers
        origin |= spaces(value)
        kind = wrap(total, origin)
        size = max(size, float(np.max(np.abs(numbers), initial=0.0)))
        _check_finite(total, f"'{op}' overflows", place)
    noise = size * (algebra.ROUNDING if total.ndim else algebra.EPSILON * len(values))
    if 0 < float(np.max(np.abs(total), initial=0.0)) <= noise:
        total = np.zeros_like(total)
    return wrap(total, origin)


def _multiply(a: Value, b: Value, place: Span) -> Value:
    check_match(a, "*", b, place)
    product = array(a) * array(b)
    _check_finite(product, "'*' overflows", place)
    return wrap(product, spaces(a) | spaces(b))


def _divide(a: Value, b: Value, place: Span) -> Value:
    check_match(a, "/", b, place)
    check_divisor(b, place)
    quotient = array(a) / array(b)
    _check_finite(quotient, "'/' overflows", place)
    return wrap(quotient, spaces(a) | spaces(b))


def _dot(a: Value, b: Value, place: Span) -> Value:
    check_dot(a, b, place)
    assert isinstance(a, Vector) and isinstance(b, Vector)  # noqa: S101, PT018 - just checked
    product = np.asarray(a.components @ b.components)
    _check_finite(product, "'@' overflows", place)
    return Scalar(float(product))


def _power(base: Value, exponent: Value, place: Span) -> Value:
    check_exponent(base, exponent, place)
    assert isinstance(exponent, Scalar)  # noqa: S101 - just checked
    numbers, power = array(base), exponent.value
    if power < 0 and not np.all(numbers):
        raise NoValue(f"zero to the power {power:g} is a division by zero", span=place)
    if not power.is_integer() and np.any(np.asarray(numbers) < 0):
        raise NoValue(f"a negative number to the power {power:g}", span=place, hint="abs(x)^y has a value")
    result = np.power(numbers, power)
    _check_finite(result, "'^' overflows", place)
    return wrap(result, spaces(base))


def check_divisor(value: Value, place: Span) -> None:
    """Nothing is divided by zero."""
    if not np.all(array(value)):
        what = "zero" if isinstance(value, Scalar) else f"a {describe(value)} that has zero components"
        raise NoValue(f"division by {what}", span=place)


def check_dot(a: Value, b: Value, place: Span) -> None:
    """A dot product is of two vectors of one width."""
    if not (isinstance(a, Vector) and isinstance(b, Vector)):
        raise TypeMismatch(
            f"{describe(a)} @ {describe(b)}: '@' is the dot product of two vectors",
            span=place,
            hint="use * to scale by a number",
        )
    check_match(a, "@", b, place)


def check_exponent(base: Value, exponent: Value, place: Span) -> None:
    """Powers are to a number."""
    if not isinstance(exponent, Scalar):
        raise TypeMismatch(
            f"{describe(base)} ^ {describe(exponent)}: the exponent must be a number",
            span=place,
            hint="exp(b * log(a)) raises element by element",
        )


OPERATIONS: dict[Operator, Callable[[Value, Value, Span], Value]] = {"*": _multiply, "/": _divide, "@": _dot}


def check_match(a: Value, op: str, b: Value, place: Span) -> None:
    """Numbers go with everything, a vector with each row of a list; otherwise shapes must agree."""
    left, right = array(a).shape, array(b).shape
    if not left or not right or left == right:
        return
    if left[-1] == right[-1] and len(left) != len(right):
        return
    why = "different lengths" if left[-1] == right[-1] else different_widths((a, b))
    raise TypeMismatch(f"{describe(a)} {op} {describe(b)}: {why}", span=place)


def _check_finite(numbers: Floats, what: str, place: Span) -> None:
    if not np.all(np.isfinite(numbers)):
        raise NoValue(f"{what} the range of float64", span=place)


def list_of(node: ListOf, values: list[Value]) -> Value:
    """A list of numbers is a vector, of vectors a list, of lists a flat list that knows their sizes."""
    if not values:
        raise NoValue("an empty list has no value", span=node.span)
    kinds = {type(value) for value in values}
    if kinds == {Scalar}:
        return Vector(np.array([array(value) for value in values], dtype=np.float64))
    if len(kinds) > 1:
        raise TypeMismatch(
            f"a list mixes {' and '.join(sorted({describe(value) for value in values}))}", span=node.span
        )
    for value, item in zip(values[1:], node.items[1:], strict=True):
        if array(value).shape[-1] != array(values[0]).shape[-1]:
            raise TypeMismatch(
                f"{describe(values[0])} and {describe(value)} in one list: "
                f"{different_widths((values[0], value))}",
                span=item.span,
            )
    origin: Spaces = NO_SPACE.union(*map(spaces, values))
    rows = np.vstack([array(value) for value in values])
    if kinds == {Vector}:
        return List(rows, tuple(map(_label, node.items)), origin)
    lists = [value for value in values if isinstance(value, List)]
    labels = tuple(label for value in lists for label in value.labels)
    return List(rows, labels, origin, tuple(len(value.labels) for value in lists))


def _label(item: Node) -> str:
    """A word, or the formula of an item; none for a formula too long to tell anybody anything.

    So a deep nest of lists costs no more than its size: each level would show all those below it.
    """
    if isinstance(item, Word):
        return item.text
    nodes = sum(1 for _ in islice(walk(item), LABELLED + 1))
    return show(item) if nodes <= LABELLED else ""
