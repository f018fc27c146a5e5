"""A sum taken apart: the words, products and calls that a vector is the weighted sum of.

Sums, differences, negations, products with numbers, means and `raw` are looked through; what they are
made of is a term. The weights times the vectors of the terms add up to the vector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vecalc.calc.values import Scalar, Vector, array
from vecalc.lang.nodes import PRODUCT, SUM, Call, Chain, ListOf, Negate, Node
from vecalc.lang.show import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vecalc.calc.evaluate import Values
    from vecalc.calc.values import Floats

WEIGHT_DIGITS = 6  # of a weight as it is shown
_MEANS = frozenset({"mean", "avg"})


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
    """A node, and the norm that its words are taken at."""

    node: Node
    norm: str

    @property
    def key(self) -> tuple[int, str]:
        return id(self.node), self.norm


def terms(tree: Node, norm: str, values: Values) -> list[Term]:
    """The terms of a tree whose value is a vector [d], in the order of the text.

    `values` are those of all its nodes, as `evaluate` gives them. Equal terms are one, and those that
    cancel are none. A tree that is no sum is its own only term.
    """
    root = _Place(tree, norm)
    width = array(values[root.key]).shape[-1]
    weights = {root.key: 1.0}
    found: dict[str, Term] = {}
    for place in _downwards(root, values):
        weight, below = weights[place.key], _summands(place, values)
        for share, part in below:
            weights[part.key] = weights.get(part.key, 0.0) + weight * share
        if not below:
            term = _term(place, weight, norm, np.broadcast_to(array(values[place.key]), (width,)))
            before = found.get(term.text)
            found[term.text] = term._replace(weight=weight + before.weight) if before else term
    return [term for term in found.values() if term.weight]


def _term(place: _Place, weight: float, norm: str, vector: Floats) -> Term:
    text = show(place.node)
    if place.norm != norm:
        return Term(f"raw({text})", weight, vector)
    return Term(text, weight, vector, isinstance(place.node, Chain | Negate))


def _downwards(root: _Place, values: Values) -> Iterator[_Place]:
    """Every place of the sum once, after all those that it is a part of."""
    done: list[_Place] = []
    seen: set[tuple[int, str]] = set()
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
    node, norm = place
    if not isinstance(values[place.key], Vector):
        return []
    match node:
        case Negate(operand):
            return [(-1.0, _Place(operand, norm))]
        case Chain(first, rest) if rest[0][0] in SUM:
            signs = [(-1.0 if op == "-" else 1.0, _Place(operand, norm)) for op, operand in rest]
            return [(1.0, _Place(first, norm)), *signs]
        case Chain(_, rest) if rest[0][0] in PRODUCT:
            return _scaled(node, norm, values)
        case Call("raw", (operand,)):
            return [(1.0, _Place(operand, "raw"))]
        case Call("sum" | "mean" | "avg", arguments):
            return _pooled(node.name, arguments, norm, values)
    return []


def _scaled(chain: Chain, norm: str, values: Values) -> list[tuple[float, _Place]]:
    """The one vector of a product with numbers, and their product."""
    share, vectors = 1.0, []
    for op, operand in (("*", chain.first), *chain.rest):
        value = values[id(operand), norm]
        if isinstance(value, Scalar):
            share = share / value.value if op == "/" else share * value.value
        else:
            vectors.append((op, operand))
    if len(vectors) != 1 or vectors[0][0] == "/":
        return []
    return [(share, _Place(vectors[0][1], norm))]


def _pooled(name: str, arguments: tuple[Node, ...], norm: str, values: Values) -> list[tuple[float, _Place]]:
    """The arguments of a sum or a mean, or the items of its one list."""
    items = arguments
    if len(arguments) == 1 and isinstance(arguments[0], ListOf):
        items = arguments[0].items
        if not all(isinstance(values[id(item), norm], Vector) for item in items):
            return []
    elif len(arguments) == 1:
        return []
    share = 1 / len(items) if name in _MEANS else 1.0
    return [(share, _Place(item, norm)) for item in items]
