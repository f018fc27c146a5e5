"""Names that a `where` binds and nothing uses: mistyped, or bound behind what should see them."""

from __future__ import annotations

from collections.abc import Iterator

from vecalc.lang.nodes import Call, Statement, Where, Word, walk


def unused_names(statement: Statement) -> tuple[str, ...]:
    """The unused ones, in order; a name that only unused names use is one of them."""
    wheres = (node for node in walk(statement) if isinstance(node, Where))
    return tuple(dict.fromkeys(name for where in wheres for name in _unused_in(where)))


def _unused_in(where: Where) -> list[str]:
    needed = {*_names_in(where.body)}
    found = []
    for binding in reversed(where.bindings):
        if binding.name in needed:
            needed.discard(binding.name)
            needed.update(_names_in(binding))
        else:
            found.append(binding.name)
    return found[::-1]


def _names_in(statement: Statement) -> Iterator[str]:
    """The words and functions of a statement that a name can stand for."""
    for node in walk(statement):
        if isinstance(node, Call) or (isinstance(node, Word) and not node.quoted and not node.space):
            yield node.name if isinstance(node, Call) else node.text
