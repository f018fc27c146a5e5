"""Trees with other nodes in place of some words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vecalc.lang.nodes import Call, Chain, ListOf, Negate, Node, Steps, Word, deep


def substituted(tree: Node, given: Mapping[tuple[str, str], Node]) -> Node:
    """The tree with other nodes in place of some words, given by their space and text."""
    return deep(_Substitution(given).node(tree))


class _Substitution:
    """One run; what several parents share stays shared."""

    def __init__(self, given: Mapping[tuple[str, str], Node]) -> None:
        self.given = given
        self._done: dict[int, Node] = {}

    def node(self, node: Node) -> Steps[Node]:
        if id(node) not in self._done:
            self._done[id(node)] = yield self._node(node)
        return self._done[id(node)]

    def _node(self, node: Node) -> Steps[Node]:
        match node:
            case Word(text, _, space):
                return self.given.get((space, text), node)
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
