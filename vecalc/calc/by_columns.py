"""A resolved tree over many rows at once: columns [r, d] go in, a column [r, w] comes out; a pure function.

A row's result depends on that row alone, so most of the language works on whole matrices, much faster than
row by row. Two things end such a run, and the caller then asks `evaluate` for single rows: `Unsupported`,
what is only there for one row at a time (or does not fit together: `evaluate` says why), and `RowProblem`,
some row without a value. Where both give a value it is the same; the tests hold them side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from vecalc.calc.column_functions import FUNCTIONS, OF_MANY
from vecalc.calc.column_operators import Column, RowProblem, Unsupported, at_norm, chain
from vecalc.calc.evaluate import evaluate
from vecalc.calc.resolve import Key
from vecalc.calc.values import List, Scalar, Score, array
from vecalc.lang.nodes import Call, Chain, ListOf, Negate, Node, Statement, Steps, Word, children, deep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.surroundings import Surroundings

    Floats: TypeAlias = NDArray[np.float64]


class Rowwise:
    """A tree, ready for blocks of rows; some of its words are `columns`. Other parts are computed once."""

    def __init__(
        self,
        tree: Node,
        columns: AbstractSet[Key],
        vectors: Mapping[Key, Floats],
        norm: str = "rms",
        around: Surroundings | None = None,
    ) -> None:
        self.tree = tree
        self.vectors = vectors  # of the words that are the same in every row
        self.norm = norm
        self.around = around
        self._constants: dict[tuple[int, str], Column] = {}
        varying = _Varying(columns)
        deep(varying.visit(tree))
        self.varying = frozenset(node for node, varies in varying.found.items() if varies)

    def __call__(self, columns: Mapping[Key, Column]) -> Column:
        """The tree's value over a block of rows. Raises `Unsupported`, `RowProblem`; of its constant
        parts also what `evaluate` raises.
        """
        run = _Run(self, columns)
        with np.errstate(all="ignore"):  # every result is checked
            return deep(run.value(self.tree, self.norm))

    def constant(self, node: Node, norm: str) -> Column:
        """The value of a part that is the same in every row."""
        key = (id(node), norm)
        if key not in self._constants:
            value = evaluate(node, self.vectors, norm, self.around).value
            if isinstance(value, List | Score):
                raise Unsupported
            self._constants[key] = Column(np.atleast_2d(array(value)), isinstance(value, Scalar))
        return self._constants[key]


class _Varying:
    """The nodes, by id, that have a column below them."""

    def __init__(self, columns: AbstractSet[Key]) -> None:
        self.columns = columns
        self.found: dict[int, bool] = {}

    def visit(self, node: Statement) -> Steps[bool]:
        """Whether it has."""
        if id(node) not in self.found:
            varies = isinstance(node, Word) and Key(node.space, node.text) in self.columns
            for child in children(node):
                varies = (yield self.visit(child)) or varies
            self.found[id(node)] = varies
        return self.found[id(node)]


class _Run:
    """One block. A node that several parents share is computed once for each norm it is needed at."""

    def __init__(self, formula: Rowwise, columns: Mapping[Key, Column]) -> None:
        self.formula = formula
        self.columns = columns
        self._known: dict[tuple[int, str], Column] = {}

    def value(self, node: Node, norm: str) -> Steps[Column]:
        if id(node) not in self.formula.varying:
            return self.formula.constant(node, norm)
        known = self._known.get((id(node), norm))
        if known is None:
            known = yield self._compute(node, norm)
            if not np.isfinite(known.numbers).all():
                raise RowProblem
            self._known[id(node), norm] = known
        return known

    def _compute(self, node: Node, norm: str) -> Steps[Column]:
        match node:
            case Word(text, _, space):
                return at_norm(self.columns[Key(space, text)], norm)
            case Negate(operand):
                value = yield self.value(operand, norm)
                return Column(-value.numbers, value.is_number)
            case Chain(first, rest):
                values = yield self._all((first, *(operand for _, operand in rest)), norm)
                return chain([op for op, _ in rest], values)
            case Call(name, arguments, keywords) if name in FUNCTIONS and not keywords:
                if len(arguments) == 1 and isinstance(arguments[0], ListOf) and name in OF_MANY:
                    arguments = arguments[0].items
                values = yield self._all(arguments, "raw" if name == "raw" else norm)
                return FUNCTIONS[name](values)
            case _:
                raise Unsupported

    def _all(self, nodes: Sequence[Node], norm: str) -> Steps[list[Column]]:
        found = []
        for node in nodes:
            found.append((yield self.value(node, norm)))
        return found


def substituted(tree: Node, given: Mapping[Key, Node]) -> Node:
    """The tree with other nodes in place of some words."""
    return deep(_Substitution(given).node(tree))


class _Substitution:
    """One run; what several parents share stays shared."""

    def __init__(self, given: Mapping[Key, Node]) -> None:
        self.given = given
        self._done: dict[int, Node] = {}

    def node(self, node: Node) -> Steps[Node]:
        if id(node) not in self._done:
            self._done[id(node)] = yield self._node(node)
        return self._done[id(node)]

    def _node(self, node: Node) -> Steps[Node]:
        match node:
            case Word(text, _, space):
                return self.given.get(Key(space, text), node)
            case Negate(operand):
                return Negate((yield self.node(operand)), node.span)
            case Chain(first, rest, places):
                operands = yield self._all((first, *(operand for _, operand in rest)))
                pairs = zip((op for op, _ in rest), operands[1:], strict=True)
                return Chain(operands[0], tuple(pairs), places, node.span)
            case ListOf(items):
                return ListOf((yield self._all(items)), node.span)
            case Call(name, arguments, keywords):
                values = yield self._all(tuple(value for _, value in keywords))
                named = tuple(zip((key for key, _ in keywords), values, strict=True))
                return Call(name, (yield self._all(arguments)), named, node.span)
            case _:
                return node

    def _all(self, nodes: Sequence[Node]) -> Steps[tuple[Node, ...]]:
        found = []
        for node in nodes:
            found.append((yield self.node(node)))
        return tuple(found)
