"""The operators on values: shapes are checked, results that do not exist refused; and lists are made."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, assert_never

import numpy as np

from vecalc.calc import kernels
from vecalc.calc.functions import STEEP
from vecalc.calc.values import (
    NO_SPACE,
    EachList,
    List,
    Scalar,
    Spaces,
    Value,
    Vector,
    array,
    describe,
    different_widths,
    is_each,
    spaces,
)
from vecalc.errors import NoValue, Span, TypeMismatch
from vecalc.lang.nodes import Chain, ListOf, Node, Op, Text, Word, walk
from vecalc.lang.show import show

if TYPE_CHECKING:
    from vecalc.calc.evaluate import Evaluation

LABELLED = 40  # nodes of a formula that still makes a label


def chain(run: Evaluation, node: Chain, values: Sequence[Value]) -> Value:
    """A run of operators of one precedence, left to right."""
    ops = [op for op, _ in node.rest]
    if ops[0] in (Op.PLUS, Op.MINUS):
        return _sum(run, ops, values, node.places)
    total = values[0]
    for op, value, place in zip(ops, values[1:], node.places, strict=True):
        total = _operation(run, op, total, value, place)
    return total


def _sum(run: Evaluation, ops: Sequence[Op], values: Sequence[Value], places: Sequence[Span]) -> Value:
    kind = values[0]
    for op, value, place in zip(ops, values[1:], places, strict=True):
        _check_match(kind, op, value, place)
        kind = value if array(kind).ndim < array(value).ndim else kind
    signs = tuple(-1.0 if op == Op.MINUS else 1.0 for op in (Op.PLUS, *ops))
    try:
        return run.apply(kernels.total, values, ops[-1], places[-1], before=(signs,))
    except NoValue:
        if len(ops) == 1:
            raise
    found = values[0]  # once more, term by term: the first that goes too far is to be named
    for op, value, place in zip(ops, values[1:], places, strict=True):
        found = _sum(run, [op], [found, value], [place])
    return found


def _operation(run: Evaluation, op: Op, a: Value, b: Value, place: Span) -> Value:
    match op:
        case Op.PLUS | Op.MINUS:
            return _sum(run, [op], [a, b], [place])
        case Op.TIMES:
            _check_match(a, op, b, place)
            return run.apply(kernels.multiply, [a, b], op, place)
        case Op.OVER:
            _check_match(a, op, b, place)
            if not is_each(b) and not np.all(array(b)):
                what = "zero" if isinstance(b, Scalar) else f"a {describe(b)} that has zero components"
                raise NoValue(f"division by {what}", span=place)
            return run.apply(kernels.divide, [a, b], op, place)
        case Op.DOT:
            _check_dot(a, b, place)
            return run.apply(kernels.dot, [a, b], op, place, width=0)
        case Op.POWER:
            _check_power(a, b, place)
            return run.apply(kernels.power, [a, b], op, place, effort=STEEP)
        case _:
            assert_never(op)


def _check_dot(a: Value, b: Value, place: Span) -> None:
    """A dot product is of two vectors of one width."""
    if not (isinstance(a, Vector) and isinstance(b, Vector)):
        raise TypeMismatch(
            f"{describe(a)} @ {describe(b)}: '@' is the dot product of two vectors",
            span=place,
            hint="use * to scale by a number",
        )
    _check_match(a, Op.DOT, b, place)


def _check_power(base: Value, exponent: Value, place: Span) -> None:
    """Powers are to a number, and real."""
    if not isinstance(exponent, Scalar):
        raise TypeMismatch(
            f"{describe(base)} ^ {describe(exponent)}: the exponent must be a number",
            span=place,
            hint="exp(b * log(a)) raises element by element",
        )
    if is_each(base) or is_each(exponent):
        return
    numbers, power = array(base), exponent.value
    if power < 0 and not np.all(numbers):
        raise NoValue(f"zero to the power {power:g} is a division by zero", span=place)
    if not power.is_integer() and np.any(numbers < 0):
        raise NoValue(f"a negative number to the power {power:g}", span=place, hint="abs(x)^y has a value")


def _check_match(a: Value, op: Op, b: Value, place: Span) -> None:
    """Numbers go with everything, a vector with each row of a list; otherwise shapes must agree."""
    left, right = array(a).shape, array(b).shape
    if not left or not right or left == right:
        return
    if left[-1] == right[-1] and len(left) != len(right):
        return
    why = "different lengths" if left[-1] == right[-1] else different_widths((a, b))
    raise TypeMismatch(f"{describe(a)} {op} {describe(b)}: {why}", span=place)


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
        return List(rows, tuple(map(label_of, node.items)), origin)
    lists = [value for value in values if isinstance(value, List)]
    labels = tuple(label for value in lists for label in value.labels)
    return List(rows, labels, origin, tuple(len(value.labels) for value in lists))


def label_of(item: Node) -> str:
    """A word, or the formula of an item; none for a formula too long to tell anybody anything.

    So a deep nest of lists costs no more than its size: each level would show all those below it.
    """
    if isinstance(item, Word | Text):
        return item.text
    nodes = sum(1 for _ in islice(walk(item), LABELLED + 1))
    return show(item) if nodes <= LABELLED else ""


# --- what can't be computed for every row ---------------------------------------------------


def not_in_a_list(value: EachList) -> TypeMismatch:
    """The error for a list with a `?` in it where that is not a list of arguments."""
    return TypeMismatch(
        "'?' can't stand in a list",
        span=value.span,
        hint="but in the list of sum, mean, min, max, project or without",
    )


def refuse_lists(values: Sequence[Value], span: Span) -> None:
    """Raises `TypeMismatch` for a list beside a value that every row has one of."""
    for value in values if any(map(is_each, values)) else ():
        if isinstance(value, List):
            raise TypeMismatch(
                f"a {describe(value)} and '?' in one operation",
                span=span,
                hint="mean(...) makes a list one vector",
            )
