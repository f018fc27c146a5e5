"""Lists become tables: what functions of vectors make of them; and tables weigh lists, as in attention.

A table is filled by the kernel of its function, so each number has the bits of the single expression, and
cos(x, x) is symmetric. What is computed with tables is in `vecalc.calc.table_arithmetic`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vecalc.arrays import Floats
from vecalc.calc import kernels
from vecalc.calc.functions import out_of_range
from vecalc.calc.kernels import ALONE, ROUNDING, Kernel
from vecalc.calc.values import (
    PER_ROW,
    EachTable,
    EachVector,
    List,
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
    room = sum(array(value).size for value in values)  # for their directions, or how words are filed
    run.budget.expect(count + room + PER_ROW * sum(len(value.labels) for value in lists), span)
    run.budget.work(count * array(values[0]).shape[-1], span)
    sides = [_side(value, filed=kernel is kernels.cos) for value in values]
    numbers = sound(
        lambda: kernel(ALONE, *sides) if len(sides) == 1 else of_pairs(kernel, *sides), what, span
    )
    if kernel is kernels.norm:  # of a word it is known before any rounding
        for i, vector in enumerate(lists[0].made_of):
            numbers[i] = numbers[i] if vector.size is None else vector.size
    rows, columns = lists[0].labels, lists[1].labels if len(lists) > 1 else ()
    return Table(numbers.reshape((len(rows), -1) if columns else -1), rows, columns)


def sound(compute: Callable[[], Floats], what: str, span: Span) -> Floats:
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
    if isinstance(a, Table) and isinstance(b, List):
        if is_each(a):
            why = "a table that differs from word to word can't weigh a list"
            raise TypeMismatch(f"{text}: {why}", span=place)
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
    sums = sound(lambda: np.stack(list(each)), "@", place)
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
