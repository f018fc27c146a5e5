"""`--oov skip`: what goes row by row, such as `[a, b] - [c, d]`, must not lose different rows on its sides.

It would pair words that were never meant to be a pair, and nothing could be seen of that in the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from vecalc.calc.functions import FUNCTIONS
from vecalc.errors import Span, TypeMismatch
from vecalc.lang.nodes import Call, Chain, Choice, ListOf, Negate, Node, Op, fold

Kept: TypeAlias = tuple[bool, ...]  # of each row as it was typed, whether it is still there


class KeptRows(NamedTuple):
    """The rows of a list, or the rows and columns of a table."""

    sides: tuple[Kept, ...]
    is_table: bool = False


def check_rows(tree: Node, pruned: dict[int, Node | None]) -> None:
    """Raises `TypeMismatch` where rows that go with each other lost different words.

    `pruned` is what became of each node, by id: None where nothing is left of it.
    """

    def rows(node: Node, below: Sequence[KeptRows | None]) -> KeptRows | None:
        match node:
            case ListOf(items):
                kept = [
                    part.sides[0] if part is not None else (pruned[id(item)] is not None,)
                    for item, part in zip(items, below, strict=True)
                ]
                return KeptRows((tuple(chain.from_iterable(kept)),))
            case Negate():
                return below[0]
            case Chain(_, rest, _, span):
                found = below[0]
                for (op, _), part in zip(rest, below[1:], strict=True):
                    found = _product(found, part, span) if op is Op.DOT else _together(found, part, span)
                return found
            case Call() if node.name in FUNCTIONS:
                return _of_call(node, below)
            case _:
                return None

    fold(tree, rows)


def _of_call(call: Call, below: Sequence[KeptRows | None]) -> KeptRows | None:
    function, given = FUNCTIONS[call.name], below[: len(call.arguments)]
    if function.tabulates:
        sides = tuple(side for part in given if part is not None for side in part.sides)
        return KeptRows(sides, is_table=True) if sides else None
    if function.folds:
        side = next((node.text for _, node in call.keywords if isinstance(node, Choice)), "")
        if len(given) > 1:
            found = given[0]
            for part in given[1:]:
                found = _together(found, part, call.span)
            return found
        table = given[0] if given else None
        if not side or table is None:
            return None
        return KeptRows((table.sides[0 if side == "rows" else -1],), is_table=True)
    by_row = function.by_row and function.result == "alike"
    return given[0] if given and (by_row or call.name == "softmax") else None


def _together(a: KeptRows | None, b: KeptRows | None, span: Span) -> KeptRows | None:
    """What goes with each other element by element; what is neither list nor table spreads."""
    if a is None or b is None:
        return b if a is None else a
    if len(a.sides) == len(b.sides):
        for one, other in zip(a.sides, b.sides, strict=True):
            _check(one, other, span)
    return a if len(a.sides) >= len(b.sides) else b


def _product(a: KeptRows | None, b: KeptRows | None, span: Span) -> KeptRows | None:
    """`@`: a table of all pairs, or vectors that a table weighs one by one."""
    if a is None or b is None or not a.is_table:
        sides = tuple(side for part in (a, b) if part is not None for side in part.sides)
        return KeptRows(sides, is_table=True) if sides else None
    _check(a.sides[-1], b.sides[0], span)
    return KeptRows(a.sides[:-1]) if len(a.sides) > 1 else None


def _check(one: Kept, other: Kept, span: Span) -> None:
    if len(one) == len(other) and one != other and sum(one) == sum(other):
        raise TypeMismatch(
            "these go with each other row by row, and unknown words leave out different rows of them",
            span=span,
            hint="leave out the whole pair; without --oov skip the error names the words",
        )
