"""What is computed with tables: number by number with numbers and tables, and many numbers to one.

Their numbers go into kernels as numbers [b], a row each, whatever the shape of the table is; so an operator
or a function is stated once for them, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.arrays import Floats
from vecalc.calc import kernels
from vecalc.calc.functions import FUNCTIONS, SIDES
from vecalc.calc.kernels import ALONE, Kernel
from vecalc.calc.tabulation import sound
from vecalc.calc.values import EachTable, Scalar, Side, Table, Value, Vector, array, describe, is_each, wide
from vecalc.errors import Span, TypeMismatch

if TYPE_CHECKING:
    from vecalc.calc.evaluate import Evaluation


# --- element by element ---------------------------------------------------------------------


class Frame(NamedTuple):
    """The labels of a table's rows and columns, or of numbers [n], perhaps of a side of another."""

    rows: tuple[str, ...]
    columns: tuple[str, ...] = ()
    side: Side = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the numbers."""
        return (len(self.rows), len(self.columns)) if self.columns else (len(self.rows),)


def element_by_element(
    run: Evaluation,
    kernel: Kernel,
    values: Sequence[Value],
    what: str,
    span: Span,
    before: tuple[Any, ...],
    effort: int,
) -> Table:
    """What a kernel makes of the numbers of tables, and of numbers, which spread; see `Evaluation.apply`."""
    frame = frame_of(values, what, span)
    large = _largest(values)
    if any(map(is_each, values)):
        if frame.columns:
            most = next(value for value in values if isinstance(value, Table) and value.columns)
            raise TypeMismatch(f"a {describe(most)} and '?' in one operation", span=span)
        items = (
            run.apply(kernel, [_item(value, i) for value in values], what, span, 0, before, effort)
            for i in range(len(frame.rows))
        )
        return EachTable(wide(len(frame.rows)), frame.rows, items=tuple(items))
    numbers = [
        _spread(value, large).ravel() if isinstance(value, Table) else array(value) for value in values
    ]
    found = sound(lambda: kernel(ALONE, *before, *numbers), what, span)
    return Table(found.reshape(frame.shape), frame.rows, frame.columns, side=frame.side)


def frame_of(values: Sequence[Value], what: str, span: Span) -> Frame:
    """What tables become together, each of the shape of the largest or spread over it; numbers go with all.

    Labels that differ are lost. Raises `TypeMismatch` for what does not go together.
    """
    if not all(isinstance(value, Scalar | Table) for value in values):
        raise _apart(values, what, span, "a table goes with numbers and tables")
    tables = [value for value in values if isinstance(value, Table)]
    large = _largest(tables)
    for table in tables:
        if problem := _misfit(table, large):
            raise _apart([one for one in tables if one in (table, large[0])], what, span, problem)
    return reduce(_together, (Frame(table.rows, table.columns, table.side) for table in large))


def _largest(values: Sequence[Value]) -> list[Table]:
    """The tables that the others spread over."""
    tables = [value for value in values if isinstance(value, Table)]
    most = max(table.numbers.ndim for table in tables)
    return [table for table in tables if table.numbers.ndim == most]


def _misfit(table: Table, large: Sequence[Table]) -> str:
    """Why a table does not spread over the largest, of one shape; nothing where it does."""
    if table.numbers.ndim == large[0].numbers.ndim:
        return "" if table.numbers.shape == large[0].numbers.shape else "different shapes"
    if _axis(table, large) is not None:
        return ""
    if len(table.rows) != len(large[0].rows):
        return "different lengths"
    return "a number for each row, or for each column? by=rows and by=columns say which"


def _apart(values: Sequence[Value], what: str, span: Span, why: str) -> TypeMismatch:
    sides = (
        " and ".join(map(describe, values)) if what in FUNCTIONS else f" {what} ".join(map(describe, values))
    )
    return TypeMismatch(f"{what} of {sides}: {why}" if what in FUNCTIONS else f"{sides}: {why}", span=span)


def _axis(small: Table, large: Sequence[Table]) -> int | None:
    """Whether numbers [n] are those of the rows (0) or of the columns (1) of tables [n, m]: by the side that
    was named, then by the labels of any of these, then by how many they are; None where that does not tell.
    """
    if small.side and len(small.rows) == large[0].numbers.shape[i := SIDES.index(small.side)]:
        return i
    for fits in (
        [
            any(small.rows == table.rows and any(small.rows) for table in large),
            any(small.rows == table.columns and any(small.rows) for table in large),
        ],
        [len(small.rows) == len(large[0].rows), len(small.rows) == len(large[0].columns)],
    ):
        if sum(fits) == 1:
            return fits.index(True)
    return None


def _together(a: Frame, b: Frame) -> Frame:
    def same(these: tuple[str, ...], those: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one if one == other else "" for one, other in zip(these, those, strict=True))

    return Frame(same(a.rows, b.rows), same(a.columns, b.columns), a.side if a.side == b.side else "")


def _spread(table: Table, large: Sequence[Table]) -> Floats:
    """The numbers of a table in the shape of the largest, whose own labels tell, also those to be lost."""
    numbers, full = table.numbers, large[0].numbers
    if numbers.ndim < full.ndim:
        numbers = numbers[:, None] if _axis(table, large) == 0 else numbers[None]
    return np.broadcast_to(numbers, full.shape)


def _item(value: Value, i: int) -> Value:
    """The number of a table in one row, or the one number for all."""
    if isinstance(value, EachTable):
        return value.items[i]
    return Scalar(float(value.numbers[i])) if isinstance(value, Table) else value


# --- many to one ----------------------------------------------------------------------------


def folded(run: Evaluation, kernel: Kernel, table: Table, side: Side, what: str, span: Span) -> Value:
    """What a kernel of many numbers makes of all those of a table, or of each row's or column's."""
    if side and not table.columns:
        raise TypeMismatch(
            f"{what}: by={side} is of a table of rows and columns, not of a {describe(table)}",
            hint="of a list of one, such as cos([king], [queen, man]), a table has both",
        )
    if isinstance(table, EachTable):
        together = run.apply(kernels.beside, table.items, what, span, width=len(table.items))
        return run.apply(kernel, [together], what, span, width=0)
    if not side:
        return run.apply(kernel, [Vector(table.numbers.ravel())], what, span, width=0)
    numbers = table.numbers if side == "rows" else np.ascontiguousarray(table.numbers.T)
    found = sound(lambda: kernel(ALONE, numbers), what, span)
    return Table(found, table.rows if side == "rows" else table.columns, side=side)
