"""A tree and its words' vectors become a value; a pure function.

Every operation checks what it made: infinities and NaN are errors that name the operation and its
place, never numbers that travel on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.calc import algebra
from vecalc.calc.apply import Trace, apply_function
from vecalc.calc.resolve import Key
from vecalc.calc.values import NO_SPACE, List, Scalar, Spaces, Value, Vector, array, describe, spaces, wrap
from vecalc.errors import NoValue, Span, TypeMismatch
from vecalc.lang.nodes import (
    Call,
    Candidate,
    Chain,
    Hyphenated,
    ListOf,
    Negate,
    Node,
    Number,
    Steps,
    Where,
    Word,
    deep,
    walk,
)
from vecalc.lang.show import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]


LABELLED = 40  # nodes of a formula that still makes a label

# nearest(vector, k, words not to be found): supplied by the caller, who knows how to search
Nearest = Callable[[Vector, int, frozenset[Key]], List]
# What each node (by id) is worth at a norm.
Values: TypeAlias = dict[tuple[int, str], Value]


class Evaluated(NamedTuple):
    """A value, and the attention weights that arose on the way."""

    value: Value
    traces: tuple[Trace, ...] = ()


def evaluate(
    tree: Node,
    vectors: Mapping[Key, Floats],
    norm: str = "rms",
    nearest: Nearest | None = None,
    values: Values | None = None,
) -> Evaluated:
    """The value of a resolved tree.

    `vectors` holds each word's vector [d] as its file has it; `norm` says how long they are taken.
    `values` takes up what every node was worth. Raises `TypeMismatch` and `NoValue` with the place of the
    operation.
    """
    run = _Evaluation(vectors, nearest, {} if values is None else values)
    with np.errstate(all="ignore"):  # every result is checked, with a better message
        value = deep(run.value(tree, norm))
    return Evaluated(value, tuple(run.traces))


def words_of(tree: Node) -> frozenset[Key]:
    """The words of a resolved tree."""
    return frozenset(Key(node.space, node.text) for node in walk(tree) if isinstance(node, Word))


class _Evaluation:
    """One run. A node that several parents share is computed once for each norm it is needed at."""

    def __init__(self, vectors: Mapping[Key, Floats], nearest: Nearest | None, values: Values) -> None:
        self.vectors = vectors
        self.nearest = nearest
        self.traces: list[Trace] = []
        self._known = values

    def value(self, node: Node, norm: str) -> Steps[Value]:
        known = self._known.get((id(node), norm))
        if known is None:
            known = yield self._compute(node, norm)
            self._known[id(node), norm] = known
        return known

    def _compute(self, node: Node, norm: str) -> Steps[Value]:
        match node:
            case Number(number):
                return Scalar(number)
            case Word():
                return self._word(node, norm)
            case Negate(operand):
                value = yield self.value(operand, norm)
                return _like(value, -array(value))
            case Chain():
                return (yield self._chain(node, norm))
            case Call():
                return (yield self._call(node, norm))
            case ListOf(items):
                return _list_of(node, (yield self._all(items, norm)))
            case Candidate(span):
                raise TypeMismatch(
                    "'?', every word at once, has no single value",
                    span=span,
                    hint="it can end an analogy, as in man : king :: woman : ?",
                )
            case Where() | Hyphenated():
                raise AssertionError("expand and resolve leave none")

    def _all(self, nodes: tuple[Node, ...], norm: str) -> Steps[list[Value]]:
        found = []
        for node in nodes:
            found.append((yield self.value(node, norm)))
        return found

    def _word(self, node: Word, norm: str) -> Vector:
        raw = self.vectors[Key(node.space, node.text)]
        origin = frozenset({node.space})
        if norm == "raw":
            return Vector(raw, origin)
        length = algebra.length(raw)
        if length == 0:
            raise NoValue(
                f"the vector of '{node.text}' is zero and has no direction",
                span=node.span,
                hint="--norm raw computes with it all the same",
            )
        return Vector(raw / length * (np.sqrt(len(raw)) if norm == "rms" else 1.0), origin)

    def _chain(self, node: Chain, norm: str) -> Steps[Value]:
        values = yield self._all((node.first, *(operand for _, operand in node.rest)), norm)
        ops = [op for op, _ in node.rest]
        if ops[0] in "+-":
            return _sum(node, ops, values)
        total: Value = values[0]
        if ops[0] == "^":
            return _power(total, values[1], node.places[0])
        for op, value, place in zip(ops, values[1:], node.places, strict=True):
            total = _OPERATIONS[op](total, value, place)
        return total

    def _call(self, node: Call, norm: str) -> Steps[Value]:
        inner = "raw" if node.name == "raw" else norm
        values = yield self._all(node.arguments, inner)
        named = yield self._all(tuple(value for _, value in node.keywords), inner)
        keywords = dict(zip((name for name, _ in node.keywords), named, strict=True))
        forbidden = words_of(node) if node.name == "nearest" else frozenset()
        value, trace = apply_function(node, values, keywords, self._find(forbidden))
        if trace is not None:
            self.traces.append(trace)
        return value

    def _find(self, forbidden: frozenset[Key]) -> Callable[[Vector, int], List]:
        def find(vector: Vector, k: int) -> List:
            if self.nearest is None:
                raise TypeMismatch("nearest needs a space to search in")
            return self.nearest(vector, k, forbidden)

        return find


# --- operators ------------------------------------------------------------------------------


def _like(value: Value, numbers: Floats) -> Value:
    """The same kind of value with other numbers; a list keeps its labels only by name, not its lists."""
    return wrap(numbers, spaces(value))


def _sum(node: Chain, ops: list[str], values: list[Value]) -> Value:
    """Left to right; what cancels to rounding noise is zero, so that (a + b) - a - b has no direction."""
    total = array(values[0]).copy()
    kind, origin = values[0], spaces(values[0])
    size = float(np.max(np.abs(total), initial=0.0))
    for op, value, place in zip(ops, values[1:], node.places, strict=True):
        numbers = array(value)
        _check_match(kind, op, value, place)
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
    _check_match(a, "*", b, place)
    product = array(a) * array(b)
    _check_finite(product, "'*' overflows", place)
    return wrap(product, spaces(a) | spaces(b))


def _divide(a: Value, b: Value, place: Span) -> Value:
    _check_match(a, "/", b, place)
    divisor = array(b)
    if not np.all(divisor):
        what = "zero" if isinstance(b, Scalar) else f"a {describe(b)} that has zero components"
        raise NoValue(f"division by {what}", span=place)
    quotient = array(a) / divisor
    _check_finite(quotient, "'/' overflows", place)
    return wrap(quotient, spaces(a) | spaces(b))


def _dot(a: Value, b: Value, place: Span) -> Value:
    if not (isinstance(a, Vector) and isinstance(b, Vector)):
        raise TypeMismatch(
            f"{describe(a)} @ {describe(b)}: '@' is the dot product of two vectors",
            span=place,
            hint="use * to scale by a number",
        )
    _check_match(a, "@", b, place)
    product = np.asarray(a.components @ b.components)
    _check_finite(product, "'@' overflows", place)
    return Scalar(float(product))


def _power(base: Value, exponent: Value, place: Span) -> Value:
    if not isinstance(exponent, Scalar):
        raise TypeMismatch(
            f"{describe(base)} ^ {describe(exponent)}: the exponent must be a number",
            span=place,
            hint="exp(b * log(a)) raises element by element",
        )
    numbers, power = array(base), exponent.value
    if power < 0 and not np.all(numbers):
        raise NoValue(f"zero to the power {power:g} is a division by zero", span=place)
    if not power.is_integer() and np.any(np.asarray(numbers) < 0):
        raise NoValue(f"a negative number to the power {power:g}", span=place, hint="abs(x)^y has a value")
    result = np.power(numbers, power)
    _check_finite(result, "'^' overflows", place)
    return wrap(result, spaces(base))


_OPERATIONS: dict[str, Callable[[Value, Value, Span], Value]] = {"*": _multiply, "/": _divide, "@": _dot}


def _check_match(a: Value, op: str, b: Value, place: Span) -> None:
    """Numbers go with everything, a vector with each row of a list; otherwise shapes must agree."""
    left, right = array(a).shape, array(b).shape
    if not left or not right or left == right:
        return
    if left[-1] == right[-1] and len(left) != len(right):
        return
    why = "different lengths" if left[-1] == right[-1] else "different widths"
    sides = sorted(filter(None, spaces(a) ^ spaces(b))) if left[-1] != right[-1] else []
    if len(sides) > 1:
        why = f"{' and '.join(sides)} have {why}"
    raise TypeMismatch(f"{describe(a)} {op} {describe(b)}: {why}", span=place)


def _check_finite(numbers: Floats, what: str, place: Span) -> None:
    if not np.all(np.isfinite(numbers)):
        raise NoValue(f"{what} the range of float64", span=place)


def _list_of(node: ListOf, values: list[Value]) -> Value:
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
                f"{describe(values[0])} and {describe(value)} in one list: different widths", span=item.span
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
