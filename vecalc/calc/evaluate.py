"""A tree and its words' vectors become a value; a pure function.

Every operation checks what it made: infinities and NaN are errors that name the operation and its
place, never numbers that travel on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.calc import algebra
from vecalc.calc.apply import Setting, Trace, apply_function
from vecalc.calc.budget import PER_ROW, Budget, size, spread
from vecalc.calc.operators import apply_chain, like, list_of
from vecalc.calc.resolve import Key
from vecalc.calc.values import Scalar, Value, Vector, Worth, array
from vecalc.errors import NoValue, TypeMismatch
from vecalc.lang.limits import DEFAULT_LIMITS
from vecalc.lang.nodes import (
    Call,
    Candidate,
    Chain,
    Hyphenated,
    ListOf,
    Negate,
    Node,
    Number,
    SpaceName,
    Steps,
    Where,
    Word,
    deep,
    walk,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.surroundings import Surroundings

    Floats: TypeAlias = NDArray[np.float64]


# What each node (by id) without a `?` is worth at a norm.
Values: TypeAlias = dict[tuple[int, str], Value]


class Evaluated(NamedTuple):
    """What an expression is worth, and the attention weights that arose on the way."""

    value: Worth
    traces: tuple[Trace, ...] = ()


def evaluate(
    tree: Node,
    vectors: Mapping[Key, Floats],
    norm: str = "rms",
    around: Surroundings | None = None,
    values: Values | None = None,
) -> Evaluated:
    """The value of a resolved tree; a `Score` when there is a `?` in it.

    `vectors` holds each word's vector [d] as its file has it; `norm` says how long they are taken;
    `around` are the loaded spaces, for what needs more of them than its words; `values` takes up what the
    nodes were worth. Raises `TypeMismatch` and `NoValue` with the place of the operation, and `LimitExceeded`
    before memory or time is spent that the limits don't allow.
    """
    run = Evaluation(vectors, around, {} if values is None else values)
    with np.errstate(all="ignore"):  # every result is checked, with a better message
        try:
            value: Worth = deep(run.value(tree, norm))
        except _EveryWord:
            from vecalc.calc.lift import score_of

            value = score_of(tree, norm, run)
    return Evaluated(value, tuple(run.traces))


def words_of(tree: Node) -> frozenset[Key]:
    """The words of a resolved tree."""
    return frozenset(Key(node.space, node.text) for node in walk(tree) if isinstance(node, Word))


class _EveryWord(Exception):
    """A `?` was met: the expression has a value for every word, not one."""


class Evaluation:
    """One run. A node that several parents share is computed once for each norm it is needed at."""

    def __init__(self, vectors: Mapping[Key, Floats], around: Surroundings | None, values: Values) -> None:
        self.vectors = vectors
        self.around = around
        self.budget = Budget(around.limits if around is not None else DEFAULT_LIMITS)
        self.traces: list[Trace] = []
        self.bases: dict[tuple[int, str], Floats] = {}  # of the spans of calls, by node and norm
        self._known = values

    def value(self, node: Node, norm: str) -> Steps[Value]:
        """The value of a node without `?`, its words taken at a norm."""
        known = self._known.get((id(node), norm))
        if known is None:
            known = yield self._compute(node, norm)
            self.budget.hold(known)
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
                self.budget.expect(size(value), node.span)
                return like(value, -array(value))
            case Chain(first, rest):
                values = yield self._all((first, *(operand for _, operand in rest)), norm)
                self.budget.expect(max(map(size, values)), node.span, len(rest))
                return apply_chain(node, values)
            case Call():
                return (yield self._call(node, norm))
            case ListOf(items):
                values = yield self._all(items, norm)
                self.budget.expect(sum(map(size, values)) + PER_ROW * len(values), node.span)
                return list_of(node, values)
            case Candidate():
                raise _EveryWord
            case SpaceName(text, span):
                raise TypeMismatch(f"'{text}' is the name of a space, not a value", span=span)
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
        return Vector(algebra.at_norm(raw[None], np.array([length]), norm)[0], origin)

    def _call(self, node: Call, norm: str) -> Steps[Value]:
        inner = "raw" if node.name == "raw" else norm
        given = tuple(argument for argument in node.arguments if not isinstance(argument, SpaceName))
        values = yield self._all(given, inner)
        named = yield self._all(tuple(value for _, value in node.keywords), inner)
        keywords = dict(zip((name for name, _ in node.keywords), named, strict=True))
        self.budget.expect(spread([*values, *named]), node.span)
        value, trace = apply_function(node, values, keywords, self.setting(node, norm))
        if trace is not None:
            self.traces.append(trace)
        return value

    def setting(self, node: Call, norm: str) -> Setting:
        """What the functions that look further than their arguments need to know."""
        forbidden = words_of(node) if node.name == "nearest" else frozenset()
        named = tuple(part.text for part in node.arguments if isinstance(part, SpaceName))
        return Setting(self.around, self.budget, norm, forbidden, named)
