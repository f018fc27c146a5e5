"""Tables: what functions of vectors make of lists, and what is computed with their numbers.

A table is filled by the kernel of its function: each number has the bits that the single expression has, and
cos(x, x) is symmetric. Numbers of tables go into kernels as numbers [b], a row each, whatever the shape is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.arrays import Floats
from vecalc.calc import kernels
from vecalc.calc.functions import FUNCTIONS, out_of_range
from vecalc.calc.kernels import ALONE, ROUNDING, Kernel
from vecalc.calc.values import (
    PER_ROW,
    EachTable,
    EachVector,
    List,
    Scalar,
    Table,
    Value,
    Vector,
    array,
    describe,
    different_widths,
    is_each,
    vectors_of,
    wide,
)
from vecalc.errors import NoValue, Span, TypeMismatch

if TYPE_CHECKING:
    from vecalc.calc.evaluate import Evaluation

AT_ONCE = 1 << 16  # numbers of vectors that are computed with at once: they stay in the cache
MOST_TRACED = 16  # queries of an attention whose weights are shown

# What a kernel takes of each of two vectors, once for all pairs that it is in, and what it makes of those.
_SIDES: dict[Kernel, tuple[Kernel, Kernel]] = {
    kernels.cos: (kernels.direction, kernels.cos_of_directions),
    kernels.angle: (kernels.unit, kernels.angle_of_units),
}


class Trace(NamedTuple):
    """The weights of one query of an attention over its keys."""

    labels: tuple[str, ...]
    weights: tuple[float, ...]
    query: str = ""  # its label, where there are several


# --- lists become tables --------------------------------------------------------------------


def numbers_of(run: Evaluation, kernel: Kernel, values: Sequence[Value], what: str, span: Span) -> Table:
    """The numbers that a kernel makes of one list and perhaps a vector, [n], or of two lists, [n, m].

    Raises `NoValue` where one of them does not exist, `LimitExceeded`.
    """
    lists = [value for value in values if isinstance(value, List)]
    count = prod(len(value.labels) for value in lists)
    run.budget.expect(count + PER_ROW * sum(len(value.labels) for value in lists), span)
    run.budget.work(count * array(values[0]).shape[-1], span)
    sides = [_side(value, filed=kernel is kernels.cos) for value in values]
    numbers = _sound(
        lambda: kernel(ALONE, *sides) if len(sides) == 1 else of_pairs(kernel, *sides), what, span
    )
    if kernel is kernels.norm:  # of a word it is known before any rounding
        sizes = [vector.size for vector in vectors_of(lists[0])]
        numbers = np.array([own if size is None else size for own, size in zip(numbers, sizes, strict=True)])
    frame = Frame(*(value.labels for value in lists))
    return Table(numbers.reshape(frame.shape), *frame)


def _sound(compute: Callable[[], Floats], what: str, span: Span) -> Floats:
    """Numbers, which exist and are finite. Raises `NoValue` with the place."""
    try:
        numbers = compute()
    except NoValue as problem:
        raise problem.at(span) from None
    if not np.isfinite(numbers).all():
        raise NoValue(out_of_range(what), span=span)
    return numbers


def _side(value: Value, *, filed: bool) -> Floats:
    """The vectors [n, d] of a list or a vector; of words as they are filed, if that is asked."""
    if not isinstance(value, List):
        return kernels.constant(value, filed)
    if not filed or all(vector.filed is None for vector in value.made_of):
        return value.vectors
    return np.concatenate([kernels.constant(vector, filed) for vector in value.made_of])


def of_pairs(kernel: Kernel, a: Floats, b: Floats) -> Floats:
    """What a kernel makes of each pair [n, m] of vectors [n, d] and [m, d]: one and many at a time."""
    prepare, between = _SIDES.get(kernel, (None, kernel))
    if prepare is not None:
        a, b = prepare(ALONE, a), prepare(ALONE, b)
    numbers = np.empty((len(a), len(b)))
    if len(a) <= len(b):
        for some in _blocks(b):
            for i in range(len(a)):
                numbers[i, some] = between(ALONE, a[i : i + 1], b[some])
    else:
        for some in _blocks(a):
            for i in range(len(b)):
                numbers[some, i] = between(ALONE, a[some], b[i : i + 1])
    return numbers


def _blocks(vectors: Floats) -> Iterator[slice]:
    step = max(1, AT_ONCE // vectors.shape[1])
    return (slice(start, start + step) for start in range(0, len(vectors), step))


def for_each_vector(values: Sequence[Value], one: Callable[[list[Value]], Value]) -> EachTable:
    """The same for a value that every row has one of, beside a list: `one` makes a number of each vector."""
    (listed,) = (value for value in values if isinstance(value, List))
    rows = vectors_of(listed)
    items = (one([row if value is listed else value for value in values]) for row in rows)
    return EachTable(wide(len(rows)), listed.labels, items=tuple(items))


# --- products -------------------------------------------------------------------------------


def product(run: Evaluation, a: Value, b: Value, place: Span) -> Value:
    """`a @ b`: dot products of vectors and lists, or the vectors of a list weighted by a table."""
    text = f"{describe(a)} @ {describe(b)}"
    if isinstance(a, Table) and isinstance(b, List) and not is_each(a):
        return _weighted(run, a, b, place)
    if not (isinstance(a, Vector | List) and isinstance(b, Vector | List)):
        if isinstance(a, Table) or isinstance(b, Table):
            what, hint = (
                "a table goes before a list, whose vectors it weighs",
                "* multiplies element by element",
            )
        else:
            what, hint = "'@' is the dot product of vectors", "use * to scale by a number"
        raise TypeMismatch(f"{text}: {what}", span=place, hint=hint)
    if array(a).shape[-1] != array(b).shape[-1]:
        raise TypeMismatch(f"{text}: {different_widths((a, b))}", span=place)
    if isinstance(a, EachVector) or isinstance(b, EachVector):
        return for_each_vector([a, b], lambda one: run.apply(kernels.dot, one, "@", place, width=0))
    return numbers_of(run, kernels.dot, [a, b], "@", place)


def _weighted(run: Evaluation, table: Table, listed: List, place: Span) -> Value:
    """The vectors [m, d] of a list weighted by a table: by [m] one vector, by [n, m] a list."""
    weights, vectors = np.atleast_2d(table.numbers), listed.vectors
    (count, needed), (given, width) = weights.shape, vectors.shape
    if needed != given:
        why = f"{needed:,} weight{'s' * (needed != 1)} for {given:,} vector{'s' * (given != 1)}"
        raise TypeMismatch(f"{describe(table)} @ {describe(listed)}: {why}", span=place)
    run.budget.expect(count * (width + PER_ROW) + vectors.size, place)
    run.budget.work(2 * weights.size * width, place)
    room = np.empty(vectors.shape)
    # Term by term, so that a query among many has the bits that it has alone.
    each = (np.multiply(row[:, None], vectors, out=room).sum(axis=0) for row in weights)
    sums = _sound(lambda: np.stack(list(each)), "@", place)
    noise = kernels.lengths(sums) <= ROUNDING * (np.abs(weights) @ kernels.lengths(vectors))
    sums[noise] = 0.0
    if table.shares:
        run.traces += _traces(table)
        if count > MOST_TRACED:
            all_of_them = f"{count:,} queries; softmax without its product is the table of all"
            run.notes.append(f"the attention shown is that of the first {MOST_TRACED} of {all_of_them}")
    if table.numbers.ndim == 1:
        return Vector(sums[0], listed.spaces)
    return List(sums, table.rows, listed.spaces)


def _traces(table: Table) -> Iterator[Trace]:
    """The weights of an attention, of each of its first queries."""
    several = table.numbers.ndim > 1
    keys = table.columns if several else table.rows
    labels = tuple(label or f"key {i}" for i, label in enumerate(keys, start=1))
    queries = table.rows if several else ("",)
    for i, (query, row) in enumerate(zip(queries, np.atleast_2d(table.numbers), strict=True)):
        if i == MOST_TRACED:
            return
        yield Trace(labels, tuple(row.tolist()), query or (f"query {i + 1}" if several else ""))


# --- element by element ---------------------------------------------------------------------


class Frame(NamedTuple):
    """The labels of a table's rows and columns; no columns where it is a number a row."""

    rows: tuple[str, ...]
    columns: tuple[str, ...] = ()

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
        _spread(value, frame).ravel() if isinstance(value, Table) else array(value) for value in values
    ]
    found = _sound(lambda: kernel(ALONE, *before, *numbers), what, span)
    return Table(found.reshape(frame.shape), *frame)


def frame_of(values: Sequence[Value], what: str, span: Span) -> Frame:
    """What tables become together, each of the shape of the largest or spread over it; numbers go with all.

    Labels that differ are lost. Raises `TypeMismatch` for what does not go together.
    """
    tables = [value for value in values if isinstance(value, Table)]
    tables.sort(key=lambda table: -table.numbers.ndim)
    for value in values:
        if not isinstance(value, Scalar | Table):
            raise _apart(values, what, span, "a table goes with numbers and tables")
    for table in tables[1:]:
        if table.columns and table.numbers.shape != tables[0].numbers.shape:
            raise _apart([tables[0], table], what, span, "different shapes")
        if not table.columns and not tables[0].columns and len(table.rows) != len(tables[0].rows):
            raise _apart([tables[0], table], what, span, "different lengths")
        if tables[0].columns and not table.columns and _axis(table, tables[0]) is None:
            either = len(table.rows) == len(tables[0].rows)
            why = "a number for each row, or for each column?" if either else "different lengths"
            raise _apart([tables[0], table], what, span, why)
    alike = [Frame(table.rows, table.columns) for table in tables if table.columns or not tables[0].columns]
    return reduce(_together, alike)


def _apart(values: Sequence[Value], what: str, span: Span, why: str) -> TypeMismatch:
    sides = (
        " and ".join(map(describe, values)) if what in FUNCTIONS else f" {what} ".join(map(describe, values))
    )
    return TypeMismatch(f"{what} of {sides}: {why}" if what in FUNCTIONS else f"{sides}: {why}", span=span)


def _axis(small: Table, large: Table) -> int | None:
    """Whether numbers [n] are those of the rows (0) or of the columns (1) of a table [n, m]: by their labels,
    then by how many they are; None where that does not tell.
    """
    sides = (large.rows, large.columns)
    for fits in (
        [small.rows == side and any(side) for side in sides],
        [len(small.rows) == len(s) for s in sides],
    ):
        if sum(fits) == 1:
            return fits.index(True)
    return None


def _together(a: Frame, b: Frame) -> Frame:
    def same(these: tuple[str, ...], those: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one if one == other else "" for one, other in zip(these, those, strict=True))

    return Frame(same(a.rows, b.rows), same(a.columns, b.columns))


def _spread(table: Table, frame: Frame) -> Floats:
    """The numbers of a table in the shape of a frame."""
    numbers = table.numbers
    if numbers.ndim < len(frame.shape):
        numbers = numbers[:, None] if _axis(table, Table(numbers, *frame)) == 0 else numbers[None]
    return np.broadcast_to(numbers, frame.shape)


def _item(value: Value, i: int) -> Value:
    """The number of a table in one row, or the one number for all."""
    if isinstance(value, EachTable):
        return value.items[i]
    return Scalar(float(value.numbers[i])) if isinstance(value, Table) else value


# --- many to one ----------------------------------------------------------------------------


def folded(run: Evaluation, kernel: Kernel, table: Table, side: str, what: str, span: Span) -> Value:
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
    found = _sound(lambda: kernel(ALONE, numbers), what, span)
    return Table(found, table.rows if side == "rows" else table.columns)
