"""One formula for many rows: some of its words are columns, which hold a vector or a number for each row.

The formula becomes a program, by the same steps as one over `?`; where that can't be, it
is `evaluate`d for one row at a time, and so is every row for which a step has no value. So the errors are
those of a single expression, and no operation is defined for tables alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from vecalc.answers import Norm
from vecalc.arrays import Floats, Mask, Numbers
from vecalc.calc.builder import Draft
from vecalc.calc.evaluate import Evaluation
from vecalc.calc.kernels import RowContext, at_norm, length_at
from vecalc.calc.program import Joint, Step
from vecalc.calc.resolve import Key
from vecalc.calc.values import (
    EachNumber,
    EachVector,
    EachWord,
    List,
    Surroundings,
    Table,
    Value,
    array,
    describe,
    wide,
)
from vecalc.errors import NoValue, TypeMismatch
from vecalc.lang.nodes import Candidate, Node, Word, walk


class RowProblem(Exception):
    """Some row of a block has no value."""


class ColumnValues(NamedTuple):
    """What a word is in each row of a block: a number [b], or a vector [b, d] as the file holds it."""

    values: Floats
    absent: Mask | None = None  # [b] rows that are zero vectors on purpose, at every norm


class RowProgram:
    """A resolved tree, ready for blocks of rows."""

    def __init__(
        self,
        tree: Node,
        widths: Mapping[Key, int],
        vectors: Mapping[Key, Floats],
        norm: Norm,
        around: Surroundings | None,
    ) -> None:
        """`widths` are those of the columns, 0 for numbers; `vectors` are those of all other words.

        Raises `VecalcError` for what is only computed for one row at a time, and for what `evaluate` refuses.
        """
        if any(isinstance(node, Candidate) for node in walk(tree)):
            raise TypeMismatch("a score can't be the value of a row")
        run = Evaluation(vectors, norm, around)
        run.draft = draft = Draft("", 0, run.budget.limits, quick=False)

        def column(word: Word, norm: Norm) -> Value | None:
            key = Key(word.space, word.text)
            if key not in widths:
                return None
            width = widths[key]
            if not width:
                return EachNumber(np.nan, slot=draft.step(_column, (key, norm)))
            components, filed = (Step(_column, (key, one), width) for one in (norm, "raw"))
            each = EachWord(components, filed, None if norm == "raw" else Step(_lengths, (key, norm)))
            return EachVector(wide(width), frozenset({key.space}), word=each)

        run.column = column
        with np.errstate(all="ignore"):  # every result is checked
            value = run.value(tree, {})
        if isinstance(value, List | Table):
            raise TypeMismatch(f"a {describe(value)} can't be the value of a row")
        self._steps = Joint([draft.finish(value)]) if isinstance(value, EachNumber | EachVector) else None
        self._constant = array(value)

    def __call__(self, columns: Mapping[Key, ColumnValues], count: int) -> Floats:
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


class _Table(RowContext):
    """Some rows of a table."""

    def __init__(self, columns: Mapping[Key, ColumnValues]) -> None:
        super().__init__()
        self.columns = columns

    def refuse(self, which: Mask, problem: str, hint: str = "") -> None:
        """See `RowContext.refuse`; what the problem is `evaluate` says."""
        if which.any():
            raise RowProblem


def _column(rows: _Table, key: Key, norm: Norm) -> Floats:
    values, absent = rows.columns[key]
    if norm == "raw" or values.ndim == 1:
        return values
    found = at_norm(rows, values, norm)
    if absent is not None:
        found[absent] = 0.0
    return found


def _lengths(rows: _Table, key: Key, norm: Norm) -> Floats:
    values, absent = rows.columns[key]
    found = np.where(values.any(axis=1), length_at(norm, values.shape[1]), np.nan)
    return found if absent is None else np.where(absent, 0.0, found)
