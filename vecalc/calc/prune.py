"""`--oov skip`: sums, means and lists go on without the words that the vocabulary lacks.

A word that is needed, such as a factor or the argument of a function, stays, and is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from vecalc.calc.gaps import check_rows
from vecalc.lang.nodes import (
    Call,
    Chain,
    ListOf,
    Negate,
    Node,
    Number,
    Op,
    fold,
    parts,
    with_parts,
)

# Functions that may lose an argument, like a sum.
_FORGIVING = frozenset({"mean", "avg", "sum", "odd"})


def without_terms(tree: Node, unknown: AbstractSet[int]) -> Node | None:
    """The tree without the terms that are unknown words (by id); None when nothing is left of it.

    Raises `TypeMismatch` where rows that go with each other would not be the same any more.
    """
    done: dict[int, Node | None] = {}

    def prune(node: Node, below: Sequence[Node | None]) -> Node | None:
        return None if id(node) in unknown else _pruned(node, below)

    pruned = fold(tree, prune, done)
    check_rows(tree, done)
    return pruned


def _pruned(node: Node, below: Sequence[Node | None]) -> Node | None:
    """The node without unknown terms; None where it is nothing but an unknown term."""
    left = tuple(part for part in below if part is not None)
    match node:
        case Negate(_, span):
            return Negate(left[0], span) if left else None
        case Chain(_, rest) if rest[0][0].run == "sum":
            return _sum(node, below)
        case Chain() if _is_weighted(node):
            return with_parts(node, left) if len(left) == len(below) else None
        case ListOf(_, span):
            return ListOf(left, span) if left else None
        case Call(name, arguments, keywords, span) if name in _FORGIVING:
            left = left[: len(arguments)]
            # One argument left over stays a list of one: mean(x) alone would mean x's components.
            left = (ListOf(left, span),) if left and len(arguments) > 1 else left
            return Call(name, left, keywords, span) if left else None
        case _:
            # Each operand is needed: one that is nothing but an unknown word stays, and is an error.
            pairs = zip(below, parts(node), strict=True)
            return with_parts(node, [old if new is None else new for new, old in pairs])


def _sum(chain: Chain, below: Sequence[Node | None]) -> Node | None:
    ops = (Op.PLUS, *(op for op, _ in chain.rest))
    terms = [(op, part) for op, part in zip(ops, below, strict=True) if part is not None]
    if not terms:
        return None
    op, first = terms[0]
    head = Negate(first, first.span) if op == Op.MINUS else first
    if len(terms) == 1:
        return head
    return Chain(head, tuple(terms[1:]), (chain.span,) * (len(terms) - 1), chain.span)


def _is_weighted(chain: Chain) -> bool:
    """Whether a product is one term and its weights, such as 0.5 * king."""
    return (
        chain.rest[0][0].run == "product" and sum(not isinstance(node, Number) for node in parts(chain)) == 1
    )
