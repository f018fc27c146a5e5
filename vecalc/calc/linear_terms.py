"""A sum taken apart: the words, products and calls that a vector is the weighted sum of.

Sums, differences, negations, products with numbers, means and `raw` are looked through; what they are
made of is a term. The weights times the vectors of the terms add up to the vector.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from vecalc.answers import Norm
from vecalc.arrays import Floats
from vecalc.calc.evaluate import Values
from vecalc.calc.values import Scalar, Vector, array
from vecalc.lang.nodes import Call, Chain, ListOf, Negate, Node, Op
from vecalc.lang.show import show

WEIGHT_DIGITS = 6  # of a weight as it is shown


class Term(NamedTuple):
    """A part of a sum: what it is, how often it counts, and its vector [d]."""

    text: str
    weight: float
    vector: Floats
    compound: bool = False  # it needs brackets behind a sign

    def shown(self) -> str:
        """The term with its weight: `king`, `-man`, `0.5 * (blood * color)`."""
        if self.weight == 1:
            return self.text
        text = f"({self.text})" if self.compound else self.text
        return f"-{text}" if self.weight == -1 else f"{self.weight:.{WEIGHT_DIGITS}g} * {text}"


class _Place(NamedTuple):
    """A node, and whether it stands in `raw`."""

    node: Node
    raw: bool = False

    @property
    def key(self) -> tuple[int, bool]:
        return id(self.node), self.raw


def terms(tree: Node, norm: Norm, values: Values) -> list[Term]:
    """The terms of a tree whose value is a vector [d], in the order of the text.

    `values` are those of all its nodes, as `evaluate` gives them. Equal terms are one, and those that
    cancel are none. A tree that is no sum is its own only term.
    """
    root = _Place(tree, raw=norm == "raw")
    width = array(values[id(tree)]).shape[-1]
    weights = {root.key: 1.0}
    found: dict[str, Term] = {}
    for place in _downwards(root, values):
        weight, below = weights[place.key], _summands(place, values)
        for share, part in below:
            weights[part.key] = weights.get(part.key, 0.0) + weight * share
        if not below:
            vector = np.broadcast_to(array(values[id(place.node)]), (width,))
            named, text = place.raw and not root.raw, show(place.node)
            text = f"raw({text})" if named else text
            weight += found[text].weight if text in found else 0.0
            compound = isinstance(place.node, Chain | Negate) and not named
            found[text] = Term(text, weight, vector, compound)
    return [term for term in found.values() if term.weight]


def _downwards(root: _Place, values: Values) -> Iterator[_Place]:
    """Every place of the sum once, after all those that it is a part of."""
    done: list[_Place] = []
    seen: set[tuple[int, bool]] = set()
    stack = [(root, False)]
    while stack:
        place, finished = stack.pop()
        if finished:
            done.append(place)
        elif place.key not in seen:
            seen.add(place.key)
            stack.append((place, True))
            stack.extend((part, False) for _, part in _summands(place, values))
    return reversed(done)


def _summands(place: _Place, values: Values) -> list[tuple[float, _Place]]:
    """What a node is the weighted sum of; nothing for a term."""
    node, raw = place
    if not isinstance(values[id(node)], Vector):
        return []
    match node:
        case Negate(operand):
            return [(-1.0, _Place(operand, raw))]
        case Chain(first, rest) if rest[0][0].run == "sum":
            signs = [(-1.0 if op == Op.MINUS else 1.0, _Place(operand, raw)) for op, operand in rest]
            return [(1.0, _Place(first, raw)), *signs]
        case Chain(_, rest) if rest[0][0].run == "product":
            return _scaled(node, raw, values)
        case Call("raw", (operand,)):
            return [(1.0, _Place(operand, raw=True))]
        case Call("sum" | "mean" | "avg", arguments):
            return _pooled(node.name, arguments, raw, values)
    return []


def _scaled(chain: Chain, raw: bool, values: Values) -> list[tuple[float, _Place]]:
    """The one vector of a product with numbers, and their product."""
    share, vectors = 1.0, []
    for op, operand in ((Op.TIMES, chain.first), *chain.rest):
        value = values[id(operand)]
        if isinstance(value, Scalar):
            share = share / value.value if op == Op.OVER else share * value.value
        else:
            vectors.append((op, operand))
    if len(vectors) != 1 or vectors[0][0] == Op.OVER:
        return []
    return [(share, _Place(vectors[0][1], raw))]


def _pooled(name: str, arguments: tuple[Node, ...], raw: bool, values: Values) -> list[tuple[float, _Place]]:
    """The arguments of a sum or a mean, or the items of its one list."""
    items = arguments
    if len(arguments) == 1 and isinstance(arguments[0], ListOf):
        items = arguments[0].items
        if not all(isinstance(values[id(item)], Vector) for item in items):
            return []
    elif len(arguments) == 1:
        return []
    share = 1 / len(items) if name != "sum" else 1.0
    return [(share, _Place(item, raw)) for item in items]
