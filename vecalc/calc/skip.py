"""`--oov skip`: sums, means and lists go on without the words that the vocabulary lacks.

A word that is needed, such as a factor or the argument of a function, stays, and is an error.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from vecalc.lang.nodes import (
    PRODUCT,
    SUM,
    Call,
    Chain,
    ListOf,
    Negate,
    Node,
    Number,
    Operator,
    Steps,
    Word,
    deep,
    parts,
    with_parts,
)

# Functions that may lose an argument, like a sum.
_FORGIVING = frozenset({"mean", "avg", "sum"})


def without_terms(tree: Node, unknown: AbstractSet[int]) -> Node | None:
    """The tree without the terms that are unknown words (by id); None when nothing is left of it."""
    return deep(_Pruning(unknown).prune(tree))


class _Pruning:
    """One run over a tree; a part that several parents share is pruned once."""

    def __init__(self, unknown: AbstractSet[int]) -> None:
        self.unknown = unknown
        self._done: dict[int, Node | None] = {}

    def prune(self, node: Node) -> Steps[Node | None]:
        """The node without unknown terms; None where it is nothing but an unknown term."""
        if id(node) not in self._done:
            self._done[id(node)] = yield self._prune(node)
        return self._done[id(node)]

    def _prune(self, node: Node) -> Steps[Node | None]:
        match node:
            case Word():
                return None if id(node) in self.unknown else node
            case Negate(operand):
                pruned = yield self.prune(operand)
                return None if pruned is None else Negate(pruned, node.span)
            case Chain(_, rest) if rest[0][0] in SUM:
                return (yield self._sum(node))
            case Chain() if _is_weighted(node):
                kept = yield self._some(parts(node))
                return with_parts(node, kept) if len(kept) == len(parts(node)) else None
            case ListOf(items):
                kept = yield self._some(items)
                return ListOf(kept, node.span) if kept else None
            case Call(name, arguments) if name in _FORGIVING:
                kept = yield self._some(arguments)
                # One argument left over stays a list of one: mean(x) alone would mean x's components.
                kept = (ListOf(kept, node.span),) if kept and len(arguments) > 1 else kept
                return Call(name, kept, (), node.span) if kept else None
            case _:
                return with_parts(node, (yield self._all(parts(node))))

    def _some(self, nodes: tuple[Node, ...]) -> Steps[tuple[Node, ...]]:
        """What is left of some terms."""
        kept = []
        for node in nodes:
            pruned = yield self.prune(node)
            if pruned is not None:
                kept.append(pruned)
        return tuple(kept)

    def _all(self, nodes: tuple[Node, ...]) -> Steps[tuple[Node, ...]]:
        """Operands that are needed each: one that is nothing but an unknown word stays, and is an error."""
        kept = []
        for node in nodes:
            pruned = yield self.prune(node)
            kept.append(node if pruned is None else pruned)
        return tuple(kept)

    def _sum(self, chain: Chain) -> Steps[Node | None]:
        terms: list[tuple[Operator, Node]] = []
        for op, operand in (("+", chain.first), *chain.rest):
            pruned = yield self.prune(operand)
            if pruned is not None:
                terms.append((op, pruned))
        if not terms:
            return None
        op, first = terms[0]
        head = Negate(first, first.span) if op == "-" else first
        if len(terms) == 1:
            return head
        return Chain(head, tuple(terms[1:]), (chain.span,) * (len(terms) - 1), chain.span)


def _is_weighted(chain: Chain) -> bool:
    """Whether a product is one term and its weights, such as 0.5 * king."""
    return chain.rest[0][0] in PRODUCT and sum(not isinstance(node, Number) for node in parts(chain)) == 1
