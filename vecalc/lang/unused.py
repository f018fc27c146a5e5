"""Names that a `where` binds and nothing uses: mistyped, or bound behind what should see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from vecalc.lang.nodes import Call, Define, Statement, Where, Word, children, fold_by, walk

Names: TypeAlias = frozenset[str]


def unused_names(statement: Statement) -> tuple[str, ...]:
    """The unused ones, in order; a name that only unused names use is one of them."""
    unused: dict[int, list[str]] = {}  # of each `where`, by its id

    def free(node: Statement, below: Sequence[Names]) -> Names:
        """The names that a node takes from around it."""
        match node:
            case Word(text, quoted, space):
                return Names() if quoted or space else Names((text,))
            case Call(name):
                return Names((name,)).union(*below)
            case Define(_, parameters):
                return Names().union(*below[:-1], below[-1].difference(name for name, _ in parameters))
            case Where():
                needed, unused[id(node)] = _sorted_out(node, below)
                return needed
            case _:
                return below[0] if len(below) == 1 else Names().union(*below)

    fold_by(children, statement, free)
    wheres = (node for node in walk(statement) if isinstance(node, Where))
    return tuple(dict.fromkeys(name for where in wheres for name in unused[id(where)]))


def _sorted_out(where: Where, below: Sequence[Names]) -> tuple[Names, list[str]]:
    """What it takes from around it, and what nothing in it uses, in order."""
    needed, *taken = below
    found = []
    for binding, names in zip(reversed(where.bindings), reversed(taken), strict=True):
        if binding.name in needed:
            needed = needed - {binding.name} | names
        else:
            found.append(binding.name)
    return needed, found[::-1]
