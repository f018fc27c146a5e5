"""Trees with other nodes in place of some words."""

from __future__ import annotations

from collections.abc import Mapping

from vecalc.lang.nodes import Node, Steps, Word, deep, parts, with_parts


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
        if isinstance(node, Word):
            return self.given.get((node.space, node.text), node)
        below = []
        for part in parts(node):
            below.append((yield self.node(part)))
        return with_parts(node, below)
