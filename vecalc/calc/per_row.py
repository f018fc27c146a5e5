"""One formula for many rows: some of its words are columns, which hold a vector or a number for each row.

The formula becomes a program (`vecalc.calc.lift`), by the same steps as one over `?`; where that can't be, it
is `evaluate`d for one row at a time, and so is every row for which a step has no value. So the errors are
those of a single expression, and no operation is defined for tables alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.calc.drafting import Draft
from vecalc.calc.each import EachNumber, EachVector, wide
from vecalc.calc.evaluate import Evaluation
from vecalc.calc.lift import Lifting, varying
from vecalc.calc.program import Joint, Rows
from vecalc.calc.resolve import Key
from vecalc.calc.steps import at_norm
from vecalc.calc.values import List, Value, array
from vecalc.errors import NoValue, TypeMismatch, VecalcError
from vecalc.lang.nodes import Candidate, Node, Word, deep, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.surroundings import Surroundings

    Floats: TypeAlias = NDArray[np.float64]
    Numbers: TypeAlias = NDArray[np.int64]


class RowProblem(Exception):
    """Some row of a block has no value."""


class Column(NamedTuple):
    """What a word is in each row of a block: a number [b], or a vector [b, d] as the file holds it."""

    values: Floats
    absent: NDArray[np.bool_] | None = None  # [b] rows that are zero vectors on purpose, at every norm


class RowProgram:
    """A resolved tree, ready for blocks of rows."""

    def __init__(
        self,
        tree: Node,
        widths: Mapping[Key, int],
        vectors: Mapping[Key, Floats],
        norm: str,
        around: Surroundings | None,
    ) -> None:
        """`widths` are those of the columns, 0 for numbers; `vectors` are those of all other words.

        Raises `VecalcError` for what is only computed for one row at a time, and for what `evaluate` refuses.
        """
        run = Evaluation(vectors, around, {})
        draft = Draft("", 0, run.budget.limits, quick=False)

        def column(word: Word, norm: str) -> Value:
            key = Key(word.space, word.text)
            step = draft.step(_column, (key, norm), widths[key])
            if not widths[key]:
                return EachNumber(np.nan, slot=step)
            return EachVector(wide(widths[key]), frozenset({key.space}), slot=step)

        dependent = varying(
            tree, lambda node: isinstance(node, Word) and Key(node.space, node.text) in widths
        )
        lifting = Lifting(run, dependent, draft, column)
        with np.errstate(all="ignore"):  # every result is checked
            value = deep(lifting.lift(tree, norm))
        if isinstance(value, List):
            raise TypeMismatch("a list is no value for a row")
        self._steps = Joint([draft.finish(value)]) if isinstance(value, EachNumber | EachVector) else None
        self._constant = array(value)

    def __call__(self, columns: Mapping[Key, Column], count: int) -> Floats:
        """The value of each of `count` rows: numbers [b] or vectors [b, d]. Raises `RowProblem`."""
        if self._steps is None:
            return np.broadcast_to(self._constant, (count, *self._constant.shape))
        try:
            with np.errstate(all="ignore"):
                found = self._steps.only(_Table(columns))
        except NoValue:  # of what is the same in every row, such as the axis of a projection
            raise RowProblem from None
        if not np.isfinite(found).all():
            raise RowProblem
        return found


def row_program(
    tree: Node,
    widths: Mapping[Key, int],
    vectors: Mapping[Key, Floats],
    norm: str,
    around: Surroundings | None,
) -> RowProgram | None:
    """See `RowProgram`; None for a tree that is computed for one row at a time, which tells what is wrong."""
    if any(isinstance(node, Candidate) for node in walk(tree)):
        return None
    try:
        return RowProgram(tree, widths, vectors, norm, around)
    except VecalcError:
        return None


def in_blocks(rows: Numbers, compute: Callable[[Numbers], Floats]) -> Iterator[tuple[Numbers, Floats | None]]:
    """The values of rows, halved where one has none until it stands alone, with None."""
    try:
        yield rows, compute(rows)
    except RowProblem:
        half = len(rows) // 2
        if not half:
            yield rows, None
            return
        yield from in_blocks(rows[:half], compute)
        yield from in_blocks(rows[half:], compute)


class _Table(Rows):
    """Some rows of a table."""

    def __init__(self, columns: Mapping[Key, Column]) -> None:
        super().__init__()
        self.columns = columns

    def refuse(self, which: NDArray[np.bool_], problem: str) -> None:
        """See `Rows.refuse`; what the problem is `evaluate` says."""
        if which.any():
            raise RowProblem


def _column(rows: _Table, key: Key, norm: str) -> Floats:
    values, absent = rows.columns[key]
    if norm == "raw" or values.ndim == 1:
        return values
    found = at_norm(rows, values, norm)
    if absent is not None:
        found[absent] = 0.0
    return found
